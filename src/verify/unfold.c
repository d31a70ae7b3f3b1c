#include "verify/unfold.h"

#include <libdeflate.h>
#include <zlib.h>
#include "base/reader.h"

/* What zlib says in data_type when it stops between two blocks. */
enum { UNUSED_BITS = 7, LAST_BLOCK = 64, BETWEEN_BLOCKS = 128 };

/* True where the `unused` high bits of a byte are zero. */
static bool is_filled_up(uint8_t byte, unsigned unused)
{
	return byte >> (8 - unused) == 0;
}

/*
 * The header of a stored block is three bits, then zeros up to the next byte. next: the bytes that
 * zlib has not taken; `before` is the last one it took and has `unused` bits left.
 */
static bool is_padding_zero(struct slice next, uint8_t before, unsigned unused)
{
	unsigned bits = before >> (8 - unused), n = unused;

	if (n < 3) {
		if (next.n == 0)
			return true; /* zlib will say that it is cut off */
		bits |= (unsigned)next.p[0] << n;
		n += 8;
	}
	return (bits >> 1 & 3) != 0 || (bits & ((1u << n) - 1)) >> 3 == 0;
}

static bool walk(z_stream *z, struct slice packed)
{
	uLong made = 0;
	unsigned unused = 0;
	uint8_t before = 0;

	for (;;) {
		if (!is_padding_zero(slice_of(z->next_in, z->avail_in), before, unused))
			return false;
		if (inflate(z, Z_BLOCK) != Z_OK || !(z->data_type & BETWEEN_BLOCKS) ||
		    z->total_out == made)
			return false;
		made = z->total_out;
		unused = (unsigned)z->data_type & UNUSED_BITS;
		before = packed.p[packed.n - z->avail_in - 1];
		if (z->data_type & LAST_BLOCK)
			return is_filled_up(before, unused) && z->avail_in == 0 &&
			       z->avail_out == 0 && inflate(z, Z_BLOCK) == Z_STREAM_END;
	}
}

enum err verify_unfold(struct verify *v, size_t at, struct slice packed, uint8_t *to, size_t n)
{
	z_stream z = {0};
	bool good;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return ERR_MEMORY;
	z.next_in = (Bytef *)(uintptr_t)packed.p;
	z.avail_in = (uInt)packed.n;
	z.next_out = to;
	z.avail_out = (uInt)n;
	good = packed.n && walk(&z, packed);
	inflateEnd(&z);
	return good ? OK
		    : verify_bad(v, at,
				 "a deflate stream is not as our writer prints it, or does not end "
				 "at its last byte with its size");
}

enum err verify_unfold_zlib(struct verify *v, size_t at, struct slice packed, uint8_t *to, size_t n)
{
	struct reader tail;

	if (packed.n < 6 || packed.p[0] != 0x78 || packed.p[1] != 0x5E)
		return verify_bad(v, at, "packed data do not begin as our writer's do");
	tail = reader_of(slice_from(packed, packed.n - 4));
	TRY(verify_unfold(v, at, slice_of(packed.p + 2, packed.n - 6), to, n));
	return libdeflate_adler32(1, to, n) == reader_u32be(&tail)
		   ? OK
		   : verify_bad(v, at, "the checksum of packed data is wrong");
}
