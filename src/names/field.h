/*
 * field: short languages inside documents that could act, and what of them may pass.
 */
#ifndef NAMES_FIELD_H
#define NAMES_FIELD_H

#include "base/slice.h"

/*
 * A whole field instruction of WordprocessingML (all its pieces joined): ` PAGE \* MERGEFORMAT `.
 * True where its code is on the allow-list (PAGE, TOC, SEQ, REF ...) and its arguments are plain;
 * HYPERLINK only to an anchor (\l) or an address that names_link_ok accepts. Codes that load, run
 * or assemble something (DDE, INCLUDETEXT, IMPORT, LINK, QUOTE, IF, SET, formulas ...) are not.
 */
bool names_field_ok(struct slice instr);

/*
 * Whether an element of WordprocessingML may stand between the begin of a field and its separator,
 * beside the properties of runs: pieces of the instruction and marks without text. Anything else
 * there (text, tabs, symbols, drawings, another field, a new paragraph) is part of the instruction
 * for one reader and not for another, so that they would not run the same code.
 */
bool names_in_instruction(struct slice local);

/*
 * A hyperlink's address: http, https or mailto, at most 2,048 bytes, no control characters, blanks,
 * backslashes, quotes or angle brackets; http and https with a host and without user information;
 * mailto with an address only (subject, cc, body are allowed as parameters).
 */
bool names_link_ok(struct slice uri);

/*
 * A worksheet function that computes from its arguments alone, upper case, with or without _xlfn.
 * and _xlws. prefixes. Not: WEBSERVICE, FILTERXML, RTD, CALL, REGISTER.ID, EXEC, HYPERLINK, IMAGE,
 * INDIRECT, INFO, CELL, cube functions, macro sheet functions.
 */
bool names_function_ok(struct slice name);

/*
 * A word of a formula that no bracket follows: a reference, a defined name, a table. False for
 * stored prefixes of functions (a function handed over as a value, _xleta.NAME, only where
 * names_function_ok) and for full-width marks that a program folds to ( ) ! | and the like.
 */
bool names_word_ok(struct slice word);

/*
 * A defined name. False for those that a program runs something by (Auto_Open, Auto_Close ...) and
 * for built-in ones that no table or print area needs.
 */
bool names_defined_ok(struct slice name);

#endif
