/*
 * The test program is its own zygote: it starts itself with the arguments of one and serves a kind
 * whose jobs misbehave as their input says.
 */
#include "base/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "os/clock.h"
#include "os/file.h"
#include "os/spawn.h"
#include "worker/zygote.h"

/* ---- the misbehaving kind ---- */

static void do_nothing(const struct zygote_job *job)
{
	(void)job;
}

static void do_crash(const struct zygote_job *job)
{
	volatile int *nowhere = (volatile int *)(uintptr_t)(job->in.n - job->in.n);

	*nowhere = 1;
}

static void do_loop(const struct zygote_job *job)
{
	for (volatile unsigned i = 0; job->in.p; i++)
		;
}

static void do_abort(const struct zygote_job *job)
{
	BUG_IF(job->in.p != NULL);
}

static void do_open(const struct zygote_job *job)
{
	(void)job;
	if (open("/etc/passwd", O_RDONLY) >= 0)
		_exit(99);
}

static void do_socket(const struct zygote_job *job)
{
	(void)job;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		_exit(99);
}

static void do_fork(const struct zygote_job *job)
{
	(void)job;
	if (_Fork() >= 0)
		_exit(99);
}

static void do_kill(const struct zygote_job *job)
{
	(void)job;
	kill(-1, SIGKILL);
}

static void do_exec_memory(const struct zygote_job *job)
{
	(void)job;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
		_exit(99);
}

static void do_exit(const struct zygote_job *job)
{
	(void)job;
	_exit(3);
}

static void do_flood(const struct zygote_job *job)
{
	static const char block[65536];

	while (write(job->out, block, sizeof block) > 0)
		;
}

/* Past the job's own limit, but below that of any file. */
static void do_spill(const struct zygote_job *job)
{
	static const char block[65536];

	for (int i = 0; i < 3; i++)
		if (write(job->out, block, sizeof block) < 0)
			_exit(99);
}

static void dig(const struct zygote_job *job, unsigned depth)
{
	volatile char pad[4096];

	pad[0] = (char)job->in.n;
	if (depth < 1u << 20)
		dig(job, depth + 1);
	pad[1] = pad[0];
}

static void do_stack(const struct zygote_job *job)
{
	dig(job, 0);
}

/* Says far too much at the end and waits for more room. */
static void do_fill_socket(const struct zygote_job *job)
{
	for (unsigned i = 0;; i++)
		if (write(ZYGOTE_JOB_SOCKET, "junk", 4) != 4 && job->in.n == 0)
			return;
}

static void do_lie(const struct zygote_job *job)
{
	struct proto_last last = {.magic = PROTO_LAST_MAGIC, .ext = "../x", .wrote = "txt"};

	(void)job;
	_exit(write(ZYGOTE_JOB_SOCKET, &last, sizeof last) == (ssize_t)sizeof last ? 0 : 1);
}

static void do_memory(const struct zygote_job *job)
{
	size_t total = 0;

	/* Given back as ERR_MEMORY by every arena and buf; here by malloc itself. */
	for (char *p; (p = malloc(1 << 20)) != NULL; total += 1 << 20)
		memset(p, 1, 1 << 20);
	if (total > 2 * job->opt->limits.memory_bytes)
		_exit(99);
}

static const struct {
	const char *word;
	void (*fn)(const struct zygote_job *job);
	enum err err; /* what the job then answers */
} acts[] = {
    {"ok", do_nothing, OK},
    {"crash", do_crash, OK},
    {"loop", do_loop, OK},
    {"abort", do_abort, OK},
    {"open", do_open, OK},
    {"socket", do_socket, OK},
    {"fork", do_fork, OK},
    {"kill", do_kill, OK},
    {"exec memory", do_exec_memory, OK},
    {"exit", do_exit, OK},
    {"flood", do_flood, OK},
    {"spill", do_spill, OK},
    {"stack", do_stack, OK},
    {"fill pipe", do_fill_socket, OK},
    {"lie", do_lie, OK},
    {"memory", do_memory, ERR_MEMORY},
    {"refuse", do_nothing, ERR_SYNTAX},
};

static void test_run_job(const struct zygote_job *job, struct proto_last *last)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (!slice_eq_str(job->in, acts[i].word))
			continue;
		acts[i].fn(job);
		last->err = acts[i].err;
		last->offset = 7;
		snprintf(last->text, sizeof last->text, "said\n\x1b[31m%s", acts[i].word);
		snprintf(last->ext, sizeof last->ext, "txt");
		snprintf(last->wrote, sizeof last->wrote, "txt");
		last->out_bytes = 5;
		if (write(job->out, "clean", 5) != 5 || write(job->report, "{}", 2) != 2)
			last->err = ERR_IO;
		return;
	}
	last->err = ERR_UNSUPPORTED;
}

static const struct zygote_kind bad_kind = {NULL, test_run_job};

/* ---- the tests ---- */

struct world {
	struct loop *loop;
	struct pool *pool;
	int exe;
};

static struct world open_world(const char *arg)
{
	struct world w = {0};
	struct pool_conf conf = {.arg = arg, .at_once = 2};

	REQUIRE(loop_new(&w.loop) == OK && spawn_self(&w.exe) == OK);
	conf.exe = w.exe;
	REQUIRE(pool_new(w.loop, &conf, &w.pool) == OK);
	return w;
}

static void close_world(struct world *w)
{
	pool_free(w->pool);
	loop_free(w->loop);
	close(w->exe);
}

static struct limits small_limits(void)
{
	struct limits l = limits_default();

	l.wall_seconds = 2;
	l.cpu_seconds = 10;
	l.memory_bytes = 64u << 20;
	l.output_bytes = 100000;
	return l;
}

static struct worker_result run_with(struct world *w, const char *word, struct limits l)
{
	struct worker_job job = {.kind = WORKER_SANITIZE, .limits = l};
	struct worker_result r = {.err = ERR_USAGE, .out = -1};
	AUTO_CLOSE in = -1;

	REQUIRE(mem_of("in", slice_str(word), &in) == OK);
	job.in = in;
	REQUIRE(pool_run(w->pool, &job, &r) == OK);
	return r;
}

static struct worker_result run(struct world *w, const char *word)
{
	return run_with(w, word, small_limits());
}

static void a_job_answers(void)
{
	struct world w = open_world("zygote-bad");
	struct worker_result r = run(&w, "ok");
	struct mem_map map = {0};

	CHECK(r.err == OK && r.out >= 0 && r.out_bytes == 5);
	CHECK_STR(r.report, "{}");
	CHECK(strcmp(r.ext, "txt") == 0 && strcmp(r.wrote, "txt") == 0);
	/* mem_map takes only what is sealed. */
	REQUIRE(mem_map(r.out, 100, &map) == OK);
	CHECK_STR(map.view, "clean");
	mem_unmap(&map);
	close(r.out);
	r = run(&w, "refuse");
	CHECK(r.err == ERR_SYNTAX && r.out < 0 && r.diag.offset == 7);
	CHECK_STR(slice_str(r.diag.text), "said??[31mrefuse");
	CHECK_STR(r.report, "{}");
	r = run(&w, "no such word");
	CHECK(r.err == ERR_UNSUPPORTED && r.out < 0);
	close_world(&w);
}

static void every_fault_is_held_and_named(void)
{
	static const struct {
		const char *word;
		enum err err;
		const char *fault;
	} row[] = {
	    {"crash", ERR_CRASH, "SIGSEGV"},
	    {"stack", ERR_CRASH, "SIGSEGV"},
	    {"abort", ERR_CRASH, "SIGABRT"},
	    {"open", ERR_CRASH, "syscall openat"},
	    {"socket", ERR_CRASH, "syscall socket"},
	    {"fork", ERR_CRASH, "syscall clone"},
	    {"kill", ERR_CRASH, "syscall kill"},
	    {"exec memory", ERR_CRASH, "syscall mmap"},
	    {"exit", ERR_CRASH, "exit 3"},
	    {"lie", ERR_PEER, "reply"},
	    {"flood", ERR_LIMIT, "limit output_bytes"},
	    {"spill", ERR_LIMIT, "limit output_bytes"},
	    {"memory", ERR_MEMORY, "limit memory_bytes"},
	    {"ok", OK, ""},
	};
	struct world w = open_world("zygote-bad");

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct worker_result r = run(&w, row[i].word);

		if (r.err != row[i].err || strcmp(r.fault, row[i].fault) != 0)
			printf("# %s: err %d, fault [%s], text [%s]\n", row[i].word, (int)r.err,
			       r.fault, r.diag.text);
		CHECK(r.err == row[i].err);
		CHECK_STR(slice_str(r.fault), row[i].fault);
		CHECK((r.out >= 0) == (row[i].err == OK));
		fd_close(&r.out);
	}
	close_world(&w);
}

static void time_is_limited(void)
{
	struct world w = open_world("zygote-bad");
	struct limits l = small_limits();
	struct worker_result r;
	uint64_t start = clock_mono_ms();

	l.wall_seconds = 1;
	r = run_with(&w, "loop", l);
	CHECK(r.err == ERR_TIMEOUT);
	CHECK_STR(slice_str(r.fault), "limit wall_seconds");
	r = run_with(&w, "fill pipe", l);
	CHECK(r.err == ERR_TIMEOUT && r.out < 0);
	CHECK(clock_mono_ms() - start < 4000);
	l.wall_seconds = 20;
	l.cpu_seconds = 1;
	r = run_with(&w, "loop", l);
	CHECK(r.err == ERR_LIMIT && r.cpu_us > 500000);
	CHECK_STR(slice_str(r.fault), "limit cpu_seconds");
	close_world(&w);
}

static void input_is_limited(void)
{
	struct world w = open_world("zygote-bad");
	struct limits l = small_limits();
	struct worker_result r;

	l.input_bytes = 1;
	r = run_with(&w, "ok", l);
	CHECK(r.err == ERR_LIMIT && r.out < 0);
	CHECK(strstr(r.diag.text, "input_bytes"));
	close_world(&w);
}

struct tally {
	unsigned ok, lost, other;
};

static void count(void *arg, struct worker_result *r)
{
	struct tally *t = arg;

	if (r->err == OK)
		t->ok++;
	else if (r->err == ERR_CRASH)
		t->lost++;
	else
		t->other++;
}

static struct pool_ticket *submit(struct world *w, const char *word, struct tally *t)
{
	struct worker_job job = {.kind = WORKER_SANITIZE, .limits = small_limits()};
	struct pool_ticket *ticket = NULL;
	AUTO_CLOSE in = -1;

	REQUIRE(mem_of("in", slice_str(word), &in) == OK);
	job.in = in;
	REQUIRE(pool_submit(w->pool, &job, count, t, &ticket) == OK);
	return ticket;
}

static void many_jobs_run_at_once(void)
{
	struct world w = open_world("zygote-bad");
	struct tally t = {0};

	for (int i = 0; i < 100; i++)
		submit(&w, i % 10 == 0 ? "crash" : "ok", &t);
	while (t.ok + t.lost + t.other < 100)
		REQUIRE(loop_once(w.loop, 5000) == OK);
	CHECK(t.ok == 90 && t.lost == 10 && t.other == 0);
	close_world(&w);
}

/* The pids whose parent is this process. */
static size_t children(pid_t *ret, size_t cap)
{
	char path[64], text[256];
	FILE *f;
	size_t n = 0;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "r");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	for (char *at = text; *at && n < cap; n++) {
		ret[n] = (pid_t)strtol(at, &at, 10);
		while (*at == ' ')
			at++;
	}
	return n;
}

static void a_killed_zygote_is_replaced(void)
{
	struct world w = open_world("zygote-bad");
	struct tally t = {0};
	struct worker_result r = run(&w, "ok");
	pid_t pid[4];

	fd_close(&r.out);
	REQUIRE(children(pid, 4) == 1);
	submit(&w, "loop", &t);
	submit(&w, "ok", &t);
	submit(&w, "loop", &t);
	submit(&w, "ok", &t);
	REQUIRE(loop_once(w.loop, 100) == OK);
	REQUIRE(kill(pid[0], SIGKILL) == 0);
	while (t.ok + t.lost + t.other < 4)
		REQUIRE(loop_once(w.loop, 5000) == OK);
	CHECK(t.ok >= 1 && t.lost >= 1);
	r = run(&w, "ok");
	CHECK(r.err == OK);
	fd_close(&r.out);
	close_world(&w);
}

static void a_cancelled_job_is_silent(void)
{
	struct world w = open_world("zygote-bad");
	struct tally t = {0};
	struct worker_result r;
	struct pool_ticket *a = submit(&w, "loop", &t), *b = submit(&w, "loop", &t);
	struct pool_ticket *c = submit(&w, "loop", &t);
	uint64_t start = clock_mono_ms();

	pool_cancel(c); /* still waiting for a zygote */
	for (int i = 0; i < 20 && loop_once(w.loop, 20) == OK; i++)
		;
	pool_cancel(a); /* running */
	pool_cancel(b);
	r = run(&w, "ok");
	CHECK(r.err == OK && clock_mono_ms() - start < 1500);
	CHECK(t.ok + t.lost + t.other == 0);
	fd_close(&r.out);
	close_world(&w);
}

static void a_program_that_is_no_zygote_is_given_up(void)
{
	struct world w = open_world("nothing");
	struct worker_result r = run(&w, "ok");

	CHECK(r.err == ERR_CRASH && r.out < 0);
	CHECK_STR(slice_str(r.fault), "start");
	close_world(&w);
}

static void the_fences_stand(void)
{
	struct world w = open_world("zygote-bad");
	struct worker_result r = run(&w, "ok");
	struct fences f = pool_fences(w.pool);
	AUTO_BUF missing;

	fd_close(&r.out);
	buf_init(&missing, 1000);
	fences_missing(f, &missing);
	if (missing.n)
		printf("# missing here: %.*s\n", (int)missing.n, (const char *)missing.p);
	/* These need nothing but the kernel that the program needs anyway. */
	CHECK(fences_has(f, FENCE_SECCOMP) && fences_has(f, FENCE_CAPS));
	CHECK(fences_has(f, FENCE_LIMITS));
	close_world(&w);
}

static void note_up(void *arg, const char *kind, struct fences f)
{
	unsigned *n = arg;

	*n += strcmp(kind, "sanitize") == 0 && fences_has(f, FENCE_SECCOMP);
}

static void a_pool_is_warmed_before_its_first_job(void)
{
	struct world w = open_world("zygote-bad");
	unsigned n = 0;
	struct pool_conf conf = {.arg = "zygote-bad", .exe = w.exe, .up = note_up, .call_arg = &n};
	pid_t pid[4];

	pool_free(w.pool);
	REQUIRE(pool_new(w.loop, &conf, &w.pool) == OK);
	pool_warm(w.pool, WORKER_SANITIZE);
	for (int i = 0; i < 100 && n == 0; i++)
		REQUIRE(loop_once(w.loop, 100) == OK);
	CHECK(n == 1 && children(pid, 4) == 1);
	close_world(&w);
}

static void passwords_are_hashed_and_checked(void)
{
	struct world w = open_world("zygote");
	struct worker_result r = {0};
	struct tally t = {0};
	char hash[128];

	struct worker_job job = {.kind = WORKER_PASSWORD, .limits = small_limits()};
	AUTO_CLOSE in = -1;

	job.limits.memory_bytes = 128u << 20;
	job.limits.wall_seconds = 30;
	REQUIRE(mem_of("in", S("\0correct horse"), &in) == OK);
	job.in = in;
	REQUIRE(pool_run(w.pool, &job, &r) == OK && r.err == OK);
	REQUIRE(r.report.n > 0 && r.report.n < sizeof hash);
	CHECK(slice_starts(r.report, S("$argon2id$v=19$m=65536,t=2,p=1$")));
	memcpy(hash, r.report.p, r.report.n);
	hash[r.report.n] = '\0';
	REQUIRE(pool_password_check(w.pool, S("correct horse"), slice_str(hash), count, &t, NULL) ==
		OK);
	REQUIRE(pool_password_check(w.pool, S("wrong horse"), slice_str(hash), count, &t, NULL) ==
		OK);
	REQUIRE(pool_password_hash(w.pool, S("x"), count, &t, NULL) == OK);
	CHECK(pool_password_hash(w.pool, S(""), count, &t, NULL) == ERR_USAGE);
	while (t.ok + t.lost + t.other < 3)
		REQUIRE(loop_once(w.loop, 5000) == OK);
	CHECK(t.ok == 2 && t.other == 1 && t.lost == 0);
	close_world(&w);
}

static void an_unknown_type_is_held_with_its_report(void)
{
	struct world w = open_world("zygote");
	struct worker_result r = run(&w, "\1\2\3\4 nothing that anybody knows");

	CHECK(r.err == ERR_UNSUPPORTED && r.out < 0);
	CHECK(slice_find(r.report, S("unknown-type")) != SIZE_MAX);
	close_world(&w);
}

static void a_stranger_is_not_verified(void)
{
	struct world w = open_world("zygote");
	struct worker_job job = {.kind = WORKER_VERIFY, .limits = small_limits(), .grammar = "png"};
	struct worker_result r = {0};
	AUTO_CLOSE in = -1;

	REQUIRE(mem_of("in", S("no picture"), &in) == OK);
	job.in = in;
	REQUIRE(pool_run(w.pool, &job, &r) == OK);
	CHECK(r.err == ERR_SYNTAX || r.err == ERR_UNSUPPORTED);
	CHECK(r.diag.text[0] != '\0' && strcmp(r.fault, "") == 0);
	close_world(&w);
}

static const struct test_case cases[] = {
    CASE(a_job_answers),
    CASE(every_fault_is_held_and_named),
    CASE(time_is_limited),
    CASE(input_is_limited),
    CASE(many_jobs_run_at_once),
    CASE(a_killed_zygote_is_replaced),
    CASE(a_cancelled_job_is_silent),
    CASE(a_program_that_is_no_zygote_is_given_up),
    CASE(the_fences_stand),
    CASE(a_pool_is_warmed_before_its_first_job),
    CASE(passwords_are_hashed_and_checked),
    CASE(an_unknown_type_is_held_with_its_report),
    CASE(a_stranger_is_not_verified),
};

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "zygote-bad") == 0)
		return zygote_main(&(struct zygote_ends){.starter = 3, .jobs = 3}, &bad_kind);
	for (size_t i = 0; argc == 3 && i < WORKER_KINDS; i++)
		if (strcmp(argv[1], "zygote") == 0 &&
		    strcmp(argv[2], proto_kind_name((enum worker_kind)i)) == 0)
			return zygote_main(&(struct zygote_ends){.starter = 3, .jobs = 3},
					   &zygote_kinds[i]);
	if (argc != 1)
		return 1;
	return test_run(__FILE__, cases, ARRAY_LEN(cases));
}
