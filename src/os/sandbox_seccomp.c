/*
 * The part of the sandbox that is about system calls: loading a filter, and how a forbidden call is
 * named before the process dies. The allow-lists are in sandbox_compile.c.
 */
#include "os/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum err sandbox_filter_load(const struct sandbox_filter *f)
{
	/* The kernel only reads it. */
	union {
		const struct sock_filter *from;
		struct sock_filter *to;
	} code = {.from = f->code};
	struct sock_fprog prog = {.len = (unsigned short)f->n, .filter = code.to};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) != 0)
		return ERR_UNSUPPORTED;
	return OK;
}

/* Where the handler of this process writes; a signal handler has no argument of ours. */
static volatile sig_atomic_t last_fd = -1;

static void on_sigsys(int signo, siginfo_t *info, void *context)
{
	struct sandbox_last last = {SANDBOX_MAGIC, info->si_syscall, signo};

	(void)context;
	/* abort() ends in tgkill, which nobody has: its name is the signal. */
	if (info->si_syscall == SYS_tgkill)
		last = (struct sandbox_last){SANDBOX_MAGIC, -1, SIGABRT};
	if (write(last_fd, &last, sizeof last) < 0)
		_exit(SANDBOX_EXIT + 1);
	_exit(SANDBOX_EXIT);
}

enum err sandbox_report_to(int fd)
{
	struct sigaction act = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO | SA_NODEFER};

	/* Nothing is written where nothing changes: after a fork that costs a page. */
	if (last_fd != fd)
		last_fd = fd;
	sigemptyset(&act.sa_mask);
	return sigaction(SIGSYS, &act, NULL) == 0 ? OK : ERR_IO;
}
