/* clauses: cuts a numbered text into nodes; see clauses.h. */
#include "clauses/internal.h"

#include <stdlib.h>
#include "base/utf8.h"

/* How deep a style usually stands; FLOATS: wherever it comes first. */
#define FLOATS 1000u

static unsigned rank(const struct marker *m)
{
	static const unsigned ranks[] = {
	    [MARK_CHAPTER] = 0,     [MARK_SECTION] = 10,   [MARK_ARTICLE] = 20,
	    [MARK_NUMBER] = 30,     [MARK_DOTTED] = 30,    [MARK_PAREN] = 40,
	    [MARK_KANJI] = 50,      [MARK_KANA] = 60,      [MARK_PAREN_KANA] = 70,
	    [MARK_CIRCLE] = FLOATS, [MARK_ALPHA] = 80,     [MARK_PAREN_ALPHA] = 90,
	    [MARK_LISTED] = FLOATS, [MARK_SUPPLEMENT] = 0, [MARK_ANNEX] = 0};

	return ranks[m->style] + m->dots;
}

struct level {
	struct marker m;
	uint32_t node;
};

struct reading {
	struct arena *a;
	struct clauses *c;
	size_t cap, cap_doubts;
	struct level stack[CLAUSES_DEPTH_MAX];
	unsigned depth;
	uint32_t base; /* the supplement or annex that holds what follows; CLAUSES_NONE */
	unsigned supplements;
	struct marker article; /* the last 第n条: they count on through chapters */
	bool numbered;         /* a clause of the text's own numbering was there */
	bool fresh;            /* a sentence or paragraph begins here */
	struct slice toc;      /* number that ends the table of contents when it comes again */
	unsigned line;
};

enum err clauses_doubt(struct arena *a, struct clauses *c, size_t *cap, struct clause_doubt d)
{
	TRY(arena_grow(a, (void **)&c->doubts, c->n_doubts, cap, sizeof *c->doubts));
	c->doubts[c->n_doubts++] = d;
	return OK;
}

static enum err doubt(struct reading *r, enum clause_doubt_why why, struct slice what)
{
	return clauses_doubt(r->a, r->c, &r->cap_doubts,
			     (struct clause_doubt){.why = why,
						   .node = r->c->n ? r->c->n - 1 : CLAUSES_NONE,
						   .line = r->line,
						   .what = what});
}

static enum err node_add(struct reading *r, struct clause n)
{
	if (r->c->n >= CLAUSES_MAX)
		return ERR_LIMIT;
	TRY(arena_grow(r->a, (void **)&r->c->nodes, r->c->n, &r->cap, sizeof n));
	if (!n.id.p)
		return ERR_MEMORY;
	n.line = r->line;
	r->c->nodes[r->c->n++] = n;
	return OK;
}

/* -- where a number belongs ------------------------------------------------------------------- */

/* The level of the stack that counts on with this marker, or r->depth. */
static unsigned level_of(const struct reading *r, const struct marker *m)
{
	for (unsigned i = 0; i < r->depth; i++)
		if (r->stack[i].m.style == m->style && r->stack[i].m.dots == m->dots)
			return i;
	return r->depth;
}

/* How many levels stay above a marker whose style is not on the stack. */
static unsigned levels_above(const struct reading *r, const struct marker *m)
{
	unsigned keep = r->depth;

	if (rank(m) >= FLOATS)
		return keep;
	while (keep && rank(&r->stack[keep - 1].m) < FLOATS &&
	       rank(&r->stack[keep - 1].m) > rank(m))
		keep--;
	/* A number of the text's own numbering ends every list before it. */
	if (rank(m) < 40)
		while (keep && rank(&r->stack[keep - 1].m) > rank(m))
			keep--;
	return keep;
}

static bool same_prefix(const struct marker *a, const struct marker *b)
{
	for (unsigned i = 0; i < b->dots; i++)
		if (a->part[i] != b->part[i])
			return false;
	return true;
}

static bool counts_on(const struct marker *last, const struct marker *m)
{
	if (m->branch)
		return m->n == last->n && m->branch == (last->branch ? last->branch + 1 : 2);
	if (m->style == MARK_DOTTED && !same_prefix(last, m))
		return m->n == 1;
	return m->n == last->n + 1;
}

/* Numbers that any sentence may hold at the start of a line. */
static bool is_bare(const struct marker *m)
{
	return m->style == MARK_NUMBER || m->style == MARK_DOTTED || m->style == MARK_KANJI ||
	       m->style == MARK_KANA || m->style == MARK_ALPHA || m->style == MARK_LISTED;
}

/* "25 年法律": a sentence that was wrapped inside a number. */
static bool counts_things(struct slice rest)
{
	static const char *const words[] = {"年", "月", "日", "条", "項", "号", "人", "件",
					    "回", "時", "分", "台", "箇", "か", "%"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_starts(rest, slice_str(words[i])))
			return true;
	return false;
}

enum place { PLACE_TEXT, PLACE_FITS, PLACE_DOUBT };

/* Whether the marker is a clause's number: it fits, or it is one that is out of order. */
static enum place judge(const struct reading *r, const struct marker *m,
			enum clause_doubt_why *ret_why)
{
	unsigned at = level_of(r, m), above = levels_above(r, m);
	const struct marker *last = at < r->depth ? &r->stack[at].m : NULL;

	if (!last && m->style == MARK_ARTICLE && r->article.n)
		last = &r->article;
	if (m->style == MARK_NUMBER && counts_things(m->rest) &&
	    !(r->fresh && last && counts_on(last, m))) {
		*ret_why = DOUBT_NONE;
		return PLACE_TEXT;
	}
	if (last && counts_on(last, m))
		return PLACE_FITS;
	if (m->n == 1 && !m->branch && (!last || last == &r->article))
		return r->fresh || !is_bare(m) ? PLACE_FITS : PLACE_TEXT;
	/* The first 項 of an article has no number. */
	if (!last && m->style == MARK_NUMBER && m->n == 2 && above &&
	    r->stack[above - 1].m.style == MARK_ARTICLE)
		return PLACE_FITS;
	if (!r->fresh || m->style == MARK_ALPHA || m->style == MARK_LISTED)
		return PLACE_TEXT;
	if (!last) {
		*ret_why = DOUBT_LEVEL;
		return m->style == MARK_KANJI || m->style == MARK_KANA ? PLACE_TEXT : PLACE_DOUBT;
	}
	*ret_why = m->n > last->n ? DOUBT_GAP : DOUBT_ORDER;
	return is_bare(m) && m->n > last->n + 50 ? PLACE_TEXT : PLACE_DOUBT;
}

static struct slice id_of(struct reading *r, const struct marker *m, uint32_t parent)
{
	const struct clause *p = parent == CLAUSES_NONE ? NULL : &r->c->nodes[parent];
	bool digit = m->id[0] >= '0' && m->id[0] <= '9';
	/* Chapters and sections do not stand in the ids of what they hold. */
	bool outside = !p || m->style == MARK_ARTICLE || m->style == MARK_CHAPTER ||
		       m->style == MARK_DOTTED ||
		       (r->depth && r->stack[r->depth - 1].m.style <= MARK_SECTION &&
			m->style != MARK_SECTION);
	const char *form = "%.*s%s";
	char *id;

	if (outside && (!p || p->kind == CLAUSE_NUMBERED))
		return arena_copy(r->a, slice_str(m->id));
	if (digit && (p->kind == CLAUSE_SUPPLEMENT || p->kind == CLAUSE_ANNEX))
		form = "%.*s第%s項";
	else if (digit && m->style == MARK_LISTED && p->kind != CLAUSE_FRONT)
		form = "%.*s-%s";
	else if (digit && p->id.n && p->id.p[p->id.n - 1] >= '0' && p->id.p[p->id.n - 1] <= '9')
		form = "%.*s-%s";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	id = arena_printf(r->a, form, (int)p->id.n, (const char *)p->id.p, m->id);
#pragma GCC diagnostic pop
	return slice_str(id);
}

static uint32_t parent_of(const struct reading *r, const struct marker *m)
{
	if (r->depth)
		return r->stack[r->depth - 1].node;
	if (r->base != CLAUSES_NONE)
		return r->base;
	return !r->numbered && rank(m) >= 40 ? 0 : CLAUSES_NONE;
}

static enum err open_numbered(struct reading *r, const struct marker *m, struct slice from)
{
	unsigned at = level_of(r, m);
	struct clause n = {.kind = CLAUSE_NUMBERED, .number = m->number, .text = from};

	r->depth = at < r->depth ? at : levels_above(r, m);
	if (r->depth >= CLAUSES_DEPTH_MAX) {
		TRY(doubt(r, DOUBT_DEEP, m->number));
		r->depth = CLAUSES_DEPTH_MAX - 1;
	}
	n.parent = parent_of(r, m);
	n.id = id_of(r, m, n.parent);
	n.depth = n.parent == CLAUSES_NONE ? 0 : r->c->nodes[n.parent].depth + 1;
	TRY(node_add(r, n));
	r->numbered |= n.parent != 0;
	if (m->style == MARK_ARTICLE)
		r->article = *m;
	r->stack[r->depth++] = (struct level){.m = *m, .node = r->c->n - 1};
	return OK;
}

static enum err open_apart(struct reading *r, const struct marker *m, struct slice from)
{
	struct clause n = {.number = m->number, .text = from, .parent = CLAUSES_NONE};
	char *id;

	if (m->style == MARK_SUPPLEMENT) {
		n.kind = CLAUSE_SUPPLEMENT;
		id = arena_printf(r->a, "附則%u", ++r->supplements);
	} else {
		n.kind = CLAUSE_ANNEX;
		id = arena_str(r->a, slice_str(m->id));
	}
	n.id = slice_str(id);
	TRY(node_add(r, n));
	r->depth = 0;
	r->article = (struct marker){0};
	r->base = r->c->n - 1;
	return OK;
}

/* -- lines ------------------------------------------------------------------------------------ */

struct slice clauses_line(struct slice *rest)
{
	size_t eol = slice_find_byte(*rest, '\n');
	struct slice line = slice_head(*rest, eol == SIZE_MAX ? rest->n : eol);

	*rest = slice_from(*rest, eol == SIZE_MAX ? rest->n : eol + 1);
	return line;
}

/* "(目的)" above the article it names. */
static bool captions(struct slice line, struct slice rest)
{
	struct slice s = clauses_trim(line), next = {0};
	struct marker m;
	uint32_t cp = 0;

	if (!clauses_next(s, &cp) || cp != '(' ||
	    (!slice_ends(s, S(")")) && !slice_ends(s, S("）"))) || clauses_marker(s, &m))
		return false;
	while (rest.n && next.n == 0)
		next = clauses_trim(clauses_line(&rest));
	return clauses_marker(next, &m) && m.style == MARK_ARTICLE;
}

static bool is_contents_word(struct slice line)
{
	struct slice s = clauses_trim(line);

	if (!slice_starts(s, S("目")))
		return false;
	return slice_eq(clauses_trim(slice_from(s, 3)), S("次"));
}

/* The number that begins the table of contents and comes again behind it; empty: there is none. */
static struct slice contents_end(struct slice rest)
{
	struct marker first, m;
	struct slice line;

	do {
		if (!rest.n)
			return (struct slice){0};
		line = clauses_line(&rest);
	} while (!clauses_marker(line, &first));
	while (rest.n) {
		line = clauses_line(&rest);
		if (clauses_marker(line, &m) && strcmp(m.id, first.id) == 0)
			return first.number;
	}
	return (struct slice){0};
}

/* Whether what stands behind this line begins a sentence. */
static bool ends_sentence(struct slice line, bool opened)
{
	static const char *const ends[] = {"。", "．", ":", "：", ")", "）", "」"};
	struct slice s = clauses_trim(line);

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (slice_ends(s, slice_str(ends[i])))
			return true;
	return opened;
}

static enum err on_marker(struct reading *r, const struct marker *m, struct slice from,
			  bool *ret_opened)
{
	enum clause_doubt_why why = DOUBT_GAP;
	enum place place;

	*ret_opened = true;
	if (m->style == MARK_SUPPLEMENT || (m->style == MARK_ANNEX && r->fresh))
		return open_apart(r, m, from);
	place = m->style == MARK_ANNEX ? PLACE_TEXT : judge(r, m, &why);
	if (place == PLACE_TEXT) {
		*ret_opened = false;
		return r->fresh && m->style != MARK_ANNEX && why != DOUBT_NONE
			   ? doubt(r, DOUBT_TEXT, m->number)
			   : OK;
	}
	TRY(open_numbered(r, m, from));
	return place == PLACE_DOUBT ? doubt(r, why, m->number) : OK;
}

/* True where the line is part of the table of contents. */
static bool in_contents(struct reading *r, struct slice line, struct slice rest)
{
	struct marker m;

	if (r->toc.n == 0) {
		if (!r->numbered && is_contents_word(line))
			r->toc = contents_end(rest);
		return r->toc.n > 0;
	}
	if (clauses_marker(line, &m) && m.number.p != r->toc.p && slice_eq(m.number, r->toc)) {
		r->toc = (struct slice){0};
		r->fresh = true;
		return false;
	}
	return true;
}

static enum err read_line(struct reading *r, struct slice line, struct slice rest,
			  struct slice *caption)
{
	struct slice from = caption->n ? *caption : line;
	struct marker m;
	bool opened = false;

	if (clauses_trim(line).n == 0 || clauses_is_furniture(line)) {
		r->fresh = r->fresh || clauses_trim(line).n == 0;
		return OK;
	}
	if (!r->c->title.n) {
		r->c->title = clauses_trim(line);
		opened = true;
	}
	if (in_contents(r, line, rest))
		return OK;
	if (captions(line, rest)) {
		*caption = line;
		r->fresh = true;
		return OK;
	}
	if (clauses_marker(line, &m))
		TRY(on_marker(r, &m, from, &opened));
	*caption = (struct slice){0};
	r->fresh = ends_sentence(line, opened);
	return OK;
}

/* Every node ends where the next one begins. */
static void close_nodes(struct clauses *c)
{
	const uint8_t *end = c->source.p + c->source.n;

	for (uint32_t i = c->n; i-- > 0;) {
		c->nodes[i].text.n = (size_t)(end - c->nodes[i].text.p);
		end = c->nodes[i].text.p;
	}
}

static enum err not_utf8(struct slice source, size_t at, struct diag *d)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += source.p[i] == '\n';
	TRY(diag_set(d, OK, at, "line %u: the text is not UTF-8 here; save it as UTF-8", line));
	if (d) {
		d->line = line;
		d->column = 1;
	}
	return ERR_SYNTAX;
}

enum err clauses_read(struct arena *a, struct slice source, struct clauses *ret, struct diag *d)
{
	struct clauses c = {.source = source};
	struct reading r = {.a = a, .c = &c, .base = CLAUSES_NONE, .fresh = true, .line = 1};
	struct slice rest = source, caption = {0};
	size_t bad = utf8_first_bad(source);

	if (source.n > CLAUSES_TEXT_MAX)
		return diag_set(d, ERR_LIMIT, 0, "the text is larger than %u bytes",
				CLAUSES_TEXT_MAX);
	if (bad != SIZE_MAX)
		return not_utf8(source, bad, d);
	TRY(node_add(&r, (struct clause){.kind = CLAUSE_FRONT,
					 .id = S("前文"),
					 .text = source,
					 .parent = CLAUSES_NONE}));
	for (; rest.n; r.line++) {
		struct slice line = clauses_line(&rest);

		TRY(read_line(&r, line, rest, &caption));
	}
	close_nodes(&c);
	if (c.n == 1)
		TRY(doubt(&r, DOUBT_NONE, (struct slice){0}));
	TRY(clauses_join(a, &c));
	TRY(clauses_days(a, &c, &r.cap_doubts));
	TRY(clauses_index(a, &c, &r.cap_doubts));
	*ret = c;
	return OK;
}
