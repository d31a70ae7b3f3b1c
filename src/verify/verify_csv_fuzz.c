/* Any bytes to the recogniser of tables and texts: it may only say yes or no. */
#include "base/fuzz.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new((size_t)256 << 20);
	struct diag d = {0};
	enum err e;

	limits.pixels = 1 << 20;
	static const char *const grammars[] = {"csv",          "tsv",
					       "txt",          "csv-cp932",
					       "csv-euc-jp",   "csv-iso-2022-jp",
					       "csv-utf-16le", "txt-iso-2022-jp"};

	if (n == 0)
		return 0;
	e = verify_output(slice_str(grammars[p[0] & 7]), slice_of(p + 1, n - 1), &limits, a, &d);
	BUG_IF(e != OK && !d.text[0] && e != ERR_MEMORY);
	return 0;
}
