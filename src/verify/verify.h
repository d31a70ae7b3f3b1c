/*
 * verify: the independent recogniser. Accepts exactly the output grammars of
 * docs/output-grammars.md and nothing else; shares no parser with room `format`.
 *
 * The question it answers is "did our writer print this?", decided by language: each grammar is
 * small enough that a byte that is not the one our printer would have printed is an error. It never
 * repairs and never changes its input.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "base/arena.h"
#include "base/limits.h"

/*
 * grammar: txt csv tsv png jpeg docx xlsx pptx zip. OK where all of `out` is in the grammar;
 * ERR_SYNTAX with *d (part, offset, reason) otherwise; ERR_UNSUPPORTED for an unknown grammar;
 * ERR_LIMIT and ERR_MEMORY as everywhere.
 */
enum err verify_output(struct slice grammar, struct slice out, const struct limits *limits,
		       struct arena *arena, struct diag *d) NODISCARD;

/* What a library makes or loads at its first use. Call it once, before a worker locks itself. */
void verify_warm_up(void);

/* Guesses the grammar from the first bytes and the members' names, for `sekisho verify FILE`. */
enum err verify_guess(struct slice name, struct slice out, const char **ret_grammar) NODISCARD;

#endif
