/* Any bytes as a text, in and back out in the set they came in. */
#include "base/fuzz.h"
#include "format/charset.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_ARENA a = arena_new((size_t)64 << 20);
	struct charset_text t;
	struct diag d = {0};
	struct buf out;
	size_t at = 0;
	enum err e = charset_decode(a, slice_of(p, n), &t, &d);

	if (e != OK) {
		BUG_IF(e == ERR_SYNTAX && (d.offset > n || !d.text[0]));
		return 0;
	}
	BUG_IF(utf8_first_bad(slice_of(t.p, t.n)) != SIZE_MAX);
	buf_init(&out, (size_t)64 << 20);
	e = charset_encode(&out, t.charset, slice_of(t.p, t.n), &at);
	BUG_IF(e == ERR_UNSUPPORTED && at > t.n);
	buf_free(&out);
	return 0;
}
