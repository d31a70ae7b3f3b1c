/*
 * text show, text diff: reads policy texts (基本方針, 対策基準, 実施手順) on disk; no server is
 * needed.
 */
#include <stdio.h>
#include "clauses/compare.h"
#include "os/file.h"
#include "sekisho/subcommand.h"

#define ARENA_CAP (2ull << 30)
#define OUT_MAX (256u << 20)

static int print(const struct buf *b, FILE *to, int code)
{
	if (buf_err(b) || fwrite(b->p, 1, b->n, to) != b->n)
		return EXIT_ERROR;
	return code;
}

/* False after telling why. */
static bool load(const struct cli *cli, struct arena *a, const char *path, struct clauses *ret)
{
	struct slice text;
	struct diag d = {0};
	AUTO_BUF b;
	enum err e;

	buf_init(&b, CLAUSES_TEXT_MAX + 1);
	e = file_read(path, &b);
	text = e == OK ? arena_copy(a, buf_view(&b)) : (struct slice){0};
	if (e == OK)
		e = text.p ? clauses_read(a, text, ret, &d) : ERR_MEMORY;
	if (e != OK)
		cli_fail(cli, "%s: %s", path, d.text[0] ? d.text : err_str(e));
	return e == OK;
}

static void indent(struct buf *b, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		buf_str(b, "  ");
}

static void node_text(const struct clause *n, struct buf *b)
{
	indent(b, n->depth);
	buf_slice(b, n->id);
	if (n->heading.n) {
		buf_str(b, "  ");
		buf_slice(b, n->heading);
	}
	if (n->dated) {
		buf_str(b, "  ");
		date_put_wareki(b, date_from_days(n->effective));
		buf_str(b, " (");
		date_put_iso(b, date_from_days(n->effective));
		buf_byte(b, ')');
	}
	buf_byte(b, '\n');
	for (uint32_t i = 0; i < n->n_pars; i++) {
		indent(b, n->depth + 2);
		buf_slice(b, n->pars[i]);
		buf_byte(b, '\n');
	}
}

static void member(struct buf *b, const char *key, struct slice s)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json(b, s);
}

static enum err node_json(struct arena *a, const struct clauses *c, uint32_t i, struct buf *b)
{
	static const char *const kinds[] = {"front", "clause", "supplement", "annex"};
	const struct clause *n = &c->nodes[i];
	struct clause_span *spans;
	uint32_t count;

	TRY(clauses_phrases(a, n, &spans, &count));
	buf_printf(b, "{\"kind\":\"%s\",\"line\":%u", kinds[n->kind], n->line);
	member(b, "id", n->id);
	if (n->parent != CLAUSES_NONE)
		member(b, "parent", c->nodes[n->parent].id);
	member(b, n->definition ? "term" : "heading", n->heading);
	buf_str(b, ",\"paragraphs\":[");
	for (uint32_t k = 0; k < n->n_pars; k++) {
		buf_str(b, k ? "," : "");
		buf_json(b, n->pars[k]);
	}
	buf_str(b, "],\"obligations\":[");
	for (uint32_t k = 0; k < count; k++) {
		buf_str(b, k ? "," : "");
		buf_json(b, clauses_span_text(n, spans[k]));
	}
	buf_byte(b, ']');
	if (n->dated) {
		buf_str(b, ",\"effective\":\"");
		date_put_iso(b, date_from_days(n->effective));
		buf_byte(b, '"');
	}
	member(b, "text", n->text);
	buf_str(b, "}\n");
	return OK;
}

static void doubts(const struct cli *cli, const struct clauses *c, struct buf *b)
{
	for (uint32_t i = 0; i < c->n_doubts; i++) {
		const struct clause_doubt *d = &c->doubts[i];
		AUTO_BUF why = {0};

		buf_init(&why, 65536);
		clauses_doubt_print(c, d, cli->ja, &why);
		if (cli->json) {
			buf_printf(b, "{\"kind\":\"doubt\",\"line\":%u", d->line);
			member(b, "why", buf_view(&why));
			buf_str(b, "}\n");
		} else {
			buf_printf(b, "%s:%u: ", cli->operand[0], d->line);
			buf_slice(b, buf_view(&why));
			buf_byte(b, '\n');
		}
	}
}

/* From the node up to the next one that is no part of it. */
static uint32_t end_of(const struct clauses *c, uint32_t i)
{
	uint32_t end = i + 1;

	while (end < c->n && c->nodes[end].depth > c->nodes[i].depth)
		end++;
	return end;
}

static int run_show(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(ARENA_CAP);
	struct clauses c;
	uint32_t from = 0, to;
	AUTO_BUF b;
	AUTO_BUF unsure;

	buf_init(&b, OUT_MAX);
	buf_init(&unsure, OUT_MAX);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	if (!load(cli, a, cli->operand[0], &c))
		return EXIT_ERROR;
	to = c.n;
	if (cli->operands == 2) {
		from = clauses_find(&c, slice_str(cli->operand[1]));
		if (from == CLAUSES_NONE)
			return cli_fail(cli,
					cli_say(cli, "%s: この番号の条項はありません",
						"%s: there is no such clause"),
					cli->operand[1]);
		to = end_of(&c, from);
	}
	for (uint32_t i = from; i < to; i++) {
		if (!cli->json)
			node_text(&c.nodes[i], &b);
		else if (node_json(a, &c, i, &b) != OK)
			return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	}
	doubts(cli, &c, &unsure);
	if (print(&b, stdout, EXIT_DONE) != EXIT_DONE)
		return EXIT_ERROR;
	return print(&unsure, cli->json ? stdout : stderr, c.n_doubts ? EXIT_HELD : EXIT_DONE);
}

/* ── diff ────────────────────────────────────────────────────────────────── */

static const struct {
	const char *word, *ja, *en;
} changes[] = {
    [CHANGE_SAME] = {"same", "変更なし", "unchanged"},
    [CHANGE_WORDS] = {"words", "改める", "reworded"},
    [CHANGE_ADDED] = {"added", "加える", "added"},
    [CHANGE_REMOVED] = {"removed", "削る", "removed"},
    [CHANGE_MOVED] = {"moved", "番号を改める", "renumbered"},
};

/* One side of a changed clause; what only this side says stands in 【】. */
static void side_text(const struct clause_pair *p, int side, const char *name, struct buf *b)
{
	buf_printf(b, "  %s  ", name);
	for (uint32_t i = 0; i < p->n_runs; i++) {
		const struct clause_run *r = &p->runs[i];

		if (r->side != RUN_SAME && (int)r->side != side)
			continue;
		buf_str(b, r->side == RUN_SAME ? "" : "【");
		buf_slice(b, r->text);
		buf_str(b, r->side == RUN_SAME ? "" : "】");
	}
	buf_byte(b, '\n');
}

static struct slice id_or_dash(const struct clauses *c, uint32_t i)
{
	return i == CLAUSES_NONE ? S("―") : c->nodes[i].id;
}

static void pair_text(const struct cli *cli, struct arena *a, const struct clauses *x,
		      const struct clauses *y, const struct clause_pair *p, struct buf *b)
{
	const char *old = cli_say(cli, "旧", "old"), *new = cli_say(cli, "新", "new");

	buf_slice(b, id_or_dash(x, p->before));
	buf_str(b, " → ");
	buf_slice(b, id_or_dash(y, p->after));
	buf_printf(b, "  %s\n", cli_say(cli, changes[p->change].ja, changes[p->change].en));
	if (p->change == CHANGE_WORDS) {
		side_text(p, RUN_OLD, old, b);
		side_text(p, RUN_NEW, new, b);
	} else if (p->change == CHANGE_ADDED || p->change == CHANGE_REMOVED) {
		buf_printf(b, "  %s  ", p->change == CHANGE_ADDED ? new : old);
		buf_slice(b, clauses_words(a, p->change == CHANGE_ADDED ? &y->nodes[p->after]
									: &x->nodes[p->before]));
		buf_byte(b, '\n');
	}
}

static void pair_json(struct arena *a, const struct clauses *x, const struct clauses *y,
		      const struct clause_pair *p, struct buf *b)
{
	static const char *const sides[] = {"same", "old", "new"};

	buf_printf(b, "{\"change\":\"%s\"", changes[p->change].word);
	if (p->before != CLAUSES_NONE) {
		member(b, "before", x->nodes[p->before].id);
		member(b, "old", clauses_words(a, &x->nodes[p->before]));
	}
	if (p->after != CLAUSES_NONE) {
		member(b, "after", y->nodes[p->after].id);
		member(b, "new", clauses_words(a, &y->nodes[p->after]));
	}
	buf_str(b, ",\"runs\":[");
	for (uint32_t i = 0; i < p->n_runs; i++) {
		buf_printf(b, "%s[\"%s\",", i ? "," : "", sides[p->runs[i].side]);
		buf_json(b, p->runs[i].text);
		buf_byte(b, ']');
	}
	buf_str(b, "]}\n");
}

static int run_diff(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(ARENA_CAP);
	struct clauses x, y;
	struct clauses_diff df;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, OUT_MAX);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	if (!load(cli, a, cli->operand[0], &x) || !load(cli, a, cli->operand[1], &y))
		return EXIT_ERROR;
	e = clauses_compare(a, &x, &y, &df);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	for (uint32_t i = 0; i < df.n; i++) {
		if (df.pairs[i].change == CHANGE_SAME)
			continue;
		if (cli->json)
			pair_json(a, &x, &y, &df.pairs[i], &b);
		else
			pair_text(cli, a, &x, &y, &df.pairs[i], &b);
	}
	if (!df.changed && !cli->json)
		buf_printf(&b, "%s\n", cli_say(cli, "変更はありません", "nothing has changed"));
	return print(&b, stdout, EXIT_DONE);
}

const struct subcommand cmd_text_show = {
    .name = "text show",
    .usage = "FILE [ID]",
    .ja = "方針の文章を条項ごとに読み、番号の疑わしい所を挙げる",
    .en = "read a policy text clause by clause and name what is doubtful in its numbers",
    .min_operands = 1,
    .max_operands = 2,
    .run = run_show,
};

const struct subcommand cmd_text_diff = {
    .name = "text diff",
    .usage = "OLD NEW",
    .ja = "二つの版を条項ごとに比べる(新旧対照)",
    .en = "compare two versions of a policy text clause by clause",
    .min_operands = 2,
    .max_operands = 2,
    .run = run_diff,
};
