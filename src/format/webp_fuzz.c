/* Any bytes as a WebP. */
#include "format/picture_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return picture_fuzz(&format_webp, slice_of(p, n));
}
