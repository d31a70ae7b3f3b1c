/*
 * Patterns and shadings. The run of colours of an axial or radial shading is evaluated at 256
 * places, in a device space; its functions stay behind.
 */
#include "format/pdf_function.h"
#include "format/pdf_lex.h"
#include "format/pdf_print.h"

#define STEPS 256u

static qpdf_oh dict_of(struct pdf *p, qpdf_oh oh)
{
	return qpdf_oh_is_stream(p->q, oh) ? qpdf_oh_get_dict(p->q, oh) : oh;
}

static int int_of(struct pdf *p, qpdf_oh dict, const char *key)
{
	qpdf_oh v = pdf_get(p, dict, key);

	return qpdf_oh_is_integer(p->q, v) ? qpdf_oh_get_int_value_as_int(p->q, v) : 0;
}

enum err pdf_check_shading(struct pdf *p, qpdf_oh shading)
{
	int type = int_of(p, dict_of(p, shading), "/ShadingType");

	if (qpdf_oh_is_stream(p->q, shading) || (type != 2 && type != 3))
		return pdf_hold(p, "pdf-content", shading,
				"a shading that is neither axial nor radial");
	return OK;
}

enum err pdf_check_pattern(struct pdf *p, qpdf_oh pattern)
{
	qpdf_oh dict = dict_of(p, pattern);
	int type = int_of(p, dict, "/PatternType");

	if (type != (qpdf_oh_is_stream(p->q, pattern) ? 1 : 2))
		return pdf_hold(p, "pdf-content", pattern, "a pattern that is none");
	if (type == 1)
		return OK;
	if (qpdf_oh_has_key(p->q, dict, "/ExtGState"))
		return pdf_hold(p, "pdf-content", pattern, "a shading with a graphics state");
	return pdf_check_shading(p, pdf_get(p, dict, "/Shading"));
}

/* One function of all components, or one for each. */
struct run {
	const struct pdf_function *of[PDF_VALUES_MAX];
	unsigned n;
};

static bool read_run(struct pdf *p, qpdf_oh shading, unsigned n, struct run *ret)
{
	qpdf_oh f = pdf_get(p, shading, "/Function");
	bool many = qpdf_oh_is_array(p->q, f);

	*ret = (struct run){.n = many ? (unsigned)qpdf_oh_get_array_n_items(p->q, f) : 1};
	if (ret->n != 1 && ret->n != n)
		return false;
	for (unsigned i = 0; i < ret->n; i++) {
		ret->of[i] =
		    pdf_read_function(p, many ? qpdf_oh_get_array_item(p->q, f, (int)i) : f);
		if (!ret->of[i] || pdf_function_inputs(ret->of[i]) != 1 ||
		    pdf_function_outputs(ret->of[i]) != n / ret->n)
			return false;
	}
	return true;
}

static enum err put_run(struct pdf *p, qpdf_oh shading, const struct pdf_space *s)
{
	qpdf_oh domain = pdf_get(p, shading, "/Domain");
	int64_t from = 0, to = PDF_ONE;
	struct run run;
	uint8_t *data = arena_room(p->job->arena, (size_t)STEPS * s->device);

	if (!data)
		return ERR_MEMORY;
	if (s->n > PDF_VALUES_MAX || !read_run(p, shading, s->n, &run))
		return pdf_hold(p, "pdf-content", shading, "the colours of a shading");
	if (qpdf_oh_is_array(p->q, domain) &&
	    (!pdf_num(p, qpdf_oh_get_array_item(p->q, domain, 0), &from) ||
	     !pdf_num(p, qpdf_oh_get_array_item(p->q, domain, 1), &to)))
		return pdf_hold(p, "pdf-content", shading, "the domain of a shading");
	for (unsigned i = 0; i < STEPS; i++) {
		double at =
		    ((double)from + (double)(to - from) * i / (STEPS - 1)) / (double)PDF_ONE;
		double in[PDF_VALUES_MAX] = {0}, out[4] = {0};

		for (unsigned k = 0; k < run.n; k++)
			pdf_evaluate(run.of[k], &at, in + k);
		pdf_to_device(s, in, out);
		for (unsigned k = 0; k < s->device; k++)
			data[i * s->device + k] = (uint8_t)(out[k] * 255 + 0.5);
	}
	buf_byte(p->out, ' ');
	return pdf_put_data_ref(p, PDF_FUNCTION, slice_of(data, (size_t)STEPS * s->device));
}

static bool put_background(struct pdf *p, qpdf_oh v, const struct pdf_space *s)
{
	double in[PDF_VALUES_MAX] = {0}, out[4] = {0};
	int64_t n = 0;

	if (!qpdf_oh_is_array(p->q, v) || qpdf_oh_get_array_n_items(p->q, v) != (int)s->n)
		return false;
	for (unsigned i = 0; i < s->n; i++) {
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, v, (int)i), &n))
			return false;
		in[i] = (double)n / (double)PDF_ONE;
	}
	pdf_to_device(s, in, out);
	for (unsigned i = 0; i < s->device; i++) {
		buf_byte(p->out, i ? ' ' : '[');
		pdf_put_number(p->out, (int64_t)(out[i] * (double)PDF_ONE + 0.5));
	}
	buf_byte(p->out, ']');
	return true;
}

static enum err put_shading_own(struct pdf *p, const struct pdf_row *row, qpdf_oh oh,
				bool *ret_mine, bool *ret_some)
{
	struct slice key = slice_str(row->key);
	const struct pdf_space *s;
	qpdf_oh coords = pdf_get(p, oh, "/Coords");

	*ret_mine = pdf_word_in("Background ColorSpace Function", key);
	if (slice_eq(key, S("Coords")) &&
	    qpdf_oh_get_array_n_items(p->q, coords) != (int_of(p, oh, "/ShadingType") == 2 ? 4 : 6))
		return pdf_hold(p, "pdf-content", oh, "the places of a shading");
	if (!*ret_mine)
		return OK;
	s = pdf_read_space(p, pdf_get(p, oh, "/ColorSpace"), p->items[p->now - 1].resources);
	if (!s || s->pattern || s->table.p)
		return pdf_hold(p, "pdf-content", oh, "the colour space of a shading");
	if (slice_eq(key, S("Background"))) {
		*ret_some = put_background(p, pdf_get(p, oh, "/Background"), s);
		return OK;
	}
	*ret_some = true;
	if (slice_eq(key, S("Function")))
		return put_run(p, oh, s);
	buf_printf(p->out, "/Device%s", s->device == 1 ? "Gray" : s->device == 3 ? "RGB" : "CMYK");
	return OK;
}

/* Steps have no sign that is seen; so small ones as here would never be drawn to their end. */
static enum err put_step(struct pdf *p, qpdf_oh oh, qpdf_oh v)
{
	int64_t n = 0;

	if (!pdf_num(p, v, &n) || (n > -PDF_ONE / 10 && n < PDF_ONE / 10))
		return pdf_hold(p, "pdf-content", oh, "the steps of a pattern");
	n = n < 0 ? -n : n;
	buf_byte(p->out, ' ');
	pdf_put_number(p->out, n > 1000000 * PDF_ONE ? 1000000 * PDF_ONE : n);
	return OK;
}

enum err pdf_put_pattern_own(struct pdf *p, enum pdf_kind kind, const struct pdf_row *row,
			     qpdf_oh oh, bool *ret_mine, bool *ret_some)
{
	if (kind == PDF_SHADING)
		return put_shading_own(p, row, oh, ret_mine, ret_some);
	if (kind == PDF_FUNCTION && strcmp(row->key, "Range") == 0) {
		size_t n = p->items[p->now - 1].data.n / STEPS;

		*ret_mine = *ret_some = true;
		for (size_t i = 0; i < n; i++)
			buf_str(p->out, i ? " 0 1" : "[0 1");
		buf_byte(p->out, ']');
	} else if (kind == PDF_TILING && strcmp(row->key, "Resources") == 0) {
		*ret_mine = *ret_some = true;
		return pdf_put_dict(p, PDF_RESOURCES, 0);
	} else if (kind == PDF_TILING && strchr("XY", row->key[0])) {
		*ret_mine = *ret_some = true;
		return put_step(p, oh, pdf_get(p, oh, row->key[0] == 'X' ? "/XStep" : "/YStep"));
	}
	return OK;
}
