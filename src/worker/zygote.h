/*
 * zygote: one process per kind of job, warm and locked; forks a process for each job.
 *
 * Life: started by the pool in its own namespaces with the pool's socket on fd 3; warms up; gives
 * away root folder, capabilities, files and most system calls; says hello; then serves jobs until
 * the socket closes, which ends it and, as it is pid 1 of its namespace, every job with it.
 *
 * A job's process has the input mapped, two descriptors to write its output and report to and a
 * pipe for its last words; it locks itself once more and runs one function.
 */
#ifndef WORKER_ZYGOTE_H
#define WORKER_ZYGOTE_H

#include "worker/proto.h"

/* What the function of a kind gets. */
struct zygote_job {
	struct slice in;
	const struct proto_job *opt;
	int out, report; /* memory files to write to */
};

struct zygote_kind {
	const char *name;
	/* Loads what a locked process cannot: tables, libraries' first-use state. May be NULL. */
	void (*warm_up)(void);
	/* In the job's process. Fills *last (err included); magic is set by the caller. */
	void (*run)(const struct zygote_job *job, struct proto_last *last);
};

/* The kinds of the product, by enum worker_kind (kinds.c). */
extern const struct zygote_kind zygote_kinds[WORKER_KINDS];

/* Serves jobs of one kind over fd. Returns the exit code of the process. */
int zygote_main(int fd, const struct zygote_kind *kind);

#endif
