/*
 * xlsx: SpreadsheetML workbooks (xlsx, xlsm, xltx, xltm), written as xlsx.
 *
 * The tables of room names do most of it through ooxml.h. What is done here: sheets that may not
 * pass leave the workbook together with all that counts or names them; every formula is printed by
 * formula.c or replaced by its cached value; defined names, validations, conditional formats,
 * links, tables, charts; and what is hidden.
 *
 * HIDDEN_DROP: hidden sheets, names, comments and the cells of hidden rows and columns go. All
 * formulas then become their cached values, because a formula that lost its operands would quietly
 * show another result after the next calculation.
 */
#ifndef FORMAT_XLSX_H
#define FORMAT_XLSX_H

#include "format/format.h"

extern const struct format format_xlsx;

#endif
