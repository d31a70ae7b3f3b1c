#include "format/formula.h"
#include "base/utf8.h"
#include "names/field.h"

/*
 * Recursive descent that prints as it reads. Operators of one level are a flat list here: the
 * printed text has the same operands, operators and parentheses in the same order, so precedence
 * need not be known to keep the meaning.
 */

enum { MAX_BYTES = 32768, MAX_DEPTH = 96, MAX_COLUMN = 16384, MAX_ROW = 1048576 };

/* What an operand may stand beside: only references may be joined by ':', ' ' and ','. */
enum kind { KIND_VALUE, KIND_REF };

struct fx {
	struct slice in;
	size_t at;
	unsigned depth;
	const struct formula_scope *scope;
	struct buf *out;
	struct diag *diag;
};

static enum err expr(struct fx *f, bool list, enum kind *ret_kind) NODISCARD;

static enum err refuse(struct fx *f, enum err e, const char *why)
{
	return diag_set(f->diag, e, f->at, "formula: %s", why);
}

static int peek_at(const struct fx *f, size_t ahead)
{
	return ahead < f->in.n - f->at ? f->in.p[f->at + ahead] : -1;
}

static int peek(const struct fx *f)
{
	return peek_at(f, 0);
}

static bool blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool letter(int c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

static bool skip_blanks(struct fx *f)
{
	size_t start = f->at;

	while (blank(peek(f)))
		f->at++;
	return f->at > start;
}

static void put_upper(struct fx *f, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_byte(f->out, upper(s.p[i]));
}

/* Code points above ASCII that may stand in names: no blanks, no invisible or private ones. */
static bool name_cp(uint32_t cp)
{
	return cp > 0xA0 && !utf8_is_invisible(cp) && cp != 0x3000 && cp != 0x1680 &&
	       !(cp >= 0x2000 && cp <= 0x206F) && !(cp >= 0xFFF0 && cp <= 0xFFFF) && cp < 0xE0000;
}

/* Bytes of one character of a word (letters, digits, _ . $ and the above) at `at`, or 0. */
static size_t word_char(const struct fx *f, size_t at)
{
	uint32_t cp;
	size_t n;

	if (at >= f->in.n)
		return 0;
	n = utf8_next(slice_from(f->in, at), &cp);
	if (n == 1)
		return letter((int)cp) || digit((int)cp) || cp == '_' || cp == '.' || cp == '$';
	return n && name_cp(cp) ? n : 0;
}

static struct slice word_at(const struct fx *f, size_t at)
{
	size_t end = at, n;

	while ((n = word_char(f, end)) > 0)
		end += n;
	return (struct slice){f->in.p + at, end - at};
}

/* $?COLUMN at the head of w; its length or 0. */
static size_t column_head(struct slice w)
{
	size_t i = w.n && w.p[0] == '$', start = i;
	uint32_t column = 0;

	for (; i < w.n && letter(w.p[i]) && i - start < 3; i++)
		column = column * 26 + (uint32_t)(upper(w.p[i]) - 'A' + 1);
	return i > start && column <= MAX_COLUMN ? i : 0;
}

/* $?ROW at the head of w; its length or 0. */
static size_t row_head(struct slice w)
{
	size_t i = w.n && w.p[0] == '$', start = i;
	uint32_t row = 0;

	if (i >= w.n || w.p[i] == '0')
		return 0;
	for (; i < w.n && digit(w.p[i]) && i - start < 7; i++)
		row = row * 10 + (uint32_t)(w.p[i] - '0');
	return i > start && row <= MAX_ROW ? i : 0;
}

static bool is_column(struct slice w)
{
	return w.n && column_head(w) == w.n;
}

static bool is_row(struct slice w)
{
	return w.n && row_head(w) == w.n;
}

static bool is_cell(struct slice w)
{
	size_t c = column_head(w);

	return c && c < w.n && is_row(slice_from(w, c));
}

/* A defined name, table name or function name. */
static bool is_name(struct slice w)
{
	if (w.n == 0 || w.n > 255 * 4 || slice_find_byte(w, '$') != SIZE_MAX)
		return false;
	return (letter(w.p[0]) || w.p[0] == '_' || w.p[0] >= 0x80) && names_word_ok(w);
}

/* ---- references ---- */

static bool sheet_known(const struct fx *f, struct slice name)
{
	if (!f->scope)
		return true;
	for (size_t i = 0; i < f->scope->n; i++)
		if (slice_eq_nocase(f->scope->sheets[i], name))
			return true;
	return false;
}

/* One sheet name: no character that Excel forbids, which also excludes paths and workbooks. */
static bool sheet_name_ok(struct slice name)
{
	static const char never[] = "[]\\/?*:|";
	struct slice rest = name;
	uint32_t cp;

	if (name.n == 0 || utf8_count(name) > 31)
		return false;
	while (rest.n) {
		size_t n = utf8_next(rest, &cp);

		if (n == 0 || cp < 0x20 || cp == 0x7F || utf8_is_invisible(cp))
			return false;
		if (n == 1 && strchr(never, (int)cp))
			return false;
		rest = slice_from(rest, n);
	}
	return true;
}

static void put_sheet(struct fx *f, struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '\'')
			buf_byte(f->out, '\'');
		buf_byte(f->out, name.p[i]);
	}
}

/* Prints 'first'! or 'first:last'! after checking both names (last.n = 0: one sheet). */
static enum err print_sheets(struct fx *f, struct slice first, struct slice last)
{
	if (!sheet_name_ok(first) || (last.n && !sheet_name_ok(last)))
		return refuse(f, ERR_FORBIDDEN, "a sheet name that is a path or another workbook");
	if (!sheet_known(f, first) || (last.n && !sheet_known(f, last)))
		return refuse(f, ERR_FORBIDDEN, "refers to a sheet that is not in this workbook");
	buf_byte(f->out, '\'');
	put_sheet(f, first);
	if (last.n) {
		buf_byte(f->out, ':');
		put_sheet(f, last);
	}
	buf_str(f->out, "'!");
	return OK;
}

/* At a word that is followed by `mark` (':') and a second word: both accepted by `is`. */
static bool pair_at(const struct fx *f, struct slice w, bool (*is)(struct slice),
		    struct slice *ret_second)
{
	size_t at = f->at + w.n;

	if (!is(w) || at >= f->in.n || f->in.p[at] != ':')
		return false;
	*ret_second = word_at(f, at + 1);
	return is(*ret_second);
}

static enum err print_pair(struct fx *f, struct slice a, struct slice b)
{
	put_upper(f, a);
	buf_byte(f->out, ':');
	put_upper(f, b);
	f->at += a.n + 1 + b.n;
	return OK;
}

/* What follows a sheet prefix: a cell, whole columns or rows, a name, or #REF!. */
static enum err sheet_target(struct fx *f)
{
	struct slice w = word_at(f, f->at), second, rest = slice_from(f->in, f->at);
	int next;

	if (slice_starts(rest, S("#REF!"))) {
		buf_str(f->out, "#REF!");
		f->at += 5;
		return OK;
	}
	if (pair_at(f, w, is_column, &second) || pair_at(f, w, is_row, &second))
		return print_pair(f, w, second);
	next = peek_at(f, w.n);
	if (next == '(' || next == '[' || next == '!')
		return refuse(f, ERR_SYNTAX, "a sheet prefix before something that has no sheet");
	if (is_cell(w))
		put_upper(f, w);
	else if (is_name(w))
		buf_slice(f->out, w);
	else
		return refuse(f, ERR_SYNTAX, "no reference behind the sheet name");
	f->at += w.n;
	return OK;
}

/* 'Sheet name'!ref, where the quoted text may be first:last. */
static enum err quoted_sheet(struct fx *f)
{
	uint8_t text[1024];
	size_t n = 0, colon;
	struct slice name;

	for (f->at++; peek(f) >= 0; f->at++) {
		if (peek(f) == '\'') {
			if (peek_at(f, 1) != '\'')
				break;
			f->at++;
		}
		if (n == sizeof(text))
			return refuse(f, ERR_LIMIT, "a sheet name that is too long");
		text[n++] = (uint8_t)peek(f);
	}
	if (peek(f) != '\'' || peek_at(f, 1) != '!')
		return refuse(f, ERR_SYNTAX, "a quoted sheet name without an end");
	f->at += 2;
	name = slice_of(text, n);
	if (slice_find_byte(name, '|') != SIZE_MAX)
		return refuse(f, ERR_FORBIDDEN, "a DDE link");
	colon = slice_find_byte(name, ':');
	if (colon == SIZE_MAX)
		TRY(print_sheets(f, name, S("")));
	else if (colon + 1 == n)
		return refuse(f, ERR_SYNTAX, "a sheet range without an end");
	else
		TRY(print_sheets(f, slice_head(name, colon), slice_from(name, colon + 1)));
	return sheet_target(f);
}

/* ---- structured references ---- */

static const char *const table_items[] = {"#All", "#Data", "#Headers", "#Totals", "#This Row"};

/* The text between '[' and ']', printed as it stands: a column name, or an item keyword. */
static enum err table_text(struct fx *f)
{
	size_t start = f->at, n;
	struct slice text;
	uint32_t cp;

	if (peek(f) == '#') {
		for (size_t i = 0; i < ARRAY_LEN(table_items); i++) {
			text = slice_head(slice_from(f->in, f->at), strlen(table_items[i]));
			if (slice_eq_nocase(text, slice_str(table_items[i])) &&
			    peek_at(f, text.n) == ']') {
				buf_str(f->out, table_items[i]);
				f->at += text.n;
				return OK;
			}
		}
		return refuse(f, ERR_SYNTAX, "an unknown part of a table");
	}
	while (peek(f) != ']') {
		if (peek(f) == '\'') {
			if (peek_at(f, 1) <= 0 || !strchr("[]#'@", peek_at(f, 1)))
				return refuse(f, ERR_SYNTAX, "a bad escape in a column name");
			f->at += 2;
			continue;
		}
		n = utf8_next(slice_from(f->in, f->at), &cp);
		if (n == 0 || (cp < 0x20 && cp != '\n') || cp == 0x7F || cp == '[' || cp == '#' ||
		    cp == '@' || utf8_is_invisible(cp))
			return refuse(f, ERR_SYNTAX, "a character no column name has");
		f->at += n;
	}
	buf_put(f->out, f->in.p + start, f->at - start);
	return OK;
}

static enum err table_bracket(struct fx *f)
{
	if (peek(f) != '[')
		return refuse(f, ERR_SYNTAX, "a table reference without '['");
	buf_byte(f->out, '[');
	f->at++;
	TRY(table_text(f));
	buf_byte(f->out, ']');
	f->at++;
	return OK;
}

/* [] [Column] [#Item] [[#Item],[Column]:[Column]] behind a table's name. */
static enum err table_spec(struct fx *f)
{
	if (peek_at(f, 1) != '[')
		return table_bracket(f);
	buf_byte(f->out, '[');
	f->at++;
	for (;;) {
		skip_blanks(f);
		TRY(table_bracket(f));
		if (peek(f) == ':') {
			buf_byte(f->out, ':');
			f->at++;
			TRY(table_bracket(f));
		}
		skip_blanks(f);
		if (peek(f) != ',')
			break;
		buf_byte(f->out, ',');
		f->at++;
	}
	if (peek(f) != ']')
		return refuse(f, ERR_SYNTAX, "a table reference without an end");
	buf_byte(f->out, ']');
	f->at++;
	return OK;
}

/* ---- constants ---- */

static const char *const errors[] = {"#NULL!",    "#DIV/0!",   "#VALUE!", "#REF!",
				     "#NAME?",    "#NUM!",     "#N/A",    "#GETTING_DATA",
				     "#SPILL!",   "#CALC!",    "#FIELD!", "#BLOCKED!",
				     "#UNKNOWN!", "#CONNECT!", "#BUSY!"};

static enum err error_value(struct fx *f, enum kind *ret_kind)
{
	struct slice rest = slice_from(f->in, f->at), w;

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct slice e = slice_str(errors[i]);

		if (!slice_eq_nocase(slice_head(rest, e.n), e))
			continue;
		buf_slice(f->out, e);
		f->at += e.n;
		*ret_kind = KIND_VALUE;
		if (!slice_eq(e, S("#REF!")))
			return OK;
		/* "#REF!A1": the cell of a sheet that was deleted. */
		*ret_kind = KIND_REF;
		w = word_at(f, f->at);
		if (is_cell(w)) {
			put_upper(f, w);
			f->at += w.n;
		}
		return OK;
	}
	return refuse(f, ERR_SYNTAX, "an unknown error value");
}

static size_t digits_at(const struct fx *f, size_t ahead)
{
	size_t n = 0;

	while (digit(peek_at(f, ahead + n)))
		n++;
	return n;
}

static enum err number(struct fx *f)
{
	size_t whole = digits_at(f, 0), part = 0, len = whole, sign = 0, power = 0;

	if (peek_at(f, len) == '.') {
		part = digits_at(f, len + 1);
		len += 1 + part;
	}
	if (whole + part == 0)
		return refuse(f, ERR_SYNTAX, "no number");
	if (whole)
		buf_put(f->out, f->in.p + f->at, whole);
	else
		buf_byte(f->out, '0');
	if (part) {
		buf_byte(f->out, '.');
		buf_put(f->out, f->in.p + f->at + len - part, part);
	}
	if (peek_at(f, len) == 'E' || peek_at(f, len) == 'e') {
		sign = peek_at(f, len + 1) == '+' || peek_at(f, len + 1) == '-';
		power = digits_at(f, len + 1 + sign);
		if (power == 0 || power > 4)
			return refuse(f, ERR_SYNTAX, "a bad exponent");
		buf_byte(f->out, 'E');
		if (sign && peek_at(f, len + 1) == '-')
			buf_byte(f->out, '-');
		buf_put(f->out, f->in.p + f->at + len + 1 + sign, power);
		len += 1 + sign + power;
	}
	f->at += len;
	if (word_char(f, f->at))
		return refuse(f, ERR_SYNTAX, "letters behind a number");
	return OK;
}

static enum err string(struct fx *f)
{
	size_t start = f->at, n;
	uint32_t cp;

	f->at++;
	for (;;) {
		n = utf8_next(slice_from(f->in, f->at), &cp);
		if (n == 0)
			return refuse(f, ERR_SYNTAX, "a text without an end");
		if ((cp < 0x20 && !blank((int)cp)) || cp == 0x7F)
			return refuse(f, ERR_SYNTAX, "a control character in a text");
		f->at += n;
		if (cp != '"')
			continue;
		if (peek(f) != '"')
			break;
		f->at++;
	}
	buf_put(f->out, f->in.p + start, f->at - start);
	return OK;
}

static bool boolean(struct fx *f, struct slice w)
{
	if (!slice_eq_nocase(w, S("TRUE")) && !slice_eq_nocase(w, S("FALSE")))
		return false;
	put_upper(f, w);
	f->at += w.n;
	return true;
}

static enum err array_item(struct fx *f)
{
	enum kind kind;
	int c = peek(f);

	if (c == '"')
		return string(f);
	if (c == '#')
		return error_value(f, &kind);
	if (boolean(f, word_at(f, f->at)))
		return OK;
	if (c == '-' || c == '+') {
		if (c == '-')
			buf_byte(f->out, '-');
		f->at++;
	}
	return number(f);
}

/* {1,2;"a",TRUE} */
static enum err array(struct fx *f)
{
	int c = '{';

	do {
		buf_byte(f->out, (uint8_t)c);
		f->at++;
		skip_blanks(f);
		TRY(array_item(f));
		skip_blanks(f);
		c = peek(f);
	} while (c == ',' || c == ';');
	if (c != '}')
		return refuse(f, ERR_SYNTAX, "an array without an end");
	buf_byte(f->out, '}');
	f->at++;
	return OK;
}

/* ---- operands ---- */

/* name(argument, ...): empty arguments are allowed, IF(A1,,2). */
static enum err call(struct fx *f, struct slice w)
{
	char name[64];
	enum kind kind;

	if (w.n >= sizeof(name) || !(letter(w.p[0]) || w.p[0] == '_'))
		return refuse(f, ERR_FORBIDDEN, "a function that is not allowed");
	for (size_t i = 0; i < w.n; i++)
		name[i] = (char)upper(w.p[i]);
	/* The storage prefixes of newer functions are written in lower case. */
	if (w.n > 6 && memcmp(name, "_XLFN.", 6) == 0)
		memcpy(name, "_xlfn.", 6);
	if (w.n > 12 && memcmp(name, "_xlfn._XLWS.", 12) == 0)
		memcpy(name + 6, "_xlws.", 6);
	if (!names_function_ok(slice_of(name, w.n)))
		return refuse(f, ERR_FORBIDDEN, "a function that is not allowed");
	buf_put(f->out, name, w.n);
	f->at += w.n;
	do {
		buf_byte(f->out, (uint8_t)peek(f));
		f->at++;
		skip_blanks(f);
		if (peek(f) != ',' && peek(f) != ')')
			TRY(expr(f, false, &kind));
	} while (peek(f) == ',');
	if (peek(f) != ')')
		return refuse(f, ERR_SYNTAX, "a call without an end");
	buf_byte(f->out, ')');
	f->at++;
	return OK;
}

/* first:last!ref with unquoted names; false where it is something else. */
static bool sheet_range_at(const struct fx *f, struct slice first, struct slice *ret_last)
{
	size_t at = f->at + first.n;

	if (at >= f->in.n || f->in.p[at] != ':')
		return false;
	*ret_last = word_at(f, at + 1);
	at += 1 + ret_last->n;
	return ret_last->n && at < f->in.n && f->in.p[at] == '!';
}

static enum err word(struct fx *f, enum kind *ret_kind)
{
	struct slice w = word_at(f, f->at), second = S("");
	int next = peek_at(f, w.n);

	*ret_kind = KIND_REF;
	if (next == '(')
		return call(f, w);
	if (next == '|')
		return refuse(f, ERR_FORBIDDEN, "a DDE link");
	if (next == '!' || sheet_range_at(f, w, &second)) {
		TRY(print_sheets(f, w, next == '!' ? S("") : second));
		f->at += w.n + 1 + (next == '!' ? 0 : second.n + 1);
		return sheet_target(f);
	}
	if (next == '[') {
		if (!is_name(w))
			return refuse(f, ERR_SYNTAX, "no table name before '['");
		buf_slice(f->out, w);
		f->at += w.n;
		return table_spec(f);
	}
	if (pair_at(f, w, is_column, &second) || pair_at(f, w, is_row, &second))
		return print_pair(f, w, second);
	if (is_cell(w)) {
		put_upper(f, w);
		f->at += w.n;
		return OK;
	}
	if (digit(w.p[0]) || w.p[0] == '.') {
		*ret_kind = KIND_VALUE;
		return number(f);
	}
	if (boolean(f, w)) {
		*ret_kind = KIND_VALUE;
		return OK;
	}
	if (!is_name(w))
		return refuse(f, ERR_SYNTAX, "neither a reference nor a name");
	buf_slice(f->out, w);
	f->at += w.n;
	return OK;
}

static enum err group(struct fx *f, enum kind *ret_kind)
{
	buf_byte(f->out, '(');
	f->at++;
	TRY(expr(f, true, ret_kind));
	if (peek(f) != ')')
		return refuse(f, ERR_SYNTAX, "a parenthesis without an end");
	buf_byte(f->out, ')');
	f->at++;
	return OK;
}

static enum err operand(struct fx *f, enum kind *ret_kind)
{
	int c = peek(f);

	*ret_kind = KIND_VALUE;
	if (c == '(')
		return group(f, ret_kind);
	if (c == '"')
		return string(f);
	if (c == '{')
		return array(f);
	if (c == '#')
		return error_value(f, ret_kind);
	if (c == '\'') {
		*ret_kind = KIND_REF;
		return quoted_sheet(f);
	}
	if (c == '[')
		return refuse(f, ERR_FORBIDDEN, "a reference to another workbook");
	if (c == '|')
		return refuse(f, ERR_FORBIDDEN, "a DDE link");
	if (c < 0 || !word_char(f, f->at))
		return refuse(f, ERR_SYNTAX, "an operand is missing");
	return word(f, ret_kind);
}

/* ---- operators ---- */

/* Length of the operator between values at the cursor, or 0. */
static size_t value_operator(const struct fx *f)
{
	int c = peek(f), d = peek_at(f, 1);

	if ((c == '<' && (d == '=' || d == '>')) || (c == '>' && d == '='))
		return 2;
	return c > 0 && strchr("=<>&+-*/^", c) ? 1 : 0;
}

/*
 * At the place behind an operand: prints the operator and goes past it. *ret_ref is set where the
 * operator joins references. False at the end of the expression.
 */
static bool next_operator(struct fx *f, bool list, enum kind left, bool *ret_ref)
{
	bool blanks = skip_blanks(f);
	size_t n = value_operator(f);
	int c = peek(f);

	*ret_ref = n == 0;
	if (n) {
		buf_put(f->out, f->in.p + f->at, n);
		f->at += n;
		return true;
	}
	if (left != KIND_REF)
		return false;
	/* No blanks around ':': "d: I" are two names, "d:I" are columns. */
	if ((c == ':' && !blanks && !blank(peek_at(f, 1))) || (c == ',' && list)) {
		buf_byte(f->out, (uint8_t)c);
		f->at++;
		return true;
	}
	/*
	 * Intersection. Never before '(': a reader that forgives blanks there would see a call.
	 */
	if (blanks && (c == '\'' || (c > 0 && word_char(f, f->at)))) {
		buf_byte(f->out, ' ');
		return true;
	}
	return false;
}

static enum err operand_with_signs(struct fx *f, enum kind *ret_kind)
{
	bool value = false;

	skip_blanks(f);
	while (peek(f) == '+' || peek(f) == '-') {
		buf_byte(f->out, (uint8_t)peek(f));
		f->at++;
		skip_blanks(f);
		value = true;
	}
	TRY(operand(f, ret_kind));
	while (peek(f) == '%') {
		buf_byte(f->out, '%');
		f->at++;
		value = true;
	}
	if (value)
		*ret_kind = KIND_VALUE;
	return OK;
}

/* list: ',' joins references (inside parentheses and at the top), else it ends the expression. */
static enum err expr(struct fx *f, bool list, enum kind *ret_kind)
{
	enum kind kind, whole;
	bool ref = true, all = true;

	if (++f->depth > MAX_DEPTH)
		return refuse(f, ERR_LIMIT, "nested too deeply");
	TRY(operand_with_signs(f, &kind));
	whole = kind;
	while (next_operator(f, list, kind, &ref)) {
		TRY(operand_with_signs(f, &kind));
		if (ref && kind != KIND_REF)
			return refuse(f, ERR_SYNTAX, "a range operator before something else");
		all = all && ref;
	}
	*ret_kind = all ? whole : KIND_VALUE;
	f->depth--;
	return OK;
}

static enum err formula(struct fx *f)
{
	enum kind kind;

	if (f->in.n == 0 || f->in.n > MAX_BYTES)
		return refuse(f, f->in.n ? ERR_LIMIT : ERR_SYNTAX, "empty or too long");
	TRY(expr(f, true, &kind));
	if (f->at != f->in.n)
		return refuse(f, ERR_SYNTAX, "something stands behind the end");
	return buf_err(f->out);
}

enum err formula_print(struct slice in, const struct formula_scope *scope, struct buf *out,
		       struct diag *d)
{
	struct fx f = {.in = in, .scope = scope, .out = out, .diag = d};
	size_t start = out->n;
	enum err e = formula(&f);

	if (e != OK)
		out->n = start;
	return e;
}
