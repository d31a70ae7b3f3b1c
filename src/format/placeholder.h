/* placeholder: the picture that stands for one that could not be converted; it says so. */
#ifndef FORMAT_PLACEHOLDER_H
#define FORMAT_PLACEHOLDER_H

#include "base/arena.h"
#include "base/buf.h"

/* Appends the PNG: black on white, framed, with the words in Japanese and English. */
enum err placeholder_png(struct buf *out, struct arena *arena) NODISCARD;

#endif
