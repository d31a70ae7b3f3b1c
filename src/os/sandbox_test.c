/*
 * Each case locks a child and looks at what it can still do; the child's exit code tells.
 */
#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "os/fd.h"
#include "os/sandbox.h"
#include "os/spawn.h"

/* Runs fn in a child; its exit code, or 1000 + signal. */
static int in_child(int (*fn)(void *arg), void *arg)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(fn(arg));
	REQUIRE(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

struct world {
	char dir[64];
	enum sandbox_profile profile;
	int pipe[2];
	int (*then)(const struct world *w);
};

static int locked(void *arg)
{
	struct world *w = arg;
	struct sandbox_filter f = sandbox_filter(w->profile);

	if (sandbox_report_to(w->pipe[1]) != OK || sandbox_filter_load(&f) != OK)
		return 90;
	return w->then(w);
}

/* What a child under the filter says last, "" when it ends well. */
static void last_call(enum sandbox_profile profile, int (*then)(const struct world *w),
		      char ret[32])
{
	struct world w = {.profile = profile, .then = then};
	struct sandbox_last last;
	int code;

	REQUIRE(pipe2(w.pipe, O_CLOEXEC | O_NONBLOCK) == 0);
	code = in_child(locked, &w);
	ret[0] = '\0';
	if (code == SANDBOX_EXIT && read(w.pipe[0], &last, sizeof last) == (ssize_t)sizeof last &&
	    last.magic == SANDBOX_MAGIC && last.syscall >= 0)
		sandbox_syscall_name(last.syscall, ret);
	else if (code == SANDBOX_EXIT)
		snprintf(ret, 32, "%s", spawn_signal_name(last.signo));
	else if (code != 0)
		snprintf(ret, 32, "exit %d", code);
	close(w.pipe[0]);
	close(w.pipe[1]);
}

static int use_memory(const struct world *w)
{
	char *p = malloc(8 << 20);

	(void)w;
	if (!p)
		return 1;
	memset(p, 1, 8 << 20);
	free(p);
	return 0;
}

static int open_file(const struct world *w)
{
	(void)w;
	return open("/dev/null", O_RDONLY) < 0;
}

static int read_nothing(const struct world *w)
{
	char c;

	return read(w->pipe[0], &c, 1) > 0;
}

static int make_socket(const struct world *w)
{
	(void)w;
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int make_executable(const struct world *w)
{
	(void)w;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED;
}

static int execute(const struct world *w)
{
	(void)w;
	execl("/bin/true", "true", NULL);
	return 1;
}

static int trace(const struct world *w)
{
	(void)w;
	return unshare(CLONE_NEWUSER) != 0;
}

static int die(const struct world *w)
{
	(void)w;
	abort();
}

static void *nothing(void *arg)
{
	return arg;
}

static int make_thread(const struct world *w)
{
	pthread_t t;

	(void)w;
	return pthread_create(&t, NULL, nothing, NULL) != 0 || pthread_join(t, NULL) != 0;
}

static int make_process(const struct world *w)
{
	(void)w;
	return _Fork() < 0;
}

static void a_forbidden_call_is_named(void)
{
	static const struct {
		enum sandbox_profile profile;
		int (*then)(const struct world *w);
		const char *want;
	} row[] = {
	    {SANDBOX_WORKER, use_memory, ""},           {SANDBOX_WORKER, open_file, "openat"},
	    {SANDBOX_WORKER, read_nothing, "read"},     {SANDBOX_WORKER, make_socket, "socket"},
	    {SANDBOX_WORKER, make_executable, "mmap"},  {SANDBOX_WORKER, execute, "execve"},
	    {SANDBOX_WORKER, die, "SIGABRT"},           {SANDBOX_ZYGOTE, use_memory, ""},
	    {SANDBOX_ZYGOTE, read_nothing, ""},         {SANDBOX_ZYGOTE, open_file, "openat"},
	    {SANDBOX_ZYGOTE, make_socket, "socket"},    {SANDBOX_ZYGOTE, execute, "execve"},
	    {SANDBOX_ZYGOTE, trace, "unshare"},         {SANDBOX_SERVICE, use_memory, ""},
	    {SANDBOX_SERVICE, open_file, ""},           {SANDBOX_SERVICE, make_thread, ""},
	    {SANDBOX_SERVICE, make_process, "clone"},   {SANDBOX_SERVICE, make_socket, "socket"},
	    {SANDBOX_SERVICE, make_executable, "mmap"}, {SANDBOX_SERVICE, execute, "execve"},
	    {SANDBOX_SERVICE, trace, "unshare"},
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		char got[32];

		last_call(row[i].profile, row[i].then, got);
		if (strcmp(got, row[i].want) != 0)
			printf("# row %zu\n", i);
		CHECK_STR(slice_str(got), row[i].want);
	}
}

static bool can(const struct world *w, const char *name, int flags)
{
	char path[128];
	AUTO_CLOSE fd = -1;

	snprintf(path, sizeof path, "%.63s/%.60s", w->dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd >= 0;
}

static int look_around(void *arg)
{
	const struct world *w = arg;
	char r[80], wr[80];
	const char *const read[] = {r, NULL}, *const write[] = {wr, "/does/not/exist", NULL};
	struct fences f = {0};

	snprintf(r, sizeof r, "%s/r", w->dir);
	snprintf(wr, sizeof wr, "%s/w", w->dir);
	sandbox_landlock_paths(&f, read, write);
	if (!fences_has(f, FENCE_LANDLOCK))
		return 77;
	if (!can(w, "r/a", O_RDONLY) || can(w, "r/a", O_WRONLY) ||
	    can(w, "r/new", O_WRONLY | O_CREAT))
		return 1;
	if (!can(w, "w/a", O_RDWR) || !can(w, "w/new", O_WRONLY | O_CREAT))
		return 2;
	if (can(w, "x/a", O_RDONLY))
		return 3;
	return 0;
}

static int look_nowhere(void *arg)
{
	const struct world *w = arg;
	struct fences f = {0};

	sandbox_landlock(&f);
	if (!fences_has(f, FENCE_LANDLOCK))
		return 77;
	return can(w, "r/a", O_RDONLY) || can(w, "w/a", O_RDONLY);
}

static void landlock_leaves_only_the_named_folders(void)
{
	struct world w = {.dir = "/tmp/sekisho-sandbox-XXXXXX"};
	static const char *const folder[] = {"r", "w", "x"};
	char path[128];
	int code;

	REQUIRE(mkdtemp(w.dir));
	for (size_t i = 0; i < ARRAY_LEN(folder); i++) {
		snprintf(path, sizeof path, "%s/%s", w.dir, folder[i]);
		REQUIRE(mkdir(path, 0700) == 0);
		snprintf(path, sizeof path, "%s/a", folder[i]);
		REQUIRE(can(&w, path, O_WRONLY | O_CREAT));
	}
	code = in_child(look_around, &w);
	if (code != 77) {
		CHECK(code == 0);
		CHECK(in_child(look_nowhere, &w) == 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(folder); i++) {
		static const char *const file[] = {"a", "new"};

		for (size_t k = 0; k < ARRAY_LEN(file); k++) {
			snprintf(path, sizeof path, "%s/%s/%s", w.dir, folder[i], file[k]);
			unlink(path);
		}
		snprintf(path, sizeof path, "%s/%s", w.dir, folder[i]);
		CHECK(rmdir(path) == 0);
	}
	CHECK(rmdir(w.dir) == 0);
	if (code == 77)
		SKIP_CASE("no Landlock here");
}

static int drop_and_look(void *arg)
{
	struct fences f = {0};

	(void)arg;
	sandbox_drop_caps(&f);
	if (!fences_has(f, FENCE_CAPS) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	/* With them root may set its host name, or its groups. */
	return sethostname("x", 1) == 0 || errno != EPERM;
}

static void capabilities_are_gone(void)
{
	CHECK(in_child(drop_and_look, NULL) == 0);
}

static int live_within_limits(void *arg)
{
	const struct sandbox_limits l = {.memory = sandbox_vm_bytes() + (64u << 20),
					 .file_bytes = 10,
					 .cpu_seconds = 5,
					 .fds = 0};
	struct rlimit r;
	AUTO_CLOSE mem = memfd_create("x", MFD_CLOEXEC);

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	if (sandbox_limits(&l) != OK)
		return 1;
	if (getrlimit(RLIMIT_CORE, &r) != 0 || r.rlim_max != 0)
		return 2;
	if (write(mem, "12345678901", 11) == 11)
		return 3;
	if (open("/dev/null", O_RDONLY) >= 0)
		return 4;
	/* Not malloc: the compiler may know that it never fails. */
	if (mmap(NULL, 256u << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 5;
	return 0;
}

static void limits_bind(void)
{
	CHECK(sandbox_vm_bytes() > 0);
	CHECK(in_child(live_within_limits, NULL) == 0);
}

static void missing_fences_are_named(void)
{
	struct fences f = {.have = (1u << FENCE_COUNT) - 1};
	AUTO_BUF b;

	buf_init(&b, 1000);
	fences_missing(f, &b);
	CHECK(b.n == 0);
	f.have &= ~(1u << FENCE_LANDLOCK | 1u << FENCE_NET_NS);
	fences_missing(f, &b);
	CHECK_STR(buf_view(&b), "network namespace, Landlock");
	f = (struct fences){0};
	fences_of_ns(&f, SPAWN_NS_USER | SPAWN_NS_PID);
	CHECK(f.have == (1u << FENCE_USER_NS | 1u << FENCE_PID_NS));
}

static void calls_have_names(void)
{
	char name[32];

	sandbox_syscall_name(0, name);
	CHECK(name[0] != '\0');
	sandbox_syscall_name(99999, name);
	CHECK_STR(slice_str(name), "number 99999");
}

TESTS(CASE(a_forbidden_call_is_named), CASE(landlock_leaves_only_the_named_folders),
      CASE(capabilities_are_gone), CASE(limits_bind), CASE(missing_fences_are_named),
      CASE(calls_have_names))
