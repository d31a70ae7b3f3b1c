/*
 * picture: PNG and JPEG, rebuilt from their pixels.
 *
 * Nothing of the input but width, height, colour type, depth, palette, transparency and pixels
 * reaches the output; EXIF orientation is applied to the pixels. Text, times, places, colour
 * profiles, thumbnails, further frames and whatever stands behind the end are dropped and reported.
 * The outputs are the grammars `png` and `jpeg` of docs/output-grammars.md.
 *
 * Documents that hold pictures pass them as nested jobs to format_sanitize, or call the row's
 * rebuild after its probe.
 */
#ifndef FORMAT_PICTURE_H
#define FORMAT_PICTURE_H

#include "format/format.h"

extern const struct format format_png, format_jpeg;

/* Pixels as PNG holds them: rows without filter bytes. */
struct png_image {
	uint32_t width, height;
	uint8_t depth, colour; /* as in IHDR */
	uint8_t palette[256][3];
	uint32_t palette_n; /* 0 but for colour type 3 */
	uint8_t trns[256];
	uint32_t trns_n; /* bytes of tRNS, 0 for none */
	/* height rows of 1 + png_row_bytes() bytes; the first byte of each is scratch. Changed. */
	uint8_t *rows;
};

/* Bytes of one row without its filter byte. */
static inline size_t png_row_bytes(const struct png_image *im)
{
	static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};

	return (size_t)(((uint64_t)im->width * channels[im->colour] * im->depth + 7) / 8);
}

/*
 * Prints a whole PNG. The fields of *im must be valid for PNG and unused bits of rows zero.
 * ERR_MEMORY, or ERR_LIMIT beyond out->max. The rows are filtered in place.
 */
enum err png_write(struct buf *out, struct png_image *im, struct arena *arena) NODISCARD;

/* The orientation 1..8 of a TIFF structure as EXIF holds it; 1 where there is none. */
unsigned exif_orientation(struct slice tiff, bool *ret_gps);

#endif
