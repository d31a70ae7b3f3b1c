/*
 * csv_field: which fields a spreadsheet would take for a formula, and how they are disarmed.
 *
 * A field is looked at in pieces, divided at ';' and TAB, which are delimiters to spreadsheets of
 * other countries. A piece is a formula where, after blanks and quotation marks, it begins with
 * = + - @ or their full-width forms, and is not plain:
 *
 *     plain  = sign+            (all the same: "-", "--": a dash in an empty cell)
 *            | sign [yen] digits ["." digits] [("e"|"E") ["+"|"-"] digits] ["%"] ["円"]
 *            | "+" telephone    (digits, single blanks, hyphens, brackets; 7 to 20 digits)
 *     digits = ASCII or full-width digits, or groups of three divided by ","
 */
#ifndef FORMAT_CSV_FIELD_H
#define FORMAT_CSV_FIELD_H

#include "base/buf.h"
#include "base/slice.h"

/*
 * Appends the field (UTF-8) to *out with an apostrophe before each piece that is a formula; true
 * where there was one.
 */
bool csv_field_disarm(struct slice field, struct buf *out);

#endif
