#include "sekisho/http_face.h"

#include <stdlib.h>
#include <string.h>
#include "os/file.h"
#include "sekisho/config.h"

enum { PEM_MAX = 256 << 10, ARENA = 4 << 20 };

struct face {
	struct face *next;
	struct http_server *server;
	struct loop_watch *watch;
	struct arena *arena; /* holds what the server was made of */
};

static enum err read_pem(struct arena *a, int fd, const char **ret)
{
	AUTO_BUF b;

	buf_init(&b, PEM_MAX);
	TRY(mem_read(fd, &b));
	*ret = arena_str(a, buf_view(&b));
	explicit_bzero(b.p, b.n);
	return *ret ? OK : ERR_MEMORY;
}

static enum err server_of(const struct faces *f, struct face *face, const struct role_env *env,
			  const struct role_offer *o)
{
	struct http_config c = {.ops = f->ops, .ctx = f->ctx};
	const struct config *config;
	const struct config_listener *l;
	struct sock_addr local;
	AUTO_CLOSE listener = -1;

	TRY(config_given(face->arena, env->dir, o->config, &config));
	l = config_listener(config, env->zone);
	if (!l || o->listener < 0)
		return ERR_USAGE;
	TRY(fd_dup(o->listener, &listener));
	TRY(fd_nonblock(listener, 1));
	TRY(sock_local(listener, &local));
	c.hosts = l->hosts;
	c.port = l->public_port ? l->public_port : sock_addr_port(&local);
	c.limits = config->http;
	if (l->tls_cert) {
		TRY(read_pem(face->arena, o->cert, &c.tls_cert));
		TRY(read_pem(face->arena, o->key, &c.tls_key));
	}
	c.listen_fd = listener;
	TRY(http_server_new(&c, &face->server));
	listener = -1;
	return OK;
}

static void on_server(void *arg, int fd, unsigned events)
{
	/* The loop runs every server after every wake-up. */
	(void)arg;
	(void)fd;
	(void)events;
}

static void face_free(struct face *face)
{
	if (!face)
		return;
	loop_unwatch(face->watch);
	http_server_free(face->server);
	arena_free(face->arena);
	free(face);
}

enum err face_make(struct faces *f, const struct role_env *env, const struct role_offer *o)
{
	struct face *face = calloc(1, sizeof *face);
	enum err e = ERR_MEMORY;

	face_drop(f);
	if (face)
		face->arena = arena_new(ARENA);
	if (face && face->arena)
		e = server_of(f, face, env, o);
	if (e != OK) {
		face_free(face);
		return e;
	}
	f->next = face;
	return OK;
}

enum err face_use(struct faces *f)
{
	if (!f->next)
		return ERR_USAGE;
	TRY(loop_watch(f->loop, http_server_fd(f->next->server), LOOP_READ, on_server, NULL,
		       &f->next->watch));
	if (f->face)
		http_server_quiesce(f->face->server);
	f->next->next = f->face;
	f->face = f->next;
	f->next = NULL;
	return OK;
}

void face_drop(struct faces *f)
{
	face_free(f->next);
	f->next = NULL;
}

void faces_run(struct faces *f, uint64_t now_ms)
{
	for (struct face *i = f->face; i; i = i->next)
		http_server_run(i->server, now_ms);
	/* An older one has gone with its last connection. */
	for (struct face **at = f->face ? &f->face->next : NULL; at && *at;) {
		struct face *old = *at;

		if (http_server_connections(old->server) > 0) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		face_free(old);
	}
}

int faces_timeout(struct faces *f)
{
	int ms = 1000;

	for (struct face *i = f->face; i; i = i->next) {
		int one = http_server_timeout(i->server);

		ms = one < ms ? one : ms;
	}
	return ms;
}

unsigned faces_connections(const struct faces *f)
{
	unsigned n = 0;

	for (const struct face *i = f->face; i; i = i->next)
		n += http_server_connections(i->server);
	return n;
}

void faces_quiesce(struct faces *f)
{
	if (f->face)
		http_server_quiesce(f->face->server);
}

void faces_free(struct faces *f)
{
	face_drop(f);
	while (f->face) {
		struct face *i = f->face;

		f->face = i->next;
		face_free(i);
	}
}
