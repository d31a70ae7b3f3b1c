/* Conditions: parsed to a tree, then expanded to alternatives of value sets. */
#include "policy/parse.h"

enum cond_kind { COND_ATOM, COND_NOT, COND_AND, COND_OR };

struct cond {
	enum cond_kind kind;
	enum policy_attr attr; /* of an atom */
	uint32_t set, all;     /* the values it names, and all that can be known */
	bool names_unknown;
	struct cond *a, *b;
};

struct work {
	struct parser *ps;
	unsigned atoms, depth;
};

static struct cond *make(struct work *w, struct cond c)
{
	struct cond *ret = arena_alloc(w->ps->p->arena, sizeof *ret);

	if (ret)
		*ret = c;
	return ret;
}

/* One value of the attribute by its word. */
static enum err value(struct parser *ps, enum policy_attr attr, uint32_t *ret)
{
	struct slice words[POLICY_VALUES_MAX];
	uint32_t n = policy_value_count(ps->p, attr);

	for (uint32_t v = 0; v < n; v++) {
		struct policy_value pv = policy_value(ps->p, attr, v);

		words[v] = pv.word;
		if (ps->t.starts || ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, pv.word))
			continue;
		policy_names(ps, pv.visibility, ps->t.at);
		*ret = v;
		return policy_next(ps);
	}
	return FAIL(ps, ps->t.at.offset, "%s is no value of %s%s", policy_token_name(ps),
		    policy_attr_word(attr), policy_suggest(ps->p->arena, ps->t.text, words, n));
}

static enum err take_not(struct parser *ps, bool *ret_not)
{
	if (!policy_at(ps, "not"))
		return OK;
	*ret_not = true;
	return policy_next(ps);
}

/* contains personal-number */
static enum err contains(struct parser *ps, struct cond *c, bool *ret_not)
{
	uint32_t v = 0;

	(void)ret_not;
	TRY(value(ps, c->attr, &v));
	c->set = BIT(v);
	c->names_unknown = v == 0;
	return OK;
}

/* recipient is [not] registered */
static enum err is(struct parser *ps, struct cond *c, bool *ret_not)
{
	TRY(policy_expect(ps, "is"));
	TRY(take_not(ps, ret_not));
	return contains(ps, c, NULL);
}

/* source is [not] lgwan */
static enum err zone(struct parser *ps, struct cond *c, bool *ret_not)
{
	TRY(policy_expect(ps, "is"));
	TRY(take_not(ps, ret_not));
	return policy_parse_zones(ps, false, &c->set);
}

static uint32_t compared(const char *sign, uint32_t n, uint32_t with)
{
	uint32_t set = 0;

	for (uint32_t v = 1; v < n; v++)
		if (sign[0] == '='   ? v == with
		    : sign[0] == '!' ? v != with
		    : sign[0] == '<' ? v < with || (sign[1] && v == with)
				     : v > with || (sign[1] && v == with))
			set |= BIT(v);
	return set;
}

/* confidentiality = 1, confidentiality > 3C, factors is [not] unknown */
static enum err level(struct parser *ps, struct cond *c, bool *ret_not)
{
	static const char *const signs[] = {"<=", ">=", "!=", "=", "<", ">"};
	uint32_t n = policy_value_count(ps->p, c->attr), v = 0;
	struct place at;

	if (n == 1)
		return FAIL(ps, ps->t.at.offset,
			    "no levels are declared above; write 'scale %s ...' first",
			    policy_attr_word(c->attr));
	if (policy_at(ps, "is")) {
		TRY(policy_next(ps));
		TRY(take_not(ps, ret_not));
		c->set = BIT(0);
		c->names_unknown = true;
		return policy_expect(ps, "unknown");
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (!policy_at(ps, signs[i]))
			continue;
		TRY(policy_next(ps));
		at = ps->t.at;
		TRY(value(ps, c->attr, &v));
		if (!v)
			return FAIL(ps, at.offset, "write 'is unknown'");
		c->set = compared(signs[i], n, v);
		return OK;
	}
	return FAIL(ps, ps->t.at.offset, "expected =, !=, <, >, <=, >= or 'is' instead of %s",
		    policy_token_name(ps));
}

struct attr_word {
	enum policy_attr attr;
	enum err (*parse)(struct parser *ps, struct cond *c, bool *ret_not);
};

static const struct attr_word attrs[] = {
    {POLICY_A_SOURCE, zone},
    {POLICY_A_DESTINATION, zone},
    {POLICY_A_CONFIDENTIALITY, level},
    {POLICY_A_INTEGRITY, level},
    {POLICY_A_AVAILABILITY, level},
    {POLICY_A_CONTAINS, contains},
    {POLICY_A_RECIPIENT, is},
    {POLICY_A_TYPE, is},
    {POLICY_A_ROLE, is},
    {POLICY_A_FACTORS, level},
    {POLICY_A_HOURS, is},
};

static enum err atom(struct work *w, struct cond **ret)
{
	struct parser *ps = w->ps;
	struct slice words[ARRAY_LEN(attrs)];
	bool negated = false;

	if (++w->atoms > CONDITION_ATOMS_MAX)
		return policy_fault(ps->d, ERR_LIMIT, ps->p->text, ps->t.at.offset,
				    "a condition may have at most %d comparisons",
				    CONDITION_ATOMS_MAX);
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		struct cond c = {.kind = COND_ATOM,
				 .attr = attrs[i].attr,
				 .all = policy_valid(ps->p, attrs[i].attr) & ~BIT(0)};

		words[i] = slice_str(policy_attr_word(attrs[i].attr));
		if (!policy_at(ps, policy_attr_word(attrs[i].attr)))
			continue;
		if (attrs[i].parse == zone)
			c.all |= BIT(0);
		TRY(policy_next(ps));
		TRY(attrs[i].parse(ps, &c, &negated));
		*ret = make(w, c);
		if (*ret && negated)
			*ret = make(w, (struct cond){.kind = COND_NOT, .a = *ret});
		return *ret ? OK : ERR_MEMORY;
	}
	return FAIL(ps, ps->t.at.offset, "%s cannot be asked in a condition%s",
		    policy_token_name(ps),
		    policy_suggest(ps->p->arena, ps->t.text, words, ARRAY_LEN(attrs)));
}

static enum err either(struct work *w, struct cond **ret);

static enum err unary(struct work *w, struct cond **ret)
{
	struct parser *ps = w->ps;
	struct cond *c = NULL;
	bool negated = policy_at(ps, "not");

	if (!negated && !policy_at(ps, "("))
		return atom(w, ret);
	if (++w->depth > POLICY_NESTING_MAX)
		return policy_fault(ps->d, ERR_LIMIT, ps->p->text, ps->t.at.offset,
				    "a condition may be nested %d deep", POLICY_NESTING_MAX);
	TRY(policy_next(ps));
	if (negated) {
		TRY(unary(w, &c));
		c = make(w, (struct cond){.kind = COND_NOT, .a = c});
	} else {
		TRY(either(w, &c));
		TRY(policy_expect(ps, ")"));
	}
	w->depth--;
	*ret = c;
	return c ? OK : ERR_MEMORY;
}

static enum err both(struct work *w, struct cond **ret)
{
	struct cond *a, *b;

	TRY(unary(w, &a));
	while (policy_at(w->ps, "and")) {
		TRY(policy_next(w->ps));
		TRY(unary(w, &b));
		a = make(w, (struct cond){.kind = COND_AND, .a = a, .b = b});
		if (!a)
			return ERR_MEMORY;
	}
	*ret = a;
	return OK;
}

static enum err either(struct work *w, struct cond **ret)
{
	struct cond *a, *b;

	TRY(both(w, &a));
	while (policy_at(w->ps, "or")) {
		TRY(policy_next(w->ps));
		TRY(both(w, &b));
		a = make(w, (struct cond){.kind = COND_OR, .a = a, .b = b});
		if (!a)
			return ERR_MEMORY;
	}
	*ret = a;
	return OK;
}

struct terms {
	struct term t[POLICY_TERMS_MAX];
	uint32_t n;
};

/*
 * The values of an atom. A value that is unknown fails a permit and fulfils a forbid, whichever
 * way round the comparison stands, unless the atom itself asks for unknown.
 */
static uint32_t atom_set(const struct cond *c, bool negate, bool forbid)
{
	bool has_unknown = c->attr != POLICY_A_SOURCE && c->attr != POLICY_A_DESTINATION;
	uint32_t set = negate ? c->all & ~c->set : c->set;

	if (has_unknown && forbid && !c->names_unknown)
		set |= BIT(0);
	return set;
}

static enum err expand(const struct cond *c, bool negate, bool forbid, struct terms *ret);

static enum err product(const struct cond *c, bool negate, bool forbid, struct terms *ret)
{
	struct terms a, b;

	ret->n = 0;
	TRY(expand(c->a, negate, forbid, &a));
	TRY(expand(c->b, negate, forbid, &b));
	for (uint32_t i = 0; i < a.n; i++)
		for (uint32_t j = 0; j < b.n; j++) {
			struct term t;
			bool empty = false;

			for (size_t k = 0; k < POLICY_ATTRS; k++) {
				t.set[k] = a.t[i].set[k] & b.t[j].set[k];
				empty = empty || !t.set[k];
			}
			if (empty)
				continue;
			if (ret->n == POLICY_TERMS_MAX)
				return ERR_LIMIT;
			ret->t[ret->n++] = t;
		}
	return OK;
}

static enum err expand(const struct cond *c, bool negate, bool forbid, struct terms *ret)
{
	struct terms b;

	switch (c->kind) {
	case COND_ATOM:
		for (size_t k = 0; k < POLICY_ATTRS; k++)
			ret->t[0].set[k] = SET_ALL;
		ret->t[0].set[c->attr] = atom_set(c, negate, forbid);
		ret->n = ret->t[0].set[c->attr] ? 1 : 0;
		return OK;
	case COND_NOT:
		return expand(c->a, !negate, forbid, ret);
	case COND_AND:
	case COND_OR:
		if ((c->kind == COND_AND) != negate)
			return product(c, negate, forbid, ret);
		TRY(expand(c->a, negate, forbid, ret));
		TRY(expand(c->b, negate, forbid, &b));
		if (ret->n + b.n > POLICY_TERMS_MAX)
			return ERR_LIMIT;
		memcpy(ret->t + ret->n, b.t, b.n * sizeof *b.t);
		ret->n += b.n;
		return OK;
	}
	return ERR_SYNTAX;
}

enum err policy_parse_condition(struct parser *ps, bool forbid, struct term **ret, uint32_t *ret_n)
{
	struct work w = {.ps = ps};
	struct place at = ps->t.at;
	struct terms terms;
	struct cond *c;
	struct term *copy;

	TRY(either(&w, &c));
	if (expand(c, false, forbid, &terms) != OK)
		return policy_fault(
		    ps->d, ERR_LIMIT, ps->p->text, at.offset,
		    "this condition has more than %d alternatives; write several rules",
		    POLICY_TERMS_MAX);
	if (!terms.n)
		return FAIL(ps, at.offset, "this condition can never be fulfilled");
	copy = arena_array(ps->p->arena, terms.n, sizeof *copy);
	if (!copy)
		return ERR_MEMORY;
	memcpy(copy, terms.t, terms.n * sizeof *copy);
	*ret = copy;
	*ret_n = terms.n;
	return OK;
}
