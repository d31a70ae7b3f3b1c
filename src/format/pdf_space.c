/* Colour spaces (ISO 32000-1, 8.6) and what their colours are in a device space. */
#include <math.h>
#include "format/pdf_function.h"
#include "format/pdf_lex.h"

#define DEPTH_MAX 4

const struct pdf_space *pdf_device_space(unsigned n)
{
	static const struct pdf_space spaces[] = {{.n = 1, .device = 1, .plain = true},
						  {.n = 3, .device = 3, .plain = true},
						  {.n = 4, .device = 4, .plain = true}};

	return n == 1 || n == 3 || n == 4 ? &spaces[n == 1 ? 0 : n - 2] : NULL;
}

static const struct pdf_space *read(struct pdf *p, qpdf_oh oh, qpdf_oh resources, int depth);

static bool read_indexed(struct pdf *p, qpdf_oh oh, qpdf_oh resources, int depth,
			 struct pdf_space *s)
{
	qpdf_oh hival = qpdf_oh_get_array_item(p->q, oh, 2);
	qpdf_oh lookup = qpdf_oh_get_array_item(p->q, oh, 3);
	int top = qpdf_oh_is_integer(p->q, hival) ? qpdf_oh_get_int_value_as_int(p->q, hival) : -1;
	uint8_t table[256 * PDF_VALUES_MAX] = {0};
	struct slice data = S("");
	size_t want;

	s->base = read(p, qpdf_oh_get_array_item(p->q, oh, 1), resources, depth + 1);
	if (!s->base || s->base->pattern || !s->base->device || top < 0 || top > 255 ||
	    s->base->n > PDF_VALUES_MAX)
		return false;
	if (qpdf_oh_is_string(p->q, lookup))
		data.p = (const uint8_t *)qpdf_oh_get_binary_string_value(p->q, lookup, &data.n);
	else if (!qpdf_oh_is_stream(p->q, lookup) || pdf_data(p, lookup, &data) != OK)
		return false;
	want = s->base->n * (size_t)(top + 1);
	if (data.n)
		memcpy(table, data.p, data.n < want ? data.n : want);
	s->table = arena_copy(p->job->arena, slice_of(table, want));
	s->n = 1;
	s->device = s->base->device;
	return s->table.p != NULL;
}

/* Separation and DeviceN: what they become where their inks are not there. */
static bool read_tint(struct pdf *p, qpdf_oh oh, qpdf_oh resources, int depth, struct pdf_space *s)
{
	qpdf_oh inks = qpdf_oh_get_array_item(p->q, oh, 1);

	if (qpdf_oh_is_name(p->q, inks) && strcmp(qpdf_oh_get_name(p->q, inks), "/None") == 0)
		return false; /* paints nothing */
	s->n = qpdf_oh_is_array(p->q, inks) ? (unsigned)qpdf_oh_get_array_n_items(p->q, inks) : 1;
	s->base = read(p, qpdf_oh_get_array_item(p->q, oh, 2), resources, depth + 1);
	s->tint = pdf_read_function(p, qpdf_oh_get_array_item(p->q, oh, 3));
	if (!s->base || !s->base->device || s->base->pattern || !s->tint || s->n < 1 ||
	    s->n > PDF_VALUES_MAX || pdf_function_inputs(s->tint) != s->n ||
	    pdf_function_outputs(s->tint) != s->base->n)
		return false;
	s->device = s->base->device;
	return true;
}

static bool read_lab(struct pdf *p, qpdf_oh oh, struct pdf_space *s)
{
	qpdf_oh range = pdf_get(p, qpdf_oh_get_array_item(p->q, oh, 1), "/Range");
	int64_t v = 0;

	*s = (struct pdf_space){.n = 3, .device = 3, .lab = true, .range = {-100, 100, -100, 100}};
	for (int i = 0; qpdf_oh_is_array(p->q, range) && i < 4; i++)
		if (pdf_num(p, qpdf_oh_get_array_item(p->q, range, i), &v))
			s->range[i] = (double)v / (double)PDF_ONE;
	return true;
}

static bool read_array(struct pdf *p, qpdf_oh oh, qpdf_oh resources, int depth, struct pdf_space *s)
{
	qpdf_oh head = qpdf_oh_get_array_item(p->q, oh, 0);
	struct slice name =
	    qpdf_oh_is_name(p->q, head) ? slice_str(qpdf_oh_get_name(p->q, head)) : S("");

	if (pdf_word_in("/Indexed /I", name))
		return read_indexed(p, oh, resources, depth, s);
	if (pdf_word_in("/Separation /DeviceN", name))
		return read_tint(p, oh, resources, depth, s);
	if (slice_eq(name, S("/Lab")))
		return read_lab(p, oh, s);
	if (!slice_eq(name, S("/Pattern")))
		return false;
	s->pattern = true;
	if (qpdf_oh_get_array_n_items(p->q, oh) == 1)
		return true;
	s->base = read(p, qpdf_oh_get_array_item(p->q, oh, 1), resources, depth + 1);
	if (!s->base || s->base->pattern)
		return false;
	s->n = s->base->n;
	s->device = s->base->device;
	return true;
}

static const struct pdf_space *read(struct pdf *p, qpdf_oh oh, qpdf_oh resources, int depth)
{
	static const struct pdf_space pattern = {.pattern = true};
	unsigned n;
	struct pdf_space *s;

	if (depth > DEPTH_MAX)
		return NULL;
	n = pdf_components(p, oh, resources);
	if (n)
		return pdf_device_space(n);
	if (qpdf_oh_is_name(p->q, oh)) {
		const char *name = qpdf_oh_get_name(p->q, oh);

		if (strcmp(name, "/Pattern") == 0)
			return &pattern;
		if (!resources)
			return NULL;
		return read(p, pdf_get(p, pdf_get(p, resources, "/ColorSpace"), name), 0,
			    depth + 1);
	}
	if (!qpdf_oh_is_array(p->q, oh) || qpdf_oh_get_array_n_items(p->q, oh) < 1)
		return NULL;
	s = arena_alloc(p->job->arena, sizeof *s);
	return s && read_array(p, oh, resources, depth, s) ? s : NULL;
}

const struct pdf_space *pdf_read_space(struct pdf *p, qpdf_oh oh, qpdf_oh resources)
{
	return read(p, oh, resources, 0);
}

/* --- colours -------------------------------------------------------------------------------- */

static double unit(double v)
{
	return v > 1 ? 1 : v >= 0 ? v : 0;
}

static double cubed(double v)
{
	return v >= 6.0 / 29 ? v * v * v : 108.0 / 841 * (v - 4.0 / 29);
}

static double gamma_of(double v)
{
	return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

/* To sRGB, with D50 for the white. */
static void from_lab(const double *in, double *out)
{
	double m = (in[0] + 16) / 116;
	double x = 0.9642 * cubed(m + in[1] / 500), y = cubed(m);
	double z = 0.8249 * cubed(m - in[2] / 200);

	out[0] = unit(gamma_of(unit(3.1339 * x - 1.6169 * y - 0.4906 * z)));
	out[1] = unit(gamma_of(unit(-0.9788 * x + 1.9161 * y + 0.0335 * z)));
	out[2] = unit(gamma_of(unit(0.0719 * x - 0.2290 * y + 1.4052 * z)));
}

void pdf_to_device(const struct pdf_space *s, const double *in, double *out)
{
	double next[PDF_VALUES_MAX] = {0};

	if (s->lab) {
		from_lab(in, out);
	} else if (s->table.p && s->base) {
		size_t top = s->table.n / s->base->n - 1;
		size_t i = in[0] > (double)top ? top : in[0] > 0 ? (size_t)(in[0] + 0.5) : 0;

		for (unsigned k = 0; k < s->base->n; k++) {
			double v = s->table.p[i * s->base->n + k] / 255.0;

			if (s->base->lab)
				v = k == 0 ? 100 * v
					   : s->base->range[2 * k - 2] +
						 v * (s->base->range[2 * k - 1] -
						      s->base->range[2 * k - 2]);
			next[k] = v;
		}
		pdf_to_device(s->base, next, out);
	} else if (s->tint) {
		pdf_evaluate(s->tint, in, next);
		pdf_to_device(s->base, next, out);
	} else if (s->base) { /* of an uncoloured pattern */
		pdf_to_device(s->base, in, out);
	} else {
		for (unsigned i = 0; i < s->device; i++)
			out[i] = unit(in[i]);
	}
}
