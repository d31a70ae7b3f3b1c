/* Any bytes to the recogniser of tables and texts: it may only say yes or no. */
#include "verify/verify_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const grammars[] = {"csv",          "tsv",
					       "txt",          "csv-cp932",
					       "csv-euc-jp",   "csv-iso-2022-jp",
					       "csv-utf-16le", "txt-iso-2022-jp"};

	return n ? verify_fuzz(grammars[p[0] & 7], slice_of(p + 1, n - 1), 1 << 20) : 0;
}
