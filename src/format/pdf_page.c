/*
 * Pages: content, appearances of annotations behind it, links. Fonts and graphics states are asked
 * here whether they can be kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include "format/pdf.h"
#include "format/pdf_lex.h"
#include "format/pdf_print.h"
#include "names/field.h"

/* Flags of annotations (12.5.3). */
enum { ANNOTATION_HIDDEN = 2, ANNOTATION_NO_VIEW = 32 };
#define PARENTS_MAX 64

struct box {
	double x0, y0, x1, y1;
};

/* --- what cannot be kept -------------------------------------------------------------------- */

enum err pdf_check_font(struct pdf *p, qpdf_oh font)
{
	qpdf_oh below = pdf_get(p, font, "/DescendantFonts");

	if (!qpdf_oh_is_dictionary(p->q, font))
		return pdf_hold(p, "pdf-font", font, "a font that is none");
	if (pdf_is(p, font, "/Subtype", "/Type3"))
		return pdf_hold(p, "pdf-font", font, "a font of drawings (Type 3)");
	if (!pdf_is(p, font, "/Subtype", "/Type0"))
		return OK;
	if (qpdf_oh_is_stream(p->q, pdf_get(p, font, "/Encoding")))
		return pdf_hold(p, "pdf-font", font, "codes of a font's own (CMap)");
	if (!qpdf_oh_is_array(p->q, below) || qpdf_oh_get_array_n_items(p->q, below) != 1)
		return pdf_hold(p, "pdf-font", font, "a composite font of no or many fonts");
	return OK;
}

enum err pdf_check_state(struct pdf *p, qpdf_oh state)
{
	qpdf_oh mask = pdf_get(p, state, "/SMask"), change = p->null;

	if (qpdf_oh_is_dictionary(p->q, mask))
		change = pdf_get(p, mask, "/TR");
	if (qpdf_oh_has_key(p->q, state, "/Font") ||
	    (!qpdf_oh_is_null(p->q, change) && !pdf_is(p, mask, "/TR", "/Identity")))
		return pdf_hold(p, "pdf-content", state, "a graphics state that is not read");
	return OK;
}

bool pdf_is_layer_hidden(const struct pdf *p, qpdf_oh layer)
{
	qpdf_oh all = pdf_get(p, qpdf_get_root(p->q), "/OCProperties");
	qpdf_oh view = pdf_get(p, all, "/D"), off = pdf_get(p, view, "/OFF");

	/* A membership of several layers, or layers that are off unless told: not looked into. */
	if (!qpdf_oh_is_dictionary(p->q, layer) || pdf_is(p, layer, "/Type", "/OCMD") ||
	    pdf_is(p, view, "/BaseState", "/OFF"))
		return true;
	for (int i = 0; qpdf_oh_is_array(p->q, off) && i < qpdf_oh_get_array_n_items(p->q, off);
	     i++)
		if (qpdf_oh_get_object_id(p->q, qpdf_oh_get_array_item(p->q, off, i)) ==
		    qpdf_oh_get_object_id(p->q, layer))
			return true;
	return false;
}

/* --- annotations ---------------------------------------------------------------------------- */

static bool read_box(const struct pdf *p, qpdf_oh v, struct box *ret)
{
	int64_t n[4];

	if (!qpdf_oh_is_array(p->q, v) || qpdf_oh_get_array_n_items(p->q, v) != 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, v, i), &n[i]))
			return false;
	ret->x0 = (double)(n[0] < n[2] ? n[0] : n[2]) / PDF_ONE;
	ret->y0 = (double)(n[1] < n[3] ? n[1] : n[3]) / PDF_ONE;
	ret->x1 = (double)(n[0] < n[2] ? n[2] : n[0]) / PDF_ONE;
	ret->y1 = (double)(n[1] < n[3] ? n[3] : n[1]) / PDF_ONE;
	return true;
}

/* The box around a box that a matrix has turned. */
static struct box turned(const struct pdf *p, struct box b, qpdf_oh matrix)
{
	double m[6] = {1, 0, 0, 1, 0, 0}, xs[] = {b.x0, b.x1}, ys[] = {b.y0, b.y1};
	struct box ret = {1e9, 1e9, -1e9, -1e9};
	int64_t n = 0;

	for (int i = 0; qpdf_oh_is_array(p->q, matrix) && i < 6; i++)
		if (pdf_num(p, qpdf_oh_get_array_item(p->q, matrix, i), &n))
			m[i] = (double)n / PDF_ONE;
	for (int i = 0; i < 4; i++) {
		double x = m[0] * xs[i / 2] + m[2] * ys[i % 2] + m[4];
		double y = m[1] * xs[i / 2] + m[3] * ys[i % 2] + m[5];

		ret.x0 = x < ret.x0 ? x : ret.x0;
		ret.x1 = x > ret.x1 ? x : ret.x1;
		ret.y0 = y < ret.y0 ? y : ret.y0;
		ret.y1 = y > ret.y1 ? y : ret.y1;
	}
	return ret;
}

/* The appearance that is shown: N, or the one of its states that is set. The null object for none.
 */
static qpdf_oh appearance(const struct pdf *p, qpdf_oh annotation)
{
	qpdf_oh n = pdf_get(p, pdf_get(p, annotation, "/AP"), "/N");
	qpdf_oh state = pdf_get(p, annotation, "/AS");

	if (qpdf_oh_is_dictionary(p->q, n) && !qpdf_oh_is_stream(p->q, n) &&
	    qpdf_oh_is_name(p->q, state))
		n = pdf_get(p, n, qpdf_oh_get_name(p->q, state));
	return n;
}

static void put_fixed(struct buf *out, double v)
{
	double fixed = v * (double)PDF_ONE;

	fixed = fixed > (double)PDF_NUMBER_MAX ? (double)PDF_NUMBER_MAX : fixed;
	fixed = fixed < -(double)PDF_NUMBER_MAX ? -(double)PDF_NUMBER_MAX : fixed;
	pdf_put_number(out, (int64_t)(fixed < 0 ? fixed - 0.5 : fixed + 0.5));
	buf_byte(out, ' ');
}

/* Draws an appearance where its annotation is (12.5.5, algorithm 8). */
static enum err draw(struct pdf *p, qpdf_oh annotation, qpdf_oh form, struct pdf_uses *uses,
		     struct buf *out)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, form);
	struct box rect, bbox;
	double sx = 1, sy = 1;
	size_t number = 0;

	if (!read_box(p, pdf_get(p, annotation, "/Rect"), &rect) ||
	    !read_box(p, pdf_get(p, dict, "/BBox"), &bbox))
		return OK;
	bbox = turned(p, bbox, pdf_get(p, dict, "/Matrix"));
	if (bbox.x1 > bbox.x0)
		sx = (rect.x1 - rect.x0) / (bbox.x1 - bbox.x0);
	if (bbox.y1 > bbox.y0)
		sy = (rect.y1 - rect.y0) / (bbox.y1 - bbox.y0);
	TRY(pdf_use(p, uses, PDF_USE_XOBJECT, S(""), form, S(""), &number));
	buf_str(out, "q\n");
	put_fixed(out, sx);
	buf_str(out, "0 0 ");
	put_fixed(out, sy);
	put_fixed(out, rect.x0 - bbox.x0 * sx);
	put_fixed(out, rect.y0 - bbox.y0 * sy);
	buf_printf(out, "cm\n/X%zu Do\nQ\n", number);
	return buf_err(out);
}

bool pdf_is_link(struct pdf *p, qpdf_oh annotation)
{
	return pdf_is(p, annotation, "/Subtype", "/Link");
}

static const char *name_of(const struct pdf *p, qpdf_oh dict, const char *key)
{
	qpdf_oh v = pdf_get(p, dict, key);

	return qpdf_oh_is_name(p->q, v) ? qpdf_oh_get_name(p->q, v) + 1 : "?";
}

static void report(struct pdf *p, enum report_act act, const char *finding, const char *what)
{
	char place[32];

	snprintf(place, sizeof place, "%u", p->job->report->pages + 1);
	report_add(p->job->report, act, finding, S(""), slice_str(place), slice_str(what));
}

/*
 * True for an annotation without appearance that viewers draw by themselves: a comment in the page,
 * a field with a value. Its loss would be seen.
 */
static bool is_drawn_by_viewers(const struct pdf *p, qpdf_oh a)
{
	if (pdf_is(p, a, "/Subtype", "/Widget"))
		return qpdf_oh_is_string(p->q, pdf_get(p, a, "/V")) &&
		       qpdf_oh_get_utf8_value(p->q, pdf_get(p, a, "/V"))[0];
	return pdf_word_in("FreeText Line Square Circle Polygon PolyLine Highlight Underline "
			   "Squiggly StrikeOut Stamp Caret Ink Redact",
			   slice_str(name_of(p, a, "/Subtype")));
}

enum err pdf_annotations(struct pdf *p, qpdf_oh page, struct pdf_uses *uses, struct buf *out)
{
	qpdf_oh all = pdf_get(p, page, "/Annots");
	int n = qpdf_oh_is_array(p->q, all) ? qpdf_oh_get_array_n_items(p->q, all) : 0;

	for (int i = 0; i < n; i++) {
		qpdf_oh a = qpdf_oh_get_array_item(p->q, all, i), form = appearance(p, a);
		qpdf_oh f = pdf_get(p, a, "/F");
		int flags = qpdf_oh_is_integer(p->q, f) ? qpdf_oh_get_int_value_as_int(p->q, f) : 0;

		if (!qpdf_oh_is_dictionary(p->q, a))
			continue;
		if (qpdf_oh_has_key(p->q, a, "/AA") ||
		    (qpdf_oh_has_key(p->q, a, "/A") && !pdf_is_link(p, a)))
			report(p, ACT_REMOVED, "action", name_of(p, a, "/Subtype"));
		if (pdf_is_link(p, a))
			continue;
		if ((flags & (ANNOTATION_HIDDEN | ANNOTATION_NO_VIEW)) ||
		    !qpdf_oh_is_stream(p->q, form)) {
			if (!(flags & ANNOTATION_HIDDEN) && is_drawn_by_viewers(p, a))
				return pdf_hold(p, "pdf-content", a,
						"an annotation without its appearance");
			report(p, ACT_REMOVED, "pdf-annotation", name_of(p, a, "/Subtype"));
			continue;
		}
		report(p, ACT_REPLACED, "pdf-annotation-flat", name_of(p, a, "/Subtype"));
		TRY(draw(p, a, form, uses, out));
	}
	return OK;
}

/* Where a link leads within the document; 0 for nowhere. */
static qpdf_oh dest_of(const struct pdf *p, qpdf_oh a)
{
	qpdf_oh action = pdf_get(p, a, "/A");

	if (pdf_is(p, action, "/S", "/GoTo"))
		return pdf_get(p, action, "/D");
	return qpdf_oh_has_key(p->q, a, "/Dest") ? pdf_get(p, a, "/Dest") : 0;
}

static bool is_good(const struct pdf *p, qpdf_oh uri)
{
	struct slice s = S("");

	if (qpdf_oh_is_string(p->q, uri))
		s.p = (const uint8_t *)qpdf_oh_get_binary_string_value(p->q, uri, &s.n);
	return names_link_ok(s);
}

/* A link to a place in the document, or to an address that may stay. */
static enum err put_link(struct pdf *p, qpdf_oh a, bool *ret_some)
{
	qpdf_oh action = pdf_get(p, a, "/A");
	size_t mark = p->out->n;
	struct slice put;

	if (qpdf_oh_is_dictionary(p->q, action) && !pdf_is(p, action, "/S", "/URI") &&
	    !pdf_is(p, action, "/S", "/GoTo")) {
		report(p, ACT_REMOVED, "action", name_of(p, action, "/S"));
		return OK;
	}
	if (pdf_is(p, action, "/S", "/URI") && !is_good(p, pdf_get(p, action, "/URI"))) {
		report(p, ACT_REMOVED, "link-unsafe", "");
		return OK;
	}
	TRY(pdf_put_dict(p, PDF_LINK, a));
	put = slice_of(p->out->p + mark, p->out->n - mark);
	*ret_some = slice_find(put, S("/Dest")) != SIZE_MAX || slice_starts(put, S("<</A<<"));
	report(p, *ret_some ? ACT_NOTE : ACT_REMOVED, *ret_some ? "link-kept" : "link-removed", "");
	if (!*ret_some)
		p->out->n = mark;
	return OK;
}

enum err pdf_put_links(struct pdf *p, qpdf_oh all, bool *ret_some)
{
	int n = qpdf_oh_is_array(p->q, all) ? qpdf_oh_get_array_n_items(p->q, all) : 0;

	buf_byte(p->out, '[');
	for (int i = 0; i < n; i++) {
		qpdf_oh a = qpdf_oh_get_array_item(p->q, all, i);
		bool some = false;

		if (qpdf_oh_is_dictionary(p->q, a) && pdf_is_link(p, a))
			TRY(put_link(p, a, &some));
		*ret_some |= some;
	}
	buf_byte(p->out, ']');
	return OK;
}

/* --- pages ---------------------------------------------------------------------------------- */

/* A key of the page, or of the nodes above it. */
static qpdf_oh inherited(const struct pdf *p, qpdf_oh page, const char *key)
{
	qpdf_oh v = pdf_get(p, page, key);

	for (int i = 0; i < PARENTS_MAX && qpdf_oh_is_null(p->q, v); i++) {
		page = pdf_get(p, page, "/Parent");
		if (!qpdf_oh_is_dictionary(p->q, page))
			break;
		v = pdf_get(p, page, key);
	}
	return v;
}

enum err pdf_put_page(struct pdf *p, qpdf_oh page)
{
	unsigned char *got = NULL;
	size_t n = 0;
	struct slice data;
	AUTO_BUF out;
	qpdf_oh resources = inherited(p, page, "/Resources");

	buf_init(&out, p->job->limits->output_bytes);
	p->items[p->now - 1].resources = resources;
	p->uses = (struct pdf_uses){0};
	if (qpdf_oh_get_page_content_data(p->q, page, &got, &n) & QPDF_ERRORS) {
		free(got);
		return pdf_hold(p, "pdf-filter", page, "the content of a page cannot be unfolded");
	}
	data = arena_copy(p->job->arena, slice_of(got, n));
	free(got);
	if (!data.p)
		return ERR_MEMORY;
	if (qpdf_oh_has_key(p->q, page, "/AA"))
		report(p, ACT_REMOVED, "action", "AA");
	TRY(pdf_content(p, data, resources, &p->uses, &out));
	TRY(pdf_annotations(p, page, &p->uses, &out));
	TRY(buf_err(&out));
	p->content = arena_copy(p->job->arena, buf_view(&out));
	if (!p->content.p)
		return ERR_MEMORY;
	TRY(pdf_put_dict(p, PDF_PAGE, page));
	p->job->report->pages++;
	return OK;
}

static enum err put_page_own(struct pdf *p, const struct pdf_row *row, qpdf_oh page, bool *ret_mine,
			     bool *ret_some)
{
	*ret_mine = *ret_some = true;
	if (strcmp(row->key, "Parent") == 0) {
		buf_str(p->out, " 2 0 R");
		return OK;
	}
	if (strcmp(row->key, "Contents") == 0) {
		buf_byte(p->out, ' ');
		return pdf_put_data_ref(p, PDF_CONTENT, p->content);
	}
	if (strcmp(row->key, "Resources") == 0)
		return pdf_put_dict(p, PDF_RESOURCES, 0);
	*ret_some = false;
	*ret_mine = pdf_word_in("CropBox MediaBox Rotate", slice_str(row->key));
	if (*ret_mine) {
		char key[16];

		snprintf(key, sizeof key, "/%s", row->key);
		return pdf_put_value(p, row, inherited(p, page, key), ret_some);
	}
	return OK;
}

static enum err put_pages_own(struct pdf *p, const struct pdf_row *row, bool *ret_mine,
			      bool *ret_some)
{
	int n = qpdf_get_num_pages(p->q);

	*ret_mine = *ret_some = strcmp(row->key, "Type") != 0;
	if (strcmp(row->key, "Count") == 0)
		buf_printf(p->out, " %d", n);
	if (strcmp(row->key, "Kids") != 0)
		return OK;
	for (int i = 0; i < n; i++) {
		buf_byte(p->out, i ? ' ' : '[');
		TRY(pdf_put_ref(p, qpdf_get_page_n(p->q, (size_t)i), PDF_PAGE));
	}
	buf_byte(p->out, ']');
	return OK;
}

/* Values of pictures, which a form has not, and the other way round. */
static enum err put_xobject_own(struct pdf *p, const struct pdf_row *row, bool *ret_mine,
				bool *ret_some)
{
	const struct pdf_image *im = p->image;
	struct slice key = slice_str(row->key);

	*ret_mine = pdf_word_in("BBox Group Matrix Resources", key) ? im != NULL
		    : pdf_word_in("ColorSpace Decode Interpolate Mask SMask", key)
			? !im
			: pdf_word_in("BitsPerComponent Height ImageMask Subtype Width", key);
	if (slice_eq(key, S("Subtype"))) {
		buf_str(p->out, im ? "/Image" : "/Form");
		*ret_some = true;
	} else if (slice_eq(key, S("Resources")) && !im) {
		*ret_mine = *ret_some = true;
		return pdf_put_dict(p, PDF_RESOURCES, 0);
	} else if (slice_eq(key, S("Decode")) && im && im->no_decode) {
		*ret_mine = true;
	} else if (slice_eq(key, S("Interpolate")) && im) {
		*ret_mine = true;
		*ret_some = im->interpolate;
		buf_str(p->out, " true");
	} else if (*ret_mine && im && slice_eq(key, S("ImageMask"))) {
		*ret_some = im->mask;
		buf_str(p->out, " true");
	} else if (*ret_mine && im && !pdf_word_in("BBox Group Matrix Resources", key)) {
		*ret_some = true;
		buf_printf(p->out, " %u",
			   key.p[0] == 'B'   ? im->depth
			   : key.p[0] == 'H' ? im->height
					     : im->width);
	}
	return OK;
}

/* An OpenType font around TrueType outlines. */
static bool is_truetype(struct pdf *p, qpdf_oh file)
{
	unsigned char *got = NULL;
	size_t n = 0;
	bool ret;

	if (!qpdf_oh_is_stream(p->q, file) ||
	    !pdf_is(p, qpdf_oh_get_dict(p->q, file), "/Subtype", "/OpenType"))
		return false;
	ret = !(qpdf_oh_get_stream_data(p->q, file, qpdf_dl_specialized, NULL, &got, &n) &
		QPDF_ERRORS) &&
	      slice_starts(slice_of(got, n), slice_of("\0\1\0", 4));
	free(got);
	return ret;
}

/* Type 1 (FontFile) and CFF (FontFile3) come out as the latter, TrueType as FontFile2. */
static enum err put_descriptor_own(struct pdf *p, const struct pdf_row *row, qpdf_oh d,
				   bool *ret_mine, bool *ret_some)
{
	qpdf_oh file = pdf_get(p, d, "/FontFile3");
	bool truetype;

	*ret_mine = false;
	if (strcmp(row->key, "FontFile2") != 0 && strcmp(row->key, "FontFile3") != 0)
		return OK;
	truetype = is_truetype(p, file);
	if (row->key[8] == '2') {
		*ret_mine = truetype;
		return truetype ? pdf_put_value(p, row, file, ret_some) : OK;
	}
	*ret_mine = true;
	if (!qpdf_oh_is_stream(p->q, file))
		file = pdf_get(p, d, "/FontFile");
	if (truetype || qpdf_oh_is_stream(p->q, pdf_get(p, d, "/FontFile2")))
		return OK;
	return pdf_put_value(p, row, file, ret_some);
}

/* First and last code are those of the widths that there are. */
static enum err put_widths_own(struct pdf *p, const struct pdf_row *row, qpdf_oh font,
			       bool *ret_mine, bool *ret_some)
{
	qpdf_oh widths = pdf_get(p, font, "/Widths"), v = pdf_get(p, font, "/FirstChar");
	int n = qpdf_oh_is_array(p->q, widths) ? qpdf_oh_get_array_n_items(p->q, widths) : 0;
	int first = qpdf_oh_is_integer(p->q, v) ? qpdf_oh_get_int_value_as_int(p->q, v) : -1;
	int64_t number = 0;

	*ret_mine = true;
	if (n < 1 || first < 0 || first + n > 256)
		return OK;
	for (int i = 0; i < n; i++)
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, widths, i), &number))
			return OK;
	if (row->key[0] == 'W')
		return pdf_put_value(p, row, widths, ret_some);
	*ret_some = true;
	buf_printf(p->out, " %d", row->key[0] == 'F' ? first : first + n - 1);
	return OK;
}

enum err pdf_put_own(struct pdf *p, enum pdf_kind kind, const struct pdf_row *row, qpdf_oh oh,
		     bool *ret_mine, bool *ret_some)
{
	if (kind == PDF_PAGE)
		return put_page_own(p, row, oh, ret_mine, ret_some);
	if (kind == PDF_SHADING || kind == PDF_TILING || kind == PDF_FUNCTION)
		return pdf_put_pattern_own(p, kind, row, oh, ret_mine, ret_some);
	if (kind == PDF_PAGES)
		return put_pages_own(p, row, ret_mine, ret_some);
	if (kind == PDF_XOBJECT)
		return put_xobject_own(p, row, ret_mine, ret_some);
	if (kind == PDF_DESCRIPTOR)
		return put_descriptor_own(p, row, oh, ret_mine, ret_some);
	if (kind == PDF_FONT && pdf_word_in("FirstChar LastChar Widths", slice_str(row->key)))
		return put_widths_own(p, row, oh, ret_mine, ret_some);
	if (kind == PDF_STATE && strcmp(row->key, "BM") == 0) {
		qpdf_oh all = pdf_get(p, oh, "/BM");

		/* The first of several is what is wanted. */
		*ret_mine = qpdf_oh_is_array(p->q, all);
		return *ret_mine
			   ? pdf_put_value(p, row, qpdf_oh_get_array_item(p->q, all, 0), ret_some)
			   : OK;
	}
	if (kind == PDF_GROUP && strcmp(row->key, "CS") == 0) {
		unsigned n = pdf_components(p, pdf_get(p, oh, "/CS"), 0);

		*ret_mine = true;
		*ret_some = n > 0;
		buf_printf(p->out, "/Device%s", n == 1 ? "Gray" : n == 3 ? "RGB" : "CMYK");
		return OK;
	}
	if (kind == PDF_CFF && strcmp(row->key, "Subtype") == 0) {
		*ret_mine = *ret_some = true;
		buf_str(p->out, p->items[p->now - 1].composite ? "/CIDFontType0C" : "/Type1C");
	} else if (kind == PDF_LINK && strcmp(row->key, "Border") == 0) {
		*ret_mine = *ret_some = true;
		buf_str(p->out, "[0 0 0]");
	} else if (kind == PDF_LINK && strcmp(row->key, "Dest") == 0) {
		qpdf_oh dest = dest_of(p, oh);

		*ret_mine = true;
		return dest ? pdf_put_value(p, row, dest, ret_some) : OK;
	} else if (kind == PDF_LINK && strcmp(row->key, "A") == 0) {
		*ret_mine = dest_of(p, oh) != 0;
	}
	return OK;
}
