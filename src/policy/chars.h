/*
 * chars: which characters names may hold, which look like others, how wide they print.
 */
#ifndef POLICY_CHARS_H
#define POLICY_CHARS_H

#include "base/arena.h"

/* ASCII letters, digits, '-', '_', and the letters of Japanese: kana, kanji, 々, ー. */
bool policy_is_word(uint32_t cp);
/* The plain ASCII or kana character that cp could be taken for in a program text; 0 for none. */
uint32_t policy_lookalike(uint32_t cp);
/* Two names with the same skeleton look the same in print. NULL p beyond the arena's cap. */
struct slice policy_skeleton(struct arena *a, struct slice name);
/* Columns on a terminal: 0, 1 or 2. */
unsigned policy_width(uint32_t cp);

#endif
