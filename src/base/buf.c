#include "base/buf.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_free(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *p;

	if (b->err)
		return NULL;
	if (n > b->max - b->n) {
		b->err = ERR_LIMIT;
		return NULL;
	}
	if (b->p && n <= b->cap - b->n)
		return b->p + b->n;
	while (cap - b->n < n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	p = realloc(b->p, cap ? cap : 1);
	if (!p) {
		b->err = ERR_MEMORY;
		return NULL;
	}
	b->p = p;
	b->cap = cap;
	return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n)
{
	BUG_IF(n > b->cap - b->n);
	b->n += n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = n ? buf_reserve(b, n) : NULL;

	if (!to)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void buf_slice(struct buf *b, struct slice s)
{
	buf_put(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_byte(struct buf *b, uint8_t c)
{
	buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	int n;
	char *to;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	BUG_IF(n < 0);
	if ((size_t)n < sizeof small) {
		buf_put(b, small, (size_t)n);
		return;
	}
	to = (char *)buf_reserve(b, (size_t)n + 1);
	if (!to)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_u16le(struct buf *b, uint16_t v)
{
	buf_put(b, (uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8)}, 2);
}

void buf_u32le(struct buf *b, uint32_t v)
{
	buf_u16le(b, (uint16_t)v);
	buf_u16le(b, (uint16_t)(v >> 16));
}

void buf_u16be(struct buf *b, uint16_t v)
{
	buf_put(b, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

void buf_u32be(struct buf *b, uint32_t v)
{
	buf_u16be(b, (uint16_t)(v >> 16));
	buf_u16be(b, (uint16_t)v);
}

void buf_u64be(struct buf *b, uint64_t v)
{
	buf_u32be(b, (uint32_t)(v >> 32));
	buf_u32be(b, (uint32_t)v);
}

void buf_json(struct buf *b, struct slice s)
{
	buf_byte(b, '"');
	while (s.n) {
		uint32_t cp = 0;
		size_t len = utf8_next(s, &cp);

		if (len == 0) {
			buf_str(b, "\xEF\xBF\xBD");
			len = 1;
		} else if (cp == '"' || cp == '\\') {
			buf_printf(b, "\\%c", (char)cp);
		} else if (cp < 0x20 || cp == 0x7F || cp == 0x2028 || cp == 0x2029) {
			buf_printf(b, "\\u%04x", (unsigned)cp);
		} else {
			buf_put(b, s.p, len);
		}
		s = slice_from(s, len);
	}
	buf_byte(b, '"');
}
