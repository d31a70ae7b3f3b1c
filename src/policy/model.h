/*
 * model: all decisions of a policy as one diagram, its terminals the outcomes of decisions.
 */
#ifndef POLICY_MODEL_H
#define POLICY_MODEL_H

#include "policy/mdd.h"

/* Terminals of a decision diagram: 0 no rule, 1 forbidden, from 2 permitted with obligations. */
enum { OUTCOME_NONE, OUTCOME_FORBID, OUTCOME_PERMIT };

struct outcomes {
	struct arena *arena;
	struct policy_outcome *o;
	size_t n, cap;
	struct map by_value;
	enum err err; /* sticky */
};

/* A space and, for one policy, which of its own values every value of the space is. */
struct view {
	const struct policy_space *space;
	uint8_t own[POLICY_ATTRS][POLICY_VALUES_MAX]; /* VIEW_NONE: a zone that it has not */
};
#define VIEW_NONE 0xFF

struct model {
	struct mdd *m;
	struct outcomes *o;
	struct mdd_op join;
};

struct view view_of(const struct policy_space *s); /* of the policy whose space it is */
enum err outcomes_init(struct outcomes *o, struct arena *a) NODISCARD;
/* The terminal of an outcome. */
uint32_t outcome_terminal(struct outcomes *o, const struct policy_outcome *v);
struct model model_over(struct mdd *m, struct outcomes *o);
mdd_ref model_join(const struct model *md, mdd_ref a, mdd_ref b);
/* The box of one term, and its rule's outcome inside. */
mdd_ref model_term(const struct model *md, const struct view *v, const struct rule *r,
		   const struct term *t);
mdd_ref model_rule(const struct model *md, const struct view *v, const struct rule *r);
/* All rules of the policy. ERR_LIMIT or ERR_MEMORY, and *d, where it grows too large. */
enum err model_build(const struct model *md, const struct view *v, const struct policy *p,
		     mdd_ref *ret, struct diag *d) NODISCARD;
/* Only those that the audience may read (seen), or only the others. */
enum err model_build_part(const struct model *md, const struct view *v, const struct policy *p,
			  enum policy_visibility audience, bool seen, mdd_ref *ret, struct diag *d)
    NODISCARD;
/* Cases that are permitted; those whose decision carries none of the obligations in `unless`. */
mdd_ref model_permitted(const struct model *md, mdd_ref all, uint32_t unless);
enum err model_state(const struct model *md, struct diag *d) NODISCARD;

/* The first never or always of `which` (NULL: of all) that does not hold, from *at on. */
enum err policy_find_breach(struct arena *a, const struct model *md, const struct view *v,
			    const struct policy *p, mdd_ref all, const struct never *n,
			    struct policy_breach *ret, bool *ret_found) NODISCARD;

/* Covers the set by few boxes that do not overlap, at most max; *ret_rest counts what is left. */
enum err group_cover(struct mdd *m, mdd_ref set, size_t max, struct policy_box *ret,
		     uint64_t *ret_cases, size_t *ret_n, uint64_t *ret_rest) NODISCARD;

#endif
