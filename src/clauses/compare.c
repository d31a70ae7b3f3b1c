/* compare: two versions side by side; see compare.h. */
#include "clauses/compare.h"
#include "clauses/internal.h"

#include <stdlib.h>
#include "base/utf8.h"

#define CELLS_MAX (4u << 20) /* of one table: beyond that a clause is replaced as a whole */

struct slice clauses_words(struct arena *a, const struct clause *n)
{
	size_t len = n->heading.n + 1, at = 0;
	uint8_t *out;

	for (uint32_t i = 0; i < n->n_pars; i++)
		len += n->pars[i].n + 1;
	out = arena_room(a, len);
	if (!out)
		return (struct slice){0};
	if (n->heading.n)
		memcpy(out, n->heading.p, n->heading.n);
	at = n->heading.n;
	for (uint32_t i = 0; i < n->n_pars; i++) {
		if (at)
			out[at++] = '\n';
		memcpy(out + at, n->pars[i].p, n->pars[i].n);
		at += n->pars[i].n;
	}
	return slice_of(out, at);
}

/* -- words of one clause ------------------------------------------------------------------------
 */

enum script {
	SCRIPT_SIGN,
	SCRIPT_BLANK,
	SCRIPT_ASCII,
	SCRIPT_HIRAGANA,
	SCRIPT_KATAKANA,
	SCRIPT_KANJI
};

static enum script script_of(uint32_t cp)
{
	if (cp == ' ' || cp == '\n' || cp == 0x3000)
		return SCRIPT_BLANK;
	if (cp < 0x80)
		return (cp | 32) >= 'a' && (cp | 32) <= 'z' ? SCRIPT_ASCII
		       : cp >= '0' && cp <= '9'             ? SCRIPT_ASCII
							    : SCRIPT_SIGN;
	if (cp >= 0x3041 && cp <= 0x309F)
		return SCRIPT_HIRAGANA;
	if (cp >= 0x30A1 && cp <= 0x30FF && cp != 0x30FB)
		return SCRIPT_KATAKANA;
	return cp >= 0x3400 && cp <= 0x9FFF ? SCRIPT_KANJI : SCRIPT_SIGN;
}

struct words {
	struct slice *w;
	size_t n, cap;
};

/* Runs of one script; a sign is a word of its own. */
static enum err split(struct arena *a, struct slice s, struct words *ret)
{
	enum script last = SCRIPT_SIGN;
	size_t n;
	uint32_t cp;

	for (; s.n && (n = utf8_next(s, &cp)); s = slice_from(s, n)) {
		enum script now = script_of(cp);

		if (ret->n && now == last && now != SCRIPT_SIGN) {
			ret->w[ret->n - 1].n += n;
			continue;
		}
		TRY(arena_grow(a, (void **)&ret->w, ret->n, &ret->cap, sizeof *ret->w));
		ret->w[ret->n++] = slice_of(s.p, n);
		last = now;
	}
	return OK;
}

static bool same_word(struct slice a, struct slice b)
{
	uint32_t x, y;

	if (slice_eq(a, b))
		return true;
	return utf8_next(a, &x) && utf8_next(b, &y) && script_of(x) == SCRIPT_BLANK &&
	       script_of(y) == SCRIPT_BLANK;
}

struct runs {
	struct arena *a;
	struct clause_run *r;
	size_t n, cap;
	enum err err;
};

static void run_add(struct runs *rs, enum clause_side side, const struct slice *w, size_t n)
{
	struct slice text;

	if (n == 0 || rs->err != OK)
		return;
	text = slice_of(w[0].p, (size_t)(w[n - 1].p + w[n - 1].n - w[0].p));
	if (rs->n && rs->r[rs->n - 1].side == side) {
		rs->r[rs->n - 1].text.n += text.n;
		return;
	}
	rs->err = arena_grow(rs->a, (void **)&rs->r, rs->n, &rs->cap, sizeof *rs->r);
	if (rs->err == OK) {
		rs->r[rs->n] = (struct clause_run){.text = text};
		rs->r[rs->n].side = side;
		rs->n++;
	}
}

/* The longest common subsequence of two rows of words, as lengths from (i, j) on. */
static uint32_t *table_of(struct arena *a, const struct words *x, const struct words *y)
{
	uint32_t *t = arena_array(a, (x->n + 1) * (y->n + 1), sizeof *t);
	size_t w = y->n + 1;

	if (!t)
		return NULL;
	for (size_t i = x->n; i-- > 0;)
		for (size_t j = y->n; j-- > 0;) {
			uint32_t down = t[(i + 1) * w + j], right = t[i * w + j + 1];

			t[i * w + j] = same_word(x->w[i], y->w[j]) ? t[(i + 1) * w + j + 1] + 1
				       : down > right              ? down
								   : right;
		}
	return t;
}

static enum err runs_of(struct arena *a, const struct clause *before, const struct clause *after,
			struct clause_pair *p)
{
	struct words x = {0}, y = {0};
	struct runs rs = {.a = a};
	AUTO_ARENA scratch = arena_new(64u << 20);
	size_t i = 0, j = 0;
	uint32_t *t;

	if (!scratch)
		return ERR_MEMORY;
	TRY(split(scratch, clauses_words(a, before), &x));
	TRY(split(scratch, clauses_words(a, after), &y));
	t = (x.n + 1) * (y.n + 1) <= CELLS_MAX ? table_of(scratch, &x, &y) : NULL;
	while (t && i < x.n && j < y.n) {
		size_t w = y.n + 1;

		if (same_word(x.w[i], y.w[j])) {
			run_add(&rs, RUN_SAME, &y.w[j], 1);
			i++;
			j++;
		} else if (t[(i + 1) * w + j] >= t[i * w + j + 1]) {
			run_add(&rs, RUN_OLD, &x.w[i++], 1);
		} else {
			run_add(&rs, RUN_NEW, &y.w[j++], 1);
		}
	}
	if (i < x.n)
		run_add(&rs, RUN_OLD, &x.w[i], x.n - i);
	if (j < y.n)
		run_add(&rs, RUN_NEW, &y.w[j], y.n - j);
	TRY(rs.err);
	p->runs = rs.r;
	p->n_runs = (uint32_t)rs.n;
	return OK;
}

/* -- which clause became which ------------------------------------------------------------------
 */

struct sum {
	uint64_t sum;
	uint32_t node;
	struct slice words;
};

static int by_sum(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

/* Words without blanks, and FNV-1a over them. */
static struct sum *sums_of(struct arena *a, const struct clauses *c)
{
	struct sum *s = arena_array(a, c->n, sizeof *s);

	for (uint32_t i = 0; s && i < c->n; i++) {
		struct slice w = clauses_words(a, &c->nodes[i]);
		uint8_t *dense = arena_room(a, w.n);
		size_t n = 0, len;
		uint32_t cp;

		if (!dense || (w.n && !w.p))
			return NULL;
		s[i].sum = 0xcbf29ce484222325u;
		s[i].node = i;
		for (; w.n && (len = utf8_next(w, &cp)); w = slice_from(w, len)) {
			if (script_of(cp) == SCRIPT_BLANK)
				continue;
			memcpy(dense + n, w.p, len);
			n += len;
		}
		for (size_t k = 0; k < n; k++)
			s[i].sum = (s[i].sum ^ dense[k]) * 0x100000001b3u;
		s[i].words = slice_of(dense, n);
	}
	return s;
}

/* The only row with these words, or NULL. */
static const struct sum *only(const struct sum *sorted, uint32_t n, const struct sum *what)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (sorted[mid].sum < what->sum)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo >= n || sorted[lo].sum != what->sum || !slice_eq(sorted[lo].words, what->words) ||
	    (lo + 1 < n && sorted[lo + 1].sum == what->sum))
		return NULL;
	return &sorted[lo];
}

#define SIBLINGS_MAX 64u /* clauses of one parent that are looked at for likeness */

struct match {
	uint32_t *of_after;         /* node of before, or CLAUSES_NONE */
	uint32_t *of_before;        /* node of after, or CLAUSES_NONE */
	struct sum *before, *after; /* by node */
};

/* Twice the bytes that both say, in hundredths of all bytes. */
static enum err likeness(const struct clause *x, const struct clause *y, unsigned *ret)
{
	AUTO_ARENA a = arena_new(64u << 20);
	struct clause_pair p = {0};
	size_t same = 0, all = 1;

	if (!a)
		return ERR_MEMORY;
	TRY(runs_of(a, x, y, &p));
	for (uint32_t i = 0; i < p.n_runs; i++) {
		same += p.runs[i].side == RUN_SAME ? 2 * p.runs[i].text.n : 0;
		all += p.runs[i].text.n * (p.runs[i].side == RUN_SAME ? 2 : 1);
	}
	*ret = (unsigned)(same * 100 / all);
	return OK;
}

static struct slice parent_id(const struct clauses *c, uint32_t i)
{
	uint32_t p = c->nodes[i].parent;

	return p == CLAUSES_NONE ? (struct slice){0} : c->nodes[p].id;
}

/* The likest unmatched clause of `in` below the same parent; CLAUSES_NONE where none is half alike.
 */
static enum err likest(const struct clauses *c, uint32_t i, const struct clauses *in,
		       const uint32_t *matched, uint32_t *ret)
{
	unsigned best = 49, like, looked = 0;
	uint32_t at = CLAUSES_NONE, k = clauses_find(in, parent_id(c, i));

	for (k = k == CLAUSES_NONE ? in->n : k + 1;
	     k < in->n && looked < SIBLINGS_MAX && in->nodes[k].depth > 0; k++) {
		if (matched[k] != CLAUSES_NONE || !slice_eq(parent_id(in, k), parent_id(c, i)))
			continue;
		looked++;
		TRY(likeness(&in->nodes[k], &c->nodes[i], &like));
		if (like > best) {
			best = like;
			at = k;
		}
	}
	*ret = at;
	return OK;
}

/* What was reworded and got another number: two that are each other's likest. */
static enum err match_alike(const struct clauses *x, const struct clauses *y, struct match *m)
{
	for (uint32_t i = 0; i < y->n; i++) {
		uint32_t old, back = CLAUSES_NONE;

		if (m->of_after[i] != CLAUSES_NONE)
			continue;
		TRY(likest(y, i, x, m->of_before, &old));
		if (old != CLAUSES_NONE)
			TRY(likest(x, old, y, m->of_after, &back));
		if (old != CLAUSES_NONE && back == i) {
			m->of_after[i] = old;
			m->of_before[old] = i;
		}
	}
	return OK;
}

static enum err match(struct arena *a, const struct clauses *x, const struct clauses *y,
		      struct match *ret)
{
	struct match m = {.of_after = arena_array(a, y->n, sizeof(uint32_t)),
			  .of_before = arena_array(a, x->n, sizeof(uint32_t)),
			  .before = sums_of(a, x),
			  .after = sums_of(a, y)};
	struct sum *sx = arena_array(a, x->n, sizeof *sx), *sy = arena_array(a, y->n, sizeof *sy);

	if (!m.of_after || !m.of_before || !m.before || !m.after || !sx || !sy)
		return ERR_MEMORY;
	memset(m.of_after, 0xff, y->n * sizeof(uint32_t));
	memset(m.of_before, 0xff, x->n * sizeof(uint32_t));
	memcpy(sx, m.before, x->n * sizeof *sx);
	memcpy(sy, m.after, y->n * sizeof *sy);
	qsort(sx, x->n, sizeof *sx, by_sum);
	qsort(sy, y->n, sizeof *sy, by_sum);
	/* The same words, once on both sides: under whatever number. */
	for (uint32_t i = 0; i < y->n; i++) {
		const struct sum *old = m.after[i].words.n ? only(sx, x->n, &m.after[i]) : NULL;

		if (old && only(sy, y->n, &m.after[i])) {
			m.of_after[i] = old->node;
			m.of_before[old->node] = i;
		}
	}
	TRY(match_alike(x, y, &m));
	/* What is left: the same number. */
	for (uint32_t i = 0; i < y->n; i++) {
		uint32_t old = clauses_find(x, y->nodes[i].id);

		if (m.of_after[i] == CLAUSES_NONE && old != CLAUSES_NONE &&
		    m.of_before[old] == CLAUSES_NONE) {
			m.of_after[i] = old;
			m.of_before[old] = i;
		}
	}
	*ret = m;
	return OK;
}

struct listing {
	struct arena *a;
	const struct clauses *before, *after;
	struct match m;
	struct clauses_diff d;
	size_t cap;
};

static enum err pair_add(struct listing *l, struct clause_pair p)
{
	TRY(arena_grow(l->a, (void **)&l->d.pairs, l->d.n, &l->cap, sizeof p));
	l->d.pairs[l->d.n++] = p;
	l->d.changed += p.change != CHANGE_SAME;
	return OK;
}

/* What was removed from `from` up to the old node that matches. */
static enum err removed(struct listing *l, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (l->m.of_before[i] == CLAUSES_NONE)
			TRY(pair_add(l, (struct clause_pair){.change = CHANGE_REMOVED,
							     .before = i,
							     .after = CLAUSES_NONE}));
	return OK;
}

static enum err pair_of(struct listing *l, uint32_t i)
{
	struct clause_pair p = {.change = CHANGE_ADDED, .before = l->m.of_after[i], .after = i};
	bool same_words, same_id;

	if (p.before == CLAUSES_NONE)
		return pair_add(l, p);
	same_words = slice_eq(l->m.before[p.before].words, l->m.after[i].words);
	same_id = slice_eq(l->before->nodes[p.before].id, l->after->nodes[i].id);
	p.change = !same_words ? CHANGE_WORDS : same_id ? CHANGE_SAME : CHANGE_MOVED;
	if (p.change != CHANGE_SAME)
		TRY(runs_of(l->a, &l->before->nodes[p.before], &l->after->nodes[i], &p));
	return pair_add(l, p);
}

enum err clauses_compare(struct arena *a, const struct clauses *before, const struct clauses *after,
			 struct clauses_diff *ret)
{
	struct listing l = {.a = a, .before = before, .after = after};
	uint32_t next = 0;

	TRY(match(a, before, after, &l.m));
	for (uint32_t i = 0; i < after->n; i++) {
		uint32_t old = l.m.of_after[i];

		if (old != CLAUSES_NONE && old >= next) {
			TRY(removed(&l, next, old));
			next = old + 1;
		}
		TRY(pair_of(&l, i));
	}
	TRY(removed(&l, next, before->n));
	*ret = l.d;
	return OK;
}
