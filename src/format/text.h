/*
 * text: plain text in, plain text out, and the steps that tables (csv.c) share with it.
 *
 * The output is the grammar `txt`, or `txt-cp932` and the like where the job asks for the character
 * set the text came in: lines end in LF, the last may be open, and there is no control character
 * but TAB and LF, nothing that reorders or hides text, no byte order mark but that of UTF-16.
 */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include "format/charset.h"
#include "format/format.h"

extern const struct format format_text, format_csv;

/*
 * Decodes job->in and takes out what text may not hold, with a report item for each place; line
 * ends become LF. ret->p is UTF-8 in the arena. ERR_SYNTAX held where it is in no character set.
 */
enum err text_load(struct job *job, struct charset_text *ret) NODISCARD;

/*
 * Appends UTF-8 text to job->out in the set the job wants, and sets job->wrote to `grammar` ("txt",
 * "csv", "tsv") with that set's ending. csv and tsv in UTF-8 get a byte order mark, without which
 * Excel takes them for CP932.
 */
enum err text_emit(struct job *job, enum charset came_in, struct slice utf8, const char *grammar)
    NODISCARD;

/* True where the first bytes can be text: no NUL (but in UTF-16), few other control bytes. */
bool text_probe(const struct job *job);

/*
 * The first bytes of the input as ASCII in lower case, without blanks and byte order mark in front,
 * every other character as one '?'; for probes. At most `max` bytes; returns how many.
 */
size_t text_head(struct slice in, uint8_t *to, size_t max);

/* True where job->name ends in one of the endings ("." first, lower case, NULL last). */
bool text_name_ends(const struct job *job, const char *const *endings);

#endif
