/* Conditions: parsed to a tree, then expanded to alternatives of value sets. */
#include "policy/parse.h"

enum cond_kind { COND_ATOM, COND_NOT, COND_AND, COND_OR };

struct cond {
	enum cond_kind kind;
	enum attr attr;    /* of an atom */
	uint32_t set, all; /* the values it names, and all that can be known */
	bool names_unknown;
	struct cond *a, *b;
};

struct work {
	struct parser *ps;
	unsigned atoms, depth;
};

/* The values that conditions may name; the bit is the value's place in its set. */
struct value_word {
	enum attr attr;
	const char *word;
	unsigned bit;
};

static const struct value_word values[] = {
    {ATTR_CONTAINS, "unknown", POLICY_CONTAINS_UNKNOWN},
    {ATTR_CONTAINS, "nothing", POLICY_CONTAINS_NOTHING},
    {ATTR_CONTAINS, "personal-number", POLICY_CONTAINS_PERSONAL_NUMBER},
    {ATTR_RECIPIENT, "unknown", POLICY_RECIPIENT_UNKNOWN},
    {ATTR_RECIPIENT, "registered", POLICY_RECIPIENT_REGISTERED},
    {ATTR_RECIPIENT, "unregistered", POLICY_RECIPIENT_UNREGISTERED},
};

static struct cond *make(struct work *w, struct cond c)
{
	struct cond *ret = arena_alloc(w->ps->p->arena, sizeof *ret);

	if (ret)
		*ret = c;
	return ret;
}

static enum err value(struct work *w, struct cond *c)
{
	struct parser *ps = w->ps;
	struct slice words[ARRAY_LEN(values)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (values[i].attr != c->attr)
			continue;
		words[n++] = slice_str(values[i].word);
		c->all |= values[i].bit ? BIT(values[i].bit) : 0;
		if (policy_at(ps, values[i].word)) {
			c->set = BIT(values[i].bit);
			c->names_unknown = values[i].bit == 0;
		}
	}
	if (!c->set)
		return FAIL(ps, ps->t.at.offset, "%s is no value here%s", policy_token_name(ps),
			    policy_suggest(ps->p->arena, ps->t.text, words, n));
	return policy_next(ps);
}

static enum err level_set(struct parser *ps, const char *sign, uint64_t level, uint32_t *ret)
{
	uint32_t set = 0;
	bool known = false;

	for (size_t i = 0; i < ps->p->n_levels; i++) {
		unsigned v = ps->p->levels[i].level;
		bool in = sign[0] == '='   ? v == level
			  : sign[0] == '!' ? v != level
			  : sign[0] == '<' ? v < level || (sign[1] && v == level)
					   : v > level || (sign[1] && v == level);

		known = known || v == level;
		set |= in ? BIT(v) : 0;
	}
	*ret = set;
	return known ? OK : ERR_NOT_FOUND;
}

static uint32_t level_all(const struct policy *p)
{
	uint32_t set = 0;

	for (size_t i = 0; i < p->n_levels; i++)
		set |= BIT(p->levels[i].level);
	return set;
}

/* confidentiality = 1, confidentiality > 1, confidentiality is [not] unknown */
static enum err level(struct work *w, struct cond *c, bool *ret_not)
{
	static const char *const signs[] = {"<=", ">=", "!=", "=", "<", ">"};
	struct parser *ps = w->ps;
	struct place at;
	uint64_t n;

	if (!ps->p->n_levels)
		return FAIL(
		    ps, ps->t.at.offset,
		    "no levels are declared above; write 'scale confidentiality ...' first");
	c->all = level_all(ps->p);
	if (policy_at(ps, "is")) {
		TRY(policy_next(ps));
		if (policy_at(ps, "not")) {
			*ret_not = true;
			TRY(policy_next(ps));
		}
		c->set = BIT(0);
		c->names_unknown = true;
		return policy_expect(ps, "unknown");
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (!policy_at(ps, signs[i]))
			continue;
		TRY(policy_next(ps));
		at = ps->t.at;
		TRY(policy_parse_number(ps, "a level", POLICY_LEVELS_MAX, &n));
		if (level_set(ps, signs[i], n, &c->set) != OK)
			return FAIL(ps, at.offset, "level %u is not in the scale of line %u",
				    (unsigned)n, ps->p->scales[0].line);
		return OK;
	}
	return FAIL(ps, ps->t.at.offset, "expected =, !=, <, >, <=, >= or 'is' instead of %s",
		    policy_token_name(ps));
}

/* source is [not] lgwan */
static enum err zone(struct work *w, struct cond *c, bool *ret_not)
{
	struct parser *ps = w->ps;

	c->all = SET_ALL;
	TRY(policy_expect(ps, "is"));
	if (policy_at(ps, "not")) {
		*ret_not = true;
		TRY(policy_next(ps));
	}
	return policy_parse_zones(ps, false, &c->set);
}

static enum err word(struct work *w, struct cond *c, bool *ret_not)
{
	struct parser *ps = w->ps;

	if (c->attr == ATTR_RECIPIENT) {
		TRY(policy_expect(ps, "is"));
		if (policy_at(ps, "not")) {
			*ret_not = true;
			TRY(policy_next(ps));
		}
	}
	return value(w, c);
}

struct attr_word {
	const char *word;
	enum attr attr;
	enum err (*parse)(struct work *w, struct cond *c, bool *ret_not);
};

static const struct attr_word attrs[] = {
    {"source", ATTR_SOURCE, zone},
    {"destination", ATTR_DESTINATION, zone},
    {"confidentiality", ATTR_CONFIDENTIALITY, level},
    {"contains", ATTR_CONTAINS, word},
    {"recipient", ATTR_RECIPIENT, word},
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
		struct cond c = {.kind = COND_ATOM, .attr = attrs[i].attr};

		words[i] = slice_str(attrs[i].word);
		if (!policy_at(ps, attrs[i].word))
			continue;
		TRY(policy_next(ps));
		TRY(attrs[i].parse(w, &c, &negated));
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
	bool has_unknown = c->attr != ATTR_SOURCE && c->attr != ATTR_DESTINATION;
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

			for (size_t k = 0; k < ATTRS; k++) {
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
		for (size_t k = 0; k < ATTRS; k++)
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
