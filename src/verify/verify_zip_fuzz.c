/* The recogniser of archives: any bytes, nested ones included. */
#include "base/fuzz.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct limits limits = limits_default();
	struct arena *arena = arena_new(16 << 20);
	struct diag d;

	limits.inflated_bytes = 1 << 20;
	limits.members = 100;
	(void)!verify_output(S("zip"), slice_of(p, n), &limits, arena, &d);
	arena_free(arena);
	return 0;
}
