/*
 * charset: the character sets Japanese documents come in, read strictly.
 *
 * What a text is in is decided by its bytes: a byte order mark, else the escape sequences of
 * ISO-2022-JP, else UTF-8 where all of it is valid, else EUC-JP or CP932, whichever all of it is
 * valid in. A text that is valid in none, or that changes its set on the way, is refused with the
 * place where the best reading ends.
 *
 * Conversion is ICU's, from tables inside the library. charset_warm_up() makes it load them;
 * it is called once before a worker locks itself, and costs nothing later.
 */
#ifndef FORMAT_CHARSET_H
#define FORMAT_CHARSET_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

enum charset { CS_UTF8, CS_UTF16LE, CS_UTF16BE, CS_ISO2022JP, CS_EUCJP, CS_CP932, CS_COUNT };

/* Names as IANA writes them, and the ending of a grammar id: "" "-utf-16le" ... "-cp932". */
const char *charset_name(enum charset cs);
const char *charset_suffix(enum charset cs);

void charset_warm_up(void);

struct charset_text {
	enum charset charset;
	bool guessed; /* EUC-JP and CP932 were both possible */
	uint8_t *p;   /* UTF-8 without byte order mark, in the arena; the caller may change it */
	size_t n;
};

/* ERR_SYNTAX with *d (offset, text) where the bytes are a text in none of the sets. */
enum err charset_decode(struct arena *a, struct slice in, struct charset_text *ret, struct diag *d)
    NODISCARD;

/*
 * Appends UTF-8 text in that set; UTF-16 gets its byte order mark. ERR_UNSUPPORTED where a
 * character has no place in the set; *ret_offset is at most 1000 characters before it.
 */
enum err charset_encode(struct buf *out, enum charset cs, struct slice utf8, size_t *ret_offset)
    NODISCARD;

#endif
