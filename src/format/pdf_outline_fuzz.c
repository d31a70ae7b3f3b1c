/* Any bytes as CFF or Type 1: what comes out is CFF that is read again and comes out the same. */
#include "base/fuzz.h"
#include "format/pdf_cff.h"
#include "format/pdf_type1.h"

static enum err rebuild(struct arena *a, struct slice in, struct buf *out)
{
	struct pdf_outline o;
	enum err e;

	buf_init(out, 16 << 20);
	pdf_outline_init(&o, a, 16 << 20);
	e = slice_starts(in, S("%!")) ? pdf_type1(in, &o) : pdf_cff(in, &o);
	if (e == OK)
		e = pdf_outline_print(&o, out);
	BUG_IF(e == ERR_SYNTAX && !o.why);
	pdf_outline_free(&o);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct buf once, twice;

	BUG_IF(!a);
	if (rebuild(a, slice_of(p, n), &once) == OK) {
		BUG_IF(rebuild(a, buf_view(&once), &twice) != OK && !arena_failed(a));
		BUG_IF(!arena_failed(a) && !slice_eq(buf_view(&once), buf_view(&twice)));
		buf_free(&twice);
	}
	buf_free(&once);
	arena_free(a);
	return 0;
}
