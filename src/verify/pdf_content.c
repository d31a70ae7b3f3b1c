/*
 * Content streams: operators with typed operands, one a line, balanced, where each may stand; and
 * ToUnicode, a list of codes.
 */
#include "base/utf8.h"
#include "verify/pdf.h"

#define DEPTH_MAX 256u
#define OPERATOR_MAX 3u

bool pdf_literal(struct reader *r, const char *text)
{
	struct slice want = slice_str(text);

	if (!slice_starts(slice_from(r->in, r->at), want))
		return false;
	reader_take(r, want.n);
	return true;
}

static uint8_t peek(const struct reader *r)
{
	return reader_left(r) ? r->in.p[r->at] : 0;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* -?(0|[1-9][0-9]{0,7})(.[0-9]{0,4}[1-9])?, but not -0 */
bool pdf_read_number(struct reader *r, int64_t *ret)
{
	bool minus = pdf_literal(r, "-");
	int64_t v = 0, unit = 100000;
	size_t from = r->at, n;

	while (is_digit(peek(r)) && r->at - from < 9)
		v = v * 10 + (reader_u8(r) - '0');
	n = r->at - from;
	if (n == 0 || n > 8 || (n > 1 && r->in.p[from] == '0'))
		return false;
	v *= unit;
	if (pdf_literal(r, ".")) {
		from = r->at;
		while (is_digit(peek(r)) && unit > 1) {
			unit /= 10;
			v += (reader_u8(r) - '0') * unit;
		}
		if (r->at == from || r->in.p[r->at - 1] == '0')
			return false;
	}
	*ret = minus ? -v : v;
	return !is_digit(peek(r)) && !(minus && v == 0);
}

static int hex(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool pdf_read_string(struct reader *r, struct arena *arena, struct slice *ret)
{
	size_t from = r->at + 1, n;
	uint8_t *to = NULL;

	if (!pdf_literal(r, "<"))
		return false;
	while (hex(peek(r)) >= 0)
		reader_u8(r);
	n = r->at - from;
	if (n % 2 || !pdf_literal(r, ">"))
		return false;
	if (!ret)
		return true;
	to = arena_alloc(arena, n / 2);
	for (size_t i = 0; to && i < n / 2; i++)
		to[i] = (uint8_t)(hex(r->in.p[from + 2 * i]) << 4 | hex(r->in.p[from + 2 * i + 1]));
	*ret = slice_of(to, n / 2);
	return to != NULL;
}

/* --- operators ------------------------------------------------------------------------------ */

/* What stood before the operator: letters as in pdf_operator, d for an array of numbers alone. */
struct operands {
	char types[8];
	int64_t numbers[8];
	size_t n;
	bool plain; /* the array has at most 16 numbers, none of them negative */
};

struct content {
	struct reader r;
	struct pdf_counts used, names;
	uint8_t place;
	uint32_t depth;
	uint8_t pattern; /* the line before set the space of patterns: 's' to fill, 'S' to stroke */
};

static bool read_array(struct content *c, struct operands *o)
{
	char type = 'd';
	size_t items = 0;
	bool after_number = false;
	int64_t v;

	o->plain = true;
	for (; !pdf_literal(&c->r, "]"); items++) {
		if (peek(&c->r) == '<') {
			if (!pdf_read_string(&c->r, NULL, NULL))
				return false;
			type = 't';
			after_number = false;
			continue;
		}
		if (after_number && !pdf_literal(&c->r, " "))
			return false;
		if (!pdf_read_number(&c->r, &v))
			return false;
		o->plain &= v >= 0;
		after_number = true;
	}
	o->plain &= items <= 16;
	o->types[o->n++] = type;
	return true;
}

/* /F1: a name of the page, at most one beyond those that were used before. */
static bool read_name(struct content *c, struct operands *o)
{
	static const char letters[] = "GFXPS";
	const char *letter = strchr(letters, peek(&c->r));
	struct reader before;
	int64_t v = 0;
	uint32_t *used;

	if (pdf_literal(&c->r, "Pattern")) {
		o->types[o->n++] = 'p';
		return true;
	}
	if (!letter || !*letter)
		return false;
	o->types[o->n++] = *letter;
	reader_u8(&c->r);
	before = c->r;
	if (!pdf_read_number(&c->r, &v) ||
	    memchr(before.in.p + before.at, '.', c->r.at - before.at))
		return false;
	v /= 100000;
	used = &c->used.of[letter - letters];
	if (v < 1 || v > (int64_t)*used + 1)
		return false;
	if (v == (int64_t)*used + 1)
		++*used;
	return *used <= c->names.of[letter - letters];
}

static bool read_operands(struct content *c, struct operands *o)
{
	while (o->n < sizeof o->types - 1) {
		uint8_t next = peek(&c->r);

		if (next == '<') {
			if (!pdf_read_string(&c->r, NULL, NULL))
				return false;
			o->types[o->n++] = 's';
		} else if (next == '[') {
			reader_u8(&c->r);
			if (!read_array(c, o))
				return false;
		} else if (next == '/') {
			reader_u8(&c->r);
			if (!read_name(c, o))
				return false;
		} else if (next == '-' || is_digit(next)) {
			if (!pdf_read_number(&c->r, &o->numbers[o->n]))
				return false;
			o->types[o->n++] = 'n';
		} else {
			return true;
		}
		if (!pdf_literal(&c->r, " "))
			return false;
	}
	return true;
}

static bool fit(const struct operands *o, const char *want)
{
	if (strlen(want) != o->n)
		return false;
	for (size_t i = 0; i < o->n; i++) {
		char t = o->types[i];

		if (want[i] == 'i')
			t = t == 'n' && o->numbers[i] % 100000 == 0 && o->numbers[i] >= 0 &&
				    o->numbers[i] <= 700000
				? 'i'
				: '-';
		else if (want[i] == 't' && t == 'd')
			t = 't';
		else if (want[i] == 'd' && !o->plain)
			t = '-';
		if (t != want[i])
			return false;
	}
	return true;
}

static bool line(struct content *c)
{
	struct operands o = {0};
	struct slice name = slice_from(c->r.in, c->r.at);
	const struct pdf_operator *op;

	if (!read_operands(c, &o))
		return false;
	name = slice_from(c->r.in, c->r.at);
	name = slice_head(name, slice_find_byte(slice_head(name, OPERATOR_MAX + 1), '\n'));
	op = name.n <= OPERATOR_MAX ? pdf_operator(name) : NULL;
	if (!op || !(op->places & c->place) || !fit(&o, op->operands))
		return false;
	reader_take(&c->r, name.n + 1);
	/* A pattern's space and the pattern stand together. */
	if (c->pattern ? name.p[0] != c->pattern || name.n != 3
		       : slice_eq(name, S("scn")) || slice_eq(name, S("SCN")))
		return false;
	c->pattern = slice_eq(name, S("cs")) ? 's' : slice_eq(name, S("CS")) ? 'S' : 0;
	if (slice_eq(name, S("q")) && ++c->depth == DEPTH_MAX)
		return false;
	if (slice_eq(name, S("Q")) && c->depth-- == 0)
		return false;
	if (op->next)
		c->place = op->next;
	return reader_ok(&c->r);
}

enum err pdf_verify_content(struct verify *v, size_t at, struct slice content,
			    const struct pdf_counts *names)
{
	struct content c = {.r = reader_of(content), .names = *names, .place = PDF_AT_PAGE};

	while (reader_left(&c.r)) {
		size_t from = c.r.at;

		if (!line(&c))
			return verify_bad(v, at, "operator at byte %zu of the content", from);
	}
	if (c.depth || c.place != PDF_AT_PAGE || c.pattern)
		return verify_bad(v, at, "the content does not end as it began");
	if (memcmp(&c.used, names, sizeof c.used) != 0)
		return verify_bad(v, at, "a name that the content does not use");
	return OK;
}

/* --- ToUnicode ------------------------------------------------------------------------------ */

/* Whole characters of UTF-16, none of which hides or controls. */
static bool is_text(struct slice s)
{
	if (s.n == 0 || s.n % 2 || s.n > 32)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t c = (uint32_t)(s.p[i] << 8 | s.p[i + 1]), low;

		if (c >= 0xD800 && c <= 0xDBFF && i + 4 <= s.n) {
			low = (uint32_t)(s.p[i + 2] << 8 | s.p[i + 3]);
			if (low < 0xDC00 || low > 0xDFFF)
				return false;
			c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
			i += 2;
		}
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0xD800 && c <= 0xDFFF) ||
		    utf8_is_invisible(c))
			return false;
	}
	return true;
}

static bool read_code(struct reader *r, struct arena *arena, bool wide, int64_t *last)
{
	struct slice code, value;
	int64_t c = 0;

	if (!pdf_read_string(r, arena, &code) || code.n != (wide ? 2 : 1) || !pdf_literal(r, " "))
		return false;
	for (size_t i = 0; i < code.n; i++)
		c = c << 8 | code.p[i];
	if (c <= *last || !pdf_read_string(r, arena, &value) || !pdf_literal(r, "\n"))
		return false;
	*last = c;
	return is_text(value);
}

static bool read_map(struct reader *r, struct arena *arena)
{
	int64_t last = -1, n;
	bool wide, full = true;

	if (!pdf_literal(r, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
			    "/CMapName /Sekisho-UCS def\n/CMapType 2 def\n1 begincodespacerange\n"))
		return false;
	wide = pdf_literal(r, "<0000> <FFFF>\n");
	if (!wide && !pdf_literal(r, "<00> <FF>\n"))
		return false;
	if (!pdf_literal(r, "endcodespacerange\n"))
		return false;
	while (!pdf_literal(r, "endcmap\n")) {
		if (!full || !pdf_read_number(r, &n) || n % 100000 || n < 100000 || n > 10000000 ||
		    !pdf_literal(r, " beginbfchar\n"))
			return false;
		full = n == 10000000;
		for (n /= 100000; n; n--)
			if (!read_code(r, arena, wide, &last))
				return false;
		if (!pdf_literal(r, "endbfchar\n"))
			return false;
	}
	return pdf_literal(r, "CMapName currentdict /CMap defineresource pop\nend\nend\n");
}

enum err pdf_verify_unicode(struct verify *v, size_t at, struct slice map)
{
	struct reader r = reader_of(map);

	if (!read_map(&r, v->arena) || !reader_done(&r))
		return verify_bad(v, at, "a ToUnicode map, at its byte %zu", r.at);
	return OK;
}
