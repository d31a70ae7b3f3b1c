#include "format/pdf_cff.h"

#include "base/reader.h"
#include "format/pdf_type2.h"

#define FONTS_MAX 256u
#define STEPS UINT64_C(50000000)

/* Operators of dictionaries; those of two bytes are 0x0C00 + the second. */
enum {
	OP_CHARSET = 15,
	OP_ENCODING = 16,
	OP_CHARSTRINGS = 17,
	OP_PRIVATE = 18,
	OP_SUBRS = 19,
	OP_DEFAULT_WIDTH = 20,
	OP_NOMINAL_WIDTH = 21,
	OP_PAINT_TYPE = 0x0C05,
	OP_CHARSTRING_TYPE = 0x0C06,
	OP_MATRIX = 0x0C07,
	OP_ROS = 0x0C1E,
	OP_FD_ARRAY = 0x0C24,
	OP_FD_SELECT = 0x0C25,
};

/* A number of a dictionary. */
struct value {
	int64_t pico;  /* 0 where it is too large */
	int32_t whole; /* of an integer */
	bool is_whole;
};

/* What is needed of a dictionary. */
struct dict {
	uint32_t charset, encoding, charstrings, fd_array, fd_select, subrs;
	uint32_t private_n, private_at;
	int64_t matrix[6], nominal, usual;
	bool has_matrix, is_cid, has_private;
};

struct cff {
	struct pdf_outline *o;
	struct slice in;
	struct cff_index strings, global, charstrings;
	struct dict top;
	struct cff_private *fonts;
	uint32_t fonts_n;
	uint8_t *select;    /* font of each glyph */
	uint16_t *glyph_of; /* + 1, of a string */
};

static enum err bad(struct cff *c, const char *why)
{
	return pdf_outline_bad(c->o, why);
}

/* --- INDEX ---------------------------------------------------------------------------------- */

static uint32_t offset(const struct cff_index *index, uint32_t i)
{
	const uint8_t *p = index->offsets.p + (size_t)i * index->size;
	uint32_t v = 0;

	for (uint32_t k = 0; k < index->size; k++)
		v = v << 8 | p[k];
	return v;
}

bool cff_item(const struct cff_index *index, uint32_t i, struct slice *ret)
{
	uint32_t from, to;

	if (i >= index->n)
		return false;
	from = offset(index, i);
	to = offset(index, i + 1);
	if (from < 1 || to < from || to - 1 > index->data.n)
		return false;
	*ret = slice_of(index->data.p + from - 1, to - from);
	return true;
}

/* Reads an INDEX and stands behind it. */
static bool read_index(struct reader *r, struct cff_index *ret)
{
	struct cff_index x = {.n = reader_u16be(r)};

	if (x.n) {
		x.size = reader_u8(r);
		if (x.size < 1 || x.size > 4)
			return false;
		x.offsets = reader_take(r, ((size_t)x.n + 1) * x.size);
		if (!reader_ok(r) || offset(&x, x.n) < 1)
			return false;
		x.data = reader_take(r, offset(&x, x.n) - 1);
	}
	*ret = x;
	return reader_ok(r);
}

static bool index_at(const struct cff *c, size_t at, struct cff_index *ret)
{
	struct reader r = reader_of(c->in);

	reader_seek(&r, at);
	return read_index(&r, ret);
}

/* --- dictionaries --------------------------------------------------------------------------- */

static bool read_real(struct reader *r, struct value *ret)
{
	static const char marks[] = "0123456789.EE -";
	char text[64];
	size_t n = 0;

	for (bool end = false; !end && reader_ok(r);) {
		uint8_t b = reader_u8(r);

		for (int k = 0; k < 2 && !end; k++) {
			uint8_t v = k ? b & 15 : b >> 4;

			end = v == 15;
			if (end)
				break;
			if (v == 13 || n + 2 > sizeof text)
				return false;
			text[n++] = marks[v];
			if (v == 12)
				text[n++] = '-';
		}
	}
	*ret = (struct value){0};
	if (!pdf_decimal(slice_of(text, n), &ret->pico))
		ret->pico = 0;
	return reader_ok(r);
}

static bool read_value(struct reader *r, uint8_t b, struct value *ret)
{
	int32_t v;

	if (b == 30)
		return read_real(r, ret);
	if (b == 28)
		v = (int16_t)reader_u16be(r);
	else if (b == 29)
		v = (int32_t)reader_u32be(r);
	else if (b >= 32 && b <= 246)
		v = b - 139;
	else if (b >= 247 && b <= 250)
		v = (b - 247) * 256 + reader_u8(r) + 108;
	else if (b >= 251 && b <= 254)
		v = -(b - 251) * 256 - reader_u8(r) - 108;
	else
		return false;
	*ret = (struct value){.whole = v, .is_whole = true};
	if (v > -1000000 && v < 1000000)
		ret->pico = v * PDF_PICO;
	return reader_ok(r);
}

static int64_t fixed(const struct value *v)
{
	if (v->is_whole)
		return v->whole * (int64_t)PDF_FIXED_ONE;
	return v->pico / PDF_PICO * PDF_FIXED_ONE + v->pico % PDF_PICO * PDF_FIXED_ONE / PDF_PICO;
}

/* Puts what one operator says where it is wanted. */
static bool keep(struct dict *d, unsigned op, const struct value *v, uint32_t n)
{
	const struct {
		unsigned op;
		uint32_t *to;
	} places[] = {{OP_CHARSET, &d->charset},         {OP_ENCODING, &d->encoding},
		      {OP_CHARSTRINGS, &d->charstrings}, {OP_FD_ARRAY, &d->fd_array},
		      {OP_FD_SELECT, &d->fd_select},     {OP_SUBRS, &d->subrs}};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].op == op) {
			if (n != 1 || !v->is_whole || v->whole < 0)
				return false;
			*places[i].to = (uint32_t)v->whole;
			return true;
		}
	if (op == OP_PRIVATE) {
		if (n != 2 || !v[0].is_whole || !v[1].is_whole || v[0].whole < 0 || v[1].whole < 0)
			return false;
		d->has_private = true;
		d->private_n = (uint32_t)v[0].whole;
		d->private_at = (uint32_t)v[1].whole;
	} else if (op == OP_MATRIX) {
		if (n != 6)
			return false;
		for (int i = 0; i < 6; i++)
			d->matrix[i] = v[i].pico;
		d->has_matrix = true;
	} else if (op == OP_DEFAULT_WIDTH || op == OP_NOMINAL_WIDTH) {
		if (n != 1)
			return false;
		*(op == OP_DEFAULT_WIDTH ? &d->usual : &d->nominal) = fixed(v);
	} else if (op == OP_ROS) {
		d->is_cid = true;
	} else if (op == OP_CHARSTRING_TYPE) {
		return n == 1 && v->is_whole && v->whole == 2;
	} else if (op == OP_PAINT_TYPE) {
		return n == 1 && v->is_whole && v->whole == 0;
	}
	return true;
}

static bool read_dict(struct slice in, struct dict *ret)
{
	struct reader r = reader_of(in);
	struct value values[48] = {0};
	uint32_t n = 0;

	*ret = (struct dict){0};
	while (reader_left(&r)) {
		uint8_t b = reader_u8(&r);
		unsigned op = b;

		if (b > 21) {
			if (n == ARRAY_LEN(values) || !read_value(&r, b, &values[n++]))
				return false;
			continue;
		}
		if (b == 12)
			op = 0x0C00u + reader_u8(&r);
		if (!reader_ok(&r) || op > 0x0C26 || !keep(ret, op, values, n))
			return false;
		n = 0;
	}
	return n == 0;
}

/* --- fonts within the font ------------------------------------------------------------------ */

static enum err read_private(struct cff *c, const struct dict *of, struct cff_private *ret)
{
	struct dict d = {0};

	*ret = (struct cff_private){0};
	if (!of->has_private || !of->private_n)
		return OK;
	if (of->private_at > c->in.n || of->private_n > c->in.n - of->private_at ||
	    !read_dict(slice_of(c->in.p + of->private_at, of->private_n), &d))
		return bad(c, "its private dictionary");
	ret->nominal = d.nominal;
	ret->usual = d.usual;
	if (d.subrs && !index_at(c, (size_t)of->private_at + d.subrs, &ret->subrs))
		return bad(c, "its subroutines");
	return OK;
}

/* b after a, as matrices of 10^-12; the usual scale is 1/1000 once. */
static void joined(const int64_t *a, const int64_t *b, int64_t *ret)
{
	double m[6], x[6], y[6];

	for (int i = 0; i < 6; i++) {
		x[i] = (double)a[i] / (double)PDF_PICO;
		y[i] = (double)b[i] / (double)PDF_PICO;
	}
	m[0] = x[0] * y[0] + x[1] * y[2];
	m[1] = x[0] * y[1] + x[1] * y[3];
	m[2] = x[2] * y[0] + x[3] * y[2];
	m[3] = x[2] * y[1] + x[3] * y[3];
	m[4] = x[4] * y[0] + x[5] * y[2] + y[4];
	m[5] = x[4] * y[1] + x[5] * y[3] + y[5];
	for (int i = 0; i < 6; i++) {
		double v = m[i] * (double)PDF_PICO;

		v = v > 9e17 ? 9e17 : v < -9e17 ? -9e17 : v;
		ret[i] = (int64_t)(v < 0 ? v - 0.5 : v + 0.5);
	}
}

static void matrix_of(const struct cff *c, const struct dict *font, int64_t *ret)
{
	static const int64_t usual[6] = {PDF_PICO / 1000, 0, 0, PDF_PICO / 1000, 0, 0};

	if (font && font->has_matrix && c->top.has_matrix)
		joined(font->matrix, c->top.matrix, ret);
	else
		memcpy(ret,
		       font && font->has_matrix ? font->matrix
		       : c->top.has_matrix      ? c->top.matrix
						: usual,
		       sizeof usual);
}

static enum err read_fonts(struct cff *c)
{
	struct cff_index fonts = {0};
	int64_t matrix[6];

	c->fonts_n = 1;
	if (c->top.is_cid && (!index_at(c, c->top.fd_array, &fonts) || !fonts.n ||
			      fonts.n > FONTS_MAX || !c->top.fd_array))
		return bad(c, "the fonts that it is made of");
	c->fonts_n = c->top.is_cid ? fonts.n : 1;
	c->fonts = arena_array(c->o->arena, c->fonts_n, sizeof *c->fonts);
	if (!c->fonts)
		return ERR_MEMORY;
	if (!c->top.is_cid) {
		matrix_of(c, NULL, c->o->matrix);
		return read_private(c, &c->top, &c->fonts[0]);
	}
	for (uint32_t i = 0; i < fonts.n; i++) {
		struct slice item;
		struct dict d;

		if (!cff_item(&fonts, i, &item) || !read_dict(item, &d))
			return bad(c, "the fonts that it is made of");
		TRY(read_private(c, &d, &c->fonts[i]));
		matrix_of(c, &d, i ? matrix : c->o->matrix);
		if (i && memcmp(matrix, c->o->matrix, sizeof matrix) != 0)
			return bad(c, "fonts of different scales in one");
	}
	return OK;
}

static enum err read_select(struct cff *c)
{
	struct reader r = reader_of(c->in);
	uint32_t n = c->o->n, ranges, from, to;
	uint8_t format;

	c->select = arena_alloc(c->o->arena, n);
	if (!c->select)
		return ERR_MEMORY;
	if (!c->top.is_cid || (!c->top.fd_select && c->fonts_n == 1))
		return OK;
	reader_seek(&r, c->top.fd_select);
	format = reader_u8(&r);
	if (format != 0 && format != 3)
		return bad(c, "which of its fonts a glyph is of");
	for (uint32_t i = 0; format == 0 && i < n; i++)
		c->select[i] = reader_u8(&r);
	if (format == 3) {
		ranges = reader_u16be(&r);
		from = reader_u16be(&r);
		for (uint32_t k = 0; k < ranges && reader_ok(&r); k++, from = to) {
			uint8_t font = reader_u8(&r);

			to = reader_u16be(&r);
			for (uint32_t i = from; i < to && i < n; i++)
				c->select[i] = font;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		if (c->select[i] >= c->fonts_n || !reader_ok(&r))
			return bad(c, "which of its fonts a glyph is of");
	return OK;
}

/* --- names and codes ------------------------------------------------------------------------ */

static bool set_id(struct cff *c, uint32_t i, uint32_t id)
{
	struct pdf_glyph *g = &c->o->glyphs[i];

	g->id = (uint16_t)id;
	if (!c->glyph_of[id])
		c->glyph_of[id] = (uint16_t)(i + 1);
	if (c->top.is_cid || id < PDF_STANDARD_STRINGS)
		return true;
	return cff_item(&c->strings, id - PDF_STANDARD_STRINGS, &g->name) && g->name.n;
}

static enum err read_charset(struct cff *c)
{
	struct reader r = reader_of(c->in);
	uint32_t n = c->o->n, i = 1;
	uint8_t format;
	bool good = true;

	c->glyph_of = arena_array(c->o->arena, 65536, sizeof *c->glyph_of);
	if (!c->glyph_of)
		return ERR_MEMORY;
	if (c->top.charset <= 2) {
		if (!c->top.is_cid && (c->top.charset || n > 229))
			return bad(c, "a list of glyphs for experts");
		for (; i < n; i++)
			good &= set_id(c, i, i);
		return OK;
	}
	reader_seek(&r, c->top.charset);
	format = reader_u8(&r);
	if (format > 2)
		return bad(c, "the names of its glyphs");
	while (i < n && good && reader_ok(&r)) {
		uint32_t first = reader_u16be(&r);
		uint32_t left = format == 0 ? 0 : format == 1 ? reader_u8(&r) : reader_u16be(&r);

		for (uint32_t k = 0; k <= left && i < n && good; k++)
			good = first + k <= 65535 && set_id(c, i++, first + k);
	}
	return good && reader_ok(&r) ? OK : bad(c, "the names of its glyphs");
}

/* Codes of a table in the font. */
static enum err read_codes(struct cff *c)
{
	struct reader r = reader_of(c->in);
	uint8_t format, n;
	uint32_t glyph = 1;

	reader_seek(&r, c->top.encoding);
	format = reader_u8(&r);
	n = reader_u8(&r);
	if ((format & 127) > 1)
		return bad(c, "its codes");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t code = reader_u8(&r), left = format & 1 ? reader_u8(&r) : 0u;

		for (uint32_t k = 0; k <= left && code + k < 256; k++, glyph++)
			if (glyph < c->o->n)
				c->o->codes[code + k] = (uint16_t)glyph;
	}
	n = format & 128 ? reader_u8(&r) : 0;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t code = reader_u8(&r);
		uint16_t found = c->glyph_of[reader_u16be(&r)];

		if (found > 1)
			c->o->codes[code] = (uint16_t)(found - 1);
	}
	return reader_ok(&r) ? OK : bad(c, "its codes");
}

static enum err read_encoding(struct cff *c)
{
	if (c->top.is_cid)
		return OK;
	if (c->top.encoding > 1)
		return read_codes(c);
	if (c->top.encoding == 1)
		return bad(c, "codes for experts");
	for (uint32_t code = 0; code < 256; code++) {
		uint16_t string = pdf_standard_string((uint8_t)code);
		uint16_t found = string ? c->glyph_of[string] : 0;

		c->o->codes[code] = (uint16_t)(found > 1 ? found - 1 : 0);
	}
	return OK;
}

/* --- the font ------------------------------------------------------------------------------- */

static enum err read_heads(struct cff *c)
{
	struct reader r = reader_of(c->in);
	uint8_t major = reader_u8(&r), size;
	struct cff_index names, tops;
	struct slice top;

	reader_u8(&r);
	size = reader_u8(&r);
	reader_u8(&r);
	if (!reader_ok(&r) || major != 1 || size < 4)
		return bad(c, "it is no CFF font");
	reader_seek(&r, size);
	if (!read_index(&r, &names) || !read_index(&r, &tops) || !read_index(&r, &c->strings) ||
	    !read_index(&r, &c->global))
		return bad(c, "its beginning is cut short");
	if (tops.n != 1 || !cff_item(&tops, 0, &top) || !read_dict(top, &c->top))
		return bad(c, "its dictionary");
	if (!c->top.charstrings || !index_at(c, c->top.charstrings, &c->charstrings))
		return bad(c, "its glyphs");
	return OK;
}

enum err pdf_cff(struct slice in, struct pdf_outline *o)
{
	struct cff c = {.o = o, .in = in};
	struct cff_code code = {
	    .o = o, .global = &c.global, .charstrings = &c.charstrings, .steps = STEPS};

	TRY(read_heads(&c));
	TRY(pdf_outline_glyphs(o, c.charstrings.n));
	o->cid = c.top.is_cid;
	TRY(read_fonts(&c));
	TRY(read_select(&c));
	TRY(read_charset(&c));
	TRY(read_encoding(&c));
	code.strings = o->cid ? NULL : c.glyph_of;
	for (uint32_t i = 0; i < o->n; i++) {
		code.private_dict = &c.fonts[c.select[i]];
		TRY(pdf_type2(&code, i));
	}
	return OK;
}

struct slice pdf_cff_of_opentype(struct slice in)
{
	struct reader r = reader_of(in);
	uint32_t n;

	if (!slice_eq(reader_take(&r, 4), S("OTTO")))
		return S("");
	n = reader_u16be(&r);
	reader_take(&r, 6);
	for (uint32_t i = 0; i < n && reader_ok(&r); i++) {
		struct slice tag = reader_take(&r, 4);
		uint32_t at, len;

		reader_u32be(&r);
		at = reader_u32be(&r);
		len = reader_u32be(&r);
		if (reader_ok(&r) && slice_eq(tag, S("CFF ")) && at <= in.n)
			return slice_head(slice_from(in, at), len);
	}
	return S("");
}
