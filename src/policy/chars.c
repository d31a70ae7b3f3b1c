#include "policy/chars.h"

#include "base/buf.h"
#include "base/utf8.h"

struct range {
	uint32_t lo, hi;
};

static bool in_ranges(uint32_t cp, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= r[i].lo && cp <= r[i].hi)
			return true;
	return false;
}

bool policy_is_word(uint32_t cp)
{
	static const struct range japanese[] = {
	    {0x3005, 0x3007}, /* 々〆〇 */
	    {0x3041, 0x3096}, /* hiragana */
	    {0x30A1, 0x30FA}, /* katakana */
	    {0x30FC, 0x30FE}, /* ー and iteration marks */
	    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
	    {0x20000, 0x2F7FF}, /* not those that NFKC replaces */
	};

	if (cp < 0x80)
		return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
		       (cp >= '0' && cp <= '9') || cp == '-' || cp == '_';
	return in_ranges(cp, japanese, ARRAY_LEN(japanese));
}

struct pair {
	uint32_t from, to;
};

/* Characters outside the language that print like one inside (Unicode confusables, the common
 * ones). */
static const struct pair confusable[] = {
    {0x00A0, ' '},  {0x00AD, '-'}, {0x00D7, 'x'}, {0x0131, 'i'}, {0x0251, 'a'}, {0x0391, 'A'},
    {0x0392, 'B'},  {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'}, {0x039A, 'K'},
    {0x039C, 'M'},  {0x039D, 'N'}, {0x039F, 'O'}, {0x03A1, 'P'}, {0x03A4, 'T'}, {0x03A5, 'Y'},
    {0x03A7, 'X'},  {0x03B1, 'a'}, {0x03B9, 'i'}, {0x03BD, 'v'}, {0x03BF, 'o'}, {0x03C1, 'p'},
    {0x03C5, 'u'},  {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'},
    {0x0415, 'E'},  {0x041A, 'K'}, {0x041C, 'M'}, {0x041D, 'H'}, {0x041E, 'O'}, {0x0420, 'P'},
    {0x0421, 'C'},  {0x0422, 'T'}, {0x0425, 'X'}, {0x0430, 'a'}, {0x0435, 'e'}, {0x043E, 'o'},
    {0x0440, 'p'},  {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'},
    {0x0458, 'j'},  {0x04BB, 'h'}, {0x0501, 'd'}, {0x051B, 'q'}, {0x051D, 'w'}, {0x2010, '-'},
    {0x2011, '-'},  {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2015, '-'}, {0x2018, '\''},
    {0x2019, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x2044, '/'}, {0x2192, '>'}, {0x2212, '-'},
    {0x2264, '<'},  {0x2265, '>'}, {0x2500, '-'}, {0x3000, ' '}, {0x3001, ','}, {0x300C, '"'},
    {0x300D, '"'},  {0xFFE3, '-'},
};

/* Japanese letters of different scripts that print alike: either may stand in a name, not both. */
static const struct pair kana[] = {
    {0x529B, 0x30AB}, /* 力 カ */ {0x53E3, 0x30ED}, /* 口 ロ */ {0x4E8C, 0x30CB}, /* 二 ニ */
    {0x5DE5, 0x30A8}, /* 工 エ */ {0x4E00, 0x30FC}, /* 一 ー */ {0x535C, 0x30C8}, /* 卜 ト */
    {0x516B, 0x30CF}, /* 八 ハ */ {0x5915, 0x30BF}, /* 夕 タ */ {0x3078, 0x30D8}, /* へ ヘ */
    {0x3079, 0x30D9}, /* べ ベ */ {0x307A, 0x30DA}, /* ぺ ペ */ {0x308A, 0x30EA}, /* り リ */
    {0x4E09, 0x30DF}, /* 三 ミ */ {0x5343, 0x30C1}, /* 千 チ */ {0x56D7, 0x30ED}, /* 囗 ロ */
    {0x3007, 'O'},                                                                /* 〇 */
};

static uint32_t find(const struct pair *t, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].from == cp)
			return t[i].to;
	return 0;
}

uint32_t policy_lookalike(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width ASCII */
		return cp - 0xFEE0;
	if (cp >= 0x2000 && cp <= 0x200A)
		return ' ';
	return find(confusable, ARRAY_LEN(confusable), cp);
}

struct slice policy_skeleton(struct arena *a, struct slice name)
{
	AUTO_BUF b;
	uint32_t cp, other;

	buf_init(&b, name.n * 4 + 4);
	for (size_t i = 0, n; i < name.n && (n = utf8_next(slice_from(name, i), &cp)); i += n) {
		other = find(kana, ARRAY_LEN(kana), cp);
		if (!other)
			other = policy_lookalike(cp);
		if (!other)
			other = cp == '0'                ? 'O'
				: cp == '1' || cp == 'I' ? 'l'
				: cp == '_'              ? '-'
							 : cp;
		utf8_put(&b, other);
	}
	if (buf_err(&b))
		return (struct slice){0};
	return arena_copy(a, buf_view(&b));
}

unsigned policy_width(uint32_t cp)
{
	static const struct range wide[] = {
	    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF}, {0x3400, 0x4DBF},
	    {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
	    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
	    {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
	};
	static const struct range none[] = {
	    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2069},
	    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
	};

	if (in_ranges(cp, none, ARRAY_LEN(none)))
		return 0;
	return in_ranges(cp, wide, ARRAY_LEN(wide)) ? 2 : 1;
}
