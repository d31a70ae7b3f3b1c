/* WebP in, made by the encoder of libwebp. */
#include <webp/encode.h>

#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"

enum { WIDTH = 61, HEIGHT = 40 };

static struct slice webp_of(struct arena *a, const uint8_t *pixels, bool alpha, bool lossy)
{
	uint8_t *out = NULL;
	size_t n;
	struct slice ret;

	if (lossy)
		n = WebPEncodeRGB(pixels, WIDTH, HEIGHT, WIDTH * 3, 95, &out);
	else if (alpha)
		n = WebPEncodeLosslessRGBA(pixels, WIDTH, HEIGHT, WIDTH * 4, &out);
	else
		n = WebPEncodeLosslessRGB(pixels, WIDTH, HEIGHT, WIDTH * 3, &out);
	REQUIRE(n);
	ret = arena_copy(a, slice_of(out, n));
	WebPFree(out);
	return ret;
}

static void lossless_ones_keep_every_pixel(void)
{
	for (int alpha = 0; alpha < 2; alpha++) {
		AUTO_ARENA a = arena_new(1 << 22);
		size_t row = (size_t)WIDTH * (alpha ? 4 : 3);
		struct png_image im = {.width = WIDTH, .height = HEIGHT, .depth = 8};
		uint8_t *pixels = arena_array(a, HEIGHT, row);
		AUTO_BUF want;
		AUTO_JOB b;

		buf_init(&want, 1 << 20);
		im.colour = alpha ? 6 : 2;
		im.rows = arena_array(a, HEIGHT, row + 1);
		for (size_t i = 0; i < row * HEIGHT; i++)
			pixels[i] = (uint8_t)(i / 7 + rng() % 3 + (alpha && i % 4 == 3 ? 1 : 0));
		/* Colours of what is not seen are not kept. */
		for (size_t i = 3; alpha && i < row * HEIGHT; i += 4)
			pixels[i] |= 1;
		for (uint32_t y = 0; y < HEIGHT; y++)
			memcpy(png_row(&im, y), pixels + y * row, row);
		REQUIRE(png_write(&want, &im, a) == OK);
		job_box_init(&b, webp_of(a, pixels, alpha, false), "a.webp");
		REQUIRE(format_sanitize(&b.job) == OK);
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want)));
		CHECK(b.report.n == 0);
	}
}

static void photographs_become_jpeg(void)
{
	AUTO_ARENA a = arena_new(1 << 22);
	uint8_t *pixels = arena_array(a, HEIGHT, (size_t)WIDTH * 3), *got;
	AUTO_JOB b;
	int w, h;

	photo(pixels, WIDTH, HEIGHT);
	job_box_init(&b, webp_of(a, pixels, false, true), "a.webp");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK_STR(slice_str(b.job.wrote), "jpeg");
	got = pixels_of(a, buf_view(&b.out), &w, &h);
	CHECK(w == WIDTH && h == HEIGHT);
	CHECK(psnr(pixels, got, (size_t)WIDTH * HEIGHT * 3) >= 28);
}

/* The extended form around the same picture: flags, a chunk before the picture, one behind it. */
static struct slice extended(struct arena *a, struct slice plain, uint8_t flags)
{
	struct slice body = slice_from(plain, 12);
	uint32_t n = (uint32_t)(4 + 18 + body.n + 8 + 6);
	AUTO_BUF out;

	buf_init(&out, 1 << 20);
	buf_str(&out, "RIFF");
	for (unsigned i = 0; i < 32; i += 8)
		buf_byte(&out, (uint8_t)(n >> i));
	buf_put(&out, "WEBPVP8X\12\0\0\0", 12);
	buf_byte(&out, flags);
	buf_put(&out, "\0\0\0", 3);
	buf_byte(&out, WIDTH - 1);
	buf_put(&out, "\0\0", 2);
	buf_byte(&out, HEIGHT - 1);
	buf_put(&out, "\0\0", 2);
	buf_slice(&out, body);
	buf_put(&out, "EXIF\6\0\0\0secret", 14);
	return arena_copy(a, buf_view(&out));
}

static void information_stays_behind(void)
{
	AUTO_ARENA a = arena_new(1 << 22);
	uint8_t *pixels = arena_array(a, HEIGHT, (size_t)WIDTH * 3);
	struct slice in;
	AUTO_BUF more;
	AUTO_JOB b;
	AUTO_JOB moving;

	buf_init(&more, 1 << 20);
	photo(pixels, WIDTH, HEIGHT);
	in = webp_of(a, pixels, false, false);
	buf_slice(&more, extended(a, in, 0x08));
	buf_str(&more, "PK behind");
	job_box_init(&b, buf_view(&more), "a.webp");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK(slice_find(buf_view(&b.out), S("secret")) == SIZE_MAX);
	CHECK(report_has(&b.report, "picture-metadata") && report_has(&b.report, "trailing-data"));
	job_box_init(&moving, extended(a, in, 0x02), "a.webp");
	CHECK(format_sanitize(&moving.job) != OK);
}

static void cut_anywhere_is_held(void)
{
	for (int lossy = 0; lossy < 2; lossy++) {
		AUTO_ARENA a = arena_new(1 << 22);
		uint8_t *pixels = arena_array(a, HEIGHT, (size_t)WIDTH * 3);
		struct slice in;

		photo(pixels, WIDTH, HEIGHT);
		in = webp_of(a, pixels, false, lossy);
		for (size_t n = 12; n < in.n; n += n < 64 ? 1 : 97) {
			AUTO_JOB b;

			job_box_init(&b, slice_head(in, n), "a.webp");
			CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
		}
	}
}

static void floods_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 22);
	uint8_t *pixels = arena_array(a, HEIGHT, (size_t)WIDTH * 3);
	AUTO_JOB b;

	job_box_init(&b, webp_of(a, pixels, false, false), "a.webp");
	b.limits.pixels = WIDTH * HEIGHT - 1;
	CHECK(format_sanitize(&b.job) == ERR_LIMIT);
}

TESTS(CASE(lossless_ones_keep_every_pixel), CASE(photographs_become_jpeg),
      CASE(information_stays_behind), CASE(cut_anywhere_is_held), CASE(floods_are_held))
