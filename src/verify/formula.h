/*
 * formula: a recogniser of spreadsheet formulas as our printer prints them, by tokens alone.
 *
 * Operands and operators must alternate, brackets must close what they opened, every call must be
 * of a function that names_function_ok lists. There is no token with which another workbook
 * ([1]...), a DDE link (app|topic!item) or an unquoted sheet could be written.
 */
#ifndef VERIFY_FORMULA_H
#define VERIFY_FORMULA_H

#include "base/slice.h"

bool verify_formula_ok(struct slice formula);

#endif
