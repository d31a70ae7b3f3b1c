/*
 * gateway: the one path. Owns transfers, is the only writer of the store, and decides every step.
 *
 * A transfer's life is one table of states (life.c). Each step is one store transaction with its
 * entries; jobs run in workers between steps and change nothing until their step commits. So the
 * process may die anywhere: gateway_open finds every transfer where it was and goes on, and a step
 * that was committed is never done again (each checks the row's version).
 *
 * The steps of one turn of the loop become durable together, in gateway_turn; answers come from
 * there, and nobody is told before.
 *
 * Single-threaded: every function and callback is called from the loop of role_gateway. What a
 * worker says is hostile and decides nothing by itself: a result is released only after the
 * recogniser accepted exactly the stored bytes, and the policy then in force permits it.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "gateway/command.h"
#include "policy/policy.h"
#include "store/policies.h"
#include "worker/pool.h"

/* What runs jobs: the pool, or what tests put in its place. */
struct gateway_workers {
	void *ctx;
	enum err (*submit)(void *ctx, const struct worker_job *job, pool_done_fn *done, void *arg,
			   struct pool_ticket **ret);
	enum err (*password_check)(void *ctx, struct slice password, struct slice hash,
				   pool_done_fn *done, void *arg, struct pool_ticket **ret);
	enum err (*password_hash)(void *ctx, struct slice password, pool_done_fn *done, void *arg,
				  struct pool_ticket **ret);
	void (*cancel)(void *ctx, struct pool_ticket *t);
};
struct gateway_workers gateway_pool(struct pool *p);

struct gateway_conf {
	struct store *store;     /* opened to write; borrowed */
	struct blob_home *blobs; /* borrowed */
	struct gateway_workers workers;
	uint64_t watermark_bytes; /* new uploads are refused below this much free disk */
	uint64_t upload_max;      /* bytes of the largest original that is taken at all */
	/* A content of up to so many bytes stands in its row, not in a file; at most BLOB_CHUNK. */
	uint64_t in_row_max;
	unsigned jobs_at_once;
	bool (*loopback)(void *arg, struct slice zone); /* zone's listener is on loopback */
	void (*committed)(void *arg); /* after each commit that may have appended entries */
	int64_t (*now_ms)(void *arg); /* UTC */
	/* Wants gateway_slice to be called when what waits now has been served; often in a row. */
	void (*soon)(void *arg);
	void *arg;
};

struct gateway;

/* Sweeps what a death left behind (files without a row) and takes up every transfer. */
enum err gateway_open(const struct gateway_conf *conf, struct gateway **ret) NODISCARD;
void gateway_close(struct gateway *g); /* cancels what runs; nothing is lost */

/*
 * Answers exactly once, now or later. fd is -1 or a descriptor that belongs to the callee of fn.
 * The slices of r are valid until fn returns.
 */
typedef void gateway_reply_fn(void *arg, const struct reply *r, int fd);
void gateway_command(struct gateway *g, struct slice zone, const struct command *c,
		     gateway_reply_fn *fn, void *arg);
/* Answers that would come later to this arg do not come any more (its portal is gone). */
void gateway_forget(struct gateway *g, void *arg);

/* Starts what can be started; the end of a turn does it by itself. */
void gateway_work(struct gateway *g);
/* One slice of what takes long; after it others may be served. */
void gateway_slice(struct gateway *g);
/* Another limit of gateway_conf. */
void gateway_watermark(struct gateway *g, uint64_t bytes);
/*
 * After each turn of the loop, when all that was ready has been handled: starts what can be
 * started, makes the steps of the turn durable, then answers.
 */
void gateway_turn(struct gateway *g);
/* Once a second: stale uploads, ended retention, old sessions. Purging stops after a clock jump. */
void gateway_tick(struct gateway *g, uint64_t mono_ms);
/*
 * The policy in force is the version of the store's present epoch (governance/version.h). Every
 * step checks the epoch when it commits: one that decided under an earlier epoch is rolled back and
 * decided again. A tick puts a decided change into force when its day has come. The pointer is good
 * until the next command or tick.
 */
const struct policy *gateway_policy(const struct gateway *g);
/*
 * The operator's file, outside the flow of a change: an epoch and an entry of its own. Does nothing
 * where these texts are in force. ERR_CONFLICT and *d where they do not follow what is.
 */
enum err gateway_emergency(struct gateway *g, const struct policy_texts *t, struct diag *d)
    NODISCARD;
/* Whether every one of these obligations, by that method, has a handler here. */
bool gateway_handles(uint32_t obligations, enum policy_method sanitize);
/* True while any transfer is on its way through the workers. */
bool gateway_busy(const struct gateway *g);

#endif
