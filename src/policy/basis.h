/*
 * basis: the texts that statements cite, read by room clauses, as a resolver.
 */
#ifndef POLICY_BASIS_H
#define POLICY_BASIS_H

#include "clauses/clauses.h"
#include "policy/internal.h"

/*
 * Doubts about the numbers are no fault here: a statement cites what can be found.
 * ERR_SYNTAX where the text is not UTF-8 or holds no numbered clause, ERR_LIMIT where a clause is
 * longer than CLAUSE_MAX; *d is then about the text.
 */
enum err policy_basis_read(struct arena *a, struct slice text, struct clauses *ret, struct diag *d)
    NODISCARD;
/* Answers from b[POLICY_TREES], which must outlive it; an empty one has no clause. */
struct policy_resolver policy_basis_resolver(struct clauses *b);

#endif
