/*
 * report_view: a worker's report (docs/report.md) read as hostile input and told to a person.
 */
#ifndef SEKISHO_REPORT_VIEW_H
#define SEKISHO_REPORT_VIEW_H

#include <jansson.h>
#include "base/buf.h"
#include "names/finding.h"

struct report_view {
	json_t *root; /* as docs/report.md says, every key checked; owned */
};

/* ERR_SYNTAX unless it is exactly the documented form: known keys, known words, no others. */
enum err report_view_parse(struct slice json, struct report_view *ret) NODISCARD;
void report_view_free(struct report_view *v);
#define AUTO_REPORT_VIEW __attribute__((cleanup(report_view_free))) struct report_view

/* Objects that something was done to, by act word; all of them for NULL. Notes are not counted. */
uint64_t report_view_count(const struct report_view *v, const char *act);
/* The finding of the first held item, or NULL. */
const struct finding *report_view_held(const struct report_view *v);
/*
 * Appends the lines a person reads, dangers first: mark, sentence, place, how often. At most
 * `most` lines, then how many more there are. A held item whose detail is `said` was told already.
 */
void report_view_print(const struct report_view *v, bool ja, size_t most, const char *said,
		       struct buf *out);
/* Confidentiality marking, or empty. */
struct slice report_view_marking(const struct report_view *v);

/* Text of a file or its name as a terminal may see it: control and invisible characters are "?". */
void print_tame(struct buf *out, struct slice s);
/* 1234567 as "1,234,567". */
void print_count(struct buf *out, uint64_t n);

#endif
