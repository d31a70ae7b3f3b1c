#include "sekisho/roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const role_programs[PROGRAM_COUNT] = {
    [PROGRAM_MAIN] = "sekisho",
    [PROGRAM_HTTP] = HTTP_PROGRAM,
    [PROGRAM_OUTBOUND] = OUTBOUND_PROGRAM,
    [PROGRAM_WORKER] = WORKER_PROGRAM,
};

static const char *const kind_words[EDGE_KINDS] = {
    [EDGE_LISTEN] = "listen", [EDGE_CONFIG] = "config", [EDGE_CERT] = "cert", [EDGE_KEY] = "key"};

static enum err role_by_name(struct slice name, enum role_id *ret)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (slice_eq_str(name, roles[i].name)) {
			*ret = i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

bool role_is_zygote(enum role_id id)
{
	return roles[id].program == PROGRAM_WORKER;
}

void role_edge_print(const struct role_edge *e, char *ret, size_t size)
{
	snprintf(ret, size, "%s/%s/%u",
		 e->kind == EDGE_PEER ? roles[e->peer].name : kind_words[e->kind], e->zone, e->n);
}

enum err role_edge_parse(struct slice text, struct role_edge *ret)
{
	size_t a = slice_find_byte(text, '/'), b;
	struct slice rest, zone;
	struct role_edge e = {.fd = -1};
	uint64_t n;

	if (a == SIZE_MAX)
		return ERR_USAGE;
	rest = slice_from(text, a + 1);
	b = slice_find_byte(rest, '/');
	if (b == SIZE_MAX || b == 0 || b >= sizeof e.zone)
		return ERR_USAGE;
	zone = slice_head(rest, b);
	if (!slice_u64(slice_from(rest, b + 1), &n) || n > EDGES_MAX)
		return ERR_USAGE;
	for (unsigned k = EDGE_LISTEN; k < EDGE_KINDS; k++)
		if (slice_eq_str(slice_head(text, a), kind_words[k]))
			e.kind = (enum edge_kind)k;
	if (e.kind == EDGE_PEER && role_by_name(slice_head(text, a), &e.peer) != OK)
		return ERR_USAGE;
	memcpy(e.zone, zone.p, zone.n);
	e.n = (unsigned)n;
	*ret = e;
	return OK;
}

struct role_edge *role_find(struct role_env *env, enum role_id peer, const char *zone, unsigned n)
{
	for (size_t i = 0; i < env->edges; i++) {
		struct role_edge *e = &env->edge[i];

		if (e->kind == EDGE_PEER && e->peer == peer && e->n == n &&
		    (!zone || strcmp(e->zone, zone) == 0))
			return e;
	}
	return NULL;
}

int role_given(const struct role_env *env, enum edge_kind kind)
{
	for (size_t i = 0; i < env->edges; i++)
		if (env->edge[i].kind == kind)
			return env->edge[i].fd;
	return -1;
}

enum err role_ready(const struct role_env *env)
{
	return wire_send(env->control, ROLE_MSG_READY, 0, NULL, NULL, 0);
}

enum err role_dial(const struct role_env *env)
{
	return wire_send(env->control, ROLE_MSG_DIAL, 0, NULL, NULL, 0);
}

enum err role_replace(const struct role_env *env, enum role_id zygote)
{
	AUTO_BUF b;

	wire_buf(&b);
	wire_put_u8(&b, (uint8_t)zygote);
	return wire_send(env->control, ROLE_MSG_REPLACE, 0, &b, NULL, 0);
}

enum err role_answer(const struct role_env *env, enum err e)
{
	AUTO_BUF b;

	wire_buf(&b);
	wire_put_u8(&b, (uint8_t)e);
	return wire_send(env->control, ROLE_MSG_ANSWER, 0, &b, NULL, 0);
}

static void offer_close(struct role_offer *o)
{
	fd_close(&o->config);
	fd_close(&o->listener);
	fd_close(&o->cert);
	fd_close(&o->key);
}

struct fences role_lock(const struct role_env *env, const char *const *read,
			const char *const *write)
{
	struct fences f = {0};
	struct sandbox_filter filter =
	    sandbox_filter(env->id == ROLE_OUTBOUND ? SANDBOX_OUTBOUND : SANDBOX_SERVICE);

	sandbox_landlock_paths(&f, read, write);
	sandbox_drop_caps(&f);
	if (sandbox_report_to(env->control) == OK && sandbox_filter_load(&filter) == OK)
		f.have |= 1u << FENCE_SECCOMP;
	return f;
}

struct control {
	struct role_env *env;
	role_edge_fn *before_close;
	void *arg;
	enum role_news news;
	struct role_edge *edge;
};

static enum err on_reload(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;

	(void)m;
	(void)r;
	c->news = ROLE_RELOAD;
	return OK;
}

static enum err on_stop(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;

	(void)m;
	(void)r;
	c->news = ROLE_STOP;
	return OK;
}

static enum err on_edge(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;
	struct role_edge given;
	struct slice text = wire_get_bytes(r, 128);

	TRY(wire_end(r));
	TRY(role_edge_parse(text, &given));
	c->edge = role_find(c->env, given.peer, given.zone, given.n);
	if (!c->edge)
		return ERR_PEER;
	if (c->before_close)
		c->before_close(c->arg, c->edge);
	fd_close(&c->edge->fd);
	c->edge->fd = fd_take(&m->fds[0]);
	c->news = ROLE_EDGE;
	return OK;
}

static enum err on_line(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;

	TRY(wire_end(r));
	fd_close(&c->env->line);
	if (m->nfds)
		c->env->line = fd_take(&m->fds[0]);
	c->news = ROLE_LINE;
	return OK;
}

static enum err on_offer(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;
	int *const to[] = {&c->env->offer.config, &c->env->offer.listener, &c->env->offer.cert,
			   &c->env->offer.key};

	TRY(wire_end(r));
	for (size_t i = 0; i < m->nfds; i++)
		*to[i] = fd_take(&m->fds[i]);
	c->news = m->type == ROLE_MSG_OFFER ? ROLE_OFFER : ROLE_TAKE;
	return OK;
}

static enum err on_drop(void *arg, struct wire_msg *m, struct reader *r)
{
	struct control *c = arg;

	(void)m;
	c->news = ROLE_DROP;
	return wire_end(r);
}

static const struct wire_type from_parent[] = {
    {ROLE_MSG_RELOAD, "reload", 0, 0, 0, on_reload}, {ROLE_MSG_STOP, "stop", 0, 0, 0, on_stop},
    {ROLE_MSG_EDGE, "edge", 256, 1, 1, on_edge},     {ROLE_MSG_LINE, "line", 0, 0, 1, on_line},
    {ROLE_MSG_OFFER, "offer", 0, 2, 4, on_offer},    {ROLE_MSG_TAKE, "take", 0, 1, 1, on_offer},
    {ROLE_MSG_DROP, "drop", 0, 0, 0, on_drop},
};

enum err role_control(struct role_env *env, role_edge_fn *before_close, void *arg,
		      enum role_news *ret_news, struct role_edge **ret_edge)
{
	struct control c = {.env = env, .before_close = before_close, .arg = arg};
	struct wire_msg *m = malloc(sizeof *m);
	enum err e;

	if (!m)
		return ERR_MEMORY;
	wire_msg_init(m);
	offer_close(&env->offer);
	e = wire_recv(env->control, m);
	if (e == ERR_CRASH) {
		/* The parent is gone: nobody is left to serve for. */
		c.news = ROLE_STOP;
		e = OK;
	} else if (e == OK) {
		e = wire_dispatch(from_parent, ARRAY_LEN(from_parent), &c, m, NULL);
	}
	wire_msg_clear(m);
	free(m);
	TRY(e);
	*ret_news = c.news;
	if (ret_edge)
		*ret_edge = c.edge;
	return OK;
}
