/*
 * Pictures: JPEG through the sanitiser of JPEG; all others as the samples that they unfold to, with
 * a device space or an index into one. Colour profiles stay behind.
 */
#include "format/pdf.h"

#include <stdlib.h>

#include "format/jpeg_walk.h"
#include "format/pdf_function.h"
#include "format/pdf_lex.h"
#include "format/picture.h"

static const char *device(unsigned n)
{
	return n == 1 ? "DeviceGray" : n == 3 ? "DeviceRGB" : "DeviceCMYK";
}

static unsigned of_name(struct slice name)
{
	if (pdf_word_in("/DeviceGray /G /CalGray", name))
		return 1;
	if (pdf_word_in("/DeviceRGB /RGB /CalRGB", name))
		return 3;
	return pdf_word_in("/DeviceCMYK /CMYK", name) ? 4 : 0;
}

unsigned pdf_components(struct pdf *p, qpdf_oh space, qpdf_oh resources)
{
	qpdf_oh head, dict;
	int n = 0;

	if (qpdf_oh_is_name(p->q, space)) {
		const char *name = qpdf_oh_get_name(p->q, space);
		unsigned ret = of_name(slice_str(name));
		qpdf_oh named;

		if (ret || !resources)
			return ret;
		named = pdf_get(p, pdf_get(p, resources, "/ColorSpace"), name);
		return qpdf_oh_is_array(p->q, named) ? pdf_components(p, named, 0) : 0;
	}
	if (!qpdf_oh_is_array(p->q, space) || qpdf_oh_get_array_n_items(p->q, space) < 1)
		return 0;
	head = qpdf_oh_get_array_item(p->q, space, 0);
	if (!qpdf_oh_is_name(p->q, head))
		return 0;
	if (strcmp(qpdf_oh_get_name(p->q, head), "/ICCBased") != 0)
		return of_name(slice_str(qpdf_oh_get_name(p->q, head)));
	dict = qpdf_oh_get_array_item(p->q, space, 1);
	if (!qpdf_oh_is_stream(p->q, dict))
		return 0;
	dict = pdf_get(p, qpdf_oh_get_dict(p->q, dict), "/N");
	if (qpdf_oh_is_integer(p->q, dict))
		n = qpdf_oh_get_int_value_as_int(p->q, dict);
	return n == 1 || n == 3 || n == 4 ? (unsigned)n : 0;
}

static enum err refuse(struct pdf *p, qpdf_oh oh, const char *what)
{
	return pdf_hold(p, "pdf-picture", oh, what);
}

/* A palette of inks, or of Lab, as one of device colours. */
static enum err put_mixed(struct pdf *p, qpdf_oh oh, qpdf_oh space, struct buf *out)
{
	const struct pdf_space *s = pdf_read_space(p, space, 0);
	uint8_t table[256 * 4];
	size_t top;

	if (!s || !s->table.p)
		return refuse(p, oh, "the palette of a picture");
	top = s->table.n / s->base->n - 1;
	for (size_t i = 0; i <= top; i++) {
		double in = (double)i, colour[4] = {0};

		pdf_to_device(s, &in, colour);
		for (unsigned k = 0; k < s->device; k++)
			table[i * s->device + k] = (uint8_t)(colour[k] * 255 + 0.5);
	}
	buf_printf(out, "[/Indexed/%s %zu", device(s->device), top);
	pdf_put_string(out, slice_of(table, (top + 1) * s->device));
	buf_byte(out, ']');
	return buf_err(out);
}

/* [/Indexed base hival lookup] in the one form: exactly hival + 1 colours of a device space. */
static enum err put_indexed(struct pdf *p, qpdf_oh oh, qpdf_oh space, struct buf *out)
{
	unsigned n = pdf_components(p, qpdf_oh_get_array_item(p->q, space, 1), 0);
	qpdf_oh hival = qpdf_oh_get_array_item(p->q, space, 2);
	qpdf_oh lookup = qpdf_oh_get_array_item(p->q, space, 3);
	int top = qpdf_oh_is_integer(p->q, hival) ? qpdf_oh_get_int_value_as_int(p->q, hival) : -1;
	uint8_t table[256 * 4] = {0};
	struct slice data = S("");
	size_t want = n * (size_t)(top + 1);

	if (!n)
		return put_mixed(p, oh, space, out);
	if (top < 0 || top > 255)
		return refuse(p, oh, "the palette of a picture");
	if (qpdf_oh_is_stream(p->q, lookup)) {
		TRY(pdf_data(p, lookup, &data));
	} else if (qpdf_oh_is_string(p->q, lookup)) {
		data.p = (const uint8_t *)qpdf_oh_get_binary_string_value(p->q, lookup, &data.n);
	} else {
		return refuse(p, oh, "the palette of a picture");
	}
	memcpy(table, data.p, data.n < want ? data.n : want);
	buf_printf(out, "[/Indexed/%s %d", device(n), top);
	pdf_put_string(out, slice_of(table, want));
	buf_byte(out, ']');
	return buf_err(out);
}

static bool is_indexed(struct pdf *p, qpdf_oh space)
{
	qpdf_oh head;

	if (!qpdf_oh_is_array(p->q, space) || qpdf_oh_get_array_n_items(p->q, space) != 4)
		return false;
	head = qpdf_oh_get_array_item(p->q, space, 0);
	return qpdf_oh_is_name(p->q, head) &&
	       pdf_word_in("/Indexed /I", slice_str(qpdf_oh_get_name(p->q, head)));
}

/* A space of one ink, as the device colours of each of its 2^depth values. */
static enum err put_palette(struct pdf *p, qpdf_oh oh, qpdf_oh space, struct pdf_image *im,
			    struct buf *out)
{
	const struct pdf_space *s = pdf_read_space(p, space, 0);
	qpdf_oh decode = pdf_get(p, qpdf_oh_get_dict(p->q, oh), "/Decode");
	unsigned top = (1u << im->depth) - 1;
	int64_t range[2] = {0, PDF_ONE};
	uint8_t table[256 * 4];

	if (!s || !s->tint || s->n != 1 || !im->depth || im->depth > 8)
		return refuse(p, oh, "the colour space of a picture");
	for (int i = 0; qpdf_oh_is_array(p->q, decode) && i < 2; i++)
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, decode, i), &range[i]))
			return refuse(p, oh, "the values of a picture");
	for (unsigned i = 0; i <= top; i++) {
		double in =
		    ((double)range[0] + (double)(range[1] - range[0]) * i / top) / (double)PDF_ONE;
		double colour[4] = {0};

		pdf_to_device(s, &in, colour);
		for (unsigned k = 0; k < s->device; k++)
			table[i * s->device + k] = (uint8_t)(colour[k] * 255 + 0.5);
	}
	im->no_decode = true;
	buf_printf(out, "[/Indexed/%s %u", device(s->device), top);
	pdf_put_string(out, slice_of(table, ((size_t)top + 1) * s->device));
	buf_byte(out, ']');
	return buf_err(out);
}

/* The colour space as it is printed and its components in the samples. */
static enum err read_colours(struct pdf *p, qpdf_oh oh, qpdf_oh dict, struct pdf_image *im,
			     unsigned *ret_n)
{
	qpdf_oh space = pdf_get(p, dict, "/ColorSpace");
	AUTO_BUF out;
	unsigned n = 1;

	buf_init(&out, 1 << 14);
	if (is_indexed(p, space)) {
		TRY(put_indexed(p, oh, space, &out));
	} else {
		n = pdf_components(p, space, 0);
		if (n) {
			buf_printf(&out, "/%s", device(n));
		} else {
			n = 1;
			TRY(put_palette(p, oh, space, im, &out));
		}
	}
	im->colours = arena_copy(p->job->arena, buf_view(&out));
	*ret_n = n;
	return im->colours.p ? OK : ERR_MEMORY;
}

static bool read_size(struct pdf *p, qpdf_oh dict, const char *key, uint32_t *ret)
{
	qpdf_oh v = pdf_get(p, dict, key);
	long long n = qpdf_oh_is_integer(p->q, v) ? qpdf_oh_get_int_value(p->q, v) : 0;

	*ret = (uint32_t)n;
	return n > 0 && n <= (long long)p->job->limits->side;
}

/* The one filter, or the last of them, is DCTDecode. */
static bool is_jpeg(struct pdf *p, qpdf_oh dict, bool *ret_alone)
{
	qpdf_oh f = pdf_get(p, dict, "/Filter");
	int n = qpdf_oh_is_array(p->q, f) ? qpdf_oh_get_array_n_items(p->q, f) : 0;

	*ret_alone = n <= 1;
	if (n)
		f = qpdf_oh_get_array_item(p->q, f, n - 1);
	return qpdf_oh_is_name(p->q, f) &&
	       pdf_word_in("/DCTDecode /DCT", slice_str(qpdf_oh_get_name(p->q, f)));
}

/* Decode of a CMYK picture that Adobe's programs write: all values are turned over. */
static bool is_inverted(struct pdf *p, qpdf_oh dict)
{
	qpdf_oh d = pdf_get(p, dict, "/Decode");
	int64_t v = 0;

	if (!qpdf_oh_is_array(p->q, d) || qpdf_oh_get_array_n_items(p->q, d) != 8)
		return false;
	for (int i = 0; i < 8; i++)
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, d, i), &v) ||
		    v != (i % 2 ? 0 : PDF_ONE))
			return false;
	return true;
}

/* The JPEG without Exif: in a PDF its orientation turns nothing. */
static enum err without_exif(struct pdf *p, struct slice in, struct slice *ret)
{
	uint8_t *to = arena_room(p->job->arena, in.n);
	size_t n = 0, at = 2;

	if (!to)
		return ERR_MEMORY;
	memcpy(to, in.p, in.n < 2 ? in.n : 2);
	n = 2;
	while (at + 4 <= in.n && in.p[at] == 0xFF && in.p[at + 1] != 0xDA) {
		size_t len = 2 + (size_t)(in.p[at + 2] << 8 | in.p[at + 3]);

		if (len < 4 || len > in.n - at)
			break;
		if (in.p[at + 1] != 0xE1) {
			memcpy(to + n, in.p + at, len);
			n += len;
		}
		at += len;
	}
	memcpy(to + n, in.p + at, in.n - at);
	*ret = slice_of(to, n + in.n - at);
	return OK;
}

static enum err read_jpeg(struct pdf *p, qpdf_oh oh, qpdf_oh dict, struct slice raw,
			  struct pdf_image *im)
{
	struct job nested = *p->job;
	struct report scratch;
	struct jpeg_info info;
	AUTO_BUF out;
	unsigned n = 0, shown;

	buf_init(&out, p->job->limits->output_bytes);
	if (raw.n < 4 || is_indexed(p, pdf_get(p, dict, "/ColorSpace")) ||
	    qpdf_oh_has_key(p->q, pdf_get(p, dict, "/DecodeParms"), "/ColorTransform"))
		return refuse(p, oh, "a JPEG with colours that are not read");
	TRY(without_exif(p, raw, &nested.in));
	nested.out = &out;
	nested.depth++;
	nested.name = S("");
	if (!format_jpeg.probe(&nested))
		return refuse(p, oh, "a picture that says it is a JPEG and is none");
	/* What it leaves behind is reported when it is rebuilt. */
	nested.report = &scratch;
	report_init(&scratch, p->job->arena, p->job->limits);
	if (jpeg_walk(&nested, &info) != OK)
		return refuse(p, oh, "a JPEG that is broken or too large");
	nested.report = p->job->report;
	TRY(read_colours(p, oh, dict, im, &n));
	if (n != info.components || (n == 4 && !(info.adobe && is_inverted(p, dict))))
		return refuse(p, oh, "a JPEG whose colours are told in two ways");
	TRY(format_jpeg.rebuild(&nested));
	p->job->report->pictures--; /* counted where it is drawn */
	shown = n == 1 ? 1 : 3;
	im->colours = shown == 1 ? S("/DeviceGray") : S("/DeviceRGB");
	im->width = info.width;
	im->height = info.height;
	im->depth = 8;
	im->jpeg = true;
	im->no_decode = n == 4;
	im->data = arena_copy(p->job->arena, buf_view(&out));
	return im->data.p ? OK : ERR_MEMORY;
}

/* Exactly the rows, with zeros in the bits that fill up a byte. */
static enum err read_samples(struct pdf *p, qpdf_oh oh, unsigned n, struct pdf_image *im)
{
	uint64_t bits = (uint64_t)im->width * n * im->depth, row = (bits + 7) / 8;
	uint64_t all = row * im->height;
	struct slice data;
	uint8_t *to;

	TRY(pdf_data(p, oh, &data));
	if (data.n < all)
		return refuse(p, oh, "a picture with fewer samples than its size says");
	to = arena_room(p->job->arena, (size_t)all);
	if (!to)
		return ERR_MEMORY;
	memcpy(to, data.p, (size_t)all);
	for (uint64_t y = 1; bits % 8 && y <= im->height; y++)
		to[y * row - 1] &= (uint8_t)(0xFF << (8 - bits % 8));
	im->data = slice_of(to, (size_t)all);
	return OK;
}

enum err pdf_read_image(struct pdf *p, qpdf_oh oh, struct pdf_image *ret)
{
	qpdf_oh dict = qpdf_oh_get_dict(p->q, oh), depth = pdf_get(p, dict, "/BitsPerComponent");
	qpdf_oh mask = pdf_get(p, dict, "/ImageMask");
	const struct limits *l = p->job->limits;
	unsigned n = 1;
	bool alone;

	*ret = (struct pdf_image){0};
	ret->interpolate = qpdf_oh_is_bool(p->q, pdf_get(p, dict, "/Interpolate")) &&
			   qpdf_oh_get_bool_value(p->q, pdf_get(p, dict, "/Interpolate"));
	ret->mask = qpdf_oh_is_bool(p->q, mask) && qpdf_oh_get_bool_value(p->q, mask);
	if (!read_size(p, dict, "/Width", &ret->width) ||
	    !read_size(p, dict, "/Height", &ret->height) ||
	    (uint64_t)ret->width * ret->height > l->pixels)
		return refuse(p, oh, "the size of a picture");
	if (qpdf_oh_is_array(p->q, pdf_get(p, dict, "/Mask")))
		return refuse(p, oh, "a picture with a transparent colour");
	if (is_jpeg(p, dict, &alone)) {
		unsigned char *raw = NULL;
		size_t len = 0;
		struct slice copy;

		if (!alone || ret->mask)
			return refuse(p, oh, "a JPEG within another filter");
		if (qpdf_oh_get_stream_data(p->q, oh, qpdf_dl_none, NULL, &raw, &len) & QPDF_ERRORS)
			return refuse(p, oh, "the data of a picture");
		copy = arena_copy(p->job->arena, slice_of(raw, len));
		free(raw);
		return copy.p ? read_jpeg(p, oh, dict, copy, ret) : ERR_MEMORY;
	}
	ret->depth = ret->mask ? 1
		     : qpdf_oh_is_integer(p->q, depth)
			 ? (uint32_t)qpdf_oh_get_int_value(p->q, depth)
			 : 0;
	if (ret->depth != 1 && ret->depth != 2 && ret->depth != 4 && ret->depth != 8 &&
	    ret->depth != 16)
		return refuse(p, oh, "the depth of a picture");
	if (!ret->mask)
		TRY(read_colours(p, oh, dict, ret, &n));
	return read_samples(p, oh, n, ret);
}
