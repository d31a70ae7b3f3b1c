/*
 * xlsx_book: what the files of the XLSX sanitiser share: the sheets that stay, and cell places.
 */
#ifndef FORMAT_XLSX_BOOK_H
#define FORMAT_XLSX_BOOK_H

#include "format/chart.h"
#include "format/formula.h"
#include "format/ooxml.h"

enum { XLSX_COLUMNS = 16384, XLSX_ROWS = 1048576 };

/* One cell's text under METHOD_TEXT. */
struct xlsx_cell {
	uint32_t row, column; /* from 1 */
	bool shared;          /* text is number `index` of the shared strings */
	uint64_t index;
	struct slice text;
};

struct xlsx_sheet {
	struct slice name;
	struct slice part; /* member path in the input */
	struct xlsx_cell *cells;
	size_t n, cap;
};

/* Which values a format hides; 0: none but zeros. */
enum xlsx_hides { HIDES_POSITIVE = 1, HIDES_NEGATIVE = 2, HIDES_TEXT = 4, HIDES_ALL = 7 };
struct xlsx_hiding {
	uint8_t *hides; /* enum xlsx_hides, by the number of the format */
	size_t n, cap;
};

struct xlsx_book {
	struct xlsx_sheet *sheets; /* those that stay, in order; known after the workbook part */
	size_t n, cap;
	struct slice *names; /* the sheets' names once more, for scope */
	struct formula_scope scope;
	struct slice *strings; /* METHOD_TEXT and HIDDEN_DROP: the shared strings */
	size_t n_strings, cap_strings;
	/* Per cell format and per conditional format; empty before the styles part. */
	struct xlsx_hiding formats, conditional;
	struct slice *drawn; /* METHOD_TEXT: the texts of drawings and charts */
	size_t n_drawn, cap_drawn;
	struct chart_names chart_names;
	bool shared_known; /* the part was seen (it comes before the sheets) */
	uint64_t shared_count;
};

/* The sheet whose part is being filtered, or NULL. */
struct xlsx_sheet *xlsx_sheet_now(const struct ooxml *o);

/* HIDDEN_DROP, and always under METHOD_TEXT, which gives visible text only. */
bool xlsx_drops_hidden(const struct ooxml *o);
bool xlsx_true(const struct xml_node *n, const char *attr);
/* Parses B4 (no $): false where it is no cell of a sheet. */
bool xlsx_cell_parse(struct slice s, uint32_t *ret_row, uint32_t *ret_column);
/* "Sheet1!B4:C5" in the scratch arena; an empty `ref` gives the sheet's name. */
struct slice xlsx_place(const struct ooxml *o, struct slice ref);

/*
 * Prints the formula in n's text canonically. *ret_ok is false where it may not pass; then n is as
 * it was and the finding formula-unsafe is reported with `place`.
 */
enum err xlsx_formula(struct ooxml *o, struct xml_node *n, struct slice place, bool *ret_ok)
    NODISCARD;
/* The same for an attribute's value. */
enum err xlsx_formula_attr(struct ooxml *o, struct xml_attr *a, struct slice place, bool *ret_ok)
    NODISCARD;

/* xlsx_styles.c: part function of the styles: which formats hide what stands in their cells. */
enum err xlsx_styles(struct ooxml *o, struct xml_node *root) NODISCARD;
/* xlsx_sheet.c: part function of worksheets and chart sheets. */
enum err xlsx_worksheet(struct ooxml *o, struct xml_node *root) NODISCARD;
/* xlsx_text.c: METHOD_TEXT of worksheets, of shared strings, and the end. */
enum err xlsx_worksheet_text(struct ooxml *o, struct xml_node *root) NODISCARD;
enum err xlsx_strings_text(struct ooxml *o, struct xml_node *root) NODISCARD;
enum err xlsx_text_close(struct ooxml *o) NODISCARD;

#endif
