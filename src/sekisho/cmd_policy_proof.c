/*
 * policy verify, diff, ask: exact answers about all cases of a policy.
 */
#include "sekisho/policy_cli.h"

static void json_group(const struct policy_space *s, const struct policy_group *g, bool before,
		       struct buf *b)
{
	AUTO_BUF text;

	buf_init(&text, 1 << 20);
	buf_printf(b, "{\"cases\":%llu", (unsigned long long)g->cases);
	for (enum policy_attr a = 0; a < POLICY_ATTRS; a++) {
		const char *sep = "";

		if ((uint32_t)__builtin_popcount(g->box.set[a]) == s->n[a])
			continue;
		buf_printf(b, ",\"%s\":[", policy_attr_word(a));
		for (uint32_t v = 0; v < s->n[a]; v++)
			if (g->box.set[a] & (1u << v)) {
				buf_str(b, sep);
				buf_json(b, s->value[a][v].word);
				sep = ",";
			}
		buf_byte(b, ']');
	}
	if (before) {
		policy_outcome_print(&g->before, POLICY_JA, &text);
		policy_json_text(b, "before", buf_view(&text));
		text.n = 0;
	}
	policy_outcome_print(&g->after, POLICY_JA, &text);
	policy_json_text(b, before ? "after" : "outcome", buf_view(&text));
	buf_byte(b, '}');
}

static void json_groups(const struct policy_space *s, const struct policy_group *g, size_t n,
			bool before, struct buf *b)
{
	buf_str(b, ",\"groups\":[");
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? "," : "");
		json_group(s, &g[i], before, b);
	}
	buf_byte(b, ']');
}

static enum policy_lang lang_of(const struct cli *cli)
{
	return cli->ja ? POLICY_JA : POLICY_EN;
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
		policy_breach_print(p, &r->breaches[i], lang_of(cli), b);
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

static int run_verify(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA_CAP);
	struct policy_proof r;
	struct policy_file f;
	struct diag d;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 16u << 20);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = policy_file_draft(a, cli->operand[0], &f, &d);
	if (e == OK)
		e = policy_verify(a, f.policy, &r, &d);
	if (e != OK)
		return policy_cli_complain(cli, &f, e, &d);
	if (cli->json)
		verify_json(f.policy, &r, &b);
	else
		verify_text(cli, f.policy, &r, &b);
	return policy_cli_print(&b, stdout, r.n_breaches || r.n_idle ? EXIT_HELD : EXIT_DONE);
}

/* ── diff ────────────────────────────────────────────────────────────────── */

static void diff_json(const struct policy_diff *df, struct buf *b)
{
	buf_printf(b, "{\"cases\":%llu,\"permitted\":%llu,\"forbidden\":%llu,\"altered\":%llu",
		   (unsigned long long)df->space.cases, (unsigned long long)df->permitted,
		   (unsigned long long)df->forbidden, (unsigned long long)df->altered);
	json_groups(&df->space, df->groups, df->n_groups, true, b);
	buf_printf(b, ",\"rest\":%llu,\"statements\":[", (unsigned long long)df->rest);
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

static int run_diff(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA_CAP);
	struct policy_file f[2];
	struct policy_diff df;
	struct diag d;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 16u << 20);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	for (size_t i = 0; i < 2; i++) {
		e = policy_file_load(a, cli->operand[i], &f[i], &d);
		if (e != OK)
			return policy_cli_complain(cli, &f[i], e, &d);
	}
	e = policy_diff(a, f[0].policy, f[1].policy, 0, &df, &d);
	if (e != OK)
		return policy_cli_complain(cli, &f[1], e, &d);
	if (cli->json)
		diff_json(&df, &b);
	else
		policy_diff_print(&df, lang_of(cli),
				  cli_flag(cli, "public") ? POLICY_PUBLIC : POLICY_SECRET, &b);
	return policy_cli_print(
	    &b, stdout,
	    df.permitted || df.forbidden || df.altered || df.n_changes ? EXIT_HELD : EXIT_DONE);
}

/* ── ask ─────────────────────────────────────────────────────────────────── */

static void ask_text(const struct cli *cli, const struct policy_answer *r, struct buf *b)
{
	buf_printf(b,
		   cli_say(cli, "%llu通りのうち%llu通りを許可。\n",
			   "%llu cases, of which %llu are permitted.\n"),
		   (unsigned long long)r->cases, (unsigned long long)r->permitted);
	for (size_t i = 0; i < r->n_groups; i++) {
		const struct policy_group *g = &r->groups[i];

		buf_str(b, "- ");
		policy_box_print(&r->space, &g->box, lang_of(cli), POLICY_SECRET, b);
		buf_printf(b, cli_say(cli, ": %llu通り\n    ", ": %llu cases\n    "),
			   (unsigned long long)g->cases);
		policy_outcome_print(&g->after, lang_of(cli), b);
		buf_byte(b, '\n');
	}
	if (r->rest)
		buf_printf(b, cli_say(cli, "- ほか %llu通り\n", "- and %llu cases\n"),
			   (unsigned long long)r->rest);
}

static int run_ask(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA_CAP);
	struct policy_answer r;
	struct policy_file f;
	struct policy_box given;
	struct diag d;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 16u << 20);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = policy_file_load(a, cli->operand[0], &f, &d);
	if (e != OK)
		return policy_cli_complain(cli, &f, e, &d);
	if (policy_cli_box(cli, a, f.policy, &given) != OK)
		return EXIT_ERROR;
	e = policy_ask(a, f.policy, &given, 0, &r, &d);
	if (e != OK)
		return policy_cli_complain(cli, &f, e, &d);
	if (cli->json) {
		buf_printf(&b, "{\"cases\":%llu,\"permitted\":%llu", (unsigned long long)r.cases,
			   (unsigned long long)r.permitted);
		json_groups(&r.space, r.groups, r.n_groups, false, &b);
		buf_printf(&b, ",\"rest\":%llu}\n", (unsigned long long)r.rest);
	} else {
		ask_text(cli, &r, &b);
	}
	return policy_cli_print(&b, stdout, r.permitted ? EXIT_DONE : EXIT_HELD);
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
