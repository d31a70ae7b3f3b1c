/* Any bytes as a BMP. */
#include "format/picture_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return picture_fuzz(&format_bmp, slice_of(p, n));
}
