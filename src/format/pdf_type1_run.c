/* Charstrings of Type 1 (Adobe Type 1 Font Format, 6 and 8). */
#include "base/reader.h"
#include "format/pdf_type1.h"

#define STACK 24
#define DEPTH 10

struct run {
	struct type1_code *c;
	struct pdf_outline *o;
	int64_t stack[STACK], back[STACK]; /* operands; what other subroutines gave back */
	uint32_t n, back_n;
	int64_t x, y;
	int64_t from_x, from_y; /* of a glyph that is part of another */
	int64_t side;           /* left side bearing */
	int64_t flex[14];
	uint32_t flex_n;
	bool in_flex, begun, ended, part;
};

static enum err bad(struct run *r, const char *why)
{
	return pdf_outline_bad(r->o, why);
}

static enum err exec(struct run *r, uint32_t glyph, struct slice code, unsigned depth);

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

	xy[4] = r->x = xy[2] + cx;
	xy[5] = r->y = xy[3] + cy;
	pdf_pen_curve(r->o, xy);
}

/* Within a flex a move names a point of it. */
static void move(struct run *r, int64_t dx, int64_t dy)
{
	r->x += dx;
	r->y += dy;
	if (!r->in_flex)
		pdf_pen_move(r->o, r->x, r->y);
}

static enum err begin(struct run *r, uint32_t glyph, int64_t side, int64_t up, int64_t width)
{
	if (r->begun)
		return bad(r, "a glyph that begins twice");
	r->begun = true;
	r->side = side;
	if (!r->part)
		pdf_pen_begin(r->o, glyph, width);
	r->x = r->from_x + side;
	r->y = r->from_y + up;
	pdf_pen_move(r->o, r->x, r->y);
	return OK;
}

static enum err part_of(struct run *r, int64_t code, int64_t x, int64_t y)
{
	uint32_t glyph = code >= 0 && code <= 255 ? r->c->standard[code] : 0;
	struct run part = {.c = r->c, .o = r->o, .from_x = x, .from_y = y, .part = true};

	if (!glyph || r->part)
		return bad(r, "a glyph made of others that are not there");
	TRY(exec(&part, glyph - 1, r->c->charstrings[glyph - 1], 0));
	return part.ended ? OK : bad(r, "a glyph without an end");
}

/* seac: the accent stands where its own side bearing and the place together say. */
static enum err composed(struct run *r)
{
	int64_t s[5];

	memcpy(s, r->stack, sizeof s);
	r->ended = true;
	TRY(part_of(r, s[3] / PDF_FIXED_ONE, 0, 0));
	return part_of(r, s[4] / PDF_FIXED_ONE, r->side + s[1] - s[0], s[2]);
}

/* --- other subroutines ---------------------------------------------------------------------- */

static enum err flex_point(struct run *r)
{
	if (!r->in_flex || r->flex_n == 14)
		return bad(r, "a flex of more than seven points");
	r->flex[r->flex_n++] = r->x;
	r->flex[r->flex_n++] = r->y;
	return OK;
}

static enum err end_flex(struct run *r)
{
	if (!r->in_flex || r->flex_n != 14)
		return bad(r, "a flex of fewer than seven points");
	/* The first point is one of reference. */
	pdf_pen_curve(r->o, r->flex + 2);
	pdf_pen_curve(r->o, r->flex + 8);
	r->in_flex = false;
	return OK;
}

/* arguments, their number, which: flex (0 to 2), change of hints (3), a counter of them (12, 13) */
static enum err call_other(struct run *r)
{
	int64_t which, n;

	if (r->n < 2)
		return bad(r, "operands of a subroutine");
	which = r->stack[r->n - 1] / PDF_FIXED_ONE;
	n = r->stack[r->n - 2] / PDF_FIXED_ONE;
	r->n -= 2;
	if (n < 0 || n > r->n)
		return bad(r, "operands of a subroutine");
	r->n -= (uint32_t)n;
	r->back_n = 0;
	if (which == 12 || which == 13)
		return OK;
	if (which < 0 || which > 3)
		return bad(r, "a subroutine that is not known");
	for (int64_t i = n; i-- > 0;)
		r->back[r->back_n++] = r->stack[r->n + i];
	if (which == 1) {
		r->in_flex = true;
		r->flex_n = 0;
	}
	if (which == 2)
		return flex_point(r);
	if (which == 0) {
		if (n != 3)
			return bad(r, "operands of a flex");
		r->back_n = 2; /* the place; the height is of no use */
		return end_flex(r);
	}
	return OK;
}

static enum err call(struct run *r, uint32_t glyph, unsigned depth)
{
	int64_t i = r->n ? r->stack[r->n - 1] / PDF_FIXED_ONE : -1;

	if (i < 0 || i >= r->c->subrs_n || !r->c->subrs[i].p)
		return bad(r, "a subroutine that is not there");
	if (depth + 1 > DEPTH)
		return bad(r, "subroutines within subroutines");
	r->n--;
	return exec(r, glyph, r->c->subrs[i], depth + 1);
}

/* --- operators ------------------------------------------------------------------------------ */

/* a / b, whole part and rest apart; beyond 32 bits it stays there. */
static enum err divide(struct run *r)
{
	int64_t a, b, v;

	if (r->n < 2 || !r->stack[r->n - 1])
		return bad(r, "a division by nothing");
	a = r->stack[r->n - 2];
	b = r->stack[r->n - 1];
	v = a / b;
	v = v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v;
	r->n--;
	r->stack[r->n - 1] = v * PDF_FIXED_ONE + a % b * PDF_FIXED_ONE / b;
	return OK;
}

static enum err escape(struct run *r, uint32_t glyph, uint8_t op)
{
	static const uint8_t wants[] = {[1] = 6, [2] = 6, [6] = 5, [7] = 4, [33] = 2};
	const int64_t *s = r->stack;
	enum err e = OK;

	if (op == 12)
		return divide(r);
	if (op == 16)
		return call_other(r);
	if (op == 17) {
		if (r->n == STACK || !r->back_n)
			return bad(r, "a pop of nothing");
		r->stack[r->n++] = r->back[--r->back_n];
		return OK;
	}
	if (op >= ARRAY_LEN(wants) || (op && !wants[op]))
		return bad(r, "an operator of a glyph that is not read");
	if (r->n != wants[op])
		return bad(r, "operands of a glyph");
	if (op == 6)
		e = composed(r);
	else if (op == 7)
		e = begin(r, glyph, s[0], s[1], s[2]);
	else if (op == 33 && r->flex_n != 14) /* elsewhere than behind a flex it says nothing new */
		move(r, r->from_x + s[0] - r->x, r->from_y + s[1] - r->y);
	r->flex_n = op == 33 ? 0 : r->flex_n;
	r->n = 0;
	return e;
}

static enum err operator_of(struct run *r, uint32_t glyph, uint8_t op)
{
	static const uint8_t wants[] = {
	    [1] = 2, [3] = 2,  [4] = 1,  [5] = 2,  [6] = 1,  [7] = 1,  [8] = 6,
	    [9] = 0, [13] = 2, [14] = 0, [21] = 2, [22] = 1, [30] = 4, [31] = 4};
	const int64_t *s = r->stack;

	if (op >= ARRAY_LEN(wants) || (!wants[op] && op != 9 && op != 14))
		return bad(r, "an operator of a glyph that is not read");
	if (r->n != wants[op])
		return bad(r, "operands of a glyph");
	if (!r->begun && op != 13)
		return bad(r, "a glyph without a width");
	r->n = 0;
	switch (op) {
	case 4:
		move(r, 0, s[0]);
		break;
	case 5:
		line(r, s[0], s[1]);
		break;
	case 6:
		line(r, s[0], 0);
		break;
	case 7:
		line(r, 0, s[0]);
		break;
	case 8:
		curve(r, s[0], s[1], s[2], s[3], s[4], s[5]);
		break;
	case 9: /* what is drawn next begins a contour */
		pdf_pen_move(r->o, r->x, r->y);
		break;
	case 13:
		return begin(r, glyph, s[0], 0, s[1]);
	case 14:
		r->ended = true;
		break;
	case 21:
		move(r, s[0], s[1]);
		break;
	case 22:
		move(r, s[0], 0);
		break;
	case 30:
		curve(r, 0, s[0], s[1], s[2], s[3], 0);
		break;
	case 31:
		curve(r, s[0], 0, s[1], s[2], 0, s[3]);
		break;
	default: /* hints */
		break;
	}
	return OK;
}

static enum err number(struct run *r, uint8_t b, struct reader *in)
{
	int64_t v;

	if (r->n == STACK)
		return bad(r, "more than 24 operands in a glyph");
	if (b == 255)
		v = (int32_t)reader_u32be(in);
	else if (b < 247)
		v = b - 139;
	else if (b < 251)
		v = (b - 247) * 256 + reader_u8(in) + 108;
	else
		v = -(b - 251) * 256 - reader_u8(in) - 108;
	r->stack[r->n++] = v * PDF_FIXED_ONE;
	return OK;
}

static enum err exec(struct run *r, uint32_t glyph, struct slice code, unsigned depth)
{
	struct reader in = reader_of(code);

	while (reader_left(&in) && !r->ended) {
		uint8_t b = reader_u8(&in);

		if (b < 32 && r->c->steps-- == 0)
			return bad(r, "glyphs that take too long");
		if (b == 11)
			return depth ? OK : bad(r, "a return of nothing");
		if (b >= 32)
			TRY(number(r, b, &in));
		else if (b == 10)
			TRY(call(r, glyph, depth));
		else if (b == 12)
			TRY(escape(r, glyph, reader_u8(&in)));
		else
			TRY(operator_of(r, glyph, b));
		if (!reader_ok(&in))
			return bad(r, "a glyph that is cut short");
		if (r->o->why)
			return ERR_SYNTAX;
	}
	return OK;
}

enum err pdf_type1_glyph(struct type1_code *c, uint32_t i)
{
	struct run r = {.c = c, .o = c->o};

	TRY(exec(&r, i, c->charstrings[i], 0));
	if (!r.ended || !r.begun)
		return bad(&r, "a glyph without an end");
	return pdf_pen_end(c->o);
}
