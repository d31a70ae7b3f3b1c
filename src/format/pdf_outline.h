/*
 * pdf_outline: a font of cubic outlines, filled by the readers of CFF (pdf_cff.h) and of Type 1
 * (pdf_type1.h), and printed as CFF of the one form of docs/output-grammars.md: outlines and widths
 * alone, no subroutines, no hints, no arithmetics.
 *
 * Life cycle: pdf_outline_init, the reader draws glyph after glyph with the pen, then fills codes
 * and matrix; pdf_outline_print; pdf_outline_free. Errors of the pen are sticky in `why`.
 */
#ifndef FORMAT_PDF_OUTLINE_H
#define FORMAT_PDF_OUTLINE_H

#include "base/arena.h"
#include "base/buf.h"

#define PDF_GLYPHS_MAX 65535u
#define PDF_FIXED_ONE 65536 /* coordinates and widths are in 1/65536 of a unit */
#define PDF_STANDARD_STRINGS 391u
#define PDF_PICO INT64_C(1000000000000) /* numbers of matrices are in 1/10^12 */

struct pdf_glyph {
	struct slice name; /* where id is no standard string */
	uint16_t id;       /* the standard string of its name, or the CID */
	size_t at;         /* its charstring in `charstrings`; it ends where the next begins */
};

struct pdf_outline {
	struct arena *arena;
	const char *why; /* what is not understood; NULL while all is well */
	bool cid;
	uint32_t n;
	struct pdf_glyph *glyphs;
	uint16_t codes[256]; /* the glyph of a code; 0 for none */
	int64_t matrix[6];
	struct buf charstrings;
	int64_t box[4]; /* around all points */
	bool boxed;
	struct pdf_pen {
		int64_t x, y;       /* where the outline is */
		int64_t at_x, at_y; /* the last point that was printed */
		bool open;
		uint8_t op; /* whose operands are gathered; 0 for none */
		uint32_t n;
		int32_t operands[48];
		int64_t width;
		bool width_printed;
	} pen;
};

void pdf_outline_init(struct pdf_outline *o, struct arena *arena, size_t max);
void pdf_outline_free(struct pdf_outline *o);

/* Room for n glyphs; refuses 0 and more than PDF_GLYPHS_MAX. */
enum err pdf_outline_glyphs(struct pdf_outline *o, uint32_t n) NODISCARD;
enum err pdf_outline_bad(struct pdf_outline *o, const char *why) NODISCARD; /* ERR_SYNTAX */

/* Glyph i with its width; between begin and end the pen moves to, and draws to, absolute places. */
void pdf_pen_begin(struct pdf_outline *o, uint32_t i, int64_t width);
void pdf_pen_move(struct pdf_outline *o, int64_t x, int64_t y);
void pdf_pen_line(struct pdf_outline *o, int64_t x, int64_t y);
/* From the last point by two control points, to the third. */
void pdf_pen_curve(struct pdf_outline *o, const int64_t xy[6]);
enum err pdf_pen_end(struct pdf_outline *o) NODISCARD;

/* A decimal number with an exponent, in 10^-12, rounded; false where it is none or too large. */
bool pdf_decimal(struct slice s, int64_t *ret);

/* The string (SID) that StandardEncoding has for a code; 0 for none. */
uint16_t pdf_standard_string(uint8_t code);
const char *pdf_standard_name(uint8_t code); /* its text; "" for none */

enum err pdf_outline_print(struct pdf_outline *o, struct buf *out) NODISCARD;

#endif
