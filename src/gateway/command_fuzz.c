/* A command or an answer as a broken role may send it: what is read prints the same bytes. */
#include "base/fuzz.h"
#include "gateway/command.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct command c;
	struct reply r;
	AUTO_BUF b = {0};

	wire_buf(&b);
	if (command_decode(slice_of(p, n), &c) == OK) {
		BUG_IF(command_encode(&c, &b) != OK);
		BUG_IF(!slice_eq(buf_view(&b), slice_of(p, n)));
	}
	buf_free(&b);
	if (reply_decode(slice_of(p, n), &r) == OK) {
		BUG_IF(reply_encode(&r, &b) != OK);
		BUG_IF(!slice_eq(buf_view(&b), slice_of(p, n)));
	}
	return 0;
}
