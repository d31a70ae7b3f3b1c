/*
 * reader: a bounds-checked cursor over a slice with a sticky error.
 *
 * The first read past the end sets err and every later read returns zero or an empty slice, so a
 * structure may be read whole and tested once; loops must test reader_ok() in their condition.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include "base/err.h"
#include "base/slice.h"

struct reader {
	struct slice in;
	size_t at;
	bool err;
};

static inline struct reader reader_of(struct slice in)
{
	return (struct reader){.in = in};
}
static inline bool reader_ok(const struct reader *r)
{
	return !r->err;
}
static inline size_t reader_left(const struct reader *r)
{
	return r->err ? 0 : r->in.n - r->at;
}
/* True when everything was consumed without error: what an exact message must end with. */
static inline bool reader_done(const struct reader *r)
{
	return !r->err && r->at == r->in.n;
}

struct slice reader_take(struct reader *r, size_t n); /* n bytes, or an empty slice and err */
struct reader reader_sub(struct reader *r, size_t n); /* a reader over the next n bytes */
void reader_seek(struct reader *r, size_t at);        /* absolute; err beyond the end */
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16le(struct reader *r);
uint32_t reader_u32le(struct reader *r);
uint64_t reader_u64le(struct reader *r);
uint16_t reader_u16be(struct reader *r);
uint32_t reader_u32be(struct reader *r);
uint64_t reader_u64be(struct reader *r);

#endif
