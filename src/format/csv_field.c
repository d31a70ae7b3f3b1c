#include "format/csv_field.h"

#include "base/utf8.h"

#define UNIT_MAX 8 /* characters */

/*
 * The ASCII form of a full-width or small character and of the minus sign, which some tables of
 * EUC-JP and ISO-2022-JP take for the full-width hyphen; other characters as they are.
 */
static uint32_t narrow(uint32_t cp)
{
	static const uint16_t others[][2] = {
	    {0x2212, '-'}, {0xFE62, '+'}, {0xFE63, '-'}, {0xFE66, '='}, {0xFE6B, '@'},
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (cp == others[i][0])
			return others[i][1];
	return cp >= 0xFF01 && cp <= 0xFF5E ? cp - 0xFEE0 : cp == 0xFFE5 ? 0xA5 : cp;
}

/* The next character in its narrow form; 0 at the end. */
static uint32_t peek(struct slice s)
{
	uint32_t cp = 0;

	return utf8_next(s, &cp) ? narrow(cp) : 0;
}

static void skip(struct slice *s)
{
	uint32_t cp;

	*s = slice_from(*s, utf8_next(*s, &cp));
}

static bool take(struct slice *s, uint32_t want)
{
	if (peek(*s) != want)
		return false;
	skip(s);
	return true;
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == 0xA0 || c == 0x1680 || c == 0x202F ||
	       c == 0x205F || c == 0x3000 || (c >= 0x2000 && c <= 0x200A);
}

static bool take_digits(struct slice *s, size_t *ret_n)
{
	*ret_n = 0;
	while (is_digit(peek(*s))) {
		skip(s);
		++*ret_n;
	}
	return *ret_n > 0;
}

/* 1234 or 1,234,567 */
static bool take_integer(struct slice *s)
{
	size_t n;

	if (!take_digits(s, &n))
		return false;
	if (peek(*s) != ',')
		return true;
	if (n > 3)
		return false;
	while (take(s, ','))
		if (!take_digits(s, &n) || n != 3)
			return false;
	return true;
}

/* What people write behind an amount: -5℃, -3人, -12㎡. Without an operator nothing is computed. */
static bool is_unit(struct slice s)
{
	uint32_t cp = 0;

	for (size_t i = 0; s.n; i++) {
		size_t n = utf8_next(s, &cp);

		if (i == UNIT_MAX || !((cp >= 0x3041 && cp <= 0x3096) || /* hiragana */
				       (cp >= 0x30A1 && cp <= 0x30FA) || /* katakana */
				       (cp >= 0x4E00 && cp <= 0x9FFF) || /* kanji */
				       (cp >= 0x3300 && cp <= 0x33FF) || /* squared units */
				       cp == 0x2103))                    /* ℃ */
			return false;
		s = slice_from(s, n);
	}
	return true;
}

static bool is_number(struct slice s)
{
	size_t n;

	if (!take(&s, '+') && !take(&s, '-'))
		return false;
	if (!take(&s, 0xA5))
		(void)take(&s, '\\'); /* the yen sign of CP932 */
	if (peek(s) != '.' && !take_integer(&s))
		return false;
	if (take(&s, '.') && !take_digits(&s, &n))
		return false;
	if (take(&s, 'e') || take(&s, 'E')) {
		if (!take(&s, '+'))
			(void)take(&s, '-');
		if (!take_digits(&s, &n))
			return false;
	}
	(void)take(&s, '%');
	return is_unit(s);
}

static bool is_telephone(struct slice s)
{
	size_t digits = 0;
	uint32_t before = '+';

	if (!take(&s, '+'))
		return false;
	for (; s.n; skip(&s)) {
		uint32_t c = peek(s);

		if (is_digit(c))
			digits++;
		else if ((c != ' ' && c != '-' && c != '(' && c != ')') || c == before)
			return false;
		before = c;
	}
	return digits >= 7 && digits <= 20 && is_digit(before);
}

static bool is_dash(struct slice s)
{
	uint32_t first = peek(s);

	if (first != '-' && first != '+')
		return false;
	while (take(&s, first))
		;
	return s.n == 0;
}

/* Without the blanks at its end. */
static struct slice trim_end(struct slice s)
{
	size_t end = 0;
	uint32_t cp = 0;

	for (size_t i = 0, n; i < s.n && (n = utf8_next(slice_from(s, i), &cp)); i += n)
		end = is_blank(cp) ? end : i + n;
	return slice_head(s, end);
}

static bool is_formula(struct slice s)
{
	uint32_t c = peek(s);

	while (is_blank(c) || c == '"') {
		skip(&s);
		c = peek(s);
	}
	if (c != '=' && c != '+' && c != '-' && c != '@')
		return false;
	s = trim_end(s);
	return !is_number(s) && !is_telephone(s) && !is_dash(s);
}

bool csv_field_disarm(struct slice field, bool tsv, struct buf *out)
{
	bool found = false;

	for (;;) {
		size_t n = 0;
		struct slice piece;

		while (n < field.n && field.p[n] != ';' && field.p[n] != '\t' &&
		       !(tsv && field.p[n] == ','))
			n++;
		piece = slice_head(field, n);
		if (is_formula(piece)) {
			found = true;
			buf_byte(out, '\'');
		}
		buf_slice(out, piece);
		if (n == field.n)
			return found;
		buf_byte(out, field.p[n]);
		field = slice_from(field, n + 1);
	}
}
