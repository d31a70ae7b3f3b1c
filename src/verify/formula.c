#include "verify/formula.h"

#include "base/err.h"
#include "base/utf8.h"
#include "names/field.h"

enum { BYTES_MAX = 32768, NESTING_MAX = 256, SHEET_NAME_MAX = 31 };

enum bracket { GROUP, CALL };

struct tokens {
	struct slice in;
	size_t at;
	bool operand;   /* an operand has just ended: an operator or a closing bracket may follow */
	bool fresh;     /* an argument has just begun: it may stay empty */
	unsigned depth; /* open brackets */
	uint8_t brackets[NESTING_MAX];
};

static int peek(const struct tokens *t, size_t ahead)
{
	return ahead < t->in.n - t->at ? t->in.p[t->at + ahead] : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(int c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

/* Length of the letter, digit, '_', '.', '$' or character above U+00A0 at `at`; 0 if none. */
static size_t word_length(const struct tokens *t, size_t at)
{
	uint32_t cp = 0;
	size_t n = utf8_next(slice_from(t->in, at), &cp);

	if (n == 1)
		return is_letter((int)cp) || is_digit((int)cp) || cp == '_' || cp == '.' ||
		       cp == '$';
	return n > 1 && cp > 0xa0 && cp != 0x3000 && !utf8_is_invisible(cp) ? n : 0;
}

static struct slice take_word(struct tokens *t)
{
	size_t from = t->at, n;

	while ((n = word_length(t, t->at)) > 0)
		t->at += n;
	return slice_of(t->in.p + from, t->at - from);
}

/* "...", a quote inside is doubled. */
static bool take_string(struct tokens *t)
{
	uint32_t cp;
	size_t n;

	for (t->at++; t->at < t->in.n; t->at += n) {
		n = utf8_next(slice_from(t->in, t->at), &cp);
		if (n == 0 || cp == 0x7f || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r'))
			return false;
		if (cp != '"')
			continue;
		if (peek(t, 1) != '"') {
			t->at++;
			return true;
		}
		n = 2;
	}
	return false;
}

static size_t take_digits(struct tokens *t)
{
	size_t n = 0;

	for (; is_digit(peek(t, 0)); t->at++)
		n++;
	return n;
}

/* 12, 0.5, 1E-7: an integer part, no idle point, no plus sign. */
static bool take_number(struct tokens *t)
{
	if (take_digits(t) == 0)
		return false;
	if (peek(t, 0) == '.') {
		t->at++;
		if (take_digits(t) == 0)
			return false;
	}
	if (peek(t, 0) == 'E') {
		t->at += peek(t, 1) == '-' ? 2 : 1;
		if (take_digits(t) == 0)
			return false;
	}
	return word_length(t, t->at) == 0;
}

static bool take_error(struct tokens *t, bool *ret_reference)
{
	static const char *const errors[] = {
	    "#NULL!",    "#DIV/0!",   "#VALUE!",   "#REF!",  "#NAME?",
	    "#NUM!",     "#N/A",      "#SPILL!",   "#CALC!", "#FIELD!",
	    "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#GETTING_DATA",
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (slice_starts(slice_from(t->in, t->at), slice_str(errors[i]))) {
			t->at += strlen(errors[i]);
			*ret_reference = slice_eq_str(slice_str(errors[i]), "#REF!");
			return true;
		}
	return false;
}

/* {1,-2;"a",TRUE}: constants only. */
static bool take_array(struct tokens *t)
{
	bool reference;

	do {
		struct slice word;

		t->at++;
		if (peek(t, 0) == '"') {
			if (!take_string(t))
				return false;
		} else if (peek(t, 0) == '#') {
			if (!take_error(t, &reference))
				return false;
		} else if (is_upper(peek(t, 0))) {
			word = take_word(t);
			if (!slice_eq_str(word, "TRUE") && !slice_eq_str(word, "FALSE"))
				return false;
		} else {
			t->at += peek(t, 0) == '-' ? 1 : 0;
			if (!take_number(t))
				return false;
		}
	} while (peek(t, 0) == ',' || peek(t, 0) == ';');
	t->at++;
	return t->in.p[t->at - 1] == '}';
}

/* 'name'! or 'first:last'!: without the marks of paths, workbooks and DDE. */
static bool take_sheet(struct tokens *t)
{
	size_t count = 0, n;
	uint32_t cp;

	for (t->at++; t->at < t->in.n; t->at += n, count++) {
		n = utf8_next(slice_from(t->in, t->at), &cp);
		if (n == 0 || cp < 0x20 || cp == 0x7f || utf8_is_invisible(cp) ||
		    (cp < 0x80 && strchr("[]\\/?*|", (int)cp)))
			return false;
		if (cp != '\'')
			continue;
		if (peek(t, 1) != '\'')
			break;
		n = 2;
	}
	if (count == 0 || count > 2 * SHEET_NAME_MAX + 1 || peek(t, 0) != '\'' || peek(t, 1) != '!')
		return false;
	t->at += 2;
	return true;
}

/* [text], where ' escapes a mark. */
static bool take_bracket(struct tokens *t)
{
	uint32_t cp;
	size_t n;

	if (peek(t, 0) != '[')
		return false;
	for (t->at++; peek(t, 0) != ']'; t->at += n) {
		n = utf8_next(slice_from(t->in, t->at), &cp);
		if (n == 0 || cp == 0x7f || (cp < 0x20 && cp != '\n') || utf8_is_invisible(cp) ||
		    cp == '[' || cp == '|' || cp == '!')
			return false;
		if (cp == '\'') {
			if (peek(t, 1) <= 0 || !strchr("[]#'@", peek(t, 1)))
				return false;
			n = 2;
		}
	}
	t->at++;
	return true;
}

/* [column] or [[item],[first]:[last]] behind the name of a table. */
static bool take_table(struct tokens *t)
{
	if (peek(t, 1) != '[')
		return take_bracket(t);
	do {
		t->at++;
		if (!take_bracket(t))
			return false;
	} while (peek(t, 0) == ',' || peek(t, 0) == ':');
	t->at++;
	return t->in.p[t->at - 1] == ']';
}

static bool open_bracket(struct tokens *t, enum bracket kind)
{
	if (t->depth == NESTING_MAX)
		return false;
	t->brackets[t->depth++] = (uint8_t)kind;
	t->at++;
	t->operand = false;
	t->fresh = kind == CALL;
	return true;
}

/* A reference, a name, a table, TRUE, FALSE, or the head of a call. */
static bool take_name(struct tokens *t)
{
	struct slice word = take_word(t);

	if (word.n == 0 || word.p[0] == '.')
		return false;
	if (peek(t, 0) == '(')
		return names_function_ok(word) && open_bracket(t, CALL);
	if (!names_word_ok(word))
		return false;
	t->operand = true;
	if (peek(t, 0) == '[')
		return !is_digit(word.p[0]) && take_table(t);
	return true;
}

static bool take_operand(struct tokens *t)
{
	struct slice word;
	int c = peek(t, 0);
	bool reference = false;

	if (c == '(')
		return open_bracket(t, GROUP);
	t->operand = true;
	if (c == '"')
		return take_string(t);
	if (c == '{')
		return take_array(t);
	if (c == '#') {
		if (!take_error(t, &reference))
			return false;
		/* "#REF!A1" is what is left of a deleted sheet */
		return word_length(t, t->at) == 0 || (reference && take_word(t).n > 0);
	}
	if (c == '\'') {
		if (!take_sheet(t))
			return false;
		if (peek(t, 0) == '#')
			return take_error(t, &reference) && reference;
		word = take_word(t);
		return word.n > 0 && names_word_ok(word) && peek(t, 0) != '(' && peek(t, 0) != '[';
	}
	/* "12" is a number, "12:14" and "$12:14" are rows. */
	if (is_digit(c)) {
		size_t from = t->at;

		if (take_digits(t) > 0 && peek(t, 0) == ':')
			return true;
		t->at = from;
		return take_number(t);
	}
	return take_name(t);
}

/* A closing bracket, a comma, or an operator behind an operand. */
static bool take_operator(struct tokens *t)
{
	int c = peek(t, 0), d = peek(t, 1);

	if (c == ')' && t->depth > 0) {
		t->depth--;
		t->at++;
		t->operand = true;
		t->fresh = false;
		return true;
	}
	if (c == '%') {
		t->at++;
		return true;
	}
	if (c < 0 || !strchr("+-*/^&=<>:, ", c))
		return false;
	/* "NAME (" is an intersection by this grammar and a call for a reader that forgives blanks
	 */
	if (c == ' ' && d != '\'' && word_length(t, t->at + 1) == 0)
		return false;
	t->at += (c == '<' && (d == '=' || d == '>')) || (c == '>' && d == '=') ? 2 : 1;
	t->operand = false;
	t->fresh = c == ',' && t->depth > 0 && t->brackets[t->depth - 1] == CALL;
	return true;
}

static bool take_token(struct tokens *t)
{
	int c = peek(t, 0);

	if (t->operand)
		return take_operator(t);
	if (t->fresh && (c == ',' || c == ')')) {
		t->operand = true;
		return true;
	}
	t->fresh = false;
	if (c == '+' || c == '-') {
		t->at++;
		return true;
	}
	return take_operand(t);
}

bool verify_formula_ok(struct slice formula)
{
	struct tokens t = {.in = formula};

	if (formula.n == 0 || formula.n > BYTES_MAX)
		return false;
	while (t.at < t.in.n)
		if (!take_token(&t))
			return false;
	return t.operand && t.depth == 0;
}
