/* The recogniser of packages: the first byte picks the family. */
#include "base/fuzz.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const families[] = {"docx", "xlsx", "pptx"};
	struct limits limits = limits_default();
	struct arena *arena;
	struct diag d;

	if (n == 0)
		return 0;
	arena = arena_new(16 << 20);
	limits.inflated_bytes = 1 << 20;
	limits.members = 100;
	(void)!verify_output(slice_str(families[p[0] % 3]), slice_of(p + 1, n - 1), &limits, arena,
			     &d);
	arena_free(arena);
	return 0;
}
