/* find: nodes by id, phrases by their words, and what is doubtful. */
#include "clauses/internal.h"

#include <stdlib.h>
#include "base/utf8.h"

#define PHRASE_MAX 4096 /* bytes */

struct entry {
	struct slice id;
	uint32_t node;
};

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = slice_cmp(x->id, y->id);

	return c ? c : (x->node > y->node) - (x->node < y->node);
}

/* The doubt about counting backwards was in truth one about a number that comes twice. */
static enum err twice(struct arena *a, struct clauses *c, size_t *cap, uint32_t node)
{
	struct clause_doubt d = {.why = DOUBT_TWICE,
				 .node = node,
				 .line = c->nodes[node].line,
				 .what = c->nodes[node].number};

	for (uint32_t i = 0; i < c->n_doubts; i++)
		if (c->doubts[i].node == node && c->doubts[i].why == DOUBT_ORDER) {
			c->doubts[i].why = DOUBT_TWICE;
			return OK;
		}
	return clauses_doubt(a, c, cap, d);
}

static int by_line(const void *a, const void *b)
{
	const struct clause_doubt *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (int)x->why - (int)y->why;
}

enum err clauses_index(struct arena *a, struct clauses *c, size_t *cap)
{
	struct entry *e = arena_array(a, c->n, sizeof *e);
	uint32_t *index = arena_array(a, c->n, sizeof *index), same = 1;

	if (!e || !index)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < c->n; i++)
		e[i] = (struct entry){c->nodes[i].id, i};
	qsort(e, c->n, sizeof *e, by_id);
	for (uint32_t i = 1; i < c->n; i++) {
		struct clause *n = &c->nodes[e[i].node];
		const char *id;

		same = slice_eq(e[i].id, e[i - 1].id) ? same + 1 : 1;
		if (same == 1)
			continue;
		id = arena_printf(a, "%.*s#%u", (int)n->id.n, (const char *)n->id.p, same);
		if (!id)
			return ERR_MEMORY;
		n->id = slice_str(id);
		TRY(twice(a, c, cap, e[i].node));
	}
	for (uint32_t i = 0; i < c->n; i++)
		e[i] = (struct entry){c->nodes[i].id, i};
	qsort(e, c->n, sizeof *e, by_id);
	for (uint32_t i = 0; i < c->n; i++)
		index[i] = e[i].node;
	c->by_id = index;
	if (c->n_doubts)
		qsort(c->doubts, c->n_doubts, sizeof *c->doubts, by_line);
	return OK;
}

uint32_t clauses_find(const struct clauses *c, struct slice id)
{
	uint32_t lo = 0, hi = c->n;
	uint8_t text[128];
	size_t n = 0, len;
	uint32_t cp;

	for (; (len = clauses_next(id, &cp)); id = slice_from(id, len)) {
		if (cp == ' ')
			continue;
		if (n + 4 > sizeof text)
			return CLAUSES_NONE;
		if (cp < 0x80)
			text[n++] = (uint8_t)cp;
		else {
			memcpy(text + n, id.p, len);
			n += len;
		}
	}
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int cmp = slice_cmp(c->nodes[c->by_id[mid]].id, slice_of(text, n));

		if (cmp == 0)
			return c->by_id[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return CLAUSES_NONE;
}

/* The next byte of s from i on that is no blank; SIZE_MAX at the end. */
static size_t solid(struct slice s, size_t i)
{
	while (i < s.n) {
		if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r')
			i++;
		else if (slice_starts(slice_from(s, i), S("　")))
			i += 3;
		else
			return i;
	}
	return SIZE_MAX;
}

static bool says_at(struct slice s, size_t from, struct slice phrase, size_t *ret_to)
{
	size_t i = from, k = solid(phrase, 0);

	while (k != SIZE_MAX) {
		i = solid(s, i);
		if (i == SIZE_MAX || s.p[i] != phrase.p[k])
			return false;
		i++;
		k = solid(phrase, k + 1);
	}
	*ret_to = i;
	return true;
}

static bool says(struct slice s, struct slice phrase, uint32_t par, struct clause_span *ret)
{
	size_t first = solid(phrase, 0);

	for (size_t i = 0; i < s.n; i++) {
		size_t to;

		if (s.p[i] == phrase.p[first] && says_at(s, i, phrase, &to)) {
			*ret = (struct clause_span){.par = par, .from = i, .to = to};
			return true;
		}
	}
	return false;
}

bool clauses_says(const struct clause *n, struct slice phrase, struct clause_span *ret)
{
	if (phrase.n > PHRASE_MAX || solid(phrase, 0) == SIZE_MAX)
		return false;
	for (uint32_t i = 0; i < n->n_pars; i++)
		if (says(n->pars[i], phrase, i, ret))
			return true;
	return says(n->heading, phrase, UINT32_MAX, ret);
}

struct slice clauses_span_text(const struct clause *n, struct clause_span s)
{
	struct slice par = s.par == UINT32_MAX ? n->heading : n->pars[s.par];

	return slice_of(par.p + s.from, s.to - s.from);
}

bool clauses_effective(const struct clauses *c, int32_t *ret)
{
	bool any = false;

	for (uint32_t i = 0; i < c->n; i++)
		if (c->nodes[i].dated && (!any || c->nodes[i].effective > *ret)) {
			*ret = c->nodes[i].effective;
			any = true;
		}
	return any;
}

void clauses_doubt_print(const struct clauses *c, const struct clause_doubt *d, bool ja,
			 struct buf *out)
{
	static const struct {
		const char *ja, *en;
	} why[DOUBTS] = {
	    [DOUBT_GAP] = {"前の番号との間が抜けています", "numbers before this one are missing"},
	    [DOUBT_TWICE] = {"同じ番号が前にもあります", "this number was there before"},
	    [DOUBT_ORDER] = {"番号が前に戻っています", "this number counts backwards"},
	    [DOUBT_LEVEL] = {"この段の番号が1から始まっていません",
			     "the numbers of this level do not begin with 1"},
	    [DOUBT_TEXT] = {"番号のように見える行を本文として読みました",
			    "this looks like a number and was read as text"},
	    [DOUBT_DAY] = {"附則に施行日がありません", "this supplement names no day"},
	    [DOUBT_DAY_ORDER] = {"施行日が前の附則より前の日です",
				 "its day is before that of the supplement above"},
	    [DOUBT_DEEP] = {"段が深すぎるため、一つ上の段に置きました",
			    "too many levels: put one level higher"},
	    [DOUBT_NONE] = {"番号の付いた条項がありません", "the text holds no numbered clause"},
	};
	struct slice id = d->node == CLAUSES_NONE ? (struct slice){0} : c->nodes[d->node].id;

	buf_slice(out, id);
	if (d->why == DOUBT_TEXT && d->what.n) {
		buf_str(out, ja ? "「" : " \"");
		buf_slice(out, clauses_trim(d->what));
		buf_str(out, ja ? "」" : "\"");
	}
	buf_str(out, ": ");
	buf_str(out, ja ? why[d->why].ja : why[d->why].en);
}
