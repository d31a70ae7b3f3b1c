/* internal: what the files of this room share. */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H

#include "gateway/gateway.h"
#include "gateway/past.h"
#include "governance/version.h"
#include "identity/identity.h"
#include "record/record.h"

#define REQUEST_ARENA (1u << 20)
#define REPORT_MAX (4u << 20)
#define JOB_ARENA (24u << 20)
#define PAUSE_TICKS 5  /* seconds without work after the system failed */
#define OPEN_MAX 200   /* unfinished uploads of one person */
#define RETAIN_DAYS 30 /* where no rule says how long */
#define DAY_MS (24ll * 3600 * 1000)
#define UPLOAD_STALE_MS DAY_MS
#define EPOCH_TRIES 3 /* policies that may come into force during one command */
#define CLOCK_JUMP_MS (10ll * 60 * 1000)

/* A job in a worker. */
struct running {
	struct gateway *g;
	struct pool_ticket *ticket;
	char transfer[TRANSFER_ID_LEN + 1]; /* "" where the place is free */
	enum transfer_state state;          /* of the row when it began */
	int64_t version;
	struct content_load *load; /* its original is being read; there is no ticket yet */
	struct made *made;         /* the recogniser reads this; NULL while the sanitiser works */
};

/* A command whose answer waits for the password worker. */
struct waiting {
	struct waiting *next;
	struct gateway *g;
	struct pool_ticket *ticket;
	gateway_reply_fn *fn;
	void *arg;
	enum command_type type;
	bool known; /* the login has an account */
	char login[65], peer[65], zone[33], session[65];
	char new_password[257];
};

/* A command that is answered when its transfer rests. */
struct watcher {
	struct watcher *next;
	gateway_reply_fn *fn;
	void *arg;
	unsigned ticks; /* seconds until it is answered anyway */
	bool due;       /* the transfer has moved */
	char transfer[TRANSFER_ID_LEN + 1];
};

/* A small upload on its way; "" where the place is free. */
struct staged {
	char transfer[TRANSFER_ID_LEN + 1];
	int fd;
	uint64_t age;
};

#define STAGED_MAX 256
#define RUNNING_MAX 64
#define WATCHERS_MAX 2048 /* beyond these an answer comes at once */

struct gateway {
	struct gateway_conf conf;
	const struct policy *policy; /* in force: version.policy */
	struct version version;      /* in policy_arena */
	struct arena *policy_arena;
	uint64_t epoch; /* that this policy is of */
	bool stale;     /* the store has a later one */
	struct running running[RUNNING_MAX];
	struct staged staged[STAGED_MAX];
	uint64_t staged_n; /* opened so far */
	struct waiting *waiting;
	struct watcher *watchers;
	unsigned watchers_n;
	bool watchers_due;
	unsigned turn;       /* the place in running that is served next */
	bool working, again; /* gateway_work is on the stack; and has something to do */
	bool epoch_sure;     /* the open turn stands in this epoch */
	struct untold *untold, **untold_last; /* answers that wait for the turn's end */
	unsigned paused; /* ticks until work goes on after a failure of the system */
	bool clock_known, clock_jumped;
	int64_t clock_base_ms; /* UTC minus monotonic time when the gateway began */
	uint64_t next_sweep_ms;
	bool scrubbed; /* no file of the store holds anything more of what was purged */
};

/* One command on its way. */
struct request {
	struct gateway *g;
	const struct command *c;
	struct slice zone;
	struct arena *a;
	struct identity_session who; /* signed in, where the command needs it */
	int64_t now_ms;
	struct reply r;
	int fd; /* goes with the answer; -1 */
};

static inline int64_t now(const struct gateway *g)
{
	return g->conf.now_ms(g->conf.arg);
}

/* -- life.c: the table of states, and steps as transactions -------------------------------------
 */

/* Whether the table has an arrow from one state to the other. */
bool life_may(enum transfer_state from, enum transfer_state to);

/*
 * Ends a step: writes the row in its new state with one entry, inside the open transaction.
 * ERR_CONFLICT where the table has no such arrow, or the row has changed meanwhile.
 */
enum err life_move(struct gateway *g, struct transfer_row *t, enum transfer_state to,
		   const char *type, struct slice actor, const struct record_field *fields,
		   size_t n) NODISCARD;
enum err life_note(struct gateway *g, const struct transfer_row *t, const char *type,
		   struct slice actor, const struct record_field *fields, size_t n) NODISCARD;
/* Held or refused: sets reason, clause and detail, and moves. */
enum err life_stop(struct gateway *g, struct transfer_row *t, enum transfer_state to,
		   const char *reason, struct slice detail) NODISCARD;
/* A step of its own that holds the transfer; for what failed outside of a transaction. */
enum err life_hold(struct gateway *g, struct slice id, int64_t version, const char *reason,
		   struct slice detail) NODISCARD;
/* epoch_check, store_commit; durable, and told by conf.committed, at the end of the turn. */
enum err commit(struct gateway *g) NODISCARD;
/* The same for what no policy has decided. */
enum err commit_undecided(struct gateway *g) NODISCARD;

/* -- turn.c: steps that become durable together --------------------------------------------------
 */

/* A step of the turn, opened where none is; store_begin alone is for what stands outside of one. */
enum err step_begin(struct gateway *g) NODISCARD;
/* Answers when what the answer stands on is durable: now, or at the end of the turn. */
void turn_answer(struct gateway *g, gateway_reply_fn *fn, void *arg, const struct reply *r, int fd);
void turn_forget(struct gateway *g, void *arg);
void turn_end(struct gateway *g);   /* durable and told; before what needs the store for itself */
void turn_close(struct gateway *g); /* nobody is answered */

/* -- epoch.c: which policy is in force ------------------------------------------------------------
 */

enum err epoch_open(struct gateway *g) NODISCARD;
/* Inside a step: ERR_CONFLICT, and g->stale, where another policy is in force by now. */
enum err epoch_check(struct gateway *g) NODISCARD;
/* Takes up the present policy where g->stale. Only where nobody holds anything of the old one. */
enum err epoch_refresh(struct gateway *g) NODISCARD;
/* A change whose day has come; an epoch that began beside us. */
void epoch_tick(struct gateway *g);

/* -- decide.c -----------------------------------------------------------------------------------
 */

struct verdict {
	struct policy_request rq; /* the case, where `known` */
	struct policy_decision d;
	bool known;
	const char *missing; /* the first obligation without a handler, or NULL */
	char rule[PAST_RULES * 40], obligations[256]; /* rule: past_rules() */
	char case_text[96];                           /* policy/case.h */
};

/* -- case.c: what is known of a transfer ---------------------------------------------------------
 */

/* False where the policy in force does not know its zones. */
bool case_of(struct gateway *g, const struct transfer_row *t, struct policy_request *ret);
/* Without a result a type that is not known yet counts as one that would be permitted; rq says
 * which. */
void case_decide(const struct policy *p, bool result, struct policy_request *rq,
		 struct policy_decision *ret);
/* An exception of that name that lasts on that day, as policy_request.exception. */
uint32_t case_exception(const struct policy *p, struct slice name, int32_t day);
/* The transfer's class as a level of the present scale, 0: none; and one for it. */
uint32_t case_class(const struct policy *p, const struct transfer_row *t);
void case_set_class(const struct policy *p, struct transfer_row *t, uint32_t level);

void verdict_of(struct gateway *g, const struct transfer_row *t, struct verdict *ret);
/* Clause and rule for the entries to come (v must outlive them), and how long to keep the rest. */
void verdict_put(const struct verdict *v, struct transfer_row *t, struct gateway *g);
/* Puts clause and the two sentences that may be shown into a refusal. */
enum err verdict_explain(struct gateway *g, const struct verdict *v, struct arena *a,
			 struct reply *r) NODISCARD;
/* Stops the transfer where the verdict does not let it go on; *ret_on is whether it may. */
enum err verdict_obey(struct gateway *g, struct transfer_row *t, const struct verdict *v,
		      bool *ret_on) NODISCARD;
bool verdict_wants_text(const struct transfer_row *t, const struct verdict *v);
enum err step_decide(struct gateway *g, struct transfer_row *t) NODISCARD;
/* The same inside a transaction that is open. */
enum err decide_in_step(struct gateway *g, struct transfer_row *t) NODISCARD;
/* Level of a marking found in a document: 0 none, the highest level where it is not understood. */
uint32_t marking_level(const struct policy *p, struct slice marking);
int32_t jst_day(int64_t utc_ms);
int64_t jst_day_start_ms(int32_t day);
int jst_fiscal_year(int64_t utc_ms);

/* -- jobs.c: the steps between received and ready -----------------------------------------------
 */

enum err step_sanitize(struct gateway *g, struct transfer_row *t) NODISCARD;
void job_cancel(struct gateway *g, struct slice transfer);
void job_cancel_all(struct gateway *g);
bool job_runs(const struct gateway *g, struct slice transfer);

/* -- await.c ------------------------------------------------------------------------------------
 */

/* *ret_waits: fn is called later. Where there is nothing to wait for the answer is made at once. */
enum err start_await(struct request *q, gateway_reply_fn *fn, void *arg, bool *ret_waits) NODISCARD;
/* A step has moved it; what is committed is told by await_tell. */
void await_moved(struct gateway *g, const struct transfer_row *t);
void await_tell(struct gateway *g);
void await_tick(struct gateway *g);
void await_forget(struct gateway *g, void *arg);
void await_close(struct gateway *g); /* nobody is answered */

/* -- report.c -----------------------------------------------------------------------------------
 */

struct checked_report {
	struct slice json;                   /* printed anew from what was understood */
	struct slice type_in, marking, held; /* held: the finding of the first held item */
};
/* Strict: exactly the documented schema, known findings, sizes. ERR_SYNTAX otherwise. */
enum err report_check(struct slice json, struct arena *a, struct checked_report *ret) NODISCARD;

/* -- stage.c: small uploads on their way ---------------------------------------------------------
 */

/* A new memory file for the sealed bytes; what came in of this transfer before is dropped. */
enum err stage_open(struct gateway *g, struct slice transfer, int *ret_fd) NODISCARD;
/* The sealed bytes of `size`. ERR_NOT_FOUND: none came in; ERR_CONFLICT: not so many. */
enum err stage_read(struct gateway *g, struct slice transfer, uint64_t size, struct arena *a,
		    struct slice *ret) NODISCARD;
void stage_drop(struct gateway *g, struct slice transfer);
void stage_close(struct gateway *g);

/* -- content.c: blobs of a transfer -------------------------------------------------------------
 */

/*
 * A content on its way into a sealed memory file, a slice at a time: a large one must not keep the
 * others waiting. ERR_CRYPTO where it is not what was committed, ERR_LIMIT beyond max bytes.
 */
#define CONTENT_SLICE (1u << 20)
struct content_load;
enum err content_load_begin(struct gateway *g, const struct transfer_row *t, enum blob_role role,
			    uint64_t max, struct content_load **ret) NODISCARD;
/* Reads at most CONTENT_SLICE bytes. *ret_fd is the sealed file, the load's, once it is whole. */
enum err content_load_slice(struct content_load *l, int *ret_fd) NODISCARD;
void content_load_free(struct content_load *l); /* NULL is a no-op */
/* The place of a content that will come in: *ret is the row to add; content_undo takes it back. */
enum err content_new(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct arena *a, struct blob_row *ret) NODISCARD;
enum err content_undo(struct gateway *g, const struct blob_row *b) NODISCARD;
/* The row of a content and what opens its seal. */
enum err content_row(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct arena *a, struct blob_row *ret_row, struct blob_seal *ret_seal)
    NODISCARD;
/* A new sealed blob of `bytes`, not yet in the store: *ret is the row to add. */
enum err content_put(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct slice bytes, struct arena *a, struct blob_row *ret) NODISCARD;
/* A descriptor of the sealed bytes: to read, or where `write` to fill. */
enum err content_open(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		      bool write, struct arena *a, struct blob_row *ret_row,
		      struct blob_seal *ret_seal, int *ret_fd) NODISCARD;
const char *content_mime(struct slice grammar);
/* The original's name with the extension of what was written, safe for any file system. */
enum err content_name(struct slice name, struct slice ext, struct arena *a, struct slice *ret)
    NODISCARD;

/* -- handlers of commands (send.c, collect.c, change.c, sign.c)
 * --------------------------------------------
 */

enum err do_sign_out(struct request *q);
enum err do_session_check(struct request *q);
enum err do_token_create(struct request *q);
enum err do_token_revoke(struct request *q);
enum err do_transfer_create(struct request *q);
enum err do_upload_open(struct request *q);
enum err do_upload_progress(struct request *q);
enum err do_upload_commit(struct request *q);
enum err do_withdraw(struct request *q);
enum err do_collect_open(struct request *q);
enum err do_change_open(struct request *q);
enum err do_change_save(struct request *q);
enum err do_change_submit(struct request *q);
enum err do_change_comment(struct request *q);
enum err do_change_decide(struct request *q);
enum err do_change_withdraw(struct request *q);
/* These two answer later, from the password worker. */
void start_sign_in(struct request *q, gateway_reply_fn *fn, void *arg);
void start_password_change(struct request *q, gateway_reply_fn *fn, void *arg);

/* Sets the reason of a refusal and returns e. */
enum err refuse(struct request *q, enum err e, const char *reason);
/* A transfer of this person in this zone, as its sender; ERR_NOT_FOUND otherwise. */
enum err my_transfer(struct request *q, struct transfer_row *ret) NODISCARD;
/* Id, receipt and state into the answer. */
enum err tell_transfer(struct request *q, const struct transfer_row *t) NODISCARD;

/* -- sweep.c ------------------------------------------------------------------------------------
 */

enum err sweep_orphans(struct gateway *g) NODISCARD;
enum err sweep(struct gateway *g) NODISCARD;

#endif
