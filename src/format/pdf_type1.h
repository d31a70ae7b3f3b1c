/*
 * pdf_type1: Type 1 fonts (Adobe Type 1 Font Format, 1990) taken apart: the clear part, the
 * encrypted part, and every charstring, run to its end. Nothing of PostScript is executed: the few
 * entries that are needed are read where they stand, by their form.
 */
#ifndef FORMAT_PDF_TYPE1_H
#define FORMAT_PDF_TYPE1_H

#include "format/pdf_outline.h"

/* Fills *o; ERR_SYNTAX with o->why. */
enum err pdf_type1(struct slice in, struct pdf_outline *o) NODISCARD;

/* The encryption of fonts and charstrings: `skip` bytes at the beginning are noise. */
enum err pdf_type1_decrypt(struct arena *arena, struct slice in, uint16_t key, size_t skip,
			   struct slice *ret) NODISCARD;

/* What the charstrings of a font may call. */
struct type1_code {
	struct pdf_outline *o;
	struct slice *subrs;
	uint32_t subrs_n;
	struct slice *charstrings; /* as glyphs are numbered in *o */
	const uint16_t *standard;  /* glyph + 1 of a code of StandardEncoding */
	uint64_t steps;
};

/* Draws glyph i. */
enum err pdf_type1_glyph(struct type1_code *c, uint32_t i) NODISCARD;

#endif
