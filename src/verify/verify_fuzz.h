/* What the fuzz targets of recognisers do with an input: it may only be accepted, or refused and
 * why. */
#ifndef VERIFY_FUZZ_H
#define VERIFY_FUZZ_H

#include "base/fuzz.h"
#include "verify/verify.h"

static inline int verify_fuzz(const char *grammar, struct slice in, uint64_t pixels)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new((size_t)256 << 20);
	struct diag d = {0};
	enum err e;

	limits.pixels = pixels;
	e = verify_output(slice_str(grammar), in, &limits, a, &d);
	BUG_IF(e != OK && !d.text[0] && e != ERR_MEMORY);
	return 0;
}

#endif
