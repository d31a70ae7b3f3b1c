/*
 * picture: PNG, JPEG, GIF, BMP, TIFF and WebP, rebuilt from their pixels.
 *
 * Nothing of the input but width, height, colour type, depth, palette, transparency and pixels
 * reaches the output; EXIF orientation is applied to the pixels. Text, times, places, colour
 * profiles, thumbnails, further frames and whatever stands behind the end are dropped and reported.
 * The outputs are the grammars `png` and `jpeg` of docs/output-grammars.md, `gif` for several
 * frames, and `tiff`. One picture in any other form becomes a PNG, or where it was packed with
 * loss, a JPEG.
 *
 * Documents that hold pictures pass them as nested jobs to format_sanitize, or call the row's
 * rebuild after its probe.
 */
#ifndef FORMAT_PICTURE_H
#define FORMAT_PICTURE_H

#include "format/format.h"

extern const struct format format_png, format_jpeg, format_bmp, format_gif, format_tiff,
    format_webp;

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

/* Holds a picture of no pixels or of more than the limits allow; `at` is where its size stands. */
enum err picture_fits(struct job *job, uint32_t width, uint32_t height, size_t at) NODISCARD;

/* Counts n unfolded bytes against the budget, or holds the picture. */
enum err picture_budget(struct job *job, uint64_t n, size_t at) NODISCARD;

/* Zeroed rows for the size, depth and colour type of *im, counted against the budget. */
enum err picture_rows(struct job *job, struct png_image *im, size_t at) NODISCARD;

/* Row y without its filter byte. */
static inline uint8_t *png_row(const struct png_image *im, uint32_t y)
{
	return im->rows + y * (png_row_bytes(im) + 1) + 1;
}

/* The job's output becomes this PNG; indices beyond the palette are black. */
enum err picture_png(struct job *job, struct png_image *im) NODISCARD;

/* How what was no JPEG before is packed: TJSAMP_420, and a quality. */
#define PICTURE_SAMPLING TJSAMP_420
#define PICTURE_QUALITY 90

/*
 * Appends a JPEG of width * height pixels of three bytes. sampling: of TurboJPEG, one that the
 * grammar knows; quality: 50 to 90.
 */
enum err picture_pack_jpeg(struct buf *out, const uint8_t *rgb, uint32_t width, uint32_t height,
			   int sampling, int quality) NODISCARD;

/* One more picture was written as the job's output: its extension and grammar. */
enum err picture_done(struct job *job, const char *ext, const char *wrote) NODISCARD;

/* Reports what stands behind the end of the picture, if anything does. */
void picture_trailing(struct job *job, size_t end);

/* The orientation 1..8 of a TIFF structure as EXIF holds it; 1 where there is none. */
unsigned exif_orientation(struct slice tiff, bool *ret_gps);

#endif
