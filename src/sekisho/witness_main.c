/*
 * witness: a witness for the logs of others, part of sekisho-http because it speaks HTTP. It
 * answers add-checkpoint (C2SP tlog-witness) and says aloud what should alarm somebody.
 *
 * Log events: witness-ready; cosigned, malformed, behind (the everyday); new-origin, new-key, fork,
 * failed, silent (alarms, at level warn or error).
 */
#include <signal.h>
#include <stdio.h>
#include "http/server.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/sandbox.h"
#include "os/sock.h"
#include "record/witness.h"
#include "sekisho/roles.h"

enum { PEM_MAX = 256 << 10 };

struct state {
	struct witness *witness;
	struct http_server *server;
	struct loop *loop;
	uint64_t started, silence; /* seconds */
	bool silent[WITNESS_LOGS_MAX];
	bool stop;
};

static uint64_t now(void)
{
	return (uint64_t)(clock_utc_us() / 1000000);
}

static enum log_level level_of(enum witness_news n)
{
	static const enum log_level level[WITNESS_NEWS] = {
	    [WITNESS_COSIGNED] = LEVEL_INFO, [WITNESS_MALFORMED] = LEVEL_INFO,
	    [WITNESS_BEHIND] = LEVEL_INFO,   [WITNESS_NEW_ORIGIN] = LEVEL_WARN,
	    [WITNESS_NEW_KEY] = LEVEL_WARN,  [WITNESS_FORK] = LEVEL_ERROR,
	    [WITNESS_FAILED] = LEVEL_ERROR};

	return level[n];
}

static void on_request(void *ctx, struct http_request *rq)
{
	struct state *s = ctx;
	struct witness_answer a;
	struct http_reply reply = {0};
	AUTO_BUF body;

	buf_init(&body, 65536);
	if (!slice_eq_str(rq->path, "/add-checkpoint") || rq->upload) {
		http_reply_status(rq, 404);
		return;
	}
	if (rq->method != HTTP_POST) {
		http_reply_status(rq, 405);
		return;
	}
	witness_add(s->witness, rq->body, now(), &body, &a);
	log_event(level_of(a.news), witness_news_str(a.news), "origin=\"%s\" peer=%s", a.origin,
		  rq->peer_text);
	reply.status = a.status;
	reply.type = slice_str(a.type);
	reply.body = buf_view(&body);
	http_reply(rq, &reply);
}

static void on_uploaded(void *ctx, struct http_request *rq)
{
	(void)ctx;
	http_reply_status(rq, 404);
}

static void on_gone(void *ctx, struct http_request *rq)
{
	(void)ctx;
	(void)rq;
}

static const struct http_ops ops = {
    .request = on_request, .uploaded = on_uploaded, .gone = on_gone};

/* A log that says nothing may be dead, cut off, or talking to somebody else. Said once. */
static void look_for_silence(struct state *s)
{
	const char *origin;
	uint64_t size, time, t = now();

	for (size_t i = 0; witness_log(s->witness, i, &origin, &size, &time); i++) {
		uint64_t since = time > s->started ? time : s->started;
		bool silent = t > since && t - since > s->silence;

		if (silent && !s->silent[i])
			log_event(LEVEL_WARN, "silent", "origin=\"%s\" seconds=%llu size=%llu",
				  origin, (unsigned long long)(t - since),
				  (unsigned long long)size);
		s->silent[i] = silent;
	}
}

static void on_server(void *arg, int fd, unsigned events)
{
	(void)arg;
	(void)fd;
	(void)events; /* http_server_run follows every wait */
}

static void on_signal(void *arg, int signo)
{
	struct state *s = arg;

	(void)signo;
	s->stop = true;
}

/* Nothing but its folder, and no way out: it never asks anybody. */
static void lock(const char *dir)
{
	const char *const write[] = {dir, NULL};
	struct fences f = {0};

	sandbox_drop_caps(&f);
	sandbox_landlock_paths(&f, NULL, write);
	log_event(LEVEL_INFO, "witness-ready", "landlock=%d", f.landlock_abi);
}

static enum err read_pem(const char *path, struct buf *b)
{
	TRY(file_read(path, b));
	buf_byte(b, '\0');
	return buf_err(b);
}

static enum err serve(struct state *s, const struct witness_words *w, int listen_fd, unsigned port)
{
	const char *const hosts[] = {w->host, NULL};
	AUTO_BUF cert;
	AUTO_BUF key;
	struct http_config c = {.listen_fd = listen_fd,
				.hosts = hosts,
				.port = port,
				.limits = http_limits_default(),
				.ops = &ops,
				.ctx = s};
	struct loop_watch *watch;

	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	if (w->cert) {
		TRY(read_pem(w->cert, &cert));
		TRY(read_pem(w->key, &key));
		c.tls_cert = (const char *)cert.p;
		c.tls_key = (const char *)key.p;
	}
	c.limits.body_bytes = TLOG_PROOF_FILE_MAX;
	c.limits.upload_bytes = 0;
	TRY(http_server_new(&c, &s->server));
	TRY(loop_new(&s->loop));
	TRY(loop_watch(s->loop, http_server_fd(s->server), LOOP_READ, on_server, s, &watch));
	TRY(loop_signal(s->loop, SIGTERM, on_signal, s));
	TRY(loop_signal(s->loop, SIGINT, on_signal, s));
	s->started = now();
	lock(w->dir);
	while (!s->stop) {
		TRY(loop_once(s->loop, http_server_timeout(s->server)));
		http_server_run(s->server, clock_mono_ms());
		look_for_silence(s);
	}
	return OK;
}

enum err witness_main(const struct witness_words *w, int listen_fd)
{
	struct state s = {0};
	struct sock_addr local;
	enum err e;

	if (!slice_u64(slice_str(w->silence), &s.silence))
		return ERR_USAGE;
	log_init("witness", LEVEL_INFO);
	TRY(witness_open(w->dir, &s.witness));
	e = sock_local(listen_fd, &local);
	if (e == OK)
		e = serve(&s, w, listen_fd, sock_addr_port(&local));
	http_server_free(s.server);
	loop_free(s.loop);
	witness_close(s.witness);
	return e;
}
