/*
 * pdf_lex: the tokens of content streams and CMaps (ISO 32000-1, 7.2 and 7.3), and the one form in
 * which numbers, strings and names are printed.
 */
#ifndef FORMAT_PDF_LEX_H
#define FORMAT_PDF_LEX_H

#include "base/buf.h"

enum pdf_token {
	PDF_TOKEN_END,
	PDF_TOKEN_BAD,
	PDF_TOKEN_NUMBER,
	PDF_TOKEN_NAME,   /* text: decoded, without the slash */
	PDF_TOKEN_STRING, /* text: decoded */
	PDF_TOKEN_WORD,   /* an operator; text */
	PDF_TOKEN_ARRAY,
	PDF_TOKEN_ARRAY_END,
	PDF_TOKEN_DICT,
	PDF_TOKEN_DICT_END,
};

struct pdf_lexer {
	struct slice in;
	size_t at;
	struct buf *scratch; /* decoded names and strings; its content is replaced by each token */
	struct slice text;
	int64_t number; /* in hundred-thousandths, within +-PDF_NUMBER_MAX */
};

#define PDF_ONE ((int64_t)100000)
#define PDF_NUMBER_MAX ((int64_t)99999999 * PDF_ONE)

enum pdf_token pdf_next(struct pdf_lexer *l);

/* A number as PDF writes it, rounded and clamped; false where it is none. */
bool pdf_number(struct slice s, int64_t *ret);

void pdf_put_number(struct buf *out, int64_t v);
void pdf_put_string(struct buf *out, struct slice s); /* hexadecimal */

#endif
