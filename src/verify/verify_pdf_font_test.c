/* CFF as our writer prints it, and what is refused of it. */
#include "base/buf.h"
#include "base/test.h"
#include "base/test_file.h"
#include "verify/pdf.h"

#define SEEDS "tests/corpus/pdf_outline_fuzz/"

static const char *const seeds[] = {SEEDS "printed-named", SEEDS "printed-cids"};

static enum err verdict(struct slice font)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 26);
	struct diag d = {0};
	struct verify v = {.limits = &limits, .arena = a, .d = &d};
	enum err e = pdf_verify_cff(&v, 0, font);

	CHECK((e == OK) == !d.text[0]);
	return e;
}

static void good_ones_are_recognised(void)
{
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		AUTO_ARENA a = arena_new(1 << 22);

		CHECK(verdict(test_file(a, seeds[i])) == OK);
	}
}

static void nothing_is_cut_off_or_put_between(void)
{
	size_t passed = 0;

	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		AUTO_ARENA a = arena_new(1 << 22);
		struct slice in = test_file(a, seeds[i]);

		for (size_t n = 0; n < in.n; n++)
			CHECK(verdict(slice_head(in, n)) != OK);
		for (size_t at = 0; at <= in.n; at++)
			for (unsigned c = 0; c < 256; c++) {
				AUTO_BUF b;

				buf_init(&b, 1 << 20);
				buf_slice(&b, slice_head(in, at));
				buf_byte(&b, (uint8_t)c);
				buf_slice(&b, slice_from(in, at));
				passed += verdict(buf_view(&b)) == OK;
			}
	}
	CHECK(passed == 0);
}

/* Replaces all of `from` in the seed by `to`, of the same length. */
static void refused(size_t seed, struct slice from, struct slice to)
{
	AUTO_ARENA a = arena_new(1 << 22);
	struct slice in = test_file(a, seeds[seed]);
	size_t at = slice_find(in, from);

	REQUIRE(at != SIZE_MAX && from.n == to.n);
	memcpy((uint8_t *)(uintptr_t)in.p + at, to.p, to.n);
	if (verdict(in) == OK)
		printf("# accepted: %zu at %zu\n", seed, at);
	CHECK(verdict(in) != OK);
}

static void other_programs_and_lies_are_refused(void)
{
	refused(0, S("Font"), S("Fond"));
	refused(0, S("alpha"), S("al ha"));
	refused(0, S("g4"), S("g/"));
	/* lines become a call, hints, arithmetics, an end */
	refused(0, S("\x92\x93\x05"), S("\x92\x93\x0A"));
	refused(0, S("\x92\x93\x05"), S("\x92\x93\x1D"));
	refused(0, S("\x92\x93\x05"), S("\x92\x93\x01"));
	refused(0, S("\x92\x93\x05"), S("\x92\x93\x12"));
	refused(0, S("\x92\x93\x05"), S("\x0C\x0A\x05"));
	refused(0, S("\x92\x93\x05"), S("\x92\x93\x0E"));
	/* one line's operand too many, a number that is not in its shortest form */
	refused(0, S("\x92\x93\x05"), S("\x92\x15\x05"));
	refused(0, S("\xF8\xBA"), S("\x1C\0"));
	/* subroutines, and an empty private dictionary that is not */
	refused(0, S("\x8B\x14\x8B\x15"), S("\x8B\x14\x8B\x13"));
	refused(0, S("\x8B\x14\x8B\x15"), S("\x8C\x14\x8B\x15"));
	/* codes: out of order, a string that no glyph has, expert codes */
	refused(0, S("\x80\0\x03\x41"), S("\x80\0\x03\x44"));
	refused(0, S("\x80\0\x03\x41\0\x22"), S("\x80\0\x03\x41\0\x99"));
	refused(0, S("\x80\0\x03\x41"), S("\x81\0\x03\x41"));
	/* for CIDs: another collection, two fonts, their number */
	refused(1, S("AdobeIdentity"), S("AdobeJapan1xx"));
	refused(1, S("\x03\0\1\0\0\0\0\4"), S("\x03\0\2\0\0\0\0\4"));
	refused(1, S("\x03\0\1\0\0\0\0\4"), S("\x03\0\1\0\0\1\0\4"));
	refused(1, S("\x03\0\1\0\0\0\0\4"), S("\x03\0\1\0\0\0\0\5"));
}

/* A bit turned over before the first glyph's name is seen: places, lengths, the box. */
static void dictionaries_have_one_form(void)
{
	AUTO_ARENA a = arena_new(1 << 22);
	struct slice in = test_file(a, seeds[0]);
	uint8_t *p = (uint8_t *)(uintptr_t)in.p;
	size_t names = slice_find(in, S("alpha"));

	REQUIRE(names != SIZE_MAX);
	/* the two offsets in front of the names say which letters are whose */
	for (size_t at = 0; at < names - 2; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			p[at] ^= (uint8_t)(1u << bit);
			CHECK(verdict(in) != OK);
			p[at] ^= (uint8_t)(1u << bit);
		}
}

TESTS(CASE(good_ones_are_recognised), CASE(nothing_is_cut_off_or_put_between),
      CASE(other_programs_and_lies_are_refused), CASE(dictionaries_have_one_form))
