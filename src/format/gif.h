/*
 * gif: what a GIF holds once it is read: frames of palette indices on one canvas (GIF89a).
 *
 * One frame comes out as a PNG, several as the grammar `gif` of docs/output-grammars.md. Comments,
 * plain text, profiles and programs' own blocks stay behind. Own code on both sides, because the
 * library of the distribution writes blocks of its own choice and reads what it should refuse.
 */
#ifndef FORMAT_GIF_H
#define FORMAT_GIF_H

#include "format/picture.h"

#define GIF_CODES 4096u /* of LZW, at most 12 bits */

struct gif_frame {
	struct gif_frame *next;
	uint32_t x, y, width, height; /* within the canvas */
	uint16_t delay;               /* hundredths of a second */
	uint8_t disposal;             /* 0 to 3 */
	int transparent;              /* index, or -1 */
	unsigned bits;                /* the palette has 2^bits entries */
	const uint8_t *palette;       /* of the file or the arena */
	uint8_t *pixels;              /* width * height indices below 2^bits, rows from the top */
};

struct gif {
	uint32_t width, height;
	int32_t loops; /* 0: for ever; -1: it is not said */
	struct gif_frame *first;
	uint32_t frames;
};

/* Prints the whole file. ERR_MEMORY, or ERR_LIMIT beyond out->max. */
enum err gif_write(struct buf *out, const struct gif *g, struct arena *arena) NODISCARD;

#endif
