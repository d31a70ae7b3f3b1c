/* Statements. Each is one row of a table; what may follow its head is a second table of parts. */
#include "policy/parse.h"

#include "policy/basis.h"

enum err policy_next(struct parser *ps)
{
	return policy_lex_next(&ps->lx, &ps->t);
}

bool policy_at(const struct parser *ps, const char *word)
{
	return !ps->t.starts && (ps->t.kind == TOK_WORD || ps->t.kind == TOK_SIGN) &&
	       slice_eq_str(ps->t.text, word);
}

const char *policy_token_name(const struct parser *ps)
{
	const char *s;

	if (ps->t.starts)
		return "the end of the statement";
	s = arena_printf(ps->p->arena, ps->t.kind == TOK_STRING ? "\"%.*s\"" : "'%.*s'",
			 (int)(ps->t.text.n < 64 ? ps->t.text.n : 64), (const char *)ps->t.text.p);
	return s ? s : "this";
}

enum err policy_expect(struct parser *ps, const char *word)
{
	if (!policy_at(ps, word))
		return FAIL(ps, ps->t.at.offset, "expected '%s' instead of %s%s", word,
			    policy_token_name(ps),
			    policy_suggest(ps->p->arena, ps->t.text,
					   (struct slice[]){slice_str(word)},
					   ps->t.starts ? 0 : 1));
	return policy_next(ps);
}

enum err policy_parse_number(struct parser *ps, const char *what, uint64_t max, uint64_t *ret)
{
	uint64_t n;

	if (ps->t.starts || ps->t.kind != TOK_WORD || !slice_u64(ps->t.text, &n))
		return FAIL(ps, ps->t.at.offset, "expected %s as a number instead of %s", what,
			    policy_token_name(ps));
	if (n > max)
		return FAIL(ps, ps->t.at.offset, "%s may be %llu at most", what,
			    (unsigned long long)max);
	*ret = n;
	return policy_next(ps);
}

enum err policy_parse_string(struct parser *ps, const char *what, struct slice *ret)
{
	if (ps->t.starts || ps->t.kind != TOK_STRING || !ps->t.text.n)
		return FAIL(ps, ps->t.at.offset, "expected %s in quotes instead of %s", what,
			    policy_token_name(ps));
	*ret = ps->t.text;
	return policy_next(ps);
}

enum err policy_parse_zones(struct parser *ps, bool any, uint32_t *ret_set)
{
	struct slice names[POLICY_ZONES_MAX + 1];
	size_t n = 0;

	if (any && policy_at(ps, "any")) {
		*ret_set = SET_ALL;
		return policy_next(ps);
	}
	for (; n < ps->p->n_zones; n++) {
		names[n] = ps->p->zones[n].name;
		if (!ps->t.starts && ps->t.kind == TOK_WORD && slice_eq(ps->t.text, names[n])) {
			*ret_set = BIT(n);
			return policy_next(ps);
		}
	}
	return FAIL(ps, ps->t.at.offset, "%s is no zone declared above%s", policy_token_name(ps),
		    ps->t.starts ? "" : policy_suggest(ps->p->arena, ps->t.text, names, n));
}

/* ── parts that several statements share ─────────────────────────────────── */

static enum err part_clause(struct parser *ps, struct cited *c)
{
	struct clause *found;
	bool has = false;

	if (ps->t.starts || ps->t.kind != TOK_WORD)
		return FAIL(ps, ps->t.at.offset, "expected a clause as in 8(3)ア instead of %s",
			    policy_token_name(ps));
	policy_lex_raw(&ps->lx, &ps->t);
	found = policy_basis_find(&ps->p->basis, ps->t.text);
	if (!found)
		return FAIL(ps, ps->t.at.offset, "the basis has no clause %s%s",
			    policy_token_name(ps),
			    policy_basis_suggest(ps->p->arena, &ps->p->basis, ps->t.text));
	c->cited = ps->t.at;
	c->clause = found->id;
	TRY(policy_next(ps));
	if (ps->t.starts || ps->t.kind != TOK_STRING)
		return OK;
	TRY(policy_basis_has(ps->p->arena, found, ps->t.text, &has));
	if (!has)
		return FAIL(ps, ps->t.at.offset, "clause %.*s does not say %s", (int)found->id.n,
			    (const char *)found->id.p, policy_token_name(ps));
	c->phrase = ps->t.text;
	return policy_next(ps);
}

static const struct {
	const char *word;
	enum policy_visibility visibility;
} visibilities[] = {{"公開", POLICY_PUBLIC}, {"庁内", POLICY_INTERNAL}, {"非公開", POLICY_SECRET}};

/*
 * Parses `clause ...` or a visibility where one stands; *ret_done says whether it did. seen guards
 * against either coming twice.
 */
static enum err part_cited(struct parser *ps, struct cited *c, unsigned *seen, bool *ret_done)
{
	struct place at = ps->t.at;
	bool clause = policy_at(ps, "clause");

	*ret_done = false;
	for (size_t i = 0; i < ARRAY_LEN(visibilities) && !clause; i++)
		if (policy_at(ps, visibilities[i].word)) {
			c->visibility = visibilities[i].visibility;
			*ret_done = true;
		}
	if (!clause && !*ret_done)
		return OK;
	if (*seen & (clause ? BIT(30) : BIT(31)))
		return FAIL(ps, at.offset, "a statement has one %s",
			    clause ? "clause" : "visibility");
	*seen |= clause ? BIT(30) : BIT(31);
	*ret_done = true;
	TRY(policy_next(ps));
	return clause ? part_clause(ps, c) : OK;
}

static enum err unknown_part(struct parser *ps, const struct part *parts, size_t n)
{
	struct slice words[16] = {S("clause"), S("公開"), S("庁内"), S("非公開")};
	size_t k = 4;

	for (size_t i = 0; i < n; i++)
		words[k++] = slice_str(parts[i].word);
	return FAIL(ps, ps->t.at.offset, "%s has no place here%s", policy_token_name(ps),
		    policy_suggest(ps->p->arena, ps->t.text, words, k));
}

/* Parses parts in any order, each at most once, to the end of the statement. */
enum err policy_parse_parts(struct parser *ps, const struct part *parts, size_t n, void *into,
			    struct cited *c, unsigned *ret_seen)
{
	unsigned seen = 0;
	bool done;

	while (!ps->t.starts) {
		size_t i = 0;

		TRY(part_cited(ps, c, &seen, &done));
		if (done)
			continue;
		while (i < n && !policy_at(ps, parts[i].word))
			i++;
		if (i == n)
			return unknown_part(ps, parts, n);
		if (seen & BIT(i))
			return FAIL(ps, ps->t.at.offset, "'%s' stands twice in one statement",
				    parts[i].word);
		seen |= BIT(i);
		ps->part = ps->t.at;
		TRY(policy_next(ps));
		TRY(parts[i].parse(ps, into));
	}
	*ret_seen = seen;
	return OK;
}

enum err policy_need_clause(struct parser *ps, const struct cited *c)
{
	if (!c->clause.n)
		return FAIL(ps, c->at.offset,
			    "this statement cites no clause; add 'clause' and its number");
	return OK;
}

enum err policy_push(struct arena *a, void **items, size_t n, size_t *cap, size_t size,
		     const void *item)
{
	TRY(arena_grow(a, items, n, cap, size));
	memcpy((uint8_t *)*items + n * size, item, size);
	return OK;
}

/* ── default deny, limit, hidden ─────────────────────────────────────────── */

static enum err statement_default(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	unsigned seen;

	if (p->default_deny.at.line)
		return FAIL(ps, c->at.offset, "the default is given on line %u already",
			    p->default_deny.at.line);
	TRY(policy_expect(ps, "deny"));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	p->default_deny = *c;
	return OK;
}

static enum err statement_limit(struct parser *ps, struct cited *c)
{
	unsigned seen;

	TRY(policy_parse_limit(ps, c->at));
	return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
}

static enum err statement_hidden(struct parser *ps, struct cited *c)
{
	unsigned seen;
	bool drop = policy_at(ps, "drop");

	if (ps->p->hidden_at.line)
		return FAIL(ps, c->at.offset, "this is said on line %u already",
			    ps->p->hidden_at.line);
	if (!drop && !policy_at(ps, "keep"))
		return FAIL(ps, ps->t.at.offset, "expected 'keep' or 'drop' instead of %s",
			    policy_token_name(ps));
	ps->p->hidden_at = c->at;
	ps->p->drop_hidden = drop;
	TRY(policy_next(ps));
	return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
}

/* ── the table ───────────────────────────────────────────────────────────── */

struct statement {
	const char *word;
	enum err (*parse)(struct parser *ps,
			  struct cited *c); /* NULL: of the language, not enforced */
};

static const struct statement statements[] = {
    {"policy", policy_statement_policy},
    {"zone", policy_statement_zone},
    {"scale", policy_statement_scale},
    {"permit", policy_statement_permit},
    {"forbid", policy_statement_forbid},
    {"never", policy_statement_never},
    {"default", statement_default},
    {"limit", statement_limit},
    {"hidden", statement_hidden},
    {"require", NULL},
    {"always", NULL},
    {"duty", NULL},
    {"control", NULL},
    {"role", NULL},
    {"exception", NULL},
};

static enum err statement(struct parser *ps)
{
	struct slice words[ARRAY_LEN(statements)];
	struct cited c = {.at = ps->t.at};

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		words[i] = slice_str(statements[i].word);
		if (ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, words[i]))
			continue;
		if (!statements[i].parse)
			return policy_fault(ps->d, ERR_UNSUPPORTED, ps->p->text, c.at.offset,
					    "this version does not enforce '%s'; nothing that is "
					    "written may go unenforced",
					    statements[i].word);
		if (i > 0 && !ps->p->title.n)
			return FAIL(ps, c.at.offset, "a policy begins with the statement 'policy'");
		TRY(policy_next(ps));
		return statements[i].parse(ps, &c);
	}
	/* Not by policy_token_name: this token does start a statement. */
	return FAIL(ps, c.at.offset, "no statement begins with '%.*s'%s",
		    (int)(ps->t.text.n < 64 ? ps->t.text.n : 64), (const char *)ps->t.text.p,
		    policy_suggest(ps->p->arena, ps->t.text, words, ARRAY_LEN(statements)));
}

enum err policy_parse(struct policy *p, struct diag *d)
{
	struct parser ps = {.p = p, .d = d};

	TRY(policy_lex_start(&ps.lx, p->text, d));
	TRY(policy_next(&ps));
	while (ps.t.kind != TOK_END) {
		if (!ps.t.starts)
			return FAIL(&ps, ps.t.at.offset,
				    "the first statement must begin in the first column");
		TRY(statement(&ps));
	}
	if (!p->title.n)
		return FAIL(&ps, 0, "a policy begins with the statement 'policy'");
	return OK;
}

enum err policy_basis_name(struct slice text, struct slice *ret_name, struct diag *d)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct policy p = {.arena = a, .text = text};
	struct parser ps = {.p = &p, .d = d};
	struct cited c = {0};
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(policy_lex_start(&ps.lx, text, d));
	TRY(policy_next(&ps));
	if (ps.t.kind != TOK_WORD || !slice_eq_str(ps.t.text, "policy"))
		return FAIL(&ps, ps.t.at.offset, "a policy begins with the statement 'policy'");
	c.at = ps.t.at;
	TRY(policy_next(&ps));
	e = policy_statement_policy(&ps, &c);
	/* A clause cannot be known before the basis is: policy_load judges the rest. */
	if (!p.basis_name.n)
		return e != OK ? e : ERR_SYNTAX;
	*ret_name = p.basis_name;
	return OK;
}
