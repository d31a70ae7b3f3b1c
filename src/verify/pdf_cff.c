/*
 * CFF as our writer prints it: nine parts one behind the other, each place told once and right;
 * glyphs of moves, lines and curves alone, with their width first. No subroutine, no hint, no
 * arithmetic, no dictionary entry beyond those that are needed.
 */
#include "verify/pdf.h"

#define UNIT 65536
#define OWN_STRINGS 391u

/* Operators of charstrings, and how many operands they hold at most. */
enum { LINES = 5, CURVES = 8, LAST = 14, MOVE = 21 };

struct index {
	uint32_t n, size;
	const uint8_t *offsets;
	struct slice data;
};

struct cff {
	struct reader r;
	bool cid;
	uint32_t n, strings, cids, places[4], private_n;
	int32_t box[4];
	int64_t reach[4]; /* around all points */
	bool reached;
	const uint8_t *charset;
	const char *why;
};

static bool no(struct cff *c, const char *why)
{
	if (!c->why)
		c->why = why;
	return false;
}

static uint32_t number_of(const uint8_t *p, uint32_t n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* An INDEX of items that fill it without gaps, its offsets as short as they can be. */
static bool read_index(struct cff *c, struct index *ret)
{
	struct index x = {.n = reader_u16be(&c->r)};
	uint32_t before = 1, end = 1;

	if (x.n) {
		x.size = reader_u8(&c->r);
		if (x.size < 1 || x.size > 4)
			return no(c, "an index");
		x.offsets = reader_take(&c->r, ((size_t)x.n + 1) * x.size).p;
		if (!reader_ok(&c->r) || number_of(x.offsets, x.size) != 1)
			return no(c, "an index");
		for (uint32_t i = 1; i <= x.n; i++, before = end) {
			end = number_of(x.offsets + (size_t)i * x.size, x.size);
			if (end < before)
				return no(c, "an index");
		}
		if (x.size > 1 && end >> (8 * (x.size - 1)) == 0)
			return no(c, "offsets of an index");
		x.data = reader_take(&c->r, end - 1);
	}
	*ret = x;
	return reader_ok(&c->r) ? true : no(c, "an index");
}

static struct slice item(const struct index *x, uint32_t i)
{
	uint32_t from = number_of(x->offsets + (size_t)i * x->size, x->size);
	uint32_t to = number_of(x->offsets + ((size_t)i + 1) * x->size, x->size);

	return slice_of(x->data.p + from - 1, to - from);
}

/* A number that begins with b, in 1/65536, in its shortest form. */
static bool read_fixed(struct reader *r, uint8_t b, int32_t *ret)
{
	int32_t v = 0;

	if (b == 255) {
		*ret = (int32_t)reader_u32be(r);
		return *ret % UNIT != 0;
	}
	if (b == 28) {
		v = (int16_t)reader_u16be(r);
		if (v >= -1131 && v <= 1131)
			return false;
	} else if (b >= 32 && b <= 246) {
		v = b - 139;
	} else if (b >= 247 && b <= 250) {
		v = (b - 247) * 256 + reader_u8(r) + 108;
	} else if (b >= 251) {
		v = -((b - 251) * 256 + reader_u8(r) + 108);
	} else {
		return false;
	}
	*ret = v * UNIT;
	return v > INT16_MIN;
}

/* --- the dictionary ------------------------------------------------------------------------- */

static bool literal(struct reader *r, const void *p, size_t n)
{
	struct slice want = slice_of(p, n);

	if (!slice_starts(slice_from(r->in, r->at), want))
		return false;
	reader_take(r, n);
	return true;
}

/* A decimal as a number of the file is written, in nibbles that end with one or two 15. */
static bool read_real(struct reader *r)
{
	char text[40];
	struct reader t;
	size_t n = 0, dot;
	bool end = false;

	if (reader_u8(r) != 30)
		return false;
	while (!end) {
		uint8_t b = reader_u8(r);

		if (!reader_ok(r) || n + 2 > sizeof text)
			return false;
		for (int k = 0; k < 2; k++) {
			uint8_t v = k ? b & 15 : b >> 4;

			if (end && v != 15)
				return false;
			end |= v == 15;
			if (v > 9 && v != 10 && v != 14 && v != 15)
				return false;
			if (!end)
				text[n++] = v == 10 ? '.' : v == 14 ? '-' : (char)('0' + v);
		}
	}
	t = reader_of(slice_of(text, n));
	dot = slice_find_byte(t.in, '.');
	pdf_literal(&t, "-");
	if (t.at == n || (t.in.p[t.at] == '0' && t.at + 1 < n && t.in.p[t.at + 1] != '.') ||
	    slice_eq(t.in, S("-0")) || n - t.at > 24)
		return false;
	if (dot != SIZE_MAX && (dot == t.at || dot + 1 == n || n - dot > 13 || text[n - 1] == '0'))
		return false;
	for (size_t i = t.at; i < n; i++)
		if ((text[i] < '0' || text[i] > '9') && i != dot)
			return false;
	return true;
}

static bool read_place(struct reader *r, uint32_t *ret)
{
	if (reader_u8(r) != 29)
		return false;
	*ret = reader_u32be(r);
	return reader_ok(r) && *ret <= INT32_MAX;
}

static bool read_top(struct cff *c, struct slice top)
{
	static const uint8_t ros[] = {248, 27, 248, 28, 139, 12, 30};
	static const uint8_t ends[2][4][3] = {{{15, 0, 1}, {16, 0, 1}, {17, 0, 1}, {18, 0, 1}},
					      {{15, 0, 1}, {12, 37, 2}, {17, 0, 1}, {12, 36, 2}}};
	struct reader r = reader_of(top);
	int32_t v = 0;

	c->cid = literal(&r, ros, sizeof ros);
	for (int i = 0; i < 4; i++) {
		if (!read_fixed(&r, reader_u8(&r), &v) || v % UNIT)
			return false;
		c->box[i] = v / UNIT;
	}
	if (reader_u8(&r) != 5)
		return false;
	if (reader_left(&r) && r.in.p[r.at] == 30) {
		for (int i = 0; i < 6; i++)
			if (!read_real(&r))
				return false;
		if (!literal(&r, "\x0C\x07", 2))
			return false;
	}
	if (c->cid && (!read_place(&r, &c->cids) || !literal(&r, "\x0C\x22", 2)))
		return false;
	for (int i = 0; i < 4; i++) {
		if (i == 3 && !c->cid && !read_place(&r, &c->private_n))
			return false;
		if (!read_place(&r, &c->places[i]) ||
		    !literal(&r, ends[c->cid][i], ends[c->cid][i][2]))
			return false;
	}
	return reader_done(&r);
}

/* --- names and codes ------------------------------------------------------------------------ */

static bool read_strings(struct cff *c)
{
	struct index x;

	if (!read_index(c, &x))
		return false;
	c->strings = x.n;
	if (c->cid && (x.n != 2 || !slice_eq(item(&x, 0), S("Adobe")) ||
		       !slice_eq(item(&x, 1), S("Identity"))))
		return no(c, "strings");
	for (uint32_t i = 0; i < x.n && !c->cid; i++)
		if (!pdf_glyph_name_ok(item(&x, i)))
			return no(c, "a glyph's name");
	return reader_u16be(&c->r) == 0 && reader_ok(&c->r) ? true : no(c, "subroutines");
}

/* Each string of the font's own is the name of one glyph, in their order. */
static bool check_charset(struct cff *c)
{
	uint32_t own = 0, top = 0;

	for (uint32_t i = 0; i + 1 < c->n; i++) {
		uint32_t id = number_of(c->charset + 2 * (size_t)i, 2);

		top = id > top ? id : top;
		if (!c->cid && id >= OWN_STRINGS && id != OWN_STRINGS + own++)
			return no(c, "names of glyphs");
	}
	if (c->cid)
		return c->cids == top + 1 || no(c, "the number of CIDs");
	return own == c->strings || no(c, "a name of no glyph");
}

static bool has_string(const struct cff *c, uint32_t id)
{
	for (uint32_t i = 0; i + 1 < c->n; i++)
		if (number_of(c->charset + 2 * (size_t)i, 2) == id)
			return true;
	return false;
}

/* All codes as a supplement, rising; for CIDs one font for all glyphs. */
static bool read_coding(struct cff *c)
{
	int before = -1;
	uint32_t n;

	if (c->cid)
		return (reader_u8(&c->r) == 3 && reader_u16be(&c->r) == 1 &&
			reader_u16be(&c->r) == 0 && reader_u8(&c->r) == 0 &&
			reader_u16be(&c->r) == c->n) ||
		       no(c, "which font a glyph is of");
	if (!literal(&c->r, "\x80", 2))
		return no(c, "codes");
	n = reader_u8(&c->r);
	for (uint32_t i = 0; i < n; i++) {
		int code = reader_u8(&c->r);

		if (code <= before || !has_string(c, reader_u16be(&c->r)))
			return no(c, "codes");
		before = code;
	}
	return true;
}

/* --- glyphs --------------------------------------------------------------------------------- */

struct glyph {
	int32_t operands[49];
	uint32_t n;
	int64_t x, y;
	bool width, open, ended;
	uint8_t before;    /* operator, and */
	uint32_t before_n; /* how many operands it had */
};

/* The operands of an operator, point by point. */
static bool points(struct cff *c, struct glyph *g, uint32_t from)
{
	const int64_t limit = (int64_t)32767 * UNIT;

	for (uint32_t i = from; i < g->n; i += 2) {
		int64_t *b = c->reach;

		g->x += g->operands[i];
		g->y += g->operands[i + 1];
		if (g->x > limit || g->x < -limit || g->y > limit || g->y < -limit)
			return no(c, "a glyph that reaches too far");
		if (!c->reached) {
			b[0] = b[2] = g->x;
			b[1] = b[3] = g->y;
		}
		c->reached = true;
		b[0] = g->x < b[0] ? g->x : b[0];
		b[1] = g->y < b[1] ? g->y : b[1];
		b[2] = g->x > b[2] ? g->x : b[2];
		b[3] = g->y > b[3] ? g->y : b[3];
	}
	return true;
}

/* Operators of one kind that follow each other hold as many operands as may be. */
static bool operator_of(struct cff *c, struct glyph *g, uint8_t op)
{
	uint32_t n = g->n, skip = g->width ? 0 : 1, unit = op == LINES ? 2 : 6;

	if (op == LAST) {
		g->ended = true;
		return n == skip ? true : no(c, "the end of a glyph");
	}
	if (op == MOVE) {
		if (n != 2 + skip || g->before == MOVE)
			return no(c, "a move");
	} else if (op != LINES && op != CURVES) {
		return no(c, "an operator of a glyph");
	} else if (!g->before || n == 0 || n % unit || (g->before == op && g->before_n != 48)) {
		return no(c, "operands of a path");
	}
	g->width = true;
	if (!points(c, g, op == MOVE ? skip : 0))
		return false;
	g->before = op;
	g->before_n = n;
	g->n = 0;
	return true;
}

static bool glyph(struct cff *c, struct slice code)
{
	struct glyph g = {0};
	struct reader r = reader_of(code);

	while (reader_left(&r) && !g.ended) {
		uint8_t b = reader_u8(&r);

		if (b < 32 && b != 28) {
			if (!operator_of(c, &g, b))
				return false;
			continue;
		}
		if (g.n == 48 || !read_fixed(&r, b, &g.operands[g.n++]))
			return no(c, "a number of a glyph");
	}
	if (g.before == MOVE)
		return no(c, "a move to nothing");
	return (reader_done(&r) && g.ended) || no(c, "a glyph without its end");
}

/* The box of the font is the one around all points of all glyphs. */
static bool check_box(struct cff *c)
{
	for (int i = 0; i < 4; i++) {
		int64_t v = i < 2 ? c->reach[i] : -c->reach[i];
		int64_t down = v >= 0 ? v / UNIT : -((UNIT - 1 - v) / UNIT);

		if (c->box[i] != (i < 2 ? down : -down))
			return no(c, "its box");
	}
	return true;
}

static bool read_charstrings(struct cff *c, struct index *ret)
{
	if (c->r.at != c->places[2] || !read_index(c, ret) || ret->n != c->n)
		return no(c, "glyphs");
	for (uint32_t i = 0; i < ret->n; i++)
		if (!glyph(c, item(ret, i)))
			return false;
	return check_box(c);
}

/* --- the font ------------------------------------------------------------------------------- */

/* How many glyphs there are stands before them only in the INDEX that comes later. */
static bool count_glyphs(struct cff *c)
{
	struct reader r = c->r;

	if (c->places[2] > r.in.n)
		return no(c, "places");
	reader_seek(&r, c->places[2]);
	c->n = reader_u16be(&r);
	return (reader_ok(&r) && c->n) || no(c, "glyphs");
}

static bool read_private(struct cff *c)
{
	struct index fonts;
	struct reader r;
	uint32_t at = c->places[3];

	if (c->cid) {
		if (c->r.at != at || !read_index(c, &fonts) || fonts.n != 1)
			return no(c, "the font within it");
		r = reader_of(item(&fonts, 0));
		if (!read_place(&r, &c->private_n) || !read_place(&r, &at) ||
		    !literal(&r, "\x12", 1) || !reader_done(&r))
			return no(c, "the font within it");
	}
	return (c->r.at == at && c->private_n == 4 && literal(&c->r, "\x8B\x14\x8B\x15", 4) &&
		reader_done(&c->r)) ||
	       no(c, "its widths");
}

static bool check(struct cff *c)
{
	struct index x;

	if (!literal(&c->r, "\1\0\4\4\0\1\1\1\5Font", 13))
		return no(c, "its head");
	if (!read_index(c, &x) || x.n != 1 || !read_top(c, item(&x, 0)))
		return no(c, "its dictionary");
	if (!read_strings(c) || !count_glyphs(c))
		return false;
	if (c->r.at != c->places[0] || reader_u8(&c->r) != 0)
		return no(c, "names of glyphs");
	c->charset = reader_take(&c->r, 2 * ((size_t)c->n - 1)).p;
	if (!reader_ok(&c->r) || !check_charset(c))
		return no(c, "names of glyphs");
	if (c->r.at != c->places[1] || !read_coding(c))
		return no(c, "codes");
	return read_charstrings(c, &x) && read_private(c);
}

enum err pdf_verify_cff(struct verify *v, size_t at, struct slice font)
{
	struct cff c = {.r = reader_of(font)};

	return check(&c) ? OK : verify_bad(v, at, "a font: %s", c.why);
}
