/*
 * pdf_cff: fonts of the Compact Font Format (Adobe Technical Note 5176) taken apart: dictionaries,
 * strings, codes and every glyph. OpenType fonts around one are looked into.
 */
#ifndef FORMAT_PDF_CFF_H
#define FORMAT_PDF_CFF_H

#include "format/pdf_outline.h"

/* Fills *o; ERR_SYNTAX with o->why. */
enum err pdf_cff(struct slice in, struct pdf_outline *o) NODISCARD;

/* The table "CFF " of an OpenType font, empty where there is none. */
struct slice pdf_cff_of_opentype(struct slice in);

#endif
