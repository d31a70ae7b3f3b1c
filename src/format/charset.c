#include "format/charset.h"

#include <unicode/ucnv.h>
#include <unicode/uclean.h>
#include "base/utf8.h"

static const struct charset_row {
	const char *name, *suffix;
	const char *icu; /* NULL: converted here */
} charsets[CS_COUNT] = {
    [CS_UTF8] = {"UTF-8", "", NULL},
    [CS_UTF16LE] = {"UTF-16LE", "-utf-16le", NULL},
    [CS_UTF16BE] = {"UTF-16BE", "-utf-16be", NULL},
    [CS_ISO2022JP] = {"ISO-2022-JP", "-iso-2022-jp", "ISO-2022-JP"},
    [CS_EUCJP] = {"EUC-JP", "-euc-jp", "EUC-JP"},
    [CS_CP932] = {"CP932", "-cp932", "windows-31j"},
};

const char *charset_name(enum charset cs)
{
	return charsets[cs].name;
}

const char *charset_suffix(enum charset cs)
{
	return charsets[cs].suffix;
}

static void converter_close(UConverter **c)
{
	ucnv_close(*c);
}
#define AUTO_CONVERTER __attribute__((cleanup(converter_close))) UConverter *

static UConverter *converter_open(enum charset cs)
{
	UErrorCode e = U_ZERO_ERROR;
	UConverter *c = ucnv_open(charsets[cs].icu, &e);

	if (U_FAILURE(e))
		return NULL;
	ucnv_setToUCallBack(c, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
	ucnv_setFromUCallBack(c, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
	ucnv_setFallback(c, false);
	if (U_FAILURE(e)) {
		ucnv_close(c);
		return NULL;
	}
	return c;
}

void charset_warm_up(void)
{
	UErrorCode e = U_ZERO_ERROR;

	u_init(&e);
	for (enum charset cs = 0; cs < CS_COUNT; cs++)
		if (charsets[cs].icu)
			ucnv_close(converter_open(cs));
}

static uint8_t *put_utf8(uint8_t *to, uint32_t cp)
{
	if (cp < 0x80) {
		*to++ = (uint8_t)cp;
		return to;
	}
	if (cp < 0x800) {
		*to++ = (uint8_t)(0xC0 | cp >> 6);
	} else {
		if (cp < 0x10000) {
			*to++ = (uint8_t)(0xE0 | cp >> 12);
		} else {
			*to++ = (uint8_t)(0xF0 | cp >> 18);
			*to++ = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
		}
		*to++ = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
	}
	*to++ = (uint8_t)(0x80 | (cp & 0x3F));
	return to;
}

/* The code point that begins with units[*i], which is moved on; surrogates must come in pairs. */
static bool utf16_next(const UChar *units, size_t n, size_t *i, uint32_t *ret)
{
	uint32_t c = units[(*i)++];

	if (c >= 0xD800 && c < 0xDC00 && *i < n && units[*i] >= 0xDC00 && units[*i] < 0xE000)
		c = 0x10000 + ((c & 0x3FF) << 10) + (units[(*i)++] & 0x3FFu);
	else if (c >= 0xD800 && c < 0xE000)
		return false;
	*ret = c;
	return true;
}

static enum err decode_utf16(struct slice in, bool big, struct charset_text *ret, struct diag *d)
{
	uint8_t *to = ret->p;

	if (in.n % 2)
		return diag_set(d, ERR_SYNTAX, in.n - 1, "half a character of UTF-16");
	for (size_t i = 0; i < in.n / 2;) {
		UChar pair[2] = {0};
		size_t used = 0;
		uint32_t cp;

		for (size_t k = 0; k < 2 && i + k < in.n / 2; k++) {
			const uint8_t *p = in.p + 2 * (i + k);

			pair[k] = (UChar)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
		}
		if (!utf16_next(pair, 2, &used, &cp))
			return diag_set(d, ERR_SYNTAX, 2 + 2 * i, "half a character of UTF-16");
		to = put_utf8(to, cp);
		i += used;
	}
	ret->n = (size_t)(to - ret->p);
	return OK;
}

/* One call of ICU that goes on where the last ended; *ret_to grows. */
static UErrorCode step(UConverter *c, const char **from, const char *end, uint8_t **ret_to)
{
	UChar units[2048], *to = units;
	UErrorCode e = U_ZERO_ERROR;
	size_t i = 0;

	/* None of these sets reaches beyond the BMP, so the end of `units` cuts no pair. */
	ucnv_toUnicode(c, &to, units + ARRAY_LEN(units), from, end, NULL, true, &e);
	while (i < (size_t)(to - units)) {
		uint32_t cp;

		if (!utf16_next(units, (size_t)(to - units), &i, &cp))
			return U_ILLEGAL_CHAR_FOUND;
		*ret_to = put_utf8(*ret_to, cp);
	}
	return e;
}

/* *ret_bad: offset of the first byte that is not in the set. */
static enum err decode_icu(struct slice in, enum charset cs, struct charset_text *ret,
			   size_t *ret_bad)
{
	AUTO_CONVERTER c = converter_open(cs);
	const char *from = (const char *)in.p, *end = from + in.n;
	uint8_t *to = ret->p;
	UErrorCode e;

	if (!c)
		return ERR_MEMORY;
	do {
		e = step(c, &from, end, &to);
	} while (e == U_BUFFER_OVERFLOW_ERROR);
	if (U_FAILURE(e)) {
		char bad[16];
		int8_t n = sizeof bad;
		UErrorCode ignored = U_ZERO_ERROR;
		size_t at = (size_t)(from - (const char *)in.p);

		ucnv_getInvalidChars(c, bad, &n, &ignored);
		*ret_bad = n > 0 && (size_t)n <= at ? at - (size_t)n : at;
		return ERR_SYNTAX;
	}
	ret->n = (size_t)(to - ret->p);
	return OK;
}

/* Length of an escape sequence of ISO-2022-JP as mail and Windows use it, 0 for any other. */
static size_t escape_2022(struct slice s, bool *ret_ascii)
{
	static const struct {
		const char *seq;
		bool ascii;
	} known[] = {
	    {"\x1B(B", true},  {"\x1B(J", true},  {"\x1B$@", false},
	    {"\x1B$B", false}, {"\x1B(I", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_starts(s, slice_str(known[i].seq))) {
			*ret_ascii = known[i].ascii;
			return 3;
		}
	return 0;
}

/*
 * RFC 1468: seven bits, and every line begins and ends in ASCII or JIS X 0201 Roman. Returns the
 * offset of the first breach, SIZE_MAX where there is none.
 */
static size_t breach_2022(struct slice in)
{
	bool ascii = true;

	for (size_t i = 0; i < in.n;) {
		uint8_t c = in.p[i];

		if (c == 0x1B) {
			size_t n = escape_2022(slice_from(in, i), &ascii);

			if (!n)
				return i;
			i += n;
			continue;
		}
		if (c >= 0x80 || ((c == '\n' || c == '\r') && !ascii))
			return i;
		i++;
	}
	return ascii ? SIZE_MAX : in.n;
}

/* Offset of the first escape that changes the set to something else than ASCII, or SIZE_MAX. */
static size_t first_shift(struct slice in)
{
	for (size_t at = 0; at < in.n; at++) {
		size_t n = slice_find_byte(slice_from(in, at), 0x1B);
		bool ascii;

		if (n == SIZE_MAX)
			break;
		at += n;
		if (escape_2022(slice_from(in, at), &ascii))
			return at;
	}
	return SIZE_MAX;
}

/*
 * Both sets fit: only half-width katakana and rare characters are in question. EUC-JP has kana in
 * rows of their own (lead bytes A4, A5), and most kanji pairs hold a byte from E0 on.
 */
static bool looks_like_euc(struct slice in)
{
	for (size_t i = 0; i + 1 < in.n; i++) {
		if (in.p[i] < 0x80)
			continue;
		if (in.p[i] == 0xA4 || in.p[i] == 0xA5 || in.p[i] >= 0xE0 || in.p[i + 1] >= 0xE0)
			return true;
		i++;
	}
	return false;
}

/*
 * Offset of the first byte that cannot stand where it does, or SIZE_MAX. ICU is laxer: it gives
 * single bytes that the sets leave open a meaning of their own.
 */
static size_t breach_euc(struct slice in)
{
	for (size_t i = 0; i < in.n;) {
		uint8_t c = in.p[i];

		if (c >= 0x80 && c < 0xA1 && c != 0x8E && c != 0x8F)
			return i;
		i += c < 0x80 ? 1 : c == 0x8F ? 3 : 2;
	}
	return SIZE_MAX;
}

static size_t breach_932(struct slice in)
{
	for (size_t i = 0; i < in.n;) {
		uint8_t c = in.p[i];

		if (c == 0x80 || c == 0xA0 || c > 0xFC)
			return i;
		i += c < 0x80 || (c > 0xA0 && c < 0xE0) ? 1 : 2;
	}
	return SIZE_MAX;
}

/* decode_icu, but what the set itself forbids comes first. */
static enum err decode_strict(struct slice in, enum charset cs, struct charset_text *ret,
			      size_t *ret_bad)
{
	size_t bad = cs == CS_EUCJP ? breach_euc(in) : breach_932(in);
	enum err e = decode_icu(in, cs, ret, ret_bad);

	if (bad == SIZE_MAX || (e != OK && e != ERR_SYNTAX))
		return e;
	*ret_bad = *ret_bad < bad ? *ret_bad : bad;
	return ERR_SYNTAX;
}

static enum err decode_japanese(struct slice in, struct charset_text *ret, struct diag *d)
{
	size_t bad_euc = SIZE_MAX, bad_932 = SIZE_MAX, bad_utf8 = utf8_first_bad(in), best;
	enum err euc = decode_strict(in, CS_EUCJP, ret, &bad_euc), e;
	const char *name = "EUC-JP";

	if (euc != OK && euc != ERR_SYNTAX)
		return euc;
	ret->charset = CS_EUCJP;
	ret->guessed = euc == OK;
	if (euc == OK && looks_like_euc(in))
		return OK;
	e = decode_strict(in, CS_CP932, ret, &bad_932);
	ret->charset = CS_CP932;
	if (e != ERR_SYNTAX)
		return e;
	if (euc == OK) {
		ret->charset = CS_EUCJP;
		ret->guessed = false;
		return decode_strict(in, CS_EUCJP, ret, &bad_euc);
	}
	best = bad_euc;
	if (bad_932 >= best) {
		best = bad_932;
		name = "CP932";
	}
	if (bad_utf8 > best) {
		best = bad_utf8;
		name = "UTF-8";
	}
	return diag_set(d, ERR_SYNTAX, best,
			"the text is in no single character set: as %s it is "
			"broken here",
			name);
}

static enum err decode_utf8(struct slice in, size_t skip, struct charset_text *ret, struct diag *d)
{
	struct slice text = slice_from(in, skip);
	size_t bad = utf8_first_bad(text);

	if (bad != SIZE_MAX)
		return diag_set(d, ERR_SYNTAX, skip + bad,
				"a byte order mark says UTF-8, but this "
				"is not");
	if (text.n)
		memcpy(ret->p, text.p, text.n);
	ret->n = text.n;
	return OK;
}

enum err charset_decode(struct arena *a, struct slice in, struct charset_text *ret, struct diag *d)
{
	size_t shift, bad = SIZE_MAX;
	struct charset_text t = {.charset = CS_UTF8};
	enum err e;

	/* Half-width katakana, one byte, are three in UTF-8: no set grows more. */
	t.p = arena_array(a, in.n + 1, 3);
	if (!t.p)
		return ERR_MEMORY;
	shift = first_shift(in);
	if (slice_starts(in, S("\xEF\xBB\xBF"))) {
		e = decode_utf8(in, 3, &t, d);
	} else if (slice_starts(in, S("\xFF\xFE")) || slice_starts(in, S("\xFE\xFF"))) {
		t.charset = in.p[0] == 0xFF ? CS_UTF16LE : CS_UTF16BE;
		e = decode_utf16(slice_from(in, 2), in.p[0] == 0xFE, &t, d);
	} else if (shift != SIZE_MAX) {
		t.charset = CS_ISO2022JP;
		bad = breach_2022(in);
		e = bad != SIZE_MAX ? ERR_SYNTAX : decode_icu(in, CS_ISO2022JP, &t, &bad);
		if (e == ERR_SYNTAX)
			diag_set(d, e, bad, "the text changes its character set where it may not");
	} else if (utf8_first_bad(in) == SIZE_MAX) {
		e = decode_utf8(in, 0, &t, d);
	} else {
		e = decode_japanese(in, &t, d);
	}
	if (e == OK)
		*ret = t;
	return e;
}

static enum err encode_utf16(struct buf *out, bool big, struct slice s)
{
	buf_put(out, big ? "\xFE\xFF" : "\xFF\xFE", 2);
	while (s.n) {
		uint32_t cp = 0;
		size_t n = utf8_next(s, &cp);
		uint16_t units[2] = {(uint16_t)cp, 0};

		BUG_IF(n == 0);
		if (cp >= 0x10000) {
			units[0] = (uint16_t)(0xD800 + ((cp - 0x10000) >> 10));
			units[1] = (uint16_t)(0xDC00 + ((cp - 0x10000) & 0x3FF));
		}
		for (size_t i = 0; i < (cp >= 0x10000 ? 2 : 1); i++) {
			if (big)
				buf_u16be(out, units[i]);
			else
				buf_u16le(out, units[i]);
		}
		s = slice_from(s, n);
	}
	return buf_err(out);
}

/* Up to 1000 characters of *s as UTF-16 units; *s moves on. */
static size_t take_units(struct slice *s, UChar units[2000])
{
	size_t n = 0;

	for (size_t i = 0; i < 1000 && s->n; i++) {
		uint32_t cp = 0;
		size_t len = utf8_next(*s, &cp);

		BUG_IF(len == 0);
		if (cp >= 0x10000) {
			units[n++] = (UChar)(0xD800 + ((cp - 0x10000) >> 10));
			units[n++] = (UChar)(0xDC00 + ((cp - 0x10000) & 0x3FF));
		} else {
			units[n++] = (UChar)cp;
		}
		*s = slice_from(*s, len);
	}
	return n;
}

static enum err encode_icu(struct buf *out, enum charset cs, struct slice s, size_t *ret_offset)
{
	AUTO_CONVERTER c = converter_open(cs);
	size_t all = s.n;
	UChar units[2000];

	if (!c)
		return ERR_MEMORY;
	do {
		size_t begun = all - s.n, n = take_units(&s, units);
		const UChar *from = units, *end = units + n;
		UErrorCode e;

		do {
			char bytes[4096], *to = bytes;

			e = U_ZERO_ERROR;
			ucnv_fromUnicode(c, &to, bytes + sizeof bytes, &from, end, NULL, s.n == 0,
					 &e);
			buf_put(out, bytes, (size_t)(to - bytes));
		} while (e == U_BUFFER_OVERFLOW_ERROR);
		if (U_FAILURE(e)) {
			*ret_offset = begun;
			return ERR_UNSUPPORTED;
		}
	} while (s.n);
	return buf_err(out);
}

enum err charset_encode(struct buf *out, enum charset cs, struct slice utf8, size_t *ret_offset)
{
	if (cs == CS_UTF8) {
		buf_slice(out, utf8);
		return buf_err(out);
	}
	if (cs == CS_UTF16LE || cs == CS_UTF16BE)
		return encode_utf16(out, cs == CS_UTF16BE, utf8);
	return encode_icu(out, cs, utf8, ret_offset);
}
