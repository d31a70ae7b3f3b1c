/*
 * mutate_package: outputs taken apart, changed in one place and put together again, so that only
 * the content is wrong and not the container. Part of mutate_test.
 *
 * A mutator changes the package (or the bytes) it is given and returns true, or returns false where
 * it finds nothing to change. Random choices come from the case's own generator, so every case can
 * be repeated by its number.
 */
#ifndef TESTS_MUTATE_PACKAGE_H
#define TESTS_MUTATE_PACKAGE_H

#include "base/arena.h"
#include "base/buf.h"

struct member {
	struct slice name, data;
	bool stored;
};

struct package {
	struct arena *arena;
	struct member *members;
	size_t n, cap;
	uint64_t random; /* state of the generator */
};

uint64_t mutate_random(struct package *p, uint64_t below);
/* A copy of `in` in which bytes [at, at + cut) are replaced by `put`. */
struct slice mutate_splice(struct package *p, struct slice in, size_t at, size_t cut,
			   struct slice put);

/* Reads a ZIP that our writer printed; false where it is none. */
bool package_open(struct slice in, struct arena *arena, struct package *ret);
/* Prints it in the writer's form. */
bool package_print(struct package *p, struct buf *out);
/* Same members with the same bytes in the same order. */
bool package_same(const struct package *a, const struct package *b);

struct mutator {
	const char *name;
	bool (*mutate)(struct package *p);
};
/* For office documents, and for archives of documents. */
extern const struct mutator package_mutators[];
extern const size_t package_mutators_n;
extern const struct mutator archive_mutators[];
extern const size_t archive_mutators_n;

#endif
