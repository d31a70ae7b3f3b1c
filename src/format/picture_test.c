#include <libdeflate.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"

static void png_comes_out_the_same_in_every_colour_type(void)
{
	static const uint8_t kinds[][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
					   {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
					   {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
	AUTO_ARENA a = arena_new(1 << 28);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (uint32_t w = 1; w < 40; w += 6) {
			struct slice in = png_of(a, w, 11, kinds[i][0], kinds[i][1]);
			AUTO_JOB b;

			job_box_init(&b, in, "a.png");
			CHECK(format_sanitize(&b.job) == OK);
			CHECK(slice_eq(buf_view(&b.out), in));
			CHECK(b.report.n == 0);
		}
}

static void put_text_chunk(struct buf *out)
{
	static const char text[] = "tEXta\0b";

	buf_u32be(out, 3);
	buf_put(out, text, 7);
	buf_u32be(out, libdeflate_crc32(0, text, 7));
}

static void png_drops_text_and_what_follows_its_end(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = png_of(a, 20, 20, 2, 8);
	AUTO_BUF more;
	AUTO_JOB b;

	buf_init(&more, 1 << 20);
	buf_put(&more, in.p, 33);
	put_text_chunk(&more);
	buf_slice(&more, slice_from(in, 33));
	buf_str(&more, "PK\3\4 something");
	job_box_init(&b, buf_view(&more), "a.png");
	CHECK(format_sanitize(&b.job) == OK);
	CHECK(slice_eq(buf_view(&b.out), in));
	CHECK(report_has(&b.report, "picture-metadata"));
	CHECK(report_has(&b.report, "trailing-data"));
}

static void png_cut_anywhere_is_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = png_of(a, 30, 30, 6, 8);

	for (size_t n = 8; n < in.n; n += n < 64 ? 1 : 97) {
		AUTO_JOB b;

		job_box_init(&b, slice_head(in, n), "a.png");
		CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
		CHECK(report_has(&b.report, "malformed"));
	}
}

static void jpeg_keeps_its_pixels_and_settles(void)
{
	static const int samplings[] = {TJSAMP_444,  TJSAMP_422, TJSAMP_420,
					TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
	static const int qualities[] = {20, 50, 75, 90, 98};

	for (size_t i = 0; i < ARRAY_LEN(samplings); i++)
		for (size_t q = 0; q < ARRAY_LEN(qualities); q++) {
			AUTO_ARENA a = arena_new(1 << 28);
			struct slice in = jpeg_of(a, 123, 77, samplings[i], qualities[q],
						  q % 2 ? TJFLAG_PROGRESSIVE : 0);
			AUTO_JOB one, two;
			int w, h;
			uint8_t *p0, *p1, *p2;

			job_box_init(&one, in, "a.jpg");
			REQUIRE(format_sanitize(&one.job) == OK);
			job_box_init(&two, buf_view(&one.out), "a.jpg");
			REQUIRE(format_sanitize(&two.job) == OK);
			CHECK(two.out.n < one.out.n * 102 / 100 + 100);
			p0 = pixels_of(a, in, &w, &h);
			p1 = pixels_of(a, buf_view(&one.out), &w, &h);
			p2 = pixels_of(a, buf_view(&two.out), &w, &h);
			CHECK(w == 123 && h == 77);
			CHECK(psnr(p0, p1, (size_t)(w * h) * 3) >= 30);
			CHECK(psnr(p1, p2, (size_t)(w * h) * 3) >= 40);
		}
}

/* An APP1 with one tag: orientation. */
static struct slice with_orientation(struct arena *a, struct slice jpeg, uint8_t o)
{
	struct buf b;
	struct slice ret;

	buf_init(&b, 1 << 24);
	buf_put(&b, jpeg.p, 2);
	buf_put(&b,
		"\xFF\xE1\0\x22"
		"Exif\0\0MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0",
		29);
	buf_byte(&b, o);
	buf_put(&b, "\0\0\0\0\0\0", 6);
	buf_slice(&b, slice_from(jpeg, 2));
	ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static void jpeg_is_turned_as_exif_says(void)
{
	for (uint8_t o = 1; o <= 8; o++)
		for (int odd = 0; odd < 2; odd++) {
			AUTO_ARENA a = arena_new(1 << 26);
			int w0 = 64 - odd, h0 = 48 - odd, w, h;
			struct slice in = jpeg_of(a, w0, h0, TJSAMP_420, 90, 0);
			uint8_t *from = pixels_of(a, in, &w, &h), *to;
			double err = 0;
			AUTO_JOB b;

			job_box_init(&b, with_orientation(a, in, o), "a.jpg");
			REQUIRE(format_sanitize(&b.job) == OK);
			CHECK(report_has(&b.report, "picture-metadata"));
			to = pixels_of(a, buf_view(&b.out), &w, &h);
			CHECK(w == (o < 5 ? w0 : h0) && h == (o < 5 ? h0 : w0));
			/* where each source pixel must have gone, from the EXIF table */
			for (int y = 0; y < h0; y++)
				for (int x = 0; x < w0; x++) {
					int fx = w0 - 1 - x, fy = h0 - 1 - y;
					int tx[] = {0, x, fx, fx, x, y, fy, fy, y};
					int ty[] = {0, y, y, fy, fy, x, x, fx, fx};
					int d = from[(y * w0 + x) * 3 + 1] -
						to[(ty[o] * w + tx[o]) * 3 + 1];

					err += d * d;
				}
			CHECK(err / (w0 * h0) < 12);
		}
}

static void jpeg_drops_what_follows_its_end(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 40, 40, TJSAMP_420, 80, 0);
	AUTO_BUF more;
	AUTO_JOB b;

	buf_init(&more, 1 << 20);
	buf_slice(&more, in);
	buf_str(&more, "PK\3\4 something");
	job_box_init(&b, buf_view(&more), "a.jpg");
	CHECK(format_sanitize(&b.job) == OK);
	CHECK(report_has(&b.report, "trailing-data"));
	CHECK(slice_find(buf_view(&b.out), S("PK\3\4")) == SIZE_MAX);
}

static void jpeg_cut_anywhere_is_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 40, 40, TJSAMP_420, 80, 0);

	for (size_t n = 3; n < in.n; n += 13) {
		AUTO_JOB b;

		job_box_init(&b, slice_head(in, n), "a.jpg");
		CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
	}
}

static void a_damaged_jpeg_says_so(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 80, 80, TJSAMP_420, 80, 0);
	AUTO_BUF damaged;
	AUTO_JOB b;

	buf_init(&damaged, 1 << 20);
	buf_slice(&damaged, slice_head(in, in.n - 100));
	buf_put(&damaged, "\xFF\xD9", 2);
	job_box_init(&b, buf_view(&damaged), "a.jpg");
	CHECK(format_sanitize(&b.job) == OK);
	CHECK(report_has(&b.report, "picture-damaged"));
}

static void pictures_have_no_text(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_JOB b;

	job_box_init(&b, png_of(a, 8, 8, 2, 8), "a.png");
	b.job.method = METHOD_TEXT;
	CHECK(format_sanitize(&b.job) == ERR_UNSUPPORTED);
	CHECK(report_has(&b.report, "picture-no-text"));
}

TESTS(CASE(png_comes_out_the_same_in_every_colour_type),
      CASE(png_drops_text_and_what_follows_its_end), CASE(png_cut_anywhere_is_held),
      CASE(jpeg_keeps_its_pixels_and_settles), CASE(jpeg_is_turned_as_exif_says),
      CASE(jpeg_drops_what_follows_its_end), CASE(jpeg_cut_anywhere_is_held),
      CASE(a_damaged_jpeg_says_so), CASE(pictures_have_no_text))
