/* policy_ask: what of some cases is permitted, and on which conditions. */
#include <stdlib.h>
#include "policy/model.h"

#define GROUPS_MAX 256

struct answer {
	uint32_t terminal;
	uint64_t cases;
};

static int by_size(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->cases != y->cases)
		return x->cases > y->cases ? -1 : 1;
	return x->terminal < y->terminal ? -1 : x->terminal > y->terminal;
}

/*
 * Terminals of an answer: 0 was not asked about, 1 is veiled, and from 2 on the outcomes.
 */
enum { ANSWER_NONE, ANSWER_VEILED, ANSWER_OUTCOME };

static uint32_t above(void *ctx, uint32_t t, uint32_t unused)
{
	(void)ctx;
	(void)unused;
	return t + ANSWER_OUTCOME;
}

/* a: what the rules that may be read decide; b: what the others do. */
static uint32_t veil_of(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return b == OUTCOME_NONE || a == ANSWER_OUTCOME + OUTCOME_FORBID ? a : ANSWER_VEILED;
}

static bool veil_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	*ret = a;
	return b == mdd_leaf(OUTCOME_NONE) || a == mdd_leaf(ANSWER_OUTCOME + OUTCOME_FORBID);
}

static uint32_t within_of(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return b ? a : 0;
}

static bool within_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	*ret = b == mdd_leaf(1) ? a : mdd_leaf(0);
	return b == mdd_leaf(1) || b == mdd_leaf(0);
}

static uint32_t is_terminal(void *ctx, uint32_t t, uint32_t unused)
{
	(void)unused;
	return t == *(uint32_t *)ctx;
}

static enum err gather(struct arena *a, struct mdd *m, mdd_ref of, const struct answer *list,
		       size_t n, const struct outcomes *o, size_t max, struct policy_answer *r)
{
	struct policy_box *boxes = arena_array(m->arena, max, sizeof *boxes);
	uint64_t *cases = arena_array(m->arena, max, sizeof *cases), rest;

	r->groups = arena_array(a, max, sizeof *r->groups);
	if (!boxes || !cases || !r->groups)
		return ERR_MEMORY;
	for (size_t i = 0; i < n && list[i].cases; i++) {
		size_t left = max - r->n_groups, got = 0;
		size_t share = left > n - i ? left - (n - i - 1) : left ? 1 : 0;
		uint32_t t = list[i].terminal;

		rest = list[i].cases;
		if (share)
			TRY(group_cover(m, mdd_map(m, is_terminal, &t, of), share, boxes, cases,
					&got, &rest));
		for (size_t k = 0; k < got; k++)
			r->groups[r->n_groups++] =
			    (struct policy_group){boxes[k],
						  cases[k],
						  {0},
						  o->o[t - ANSWER_OUTCOME],
						  t != ANSWER_OUTCOME + OUTCOME_NONE};
		r->rest += rest;
	}
	return OK;
}

/* Every case's answer, 0 where it was not asked about. */
static enum err answers(struct model *md, const struct view *v, const struct policy *p,
			const struct policy_box *given, enum policy_visibility audience,
			mdd_ref *ret, struct diag *d)
{
	struct mdd_op within = {within_of, within_quick, NULL, mdd_new_op(md->m)};
	struct mdd_op veil = {veil_of, veil_quick, NULL, mdd_new_op(md->m)};
	mdd_ref seen, others;

	TRY(model_build_part(md, v, p, audience, true, &seen, d));
	TRY(model_build_part(md, v, p, audience, false, &others, d));
	seen = mdd_apply(md->m, &veil, mdd_map(md->m, above, NULL, seen), others);
	*ret = mdd_apply(md->m, &within, seen, mdd_box(md->m, given->set, 1));
	return model_state(md, d);
}

enum err policy_ask(struct arena *a, const struct policy *p, const struct policy_box *given,
		    enum policy_visibility audience, size_t groups_max, struct policy_answer *ret,
		    struct diag *d)
{
	AUTO_ARENA arena = arena_new(POLICY_PROOF_BYTES);
	struct policy_answer r = {.rest = 0};
	struct answer *list;
	uint64_t *counts;
	struct outcomes o;
	struct model md;
	struct view v;
	struct mdd m;
	mdd_ref all;

	if (!arena)
		return ERR_MEMORY;
	TRY(policy_space_of(a, p, &r.space));
	TRY(mdd_init(&m, arena, r.space.n, POLICY_NODES_MAX));
	TRY(outcomes_init(&o, arena));
	md = model_over(&m, &o);
	v = view_of(&r.space);
	TRY(answers(&md, &v, p, given, audience, &all, d));
	counts = arena_array(arena, o.n + ANSWER_OUTCOME, sizeof *counts);
	list = arena_array(arena, o.n, sizeof *list);
	if (!counts || !list)
		return ERR_MEMORY;
	TRY(mdd_tally(&m, all, counts, o.n + ANSWER_OUTCOME));
	r.veiled = counts[ANSWER_VEILED];
	for (uint32_t t = 0; t < o.n; t++) {
		list[t] = (struct answer){t + ANSWER_OUTCOME, counts[t + ANSWER_OUTCOME]};
		r.cases += list[t].cases;
		r.permitted += t >= OUTCOME_PERMIT ? list[t].cases : 0;
	}
	qsort(list, o.n, sizeof *list, by_size);
	TRY(gather(a, &m, all, list, o.n, &o, groups_max ? groups_max : GROUPS_MAX, &r));
	TRY(model_state(&md, d));
	*ret = r;
	return OK;
}

static bool meets(const struct rule *r, const struct policy_box *b)
{
	for (uint32_t t = 0; t < r->n_terms; t++) {
		size_t k = 0;

		while (k < POLICY_ATTRS && (r->terms[t].set[k] & b->set[k]))
			k++;
		if (k == POLICY_ATTRS)
			return true;
	}
	return false;
}

size_t policy_group_deciders(const struct policy *p, const struct policy_group *g,
			     enum policy_visibility audience, uint32_t *ret, size_t max)
{
	size_t n = 0;

	if (!g->by_rule) {
		bool told = p->default_deny.at.line && p->default_deny.visibility <= audience;

		if (told && max)
			ret[0] = p->default_statement;
		return told;
	}
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];

		if (r->forbid == g->after.permit || r->c.visibility > audience ||
		    !meets(r, &g->box))
			continue;
		if (n < max)
			ret[n] = r->statement;
		n++;
	}
	return n;
}
