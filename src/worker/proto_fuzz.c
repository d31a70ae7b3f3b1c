#include "base/fuzz.h"

#include "base/utf8.h"
#include "worker/proto.h"

/* A string that was tamed is whole, printable UTF-8 that ends inside its field. */
static void check_tame(const char *s, size_t size)
{
	size_t n = strnlen(s, size);

	BUG_IF(n == size);
	BUG_IF(utf8_first_bad(slice_of(s, n)) != SIZE_MAX);
	for (size_t i = 0; i < n; i++)
		BUG_IF((unsigned char)s[i] < 0x20 || s[i] == 0x7f);
}

/* The first byte chooses the message; what is taken prints back to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice in = slice_of(p, n), rest = slice_from(in, 1);
	struct reader r = reader_of(rest);
	struct proto_job job;
	struct proto_done done;
	AUTO_BUF b;

	wire_buf(&b);
	if (n == 0)
		return 0;
	if (p[0] % 2 == 0) {
		if (proto_get_job(&r, &job) == OK) {
			proto_put_job(&b, &job);
			BUG_IF(!slice_eq(buf_view(&b), rest));
		}
		return 0;
	}
	if (proto_get_done(&r, &done) != OK || done.end != END_REPLY)
		return 0;
	check_tame(done.last.part, sizeof done.last.part);
	check_tame(done.last.text, sizeof done.last.text);
	check_tame(done.last.type, sizeof done.last.type);
	BUG_IF(done.last.err > ERR_USAGE);
	/* Taming is done once for all. */
	struct proto_done again;

	proto_put_done(&b, &done);
	r = reader_of(buf_view(&b));
	BUG_IF(proto_get_done(&r, &again) != OK ||
	       memcmp(&again.last, &done.last, sizeof again.last));
	return 0;
}
