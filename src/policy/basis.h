/*
 * basis: the numbered clauses of a policy text as municipalities publish it: "8 題名" at the start
 * of a line, "(3)" below it, "ア" below that, in sequence; full-width digits and brackets count
 * too, and a "- " before (n) and ア is passed over. Supplementary provisions (附則) end the
 * clauses.
 */
#ifndef POLICY_BASIS_H
#define POLICY_BASIS_H

#include "policy/internal.h"

/* ERR_SYNTAX where the text is not UTF-8 or holds no clause; *d is then about the basis text. */
enum err policy_basis_read(struct arena *a, struct slice text, struct basis *ret, struct diag *d)
    NODISCARD;
/* The clause with this id, or NULL. */
struct clause *policy_basis_find(const struct basis *b, struct slice id);
/* Whether the clause's text holds the phrase, blanks and line ends in both passed over. */
enum err policy_basis_has(struct arena *a, struct clause *c, struct slice phrase, bool *ret)
    NODISCARD;
/* Answers from b[POLICY_TREES], which must outlive it; an empty one has no clause. */
struct policy_resolver policy_basis_resolver(struct basis *b);

#endif
