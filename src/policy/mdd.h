/*
 * mdd: multi-valued decision diagrams over the attributes of a policy.
 *
 * A diagram maps every case (one value of each attribute, in the order of enum policy_attr) to a
 * terminal, a small number. Equal functions are equal references, so comparing is one comparison.
 * A set of cases is a diagram with the terminals 0 and 1. Nothing is freed before the arena is.
 * The first failure (arena's cap, nodes_max) is sticky in m->err; results are then worthless.
 */
#ifndef POLICY_MDD_H
#define POLICY_MDD_H

#include "policy/internal.h"

typedef uint32_t mdd_ref;
#define MDD_LEAF 0x80000000u
static inline mdd_ref mdd_leaf(uint32_t terminal)
{
	return MDD_LEAF | terminal;
}
static inline bool mdd_is_leaf(mdd_ref r)
{
	return (r & MDD_LEAF) != 0;
}
static inline uint32_t mdd_terminal(mdd_ref r)
{
	return r & ~MDD_LEAF;
}

struct mdd_node {
	uint32_t kids;  /* place of the first of domain[level] children */
	uint32_t level; /* attribute; children's are greater */
};

struct mdd_slot {
	uint32_t op;
	mdd_ref a, b, result;
};

struct mdd {
	struct arena *arena;
	uint32_t domain[POLICY_ATTRS];
	size_t nodes_max;
	struct mdd_node *node;
	size_t n, cap;
	mdd_ref *kid;
	size_t n_kids, cap_kids;
	uint32_t *unique; /* hash table of node + 1; 0 = free */
	size_t n_unique;
	struct mdd_slot *cache; /* forgets */
	size_t n_cache;
	uint32_t next_op;
	enum err err;
};

/* How two terminals become one; ctx is the caller's. */
struct mdd_op {
	uint32_t (*of)(void *ctx, uint32_t a, uint32_t b);
	/* True, and the result, where it needs no look below; may be NULL. */
	bool (*quick)(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret);
	void *ctx;
	uint32_t id; /* from mdd_new_op */
};

enum err mdd_init(struct mdd *m, struct arena *a, const uint32_t domain[POLICY_ATTRS],
		  size_t nodes_max) NODISCARD;
uint32_t mdd_new_op(struct mdd *m);
mdd_ref mdd_make(struct mdd *m, uint32_t level, const mdd_ref *kids);
static inline const mdd_ref *mdd_kids(const struct mdd *m, mdd_ref r)
{
	return m->kid + m->node[r].kids;
}

/* The cache of results, for operations of a caller's own. */
bool mdd_recall(struct mdd *m, uint32_t op, mdd_ref a, mdd_ref b, mdd_ref *ret);
void mdd_remember(struct mdd *m, uint32_t op, mdd_ref a, mdd_ref b, mdd_ref result);

/* `terminal` for every case of the box, 0 elsewhere. */
mdd_ref mdd_box(struct mdd *m, const uint32_t set[POLICY_ATTRS], uint32_t terminal);
mdd_ref mdd_apply(struct mdd *m, const struct mdd_op *op, mdd_ref a, mdd_ref b);
/* Every terminal t becomes of(ctx, t, 0). */
mdd_ref mdd_map(struct mdd *m, uint32_t (*of)(void *ctx, uint32_t t, uint32_t), void *ctx,
		mdd_ref a);

/* Sets. */
mdd_ref mdd_and(struct mdd *m, mdd_ref a, mdd_ref b);
mdd_ref mdd_or(struct mdd *m, mdd_ref a, mdd_ref b);
mdd_ref mdd_minus(struct mdd *m, mdd_ref a, mdd_ref b);
/* Cases that are in the set for some value of the attributes in `levels`. */
mdd_ref mdd_exists(struct mdd *m, mdd_ref a, uint32_t levels);
/* Cases that are in the set as they are or with 0 (unknown) for any of the attributes. */
mdd_ref mdd_relax(struct mdd *m, mdd_ref a, uint32_t levels);

uint32_t mdd_eval(const struct mdd *m, mdd_ref a, const uint32_t value[POLICY_ATTRS]);
/* The lowest case of a set; false where it is empty. */
bool mdd_pick(const struct mdd *m, mdd_ref a, uint32_t ret_value[POLICY_ATTRS]);
/* Adds to ret[t] how many cases have terminal t < n. */
enum err mdd_tally(struct mdd *m, mdd_ref a, uint64_t *ret, size_t n) NODISCARD;
/* Whether every case of the box is in the set; `seen` holds m->n stamps that are not `stamp`. */
bool mdd_holds(const struct mdd *m, mdd_ref a, const uint32_t set[POLICY_ATTRS], uint32_t *seen,
	       uint32_t stamp);

#endif
