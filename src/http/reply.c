#include "http/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/header.h"

enum { DOWNLOAD_BLOCK = 64 << 10 };

/* On every answer, whatever it is. */
static const struct {
	const char *name, *value;
	bool only_tls;
} always[] = {
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
     "object-src 'none'",
     false},
    {"X-Content-Type-Options", "nosniff", false},
    {"X-Frame-Options", "DENY", false},
    {"Referrer-Policy", "no-referrer", false},
    {"Cross-Origin-Opener-Policy", "same-origin", false},
    {"Cross-Origin-Resource-Policy", "same-origin", false},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()", false},
    {"Strict-Transport-Security", "max-age=31536000", true},
};

struct download {
	struct http_source source;
	uint64_t first;
};

static ssize_t download_read(void *cls, uint64_t pos, char *p, size_t max)
{
	struct download *d = cls;
	size_t n = 0;

	if (d->source.read(d->source.ctx, d->first + pos, (uint8_t *)p, max, &n) != OK || n == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return (ssize_t)n;
}

static void download_free(void *cls)
{
	struct download *d = cls;

	if (d->source.free)
		d->source.free(d->source.ctx);
	free(d);
}

static bool text_is_clean(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool add(struct call *c, struct MHD_Response *r, const char *name, struct slice value)
{
	char *text = arena_str(c->rq.arena, value);

	return text && text_is_clean(value) && MHD_add_response_header(r, name, text) == MHD_YES;
}

/* The response over a source, or over a part of it where the client asks for one. */
static struct MHD_Response *download(struct call *c, const struct http_reply *r, unsigned *status)
{
	struct slice range = c->rq.headers[HTTP_RANGE], if_range = c->rq.headers[HTTP_IF_RANGE];
	uint64_t first = 0, last = r->source->size ? r->source->size - 1 : 0, n = r->source->size;
	struct download *d = calloc(1, sizeof *d);
	struct MHD_Response *response;
	char text[80] = "";

	if (!d) {
		if (r->source->free)
			r->source->free(r->source->ctx);
		return NULL;
	}
	d->source = *r->source;
	if (r->status == 200 && range.n > 0 && (if_range.n == 0 || slice_eq(if_range, r->etag))) {
		enum range_result got = range_parse(range, r->source->size, &first, &last);

		if (got == RANGE_PART) {
			*status = 206;
			n = last - first + 1;
			snprintf(text, sizeof text, "bytes %llu-%llu/%llu",
				 (unsigned long long)first, (unsigned long long)last,
				 (unsigned long long)r->source->size);
		} else if (got == RANGE_BEYOND) {
			*status = 416;
			n = 0;
			snprintf(text, sizeof text, "bytes */%llu",
				 (unsigned long long)r->source->size);
		}
	}
	d->first = first;
	response =
	    MHD_create_response_from_callback(n, DOWNLOAD_BLOCK, download_read, d, download_free);
	if (!response) {
		download_free(d);
		return NULL;
	}
	MHD_add_response_header(response, "Accept-Ranges", "bytes");
	if (text[0])
		MHD_add_response_header(response, "Content-Range", text);
	return response;
}

static struct MHD_Response *from_fd(int fd)
{
	struct stat st;
	struct MHD_Response *r = NULL;

	if (fstat(fd, &st) == 0)
		r = MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
	if (!r)
		close(fd);
	return r;
}

static struct MHD_Response *from_slice(struct slice body)
{
	return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
					       MHD_RESPMEM_MUST_COPY);
}

static bool add_fields(struct call *c, struct MHD_Response *response, const struct http_reply *r)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (!always[i].only_tls || c->rq.tls)
			ok = ok && MHD_add_response_header(response, always[i].name,
							   always[i].value) == MHD_YES;
	if (r->type.n > 0)
		ok = ok && add(c, response, "Content-Type", r->type);
	if (r->etag.n > 0)
		ok = ok && add(c, response, "ETag", r->etag);
	for (size_t i = 0; i < r->n; i++) {
		char *name = arena_str(c->rq.arena, r->fields[i].name);

		ok = ok && name && add(c, response, name, r->fields[i].value);
	}
	return ok;
}

void reply_build(struct call *c, const struct http_reply *r)
{
	struct MHD_Response *response;
	unsigned status = r->status;

	if (r->source) {
		response = download(c, r, &status);
	} else if (status == 200 && r->etag.n > 0 &&
		   slice_eq(c->rq.headers[HTTP_IF_NONE_MATCH], r->etag)) {
		status = 304;
		if (r->fd > 0)
			close(r->fd);
		response = from_slice((struct slice){0});
	} else if (r->fd > 0) {
		response = from_fd(r->fd);
	} else {
		response = from_slice(r->body);
	}
	if (response && !add_fields(c, response, r)) {
		MHD_destroy_response(response);
		response = from_slice((struct slice){0});
		status = 500;
	}
	c->response = response;
	c->status = status;
}
