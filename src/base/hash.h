/*
 * hash: SHA-256 and HMAC-SHA-256 (nettle), and the text forms of bytes.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <nettle/sha2.h>
#include "base/buf.h"

struct hash {
	uint8_t b[32];
};

struct hash hash_of(struct slice s);
struct hash hash_hmac(struct slice key, struct slice s);
bool hash_eq(struct hash a, struct hash b); /* in constant time */

/* Lower-case hexadecimal with a final NUL. */
void hash_hex(struct hash h, char ret[65]);

int hex_digit(uint8_t c);                               /* its value in either case, or -1 */
void hex_put(struct buf *b, struct slice s);            /* lower case */
bool hex_ok(struct slice s);                            /* nothing but digits */
bool hex_parse(struct slice s, uint8_t *ret, size_t n); /* exactly 2n digits */
void base64_put(struct buf *b, struct slice s);         /* RFC 4648, padded */
enum err base64_parse(struct slice s, struct buf *ret) NODISCARD; /* strict, padded */

#endif
