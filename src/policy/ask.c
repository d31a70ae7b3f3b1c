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

/* Terminals moved up by one, so that 0 is free for what was not asked about. */
static uint32_t above(void *ctx, uint32_t t, uint32_t unused)
{
	(void)ctx;
	(void)unused;
	return (t == OUTCOME_FORBID ? OUTCOME_NONE : t) + 1;
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
			    (struct policy_group){boxes[k], cases[k], {0}, o->o[t - 1]};
		r->rest += rest;
	}
	return OK;
}

enum err policy_ask(struct arena *a, const struct policy *p, const struct policy_box *given,
		    size_t groups_max, struct policy_answer *ret, struct diag *d)
{
	AUTO_ARENA arena = arena_new(POLICY_PROOF_BYTES);
	struct policy_answer r = {.rest = 0};
	struct mdd_op within = {within_of, within_quick, NULL, 0};
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
	TRY(model_build(&md, &v, p, &all, d));
	within.id = mdd_new_op(&m);
	all = mdd_apply(&m, &within, mdd_map(&m, above, NULL, all), mdd_box(&m, given->set, 1));
	counts = arena_array(arena, o.n + 1, sizeof *counts);
	list = arena_array(arena, o.n + 1, sizeof *list);
	if (!counts || !list)
		return ERR_MEMORY;
	TRY(mdd_tally(&m, all, counts, o.n + 1));
	for (uint32_t t = 1; t <= o.n; t++) {
		list[t - 1] = (struct answer){t, counts[t]};
		r.cases += counts[t];
		r.permitted += t > OUTCOME_PERMIT ? counts[t] : 0;
	}
	qsort(list, o.n, sizeof *list, by_size);
	TRY(gather(a, &m, all, list, o.n, &o, groups_max ? groups_max : GROUPS_MAX, &r));
	TRY(model_state(&md, d));
	*ret = r;
	return OK;
}
