#include "policy/model.h"

#include <stdlib.h>

/* ── outcomes ────────────────────────────────────────────────────────────── */

struct policy_outcome policy_rule_outcome(const struct rule *r)
{
	return (struct policy_outcome){.permit = !r->forbid,
				       .obligations = r->obligations,
				       .sanitize = r->method,
				       .attachments = r->attachments,
				       .retain_days = r->retain_days,
				       .retain_years = r->retain_years,
				       .retain_fiscal = r->retain_fiscal};
}

static uint32_t max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * Leaves out what another unit always outlasts, so that equal retention looks equal: n fiscal years
 * last from n years to a day less than n + 1.
 */
static void dominate(struct policy_outcome *o)
{
	if (o->retain_fiscal >= o->retain_years)
		o->retain_years = 0;
	else
		o->retain_fiscal = 0;
	if (o->retain_days <= 365 * max32(o->retain_fiscal, o->retain_years))
		o->retain_days = 0;
	else if (o->retain_days >= 366 * max32(o->retain_fiscal + 1, o->retain_years))
		o->retain_fiscal = o->retain_years = 0;
}

struct policy_outcome policy_outcome_unite(struct policy_outcome a, struct policy_outcome b)
{
	a.obligations |= b.obligations;
	a.sanitize = b.sanitize > a.sanitize ? b.sanitize : a.sanitize;
	a.attachments = b.attachments > a.attachments ? b.attachments : a.attachments;
	a.retain_days = max32(a.retain_days, b.retain_days);
	a.retain_years = max32(a.retain_years, b.retain_years);
	a.retain_fiscal = max32(a.retain_fiscal, b.retain_fiscal);
	dominate(&a);
	return a;
}

enum err outcomes_init(struct outcomes *o, struct arena *a)
{
	void *items = NULL;

	*o = (struct outcomes){.arena = a};
	TRY(arena_grow(a, &items, 0, &o->cap, sizeof *o->o));
	o->o = items;
	o->n = OUTCOME_PERMIT; /* none and forbidden: all zero */
	return OK;
}

uint32_t outcome_terminal(struct outcomes *o, const struct policy_outcome *v)
{
	uint32_t key[] = {v->obligations, v->sanitize,     v->attachments,
			  v->retain_days, v->retain_years, v->retain_fiscal};
	uint32_t at = 0;
	void *items = o->o;
	struct slice copy;
	enum err e;

	if (policy_map_get(&o->by_value, slice_of(key, sizeof key), &at))
		return at;
	copy = arena_copy(o->arena, slice_of(key, sizeof key));
	e = copy.p ? arena_grow(o->arena, &items, o->n, &o->cap, sizeof *o->o) : ERR_MEMORY;
	if (e == OK) {
		o->o = items;
		e = policy_map_add(o->arena, &o->by_value, copy, (uint32_t)o->n, &at);
	}
	if (e != OK) {
		o->err = e;
		return OUTCOME_FORBID;
	}
	o->o[o->n] = *v;
	return (uint32_t)o->n++;
}

static uint32_t join_of(void *ctx, uint32_t a, uint32_t b)
{
	struct outcomes *o = ctx;
	struct policy_outcome both = policy_outcome_unite(o->o[a], o->o[b]);

	return outcome_terminal(o, &both);
}

static bool join_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	if (a == b || b == mdd_leaf(OUTCOME_NONE) || a == mdd_leaf(OUTCOME_FORBID))
		*ret = a;
	else if (a == mdd_leaf(OUTCOME_NONE) || b == mdd_leaf(OUTCOME_FORBID))
		*ret = b;
	else
		return false;
	return true;
}

struct model model_over(struct mdd *m, struct outcomes *o)
{
	return (struct model){m, o, {join_of, join_quick, o, mdd_new_op(m)}};
}

mdd_ref model_join(const struct model *md, mdd_ref a, mdd_ref b)
{
	return mdd_apply(md->m, &md->join, a, b);
}

enum err model_state(const struct model *md, struct diag *d)
{
	if (md->m->err == ERR_LIMIT)
		return diag_set(
		    d, ERR_LIMIT, 0,
		    "the rules are too entangled to prove anything: more than %zu nodes; "
		    "write fewer or more regular rules",
		    md->m->nodes_max);
	TRY(md->m->err);
	return md->o->err;
}

/* ── rules ───────────────────────────────────────────────────────────────── */

struct view view_of(const struct policy_space *s)
{
	struct view v = {.space = s};

	for (size_t k = 0; k < POLICY_ATTRS; k++)
		for (uint32_t i = 0; i < s->n[k]; i++)
			v.own[k][i] = (uint8_t)i;
	return v;
}

mdd_ref model_term(const struct model *md, const struct view *v, const struct rule *r,
		   const struct term *t)
{
	struct policy_outcome o = policy_rule_outcome(r);
	uint32_t set[POLICY_ATTRS] = {0};

	dominate(&o);
	for (size_t k = 0; k < POLICY_ATTRS; k++)
		for (uint32_t i = 0; i < v->space->n[k]; i++)
			if (v->own[k][i] != VIEW_NONE && (t->set[k] & BIT(v->own[k][i])))
				set[k] |= BIT(i);
	return mdd_box(md->m, set, r->forbid ? OUTCOME_FORBID : outcome_terminal(md->o, &o));
}

mdd_ref model_rule(const struct model *md, const struct view *v, const struct rule *r)
{
	mdd_ref ret = mdd_leaf(OUTCOME_NONE);

	for (uint32_t t = 0; t < r->n_terms; t++)
		ret = model_join(md, ret, model_term(md, v, r, &r->terms[t]));
	return ret;
}

struct row {
	const struct rule *r;
	const struct term *t;
};

/* Rows that look alike side by side keep what is folded first small. */
static int by_sets(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return memcmp(x->t->set, y->t->set, sizeof x->t->set);
}

static mdd_ref fold(const struct model *md, const struct view *v, const struct row *r, size_t n)
{
	if (n == 0 || md->m->err != OK)
		return mdd_leaf(OUTCOME_NONE);
	if (n == 1)
		return model_term(md, v, r->r, r->t);
	return model_join(md, fold(md, v, r, n / 2), fold(md, v, r + n / 2, n - n / 2));
}

enum err model_build_part(const struct model *md, const struct view *v, const struct policy *p,
			  enum policy_visibility audience, bool seen, mdd_ref *ret, struct diag *d)
{
	size_t n = 0, k = 0;
	struct row *rows;

	for (size_t i = 0; i < p->n_rules; i++)
		n += p->rules[i].n_terms;
	rows = arena_array(md->m->arena, n, sizeof *rows);
	if (!rows)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->n_rules; i++) {
		if ((p->rules[i].c.visibility <= audience) != seen)
			continue;
		for (uint32_t t = 0; t < p->rules[i].n_terms; t++)
			rows[k++] = (struct row){&p->rules[i], &p->rules[i].terms[t]};
	}
	if (k)
		qsort(rows, k, sizeof *rows, by_sets);
	*ret = fold(md, v, rows, k);
	return model_state(md, d);
}

enum err model_build(const struct model *md, const struct view *v, const struct policy *p,
		     mdd_ref *ret, struct diag *d)
{
	return model_build_part(md, v, p, POLICY_SECRET, true, ret, d);
}

struct unless {
	const struct outcomes *o;
	uint32_t set;
};

static uint32_t lacks(void *ctx, uint32_t t, uint32_t unused)
{
	const struct unless *u = ctx;

	(void)unused;
	return t >= OUTCOME_PERMIT && !(u->o->o[t].obligations & u->set);
}

mdd_ref model_permitted(const struct model *md, mdd_ref all, uint32_t unless)
{
	struct unless u = {md->o, unless};

	return mdd_map(md->m, lacks, &u, all);
}
