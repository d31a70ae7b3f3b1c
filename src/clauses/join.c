/* join: headings and paragraphs out of wrapped lines. */
#include "clauses/internal.h"

#include "base/utf8.h"

#define HEADING_MAX 60 /* characters */

/* What is joined so far; it is never longer than the text it is made of. */
struct joiner {
	struct arena *a;
	uint8_t *out;
	size_t n, from; /* from: where the paragraph begins */
	uint32_t last;  /* its last character, 0 at the start */
	struct slice *pars;
	size_t n_pars, cap;
};

static bool is_alnum(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
}

/* Appends a line's characters. A blank stays where a word of ASCII is on one side of it; a line's
 * end is a blank only between two of them. */
static void put_line(struct joiner *j, struct slice s)
{
	bool blank = false, joint = j->last != 0;
	uint32_t cp;
	size_t n;

	for (; (n = clauses_next(s, &cp)); s = slice_from(s, n)) {
		uint32_t raw;

		if (cp == ' ') {
			blank = true;
			continue;
		}
		(void)utf8_next(s, &raw);
		if (joint ? is_alnum(j->last) && is_alnum(raw)
			  : blank && j->last && !(clauses_is_wide(j->last) && clauses_is_wide(raw)))
			j->out[j->n++] = ' ';
		memcpy(j->out + j->n, s.p, n);
		j->n += n;
		j->last = raw;
		blank = joint = false;
	}
}

static struct slice take_joined(struct joiner *j)
{
	struct slice s = slice_of(j->out + j->from, j->n - j->from);

	j->from = j->n;
	j->last = 0;
	return s;
}

static enum err end_par(struct joiner *j)
{
	if (j->n == j->from)
		return OK;
	TRY(arena_grow(j->a, (void **)&j->pars, j->n_pars, &j->cap, sizeof *j->pars));
	j->pars[j->n_pars++] = take_joined(j);
	return OK;
}

static bool ends_full(const struct joiner *j)
{
	return j->last == 0x3002 || j->last == 0xFF0E;
}

static enum err paragraphs(struct joiner *j, struct slice rest)
{
	bool blank = false, furniture = false;

	while (rest.n) {
		struct slice line = clauses_line(&rest), s = clauses_trim(line);
		uint32_t cp = 0;

		if (clauses_is_furniture(line)) {
			furniture = true;
			continue;
		}
		if (s.n == 0) {
			blank = true;
			continue;
		}
		/* A page that ends in the middle of a sentence ends no paragraph. */
		if ((blank && !(furniture && !ends_full(j))) ||
		    (ends_full(j) && clauses_next(line, &cp) && cp == ' ') ||
		    slice_starts(s, S("- ")))
			TRY(end_par(j));
		put_line(j, s);
		blank = furniture = false;
	}
	return end_par(j);
}

/* The term that is defined: up to the first blank, with a bracket behind it. */
static struct slice term_of(struct slice line)
{
	struct slice s = clauses_trim(line), at = s;
	uint32_t cp = 0;
	size_t n;

	while ((n = clauses_next(at, &cp)) && cp != ' ')
		at = slice_from(at, n);
	if (n == 0 || at.p == s.p)
		return (struct slice){0};
	struct slice head = slice_of(s.p, (size_t)(at.p - s.p)), next = clauses_trim(at);

	if (clauses_next(next, &cp) && cp == '(') {
		for (at = next; (n = clauses_next(at, &cp)) && cp != ')';)
			at = slice_from(at, n);
		at = slice_from(at, n);
		if (n && clauses_next(at, &cp) && cp == ' ')
			head.n = (size_t)(at.p - head.p);
	}
	return head;
}

/* "第1条（目的）この基準は": the bracket behind an article's number. */
static struct slice bracket_of(struct slice line)
{
	struct slice s = clauses_trim(line), at = s;
	uint32_t cp = 0;
	size_t n = clauses_next(s, &cp);

	if (n == 0 || cp != '(')
		return (struct slice){0};
	while ((n = clauses_next(at, &cp)) && cp != ')')
		at = slice_from(at, n);
	return n ? slice_of(s.p, (size_t)(at.p - s.p) + n) : (struct slice){0};
}

static void unbracket(struct slice *s)
{
	uint32_t cp;
	size_t n = clauses_next(*s, &cp);

	if (n && cp == '(' && (slice_ends(*s, S(")")) || slice_ends(*s, S("）")))) {
		*s = slice_from(*s, n);
		s->n -= slice_ends(*s, S(")")) ? 1 : 3;
	}
}

static bool is_heading(const struct clauses *c, uint32_t i, struct slice line, struct slice rest)
{
	struct slice s = clauses_trim(line), next;
	bool child = i + 1 < c->n && c->nodes[i + 1].parent == i;
	uint32_t cp;

	if (s.n == 0 || utf8_count(s) > HEADING_MAX || slice_find(s, S("。")) != SIZE_MAX ||
	    slice_ends(s, S("、")) || slice_ends(s, S(",")) || slice_ends(s, S("，")))
		return false;
	if (slice_starts(c->nodes[i].number, S("第")) &&
	    slice_find(c->nodes[i].number, S("条")) == SIZE_MAX)
		return true;
	if (clauses_trim(rest).n == 0)
		return child;
	next = clauses_line(&rest);
	while (clauses_is_furniture(next) && rest.n)
		next = clauses_line(&rest);
	if (next.p != line.p + line.n + 1 && clauses_trim(next).n == 0)
		return false; /* what stands there is the end of a page */
	return clauses_trim(next).n == 0 || (clauses_next(next, &cp) && cp == ' ');
}

static bool defines(const struct clauses *c, const struct clause *n)
{
	struct slice h;

	if (n->parent == CLAUSES_NONE || n->kind != CLAUSE_NUMBERED)
		return false;
	h = c->nodes[n->parent].heading;
	return slice_find(h, S("定義")) != SIZE_MAX || slice_find(h, S("意義")) != SIZE_MAX;
}

/* Takes the heading off the front of *own. */
static void heading(struct joiner *j, struct clauses *c, uint32_t i, struct slice *own)
{
	struct clause *n = &c->nodes[i];
	struct slice rest = *own, line = clauses_line(&rest), h = {0};

	if (n->kind == CLAUSE_FRONT) {
		while (clauses_trim(line).n == 0 && rest.n)
			line = clauses_line(&rest);
		h = clauses_trim(line);
	} else if (n->number.p != n->text.p &&
		   slice_find_byte(slice_of(n->text.p, (size_t)(n->number.p - n->text.p)), '\n') !=
		       SIZE_MAX) {
		struct slice above = n->text;

		h = clauses_trim(clauses_line(&above));
		rest = *own;
	} else if (defines(c, n)) {
		h = term_of(line);
		n->definition = h.n > 0;
		rest = slice_from(*own, h.n ? (size_t)(h.p + h.n - own->p) : 0);
	} else if (bracket_of(line).n && slice_find(n->number, S("条")) != SIZE_MAX) {
		h = bracket_of(line);
		rest = slice_from(*own, (size_t)(h.p + h.n - own->p));
	} else if (is_heading(c, i, line, rest)) {
		h = line;
	} else {
		rest = *own;
	}
	put_line(j, h);
	n->heading = take_joined(j);
	if (!n->definition)
		unbracket(&n->heading);
	*own = rest;
}

enum err clauses_join(struct arena *a, struct clauses *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct clause *n = &c->nodes[i];
		/* A heading of brackets may be put beside what was joined with a blank. */
		struct joiner j = {.a = a, .out = arena_room(a, n->text.n + 1)};
		struct slice own = n->text;

		if (!j.out)
			return ERR_MEMORY;
		if (n->number.n)
			own = slice_from(own, (size_t)(n->number.p + n->number.n - own.p));
		heading(&j, c, i, &own);
		TRY(paragraphs(&j, own));
		n->pars = j.pars;
		n->n_pars = (uint32_t)j.n_pars;
	}
	return OK;
}

/* -- days of supplements ------------------------------------------------------------------------
 */

static bool day_before(struct slice s, size_t at, int32_t *ret)
{
	uint8_t dense[96];
	size_t n = 0, from = at > 72 ? at - 72 : 0;
	struct date date;

	for (size_t i = from; i < at; i++)
		if (s.p[i] != ' ')
			dense[n++] = s.p[i];
	for (size_t i = 0; i < n; i++)
		if ((dense[i] & 0xC0) != 0x80 &&
		    date_parse(slice_of(dense + i, n - i), &date) == OK) {
			*ret = (int32_t)date_days(date);
			return true;
		}
	return false;
}

static bool node_day(const struct clause *n, int32_t *ret)
{
	for (uint32_t i = 0; i < n->n_pars; i++) {
		size_t at = slice_find(n->pars[i], S("から施行"));

		if (at != SIZE_MAX && day_before(n->pars[i], at, ret))
			return true;
	}
	return false;
}

enum err clauses_days(struct arena *a, struct clauses *c, size_t *cap)
{
	const struct clause *before = NULL;

	for (uint32_t i = 0; i < c->n; i++) {
		struct clause *n = &c->nodes[i];
		struct clause_doubt d = {.node = i, .line = n->line, .what = n->number};

		if (n->kind != CLAUSE_SUPPLEMENT)
			continue;
		for (uint32_t k = i; k < c->n && !n->dated && (k == i || c->nodes[k].depth > 0);
		     k++)
			n->dated = node_day(&c->nodes[k], &n->effective);
		if (!n->dated) {
			d.why = DOUBT_DAY;
			TRY(clauses_doubt(a, c, cap, d));
			continue;
		}
		if (before && before->effective > n->effective) {
			d.why = DOUBT_DAY_ORDER;
			TRY(clauses_doubt(a, c, cap, d));
		}
		before = n;
	}
	return OK;
}
