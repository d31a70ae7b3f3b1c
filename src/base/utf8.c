#include "base/utf8.h"

size_t utf8_next(struct slice s, uint32_t *ret_cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len;
	uint32_t cp;

	if (s.n == 0)
		return 0;
	if (s.p[0] < 0x80) {
		*ret_cp = s.p[0];
		return 1;
	}
	if (s.p[0] >= 0xF0)
		len = 4, cp = s.p[0] & 0x07u;
	else if (s.p[0] >= 0xE0)
		len = 3, cp = s.p[0] & 0x0Fu;
	else
		len = 2, cp = s.p[0] & 0x1Fu;
	if (s.p[0] < 0xC2 || s.p[0] > 0xF4 || len > s.n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s.p[i] & 0xC0) != 0x80)
			return 0;
		cp = cp << 6 | (s.p[i] & 0x3Fu);
	}
	if (cp < least[len] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	*ret_cp = cp;
	return len;
}

size_t utf8_first_bad(struct slice s)
{
	size_t at = 0, len;
	uint32_t cp;

	while (at < s.n) {
		if (s.p[at] < 0x80) {
			at++;
			continue;
		}
		len = utf8_next(slice_from(s, at), &cp);
		if (len == 0)
			return at;
		at += len;
	}
	return SIZE_MAX;
}

size_t utf8_count(struct slice s)
{
	size_t count = 0, len;
	uint32_t cp;

	for (; s.n; s = slice_from(s, len), count++) {
		len = utf8_next(s, &cp);
		if (len == 0)
			len = 1;
	}
	return count;
}

void utf8_put(struct buf *b, uint32_t cp)
{
	BUG_IF(cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF));
	if (cp < 0x80) {
		buf_byte(b, (uint8_t)cp);
	} else if (cp < 0x800) {
		buf_byte(b, (uint8_t)(0xC0 | cp >> 6));
		buf_byte(b, (uint8_t)(0x80 | (cp & 0x3F)));
	} else if (cp < 0x10000) {
		buf_byte(b, (uint8_t)(0xE0 | cp >> 12));
		buf_byte(b, (uint8_t)(0x80 | (cp >> 6 & 0x3F)));
		buf_byte(b, (uint8_t)(0x80 | (cp & 0x3F)));
	} else {
		buf_byte(b, (uint8_t)(0xF0 | cp >> 18));
		buf_byte(b, (uint8_t)(0x80 | (cp >> 12 & 0x3F)));
		buf_byte(b, (uint8_t)(0x80 | (cp >> 6 & 0x3F)));
		buf_byte(b, (uint8_t)(0x80 | (cp & 0x3F)));
	}
}

bool utf8_is_invisible(uint32_t cp)
{
	static const uint32_t ranges[][2] = {
	    {0x034F, 0x034F}, {0x061C, 0x061C},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
	    {0x180E, 0x180E}, {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x206F},
	    {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
	    {0xFFF9, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (cp >= ranges[i][0] && cp <= ranges[i][1])
			return true;
	return (cp & 0xFFFE) == 0xFFFE;
}

bool utf8_is_bidi(uint32_t cp)
{
	return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

bool utf8_is_selector(uint32_t cp)
{
	return (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF);
}

static bool is_joiner(uint32_t cp)
{
	return cp == 0x061C || (cp >= 0x200B && cp <= 0x200F);
}

bool utf8_hides_text(uint32_t cp, uint32_t before)
{
	if (cp < 0x034F || (cp > 0x3164 && cp < 0xFDD0))
		return false;
	if (utf8_is_selector(cp))
		return before <= 0x20 || before == 0x3000 || utf8_is_selector(before) ||
		       is_joiner(before);
	return is_joiner(cp) ? is_joiner(before) : utf8_is_invisible(cp);
}
