/*
 * pdf_sfnt: TrueType fonts (ISO/IEC 14496-22) taken apart and written anew: outlines, metrics and
 * codes. Nothing that a rasteriser would execute is written (fpgm, prep, cvt, instructions of
 * glyphs), nor names, kerning, layout or signatures.
 */
#ifndef FORMAT_PDF_SFNT_H
#define FORMAT_PDF_SFNT_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Appends the font; *ret_why says what is not understood (ERR_SYNTAX). ERR_MEMORY. Every glyph is
 * read; glyphs that are made of glyphs are no loops and at most 8 deep.
 */
enum err pdf_sfnt(struct slice in, struct arena *arena, struct buf *out, const char **ret_why)
    NODISCARD;

#endif
