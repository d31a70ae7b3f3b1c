/*
 * multipart: a strict streaming parser of multipart/form-data, for the page that sends a file
 * without JavaScript.
 *
 * Bytes go in as they come, events come out; a file's bytes are never collected. Only what browsers
 * send is accepted: parts separated by CRLF "--boundary" CRLF, headers Content-Disposition
 * (form-data with name and optional filename, both quoted) and Content-Type, nothing before the
 * first boundary, nothing after the last but one optional CRLF. Everything else is ERR_SYNTAX, and
 * the parser stays failed.
 *
 * Bounds: MULTIPART_HEAD_MAX per part's header block, MULTIPART_PARTS_MAX parts, `value_max` bytes
 * per plain field. Source: RFC 7578, RFC 2046 5.1.1; WHATWG HTML "multipart/form-data encoding
 * algorithm" (%22, %0D and %0A in names).
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/buf.h"

enum { MULTIPART_HEAD_MAX = 4096, MULTIPART_PARTS_MAX = 64, MULTIPART_BOUNDARY_MAX = 70 };

enum multipart_event {
	MULTIPART_MORE,  /* all input was consumed; feed more */
	MULTIPART_FIELD, /* a plain field: name and value */
	MULTIPART_FILE,  /* a file part begins: name and filename */
	MULTIPART_DATA,  /* bytes of that file: data */
	MULTIPART_DONE,  /* that file is complete */
	MULTIPART_END,   /* the closing boundary was read */
};

struct multipart;

/* boundary is copied. NULL where it has a bad length or memory is out. */
struct multipart *multipart_new(struct slice boundary, size_t value_max) NODISCARD;
void multipart_free(struct multipart *m);

/*
 * Consumes input from *in (which moves on) up to the next event. The slices below stay valid until
 * the next call; MULTIPART_DATA's point into the input or into the parser.
 * ERR_SYNTAX, ERR_LIMIT (a bound above), ERR_MEMORY.
 */
enum err multipart_next(struct multipart *m, struct slice *in, enum multipart_event *ret) NODISCARD;

struct slice multipart_name(const struct multipart *m);
struct slice multipart_filename(const struct multipart *m);
struct slice multipart_data(const struct multipart *m); /* value of a field, bytes of a file */

/*
 * Bytes of the file that begins now, if it is the last part and `left` bytes of the body follow:
 * browsers end a body with CRLF "--boundary--" CRLF. UINT64_MAX where that does not fit.
 */
uint64_t multipart_last_size(const struct multipart *m, uint64_t left);

/* True once the closing boundary was read: a body that ends before was cut. */
bool multipart_complete(const struct multipart *m);

#endif
