/*
 * tiff: the pages that a TIFF comes out as, in the grammar `tiff` of docs/output-grammars.md.
 */
#ifndef FORMAT_TIFF_H
#define FORMAT_TIFF_H

#include "format/picture.h"

enum tiff_kind {
	TIFF_BILEVEL, /* one bit a pixel, 1 is white */
	TIFF_GREY,    /* one byte */
	TIFF_RGB,     /* three bytes */
	TIFF_JPEG,    /* the bytes of a JPEG of three components, 4:2:0 */
	TIFF_KINDS
};

struct tiff_page {
	struct tiff_page *next;
	enum tiff_kind kind;
	uint32_t width, height;
	uint32_t dpi[2];     /* across and down, in hundredths: 100 to 1,000,000 */
	struct slice pixels; /* rows without gaps, unused bits zero; or the JPEG */
};

/* Bytes of the rows of a page that is no JPEG. */
static inline uint64_t tiff_bytes(const struct tiff_page *p)
{
	uint64_t w = p->width;

	return p->height * (p->kind == TIFF_BILEVEL ? (w + 7) / 8
			    : p->kind == TIFF_GREY  ? w
						    : 3 * w);
}

/* Prints the whole file. ERR_MEMORY, or ERR_LIMIT beyond out->max or 4 GiB. */
enum err tiff_write(struct buf *out, const struct tiff_page *first) NODISCARD;

#endif
