/* A worker's report as a broken or taken-over worker may write it. */
#include "base/fuzz.h"
#include "gateway/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_ARENA a = arena_new(JOB_ARENA);
	struct checked_report first;

	BUG_IF(!a);
	if (report_check(slice_of(p, n), a, &first) == OK)
		BUG_IF(first.json.n == 0 || first.held.n > 64 || first.type_in.n > 16);
	return 0;
}
