/*
 * spawn: starts a program, in practice this very one in another role or one that belongs to it.
 *
 * The child gets descriptors 3, 4, ... and 0-2; everything else is closed. It starts with all
 * signals unblocked and at their defaults and dies with its parent when `die_with_parent` is set.
 */
#ifndef OS_SPAWN_H
#define OS_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>
#include "os/fd.h"

#define SPAWN_FDS_MAX 80

/* Namespaces of the child; bits of `namespaces` below. */
enum spawn_ns {
	SPAWN_NS_USER = 1,
	SPAWN_NS_NET = 2,
	SPAWN_NS_PID = 4,
	SPAWN_NS_IPC = 8,
	SPAWN_NS_UTS = 16,
	SPAWN_NS_MNT = 32,
	SPAWN_NS_ALL = 63,
};

/* Who the child is, where a root process starts it. */
struct spawn_user {
	unsigned uid; /* its own group has the same number */
	unsigned gid; /* one more group; 0: none */
};

struct spawn {
	int exe;                 /* pinned descriptor of the program (spawn_self) */
	const char *const *argv; /* ends with NULL */
	const char *const *env;  /* ends with NULL; NULL: that of this process */
	const int *fds;          /* become 3, 4, ...; borrowed */
	size_t nfds;
	unsigned namespaces;         /* to be tried; what the kernel refuses is left out */
	const struct spawn_user *as; /* NULL: who this process is */
	bool die_with_parent;
};

struct spawned {
	pid_t pid;
	int pidfd;           /* readable when the child has died; owned by the caller */
	unsigned namespaces; /* what it really got */
};

/* A descriptor of the running program that survives an upgrade of the file on the disk. */
enum err spawn_self(int *ret_exe) NODISCARD;
/*
 * The program `name` that belongs to the running one: in its folder, else in `folder`. The
 * descriptor survives an upgrade too. ERR_NOT_FOUND when it is in neither.
 */
enum err spawn_program(const char *name, const char *folder, int *ret_exe) NODISCARD;
/* Gives away the groups that a root process was started with: its children are to have none. */
enum err spawn_forget_groups(void) NODISCARD;
/* ERR_IO when it cannot fork, ERR_CRASH when the program cannot be executed. */
enum err spawn(const struct spawn *s, struct spawned *ret_child) NODISCARD;

/* This process becomes that program, its id kept, in no other namespaces. Returns only by failing.
 */
enum err spawn_over(const struct spawn *s) NODISCARD;

enum spawn_end { SPAWN_RUNNING, SPAWN_EXITED, SPAWN_SIGNALED };
struct spawn_status {
	enum spawn_end end;
	int code; /* exit code, or signal number */
};
/* Reaps the child if it has died (wait: waits for it) and says how. */
enum err spawn_reap(const struct spawned *c, bool wait, struct spawn_status *ret_status) NODISCARD;
/* Nothing happens when it is dead already. */
void spawn_kill(const struct spawned *c, int signo);
/* "SIGSEGV" and the like; "signal" for one without a name. */
const char *spawn_signal_name(int signo);

#endif
