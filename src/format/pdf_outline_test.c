/* CFF and Type 1 become outlines of the one form, or are refused. */
#include "base/test.h"
#include "base/test_file.h"
#include "format/pdf_cff.h"
#include "format/pdf_outline.h"
#include "format/pdf_type1.h"

#define SEEDS "tests/corpus/pdf_outline_fuzz/"
/* Operators of charstrings. */
#define OP_MOVE "\x15"
#define OP_LINES "\x05"
#define OP_CURVES "\x08"
#define OP_END "\x0E"

static enum err rebuild(struct arena *a, struct slice in, struct buf *out, const char **ret_why)
{
	struct pdf_outline o;
	enum err e;

	buf_init(out, 1 << 20);
	pdf_outline_init(&o, a, 1 << 20);
	e = slice_starts(in, S("%!")) ? pdf_type1(in, &o) : pdf_cff(in, &o);
	if (e == OK)
		e = pdf_outline_print(&o, out);
	CHECK(e == OK || e == ERR_MEMORY || o.why);
	*ret_why = o.why ? o.why : "";
	pdf_outline_free(&o);
	return e;
}

static const char *const seeds[] = {SEEDS "named", SEEDS "cids", SEEDS "type1", SEEDS "type1-hex"};

static void fonts_come_out_the_same_twice(void)
{
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		AUTO_ARENA a = arena_new(1 << 24);
		struct slice in = test_file(a, seeds[i]);
		const char *why = "";
		AUTO_BUF once, twice;

		REQUIRE(in.n);
		REQUIRE(rebuild(a, in, &once, &why) == OK);
		REQUIRE(rebuild(a, buf_view(&once), &twice, &why) == OK);
		CHECK(slice_eq(buf_view(&once), buf_view(&twice)));
		CHECK(slice_find(buf_view(&once), S("EVIL")) == SIZE_MAX);
	}
}

/* The charstring of each seed's first glyph with an outline, as it has to come out. */
static void subroutines_hints_and_flexes_become_points(void)
{
	static const char type1[] = "\xF8\xEC\xC7\x9F" OP_MOVE          /* 600, 60 20 */
				    "\xEF\x8B\x8B\xEF\x27\x8B" OP_LINES /* 100 0, 0 100, -100 0 */
				    "\x8B\x8B" OP_MOVE /* where the closed contour ended */
				    "\x95\x95\x95\x95\xA9\x8B\xA9\x8B\x95\x81\x95\x81" OP_CURVES
				    "\x8B\x95\xFF\x00\x02\x80\x00\x8B" OP_LINES /* 0 10, 2.5 0 */
					OP_END;
	/* 600 - 50, 100 200; the subroutine's 10 0, 0 20; the global one's 5 6, 7 8 */
	static const char named[] =
	    "\xF8\xBA\xEF\xF7\x5C" OP_MOVE "\x95\x8B\x8B\x9F\x90\x91\x92\x93" OP_LINES OP_END;
	AUTO_ARENA a = arena_new(1 << 24);
	const char *why = "";
	AUTO_BUF one, two;

	REQUIRE(rebuild(a, test_file(a, SEEDS "type1"), &one, &why) == OK);
	CHECK(slice_find(buf_view(&one), slice_of(type1, sizeof type1 - 1)) != SIZE_MAX);
	CHECK(slice_find(buf_view(&one), S("Aacute")) != SIZE_MAX);
	REQUIRE(rebuild(a, test_file(a, SEEDS "named"), &two, &why) == OK);
	CHECK(slice_find(buf_view(&two), slice_of(named, sizeof named - 1)) != SIZE_MAX);
}

/* Cut or with any byte changed, a font is refused, or comes out as one that is read again. */
static void fonts_that_lie_are_refused_or_settled(void)
{
	size_t refused = 0;

	for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
		AUTO_ARENA base = arena_new(1 << 22);
		struct slice in = test_file(base, seeds[s]);

		for (size_t i = 0; i < in.n * 4; i++) {
			static const uint8_t values[] = {0, 0xFF, 0x0A, 0x20};
			AUTO_ARENA a = arena_new(1 << 26);
			uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(a, in).p;
			const char *why = "";
			AUTO_BUF once, twice = {0};
			bool good;

			copy[i / 4] = values[i % 4];
			good = rebuild(a, slice_of(copy, in.n), &once, &why) == OK;
			refused += !good;
			if (!good)
				continue;
			CHECK(rebuild(a, buf_view(&once), &twice, &why) == OK);
			CHECK(slice_eq(buf_view(&once), buf_view(&twice)));
		}
		for (size_t n = 0; n < in.n * 2 / 3; n++) {
			AUTO_ARENA a = arena_new(1 << 26);
			const char *why = "";
			AUTO_BUF once;

			CHECK(rebuild(a, slice_head(in, n), &once, &why) != OK);
		}
	}
	CHECK(refused > 1000);
}

/* Puts `to` where `from` stands in the seed: the reason for which it is then refused. */
static void refused_for(const char *seed, struct slice from, struct slice to, const char *want)
{
	AUTO_ARENA a = arena_new(1 << 24);
	struct slice in = test_file(a, seed);
	size_t at = slice_find(in, from);
	const char *why = "";
	AUTO_BUF out;

	REQUIRE(at != SIZE_MAX && from.n == to.n);
	memcpy((uint8_t *)(uintptr_t)in.p + at, to.p, to.n);
	CHECK(rebuild(a, in, &out, &why) == ERR_SYNTAX);
	CHECK_STR(slice_str(why), want);
}

static void loops_and_needless_operands_are_refused(void)
{
	/* the subroutine 10 20 hlineto return calls itself: -107 callsubr */
	refused_for(SEEDS "named", S("\x95\x9F\x06\x0B"), S("\x20\x0A\x0B\x0B"),
		    "subroutines within subroutines");
	/* an operand more than the lines take: 5 6 7 8 rlineto, the last of them left out */
	refused_for(SEEDS "named", S("\x90\x91\x92\x93\x05"), S("\x90\x91\x92\x05\x0B"),
		    "operands of a path");
	/* 10 20 65 66 endchar, made 67, which has no glyph */
	refused_for(SEEDS "named", S("\x95\x9F\xCC\xCD\x0E"), S("\x95\x9F\xCC\xCE\x0E"),
		    "a glyph made of others that are not there");
	/* PaintType 2 in the place of a font's box */
	refused_for(SEEDS "cids", S("\x0C\x07"), S("\x0C\x05"), "its dictionary");
	/* FDSelect says a third font */
	refused_for(SEEDS "cids", S("\x03\0\2\0\0\0\0\2\1"), S("\x03\0\2\0\0\0\0\2\2"),
		    "which of its fonts a glyph is of");
	refused_for(SEEDS "type1", S("/PaintType 0"), S("/PaintType 2"), "a font of strokes");
	refused_for(SEEDS "type1", S("eexec"), S("eexek"), "it is no Type 1 font");
	refused_for(SEEDS "type1", S("[0.001 0 0 1e-3"), S("[0.000 0 0 0e-3"), "its matrix");
}

static void decimals_have_a_place_for_each_digit(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {{"0.001", 1000000000},
		    {"1e-3", 1000000000},
		    {"-.5", -PDF_PICO / 2},
		    {"12E2", 1200 * PDF_PICO},
		    {"0.00048828125", 488281250},
		    {"0.0000000000006", 1},
		    {"1E-400", 0},
		    {"0e999", 0}};
	static const char *const bad[] = {"", "-", ".", "1.2.3", "1e7x", "1e400", "99999999999"};
	int64_t v = 0;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(pdf_decimal(slice_str(good[i].text), &v) && v == good[i].want);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!pdf_decimal(slice_str(bad[i]), &v));
}

TESTS(CASE(fonts_come_out_the_same_twice), CASE(subroutines_hints_and_flexes_become_points),
      CASE(fonts_that_lie_are_refused_or_settled), CASE(loops_and_needless_operands_are_refused),
      CASE(decimals_have_a_place_for_each_digit))
