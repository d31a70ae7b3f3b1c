/*
 * role signer: holds the log key. Answers three messages of the gateway, writes bundles and tiles,
 * compares every batch with its own head, signs, keeps what was cosigned; nothing else.
 *
 * Log events: log-open-failed, batch-refused, cosigned-refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include "os/log.h"
#include "os/loop.h"
#include "record/publish.h"
#include "record/signer.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"

struct state {
	struct role_env *env;
	struct loop *loop;
	struct signer *signer;
	struct role_edge *edge;
	struct loop_watch *watch;
	struct wire_msg *msg;
	struct fences fences;
	int code;
};

static enum err on_head(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	AUTO_BUF b = {0};

	wire_buf(&b);
	TRY(wire_end(r));
	wire_put_u64(&b, signer_size(s->signer));
	return wire_reply(s->edge->fd, m, PUBLISH_HEAD, &b, NULL, 0);
}

static enum err on_add(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	uint64_t from = wire_get_u64(r);
	struct hash prev = wire_get_hash(r);
	uint32_t n = wire_get_u32(r);
	struct slice bundle = wire_get_bytes(r, PUBLISH_BUNDLE_MAX);
	AUTO_BUF b = {0};
	enum err e;

	wire_buf(&b);
	TRY(wire_end(r));
	e = signer_add(s->signer, from, prev, bundle, n);
	if (e != OK)
		log_event(LEVEL_ERROR, "batch-refused", "from=%llu n=%u err=\"%s\"",
			  (unsigned long long)from, n, err_str(e));
	wire_put_u8(&b, (uint8_t)e);
	wire_put_u64(&b, signer_size(s->signer));
	return wire_reply(s->edge->fd, m, PUBLISH_ADD, &b, NULL, 0);
}

static enum err on_cosigned(void *ctx, struct wire_msg *m, struct reader *r)
{
	struct state *s = ctx;
	struct slice note = wire_get_bytes(r, TLOG_NOTE_MAX);
	AUTO_BUF b = {0};
	enum err e;

	wire_buf(&b);
	TRY(wire_end(r));
	e = signer_keep(s->signer, note);
	if (e != OK)
		log_event(LEVEL_ERROR, "cosigned-refused", "err=\"%s\"", err_str(e));
	wire_put_u8(&b, (uint8_t)e);
	return wire_reply(s->edge->fd, m, PUBLISH_COSIGNED, &b, NULL, 0);
}

static const struct wire_type table[] = {
    {PUBLISH_HEAD, "head", 0, 0, 0, on_head},
    {PUBLISH_ADD, "add", WIRE_PAYLOAD_MAX, 0, 0, on_add},
    {PUBLISH_COSIGNED, "cosigned", WIRE_PAYLOAD_MAX, 0, 0, on_cosigned},
};

static void stop(struct state *s, int code)
{
	s->code = code;
	loop_stop(s->loop);
}

static void edge_gone(struct state *s)
{
	loop_unwatch(s->watch);
	s->watch = NULL;
	fd_close(&s->edge->fd);
}

static void on_edge(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum err e = wire_recv(fd, s->msg);

	(void)events;
	if (e == OK)
		e = wire_dispatch(table, ARRAY_LEN(table), s, s->msg, NULL);
	if (e == ERR_TIMEOUT)
		return;
	/* The gateway died: the parent brings a new edge. Anything else is its fault, and ends us.
	 */
	if (e == ERR_CRASH)
		edge_gone(s);
	else if (e != OK)
		stop(s, EXIT_ERROR);
}

static void before_close(void *arg, struct role_edge *edge)
{
	struct state *s = arg;

	if (edge == s->edge) {
		loop_unwatch(s->watch);
		s->watch = NULL;
	}
}

static void on_control(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum role_news news;
	struct role_edge *edge;

	(void)fd;
	(void)events;
	if (role_control(s->env, before_close, s, &news, &edge) != OK || news == ROLE_STOP) {
		stop(s, EXIT_DONE);
		return;
	}
	if (news == ROLE_EDGE && edge == s->edge &&
	    loop_watch(s->loop, edge->fd, LOOP_READ, on_edge, s, &s->watch) != OK)
		stop(s, EXIT_ERROR);
}

static enum err start(struct state *s)
{
	struct loop_watch *control;
	char log[4096], own[4096];
	const char *const write[] = {log, own, NULL};

	snprintf(log, sizeof log, "%s/log", s->env->dir);
	snprintf(own, sizeof own, "%s/signer", s->env->dir);
	s->edge = role_find(s->env, ROLE_GATEWAY, NULL, 0);
	s->msg = malloc(sizeof *s->msg);
	if (!s->edge)
		return ERR_USAGE;
	if (!s->msg)
		return ERR_MEMORY;
	wire_msg_init(s->msg);
	TRY(signer_open(s->env->dir, &s->signer));
	TRY(loop_new(&s->loop));
	TRY(loop_watch(s->loop, s->env->control, LOOP_READ, on_control, s, &control));
	if (s->edge->fd >= 0)
		TRY(loop_watch(s->loop, s->edge->fd, LOOP_READ, on_edge, s, &s->watch));
	s->fences = role_lock(s->env, NULL, write);
	return role_ready(s->env);
}

int role_signer(struct role_env *env)
{
	struct state s = {.env = env, .code = EXIT_ERROR};
	enum err e = start(&s);

	if (e != OK)
		log_event(LEVEL_ERROR, "log-open-failed", "err=\"%s\"", err_str(e));
	else if (loop_run(s.loop) != OK)
		s.code = EXIT_ERROR;
	signer_close(s.signer);
	loop_free(s.loop);
	if (s.msg)
		wire_msg_clear(s.msg);
	free(s.msg);
	return s.code;
}
