#include "http/internal.h"

#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POOL_INCREMENT = 16 << 10 };

/* -- answers ---------------------------------------------------------------------------------- */

static struct call *call_of(struct http_request *rq)
{
	return (struct call *)rq;
}

/* The handler has spoken; MHD goes on where it was stopped. */
static void wake(struct call *c)
{
	if (!c->suspended)
		return;
	c->suspended = false;
	MHD_resume_connection(c->mhd);
}

void http_reply(struct http_request *rq, const struct http_reply *r)
{
	struct call *c = call_of(rq);

	BUG_IF(c->phase != PHASE_WAIT);
	reply_build(c, r);
	c->phase = PHASE_ANSWER;
	wake(c);
}

void http_reply_status(struct http_request *rq, unsigned status)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%u\n", status);

	http_reply(rq, &(struct http_reply){.status = status,
					    .type = S("text/plain; charset=utf-8"),
					    .body = slice_of(text, (size_t)n)});
}

void http_accept(struct http_request *rq, struct http_sink sink)
{
	struct call *c = call_of(rq);

	BUG_IF(c->phase != PHASE_WAIT || !rq->upload);
	c->sink = sink;
	c->chosen = true;
	c->phase = PHASE_BODY;
	wake(c);
}

void http_next(struct http_request *rq)
{
	struct call *c = call_of(rq);

	BUG_IF(c->phase != PHASE_WAIT || c->kind != BODY_MULTIPART);
	rq->upload = false;
	c->phase = PHASE_BODY;
	wake(c);
}

/* Refuses by ourselves. */
static void refuse(struct call *c, unsigned status)
{
	c->phase = PHASE_WAIT;
	http_reply_status(&c->rq, status);
}

/* Hands the request on; afterwards it is answered, or its connection sleeps. */
static void ask(struct call *c, void (*fn)(void *, struct http_request *))
{
	c->phase = PHASE_WAIT;
	c->in_handler = true;
	fn(c->server->config.ctx, &c->rq);
	c->in_handler = false;
	if (c->phase == PHASE_WAIT) {
		c->suspended = true;
		MHD_suspend_connection(c->mhd);
	}
}

/* -- bodies ----------------------------------------------------------------------------------- */

static unsigned status_of(enum err e)
{
	switch (e) {
	case ERR_FULL:
		return 507;
	case ERR_LIMIT:
		return 413;
	case ERR_SYNTAX:
	case ERR_CONFLICT:
		return 400;
	case OK:
	case ERR_MEMORY:
	case ERR_UNSUPPORTED:
	case ERR_FORBIDDEN:
	case ERR_NOT_FOUND:
	case ERR_IO:
	case ERR_TIMEOUT:
	case ERR_CRASH:
	case ERR_PEER:
	case ERR_CRYPTO:
	case ERR_USAGE:
		break;
	}
	return 500;
}

static void to_sink(struct call *c, struct slice data)
{
	enum err e = c->sink.write(c->sink.ctx, data);

	if (e != OK)
		refuse(c, status_of(e));
}

static void multipart_field(struct call *c)
{
	struct arena *a = c->rq.arena;
	struct slice name = arena_copy(a, multipart_name(c->multipart));
	struct slice value = arena_copy(a, multipart_data(c->multipart));

	if (!name.p || !value.p || form_add(a, &c->rq.form, name, value) != OK)
		refuse(c, 413);
}

static void multipart_file(struct call *c, uint64_t left)
{
	c->chosen = false;
	c->skipping = multipart_filename(c->multipart).n == 0;
	if (c->skipping)
		return;
	c->rq.file_name = arena_copy(c->rq.arena, multipart_filename(c->multipart));
	c->rq.upload = true;
	c->rq.upload_bytes = multipart_last_size(c->multipart, left);
	if (!c->rq.file_name.p)
		refuse(c, 413);
	else
		ask(c, c->server->config.ops->request);
}

static void multipart_event(struct call *c, enum multipart_event event, uint64_t left)
{
	switch (event) {
	case MULTIPART_MORE:
	case MULTIPART_END:
		break;
	case MULTIPART_FIELD:
		multipart_field(c);
		break;
	case MULTIPART_FILE:
		multipart_file(c, left);
		break;
	case MULTIPART_DATA:
		if (c->skipping)
			refuse(c, 400); /* bytes of a file that has no name */
		else
			to_sink(c, multipart_data(c->multipart));
		break;
	case MULTIPART_DONE:
		if (!c->skipping)
			ask(c, c->server->config.ops->uploaded);
		c->skipping = false;
		break;
	}
}

/* Returns the bytes taken: fewer than given when the handler has to be asked first. */
static size_t take_multipart(struct call *c, struct slice data)
{
	size_t given = data.n;

	while (data.n > 0 && c->phase == PHASE_BODY) {
		enum multipart_event event;

		if (multipart_next(c->multipart, &data, &event) != OK)
			refuse(c, 400);
		else
			multipart_event(c, event, c->length - c->received - (given - data.n));
	}
	return given - data.n;
}

static size_t take_data(struct call *c, struct slice data)
{
	if (c->phase == PHASE_ANSWER) {
		/* The answer is known; the rest is read so that the client gets to see it. */
		return data.n;
	}
	if (c->phase != PHASE_BODY)
		return 0;
	switch (c->kind) {
	case BODY_NONE:
		break;
	case BODY_COLLECT:
		buf_slice(&c->collected, data);
		if (buf_err(&c->collected))
			refuse(c, 413);
		break;
	case BODY_RAW:
		to_sink(c, data);
		break;
	case BODY_MULTIPART:
		return take_multipart(c, data);
	}
	return data.n;
}

/* All bytes have come. */
static void body_end(struct call *c)
{
	unsigned status;

	switch (c->kind) {
	case BODY_NONE:
		/* Not before: MHD closes a connection whose answer comes before the request's end.
		 */
		ask(c, c->server->config.ops->request);
		break;
	case BODY_COLLECT:
		if ((status = request_take_body(c)) != 0)
			refuse(c, status);
		else
			ask(c, c->server->config.ops->request);
		break;
	case BODY_RAW:
		ask(c, c->server->config.ops->uploaded);
		break;
	case BODY_MULTIPART:
		c->rq.upload = false;
		c->rq.file_name = (struct slice){0};
		if (!multipart_complete(c->multipart))
			refuse(c, 400);
		else
			ask(c, c->server->config.ops->request);
		break;
	}
}

/* -- the life of a request -------------------------------------------------------------------- */

static struct call *call_new(struct http_server *s, struct MHD_Connection *mhd, const char *uri)
{
	struct call *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->server = s;
	c->mhd = mhd;
	c->rq.arena = arena_new(REQUEST_ARENA);
	c->uri = c->rq.arena ? arena_copy(c->rq.arena, slice_str(uri)) : (struct slice){0};
	if (!c->uri.p) {
		arena_free(c->rq.arena);
		free(c);
		return NULL;
	}
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	c->conn = info ? info->socket_context : NULL;
	if (c->conn)
		c->conn->call = c;
	return c;
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	return call_new(cls, mhd, uri);
}

static void call_start(struct call *c, const char *method, const char *version)
{
	unsigned status = request_read_head(c, method, version);

	c->body_since = c->server->now_ms;
	c->phase = PHASE_BODY;
	if (status != 0)
		refuse(c, status);
	else if (c->kind == BODY_RAW)
		ask(c, c->server->config.ops->request);
}

static enum MHD_Result send_answer(struct call *c)
{
	enum MHD_Result r;

	if (!c->response)
		return MHD_NO;
	/* A client whose body was refused half-way must not go on with it as a next request. */
	if (c->received < c->length)
		MHD_add_response_header(c->response, "Connection", "close");
	r = MHD_queue_response(c->mhd, c->status, c->response);
	MHD_destroy_response(c->response);
	c->response = NULL;
	c->phase = PHASE_SENT;
	return r;
}

/*
 * Closed with bytes of its own on the way, a connection takes the answer with it before the client
 * has read it. So a refused body is read to its end first, where that is not far.
 */
static bool drains(const struct call *c)
{
	return c->received < c->length && c->length - c->received <= DRAIN_MAX &&
	       !MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, "Expect");
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *n, void **con_cls)
{
	struct call *c = *con_cls;

	(void)cls;
	(void)mhd;
	(void)url;
	if (!c)
		return MHD_NO;
	if (c->phase == PHASE_HEAD) {
		call_start(c, method, version);
		return c->phase == PHASE_ANSWER && !drains(c) ? send_answer(c) : MHD_YES;
	}
	if (*n > 0) {
		size_t took = take_data(c, slice_of(data, *n));

		c->received += took;
		*n -= took;
		if (c->phase == PHASE_ANSWER && c->length - c->received > DRAIN_MAX)
			return MHD_NO;
		return MHD_YES;
	}
	if (c->phase == PHASE_BODY && c->received == c->length)
		body_end(c);
	/* Before the body only a request whose bytes were never asked for, or too many, is
	 * answered. */
	if (c->phase == PHASE_ANSWER &&
	    (c->received == c->length || (c->received == 0 && !drains(c))))
		return send_answer(c);
	return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
			 enum MHD_RequestTerminationCode code)
{
	struct call *c = *con_cls;

	(void)mhd;
	(void)code;
	(void)cls;
	if (!c)
		return;
	if (c->conn) {
		c->conn->call = NULL;
		c->conn->head_since = c->server->now_ms;
	}
	c->server->config.ops->gone(c->server->config.ctx, &c->rq);
	if (c->response)
		MHD_destroy_response(c->response);
	multipart_free(c->multipart);
	buf_free(&c->collected);
	arena_free(c->rq.arena);
	free(c);
	*con_cls = NULL;
}

/* -- connections and their deadlines ----------------------------------------------------------- */

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = cls;
	struct conn *conn = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		conn = calloc(1, sizeof *conn);
		if (!conn)
			return;
		conn->server = s;
		conn->mhd = mhd;
		conn->head_since = s->now_ms;
		conn->next = s->conns;
		if (s->conns)
			s->conns->prev = conn;
		s->conns = conn;
		s->n_conns++;
		*socket_context = conn;
	} else if (conn) {
		if (conn->prev)
			conn->prev->next = conn->next;
		else
			s->conns = conn->next;
		if (conn->next)
			conn->next->prev = conn->prev;
		s->n_conns--;
		free(conn);
		*socket_context = NULL;
	}
}

static bool is_late(const struct conn *conn)
{
	const struct http_limits *l = &conn->server->config.limits;
	const struct call *c = conn->call;
	uint64_t now = conn->server->now_ms;

	/* An idle kept-alive connection counts as one whose head does not come. */
	if (!c || c->phase == PHASE_HEAD)
		return now - conn->head_since > (uint64_t)l->head_seconds * 1000;
	if (c->phase != PHASE_BODY && c->phase != PHASE_ANSWER)
		return false;
	uint64_t age = now - c->body_since;

	return age > RATE_GRACE_MS && c->received / (age / 1000) < l->min_bytes_per_second;
}

static void cut_the_late(struct http_server *s)
{
	for (struct conn *conn = s->conns; conn; conn = conn->next) {
		const union MHD_ConnectionInfo *info;

		if (conn->cut || !is_late(conn))
			continue;
		info = MHD_get_connection_info(conn->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info)
			shutdown(info->connect_fd, SHUT_RDWR);
		conn->cut = true;
	}
}

void http_server_run(struct http_server *s, uint64_t now_ms)
{
	bool second = now_ms / 1000 != s->now_ms / 1000;

	s->now_ms = now_ms;
	if (second)
		cut_the_late(s);
	MHD_run(s->daemon);
}

int http_server_timeout(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(s->daemon, &ms) != MHD_YES || ms > 1000)
		return 1000;
	return (int)ms;
}

int http_server_fd(const struct http_server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

unsigned http_server_connections(const struct http_server *s)
{
	return s->n_conns;
}

void http_server_quiesce(struct http_server *s)
{
	MHD_socket fd = MHD_quiesce_daemon(s->daemon);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

/* -- start and end ---------------------------------------------------------------------------- */

/* We decode ourselves, strictly; MHD must not. */
static size_t no_unescape(void *cls, struct MHD_Connection *mhd, char *s)
{
	(void)cls;
	(void)mhd;
	return strlen(s);
}

/* MHD tells of peers that break off; that is no news. */
__attribute__((format(printf, 2, 0))) static void no_log(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

#define TLS_PRIORITIES \
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1:-AES-128-CBC:-AES-256-CBC:" \
	"%SERVER_PRECEDENCE"

static struct MHD_Daemon *start(struct http_server *s)
{
	const struct http_config *c = &s->config;
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			 (c->tls_cert ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)c->tls_cert},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)c->tls_key},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
	    {MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(
	    flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, c->listen_fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    c->limits.head_bytes, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)POOL_INCREMENT,
	    MHD_OPTION_CONNECTION_LIMIT, c->limits.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    c->limits.per_address, MHD_OPTION_CONNECTION_TIMEOUT, c->limits.idle_seconds,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,
	    MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED,
	    on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY,
	    c->tls_cert ? tls : &tls[3], MHD_OPTION_END);
}

enum err http_server_new(const struct http_config *c, struct http_server **ret)
{
	struct http_server *s = calloc(1, sizeof *s);
	uint64_t salt;

	if (!s)
		return ERR_MEMORY;
	s->config = *c;
	if (gnutls_rnd(GNUTLS_RND_NONCE, &salt, sizeof salt) < 0) {
		free(s);
		return ERR_CRYPTO;
	}
	limit_init(&s->limit, c->limits.requests_per_second, c->limits.burst, salt);
	s->daemon = start(s);
	if (!s->daemon) {
		free(s);
		return ERR_USAGE;
	}
	*ret = s;
	return OK;
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	/* MHD refuses to stop with sleeping connections. */
	for (struct conn *conn = s->conns; conn; conn = conn->next)
		if (conn->call && conn->call->suspended) {
			conn->call->phase = PHASE_SENT;
			wake(conn->call);
		}
	MHD_stop_daemon(s->daemon);
	free(s);
}
