#include "policy/basis.h"

#include <stdio.h>
#include "base/utf8.h"

static const char *const kana[] = {
    "ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "ケ", "コ", "サ", "シ", "ス", "セ", "ソ",
    "タ", "チ", "ツ", "テ", "ト", "ナ", "ニ", "ヌ", "ネ", "ノ", "ハ", "ヒ", "フ", "ヘ", "ホ",
    "マ", "ミ", "ム", "メ", "モ", "ヤ", "ユ", "ヨ", "ラ", "リ", "ル", "レ", "ロ", "ワ"};

struct counter {
	unsigned top, sub, item;
};

/* Takes one of two spellings from the front of *s. */
static bool take(struct slice *s, const char *half, const char *full)
{
	const char *const forms[] = {half, full};

	for (size_t i = 0; i < 2; i++)
		if (slice_starts(*s, slice_str(forms[i]))) {
			*s = slice_from(*s, strlen(forms[i]));
			return true;
		}
	return false;
}

static bool take_blanks(struct slice *s)
{
	bool any = false;

	while (take(s, " ", "　") || take(s, "\t", "\t"))
		any = true;
	return any;
}

/* Half- or full-width digits, at most 4. */
static bool take_number(struct slice *s, unsigned *ret)
{
	unsigned v = 0, digits = 0;
	uint32_t cp;
	size_t n;

	while (digits < 4 && (n = utf8_next(*s, &cp))) {
		if (cp >= 0xFF10 && cp <= 0xFF19)
			cp -= 0xFEE0;
		if (cp < '0' || cp > '9')
			break;
		v = v * 10 + (unsigned)(cp - '0');
		digits++;
		*s = slice_from(*s, n);
	}
	*ret = v;
	return digits > 0;
}

static bool top_heading(struct slice line, struct counter *c)
{
	unsigned n;

	if (!take_number(&line, &n) || n != c->top + 1 || !take_blanks(&line) || !line.n)
		return false;
	*c = (struct counter){.top = n};
	return true;
}

static bool sub_heading(struct slice line, struct counter *c)
{
	unsigned n;

	if (!c->top || !take(&line, "(", "（") || !take_number(&line, &n) || n != c->sub + 1 ||
	    !take(&line, ")", "）"))
		return false;
	*c = (struct counter){.top = c->top, .sub = n};
	return true;
}

static bool item_heading(struct slice line, struct counter *c)
{
	if (!c->top || c->item >= ARRAY_LEN(kana) || !take(&line, kana[c->item], kana[c->item]) ||
	    !take_blanks(&line))
		return false;
	c->item++;
	return true;
}

static bool supplement(struct slice line)
{
	if (!take(&line, "附", "附"))
		return false;
	take_blanks(&line);
	return take(&line, "則", "則");
}

static enum err open_clause(struct arena *a, struct basis *b, struct counter c, struct slice from)
{
	void *items = b->clauses;
	char id[32];
	struct clause *v;
	uint32_t old;
	int n = 0;

	TRY(arena_grow(a, &items, b->n, &b->cap, sizeof *b->clauses));
	b->clauses = items;
	n += snprintf(id, sizeof id, "%u", c.top);
	if (c.sub)
		n += snprintf(id + n, sizeof id - (size_t)n, "(%u)", c.sub);
	if (c.item)
		n += snprintf(id + n, sizeof id - (size_t)n, "%s", kana[c.item - 1]);
	v = &b->clauses[b->n];
	*v = (struct clause){.id = arena_copy(a, slice_of(id, (size_t)n)), .text = from};
	if (!v->id.p)
		return ERR_MEMORY;
	/* Counting up by one, no id can come twice. */
	TRY(policy_map_add(a, &b->by_id, v->id, (uint32_t)b->n, &old));
	b->n++;
	return OK;
}

static enum err close_clause(struct basis *b, const uint8_t *end)
{
	if (b->n) {
		struct clause *c = &b->clauses[b->n - 1];

		c->text.n = (size_t)(end - c->text.p);
		if (c->text.n > CLAUSE_MAX)
			return ERR_LIMIT;
	}
	return OK;
}

static enum err too_long(const struct basis *b, struct slice text, struct diag *d)
{
	const struct clause *c = &b->clauses[b->n - 1];

	return policy_fault(d, ERR_LIMIT, text, (size_t)(c->text.p - text.p),
			    "clause %.*s is longer than %d bytes", (int)c->id.n,
			    (const char *)c->id.p, CLAUSE_MAX);
}

enum err policy_basis_read(struct arena *a, struct slice text, struct basis *ret, struct diag *d)
{
	struct basis b = {.arena = a};
	struct counter c = {0};
	struct slice rest = text;
	size_t bad = utf8_first_bad(text);

	if (text.n > POLICY_TEXT_MAX)
		return policy_fault(d, ERR_LIMIT, text, 0, "the basis is larger than %u bytes",
				    POLICY_TEXT_MAX);
	if (bad != SIZE_MAX)
		return policy_fault(d, ERR_SYNTAX, text, bad, "the basis is not UTF-8 here");
	while (rest.n) {
		size_t eol = slice_find_byte(rest, '\n');
		struct slice whole = slice_head(rest, eol == SIZE_MAX ? rest.n : eol);
		struct slice line = whole;
		bool listed = slice_starts(line, S("- "));

		if (supplement(line))
			break;
		if (listed)
			line = slice_from(line, 2);
		if ((!listed && top_heading(line, &c)) || sub_heading(line, &c) ||
		    item_heading(line, &c)) {
			if (close_clause(&b, whole.p) != OK)
				return too_long(&b, text, d);
			TRY(open_clause(a, &b, c, whole));
		}
		rest = slice_from(rest, eol == SIZE_MAX ? rest.n : eol + 1);
	}
	if (close_clause(&b, rest.n ? rest.p : text.p + text.n) != OK)
		return too_long(&b, text, d);
	if (!b.n)
		return policy_fault(d, ERR_SYNTAX, text, 0, "the basis holds no numbered clause");
	*ret = b;
	return OK;
}

struct clause *policy_basis_find(const struct basis *b, struct slice id)
{
	uint32_t at;

	return policy_map_get(&b->by_id, id, &at) ? &b->clauses[at] : NULL;
}

/* A copy without blanks of any width. */
static struct slice dense(struct arena *a, struct slice s)
{
	uint8_t *to = arena_alloc(a, s.n);
	size_t n = 0, len;
	uint32_t cp;

	if (!to)
		return (struct slice){0};
	for (size_t i = 0; i < s.n && (len = utf8_next(slice_from(s, i), &cp)); i += len) {
		if (cp <= ' ' || cp == 0x3000)
			continue;
		memcpy(to + n, s.p + i, len);
		n += len;
	}
	return slice_of(to, n);
}

enum err policy_basis_has(struct arena *a, struct clause *c, struct slice phrase, bool *ret)
{
	struct slice p = dense(a, phrase);

	if (!c->dense.p)
		c->dense = dense(a, c->text);
	if (!c->dense.p || !p.p)
		return ERR_MEMORY;
	*ret = p.n && slice_find(c->dense, p) != SIZE_MAX;
	return OK;
}

static enum err basis_find(void *ctx, enum policy_tree tree, struct slice id, struct slice *ret_id)
{
	const struct clause *c = policy_basis_find((struct basis *)ctx + tree, id);

	if (!c)
		return ERR_NOT_FOUND;
	*ret_id = c->id;
	return OK;
}

static enum err basis_says(void *ctx, enum policy_tree tree, struct slice id, struct slice phrase,
			   bool *ret)
{
	struct basis *b = (struct basis *)ctx + tree;
	struct clause *c = policy_basis_find(b, id);

	return c ? policy_basis_has(b->arena, c, phrase, ret) : ERR_NOT_FOUND;
}

static struct slice basis_id_at(void *ctx, enum policy_tree tree, size_t i)
{
	const struct basis *b = (struct basis *)ctx + tree;

	return i < b->n ? b->clauses[i].id : (struct slice){0};
}

struct policy_resolver policy_basis_resolver(struct basis *b)
{
	return (struct policy_resolver){
	    .ctx = b, .find = basis_find, .says = basis_says, .id_at = basis_id_at};
}
