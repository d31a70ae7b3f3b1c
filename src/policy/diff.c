/* policy_diff: two decision diagrams over one space, laid on each other. */
#include <stdlib.h>
#include "policy/model.h"

#define GROUPS_MAX 256

/* ── the space of both ───────────────────────────────────────────────────── */

static uint32_t find_word(const struct policy *p, enum policy_attr k, struct slice word)
{
	for (uint32_t v = 0; v < policy_value_count(p, k); v++)
		if (slice_eq(policy_value(p, k, v).word, word))
			return v;
	return VIEW_NONE;
}

static bool is_zone(enum policy_attr k)
{
	return k == POLICY_A_SOURCE || k == POLICY_A_DESTINATION;
}

static bool is_level(enum policy_attr k)
{
	return k >= POLICY_A_CONFIDENTIALITY && k <= POLICY_A_AVAILABILITY;
}

/* What a value of `of` is to p: itself, what it was migrated to, else unknown; a zone: nothing. */
static uint8_t own_value(const struct policy *p, const struct policy *of, enum policy_attr k,
			 uint32_t v)
{
	enum policy_scale s = k - POLICY_A_CONFIDENTIALITY;
	uint32_t own;
	unsigned level;

	if (is_level(k) && v > 0)
		return policy_level_now(p, s, of->scale[s].scheme, of->scale[s].levels[v - 1].code,
					&level) == OK
			   ? (uint8_t)level
			   : 0;
	own = find_word(p, k, policy_value(of, k, v).word);
	return (uint8_t)(own != VIEW_NONE || is_zone(k) ? own : 0);
}

static bool same_scheme(const struct policy *a, const struct policy *b, enum policy_attr k)
{
	enum policy_scale s = k - POLICY_A_CONFIDENTIALITY;

	return !is_level(k) || slice_eq(a->scale[s].scheme, b->scale[s].scheme) || !a->scale[s].n ||
	       !b->scale[s].n;
}

/* The values of `after`, then those that only `before` has. */
static enum err merge(struct arena *a, const struct policy *before, const struct policy *after,
		      struct policy_space *s, struct view *vb, struct view *va, struct diag *d)
{
	s->cases = 1;
	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		uint32_t nb = policy_value_count(before, k), na = policy_value_count(after, k);

		s->value[k] = arena_array(a, (size_t)nb + na, sizeof **s->value);
		if (!s->value[k])
			return ERR_MEMORY;
		for (uint32_t i = 0; i < na + nb; i++) {
			const struct policy *of = i < na ? after : before;
			uint32_t v = i < na ? i : i - na;
			struct policy_value pv = policy_value(of, k, v);

			if (i >= na && (v == 0 || same_scheme(before, after, k)) &&
			    find_word(after, k, pv.word) != VIEW_NONE)
				continue;
			if (s->n[k] == POLICY_VALUES_MAX)
				return diag_set(d, ERR_LIMIT, 0,
						"the two policies have more than %d values of %s "
						"together",
						POLICY_VALUES_MAX, policy_attr_word(k));
			va->own[k][s->n[k]] = own_value(after, of, k, v);
			vb->own[k][s->n[k]] = own_value(before, of, k, v);
			s->value[k][s->n[k]++] = pv;
		}
		s->cases *= s->n[k];
	}
	va->space = vb->space = s;
	return OK;
}

/* ── pairs of outcomes ───────────────────────────────────────────────────── */

struct pair {
	uint32_t before, after; /* terminals */
	uint64_t cases;
	uint32_t id;
	int kind; /* 0 permitted, 1 forbidden, 2 altered */
};

struct pairs {
	struct arena *arena;
	struct pair *p;
	size_t n, cap;
	struct map by_ends;
	enum err err;
};

/* Not permitted by no rule and not permitted by a forbid come to the same. */
static uint32_t settled(uint32_t t)
{
	return t == OUTCOME_FORBID ? OUTCOME_NONE : t;
}

static uint32_t pair_of(void *ctx, uint32_t a, uint32_t b)
{
	struct pairs *ps = ctx;
	uint32_t key[2] = {settled(a), settled(b)}, at = 0;
	void *items = ps->p;
	struct slice copy;
	enum err e;

	if (key[0] == key[1])
		return 0;
	if (policy_map_get(&ps->by_ends, slice_of(key, sizeof key), &at))
		return at;
	copy = arena_copy(ps->arena, slice_of(key, sizeof key));
	e = copy.p ? arena_grow(ps->arena, &items, ps->n, &ps->cap, sizeof *ps->p) : ERR_MEMORY;
	if (e == OK) {
		ps->p = items;
		e = policy_map_add(ps->arena, &ps->by_ends, copy, (uint32_t)ps->n, &at);
	}
	if (e != OK) {
		ps->err = e;
		return 0;
	}
	ps->p[ps->n] = (struct pair){key[0], key[1], 0, (uint32_t)ps->n,
				     key[0] == OUTCOME_NONE   ? 0
				     : key[1] == OUTCOME_NONE ? 1
							      : 2};
	return (uint32_t)ps->n++;
}

static bool pair_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	*ret = mdd_leaf(0);
	return a == b;
}

static int by_size(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->cases != y->cases)
		return x->cases > y->cases ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static uint32_t is_pair(void *ctx, uint32_t t, uint32_t unused)
{
	(void)unused;
	return t == *(uint32_t *)ctx;
}

static enum err count(struct mdd *m, mdd_ref both, struct pairs *ps, struct policy_diff *df)
{
	uint64_t *counts = arena_array(ps->arena, ps->n, sizeof *counts);

	if (!counts)
		return ERR_MEMORY;
	TRY(mdd_tally(m, both, counts, ps->n));
	for (size_t i = 1; i < ps->n; i++) {
		uint64_t *sums[] = {&df->permitted, &df->forbidden, &df->altered};

		ps->p[i].cases = counts[i];
		*sums[ps->p[i].kind] += counts[i];
	}
	if (ps->n > 1)
		qsort(ps->p + 1, ps->n - 1, sizeof *ps->p, by_size);
	return OK;
}

/* Every pair gets its share of the groups, the large ones first. */
static enum err make_groups(struct arena *a, struct mdd *m, mdd_ref both, const struct pairs *ps,
			    const struct outcomes *o, size_t max, struct policy_diff *df)
{
	struct policy_box *boxes = arena_array(ps->arena, max, sizeof *boxes);
	uint64_t *cases = arena_array(ps->arena, max, sizeof *cases), rest;
	size_t n;

	df->groups = arena_array(a, max, sizeof *df->groups);
	if (!boxes || !cases || !df->groups)
		return ERR_MEMORY;
	for (size_t i = 1; i < ps->n; i++) {
		const struct pair *p = &ps->p[i];
		size_t left = max - df->n_groups, more = ps->n - i;
		size_t share = left > more ? left - (more - 1) : left ? 1 : 0;
		uint32_t id = p->id;
		mdd_ref set = share ? mdd_map(m, is_pair, &id, both) : 0;

		rest = p->cases;
		n = 0;
		if (share)
			TRY(group_cover(m, set, share, boxes, cases, &n, &rest));
		for (size_t k = 0; k < n; k++)
			df->groups[df->n_groups++] = (struct policy_group){
			    boxes[k], cases[k], o->o[p->before], o->o[p->after]};
		df->rest += rest;
	}
	return OK;
}

/* ── statements ──────────────────────────────────────────────────────────── */

static enum err one_side(struct arena *a, const struct policy *p, const struct policy *other,
			 bool after, struct policy_diff *df, size_t *cap)
{
	uint32_t at;

	for (size_t i = 0; i < p->n_statements; i++) {
		const struct policy_statement *s = &p->statements[i];
		struct policy_change c = {after ? NULL : s, after ? s : NULL};
		void *items = df->changes;
		bool there = policy_map_get(&other->by_id, s->id, &at);

		if (there && s->words == other->statements[at].words)
			continue;
		if (there && after) /* told from the other side */
			continue;
		if (there)
			c.after = &other->statements[at];
		TRY(arena_grow(a, &items, df->n_changes, cap, sizeof c));
		df->changes = items;
		df->changes[df->n_changes++] = c;
	}
	return OK;
}

/* ── diff ────────────────────────────────────────────────────────────────── */

enum err policy_diff(struct arena *a, const struct policy *before, const struct policy *after,
		     size_t groups_max, struct policy_diff *ret, struct diag *d)
{
	AUTO_ARENA arena = arena_new(POLICY_PROOF_BYTES);
	struct policy_diff df = {.rest = 0};
	struct view vb = {NULL, {{0}}}, va = {NULL, {{0}}};
	struct pairs ps = {.arena = arena};
	struct mdd_op op = {pair_of, pair_quick, &ps, 0};
	struct outcomes o;
	struct model md;
	struct mdd m;
	mdd_ref was, is, both;
	size_t cap = 0;

	if (!arena)
		return ERR_MEMORY;
	TRY(merge(a, before, after, &df.space, &vb, &va, d));
	TRY(mdd_init(&m, arena, df.space.n, POLICY_NODES_MAX));
	TRY(outcomes_init(&o, arena));
	md = model_over(&m, &o);
	TRY(model_build(&md, &vb, before, &was, d));
	TRY(model_build(&md, &va, after, &is, d));
	op.id = mdd_new_op(&m);
	pair_of(&ps, OUTCOME_NONE, OUTCOME_PERMIT); /* so that 0 is the pair of no change */
	ps.by_ends = (struct map){0};
	both = mdd_apply(&m, &op, was, is);
	TRY(model_state(&md, d));
	TRY(ps.err);
	TRY(count(&m, both, &ps, &df));
	TRY(make_groups(a, &m, both, &ps, &o, groups_max ? groups_max : GROUPS_MAX, &df));
	TRY(model_state(&md, d));
	TRY(one_side(a, before, after, false, &df, &cap));
	TRY(one_side(a, after, before, true, &df, &cap));
	*ret = df;
	return OK;
}
