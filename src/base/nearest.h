/*
 * The word that somebody may have meant: by edits (insert, delete, replace, swap of neighbours) of
 * code points, at most a third of the candidate's length.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/slice.h"

/* The index of the nearest of n words; n where none is near or `word` has over 48 code points. */
size_t nearest_word(struct slice word, const struct slice *words, size_t n);

#endif
