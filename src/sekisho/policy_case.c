/* The case, or cases, that the flags of a policy subcommand name. */
#include "base/calendar.h"
#include "os/clock.h"
#include "sekisho/policy_cli.h"

#define CASE_FLAGS \
	{"from", 0, "ZONE", "送る側の領域", "the zone it comes from"}, \
	    {"to", 0, "ZONE", "受け取る側の領域", "the zone it goes to"}, \
	    {"channel", 0, "CHANNEL", "transfer、mail、web、screen、media", \
	     "transfer, mail, web, screen, media"}, \
	    {"confidentiality", 0, "LEVEL", "機密性の区分 (なければ未申告)", \
	     "declared level (none: undeclared)"}, \
	    {"integrity", 0, "LEVEL", "完全性の区分", "declared level"}, \
	    {"availability", 0, "LEVEL", "可用性の区分", "declared level"}, \
	    {"contains", 0, "WHAT", "personal-number、personal-data、nothing、unknown", \
	     "personal-number, personal-data, nothing, unknown"}, \
	    {"type", 0, "TYPE", "text、document、pdf、picture、archive、mail、other", \
	     "text, document, pdf, picture, archive, mail, other"}, \
	    {"recipient", 0, "WHO", "registered、unregistered、unknown", \
	     "registered, unregistered, unknown"}, \
	    {"exception", 0, "NAME", "例外措置の名前、台帳のものは other", \
	     "an exception's name; other: one of the register"}, \
	    {"role", 0, "ROLE", "申請者の役割", "the role of who asks"}, \
	    {"factors", 0, "N", "認証の要素数 1、2", "factors of the sign-in: 1, 2"}, \
	{ \
		"hours", 0, "WHEN", "office、outside", "office, outside" \
	}

const struct flag policy_case_flags[] = {
    CASE_FLAGS,
    {"date", 0, "DATE", "この日の判断 (なければ今日)", "decide for this day (else today)"},
    {"public", 0, NULL, "公開してよい定めだけを示す", "name only what is public"},
    {"draft", 0, NULL, "never・always を満たさない案にも答える",
     "also of a draft that breaks its never and always"},
    {0},
};

const struct flag policy_ask_flags[] = {
    CASE_FLAGS,
    {"public", 0, NULL, "公開してよい定めだけで答える", "answer by what is public only"},
    {0},
};

enum err policy_cli_box(const struct cli *cli, struct arena *a, const struct policy *p,
			enum policy_visibility audience, struct policy_box *ret)
{
	struct policy_space s;
	struct diag d = {0};

	TRY(policy_space_of(a, p, &s));
	*ret = policy_box_all(&s);
	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		const char *v = cli_flag(cli, policy_attr_asked(k));

		if (v && policy_box_narrow(a, &s, ret, slice_str(policy_attr_word(k)), slice_str(v),
					   audience, &d) != OK) {
			cli_fail(cli, "--%s: %s", policy_attr_asked(k), d.text);
			return ERR_USAGE;
		}
	}
	return OK;
}

static enum err date_flag(const struct cli *cli, int32_t *ret)
{
	const char *v = cli_flag(cli, "date");
	struct date date = jst_from_unix(clock_utc_us() / 1000000).date;

	if (v && date_parse(slice_str(v), &date) != OK) {
		cli_fail(cli, cli_say(cli, "日付ではありません: %s", "not a date: %s"), v);
		return ERR_USAGE;
	}
	*ret = (int32_t)date_days(date);
	return OK;
}

enum err policy_cli_request(const struct cli *cli, struct arena *a, const struct policy *p,
			    struct policy_request *ret)
{
	int32_t day = 0;
	uint32_t v[POLICY_ATTRS] = {0};
	struct policy_box b;

	for (enum policy_attr k = POLICY_A_SOURCE; k <= POLICY_A_DESTINATION; k++)
		if (!cli_flag(cli, policy_attr_asked(k))) {
			cli_fail(
			    cli,
			    cli_say(cli, "--%s に領域の名前が要ります", "--%s needs a zone's name"),
			    policy_attr_asked(k));
			return ERR_USAGE;
		}
	TRY(policy_cli_box(cli, a, p, POLICY_SECRET, &b));
	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		if (!cli_flag(cli, policy_attr_asked(k)))
			continue;
		v[k] = (uint32_t)__builtin_ctz(b.set[k]);
		if (b.set[k] & (b.set[k] - 1)) {
			cli_fail(cli, cli_say(cli, "--%s の値は一つです", "--%s takes one value"),
				 policy_attr_asked(k));
			return ERR_USAGE;
		}
	}
	TRY(date_flag(cli, &day));
	*ret = policy_case_request(v, day);
	return OK;
}
