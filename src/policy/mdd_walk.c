/* Looking at a diagram: what is in it, how much, and what is left without an attribute. */
#include "policy/mdd.h"

static mdd_ref change(struct mdd *m, mdd_ref a, uint32_t levels, bool exists, uint32_t id)
{
	mdd_ref kids[32], r;
	uint32_t level, n;

	if (m->err != OK || mdd_is_leaf(a))
		return a;
	if (mdd_recall(m, id, a, 0, &r))
		return r;
	level = m->node[a].level;
	n = m->domain[level];
	for (uint32_t v = 0; v < n; v++)
		kids[v] = change(m, mdd_kids(m, a)[v], levels, exists, id);
	if (levels & BIT(level)) {
		if (exists)
			for (uint32_t v = 1; v < n; v++)
				kids[0] = mdd_or(m, kids[0], kids[v]);
		for (uint32_t v = 1; v < n; v++)
			kids[v] = exists ? kids[0] : mdd_or(m, kids[v], kids[0]);
	}
	r = mdd_make(m, level, kids);
	mdd_remember(m, id, a, 0, r);
	return r;
}

mdd_ref mdd_exists(struct mdd *m, mdd_ref a, uint32_t levels)
{
	return change(m, a, levels, true, mdd_new_op(m));
}

mdd_ref mdd_relax(struct mdd *m, mdd_ref a, uint32_t levels)
{
	return change(m, a, levels, false, mdd_new_op(m));
}

uint32_t mdd_eval(const struct mdd *m, mdd_ref a, const uint32_t value[POLICY_ATTRS])
{
	while (!mdd_is_leaf(a))
		a = mdd_kids(m, a)[value[m->node[a].level]];
	return mdd_terminal(a);
}

bool mdd_pick(const struct mdd *m, mdd_ref a, uint32_t ret_value[POLICY_ATTRS])
{
	uint32_t value[POLICY_ATTRS] = {0};

	/* In a reduced diagram every node but the leaf 0 leads to the leaf 1. */
	while (!mdd_is_leaf(a)) {
		const mdd_ref *kids = mdd_kids(m, a);
		uint32_t v = 0;

		while (kids[v] == mdd_leaf(0))
			v++;
		value[m->node[a].level] = v;
		a = kids[v];
	}
	if (mdd_terminal(a) == 0)
		return false;
	memcpy(ret_value, value, sizeof value);
	return true;
}

struct tally {
	struct mdd *m;
	uint64_t *weight; /* of a node: cases of the levels above that lead to it */
	mdd_ref *order;   /* reachable nodes, children before parents */
	size_t n;
	uint8_t *seen;
};

static void reach(struct tally *t, mdd_ref a)
{
	if (mdd_is_leaf(a) || t->seen[a])
		return;
	t->seen[a] = 1;
	for (uint32_t v = 0; v < t->m->domain[t->m->node[a].level]; v++)
		reach(t, mdd_kids(t->m, a)[v]);
	t->order[t->n++] = a;
}

/* Cases of the levels from `from` up to, without, `to`. */
static uint64_t between(const struct mdd *m, uint32_t from, uint32_t to)
{
	uint64_t n = 1;

	for (uint32_t l = from; l < to; l++)
		n *= m->domain[l];
	return n;
}

enum err mdd_tally(struct mdd *m, mdd_ref a, uint64_t *ret, size_t n)
{
	AUTO_ARENA arena = arena_new(((size_t)m->n + 16) * 24 + 4096);
	struct tally t = {.m = m};

	TRY(m->err);
	if (!arena)
		return ERR_MEMORY;
	if (mdd_is_leaf(a)) {
		if (mdd_terminal(a) < n)
			ret[mdd_terminal(a)] += between(m, 0, POLICY_ATTRS);
		return OK;
	}
	t.weight = arena_array(arena, m->n, sizeof *t.weight);
	t.order = arena_array(arena, m->n, sizeof *t.order);
	t.seen = arena_array(arena, m->n, 1);
	if (!t.weight || !t.order || !t.seen)
		return ERR_MEMORY;
	reach(&t, a);
	t.weight[a] = between(m, 0, m->node[a].level);
	while (t.n > 0) {
		mdd_ref at = t.order[--t.n];
		uint32_t level = m->node[at].level;

		for (uint32_t v = 0; v < m->domain[level]; v++) {
			mdd_ref kid = mdd_kids(m, at)[v];
			bool leaf = mdd_is_leaf(kid);
			uint64_t w =
			    t.weight[at] *
			    between(m, level + 1, leaf ? POLICY_ATTRS : m->node[kid].level);

			if (!leaf)
				t.weight[kid] += w;
			else if (mdd_terminal(kid) < n)
				ret[mdd_terminal(kid)] += w;
		}
	}
	return OK;
}

bool mdd_holds(const struct mdd *m, mdd_ref a, const uint32_t set[POLICY_ATTRS], uint32_t *seen,
	       uint32_t stamp)
{
	if (mdd_is_leaf(a))
		return mdd_terminal(a) == 1;
	if (seen[a] == stamp)
		return true;
	for (uint32_t v = set[m->node[a].level]; v; v &= v - 1)
		if (!mdd_holds(m, mdd_kids(m, a)[__builtin_ctz(v)], set, seen, stamp))
			return false;
	seen[a] = stamp;
	return true;
}
