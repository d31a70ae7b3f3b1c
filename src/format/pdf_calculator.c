#include "format/pdf_calculator.h"

#include <math.h>
#include "format/pdf_lex.h"

#define STEPS_MAX 10000u
#define DEPTH_MAX 32u
#define RADIANS 57.29577951308232

enum op {
	NUMBER,
	IF,    /* jumps where the value is 0 */
	ELSE,  /* jumps */
	FIRST, /* the table begins */
};

/* How many values an operator takes; it leaves one, but for those on the stack as a whole. */
static const struct {
	const char *name;
	uint8_t takes;
} operators[] = {{"abs", 1},     {"add", 2},   {"and", 2},  {"atan", 2},     {"bitshift", 2},
		 {"ceiling", 1}, {"copy", 1},  {"cos", 1},  {"cvi", 1},      {"cvr", 1},
		 {"div", 2},     {"dup", 1},   {"eq", 2},   {"exch", 2},     {"exp", 2},
		 {"false", 0},   {"floor", 1}, {"ge", 2},   {"gt", 2},       {"idiv", 2},
		 {"index", 1},   {"le", 2},    {"ln", 1},   {"log", 1},      {"lt", 2},
		 {"mod", 2},     {"mul", 2},   {"ne", 2},   {"neg", 1},      {"not", 1},
		 {"or", 2},      {"pop", 1},   {"roll", 2}, {"round", 1},    {"sin", 1},
		 {"sqrt", 1},    {"sub", 2},   {"true", 0}, {"truncate", 1}, {"xor", 2}};
enum {
	OP_ABS,
	OP_ADD,
	OP_AND,
	OP_ATAN,
	OP_BITSHIFT,
	OP_CEILING,
	OP_COPY,
	OP_COS,
	OP_CVI,
	OP_CVR,
	OP_DIV,
	OP_DUP,
	OP_EQ,
	OP_EXCH,
	OP_EXP,
	OP_FALSE,
	OP_FLOOR,
	OP_GE,
	OP_GT,
	OP_IDIV,
	OP_INDEX,
	OP_LE,
	OP_LN,
	OP_LOG,
	OP_LT,
	OP_MOD,
	OP_MUL,
	OP_NE,
	OP_NEG,
	OP_NOT,
	OP_OR,
	OP_POP,
	OP_ROLL,
	OP_ROUND,
	OP_SIN,
	OP_SQRT,
	OP_SUB,
	OP_TRUE,
	OP_TRUNCATE,
	OP_XOR,
};

/* --- reading -------------------------------------------------------------------------------- */

struct text {
	struct slice in;
	size_t at;
	struct arena *arena;
	struct pdf_calculator *to;
};

static struct slice next(struct text *t)
{
	const uint8_t *p = t->in.p;
	size_t from;

	while (t->at < t->in.n && p[t->at] <= ' ')
		t->at++;
	from = t->at;
	if (t->at < t->in.n && (p[t->at] == '{' || p[t->at] == '}'))
		return slice_of(p + t->at++, 1);
	while (t->at < t->in.n && p[t->at] > ' ' && p[t->at] != '{' && p[t->at] != '}')
		t->at++;
	return slice_of(p + from, t->at - from);
}

static enum err add(struct text *t, struct pdf_step step)
{
	if (t->to->n == STEPS_MAX)
		return ERR_SYNTAX;
	TRY(arena_grow(t->arena, (void **)&t->to->steps, t->to->n, &t->to->cap, sizeof step));
	t->to->steps[t->to->n++] = step;
	return OK;
}

static enum err block(struct text *t, unsigned depth);

/* { ... } if, or { ... } { ... } ifelse: the opening brace has been read. */
static enum err choice(struct text *t, unsigned depth)
{
	size_t first = t->to->n, second;
	struct slice word;

	TRY(add(t, (struct pdf_step){.op = IF}));
	TRY(block(t, depth + 1));
	t->to->steps[first].jump = (uint32_t)t->to->n;
	word = next(t);
	if (slice_eq(word, S("if")))
		return OK;
	if (!slice_eq(word, S("{")))
		return ERR_SYNTAX;
	second = t->to->n;
	TRY(add(t, (struct pdf_step){.op = ELSE}));
	t->to->steps[first].jump = (uint32_t)t->to->n;
	TRY(block(t, depth + 1));
	t->to->steps[second].jump = (uint32_t)t->to->n;
	return slice_eq(next(t), S("ifelse")) ? OK : ERR_SYNTAX;
}

static enum err block(struct text *t, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return ERR_SYNTAX;
	for (;;) {
		struct slice word = next(t);
		struct pdf_step step = {.op = NUMBER};
		int64_t v = 0;

		if (slice_eq(word, S("}")))
			return OK;
		if (slice_eq(word, S("{"))) {
			TRY(choice(t, depth));
			continue;
		}
		if (pdf_number(word, &v)) {
			step.number = (double)v / (double)PDF_ONE;
		} else {
			size_t i = 0;

			while (i < ARRAY_LEN(operators) && !slice_eq_str(word, operators[i].name))
				i++;
			if (i == ARRAY_LEN(operators))
				return ERR_SYNTAX;
			step.op = (uint16_t)(FIRST + i);
		}
		TRY(add(t, step));
	}
}

enum err pdf_calculator_read(struct slice in, struct arena *arena, struct pdf_calculator *ret)
{
	struct text t = {.in = in, .arena = arena, .to = ret};

	*ret = (struct pdf_calculator){0};
	if (!slice_eq(next(&t), S("{")))
		return ERR_SYNTAX;
	TRY(block(&t, 0));
	return next(&t).n ? ERR_SYNTAX : OK;
}

/* --- running -------------------------------------------------------------------------------- */

static int64_t whole(double v)
{
	return v > 1e9 ? 1000000000 : v < -1e9 ? -1000000000 : v == v ? (int64_t)v : 0;
}

static double shifted(int64_t v, int64_t by)
{
	if (by > 31 || by < -31)
		return 0;
	return by >= 0 ? (double)(int32_t)((uint32_t)v << by) : (double)((uint32_t)v >> -by);
}

static double of_one(unsigned op, double a)
{
	switch (op) {
	case OP_ABS:
		return fabs(a);
	case OP_CEILING:
		return ceil(a);
	case OP_COS:
		return cos(a / RADIANS);
	case OP_CVI:
	case OP_TRUNCATE:
		return trunc(a);
	case OP_FLOOR:
		return floor(a);
	case OP_LN:
		return a > 0 ? log(a) : 0;
	case OP_LOG:
		return a > 0 ? log10(a) : 0;
	case OP_NEG:
		return -a;
	case OP_NOT:
		return a == 0 || a == 1 ? 1 - a : (double)~whole(a);
	case OP_ROUND:
		return floor(a + 0.5);
	case OP_SIN:
		return sin(a / RADIANS);
	case OP_SQRT:
		return a > 0 ? sqrt(a) : 0;
	default: /* cvr */
		return a;
	}
}

static double of_two(unsigned op, double a, double b)
{
	double v;

	switch (op) {
	case OP_ADD:
		return a + b;
	case OP_AND:
		return (double)(whole(a) & whole(b));
	case OP_ATAN:
		v = atan2(a, b) * RADIANS;
		return v < 0 ? v + 360 : v;
	case OP_BITSHIFT:
		return shifted(whole(a), whole(b));
	case OP_DIV:
		return b != 0 ? a / b : 0;
	case OP_EQ:
		return a == b;
	case OP_EXP:
		v = pow(a, b);
		return isfinite(v) ? v : 0;
	case OP_GE:
		return a >= b;
	case OP_GT:
		return a > b;
	case OP_IDIV:
		return whole(b) ? (double)(whole(a) / whole(b)) : 0;
	case OP_LE:
		return a <= b;
	case OP_LT:
		return a < b;
	case OP_MOD:
		return whole(b) ? (double)(whole(a) % whole(b)) : 0;
	case OP_MUL:
		return a * b;
	case OP_NE:
		return a != b;
	case OP_OR:
		return (double)(whole(a) | whole(b));
	case OP_SUB:
		return a - b;
	default:
		return (double)(whole(a) ^ whole(b));
	}
}

/* copy, index, roll: the numbers have been taken from the stack. */
static bool on_stack(unsigned op, double *s, unsigned *n, int64_t a, int64_t j)
{
	double copy[PDF_CALCULATOR_STACK];

	if (a < 0 || a > *n || (op == OP_COPY && *n + a > PDF_CALCULATOR_STACK))
		return false;
	if (op == OP_COPY) {
		memcpy(s + *n, s + *n - a, (size_t)a * sizeof *s);
		*n += (unsigned)a;
	} else if (op == OP_INDEX) {
		if (a >= *n || *n == PDF_CALCULATOR_STACK)
			return false;
		s[*n] = s[*n - 1 - a];
		++*n;
	} else if (a) {
		memcpy(copy, s + *n - a, (size_t)a * sizeof *s);
		for (int64_t i = 0; i < a; i++)
			s[*n - a + ((i + j) % a + a) % a] = copy[i];
	}
	return true;
}

static bool run_one(unsigned op, double *s, unsigned *n)
{
	unsigned takes = operators[op].takes;
	double b;

	if (*n < takes || (op == OP_DUP && *n == PDF_CALCULATOR_STACK) ||
	    (!takes && *n == PDF_CALCULATOR_STACK))
		return false;
	if (!takes) {
		s[(*n)++] = op == OP_TRUE;
		return true;
	}
	b = s[*n - 1];
	if (op == OP_COPY || op == OP_INDEX || op == OP_ROLL) {
		*n -= takes;
		return on_stack(op, s, n, whole(op == OP_ROLL ? s[*n] : b), whole(b));
	}
	if (op == OP_DUP) {
		s[(*n)++] = b;
	} else if (op == OP_EXCH) {
		s[*n - 1] = s[*n - 2];
		s[*n - 2] = b;
	} else if (takes == 2) {
		s[*n - 2] = of_two(op, s[*n - 2], b);
		--*n;
	} else if (op == OP_POP) {
		--*n;
	} else {
		s[*n - 1] = of_one(op, b);
	}
	return true;
}

bool pdf_calculator_run(const struct pdf_calculator *c, double *stack, unsigned *n)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct pdf_step *step = &c->steps[i];

		if (step->op == ELSE) {
			i = step->jump - 1;
		} else if (step->op == IF) {
			if (!*n)
				return false;
			if (stack[--*n] == 0)
				i = step->jump - 1;
		} else if (step->op == NUMBER) {
			if (*n == PDF_CALCULATOR_STACK)
				return false;
			stack[(*n)++] = step->number;
		} else if (!run_one(step->op - FIRST, stack, n)) {
			return false;
		}
	}
	return true;
}
