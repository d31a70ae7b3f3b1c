/* Any bytes as a GIF. */
#include "format/picture_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return picture_fuzz(&format_gif, slice_of(p, n));
}
