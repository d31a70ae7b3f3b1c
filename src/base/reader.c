#include "base/reader.h"

struct slice reader_take(struct reader *r, size_t n)
{
	struct slice s = {NULL, 0};

	if (r->err || n > r->in.n - r->at) {
		r->err = true;
		return s;
	}
	s = slice_of(r->in.p + r->at, n);
	r->at += n;
	return s;
}

struct reader reader_sub(struct reader *r, size_t n)
{
	struct reader sub = reader_of(reader_take(r, n));

	sub.err = r->err;
	return sub;
}

void reader_seek(struct reader *r, size_t at)
{
	if (at > r->in.n)
		r->err = true;
	else
		r->at = at;
}

static uint64_t number(struct reader *r, size_t n, bool big)
{
	struct slice s = reader_take(r, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[big ? i : s.n - 1 - i];
	return v;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)number(r, 1, true);
}

uint16_t reader_u16le(struct reader *r)
{
	return (uint16_t)number(r, 2, false);
}

uint32_t reader_u32le(struct reader *r)
{
	return (uint32_t)number(r, 4, false);
}

uint64_t reader_u64le(struct reader *r)
{
	return number(r, 8, false);
}

uint16_t reader_u16be(struct reader *r)
{
	return (uint16_t)number(r, 2, true);
}

uint32_t reader_u32be(struct reader *r)
{
	return (uint32_t)number(r, 4, true);
}

uint64_t reader_u64be(struct reader *r)
{
	return number(r, 8, true);
}
