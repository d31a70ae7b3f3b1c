#include "worker/pool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/file.h"
#include "os/spawn.h"
#include "worker/proto.h"

/* Starts of one kind that may fail in a row before its jobs are given up. */
#define STARTS_MAX 3
/* What a zygote gets above a job's own wall time before it counts as hung. */
#define GRACE_MS 5000u

struct pool_ticket {
	struct pool_ticket *next;
	struct pool_kind *kind;
	uint32_t id;
	bool running, cancelled;
	char lost[48];       /* why no answer will come, "" while one may */
	int in, out, report; /* own descriptors */
	struct proto_job opt;
	struct loop_timer *timer;
	pool_done_fn *done;
	void *arg;
};

/* One kind: its zygote, and its tickets, oldest first. */
struct pool_kind {
	struct pool *pool;
	enum worker_kind which;
	bool up; /* it said hello */
	struct spawned zygote;
	int fd;
	struct loop_watch *watch;
	unsigned starts;         /* in a row that did not end in a hello */
	bool warm;               /* wanted also without a job */
	struct loop_timer *soon; /* on_kick is due */
	uint32_t running;
	struct pool_ticket *tickets;
};

struct pool {
	struct loop *loop;
	struct pool_conf conf;
	uint32_t next_id;
	uint32_t have; /* fences that every zygote has */
	int landlock_abi;
	struct pool_kind kind[WORKER_KINDS];
	struct buf report; /* of the result that is being told, or of the last pool_run */
	struct wire_msg msg;
};

/* What serves a kind; with one zygote all share what stands first. */
static struct pool_kind *kind_of(struct pool *p, enum worker_kind which)
{
	return &p->kind[p->conf.one_zygote ? 0 : which];
}

static const char *kind_name(const struct pool_kind *k)
{
	return k->pool->conf.one_zygote ? PROTO_BOTH_KINDS : proto_kind_name(k->which);
}

static void fail_result(struct worker_result *r, enum err e, const char *fault, const char *text)
{
	r->err = e;
	snprintf(r->fault, sizeof r->fault, "%s", fault);
	snprintf(r->diag.text, sizeof r->diag.text, "%s", text);
}

static void ticket_free(struct pool_ticket *t)
{
	loop_cancel(t->timer);
	fd_close(&t->in);
	fd_close(&t->out);
	fd_close(&t->report);
	free(t);
}

static void unlink_ticket(struct pool_ticket *t)
{
	struct pool_ticket **at = &t->kind->tickets;

	while (*at && *at != t)
		at = &(*at)->next;
	BUG_IF(!*at);
	*at = t->next;
	t->next = NULL;
	if (t->running)
		t->kind->running--;
}

static void start_next(struct pool_kind *k);

/* Ends a ticket: out of its list, then its callback, then its memory. */
static void tell(struct pool_ticket *t, struct worker_result *r)
{
	unlink_ticket(t);
	if (!t->cancelled)
		t->done(t->arg, r);
	fd_close(&r->out);
	ticket_free(t);
}

static void on_kick(void *arg);

/* What must not happen inside a caller's call (callbacks, restarts) happens soon, from the loop. */
static void kick(struct pool_kind *k)
{
	if (!k->soon && loop_timer(k->pool->loop, 0, on_kick, k, &k->soon) != OK)
		bug(__FILE__, __LINE__, "no memory for a timer");
}

/* The zygote is dead or will be: reaps it; what it was working on is lost. */
static void zygote_down(struct pool_kind *k)
{
	struct spawn_status st = {0};
	char fault[48] = "worker";

	if (k->fd < 0)
		return;
	loop_unwatch(k->watch);
	k->watch = NULL;
	if (k->pool->conf.exe < 0) {
		k->fd = -1;
	} else {
		spawn_kill(&k->zygote, SIGKILL);
		if (spawn_reap(&k->zygote, true, &st) == OK && st.end == SPAWN_SIGNALED)
			snprintf(fault, sizeof fault, "worker %s", spawn_signal_name(st.code));
		fd_close(&k->fd);
		fd_close(&k->zygote.pidfd);
	}
	k->up = false;
	for (struct pool_ticket *t = k->tickets; t; t = t->next)
		if (t->running)
			memcpy(t->lost, fault, sizeof t->lost);
	kick(k);
}

/* A zygote that is alive but of no use: whoever started it must end it. */
static void zygote_useless(struct pool_kind *k)
{
	const struct pool_conf *conf = &k->pool->conf;

	if (k->fd >= 0 && conf->exe < 0 && conf->replace)
		conf->replace(conf->call_arg, k->which);
	zygote_down(k);
}

static void describe_end(const struct proto_done *d, struct worker_result *r)
{
	char fault[48], name[32];

	switch (d->end) {
	case END_SIGNAL:
		if (d->number == SIGXCPU) {
			fail_result(r, ERR_LIMIT, "limit cpu_seconds", "it took too much CPU time");
		} else if (d->number == SIGXFSZ) {
			fail_result(r, ERR_LIMIT, "limit output_bytes",
				    "its output grew too large");
		} else {
			snprintf(fault, sizeof fault, "%s", spawn_signal_name(d->number));
			fail_result(r, ERR_CRASH, fault, "the worker crashed");
		}
		break;
	case END_SYSCALL:
		sandbox_syscall_name(d->number, name);
		snprintf(fault, sizeof fault, "syscall %.31s", name);
		fail_result(r, ERR_CRASH, fault, "the worker made a forbidden system call");
		break;
	case END_EXIT:
		snprintf(fault, sizeof fault, "exit %d", d->number);
		fail_result(r, ERR_CRASH, fault, "the worker ended without an answer");
		break;
	case END_TIME:
		fail_result(r, ERR_TIMEOUT, "limit wall_seconds", "it took too much time");
		break;
	case END_LIE:
		fail_result(r, ERR_PEER, "reply", "the worker's answer makes no sense");
		break;
	case END_START:
		fail_result(r, ERR_FULL, "start", "no worker could be started");
		break;
	case END_REPLY:
	case END_COUNT:
		break;
	}
}

static enum err read_report(struct pool *p, int fd)
{
	buf_free(&p->report);
	TRY(mem_seal(fd));
	return mem_read(fd, &p->report);
}

/* Takes the output of a job that said it went well. */
static void take_output(struct pool_ticket *t, const struct proto_last *last,
			struct worker_result *r)
{
	uint64_t n = 0;

	if (mem_seal(t->out) != OK || mem_size(t->out, &n) != OK) {
		fail_result(r, ERR_CRASH, "output", "the output could not be sealed");
		return;
	}
	if (n > t->opt.limits.output_bytes) {
		fail_result(r, ERR_LIMIT, "limit output_bytes", "its output grew too large");
		return;
	}
	if (n != last->out_bytes) {
		fail_result(r, ERR_PEER, "reply", "the worker's answer does not match its output");
		return;
	}
	r->out = fd_take(&t->out);
	r->out_bytes = n;
}

static void describe_reply(struct pool_ticket *t, const struct proto_last *last,
			   struct worker_result *r)
{
	r->err = (enum err)last->err;
	memcpy(r->type, last->type, sizeof r->type);
	memcpy(r->ext, last->ext, sizeof r->ext);
	memcpy(r->wrote, last->wrote, sizeof r->wrote);
	if (r->err == OK) {
		if (t->opt.kind == WORKER_SANITIZE && (!r->ext[0] || !r->wrote[0]))
			fail_result(r, ERR_PEER, "reply", "the worker did not say what it wrote");
		else if (t->opt.kind == WORKER_SANITIZE)
			take_output(t, last, r);
		return;
	}
	r->diag = (struct diag){
	    .offset = (size_t)last->offset, .line = last->line, .column = last->column};
	memcpy(r->diag.part, last->part, sizeof r->diag.part);
	memcpy(r->diag.text, last->text, sizeof r->diag.text);
	if (r->err == ERR_MEMORY)
		snprintf(r->fault, sizeof r->fault, "limit memory_bytes");
	else if (r->err == ERR_LIMIT)
		snprintf(r->fault, sizeof r->fault, "limit");
}

static enum err on_done(void *arg, struct wire_msg *m, struct reader *payload)
{
	struct pool_kind *k = arg;
	struct pool *p = k->pool;
	struct pool_ticket *t = k->tickets;
	struct worker_result r = {.out = -1};
	struct proto_done d;

	while (t && (t->id != m->id || !t->running))
		t = t->next;
	if (!t)
		return ERR_PEER;
	TRY(proto_get_done(payload, &d));
	r.wall_us = d.wall_us;
	r.cpu_us = d.cpu_us;
	if (d.end == END_REPLY)
		describe_reply(t, &d.last, &r);
	else
		describe_end(&d, &r);
	if (read_report(p, t->report) != OK) {
		fail_result(&r, ERR_CRASH, "report", "the worker's report could not be read");
		buf_free(&p->report);
	}
	r.report = buf_view(&p->report);
	tell(t, &r);
	start_next(k);
	return OK;
}

static enum err on_hello(void *arg, struct wire_msg *m, struct reader *payload)
{
	struct pool_kind *k = arg;
	uint32_t have = wire_get_u32(payload), abi = wire_get_u32(payload);

	(void)m;
	TRY(wire_end(payload));
	k->up = true;
	k->warm = false;
	k->starts = 0;
	k->pool->have &= have;
	k->pool->landlock_abi = (int)abi;
	if (k->pool->conf.up)
		k->pool->conf.up(k->pool->conf.call_arg, kind_name(k),
				 (struct fences){have, (int)abi});
	start_next(k);
	return OK;
}

static const struct wire_type from_zygote[] = {
    {PROTO_HELLO, "hello", 8, 0, 0, on_hello},
    {PROTO_DONE, "done", 1024, 0, 0, on_done},
};

static void on_message(void *arg, int fd, unsigned events)
{
	struct pool_kind *k = arg;
	struct wire_msg *m = &k->pool->msg;

	(void)events;
	if (wire_recv(fd, m) != OK ||
	    wire_dispatch(from_zygote, ARRAY_LEN(from_zygote), k, m, NULL) != OK)
		zygote_useless(k);
}

/* Starts the zygote of a kind; it is `up` only when it has said hello. */
static enum err zygote_start(struct pool_kind *k)
{
	struct pool *p = k->pool;
	const char *const argv[] = {"sekisho", p->conf.arg ? p->conf.arg : "zygote", kind_name(k),
				    NULL};
	int two[2];
	enum err e;
	AUTO_BUF b = {0};

	wire_buf(&b);
	TRY(sock_pair(two));
	struct spawn s = {.exe = p->conf.exe,
			  .argv = argv,
			  .env = proto_zygote_env,
			  .fds = &two[1],
			  .nfds = 1,
			  .namespaces = SPAWN_NS_ALL,
			  .die_with_parent = true};

	e = spawn(&s, &k->zygote);
	close(two[1]);
	if (e != OK) {
		close(two[0]);
		return e;
	}
	k->fd = two[0];
	wire_put_u8(&b, (uint8_t)k->zygote.namespaces);
	e = wire_send(k->fd, PROTO_HELLO, 0, &b, NULL, 0);
	if (e == OK)
		e = loop_watch(p->loop, k->fd, LOOP_READ, on_message, k, &k->watch);
	if (e != OK)
		zygote_down(k);
	return e;
}

/* A zygote that does not even say that a job took too long is hung: it is replaced. */
static void on_hung(void *arg)
{
	struct pool_ticket *t = arg;

	t->timer = NULL;
	zygote_useless(t->kind);
}

static enum err send_job(struct pool_kind *k, struct pool_ticket *t)
{
	AUTO_BUF b = {0};
	uint64_t ms = (uint64_t)t->opt.limits.wall_seconds * 1000 + GRACE_MS;

	wire_buf(&b);
	proto_put_job(&b, &t->opt);
	t->running = true;
	k->running++;
	TRY(mem_new("output", &t->out));
	TRY(mem_new("report", &t->report));
	TRY(loop_timer(k->pool->loop, ms, on_hung, t, &t->timer));
	TRY(wire_send(k->fd, PROTO_JOB, t->id, &b, (int[]){t->in, t->out, t->report}, 3));
	fd_close(&t->in);
	return OK;
}

/* Hands waiting jobs to the zygote, oldest first. */
static void start_next(struct pool_kind *k)
{
	for (struct pool_ticket *t = k->tickets; t && k->up; t = t->next) {
		if (k->running >= k->pool->conf.at_once)
			return;
		if (!t->running && send_job(k, t) != OK)
			zygote_useless(k);
	}
}

static struct pool_ticket *first_lost(const struct pool_kind *k)
{
	struct pool_ticket *t = k->tickets;

	while (t && !t->lost[0])
		t = t->next;
	return t;
}

static void tell_lost(struct pool_kind *k)
{
	struct pool_ticket *t;

	/* From the start each time: a callback may change the list. */
	while ((t = first_lost(k)) != NULL) {
		struct worker_result r = {.out = -1};

		fail_result(&r, ERR_CRASH, t->lost, "the worker ended before its answer");
		tell(t, &r);
	}
}

static void on_kick(void *arg)
{
	struct pool_kind *k = arg;

	k->soon = NULL;
	tell_lost(k);
	if ((k->tickets || k->warm) && k->fd < 0 && k->pool->conf.exe >= 0) {
		if (k->starts >= STARTS_MAX) {
			for (struct pool_ticket *t = k->tickets; t; t = t->next)
				snprintf(t->lost, sizeof t->lost, "start");
			k->starts = 0;
			k->warm = false;
			tell_lost(k);
			return;
		}
		k->starts++;
		if (zygote_start(k) != OK)
			kick(k);
	}
	start_next(k);
}

enum err pool_new(struct loop *loop, const struct pool_conf *conf, struct pool **ret_pool)
{
	struct pool *p = calloc(1, sizeof *p);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (!p)
		return ERR_MEMORY;
	p->loop = loop;
	p->conf = *conf;
	if (p->conf.at_once == 0)
		p->conf.at_once = cpus > 0 && cpus < 64 ? (uint32_t)cpus : 1;
	if (p->conf.at_once > PROTO_AT_ONCE_MAX)
		p->conf.at_once = PROTO_AT_ONCE_MAX;
	p->have = UINT32_MAX;
	buf_init(&p->report, PROTO_REPORT_MAX);
	wire_msg_init(&p->msg);
	for (unsigned i = 0; i < WORKER_KINDS; i++)
		p->kind[i] = (struct pool_kind){.pool = p, .which = i, .fd = -1};
	*ret_pool = p;
	return OK;
}

enum err pool_attach(struct pool *p, enum worker_kind kind, int fd)
{
	struct pool_kind *k = &p->kind[kind];

	BUG_IF(p->conf.exe >= 0);
	zygote_down(k);
	TRY(loop_watch(p->loop, fd, LOOP_READ, on_message, k, &k->watch));
	k->fd = fd;
	return OK;
}

void pool_detach(struct pool *p, enum worker_kind kind)
{
	zygote_down(&p->kind[kind]);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < WORKER_KINDS; i++) {
		struct pool_kind *k = &p->kind[i];

		zygote_down(k);
		while (k->tickets) {
			struct pool_ticket *t = k->tickets;

			unlink_ticket(t);
			ticket_free(t);
		}
		loop_cancel(k->soon);
	}
	buf_free(&p->report);
	wire_msg_clear(&p->msg);
	free(p);
}

void pool_warm(struct pool *p, enum worker_kind kind)
{
	struct pool_kind *k = kind_of(p, kind);

	k->warm = true;
	kick(k);
}

enum err pool_submit(struct pool *p, const struct worker_job *job, pool_done_fn *done, void *arg,
		     struct pool_ticket **ret_ticket)
{
	struct pool_kind *k = kind_of(p, job->kind);
	struct pool_ticket **at = &k->tickets, *t = calloc(1, sizeof *t);
	struct slice name = job->name;

	if (!t)
		return ERR_MEMORY;
	*t = (struct pool_ticket){.kind = k, .out = -1, .report = -1, .done = done, .arg = arg};
	if (fd_dup(job->in, &t->in) != OK) {
		free(t);
		return ERR_IO;
	}
	t->id = ++p->next_id;
	t->opt.kind = job->kind;
	t->opt.limits = job->limits;
	t->opt.method = job->method;
	t->opt.hidden = job->hidden;
	memcpy(t->opt.grammar, job->grammar, sizeof t->opt.grammar);
	t->opt.grammar[sizeof t->opt.grammar - 1] = '\0';
	if (name.n > PROTO_NAME_MAX)
		name = slice_from(name, name.n - PROTO_NAME_MAX);
	t->opt.name_n = name.n;
	if (name.n)
		memcpy(t->opt.name, name.p, name.n);
	while (*at)
		at = &(*at)->next;
	*at = t;
	if (k->up)
		start_next(k);
	else if (k->fd < 0)
		kick(k);
	if (ret_ticket)
		*ret_ticket = t;
	return OK;
}

void pool_cancel(struct pool_ticket *t)
{
	struct pool_kind *k = t->kind;

	if (!t->running) {
		unlink_ticket(t);
		ticket_free(t);
		return;
	}
	t->cancelled = true;
	if (k->fd >= 0 && wire_send(k->fd, PROTO_CANCEL, t->id, NULL, NULL, 0) != OK)
		zygote_useless(k);
}

struct one {
	struct worker_result *ret;
	bool done;
};

static void on_one(void *arg, struct worker_result *result)
{
	struct one *one = arg;

	*one->ret = *result;
	one->ret->out = fd_take(&result->out);
	one->done = true;
}

enum err pool_run(struct pool *p, const struct worker_job *job, struct worker_result *ret_result)
{
	struct worker_result r = {.out = -1};
	struct one one = {.ret = &r};
	struct pool_ticket *t;

	TRY(pool_submit(p, job, on_one, &one, &t));
	while (!one.done) {
		enum err e = loop_once(p->loop, -1);

		if (e != OK) {
			pool_cancel(t);
			return e;
		}
	}
	*ret_result = r;
	return OK;
}

struct fences pool_fences(const struct pool *p)
{
	return (struct fences){.have = p->have, .landlock_abi = p->landlock_abi};
}

/* Password jobs are short, need one block of 64 MiB and must not wait behind a slow machine. */
static enum err submit_password(struct pool *p, const struct buf *request, pool_done_fn *done,
				void *arg, struct pool_ticket **ret_ticket)
{
	struct worker_job job = {.kind = WORKER_PASSWORD, .limits = limits_default()};
	AUTO_CLOSE in = -1;

	TRY(buf_err(request));
	job.limits.memory_bytes = 128u << 20;
	job.limits.cpu_seconds = 10;
	job.limits.wall_seconds = 30;
	TRY(mem_of("password", buf_view(request), &in));
	job.in = in;
	return pool_submit(p, &job, done, arg, ret_ticket);
}

/* Leaves no copy of a password behind in the heap. */
static void wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

static enum err check_password(struct slice password)
{
	return password.n == 0 || password.n > PROTO_PASSWORD_MAX ? ERR_USAGE : OK;
}

enum err pool_password_hash(struct pool *p, struct slice password, pool_done_fn *done, void *arg,
			    struct pool_ticket **ret_ticket)
{
	struct buf b;
	enum err e;

	TRY(check_password(password));
	buf_init(&b, 2048);
	buf_byte(&b, 0);
	buf_slice(&b, password);
	e = submit_password(p, &b, done, arg, ret_ticket);
	wipe(&b);
	return e;
}

enum err pool_password_check(struct pool *p, struct slice password, struct slice hash,
			     pool_done_fn *done, void *arg, struct pool_ticket **ret_ticket)
{
	uint8_t field[PROTO_HASH_SIZE] = {0};
	struct buf b;
	enum err e;

	TRY(check_password(password));
	if (hash.n >= sizeof field)
		return ERR_USAGE;
	if (hash.n)
		memcpy(field, hash.p, hash.n);
	buf_init(&b, 2048);
	buf_byte(&b, 1);
	buf_put(&b, field, sizeof field);
	buf_slice(&b, password);
	e = submit_password(p, &b, done, arg, ret_ticket);
	wipe(&b);
	return e;
}
