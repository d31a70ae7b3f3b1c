/*
 * log witness: a witness for the logs of others, on a host of its own. It answers add-checkpoint
 * (C2SP tlog-witness) and says aloud what should alarm somebody.
 *
 * Log events: witness-ready; cosigned, malformed, behind (the everyday); new-origin, new-key, fork,
 * failed, silent (alarms, at level warn or error).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <errno.h>
#include "http/server.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/sandbox.h"
#include "os/sock.h"
#include "record/witness.h"
#include "sekisho/subcommand.h"

#define SILENCE_DEFAULT 86400u /* seconds */

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

static enum err serve(struct state *s, const char *dir, int listen_fd, const char *host,
		      unsigned port)
{
	const char *const hosts[] = {host, NULL};
	struct http_config c = {.listen_fd = listen_fd,
				.hosts = hosts,
				.port = port,
				.limits = http_limits_default(),
				.ops = &ops,
				.ctx = s};
	struct loop_watch *watch;

	c.limits.body_bytes = TLOG_PROOF_FILE_MAX;
	c.limits.upload_bytes = 0;
	TRY(http_server_new(&c, &s->server));
	TRY(loop_new(&s->loop));
	TRY(loop_watch(s->loop, http_server_fd(s->server), LOOP_READ, on_server, s, &watch));
	TRY(loop_signal(s->loop, SIGTERM, on_signal, s));
	TRY(loop_signal(s->loop, SIGINT, on_signal, s));
	s->started = now();
	lock(dir);
	while (!s->stop) {
		TRY(loop_once(s->loop, http_server_timeout(s->server)));
		http_server_run(s->server, clock_mono_ms());
		look_for_silence(s);
	}
	return OK;
}

static int run_witness(const struct cli *cli)
{
	const char *dir = cli->operand[0], *host = cli_flag(cli, "host");
	const char *silence = cli_flag(cli, "silence"), *at = cli_flag(cli, "listen");
	struct state s = {.silence = SILENCE_DEFAULT};
	struct sock_addr addr, local;
	int fd = -1;
	enum err e;

	if (silence && (!slice_u64(slice_str(silence), &s.silence) || !s.silence))
		return cli_fail(cli, "--silence: %s",
				cli_say(cli, "秒数です", "a number of seconds"));
	if (!at || sock_addr_parse(slice_str(at), &addr) != OK || !sock_addr_is_loopback(&addr))
		return cli_fail(
		    cli, "--listen: %s",
		    cli_say(cli,
			    "ループバックのアドレスとポートを示し、外へは TLS を話すもの "
			    "(中継) を前に置いてください",
			    "give a loopback address with a port, and put something that "
			    "speaks TLS before it"));
	e = witness_open(dir, &s.witness);
	if (e != OK)
		return cli_fail(cli,
				cli_say(cli, "%s: 立会いのフォルダーとして使えません (%s)",
					"%s: cannot be used as a witness's folder (%s)"),
				dir, err_str(e));
	log_init("witness", LEVEL_INFO);
	e = sock_listen(&addr, &fd);
	if (e == OK)
		e = sock_local(fd, &local);
	if (e == OK) {
		printf(cli->json ? "{\"listen\":%u}\n" : "port %u\n", sock_addr_port(&local));
		fflush(stdout);
		e = serve(&s, dir, fd, host ? host : "localhost", sock_addr_port(&local));
	}
	http_server_free(s.server);
	loop_free(s.loop);
	witness_close(s.witness);
	return e == OK ? EXIT_DONE : cli_fail(cli, "%s: %s", at, err_str(e));
}

static int run_new(const struct cli *cli)
{
	const char *dir = cli->operand[0];
	enum err e;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return cli_fail(cli, "%s: %s", dir, err_str(ERR_IO));
	e = witness_create(dir, slice_str(cli->operand[1]));
	if (e == ERR_CONFLICT)
		return cli_fail(
		    cli, cli_say(cli, "%s: すでに鍵があります", "%s: has a key already"), dir);
	if (e == ERR_SYNTAX)
		return cli_fail(
		    cli, "%s: %s", cli->operand[1],
		    cli_say(cli, "名前に空白や + は使えません", "a name holds no blank and no +"));
	if (e != OK)
		return cli_fail(cli, "%s: %s", dir, err_str(e));
	printf(cli_say(cli, "%s/logs に、立ち会う記録の公開鍵を1行に1つ書いてください\n",
		       "write the public keys of the logs it witnesses to %s/logs, one a line\n"),
	       dir);
	return EXIT_DONE;
}

static const struct flag flags[] = {
    {"listen", 'l', "ADDRESS", "待ち受け (ループバック、例 127.0.0.1:8091)",
     "where to listen, on loopback, as 127.0.0.1:8091"},
    {"host", 0, "NAME", "Host 見出しの名前 (既定 localhost)",
     "what a Host header must say (default: localhost)"},
    {"silence", 0, "SECONDS", "これより長い沈黙を警報とする (既定 86400)",
     "a longer silence of a log is an alarm (default: 86400)"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_witness = {
    .name = "log witness",
    .usage = "DIR --listen ADDRESS",
    .ja = "別の機械で記録に立ち会う: 巻戻しと枝分かれには署名しない",
    .en = "witness logs on another host: never cosigns a rollback or a fork",
    .flags = flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_witness,
};

const struct subcommand cmd_log_witness_new = {
    .name = "log new-witness",
    .usage = "DIR NAME",
    .ja = "立会いの鍵とフォルダーを作る",
    .en = "make the key and folder of a witness",
    .min_operands = 2,
    .max_operands = 2,
    .run = run_new,
};
