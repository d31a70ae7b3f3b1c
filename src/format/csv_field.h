/*
 * csv_field: which fields a spreadsheet would take for a formula, and how they are disarmed.
 *
 * A field is looked at in pieces, divided at ';' and TAB, and in TSV, where it does not quote it,
 * at
 * ',': delimiters to other spreadsheets. A piece is a formula where, after blanks and quotation
 * marks, it begins with = + - @ or their full-width or small forms, and is not plain (blanks at its
 * end aside):
 *
 *     plain  = sign+            (all the same: "-", "--": a dash in an empty cell)
 *            | sign [yen] number [("e"|"E") ["+"|"-"] digits] ["%"] [unit]
 *            | "+" telephone    (digits, single blanks, hyphens, brackets; 7 to 20 digits)
 *     number = digits ["." digits] | "." digits
 *     unit   = up to 8 kana, kanji and squared units: -3人, -5℃
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
bool csv_field_disarm(struct slice field, bool tsv, struct buf *out);

#endif
