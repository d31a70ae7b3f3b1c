#include "format/pdf_type1.h"

#include "base/reader.h"

#define KEY_FONT 55665
#define KEY_CHARSTRING 4330
#define SUBRS_MAX 65536u
#define STEPS UINT64_C(50000000)

struct type1 {
	struct pdf_outline *o;
	struct slice in;
	size_t at;
	long padding; /* lenIV: noise before each charstring; -1: they are not encrypted */
	struct slice codes[256];
	bool standard;
	struct slice *subrs;
	uint32_t subrs_n;
	struct {
		struct slice name, code;
	} * glyphs;
	size_t glyphs_n, glyphs_cap;
};

static enum err bad(struct type1 *t, const char *why)
{
	return pdf_outline_bad(t->o, why);
}

enum err pdf_type1_decrypt(struct arena *arena, struct slice in, uint16_t key, size_t skip,
			   struct slice *ret)
{
	uint8_t *to = arena_room(arena, in.n);

	if (!to)
		return ERR_MEMORY;
	for (size_t i = 0; i < in.n; i++) {
		to[i] = (uint8_t)(in.p[i] ^ key >> 8);
		key = (uint16_t)((in.p[i] + key) * 52845u + 22719u);
	}
	*ret = slice_from(slice_of(to, in.n), skip);
	return OK;
}

/* --- tokens --------------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool is_mark(uint8_t c)
{
	return memchr("()<>[]{}/%", c, 10) != NULL;
}

/* The next token: a name with its slash, a word, or one mark; empty at the end. */
static struct slice next(struct type1 *t)
{
	const uint8_t *p = t->in.p;
	size_t from;
	bool comment = false;

	for (; t->at < t->in.n; t->at++) {
		if (comment)
			comment = p[t->at] != '\n' && p[t->at] != '\r';
		else if (p[t->at] == '%')
			comment = true;
		else if (!is_blank(p[t->at]))
			break;
	}
	from = t->at;
	if (t->at < t->in.n && is_mark(p[t->at]) && p[t->at++] != '/')
		return slice_of(p + from, 1);
	while (t->at < t->in.n && !is_blank(p[t->at]) && !is_mark(p[t->at]))
		t->at++;
	return slice_of(p + from, t->at - from);
}

/* A whole number, 8#101 too; -1 for none. */
static long whole(struct slice s)
{
	size_t mark = slice_find_byte(s, '#');
	long v = 0, base = 10;

	if (mark != SIZE_MAX) {
		base = whole(slice_head(s, mark));
		s = slice_from(s, mark + 1);
	}
	for (size_t i = 0; i < s.n; i++) {
		long d = s.p[i] - '0';

		if (d < 0 || d >= (base > 10 ? 10 : base) || v > 10000000)
			return -1;
		v = v * base + d;
	}
	return s.n ? v : -1;
}

/* --- the clear part ------------------------------------------------------------------------- */

static enum err read_matrix(struct type1 *t)
{
	struct slice s = next(t);

	if (!slice_eq(s, S("[")) && !slice_eq(s, S("{")))
		return bad(t, "its matrix");
	for (int i = 0; i < 6; i++)
		if (!pdf_decimal(next(t), &t->o->matrix[i]))
			return bad(t, "its matrix");
	return OK;
}

/* StandardEncoding def, or 256 array ... dup code /name put ... def */
static enum err read_encoding(struct type1 *t)
{
	struct slice s = next(t);

	if (slice_eq(s, S("StandardEncoding"))) {
		t->standard = true;
		return OK;
	}
	if (slice_eq(s, S("["))) {
		for (size_t c = 0; (s = next(t)).n && s.p[0] == '/' && c < 256; c++)
			t->codes[c] = slice_from(s, 1);
		return slice_eq(s, S("]")) ? OK : bad(t, "its codes");
	}
	if (whole(s) < 0 || !slice_eq(next(t), S("array")))
		return bad(t, "its codes");
	while ((s = next(t)).n) {
		long code;

		if (slice_eq(s, S("def")) || slice_eq(s, S("readonly")))
			return OK;
		if (!slice_eq(s, S("dup")))
			continue;
		code = whole(next(t));
		s = next(t);
		if (code < 0 || code > 255 || s.n < 1 || s.p[0] != '/')
			return bad(t, "its codes");
		t->codes[code] = slice_from(s, 1);
	}
	return bad(t, "its codes");
}

static enum err read_clear(struct type1 *t)
{
	struct slice s;

	while ((s = next(t)).n) {
		if (slice_eq(s, S("/FontMatrix")))
			TRY(read_matrix(t));
		else if (slice_eq(s, S("/Encoding")))
			TRY(read_encoding(t));
		else if (slice_eq(s, S("/WeightVector")))
			return bad(t, "a font of several weights");
		else if (slice_eq(s, S("/PaintType")) && whole(next(t)) != 0)
			return bad(t, "a font of strokes");
	}
	return OK;
}

/* --- the encrypted part --------------------------------------------------------------------- */

/* Stands behind a number of bytes: the word that reads them, one blank, the bytes. */
static bool read_binary(struct type1 *t, struct slice *ret)
{
	long n = whole(next(t));

	next(t); /* RD, -|: named as the font likes */
	if (n < 0 || t->at >= t->in.n || (size_t)n > t->in.n - t->at - 1)
		return false;
	*ret = slice_of(t->in.p + t->at + 1, (size_t)n);
	t->at += 1 + (size_t)n;
	return true;
}

static enum err charstring(struct type1 *t, struct slice *s)
{
	if (t->padding < 0)
		return OK;
	if ((size_t)t->padding > s->n)
		return bad(t, "a glyph that is cut short");
	return pdf_type1_decrypt(t->o->arena, *s, KEY_CHARSTRING, (size_t)t->padding, s);
}

static enum err read_subrs(struct type1 *t)
{
	struct slice s = next(t);
	long n = whole(s);
	bool first = !t->subrs;

	if (slice_eq(s, S("["))) /* [ ] */
		return OK;
	if (n < 0 || n > (long)SUBRS_MAX)
		return bad(t, "its subroutines");
	if (first) {
		t->subrs = arena_array(t->o->arena, (size_t)n + 1, sizeof *t->subrs);
		if (!t->subrs)
			return ERR_MEMORY;
		t->subrs_n = (uint32_t)n;
	}
	next(t); /* array */
	for (;;) {
		size_t before = t->at;
		struct slice code;
		long i;

		s = next(t);
		if (slice_eq(s, S("NP")) || slice_eq(s, S("|")) || slice_eq(s, S("put")) ||
		    slice_eq(s, S("noaccess")))
			continue;
		if (!slice_eq(s, S("dup"))) {
			t->at = before;
			return OK;
		}
		i = whole(next(t));
		if (i < 0 || i >= n || !read_binary(t, &code))
			return bad(t, "its subroutines");
		if (!first)
			continue; /* for other resolutions */
		TRY(charstring(t, &code));
		t->subrs[i] = code;
	}
}

static enum err read_glyphs(struct type1 *t)
{
	struct slice s, code;

	if (t->glyphs_n)
		return OK;
	while (!slice_eq(s = next(t), S("begin")))
		if (!s.n || s.p[0] == '/')
			return bad(t, "its glyphs");
	while ((s = next(t)).n && !slice_eq(s, S("end"))) {
		if (s.p[0] != '/')
			continue;
		if (t->glyphs_n == PDF_GLYPHS_MAX || !read_binary(t, &code))
			return bad(t, "its glyphs");
		TRY(charstring(t, &code));
		TRY(arena_grow(t->o->arena, (void **)&t->glyphs, t->glyphs_n, &t->glyphs_cap,
			       sizeof *t->glyphs));
		t->glyphs[t->glyphs_n].name = slice_from(s, 1);
		t->glyphs[t->glyphs_n++].code = code;
	}
	return t->glyphs_n && s.n ? OK : bad(t, "its glyphs");
}

static enum err read_private(struct type1 *t)
{
	struct slice s;

	while ((s = next(t)).n) {
		if (slice_eq(s, S("/lenIV"))) {
			s = next(t);
			t->padding = slice_eq(s, S("-1")) ? -1 : whole(s);
			if (t->padding < -1 || t->padding > 64)
				return bad(t, "the encryption of its glyphs");
		} else if (slice_eq(s, S("/Subrs"))) {
			TRY(read_subrs(t));
		} else if (slice_eq(s, S("/CharStrings"))) {
			TRY(read_glyphs(t));
		}
	}
	return t->glyphs_n ? OK : bad(t, "its glyphs");
}

/* --- the font ------------------------------------------------------------------------------- */

/* Glyphs in their order, but .notdef first. */
static enum err draw(struct type1 *t)
{
	struct pdf_outline *o = t->o;
	struct type1_code c = {.o = o, .subrs = t->subrs, .subrs_n = t->subrs_n, .steps = STEPS};
	uint16_t *standard = arena_array(o->arena, 256, sizeof *standard);
	size_t none = 0, at = 1;

	while (none < t->glyphs_n && !slice_eq(t->glyphs[none].name, S(".notdef")))
		none++;
	TRY(pdf_outline_glyphs(o, (uint32_t)(t->glyphs_n + (none == t->glyphs_n))));
	c.charstrings = arena_array(o->arena, o->n, sizeof *c.charstrings);
	if (!c.charstrings || !standard)
		return ERR_MEMORY;
	c.charstrings[0] = none < t->glyphs_n ? t->glyphs[none].code : S("\x8B\x8B\x0D\x0E");
	for (size_t i = 0; i < t->glyphs_n; i++) {
		if (i == none)
			continue;
		c.charstrings[at] = t->glyphs[i].code;
		o->glyphs[at++].name = t->glyphs[i].name;
	}
	c.standard = standard;
	for (size_t code = 0; code < 256; code++) {
		struct slice want = slice_str(pdf_standard_name((uint8_t)code));
		struct slice coded = t->standard ? want : t->codes[code];

		for (size_t i = o->n; i-- > 1;) {
			if (want.n && slice_eq(o->glyphs[i].name, want))
				standard[code] = (uint16_t)(i + 1);
			if (coded.n && slice_eq(o->glyphs[i].name, coded))
				o->codes[code] = (uint16_t)i;
		}
	}
	for (uint32_t i = 0; i < o->n; i++)
		TRY(pdf_type1_glyph(&c, i));
	return OK;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits at the beginning: the encrypted part is written in hexadecimal. */
static enum err unhex(struct type1 *t, struct slice *s)
{
	uint8_t *to;
	size_t n = 0;
	int half = -1;

	for (size_t i = 0; i < 4; i++)
		if (i >= s->n || hex(s->p[i]) < 0)
			return OK;
	to = arena_alloc(t->o->arena, s->n / 2 + 1);
	if (!to)
		return ERR_MEMORY;
	for (size_t i = 0; i < s->n; i++) {
		int v = hex(s->p[i]);

		if (v < 0 && !is_blank(s->p[i]))
			break;
		if (v < 0)
			continue;
		if (half >= 0)
			to[n++] = (uint8_t)(half << 4 | v);
		half = half >= 0 ? -1 : v;
	}
	*s = slice_of(to, n);
	return OK;
}

/* The segments of a PFB file one behind the other; other files as they are. */
static enum err without_segments(struct type1 *t, struct slice *s)
{
	struct reader r = reader_of(*s);
	uint8_t *to;
	size_t n = 0;

	if (s->n < 6 || s->p[0] != 0x80)
		return OK;
	to = arena_room(t->o->arena, s->n);
	if (!to)
		return ERR_MEMORY;
	while (reader_left(&r) && reader_u8(&r) == 0x80) {
		uint8_t kind = reader_u8(&r);
		struct slice part;

		if (kind != 1 && kind != 2)
			break;
		part = reader_take(&r, reader_u32le(&r));
		memcpy(to + n, part.p ? part.p : to, part.n);
		n += part.n;
	}
	*s = slice_of(to, n);
	return OK;
}

enum err pdf_type1(struct slice in, struct pdf_outline *o)
{
	struct type1 t = {.o = o, .padding = 4};
	size_t clear;

	TRY(without_segments(&t, &in));
	clear = slice_find(in, S("eexec"));
	if (!slice_starts(in, S("%!")) || clear == SIZE_MAX)
		return bad(&t, "it is no Type 1 font");
	t.in = slice_head(in, clear);
	TRY(read_clear(&t));
	in = slice_from(in, clear + 5);
	while (in.n && is_blank(in.p[0]) && in.p[0])
		in = slice_from(in, 1);
	TRY(unhex(&t, &in));
	TRY(pdf_type1_decrypt(o->arena, in, KEY_FONT, 4, &t.in));
	t.at = 0;
	TRY(read_private(&t));
	return draw(&t);
}
