/*
 * Streams: unfolded, read by what they are, and folded again where that is shorter.
 */
#include <libdeflate.h>
#include <stdlib.h>
#include "format/pdf.h"
#include "format/pdf_cff.h"
#include "format/pdf_print.h"
#include "format/pdf_sfnt.h"
#include "format/pdf_type1.h"

#define LEVEL 6

/* Pictures of these kinds are not unpacked: said by name. */
static const char *why_folded(const struct pdf *p, qpdf_oh stream)
{
	static const char *const known[][2] = {
	    {"/JPXDecode", "a picture in JPEG 2000, which is not unpacked"},
	    {"/JBIG2Decode", "a picture in JBIG2, which is not unpacked"},
	    {"/CCITTFaxDecode",
	     "a picture as fax machines send it (CCITT), which is not unpacked"}};
	qpdf_oh f = pdf_get(p, qpdf_oh_get_dict(p->q, stream), "/Filter");
	int n = qpdf_oh_is_array(p->q, f) ? qpdf_oh_get_array_n_items(p->q, f) : 0;

	if (n)
		f = qpdf_oh_get_array_item(p->q, f, n - 1);
	for (size_t i = 0; i < ARRAY_LEN(known) && qpdf_oh_is_name(p->q, f); i++)
		if (strcmp(qpdf_oh_get_name(p->q, f), known[i][0]) == 0)
			return known[i][1];
	return "a stream that cannot be unfolded";
}

enum err pdf_data(struct pdf *p, qpdf_oh stream, struct slice *ret)
{
	struct budget *b = p->job->budget;
	unsigned char *got = NULL;
	size_t n = 0;
	QPDF_BOOL filtered = QPDF_FALSE;
	struct slice copy;

	if (qpdf_oh_has_key(p->q, qpdf_oh_get_dict(p->q, stream), "/F"))
		return pdf_hold(p, "external-object", stream, "a stream in another file");
	if ((qpdf_oh_get_stream_data(p->q, stream, qpdf_dl_specialized, &filtered, &got, &n) &
	     QPDF_ERRORS) ||
	    !filtered) {
		free(got);
		return pdf_hold(p, "pdf-filter", stream, why_folded(p, stream));
	}
	if (b && n > b->inflated_left) {
		free(got);
		return format_hold(p->job, ERR_LIMIT, "limit", S(""), 0,
				   "the document unfolds to more than the limit");
	}
	if (b)
		b->inflated_left -= n;
	copy = arena_copy(p->job->arena, slice_of(got, n));
	free(got);
	*ret = copy;
	return copy.p ? OK : ERR_MEMORY;
}

/* Folds the data into a zlib stream of the one form, where that is shorter. */
static enum err fold(struct pdf *p, struct slice data)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
	uint8_t *to = arena_room(p->job->arena, data.n + 1);
	size_t n = 0;

	p->stream = (struct pdf_stream){.data = data, .unfolded = data.n};
	if (c && to && data.n)
		n = libdeflate_zlib_compress(c, data.p, data.n, to, data.n - 1);
	libdeflate_free_compressor(c);
	if (!c || !to)
		return ERR_MEMORY;
	if (n) {
		to[0] = 0x78;
		to[1] = 0x5E;
		p->stream.data = slice_of(to, n);
		p->stream.filter = "FlateDecode";
	}
	return OK;
}

static enum err put_stream(struct pdf *p, const struct pdf_item *item, qpdf_oh dict)
{
	TRY(pdf_put_dict(p, item->kind, dict));
	buf_str(p->out, "\nstream\n");
	buf_slice(p->out, p->stream.data);
	buf_str(p->out, "\nendstream");
	return buf_err(p->out);
}

static enum err put_font_file(struct pdf *p, const struct pdf_item *item)
{
	AUTO_BUF font;
	struct slice data;
	const char *why = NULL;
	enum err e;

	buf_init(&font, p->job->limits->output_bytes);
	TRY(pdf_data(p, item->oh, &data));
	e = pdf_sfnt(data, p->job->arena, &font, &why);
	if (e == ERR_SYNTAX)
		return pdf_hold(p, "pdf-font", item->oh, why);
	TRY(e);
	TRY(fold(p, buf_view(&font)));
	/* What is not folded is the font itself, which ends with this function. */
	return put_stream(p, item, 0);
}

/* Type 1 and CFF, by what they begin with, come out as CFF. */
static enum err read_outline(struct slice data, struct pdf_outline *o)
{
	struct slice inner = pdf_cff_of_opentype(data);

	if (slice_starts(data, S("%!")) || slice_starts(data, S("\x80\x01")))
		return pdf_type1(data, o);
	return pdf_cff(inner.n ? inner : data, o);
}

static enum err put_outline(struct pdf *p, const struct pdf_item *item)
{
	struct pdf_outline o;
	struct slice data;
	AUTO_BUF font;
	enum err e;

	buf_init(&font, p->job->limits->output_bytes);
	TRY(pdf_data(p, item->oh, &data));
	pdf_outline_init(&o, p->job->arena, p->job->limits->output_bytes);
	e = read_outline(data, &o);
	if (e == OK)
		e = pdf_outline_print(&o, &font);
	pdf_outline_free(&o);
	if (e == ERR_SYNTAX)
		return pdf_hold(p, "pdf-font", item->oh, o.why);
	TRY(e);
	TRY(fold(p, buf_view(&font)));
	return put_stream(p, item, 0);
}

static enum err put_gids(struct pdf *p, const struct pdf_item *item)
{
	struct slice data;

	TRY(pdf_data(p, item->oh, &data));
	if (data.n % 2 || data.n > 131072)
		return pdf_hold(p, "pdf-font", item->oh, "the map of a font's glyphs");
	TRY(fold(p, data));
	return put_stream(p, item, 0);
}

static enum err put_image(struct pdf *p, const struct pdf_item *item, qpdf_oh dict)
{
	struct pdf_image im;

	TRY(pdf_read_image(p, item->oh, &im));
	if (im.jpeg)
		p->stream = (struct pdf_stream){.data = im.data, .filter = "DCTDecode"};
	else
		TRY(fold(p, im.data));
	p->image = &im;
	TRY(put_stream(p, item, dict));
	p->image = NULL;
	p->job->report->pictures++;
	return OK;
}

static enum err put_form(struct pdf *p, const struct pdf_item *item, qpdf_oh dict)
{
	AUTO_BUF out;
	struct slice data;
	qpdf_oh own = pdf_get(p, dict, "/Resources");

	buf_init(&out, p->job->limits->output_bytes);
	if (qpdf_oh_is_dictionary(p->q, own))
		p->items[p->now - 1].resources = own;
	TRY(pdf_data(p, item->oh, &data));
	p->uses = (struct pdf_uses){0};
	TRY(pdf_content(p, data, p->items[p->now - 1].resources, &p->uses, &out));
	TRY(fold(p, buf_view(&out)));
	return put_stream(p, item, dict);
}

/* An uncoloured pattern has its colour in front, and none behind. */
static enum err put_tiling(struct pdf *p, const struct pdf_item *item)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, item->oh), own = pdf_get(p, dict, "/Resources");
	struct slice data;
	AUTO_BUF out;
	enum err e;

	buf_init(&out, p->job->limits->output_bytes);
	if (qpdf_oh_is_dictionary(p->q, own))
		p->items[p->now - 1].resources = own;
	TRY(pdf_data(p, item->oh, &data));
	p->uses = (struct pdf_uses){0};
	buf_slice(&out, item->data);
	p->colourless = item->data.n > 0;
	e = pdf_content(p, data, p->items[p->now - 1].resources, &p->uses, &out);
	p->colourless = false;
	TRY(e);
	TRY(fold(p, buf_view(&out)));
	return put_stream(p, item, dict);
}

static enum err put_xobject(struct pdf *p, const struct pdf_item *item)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, item->oh), layer = pdf_get(p, dict, "/OC");

	if (!qpdf_oh_is_null(p->q, layer) && pdf_is_layer_hidden(p, layer))
		return pdf_hold(p, "pdf-hidden-layer", item->oh, "a layer that is not shown");
	if (qpdf_oh_has_key(p->q, dict, "/Ref"))
		return pdf_hold(p, "external-object", item->oh, "a page of another document");
	if (pdf_is(p, dict, "/Subtype", "/Image"))
		return put_image(p, item, dict);
	if (qpdf_oh_has_key(p->q, dict, "/Subtype") && !pdf_is(p, dict, "/Subtype", "/Form"))
		return pdf_hold(p, "pdf-structure", item->oh, "neither a form nor a picture");
	return put_form(p, item, dict);
}

enum err pdf_put_stream(struct pdf *p, struct pdf_item item)
{
	struct slice data = item.data;

	switch (item.kind) {
	case PDF_XOBJECT:
		return put_xobject(p, &item);
	case PDF_TILING:
		return put_tiling(p, &item);
	case PDF_TRUETYPE:
		return put_font_file(p, &item);
	case PDF_CFF:
		return put_outline(p, &item);
	case PDF_GIDS:
		return put_gids(p, &item);
	case PDF_UNICODE:
		TRY(pdf_data(p, item.oh, &data));
		TRY(pdf_unicode(p, data, &data));
		break;
	case PDF_CONTENT:
	case PDF_FUNCTION:
	case PDF_NONE:
	case PDF_CATALOG:
	case PDF_PAGES:
	case PDF_PAGE:
	case PDF_FONT:
	case PDF_CID_FONT:
	case PDF_DESCRIPTOR:
	case PDF_RESOURCES:
	case PDF_STATE:
	case PDF_MASK:
	case PDF_SHADED:
	case PDF_SHADING:
	case PDF_GROUP:
	case PDF_SYSTEM:
	case PDF_ENCODING:
	case PDF_LINK:
	case PDF_ACTION:
	case PDF_KINDS:
		break;
	}
	TRY(fold(p, data));
	return put_stream(p, &item, 0);
}
