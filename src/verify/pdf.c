#include "verify/pdf.h"

#include <stdio.h>
#include "base/buf.h"
#include "names/field.h"
#include "verify/unfold.h"

#define OBJECTS_MAX 500000u
#define FORM_DEPTH 24u

/* What is known of an object: its kind since it was first named, the rest once it was read. */
struct object {
	enum pdf_kind kind;
	size_t at;
	uint32_t owner;          /* of a content: its page */
	struct pdf_counts names; /* of a page or form */
	bool image, wants_mask, wants_form;
	unsigned components; /* of a function: those of its shading */
};

/* What the keys of the object that is being read say. */
struct facts {
	uint32_t keys; /* bit i: row i of its kind */
	struct slice subtype, filter;
	int64_t length, unfolded, size, width, height, depth, kids, count, first, last;
	size_t decode, widths, coords, background;
	int64_t shading;
	unsigned shades, outputs;
	unsigned components;
	bool is_mask, indexed, coding_is_name, unfolded_set;
};

struct pdf {
	struct verify *v;
	struct reader r;
	struct object *objects; /* object k is [k - 1] */
	size_t n, cap;
	uint32_t now;
	struct facts facts;
	struct {
		uint32_t from, to;
	} * edges;
	size_t edges_n, edges_cap;
	enum err e; /* of memory; all else is false */
};

static bool dict(struct pdf *p, enum pdf_kind kind);

static struct object *object(struct pdf *p, size_t k)
{
	return &p->objects[k - 1];
}

static bool read_int(struct pdf *p, int64_t *ret)
{
	int64_t v = 0;

	if (!pdf_read_number(&p->r, &v) || v % 100000)
		return false;
	*ret = v / 100000;
	return true;
}

/* n 0 R: an object that was named before as that kind, or the next new one. */
static bool reference(struct pdf *p, enum pdf_kind kind, uint32_t *ret)
{
	int64_t n = 0;

	if (!read_int(p, &n) || n < 1 || n > (int64_t)p->n + 1 || n > OBJECTS_MAX ||
	    !pdf_literal(&p->r, " 0 R"))
		return false;
	if (n == (int64_t)p->n + 1) {
		p->e = arena_grow(p->v->arena, (void **)&p->objects, p->n, &p->cap,
				  sizeof *p->objects);
		if (p->e != OK)
			return false;
		p->objects[p->n++] = (struct object){.kind = kind, .owner = p->now};
	} else if (kind == PDF_CONTENT) {
		return false; /* each page has its own */
	}
	if (pdf_draws(kind) && p->now && pdf_draws(object(p, p->now)->kind)) {
		p->e = arena_grow(p->v->arena, (void **)&p->edges, p->edges_n, &p->edges_cap,
				  sizeof *p->edges);
		if (p->e != OK)
			return false;
		p->edges[p->edges_n].from = p->now;
		p->edges[p->edges_n++].to = (uint32_t)n;
	}
	*ret = (uint32_t)n;
	return object(p, (size_t)n)->kind == kind;
}

/* A name without its slash, as it stands there: regular characters, none of them escaped. */
static struct slice name(struct pdf *p)
{
	size_t from;

	if (!pdf_literal(&p->r, "/"))
		return S("");
	from = p->r.at;
	while (reader_left(&p->r)) {
		uint8_t c = p->r.in.p[p->r.at];

		if (c <= ' ' || c > '~' || strchr("()<>[]{}/%#", c))
			break;
		reader_u8(&p->r);
	}
	return slice_of(p->r.in.p + from, p->r.at - from);
}

static bool numbers(struct pdf *p, int64_t lo, int64_t hi, size_t *ret)
{
	int64_t n = 0, v;

	if (!pdf_literal(&p->r, "["))
		return false;
	for (; !pdf_literal(&p->r, "]"); n++)
		if ((n && !pdf_literal(&p->r, " ")) || !pdf_read_number(&p->r, &v) || n >= hi)
			return false;
	*ret = (size_t)n;
	return n >= lo && n <= hi;
}

static bool references(struct pdf *p, const struct pdf_row *row)
{
	uint32_t to;
	int64_t n = 0;

	if (!pdf_literal(&p->r, "["))
		return false;
	for (; !pdf_literal(&p->r, "]"); n++)
		if ((n && !pdf_literal(&p->r, " ")) || n >= row->hi || !reference(p, row->to, &to))
			return false;
	p->facts.kids = n;
	return n >= row->lo;
}

static bool dicts(struct pdf *p, const struct pdf_row *row)
{
	int64_t n = 0;

	if (!pdf_literal(&p->r, "["))
		return false;
	for (; !pdf_literal(&p->r, "]"); n++)
		if (n >= row->hi || !dict(p, row->to))
			return false;
	return n >= row->lo;
}

/* <</F1 5 0 R/F2 ...>>: numbered from 1, without a gap. */
static bool map(struct pdf *p, const struct pdf_row *row)
{
	static const char letters[] = "GFXPS";
	uint32_t n = 0, to;
	char key[16];

	if (!pdf_literal(&p->r, "<<"))
		return false;
	while (!pdf_literal(&p->r, ">>")) {
		snprintf(key, sizeof key, "/%s%u", row->arg, ++n);
		if (!pdf_literal(&p->r, key))
			return false;
		if (row->to == PDF_STATE || row->to == PDF_SHADING) {
			if (!dict(p, row->to))
				return false;
		} else if (row->to == PDF_TILING && !pdf_literal(&p->r, " ")) {
			if (!dict(p, PDF_SHADED))
				return false;
		} else if ((row->to != PDF_TILING && !pdf_literal(&p->r, " ")) ||
			   !reference(p, row->to, &to)) {
			return false;
		}
	}
	object(p, p->now)->names.of[strchr(letters, row->arg[0]) - letters] = n;
	return n > 0;
}

static unsigned components(struct slice space)
{
	if (slice_eq(space, S("DeviceGray")))
		return 1;
	if (slice_eq(space, S("DeviceRGB")))
		return 3;
	return slice_eq(space, S("DeviceCMYK")) ? 4 : 0;
}

static bool colours(struct pdf *p)
{
	struct slice table;
	int64_t top = 0;
	unsigned n;

	if (!pdf_literal(&p->r, "[/Indexed")) {
		p->facts.components = components(name(p));
		return p->facts.components > 0;
	}
	p->facts.components = 1;
	p->facts.indexed = true;
	n = components(name(p));
	if (!n || !pdf_literal(&p->r, " ") || !read_int(p, &top) || top < 0 || top > 255)
		return false;
	return pdf_read_string(&p->r, p->v->arena, &table) && table.n == n * (size_t)(top + 1) &&
	       pdf_literal(&p->r, "]");
}

/* [1[500 600]7 9 1000]: of numbers for each code. */
static bool widths(struct pdf *p, int64_t of)
{
	bool after_number = false;
	int64_t first = 0, v = 0;
	size_t n;

	if (!pdf_literal(&p->r, "[") || pdf_literal(&p->r, "]"))
		return false;
	do {
		if (after_number && !pdf_literal(&p->r, " "))
			return false;
		if (!read_int(p, &first) || first < 0 || first > 65535)
			return false;
		after_number = !slice_starts(slice_from(p->r.in, p->r.at), S("["));
		if (!after_number) {
			if (!numbers(p, 1, 65536, &n) || n % (size_t)of)
				return false;
			continue;
		}
		if (!pdf_literal(&p->r, " ") || !read_int(p, &v) || v < 0 || v > 65535)
			return false;
		for (int64_t i = 0; i < of; i++)
			if (!pdf_literal(&p->r, " ") || !pdf_read_number(&p->r, &v))
				return false;
	} while (!pdf_literal(&p->r, "]"));
	return true;
}

/* [65/a/b 80/c]: a code, then the names of it and of those behind it, to 255. */
static bool glyph_names(struct pdf *p)
{
	int64_t code = -1, n = 0;

	if (!pdf_literal(&p->r, "["))
		return false;
	for (; !pdf_literal(&p->r, "]"); n++) {
		struct slice s;

		if (slice_starts(slice_from(p->r.in, p->r.at), S("/"))) {
			s = name(p);
			if (!pdf_glyph_name_ok(s) || code < 0 || code++ > 255)
				return false;
			continue;
		}
		if ((n && !pdf_literal(&p->r, " ")) || !read_int(p, &code) || code < 0 ||
		    code > 255 || !slice_starts(slice_from(p->r.in, p->r.at), S("/")))
			return false;
	}
	return n > 1;
}

static bool word(struct pdf *p, const struct pdf_row *row)
{
	struct slice s;

	return pdf_read_string(&p->r, p->v->arena, &s) &&
	       (row->domain == PDF_URI ? names_link_ok(s) : pdf_word_in(row->arg, s));
}

static bool destination(struct pdf *p)
{
	uint32_t page;
	int64_t v;

	if (!pdf_literal(&p->r, "[") || !reference(p, PDF_PAGE, &page))
		return false;
	if (pdf_literal(&p->r, "/Fit]"))
		return true;
	return pdf_literal(&p->r, "/XYZ ") && pdf_read_number(&p->r, &v) &&
	       pdf_literal(&p->r, " ") && pdf_read_number(&p->r, &v) && pdf_literal(&p->r, " 0]");
}

static bool coding(struct pdf *p, const struct pdf_row *row)
{
	if (!slice_starts(slice_from(p->r.in, p->r.at), S("/")))
		return dict(p, row->to);
	p->facts.coding_is_name = true;
	return pdf_word_in(row->arg, name(p));
}

/* Keeps what the checks of an object need. */
static void note_int(struct pdf *p, const struct pdf_row *row, int64_t v)
{
	const struct {
		enum pdf_kind kind;
		const char *key;
		int64_t *to;
	} kept[] = {{PDF_XOBJECT, "Width", &p->facts.width},
		    {PDF_XOBJECT, "Height", &p->facts.height},
		    {PDF_XOBJECT, "BitsPerComponent", &p->facts.depth},
		    {PDF_SHADING, "ShadingType", &p->facts.shading},
		    {PDF_PAGES, "Count", &p->facts.count},
		    {PDF_PAGE, "Rotate", &p->facts.size},
		    {PDF_FONT, "FirstChar", &p->facts.first},
		    {PDF_FONT, "LastChar", &p->facts.last}};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (kept[i].kind == row->kind && strcmp(kept[i].key, row->key) == 0)
			*kept[i].to = v;
}

/* One of the texts of the row, between bars; which one tells the outputs of a function. */
static bool fixed(struct pdf *p, const struct pdf_row *row)
{
	struct slice all = slice_str(row->arg);
	char text[64];

	p->facts.outputs = 1;
	while (all.n) {
		size_t n = slice_find_byte(all, '|');
		struct slice one = slice_head(all, n);

		snprintf(text, sizeof text, "%.*s", (int)one.n, (const char *)one.p);
		if (pdf_literal(&p->r, text)) {
			if (row->kind == PDF_FUNCTION && strcmp(row->key, "Range") == 0)
				p->facts.components = p->facts.outputs;
			return true;
		}
		p->facts.outputs += p->facts.outputs == 1 ? 2 : 1;
		all = slice_from(all, n == SIZE_MAX ? n : n + 1);
	}
	return false;
}

static bool bools(struct pdf *p)
{
	if (!pdf_literal(&p->r, "[true") && !pdf_literal(&p->r, "[false"))
		return false;
	return pdf_literal(&p->r, " true]") || pdf_literal(&p->r, " false]");
}

/* A shading's function has as many outputs as its space has components. */
static bool own_function(struct pdf *p, uint32_t to)
{
	struct object *o = object(p, to);

	if (o->components && o->components != p->facts.shades)
		return false;
	o->components = p->facts.shades;
	return o->components > 0;
}

/* Axial: two places, radial: two circles; a background of the same space. */
static bool good_shading(const struct pdf *p)
{
	const struct facts *f = &p->facts;

	return f->coords == (f->shading == 2 ? 4 : 6) &&
	       (!f->background || f->background == f->shades);
}

static bool note_count(struct pdf *p, const struct pdf_row *row, size_t n)
{
	const struct {
		enum pdf_kind kind;
		const char *key;
		size_t *to;
	} kept[] = {{PDF_XOBJECT, "Decode", &p->facts.decode},
		    {PDF_FONT, "Widths", &p->facts.widths},
		    {PDF_SHADING, "Coords", &p->facts.coords},
		    {PDF_SHADING, "Background", &p->facts.background}};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (kept[i].kind == row->kind && strcmp(kept[i].key, row->key) == 0)
			*kept[i].to = n;
	return true;
}

/* What the object that is named has to be, beyond its kind. */
static bool note_ref(struct pdf *p, const struct pdf_row *row, uint32_t to)
{
	if (row->kind == PDF_XOBJECT)
		object(p, to)->wants_mask = true;
	if (row->kind == PDF_MASK)
		object(p, to)->wants_form = true;
	return row->kind != PDF_SHADING || own_function(p, to);
}

/* The steps of a pattern are at least a tenth. */
static bool number(struct pdf *p, const struct pdf_row *row)
{
	int64_t v = 0;

	return pdf_literal(&p->r, " ") && pdf_read_number(&p->r, &v) &&
	       v >= row->lo * (int64_t)100000 && v <= row->hi * (int64_t)100000 &&
	       (row->kind != PDF_TILING || v >= 10000);
}

static bool value(struct pdf *p, const struct pdf_row *row)
{
	struct slice s;
	int64_t v = 0;
	uint32_t to = 0;
	size_t n = 0;

	switch (row->domain) {
	case PDF_NAME:
		s = name(p);
		if (strcmp(row->key, "Subtype") == 0)
			p->facts.subtype = s;
		if (row->kind == PDF_SHADING)
			p->facts.shades = components(s);
		return pdf_word_in(row->arg, s);
	case PDF_INT:
		if (!pdf_literal(&p->r, " ") || !read_int(p, &v))
			return false;
		note_int(p, row, v);
		return v >= row->lo && v <= row->hi;
	case PDF_NUMBER:
		return number(p, row);
	case PDF_NUMBERS:
		return numbers(p, row->lo, row->hi, &n) && note_count(p, row, n);
	case PDF_BOOL:
		if (row->kind == PDF_XOBJECT) { /* these are there only where they are true */
			p->facts.is_mask |= strcmp(row->key, "ImageMask") == 0;
			return pdf_literal(&p->r, " true");
		}
		return pdf_literal(&p->r, " true") || pdf_literal(&p->r, " false");
	case PDF_FONT_NAME:
		return pdf_font_name_ok(name(p));
	case PDF_GLYPH_MAP:
		if (pdf_literal(&p->r, "/Identity"))
			return true;
		return pdf_literal(&p->r, " ") && reference(p, row->to, &to);
	case PDF_REF:
		return pdf_literal(&p->r, " ") && reference(p, row->to, &to) &&
		       note_ref(p, row, to);
	case PDF_REFS:
		return references(p, row);
	case PDF_DICT:
		return dict(p, row->to);
	case PDF_DICTS:
		return dicts(p, row);
	case PDF_MAP:
		return map(p, row);
	case PDF_COLOURS:
		return colours(p);
	case PDF_WIDTHS:
		return widths(p, row->lo);
	case PDF_CODING:
		return coding(p, row);
	case PDF_GLYPHS:
		return glyph_names(p);
	case PDF_WORD:
	case PDF_URI:
		return word(p, row);
	case PDF_DEST:
		return destination(p);
	case PDF_FIXED:
		return fixed(p, row);
	case PDF_BOOLS:
		return bools(p);
	case PDF_LENGTH:
		return pdf_literal(&p->r, " ") && read_int(p, &p->facts.length) &&
		       p->facts.length >= 0;
	case PDF_FILTER:
		p->facts.filter = name(p);
		return pdf_word_in("DCTDecode FlateDecode", p->facts.filter);
	case PDF_UNFOLDED:
		if (!pdf_literal(&p->r, " ") || !read_int(p, &v) || v < 0 ||
		    (p->facts.unfolded_set && v != p->facts.unfolded))
			return false;
		p->facts.unfolded = v;
		p->facts.unfolded_set = true;
		return true;
	}
	return false;
}

static bool dict(struct pdf *p, enum pdf_kind kind)
{
	size_t n, k = 0;
	const struct pdf_row *rows = pdf_rows_of(kind, &n);
	uint32_t keys = 0;

	if (kind == PDF_SHADING)
		p->facts.background = p->facts.coords = p->facts.shades = 0;
	if (!pdf_literal(&p->r, "<<"))
		return false;
	while (!pdf_literal(&p->r, ">>")) {
		struct slice key = name(p);

		while (k < n && !slice_eq_str(key, rows[k].key))
			if (rows[k++].need)
				return false;
		if (k == n || !value(p, &rows[k]))
			return false;
		keys |= 1u << k++;
	}
	while (k < n)
		if (rows[k++].need)
			return false;
	if (kind == PDF_SHADING && !good_shading(p))
		return false;
	/* A link leads to one place. */
	if (kind == PDF_LINK && ((keys & 1) != 0) == ((keys & 4) != 0))
		return false;
	if (object(p, p->now)->kind == kind)
		p->facts.keys = keys;
	return true;
}

/* --- objects -------------------------------------------------------------------------------- */

static bool has(const struct pdf *p, const char *key)
{
	size_t n;
	const struct pdf_row *rows = pdf_rows_of(p->objects[p->now - 1].kind, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, key) == 0)
			return p->facts.keys >> i & 1;
	return false;
}

static bool good_font(const struct pdf *p)
{
	const struct facts *f = &p->facts;
	bool composite = slice_eq(f->subtype, S("Type0"));

	if (composite)
		return has(p, "DescendantFonts") && f->coding_is_name && !has(p, "Widths") &&
		       !has(p, "FontDescriptor") && !has(p, "FirstChar") && !has(p, "LastChar");
	return !has(p, "DescendantFonts") && has(p, "FirstChar") == has(p, "Widths") &&
	       has(p, "LastChar") == has(p, "Widths") &&
	       (!has(p, "Widths") || f->last - f->first + 1 == (int64_t)f->widths);
}

/* The samples are exactly there, and the bits that fill up a row are zero. */
static enum err samples(struct pdf *p, struct slice data)
{
	const struct facts *f = &p->facts;
	uint64_t bits = (uint64_t)f->width * (f->is_mask ? 1 : f->components) *
			(f->is_mask ? 1 : (uint64_t)f->depth);
	uint64_t row = (bits + 7) / 8;

	if (data.n != row * (uint64_t)f->height)
		return verify_bad(p->v, p->r.at, "a picture of another size than its data");
	for (uint64_t y = 1; bits % 8 && y <= (uint64_t)f->height; y++)
		if (data.p[y * row - 1] & (0xFFu >> bits % 8))
			return verify_bad(p->v, p->r.at, "bits behind a row of a picture");
	return OK;
}

/* Width, height and components of a JPEG that was recognised: SOF0 stands where it always does. */
static bool jpeg_fits(const struct pdf *p, struct slice jpeg)
{
	const struct facts *f = &p->facts;
	size_t sof = f->components == 1 ? 20 + 69 : 20 + 2 * 69;
	const uint8_t *h = jpeg.p + sof;

	return jpeg.n > sof + 10 && h[1] == 0xC0 && h[9] == f->components &&
	       (h[5] << 8 | h[6]) == f->height && (h[7] << 8 | h[8]) == f->width && f->depth == 8 &&
	       !f->indexed && f->components != 4;
}

static enum err image(struct pdf *p, struct slice raw, struct slice data)
{
	const struct facts *f = &p->facts;
	uint32_t now = p->now;

	if (has(p, "BBox") || has(p, "Group") || has(p, "Matrix") || has(p, "Resources") ||
	    !f->width || !f->height || !f->depth || f->is_mask == has(p, "ColorSpace") ||
	    (f->is_mask && f->depth != 1) || (f->depth & (f->depth - 1)) != 0 ||
	    f->width > p->v->limits->side || f->height > p->v->limits->side ||
	    (uint64_t)f->width * (uint64_t)f->height > p->v->limits->pixels ||
	    (f->decode && f->decode != 2 * (f->is_mask ? 1 : f->components)))
		return verify_bad(p->v, p->r.at, "the keys of a picture");
	object(p, now)->image = true;
	if (!slice_eq(f->filter, S("DCTDecode")))
		return samples(p, data);
	if (f->is_mask || !jpeg_fits(p, raw))
		return verify_bad(p->v, p->r.at, "a JPEG that does not fit its picture");
	return verify_part(p->v, S("picture"), S("jpeg"), raw);
}

static enum err form(struct pdf *p, struct slice data)
{
	if (!has(p, "BBox") || !has(p, "Resources") || has(p, "BitsPerComponent") ||
	    has(p, "ColorSpace") || has(p, "Decode") || has(p, "Height") || has(p, "ImageMask") ||
	    has(p, "Interpolate") || has(p, "Mask") || has(p, "SMask") || has(p, "Width") ||
	    object(p, p->now)->wants_mask)
		return verify_bad(p->v, p->r.at, "the keys of a form");
	return pdf_verify_content(p->v, p->r.at, data, &object(p, p->now)->names);
}

/* The data of a stream, unfolded. What folding makes shorter is folded, what it does not is not. */
static enum err unfolded(struct pdf *p, struct slice raw, struct slice *ret)
{
	struct facts *f = &p->facts;
	uint8_t *to;
	size_t n = (size_t)f->unfolded;

	*ret = raw;
	if (!slice_eq(f->filter, S("FlateDecode")))
		return has(p, "DL") || (has(p, "Length1") && n != raw.n)
			   ? verify_bad(p->v, p->r.at, "a length of what is not folded")
			   : OK;
	if (!has(p, "DL") || n <= raw.n)
		return verify_bad(p->v, p->r.at,
				  "folded data without their length, or longer than unfolded");
	if (n > p->v->inflated_left)
		return diag_set(p->v->d, ERR_LIMIT, p->r.at, "limit inflated_bytes");
	p->v->inflated_left -= n;
	to = arena_room(p->v->arena, n);
	if (!to)
		return ERR_MEMORY;
	TRY(verify_unfold_zlib(p->v, p->r.at, raw, to, n));
	*ret = slice_of(to, n);
	return OK;
}

static enum err stream(struct pdf *p)
{
	struct object *o = object(p, p->now);
	struct slice raw, data;

	if (!pdf_literal(&p->r, "\nstream\n"))
		return verify_bad(p->v, p->r.at, "no stream where one has to be");
	raw = reader_take(&p->r, (size_t)p->facts.length);
	if (!reader_ok(&p->r) || !pdf_literal(&p->r, "\nendstream"))
		return verify_bad(p->v, o->at, "a stream does not end where its length says");
	if (slice_eq(p->facts.filter, S("DCTDecode")) &&
	    (o->kind != PDF_XOBJECT || !slice_eq(p->facts.subtype, S("Image"))))
		return verify_bad(p->v, o->at, "a JPEG that is no picture");
	TRY(unfolded(p, raw, &data));
	if (o->kind == PDF_XOBJECT)
		return slice_eq(p->facts.subtype, S("Image")) ? image(p, raw, data) : form(p, data);
	if (o->kind == PDF_CONTENT)
		return pdf_verify_content(p->v, o->at, data, &object(p, o->owner)->names);
	if (o->kind == PDF_UNICODE)
		return pdf_verify_unicode(p->v, o->at, data);
	if (o->kind == PDF_TRUETYPE)
		return pdf_verify_font(p->v, o->at, data);
	if (o->kind == PDF_TILING)
		return pdf_verify_content(p->v, o->at, data, &o->names);
	if (o->kind == PDF_FUNCTION)
		return data.n == (size_t)256 * p->facts.components &&
			       p->facts.components == o->components
			   ? OK
			   : verify_bad(p->v, o->at, "the colours of a shading");
	if (o->kind == PDF_CFF) {
		const struct object *of = object(p, o->owner);

		if (slice_eq(p->facts.subtype, S("CIDFontType0C")) !=
		    (of->kind == PDF_DESCRIPTOR && object(p, of->owner)->kind == PDF_CID_FONT))
			return verify_bad(p->v, o->at, "a font of another kind than its file");
		return pdf_verify_cff(p->v, o->at, data);
	}
	return data.n % 2 == 0 && data.n <= 131072 ? OK
						   : verify_bad(p->v, o->at, "a map of glyphs");
}

static enum err read_object(struct pdf *p, uint32_t k)
{
	enum pdf_kind kind = object(p, k)->kind;
	size_t at = p->r.at;
	char head[32];

	object(p, k)->at = at;
	p->now = k;
	p->facts = (struct facts){0};
	snprintf(head, sizeof head, "%u 0 obj\n", k);
	if (!pdf_literal(&p->r, head))
		return verify_bad(p->v, at, "no object %u, which is named before", k);
	if (!dict(p, kind))
		return p->e != OK
			   ? p->e
			   : verify_bad(p->v, p->r.at, "a value that object %u may not have", k);
	if (pdf_is_stream(kind))
		TRY(stream(p));
	if ((kind == PDF_PAGES && p->facts.kids != p->facts.count) ||
	    (kind == PDF_PAGE && p->facts.size % 90) || (kind == PDF_FONT && !good_font(p)))
		return verify_bad(p->v, at, "object %u contradicts itself", k);
	if (!pdf_literal(&p->r, "\nendobj\n"))
		return verify_bad(p->v, p->r.at, "object %u does not end here", k);
	return OK;
}

static bool edges_end(struct pdf *p, const uint32_t *first, uint8_t *done, uint32_t at,
		      uint32_t depth)
{
	if (depth > FORM_DEPTH)
		return false;
	for (uint32_t i = first[at]; !done[at] && i < p->edges_n && p->edges[i].from == at; i++)
		if (!edges_end(p, first, done, p->edges[i].to, depth + 1))
			return false;
	done[at] = 1;
	return true;
}

/* No form draws itself, and what stands for a mask is a picture. */
static enum err check_drawn(struct pdf *p)
{
	uint32_t *first = arena_array(p->v->arena, p->n + 1, sizeof *first);
	uint8_t *done = arena_alloc(p->v->arena, p->n + 1);

	if (!first || !done)
		return ERR_MEMORY;
	for (size_t i = 0; i <= p->n; i++)
		first[i] = (uint32_t)p->edges_n;
	for (size_t i = p->edges_n; i-- > 0;)
		first[p->edges[i].from] = (uint32_t)i;
	for (uint32_t k = 1; k <= p->n; k++)
		if (!edges_end(p, first, done, k, 0) ||
		    (object(p, k)->wants_mask && !object(p, k)->image) ||
		    (object(p, k)->wants_form && object(p, k)->image))
			return verify_bad(p->v, object(p, k)->at, "object %u draws itself", k);
	return OK;
}

static enum err read_end(struct pdf *p)
{
	size_t xref = p->r.at;
	AUTO_BUF want;

	buf_init(&want, (p->n + 20) * 20);
	buf_printf(&want, "xref\n0 %zu\n0000000000 65535 f \n", p->n + 1);
	for (size_t i = 0; i < p->n; i++)
		buf_printf(&want, "%010zu 00000 n \n", p->objects[i].at);
	buf_printf(&want, "trailer\n<</Root 1 0 R/Size %zu>>\nstartxref\n%zu\n%%%%EOF\n", p->n + 1,
		   xref);
	TRY(buf_err(&want));
	return slice_eq(slice_from(p->r.in, xref), buf_view(&want))
		   ? OK
		   : verify_bad(p->v, xref, "the table of objects and the end of the file");
}

enum err verify_pdf(struct verify *v, struct slice out)
{
	struct pdf p = {.v = v, .r = reader_of(out)};

	if (!pdf_literal(&p.r, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"))
		return verify_bad(v, 0, "no header as our writer prints it");
	TRY(arena_grow(v->arena, (void **)&p.objects, 0, &p.cap, sizeof *p.objects));
	p.objects[p.n++] = (struct object){.kind = PDF_CATALOG};
	for (uint32_t k = 1; k <= p.n; k++)
		TRY(read_object(&p, k));
	TRY(check_drawn(&p));
	return read_end(&p);
}
