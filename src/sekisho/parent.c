#include "sekisho/parent_internal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "os/clock.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/owner.h"
#include "os/spawn.h"
#include "sekisho/ids.h"
#include "sekisho/running.h"
#include "sekisho/subcommand.h"
#include "worker/proto.h"

const char *parent_set_name(const struct parent *p, const struct process *c)
{
	if (c->set == SIZE_MAX)
		return "-";
	return roles[c->role].per == PER_PEER ? p->config->witnesses[c->set].name
					      : p->given.zone[c->set].zone;
}

/* ---- the plan: which processes and links there are ---- */

static enum err plan_processes(struct parent *p)
{
	const size_t sets[] = {
	    [PER_SITE] = 1, [PER_ZONE] = p->given.n, [PER_PEER] = p->config->witnesses_n};

	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		for (size_t z = 0; z < sets[roles[r].per]; z++)
			for (unsigned n = 0; n < roles[r].instances; n++) {
				if (p->procs == PROCESSES_MAX)
					return ERR_LIMIT;
				p->proc[p->procs++] =
				    (struct process){.p = p,
						     .role = r,
						     .set = roles[r].per == PER_SITE ? SIZE_MAX : z,
						     .n = n,
						     .control = -1,
						     .delay_ms = DELAY_FIRST_MS};
			}
	}
	return OK;
}

static bool joined(const struct process *a, const struct process *b, const struct edge *e)
{
	return a->role == e->a && b->role == e->b &&
	       (a->set == SIZE_MAX || b->set == SIZE_MAX || a->set == b->set);
}

static enum err plan_links(struct parent *p)
{
	for (size_t e = 0; e < edges_n; e++)
		for (size_t a = 0; a < p->procs; a++)
			for (size_t b = 0; b < p->procs; b++) {
				struct link *l = &p->link[p->links];

				if (!joined(&p->proc[a], &p->proc[b], &edges[e]))
					continue;
				if (p->links == LINKS_MAX)
					return ERR_LIMIT;
				*l = (struct link){.end = {a, b}, .fd = {-1, -1}};
				TRY(sock_pair(l->fd));
				p->links++;
			}
	return OK;
}

/* ---- starting ---- */

/* The zone that an edge stands for is that of whichever end has one. */
static struct role_edge edge_to(const struct parent *p, const struct process *self,
				const struct process *peer)
{
	struct role_edge e = {.peer = peer->role, .n = peer->n, .fd = -1};
	const struct process *zoned = peer->set != SIZE_MAX ? peer : self;

	snprintf(e.zone, sizeof e.zone, "%s", parent_set_name(p, zoned));
	return e;
}

/* After a restart: a new pair; the living peer gets its end now, a dead one when it starts. */
static enum err renew(struct parent *p, struct link *l, int side)
{
	struct process *self = &p->proc[l->end[side]], *peer = &p->proc[l->end[1 - side]];
	struct role_edge e = edge_to(p, peer, self);
	char text[128];
	AUTO_BUF b = {0};

	wire_buf(&b);
	fd_close(&l->fd[0]);
	fd_close(&l->fd[1]);
	TRY(sock_pair(l->fd));
	if (!peer->running)
		return OK;
	role_edge_print(&e, text, sizeof text);
	wire_put_str(&b, text);
	/* A peer that cannot be told is dying: it gets its end when it is started again. */
	if (wire_send(peer->control, ROLE_MSG_EDGE, 0, &b, &l->fd[1 - side], 1) == OK)
		fd_close(&l->fd[1 - side]);
	return OK;
}

struct command_line {
	const char *argv[EDGES_MAX + 8];
	char text[EDGES_MAX][128];
	int fds[SPAWN_FDS_MAX];
	size_t argc, nfds;
};

static enum err add_edge(struct command_line *c, const struct role_edge *e, int fd)
{
	size_t at = c->nfds - 1;

	if (at >= EDGES_MAX || c->nfds >= SPAWN_FDS_MAX)
		return ERR_LIMIT;
	role_edge_print(e, c->text[at], sizeof c->text[at]);
	c->argv[c->argc++] = c->text[at];
	c->fds[c->nfds++] = fd;
	return OK;
}

static enum err add_given(struct parent *p, const struct process *c, struct command_line *line,
			  enum edge_kind kind, int fd)
{
	struct role_edge e = {.kind = kind};

	if (fd < 0)
		return OK;
	snprintf(e.zone, sizeof e.zone, "%s", parent_set_name(p, c));
	return add_edge(line, &e, fd);
}

static enum err add_edges(struct parent *p, struct process *c, struct command_line *line)
{
	size_t me = (size_t)(c - p->proc);

	if (!role_is_zygote(c->role) && roles[c->role].per != PER_PEER)
		TRY(add_given(p, c, line, EDGE_CONFIG, p->given.config));
	if (roles[c->role].per_listener) {
		const struct given_zone *z = &p->given.zone[c->set];

		TRY(add_given(p, c, line, EDGE_LISTEN, z->listener));
		TRY(add_given(p, c, line, EDGE_CERT, z->cert));
		TRY(add_given(p, c, line, EDGE_KEY, z->key));
	}
	for (size_t i = 0; i < p->links; i++)
		for (int side = 0; side < 2; side++) {
			struct link *l = &p->link[i];
			struct role_edge e;

			if (l->end[side] != me)
				continue;
			if (l->fd[side] < 0)
				TRY(renew(p, l, side));
			e = edge_to(p, c, &p->proc[l->end[1 - side]]);
			TRY(add_edge(line, &e, l->fd[side]));
		}
	return OK;
}

static void close_own_ends(struct parent *p, const struct process *c)
{
	for (size_t i = 0; i < p->links; i++)
		for (int side = 0; side < 2; side++)
			if (p->link[i].end[side] == (size_t)(c - p->proc))
				fd_close(&p->link[i].fd[side]);
}

static void on_death(void *arg, int fd, unsigned events);
static void on_words(void *arg, int fd, unsigned events);

/*
 * All for a zygote. Another role gets no network; one of root needs no user namespace for that.
 */
static unsigned namespaces_of(const struct parent *p, enum role_id role)
{
	if (role_is_zygote(role))
		return SPAWN_NS_ALL;
	return SPAWN_NS_NET | SPAWN_NS_IPC | SPAWN_NS_UTS | (p->root ? 0 : SPAWN_NS_USER);
}

static enum err spawn_role(struct parent *p, struct process *c, const struct command_line *line)
{
	struct spawn_user as = ids_of(p->config->first_uid, c->role, c->set);
	enum err e = spawn(&(struct spawn){.exe = p->exe[roles[c->role].program],
					   .argv = line->argv,
					   .env = role_is_zygote(c->role) ? proto_zygote_env : NULL,
					   .fds = line->fds,
					   .nfds = line->nfds,
					   .namespaces = namespaces_of(p, c->role),
					   .as = p->root ? &as : NULL,
					   .die_with_parent = true},
			   &c->child);

	if (e == OK)
		p->lacked |= namespaces_of(p, c->role) & ~c->child.namespaces;
	return e;
}

static enum err tell_namespaces(struct process *c)
{
	AUTO_BUF b;

	wire_buf(&b);
	wire_put_u8(&b, (uint8_t)c->child.namespaces);
	return wire_send(c->control, PROTO_HELLO, 0, &b, NULL, 0);
}

static enum err start(struct parent *p, struct process *c)
{
	struct command_line *line = calloc(1, sizeof *line);
	char n[16];
	int two[2] = {-1, -1};
	enum err e = line ? sock_pair(two) : ERR_MEMORY;

	/* The parent waits for nobody: a role that does not read its control socket is killed. */
	if (e == OK)
		e = fd_nonblock(two[0], 1);

	if (e == OK) {
		snprintf(n, sizeof n, "%u", c->n);
		const char *const head[] = {role_programs[roles[c->role].program],
					    "role",
					    roles[c->role].name,
					    parent_set_name(p, c),
					    n,
					    p->conf->dir};

		memcpy(line->argv, head, sizeof head);
		line->argc = ARRAY_LEN(head);
		line->fds[line->nfds++] = two[1];
		e = add_edges(p, c, line);
	}
	if (e == OK)
		e = spawn_role(p, c, line);
	fd_close(&two[1]);
	free(line);
	if (e != OK) {
		fd_close(&two[0]);
		return e;
	}
	close_own_ends(p, c);
	c->control = two[0];
	c->running = c->known = true;
	c->ready = false;
	c->syscall[0] = '\0';
	c->started_ms = clock_mono_ms();
	log_event(LEVEL_INFO, "role-started", "name=%s zone=%s n=%u pid=%d", roles[c->role].name,
		  parent_set_name(p, c), c->n, (int)c->child.pid);
	/* One that cannot be told is dying already, or must. */
	if (role_is_zygote(c->role) && tell_namespaces(c) != OK)
		spawn_kill(&c->child, SIGKILL);
	TRY(loop_watch(p->loop, c->child.pidfd, LOOP_READ, on_death, c, &c->death));
	return loop_watch(p->loop, c->control, LOOP_READ, on_words, c, &c->words);
}

/* ---- watching ---- */

static void fail(struct parent *p, enum err e)
{
	p->failed = e;
	loop_stop(p->loop);
}

static bool any_running(const struct parent *p)
{
	for (size_t i = 0; i < p->procs; i++)
		if (p->proc[i].running)
			return true;
	return false;
}

static void on_again(void *arg)
{
	struct process *c = arg;
	enum err e;

	c->again = NULL;
	e = start(c->p, c);
	if (e != OK)
		fail(c->p, e);
}

/* A zygote leaves by itself when its pool's end was closed: with that it has not crashed. */
static bool left(const struct process *c, struct spawn_status st)
{
	return role_is_zygote(c->role) && st.end == SPAWN_EXITED && st.code == 0;
}

static void log_end(const struct parent *p, const struct process *c, struct spawn_status st)
{
	char how[64];

	if (c->syscall[0])
		snprintf(how, sizeof how, "forbidden-call=%s", c->syscall);
	else if (st.end == SPAWN_SIGNALED)
		snprintf(how, sizeof how, "signal=%s", spawn_signal_name(st.code));
	else
		snprintf(how, sizeof how, "exit=%d", st.code);
	log_event(p->stopping || left(c, st) ? LEVEL_INFO : LEVEL_ERROR, "role-ended",
		  "name=%s zone=%s n=%u pid=%d %s", roles[c->role].name, parent_set_name(p, c),
		  c->n, (int)c->child.pid, how);
}

static void read_words(struct process *c);
static void stop_next(struct parent *p);

static void on_death(void *arg, int fd, unsigned events)
{
	struct process *c = arg;
	struct parent *p = c->p;
	struct spawn_status st;

	(void)fd;
	(void)events;
	if (spawn_reap(&c->child, false, &st) != OK || st.end == SPAWN_RUNNING)
		return;
	/* Its last words may still wait. */
	if (c->words)
		read_words(c);
	log_end(p, c, st);
	loop_unwatch(c->death);
	loop_unwatch(c->words);
	c->death = c->words = NULL;
	fd_close(&c->child.pidfd);
	fd_close(&c->control);
	c->running = false;
	parent_reload_answer(c, ERR_CRASH);
	if (p->stopping) {
		stop_next(p);
		if (!any_running(p))
			loop_stop(p->loop);
		return;
	}
	if (clock_mono_ms() - c->started_ms >= STEADY_MS || left(c, st))
		c->delay_ms = DELAY_FIRST_MS;
	if (loop_timer(p->loop, c->delay_ms, on_again, c, &c->again) != OK)
		fail(p, ERR_MEMORY);
	c->delay_ms = c->delay_ms * 2 > DELAY_MOST_MS ? DELAY_MOST_MS : c->delay_ms * 2;
}

/* Into the log and DIR/running: what this machine or account does not give. */
static enum err say_missing(struct parent *p)
{
	struct fences f = {.have = ~0u};
	struct fences got = {0};
	AUTO_BUF b;

	buf_init(&b, RUNNING_MAX);
	fences_of_ns(&got, p->lacked);
	f.have &= ~got.have;
	if (!p->root)
		buf_str(&b, "user ids of the roles");
	if (b.n && got.have)
		buf_str(&b, ", ");
	fences_missing(f, &b);
	TRY(buf_err(&b));
	if (b.n)
		log_event(LEVEL_WARN, "fences-missing", "missing=\"%.*s\"", (int)b.n,
			  (const char *)b.p);
	return running_say(p->running, buf_view(&b));
}

static void tell_ready(struct parent *p)
{
	for (size_t i = 0; i < p->procs; i++)
		if (!p->proc[i].ready)
			return;
	if (p->told_ready)
		return;
	p->told_ready = true;
	log_event(LEVEL_INFO, "ready", "roles=%zu", p->procs);
	if (say_missing(p) != OK)
		log_event(LEVEL_ERROR, "running-not-written", "dir=%s", p->conf->dir);
	if (p->conf->ready)
		p->conf->ready(p->conf->arg, &p->given);
}

/* Once the gateway serves, those that read what it made. */
static void start_rest(struct parent *p)
{
	for (size_t i = 0; i < p->procs; i++) {
		enum err e = p->proc[i].known ? OK : start(p, &p->proc[i]);

		if (e != OK)
			fail(p, e);
	}
}

/* Kills the zygotes of a role that `c` has edges to; on_death starts them again. */
static void replace(struct process *c, uint8_t role)
{
	struct parent *p = c->p;
	size_t me = (size_t)(c - p->proc);

	for (size_t i = 0; i < p->links; i++)
		for (int side = 0; side < 2; side++) {
			struct process *peer = &p->proc[p->link[i].end[1 - side]];

			if (p->link[i].end[side] == me && peer->role == role &&
			    role_is_zygote(peer->role) && peer->running)
				spawn_kill(&peer->child, SIGKILL);
		}
}

/* The beginning of a connection to the one peer of this process, and to no other. */
static void dial(struct process *c)
{
	AUTO_CLOSE fd = -1;

	if (roles[c->role].per != PER_PEER)
		return;
	if (sock_dial(&c->p->config->witnesses[c->set].address, &fd) != OK)
		log_event(LEVEL_INFO, "peer-not-dialled", "name=%s", parent_set_name(c->p, c));
	if (wire_send(c->control, ROLE_MSG_LINE, 0, NULL, &fd, fd >= 0) != OK)
		spawn_kill(&c->child, SIGKILL);
}

/*
 * A role says four things: that it is ready, that a zygote must be replaced, that it wants to talk
 * to its peer, and which forbidden call is its last.
 */
static void read_words(struct process *c)
{
	struct sandbox_last last;
	uint8_t raw[64];
	int fds[SOCK_FDS_MAX];
	size_t n = 0, nfds = 0;

	if (sock_wait_readable(c->control, 0) != OK)
		return;
	if (sock_recv(c->control, raw, sizeof raw, &n, fds, &nfds) != OK || nfds > 0) {
		for (size_t i = 0; i < nfds; i++)
			close(fds[i]);
		loop_unwatch(c->words);
		c->words = NULL;
		return;
	}
	if (n == sizeof last) {
		memcpy(&last, raw, sizeof last);
		if (last.magic == SANDBOX_MAGIC)
			sandbox_syscall_name(last.syscall, c->syscall);
	} else if (n == WIRE_HEADER && raw[0] == 0 && raw[1] == ROLE_MSG_READY) {
		c->ready = true;
		if (c->role == ROLE_GATEWAY && !c->p->stopping)
			start_rest(c->p);
		tell_ready(c->p);
	} else if (n == WIRE_HEADER && raw[0] == 0 && raw[1] == ROLE_MSG_DIAL) {
		if (c->running)
			dial(c);
	} else if (n == WIRE_HEADER + 1 && raw[0] == 0 && raw[1] == ROLE_MSG_ANSWER) {
		parent_reload_answer(c, (enum err)raw[WIRE_HEADER]);
	} else if (n == WIRE_HEADER + 1 && raw[0] == 0 && raw[1] == ROLE_MSG_REPLACE) {
		replace(c, raw[WIRE_HEADER]);
	}
}

static void on_words(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	read_words(arg);
}

void parent_tell(struct process *c, enum role_message what)
{
	if (c->running && wire_send(c->control, (uint16_t)what, 0, NULL, NULL, 0) != OK)
		spawn_kill(&c->child, SIGKILL);
}

/*
 * Nobody leaves before those who still need it: the gateway is the last to close the store and has
 * its last entries signed, and a job that was lost to the stop would count as one that crashed.
 */
static unsigned stage_of(enum role_id role)
{
	if (role_is_zygote(role))
		return 3;
	return role == ROLE_SIGNER ? 2 : role == ROLE_GATEWAY ? 1 : 0;
}

/* Tells the first stage of which anybody runs; each is told once. */
static void stop_next(struct parent *p)
{
	unsigned stage = STAGES;

	for (size_t i = 0; i < p->procs; i++)
		if (p->proc[i].running && stage_of(p->proc[i].role) < stage)
			stage = stage_of(p->proc[i].role);
	if (stage == STAGES || stage < p->told_stop)
		return;
	p->told_stop = stage + 1;
	for (size_t i = 0; i < p->procs; i++)
		if (stage_of(p->proc[i].role) == stage)
			parent_tell(&p->proc[i], ROLE_MSG_STOP);
}

static void on_too_long(void *arg)
{
	struct parent *p = arg;

	for (size_t i = 0; i < p->procs; i++)
		if (p->proc[i].running)
			spawn_kill(&p->proc[i].child, SIGKILL);
}

static void on_stop(void *arg, int signo)
{
	struct parent *p = arg;
	struct loop_timer *t;

	if (p->stopping)
		return;
	p->stopping = true;
	parent_reload_end(p);
	log_event(LEVEL_INFO, "stopping", "signal=%s", spawn_signal_name(signo));
	for (size_t i = 0; i < p->procs; i++) {
		loop_cancel(p->proc[i].again);
		p->proc[i].again = NULL;
	}
	stop_next(p);
	if (!any_running(p) || loop_timer(p->loop, STOP_MS, on_too_long, p, &t) != OK)
		loop_stop(p->loop);
}

/* ---- the whole ---- */

/* Pins them now: what replaces a file later does not become a role of this run. */
static enum err open_programs(struct parent *p, struct diag *d)
{
	TRY(spawn_self(&p->exe[PROGRAM_MAIN]));
	for (size_t i = PROGRAM_MAIN + 1; i < PROGRAM_COUNT; i++) {
		enum err e = spawn_program(role_programs[i], PROGRAM_FOLDER, &p->exe[i]);

		if (e != OK)
			return diag_set(d, e, 0, "%s: %s", role_programs[i], err_str(e));
	}
	return OK;
}

static enum err begin(struct parent *p, struct diag *d)
{
	enum err e = running_begin(p->conf->dir, &p->running);

	if (e == ERR_CONFLICT)
		return diag_set(d, e, 0, "%s: a server runs here already", p->conf->dir);
	if (e != OK)
		return diag_set(d, e, 0, "%s/running: %s", p->conf->dir, err_str(e));
	if (p->root) {
		TRY(spawn_forget_groups());
		TRY(ids_check(p->conf->dir, p->config->first_uid, d));
		TRY(ids_own(p->conf->dir, p->config->first_uid, d));
	}
	TRY(given_open(p->conf->config, p->conf->text, NULL, &p->given, d));
	return open_programs(p, d);
}

static enum err serve(struct parent *p, struct diag *d)
{
	TRY(begin(p, d));
	TRY(plan_processes(p));
	TRY(plan_links(p));
	TRY(loop_new(&p->loop));
	TRY(loop_signal(p->loop, SIGTERM, on_stop, p));
	TRY(loop_signal(p->loop, SIGINT, on_stop, p));
	TRY(loop_signal(p->loop, SIGHUP, parent_reload, p));
	for (size_t i = 0; i < p->procs; i++)
		if (stage_of(p->proc[i].role) > 0)
			TRY(start(p, &p->proc[i]));
	TRY(loop_run(p->loop));
	log_event(LEVEL_INFO, "stopped", "roles=%zu", p->procs);
	return p->failed;
}

static void end(struct parent *p)
{
	for (size_t i = 0; i < p->procs; i++) {
		struct process *c = &p->proc[i];
		struct spawn_status st;

		if (!c->running)
			continue;
		spawn_kill(&c->child, SIGKILL);
		if (spawn_reap(&c->child, true, &st) == OK)
			log_end(p, c, st);
		fd_close(&c->child.pidfd);
		fd_close(&c->control);
	}
	for (size_t i = 0; i < p->links; i++) {
		fd_close(&p->link[i].fd[0]);
		fd_close(&p->link[i].fd[1]);
	}
	parent_reload_end(p);
	given_close(&p->given);
	arena_free(p->config_arena);
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		fd_close(&p->exe[i]);
	fd_close(&p->running);
	loop_free(p->loop);
	free(p);
}

enum err parent_run(const struct parent_conf *conf, struct diag *d)
{
	struct parent *p = calloc(1, sizeof *p);
	enum err e;

	if (!p)
		return diag_set(d, ERR_MEMORY, 0, "%s", err_str(ERR_MEMORY));
	p->conf = conf;
	p->config = conf->config;
	p->given = p->reload.given = GIVEN_NONE;
	p->root = owner_is_root();
	p->running = -1;
	memset(p->exe, -1, sizeof p->exe);
	diag_set(d, OK, 0, "%s", "");
	e = serve(p, d);
	if (e != OK && d->text[0] == '\0')
		e = diag_set(d, e, 0, "roles: %s", err_str(e));
	end(p);
	return e;
}
