#include "base/fuzz.h"

#include "wire/wire.h"

/*
 * The input is a program of reads and a message: its first byte says how many of the next bytes
 * choose a get function each, the rest is the payload. Whatever the reads find, they stay inside
 * the payload, and a payload that was read without failure and exactly prints back to itself.
 */
enum { OPS = 9 };

static void one(uint8_t op, struct reader *r, struct buf *b)
{
	char text[33];

	switch (op % OPS) {
	case 0:
		wire_put_u8(b, wire_get_u8(r));
		break;
	case 1:
		wire_put_u16(b, wire_get_u16(r));
		break;
	case 2:
		wire_put_u32(b, wire_get_u32(r));
		break;
	case 3:
		wire_put_u64(b, wire_get_u64(r));
		break;
	case 4:
		wire_put_i64(b, wire_get_i64(r));
		break;
	case 5:
		wire_put_bool(b, wire_get_bool(r));
		break;
	case 6:
		wire_put_bytes(b, wire_get_bytes(r, 1000));
		break;
	case 7:
		wire_get_str(r, text, sizeof text);
		wire_put_str(b, text);
		break;
	case 8:
		wire_put_hash(b, wire_get_hash(r));
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct reader all = reader_of(slice_of(p, n));
	struct slice ops = reader_take(&all, reader_u8(&all));
	struct slice payload = slice_from(all.in, all.at);
	struct reader r = reader_of(payload);
	AUTO_BUF b;

	buf_init(&b, WIRE_PAYLOAD_MAX + 4096);
	for (size_t i = 0; reader_ok(&all) && i < ops.n; i++)
		one(ops.p[i], &r, &b);
	if (wire_end(&r) == OK && buf_err(&b) == OK && reader_ok(&all))
		BUG_IF(!slice_eq(buf_view(&b), payload));
	return 0;
}
