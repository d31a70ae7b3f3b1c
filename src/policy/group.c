/* Few boxes for a set of cases: a case, grown as far as the set allows, taken out, again. */
#include "policy/model.h"

struct cover {
	struct mdd *m;
	uint32_t *seen;
	size_t n_seen;
	uint32_t stamp;
	struct arena *arena;
};

static bool holds(struct cover *c, mdd_ref set, const struct policy_box *b)
{
	if (c->n_seen < c->m->n) { /* nodes have been made since */
		c->n_seen = c->m->n * 2;
		c->seen = arena_array(c->arena, c->n_seen, sizeof *c->seen);
		c->stamp = 0;
		if (!c->seen) {
			c->n_seen = 0;
			return false;
		}
	}
	return mdd_holds(c->m, set, b->set, c->seen, ++c->stamp);
}

/* Adds values, all of an attribute at once where that holds, the last attributes first. */
static void widen(struct cover *c, mdd_ref set, struct policy_box *b)
{
	for (size_t k = POLICY_ATTRS; k-- > 0;) {
		uint32_t all = SET_ALL >> (32 - c->m->domain[k]), had = b->set[k];

		b->set[k] = all;
		if (holds(c, set, b))
			continue;
		b->set[k] = had;
		for (uint32_t more = all & ~had; more; more &= more - 1) {
			uint32_t one = more & -more;
			struct policy_box slab = *b;

			slab.set[k] = one;
			if (holds(c, set, &slab))
				b->set[k] |= one;
		}
	}
}

static uint64_t box_cases(const struct policy_box *b)
{
	uint64_t n = 1;

	for (size_t k = 0; k < POLICY_ATTRS; k++)
		n *= (uint64_t)__builtin_popcount(b->set[k]);
	return n;
}

enum err group_cover(struct mdd *m, mdd_ref set, size_t max, struct policy_box *ret,
		     uint64_t *ret_cases, size_t *ret_n, uint64_t *ret_rest)
{
	struct cover c = {.m = m, .arena = m->arena};
	uint32_t value[POLICY_ATTRS];
	uint64_t rest[2] = {0, 0};
	size_t n = 0;

	while (n < max && mdd_pick(m, set, value)) {
		struct policy_box b;

		for (size_t k = 0; k < POLICY_ATTRS; k++)
			b.set[k] = BIT(value[k]);
		widen(&c, set, &b);
		TRY(arena_failed(m->arena) ? ERR_MEMORY : OK);
		ret_cases[n] = box_cases(&b);
		ret[n++] = b;
		set = mdd_minus(m, set, mdd_box(m, b.set, 1));
		TRY(m->err);
	}
	TRY(mdd_tally(m, set, rest, 2));
	*ret_n = n;
	*ret_rest = rest[1];
	return OK;
}
