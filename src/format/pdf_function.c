#include "format/pdf_function.h"

#include <math.h>
#include "format/pdf_calculator.h"
#include "format/pdf_lex.h"

#define DEPTH_MAX 8
#define PARTS_MAX 64
#define FUNCTIONS_MAX 5000u
#define SAMPLED_MAX 4u /* inputs of a function of samples */

struct pdf_function {
	int type;
	unsigned in, out;
	double domain[2 * PDF_VALUES_MAX], range[2 * PDF_VALUES_MAX];
	bool has_range;
	/* samples */
	uint32_t size[SAMPLED_MAX], bits;
	double encode[2 * PARTS_MAX], decode[2 * PDF_VALUES_MAX];
	struct slice samples;
	/* a power between two colours */
	double c0[PDF_VALUES_MAX], c1[PDF_VALUES_MAX], power;
	/* functions one beside the other */
	const struct pdf_function *parts[PARTS_MAX];
	double bounds[PARTS_MAX + 1];
	unsigned parts_n;
	struct pdf_calculator program;
};

/* Numbers of an array, at most max; -1 where it is none. */
static int read_numbers(struct pdf *p, qpdf_oh v, double *ret, int max)
{
	int n = qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_n_items(p->q, v) : -1;
	int64_t number = 0;

	if (n > max)
		return -1;
	for (int i = 0; i < n; i++) {
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, v, i), &number))
			return -1;
		ret[i] = (double)number / (double)PDF_ONE;
	}
	return n;
}

static double within(double v, double lo, double hi)
{
	return v > hi ? hi : v >= lo ? v : lo;
}

static double mapped(double v, double from, double to, double lo, double hi)
{
	return to > from ? lo + (v - from) * (hi - lo) / (to - from) : lo;
}

/* --- samples -------------------------------------------------------------------------------- */

static bool read_samples(struct pdf *p, qpdf_oh stream, qpdf_oh dict, struct pdf_function *f)
{
	double size[SAMPLED_MAX];
	uint64_t all = f->out;
	qpdf_oh bits = pdf_get(p, dict, "/BitsPerSample");
	int n;

	if (!f->has_range || f->in > SAMPLED_MAX || !qpdf_oh_is_integer(p->q, bits) ||
	    read_numbers(p, pdf_get(p, dict, "/Size"), size, SAMPLED_MAX) != (int)f->in)
		return false;
	f->bits = (uint32_t)qpdf_oh_get_int_value_as_int(p->q, bits);
	if (f->bits != 8 && f->bits != 16 && f->bits != 32)
		return false;
	for (unsigned i = 0; i < f->in; i++) {
		if (size[i] < 1 || size[i] > 65536)
			return false;
		f->size[i] = (uint32_t)size[i];
		all *= f->size[i];
		f->encode[2 * i + 1] = f->size[i] - 1;
		if (all > 1 << 24)
			return false;
	}
	n = read_numbers(p, pdf_get(p, dict, "/Encode"), f->encode, 2 * SAMPLED_MAX);
	if (n >= 0 && n != 2 * (int)f->in)
		return false;
	memcpy(f->decode, f->range, sizeof f->decode);
	n = read_numbers(p, pdf_get(p, dict, "/Decode"), f->decode, 2 * PDF_VALUES_MAX);
	if (n >= 0 && n != 2 * (int)f->out)
		return false;
	return pdf_data(p, stream, &f->samples) == OK && f->samples.n >= all * (f->bits / 8);
}

static double sample(const struct pdf_function *f, uint64_t i)
{
	const uint8_t *p = f->samples.p + i * (f->bits / 8);
	double v = 0;

	for (unsigned k = 0; k < f->bits / 8; k++)
		v = v * 256 + p[k];
	return v / (pow(2, f->bits) - 1);
}

/* Between the 2^in samples around the place. */
static void from_samples(const struct pdf_function *f, const double *in, double *out)
{
	uint32_t low[SAMPLED_MAX];
	double part[SAMPLED_MAX];

	for (unsigned i = 0; i < f->in; i++) {
		double e = within(mapped(in[i], f->domain[2 * i], f->domain[2 * i + 1],
					 f->encode[2 * i], f->encode[2 * i + 1]),
				  0, f->size[i] - 1);

		low[i] = (uint32_t)e;
		part[i] = e - low[i];
	}
	for (unsigned k = 0; k < f->out; k++) {
		double v = 0;

		for (unsigned corner = 0; corner < 1u << f->in; corner++) {
			uint64_t at = 0, step = 1;
			double weight = 1;

			for (unsigned i = 0; i < f->in; i++) {
				bool up = corner >> i & 1;
				uint32_t x = low[i] + up;

				weight *= up ? part[i] : 1 - part[i];
				at += step * (x < f->size[i] ? x : f->size[i] - 1);
				step *= f->size[i];
			}
			v += weight > 0 ? weight * sample(f, at * f->out + k) : 0;
		}
		out[k] = f->decode[2 * k] + v * (f->decode[2 * k + 1] - f->decode[2 * k]);
	}
}

/* --- the other types ------------------------------------------------------------------------ */

static bool read_power(struct pdf *p, qpdf_oh dict, struct pdf_function *f)
{
	int64_t power = 0;
	int a, b;

	f->c1[0] = 1;
	a = read_numbers(p, pdf_get(p, dict, "/C0"), f->c0, PDF_VALUES_MAX);
	b = read_numbers(p, pdf_get(p, dict, "/C1"), f->c1, PDF_VALUES_MAX);
	a = a < 0 ? 1 : a;
	b = b < 0 ? 1 : b;
	if (f->in != 1 || a != b || a < 1 || !pdf_num(p, pdf_get(p, dict, "/N"), &power))
		return false;
	f->power = (double)power / (double)PDF_ONE;
	f->out = (unsigned)a;
	return true;
}

static const struct pdf_function *read(struct pdf *p, qpdf_oh oh, int depth);

static bool read_parts(struct pdf *p, qpdf_oh dict, struct pdf_function *f, int depth)
{
	qpdf_oh all = pdf_get(p, dict, "/Functions");
	int n = qpdf_oh_is_array(p->q, all) ? qpdf_oh_get_array_n_items(p->q, all) : 0;

	if (f->in != 1 || n < 1 || n > PARTS_MAX ||
	    read_numbers(p, pdf_get(p, dict, "/Encode"), f->encode, 2 * PARTS_MAX) != 2 * n ||
	    read_numbers(p, pdf_get(p, dict, "/Bounds"), f->bounds + 1, PARTS_MAX - 1) != n - 1)
		return false;
	f->parts_n = (unsigned)n;
	f->bounds[0] = f->domain[0];
	f->bounds[n] = f->domain[1];
	for (int i = 0; i < n; i++) {
		f->parts[i] = read(p, qpdf_oh_get_array_item(p->q, all, i), depth + 1);
		if (!f->parts[i] || f->parts[i]->in != 1 || f->parts[i]->out != f->parts[0]->out)
			return false;
	}
	f->out = f->parts[0]->out;
	return true;
}

static void from_parts(const struct pdf_function *f, double x, double *out)
{
	unsigned i = 0;

	while (i + 1 < f->parts_n && x >= f->bounds[i + 1])
		i++;
	x = mapped(x, f->bounds[i], f->bounds[i + 1], f->encode[2 * i], f->encode[2 * i + 1]);
	pdf_evaluate(f->parts[i], &x, out);
}

static bool read_program(struct pdf *p, qpdf_oh stream, struct pdf_function *f)
{
	struct slice text;

	return f->has_range && pdf_data(p, stream, &text) == OK &&
	       pdf_calculator_read(text, p->job->arena, &f->program) == OK;
}

static void from_program(const struct pdf_function *f, const double *in, double *out)
{
	double stack[PDF_CALCULATOR_STACK];
	unsigned n = f->in;

	memcpy(stack, in, n * sizeof *in);
	if (!pdf_calculator_run(&f->program, stack, &n) || n < f->out)
		memset(out, 0, f->out * sizeof *out);
	else
		memcpy(out, stack + n - f->out, f->out * sizeof *out);
}

/* --- all ------------------------------------------------------------------------------------ */

static const struct pdf_function *read(struct pdf *p, qpdf_oh oh, int depth)
{
	struct pdf_function *f = arena_alloc(p->job->arena, sizeof *f);
	bool stream = qpdf_oh_is_stream(p->q, oh), good = false;
	qpdf_oh dict = stream ? qpdf_oh_get_dict(p->q, oh) : oh, type;
	int n;

	if (!f || depth > DEPTH_MAX || ++p->functions > FUNCTIONS_MAX ||
	    !qpdf_oh_is_dictionary(p->q, dict))
		return NULL;
	type = pdf_get(p, dict, "/FunctionType");
	f->type = qpdf_oh_is_integer(p->q, type) ? qpdf_oh_get_int_value_as_int(p->q, type) : -1;
	n = read_numbers(p, pdf_get(p, dict, "/Domain"), f->domain, 2 * PDF_VALUES_MAX);
	if (n < 2 || n % 2)
		return NULL;
	f->in = (unsigned)n / 2;
	n = read_numbers(p, pdf_get(p, dict, "/Range"), f->range, 2 * PDF_VALUES_MAX);
	f->has_range = n > 0 && n % 2 == 0;
	f->out = f->has_range ? (unsigned)n / 2 : 0;
	if (f->type == 0)
		good = stream && read_samples(p, oh, dict, f);
	else if (f->type == 2)
		good = read_power(p, dict, f);
	else if (f->type == 3)
		good = read_parts(p, dict, f, depth);
	else if (f->type == 4)
		good = stream && read_program(p, oh, f);
	if (f->has_range && good && f->out != (unsigned)n / 2)
		good = false;
	return good ? f : NULL;
}

const struct pdf_function *pdf_read_function(struct pdf *p, qpdf_oh oh)
{
	return read(p, oh, 0);
}

unsigned pdf_function_inputs(const struct pdf_function *f)
{
	return f->in;
}

unsigned pdf_function_outputs(const struct pdf_function *f)
{
	return f->out;
}

void pdf_evaluate(const struct pdf_function *f, const double *in, double *out)
{
	double x[PDF_VALUES_MAX];

	for (unsigned i = 0; i < f->in; i++)
		x[i] = within(in[i], f->domain[2 * i], f->domain[2 * i + 1]);
	if (f->type == 0)
		from_samples(f, x, out);
	else if (f->type == 3)
		from_parts(f, x[0], out);
	else if (f->type == 4)
		from_program(f, x, out);
	for (unsigned i = 0; f->type == 2 && i < f->out; i++)
		out[i] = f->c0[i] + pow(x[0], f->power) * (f->c1[i] - f->c0[i]);
	for (unsigned i = 0; i < f->out; i++) {
		if (f->has_range)
			out[i] = within(out[i], f->range[2 * i], f->range[2 * i + 1]);
		out[i] = isfinite(out[i]) ? out[i] : 0;
	}
}
