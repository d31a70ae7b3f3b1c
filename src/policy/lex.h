/*
 * lex: words, strings and signs of a policy text.
 *
 * A statement begins at the first column of a line; a line that begins with a blank continues it.
 * `#` starts a comment. The text must have passed policy_lex_start, which refuses bad UTF-8,
 * control characters and characters that hide or reorder text.
 */
#ifndef POLICY_LEX_H
#define POLICY_LEX_H

#include "policy/internal.h"

enum tok { TOK_END, TOK_WORD, TOK_STRING, TOK_SIGN };

struct token {
	enum tok kind;
	struct slice text; /* of a string: what stands between the quotes */
	struct place at;
	bool starts; /* first of a statement; also true at the end */
};

struct lexer {
	struct slice text;
	size_t at, line_start;
	unsigned line;
	struct diag *d; /* may be NULL */
};

enum err policy_lex_start(struct lexer *lx, struct slice text, struct diag *d) NODISCARD;
enum err policy_lex_next(struct lexer *lx, struct token *ret) NODISCARD;
/*
 * Reads the token t once more as one run up to a blank, comma, quote or comment: what addresses
 * and clauses are made of. The lexer then stands behind it.
 */
void policy_lex_raw(struct lexer *lx, struct token *t);

#endif
