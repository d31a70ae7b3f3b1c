/*
 * policy check, policy decide: asks a policy file on disk; no server is needed.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "os/clock.h"
#include "sekisho/policy_file.h"
#include "sekisho/subcommand.h"

#define ARENA_CAP (1u << 30)

static void json_text(struct buf *b, const char *key, struct slice s)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json(b, s);
}

static void json_date(struct buf *b, const char *key, int32_t day)
{
	buf_printf(b, ",\"%s\":\"", key);
	date_put_iso(b, date_from_days(day));
	buf_byte(b, '"');
}

static void json_hash(struct buf *b, struct hash h)
{
	char hex[65];

	hash_hex(h, hex);
	buf_printf(b, ",\"policy\":\"%s\"", hex);
}

static int print(const struct buf *b, FILE *to, int code)
{
	if (buf_err(b) || fwrite(b->p, 1, b->n, to) != b->n)
		return EXIT_ERROR;
	return code;
}

static int complain(const struct cli *cli, const struct policy_file *f, enum err e,
		    const struct diag *d)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (!cli->json) {
		policy_file_complain(f, e, d, &b);
		return print(&b, stderr, EXIT_ERROR);
	}
	buf_printf(&b, "{\"ok\":false,\"line\":%u,\"column\":%u", d->line, d->column);
	json_text(&b, "file",
		  slice_str(strcmp(d->part, "basis") == 0      ? f->basis_path
			    : strcmp(d->part, "standard") == 0 ? f->standard_path
							       : f->path));
	json_text(&b, "text", slice_str(d->text[0] ? d->text : err_str(e)));
	buf_str(&b, "}\n");
	return print(&b, stdout, EXIT_ERROR);
}

/* ── check ───────────────────────────────────────────────────────────────── */

static void summary_json(const struct policy *p, struct buf *b)
{
	const struct slice *organs;
	size_t n = policy_adopters(p, &organs);

	buf_str(b, "{\"ok\":true");
	json_text(b, "title", policy_title(p));
	buf_str(b, ",\"adopted_by\":[");
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? "," : "");
		buf_json(b, organs[i]);
	}
	buf_printf(b, "],\"version\":%llu", (unsigned long long)policy_version(p));
	json_date(b, "effective", policy_effective(p));
	buf_printf(b, ",\"rules\":%u", policy_rule_count(p));
	json_hash(b, policy_hash(p));
	buf_str(b, ",\"zones\":[");
	for (uint32_t i = 0; i < policy_zone_count(p); i++) {
		const struct policy_zone *z = policy_zone(p, i);

		buf_str(b, i ? ",{\"name\":" : "{\"name\":");
		buf_json(b, z->name);
		json_text(b, "label", z->label);
		json_text(b, "clause", z->clause);
		buf_printf(b, ",\"default\":%s}", z->is_default ? "true" : "false");
	}
	buf_str(b, "]}\n");
}

static void summary_text(const struct cli *cli, const struct policy *p, struct buf *b)
{
	char hex[65];

	buf_slice(b, policy_title(p));
	buf_printf(b, cli_say(cli, " 第%llu版 施行日 ", " version %llu, effective "),
		   (unsigned long long)policy_version(p));
	if (cli->ja)
		date_put_wareki(b, date_from_days(policy_effective(p)));
	else
		date_put_iso(b, date_from_days(policy_effective(p)));
	buf_printf(b, cli_say(cli, " 規則%u件\n", ", %u rules\n"), policy_rule_count(p));
	for (uint32_t i = 0; i < policy_zone_count(p); i++) {
		const struct policy_zone *z = policy_zone(p, i);

		buf_str(b, "  ");
		buf_slice(b, z->name);
		buf_str(b, "  ");
		buf_slice(b, z->label);
		buf_str(b, "  ");
		buf_slice(b, z->clause);
		if (z->is_default)
			buf_str(b, cli_say(cli, "  (他に当たらないものすべて)",
					   "  (all that no other lists)"));
		buf_byte(b, '\n');
	}
	hash_hex(policy_hash(p), hex);
	buf_printf(b, "  sha256 %s\n", hex);
}

static int run_check(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(ARENA_CAP);
	struct policy_file f;
	struct diag d;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 1 << 20);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = policy_file_load(a, cli->operand[0], &f, &d);
	if (e != OK)
		return complain(cli, &f, e, &d);
	if (cli->json)
		summary_json(f.policy, &b);
	else
		summary_text(cli, f.policy, &b);
	return print(&b, stdout, EXIT_DONE);
}

/* ── decide ──────────────────────────────────────────────────────────────── */

static const char *const contains_words[] = {"unknown", "nothing", "personal-number"};
static const char *const recipient_words[] = {"unknown", "registered", "unregistered"};

/* The place of the flag's word in the list, 0 where it was not given; -1 after complaining. */
static int word_flag(const struct cli *cli, const char *flag, const char *const *words)
{
	const char *v = cli_flag(cli, flag);

	if (!v)
		return 0;
	for (int i = 0; i < 3; i++)
		if (strcmp(v, words[i]) == 0)
			return i;
	cli_fail(cli, "--%s: %s, %s, %s", flag, words[0], words[1], words[2]);
	return -1;
}

static enum err zone_flag(const struct cli *cli, const struct policy *p, const char *flag,
			  uint32_t *ret)
{
	const char *v = cli_flag(cli, flag);

	if (!v) {
		cli_fail(cli,
			 cli_say(cli, "--%s に領域の名前が要ります", "--%s needs a zone's name"),
			 flag);
		return ERR_USAGE;
	}
	if (policy_zone_by_name(p, slice_str(v), ret) != OK) {
		cli_fail(cli,
			 cli_say(cli, "領域 %s は方針にありません", "the policy has no zone %s"),
			 v);
		return ERR_USAGE;
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

static enum err request_of(const struct cli *cli, const struct policy *p,
			   struct policy_request *ret)
{
	struct policy_request rq = {.exception = cli_flag(cli, "exception") != NULL};
	const char *level = cli_flag(cli, "confidentiality");
	int contains = word_flag(cli, "contains", contains_words);
	int recipient = word_flag(cli, "recipient", recipient_words);
	uint64_t n = 0;

	if (contains < 0 || recipient < 0)
		return ERR_USAGE;
	if (level && (!slice_u64(slice_str(level), &n) || !n || n > POLICY_LEVELS_MAX)) {
		cli_fail(cli, "--confidentiality: 1-%d", POLICY_LEVELS_MAX);
		return ERR_USAGE;
	}
	TRY(zone_flag(cli, p, "from", &rq.source));
	TRY(zone_flag(cli, p, "to", &rq.destination));
	TRY(date_flag(cli, &rq.day));
	rq.confidentiality = (uint8_t)n;
	rq.contains = (unsigned)contains;
	rq.recipient = (unsigned)recipient;
	*ret = rq;
	return OK;
}

static void decision_json(const struct policy_decision *d, struct slice ja, struct slice en,
			  bool shown, struct buf *b)
{
	static const char *const reasons[] = {"default", "rule", "not-in-force"};
	const char *sep = "";

	buf_printf(b, "{\"permit\":%s,\"reason\":\"%s\"", d->permit ? "true" : "false",
		   reasons[d->reason]);
	if (shown) {
		buf_printf(b, ",\"line\":%u", d->line);
		json_text(b, "clause", d->clause);
		json_text(b, "phrase", d->phrase);
	}
	buf_str(b, ",\"obligations\":[");
	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++)
		if (d->obligations & (1u << o)) {
			buf_printf(b, "%s\"%s\"", sep, policy_obligation_word(o, d->sanitize));
			sep = ",";
		}
	buf_byte(b, ']');
	if (d->obligations & (1u << POLICY_RETAIN)) {
		json_date(b, "retain_until", d->retain_until);
		buf_printf(b, ",\"retain_days\":%u", d->retain_days);
	}
	json_hash(b, d->policy);
	json_text(b, "ja", ja);
	json_text(b, "en", en);
	buf_str(b, "}\n");
}

static int run_decide(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(ARENA_CAP);
	enum policy_visibility audience = cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET;
	struct policy_request rq;
	struct policy_decision dec;
	struct policy_file f;
	struct diag d;
	AUTO_BUF b;
	AUTO_BUF ja;
	AUTO_BUF en;
	enum err e;

	buf_init(&b, 65536);
	buf_init(&ja, 16384);
	buf_init(&en, 16384);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = policy_file_load(a, cli->operand[0], &f, &d);
	if (e != OK)
		return complain(cli, &f, e, &d);
	if (request_of(cli, f.policy, &rq) != OK)
		return EXIT_ERROR;
	policy_decide(f.policy, &rq, &dec);
	policy_explain(f.policy, &rq, &dec, POLICY_JA, audience, &ja);
	policy_explain(f.policy, &rq, &dec, POLICY_EN, audience, &en);
	if (cli->json) {
		decision_json(&dec, buf_view(&ja), buf_view(&en), dec.visibility <= audience, &b);
	} else {
		buf_slice(&b, buf_view(cli->ja ? &ja : &en));
		buf_byte(&b, '\n');
	}
	return print(&b, stdout, dec.permit ? EXIT_DONE : EXIT_HELD);
}

static const struct flag decide_flags[] = {
    {"from", 0, "ZONE", "送る側の領域", "the zone it comes from"},
    {"to", 0, "ZONE", "受け取る側の領域", "the zone it goes to"},
    {"confidentiality", 0, "N", "機密性の区分 (なければ未申告)",
     "declared level (none: undeclared)"},
    {"contains", 0, "WHAT", "personal-number、nothing、unknown",
     "personal-number, nothing, unknown"},
    {"recipient", 0, "WHO", "registered、unregistered、unknown",
     "registered, unregistered, unknown"},
    {"exception", 0, NULL, "例外措置がある", "an exception is in force"},
    {"date", 0, "DATE", "この日の判断 (なければ今日)", "decide for this day (else today)"},
    {"public", 0, NULL, "公開してよい定めだけを示す", "name only what is public"},
    {0},
};

const struct subcommand cmd_policy_check = {
    .name = "policy check",
    .usage = "FILE",
    .ja = "方針を検査し、誤りの行と桁を示す",
    .en = "check a policy; names line and column of a fault",
    .min_operands = 1,
    .max_operands = 1,
    .run = run_check,
};

const struct subcommand cmd_policy_decide = {
    .name = "policy decide",
    .usage = "FILE",
    .ja = "方針が受渡しを許可するかを、条項と条件とともに示す",
    .en = "say whether a policy permits a transfer, by which clause, on which conditions",
    .flags = decide_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_decide,
};
