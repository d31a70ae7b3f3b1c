/*
 * chars: the characters of a text in one of the sets an output may have, read strictly. Internal to
 * room `verify`.
 *
 * Only the characters that the grammars of texts and tables ask about are told apart; in the
 * Japanese sets every other kana or kanji reads as U+4E00, every other character as U+25A0. What
 * the bytes of a set may be is checked whole.
 */
#ifndef VERIFY_CHARS_H
#define VERIFY_CHARS_H

#include <stdbool.h>
#include "base/slice.h"

enum chars_set {
	CHARS_UTF8,
	CHARS_UTF16LE,
	CHARS_UTF16BE,
	CHARS_ISO2022JP,
	CHARS_EUCJP,
	CHARS_CP932,
};

struct chars {
	struct slice in;
	size_t at;
	enum chars_set set;
	uint8_t shift; /* ISO-2022-JP: 'B' ASCII, 'J' Roman, '$' two bytes, 'I' katakana */
	bool bad, after_selector;
};

/* UTF-16 must begin with its byte order mark. */
struct chars chars_of(struct slice in, enum chars_set set);
/* False at the end, and where the bytes break the set, which sets bad; at is then the place. */
bool chars_next(struct chars *c, uint32_t *ret);
/* RFC 1468: lines end in ASCII or JIS X 0201 Roman. */
bool chars_line_may_end(const struct chars *c);
/* True where all was read and the text ends as its set wants. */
bool chars_done(const struct chars *c);

/* True for what no output text holds: controls but TAB, LF and CR, hiding and reordering. */
bool chars_forbidden(uint32_t cp);

#endif
