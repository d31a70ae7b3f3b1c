/* Which cell formats of a workbook hide what stands in their cells: by number format or by colour.
 */
#include "format/xlsx_book.h"

#include <stdlib.h>

/* --- number formats --------------------------------------------------------------------------- */

/* The next section of a format code; ';' in quotation marks or brackets or behind '\' ends none. */
static struct slice next_section(struct slice *rest)
{
	struct slice s = *rest;
	uint8_t until = 0;
	size_t i = 0;

	for (; i < s.n; i++) {
		if (until) {
			until = s.p[i] == until ? 0 : until;
		} else if (s.p[i] == '"') {
			until = '"';
		} else if (s.p[i] == '[') {
			until = ']';
		} else if (strchr("\\_*", s.p[i])) {
			i++;
		} else if (s.p[i] == ';') {
			break;
		}
	}
	*rest = i < s.n ? slice_from(s, i + 1) : (struct slice){0};
	return slice_head(s, i);
}

/* [White], [白], [Color 2]: what Excel shows in white. */
static bool is_white_name(struct slice word)
{
	return slice_eq_nocase(word, S("White")) || slice_eq(word, S("\xe7\x99\xbd")) ||
	       slice_eq_nocase(word, S("Color2")) || slice_eq_nocase(word, S("Color 2"));
}

/* Whether the section shows nothing but blanks, or shows it in white. */
static bool section_hides(struct slice s, bool *ret_white)
{
	bool shows = false;
	size_t n;

	for (; s.n; s = slice_from(s, n)) {
		n = 1;
		if (s.p[0] == '"') {
			size_t end = slice_find_byte(slice_from(s, 1), '"');
			struct slice text = slice_head(slice_from(s, 1), end);

			n = text.n + (end == SIZE_MAX ? 1 : 2);
			shows |= slice_trim(text).n > 0;
		} else if (s.p[0] == '[') {
			size_t end = slice_find_byte(s, ']');

			n = end == SIZE_MAX ? s.n : end + 1;
			*ret_white |= is_white_name(slice_head(slice_from(s, 1), n - 2));
			/* [h] and [$¥-411] show something; colours and conditions do not. */
			shows |= n > 2 && (s.p[1] == '$' || (n <= 4 && strchr("hHmMsS", s.p[1])));
		} else if (strchr("\\_*", s.p[0])) {
			n = s.n > 1 ? 2 : 1;
			shows |= s.p[0] == '\\' && n == 2 && s.p[1] != ' ';
		} else {
			shows |= s.p[0] != ' ';
		}
	}
	return !shows;
}

/*
 * Which values a format code hides, of enum xlsx_hides; *ret_white: those it shows in white. One
 * section is for all numbers, two for those from zero and those below, three have zero by itself,
 * a fourth is for text. Conditions are not evaluated: then each section is for all numbers.
 */
static uint8_t code_hides(struct slice code, uint8_t *ret_white)
{
	static const uint8_t of[4] = {HIDES_POSITIVE, HIDES_NEGATIVE, 0, HIDES_TEXT};
	bool conditions = slice_find(code, S("[<")) != SIZE_MAX ||
			  slice_find(code, S("[>")) != SIZE_MAX ||
			  slice_find(code, S("[=")) != SIZE_MAX;
	uint8_t hides = 0;
	size_t n = 0;

	for (bool more = code.n > 0; more && n < 4; n++) {
		bool white = false, hidden = section_hides(next_section(&code), &white);
		uint8_t values = conditions && n < 3 ? HIDES_POSITIVE | HIDES_NEGATIVE : of[n];

		hides |= hidden ? values : 0;
		*ret_white |= white ? values : 0;
		more = code.p != NULL;
	}
	if (n == 1) {
		hides |= hides & HIDES_POSITIVE ? HIDES_NEGATIVE : 0;
		*ret_white |= *ret_white & HIDES_POSITIVE ? HIDES_NEGATIVE : 0;
	}
	return hides;
}

/* --- colours ---------------------------------------------------------------------------------- */

/*
 * The colour as RRGGBB, `none` where it is not given, empty where it cannot be told without the
 * theme. Themes begin with white and black; the palette of 18.8.27 begins with eight colours twice.
 */
static struct slice colour_of(const struct xml_node *n, struct slice none)
{
	static const char *const palette[] = {"000000", "FFFFFF", "FF0000", "00FF00",
					      "0000FF", "FFFF00", "FF00FF", "00FFFF"};
	struct slice rgb = xml_attr_value(n, NS_NONE, "rgb");
	struct slice theme = xml_attr_value(n, NS_NONE, "theme");
	uint64_t index = 0;

	if (!n)
		return none;
	if (rgb.n >= 6)
		return slice_from(rgb, rgb.n - 6);
	if (xml_attr_find(n, NS_NONE, "tint"))
		return S("");
	if (slice_eq(theme, S("0")) || slice_eq(theme, S("1")))
		return theme.p[0] == '0' ? S("FFFFFF") : S("000000");
	if (!slice_u64(xml_attr_value(n, NS_NONE, "indexed"), &index))
		return S("");
	if (index < 16)
		return slice_str(palette[index % 8]);
	return index == 64 ? S("000000") : index == 65 ? S("FFFFFF") : S("");
}

static struct slice fill_colour(const struct xml_node *fill, bool differential)
{
	const struct xml_node *p = xml_child(fill, NS_X, "patternFill");
	struct slice type = xml_attr_value(p, NS_NONE, "patternType");

	if (!fill || !fill->first || (p && (slice_eq(type, S("none")) || (!type.n && !p->first))))
		return S("FFFFFF");
	/* A differential fill is solid without saying so, and has its colour the other way. */
	if (differential && p && (!type.n || slice_eq(type, S("solid"))))
		return colour_of(xml_child(p, NS_X, "bgColor"), S(""));
	return slice_eq(type, S("solid")) ? colour_of(xml_child(p, NS_X, "fgColor"), S("")) : S("");
}

/* Text that has the colour of its cell, or is at most one point high. */
static bool font_hides(const struct xml_node *font, struct slice fill)
{
	struct slice size = xml_attr_value(xml_child(font, NS_X, "sz"), NS_NONE, "val");
	struct slice colour = colour_of(xml_child(font, NS_X, "color"), S("000000"));

	if (size.n && (slice_eq(size, S("1")) || size.p[0] == '0'))
		return true;
	return font && colour.n == 6 && slice_eq_nocase(colour, fill);
}

/* --- the table of formats --------------------------------------------------------------------- */

/* What a list has at a place; its elements once, by number. */
struct list {
	const struct xml_node **at;
	size_t n, cap;
};

static enum err list_of(struct ooxml *o, const struct xml_node *parent, const char *name,
			struct list *ret)
{
	for (const struct xml_node *n = xml_child(parent, NS_X, name); n; n = xml_again(n)) {
		TRY(arena_grow(o->scratch, (void **)&ret->at, ret->n, &ret->cap, sizeof(*ret->at)));
		ret->at[ret->n++] = n;
	}
	return OK;
}

static const struct xml_node *list_at(const struct list *l, struct slice index)
{
	uint64_t i = 0;

	return slice_u64(index, &i) && i < l->n ? l->at[i] : NULL;
}

struct format_code {
	uint64_t id;
	uint8_t hides, white;
};

struct codes {
	struct format_code *list; /* by id */
	size_t n, cap;
};

static int by_id(const void *a, const void *b)
{
	const struct format_code *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static enum err read_codes(struct ooxml *o, const struct xml_node *formats, struct codes *ret)
{
	for (const struct xml_node *f = xml_child(formats, NS_X, "numFmt"); f; f = xml_again(f)) {
		struct format_code c = {0};

		if (!slice_u64(xml_attr_value(f, NS_NONE, "numFmtId"), &c.id))
			continue;
		c.hides = code_hides(xml_attr_value(f, NS_NONE, "formatCode"), &c.white);
		TRY(arena_grow(o->scratch, (void **)&ret->list, ret->n, &ret->cap,
			       sizeof(*ret->list)));
		ret->list[ret->n++] = c;
	}
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_id);
	return OK;
}

/* What cells of one format hide. */
static uint8_t format_hides(const struct codes *codes, struct slice id, const struct xml_node *font,
			    struct slice fill)
{
	struct format_code key = {0}, *code = NULL;
	uint8_t hides = 0;

	if (slice_u64(id, &key.id) && codes->n)
		code = bsearch(&key, codes->list, codes->n, sizeof(key), by_id);
	if (code) {
		hides = code->hides;
		hides |= slice_eq_nocase(fill, S("FFFFFF")) ? code->white : 0;
	}
	return font_hides(font, fill) ? HIDES_ALL : hides;
}

static enum err add(struct ooxml *o, struct xlsx_hiding *h, uint8_t hides)
{
	TRY(arena_grow(o->arena, (void **)&h->hides, h->n, &h->cap, 1));
	h->hides[h->n++] = hides;
	return OK;
}

/* Conditional formats: the number format stands in them. */
static enum err read_conditional(struct ooxml *o, const struct xml_node *root)
{
	struct xlsx_book *book = o->own;
	const struct xml_node *d = xml_child(xml_child(root, NS_X, "dxfs"), NS_X, "dxf");

	for (; d; d = xml_again(d)) {
		const struct xml_node *font = xml_child(d, NS_X, "font");
		struct slice fill = fill_colour(xml_child(d, NS_X, "fill"), true);
		struct slice code =
		    xml_attr_value(xml_child(d, NS_X, "numFmt"), NS_NONE, "formatCode");
		uint8_t white = 0, hides = code_hides(code, &white);

		hides |= slice_eq(fill, S("FFFFFF")) ? white : 0;
		if (xml_child(font, NS_X, "color") && font_hides(font, fill))
			hides = HIDES_ALL;
		TRY(add(o, &book->conditional, hides));
	}
	return OK;
}

enum err xlsx_styles(struct ooxml *o, struct xml_node *root)
{
	const struct xml_node *xf = xml_child(xml_child(root, NS_X, "cellXfs"), NS_X, "xf");
	struct xlsx_book *book = o->own;
	struct codes codes = {0};
	struct list fonts = {0}, fills = {0};

	TRY(read_codes(o, xml_child(root, NS_X, "numFmts"), &codes));
	TRY(list_of(o, xml_child(root, NS_X, "fonts"), "font", &fonts));
	TRY(list_of(o, xml_child(root, NS_X, "fills"), "fill", &fills));
	for (; xf; xf = xml_again(xf)) {
		const struct xml_node *font =
		    list_at(&fonts, xml_attr_value(xf, NS_NONE, "fontId"));
		const struct xml_node *fill =
		    list_at(&fills, xml_attr_value(xf, NS_NONE, "fillId"));

		TRY(add(o, &book->formats,
			format_hides(&codes, xml_attr_value(xf, NS_NONE, "numFmtId"), font,
				     fill_colour(fill, false))));
	}
	return read_conditional(o, root);
}
