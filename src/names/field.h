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

#endif
