/*
 * The grammars `csv` and `tsv` and their forms in other character sets.
 *
 *     file   = [BOM, in UTF-8 and UTF-16] record*
 *     record = field (delimiter field)* CR LF
 *     field  = bare | '"' (character | LF | '""')* '"'
 *
 * A field is quoted where it holds a quotation mark, LF, TAB or, in csv, a comma, semicolon or bar,
 * where it begins or ends with a blank, and where it is the first of the file and begins with ID;
 * and nowhere else. The first field does not begin with sep=. No field, and no piece of one after
 * ';' or TAB, is a thing that a spreadsheet evaluates.
 */
#include "verify/chars.h"
#include "verify/grammar.h"

struct table {
	struct verify *v;
	struct chars c;
	uint32_t delimiter;
	uint32_t *field; /* without its quotes */
	size_t n, cap;
	bool first;
};

static uint32_t fold(uint32_t cp)
{
	static const uint16_t others[][2] = {
	    {0xFFE5, 0xA5}, {0x2212, '-'}, {0xFE62, '+'},
	    {0xFE63, '-'},  {0xFE66, '='}, {0xFE6B, '@'},
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (cp == others[i][0])
			return others[i][1];
	return cp > 0xFF00 && cp < 0xFF5F ? cp - 0xFEE0 : cp;
}

static bool digit(const uint32_t *s, size_t n, size_t i)
{
	return i < n && fold(s[i]) >= '0' && fold(s[i]) <= '9';
}

static size_t digits(const uint32_t *s, size_t n, size_t i)
{
	size_t k = i;

	while (digit(s, n, k))
		k++;
	return k - i;
}

static bool is(const uint32_t *s, size_t n, size_t i, uint32_t want)
{
	return i < n && fold(s[i]) == want;
}

static bool blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == 0xA0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

/* Kana, kanji and squared units, as in -3人 and -5℃. */
static bool unit(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x3096) || (cp >= 0x30A1 && cp <= 0x30FA) ||
	       (cp >= 0x3300 && cp <= 0x33FF) || (cp >= 0x4E00 && cp <= 0x9FFF) || cp == 0x2103;
}

/* What may follow a sign and be a number: 1,234.5e-6% 円 and the like. */
static bool number(const uint32_t *s, size_t n)
{
	size_t i = is(s, n, 0, 0xA5) || is(s, n, 0, '\\') ? 1 : 0, k = digits(s, n, i);

	if (k == 0 && !is(s, n, i, '.'))
		return false;
	i += k;
	if (is(s, n, i, ',') && k > 3)
		return false;
	while (is(s, n, i, ',')) {
		if (digits(s, n, i + 1) != 3)
			return false;
		i += 4;
	}
	if (is(s, n, i, '.')) {
		k = digits(s, n, i + 1);
		if (k == 0)
			return false;
		i += 1 + k;
	}
	if (is(s, n, i, 'e') || is(s, n, i, 'E')) {
		i += is(s, n, i + 1, '+') || is(s, n, i + 1, '-') ? 2 : 1;
		k = digits(s, n, i);
		if (k == 0)
			return false;
		i += k;
	}
	i += is(s, n, i, '%') ? 1 : 0;
	for (k = 0; i < n && k < 8 && unit(s[i]); k++)
		i++;
	return i == n;
}

/* What may follow a plus and be a telephone number. */
static bool telephone(const uint32_t *s, size_t n)
{
	size_t count = 0;

	if (n == 0 || !digit(s, n, n - 1))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (digit(s, n, i)) {
			count++;
			continue;
		}
		if (!is(s, n, i, ' ') && !is(s, n, i, '-') && !is(s, n, i, '(') &&
		    !is(s, n, i, ')'))
			return false;
		if (i && fold(s[i - 1]) == fold(s[i]))
			return false;
	}
	return count >= 7 && count <= 20;
}

static bool evaluates(const uint32_t *s, size_t n)
{
	size_t same = 0;
	uint32_t sign;

	while (n && (fold(*s) == '"' || blank(*s))) {
		s++;
		n--;
	}
	sign = n ? fold(*s) : 0;
	if (sign == '=' || sign == '@')
		return true;
	if (sign != '+' && sign != '-')
		return false;
	while (n && blank(s[n - 1]))
		n--;
	while (is(s, n, same, sign))
		same++;
	return same != n && !number(s + 1, n - 1) && (sign != '+' || !telephone(s + 1, n - 1));
}

static enum err check_pieces(struct table *t, size_t at)
{
	size_t from = 0;

	for (size_t i = 0; i <= t->n; i++) {
		if (i < t->n && t->field[i] != ';' && t->field[i] != '\t' &&
		    !(t->delimiter == '\t' && t->field[i] == ','))
			continue;
		if (evaluates(t->field + from, i - from))
			return verify_bad(t->v, at, "a field that a spreadsheet would evaluate");
		from = i + 1;
	}
	return OK;
}

static bool begins(const struct table *t, const char *word)
{
	size_t n = strlen(word);

	if (t->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = t->field[i];

		if (c != (uint8_t)word[i] && (word[i] == 'I' || word[i] == 'D' || c < 'A' ||
					      c > 'Z' || c + 32 != (uint8_t)word[i]))
			return false;
	}
	return true;
}

static bool needs_quotes(const struct table *t)
{
	if (t->n == 0)
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (t->field[i] < 0x7F &&
		    strchr(t->delimiter == ',' ? "\"\n\t,;|" : "\"\n\t", (int)t->field[i]))
			return true;
	if (t->field[0] == ' ' || t->field[0] == '\t' || t->field[t->n - 1] == ' ' ||
	    t->field[t->n - 1] == '\t')
		return true;
	return t->first && begins(t, "ID");
}

static enum err keep(struct table *t, uint32_t cp)
{
	TRY(arena_grow(t->v->arena, (void **)&t->field, t->n, &t->cap, sizeof *t->field));
	t->field[t->n++] = cp;
	return OK;
}

static bool next(struct table *t, uint32_t *ret)
{
	return chars_next(&t->c, ret) && !chars_forbidden(*ret);
}

/* One field and what ends it: the delimiter, or CR, in *ret_end. */
static enum err field(struct table *t, uint32_t cp, uint32_t *ret_end)
{
	size_t at = t->c.at;
	bool quoted = cp == '"', more = true;

	t->n = 0;
	if (quoted) {
		for (;;) {
			if (!next(t, &cp))
				return verify_bad(t->v, t->c.at, "a quoted field does not end");
			if (cp == '"') {
				more = next(t, &cp);
				if (!more || cp != '"')
					break;
			} else if (cp == '\r' || (cp == '\n' && !chars_line_may_end(&t->c))) {
				return verify_bad(t->v, t->c.at, "CR within a field");
			}
			TRY(keep(t, cp));
		}
	} else {
		while (more && cp != t->delimiter && cp != '\r') {
			if (cp == '\n' || cp == '"')
				return verify_bad(t->v, t->c.at, "LF or '\"' in a bare field");
			TRY(keep(t, cp));
			more = next(t, &cp);
		}
	}
	if (!more || (cp != t->delimiter && cp != '\r'))
		return verify_bad(t->v, t->c.at, "a field is followed by neither a field nor CR");
	if (quoted != needs_quotes(t))
		return verify_bad(t->v, at, "a field is quoted %s", quoted ? "in vain" : "not");
	if (t->first && begins(t, "sep="))
		return verify_bad(t->v, at, "the file begins with a hint to its delimiter");
	TRY(check_pieces(t, at));
	t->first = false;
	*ret_end = cp;
	return OK;
}

static enum err record(struct table *t, uint32_t cp)
{
	uint32_t end = 0;

	for (;;) {
		TRY(field(t, cp, &end));
		if (end == '\r')
			break;
		if (!next(t, &cp))
			return verify_bad(t->v, t->c.at, "a record does not end");
	}
	if (!next(t, &cp) || cp != '\n' || !chars_line_may_end(&t->c))
		return verify_bad(t->v, t->c.at, "CR without LF");
	return OK;
}

static enum err verify_table(struct verify *v, struct slice out, enum chars_set set,
			     uint32_t delimiter)
{
	struct table t = {.v = v, .delimiter = delimiter, .first = true};
	uint32_t cp;

	if (set == CHARS_UTF8) {
		if (!slice_starts(out, S("\xEF\xBB\xBF")))
			return verify_bad(v, 0, "no byte order mark");
		out = slice_from(out, 3);
	}
	t.c = chars_of(out, set);
	while (next(&t, &cp))
		TRY(record(&t, cp));
	if (!chars_done(&t.c))
		return verify_bad(v, t.c.at, "bytes that are no characters of a table");
	return OK;
}

#define VERIFY_CSV(name, set) \
	enum err verify_csv_##name(struct verify *v, struct slice out) \
	{ \
		return verify_table(v, out, set, ','); \
	} \
	enum err verify_tsv_##name(struct verify *v, struct slice out) \
	{ \
		return verify_table(v, out, set, '\t'); \
	}
VERIFY_CSV(utf8, CHARS_UTF8)
VERIFY_CSV(utf16le, CHARS_UTF16LE)
VERIFY_CSV(utf16be, CHARS_UTF16BE)
VERIFY_CSV(iso2022jp, CHARS_ISO2022JP)
VERIFY_CSV(eucjp, CHARS_EUCJP)
VERIFY_CSV(cp932, CHARS_CP932)
