/* Deflate streams, byte by byte: what is refused although it unfolds to the right content. */
#include "verify/unfold.h"

#include "base/test.h"

static enum err unfold(struct slice packed, const char *want)
{
	struct limits limits = limits_default();
	struct verify v = {.limits = &limits};
	uint8_t got[64];
	size_t n = strlen(want);
	enum err e = verify_unfold(&v, 0, packed, got, n);

	if (e == OK)
		CHECK(memcmp(got, want, n) == 0);
	return e;
}

static void stored_blocks_have_zeros_before_their_length(void)
{
	CHECK(unfold(S("\1\2\0\xFD\xFF"
		       "ab"),
		     "ab") == OK);
	CHECK(unfold(S("\0\1\0\xFE\xFF"
		       "a"
		       "\1\1\0\xFE\xFF"
		       "b"),
		     "ab") == OK);
	for (unsigned bit = 3; bit < 8; bit++) {
		uint8_t p[] = {1, 2, 0, 0xFD, 0xFF, 'a', 'b'};

		p[0] |= (uint8_t)(1u << bit);
		CHECK(unfold(slice_of(p, sizeof p), "ab") == ERR_SYNTAX);
	}
	for (unsigned bit = 3; bit < 8; bit++) {
		uint8_t p[] = {0, 1, 0, 0xFE, 0xFF, 'a', 1, 1, 0, 0xFE, 0xFF, 'b'};

		p[6] |= (uint8_t)(1u << bit);
		CHECK(unfold(slice_of(p, sizeof p), "ab") == ERR_SYNTAX);
	}
}

/* A block of fixed codes that holds "a": 011 for the last, 10010001 for 'a', 0000000 for its end.
 */
static void the_last_byte_is_filled_with_zeros(void)
{
	/* bits, low first: 1 10 10010001 0000000 = 18 bits, 6 left */
	uint8_t p[] = {0x4B, 0x04, 0x00};

	CHECK(unfold(slice_of(p, sizeof p), "a") == OK);
	for (unsigned bit = 2; bit < 8; bit++) {
		p[2] = (uint8_t)(1u << bit);
		CHECK(unfold(slice_of(p, sizeof p), "a") == ERR_SYNTAX);
	}
	/* "a", its end, and a stored block in the bits behind it: 000 and three zeros. */
	CHECK(unfold(S("\x4A\x04\4\1\0\xFE\xFF"
		       "b"),
		     "ab") == OK);
	CHECK(unfold(S("\x4A\x04\x24\1\0\xFE\xFF"
		       "b"),
		     "ab") == ERR_SYNTAX);
	CHECK(unfold(S("\x4A\x04\x84\1\0\xFE\xFF"
		       "b"),
		     "ab") == ERR_SYNTAX);
}

static void no_block_is_empty(void)
{
	CHECK(unfold(S("\0\0\0\xFF\xFF\1\2\0\xFD\xFF"
		       "ab"),
		     "ab") == ERR_SYNTAX);
	CHECK(unfold(S("\0\2\0\xFD\xFF"
		       "ab"
		       "\1\0\0\xFF\xFF"),
		     "ab") == ERR_SYNTAX);
	CHECK(unfold(S("\0\2\0\xFD\xFF"
		       "ab\3\0"),
		     "ab") == ERR_SYNTAX);
}

static void the_size_is_exact(void)
{
	struct slice two = S("\1\2\0\xFD\xFF"
			     "ab");

	CHECK(unfold(two, "abc") == ERR_SYNTAX);
	CHECK(unfold(two, "a") == ERR_SYNTAX);
	for (size_t n = 0; n < two.n; n++)
		CHECK(unfold(slice_head(two, n), "ab") == ERR_SYNTAX);
	CHECK(unfold(S("\1\2\0\xFD\xFF"
		       "abx"),
		     "ab") == ERR_SYNTAX);
	CHECK(unfold(S("\7\2\0\xFD\xFF"
		       "ab"),
		     "ab") == ERR_SYNTAX);
}

TESTS(CASE(stored_blocks_have_zeros_before_their_length), CASE(the_last_byte_is_filled_with_zeros),
      CASE(no_block_is_empty), CASE(the_size_is_exact))
