#include "format/pdf_outline.h"

#include <stdio.h>
#include "names/pdf.h"

#define REACH ((int64_t)32767 * PDF_FIXED_ONE) /* of a coordinate */

enum { MOVE = 21, LINE = 5, CURVE = 8, END = 14 };

void pdf_outline_init(struct pdf_outline *o, struct arena *arena, size_t max)
{
	*o = (struct pdf_outline){.arena = arena};
	o->matrix[0] = o->matrix[3] = PDF_PICO / 1000;
	buf_init(&o->charstrings, max);
}

void pdf_outline_free(struct pdf_outline *o)
{
	buf_free(&o->charstrings);
}

enum err pdf_outline_bad(struct pdf_outline *o, const char *why)
{
	if (!o->why)
		o->why = why;
	return ERR_SYNTAX;
}

enum err pdf_outline_glyphs(struct pdf_outline *o, uint32_t n)
{
	if (n == 0 || n > PDF_GLYPHS_MAX)
		return pdf_outline_bad(o, "its number of glyphs");
	o->glyphs = arena_array(o->arena, n, sizeof *o->glyphs);
	o->n = n;
	return o->glyphs ? OK : ERR_MEMORY;
}

/* --- the pen -------------------------------------------------------------------------------- */

/* A number of a charstring in its shortest form. */
static void put_fixed(struct buf *out, int32_t v)
{
	int32_t whole = v / PDF_FIXED_ONE;

	if (v % PDF_FIXED_ONE) {
		buf_byte(out, 255);
		buf_u32be(out, (uint32_t)v);
	} else if (whole >= -107 && whole <= 107) {
		buf_byte(out, (uint8_t)(whole + 139));
	} else if (whole >= 108 && whole <= 1131) {
		buf_byte(out, (uint8_t)(247 + ((whole - 108) >> 8)));
		buf_byte(out, (uint8_t)((whole - 108) & 255));
	} else if (whole >= -1131 && whole <= -108) {
		buf_byte(out, (uint8_t)(251 + ((-whole - 108) >> 8)));
		buf_byte(out, (uint8_t)((-whole - 108) & 255));
	} else {
		buf_byte(out, 28);
		buf_u16be(out, (uint16_t)whole);
	}
}

static void put_width(struct pdf_outline *o)
{
	if (!o->pen.width_printed)
		put_fixed(&o->charstrings, (int32_t)o->pen.width);
	o->pen.width_printed = true;
}

static void flush(struct pdf_outline *o)
{
	if (!o->pen.op)
		return;
	for (uint32_t i = 0; i < o->pen.n; i++)
		put_fixed(&o->charstrings, o->pen.operands[i]);
	buf_byte(&o->charstrings, o->pen.op);
	o->pen.op = 0;
	o->pen.n = 0;
}

/* A point as operands of the operator that is gathered. */
static void point(struct pdf_outline *o, int64_t x, int64_t y)
{
	struct pdf_pen *p = &o->pen;
	int64_t dx = x - p->at_x, dy = y - p->at_y;

	if (x > REACH || x < -REACH || y > REACH || y < -REACH || dx > REACH || dx < -REACH ||
	    dy > REACH || dy < -REACH) {
		o->why = o->why ? o->why : "a glyph that reaches too far";
		return;
	}
	p->operands[p->n++] = (int32_t)dx;
	p->operands[p->n++] = (int32_t)dy;
	p->x = p->at_x = x;
	p->y = p->at_y = y;
	if (!o->boxed) {
		o->box[0] = o->box[2] = x;
		o->box[1] = o->box[3] = y;
	}
	o->boxed = true;
	o->box[0] = x < o->box[0] ? x : o->box[0];
	o->box[1] = y < o->box[1] ? y : o->box[1];
	o->box[2] = x > o->box[2] ? x : o->box[2];
	o->box[3] = y > o->box[3] ? y : o->box[3];
}

/* Operands of one operator are gathered until it changes or 48 of them are there. */
static void gather(struct pdf_outline *o, uint8_t op, uint32_t n)
{
	if (o->pen.op != op || o->pen.n + n > ARRAY_LEN(o->pen.operands))
		flush(o);
	o->pen.op = op;
}

static void open_contour(struct pdf_outline *o)
{
	if (o->pen.open)
		return;
	flush(o);
	put_width(o);
	o->pen.op = MOVE;
	point(o, o->pen.x, o->pen.y);
	flush(o);
	o->pen.open = true;
}

void pdf_pen_begin(struct pdf_outline *o, uint32_t i, int64_t width)
{
	o->glyphs[i].at = o->charstrings.n;
	o->pen = (struct pdf_pen){.width = width};
	if (width > REACH || width < -REACH)
		o->why = o->why ? o->why : "the width of a glyph";
}

void pdf_pen_move(struct pdf_outline *o, int64_t x, int64_t y)
{
	o->pen.x = x;
	o->pen.y = y;
	o->pen.open = false;
}

void pdf_pen_line(struct pdf_outline *o, int64_t x, int64_t y)
{
	if (o->why)
		return;
	open_contour(o);
	gather(o, LINE, 2);
	point(o, x, y);
}

void pdf_pen_curve(struct pdf_outline *o, const int64_t xy[6])
{
	if (o->why)
		return;
	open_contour(o);
	gather(o, CURVE, 6);
	for (int i = 0; i < 6; i += 2)
		point(o, xy[i], xy[i + 1]);
}

enum err pdf_pen_end(struct pdf_outline *o)
{
	flush(o);
	put_width(o);
	buf_byte(&o->charstrings, END);
	return o->why ? ERR_SYNTAX : buf_err(&o->charstrings);
}

/* --- numbers and codes ---------------------------------------------------------------------- */

/* v * 10^shift, rounded; false beyond 10^18. */
static bool scaled(int64_t v, int shift, int64_t *ret)
{
	int64_t half = 0;

	for (; shift > 0 && v; shift--) {
		if (v > INT64_C(100000000000000000))
			return false;
		v *= 10;
	}
	for (; shift < 0 && v; shift++) {
		half = v % 10;
		v /= 10;
	}
	*ret = v + (half >= 5);
	return true;
}

bool pdf_decimal(struct slice s, int64_t *ret)
{
	bool minus = s.n && s.p[0] == '-', dot = false, minus_e = false;
	int64_t v = 0, e = 0;
	int shift = 12;
	size_t i = s.n && (minus || s.p[0] == '+'), digits = 0;

	for (; i < s.n && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9')); i++) {
		if (s.p[i] == '.') {
			if (dot)
				return false;
			dot = true;
			continue;
		}
		digits++;
		if (v < INT64_C(10000000000000000)) {
			v = v * 10 + (s.p[i] - '0');
			shift -= dot;
		} else {
			shift += !dot;
		}
	}
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i++;
		minus_e = i < s.n && s.p[i] == '-';
		i += i < s.n && (s.p[i] == '-' || s.p[i] == '+');
		for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && e < 1000; i++)
			e = e * 10 + (s.p[i] - '0');
	}
	if (i != s.n || !digits || !scaled(v, shift + (int)(minus_e ? -e : e), &v))
		return false;
	*ret = minus ? -v : v;
	return true;
}

uint16_t pdf_standard_string(uint8_t code)
{
	static const struct {
		uint8_t from, to, string;
	} runs[] = {{32, 126, 1},    {161, 175, 96},  {177, 180, 111}, {182, 189, 115},
		    {191, 191, 123}, {193, 200, 124}, {202, 203, 132}, {205, 208, 134},
		    {225, 225, 138}, {227, 227, 139}, {232, 235, 140}, {241, 241, 144},
		    {245, 245, 145}, {248, 251, 146}};

	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		if (code >= runs[i].from && code <= runs[i].to)
			return (uint16_t)(runs[i].string + code - runs[i].from);
	return 0;
}

/* clang-format off */
static const char *const standard_names[] = {
	"", "space", "exclam", "quotedbl", "numbersign", "dollar", "percent", "ampersand",
	"quoteright", "parenleft", "parenright", "asterisk", "plus", "comma", "hyphen", "period",
	"slash", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
	"colon", "semicolon", "less", "equal", "greater", "question", "at", "A", "B", "C", "D",
	"E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V",
	"W", "X", "Y", "Z", "bracketleft", "backslash", "bracketright", "asciicircum",
	"underscore", "quoteleft", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
	"m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "braceleft", "bar",
	"braceright", "asciitilde", "exclamdown", "cent", "sterling", "fraction", "yen",
	"florin", "section", "currency", "quotesingle", "quotedblleft", "guillemotleft",
	"guilsinglleft", "guilsinglright", "fi", "fl", "endash", "dagger", "daggerdbl",
	"periodcentered", "paragraph", "bullet", "quotesinglbase", "quotedblbase",
	"quotedblright", "guillemotright", "ellipsis", "perthousand", "questiondown", "grave",
	"acute", "circumflex", "tilde", "macron", "breve", "dotaccent", "dieresis", "ring",
	"cedilla", "hungarumlaut", "ogonek", "caron", "emdash", "AE", "ordfeminine", "Lslash",
	"Oslash", "OE", "ordmasculine", "ae", "dotlessi", "lslash", "oslash", "oe", "germandbls",
};
/* clang-format on */

const char *pdf_standard_name(uint8_t code)
{
	return standard_names[pdf_standard_string(code)];
}

/* --- printing ------------------------------------------------------------------------------- */

/* The parts of the file, one behind the other. */
enum part { HEAD, TOP, STRINGS, CHARSET, CODING, CHARSTRINGS, FONTS, PRIVATE, PARTS };

static unsigned bytes_of(size_t v)
{
	return v < 0x100 ? 1 : v < 0x10000 ? 2 : v < 0x1000000 ? 3 : 4;
}

static void put_bytes(struct buf *out, size_t v, unsigned n)
{
	while (n--)
		buf_byte(out, (uint8_t)(v >> (8 * n)));
}

/* An INDEX: ends[i] is where item i ends in the data. */
static void put_index(struct buf *out, const size_t *ends, uint32_t n, struct slice data)
{
	unsigned size = bytes_of(data.n + 1);

	buf_u16be(out, (uint16_t)n);
	if (!n)
		return;
	buf_byte(out, (uint8_t)size);
	put_bytes(out, 1, size);
	for (uint32_t i = 0; i < n; i++)
		put_bytes(out, ends[i] + 1, size);
	buf_slice(out, data);
}

static void put_one(struct buf *out, struct slice data)
{
	put_index(out, &data.n, 1, data);
}

static void put_operator(struct buf *out, unsigned op)
{
	if (op >= 0x0C00)
		buf_byte(out, 12);
	buf_byte(out, (uint8_t)op);
}

/* An offset or number in the form of five bytes, so that its length is known beforehand. */
static void put_place(struct buf *out, size_t v)
{
	buf_byte(out, 29);
	buf_u32be(out, (uint32_t)v);
}

/* A decimal without needless digits, two nibbles a byte, ended by 15. */
static void put_real(struct buf *out, int64_t v)
{
	char text[40];
	int n = snprintf(text, sizeof text, "%s%lld.%012lld", v < 0 ? "-" : "",
			 (long long)((v < 0 ? -v : v) / PDF_PICO),
			 (long long)((v < 0 ? -v : v) % PDF_PICO));
	uint8_t nibbles[42];

	while (text[n - 1] == '0')
		n--;
	n -= text[n - 1] == '.';
	for (int i = 0; i < n; i++)
		nibbles[i] = text[i] == '.' ? 10 : text[i] == '-' ? 14 : (uint8_t)(text[i] - '0');
	nibbles[n] = nibbles[n + 1] = 15;
	buf_byte(out, 30);
	for (int i = 0; i <= n; i += 2)
		buf_byte(out, (uint8_t)(nibbles[i] << 4 | nibbles[i + 1]));
}

static bool is_usual(const int64_t *m)
{
	return m[0] == PDF_PICO / 1000 && !m[1] && !m[2] && m[3] == m[0] && !m[4] && !m[5];
}

static int64_t floor_units(int64_t v)
{
	return v >= 0 ? v / PDF_FIXED_ONE : -((-v + PDF_FIXED_ONE - 1) / PDF_FIXED_ONE);
}

static void put_top(const struct pdf_outline *o, const size_t *at, size_t private_n, uint32_t cids,
		    struct buf *out)
{
	if (o->cid) {
		put_fixed(out, PDF_STANDARD_STRINGS * PDF_FIXED_ONE);
		put_fixed(out, (PDF_STANDARD_STRINGS + 1) * PDF_FIXED_ONE);
		put_fixed(out, 0);
		put_operator(out, 0x0C1E); /* ROS */
	}
	for (int i = 0; i < 4; i++)
		put_fixed(out,
			  (int32_t)(i < 2 ? floor_units(o->box[i]) : -floor_units(-o->box[i])) *
			      PDF_FIXED_ONE);
	put_operator(out, 5); /* FontBBox */
	for (int i = 0; i < 6 && !is_usual(o->matrix); i++)
		put_real(out, o->matrix[i]);
	if (!is_usual(o->matrix))
		put_operator(out, 0x0C07); /* FontMatrix */
	if (o->cid) {
		put_place(out, cids);
		put_operator(out, 0x0C22); /* CIDCount */
	}
	put_place(out, at[CHARSET]);
	put_operator(out, 15);
	put_place(out, at[CODING]);
	put_operator(out, o->cid ? 0x0C25 : 16); /* FDSelect or Encoding */
	put_place(out, at[CHARSTRINGS]);
	put_operator(out, 17);
	if (!o->cid)
		put_place(out, private_n);
	put_place(out, o->cid ? at[FONTS] : at[PRIVATE]);
	put_operator(out, o->cid ? 0x0C24 : 18); /* FDArray or Private */
}

/* Glyphs' names that are no standard strings, or what the CIDs are of. */
static enum err put_strings(const struct pdf_outline *o, struct buf *out)
{
	size_t *ends = arena_array(o->arena, (size_t)o->n + 2, sizeof *ends);
	uint32_t n = 0;
	AUTO_BUF data;

	if (!ends)
		return ERR_MEMORY;
	buf_init(&data, out->max);
	if (o->cid) {
		buf_str(&data, "AdobeIdentity");
		ends[n++] = 5;
		ends[n++] = 13;
	}
	for (uint32_t i = 1; i < o->n && !o->cid; i++)
		if (o->glyphs[i].name.n) {
			buf_slice(&data, o->glyphs[i].name);
			ends[n++] = data.n;
		}
	TRY(buf_err(&data));
	put_index(out, ends, n, buf_view(&data));
	buf_u16be(out, 0); /* global subroutines: none */
	return buf_err(out);
}

static void put_charset(const struct pdf_outline *o, struct buf *out, uint32_t *ret_cids)
{
	uint32_t string = PDF_STANDARD_STRINGS;

	*ret_cids = 1;
	buf_byte(out, 0);
	for (uint32_t i = 1; i < o->n; i++) {
		const struct pdf_glyph *g = &o->glyphs[i];

		buf_u16be(out, (uint16_t)(!o->cid && g->name.n ? string++ : g->id));
		*ret_cids = g->id + 1u > *ret_cids ? g->id + 1u : *ret_cids;
	}
}

/* Encoding: format 0 without codes, and all codes as a supplement; or one font for all glyphs. */
static enum err put_coding(struct pdf_outline *o, struct slice charset, struct buf *out)
{
	uint32_t n = 0;

	if (o->cid) {
		buf_byte(out, 3);
		buf_u16be(out, 1);
		put_bytes(out, 0, 3);
		buf_u16be(out, (uint16_t)o->n);
		return OK;
	}
	for (int c = 0; c < 256; c++)
		n += o->codes[c] > 0;
	if (n > 255)
		return pdf_outline_bad(o, "a font with a glyph for each of 256 codes");
	buf_byte(out, 0x80);
	buf_byte(out, 0);
	buf_byte(out, (uint8_t)n);
	for (int c = 0; c < 256; c++)
		if (o->codes[c]) {
			buf_byte(out, (uint8_t)c);
			buf_put(out, charset.p + 1 + 2 * (o->codes[c] - (size_t)1), 2);
		}
	return OK;
}

static enum err put_charstrings(const struct pdf_outline *o, struct buf *out)
{
	size_t *ends = arena_array(o->arena, o->n, sizeof *ends);

	if (!ends)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < o->n; i++)
		ends[i] = i + 1 < o->n ? o->glyphs[i + 1].at : o->charstrings.n;
	put_index(out, ends, o->n, buf_view(&o->charstrings));
	return buf_err(out);
}

static enum err put_parts(struct pdf_outline *o, struct buf parts[PARTS], struct buf *out)
{
	/* defaultWidthX and nominalWidthX are 0: each glyph says its width */
	static const uint8_t private_dict[] = {139, 20, 139, 21};
	static const uint8_t head[] = {1, 0, 4, 4, 0, 1, 1, 1, 5, 'F', 'o', 'n', 't'};
	size_t at[PARTS] = {0};
	uint32_t cids;
	AUTO_BUF dict;

	buf_init(&dict, 4096);
	buf_put(&parts[HEAD], head, sizeof head);
	TRY(put_strings(o, &parts[STRINGS]));
	put_charset(o, &parts[CHARSET], &cids);
	TRY(put_coding(o, buf_view(&parts[CHARSET]), &parts[CODING]));
	TRY(put_charstrings(o, &parts[CHARSTRINGS]));
	buf_put(&parts[PRIVATE], private_dict, sizeof private_dict);
	/* Places have a fixed length: the second round knows them. */
	for (int round = 0; round < 2; round++) {
		parts[TOP].n = parts[FONTS].n = dict.n = 0;
		put_place(&dict, sizeof private_dict);
		put_place(&dict, at[PRIVATE]);
		put_operator(&dict, 18);
		if (o->cid)
			put_one(&parts[FONTS], buf_view(&dict));
		dict.n = 0;
		put_top(o, at, sizeof private_dict, cids, &dict);
		put_one(&parts[TOP], buf_view(&dict));
		for (int i = 1; i < PARTS; i++)
			at[i] = at[i - 1] + parts[i - 1].n;
	}
	for (int i = 0; i < PARTS; i++) {
		TRY(buf_err(&parts[i]));
		buf_slice(out, buf_view(&parts[i]));
	}
	return buf_err(out);
}

/* Names that may not stand there become g and the number of the glyph. */
static enum err settle_names(struct pdf_outline *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		struct pdf_glyph *g = &o->glyphs[i];
		char *name;

		if (o->cid || !g->name.n || pdf_glyph_name_ok(g->name))
			continue;
		name = arena_printf(o->arena, "g%u", i);
		if (!name)
			return ERR_MEMORY;
		g->name = slice_str(name);
	}
	return OK;
}

enum err pdf_outline_print(struct pdf_outline *o, struct buf *out)
{
	struct buf parts[PARTS];
	enum err e;

	if ((double)o->matrix[0] * (double)o->matrix[3] ==
	    (double)o->matrix[1] * (double)o->matrix[2])
		return pdf_outline_bad(o, "its matrix");
	if (!o->cid && o->n > 65535 - PDF_STANDARD_STRINGS)
		return pdf_outline_bad(o, "its number of glyphs");
	TRY(settle_names(o));
	for (int i = 0; i < PARTS; i++)
		buf_init(&parts[i], out->max);
	e = put_parts(o, parts, out);
	for (int i = 0; i < PARTS; i++)
		buf_free(&parts[i]);
	return e;
}
