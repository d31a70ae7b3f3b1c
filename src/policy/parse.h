/*
 * parse: what the parser's files share: one token of look-ahead over the lexer.
 */
#ifndef POLICY_PARSE_H
#define POLICY_PARSE_H

#include "policy/lex.h"

struct parser {
	struct policy *p;
	struct lexer lx;
	struct token t;               /* the token not yet consumed */
	struct place part;            /* of the word whose part is being parsed */
	size_t end;                   /* behind the last consumed token */
	struct policy_statement now;  /* what is known of the statement being parsed */
	enum policy_visibility named; /* the least visible thing the statement has named */
	struct place named_at;
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
/* `a -> b`, or `in a, b` where in_too. Inside is true for the latter. */
enum err policy_parse_route(struct parser *ps, uint32_t *ret_from, uint32_t *ret_to,
			    bool *ret_inside) NODISCARD;
/* `transfer`, `transfer, mail`, or `content` for all, as bits. */
enum err policy_parse_channels(struct parser *ps, uint32_t *ret) NODISCARD;
/* A new name that neither is nor looks like another of its kind. */
enum err policy_parse_name(struct parser *ps, enum names kind, const char *what, struct slice *ret)
    NODISCARD;
/* A role, or staff. */
enum err policy_parse_who(struct parser *ps, struct slice *ret) NODISCARD;
enum err policy_parse_date(struct parser *ps, int32_t *ret) NODISCARD;
/* The statement names something that not everybody may see. */
void policy_names(struct parser *ps, enum policy_visibility v, struct place at);
/* A text in quotes, not empty. */
enum err policy_parse_string(struct parser *ps, const char *what, struct slice *ret) NODISCARD;
/* Decimal digits up to max. */
enum err policy_parse_number(struct parser *ps, const char *what, uint64_t max, uint64_t *ret)
    NODISCARD;

/* What may follow a statement's head, each at most once; parse stands behind the word. */
struct part {
	const char *word; /* "\"": a text in quotes, not consumed */
	enum err (*parse)(struct parser *ps, void *into);
};
/* Parses parts, clause and visibility in any order to the end of the statement. */
enum err policy_parse_parts(struct parser *ps, const struct part *parts, size_t n, void *into,
			    struct cited *c, unsigned *ret_seen) NODISCARD;
/* An id of that text, which must have it; the token stays, for what is said of it. */
enum err policy_parse_clause_id(struct parser *ps, enum policy_tree tree, struct slice *ret)
    NODISCARD;
enum err policy_need_clause(struct parser *ps, const struct cited *c) NODISCARD;
/* Appends a copy of *item to an arena array. */
enum err policy_push(struct arena *a, void **items, size_t n, size_t *cap, size_t size,
		     const void *item) NODISCARD;

/* Statements; the first word is consumed, c->at is its place. */
enum err policy_statement_policy(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_article(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_zone(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_scale(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_role(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_exception(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_permit(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_forbid(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_flow(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_require(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_finding(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_never(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_always(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_duty(struct parser *ps, struct cited *c) NODISCARD;
enum err policy_statement_control(struct parser *ps, struct cited *c) NODISCARD;

/* A rule whose terms stand; appended after zones, channels and exception are put into them. */
struct frame {
	uint32_t channels, from, to, exception;
	bool inside; /* from and to name the zones content is in: of a forbid, either end */
};
enum err policy_add_rule(struct parser *ps, struct rule *r, const struct frame *f) NODISCARD;

/* What follows `when`, as alternatives; unknown values count as `forbid` asks. */
enum err policy_parse_condition(struct parser *ps, bool forbid, struct term **ret, uint32_t *ret_n)
    NODISCARD;
/* What follows `obliges`. */
enum err policy_parse_obligations(struct parser *ps, struct rule *r) NODISCARD;
/* `a or b`, obligations and `exception`, as in never ... without ... */
enum err policy_parse_lacks(struct parser *ps, struct never *n) NODISCARD;
/* One obligation's first word as in `never ... without sanitize`: a set of obligations. */
enum err policy_parse_obligation_name(struct parser *ps, uint32_t *ret_set) NODISCARD;
/* What follows `limit`. */
enum err policy_parse_limit(struct parser *ps, struct place at) NODISCARD;

#endif
