/* Any bytes to the recogniser of TIFF: it may only say yes or no. */
#include "base/fuzz.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new((size_t)256 << 20);
	struct diag d = {0};
	enum err e;

	limits.pixels = 1 << 20;
	e = verify_output(S("tiff"), slice_of(p, n), &limits, a, &d);
	BUG_IF(e != OK && !d.text[0] && e != ERR_MEMORY);
	return 0;
}
