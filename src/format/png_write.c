/*
 * The PNG writer: adaptive filters by the smallest sum of absolute differences, one IDAT by
 * libdeflate. libdeflate wants the whole picture at once; in return it is several times faster
 * than zlib at the same size.
 */
#include "format/picture.h"

#include <libdeflate.h>

/* The filter loops are worth vectorising; clang does so by itself. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

/*
 * Flat pictures (screens, diagrams) gain much from a longer search and cost little of it; grainy
 * ones the other way round. What divides them is the mean difference that filtering leaves.
 */
#define LEVEL_FLAT 6
#define LEVEL_GRAINY 1
#define GRAIN 2u
#define CHUNK_MAX ((size_t)0x7FFFFFFF)

enum { FILTER_NONE, FILTER_SUB, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH, FILTERS };

static uint32_t weigh(const uint8_t *restrict row, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		int v = (int8_t)row[i];

		sum += (uint32_t)(v < 0 ? -v : v);
	}
	return sum;
}

static void filter_sub(uint8_t *restrict to, const uint8_t *restrict x, size_t n, size_t bpp)
{
	memcpy(to, x, bpp < n ? bpp : n);
	for (size_t i = bpp; i < n; i++)
		to[i] = (uint8_t)(x[i] - x[i - bpp]);
}

static void filter_up(uint8_t *restrict to, const uint8_t *restrict x,
		      const uint8_t *restrict above, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(x[i] - above[i]);
}

static void filter_average(uint8_t *restrict to, const uint8_t *restrict x,
			   const uint8_t *restrict above, size_t n, size_t bpp)
{
	for (size_t i = 0; i < bpp && i < n; i++)
		to[i] = (uint8_t)(x[i] - above[i] / 2);
	for (size_t i = bpp; i < n; i++)
		to[i] = (uint8_t)(x[i] - (x[i - bpp] + above[i]) / 2);
}

static inline int16_t apart(int16_t a, int16_t b)
{
	int16_t d = (int16_t)(a - b);

	return (int16_t)(d < 0 ? -d : d);
}

static void filter_paeth(uint8_t *restrict to, const uint8_t *restrict x,
			 const uint8_t *restrict above, size_t n, size_t bpp)
{
	for (size_t i = 0; i < bpp && i < n; i++)
		to[i] = (uint8_t)(x[i] - above[i]);
	for (size_t i = bpp; i < n; i++) {
		int16_t a = x[i - bpp], b = above[i], c = above[i - bpp];
		int16_t pa = apart(b, c), pb = apart(a, c);
		int16_t pc = apart((int16_t)(a + b), (int16_t)(2 * c));
		int16_t best = pb <= pc ? b : c;

		best = pa <= pb && pa <= pc ? a : best;
		to[i] = (uint8_t)(x[i] - best);
	}
}

/*
 * Filters one row into its own place and returns what it weighs; `above` is the unfiltered row
 * before it (zeros for the first), tmp holds FILTERS rows.
 */
static uint32_t filter_row(uint8_t *row, const uint8_t *above, size_t n, size_t bpp, uint8_t *tmp)
{
	uint32_t best = weigh(row + 1, n), w;
	uint8_t *t[FILTERS], pick = FILTER_NONE;

	for (size_t f = 1; f < FILTERS; f++)
		t[f] = tmp + f * n;
	filter_sub(t[FILTER_SUB], row + 1, n, bpp);
	filter_up(t[FILTER_UP], row + 1, above, n);
	filter_average(t[FILTER_AVERAGE], row + 1, above, n, bpp);
	filter_paeth(t[FILTER_PAETH], row + 1, above, n, bpp);
	for (uint8_t f = 1; f < FILTERS; f++) {
		w = weigh(t[f], n);
		if (w < best) {
			best = w;
			pick = f;
		}
	}
	row[0] = pick;
	if (pick != FILTER_NONE)
		memcpy(row + 1, t[pick], n);
	return best;
}

/*
 * From the last row up, so that each row still finds the one above it unfiltered. *ret_level: how
 * hard to compress what came of it.
 */
static enum err filter_all(struct png_image *im, struct arena *arena, int *ret_level)
{
	static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4};
	size_t n = png_row_bytes(im), stride = n + 1;
	size_t bpp = (size_t)channels[im->colour] * im->depth / 8;
	uint8_t *tmp = arena_array(arena, FILTERS, n), *zero = arena_alloc(arena, n);
	uint64_t weight = 0;

	if (!tmp || !zero)
		return ERR_MEMORY;
	for (size_t y = im->height; y-- > 0;) {
		uint8_t *row = im->rows + y * stride;

		/* Differences of palette indices or packed bits mean nothing. */
		if (im->colour == 3 || im->depth < 8)
			row[0] = FILTER_NONE;
		else
			weight += filter_row(row, y ? row - stride + 1 : zero, n, bpp, tmp);
	}
	*ret_level = weight > (uint64_t)GRAIN * n * im->height ? LEVEL_GRAINY : LEVEL_FLAT;
	return OK;
}

static void put_chunk(struct buf *out, const char *type, const uint8_t *p, size_t n)
{
	size_t at = out->n + 4;

	buf_u32be(out, (uint32_t)n);
	buf_put(out, type, 4);
	buf_put(out, p, n);
	if (!buf_err(out))
		buf_u32be(out, libdeflate_crc32(0, out->p + at, n + 4));
}

static enum err put_idat(struct buf *out, const struct png_image *im, int level)
{
	size_t n = (png_row_bytes(im) + 1) * im->height, bound, got = 0;
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	size_t at = out->n;
	uint8_t *to = NULL;

	if (!c)
		return ERR_MEMORY;
	bound = libdeflate_zlib_compress_bound(c, n);
	if (bound <= CHUNK_MAX)
		to = buf_reserve(out, bound + 12);
	if (to)
		got = libdeflate_zlib_compress(c, im->rows, n, to + 8, bound);
	libdeflate_free_compressor(c);
	if (!to)
		return buf_err(out) ? buf_err(out) : ERR_LIMIT;
	BUG_IF(got == 0);
	/* The two bytes tell the level; one form for all. */
	to[8] = 0x78;
	to[9] = 0x5E;
	memcpy(to,
	       (const uint8_t[]){(uint8_t)(got >> 24), (uint8_t)(got >> 16), (uint8_t)(got >> 8),
				 (uint8_t)got, 'I', 'D', 'A', 'T'},
	       8);
	buf_commit(out, got + 8);
	buf_u32be(out, libdeflate_crc32(0, out->p + at + 4, got + 4));
	return buf_err(out);
}

enum err png_write(struct buf *out, struct png_image *im, struct arena *arena)
{
	uint8_t ihdr[13] = {0};
	int level = LEVEL_FLAT;

	TRY(filter_all(im, arena, &level));
	for (int i = 0; i < 4; i++) {
		ihdr[i] = (uint8_t)(im->width >> (24 - 8 * i));
		ihdr[4 + i] = (uint8_t)(im->height >> (24 - 8 * i));
	}
	ihdr[8] = im->depth;
	ihdr[9] = im->colour;
	buf_put(out, "\x89PNG\r\n\x1a\n", 8);
	put_chunk(out, "IHDR", ihdr, sizeof ihdr);
	if (im->palette_n)
		put_chunk(out, "PLTE", im->palette[0], (size_t)im->palette_n * 3);
	if (im->trns_n)
		put_chunk(out, "tRNS", im->trns, im->trns_n);
	TRY(buf_err(out));
	TRY(put_idat(out, im, level));
	put_chunk(out, "IEND", NULL, 0);
	return buf_err(out);
}
