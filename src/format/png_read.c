#include "format/png_read.h"

#include <libdeflate.h>
#include <stdlib.h>

/* Adam7 (PNG 8.2): where the pixels of each pass begin and how far they are apart. */
#define PASSES 7u
static const struct {
	uint8_t x, y, dx, dy;
} passes[PASSES] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
		    {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

static uint32_t bits_per_pixel(const struct png_image *im)
{
	static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};

	return (uint32_t)channels[im->colour] * im->depth;
}

/* The picture that a pass is by itself; either side may be 0, then the pass is not there at all. */
static struct png_image pass_of(const struct png_image *im, unsigned k)
{
	struct png_image ret = *im;

	ret.width = (im->width + passes[k].dx - 1 - passes[k].x) / passes[k].dx;
	ret.height = (im->height + passes[k].dy - 1 - passes[k].y) / passes[k].dy;
	if (!ret.width)
		ret.height = 0;
	return ret;
}

uint64_t png_raw_bytes(const struct png_image *im, bool interlaced)
{
	uint64_t sum = 0;

	if (!interlaced)
		return (uint64_t)(png_row_bytes(im) + 1) * im->height;
	for (unsigned k = 0; k < PASSES; k++) {
		struct png_image pass = pass_of(im, k);

		sum += (uint64_t)(png_row_bytes(&pass) + 1) * pass.height;
	}
	return sum;
}

static inline uint8_t paeth(int a, int b, int c)
{
	int pa = abs(b - c), pb = abs(a - c), pc = abs(a + b - 2 * c);
	int ab = pb < pa ? b : a, best = pb < pa ? pb : pa;

	return (uint8_t)(pc < best ? c : ab);
}

/* One row without its filter; `above` is the row above it, zeros for the first. */
static inline __attribute__((always_inline)) bool
unfilter_row(uint8_t filter, uint8_t *row, const uint8_t *above, size_t n, size_t bpp)
{
	size_t first = bpp < n ? bpp : n;

	switch (filter) {
	case 0:
		return true;
	case 1:
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + row[i - bpp]);
		return true;
	case 2:
		for (size_t i = 0; i < n; i++)
			row[i] = (uint8_t)(row[i] + above[i]);
		return true;
	case 3:
		for (size_t i = 0; i < first; i++)
			row[i] = (uint8_t)(row[i] + above[i] / 2);
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + (row[i - bpp] + above[i]) / 2);
		return true;
	case 4:
		for (size_t i = 0; i < first; i++)
			row[i] = (uint8_t)(row[i] + above[i]);
		for (size_t i = bpp; i < n; i++)
			row[i] = (uint8_t)(row[i] + paeth(row[i - bpp], above[i], above[i - bpp]));
		return true;
	default:
		return false;
	}
}

/* The same with a constant distance, which is what makes the loops above fast. */
static bool unfilter_row_of(uint8_t filter, uint8_t *row, const uint8_t *above, size_t n,
			    size_t bpp)
{
	switch (bpp) {
	case 1:
		return unfilter_row(filter, row, above, n, 1);
	case 3:
		return unfilter_row(filter, row, above, n, 3);
	case 4:
		return unfilter_row(filter, row, above, n, 4);
	default:
		return unfilter_row(filter, row, above, n, bpp);
	}
}

/* Unfilters the rows of one picture or pass in place, from the first down. */
static bool unfilter(const struct png_image *im, uint8_t *rows, const uint8_t *zeros)
{
	size_t n = png_row_bytes(im), bpp = bits_per_pixel(im) < 8 ? 1 : bits_per_pixel(im) / 8;
	const uint8_t *above = zeros;

	for (uint32_t y = 0; y < im->height; y++) {
		uint8_t *row = rows + y * (n + 1);

		if (!unfilter_row_of(row[0], row + 1, above, n, bpp))
			return false;
		above = row + 1;
	}
	return true;
}

/* Pixel `from` of one row becomes pixel `to` of another, which is zero there. */
static inline void move_pixel(uint8_t *row, size_t to, const uint8_t *pass, size_t from,
			      uint32_t bits)
{
	if (bits >= 8) {
		memcpy(row + to * (bits / 8), pass + from * (bits / 8), bits / 8);
		return;
	}
	from *= bits;
	to *= bits;
	row[to / 8] |= (uint8_t)((pass[from / 8] >> (8 - bits - from % 8) & ((1u << bits) - 1))
				 << (8 - bits - to % 8));
}

/* Spreads the passes, one behind the other in `raw`, over the rows of the picture. */
static void spread(struct png_image *im, const uint8_t *raw)
{
	size_t stride = png_row_bytes(im) + 1;
	uint32_t bits = bits_per_pixel(im);

	for (unsigned k = 0; k < PASSES; k++) {
		struct png_image pass = pass_of(im, k);

		for (uint32_t y = 0; y < pass.height; y++) {
			uint8_t *row =
			    im->rows + (size_t)(passes[k].y + y * passes[k].dy) * stride + 1;

			for (uint32_t x = 0; x < pass.width; x++)
				move_pixel(row, passes[k].x + (size_t)x * passes[k].dx, raw + 1, x,
					   bits);
			raw += png_row_bytes(&pass) + 1;
		}
	}
}

static enum err unfold(struct slice packed, uint8_t *raw, size_t n, const char **ret_why)
{
	struct libdeflate_decompressor *z = libdeflate_alloc_decompressor();
	size_t used = 0, got = 0;
	int e;

	if (!z)
		return ERR_MEMORY;
	e = (int)libdeflate_zlib_decompress_ex(z, packed.p, packed.n, raw, n, &used, &got);
	libdeflate_free_decompressor(z);
	if (e == LIBDEFLATE_INSUFFICIENT_SPACE)
		*ret_why = "it has more pixels than its size says";
	else if (e != LIBDEFLATE_SUCCESS)
		*ret_why = "the packed pixels or their checksum";
	else if (got != n)
		*ret_why = "it has fewer pixels than its size says";
	else if (used != packed.n)
		*ret_why = "something stands behind the packed pixels";
	else
		return OK;
	return ERR_SYNTAX;
}

enum err png_read(struct png_image *im, bool interlaced, struct slice packed, struct arena *arena,
		  const char **ret_why)
{
	size_t n = (size_t)png_raw_bytes(im, interlaced), row = png_row_bytes(im);
	uint8_t *raw = arena_room(arena, n), *at = raw, *zeros = arena_alloc(arena, row);
	bool good = true;

	if (!raw || !zeros)
		return ERR_MEMORY;
	TRY(unfold(packed, raw, n, ret_why));
	if (!interlaced) {
		good = unfilter(im, raw, zeros);
		im->rows = raw;
	} else {
		im->rows = arena_array(arena, im->height, row + 1);
		if (!im->rows)
			return ERR_MEMORY;
		for (unsigned k = 0; k < PASSES && good; k++) {
			struct png_image pass = pass_of(im, k);

			good = unfilter(&pass, at, zeros);
			at += (png_row_bytes(&pass) + 1) * pass.height;
		}
		if (good)
			spread(im, raw);
	}
	if (!good)
		*ret_why = "a row has an unknown filter";
	return good ? OK : ERR_SYNTAX;
}
