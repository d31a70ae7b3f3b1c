/*
 * pdf: the parts of the recogniser of PDF (docs/output-grammars.md, PDF). Internal to room
 * `verify`.
 *
 * The file is read once, forward: an object's kind is known from the first reference to it, which
 * stands before it, because objects are numbered in the order in which they are first named. So
 * there is no object that nobody names, and no key that its kind does not have.
 */
#ifndef VERIFY_PDF_H
#define VERIFY_PDF_H

#include "base/reader.h"
#include "names/pdf.h"
#include "verify/grammar.h"

/* Names that a page, form or pattern has. */
enum pdf_named { PDF_STATES, PDF_FONTS, PDF_DRAWN, PDF_PATTERNS, PDF_SHADINGS, PDF_NAMED };

struct pdf_counts {
	uint32_t of[PDF_NAMED];
};

/* A number in hundred-thousandths, in its one form; false where none stands there. */
bool pdf_read_number(struct reader *r, int64_t *ret);
/* True, and behind it, where these bytes come next. */
bool pdf_literal(struct reader *r, const char *text);
/* A hexadecimal string in its one form; the bytes are in the arena, or not kept for NULL. */
bool pdf_read_string(struct reader *r, struct arena *arena, struct slice *ret);

/* Operators, which use exactly the names that there are, in their order. at: in the output. */
enum err pdf_verify_content(struct verify *v, size_t at, struct slice content,
			    const struct pdf_counts *names) NODISCARD;
enum err pdf_verify_unicode(struct verify *v, size_t at, struct slice map) NODISCARD;
/* CFF (FontFile3). */
enum err pdf_verify_cff(struct verify *v, size_t at, struct slice font) NODISCARD;
enum err pdf_verify_font(struct verify *v, size_t at, struct slice font) NODISCARD;

#endif
