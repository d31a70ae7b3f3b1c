/*
 * pdf_type2: charstrings of CFF (Adobe Technical Note 5177) run to their end and drawn with the pen
 * of pdf_outline.h. What a rasteriser would run is run here, once: subroutines and arithmetics
 * leave only points, hints leave nothing.
 */
#ifndef FORMAT_PDF_TYPE2_H
#define FORMAT_PDF_TYPE2_H

#include "format/pdf_outline.h"

/* An INDEX: item i lies between two offsets. */
struct cff_index {
	uint32_t n, size;
	struct slice offsets, data; /* data begins one byte before the first item */
};

/* Item i; false where its offsets lie. */
bool cff_item(const struct cff_index *index, uint32_t i, struct slice *ret);

struct cff_private {
	int64_t nominal, usual; /* width that an explicit one is added to; width of the others */
	struct cff_index subrs;
};

struct cff_code {
	struct pdf_outline *o;
	const struct cff_private *private_dict;
	const struct cff_index *global, *charstrings;
	const uint16_t *strings; /* glyph + 1 of a standard string, for accents; NULL for none */
	uint64_t steps;          /* operators left for the whole font */
};

/* Draws glyph i; ERR_SYNTAX with o->why. */
enum err pdf_type2(struct cff_code *c, uint32_t i) NODISCARD;

#endif
