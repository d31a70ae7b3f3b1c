#include "format/pdf_lex.h"

#include <stdio.h>

static bool is_blank(uint8_t c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool is_delimiter(uint8_t c)
{
	return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' ||
	       c == '}' || c == '/' || c == '%';
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int peek(const struct pdf_lexer *l, size_t ahead)
{
	return l->at + ahead < l->in.n ? l->in.p[l->at + ahead] : -1;
}

static void skip_blanks(struct pdf_lexer *l)
{
	bool comment = false;

	for (int c; (c = peek(l, 0)) >= 0; l->at++) {
		if (comment)
			comment = c != '\n' && c != '\r';
		else if (c == '%')
			comment = true;
		else if (!is_blank((uint8_t)c))
			return;
	}
}

static enum pdf_token done(struct pdf_lexer *l, enum pdf_token t)
{
	l->text = buf_view(l->scratch);
	return buf_err(l->scratch) ? PDF_TOKEN_BAD : t;
}

static enum pdf_token name(struct pdf_lexer *l)
{
	l->at++;
	for (int c; (c = peek(l, 0)) >= 0 && !is_blank((uint8_t)c) && !is_delimiter((uint8_t)c);) {
		int hi = c == '#' && peek(l, 1) >= 0 ? hex_value((uint8_t)peek(l, 1)) : -1;
		int lo = hi >= 0 && peek(l, 2) >= 0 ? hex_value((uint8_t)peek(l, 2)) : -1;

		buf_byte(l->scratch, (uint8_t)(lo >= 0 ? hi << 4 | lo : c));
		l->at += lo >= 0 ? 3 : 1;
	}
	return done(l, PDF_TOKEN_NAME);
}

static enum pdf_token hex_string(struct pdf_lexer *l)
{
	int half = -1;

	for (l->at++; peek(l, 0) >= 0; l->at++) {
		int c = peek(l, 0), v = hex_value((uint8_t)c);

		if (c == '>') {
			l->at++;
			if (half >= 0)
				buf_byte(l->scratch, (uint8_t)(half << 4));
			return done(l, PDF_TOKEN_STRING);
		}
		if (is_blank((uint8_t)c))
			continue;
		if (v < 0)
			return PDF_TOKEN_BAD;
		if (half >= 0)
			buf_byte(l->scratch, (uint8_t)(half << 4 | v));
		half = half >= 0 ? -1 : v;
	}
	return PDF_TOKEN_BAD;
}

/* What a backslash and the character behind it stand for; moves behind them. */
static void escape(struct pdf_lexer *l)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	int c = peek(l, 0);
	const char *known = c > 0 ? strchr(from, c) : NULL;
	unsigned octal = 0;
	size_t n = 0;

	while (n < 3 && peek(l, n) >= '0' && peek(l, n) <= '7')
		octal = octal << 3 | (unsigned)(peek(l, n++) - '0');
	if (n) {
		buf_byte(l->scratch, (uint8_t)octal);
		l->at += n;
		return;
	}
	l->at++;
	if (c == '\r' && peek(l, 0) == '\n')
		l->at++;
	if (c >= 0 && c != '\n' && c != '\r')
		buf_byte(l->scratch, (uint8_t)(known ? to[known - from] : c));
}

static enum pdf_token string(struct pdf_lexer *l)
{
	unsigned depth = 1;

	l->at++;
	for (int c; (c = peek(l, 0)) >= 0;) {
		l->at++;
		if (c == '\\') {
			escape(l);
			continue;
		}
		if (c == '\r') { /* any line end is LF */
			if (peek(l, 0) == '\n')
				l->at++;
			c = '\n';
		}
		depth += c == '(';
		depth -= c == ')';
		if (depth == 0)
			return done(l, PDF_TOKEN_STRING);
		buf_byte(l->scratch, (uint8_t)c);
	}
	return PDF_TOKEN_BAD;
}

bool pdf_number(struct slice s, int64_t *ret)
{
	bool minus = s.n && s.p[0] == '-', dot = false;
	int64_t v = 0, unit = PDF_ONE;
	size_t digits = 0;

	for (size_t i = minus || (s.n && s.p[0] == '+'); i < s.n; i++) {
		int64_t d = s.p[i] - '0';

		if (s.p[i] == '.' && !dot) {
			dot = true;
			continue;
		}
		if (d < 0 || d > 9)
			return false;
		digits++;
		if (!dot) {
			v = v >= PDF_NUMBER_MAX / 10 ? PDF_NUMBER_MAX : v * 10 + d * PDF_ONE;
		} else if (unit >= 10) {
			unit /= 10;
			v += d * unit;
		} else if (unit == 1) { /* the first digit that is not kept rounds */
			unit = 0;
			v += d >= 5;
		}
	}
	if (v > PDF_NUMBER_MAX)
		v = PDF_NUMBER_MAX;
	if (digits)
		*ret = minus ? -v : v;
	return digits > 0;
}

void pdf_put_number(struct buf *out, int64_t v)
{
	char text[32];
	int n;

	if (v < 0) {
		buf_byte(out, '-');
		v = -v;
	}
	n = snprintf(text, sizeof text, "%lld.%05lld", (long long)(v / PDF_ONE),
		     (long long)(v % PDF_ONE));
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	buf_put(out, text, (size_t)n);
}

void pdf_put_string(struct buf *out, struct slice s)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_byte(out, '<');
	for (size_t i = 0; i < s.n; i++) {
		buf_byte(out, (uint8_t)digits[s.p[i] >> 4]);
		buf_byte(out, (uint8_t)digits[s.p[i] & 15]);
	}
	buf_byte(out, '>');
}

static enum pdf_token regular(struct pdf_lexer *l)
{
	while (peek(l, 0) >= 0 && !is_blank((uint8_t)peek(l, 0)) &&
	       !is_delimiter((uint8_t)peek(l, 0)))
		buf_byte(l->scratch, l->in.p[l->at++]);
	if (pdf_number(buf_view(l->scratch), &l->number))
		return done(l, PDF_TOKEN_NUMBER);
	return done(l, PDF_TOKEN_WORD);
}

enum pdf_token pdf_next(struct pdf_lexer *l)
{
	int c;

	l->scratch->n = 0;
	skip_blanks(l);
	c = peek(l, 0);
	if (c < 0)
		return PDF_TOKEN_END;
	if (c == '/')
		return name(l);
	if (c == '(')
		return string(l);
	if ((c == '<' || c == '>') && peek(l, 1) == c) {
		l->at += 2;
		return c == '<' ? PDF_TOKEN_DICT : PDF_TOKEN_DICT_END;
	}
	if (c == '<')
		return hex_string(l);
	if (c == '[' || c == ']') {
		l->at++;
		return c == '[' ? PDF_TOKEN_ARRAY : PDF_TOKEN_ARRAY_END;
	}
	if (is_delimiter((uint8_t)c))
		return PDF_TOKEN_BAD;
	return regular(l);
}
