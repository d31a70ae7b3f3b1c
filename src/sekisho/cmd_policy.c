/*
 * policy check, decide, explain, fmt: asks a policy file on disk; no server is needed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "os/clock.h"
#include "policy/format.h"
#include "sekisho/policy_cli.h"

void policy_json_text(struct buf *b, const char *key, struct slice s)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json(b, s);
}

void policy_json_date(struct buf *b, const char *key, int32_t day)
{
	buf_printf(b, ",\"%s\":\"", key);
	date_put_iso(b, date_from_days(day));
	buf_byte(b, '"');
}

void policy_json_hash(struct buf *b, struct hash h)
{
	char hex[65];

	hash_hex(h, hex);
	buf_printf(b, ",\"policy\":\"%s\"", hex);
}

int policy_cli_print(const struct buf *b, FILE *to, int code)
{
	if (buf_err(b) || fwrite(b->p, 1, b->n, to) != b->n)
		return EXIT_ERROR;
	return code;
}

int policy_cli_complain(const struct cli *cli, const struct policy_file *f, enum err e,
			const struct diag *d)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (!cli->json) {
		policy_file_complain(f, e, d, &b);
		return policy_cli_print(&b, stderr, EXIT_ERROR);
	}
	buf_printf(&b, "{\"ok\":false,\"line\":%u,\"column\":%u", d->line, d->column);
	policy_json_text(&b, "file",
			 slice_str(strcmp(d->part, "basis") == 0      ? f->basis_path
				   : strcmp(d->part, "standard") == 0 ? f->standard_path
								      : f->path));
	policy_json_text(&b, "text", slice_str(d->text[0] ? d->text : err_str(e)));
	buf_str(&b, "}\n");
	return policy_cli_print(&b, stdout, EXIT_ERROR);
}

enum policy_lang policy_cli_lang(const struct cli *cli)
{
	return cli->ja ? POLICY_JA : POLICY_EN;
}

int policy_cli_answer(const struct cli *cli, bool drafts,
		      enum err (*answer)(const struct cli *cli, struct policy_cli *pc))
{
	AUTO_ARENA a = arena_new(POLICY_ARENA_CAP);
	AUTO_BUF out;
	struct policy_cli pc = {.arena = a, .out = &out, .code = EXIT_DONE};
	size_t n = 0;
	enum err e = OK;

	buf_init(&out, 16u << 20);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	for (; n < ARRAY_LEN(pc.file) && cli->operand[n] && e == OK; n++)
		e = (drafts ? policy_file_draft : policy_file_load)(a, cli->operand[n], &pc.file[n],
								    &pc.diag);
	if (e == OK)
		e = answer(cli, &pc);
	if (e == ERR_USAGE)
		return EXIT_ERROR;
	if (e != OK)
		return policy_cli_complain(cli, &pc.file[n - 1], e, &pc.diag);
	return policy_cli_print(&out, stdout, pc.code);
}

/* ── check ───────────────────────────────────────────────────────────────── */

static void summary_json(const struct policy *p, struct buf *b)
{
	const struct slice *organs;
	size_t n = policy_adopters(p, &organs);

	buf_str(b, "{\"ok\":true");
	policy_json_text(b, "title", policy_title(p));
	buf_str(b, ",\"adopted_by\":[");
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? "," : "");
		buf_json(b, organs[i]);
	}
	buf_printf(b, "],\"version\":%llu", (unsigned long long)policy_version(p));
	policy_json_date(b, "effective", policy_effective(p));
	buf_printf(b, ",\"rules\":%u", policy_rule_count(p));
	policy_json_hash(b, policy_hash(p));
	buf_str(b, ",\"zones\":[");
	for (uint32_t i = 0; i < policy_zone_count(p); i++) {
		const struct policy_zone *z = policy_zone(p, i);

		buf_str(b, i ? ",{\"name\":" : "{\"name\":");
		buf_json(b, z->name);
		policy_json_text(b, "label", z->label);
		policy_json_text(b, "clause", z->clause);
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

static enum err check(const struct cli *cli, struct policy_cli *pc)
{
	if (cli->json)
		summary_json(pc->file->policy, pc->out);
	else
		summary_text(cli, pc->file->policy, pc->out);
	return OK;
}

static int run_check(const struct cli *cli)
{
	return policy_cli_answer(cli, false, check);
}

/* ── decide, explain ─────────────────────────────────────────────────────── */

void policy_cli_decision_json(const struct policy_decision *d, struct slice ja, struct slice en,
			      struct buf *b)
{
	static const char *const reasons[] = {"default", "rule", "not-in-force"};
	const char *sep = "";

	buf_printf(b, "{\"permit\":%s,\"reason\":\"%s\"", d->permit ? "true" : "false",
		   reasons[d->reason]);
	if (d->clause.n) {
		buf_printf(b, ",\"line\":%u", d->line);
		policy_json_text(b, "tree",
				 d->tree == POLICY_TREE_STANDARD ? S("standard") : S("basic"));
		policy_json_text(b, "clause", d->clause);
		policy_json_text(b, "phrase", d->phrase);
	}
	buf_str(b, ",\"obligations\":[");
	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++)
		if (d->obligations & (1u << o)) {
			buf_printf(b, "%s\"%s\"", sep, policy_obligation_word(o, d->sanitize));
			sep = ",";
		}
	buf_byte(b, ']');
	if (d->obligations & (1u << POLICY_RETAIN)) {
		policy_json_date(b, "retain_until", d->retain_until);
		buf_printf(b, ",\"retain_days\":%u", d->retain_days);
	}
	policy_json_hash(b, d->policy);
	policy_json_text(b, "ja", ja);
	policy_json_text(b, "en", en);
}

#define DECIDERS_MAX 256

/* Every rule that decided, one sentence each. */
void policy_cli_deciders(const struct cli *cli, const struct policy *p,
			 const struct policy_request *rq, enum policy_visibility audience,
			 struct buf *b)
{
	const struct policy_statement *s;
	uint32_t at[DECIDERS_MAX];
	size_t n = policy_deciders(p, rq, at, DECIDERS_MAX), shown = 0;

	policy_statements(p, &s);
	if (cli->json)
		buf_str(b, ",\"rules\":[");
	for (size_t i = 0; i < n && i < DECIDERS_MAX; i++) {
		const struct policy_statement *r = &s[at[i]];

		if (r->visibility > audience)
			continue;
		if (cli->json) {
			buf_str(b, shown ? ",{\"id\":" : "{\"id\":");
			buf_json(b, r->id);
			buf_printf(b, ",\"line\":%u", r->line);
			policy_json_text(b, "clause", r->clause);
			buf_byte(b, '}');
		} else {
			buf_printf(b, cli_say(cli, "  %u行 ", "  line %u "), r->line);
			policy_statement_print(p, r, cli->ja ? POLICY_JA : POLICY_EN, audience, b);
			buf_str(b, cli_say(cli, " 条項", " Clause "));
			buf_slice(b, r->clause);
			buf_byte(b, '\n');
		}
		shown++;
	}
	if (cli->json)
		buf_byte(b, ']');
}

static enum err decide(const struct cli *cli, struct policy_cli *pc, bool explain)
{
	enum policy_visibility audience = cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET;
	const struct policy *p = pc->file->policy;
	struct policy_decision dec;
	struct policy_request rq;
	AUTO_BUF ja;
	AUTO_BUF en;

	buf_init(&ja, 16384);
	buf_init(&en, 16384);
	TRY(policy_cli_request(cli, pc->arena, p, &rq));
	policy_decide(p, &rq, &dec);
	policy_explain(p, &rq, &dec, POLICY_JA, audience, &ja);
	policy_explain(p, &rq, &dec, POLICY_EN, audience, &en);
	dec = policy_decision_for(dec, audience);
	pc->code = dec.permit ? EXIT_DONE : EXIT_HELD;
	if (cli->json) {
		policy_cli_decision_json(&dec, buf_view(&ja), buf_view(&en), pc->out);
	} else {
		buf_slice(pc->out, buf_view(cli->ja ? &ja : &en));
		buf_byte(pc->out, '\n');
	}
	if (explain) {
		char hex[65];

		policy_cli_deciders(cli, p, &rq, audience, pc->out);
		hash_hex(dec.policy, hex);
		if (!cli->json)
			buf_printf(pc->out, "  sha256 %s\n", hex);
	}
	if (cli->json)
		buf_str(pc->out, "}\n");
	return OK;
}

static enum err just_decide(const struct cli *cli, struct policy_cli *pc)
{
	return decide(cli, pc, false);
}

static enum err decide_and_explain(const struct cli *cli, struct policy_cli *pc)
{
	return decide(cli, pc, true);
}

static int run_decide(const struct cli *cli)
{
	return policy_cli_answer(cli, cli_flag(cli, "draft") != NULL, just_decide);
}

static int run_explain(const struct cli *cli)
{
	if (cli->operands == 2)
		return policy_cli_past(cli);
	return policy_cli_answer(cli, cli_flag(cli, "draft") != NULL, decide_and_explain);
}

/* ── fmt ─────────────────────────────────────────────────────────────────── */

static int run_fmt(const struct cli *cli)
{
	enum policy_visibility audience = cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET;
	struct diag d = {0};
	AUTO_BUF text;
	AUTO_BUF b;
	enum err e;

	buf_init(&text, POLICY_TEXT_MAX + 1);
	buf_init(&b, 2 * POLICY_TEXT_MAX);
	e = file_read(cli->operand[0], &text);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	e = policy_format(buf_view(&text), audience, &b, &d);
	if (e != OK) {
		struct policy_file f = {.path = cli->operand[0], .text = buf_view(&text)};

		return policy_cli_complain(cli, &f, e, &d);
	}
	if (cli_flag(cli, "check"))
		return slice_eq(buf_view(&b), buf_view(&text)) ? EXIT_DONE : EXIT_HELD;
	if (!cli_flag(cli, "write"))
		return policy_cli_print(&b, stdout, EXIT_DONE);
	if (audience != POLICY_SECRET)
		return cli_fail(cli, "%s",
				cli_say(cli, "--public と --write は併用できません",
					"--public and --write exclude each other"));
	e = slice_eq(buf_view(&b), buf_view(&text))
		? OK
		: file_write(AT_FDCWD, cli->operand[0], buf_view(&b), 0644);
	return e == OK ? EXIT_DONE : cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
}

static const struct flag fmt_flags[] = {
    {"write", 'w', NULL, "ファイルを書き換える", "rewrite the file"},
    {"check", 0, NULL, "整形済みでなければ 2 で終わる", "only say by exit code 2 that it differs"},
    {"public", 0, NULL, "公開する定めだけを注釈なしで示す",
     "only what is public, without comments"},
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
    .ja = "方針が許可するかを、条項と条件とともに示す",
    .en = "say whether a policy permits a case, by which clause, on which conditions",
    .flags = policy_case_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_decide,
};

const struct subcommand cmd_policy_explain = {
    .name = "policy explain",
    .usage = "FILE | DIR TRANSFER",
    .ja = "判断と、それを決めたすべての規則を示す。過去の受渡しは、判断した版で説明する",
    .en = "a decision and every rule that made it; of a transfer: by the version that decided",
    .flags = policy_case_flags,
    .min_operands = 1,
    .max_operands = 2,
    .run = run_explain,
};

const struct subcommand cmd_policy_fmt = {
    .name = "policy fmt",
    .usage = "FILE",
    .ja = "方針を決まった体裁に整える",
    .en = "print a policy in its canonical layout",
    .flags = fmt_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_fmt,
};
