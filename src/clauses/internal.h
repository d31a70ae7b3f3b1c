/* internal: what the files of this room share; the steps of clauses_read. */
#ifndef CLAUSES_INTERNAL_H
#define CLAUSES_INTERNAL_H

#include "clauses/clauses.h"
#include "clauses/marker.h"

/* The next line without its end; *rest goes on behind it. */
struct slice clauses_line(struct slice *rest);
enum err clauses_doubt(struct arena *a, struct clauses *c, size_t *cap, struct clause_doubt d)
    NODISCARD;
/* Headings and paragraphs of all nodes. */
enum err clauses_join(struct arena *a, struct clauses *c) NODISCARD;
/* The days of the supplements. */
enum err clauses_days(struct arena *a, struct clauses *c, size_t *cap) NODISCARD;
/* Makes ids unique, and by_id. */
enum err clauses_index(struct arena *a, struct clauses *c, size_t *cap) NODISCARD;

#endif
