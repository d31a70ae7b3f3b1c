/* internal: what server.c, request.c and reply.c share. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <microhttpd.h>
#include "base/buf.h"
#include "http/limit.h"
#include "http/multipart.h"
#include "http/server.h"

enum { REQUEST_ARENA = 512 << 10, DRAIN_MAX = 8 << 20, RATE_GRACE_MS = 30000 };

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_config config;
	struct limit limit;
	struct conn *conns;
	unsigned n_conns;
	uint64_t now_ms;
};

/* One per TCP connection, for the deadlines that MHD's idle time-out does not see. */
struct conn {
	struct http_server *server;
	struct conn *prev, *next;
	struct MHD_Connection *mhd;
	struct call *call;   /* the request under way, or NULL */
	uint64_t head_since; /* ms; when the head that is being read began */
	bool cut;
};

enum body_kind { BODY_NONE, BODY_COLLECT, BODY_RAW, BODY_MULTIPART };

enum phase {
	PHASE_HEAD,   /* not looked at yet */
	PHASE_BODY,   /* bytes may come */
	PHASE_WAIT,   /* paused: the handler owes an answer */
	PHASE_ANSWER, /* a reply is ready */
	PHASE_SENT
};

struct call {
	struct http_request rq; /* first, so that a request is its call */
	struct http_server *server;
	struct conn *conn;
	struct MHD_Connection *mhd;
	enum phase phase;
	enum body_kind kind;
	bool suspended;
	bool in_handler; /* inside ops->...: pausing is decided when it returns */
	bool chosen;     /* a multipart file part is an upload that was accepted */
	bool skipping;   /* a multipart file part without a name: no file was chosen */
	bool asked;      /* the handler has this request already (raw upload, multipart end) */
	uint64_t length, received;
	uint64_t body_since; /* ms */
	struct slice uri;
	struct buf collected;
	struct multipart *multipart;
	struct http_sink sink;
	struct MHD_Response *response;
	unsigned status;
};

/* request.c: 0, or the status to refuse the head with. */
unsigned request_read_head(struct call *c, const char *method, const char *version);
/* The collected body becomes rq.form or rq.body. */
unsigned request_take_body(struct call *c);

/* reply.c */
void reply_build(struct call *c, const struct http_reply *r);

#endif
