#include "format/pdf_type2.h"

#include "base/reader.h"

#define STACK 48
#define DEPTH 10
#define HINTS 96u

struct run {
	struct cff_code *c;
	struct pdf_outline *o;
	int64_t stack[STACK];
	uint32_t n;
	uint32_t hints;
	int64_t x, y;
	int64_t width;
	bool width_known, ended;
	bool accent; /* of a glyph made of two */
};

static enum err bad(struct run *r, const char *why)
{
	return pdf_outline_bad(r->o, why);
}

/* --- drawing -------------------------------------------------------------------------------- */

static void line(struct run *r, int64_t dx, int64_t dy)
{
	r->x += dx;
	r->y += dy;
	pdf_pen_line(r->o, r->x, r->y);
}

static void curve(struct run *r, int64_t ax, int64_t ay, int64_t bx, int64_t by, int64_t cx,
		  int64_t cy)
{
	int64_t xy[6] = {r->x + ax, r->y + ay, r->x + ax + bx, r->y + ay + by};

	xy[4] = xy[2] + cx;
	xy[5] = xy[3] + cy;
	r->x = xy[4];
	r->y = xy[5];
	pdf_pen_curve(r->o, xy);
}

static void curve_at(struct run *r, uint32_t i)
{
	const int64_t *s = r->stack + i;

	curve(r, s[0], s[1], s[2], s[3], s[4], s[5]);
}

/* rlineto, hlineto, vlineto, rrcurveto, rcurveline, rlinecurve. */
static bool simple_path(struct run *r, uint8_t op)
{
	const int64_t *s = r->stack;
	uint32_t n = r->n, i = 0;

	if (op == 6 || op == 7) {
		for (; i < n; i++)
			line(r, (op == 6) == (i % 2 == 0) ? s[i] : 0,
			     (op == 6) == (i % 2 == 0) ? 0 : s[i]);
		return n > 0;
	}
	if (op == 5 || op == 25) {
		uint32_t end = op == 25 ? n - 6 : n;

		if (n < (op == 25 ? 8u : 2u) || n % 2)
			return false;
		for (; i < end; i += 2)
			line(r, s[i], s[i + 1]);
		if (op == 25)
			curve_at(r, i);
		return true;
	}
	if (n < (op == 24 ? 8u : 6u) || n % 6 != (op == 24 ? 2 : 0))
		return false;
	for (; i + 6 <= n; i += 6)
		curve_at(r, i);
	if (op == 24)
		line(r, s[i], s[i + 1]);
	return true;
}

/* vvcurveto and hhcurveto: the first curve may begin at a slant. */
static bool same_curves(struct run *r, bool vertical)
{
	const int64_t *s = r->stack;
	uint32_t i = r->n % 4 == 1;
	int64_t slant = i ? s[0] : 0;

	if (r->n < 4 || r->n % 4 > 1)
		return false;
	for (; i < r->n; i += 4, slant = 0) {
		if (vertical)
			curve(r, slant, s[i], s[i + 1], s[i + 2], 0, s[i + 3]);
		else
			curve(r, s[i], slant, s[i + 1], s[i + 2], s[i + 3], 0);
	}
	return true;
}

/* vhcurveto and hvcurveto: the last curve may end at a slant. */
static bool turning_curves(struct run *r, bool vertical)
{
	const int64_t *s = r->stack;
	uint32_t end = r->n - r->n % 4;

	if (r->n < 4 || r->n % 4 > 1)
		return false;
	for (uint32_t i = 0; i < end; i += 4, vertical = !vertical) {
		int64_t last = i + 4 == end && r->n != end ? s[end] : 0;

		if (vertical)
			curve(r, 0, s[i], s[i + 1], s[i + 2], s[i + 3], last);
		else
			curve(r, s[i], 0, s[i + 1], s[i + 2], last, s[i + 3]);
	}
	return true;
}

static bool flex(struct run *r, uint8_t op)
{
	static const uint8_t wants[] = {7, 13, 9, 11};
	const int64_t *s = r->stack;
	int64_t dx = 0, dy = 0, sx, sy;

	if (r->n != wants[op - 34])
		return false;
	if (op == 35) {
		curve_at(r, 0);
		curve_at(r, 6);
	} else if (op == 34) {
		curve(r, s[0], 0, s[1], s[2], s[3], 0);
		curve(r, s[4], 0, s[5], -s[2], s[6], 0);
	} else if (op == 36) {
		dy = s[1] + s[3] + s[7];
		curve(r, s[0], s[1], s[2], s[3], s[4], 0);
		curve(r, s[5], 0, s[6], s[7], s[8], -dy);
	} else {
		for (int i = 0; i < 10; i += 2) {
			dx += s[i];
			dy += s[i + 1];
		}
		sx = dx < 0 ? -dx : dx;
		sy = dy < 0 ? -dy : dy;
		curve_at(r, 0);
		curve(r, s[6], s[7], s[8], s[9], sx > sy ? s[10] : -dx, sx > sy ? -dy : s[10]);
	}
	return true;
}

/* --- arithmetics ---------------------------------------------------------------------------- */

static int64_t clamp(int64_t v)
{
	return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v;
}

/* roll: the top n move by j places. */
static bool roll(struct run *r)
{
	int64_t n = r->stack[r->n - 2] / PDF_FIXED_ONE, j = r->stack[r->n - 1] / PDF_FIXED_ONE;
	int64_t copy[STACK];

	r->n -= 2;
	if (n < 1 || n > r->n)
		return n == 0;
	memcpy(copy, r->stack + r->n - n, (size_t)n * sizeof *copy);
	j = (j % n + n) % n;
	for (int64_t i = 0; i < n; i++)
		r->stack[r->n - n + (i + j) % n] = copy[i];
	return true;
}

static bool arithmetics(struct run *r, uint8_t op)
{
	/* abs add sub div neg, drop, mul, dup exch index roll: how many they take */
	static const uint8_t takes[] = {[9] = 1,  [10] = 2, [11] = 2, [12] = 2, [14] = 1, [18] = 1,
					[24] = 2, [27] = 1, [28] = 2, [29] = 1, [30] = 2};
	int64_t *a, b = 0, i;

	if (op >= ARRAY_LEN(takes) || !takes[op] || r->n < takes[op])
		return false;
	if (op == 30)
		return roll(r);
	if (op == 27) {
		if (r->n == STACK)
			return false;
		r->stack[r->n] = r->stack[r->n - 1];
		r->n++;
		return true;
	}
	a = &r->stack[r->n - takes[op]];
	b = r->stack[r->n - 1];
	r->n -= takes[op] == 2 || op == 18;
	switch (op) {
	case 9:
		*a = *a < 0 ? -*a : *a;
		break;
	case 10:
		*a += b;
		break;
	case 11:
		*a -= b;
		break;
	case 12:
		if (b == 0)
			return false;
		*a = *a * PDF_FIXED_ONE / b;
		break;
	case 14:
		*a = -*a;
		break;
	case 24:
		*a = (*a * b) / PDF_FIXED_ONE;
		break;
	case 28:
		r->stack[r->n] = *a;
		*a = b;
		r->n++;
		return true;
	case 29:
		i = b < 0 ? 0 : b / PDF_FIXED_ONE;
		if (i + 2 > r->n)
			return false;
		*a = r->stack[r->n - 2 - i];
		break;
	default: /* drop */
		return true;
	}
	*a = clamp(*a);
	return true;
}

/* --- operators ------------------------------------------------------------------------------ */

/* The first operator that takes all may have a width before its operands. */
static void take_width(struct run *r, uint32_t glyph, bool there)
{
	if (r->width_known)
		return;
	r->width_known = true;
	r->width = r->c->private_dict->usual;
	if (there) {
		r->width = r->c->private_dict->nominal + r->stack[0];
		r->n--;
		memmove(r->stack, r->stack + 1, r->n * sizeof *r->stack);
	}
	if (!r->accent)
		pdf_pen_begin(r->o, glyph, r->width);
}

static enum err exec(struct run *r, uint32_t glyph, struct slice code, unsigned depth);

static enum err part_of(struct run *r, int64_t code, int64_t x, int64_t y)
{
	uint16_t string = code >= 0 && code <= 255 ? pdf_standard_string((uint8_t)code) : 0;
	uint32_t glyph = r->c->strings && string ? r->c->strings[string] : 0;
	struct run part = {.c = r->c, .o = r->o, .x = x, .y = y, .accent = true};
	struct slice data;

	if (!glyph || r->accent || !cff_item(r->c->charstrings, glyph - 1, &data))
		return bad(r, "a glyph made of others that are not there");
	pdf_pen_move(r->o, x, y);
	return exec(&part, glyph - 1, data, 0);
}

static enum err end_glyph(struct run *r, uint32_t glyph)
{
	int64_t s[4];

	take_width(r, glyph, r->n == 1 || r->n == 5);
	r->ended = true;
	if (r->n == 0)
		return OK;
	if (r->n != 4)
		return bad(r, "operands at the end of a glyph");
	memcpy(s, r->stack, sizeof s);
	TRY(part_of(r, s[2] / PDF_FIXED_ONE, 0, 0));
	return part_of(r, s[3] / PDF_FIXED_ONE, s[0], s[1]);
}

static enum err move(struct run *r, uint32_t glyph, uint8_t op)
{
	uint32_t want = op == 21 ? 2 : 1;

	take_width(r, glyph, r->n > want);
	if (r->n != want)
		return bad(r, "operands of a move");
	r->x += op == 4 ? 0 : r->stack[0];
	r->y += op == 4 ? r->stack[0] : op == 21 ? r->stack[1] : 0;
	pdf_pen_move(r->o, r->x, r->y);
	r->n = 0;
	return OK;
}

/* Stems, and masks behind the operator. */
static enum err hints(struct run *r, uint32_t glyph, uint8_t op, struct reader *in)
{
	take_width(r, glyph, r->n % 2 != 0);
	if (r->n % 2)
		return bad(r, "operands of hints");
	r->hints += r->n / 2;
	r->n = 0;
	if (r->hints > HINTS)
		return bad(r, "too many hints in a glyph");
	if (op == 19 || op == 20)
		reader_take(in, (r->hints + 7) / 8);
	return OK;
}

static enum err call(struct run *r, uint32_t glyph, const struct cff_index *subrs, unsigned depth)
{
	int64_t bias = subrs->n < 1240 ? 107 : subrs->n < 33900 ? 1131 : 32768, i;
	struct slice code;

	if (!r->n || depth + 1 > DEPTH)
		return bad(r, "subroutines within subroutines");
	i = r->stack[--r->n] / PDF_FIXED_ONE + bias;
	if (i < 0 || i >= subrs->n || !cff_item(subrs, (uint32_t)i, &code))
		return bad(r, "a subroutine that is not there");
	return exec(r, glyph, code, depth + 1);
}

static enum err escape(struct run *r, uint32_t glyph, struct reader *in)
{
	uint8_t op = reader_u8(in);

	if (op >= 34 && op <= 37) {
		take_width(r, glyph, false);
		if (!flex(r, op))
			return bad(r, "operands of a flex");
		r->n = 0;
		return OK;
	}
	if (op == 0) { /* dotsection, which nothing means any more */
		r->n = 0;
		return OK;
	}
	return arithmetics(r, op) ? OK : bad(r, "arithmetics that are not read");
}

static enum err path(struct run *r, uint32_t glyph, uint8_t op)
{
	bool good;

	take_width(r, glyph, false);
	good = op == 26 || op == 27   ? same_curves(r, op == 26)
	       : op == 30 || op == 31 ? turning_curves(r, op == 30)
				      : simple_path(r, op);
	r->n = 0;
	return good ? OK : bad(r, "operands of a path");
}

static enum err operator_of(struct run *r, uint32_t glyph, uint8_t op, struct reader *in,
			    unsigned depth)
{
	if (r->c->steps-- == 0)
		return bad(r, "glyphs that take too long");
	switch (op) {
	case 1:
	case 3:
	case 18:
	case 19:
	case 20:
	case 23:
		return hints(r, glyph, op, in);
	case 4:
	case 21:
	case 22:
		return move(r, glyph, op);
	case 5:
	case 6:
	case 7:
	case 8:
	case 24:
	case 25:
	case 26:
	case 27:
	case 30:
	case 31:
		return path(r, glyph, op);
	case 10:
		return call(r, glyph, &r->c->private_dict->subrs, depth);
	case 29:
		return call(r, glyph, r->c->global, depth);
	case 12:
		return escape(r, glyph, in);
	case 14:
		return end_glyph(r, glyph);
	default:
		return bad(r, "an operator of a glyph that is not read");
	}
}

static enum err number(struct run *r, uint8_t b, struct reader *in)
{
	int64_t v;

	if (r->n == STACK)
		return bad(r, "more than 48 operands in a glyph");
	if (b == 28)
		v = (int16_t)reader_u16be(in) * (int64_t)PDF_FIXED_ONE;
	else if (b == 255)
		v = (int32_t)reader_u32be(in);
	else if (b < 247)
		v = (b - 139) * (int64_t)PDF_FIXED_ONE;
	else if (b < 251)
		v = ((b - 247) * 256 + reader_u8(in) + 108) * (int64_t)PDF_FIXED_ONE;
	else
		v = (-(b - 251) * 256 - reader_u8(in) - 108) * (int64_t)PDF_FIXED_ONE;
	r->stack[r->n++] = v;
	return OK;
}

static enum err exec(struct run *r, uint32_t glyph, struct slice code, unsigned depth)
{
	struct reader in = reader_of(code);

	while (reader_left(&in) && !r->ended) {
		uint8_t b = reader_u8(&in);

		if (b == 11)
			return depth ? OK : bad(r, "a return of nothing");
		if (b >= 32 || b == 28)
			TRY(number(r, b, &in));
		else
			TRY(operator_of(r, glyph, b, &in, depth));
		if (!reader_ok(&in))
			return bad(r, "a glyph that is cut short");
		if (r->o->why)
			return ERR_SYNTAX;
	}
	return OK;
}

enum err pdf_type2(struct cff_code *c, uint32_t i)
{
	struct run r = {.c = c, .o = c->o};
	struct slice code;

	if (!cff_item(c->charstrings, i, &code))
		return bad(&r, "a glyph that lies outside of the font");
	TRY(exec(&r, i, code, 0));
	if (!r.ended) { /* the end is left out by some */
		r.n = 0;
		TRY(end_glyph(&r, i));
	}
	return pdf_pen_end(c->o);
}
