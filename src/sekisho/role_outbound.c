/*
 * role outbound: asks one peer over HTTP, for the gateway. It is in no network: the parent begins
 * each connection, to the address that the site's configuration gives this peer, and hands over the
 * socket. What comes back is the peer's word and nobody's truth; the gateway judges it.
 *
 * A program of its own, sekisho-outbound, so that the library that speaks to strangers is in no
 * other process.
 *
 * Log events: outbound-start-failed, outbound-locked, no-answer.
 */
#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "os/log.h"
#include "os/loop.h"
#include "os/sock.h"
#include "sekisho/outbound.h"
#include "sekisho/roles.h"

role_fn *const role_entries[ROLE_COUNT] = {[ROLE_OUTBOUND] = role_outbound};

enum { CODE_DONE = 0, CODE_ERROR = 1 };

struct state {
	struct role_env *env;
	struct loop *loop;
	struct role_edge *edge;
	struct loop_watch *watch;
	struct wire_msg *msg;
	CURL *curl;
	/* The question under way; id 0: none. */
	uint32_t id;
	char url[OUTBOUND_URL_MAX + 1];
	struct buf body, answer;
	int code;
};

static void stop(struct state *s, int code)
{
	s->code = code;
	loop_stop(s->loop);
}

/* -- the question ----------------------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct buf *answer = ctx;

	buf_put(answer, data, size * n);
	return buf_err(answer) == OK ? size * n : 0;
}

/* The socket that the parent dialled, whatever address the library believes in. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct state *s = ctx;

	(void)purpose;
	(void)address;
	return s->env->line >= 0 ? fd_take(&s->env->line) : CURL_SOCKET_BAD;
}

static int on_socket_opened(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
	(void)ctx;
	(void)fd;
	(void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

/* News of the parent end the question: a stop must not wait for a peer that is slow on purpose. */
static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct state *s = ctx;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return sock_wait_readable(s->env->control, 0) == OK;
}

static bool connected(const struct state *s)
{
	struct pollfd p[2] = {{.fd = s->env->line, .events = POLLOUT},
			      {.fd = s->env->control, .events = POLLIN}};

	return s->env->line >= 0 && poll(p, 2, OUTBOUND_SECONDS * 1000) > 0 && p[0].revents &&
	       sock_dialled(s->env->line) == OK;
}

/* "HOST:PORT:127.0.0.1": so that no name is looked up. The address is not used. */
static enum err pin_name(const char *url, struct curl_slist *ret, char *text, size_t size)
{
	CURLU *u = curl_url();
	char *host = NULL, *port = NULL;
	enum err e = ERR_SYNTAX;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
		snprintf(text, size, "%s:%s:127.0.0.1", host, port);
		*ret = (struct curl_slist){.data = text};
		e = OK;
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return e;
}

static enum err post(struct state *s, long *ret_status, const char **ret_type)
{
	/* A form would be taken apart. */
	struct curl_slist head = {.data = (char[]){"Content-Type: application/octet-stream"}};
	char text[OUTBOUND_URL_MAX + 64];
	struct curl_slist name;

	TRY(pin_name(s->url, &name, text, sizeof text));
	curl_easy_reset(s->curl);
	curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
	curl_easy_setopt(s->curl, CURLOPT_RESOLVE, &name);
	curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(s->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(s->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, &head);
	curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)OUTBOUND_SECONDS);
	curl_easy_setopt(s->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(s->curl, CURLOPT_OPENSOCKETDATA, s);
	curl_easy_setopt(s->curl, CURLOPT_SOCKOPTFUNCTION, on_socket_opened);
	curl_easy_setopt(s->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(s->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(s->curl, CURLOPT_XFERINFODATA, s);
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, (const char *)s->body.p);
	curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE, (long)s->body.n);
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &s->answer);
	CURLcode code = curl_easy_perform(s->curl);

	if (code != CURLE_OK) {
		log_event(LEVEL_WARN, "no-answer", "peer=%s why=\"%s\"", s->env->zone,
			  curl_easy_strerror(code));
		return ERR_IO;
	}
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, ret_status);
	curl_easy_getinfo(s->curl, CURLINFO_CONTENT_TYPE, ret_type);
	return OK;
}

static enum err answer(struct state *s, long status, const char *type)
{
	bool good = status > 0 && status < 1000;
	AUTO_BUF b = {0};

	wire_buf(&b);
	wire_put_u32(&b, good ? (uint32_t)status : 0);
	wire_put_str(&b, good && type && strlen(type) <= OUTBOUND_TYPE_MAX ? type : "");
	wire_put_bytes(&b, good && s->answer.n ? buf_view(&s->answer) : S(""));
	return wire_send_flags(s->edge->fd, OUTBOUND_POST, WIRE_REPLY, s->id, buf_view(&b), NULL,
			       0);
}

/* The parent has dialled, or could not. */
static void on_line(struct state *s)
{
	const char *type = NULL;
	long status = 0;

	if (s->id) {
		buf_free(&s->answer);
		buf_init(&s->answer, OUTBOUND_ANSWER_MAX);
		if (!connected(s))
			log_event(LEVEL_WARN, "no-answer", "peer=%s why=connect", s->env->zone);
		else if (post(s, &status, &type) != OK)
			status = 0;
		/* An edge that is gone takes its question along. */
		if (s->edge->fd >= 0 && answer(s, status, type) == ERR_IO)
			stop(s, CODE_ERROR);
		s->id = 0;
	}
	fd_close(&s->env->line);
}

static enum err on_post(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	struct slice url = wire_get_bytes(r, OUTBOUND_URL_MAX);
	struct slice body = wire_get_bytes(r, OUTBOUND_BODY_MAX);

	TRY(wire_end(r));
	if (s->id || !m->id)
		return ERR_PEER;
	snprintf(s->url, sizeof s->url, "%.*s", (int)url.n, (const char *)url.p);
	s->body.n = 0;
	buf_slice(&s->body, body);
	TRY(buf_err(&s->body));
	s->id = m->id;
	return role_dial(s->env);
}

static const struct wire_type from_gateway[] = {
    {OUTBOUND_POST, "post", WIRE_PAYLOAD_MAX, 0, 0, on_post},
};

/* -- edges ------------------------------------------------------------------------------------ */

static void edge_gone(struct state *s)
{
	loop_unwatch(s->watch);
	s->watch = NULL;
	s->id = 0;
}

static void on_edge(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum err e = wire_recv(fd, s->msg);

	(void)events;
	if (e == OK)
		e = wire_dispatch(from_gateway, ARRAY_LEN(from_gateway), s, s->msg, NULL);
	if (e == OK || e == ERR_TIMEOUT)
		return;
	if (e != ERR_CRASH) {
		stop(s, CODE_ERROR);
		return;
	}
	edge_gone(s);
	fd_close(&s->edge->fd);
}

static void before_close(void *arg, struct role_edge *edge)
{
	(void)edge;
	edge_gone(arg);
}

static void on_control(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum role_news news;

	(void)fd;
	(void)events;
	if (role_control(s->env, before_close, s, &news, NULL) != OK || news == ROLE_STOP)
		stop(s, CODE_DONE);
	else if (news == ROLE_LINE)
		on_line(s);
	else if (news == ROLE_EDGE &&
		 loop_watch(s->loop, s->edge->fd, LOOP_READ, on_edge, s, &s->watch) != OK)
		stop(s, CODE_ERROR);
}

/* -- start ------------------------------------------------------------------------------------ */

/* The network is gone since the start; of files only the certificates that the machine trusts. */
static void lock(struct state *s)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	const char *read[3] = {NULL};
	struct fences f;
	size_t n = 0;

	if (v->cainfo)
		read[n++] = v->cainfo;
	if (v->capath)
		read[n++] = v->capath;
	f = role_lock(s->env, read, NULL);
	log_event(fences_has(f, FENCE_SECCOMP) ? LEVEL_INFO : LEVEL_WARN, "outbound-locked",
		  "peer=%s landlock=%d seccomp=%s", s->env->zone, f.landlock_abi,
		  fences_has(f, FENCE_SECCOMP) ? "on" : "off");
}

static enum err start(struct state *s)
{
	struct loop_watch *control;

	s->edge = role_find(s->env, ROLE_GATEWAY, NULL, 0);
	s->msg = malloc(sizeof *s->msg);
	if (!s->edge)
		return ERR_USAGE;
	if (!s->msg)
		return ERR_MEMORY;
	wire_msg_init(s->msg);
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK || !(s->curl = curl_easy_init()))
		return ERR_MEMORY;
	TRY(loop_new(&s->loop));
	TRY(loop_watch(s->loop, s->env->control, LOOP_READ, on_control, s, &control));
	if (s->edge->fd >= 0)
		TRY(loop_watch(s->loop, s->edge->fd, LOOP_READ, on_edge, s, &s->watch));
	lock(s);
	return role_ready(s->env);
}

int role_outbound(struct role_env *env)
{
	struct state s = {.env = env, .code = CODE_ERROR};
	enum err e;

	buf_init(&s.body, OUTBOUND_BODY_MAX);
	buf_init(&s.answer, OUTBOUND_ANSWER_MAX);
	e = start(&s);
	if (e != OK)
		log_event(LEVEL_ERROR, "outbound-start-failed", "peer=%s err=\"%s\"", env->zone,
			  err_str(e));
	else if (loop_run(s.loop) != OK)
		s.code = CODE_ERROR;
	loop_free(s.loop);
	curl_easy_cleanup(s.curl);
	buf_free(&s.body);
	buf_free(&s.answer);
	if (s.msg)
		wire_msg_clear(s.msg);
	free(s.msg);
	return s.code;
}

int main(int argc, char **argv)
{
	int code = CODE_ERROR;

	if (argc < 3 || strcmp(argv[1], "role") != 0 ||
	    role_main((const char *const *)argv + 2, (size_t)argc - 2, &code) != OK)
		fprintf(stderr, "sekisho-outbound: started by sekisho, not by people\n");
	return code;
}
