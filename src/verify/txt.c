/*
 * The grammar `txt` and its forms in other character sets: characters, TAB, LF.
 */
#include "verify/chars.h"
#include "verify/grammar.h"

static enum err verify_text(struct verify *v, struct slice out, enum chars_set set)
{
	struct chars c = chars_of(out, set);
	uint32_t cp = 0;
	size_t at = c.at;

	while (chars_next(&c, &cp)) {
		if (cp == '\r' || chars_forbidden(cp))
			return verify_bad(v, at, "U+%04X is no character of a text", cp);
		at = c.at;
		if (cp == '\n' && !chars_line_may_end(&c))
			return verify_bad(v, at, "a line ends in another character set");
	}
	if (!chars_done(&c))
		return verify_bad(v, c.at, "these bytes are not in the text's character set");
	return OK;
}

#define VERIFY_TXT(name, set) \
	enum err verify_txt_##name(struct verify *v, struct slice out) \
	{ \
		return verify_text(v, out, set); \
	}
VERIFY_TXT(utf8, CHARS_UTF8)
VERIFY_TXT(utf16le, CHARS_UTF16LE)
VERIFY_TXT(utf16be, CHARS_UTF16BE)
VERIFY_TXT(iso2022jp, CHARS_ISO2022JP)
VERIFY_TXT(eucjp, CHARS_EUCJP)
VERIFY_TXT(cp932, CHARS_CP932)
