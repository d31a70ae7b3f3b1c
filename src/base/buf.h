/*
 * buf: append-only output with a hard maximum.
 *
 * Invariants: n <= cap <= max; bytes behind n are not output. The first append that would pass max
 * (or that malloc refuses) sets a sticky error and changes nothing; later appends are no-ops. So a
 * writer may append freely and test buf_err() once. The storage is malloc'd and owned by the buf.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
	uint8_t *p;
	size_t n, cap, max;
	enum err err;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b); /* leaves an empty buf with the same max */

void buf_put(struct buf *b, const void *p, size_t n);
void buf_slice(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_byte(struct buf *b, uint8_t c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_u16le(struct buf *b, uint16_t v);
void buf_u32le(struct buf *b, uint32_t v);
void buf_u16be(struct buf *b, uint16_t v);
void buf_u32be(struct buf *b, uint32_t v);
void buf_u64be(struct buf *b, uint64_t v);

/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void buf_json(struct buf *b, struct slice s);

/*
 * n writable bytes at the end, to be followed by buf_commit of at most n; NULL beyond max.
 * The pointer dies with the next append.
 */
uint8_t *buf_reserve(struct buf *b, size_t n) NODISCARD;
void buf_commit(struct buf *b, size_t n);

static inline struct slice buf_view(const struct buf *b)
{
	return (struct slice){b->p, b->n};
}
static inline enum err buf_err(const struct buf *b)
{
	return b->err;
}

#define AUTO_BUF __attribute__((cleanup(buf_free))) struct buf

#endif
