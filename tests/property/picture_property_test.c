/* What png.c and jpeg.c of room format write is what png.c and jpeg.c of room verify accept. */
#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"
#include "verify/verify.h"

static enum err verdict(const char *grammar, struct slice out, struct diag *d)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 28);

	return verify_output(slice_str(grammar), out, &limits, a, d);
}

static void check_recognised(struct slice in, const char *grammar, struct buf *keep)
{
	AUTO_JOB b;
	struct diag d = {0};

	job_box_init(&b, in, "");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK_STR(slice_str(b.job.wrote), grammar);
	CHECK(verdict(grammar, buf_view(&b.out), &d) == OK);
	if (d.text[0])
		printf("# %s at %zu\n", d.text, d.offset);
	if (keep)
		buf_slice(keep, buf_view(&b.out));
}

static void every_png_is_recognised(void)
{
	static const uint8_t kinds[][2] = {{0, 1}, {0, 2},  {0, 4},  {0, 8}, {0, 16},
					   {2, 8}, {2, 16}, {3, 1},  {3, 2}, {3, 4},
					   {3, 8}, {4, 8},  {4, 16}, {6, 8}, {6, 16}};
	AUTO_ARENA a = arena_new(1 << 28);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (uint32_t w = 1; w < 70; w += 3)
			check_recognised(png_of(a, w, 13, kinds[i][0], kinds[i][1]), "png", NULL);
}

static void every_jpeg_is_recognised(void)
{
	static const int samplings[] = {TJSAMP_444,  TJSAMP_422, TJSAMP_420,
					TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
	static const int qualities[] = {1, 20, 49, 50, 75, 90, 91, 100};

	for (size_t i = 0; i < ARRAY_LEN(samplings); i++)
		for (size_t q = 0; q < ARRAY_LEN(qualities); q++)
			for (int w = 1; w < 60; w += 19) {
				AUTO_ARENA a = arena_new(1 << 28);

				check_recognised(jpeg_of(a, w, 75, samplings[i], qualities[q], 0),
						 "jpeg", NULL);
			}
}

/* One changed byte anywhere is seen, but for the compressed data of another picture. */
static void changed_bytes_are_refused(const char *grammar, struct slice in, size_t head)
{
	AUTO_BUF out;
	unsigned missed = 0;

	buf_init(&out, 1 << 24);
	check_recognised(in, grammar, &out);
	for (size_t i = 0; i < out.n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			out.p[i] ^= (uint8_t)(1u << bit);
			if (verdict(grammar, buf_view(&out), NULL) == OK) {
				missed++;
				CHECK(i >= head);
			}
			out.p[i] ^= (uint8_t)(1u << bit);
		}
	/* A bit of JPEG data may make another picture; PNG has a checksum. */
	CHECK(head < out.n || missed == 0);
	for (size_t n = 0; n < out.n; n++)
		CHECK(verdict(grammar, slice_head(buf_view(&out), n), NULL) != OK);
	buf_byte(&out, 0);
	CHECK(verdict(grammar, buf_view(&out), NULL) == ERR_SYNTAX);
}

static void png_changed_anywhere_is_refused(void)
{
	AUTO_ARENA a = arena_new(1 << 26);

	changed_bytes_are_refused("png", png_of(a, 24, 24, 3, 4), SIZE_MAX);
	changed_bytes_are_refused("png", png_of(a, 24, 24, 6, 8), SIZE_MAX);
}

static void jpeg_headers_changed_anywhere_are_refused(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 32, 32, TJSAMP_420, 80, 0);
	/* 20 + 2 tables of 69, frame 19, Huffman tables 33 + 183 + 33 + 183, scan 14 */
	changed_bytes_are_refused("jpeg", in, 20 + 138 + 19 + 432 + 14);
}

TESTS(CASE(every_png_is_recognised), CASE(every_jpeg_is_recognised),
      CASE(png_changed_anywhere_is_refused), CASE(jpeg_headers_changed_anywhere_are_refused))
