/* A body parsed whole and parsed in small pieces must give the same events and the same bytes. */
#include "base/fuzz.h"
#include "base/hash.h"
#include "http/multipart.h"

static enum err run(struct slice body, size_t step, struct buf *log)
{
	struct multipart *m = multipart_new(S("B"), 1024);
	enum err e = OK;

	if (!m)
		return ERR_MEMORY;
	while (body.n > 0 && e == OK) {
		struct slice piece = slice_head(body, step);

		body = slice_from(body, step);
		while (piece.n > 0 && e == OK) {
			enum multipart_event ev;

			e = multipart_next(m, &piece, &ev);
			if (e != OK || ev == MULTIPART_MORE)
				continue;
			if (ev != MULTIPART_DATA)
				buf_printf(log, "<%d>", ev);
			if (ev == MULTIPART_FILE)
				buf_slice(log, multipart_filename(m));
			if (ev == MULTIPART_FIELD || ev == MULTIPART_DATA)
				buf_slice(log, multipart_data(m));
		}
	}
	buf_printf(log, "<%d>", multipart_complete(m));
	multipart_free(m);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_BUF whole = {0};
	AUTO_BUF parts = {0};

	if (n < 1 || n > 65536)
		return 0;
	buf_init(&whole, 1 << 20);
	buf_init(&parts, 1 << 20);
	size_t step = (size_t)p[0] + 1;
	struct slice body = slice_of(p + 1, n - 1);
	enum err a = run(body, SIZE_MAX, &whole), b = run(body, step, &parts);

	BUG_IF(a != b);
	BUG_IF(a == OK && !slice_eq(buf_view(&whole), buf_view(&parts)));
	return 0;
}
