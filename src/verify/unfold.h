/*
 * unfold: deflate streams (RFC 1951) as our writers print them, by zlib, where they use libdeflate:
 * two readers of one stream.
 *
 * A stream has no room for anything but its content: it ends at its last byte, no block is empty,
 * and bits that only fill up a byte are zero. What is left free is how the content is coded.
 */
#ifndef VERIFY_UNFOLD_H
#define VERIFY_UNFOLD_H

#include "verify/grammar.h"

/*
 * Unfolds `packed` to exactly n bytes at `to` (n > 0). ERR_SYNTAX at offset `at` of the output, or
 * ERR_MEMORY. The caller counts n against v->inflated_left. Both are below 2^32.
 */
enum err verify_unfold(struct verify *v, size_t at, struct slice packed, uint8_t *to, size_t n)
    NODISCARD;

/* The same for a zlib stream (RFC 1950): two bytes that are always the same, deflate, Adler-32. */
enum err verify_unfold_zlib(struct verify *v, size_t at, struct slice packed, uint8_t *to, size_t n)
    NODISCARD;

#endif
