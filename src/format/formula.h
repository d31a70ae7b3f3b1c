/*
 * formula: spreadsheet formulas in A1 notation, parsed strictly and printed canonically.
 *
 * A formula passes only if all of it is understood: what is written is always print(parse(x)).
 * Used for cells, defined names, data validation, conditional formats, tables and chart series.
 *
 * What may pass: numbers, strings, TRUE, FALSE, error values, array constants, operators, cell,
 * column and row references, references to sheets of the same workbook (3D ranges included),
 * structured table references, defined names, and calls of functions that names_function_ok lists.
 * What may not: references to another workbook ([1]Sheet!A1, 'C:\[b.xls]S'!A1), DDE links
 * (app|topic!item), every other function, and anything that does not parse.
 *
 * The printed form: no blanks but the one of the intersection operator (and those inside strings,
 * sheet names and column names); cell references, booleans, errors and function names in upper
 * case; every sheet prefix in quotes ('Sheet1'!A1); numbers with an integer part, no idle point,
 * and exponents as E, an optional minus sign, digits. Printing is idempotent.
 *
 * Sources: ECMA-376 part 1, 18.17 (grammar, structured references), [MS-XLSX] 2.2.2.
 */
#ifndef FORMAT_FORMULA_H
#define FORMAT_FORMULA_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/*
 * The sheets that the output will have. A prefix that names another one is refused, so that a
 * formula cannot point at a dropped sheet. A NULL scope accepts any well-formed sheet name (chart
 * series in documents that have no workbook).
 */
struct formula_scope {
	const struct slice *sheets;
	size_t n;
};

/*
 * Appends the canonical form of `in` (UTF-8, XML entities resolved, no leading '=') to out.
 * ERR_FORBIDDEN: understood, but it may not pass (external, DDE, function, unknown sheet).
 * ERR_SYNTAX: not a formula of this grammar. ERR_LIMIT: longer than 32 KiB or too deep.
 * On failure out is as it was and *d (may be NULL) says where; ERR_MEMORY when out is full.
 */
enum err formula_print(struct slice in, const struct formula_scope *scope, struct buf *out,
		       struct diag *d) NODISCARD;

#endif
