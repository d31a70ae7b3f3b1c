/*
 * role portal: makes pages and API answers for one zone. Reads the store, changes nothing: it sends
 * commands to the gateway, one at a time, and waits. Only what waits for a transfer to rest is put
 * aside meanwhile: the gateway tells when, and the request is then made again.
 *
 * Log events: portal-start-failed, policy-not-loaded (the role ends), gateway-gone,
 * http-broke-protocol (the role ends; the parent starts it anew with new edges).
 */
#include <stdio.h>
#include <stdlib.h>
#include "governance/version.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/rand.h"
#include "sekisho/config.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"
#include "web/web.h"

enum {
	COMMAND_TIMEOUT_MS = 30000,
	REQUEST_ARENA = 32 << 20,
	POLICY_ARENA = 256 << 20,
	LATERS_MAX = 512
};

/* A request that is answered when a transfer rests. */
struct later {
	struct later *next;
	uint32_t command;   /* id of the CMD_AWAIT */
	uint32_t id;        /* of the request */
	struct buf payload; /* its PAGE_REQUEST */
	bool due;           /* the gateway has told */
	bool orphan;        /* its http has gone: nobody is answered */
};

struct state {
	struct role_env *env;
	struct arena *arena, *policy_arena;
	struct loop *loop;
	struct role_edge *http, *gateway;
	struct loop_watch *http_watch, *gateway_watch;
	struct view *view;
	uint64_t epoch; /* of the policy in web */
	struct web web;
	const struct config *config;
	struct wire_msg *msg;   /* of http */
	struct wire_msg *reply; /* of the gateway: its slices live until the next command */
	struct page_request *request;
	struct later *laters;
	unsigned laters_n;
	uint32_t next_id;
	int code;
};

static void stop(struct state *s, int code)
{
	s->code = code;
	loop_stop(s->loop);
}

/* -- commands ---------------------------------------------------------------------------------- */

/* A reply that nobody waits for in wire_call: a transfer has come to rest. */
static enum err on_rest(void *ctx, struct wire_msg *m)
{
	struct state *s = ctx;

	if (m->type != COMMAND_WIRE || !(m->flags & WIRE_REPLY) || m->nfds > 0)
		return ERR_PEER;
	for (struct later *l = s->laters; l; l = l->next)
		if (l->command == m->id && !l->due) {
			l->due = true;
			return OK;
		}
	return ERR_PEER;
}

static enum err command(void *ctx, const struct command *c, struct reply *ret, int *ret_fd)
{
	struct state *s = ctx;
	AUTO_BUF b;
	enum err e;

	wire_buf(&b);
	e = command_encode(c, &b);
	if (e == ERR_LIMIT || e == ERR_USAGE) {
		/* Too long, or no text: what the gateway would say, said here. */
		*ret =
		    (struct reply){.type = c->type, .err = ERR_USAGE, .reason = S("bad-request")};
		return OK;
	}
	TRY(e);
	e = s->gateway->fd < 0 ? ERR_CRASH
			       : wire_call(s->gateway->fd, COMMAND_WIRE, ++s->next_id, &b,
					   COMMAND_TIMEOUT_MS, on_rest, s, s->reply);
	if (e == OK && s->reply->type != COMMAND_WIRE)
		e = ERR_PEER;
	if (e == OK)
		e = reply_decode(s->reply->payload, ret);
	if (e == OK && ret->type != c->type)
		e = ERR_PEER;
	if (e != OK) {
		log_event(LEVEL_WARN, "gateway-gone", "err=\"%s\"", err_str(e));
		/* A dead gateway comes back with a new edge. Out of step, this portal has to go. */
		if (e != ERR_CRASH)
			stop(s, EXIT_ERROR);
		return e;
	}
	if (s->reply->nfds > 0)
		*ret_fd = fd_take(&s->reply->fds[0]);
	return OK;
}

/* -- the policy in force -----------------------------------------------------------------------
 */

/* The version of the store's present epoch; the gateway put it there. */
static enum err load_policy(struct state *s, struct store *store)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA);
	struct version v;
	uint64_t epoch;

	if (!a)
		return ERR_MEMORY;
	TRY(version_in_force(store, a, &epoch, &v));
	arena_free(s->policy_arena);
	s->policy_arena = a;
	a = NULL;
	s->epoch = epoch;
	s->web.policy = v.policy;
	s->web.policy_hash = v.hash;
	s->web.basis = v.texts.basis;
	s->web.standard = v.texts.standard;
	return OK;
}

/* Before every answer: pages are made by the policy that is in force at that moment. */
static enum err follow_policy(struct state *s)
{
	struct store *store = view_store(s->view);
	uint64_t epoch;
	enum err e = store_epoch(store, &epoch);

	if (e == OK && epoch != s->epoch)
		e = load_policy(s, store);
	if (e != OK)
		log_event(LEVEL_ERROR, "policy-not-loaded", "err=\"%s\"", err_str(e));
	return e;
}

/* -- requests ---------------------------------------------------------------------------------- */

/* A body that does not fit the message goes beside it, in a sealed memory file. */
static enum err answer(struct state *s, uint32_t id, struct web_answer *a)
{
	AUTO_BUF b;

	wire_buf(&b);
	if (a->reply.kind == PAGE_ANSWER && a->body.n > PAGE_BODY_MAX / 2)
		TRY(mem_of("page", buf_view(&a->body), &a->fd));
	else
		a->reply.body = buf_view(&a->body);
	page_reply_put(&b, &a->reply);
	TRY(buf_err(&b));
	return wire_send_flags(s->http->fd, PAGE_REPLY, WIRE_REPLY, id, buf_view(&b), &a->fd,
			       a->fd >= 0 ? 1 : 0);
}

/* -- what waits -------------------------------------------------------------------------------- */

static void later_free(struct state *s, struct later *l)
{
	s->laters_n--;
	buf_free(&l->payload);
	free(l);
}

/* Keeps the request and has the gateway tell; the slices of a stay good until this returns. */
static enum err put_off(struct state *s, uint32_t id, struct slice payload,
			const struct web_answer *a)
{
	struct command c = {.type = CMD_AWAIT,
			    .peer = s->request->peer,
			    .session = a->wait_session,
			    .transfer = slice_str(a->wait_for),
			    .seconds = a->wait_s};
	struct later *l = calloc(1, sizeof *l);
	AUTO_BUF b;
	enum err e;

	wire_buf(&b);
	if (!l)
		return ERR_MEMORY;
	wire_buf(&l->payload);
	buf_slice(&l->payload, payload);
	e = buf_err(&l->payload);
	if (e == OK)
		e = command_encode(&c, &b);
	if (e == OK)
		e = wire_send(s->gateway->fd, COMMAND_WIRE, ++s->next_id, &b, NULL, 0);
	l->id = id;
	l->command = s->next_id;
	l->next = s->laters;
	s->laters = l;
	s->laters_n++;
	if (e != OK) {
		s->laters = l->next;
		later_free(s, l);
	}
	return e;
}

static enum err handle(struct state *s, uint32_t id, struct slice payload, bool may_wait)
{
	struct web_answer a;
	struct arena *arena;
	enum err e;

	TRY(page_request_get(payload, s->request));
	TRY(follow_policy(s));
	arena = arena_new(REQUEST_ARENA);
	if (!arena)
		return ERR_MEMORY;
	web_answer_init(&a);
	a.may_wait = may_wait && s->laters_n < LATERS_MAX && s->gateway->fd >= 0;
	web_handle(&s->web, s->request, arena, clock_utc_us() / 1000, &a);
	/* Where the gateway is gone the answer is made now, from what the store says. */
	if (a.reply.kind == PAGE_LATER && put_off(s, id, payload, &a) != OK) {
		web_answer_clear(&a);
		web_answer_init(&a);
		web_handle(&s->web, s->request, arena, clock_utc_us() / 1000, &a);
	}
	e = answer(s, id, &a);
	web_answer_clear(&a);
	arena_free(arena);
	return e;
}

/* Answers those whose transfer rests, or all. */
static enum err answer_laters(struct state *s, bool all)
{
	enum err e = OK;

	for (struct later **at = &s->laters; *at && e == OK;) {
		struct later *l = *at;

		if (!l->due && !(all && !l->orphan)) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		if (!l->orphan)
			e = handle(s, l->id, buf_view(&l->payload), false);
		later_free(s, l);
		/* Others may have come to rest meanwhile. */
		at = &s->laters;
	}
	return e;
}

static void drop_later(struct state *s)
{
	struct later *l = s->laters;

	s->laters = l->next;
	later_free(s, l);
}

static enum err on_request(void *ctx, struct wire_msg *m, struct reader *in)
{
	struct state *s = ctx;

	reader_take(in, reader_left(in));
	TRY(handle(s, m->id, m->payload, true));
	return answer_laters(s, false);
}

static const struct wire_type table[] = {
    {PAGE_REQUEST, "request", WIRE_PAYLOAD_MAX, 0, 0, on_request},
};

static void http_down(struct state *s)
{
	loop_unwatch(s->http_watch);
	s->http_watch = NULL;
	/* What the gateway tells of them will still come. */
	for (struct later *l = s->laters; l; l = l->next)
		l->orphan = true;
}

static void on_http(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	enum err e = wire_recv(fd, s->msg);

	(void)events;
	if (e == OK)
		e = wire_dispatch(table, ARRAY_LEN(table), s, s->msg, NULL);
	wire_msg_clear(s->msg);
	if (e == ERR_CRASH) {
		/* http died: the parent brings the new edge. */
		http_down(s);
		fd_close(&s->http->fd);
	} else if (e != OK && e != ERR_TIMEOUT) {
		log_event(LEVEL_ERROR, "http-broke-protocol", "err=\"%s\"", err_str(e));
		stop(s, EXIT_ERROR);
	}
}

/* -- the gateway ------------------------------------------------------------------------------- */

/* What it was to tell will not come: everybody is answered with what the store says. */
static void gateway_down(struct state *s)
{
	loop_unwatch(s->gateway_watch);
	s->gateway_watch = NULL;
	fd_close(&s->gateway->fd);
	if (answer_laters(s, true) != OK)
		stop(s, EXIT_ERROR);
	while (s->laters)
		drop_later(s);
}

static void on_gateway(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	/* A call of a request in the same turn may have read it already: then nothing is here. */
	enum err e = sock_wait_readable(fd, 0);

	(void)events;
	if (e == OK)
		e = wire_recv(fd, s->reply);
	if (e == OK)
		e = on_rest(s, s->reply);
	wire_msg_clear(s->reply);
	if (e == OK)
		e = answer_laters(s, false);
	if (e == ERR_CRASH) {
		gateway_down(s);
	} else if (e != OK && e != ERR_TIMEOUT) {
		log_event(LEVEL_WARN, "gateway-gone", "err=\"%s\"", err_str(e));
		stop(s, EXIT_ERROR);
	}
}

static enum err gateway_up(struct state *s)
{
	return loop_watch(s->loop, s->gateway->fd, LOOP_READ, on_gateway, s, &s->gateway_watch);
}

/* -- control ----------------------------------------------------------------------------------- */

static void before_close(void *arg, struct role_edge *edge)
{
	struct state *s = arg;

	if (edge == s->http)
		http_down(s);
	if (edge == s->gateway)
		gateway_down(s);
}

static void show_config(struct state *s);

/* What was stays where the new one cannot be taken. */
static void take_config(struct state *s)
{
	struct arena *a = NULL;
	const struct config *c = config_taken(s->env->dir, s->env->offer.config, &a);

	if (!c)
		return;
	s->config = c;
	show_config(s);
	arena_free(s->arena);
	s->arena = a;
}

static void on_control(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	struct role_edge *edge = NULL;
	enum role_news news;

	(void)fd;
	(void)events;
	if (role_control(s->env, before_close, s, &news, &edge) != OK || news == ROLE_STOP) {
		stop(s, EXIT_DONE);
		return;
	}
	if (news == ROLE_TAKE)
		take_config(s);
	if (news == ROLE_EDGE && edge == s->http && edge->fd >= 0 &&
	    loop_watch(s->loop, edge->fd, LOOP_READ, on_http, s, &s->http_watch) != OK)
		stop(s, EXIT_ERROR);
	if (news == ROLE_EDGE && edge == s->gateway && edge->fd >= 0 && gateway_up(s) != OK)
		stop(s, EXIT_ERROR);
}

/* -- start ------------------------------------------------------------------------------------- */

static void show_config(struct state *s)
{
	s->web.city = s->config->city_name;
	s->web.help_office = s->config->help_office;
	s->web.help_extension = s->config->help_extension;
	s->web.upload_max = s->config->http.upload_bytes;
	s->web.witnesses_required = s->config->witnesses_required;
	s->web.witnesses_n = s->config->witnesses_n;
	for (size_t i = 0; i < s->config->witnesses_n; i++) {
		const struct config_witness *c = &s->config->witnesses[i];

		s->web.witnesses[i] = (struct web_witness){c->name, c->key, c->silence};
	}
}

static enum err open_rooms(struct state *s)
{
	TRY(config_given(s->arena, s->env->dir, role_given(s->env, EDGE_CONFIG), &s->config));
	TRY(view_open(s->env->dir, s->config->city, &s->view));
	TRY(load_policy(s, view_store(s->view)));
	s->web.view = s->view;
	s->web.zone = slice_str(s->env->zone);
	show_config(s);
	s->web.command = command;
	s->web.random_hex = rand_hex;
	s->web.ctx = s;
	return OK;
}

static enum err start(struct state *s)
{
	char folder[4096], log[4096];
	const char *const read[] = {log, NULL}, *const write[] = {folder, NULL};
	struct loop_watch *control;

	snprintf(folder, sizeof folder, "%s/" STORE_FOLDER, s->env->dir);
	snprintf(log, sizeof log, "%s/log", s->env->dir);

	s->arena = arena_new(CONFIG_ARENA);
	s->msg = malloc(sizeof *s->msg);
	s->reply = malloc(sizeof *s->reply);
	s->request = malloc(sizeof *s->request);
	s->http = role_find(s->env, ROLE_HTTP, s->env->zone, 0);
	s->gateway = role_find(s->env, ROLE_GATEWAY, NULL, 0);
	if (!s->arena || !s->msg || !s->reply || !s->request)
		return ERR_MEMORY;
	wire_msg_init(s->msg);
	wire_msg_init(s->reply);
	if (!s->http || !s->gateway)
		return ERR_USAGE;
	TRY(loop_new(&s->loop));
	TRY(open_rooms(s));
	TRY(loop_watch(s->loop, s->env->control, LOOP_READ, on_control, s, &control));
	if (s->http->fd >= 0)
		TRY(loop_watch(s->loop, s->http->fd, LOOP_READ, on_http, s, &s->http_watch));
	if (s->gateway->fd >= 0)
		TRY(gateway_up(s));
	/* To write: an engine without rights to its index beside the store makes do without. */
	role_lock(s->env, read, write);
	return role_ready(s->env);
}

int role_portal(struct role_env *env)
{
	struct state s = {.env = env, .code = EXIT_ERROR};
	enum err e = start(&s);

	if (e != OK)
		log_event(LEVEL_ERROR, "portal-start-failed", "zone=%s err=\"%s\"", env->zone,
			  err_str(e));
	else if (loop_run(s.loop) != OK)
		s.code = EXIT_ERROR;
	while (s.laters)
		drop_later(&s);
	view_close(s.view);
	loop_free(s.loop);
	if (s.msg)
		wire_msg_clear(s.msg);
	if (s.reply)
		wire_msg_clear(s.reply);
	free(s.msg);
	free(s.reply);
	free(s.request);
	arena_free(s.policy_arena);
	arena_free(s.arena);
	return s.code;
}
