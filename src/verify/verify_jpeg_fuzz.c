/* Any bytes to the recogniser of JPEG: it may only say yes or no. */
#include "verify/verify_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return verify_fuzz("jpeg", slice_of(p, n), 1 << 20);
}
