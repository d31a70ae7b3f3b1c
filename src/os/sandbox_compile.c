/*
 * sandbox_compile: the allow-lists of system calls, one commented table per profile, made into the
 * programs that the kernel runs. Part of the build, not of the product: it prints the C source of
 * sandbox_filter(), so that no process has to make its filter before it is behind it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "os/sandbox.h"

enum rule_if {
	ALWAYS,
	NOT_EXEC,    /* the third argument has no PROT_EXEC */
	FORK_ONLY,   /* the first argument makes no namespace */
	THREAD_ONLY, /* and no process: a thread of this one */
};

struct rule {
	int nr;
	enum rule_if when;
};

#define ALLOW(name) \
	{ \
		SCMP_SYS(name), ALWAYS \
	}

/* What every profile has: memory, time, ending. */
static const struct rule common_rules[] = {
    ALLOW(brk), /* malloc */
    {SCMP_SYS(mmap), NOT_EXEC},
    {SCMP_SYS(mprotect), NOT_EXEC},
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(madvise),
    ALLOW(futex),         /* locks of libraries, never contended */
    ALLOW(clock_gettime), /* where the vDSO cannot answer */
    ALLOW(gettimeofday),
    ALLOW(getrandom), /* hash salts of expat, keys */
    ALLOW(write),     /* to what is open */
    ALLOW(writev),    /* last words of libc on stderr */
    ALLOW(rt_sigreturn),
    ALLOW(rt_sigprocmask), /* abort() */
    ALLOW(getpid),
    ALLOW(gettid),
    ALLOW(exit),
    ALLOW(exit_group),
    ALLOW(restart_syscall),
};

/* A job has nothing more than that. */
static const struct rule zygote_rules[] = {
    ALLOW(read), /* last words of a job */
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(poll),
    ALLOW(ppoll),
    ALLOW(socketpair), /* to a job's process */
    ALLOW(close),
    ALLOW(fstat),      /* the size of a memory file */
    ALLOW(newfstatat), /* fstat in newer C libraries */
    ALLOW(fcntl),      /* its seals */
    ALLOW(pread64),    /* its bytes */
    {SCMP_SYS(clone), FORK_ONLY},
    ALLOW(wait4),
    ALLOW(kill), /* a job out of time; in its own process namespace */
    /* a job that locks itself */
    ALLOW(dup2),
    ALLOW(dup3),
    ALLOW(close_range),
    ALLOW(prlimit64),
    ALLOW(getrlimit),
    ALLOW(setrlimit),
    ALLOW(rt_sigaction),
    ALLOW(prctl),
    ALLOW(seccomp),
};

/*
 * Roles that have files and sockets. No process, no exec, no namespaces, no tracing, no new kinds
 * of sockets.
 */
static const struct rule service_rules[] = {
    /* descriptors */
    ALLOW(read),
    ALLOW(readv),
    ALLOW(pread64),
    ALLOW(pwrite64),
    ALLOW(preadv),
    ALLOW(pwritev),
    ALLOW(lseek),
    ALLOW(close),
    ALLOW(close_range),
    ALLOW(fcntl),
    ALLOW(dup),
    ALLOW(dup2),
    ALLOW(dup3),
    ALLOW(pipe2),
    ALLOW(ioctl),
    ALLOW(eventfd2),
    ALLOW(memfd_create),
    /* files: where, Landlock and the owner decide */
    ALLOW(openat),
    ALLOW(open),
    ALLOW(fstat),
    ALLOW(newfstatat),
    ALLOW(stat),
    ALLOW(lstat),
    ALLOW(statx),
    ALLOW(fstatfs),
    ALLOW(statfs),
    ALLOW(access),
    ALLOW(faccessat),
    ALLOW(faccessat2),
    ALLOW(getdents64),
    ALLOW(readlink),
    ALLOW(readlinkat),
    ALLOW(getcwd),
    ALLOW(mkdir),
    ALLOW(mkdirat),
    ALLOW(rename),
    ALLOW(renameat),
    ALLOW(renameat2),
    ALLOW(link),
    ALLOW(linkat),
    ALLOW(unlink),
    ALLOW(unlinkat),
    ALLOW(rmdir),
    ALLOW(fchmod),
    ALLOW(fchmodat),
    ALLOW(chmod),
    ALLOW(fchown),
    ALLOW(umask),
    ALLOW(ftruncate),
    ALLOW(fallocate),
    ALLOW(fsync),
    ALLOW(fdatasync),
    ALLOW(flock),
    ALLOW(sendfile),
    ALLOW(copy_file_range),
    ALLOW(fadvise64),
    ALLOW(utimensat),
    ALLOW(sync_file_range),
    /* sockets that it has or accepts */
    ALLOW(socketpair),
    ALLOW(accept),
    ALLOW(accept4),
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(sendmmsg),
    ALLOW(shutdown),
    ALLOW(getsockname),
    ALLOW(getpeername),
    ALLOW(getsockopt),
    ALLOW(setsockopt),
    /* waiting */
    ALLOW(epoll_create1),
    ALLOW(epoll_ctl),
    ALLOW(epoll_wait),
    ALLOW(epoll_pwait),
    ALLOW(epoll_pwait2),
    ALLOW(poll),
    ALLOW(ppoll),
    ALLOW(select),
    ALLOW(pselect6),
    ALLOW(signalfd4),
    ALLOW(timerfd_create),
    ALLOW(timerfd_settime),
    ALLOW(nanosleep),
    ALLOW(clock_nanosleep),
    ALLOW(clock_getres),
    /* threads and itself; no process */
    {SCMP_SYS(clone), THREAD_ONLY},
    ALLOW(set_robust_list),
    ALLOW(rseq),
    ALLOW(sched_yield),
    ALLOW(sched_getaffinity),
    ALLOW(set_tid_address),
    ALLOW(rt_sigaction),
    ALLOW(sigaltstack),
    ALLOW(tgkill),
    ALLOW(getppid),
    ALLOW(getuid),
    ALLOW(geteuid),
    ALLOW(getgid),
    ALLOW(getegid),
    ALLOW(getrusage),
    ALLOW(prlimit64),
    ALLOW(getrlimit),
    ALLOW(sysinfo),
    ALLOW(uname),
    ALLOW(prctl),
    ALLOW(mlock),
    ALLOW(munlock),
    ALLOW(msync),
    ALLOW(times),
    ALLOW(getcpu),
    ALLOW(membarrier),
};

static const struct {
	const struct rule *rules;
	size_t n;
} profile[] = {
    [SANDBOX_WORKER] = {NULL, 0},
    [SANDBOX_ZYGOTE] = {zygote_rules, ARRAY_LEN(zygote_rules)},
    [SANDBOX_SERVICE] = {service_rules, ARRAY_LEN(service_rules)},
    [SANDBOX_OUTBOUND] = {service_rules, ARRAY_LEN(service_rules)},
};

/* The clone flags that make namespaces. */
#define NAMESPACE_FLAGS 0x7e020080u

static int add(scmp_filter_ctx ctx, const struct rule *r)
{
	const struct scmp_arg_cmp not_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp fork_only = SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACE_FLAGS, 0);

	const struct scmp_arg_cmp thread_only =
	    SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACE_FLAGS | CLONE_THREAD, CLONE_THREAD);

	switch (r->when) {
	case ALWAYS:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 0);
	case NOT_EXEC:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 1, not_exec);
	case FORK_ONLY:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 1, fork_only);
	case THREAD_ONLY:
		return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 1, thread_only);
	}
	return -EINVAL;
}

static int add_all(scmp_filter_ctx ctx, const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int k = add(ctx, &rules[i]);

		/* A call that this machine does not have (open on arm64) cannot be made. */
		if (k != 0 && k != -EDOM && rules[i].nr >= 0)
			return k;
	}
	return 0;
}

static int compile(enum sandbox_profile p, scmp_filter_ctx ctx)
{
	int k;

	/* A binary tree instead of a list: fewer steps per call. Older libraries do without. */
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (p == SANDBOX_OUTBOUND)
		(void)seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINPROGRESS), SCMP_SYS(connect), 0);
	if (p == SANDBOX_SERVICE || p == SANDBOX_OUTBOUND)
		/* clone3 hides its flags; the C library then falls back to clone. */
		(void)seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	k = add_all(ctx, common_rules, ARRAY_LEN(common_rules));
	return k ? k : add_all(ctx, profile[p].rules, profile[p].n);
}

/* Prints the program of one profile as an array. */
static int print(enum sandbox_profile p, FILE *code)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
	int k = ctx ? compile(p, ctx) : -ENOMEM;
	struct sock_filter f;

	if (k == 0)
		k = seccomp_export_bpf(ctx, fileno(code));
	seccomp_release(ctx);
	if (k != 0 || fseek(code, 0, SEEK_SET) != 0)
		return k ? k : -EIO;
	printf("static const struct sock_filter profile_%d[] = {\n", (int)p);
	while (fread(&f, sizeof f, 1, code) == 1)
		printf("\t{0x%04x, %u, %u, 0x%08x},\n", f.code, f.jt, f.jf, f.k);
	printf("};\n\n");
	return 0;
}

int main(void)
{
	printf("#include <linux/filter.h>\n#include \"os/sandbox.h\"\n\n");
	for (int p = 0; p < (int)ARRAY_LEN(profile); p++) {
		FILE *code = tmpfile();
		int k = code ? print((enum sandbox_profile)p, code) : -EIO;

		if (code)
			fclose(code);
		if (k != 0) {
			fprintf(stderr, "sandbox_compile: profile %d: error %d\n", p, -k);
			return 1;
		}
	}
	printf("struct sandbox_filter sandbox_filter(enum sandbox_profile p)\n{\n"
	       "\tstatic const struct sandbox_filter filter[] = {\n");
	for (int p = 0; p < (int)ARRAY_LEN(profile); p++)
		printf("\t    {profile_%d, ARRAY_LEN(profile_%d)},\n", p, p);
	printf("\t};\n\n\treturn filter[p];\n}\n");
	return 0;
}
