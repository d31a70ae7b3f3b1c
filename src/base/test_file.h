/*
 * test_file: a file of the source tree, for tests.
 */
#ifndef BASE_TEST_FILE_H
#define BASE_TEST_FILE_H

#include "base/arena.h"
#include "base/test.h"

/* The whole file (at most 1 MiB) below $SEKISHO_SOURCE; ends the case where it is not there. */
static struct slice test_file(struct arena *a, const char *name)
{
	char full[4096];
	const char *root = getenv("SEKISHO_SOURCE");
	size_t cap = 1u << 20, n;
	uint8_t *p = arena_room(a, cap);
	FILE *f;

	snprintf(full, sizeof full, "%s/%s", root ? root : ".", name);
	f = fopen(full, "r");
	REQUIRE(f && p);
	n = fread(p, 1, cap, f);
	fclose(f);
	return slice_of(p, n);
}

#endif
