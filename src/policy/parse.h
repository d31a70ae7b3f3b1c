/*
 * parse: what the parser's files share: one token of look-ahead over the lexer.
 */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "policy/lex.h"

struct parser {
	struct policy *p;
	struct lexer lx;
	struct token t;    /* the token not yet consumed */
	struct place part; /* of the word whose part is being parsed */
	struct diag *d;
};

#define FAIL(ps, at, ...) policy_fault((ps)->d, ERR_SYNTAX, (ps)->p->text, (at), __VA_ARGS__)

enum err policy_next(struct parser *ps) NODISCARD;
/* Whether the token continues the statement and is this word or sign. */
bool policy_at(const struct parser *ps, const char *word);
/* Consumes it, or says what was expected. */
enum err policy_expect(struct parser *ps, const char *word) NODISCARD;
/* "'xyz'", "the end of the statement", ...: the token in words, in the arena. */
const char *policy_token_name(const struct parser *ps);
/* A zone's name, or `any` where that may stand; as a set of zones. */
enum err policy_parse_zones(struct parser *ps, bool any, uint32_t *ret_set) NODISCARD;
/* A text in quotes, not empty. */
enum err policy_parse_string(struct parser *ps, const char *what, struct slice *ret) NODISCARD;
/* Decimal digits up to max. */
enum err policy_parse_number(struct parser *ps, const char *what, uint64_t max, uint64_t *ret)
    NODISCARD;

/* What may follow a statement's head, each at most once; parse stands behind the word. */
struct part {
	const char *word;
	enum err (*parse)(struct parser *ps, void *into);
};
/* Parses parts, clause and visibility in any order to the end of the statement. */
enum err policy_parse_parts(struct parser *ps, const struct part *parts, size_t n, void *into,
			    struct cited *c, unsigned *ret_seen) NODISCARD;
enum err policy_need_clause(struct parser *ps, const struct cited *c) NODISCARD;
/* Appends a copy of *item to an arena array. */
enum err policy_push(struct arena *a, void **items, size_t n, size_t *cap, size_t size,
		     const void *item) NODISCARD;

/* Statements; the first word is consumed, c->at is its place. */
enum err policy_statement_policy(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_zone(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_scale(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_permit(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_forbid(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_never(struct parser *ps, struct cited *c) NODISCARD;

/* What follows `when`, as alternatives; unknown values count as `forbid` asks. */
enum err policy_parse_condition(struct parser *ps, bool forbid, struct term **ret, uint32_t *ret_n)
    NODISCARD;
/* What follows `obliges`. */
enum err policy_parse_obligations(struct parser *ps, struct rule *r) NODISCARD;
/* One obligation's first word as in `never ... without sanitize`: a set of obligations. */
enum err policy_parse_obligation_name(struct parser *ps, uint32_t *ret_set) NODISCARD;
/* What follows `limit`. */
enum err policy_parse_limit(struct parser *ps, struct place at) NODISCARD;

#endif
