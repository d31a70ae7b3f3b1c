/* Any bytes as a TrueType font: what comes out is read again and comes out the same. */
#include "base/fuzz.h"
#include "format/pdf_sfnt.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct buf once, twice;
	const char *why = NULL;

	BUG_IF(!a);
	buf_init(&once, 16 << 20);
	buf_init(&twice, 16 << 20);
	if (pdf_sfnt(slice_of(p, n), a, &once, &why) == OK) {
		BUG_IF(pdf_sfnt(buf_view(&once), a, &twice, &why) != OK);
		BUG_IF(!slice_eq(buf_view(&once), buf_view(&twice)));
	} else {
		BUG_IF(!why && !arena_failed(a) && !buf_err(&once));
	}
	buf_free(&once);
	buf_free(&twice);
	arena_free(a);
	return 0;
}
