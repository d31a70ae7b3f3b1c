/* What needs the row sets: permits that a forbid swallows, obligations that contradict. */
#include "policy/internal.h"

/* Obligations that no one decision can ask for together. */
static const enum policy_obligation contrary[][2] = {{POLICY_SANITIZE, POLICY_CONFIRM}};

struct query {
	const struct policy *p;
	uint32_t valid[POLICY_ATTRS];
	const uint64_t *all[POLICY_ATTRS]; /* rows that take every value of the attribute */
};

static enum err make_query(struct policy *p, struct query *ret)
{
	const struct compiled *c = &p->compiled;

	*ret = (struct query){.p = p};
	for (size_t i = 0; i < c->n_active; i++) {
		enum policy_attr k = c->active[i];
		uint64_t *all = arena_array(p->arena, c->words, sizeof *all);
		uint32_t n = policy_value_count(p, k);

		if (!all)
			return ERR_MEMORY;
		for (size_t w = 0; w < c->words; w++) {
			all[w] = c->bits[k][0][w];
			for (uint32_t v = 1; v < n; v++)
				all[w] &= c->bits[k][v][w];
		}
		ret->all[k] = all;
		ret->valid[k] = policy_valid(p, k);
	}
	return OK;
}

/* Rows of word w that hold every case of the term. */
static uint64_t holding(const struct query *q, const struct term *t, size_t w)
{
	const struct compiled *c = &q->p->compiled;
	uint64_t m = ~0ull;

	for (size_t i = 0; i < c->n_active && m; i++) {
		enum policy_attr k = c->active[i];
		uint32_t set = t->set[k] & q->valid[k];

		if (set == q->valid[k]) {
			m &= q->all[k][w];
			continue;
		}
		for (; set && m; set &= set - 1)
			m &= c->bits[k][__builtin_ctz(set)][w];
	}
	return m;
}

/* Rows of word w that have a case in common with the term. */
static uint64_t meeting(const struct query *q, const struct term *t, size_t w)
{
	const struct compiled *c = &q->p->compiled;
	uint64_t m = ~0ull, any;

	for (size_t i = 0; i < c->n_active && m; i++) {
		enum policy_attr k = c->active[i];

		any = 0;
		for (uint32_t set = t->set[k] & q->valid[k]; set; set &= set - 1)
			any |= c->bits[k][__builtin_ctz(set)][w];
		m &= any;
	}
	return m;
}

static uint32_t swallowed_by(const struct query *q, const struct rule *r)
{
	const struct compiled *c = &q->p->compiled;
	uint32_t by = POLICY_NONE;

	for (uint32_t t = 0; t < r->n_terms; t++) {
		bool found = false;

		/* What is not inspected yet is no case of its own. */
		if (!(r->terms[t].set[POLICY_A_CONTAINS] & ~PENDING_BIT))
			continue;
		for (size_t w = 0; w < c->forbid_words && !found; w++) {
			uint64_t m = holding(q, &r->terms[t], w);

			if (!m)
				continue;
			found = true;
			by = c->rule_of[w * 64 + (unsigned)__builtin_ctzll(m)];
		}
		if (!found)
			return POLICY_NONE;
	}
	return by;
}

static enum err check_swallowed(const struct query *q, struct diag *d)
{
	const struct policy *p = q->p;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];
		uint32_t by = r->forbid ? POLICY_NONE : swallowed_by(q, r);

		if (by != POLICY_NONE)
			return policy_fault(
			    d, ERR_SYNTAX, p->text, r->c.at.offset,
			    "this permit is without effect: line %u forbids all that "
			    "it permits",
			    p->rules[by].c.at.line);
	}
	return OK;
}

static const char *first_word(enum policy_obligation o)
{
	return o == POLICY_CONFIRM ? "confirm" : "sanitize";
}

static enum err contradicts(const struct query *q, const struct rule *r,
			    const enum policy_obligation pair[2], struct diag *d)
{
	const struct policy *p = q->p;
	const struct compiled *c = &p->compiled;

	for (uint32_t t = 0; t < r->n_terms; t++)
		for (size_t w = c->forbid_words; w < c->words; w++)
			for (uint64_t m = meeting(q, &r->terms[t], w); m; m &= m - 1) {
				uint32_t at = c->rule_of[w * 64 + (unsigned)__builtin_ctzll(m)];
				const struct rule *o = &p->rules[at];
				const struct rule *late = o->c.at.offset > r->c.at.offset ? o : r;

				if (!(o->obligations & BIT(pair[0])))
					continue;
				return policy_fault(
				    d, ERR_SYNTAX, p->text, late->c.at.offset,
				    "line %u obliges to '%s' and line %u to '%s' where both match, "
				    "which cannot both be; keep them apart, as by 'without "
				    "exception' "
				    "and 'only with exception'",
				    o->c.at.line, first_word(pair[0]), r->c.at.line,
				    first_word(pair[1]));
			}
	return OK;
}

enum err policy_check_rules(struct policy *p, struct diag *d)
{
	struct query q;

	TRY(make_query(p, &q));
	TRY(check_swallowed(&q, d));
	for (size_t i = 0; i < ARRAY_LEN(contrary); i++)
		for (size_t k = 0; k < p->n_rules; k++)
			if (!p->rules[k].forbid && (p->rules[k].obligations & BIT(contrary[i][1])))
				TRY(contradicts(&q, &p->rules[k], contrary[i], d));
	return OK;
}
