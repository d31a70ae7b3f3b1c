/*
 * pool: jobs for locked workers, and their answers. The caller's side of room worker.
 *
 * A pool starts one zygote process per kind when the first job of that kind comes, and a new one
 * when a zygote died; or, where processes are another's to start, it is given the sockets of
 * zygotes (pool_attach) and its jobs wait while there is none. Each job runs in its own process,
 * forked from the zygote, that has no files, no network and a few system calls; it reads a sealed
 * memory file and writes another one. All callbacks come from the loop; a callback may submit and
 * cancel.
 *
 * Fail closed: whatever goes wrong (crash, forbidden system call, limit, time, a broken reply) is a
 * result with err != OK and `fault` naming it: "SIGSEGV", "syscall openat", "limit cpu_seconds".
 * Only a result with err == OK has an output.
 *
 * What a worker says (report, extension, diag) is hostile: the pool checks its form (sizes, UTF-8
 * without control characters, words of [a-z0-9]), not its truth. The truth is the verify job, which
 * gets the sealed output.
 */
#ifndef WORKER_POOL_H
#define WORKER_POOL_H

#include "base/buf.h"
#include "base/limits.h"
#include "format/format.h"
#include "os/loop.h"
#include "os/sandbox.h"

enum worker_kind { WORKER_SANITIZE, WORKER_VERIFY, WORKER_PASSWORD, WORKER_KINDS };

struct worker_job {
	enum worker_kind kind;
	int in; /* sealed memory file (os/file.h), borrowed until the submit returns */
	struct limits limits;
	/* sanitize */
	enum method method;
	enum hidden hidden;
	struct slice name; /* file name, a hint; its last 255 bytes are used */
	/* verify: an output grammar, or "" to guess it from name and bytes */
	char grammar[12];
};

struct worker_result {
	enum err err;
	struct diag diag; /* for err != OK: where and why, for people */
	char fault[48];   /* "" or what ended the job: a signal, a system call, a limit */
	int out; /* sealed memory file of the output, -1 when there is none; owned by the pool:
		    fd_take it to keep it */
	uint64_t out_bytes;
	char type[12];  /* format of the input, as far as it was found */
	char ext[8];    /* extension of what was written */
	char wrote[12]; /* output grammar of what was written; verify: the grammar that matched */
	struct slice
	    report; /* JSON (docs/report.md), "" when there is none; dies with the callback */
	uint32_t wall_us, cpu_us;
};

typedef void pool_done_fn(void *arg, struct worker_result *result);

struct pool_conf {
	int exe; /* pinned descriptor of sekisho-worker, borrowed; -1: zygotes are attached */
	uint32_t at_once; /* jobs of one kind that run together; 0 = number of processors */
	/* One zygote for sanitize and verify, each job in its own process as always: starts faster.
	 */
	bool one_zygote;
	/* How the program is told to be a zygote: argv {name, arg, kind name, NULL}. */
	const char *arg; /* NULL = "zygote" */
	/* Called from the loop when a zygote is up, with the fences it has; may be NULL. */
	void (*up)(void *arg, const char *kind, struct fences fences);
	/* An attached zygote is hung or broke the protocol, and must be replaced. */
	void (*replace)(void *arg, enum worker_kind kind);
	void *call_arg;
};

struct pool;
struct pool_ticket; /* one submitted job */

enum err pool_new(struct loop *loop, const struct pool_conf *conf, struct pool **ret_pool)
    NODISCARD;
/*
 * The zygote of this kind is behind fd, which the caller keeps open until pool_detach or until it
 * attaches another one. What ran on the one before is lost.
 */
enum err pool_attach(struct pool *p, enum worker_kind kind, int fd) NODISCARD;
/* Call it before fd is closed. */
void pool_detach(struct pool *p, enum worker_kind kind);
/* Starts a zygote now, so that the first job need not wait and its fences are known. */
void pool_warm(struct pool *p, enum worker_kind kind);
/* Kills the zygotes and with them all jobs; callbacks of unfinished jobs are not called. */
void pool_free(struct pool *p);

/* done is called exactly once, later, from the loop. *ret_ticket may be NULL. */
enum err pool_submit(struct pool *p, const struct worker_job *job, pool_done_fn *done, void *arg,
		     struct pool_ticket **ret_ticket) NODISCARD;
/* The callback will not come any more; a running job is killed. */
void pool_cancel(struct pool_ticket *t);

/* Submits and runs the loop until this job is done. result->report lives until the next call. */
enum err pool_run(struct pool *p, const struct worker_job *job, struct worker_result *ret_result)
    NODISCARD;

/* What the zygotes could lock themselves into; all fences before the first zygote said hello. */
struct fences pool_fences(const struct pool *p);

/*
 * The password worker: argon2id (libsodium's interactive limits). The password is 1 to 1024 bytes.
 * hash: result.report is the encoded hash (at most 127 ASCII characters). check: err is OK, or
 * ERR_FORBIDDEN when the password is wrong.
 */
enum err pool_password_hash(struct pool *p, struct slice password, pool_done_fn *done, void *arg,
			    struct pool_ticket **ret_ticket) NODISCARD;
enum err pool_password_check(struct pool *p, struct slice password, struct slice hash,
			     pool_done_fn *done, void *arg, struct pool_ticket **ret_ticket)
    NODISCARD;

#endif
