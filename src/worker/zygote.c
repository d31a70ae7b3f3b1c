#include "worker/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include "os/clock.h"
#include "os/file.h"
#include "os/huge.h"
#include "os/sock.h"

#define RUNNING_MAX PROTO_AT_ONCE_MAX
#define PAGE ((size_t)4096)
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
/* As large as Linux gives a program. */
#define JOB_STACK ((size_t)8 * 1024 * 1024)
/* Address space that a job's heap begins with; it is part of its memory limit. */
#define JOB_HEAP ((size_t)32 * 1024 * 1024)
#define FROM_TOP ((size_t)64 * 1024) /* larger than any free chunk but the heap's end */
/* What a small job's heap is, in small pages; behind it come huge ones. */
#define JOB_HEAP_SMALL ((size_t)192 * 1024)
#define SMALL_TO_VERIFY ((uint64_t)64 << 10) /* inputs up to here need no more */
#define SMALL_TO_READ ((uint64_t)4 << 10)
#define ZYGOTE_STACK ((size_t)256 * 1024)
/* What nearly every job uses of its stack: made present at once instead of page by page. */
#define JOB_STACK_WARM (3 * PAGE)
/* Inputs up to this are read into the heap: that is cheaper than the page faults of a mapping. */
#define READ_MAX ((uint64_t)1 << 20)

/*
 * Memory. A fork makes every page that both sides have copied at the next write of either, and a
 * page fault costs more than most of what a small job does. So what the zygote writes to while it
 * serves is in `struct zygote` and on a stack beside it, which its jobs do not get at all; and what
 * a job needs to know is in `struct seed`, at the top of the stack that it starts on.
 */

/* What a job's process knows at its birth. */
struct seed {
	const struct zygote_kind *kind;
	struct sandbox_filter filter;
	uint64_t vm_bytes;
	uint8_t
	    *heap; /* what malloc gives next: JOB_HEAP_SMALL before a huge page; NULL: unknown */
	bool open;
	int socket;
};

/* A process that waits for its job, which then costs nobody the time of a fork. */
struct spare {
	pid_t pid; /* 0: there is none */
	int socket;
};

struct running {
	bool used, timed_out;
	uint32_t id;
	pid_t pid;
	int socket;
	uint64_t started_us, end_us; /* end_us: killed then; 0 = never */
};

struct zygote {
	const struct zygote_ends *ends;
	const struct zygote_kind *kind;
	struct seed *seed;
	bool failed, leave;
	struct spare spare;
	struct running run[RUNNING_MAX];
	struct wire_msg msg;
	ucontext_t main, served;
	enum err result;
	_Alignas(16) uint8_t stack[ZYGOTE_STACK];
};

static void stop(struct zygote *z)
{
	z->failed = true;
	z->leave = true;
}

static void say_done(struct zygote *z, uint32_t id, const struct proto_done *done)
{
	uint8_t room[sizeof *done + 64];
	struct buf b = {.p = room, .cap = sizeof room, .max = sizeof room};

	proto_put_done(&b, done);
	if (wire_send(z->ends->jobs, PROTO_DONE, id, &b, NULL, 0) != OK)
		stop(z);
}

/* The job's process from fork to lock. What fails here is told by the exit code alone. */
static enum err lock_job(const struct seed *s, const struct limits *l, uint64_t in_bytes)
{
	struct sandbox_limits lim = {
	    .memory = s->vm_bytes ? s->vm_bytes + in_bytes + l->memory_bytes : l->memory_bytes,
	    /* The report is a file too; the pool looks at the output's own size again. */
	    .file_bytes = l->output_bytes > PROTO_REPORT_MAX ? l->output_bytes : PROTO_REPORT_MAX,
	    .cpu_seconds = l->cpu_seconds,
	    .fds = 0,
	};

	TRY(sandbox_report_to(ZYGOTE_JOB_SOCKET));
	TRY(sandbox_limits(&lim));
	return s->filter.n ? sandbox_filter_load(&s->filter) : OK;
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

/* The input, which lives as long as the process. */
static enum err take_input(int fd, uint64_t cap, struct slice *ret)
{
	struct mem_map map = {0};
	struct buf b;
	uint64_t n;

	TRY(mem_size(fd, &n));
	if (n > READ_MAX || n > cap) {
		TRY(mem_map(fd, cap, &map));
		*ret = map.view;
		return OK;
	}
	buf_init(&b, (size_t)n);
	TRY(mem_read(fd, &b));
	*ret = buf_view(&b);
	return OK;
}

/*
 * Makes present what the job will use of its heap (see settle_heap), at once instead of page by
 * page: a few small pages, or none of them, so that all lies in huge ones. A huge page costs the
 * time to clear it. Only time depends on it.
 */
static void warm_heap(const struct seed *s, const struct proto_job *opt, int in)
{
	const bool verify = opt->kind == WORKER_VERIFY;
	void *volatile skipped; /* so that no compiler leaves the call out */
	uint64_t n;

	if (!s->heap || mem_size(in, &n) != OK)
		return;
	if (n > (verify ? SMALL_TO_VERIFY : SMALL_TO_READ)) {
		/* Never used and never freed: what follows begins at the huge page. */
		skipped = malloc(JOB_HEAP_SMALL - sizeof(size_t));
		(void)skipped;
		return;
	}
	n = (n + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	n += (verify ? 20 : 4) * PAGE;
	(void)madvise(s->heap, n < JOB_HEAP_SMALL ? (size_t)n : JOB_HEAP_SMALL,
		      MADV_POPULATE_WRITE);
}

static const char *run_job(const struct seed *s, const struct proto_job *opt, const int fds[3],
			   struct proto_last *last)
{
	struct zygote_job job = {.opt = opt, .out = fds[1], .report = fds[2]};

	warm_heap(s, opt, fds[0]);
	last->err = take_input(fds[0], opt->limits.input_bytes, &job.in);
	if (last->err != OK)
		return "the file is larger than limit input_bytes";
	close(fds[0]);
	if (syscall(SYS_close_range, 0u, 2u, 0) != 0)
		last->err = ERR_IO;
	if (last->err == OK && !s->open)
		last->err = lock_job(s, &opt->limits, job.in.n);
	if (last->err != OK)
		return "the worker could not lock itself";
	s->kind->run(&job, last);
	return NULL;
}

/* The job's process, on a stack of its own. */
static int job_main(void *arg)
{
	const struct seed *s = arg;
	struct proto_last last = {.magic = PROTO_LAST_MAGIC};
	struct proto_job opt;
	const char *trouble;
	int fds[3];

	/* While nothing has come yet. Where the kernel cannot, pages come one by one. */
	(void)madvise((void *)(((uintptr_t)arg | (PAGE - 1)) + 1 - JOB_STACK_WARM), JOB_STACK_WARM,
		      MADV_POPULATE_WRITE);
	/* A zygote that is gone has no job for us. */
	if (keep_socket(s->socket) != OK || take_job(&opt, fds) != OK)
		_exit(1);
	trouble = run_job(s, &opt, fds, &last);
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
	z->seed->socket = two[1];
	/* One thread, and the child never returns: nothing of fork(3) is needed. */
	z->spare = (struct spare){
	    .pid = clone(job_main, z->seed, SIGCHLD, z->seed),
	    .socket = two[0],
	};
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
static void finish(struct zygote *z, struct running *r)
{
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
	close(r->socket);
	r->used = false;
	say_done(z, r->id, &done);
	/* The answer is on its way: now is the time. A failure shows when the next job comes. */
	if (!z->ends->brief)
		(void)!fork_ahead(z);
}

static struct running *free_slot(struct zygote *z)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (!z->run[i].used)
			return &z->run[i];
	return NULL;
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
		*r = (struct running){.used = true, .id = m->id, .started_us = clock_mono_us()};
		r->used = hand_over(z, &opt, m->fds, r) == OK;
	}
	if (!r || !r->used) {
		say_done(z, m->id, &(struct proto_done){.end = END_START, .number = ERR_FULL});
		return OK;
	}
	if (opt.limits.wall_seconds)
		r->end_us = r->started_us + (uint64_t)opt.limits.wall_seconds * 1000000u;
	return OK;
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

static void on_message(struct zygote *z)
{
	enum err e = wire_recv(z->ends->jobs, &z->msg);

	/* The pool is gone: so is the reason to be here. */
	if (e == ERR_CRASH) {
		z->leave = true;
		return;
	}
	if (e != OK || wire_dispatch(from_pool, ARRAY_LEN(from_pool), z, &z->msg, NULL) != OK) {
		stop(z);
		return;
	}
	wire_msg_clear(&z->msg);
}

/* Kills what is out of time. Milliseconds until the next one is, -1 for never. */
static int end_late_jobs(struct zygote *z)
{
	uint64_t now = clock_mono_us(), next = UINT64_MAX;

	for (size_t i = 0; i < RUNNING_MAX; i++) {
		struct running *r = &z->run[i];

		if (!r->used || r->end_us == 0 || r->timed_out)
			continue;
		if (r->end_us <= now) {
			r->timed_out = true;
			kill(r->pid, SIGKILL);
		} else if (r->end_us < next) {
			next = r->end_us;
		}
	}
	if (next == UINT64_MAX)
		return -1;
	return next - now > 3600u * 1000000u ? 3600 * 1000 : (int)((next - now) / 1000) + 1;
}

/*
 * Waits for a message, for a word of the starter (who has nothing to say but that it is time to
 * go), or for the end of a job: its last words are small and wait in its socket, so only the end
 * matters.
 */
static void serve_once(struct zygote *z)
{
	struct pollfd p[2 + RUNNING_MAX] = {
	    {.fd = z->ends->jobs, .events = POLLIN},
	    {.fd = z->ends->starter == z->ends->jobs ? -1 : z->ends->starter, .events = POLLIN},
	};
	struct running *of[2 + RUNNING_MAX];
	nfds_t n = 2;
	int ms = end_late_jobs(z);

	for (size_t i = 0; i < RUNNING_MAX; i++) {
		if (!z->run[i].used)
			continue;
		of[n] = &z->run[i];
		p[n++] = (struct pollfd){.fd = z->run[i].socket};
	}
	if (poll(p, n, ms) < 0) {
		if (errno != EINTR)
			stop(z);
		return;
	}
	for (nfds_t i = 2; i < n && !z->leave; i++)
		if (p[i].revents)
			finish(z, of[i]);
	if (!z->leave && p[0].revents)
		on_message(z);
	if (p[1].revents)
		z->leave = true;
}

static int compare_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 1);
}

/* State that the C library makes on first use with calls that a job has not. */
static void warm_up_libc(void)
{
	char *text = calloc(1, 4096);

	clearenv();
	/* A job then finds there what it would write; the zygote itself dies as by default. */
	if (sandbox_report_to(ZYGOTE_JOB_SOCKET) == OK)
		signal(SIGSYS, SIG_DFL);
	/* qsort of more than 1 KiB asks sysconf for the memory size, once. */
	if (text)
		qsort(text, 4096, 1, compare_bytes);
	free(text);
	mallopt(M_ARENA_MAX, 1);
	/* A job's memory is never given back before its end, and is one heap. */
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TOP_PAD, 1 << 20);
}

/*
 * The last thing before the first fork: what malloc gives next begins JOB_HEAP_SMALL before a huge
 * page, and all that follows is in huge ones. One page fault then makes present what takes a job a
 * hundred otherwise. Nothing of it is touched here: pages that a job has not written are its
 * zygote's too.
 */
static void settle_heap(struct seed *seed)
{
	uint8_t *room = malloc(JOB_HEAP), *first, *small;
	uintptr_t at;

	/* The heap's free end is large now, and its head the next chunk to be given. */
	free(room);
	first = malloc(FROM_TOP);
	if (!room || !first)
		return;
	at = ((uintptr_t)first + FROM_TOP + JOB_HEAP_SMALL + HUGE_PAGE) & ~(HUGE_PAGE - 1);
	free(first);
	/* A chunk has a word before it; the next one is then where the small pages begin. */
	first = malloc(at - JOB_HEAP_SMALL - (uintptr_t)first - sizeof(size_t));
	small = first ? first + malloc_usable_size(first) + sizeof(size_t) : NULL;
	if ((uintptr_t)small + JOB_HEAP_SMALL != at)
		return;
	seed->heap = small;
	(void)madvise(small + JOB_HEAP_SMALL, JOB_HEAP - 2 * HUGE_PAGE, MADV_HUGEPAGE);
}

/* Gives away all rights of the zygote. What fails is missing in the fences, and told. */
static struct fences lock_zygote(struct zygote *z, unsigned namespaces)
{
	struct fences f = {0};
	struct sandbox_filter own = sandbox_filter(SANDBOX_ZYGOTE);

	fences_of_ns(&f, namespaces);
	sandbox_empty_root(&f);
	sandbox_landlock(&f);
	sandbox_drop_caps(&f);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	f.have |= 1u << FENCE_LIMITS;
	if (sandbox_filter_load(&own) == OK) {
		z->seed->filter = sandbox_filter(SANDBOX_WORKER);
		f.have |= 1u << FENCE_SECCOMP;
	}
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

static enum err serve(struct zygote *z)
{
	uint8_t room[8];
	struct buf hello = {.p = room, .cap = sizeof room, .max = sizeof room};
	struct fences f = {0};
	unsigned namespaces;

	TRY(learn_namespaces(z, z->ends->starter, &namespaces));
	if (!z->ends->brief)
		huge_program(HUGE_PAGE);
	warm_up_libc();
	if (z->kind->warm_up)
		z->kind->warm_up();
	z->seed->vm_bytes = sandbox_vm_bytes();
	z->seed->open = z->ends->open;
	if (!z->ends->open)
		f = lock_zygote(z, namespaces);
	settle_heap(z->seed);
	wire_put_u32(&hello, f.have);
	wire_put_u32(&hello, (uint32_t)f.landlock_abi);
	TRY(wire_send(z->ends->jobs, PROTO_HELLO, 0, &hello, NULL, 0));
	TRY(fork_ahead(z));
	if (z->ends->up)
		TRY(z->ends->up(z->ends->starter));
	while (!z->leave)
		serve_once(z);
	return z->failed ? ERR_CRASH : OK;
}

/* makecontext passes ints only: the address of the zygote in two halves. */
static void serve_on_own_stack(unsigned high, unsigned low)
{
	union {
		uintptr_t from;
		struct zygote *to;
	} z = {.from = (uintptr_t)high << 16 << 16 | low};

	z.to->result = serve(z.to);
}

/* Zeroed memory with a page before it that nobody may touch. */
static void *map_guarded(size_t n)
{
	uint8_t *p = mmap(NULL, n + PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (p == MAP_FAILED || mprotect(p, PAGE, PROT_NONE) != 0)
		return NULL;
	return p + PAGE;
}

static struct seed *map_seed(void)
{
	const size_t n = (sizeof(struct seed) + 63) & ~(size_t)63;
	uint8_t *p = map_guarded(JOB_STACK);
	union {
		uint8_t *from;
		struct seed *to;
	} u = {.from = p + JOB_STACK - n};

	return p ? u.to : NULL;
}

int zygote_main(const struct zygote_ends *ends, const struct zygote_kind *kind)
{
	const size_t size = (sizeof(struct zygote) + PAGE - 1) & ~(PAGE - 1);
	struct zygote *z = map_guarded(size);

	if (!z || madvise(z, size, MADV_DONTFORK) != 0)
		return 1;
	z->ends = ends;
	z->kind = kind;
	z->seed = map_seed();
	if (!z->seed || getcontext(&z->served) != 0)
		return 1;
	z->seed->kind = kind;
	wire_msg_init(&z->msg);
	z->result = ERR_CRASH;
	z->served.uc_stack.ss_sp = z->stack;
	z->served.uc_stack.ss_size = sizeof z->stack;
	z->served.uc_link = &z->main;
	makecontext(&z->served, (void (*)(void))serve_on_own_stack, 2,
		    (unsigned)((uintptr_t)z >> 16 >> 16), (unsigned)(uintptr_t)z);
	if (swapcontext(&z->main, &z->served) != 0)
		return 1;
	return z->result == OK ? 0 : 1;
}
