/*
 * pdf: what an output PDF may hold (docs/output-grammars.md, PDF): the keys of each kind of
 * dictionary with the domain of their values, and the operators of content streams.
 *
 * Tables only: the writer prints from them and the recogniser reads against them, each with its own
 * code. Sources: ISO 32000-1, 7 to 9 and annex A.
 */
#ifndef NAMES_PDF_H
#define NAMES_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/slice.h"

enum pdf_kind {
	PDF_NONE,
	/* objects */
	PDF_CATALOG,
	PDF_PAGES,
	PDF_PAGE,
	PDF_CONTENT, /* stream */
	PDF_XOBJECT, /* stream: a form or an image, by Subtype */
	PDF_FONT,    /* simple or Type0, by Subtype */
	PDF_CID_FONT,
	PDF_DESCRIPTOR,
	PDF_TRUETYPE, /* stream: FontFile2 */
	PDF_CFF,      /* stream: FontFile3 */
	PDF_UNICODE,  /* stream: ToUnicode */
	PDF_TILING,   /* stream: a pattern that is drawn again and again */
	PDF_FUNCTION, /* stream: the run of colours of a shading */
	PDF_GIDS,     /* stream: CIDToGIDMap */
	/* dictionaries within objects */
	PDF_RESOURCES,
	PDF_STATE,  /* of ExtGState */
	PDF_MASK,   /* of a state: SMask */
	PDF_SHADED, /* a pattern that is a shading */
	PDF_SHADING,
	PDF_GROUP,
	PDF_SYSTEM, /* CIDSystemInfo */
	PDF_ENCODING,
	PDF_LINK,
	PDF_ACTION,
	PDF_KINDS,
};

enum pdf_domain {
	PDF_NAME,    /* one of the words of `arg` */
	PDF_INT,     /* lo to hi */
	PDF_NUMBER,  /* lo to hi */
	PDF_NUMBERS, /* an array of lo to hi numbers */
	PDF_BOOL,
	PDF_FONT_NAME, /* 1 to 63 of A-Z a-z 0-9 + - _ . , */
	PDF_REF,       /* an object of kind `to` */
	PDF_REFS,      /* an array of such, lo to hi of them */
	PDF_DICT,      /* a dictionary of kind `to` in place */
	PDF_DICTS,     /* an array of such */
	PDF_MAP,       /* a dictionary of names `arg`1, `arg`2 ... to objects, or to dictionaries */
	PDF_COLOURS,   /* a colour space of samples: a device space, or an index into one */
	PDF_WIDTHS,    /* W: first [w w w] or first last w */
	PDF_CODING,    /* Encoding: a name of `arg`, or a dictionary of kind `to` */
	PDF_GLYPHS,    /* Differences: codes and glyph names */
	PDF_GLYPH_MAP, /* CIDToGIDMap: the name Identity, or an object of kind `to` */
	PDF_WORD,      /* a string of printable ASCII: one of the words of `arg` */
	PDF_URI,       /* a string that names_link_ok accepts */
	PDF_DEST,      /* [page /Fit] or [page /XYZ left top 0] */
	PDF_FIXED,     /* the bytes of `arg`; one of them where there are several, between bars */
	PDF_BOOLS,     /* an array of two */
	PDF_LENGTH,    /* of the stream's data */
	PDF_FILTER,    /* FlateDecode where that is shorter, DCTDecode for a JPEG */
	PDF_UNFOLDED,  /* length of the unfolded data: DL where FlateDecode is, Length1 always */
};

struct pdf_row {
	enum pdf_kind kind;
	const char *key;
	enum pdf_domain domain;
	bool need;
	const char *arg; /* words between blanks */
	enum pdf_kind to;
	int32_t lo, hi;
};

/* Rows of one kind stand together, in the order of their keys as bytes. */
extern const struct pdf_row pdf_rows[];
extern const size_t pdf_rows_n;

/* The rows of a kind: *ret_n of them. */
const struct pdf_row *pdf_rows_of(enum pdf_kind kind, size_t *ret_n);
bool pdf_is_stream(enum pdf_kind kind);
/* What may draw something that draws: a loop of them would never end. */
bool pdf_draws(enum pdf_kind kind);
bool pdf_word_in(const char *words, struct slice word);
bool pdf_font_name_ok(struct slice s);
bool pdf_glyph_name_ok(struct slice s); /* 1 to 31 of A-Z a-z 0-9 . _ */

/* Where an operator may stand (ISO 32000-1, figure 9), and where the next one stands. */
enum pdf_place { PDF_AT_PAGE = 1, PDF_IN_TEXT = 2, PDF_IN_PATH = 4, PDF_AT_CLIP = 8 };

struct pdf_operator {
	const char *name;
	/*
	 * One letter an operand: n number, i integer 0 to 7, s string, d array of at most 16
	 * numbers that are not negative, t array of strings and numbers, F X G P S name of a
	 * font, XObject, graphics state, pattern, shading, p the name Pattern.
	 */
	const char *operands;
	uint8_t places; /* of enum pdf_place */
	uint8_t next;   /* 0: stays */
};

const struct pdf_operator *pdf_operator(struct slice name); /* NULL for none of the list */

#endif
