/* BMP in: every depth and packing against pixels that are known. */
#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"

struct made {
	uint32_t header, bits, packing;
	int32_t height;
	const char *tail; /* masks, palette and rows */
	size_t tail_n, palette_n;
	uint8_t colour;   /* of the PNG */
	const char *rows; /* of the PNG, from the top */
	size_t row;
};

#define BYTES(s) s, sizeof s - 1
#define PALETTE \
	"\0\0\0\0" \
	"\0\0\xFF\0" \
	"\0\xFF\0\0" \
	"\xFF\0\0\0" /* black red green blue */

/* clang-format off: a table. Three pixels wide, two high */
static const struct made kinds[] = {
    {40, 24, 0, 2,
     BYTES("\1\2\3\4\5\6\7\10\11\0\0\0"
	   "\21\22\23\24\25\26\27\30\31\0\0\0"),
     0, 2,
     "\23\22\21\26\25\24\31\30\27"
     "\3\2\1\6\5\4\11\10\7",
     9},
    {40, 24, 0, -2,
     BYTES("\1\2\3\4\5\6\7\10\11\0\0\0"
	   "\21\22\23\24\25\26\27\30\31\0\0\0"),
     0, 2,
     "\3\2\1\6\5\4\11\10\7"
     "\23\22\21\26\25\24\31\30\27",
     9},
    {12, 24, 0, 2,
     BYTES("\1\2\3\4\5\6\7\10\11\0\0\0"
	   "\21\22\23\24\25\26\27\30\31\0\0\0"),
     0, 2,
     "\23\22\21\26\25\24\31\30\27"
     "\3\2\1\6\5\4\11\10\7",
     9},
    {40, 32, 0, 2,
     BYTES("\1\2\3\0\4\5\6\0\7\10\11\0"
	   "\21\22\23\0\24\25\26\0\27\30\31\0"),
     0, 2,
     "\23\22\21\26\25\24\31\30\27"
     "\3\2\1\6\5\4\11\10\7",
     9},
    {40, 16, 0, 2,
     BYTES("\0\x7C\xE0\3\x1F\0\0\0"
	   "\xFF\x7F\0\0\1\0\0\0"),
     0, 2,
     "\xFF\xFF\xFF\0\0\0\0\0\10"
     "\xFF\0\0\0\xFF\0\0\0\xFF",
     9},
    {40, 16, 3, 2,
     BYTES("\0\xF8\0\0\xE0\7\0\0\x1F\0\0\0"
	   "\0\xF8\xE0\7\x1F\0\0\0"
	   "\xFF\xFF\0\0\1\0\0\0"),
     0, 2,
     "\xFF\xFF\xFF\0\0\0\0\0\10"
     "\xFF\0\0\0\xFF\0\0\0\xFF",
     9},
    {56, 32, 3, 2,
     BYTES("\xFF\0\0\0\0\xFF\0\0\0\0\xFF\0\0\0\0\xFF"
	   "\1\2\3\4\5\6\7\10\11\12\13\14"
	   "\21\22\23\24\25\26\27\30\31\32\33\34"),
     0, 6,
     "\21\22\23\24\25\26\27\30\31\32\33\34"
     "\1\2\3\4\5\6\7\10\11\12\13\14",
     12},
    {40, 4, 0, 2,
     BYTES(PALETTE "\x12\x30\0\0"
		   "\x01\x20\0\0"),
     4, 3,
     "\x01\x20"
     "\x12\x30",
     2},
    {40, 1, 0, 2,
     BYTES(PALETTE "\xA0\0\0\0"
		   "\x7F\0\0\0"),
     2, 3,
     "\x60"
     "\xA0",
     1},
    {40, 8, 0, 2,
     BYTES(PALETTE "\1\2\3\0"
		   "\3\2\1\0"),
     4, 3,
     "\3\2\1"
     "\1\2\3",
     3},
    {40, 8, 1, 2,
     BYTES(PALETTE "\3\1\0\0"
		   "\0\3\3\2\1\0"
		   "\0\1"),
     4, 3,
     "\3\2\1"
     "\1\1\1",
     3},
    {40, 8, 1, 2,
     BYTES(PALETTE "\0\2\1\1"
		   "\2\2\0\1"),
     4, 3,
     "\0\2\2"
     "\0\0\0",
     3},
    {40, 4, 2, 2,
     BYTES(PALETTE "\3\x12\0\0"
		   "\0\3\x32\x10"
		   "\0\1"),
     4, 3,
     "\3\2\1"
     "\1\2\1",
     3},
};
/* clang-format on */

static void put_u32(struct buf *out, uint32_t v)
{
	for (unsigned i = 0; i < 32; i += 8)
		buf_byte(out, (uint8_t)(v >> i));
}

static struct slice made(struct arena *a, const struct made *m)
{
	bool inside = m->header == 56;
	size_t masks = m->packing == 3 ? inside ? 16 : 12 : 0;
	size_t start = 14 + m->header + (inside ? 0 : masks) + (m->bits <= 8 ? 16 : 0);
	AUTO_BUF out;

	buf_init(&out, 1 << 12);
	buf_put(&out, "BM\0\0\0\0\0\0\0\0", 10);
	put_u32(&out, (uint32_t)start);
	put_u32(&out, m->header);
	if (m->header == 12) {
		put_u32(&out, 3u | (uint32_t)m->height << 16);
	} else {
		put_u32(&out, 3);
		put_u32(&out, (uint32_t)m->height);
	}
	put_u32(&out, 1u | m->bits << 16);
	if (m->header > 12) {
		put_u32(&out, m->packing);
		buf_put(&out, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
		put_u32(&out, m->bits <= 8 ? (uint32_t)m->palette_n : 0);
		put_u32(&out, 0);
	}
	buf_put(&out, m->tail, m->tail_n);
	return arena_copy(a, buf_view(&out));
}

static void every_kind_keeps_its_pixels(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct made *m = &kinds[i];
		bool runs = m->packing == 1 || m->packing == 2;
		AUTO_ARENA a = arena_new(1 << 20);
		struct png_image im = {.width = 3, .height = 2, .colour = m->colour};
		AUTO_BUF want;
		AUTO_JOB b;

		buf_init(&want, 1 << 12);
		im.depth = (uint8_t)(m->bits < 8 && !runs ? m->bits : 8);
		if (m->colour == 3) {
			im.palette_n = 1u << m->bits;
			im.palette[1][0] = 255;
			if (m->palette_n > 2)
				im.palette[2][1] = im.palette[3][2] = 255;
		}
		im.rows = arena_alloc(a, 2 * (m->row + 1));
		for (uint32_t y = 0; y < 2; y++)
			memcpy(png_row(&im, y), m->rows + y * m->row, m->row);
		REQUIRE(png_write(&want, &im, a) == OK);
		job_box_init(&b, made(a, m), "a.bmp");
		CHECK(format_sanitize(&b.job) == OK);
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want)));
		if (test_now.failed) {
			printf("# row %zu of the table: %s\n", i, b.diag.text);
			return;
		}
	}
}

static void what_follows_stays_behind(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	AUTO_BUF more;
	AUTO_JOB b;

	buf_init(&more, 1 << 12);
	buf_slice(&more, made(a, &kinds[0]));
	buf_str(&more, "PK behind");
	job_box_init(&b, buf_view(&more), "a.bmp");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK(slice_find(buf_view(&b.out), S("PK")) == SIZE_MAX);
	CHECK(report_has(&b.report, "trailing-data"));
}

/* One 32-bit field of a good file is another. */
static void lies_are_held(void)
{
	static const struct {
		size_t kind, at;
		uint32_t value;
		enum err want;
	} lies[] = {
	    {0, 10, 20, ERR_SYNTAX},         /* rows inside the header */
	    {0, 10, 4000, ERR_SYNTAX},       /* behind the end */
	    {0, 14, 41, ERR_SYNTAX},         /* a header of unknown length */
	    {0, 18, 0, ERR_SYNTAX},          /* no pixels */
	    {0, 18, 0x80000001, ERR_SYNTAX}, /* a negative width */
	    {0, 18, 31000, ERR_SYNTAX},      /* more pixels than there are */
	    {0, 18, 32001, ERR_LIMIT},
	    {0, 22, 0x80000000, ERR_LIMIT},
	    {0, 26, 2 | 24 << 16, ERR_SYNTAX},  /* two planes */
	    {0, 26, 1 | 17 << 16, ERR_SYNTAX},  /* bits a pixel */
	    {0, 30, 1, ERR_SYNTAX},             /* run lengths of 24 bits */
	    {0, 30, 4, ERR_UNSUPPORTED},        /* a JPEG inside */
	    {5, 54, 0xF100, ERR_SYNTAX},        /* a mask with a gap */
	    {5, 54, 0x07E0, ERR_SYNTAX},        /* a bit in two masks */
	    {9, 46, 257, ERR_SYNTAX},           /* too many colours */
	    {10, 22, (uint32_t)-2, ERR_SYNTAX}, /* run lengths from the top */
	    {10, 70, 4 | 1 << 8, ERR_SYNTAX},   /* four pixels in a row of three */
	    {11, 70, 0x09020200, ERR_SYNTAX},   /* a step beyond the picture */
	};

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		AUTO_ARENA a = arena_new(1 << 20);
		struct slice in = made(a, &kinds[lies[i].kind]);
		uint8_t *p = (uint8_t *)(uintptr_t)in.p;
		AUTO_JOB b;

		for (size_t k = 0; k < 4; k++)
			p[lies[i].at + k] = (uint8_t)(lies[i].value >> 8 * k);
		job_box_init(&b, in, "a.bmp");
		CHECK(format_sanitize(&b.job) == lies[i].want);
		CHECK(report_has(&b.report, "malformed") || lies[i].want != ERR_SYNTAX);
		if (test_now.failed) {
			printf("# row %zu of the table: %s\n", i, b.diag.text);
			return;
		}
	}
}

static void cut_anywhere_is_held(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO_ARENA a = arena_new(1 << 20);
		struct slice in = made(a, &kinds[i]);

		/* The mark of the end may be missing; so may the fill of the last row of run
		 * lengths. */
		for (size_t n = 27; n + 2 < in.n; n++) {
			AUTO_JOB b;

			job_box_init(&b, slice_head(in, n), "a.bmp");
			CHECK(format_sanitize(&b.job) != OK);
		}
	}
}

TESTS(CASE(every_kind_keeps_its_pixels), CASE(what_follows_stays_behind), CASE(lies_are_held),
      CASE(cut_anywhere_is_held))
