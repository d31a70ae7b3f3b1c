/*
 * name: names of archive members that every system reads in one way (docs/output-grammars.md, ZIP).
 * Normal forms are those of Unicode (UAX #15), by ICU, whose tables are in memory.
 */
#ifndef VERIFY_NAME_H
#define VERIFY_NAME_H

#include "verify/grammar.h"

/* True for a path in the permitted form. Costs memory of the arena for names beyond ASCII. */
bool name_ok(struct arena *arena, struct slice name);

/*
 * What is equal for names that some system takes for one: NFKC_Casefold, with a '/' at its end.
 * The name is valid UTF-8. ERR_MEMORY.
 */
enum err name_key(struct arena *arena, struct slice name, struct slice *ret) NODISCARD;

#endif
