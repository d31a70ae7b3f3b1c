/*
 * server: HTTP/1.1 (optionally over TLS) on a listening socket that somebody else opened, so that
 * the process may live in an empty network namespace. Protocol only; knows no product.
 *
 * One thread, no blocking: the caller polls http_server_fd() and calls http_server_run() when it is
 * readable or when http_server_timeout() has passed. A request is handed to ops->request once its
 * head (and a small body) has come; it stays paused until the handler answers, which may be at once
 * or much later. Upload bytes go to a sink piece by piece and are never collected; download bytes
 * come from a source in blocks.
 *
 * What is refused here, before any handler: a Host that is not ours, doubled or contradicting
 * framing headers, any Transfer-Encoding, a body on GET, HEAD or DELETE, an unknown method, a path
 * or form that does not decode strictly, bodies over the limits, more requests per address than
 * allowed. X-Forwarded-* and Forwarded are never read.
 *
 * Threads: none. Ownership: a request belongs to the server; it is valid until ops->gone returns.
 * Source: RFC 9110, RFC 9112, libmicrohttpd's manual.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <sys/socket.h>
#include "base/arena.h"
#include "http/form.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE };

/* The request headers a handler may see; all others are dropped. */
enum http_header {
	HTTP_HOST,
	HTTP_AUTHORIZATION,
	HTTP_ACCEPT_LANGUAGE,
	HTTP_CONTENT_TYPE,
	HTTP_IF_NONE_MATCH,
	HTTP_IF_RANGE,
	HTTP_RANGE,
	HTTP_ORIGIN,
	HTTP_SEC_FETCH_SITE,
	HTTP_HX_REQUEST,
	HTTP_CSRF_TOKEN,
	HTTP_USER_AGENT,
	HTTP_HEADERS
};

struct http_limits {
	size_t head_bytes;             /* request line and headers */
	size_t body_bytes;             /* a body that is collected (forms, JSON) */
	uint64_t upload_bytes;         /* a body that is streamed */
	unsigned connections;          /* at once */
	unsigned per_address;          /* of these from one address */
	unsigned idle_seconds;         /* nothing sent or received */
	unsigned head_seconds;         /* from the first byte of a head to its end */
	unsigned min_bytes_per_second; /* an upload slower than this over 30 seconds is cut */
	double requests_per_second;    /* per address, sustained */
	double burst;
};

struct http_limits http_limits_default(void);

struct http_request {
	struct arena *arena; /* lives as long as the request */
	enum http_method method;
	struct slice path; /* decoded, see path_decode */
	struct form query, form, cookies;
	struct slice headers[HTTP_HEADERS]; /* .p NULL where absent */
	struct slice media;                 /* content type without parameters, lower case */
	struct slice body;                  /* collected body that is not a form */
	bool upload;                        /* a file's bytes are waiting behind this head */
	/* Their number; of a multipart file what it is if no other part follows. */
	uint64_t upload_bytes;
	struct slice file_name; /* of a multipart file; empty for a raw upload */
	struct sockaddr_storage peer;
	char peer_text[64];
	bool tls;
	void *user; /* the handler's own */
};

/* Where an upload's bytes go. A write that fails ends the upload with `refused`'s status. */
struct http_sink {
	enum err (*write)(void *ctx, struct slice data);
	void *ctx;
};

/*
 * Where a download's bytes come from. read fills at most max bytes from offset `at`; it must give
 * at least one byte inside the size, or fail, which cuts the connection. free may be NULL.
 */
struct http_source {
	uint64_t size;
	enum err (*read)(void *ctx, uint64_t at, uint8_t *p, size_t max, size_t *ret_n);
	void (*free)(void *ctx);
	void *ctx;
};

struct http_field {
	struct slice name, value;
};

struct http_reply {
	unsigned status;
	struct slice type;               /* content type */
	struct slice etag;               /* quoted, or empty; answers If-None-Match and If-Range */
	const struct http_field *fields; /* further headers; values without control bytes */
	size_t n;
	/* one of: */
	struct slice body;                /* copied */
	int fd;                           /* a memfd with the body, taken over; 0 for none */
	const struct http_source *source; /* a download; copied; its free is called in any case */
};

struct http_ops {
	/* Answer with http_reply or, where rq->upload is set, http_accept; now or later. */
	void (*request)(void *ctx, struct http_request *rq);
	/* All bytes of an accepted upload were written. Answer with http_reply or http_next. */
	void (*uploaded)(void *ctx, struct http_request *rq);
	/* The request is over: answered, or the client has gone. Free rq->user. */
	void (*gone)(void *ctx, struct http_request *rq);
};

struct http_config {
	int listen_fd;                  /* taken over */
	const char *const *hosts;       /* NULL-terminated; must outlive the server */
	unsigned port;                  /* what a Host header may name */
	const char *tls_cert, *tls_key; /* PEM; NULL for plaintext */
	struct http_limits limits;
	const struct http_ops *ops;
	void *ctx;
};

struct http_server;

/* ERR_USAGE (certificate and key do not fit), ERR_MEMORY, ERR_IO. */
enum err http_server_new(const struct http_config *c, struct http_server **ret) NODISCARD;
void http_server_free(struct http_server *s);

int http_server_fd(const struct http_server *s);
void http_server_run(struct http_server *s, uint64_t now_ms);
int http_server_timeout(
    struct http_server *s); /* ms until run must be called again, at most 1000 */
unsigned http_server_connections(const struct http_server *s);
/* No new connections; those open go on. */
void http_server_quiesce(struct http_server *s);

/* Answers. r is copied; a field with a control byte makes the answer a plain 500. */
void http_reply(struct http_request *rq, const struct http_reply *r);
/* A short text answer without headers of its own. */
void http_reply_status(struct http_request *rq, unsigned status);
/* Lets the bytes of an upload come. */
void http_accept(struct http_request *rq, struct http_sink sink);
/* After `uploaded` of a multipart file: goes on with the rest of the body, which may hold more. */
void http_next(struct http_request *rq);

#endif
