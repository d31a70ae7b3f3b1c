/*
 * Proving a never: the permitted cases that lack what it asks for, alone and in chains.
 *
 * Content keeps its classes, contents and type on its way, but at any hop they may be unknown (a
 * class that nobody declared, content that could not be inspected). Everything else is free at
 * every hop. A chain fulfils the never where one of its hops does, so a breach is a chain of hops
 * of which each lacks it.
 */
#include "policy/model.h"

#define OF_CONTENT \
	(BIT(POLICY_A_CONTAINS) | BIT(POLICY_A_CONFIDENTIALITY) | BIT(POLICY_A_INTEGRITY) | \
	 BIT(POLICY_A_AVAILABILITY) | BIT(POLICY_A_TYPE))

struct proof {
	struct model md;
	const struct view *v;
	const struct policy *p;
	const struct never *n;
	mdd_ref lacking; /* permitted cases that lack what n asks for */
	mdd_ref asked;   /* cases that n is about, by content */
	uint32_t zones;
	mdd_ref *edge, *way; /* [from * zones + to]: content that gets there in one hop; in some */
};

static mdd_ref all_but(struct proof *pf, uint32_t channels, uint32_t from, uint32_t to)
{
	uint32_t set[POLICY_ATTRS];

	for (size_t k = 0; k < POLICY_ATTRS; k++)
		set[k] = SET_ALL;
	set[POLICY_A_CHANNEL] = channels;
	set[POLICY_A_SOURCE] = from;
	set[POLICY_A_DESTINATION] = to;
	return mdd_box(pf->md.m, set, 1);
}

static mdd_ref asked_about(struct proof *pf)
{
	mdd_ref r = mdd_leaf(pf->n->n_terms ? 0 : 1);

	for (uint32_t t = 0; t < pf->n->n_terms; t++)
		r = mdd_or(pf->md.m, r, mdd_box(pf->md.m, pf->n->terms[t].set, 1));
	return r;
}

static bool direct(struct proof *pf, struct policy_breach *ret)
{
	mdd_ref bad = all_but(pf, pf->n->channels, pf->n->from, pf->n->to);
	uint32_t value[POLICY_ATTRS];

	bad = mdd_and(pf->md.m, mdd_and(pf->md.m, bad, pf->asked), pf->lacking);
	if (!mdd_pick(pf->md.m, bad, value))
		return false;
	ret->hop[0] = policy_case_request(value, pf->p->effective);
	ret->hops = 1;
	return true;
}

static mdd_ref *edge_at(struct proof *pf, uint32_t from, uint32_t to)
{
	return &pf->edge[from * pf->zones + to];
}

/* What content gets from everywhere to everywhere, by Warshall's closure over sets of content. */
static enum err close_ways(struct proof *pf, struct arena *a)
{
	uint32_t z = pf->zones, free = ~OF_CONTENT & (BIT(POLICY_ATTRS) - 1);
	struct mdd *m = pf->md.m;

	pf->edge = arena_array(a, (size_t)z * z, sizeof *pf->edge);
	pf->way = arena_array(a, (size_t)z * z, sizeof *pf->way);
	if (!pf->edge || !pf->way)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < z; i++)
		for (uint32_t k = 0; k < z; k++) {
			mdd_ref one = all_but(pf, SET_ALL, BIT(i), BIT(k));

			one = mdd_exists(m, mdd_and(m, one, pf->lacking), free);
			*edge_at(pf, i, k) = mdd_relax(m, one, OF_CONTENT);
		}
	memcpy(pf->way, pf->edge, (size_t)z * z * sizeof *pf->edge);
	for (uint32_t by = 0; by < z; by++)
		for (uint32_t i = 0; i < z; i++)
			for (uint32_t k = 0; k < z && i != by; k++)
				if (k != by)
					pf->way[i * z + k] = mdd_or(
					    m, pf->way[i * z + k],
					    mdd_and(m, pf->way[i * z + by], pf->way[by * z + k]));
	return OK;
}

/* The shortest chain for this content, breadth first; `before` of the first zone is itself. */
static bool shortest(struct proof *pf, uint32_t from, uint32_t to,
		     const uint32_t value[POLICY_ATTRS], uint32_t *before)
{
	uint32_t queue[POLICY_ZONES_MAX], head = 0, tail = 0;

	for (uint32_t i = 0; i < pf->zones; i++)
		before[i] = POLICY_NONE;
	queue[tail++] = from;
	before[from] = from;
	while (head < tail) {
		uint32_t at = queue[head++];

		for (uint32_t k = 0; k < pf->zones; k++) {
			if (before[k] != POLICY_NONE ||
			    !mdd_eval(pf->md.m, *edge_at(pf, at, k), value))
				continue;
			before[k] = at;
			queue[tail++] = k;
		}
	}
	return before[to] != POLICY_NONE;
}

/* A request for one hop: the content as it is, or unknown. */
static bool hop(struct proof *pf, uint32_t from, uint32_t to, const uint32_t value[POLICY_ATTRS],
		struct policy_request *ret)
{
	uint32_t set[POLICY_ATTRS], found[POLICY_ATTRS];
	mdd_ref box;

	for (uint32_t k = 0; k < POLICY_ATTRS; k++)
		set[k] = OF_CONTENT & BIT(k) ? BIT(value[k]) | BIT(0) : SET_ALL;
	set[POLICY_A_SOURCE] = BIT(from);
	set[POLICY_A_DESTINATION] = BIT(to);
	box = mdd_box(pf->md.m, set, 1);
	if (!mdd_pick(pf->md.m, mdd_and(pf->md.m, box, pf->lacking), found))
		return false;
	*ret = policy_case_request(found, pf->p->effective);
	return true;
}

static bool trace(struct proof *pf, uint32_t from, uint32_t to, const uint32_t value[POLICY_ATTRS],
		  struct policy_breach *ret)
{
	uint32_t before[POLICY_ZONES_MAX], path[POLICY_ZONES_MAX + 1];
	size_t n = 0;

	if (!shortest(pf, from, to, value, before))
		return false;
	for (uint32_t at = to; at != from; at = before[at])
		path[n++] = at;
	path[n] = from;
	ret->hops = n;
	for (size_t i = 0; i < n; i++)
		if (!hop(pf, path[n - i], path[n - i - 1], value, &ret->hop[i]))
			return false;
	return n > 0;
}

static enum err chained(struct proof *pf, struct arena *a, struct policy_breach *ret, bool *found)
{
	uint32_t value[POLICY_ATTRS];

	TRY(close_ways(pf, a));
	for (uint32_t i = 0; i < pf->zones && !*found; i++)
		for (uint32_t k = 0; k < pf->zones && !*found; k++) {
			mdd_ref way = mdd_and(pf->md.m, pf->way[i * pf->zones + k], pf->asked);

			if (i == k || !(pf->n->from & BIT(i)) || !(pf->n->to & BIT(k)))
				continue;
			if (mdd_pick(pf->md.m, way, value))
				*found = trace(pf, i, k, value, ret);
		}
	return OK;
}

enum err policy_find_breach(struct arena *a, const struct model *md, const struct view *v,
			    const struct policy *p, mdd_ref all, const struct never *n,
			    struct policy_breach *ret, bool *ret_found)
{
	struct proof pf = {*md, v, p, n, 0, 0, p->n_zones, NULL, NULL};
	struct policy_breach b = {.statement = n->statement};
	bool found;

	pf.lacking = model_permitted(md, all, n->unless);
	if (n->unless_exception) {
		uint32_t set[POLICY_ATTRS];

		for (size_t k = 0; k < POLICY_ATTRS; k++)
			set[k] = SET_ALL;
		set[POLICY_A_EXCEPTION] = BIT(POLICY_EXCEPTION_NONE);
		pf.lacking = mdd_and(md->m, pf.lacking, mdd_box(md->m, set, 1));
	}
	pf.asked = asked_about(&pf);
	found = direct(&pf, &b);
	if (!found && n->chains)
		TRY(chained(&pf, a, &b, &found));
	TRY(model_state(md, NULL));
	*ret_found = found;
	if (found)
		*ret = b;
	return OK;
}
