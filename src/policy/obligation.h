/*
 * obligation: the table of what a permit may oblige: its words in the language, its stable name in
 * records, and how it is said.
 */
#ifndef POLICY_OBLIGATION_H
#define POLICY_OBLIGATION_H

#include "policy/policy.h"

struct obligation_row {
	const char *first, *second; /* as written; NULL first: implied by another, never written */
	enum policy_obligation obligation;
	enum policy_method method;
	const char *name, *ja, *en;
};

/* The row, or NULL for a method that is none. */
const struct obligation_row *policy_obligation_row(enum policy_obligation o, enum policy_method m);

#endif
