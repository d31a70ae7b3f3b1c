/*
 * utf8: strict UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"
#include "base/slice.h"

/* Length in bytes (1-4) of the first code point of s, stored in *ret_cp; 0 if s is empty or bad. */
size_t utf8_next(struct slice s, uint32_t *ret_cp);
/* Offset of the first bad byte, or SIZE_MAX where all of s is good. */
size_t utf8_first_bad(struct slice s);
/* Number of code points; bad bytes count as one each. */
size_t utf8_count(struct slice s);
/* Appends cp; BUG where it is no scalar value. */
void utf8_put(struct buf *b, uint32_t cp);
/*
 * True for the code points that reorder or hide text: bidirectional and other format controls,
 * zero-width characters, fillers, interlinear marks, tags, and those that are no characters.
 * Variation selectors are not among them: names of people need them.
 */
bool utf8_is_invisible(uint32_t cp);
/* True for those of them that reorder text: marks, embeddings, overrides, isolates. */
bool utf8_is_bidi(uint32_t cp);
/* A variation selector. One may stand behind a character; a row of them is hidden data. */
bool utf8_is_selector(uint32_t cp);
/*
 * Whether cp, behind the code point `before` (0 at the beginning), hides something in the text of a
 * document. Of what utf8_is_invisible names, direction marks, joiners and zero-width blanks
 * (U+061C, U+200B to U+200F) are part of some scripts and of emoji: one may stand by itself. So may
 * one selector behind a character that is seen. Embeddings, isolates, tags, fillers and the rest
 * may not.
 */
bool utf8_hides_text(uint32_t cp, uint32_t before);

#endif
