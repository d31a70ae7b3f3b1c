#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Uid and gid that a root process puts into the child's user namespace where it names no other. */
#define NOBODY 65534u

enum err spawn_self(int *ret_exe)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	if (fd < 0)
		return ERR_IO;
	*ret_exe = fd;
	return OK;
}

enum err spawn_program(const char *name, const char *folder, int *ret_exe)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;
	AUTO_CLOSE home = -1;
	AUTO_CLOSE other = -1;
	int fd = -1;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			slash[1] = '\0';
		home = open(self, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (home >= 0)
		fd = openat(home, name, O_PATH | O_CLOEXEC);
	if (fd < 0 && folder) {
		other = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd = other < 0 ? -1 : openat(other, name, O_PATH | O_CLOEXEC);
	}
	if (fd < 0)
		return ERR_NOT_FOUND;
	*ret_exe = fd;
	return OK;
}

static unsigned long long clone_flags(unsigned ns)
{
	static const struct {
		unsigned bit;
		unsigned long long flag;
	} row[] = {
	    {SPAWN_NS_USER, CLONE_NEWUSER}, {SPAWN_NS_NET, CLONE_NEWNET},
	    {SPAWN_NS_PID, CLONE_NEWPID},   {SPAWN_NS_IPC, CLONE_NEWIPC},
	    {SPAWN_NS_UTS, CLONE_NEWUTS},   {SPAWN_NS_MNT, CLONE_NEWNS},
	};
	unsigned long long flags = 0;

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (ns & row[i].bit)
			flags |= row[i].flag;
	return flags;
}

static pid_t fork_into(unsigned ns, int *pidfd)
{
	struct clone_args args = {.flags = clone_flags(ns) | CLONE_PIDFD,
				  .pidfd = (uint64_t)(uintptr_t)pidfd,
				  .exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static bool write_file(const char *path, const char *text)
{
	AUTO_CLOSE fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/*
 * Maps the child's uid 0 to its user or to nobody (when we are root), else to our own uid, so that
 * it keeps its capabilities over its own namespaces across exec and has none over anything else.
 */
static bool map_ids(pid_t pid, const struct spawn_user *as)
{
	char path[64], text[64];
	unsigned uid = as ? as->uid : geteuid() == 0 ? NOBODY : geteuid();
	unsigned gid = as ? as->uid : geteuid() == 0 ? NOBODY : getegid();

	snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
	if (!write_file(path, "deny"))
		return false;
	snprintf(path, sizeof path, "/proc/%d/gid_map", (int)pid);
	snprintf(text, sizeof text, "0 %u 1", gid);
	if (!write_file(path, text))
		return false;
	snprintf(path, sizeof path, "/proc/%d/uid_map", (int)pid);
	snprintf(text, sizeof text, "0 %u 1", uid);
	return write_file(path, text);
}

/* Moves s->fds to 3, 4, ... and `exe` behind them; closes the rest. */
static bool place_fds(const struct spawn *s, int *exe)
{
	int high[SPAWN_FDS_MAX];
	int base = 3 + (int)s->nfds;

	/* First out of the way, then into place: the order of the numbers does not matter then. */
	*exe = fcntl(*exe, F_DUPFD_CLOEXEC, base + 1);
	if (*exe < 0)
		return false;
	for (size_t i = 0; i < s->nfds; i++) {
		high[i] = fcntl(s->fds[i], F_DUPFD_CLOEXEC, base + 1);
		if (high[i] < 0)
			return false;
	}
	for (size_t i = 0; i < s->nfds; i++)
		if (dup2(high[i], 3 + (int)i) < 0)
			return false;
	if (dup2(*exe, base) < 0 || fcntl(base, F_SETFD, FD_CLOEXEC) != 0)
		return false;
	*exe = base;
	return syscall(SYS_close_range, (unsigned)base + 1, ~0u, 0) == 0;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only by failing. */
static void run_program(const struct spawn *s, int exe)
{
	union {
		const char *const *from;
		char *const *to;
	} argv = {.from = s->argv}, env = {.from = s->env};

	syscall(SYS_execveat, exe, "", argv.to, s->env ? env.to : environ, AT_EMPTY_PATH);
}

static bool become_user(const struct spawn_user *as, bool mapped)
{
	gid_t more = as ? as->gid : 0;

	if (mapped)
		return setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0;
	return !as ||
	       (setgroups(more ? 1 : 0, &more) == 0 && setresgid(as->uid, as->uid, as->uid) == 0 &&
		setresuid(as->uid, as->uid, as->uid) == 0);
}

/* In the child, after fork. Returns only by failing. */
static void become(const struct spawn *s, unsigned ns, int go, pid_t parent)
{
	int exe = s->exe;
	char c;

	reset_signals();
	/* The parent says go when the id maps are written, and closes when it could not. */
	if (read(go, &c, 1) != 1)
		return;
	if (!become_user(s->as, (ns & SPAWN_NS_USER) != 0))
		return;
	/* After the change of the user, which would undo it. */
	if (s->die_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			return;
		if (!(ns & SPAWN_NS_PID) && getppid() != parent)
			return;
	}
	if (place_fds(s, &exe))
		run_program(s, exe);
}

static enum err start(const struct spawn *s, unsigned ns, struct spawned *ret)
{
	int go[2], pidfd = -1;
	pid_t parent = getpid(), pid;
	enum err e = OK;

	if (pipe2(go, O_CLOEXEC) != 0)
		return ERR_IO;
	pid = fork_into(ns, &pidfd);
	if (pid == 0) {
		close(go[1]);
		become(s, ns, go[0], parent);
		_exit(127);
	}
	close(go[0]);
	if (pid < 0)
		e = errno == EPERM || errno == EINVAL || errno == ENOSPC || errno == EUSERS
			? ERR_FORBIDDEN
			: ERR_IO;
	else if (((ns & SPAWN_NS_USER) && !map_ids(pid, s->as)) || write(go[1], "g", 1) != 1)
		e = ERR_FORBIDDEN;
	close(go[1]);
	if (e != OK && pid > 0) {
		struct spawned dead = {.pid = pid, .pidfd = pidfd};
		struct spawn_status st;

		spawn_kill(&dead, SIGKILL);
		if (spawn_reap(&dead, true, &st) != OK)
			e = ERR_IO;
		close(pidfd);
	}
	if (e == OK)
		*ret = (struct spawned){.pid = pid, .pidfd = pidfd, .namespaces = ns};
	return e;
}

enum err spawn_forget_groups(void)
{
	return setgroups(0, NULL) == 0 ? OK : ERR_FORBIDDEN;
}

enum err spawn(const struct spawn *s, struct spawned *ret_child)
{
	/* From the most to the least; without a user namespace only root gets the others. */
	const unsigned ladder[] = {
	    s->namespaces,
	    s->namespaces & ~(unsigned)SPAWN_NS_USER,
	    s->namespaces & (SPAWN_NS_USER | SPAWN_NS_NET),
	    s->namespaces & SPAWN_NS_USER,
	    0,
	};
	enum err e = ERR_FORBIDDEN;

	BUG_IF(s->nfds > SPAWN_FDS_MAX);
	for (size_t i = 0; i < ARRAY_LEN(ladder) && e == ERR_FORBIDDEN; i++)
		e = start(s, ladder[i], ret_child);
	return e == ERR_FORBIDDEN ? ERR_IO : e;
}

enum err spawn_over(const struct spawn *s)
{
	int exe = s->exe;

	BUG_IF(s->nfds > SPAWN_FDS_MAX);
	reset_signals();
	if (!place_fds(s, &exe))
		return ERR_IO;
	run_program(s, exe);
	return ERR_CRASH;
}

enum err spawn_reap(const struct spawned *c, bool wait, struct spawn_status *ret_status)
{
	int status = 0;
	pid_t k;

	do
		k = waitpid(c->pid, &status, wait ? 0 : WNOHANG);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return ERR_IO;
	if (k == 0)
		*ret_status = (struct spawn_status){.end = SPAWN_RUNNING};
	else if (WIFSIGNALED(status))
		*ret_status = (struct spawn_status){SPAWN_SIGNALED, WTERMSIG(status)};
	else
		*ret_status = (struct spawn_status){SPAWN_EXITED, WEXITSTATUS(status)};
	return OK;
}

void spawn_kill(const struct spawned *c, int signo)
{
	syscall(SYS_pidfd_send_signal, c->pidfd, signo, NULL, 0);
}

const char *spawn_signal_name(int signo)
{
	static const struct {
		int no;
		const char *name;
	} row[] = {
	    {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
	    {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"},
	    {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"},
	    {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGALRM, "SIGALRM"},
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (row[i].no == signo)
			return row[i].name;
	return "signal";
}
