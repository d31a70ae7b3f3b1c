#include "sekisho/given.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "os/file.h"

enum { PEM_MAX = 256 << 10 };

static enum err read_pem(const char *path, int *ret, struct diag *d)
{
	AUTO_BUF b;
	enum err e;

	buf_init(&b, PEM_MAX);
	e = file_read(path, &b);
	if (e == OK)
		e = mem_of("pem", buf_view(&b), ret);
	if (b.p)
		explicit_bzero(b.p, b.n);
	return e == OK ? OK : diag_set(d, e, 0, "%s cannot be read: %s", path, err_str(e));
}

static const struct given_zone *zone_of(const struct given *g, const char *zone)
{
	for (size_t i = 0; g && i < g->n; i++)
		if (strcmp(g->zone[i].zone, zone) == 0)
			return &g->zone[i];
	return NULL;
}

static bool same_address(const struct sock_addr *a, const struct sock_addr *b)
{
	return a->n == b->n && memcmp(&a->ss, &b->ss, a->n) == 0;
}

static enum err listen_on(const struct given *old, struct given_zone *z)
{
	const struct given_zone *was = zone_of(old, z->zone);

	if (was && same_address(&was->asked, &z->asked)) {
		z->listener = fcntl(was->listener, F_DUPFD_CLOEXEC, 3);
		if (z->listener < 0)
			return ERR_IO;
	} else {
		TRY(sock_listen(&z->asked, &z->listener));
	}
	return sock_local(z->listener, &z->bound);
}

static enum err open_zone(const struct config_listener *l, const struct given *old,
			  struct given_zone *z, struct diag *d)
{
	char text[SOCK_TEXT_SIZE];
	enum err e;

	*z = (struct given_zone){.asked = l->address, .listener = -1, .cert = -1, .key = -1};
	snprintf(z->zone, sizeof z->zone, "%s", l->zone);
	sock_addr_text(&l->address, text);
	e = listen_on(old, z);
	if (e != OK)
		return diag_set(d, e, 0, "[listen %s] cannot listen on %s: %s", l->zone, text,
				err_str(e));
	if (!l->tls_cert)
		return OK;
	TRY(read_pem(l->tls_cert, &z->cert, d));
	return read_pem(l->tls_key, &z->key, d);
}

enum err given_open(const struct config *c, struct slice text, const struct given *old,
		    struct given *ret, struct diag *d)
{
	struct given g = GIVEN_NONE;
	enum err e = mem_of("site.conf", text, &g.config);

	for (; e == OK && g.n < c->listeners_n; g.n++)
		e = open_zone(&c->listeners[g.n], old, &g.zone[g.n], d);
	if (e != OK) {
		given_close(&g);
		return e;
	}
	*ret = g;
	return OK;
}

void given_close(struct given *g)
{
	fd_close(&g->config);
	for (size_t i = 0; i < g->n; i++) {
		fd_close(&g->zone[i].listener);
		fd_close(&g->zone[i].cert);
		fd_close(&g->zone[i].key);
	}
	g->n = 0;
}
