/*
 * proto: what a pool and a zygote say to each other, and what a job leaves behind.
 *
 *     zygote -> pool  HELLO  fences, Landlock ABI
 *     pool -> zygote  JOB    options; descriptors: input (sealed), output, report
 *     pool -> zygote  CANCEL (id of the job)
 *     zygote -> pool  DONE   how it ended, last words; the id is that of the job
 */
#ifndef WORKER_PROTO_H
#define WORKER_PROTO_H

#include "os/sandbox.h"
#include "wire/wire.h"
#include "worker/pool.h"

enum proto_type { PROTO_HELLO = 1, PROTO_JOB, PROTO_CANCEL, PROTO_DONE };

#define PROTO_AT_ONCE_MAX 64u /* jobs of one zygote */
#define PROTO_NAME_MAX 255u
#define PROTO_PASSWORD_MAX 1024u
#define PROTO_HASH_SIZE 128u /* crypto_pwhash_STRBYTES */
#define PROTO_REPORT_MAX (4u << 20)

/* "sanitize", "verify", "password". */
const char *proto_kind_name(enum worker_kind kind);
/* The name of a zygote that serves sanitize and verify. */
#define PROTO_BOTH_KINDS "documents"

/* The environment that a zygote is started with: how its C library works, and nothing else. */
extern const char *const proto_zygote_env[];

/* The options of a job, as its process gets them. */
struct proto_job {
	enum worker_kind kind;
	struct limits limits;
	enum method method;
	enum hidden hidden;
	char grammar[12];
	uint8_t name[PROTO_NAME_MAX];
	size_t name_n;
};

/*
 * The last words of a job, written at once to its pipe. Fixed size; every byte of it is the
 * worker's word. Strings are NUL-terminated by the reader, not by the writer's good will.
 */
struct proto_last {
	uint32_t magic;
	uint32_t err; /* enum err */
	uint64_t offset, out_bytes;
	uint32_t line, column;
	char part[96], text[256];
	char type[12], ext[8], wrote[12];
};
#define PROTO_LAST_MAGIC 0x4c415354u

/* How a job ended, as its zygote saw it. */
enum proto_end {
	END_REPLY,   /* it wrote proto_last and exited with 0 */
	END_SIGNAL,  /* number */
	END_SYSCALL, /* forbidden system call, number */
	END_EXIT,    /* exited without last words: exit code in number */
	END_TIME,    /* killed at its wall_seconds */
	END_LIE,     /* its last words have not the form that they must have */
	END_START,   /* could not be started or locked: enum err in number */
	END_COUNT,
};

struct proto_done {
	enum proto_end end;
	int32_t number;
	uint32_t wall_us, cpu_us;
	struct proto_last last; /* for END_REPLY */
};

void proto_put_job(struct buf *b, const struct proto_job *job);
enum err proto_get_job(struct reader *r, struct proto_job *ret_job) NODISCARD;
void proto_put_done(struct buf *b, const struct proto_done *done);
/*
 * ERR_PEER for a message that the zygote got wrong. Last words are the job's own: their strings are
 * made printable, and what breaks their form (enum values, words of [a-z0-9]) makes END_LIE.
 */
enum err proto_get_done(struct reader *r, struct proto_done *ret_done) NODISCARD;

#endif
