#include "worker/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "os/clock.h"
#include "os/file.h"
#include "os/sock.h"

#define RUNNING_MAX PROTO_AT_ONCE_MAX

/* A process that waits for its job, which then costs nobody the time of a fork. */
struct spare {
	pid_t pid; /* 0: there is none */
	int socket;
};

struct zygote;

struct running {
	struct zygote *z;
	bool used, timed_out;
	uint32_t id;
	pid_t pid;
	int socket;
	struct loop_watch *watch;
	struct loop_timer *timer;
	uint64_t started_us;
};

struct zygote {
	const struct zygote_kind *kind;
	int fd;
	struct loop *loop;
	struct loop_watch *watch, *starter;
	struct sandbox_filter worker;
	uint64_t vm_bytes;
	bool failed, open;
	struct spare spare;
	struct running run[RUNNING_MAX];
	struct wire_msg msg;
};

static void stop(struct zygote *z)
{
	z->failed = true;
	loop_stop(z->loop);
}

static void say_done(struct zygote *z, uint32_t id, const struct proto_done *done)
{
	AUTO_BUF b;

	wire_buf(&b);
	proto_put_done(&b, done);
	if (wire_send(z->fd, PROTO_DONE, id, &b, NULL, 0) != OK)
		stop(z);
}

/* The job's process from fork to lock. What fails here is told by the exit code alone. */
static enum err lock_job(const struct zygote *z, const struct limits *l, uint64_t in_bytes)
{
	struct sandbox_limits lim = {
	    .memory = z->vm_bytes ? z->vm_bytes + in_bytes + l->memory_bytes : l->memory_bytes,
	    /* The report is a file too; the pool looks at the output's own size again. */
	    .file_bytes = l->output_bytes > PROTO_REPORT_MAX ? l->output_bytes : PROTO_REPORT_MAX,
	    .cpu_seconds = l->cpu_seconds,
	    .fds = 0,
	};

	TRY(sandbox_report_to(ZYGOTE_JOB_SOCKET));
	TRY(sandbox_limits(&lim));
	return z->worker.n ? sandbox_filter_load(&z->worker) : OK;
}

/* Keeps the socket to the zygote alone, beside 0 to 2 until the job is there. */
static enum err keep_socket(int socket)
{
	if (socket != ZYGOTE_JOB_SOCKET && dup2(socket, ZYGOTE_JOB_SOCKET) < 0)
		return ERR_IO;
	return syscall(SYS_close_range, (unsigned)ZYGOTE_JOB_SOCKET + 1, ~0u, 0) == 0 ? OK : ERR_IO;
}

/* Waits for the job: its options as one message, its descriptors beside them. */
static enum err take_job(struct proto_job *opt, int fds[3])
{
	int got[SOCK_FDS_MAX];
	size_t n, nfds;

	TRY(sock_recv(ZYGOTE_JOB_SOCKET, opt, sizeof *opt, &n, got, &nfds));
	if (n != sizeof *opt || nfds != 3)
		return ERR_PEER;
	memcpy(fds, got, 3 * sizeof *got);
	return OK;
}

static const char *run_job(const struct zygote *z, const struct proto_job *opt, const int fds[3],
			   struct proto_last *last)
{
	struct zygote_job job = {.opt = opt, .out = fds[1], .report = fds[2]};
	struct mem_map in = {0};

	last->err = mem_map(fds[0], opt->limits.input_bytes, &in);
	if (last->err != OK)
		return "the file is larger than limit input_bytes";
	close(fds[0]);
	if (syscall(SYS_close_range, 0u, 2u, 0) != 0)
		last->err = ERR_IO;
	if (last->err == OK && !z->open)
		last->err = lock_job(z, &opt->limits, in.view.n);
	if (last->err != OK)
		return "the worker could not lock itself";
	mallopt(M_TOP_PAD, 1 << 20);
	job.in = in.view;
	z->kind->run(&job, last);
	return NULL;
}

__attribute__((noreturn)) static void job_main(const struct zygote *z, int socket)
{
	struct proto_last last = {.magic = PROTO_LAST_MAGIC};
	struct proto_job opt;
	const char *trouble;
	int fds[3];

	/* A zygote that is gone has no job for us. */
	if (keep_socket(socket) != OK || take_job(&opt, fds) != OK)
		_exit(1);
	trouble = run_job(z, &opt, fds, &last);
	if (trouble)
		snprintf(last.text, sizeof last.text, "%s", trouble);
	last.magic = PROTO_LAST_MAGIC;
	_exit(write(ZYGOTE_JOB_SOCKET, &last, sizeof last) == (ssize_t)sizeof last ? 0 : 1);
}

/* Forks the process of the next job, if there is none. */
static enum err fork_ahead(struct zygote *z)
{
	int two[2];

	if (z->spare.pid > 0)
		return OK;
	TRY(sock_pair(two));
	/* Without the handlers of fork(3): one thread, and the child never returns. */
	z->spare = (struct spare){.pid = _Fork(), .socket = two[0]};
	if (z->spare.pid == 0)
		job_main(z, two[1]);
	close(two[1]);
	if (z->spare.pid < 0) {
		close(two[0]);
		z->spare = (struct spare){0};
		return ERR_FULL;
	}
	return OK;
}

/* Reads what a job left in its socket: one of two forms, or nothing of worth. */
static void read_last_words(int socket, struct proto_done *done)
{
	union {
		struct proto_last last;
		struct sandbox_last broken;
	} got;
	ssize_t n = read(socket, &got, sizeof got);

	if (n == (ssize_t)sizeof got.last && got.last.magic == PROTO_LAST_MAGIC) {
		done->end = END_REPLY;
		done->last = got.last;
	} else if (n == (ssize_t)sizeof got.broken && got.broken.magic == SANDBOX_MAGIC) {
		done->end = got.broken.syscall >= 0 ? END_SYSCALL : END_SIGNAL;
		done->number = got.broken.syscall >= 0 ? got.broken.syscall : got.broken.signo;
	} else {
		done->end = END_EXIT;
	}
}

static uint32_t usec32(uint64_t us)
{
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* Its end is closed: the process is dead, or about to be. */
static void finish(struct running *r)
{
	struct zygote *z = r->z;
	struct proto_done done = {.end = END_EXIT};
	struct rusage use = {0};
	int status = 0;
	pid_t k;

	/* One that closed its end and goes on must not make us wait; to a dying one it is nothing.
	 */
	kill(r->pid, SIGKILL);
	do
		k = wait4(r->pid, &status, 0, &use);
	while (k < 0 && errno == EINTR);
	if (k != r->pid) {
		stop(z);
		return;
	}
	if (WIFEXITED(status))
		read_last_words(r->socket, &done);
	else
		done = (struct proto_done){.end = END_SIGNAL, .number = WTERMSIG(status)};
	if (done.end == END_EXIT)
		done.number = WEXITSTATUS(status);
	if (r->timed_out)
		done.end = END_TIME;
	done.wall_us = usec32(clock_mono_us() - r->started_us);
	done.cpu_us = usec32((uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000u +
			     (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec));
	loop_unwatch(r->watch);
	loop_cancel(r->timer);
	close(r->socket);
	r->used = false;
	say_done(z, r->id, &done);
	/* The answer is on its way: now is the time. A failure shows when the next job comes. */
	(void)!fork_ahead(z);
}

/* The last words are small and wait in the socket: only its end matters. */
static void on_end(void *arg, int fd, unsigned events)
{
	(void)fd;
	if (events & LOOP_HUP)
		finish(arg);
}

static void on_time(void *arg)
{
	struct running *r = arg;

	r->timer = NULL;
	r->timed_out = true;
	kill(r->pid, SIGKILL);
}

static struct running *free_slot(struct zygote *z)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (!z->run[i].used)
			return &z->run[i];
	return NULL;
}

static enum err watch_job(struct running *r, uint32_t wall_seconds)
{
	TRY(loop_watch(r->z->loop, r->socket, 0, on_end, r, &r->watch));
	if (wall_seconds)
		TRY(loop_timer(r->z->loop, (uint64_t)wall_seconds * 1000, on_time, r, &r->timer));
	return OK;
}

static void spare_lost(struct spare *spare)
{
	int status;

	kill(spare->pid, SIGKILL);
	while (waitpid(spare->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(spare->socket);
	*spare = (struct spare){0};
}

/* Hands the job to the process that waits, or to a new one where that has died waiting. */
static enum err hand_over(struct zygote *z, const struct proto_job *opt, const int fds[3],
			  struct running *r)
{
	struct slice order = slice_of(opt, sizeof *opt);

	for (int tries = 0; tries < 2; tries++) {
		TRY(fork_ahead(z));
		if (sock_send(z->spare.socket, order, slice_of(NULL, 0), fds, 3) == OK) {
			r->pid = z->spare.pid;
			r->socket = z->spare.socket;
			z->spare = (struct spare){0};
			return OK;
		}
		spare_lost(&z->spare);
	}
	return ERR_FULL;
}

static enum err on_job(void *arg, struct wire_msg *m, struct reader *payload)
{
	struct zygote *z = arg;
	struct proto_job opt = {0};
	struct running *r = free_slot(z);

	TRY(proto_get_job(payload, &opt));
	if (r) {
		*r = (struct running){
		    .z = z, .used = true, .id = m->id, .started_us = clock_mono_us()};
		r->used = hand_over(z, &opt, m->fds, r) == OK;
	}
	if (!r || !r->used) {
		say_done(z, m->id, &(struct proto_done){.end = END_START, .number = ERR_FULL});
		return OK;
	}
	return watch_job(r, opt.limits.wall_seconds);
}

static enum err on_cancel(void *arg, struct wire_msg *m, struct reader *payload)
{
	struct zygote *z = arg;

	(void)payload;
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (z->run[i].used && z->run[i].id == m->id)
			kill(z->run[i].pid, SIGKILL);
	return OK;
}

static const struct wire_type from_pool[] = {
    {PROTO_JOB, "job", 1024, 3, 3, on_job},
    {PROTO_CANCEL, "cancel", 0, 0, 0, on_cancel},
};

static void on_message(void *arg, int fd, unsigned events)
{
	struct zygote *z = arg;

	enum err e = wire_recv(fd, &z->msg);

	(void)events;
	/* The pool is gone: so is the reason to be here. */
	if (e == ERR_CRASH) {
		loop_stop(z->loop);
		return;
	}
	if (e != OK || wire_dispatch(from_pool, ARRAY_LEN(from_pool), z, &z->msg, NULL) != OK) {
		stop(z);
		return;
	}
	wire_msg_clear(&z->msg);
}

/* The starter has nothing to say but that it is time to go. */
static void on_starter(void *arg, int fd, unsigned events)
{
	struct zygote *z = arg;

	(void)fd;
	(void)events;
	loop_stop(z->loop);
}

static int compare_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 1);
}

/* State that the C library makes on first use with calls that a job has not. */
static void warm_up_libc(void)
{
	char *text = calloc(1, 4096);

	/* qsort of more than 1 KiB asks sysconf for the memory size, once. */
	if (text)
		qsort(text, 4096, 1, compare_bytes);
	free(text);
	mallopt(M_ARENA_MAX, 1);
	/*
	 * The heap's free end stays small here: calloc would clear what a job takes of it, page by
	 * page, where fresh memory is clear already. A job's own heap grows in large steps instead.
	 */
	mallopt(M_TOP_PAD, 0);
}

/* Gives away all rights of the zygote. What fails is missing in the fences, and told. */
static struct fences lock_zygote(struct zygote *z, unsigned namespaces)
{
	struct fences f = {0};
	struct sandbox_filter own = {0};

	fences_of_ns(&f, namespaces);
	sandbox_empty_root(&f);
	sandbox_landlock(&f);
	sandbox_drop_caps(&f);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	f.have |= 1u << FENCE_LIMITS;
	if (sandbox_filter_build(SANDBOX_WORKER, &z->worker) == OK &&
	    sandbox_filter_build(SANDBOX_ZYGOTE, &own) == OK && sandbox_filter_load(&own) == OK)
		f.have |= 1u << FENCE_SECCOMP;
	else
		sandbox_filter_free(&z->worker);
	sandbox_filter_free(&own);
	return f;
}

/* The first message says what the start gave: it is known only outside. */
static enum err learn_namespaces(struct zygote *z, int starter, unsigned *ret_namespaces)
{
	TRY(wire_recv(starter, &z->msg));
	if (z->msg.type != PROTO_HELLO || z->msg.payload.n != 1)
		return ERR_PEER;
	*ret_namespaces = z->msg.payload.p[0];
	return OK;
}

static enum err serve(struct zygote *z, const struct zygote_ends *ends)
{
	AUTO_BUF hello = {0};
	struct fences f = {0};
	unsigned namespaces;

	wire_buf(&hello);
	TRY(learn_namespaces(z, ends->starter, &namespaces));
	warm_up_libc();
	if (z->kind->warm_up)
		z->kind->warm_up();
	malloc_trim(0);
	z->vm_bytes = sandbox_vm_bytes();
	z->open = ends->open;
	if (!z->open)
		f = lock_zygote(z, namespaces);
	wire_put_u32(&hello, f.have);
	wire_put_u32(&hello, (uint32_t)f.landlock_abi);
	TRY(wire_send(z->fd, PROTO_HELLO, 0, &hello, NULL, 0));
	TRY(loop_watch(z->loop, z->fd, LOOP_READ, on_message, z, &z->watch));
	if (ends->starter != ends->jobs)
		TRY(loop_watch(z->loop, ends->starter, LOOP_READ, on_starter, z, &z->starter));
	TRY(fork_ahead(z));
	if (ends->up)
		TRY(ends->up(ends->starter));
	TRY(loop_run(z->loop));
	return z->failed ? ERR_CRASH : OK;
}

int zygote_main(const struct zygote_ends *ends, const struct zygote_kind *kind)
{
	struct zygote *z = calloc(1, sizeof *z);
	AUTO_LOOP loop = NULL;

	if (!z || loop_new(&loop) != OK)
		return 1;
	z->kind = kind;
	z->fd = ends->jobs;
	z->loop = loop;
	wire_msg_init(&z->msg);
	return serve(z, ends) == OK ? 0 : 1;
}
