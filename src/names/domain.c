#include "base/utf8.h"
#include "names/table.h"

/* Longer values than this are only free text. */
#define VALUE_MAX ((size_t)32767)

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alpha(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of the run of digits at `at`. */
static size_t digits(struct slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && is_digit(s.p[at + n]))
		n++;
	return n;
}

/* Free text: what XML 1.0 allows, without C1 controls and without what hides or reorders text. */
static bool ok_text(struct slice s)
{
	uint32_t cp = 0, before;
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		before = cp;
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f) {
			cp = s.p[i];
			n = 1;
			continue;
		}
		n = utf8_next(slice_from(s, i), &cp);
		if (n == 0 || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
		    (cp >= 0x7f && cp < 0xa0) || utf8_hides_text(cp, before))
			return false;
	}
	return true;
}

static bool ok_bool(struct slice s)
{
	return slice_eq_str(s, "1") || slice_eq_str(s, "0") || slice_eq_str(s, "true") ||
	       slice_eq_str(s, "false");
}

static bool ok_onoff(struct slice s)
{
	return ok_bool(s) || slice_eq_str(s, "on") || slice_eq_str(s, "off");
}

/* 18 digits always fit 64 bits. */
static bool ok_uint(struct slice s)
{
	return s.n > 0 && s.n <= 18 && digits(s, 0) == s.n;
}

static bool ok_int(struct slice s)
{
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = slice_from(s, 1);
	return ok_uint(s);
}

/* Length of the decimal number at the start of s, 0 where there is none. */
static size_t number_length(struct slice s)
{
	size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	size_t whole = digits(s, at), part = 0, e, n;

	at += whole;
	if (at < s.n && s.p[at] == '.') {
		part = digits(s, at + 1);
		at += 1 + part;
	}
	if (whole + part == 0)
		return 0;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		e = at + 1;
		if (e < s.n && (s.p[e] == '-' || s.p[e] == '+'))
			e++;
		n = digits(s, e);
		if (n > 0 && n <= 4)
			at = e + n;
	}
	return at;
}

static bool ok_number(struct slice s)
{
	return s.n > 0 && s.n <= 64 && number_length(s) == s.n;
}

static bool ok_measure(struct slice s)
{
	static const char *const units[] = {"", "%", "mm", "cm", "in", "pt", "pc", "pi"};
	size_t n = s.n <= 64 ? number_length(s) : 0;

	for (size_t i = 0; n > 0 && i < ARRAY_LEN(units); i++)
		if (slice_eq_str(slice_from(s, n), units[i]))
			return true;
	return false;
}

static bool ok_hex_n(struct slice s, size_t min, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_hex(s.p[i]))
			return false;
	return s.n >= min && s.n <= max;
}

static bool ok_hex(struct slice s)
{
	return ok_hex_n(s, 1, 64);
}

static bool ok_color(struct slice s)
{
	return slice_eq_str(s, "auto") || ok_hex_n(s, 6, 6) || ok_hex_n(s, 8, 8);
}

static bool is_token_byte(uint8_t c)
{
	return is_alpha(c) || is_digit(c) || c == '_' || c == '.' || c == '+' || c == '-';
}

static bool ok_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_byte(s.p[i]))
			return false;
	return s.n > 0 && s.n <= 255;
}

/* Items of `ok` separated by single blanks. */
static bool ok_list(struct slice s, bool (*ok)(struct slice))
{
	while (s.n > 0) {
		size_t n = slice_find_byte(s, ' ');

		if (n == SIZE_MAX)
			return ok(s);
		if (!ok(slice_head(s, n)) || n + 1 == s.n)
			return false;
		s = slice_from(s, n + 1);
	}
	return false;
}

static bool ok_tokens(struct slice s)
{
	return s.n == 0 || ok_list(s, ok_token);
}

static bool ok_guid(struct slice s)
{
	static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

	if (s.n != sizeof form - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (form[i] == 'x' ? !is_hex(s.p[i]) : s.p[i] != form[i])
			return false;
	return true;
}

static bool ok_lang(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n <= 35;
}

/* d in the form stands for a digit; behind it come an optional fraction and zone. */
static bool ok_datetime(struct slice s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	size_t at = sizeof form - 1, n;

	if (s.n < at || s.n > 40)
		return false;
	for (size_t i = 0; i < at; i++)
		if (form[i] == 'd' ? !is_digit(s.p[i]) : s.p[i] != form[i])
			return false;
	if (at < s.n && s.p[at] == '.') {
		n = digits(s, at + 1);
		if (n == 0)
			return false;
		at += 1 + n;
	}
	s = slice_from(s, at);
	if (s.n == 6 && (s.p[0] == '+' || s.p[0] == '-'))
		return digits(s, 1) == 2 && s.p[3] == ':' && digits(s, 4) == 2;
	return s.n == 0 || slice_eq_str(s, "Z");
}

static bool ok_guide(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_byte(s.p[i]) && (s.p[i] == 0 || !strchr("*/?: ", s.p[i])))
			return false;
	return s.n > 0 && s.n <= 1024;
}

static size_t letters(struct slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && is_alpha(s.p[at + n]))
		n++;
	return n;
}

/* A1 with optional $ at both places; either half may be missing where `half` is set. */
static bool ok_corner(struct slice s, bool half)
{
	size_t at = 0, col, row;

	if (at < s.n && s.p[at] == '$')
		at++;
	col = letters(s, at);
	at += col;
	if (col > 0 && at < s.n && s.p[at] == '$')
		at++;
	row = digits(s, at);
	if (at + row != s.n || col > 3 || row > 7 || (row > 0 && s.p[at] == '0'))
		return false;
	return half ? col + row > 0 : col > 0 && row > 0;
}

static bool ok_cell(struct slice s)
{
	return ok_corner(s, false);
}

static bool ok_range(struct slice s)
{
	size_t n = slice_find_byte(s, ':');

	if (n == SIZE_MAX)
		return ok_cell(s);
	return ok_corner(slice_head(s, n), true) && ok_corner(slice_from(s, n + 1), true);
}

static bool ok_ranges(struct slice s)
{
	return ok_list(s, ok_range);
}

static bool ok_span(struct slice s)
{
	size_t a = digits(s, 0), b = digits(s, a + 1);

	return a > 0 && a <= 7 && b > 0 && b <= 7 && a + 1 + b == s.n && s.p[a] == ':';
}

static bool ok_spans(struct slice s)
{
	return ok_list(s, ok_span);
}

static bool ok_rid(struct slice s)
{
	uint64_t n;

	return slice_starts(s, S("rId")) && s.n > 3 && s.n <= 9 && s.p[3] != '0' &&
	       slice_u64(slice_from(s, 3), &n);
}

static bool ok_none(struct slice s)
{
	return s.n == 0;
}

bool names_in_sorted(struct slice s, const char *const *words, size_t n)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = slice_cmp(s, slice_str(words[mid]));

		if (c == 0)
			return true;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

bool names_domain_ok(const struct names_domain *domain, struct slice value)
{
	static bool (*const checks[])(struct slice) = {
	    [DOMAIN_NONE] = ok_none,     [DOMAIN_TEXT] = ok_text,
	    [DOMAIN_BOOL] = ok_bool,     [DOMAIN_ONOFF] = ok_onoff,
	    [DOMAIN_INT] = ok_int,       [DOMAIN_UINT] = ok_uint,
	    [DOMAIN_NUMBER] = ok_number, [DOMAIN_MEASURE] = ok_measure,
	    [DOMAIN_HEX] = ok_hex,       [DOMAIN_COLOR] = ok_color,
	    [DOMAIN_TOKEN] = ok_token,   [DOMAIN_TOKENS] = ok_tokens,
	    [DOMAIN_ENUM] = NULL,        [DOMAIN_GUID] = ok_guid,
	    [DOMAIN_LANG] = ok_lang,     [DOMAIN_DATETIME] = ok_datetime,
	    [DOMAIN_GUIDE] = ok_guide,   [DOMAIN_CELL] = ok_cell,
	    [DOMAIN_RANGE] = ok_range,   [DOMAIN_RANGES] = ok_ranges,
	    [DOMAIN_SPANS] = ok_spans,   [DOMAIN_RID] = ok_rid,
	    [DOMAIN_FORMULA] = ok_text,  [DOMAIN_FIELD] = ok_text,
	};

	if (value.n > VALUE_MAX && domain->kind != DOMAIN_TEXT)
		return false;
	if (domain->kind == DOMAIN_ENUM)
		return names_in_sorted(value, domain->words, domain->n_words);
	return checks[domain->kind](value);
}
