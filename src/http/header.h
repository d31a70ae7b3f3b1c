/*
 * header: the few HTTP header values that are more than a token.
 */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Is a Host header one of the configured names? Compared without case; a port, where given, must be
 * the listener's. names is a NULL-terminated list.
 */
bool host_is_ours(struct slice host, const char *const *names, unsigned port);

enum range_result {
	RANGE_NONE,  /* no range, or one we may ignore: answer with the whole */
	RANGE_PART,  /* *ret_first .. *ret_last are inside the size */
	RANGE_BEYOND /* not satisfiable: 416 */
};

/* A Range header (RFC 9110 14.2). Only one byte range is served; several count as RANGE_NONE. */
enum range_result range_parse(struct slice header, uint64_t size, uint64_t *ret_first,
			      uint64_t *ret_last);

/*
 * Appends the value of Content-Disposition for a download (RFC 6266, RFC 8187): an ASCII fallback
 * and filename*. Control bytes, path separators and what reorders text become '_', so the name
 * cannot pretend to be another one.
 */
void disposition_put(struct buf *b, struct slice name);

/* The media type of a Content-Type, lower case, without parameters; empty where it is malformed. */
struct slice media_type(struct arena *a, struct slice header);

/* The boundary parameter of multipart/form-data (RFC 2046 5.1.1: 1-70 of its characters). */
enum err media_boundary(struct slice header, struct slice *ret) NODISCARD;

#endif
