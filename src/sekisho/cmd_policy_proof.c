/*
 * policy verify, diff, ask: exact answers about all cases of a policy.
 */
#include "sekisho/policy_cli.h"

#define DECIDERS_SHOWN 8

static enum policy_visibility audience_of(const struct cli *cli)
{
	return cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET;
}

/* The values that the box is narrowed to; null for what the audience may not read. */
static void json_box(const struct policy_space *s, const struct policy_box *box,
		     enum policy_visibility audience, struct buf *b)
{
	for (enum policy_attr a = 0; a < POLICY_ATTRS; a++) {
		const char *sep = "";

		if ((uint32_t)__builtin_popcount(box->set[a]) == s->n[a])
			continue;
		buf_printf(b, ",\"%s\":[", policy_attr_word(a));
		for (uint32_t v = 0; v < s->n[a]; v++)
			if (box->set[a] & (1u << v)) {
				buf_str(b, sep);
				if (s->value[a][v].visibility > audience)
					buf_str(b, "null");
				else
					buf_json(b, s->value[a][v].word);
				sep = ",";
			}
		buf_byte(b, ']');
	}
}

static void json_outcome(const struct policy_outcome *o, const char *key, struct buf *b)
{
	AUTO_BUF text;

	buf_init(&text, 1 << 20);
	policy_outcome_print(o, POLICY_JA, &text);
	policy_json_text(b, key, buf_view(&text));
}

/* ── verify ──────────────────────────────────────────────────────────────── */

static void verify_json(const struct policy *p, const struct policy_proof *r, struct buf *b)
{
	const struct policy_statement *s;

	policy_statements(p, &s);
	buf_printf(b, "{\"cases\":%llu,\"permitted\":%llu,\"proved\":%u,\"nodes\":%zu",
		   (unsigned long long)r->space.cases, (unsigned long long)r->permitted,
		   r->statements, r->nodes);
	buf_printf(b, ",\"breaches\":%zu,\"idle_known\":%s,\"idle\":[", r->n_breaches,
		   r->idle_known ? "true" : "false");
	for (size_t i = 0; i < r->n_idle; i++) {
		buf_printf(b, "%s{\"line\":%u,\"why\":\"%s\"", i ? "," : "",
			   s[r->idle[i].statement].line,
			   r->idle[i].why == POLICY_IDLE_DEAD ? "dead" : "redundant");
		policy_json_text(b, "id", s[r->idle[i].statement].id);
		buf_byte(b, '}');
	}
	buf_str(b, "]");
	policy_json_hash(b, policy_hash(p));
	buf_str(b, "}\n");
}

static void verify_text(const struct cli *cli, const struct policy *p, const struct policy_proof *r,
			struct buf *b)
{
	const struct policy_statement *s;

	policy_statements(p, &s);
	buf_printf(
	    b,
	    cli_say(cli, "全%llu通りのうち%llu通りを許可。never・always %u件を検証。\n",
		    "%llu cases, of which %llu are permitted; %u never and always proved.\n"),
	    (unsigned long long)r->space.cases, (unsigned long long)r->permitted, r->statements);
	for (size_t i = 0; i < r->n_breaches; i++) {
		buf_printf(b, cli_say(cli, "%u行が成り立たない:\n", "line %u does not hold:\n"),
			   s[r->breaches[i].statement].line);
		policy_breach_print(p, &r->breaches[i], policy_cli_lang(cli), b);
	}
	for (size_t i = 0; i < r->n_idle; i++)
		buf_printf(b,
			   r->idle[i].why == POLICY_IDLE_DEAD
			       ? cli_say(cli, "%u行の許可は、禁止がすべて打ち消すため働かない。\n",
					 "line %u: forbids cover all that this permit permits\n")
			       : cli_say(cli, "%u行の規則は、なくても結果が変わらない。\n",
					 "line %u: without this rule every case is decided the "
					 "same\n"),
			   s[r->idle[i].statement].line);
	if (!r->idle_known)
		buf_str(b, cli_say(cli, "働かない規則があるかは、規則が多いため調べていない。\n",
				   "rules without effect were not looked for: there are too many "
				   "rules\n"));
}

static enum err verify(const struct cli *cli, struct policy_cli *pc)
{
	const struct policy *p = pc->file->policy;
	struct policy_proof r;

	TRY(policy_verify(pc->arena, p, &r, &pc->diag));
	pc->code = r.n_breaches || r.n_idle ? EXIT_HELD : EXIT_DONE;
	if (cli->json)
		verify_json(p, &r, pc->out);
	else
		verify_text(cli, p, &r, pc->out);
	return OK;
}

static int run_verify(const struct cli *cli)
{
	return policy_cli_answer(cli, true, verify);
}

/* ── diff ────────────────────────────────────────────────────────────────── */

static void diff_json(const struct policy_diff *df, enum policy_visibility audience, struct buf *b)
{
	buf_printf(b, "{\"cases\":%llu,\"permitted\":%llu,\"forbidden\":%llu,\"altered\":%llu",
		   (unsigned long long)df->space.cases, (unsigned long long)df->permitted,
		   (unsigned long long)df->forbidden, (unsigned long long)df->altered);
	buf_str(b, ",\"groups\":[");
	for (size_t i = 0; i < df->n_groups; i++) {
		const struct policy_group *g = &df->groups[i];

		buf_printf(b, "%s{\"cases\":%llu", i ? "," : "", (unsigned long long)g->cases);
		json_box(&df->space, &g->box, audience, b);
		json_outcome(&g->before, "before", b);
		json_outcome(&g->after, "after", b);
		buf_byte(b, '}');
	}
	buf_printf(b, "],\"rest\":%llu,\"statements\":[", (unsigned long long)df->rest);
	for (size_t i = 0; i < df->n_changes; i++) {
		const struct policy_change *c = &df->changes[i];

		buf_printf(b, "%s{\"change\":\"%s\"", i ? "," : "",
			   !c->before  ? "added"
			   : !c->after ? "removed"
				       : "changed");
		policy_json_text(b, "id", (c->after ? c->after : c->before)->id);
		buf_byte(b, '}');
	}
	buf_str(b, "]}\n");
}

static enum err diff(const struct cli *cli, struct policy_cli *pc)
{
	struct policy_diff df;

	TRY(policy_diff(pc->arena, pc->file[0].policy, pc->file[1].policy, 0, &df, &pc->diag));
	if (df.permitted || df.forbidden || df.altered || df.n_changes)
		pc->code = EXIT_HELD;
	if (cli->json)
		diff_json(&df, audience_of(cli), pc->out);
	else
		policy_diff_print(&df, policy_cli_lang(cli), audience_of(cli), pc->out);
	return OK;
}

static int run_diff(const struct cli *cli)
{
	return policy_cli_answer(cli, false, diff);
}

/* ── ask ─────────────────────────────────────────────────────────────────── */

/* The rules behind a group, one line each: 「  52行 …。 条項8(3)イ」. */
static void ask_rules(const struct cli *cli, const struct policy *p, const struct policy_group *g,
		      struct buf *b)
{
	const struct policy_statement *s;
	uint32_t at[DECIDERS_SHOWN];
	size_t n = policy_group_deciders(p, g, audience_of(cli), at, DECIDERS_SHOWN);

	policy_statements(p, &s);
	for (size_t i = 0; i < n && i < DECIDERS_SHOWN; i++) {
		buf_printf(b, cli_say(cli, "    %u行 ", "    line %u "), s[at[i]].line);
		policy_statement_print(p, &s[at[i]], policy_cli_lang(cli), audience_of(cli), b);
		buf_byte(b, '\n');
	}
	if (n > DECIDERS_SHOWN)
		buf_printf(b, cli_say(cli, "    ほか%zu件の規則\n", "    and %zu more rules\n"),
			   n - DECIDERS_SHOWN);
}

static void ask_text(const struct cli *cli, const struct policy *p, const struct policy_answer *r,
		     struct buf *b)
{
	buf_printf(b,
		   cli_say(cli, "%llu通りのうち%llu通りを許可。\n",
			   "%llu cases, of which %llu are permitted.\n"),
		   (unsigned long long)r->cases, (unsigned long long)r->permitted);
	for (size_t i = 0; i < r->n_groups; i++) {
		const struct policy_group *g = &r->groups[i];

		buf_str(b, "- ");
		policy_box_print(&r->space, &g->box, policy_cli_lang(cli), audience_of(cli), b);
		buf_printf(b, cli_say(cli, ": %llu通り\n    ", ": %llu cases\n    "),
			   (unsigned long long)g->cases);
		policy_outcome_print(&g->after, policy_cli_lang(cli), b);
		buf_byte(b, '\n');
		ask_rules(cli, p, g, b);
	}
	if (r->rest)
		buf_printf(b, cli_say(cli, "- ほか %llu通り\n", "- and %llu cases\n"),
			   (unsigned long long)r->rest);
	if (r->veiled)
		buf_printf(b,
			   cli_say(cli, "- 公開しない定めによる: %llu通り\n",
				   "- by provisions that are not public: %llu cases\n"),
			   (unsigned long long)r->veiled);
}

static void ask_json(const struct cli *cli, const struct policy *p, const struct policy_answer *r,
		     struct buf *b)
{
	const struct policy_statement *s;
	uint32_t at[DECIDERS_SHOWN];

	policy_statements(p, &s);
	buf_printf(b, "{\"cases\":%llu,\"permitted\":%llu,\"veiled\":%llu,\"groups\":[",
		   (unsigned long long)r->cases, (unsigned long long)r->permitted,
		   (unsigned long long)r->veiled);
	for (size_t i = 0; i < r->n_groups; i++) {
		const struct policy_group *g = &r->groups[i];
		size_t n = policy_group_deciders(p, g, audience_of(cli), at, DECIDERS_SHOWN);

		buf_printf(b, "%s{\"cases\":%llu", i ? "," : "", (unsigned long long)g->cases);
		json_box(&r->space, &g->box, audience_of(cli), b);
		json_outcome(&g->after, "outcome", b);
		buf_printf(b, ",\"rules\":%zu,\"by\":[", n);
		for (size_t k = 0; k < n && k < DECIDERS_SHOWN; k++) {
			buf_printf(b, "%s{\"line\":%u", k ? "," : "", s[at[k]].line);
			policy_json_text(b, "id", s[at[k]].id);
			policy_json_text(b, "clause", s[at[k]].clause);
			buf_byte(b, '}');
		}
		buf_str(b, "]}");
	}
	buf_printf(b, "],\"rest\":%llu}\n", (unsigned long long)r->rest);
}

static enum err ask(const struct cli *cli, struct policy_cli *pc)
{
	const struct policy *p = pc->file->policy;
	struct policy_answer r;
	struct policy_box given;

	TRY(policy_cli_box(cli, pc->arena, p, audience_of(cli), &given));
	TRY(policy_ask(pc->arena, p, &given, audience_of(cli), 0, &r, &pc->diag));
	pc->code = r.permitted ? EXIT_DONE : EXIT_HELD;
	(cli->json ? ask_json : ask_text)(cli, p, &r, pc->out);
	return OK;
}

static int run_ask(const struct cli *cli)
{
	return policy_cli_answer(cli, false, ask);
}

static const struct flag diff_flags[] = {
    {"public", 0, NULL, "公開してよい定めだけを示す", "name only what is public"},
    {0},
};

const struct subcommand cmd_policy_verify = {
    .name = "policy verify",
    .usage = "FILE",
    .ja = "never・always をすべての場合について検証し、働かない規則を示す",
    .en = "prove every never and always over all cases; name rules without effect",
    .min_operands = 1,
    .max_operands = 1,
    .run = run_verify,
};

const struct subcommand cmd_policy_diff = {
    .name = "policy diff",
    .usage = "OLD NEW",
    .ja = "二つの方針で扱いが変わる場合を、漏れなく数とともに示す",
    .en = "exactly which cases two policies decide differently, with counts",
    .flags = diff_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_diff,
};

const struct subcommand cmd_policy_ask = {
    .name = "policy ask",
    .usage = "FILE",
    .ja = "もし…なら: 一部だけを決めたとき、何が許可されるかを示す",
    .en = "what if: what is permitted where only some values are given",
    .flags = policy_ask_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_ask,
};
