/*
 * form: names and values out of a query string, an urlencoded form or a Cookie header.
 *
 * Strict: a broken percent escape, a NUL or control byte (other than CR, LF and TAB in a form
 * value), or a byte that is not UTF-8 refuses the whole input; nothing is guessed. Duplicate names
 * are kept in order, and form_get returns the first only where there is just one: a doubled field
 * is a disagreement between two readers, so it counts as missing.
 *
 * Everything lives in the caller's arena. Source: WHATWG URL 5 (application/x-www-form-urlencoded),
 * RFC 3986 2.1, RFC 6265 4.2.1.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"

struct form_pair {
	struct slice name, value;
};

struct form {
	struct form_pair *pairs;
	size_t n, cap;
};

enum { FORM_PAIRS_MAX = 64 };

/* ERR_SYNTAX, ERR_LIMIT (more than FORM_PAIRS_MAX), ERR_MEMORY. Appends to *ret. */
enum err form_parse(struct arena *a, struct slice in, struct form *ret) NODISCARD;
enum err form_parse_cookies(struct arena *a, struct slice in, struct form *ret) NODISCARD;
enum err form_add(struct arena *a, struct form *f, struct slice name, struct slice value) NODISCARD;

/* The value of the only pair with that name, or an empty slice with .p NULL. */
struct slice form_get(const struct form *f, const char *name);

/*
 * Decodes percent escapes. plus: '+' stands for a blank (forms, not paths). ERR_SYNTAX for a broken
 * escape, a forbidden control byte or bad UTF-8.
 */
enum err percent_decode(struct arena *a, struct slice in, bool plus, struct slice *ret) NODISCARD;

/*
 * Decodes a request path: it must begin with '/', and hold no empty, "." or ".." segment, no
 * backslash and no control byte, before and after decoding. ERR_SYNTAX otherwise.
 */
enum err path_decode(struct arena *a, struct slice in, struct slice *ret) NODISCARD;

#endif
