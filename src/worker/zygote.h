/*
 * zygote: one process per kind of job, warm and locked; forks a process for each job.
 *
 * Life: started in its own namespaces, by a pool or by the parent of the server; learns from its
 * starter which namespaces it got; warms up; gives away root folder, capabilities, files and most
 * system calls; says hello to the pool; then serves jobs until the pool's socket closes, which ends
 * it and, as it is pid 1 of its namespace, every job with it. Another starter than the pool ends it
 * by any word or by closing its socket.
 *
 * The process of the next job is forked ahead and waits, so that a job need not wait for a fork; it
 * serves one job and is gone. It has the input mapped, two descriptors to write its output and
 * report to and a socket for its last words; it locks itself once more and runs one function.
 */
#ifndef WORKER_ZYGOTE_H
#define WORKER_ZYGOTE_H

#include "worker/proto.h"

/* The descriptor of a job's process for its last words. */
#define ZYGOTE_JOB_SOCKET 3

/* What the function of a kind gets. */
struct zygote_job {
	struct slice in;
	const struct proto_job *opt;
	int out, report; /* memory files to write to */
};

struct zygote_kind {
	/* Loads what a locked process cannot: tables, libraries' first-use state. May be NULL. */
	void (*warm_up)(void);
	/* In the job's process. Fills *last (err included); magic is set by the caller. */
	void (*run)(const struct zygote_job *job, struct proto_last *last);
};

/* The kinds of the product, by enum worker_kind, and one that is sanitize and verify (kinds.c). */
extern const struct zygote_kind zygote_kinds[WORKER_KINDS], zygote_both_kinds;

struct zygote_ends {
	int starter;                 /* sends PROTO_HELLO with the namespaces first */
	int jobs;                    /* the pool's socket; may be the same */
	enum err (*up)(int starter); /* called when it serves; may be NULL */
	bool open;                   /* no lock at all, for a debugger */
	bool brief; /* few jobs will come: no preparation that pays only for many */
};

/* Serves jobs of one kind. Returns the exit code of the process: 0 when an end was closed. */
int zygote_main(const struct zygote_ends *ends, const struct zygote_kind *kind);

#endif
