/* GIF in; what comes out, and what is held. */
#include "base/test.h"
#include "format/gif.h"
#include "format/job_test.h"
#include "format/picture_test.h"

/* Frames of noise and of areas, with palettes of every size; the last one has 2 colours. */
static struct slice animation(struct arena *a, uint32_t frames)
{
	struct gif g = {.width = 90, .height = 120, .loops = 3, .frames = frames};
	struct gif_frame *f = arena_array(a, frames, sizeof *f);
	struct slice ret;
	AUTO_BUF out;

	buf_init(&out, 1 << 24);
	REQUIRE(f);
	g.first = f;
	for (uint32_t i = 0; i < frames; i++) {
		uint8_t *palette = arena_alloc(a, 768);

		f[i].next = i + 1 < frames ? &f[i + 1] : NULL;
		f[i].bits = 1 + (frames - 1 - i) % 8;
		f[i].x = i % 7;
		f[i].width = g.width - 2 * f[i].x;
		f[i].height = g.height - i % 3;
		f[i].delay = (uint16_t)(i * 300);
		f[i].disposal = (uint8_t)(i % 4);
		f[i].transparent = i % 2 ? 1 : -1;
		f[i].palette = palette;
		f[i].pixels = arena_array(a, f[i].width, f[i].height);
		REQUIRE(palette && f[i].pixels);
		for (size_t k = 0; k < 768; k++)
			palette[k] = (uint8_t)rng();
		for (size_t k = 0; k < (size_t)f[i].width * f[i].height; k++)
			f[i].pixels[k] =
			    (uint8_t)((i % 3 ? rng() : k / 500) & ((1u << f[i].bits) - 1));
	}
	REQUIRE(gif_write(&out, &g, a) == OK);
	ret = arena_copy(a, buf_view(&out));
	return ret;
}

static void all_frames_come_out_the_same(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_JOB b;

	job_box_init(&b, animation(a, 16), "a.gif");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK(slice_eq(buf_view(&b.out), b.job.in));
	CHECK_STR(slice_str(b.job.wrote), "gif");
	CHECK(b.report.n == 0);
}

/*
 * A picture as another program packs it, by hand: 3 x 5 of four colours, cleared before every
 * third code, so that all codes have three bits. flags: of the descriptor.
 */
struct made {
	uint8_t rows[5][3];
	uint8_t flags, transparent, min;
	const char *before; /* the frame, `before_n` bytes */
	size_t before_n;
	uint16_t x, codes; /* codes: how many pixels are written */
};

static void put_bits(struct buf *out, uint32_t *held, unsigned *n, unsigned code)
{
	*held |= code << *n;
	for (*n += 3; *n >= 8; *n -= 8, *held >>= 8)
		buf_byte(out, (uint8_t)*held);
}

static struct slice made(struct arena *a, const struct made *m)
{
	static const uint8_t colours[12] = {0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255};
	AUTO_BUF data;
	AUTO_BUF out;
	uint32_t held = 0;
	unsigned n = 0;

	buf_init(&data, 255);
	buf_init(&out, 1 << 12);
	for (unsigned i = 0; i < m->codes; i++) {
		if (i % 2 == 0)
			put_bits(&data, &held, &n, 4);
		put_bits(&data, &held, &n, m->rows[i / 3 % 5][i % 3]);
	}
	put_bits(&data, &held, &n, 5);
	buf_byte(&data, (uint8_t)held);
	buf_put(&out, "GIF89a\3\0\5\0\x81\0\0", 13);
	buf_put(&out, colours, sizeof colours);
	buf_put(&out, m->before, m->before_n);
	if (m->transparent)
		buf_put(&out, "!\xF9\4\1\0\0\2\0", 8);
	buf_byte(&out, ',');
	buf_byte(&out, (uint8_t)m->x);
	buf_put(&out, "\0\0\0\3\0\5\0", 7);
	buf_byte(&out, m->flags);
	buf_byte(&out, m->min);
	buf_byte(&out, (uint8_t)data.n);
	buf_slice(&out, buf_view(&data));
	buf_put(&out, "\0;", 2);
	return arena_copy(a, buf_view(&out));
}

#define ROWS \
	{ \
		{0, 1, 2}, {3, 3, 3}, {2, 1, 0}, {1, 1, 1}, \
		{ \
			0, 2, 3 \
		} \
	}

static void one_frame_becomes_a_png(void)
{
	/* As the rows of ROWS follow one another when they are interlaced: 0 4 2 1 3. */
	static const struct made turns[] = {
	    {ROWS, 0, 0, 2, "", 0, 0, 15},
	    {{{0, 1, 2}, {0, 2, 3}, {2, 1, 0}, {3, 3, 3}, {1, 1, 1}}, 0x40, 1, 2, "", 0, 0, 15},
	};
	static const uint8_t rows[5][3] = ROWS;

	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		AUTO_ARENA a = arena_new(1 << 20);
		struct png_image im = {.width = 3, .height = 5, .depth = 8, .colour = 3};
		AUTO_BUF want;
		AUTO_JOB b;

		buf_init(&want, 1 << 12);
		im.palette_n = 4;
		im.palette[1][0] = im.palette[2][1] = im.palette[3][2] = 255;
		if (turns[i].transparent) {
			memset(im.trns, 0xFF, 2);
			im.trns_n = 3;
		}
		im.rows = arena_alloc(a, (size_t)4 * 5);
		for (uint32_t y = 0; y < 5; y++)
			memcpy(png_row(&im, y), rows[y], 3);
		REQUIRE(png_write(&want, &im, a) == OK);
		job_box_init(&b, made(a, &turns[i]), "a.gif");
		REQUIRE(format_sanitize(&b.job) == OK);
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want)));
		CHECK_STR(slice_str(b.job.ext), "png");
	}
}

static void words_and_programs_stay_behind(void)
{
	static const char words[] = "!\xFE\6secret\0!\xFF\x0BXMP DataXMP\5hello\0";
	struct made m = {ROWS, 0, 0, 2, words, sizeof words - 1, 0, 15};
	AUTO_ARENA a = arena_new(1 << 20);
	struct slice in = made(a, &m);
	AUTO_BUF more;
	AUTO_JOB b;

	buf_init(&more, 1 << 12);
	buf_slice(&more, in);
	buf_str(&more, "PK behind");
	job_box_init(&b, buf_view(&more), "a.gif");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK(slice_find(buf_view(&b.out), S("secret")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b.out), S("hello")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b.out), S("PK")) == SIZE_MAX);
	CHECK(report_has(&b.report, "picture-metadata") && report_has(&b.report, "trailing-data"));
}

static void lies_are_held(void)
{
	static const struct made lies[] = {
	    {ROWS, 0, 0, 2, "", 0, 1, 15},        /* not within the picture */
	    {ROWS, 0, 0, 1, "", 0, 0, 15},        /* the size of codes */
	    {ROWS, 0, 0, 9, "", 0, 0, 15},        /* the same */
	    {ROWS, 0, 0, 2, "", 0, 0, 14},        /* a pixel too few */
	    {ROWS, 0, 0, 2, "?", 1, 0, 15},       /* a block of unknown kind */
	    {ROWS, 0x87, 0, 2, "", 0, 0, 15},     /* a palette longer than the file */
	    {{{0, 7, 2}}, 0, 0, 2, "", 0, 0, 15}, /* a code that stands for nothing yet */
	};
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice good = animation(a, 3);

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		AUTO_JOB b;

		job_box_init(&b, made(a, &lies[i]), "a.gif");
		CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
		CHECK(report_has(&b.report, "malformed"));
	}
	for (size_t n = 6; n < good.n; n += n < 900 ? 1 : 211) {
		AUTO_JOB b;

		job_box_init(&b, slice_head(good, n), "a.gif");
		CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
	}
}

static void floods_are_held(void)
{
	struct made m = {ROWS, 0, 0, 2, "", 0, 0, 15};
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_JOB screen;
	AUTO_JOB budget;

	job_box_init(&screen, made(a, &m), "a.gif");
	screen.limits.pixels = 14;
	CHECK(format_sanitize(&screen.job) == ERR_LIMIT);
	job_box_init(&budget, animation(a, 9), "a.gif");
	budget.budget.inflated_left = 50000;
	CHECK(format_sanitize(&budget.job) == ERR_LIMIT);
}

static void documents_get_the_first_frame(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_JOB b;

	job_box_init(&b, animation(a, 9), "a.gif");
	b.job.still = true;
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK_STR(slice_str(b.job.wrote), "png");
	CHECK(report_has(&b.report, "picture-frames"));
}

TESTS(CASE(all_frames_come_out_the_same), CASE(one_frame_becomes_a_png),
      CASE(words_and_programs_stay_behind), CASE(lies_are_held), CASE(floods_are_held),
      CASE(documents_get_the_first_frame))
