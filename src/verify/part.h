/*
 * part: one XML part of a package against the tables of room names.
 */
#ifndef VERIFY_PART_H
#define VERIFY_PART_H

#include "names/names.h"
#include "verify/grammar.h"

/* A relationship of a part of the output. */
struct relation {
	const struct names_relation *row;
	enum names_part_id target; /* PART_NONE: a link */
	size_t part;               /* index of the target, where it is no link */
	bool used;
};

/*
 * xml is the whole part. Marks those of the n relations that its attributes name as used. Checks
 * elements, attributes, domains, formulas and fields; a reference must resolve to what its domain
 * names.
 */
enum err part_verify(struct verify *v, enum names_part_id id, struct slice xml,
		     struct relation *relations, size_t n) NODISCARD;

#endif
