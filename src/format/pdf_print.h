/* pdf_print: how the pages, fonts and links of pdf_page.c meet the tables. Internal to PDF. */
#ifndef FORMAT_PDF_PRINT_H
#define FORMAT_PDF_PRINT_H

#include "format/pdf.h"

/* Prints the document: header, objects, cross-reference table, trailer. */
enum err pdf_print(struct pdf *p, qpdf_oh root) NODISCARD;

/* Prints the value of that row from v; *ret_some stays false where v is outside of its domain. */
enum err pdf_put_value(struct pdf *p, const struct pdf_row *row, qpdf_oh v, bool *ret_some)
    NODISCARD;

/*
 * Values that do not come from the key of the source: *ret_mine where this row is one of them;
 * *ret_some then says whether a value was printed.
 */
enum err pdf_put_own(struct pdf *p, enum pdf_kind kind, const struct pdf_row *row, qpdf_oh oh,
		     bool *ret_mine, bool *ret_some) NODISCARD;

/* The same for patterns and shadings (pdf_pattern.c). */
enum err pdf_put_pattern_own(struct pdf *p, enum pdf_kind kind, const struct pdf_row *row,
			     qpdf_oh oh, bool *ret_mine, bool *ret_some) NODISCARD;
/* Holds patterns and shadings that are not read. */
enum err pdf_check_pattern(struct pdf *p, qpdf_oh pattern) NODISCARD;
enum err pdf_check_shading(struct pdf *p, qpdf_oh shading) NODISCARD;

/* The dictionary and data of an item whose kind is a stream (pdf_stream.c). */
enum err pdf_put_stream(struct pdf *p, struct pdf_item item) NODISCARD;

enum err pdf_put_page(struct pdf *p, qpdf_oh page) NODISCARD;
/* The links of an array of annotations. */
enum err pdf_put_links(struct pdf *p, qpdf_oh annotations, bool *ret_some) NODISCARD;
/* Holds fonts that are not fully read, and graphics states whose loss would be seen. */
enum err pdf_check_font(struct pdf *p, qpdf_oh font) NODISCARD;
enum err pdf_check_state(struct pdf *p, qpdf_oh state) NODISCARD;

#endif
