/* Pictures for tests: repeatable, with texture, made without the code under test where possible. */
#ifndef FORMAT_PICTURE_TEST_H
#define FORMAT_PICTURE_TEST_H

#include "format/picture.h"

#include <math.h>
#include <turbojpeg.h>
#include "base/test.h"

/* A small repeatable generator; the pictures need texture, not randomness. */
static uint32_t rng_state = 1;
static inline uint32_t rng(void)
{
	rng_state = rng_state * 1664525u + 1013904223u;
	return rng_state >> 8;
}

/* Smooth waves with some grain: what photographs are to an encoder. */
static inline void photo(uint8_t *rgb, int w, int h)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			for (int c = 0; c < 3; c++) {
				double v = 128 + 60 * sin(x / 17.0 + c) + 50 * cos(y / 23.0 - c);

				rgb[(y * w + x) * 3 + c] = (uint8_t)(v + rng() % 8);
			}
}

static inline struct slice jpeg_of(struct arena *a, int w, int h, int sampling, int quality,
				   int flags)
{
	uint8_t *rgb = arena_array(a, (size_t)w * (size_t)h, 3);
	unsigned char *out = NULL;
	unsigned long n = 0;
	tjhandle t = tjInitCompress();
	struct slice ret;

	REQUIRE(rgb && t);
	photo(rgb, w, h);
	REQUIRE(tjCompress2(t, rgb, w, 0, h, TJPF_RGB, &out, &n, sampling, quality, flags) == 0);
	ret = arena_copy(a, slice_of(out, n));
	tjFree(out);
	tjDestroy(t);
	return ret;
}

static inline uint8_t *pixels_of(struct arena *a, struct slice jpeg, int *w, int *h)
{
	tjhandle t = tjInitDecompress();
	int s, c;
	uint8_t *ret;

	REQUIRE(t && tjDecompressHeader3(t, jpeg.p, jpeg.n, w, h, &s, &c) == 0);
	ret = arena_array(a, (size_t)*w * (size_t)*h, 3);
	REQUIRE(ret && tjDecompress2(t, jpeg.p, jpeg.n, ret, *w, 0, *h, TJPF_RGB,
				     TJFLAG_ACCURATEDCT) == 0);
	tjDestroy(t);
	return ret;
}

static inline double psnr(const uint8_t *a, const uint8_t *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
	return sum == 0 ? 99 : 10 * log10(255 * 255 / (sum / (double)n));
}

/* PNG of every colour type and depth, made by the writer itself. */
static inline struct slice png_of(struct arena *a, uint32_t w, uint32_t h, uint8_t colour,
				  uint8_t depth)
{
	struct png_image im = {.width = w, .height = h, .colour = colour, .depth = depth};
	size_t n = png_row_bytes(&im);
	struct buf out;
	struct slice ret;

	im.rows = arena_alloc(a, (n + 1) * h);
	REQUIRE(im.rows);
	for (size_t y = 0; y < h; y++)
		for (size_t i = 1; i <= n; i++)
			im.rows[y * (n + 1) + i] = (uint8_t)(y * 3 + i + rng() % 4);
	for (size_t y = 0; depth < 8 && y < h; y++)
		im.rows[y * (n + 1) + n] &= (uint8_t)(0xFF << (n * 8 - w * depth));
	if (colour == 3) {
		im.palette_n = 1u << depth;
		for (uint32_t i = 0; i < im.palette_n; i++)
			im.palette[i][1] = (uint8_t)(i * 3);
		im.trns_n = 1;
	} else if (colour < 4) {
		im.trns_n = colour ? 6 : 2;
	}
	buf_init(&out, 1 << 26);
	REQUIRE(png_write(&out, &im, a) == OK);
	ret = arena_copy(a, buf_view(&out));
	buf_free(&out);
	return ret;
}

#endif
