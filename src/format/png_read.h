/*
 * png_read: the packed pixels of a PNG (the data of its IDAT chunks, joined) become plain rows.
 *
 * Own code, where libspng would do, because of what that passes: a wrong Adler-32, bytes behind the
 * end of the zlib stream, a wrong checksum of the last chunk. Source: PNG 1.2, clauses 6 to 8.
 */
#ifndef FORMAT_PNG_READ_H
#define FORMAT_PNG_READ_H

#include "format/picture.h"

/*
 * Bytes that the packed pixels unfold to: rows with their filter bytes, in Adam7 passes where
 * interlaced. Never overflows for sides below 2^31 and at most 64 bits a pixel.
 */
uint64_t png_raw_bytes(const struct png_image *im, bool interlaced);

/*
 * Fills im->rows from the arena. The zlib stream must end at the last byte of `packed`, with the
 * right checksum, and unfold to exactly the picture; else ERR_SYNTAX and *ret_why says what is
 * wrong. ERR_MEMORY. The caller has held width, height and png_raw_bytes() against its limits.
 */
enum err png_read(struct png_image *im, bool interlaced, struct slice packed, struct arena *arena,
		  const char **ret_why) NODISCARD;

#endif
