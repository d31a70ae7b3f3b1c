/*
 * paper: what a city writes about a change of its policy, made from the change itself: the drafting
 * text that asks for the 決裁 (起案文), and the notice to its people (周知文). Japanese, plain text
 * in paragraphs; statements that the audience may not read are counted, never told.
 */
#ifndef GOVERNANCE_PAPER_H
#define GOVERNANCE_PAPER_H

#include "governance/study.h"

struct paper {
	struct store *store;
	struct arena *arena;
	const struct store_change *change;
	const struct change_study *study; /* policy is not NULL */
	const struct change_progress *progress;
	struct slice help_office, help_extension; /* whom to ask; may be empty */
};

/* For those who review and decide: everything. */
enum err paper_drafting(const struct paper *p, struct buf *out) NODISCARD;
/* For the city's people: what is 非公開 is left out. ERR_NOT_FOUND before it is decided. */
enum err paper_notice(const struct paper *p, struct buf *out) NODISCARD;

#endif
