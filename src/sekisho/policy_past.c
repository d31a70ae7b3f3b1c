/*
 * policy explain DIR TRANSFER: every decision about a transfer, by the version of the policy that
 * made it. TRANSFER is its number or its 受付番号.
 */
#include "gateway/past.h"
#include "sekisho/policy_cli.h"
#include "sekisho/site.h"
#include "store/transfers.h"

#define OUT_MAX (4u << 20)

static enum policy_visibility audience_of(const struct cli *cli)
{
	return cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET;
}

static void put_text(const struct cli *cli, const struct past_decision *p, struct buf *b)
{
	char when[24];

	site_time(p->entry->at_ms, when);
	buf_printf(b, "%s ", when);
	buf_slice(b, p->entry->type);
	if (!p->policy) {
		buf_str(b, cli_say(cli, " 判断した版の本文が保管されていません: ",
				   " the version that decided is not kept here: "));
		buf_slice(b, record_value(p->entry, "policy"));
		buf_byte(b, '\n');
		return;
	}
	buf_printf(b, cli_say(cli, " 第%llu版\n", " version %llu\n"),
		   (unsigned long long)policy_version(p->policy));
	policy_explain(p->policy, &p->rq, &p->d, policy_cli_lang(cli), audience_of(cli), b);
	buf_byte(b, '\n');
	policy_cli_deciders(cli, p->policy, &p->rq, audience_of(cli), b);
	buf_str(b, "  sha256 ");
	buf_slice(b, record_value(p->entry, "policy"));
	buf_byte(b, '\n');
	if (!p->as_recorded)
		buf_str(b, cli_say(cli, "  記録にある規則と一致しません\n",
				   "  the entry names other rules than these\n"));
}

/* One line a decision. */
static void put_json(const struct cli *cli, const struct past_decision *p, struct buf *b)
{
	struct policy_decision d = policy_decision_for(p->d, audience_of(cli));
	AUTO_BUF ja;
	AUTO_BUF en;

	buf_init(&ja, 16384);
	buf_init(&en, 16384);
	if (p->policy) {
		policy_explain(p->policy, &p->rq, &p->d, POLICY_JA, audience_of(cli), &ja);
		policy_explain(p->policy, &p->rq, &p->d, POLICY_EN, audience_of(cli), &en);
		policy_cli_decision_json(&d, buf_view(&ja), buf_view(&en), b);
		policy_cli_deciders(cli, p->policy, &p->rq, audience_of(cli), b);
		buf_printf(b, ",\"version\":%llu,\"as_recorded\":%s",
			   (unsigned long long)policy_version(p->policy),
			   p->as_recorded ? "true" : "false");
	} else {
		buf_str(b, "{\"version\":null");
		policy_json_text(b, "policy", record_value(p->entry, "policy"));
	}
	buf_printf(b, ",\"entry\":%llu", (unsigned long long)p->entry->index);
	policy_json_text(b, "type", p->entry->type);
	buf_str(b, "}\n");
}

int policy_cli_past(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(PAST_ARENA);
	struct slice what = slice_str(cli->operand[1]);
	struct past_decision *list;
	struct transfer_row row;
	AUTO_SITE s = {0};
	int code = EXIT_DONE;
	AUTO_BUF b;
	size_t n;
	enum err e;

	buf_init(&b, OUT_MAX);
	for (const struct flag *f = policy_case_flags; f->name; f++)
		if (strcmp(f->name, "public") != 0 && cli_flag(cli, f->name))
			return cli_fail(cli,
					cli_say(cli, "--%s: 受渡しの場合は記録にあります",
						"--%s: the case of a transfer is on record"),
					f->name);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	e = store_transfer_by_receipt(s.store, what, a, &row);
	if (e == OK || e == ERR_NOT_FOUND)
		e = past_decisions(s.store, e == OK ? row.id : what, a, &list, &n);
	if (e == ERR_NOT_FOUND)
		return cli_fail(cli,
				cli_say(cli, "%s: その番号の受渡しの記録はありません",
					"%s: the record has no such transfer"),
				cli->operand[1]);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	for (size_t i = 0; i < n; i++) {
		(cli->json ? put_json : put_text)(cli, &list[i], &b);
		if (!list[i].as_recorded)
			code = EXIT_HELD;
	}
	return policy_cli_print(&b, stdout, code);
}
