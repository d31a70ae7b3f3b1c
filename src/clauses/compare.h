/*
 * compare: two versions of a text side by side (新旧対照表), by clause and then by phrase.
 *
 * Clauses are matched by id; one whose words stand under another id in the other version has moved.
 * Blanks and line ends never make a difference.
 */
#ifndef CLAUSES_COMPARE_H
#define CLAUSES_COMPARE_H

#include "clauses/clauses.h"

enum clause_change { CHANGE_SAME, CHANGE_WORDS, CHANGE_ADDED, CHANGE_REMOVED, CHANGE_MOVED };

enum clause_side { RUN_SAME, RUN_OLD, RUN_NEW };

/* A run of characters that both have, or that only one has. */
struct clause_run {
	enum clause_side side;
	struct slice text;
};

struct clause_pair {
	enum clause_change change;
	uint32_t before, after;  /* nodes, CLAUSES_NONE where there is none */
	struct clause_run *runs; /* of CHANGE_WORDS and CHANGE_MOVED */
	uint32_t n_runs;
};

struct clauses_diff {
	struct clause_pair
	    *pairs;          /* in the order of the new text; what was removed, where it stood */
	uint32_t n, changed; /* changed: pairs that are not CHANGE_SAME */
};

/* Heading and paragraphs of a node as one text, a line each: what is compared. */
struct slice clauses_words(struct arena *a, const struct clause *n);

enum err clauses_compare(struct arena *a, const struct clauses *before, const struct clauses *after,
			 struct clauses_diff *ret) NODISCARD;

#endif
