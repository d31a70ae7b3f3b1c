/* parent_reload: offers another site.conf to those who must be able to use it; see reload.h. */
#include <signal.h>
#include "os/log.h"
#include "sekisho/parent_internal.h"
#include "sekisho/reload.h"

#define ANSWER_MS 10000u

void parent_reload_end(struct parent *p)
{
	loop_cancel(p->reload.late);
	given_close(&p->reload.given);
	arena_free(p->reload.arena);
	p->reload = (struct reload){.given = GIVEN_NONE};
	for (size_t i = 0; i < p->procs; i++)
		p->proc[i].offered = false;
}

/* What was stays in force. */
static void reload_refuse(struct parent *p, const struct diag *d)
{
	log_event(LEVEL_ERROR, "reload-refused", "line=%u column=%u text=\"%s\"", d->line,
		  d->column, d->text);
	for (size_t i = 0; p->reload.on && i < p->procs; i++)
		if (p->proc[i].role == ROLE_HTTP)
			parent_tell(&p->proc[i], ROLE_MSG_DROP);
	parent_reload_end(p);
}

static void reload_take(struct parent *p)
{
	for (size_t i = 0; i < p->procs; i++) {
		struct process *c = &p->proc[i];

		if (c->running && !role_is_zygote(c->role) && roles[c->role].per != PER_PEER &&
		    wire_send(c->control, ROLE_MSG_TAKE, 0, NULL, &p->reload.given.config, 1) != OK)
			spawn_kill(&c->child, SIGKILL);
	}
	given_close(&p->given);
	arena_free(p->config_arena);
	p->given = p->reload.given;
	p->config = p->reload.config;
	p->config_arena = p->reload.arena;
	p->reload.given = GIVEN_NONE;
	p->reload.arena = NULL;
	parent_reload_end(p);
	log_event(LEVEL_INFO, "reloaded", "roles=%zu", p->procs);
}

/* Every http has to be able to use it before any does. */
void parent_reload_answer(struct process *c, enum err e)
{
	struct parent *p = c->p;
	struct diag d = {0};

	if (!p->reload.on || !c->offered)
		return;
	c->offered = false;
	if (e != OK) {
		(void)!diag_set(
		    &d, e, 0, "[listen %s] cannot be served so: do tls-cert and tls-key fit? (%s)",
		    parent_set_name(p, c), err_str(e));
		reload_refuse(p, &d);
		return;
	}
	for (size_t i = 0; i < p->procs; i++)
		if (p->proc[i].offered)
			return;
	reload_take(p);
}

static void on_late(void *arg)
{
	struct parent *p = arg;
	struct diag d = {.text = "a listener did not answer in time: send SIGHUP again"};

	p->reload.late = NULL;
	reload_refuse(p, &d);
}

static enum err reload_read(struct parent *p, struct diag *d)
{
	struct reload *r = &p->reload;
	AUTO_BUF text;

	buf_init(&text, CONFIG_MAX);
	r->arena = arena_new(CONFIG_ARENA);
	if (!r->arena)
		return diag_set(d, ERR_MEMORY, 0, "%s", err_str(ERR_MEMORY));
	TRY(config_read(p->conf->dir, &text, d));
	TRY(config_parse(r->arena, p->conf->dir, buf_view(&text), &r->config, d));
	TRY(reload_check(p->config, r->config, d));
	return given_open(r->config, buf_view(&text), &p->given, &r->given, d);
}

static enum err reload_offer(struct parent *p, struct diag *d)
{
	for (size_t i = 0; i < p->procs; i++) {
		struct process *c = &p->proc[i];
		const struct given_zone *z;
		int fds[SOCK_FDS_MAX];

		if (c->role != ROLE_HTTP)
			continue;
		if (!c->running || !c->ready)
			return diag_set(d, ERR_CRASH, 0,
					"[listen %s] is being started: send SIGHUP again",
					parent_set_name(p, c));
		z = &p->reload.given.zone[c->set];
		fds[0] = p->reload.given.config;
		fds[1] = z->listener;
		fds[2] = z->cert;
		fds[3] = z->key;
		if (wire_send(c->control, ROLE_MSG_OFFER, 0, NULL, fds, z->cert < 0 ? 2 : 4) != OK)
			spawn_kill(&c->child, SIGKILL);
		c->offered = true;
	}
	p->reload.on = true;
	return loop_timer(p->loop, ANSWER_MS, on_late, p, &p->reload.late);
}

void parent_reload(void *arg, int signo)
{
	struct parent *p = arg;
	struct diag d = {0};
	enum err e;

	(void)signo;
	log_event(LEVEL_INFO, "reload", "roles=%zu", p->procs);
	if (p->stopping)
		return;
	for (size_t i = 0; i < p->procs; i++)
		if (p->proc[i].role == ROLE_GATEWAY)
			parent_tell(&p->proc[i], ROLE_MSG_RELOAD);
	parent_reload_end(p);
	e = reload_read(p, &d);
	if (e == OK)
		e = reload_offer(p, &d);
	if (e != OK)
		reload_refuse(p, &d);
}
