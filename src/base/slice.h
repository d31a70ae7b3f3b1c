/*
 * slice: a pointer and a length that somebody else owns. All input travels as slices; there is no
 * NUL-terminated string inside a parser.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p;
	size_t n;
};

/* From a string literal. */
#define S(lit) ((struct slice){(const uint8_t *)("" lit), sizeof(lit) - 1})

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){(const uint8_t *)p, n};
}

static inline struct slice slice_str(const char *s)
{
	return (struct slice){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_eq_str(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII letters only */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
int slice_cmp(struct slice a, struct slice b); /* bytes, then length */

/* s without its first n bytes (n is clamped), and its first n bytes. */
struct slice slice_from(struct slice s, size_t n);
struct slice slice_head(struct slice s, size_t n);

/* Offset of the first / last occurrence, or SIZE_MAX. */
size_t slice_find(struct slice s, struct slice needle);
size_t slice_rfind(struct slice s, struct slice needle);
size_t slice_find_byte(struct slice s, uint8_t b);

struct slice slice_trim(struct slice s); /* without ASCII blanks at both ends */

/* Decimal digits only, whole slice, no sign, no overflow; false leaves *ret as it was. */
bool slice_u64(struct slice s, uint64_t *ret);

#endif
