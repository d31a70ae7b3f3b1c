/*
 * sandbox: how a process gives its rights away, for good.
 *
 * Each fence is one technique; what the kernel does not give is left out of `struct fences`, which
 * start-up prints and the health page shows. Order in a zygote: root, capabilities, Landlock,
 * no_new_privs, filter of the zygote; in its child: limits, filter of the worker.
 */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <stdbool.h>
#include "base/buf.h"

enum fence {
	FENCE_USER_NS, /* own user namespace: uid 0 in it is nobody outside */
	FENCE_NET_NS,  /* no network device, not even loopback */
	FENCE_PID_NS,  /* sees and signals no other process; dies whole */
	FENCE_IPC_NS,
	FENCE_UTS_NS,
	FENCE_MNT_NS,
	FENCE_ROOT,     /* the root folder is an empty, read-only one */
	FENCE_CAPS,     /* no capability, none to be regained */
	FENCE_LANDLOCK, /* no file, no TCP port */
	FENCE_SECCOMP,  /* allow-list of system calls */
	FENCE_LIMITS,   /* memory, CPU, output, no core file */
	FENCE_COUNT,
};

struct fences {
	uint32_t have; /* bit 1 << enum fence */
	int landlock_abi;
};

static inline bool fences_has(struct fences f, enum fence which)
{
	return (f.have >> which & 1u) != 0;
}
/* "user namespace, Landlock" of what is missing; nothing is appended when nothing is. */
void fences_missing(struct fences f, struct buf *out);

/* Turns SPAWN_NS_ bits (os/spawn.h) that a process got into fences. */
void fences_of_ns(struct fences *f, unsigned namespaces);

/* Makes an empty read-only folder the root. Needs FENCE_USER_NS and FENCE_MNT_NS. */
void sandbox_empty_root(struct fences *f);
void sandbox_drop_caps(struct fences *f);
/* No access to files and, from ABI 4 on, to TCP; from ABI 6 on no signals to outside either. */
void sandbox_landlock(struct fences *f);
/* For a role that has files: Landlock that allows only beneath these folders. NULL ends each. */
void sandbox_landlock_paths(struct fences *f, const char *const *read, const char *const *write);

struct sandbox_limits {
	uint64_t memory;      /* address space in all, bytes; 0 = as it is */
	uint64_t file_bytes;  /* largest file, bytes */
	uint32_t cpu_seconds; /* 0 = as it is */
	uint32_t fds;         /* no descriptor of this number or above can be made */
};
/* ERR_IO when the kernel refuses. RLIMIT_CORE is always 0. */
enum err sandbox_limits(const struct sandbox_limits *l) NODISCARD;
/* Address space of this process now, bytes (0 when it cannot be read). */
uint64_t sandbox_vm_bytes(void);

enum sandbox_profile {
	SANDBOX_WORKER,  /* a job: memory, and write to three descriptors */
	SANDBOX_ZYGOTE,  /* forks jobs, talks on its socket */
	SANDBOX_SERVICE, /* http, portal, gateway, signer: files and sockets it has, no exec */
	/*
	 * The same for one that asks others. It is given its sockets; libcurl 7.88 wants to connect
	 * them nevertheless, and is told each time that the connection is under way, which is so.
	 */
	SANDBOX_OUTBOUND,
};

struct sock_filter; /* linux/filter.h */
struct sandbox_filter {
	const struct sock_filter *code;
	size_t n;
};
/* The filter of a profile, compiled when the program was built (sandbox_compile.c). */
struct sandbox_filter sandbox_filter(enum sandbox_profile p);
/* no_new_privs and the filter. ERR_UNSUPPORTED when the kernel refuses. */
enum err sandbox_filter_load(const struct sandbox_filter *f) NODISCARD;

/*
 * What a forbidden system call does: the process writes struct sandbox_last to fd and ends with
 * exit code SANDBOX_EXIT. abort() is told apart by its signal.
 */
struct sandbox_last {
	uint32_t magic; /* SANDBOX_MAGIC */
	int32_t syscall, signo;
};
#define SANDBOX_MAGIC 0x53494759u
#define SANDBOX_EXIT 159
enum err sandbox_report_to(int fd) NODISCARD;
/* "openat"; "number 999" for an unknown one. */
void sandbox_syscall_name(int nr, char ret[32]);

#endif
