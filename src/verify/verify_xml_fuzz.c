/*
 * The recogniser of XML parts. The first byte picks the kind of part, the second how many
 * relationships it has (images and links in turn). An accepted part must be its own canonical form:
 * every byte of it is spoken for, so no proper prefix is accepted as well.
 */
#include "base/err.h"
#include "base/fuzz.h"
#include "verify/part.h"

enum { RELATIONS = 8 };

static enum err run(struct slice xml, enum names_part_id id, size_t relations)
{
	struct limits limits = limits_default();
	struct arena *arena = arena_new(16 << 20);
	struct relation r[RELATIONS];
	struct diag d;
	struct verify v = {.limits = &limits, .arena = arena, .d = &d};
	enum err e;

	for (size_t i = 0; i < RELATIONS; i++)
		r[i] = i % 2 ? (struct relation){names_relation_link(), PART_NONE, SIZE_MAX, false}
			     : (struct relation){names_relation_between(PART_DOCUMENT, PART_IMAGE),
						 PART_IMAGE, 0, false};
	e = part_verify(&v, id, xml, r, relations);
	arena_free(arena);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	enum names_part_id id;
	struct slice xml;

	if (n < 2)
		return 0;
	id = (enum names_part_id)(1 + p[0] % (PART_IMAGE - 1));
	xml = slice_of(p + 2, n - 2);
	if (run(xml, id, p[1] % (RELATIONS + 1)) == OK)
		BUG_IF(run(slice_head(xml, xml.n - 1), id, p[1] % (RELATIONS + 1)) == OK);
	return 0;
}
