/* Prints the grammar `tiff`: each page's directory, then its values, then its one strip. */
#include "format/tiff.h"

#include <libdeflate.h>

enum { SHORT = 3, LONG = 4, RATIONAL = 5, LEVEL = 6 };

struct printer {
	struct buf *out;
	struct libdeflate_compressor *packer;
};

static void put_u16(struct buf *out, uint32_t v)
{
	buf_byte(out, (uint8_t)v);
	buf_byte(out, (uint8_t)(v >> 8));
}

static void put_u32(struct buf *out, uint32_t v)
{
	put_u16(out, v & 0xFFFF);
	put_u16(out, v >> 16);
}

/* An entry of one value, or of `count` at the offset `value`. */
static void put_entry(struct buf *out, unsigned tag, unsigned type, uint32_t count, uint32_t value)
{
	put_u16(out, tag);
	put_u16(out, type);
	put_u32(out, count);
	put_u32(out, value);
}

static void set_u32(struct buf *out, size_t at, size_t v)
{
	for (size_t i = 0; i < 4 && at + 4 <= out->n; i++)
		out->p[at + i] = (uint8_t)(v >> 8 * i);
}

/* The data of the strip: a zlib stream with one form for its first two bytes, or the JPEG. */
static enum err put_strip(struct printer *p, const struct tiff_page *page)
{
	size_t bound, got;
	uint8_t *to;

	if (page->kind == TIFF_JPEG) {
		buf_slice(p->out, page->pixels);
		return buf_err(p->out);
	}
	bound = libdeflate_zlib_compress_bound(p->packer, page->pixels.n);
	to = buf_reserve(p->out, bound);
	if (!to)
		return buf_err(p->out);
	got = libdeflate_zlib_compress(p->packer, page->pixels.p, page->pixels.n, to, bound);
	BUG_IF(got == 0);
	to[0] = 0x78;
	to[1] = 0x5E;
	buf_commit(p->out, got);
	return buf_err(p->out);
}

/* *at_next: where the offset of the next directory stands. */
static enum err put_page(struct printer *p, const struct tiff_page *page, size_t *at_next)
{
	static const uint8_t photometric[TIFF_KINDS] = {1, 1, 2, 6};
	struct buf *out = p->out;
	bool colour = page->kind == TIFF_RGB || page->kind == TIFF_JPEG;
	unsigned entries = page->kind == TIFF_JPEG ? 13 : 12;
	size_t start = out->n, values = start + 2 + 12 * entries + 4;
	size_t strip = values + 16 + (colour ? 6 : 0), at_size;

	set_u32(out, *at_next, start);
	put_u16(out, entries);
	put_entry(out, 256, LONG, 1, page->width);
	put_entry(out, 257, LONG, 1, page->height);
	put_entry(out, 258, SHORT, colour ? 3 : 1,
		  colour                       ? (uint32_t)values + 16
		  : page->kind == TIFF_BILEVEL ? 1
					       : 8);
	put_entry(out, 259, SHORT, 1, page->kind == TIFF_JPEG ? 7 : 8);
	put_entry(out, 262, SHORT, 1, photometric[page->kind]);
	put_entry(out, 273, LONG, 1, (uint32_t)strip);
	put_entry(out, 277, SHORT, 1, colour ? 3 : 1);
	put_entry(out, 278, LONG, 1, page->height);
	put_entry(out, 279, LONG, 1, 0);
	at_size = out->n - 4;
	put_entry(out, 282, RATIONAL, 1, (uint32_t)values);
	put_entry(out, 283, RATIONAL, 1, (uint32_t)values + 8);
	put_entry(out, 296, SHORT, 1, 2);
	if (page->kind == TIFF_JPEG)
		put_entry(out, 530, SHORT, 2, 2 | 2 << 16);
	*at_next = out->n;
	put_u32(out, 0);
	for (size_t i = 0; i < 2; i++) {
		put_u32(out, page->dpi[i]);
		put_u32(out, 100);
	}
	for (size_t i = 0; colour && i < 3; i++)
		put_u16(out, 8);
	TRY(put_strip(p, page));
	set_u32(out, at_size, out->n - strip);
	if (out->n % 2)
		buf_byte(out, 0);
	return out->n > UINT32_MAX ? ERR_LIMIT : buf_err(out);
}

enum err tiff_write(struct buf *out, const struct tiff_page *first)
{
	struct printer p = {.out = out, .packer = libdeflate_alloc_compressor(LEVEL)};
	size_t at_next = out->n + 4;
	enum err e = OK;

	if (!p.packer)
		return ERR_MEMORY;
	buf_put(out, "II*\0\0\0\0\0", 8);
	for (const struct tiff_page *page = first; e == OK && page; page = page->next)
		e = put_page(&p, page, &at_next);
	libdeflate_free_compressor(p.packer);
	return e;
}
