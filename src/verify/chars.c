#include "verify/chars.h"

#include "base/utf8.h"

#define LETTER 0x4E00u /* kana and kanji */
#define OTHER 0x25A0u

/* JIS X 0208 codes of the characters that can begin or make up a number or formula. */
static uint32_t from_jis(uint32_t jis)
{
	static const uint16_t known[][2] = {
	    {0x2121, 0x3000}, {0x2124, 0xFF0C}, {0x2125, 0xFF0E}, {0x2140, 0xFF3C},
	    {0x214A, 0xFF08}, {0x214B, 0xFF09}, {0x215C, 0xFF0B}, {0x215D, 0xFF0D},
	    {0x2161, 0xFF1D}, {0x216F, 0xFFE5}, {0x2173, 0xFF05}, {0x2177, 0xFF20},
	    {0x2345, 0xFF25}, {0x2365, 0xFF45}, {0x315F, 0x5186}, {0x7C7E, 0xFF02},
	    {0x216E, 0x2103},
	};

	if (jis >= 0x2330 && jis <= 0x2339)
		return 0xFF10 + jis - 0x2330;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i][0] == jis)
			return known[i][1];
	if ((jis >= 0x2421 && jis <= 0x2576) || (jis >= 0x3021 && jis <= 0x7C6E))
		return LETTER;
	/* Squared units (row 13 of CP932). */
	return jis >= 0x2D40 && jis <= 0x2D56 ? 0x3300 : OTHER;
}

struct chars chars_of(struct slice in, enum chars_set set)
{
	struct chars c = {.in = in, .set = set, .shift = 'B'};

	if (set == CHARS_UTF16LE || set == CHARS_UTF16BE) {
		c.bad = !slice_starts(in, set == CHARS_UTF16LE ? S("\xFF\xFE") : S("\xFE\xFF"));
		c.at = c.bad ? 0 : 2;
	}
	return c;
}

static bool broken(struct chars *c)
{
	c->bad = true;
	return false;
}

/* Two variation selectors in a row select nothing: they are hidden data. */
static bool take(struct chars *c, size_t n, uint32_t cp, uint32_t *ret)
{
	bool selector = (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF);

	if (selector && c->after_selector)
		return broken(c);
	c->after_selector = selector;
	c->at += n;
	*ret = cp;
	return true;
}

static bool next_utf16(struct chars *c, struct slice s, uint32_t *ret)
{
	size_t hi = c->set == CHARS_UTF16LE ? 1 : 0, lo = 1 - hi;
	uint32_t a, b;

	if (s.n < 2)
		return broken(c);
	a = (uint32_t)s.p[hi] << 8 | s.p[lo];
	if (a < 0xD800 || a > 0xDFFF)
		return take(c, 2, a, ret);
	if (a > 0xDBFF || s.n < 4)
		return broken(c);
	b = (uint32_t)s.p[2 + hi] << 8 | s.p[2 + lo];
	if (b < 0xDC00 || b > 0xDFFF)
		return broken(c);
	return take(c, 4, 0x10000 + ((a - 0xD800) << 10) + (b - 0xDC00), ret);
}

static bool next_cp932(struct chars *c, struct slice s, uint32_t *ret)
{
	uint32_t a = s.p[0], b, row, cell;

	if (a < 0x80)
		return take(c, 1, a, ret);
	if (a >= 0xA1 && a <= 0xDF)
		return take(c, 1, 0xFF61 + a - 0xA1, ret);
	b = s.n > 1 ? s.p[1] : 0;
	if (a == 0x80 || a == 0xA0 || a > 0xFC || b < 0x40 || b == 0x7F || b > 0xFC)
		return broken(c);
	if (a == 0xFA && b == 0x57)
		return take(c, 2, 0xFF02, ret);
	row = (a - (a < 0xA0 ? 0x81 : 0xC1)) * 2 + (b >= 0x9F ? 2 : 1);
	cell = b >= 0x9F ? b - 0x9E : b - 0x3F - (b > 0x7F ? 1 : 0);
	if (row > 94) /* the user's own characters, then kanji of IBM */
		return take(c, 2, (a << 8 | b) >= 0xFA5C ? LETTER : OTHER, ret);
	return take(c, 2, from_jis((row + 0x20) << 8 | (cell + 0x20)), ret);
}

static bool next_euc(struct chars *c, struct slice s, uint32_t *ret)
{
	uint32_t a = s.p[0], b = s.n > 1 ? s.p[1] : 0, d = s.n > 2 ? s.p[2] : 0;

	if (a < 0x80)
		return take(c, 1, a, ret);
	if (a == 0x8E && b >= 0xA1 && b <= 0xDF)
		return take(c, 2, 0xFF61 + b - 0xA1, ret);
	if (a == 0x8F && b >= 0xA1 && b <= 0xFE && d >= 0xA1 && d <= 0xFE)
		return take(c, 3, b >= 0xB0 ? LETTER : OTHER, ret);
	if (a < 0xA1 || a > 0xFE || b < 0xA1 || b > 0xFE)
		return broken(c);
	return take(c, 2, from_jis((a & 0x7F) << 8 | (b & 0x7F)), ret);
}

/* The set an escape at s switches to, 0 where it is none of the known. */
static uint8_t shift_to(struct slice s)
{
	if (s.n < 3)
		return 0;
	if (s.p[1] == '(' && (s.p[2] == 'B' || s.p[2] == 'J' || s.p[2] == 'I'))
		return s.p[2];
	return s.p[1] == '$' && (s.p[2] == 'B' || s.p[2] == '@') ? '$' : 0;
}

static bool next_2022(struct chars *c, struct slice s, uint32_t *ret)
{
	uint32_t a, b;

	if (s.p[0] == 0x1B) {
		uint8_t to = shift_to(s);

		/* One escape, to another set than before, and then a character. */
		if (!to || to == c->shift || s.n < 4 || s.p[3] == 0x1B)
			return broken(c);
		c->shift = to;
		c->at += 3;
		s = slice_from(s, 3);
	}
	a = s.p[0];
	if (a >= 0x80 || (c->shift != 'B' && c->shift != 'J' && (a < 0x21 || a > 0x7E)))
		return broken(c);
	if (c->shift == 'I')
		return a <= 0x5F ? take(c, 1, 0xFF61 + a - 0x21, ret) : broken(c);
	if (c->shift == 'J' && (a == 0x5C || a == 0x7E))
		return take(c, 1, a == 0x5C ? 0xA5 : 0x203E, ret);
	if (c->shift != '$')
		return take(c, 1, a, ret);
	b = s.n > 1 ? s.p[1] : 0;
	if (b < 0x21 || b > 0x7E)
		return broken(c);
	return take(c, 2, from_jis(a << 8 | b), ret);
}

bool chars_next(struct chars *c, uint32_t *ret)
{
	struct slice s = slice_from(c->in, c->at);
	uint32_t cp = 0;
	size_t n;

	if (c->bad || s.n == 0)
		return false;
	switch (c->set) {
	case CHARS_UTF8:
		n = utf8_next(s, &cp);
		return n ? take(c, n, cp, ret) : broken(c);
	case CHARS_UTF16LE:
	case CHARS_UTF16BE:
		return next_utf16(c, s, ret);
	case CHARS_ISO2022JP:
		/* The escape back to ASCII that ends a text has no character behind it. */
		if (s.n == 3 && s.p[0] == 0x1B && shift_to(s) == 'B' && c->shift != 'B') {
			c->shift = 'B';
			c->at += 3;
			return false;
		}
		return next_2022(c, s, ret);
	case CHARS_EUCJP:
		return next_euc(c, s, ret);
	case CHARS_CP932:
		return next_cp932(c, s, ret);
	}
	return broken(c);
}

bool chars_line_may_end(const struct chars *c)
{
	return c->shift == 'B' || c->shift == 'J';
}

bool chars_done(const struct chars *c)
{
	return !c->bad && c->at == c->in.n && c->shift == 'B';
}

bool chars_forbidden(uint32_t cp)
{
	static const uint32_t ranges[][2] = {
	    {0x00, 0x08},     {0x0B, 0x0C},       {0x0E, 0x1F},       {0x7F, 0x9F},
	    {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},
	    {0x180E, 0x180E}, {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
	    {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
	    {0xFFF9, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (cp >= ranges[i][0] && cp <= ranges[i][1])
			return true;
	return (cp & 0xFFFE) == 0xFFFE;
}
