#include "policy/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/utf8.h"
#include "policy/chars.h"

enum err policy_fault(struct diag *d, enum err e, struct slice text, size_t offset, const char *fmt,
		      ...)
{
	size_t start = 0;
	unsigned line = 1;
	va_list ap;

	if (!d)
		return e;
	if (offset > text.n)
		offset = text.n;
	for (size_t i = 0; i < offset; i++)
		if (text.p[i] == '\n') {
			start = i + 1;
			line++;
		}
	d->offset = offset;
	d->line = line;
	d->column = (unsigned)utf8_count(slice_of(text.p + start, offset - start)) + 1;
	d->part[0] = 0;
	va_start(ap, fmt);
	vsnprintf(d->text, sizeof d->text, fmt, ap);
	va_end(ap);
	return e;
}

enum err policy_lex_start(struct lexer *lx, struct slice text, struct diag *d)
{
	size_t bad, n;
	uint32_t cp;

	if (text.n > POLICY_TEXT_MAX)
		return policy_fault(d, ERR_LIMIT, text, 0, "the text is larger than %u bytes",
				    POLICY_TEXT_MAX);
	bad = utf8_first_bad(text);
	if (bad != SIZE_MAX)
		return policy_fault(d, ERR_SYNTAX, text, bad, "this byte is not UTF-8");
	*lx = (struct lexer){.text = text, .line = 1, .d = d};
	if (slice_starts(text, S("\xEF\xBB\xBF"))) /* the mark that some editors put first */
		lx->at = lx->line_start = 3;
	for (size_t i = lx->at; i < text.n; i += n) {
		n = utf8_next(slice_from(text, i), &cp);
		if (cp == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
			continue;
		if ((cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7F && cp < 0xA0))
			return policy_fault(d, ERR_SYNTAX, text, i, "control character U+%04X",
					    (unsigned)cp);
		if (utf8_is_invisible(cp))
			return policy_fault(d, ERR_SYNTAX, text, i,
					    "U+%04X hides or reorders text; remove it",
					    (unsigned)cp);
	}
	return OK;
}

/* Moves over blanks, line ends and comments. */
static void skip(struct lexer *lx)
{
	while (lx->at < lx->text.n) {
		uint8_t c = lx->text.p[lx->at];

		if (c == '#') {
			while (lx->at < lx->text.n && lx->text.p[lx->at] != '\n')
				lx->at++;
		} else if (c == '\n') {
			lx->line++;
			lx->line_start = ++lx->at;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			lx->at++;
		} else {
			return;
		}
	}
}

static enum err string(struct lexer *lx, struct token *ret)
{
	size_t from = lx->at + 1, to = from;

	while (to < lx->text.n && lx->text.p[to] != '"' && lx->text.p[to] != '\n')
		to++;
	if (to == lx->text.n || lx->text.p[to] != '"')
		return policy_fault(lx->d, ERR_SYNTAX, lx->text, lx->at,
				    "this text has no closing \" on its line");
	ret->kind = TOK_STRING;
	ret->text = slice_of(lx->text.p + from, to - from);
	lx->at = to + 1;
	return OK;
}

static enum err refuse(const struct lexer *lx, uint32_t cp, size_t n)
{
	uint32_t plain = policy_lookalike(cp);
	struct slice ch = slice_of(lx->text.p + lx->at, n);

	if (plain == ' ')
		return policy_fault(lx->d, ERR_SYNTAX, lx->text, lx->at,
				    "U+%04X looks like a blank; write an ordinary blank",
				    (unsigned)cp);
	if (plain)
		return policy_fault(lx->d, ERR_SYNTAX, lx->text, lx->at,
				    "'%.*s' (U+%04X) looks like '%c'; write '%s'", (int)ch.n,
				    (const char *)ch.p, (unsigned)cp, (char)plain,
				    cp == 0x2192 ? "->" : (char[]){(char)plain, 0});
	return policy_fault(lx->d, ERR_SYNTAX, lx->text, lx->at,
			    "'%.*s' (U+%04X) has no place outside a text in quotes", (int)ch.n,
			    (const char *)ch.p, (unsigned)cp);
}

/* Bytes of the word at the lexer's place; the arrow's '-' ends it. 0 where no word begins. */
static size_t word_length(const struct lexer *lx)
{
	size_t at = lx->at, n;
	uint32_t cp;

	while ((n = utf8_next(slice_from(lx->text, at), &cp)) && policy_is_word(cp)) {
		if (cp == '-' && at + 1 < lx->text.n && lx->text.p[at + 1] == '>')
			break;
		at += n;
	}
	return at - lx->at;
}

enum err policy_lex_next(struct lexer *lx, struct token *ret)
{
	static const char *const signs[] = {"->", "<=", ">=", "!=", "=", "<", ">",
					    ",",  "(",  ")",  ".",  ":", "/"};
	struct slice rest;
	uint32_t cp;
	size_t n;

	skip(lx);
	*ret = (struct token){.at = {lx->at, lx->line}, .starts = lx->at == lx->line_start};
	rest = slice_from(lx->text, lx->at);
	if (!rest.n) {
		ret->starts = true;
		return OK;
	}
	if (rest.p[0] == '"')
		return string(lx, ret);
	n = word_length(lx);
	if (n) {
		/* A look-alike right behind a word is part of what the writer means. */
		size_t word = lx->at;

		lx->at += n;
		rest = slice_from(lx->text, lx->at);
		n = utf8_next(rest, &cp);
		if (n && cp >= 0x80 && cp != 0x3000 && cp != 0x2192)
			return refuse(lx, cp, n);
		ret->kind = TOK_WORD;
		ret->text = slice_of(lx->text.p + word, lx->at - word);
		return OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (slice_starts(rest, slice_str(signs[i]))) {
			ret->kind = TOK_SIGN;
			ret->text = slice_head(rest, strlen(signs[i]));
			lx->at += ret->text.n;
			return OK;
		}
	n = utf8_next(rest, &cp);
	return refuse(lx, cp, n);
}

void policy_lex_raw(struct lexer *lx, struct token *t)
{
	size_t at = t->at.offset;

	while (at < lx->text.n && !memchr(" \t\r\n,\"#", lx->text.p[at], 8))
		at++;
	t->kind = TOK_WORD;
	t->text = slice_of(lx->text.p + t->at.offset, at - t->at.offset);
	lx->at = at;
}
