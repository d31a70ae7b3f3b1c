/*
 * study: what a change comes to, worked out anew for every look: whether the draft loads, what it
 * promises and whether that holds, exactly which cases it decides differently, and which statements
 * and clauses were added, reworded or taken away (新旧対照).
 *
 * Compared with the version that the change follows: the last decided one while it is drafted, and
 * from its submission on the one that was so then. Everything lives in the caller's arena.
 */
#ifndef GOVERNANCE_STUDY_H
#define GOVERNANCE_STUDY_H

#include "clauses/compare.h"
#include "governance/change.h"
#include "policy/analyse.h"

/* One line of the comparison: a statement before and after; either may be NULL. */
struct study_row {
	const struct policy_statement *before, *after;
};

/* A never or always of the draft. */
struct study_promise {
	const struct policy_statement *statement;
	const struct policy_breach *breach; /* NULL: it holds for every case */
};

/* A cited text that is another one than before. */
struct study_text {
	struct clauses before, after;
	struct clauses_diff diff; /* n = 0: it is the same */
};

struct change_study {
	struct version base;
	struct policy_texts texts;   /* the draft */
	const struct policy *policy; /* NULL: it does not load, and the rest is empty */
	enum err fault;              /* why */
	struct diag diag;            /* where */
	struct diag follows;         /* text[0]: why it cannot follow the version before */
	struct study_promise *promises;
	size_t n_promises, n_broken;
	struct policy_proof proof;
	struct policy_diff diff;
	struct study_row *rows;
	size_t n_rows;
	struct study_text basis, standard;
};

/* ERR_MEMORY, ERR_LIMIT and those of the store; a fault of the draft is no error. */
enum err change_study(struct store *s, struct arena *a, const struct store_change *c,
		      struct change_study *ret) NODISCARD;

#endif
