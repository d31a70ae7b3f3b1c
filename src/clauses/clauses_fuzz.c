/*
 * The input is a text, up to a NUL an older version of it. Whatever it is: the nodes are the source
 * byte by byte, ids are found again, spans lie inside their paragraphs, and a comparison with
 * itself finds nothing.
 */
#include "base/fuzz.h"
#include "clauses/compare.h"

static void look(struct arena *a, const struct clauses *c)
{
	const uint8_t *at = c->source.p;
	AUTO_BUF b = {0};

	buf_init(&b, 1 << 20);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct clause *n = &c->nodes[i];
		struct clause_span *spans, again;
		uint32_t count;

		BUG_IF(n->text.p != at);
		at += n->text.n;
		BUG_IF(clauses_find(c, n->id) != i && n->id.n < 100);
		if (clauses_phrases(a, n, &spans, &count) != OK)
			return;
		for (uint32_t k = 0; k < count; k++) {
			BUG_IF(spans[k].to > n->pars[spans[k].par].n ||
			       spans[k].from >= spans[k].to);
			if (spans[k].to - spans[k].from < 4096)
				BUG_IF(!clauses_says(n, clauses_span_text(n, spans[k]), &again) &&
				       slice_trim(clauses_span_text(n, spans[k])).n);
		}
	}
	BUG_IF(at != c->source.p + c->source.n);
	for (uint32_t i = 0; i < c->n_doubts; i++)
		clauses_doubt_print(c, &c->doubts[i], i & 1, &b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice in = slice_of(p, n), old = S("1 目的\n(1) 甲\n");
	size_t nul = slice_find_byte(in, 0);
	AUTO_ARENA a = arena_new(64u << 20);
	struct clauses before, after;
	struct clauses_diff df;
	struct diag d = {0};

	if (!a || n > 65536)
		return 0;
	if (nul != SIZE_MAX) {
		old = slice_head(in, nul);
		in = slice_from(in, nul + 1);
	}
	if (clauses_read(a, in, &after, &d) != OK) {
		BUG_IF(!arena_failed(a) && !d.text[0]);
		return 0;
	}
	look(a, &after);
	if (clauses_compare(a, &after, &after, &df) == OK)
		BUG_IF(df.changed);
	if (clauses_read(a, old, &before, &d) == OK)
		(void)!clauses_compare(a, &before, &after, &df);
	return 0;
}
