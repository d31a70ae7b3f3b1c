#include "format/csv_field.h"

#include "base/utf8.h"

/* The ASCII form of a full-width character, other characters as they are. */
static uint32_t narrow(uint32_t cp)
{
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
	return c == ' ' || c == '\t' || c == '\n' || c == 0xA0 || c == 0x3000;
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

static bool is_number(struct slice s)
{
	size_t n;

	if (!take(&s, '+') && !take(&s, '-'))
		return false;
	if (!take(&s, 0xA5))
		(void)take(&s, '\\'); /* the yen sign of CP932 */
	if (!take_integer(&s))
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
	(void)take(&s, 0x5186); /* 円 */
	return s.n == 0;
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

static bool is_formula(struct slice s)
{
	uint32_t c = peek(s);

	while (is_blank(c) || c == '"') {
		skip(&s);
		c = peek(s);
	}
	if (c != '=' && c != '+' && c != '-' && c != '@')
		return false;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
		s.n--;
	return !is_number(s) && !is_telephone(s) && !is_dash(s);
}

bool csv_field_disarm(struct slice field, struct buf *out)
{
	bool found = false;

	for (;;) {
		size_t n = 0;
		struct slice piece;

		while (n < field.n && field.p[n] != ';' && field.p[n] != '\t')
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
