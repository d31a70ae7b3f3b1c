/*
 * marker: the number at the start of a line.
 */
#ifndef CLAUSES_MARKER_H
#define CLAUSES_MARKER_H

#include <stdbool.h>
#include "base/slice.h"

enum marker_style {
	MARK_CHAPTER,     /* 第1章 */
	MARK_SECTION,     /* 第1節 */
	MARK_ARTICLE,     /* 第1条, 第1条の2 */
	MARK_NUMBER,      /* 1 題名 */
	MARK_DOTTED,      /* 1.2 題名 */
	MARK_PAREN,       /* (1) */
	MARK_KANJI,       /* 一 題名 */
	MARK_KANA,        /* ア 題名 */
	MARK_PAREN_KANA,  /* (ア) */
	MARK_CIRCLE,      /* ① */
	MARK_ALPHA,       /* a 題名 */
	MARK_PAREN_ALPHA, /* (a) */
	MARK_LISTED,      /* - 1 題名: an item of a list, no clause of the text's own numbering */
	MARK_SUPPLEMENT,  /* 附則 */
	MARK_ANNEX        /* 別表第1 */
};

#define MARKER_DOTS 6

struct marker {
	enum marker_style style;
	unsigned n;      /* what counts up: of 1.2.3 the last */
	unsigned branch; /* of 第1条の2: 2 */
	unsigned dots;   /* of 1.2.3: 2 */
	unsigned part[MARKER_DOTS];
	char id[48];         /* its part of an id, in half width */
	struct slice number; /* as printed */
	struct slice rest;   /* behind it and the blanks that follow */
};

/* The next code point with full-width ASCII folded to ASCII and blanks of every kind but the
 * line feed to a blank; 0: none. */
size_t clauses_next(struct slice s, uint32_t *ret_cp);
struct slice clauses_trim(struct slice s); /* blanks of every width, and form feeds */
/* False where the line does not begin with a number. The line is without its end. */
bool clauses_marker(struct slice line, struct marker *ret);
/* A line that holds a page number and nothing else: "- 3 -", "3/12", "3ページ", a form feed. */
bool clauses_is_furniture(struct slice line);
/* A character of Japanese print: kana, kanji, full-width signs. */
bool clauses_is_wide(uint32_t cp);

#endif
