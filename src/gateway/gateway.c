/* gateway: who may command what, and the pump that moves every transfer on. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "gateway/internal.h"
#include "os/fd.h"
#include "os/log.h"

/* -- workers: the pool --------------------------------------------------------------------------
 */

static enum err pool_do_submit(void *ctx, const struct worker_job *job, pool_done_fn *done,
			       void *arg, struct pool_ticket **ret)
{
	return pool_submit(ctx, job, done, arg, ret);
}

static enum err pool_do_check(void *ctx, struct slice password, struct slice hash,
			      pool_done_fn *done, void *arg, struct pool_ticket **ret)
{
	return pool_password_check(ctx, password, hash, done, arg, ret);
}

static enum err pool_do_hash(void *ctx, struct slice password, pool_done_fn *done, void *arg,
			     struct pool_ticket **ret)
{
	return pool_password_hash(ctx, password, done, arg, ret);
}

static void pool_do_cancel(void *ctx, struct pool_ticket *t)
{
	(void)ctx;
	pool_cancel(t);
}

struct gateway_workers gateway_pool(struct pool *p)
{
	return (struct gateway_workers){p, pool_do_submit, pool_do_check, pool_do_hash,
					pool_do_cancel};
}

/* -- the pump -----------------------------------------------------------------------------------
 */

struct step {
	enum transfer_state from;
	bool job; /* needs a free place in the workers */
	enum err (*run)(struct gateway *g, struct transfer_row *t);
};

/* What moves a transfer on from each state in which it waits for nobody. */
static const struct step steps[] = {
    {TRANSFER_RECEIVED, false, step_decide},
    {TRANSFER_SANITIZING, true, step_sanitize},
};

static unsigned running(const struct gateway *g)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		n += g->running[i].transfer[0] != 0;
	return n;
}

static enum err work_on(struct gateway *g, const struct step *step)
{
	AUTO_ARENA a = arena_new(4 << 20);
	struct transfer_row *rows;
	enum err worst = OK;
	size_t n;

	if (!a)
		return ERR_MEMORY;
	if (step->job && running(g) >= g->conf.jobs_at_once)
		return OK;
	TRY(store_transfers_in(g->conf.store, step->from, g->conf.jobs_at_once + 8, a, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		enum err e;

		if (step->job && running(g) >= g->conf.jobs_at_once)
			break;
		if (job_runs(g, rows[i].id))
			continue;
		e = step->run(g, &rows[i]);
		if (e != OK)
			store_rollback(g->conf.store);
		if (e == ERR_FULL && step->job)
			break;
		/*
		 * ERR_CONFLICT: a command changed the row between the list and the step: next time.
		 * What the system failed for one transfer must not stop the others.
		 */
		if (e != OK && e != ERR_CONFLICT)
			worst = e;
	}
	return worst;
}

void gateway_work(struct gateway *g)
{
	if (g->working || g->paused) {
		g->again = true;
		return;
	}
	g->working = true;
	do {
		g->again = false;
		if (epoch_refresh(g) != OK)
			break;
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			enum err e = work_on(g, &steps[i]);

			if (e == OK)
				continue;
			log_event(LEVEL_ERROR, "step-failed", "state=%s err=\"%s\" store=\"%s\"",
				  transfer_state_word(steps[i].from), err_str(e),
				  store_message(g->conf.store));
			g->paused = PAUSE_TICKS;
			g->again = false;
		}
	} while (g->again);
	g->working = false;
}

void gateway_watermark(struct gateway *g, uint64_t bytes)
{
	g->conf.watermark_bytes = bytes;
}

bool gateway_busy(const struct gateway *g)
{
	return running(g) > 0;
}

/* -- commands -----------------------------------------------------------------------------------
 */

struct handler {
	/* NULL: a person's session only; else what an API token must be for */
	const char *purpose;
	enum err (*run)(struct request *q);
};

static const struct handler handlers[CMD_TYPES] = {
    [CMD_SIGN_OUT] = {NULL, do_sign_out},
    [CMD_SESSION_CHECK] = {NULL, do_session_check},
    [CMD_TOKEN_CREATE] = {NULL, do_token_create},
    [CMD_TOKEN_REVOKE] = {NULL, do_token_revoke},
    [CMD_TRANSFER_CREATE] = {"send", do_transfer_create},
    [CMD_UPLOAD_OPEN] = {"send", do_upload_open},
    [CMD_UPLOAD_PROGRESS] = {"send", do_upload_progress},
    [CMD_UPLOAD_COMMIT] = {"send", do_upload_commit},
    [CMD_WITHDRAW] = {"send", do_withdraw},
    [CMD_COLLECT_OPEN] = {"receive", do_collect_open},
    [CMD_CHANGE_OPEN] = {NULL, do_change_open},
    [CMD_CHANGE_SAVE] = {NULL, do_change_save},
    [CMD_CHANGE_SUBMIT] = {NULL, do_change_submit},
    [CMD_CHANGE_COMMENT] = {NULL, do_change_comment},
    [CMD_CHANGE_DECIDE] = {NULL, do_change_decide},
    [CMD_CHANGE_WITHDRAW] = {NULL, do_change_withdraw},
    [CMD_AWAIT] = {"send", NULL}, /* begins in gateway_command: it may be answered later */
};

enum err refuse(struct request *q, enum err e, const char *reason)
{
	q->r.reason = slice_str(reason);
	return e;
}

/* The peer must come from the zone's networks. */
static enum err check_peer(struct request *q)
{
	const struct policy *p = q->g->policy;
	struct policy_addr addr;
	uint32_t zone;

	if (policy_zone_by_name(p, q->zone, &zone) != OK ||
	    policy_addr_parse(q->c->peer, &addr) != OK)
		return refuse(q, ERR_FORBIDDEN, "zone-networks");
	if (policy_zone_of(p, addr) == zone)
		return OK;
	/* A listener on loopback is for trying out; its peers are this host, not a network. */
	if (q->g->conf.loopback(q->g->conf.arg, q->zone) &&
	    (slice_starts(q->c->peer, S("127.")) || slice_eq_str(q->c->peer, "::1")))
		return OK;
	return refuse(q, ERR_FORBIDDEN, "zone-networks");
}

static enum err check_session(struct request *q, const struct handler *h)
{
	struct store *s = q->g->conf.store;
	enum err e = identity_session(s, q->c->session, q->zone, q->now_ms, &q->who);

	if (e == OK)
		return identity_touch(s, q->c->session, q->now_ms);
	if (e == ERR_FORBIDDEN && h->purpose)
		e = identity_token(s, q->c->session, q->zone, q->c->peer, slice_str(h->purpose),
				   q->now_ms, &q->who);
	return e == ERR_FORBIDDEN ? refuse(q, e, "signed-out") : e;
}

static enum err run(struct request *q)
{
	const struct handler *h = &handlers[q->c->type];

	TRY(check_session(q, h));
	return h->run(q);
}

/* What was decided while another policy came into force is forgotten and decided again. */
static enum err run_in_epoch(struct request *q)
{
	struct reply blank = q->r;
	enum err e = run(q);

	for (int i = 0; i < EPOCH_TRIES && q->g->stale; i++) {
		store_rollback(q->g->conf.store);
		fd_close(&q->fd);
		q->r = blank;
		TRY(epoch_refresh(q->g));
		e = run(q);
	}
	return e;
}

static void answer(struct request *q, enum err e, gateway_reply_fn *fn, void *arg)
{
	static const enum err public[] = {OK,           ERR_FORBIDDEN, ERR_FULL,      ERR_USAGE,
					  ERR_CONFLICT, ERR_LIMIT,     ERR_NOT_FOUND, ERR_TIMEOUT};
	bool known = false;

	if (e != OK)
		store_rollback(q->g->conf.store);
	for (size_t i = 0; i < ARRAY_LEN(public); i++)
		known |= e == public[i];
	if (!known || (e != OK && e != ERR_NOT_FOUND && q->r.reason.n == 0)) {
		log_event(LEVEL_ERROR, "command-failed", "command=%s err=\"%s\" store=\"%s\"",
			  command_word(q->c->type), err_str(e), store_message(q->g->conf.store));
		q->r.reason = S("error");
		e = e == ERR_FULL ? ERR_FULL : ERR_IO;
	}
	q->r.err = e;
	if (e != OK && q->fd >= 0) {
		close(q->fd);
		q->fd = -1;
	}
	turn_answer(q->g, fn, arg, &q->r, q->fd);
}

void gateway_command(struct gateway *g, struct slice zone, const struct command *c,
		     gateway_reply_fn *fn, void *arg)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct request q = {.g = g,
			    .c = c,
			    .zone = zone,
			    .a = a,
			    .now_ms = now(g),
			    .r = {.type = c->type},
			    .fd = -1};
	enum err e = a ? check_peer(&q) : ERR_MEMORY;

	if (e == OK)
		e = store_turn_look(g->conf.store);
	if (e == OK && c->type == CMD_SIGN_IN) {
		start_sign_in(&q, fn, arg);
		return;
	}
	if (e == OK && c->type == CMD_PASSWORD_CHANGE) {
		e = identity_session(g->conf.store, c->session, zone, q.now_ms, &q.who);
		if (e == OK) {
			start_password_change(&q, fn, arg);
			return;
		}
		if (e == ERR_FORBIDDEN)
			e = refuse(&q, e, "signed-out");
	} else if (e == OK && c->type == CMD_AWAIT) {
		bool waits = false;

		e = check_session(&q, &handlers[c->type]);
		if (e == OK)
			e = start_await(&q, fn, arg, &waits);
		if (waits)
			return;
	} else if (e == OK) {
		e = run_in_epoch(&q);
	}
	answer(&q, e, fn, arg);
	g->again |= e == OK;
}

/* -- life cycle ---------------------------------------------------------------------------------
 */

enum err gateway_open(const struct gateway_conf *conf, struct gateway **ret)
{
	struct gateway *g = calloc(1, sizeof *g);
	enum err e;

	if (!g)
		return ERR_MEMORY;
	BUG_IF(conf->in_row_max > BLOB_CHUNK);
	g->conf = *conf;
	g->untold_last = &g->untold;
	if (g->conf.jobs_at_once == 0 || g->conf.jobs_at_once > RUNNING_MAX)
		g->conf.jobs_at_once = 8;
	e = epoch_open(g);
	if (e == OK)
		e = sweep_orphans(g);
	if (e != OK) {
		arena_free(g->policy_arena);
		free(g);
		return e;
	}
	*ret = g;
	g->again = true;
	gateway_turn(g);
	return OK;
}

void gateway_close(struct gateway *g)
{
	if (!g)
		return;
	job_cancel_all(g);
	while (g->waiting) {
		struct waiting *w = g->waiting;

		g->waiting = w->next;
		g->conf.workers.cancel(g->conf.workers.ctx, w->ticket);
		free(w);
	}
	await_close(g);
	stage_close(g);
	store_rollback(g->conf.store);
	turn_close(g);
	arena_free(g->policy_arena);
	free(g);
}

/* UTC may jump; what is deleted by date must not follow it. */
static void watch_clock(struct gateway *g, uint64_t mono_ms)
{
	int64_t base = now(g) - (int64_t)mono_ms, off;

	if (!g->clock_known) {
		g->clock_known = true;
		g->clock_base_ms = base;
	}
	off = base - g->clock_base_ms;
	if (!g->clock_jumped && (off > CLOCK_JUMP_MS || off < -CLOCK_JUMP_MS)) {
		g->clock_jumped = true;
		log_event(LEVEL_ERROR, "clock-jumped", "by_ms=%lld purging=stopped",
			  (long long)off);
	}
}

void gateway_tick(struct gateway *g, uint64_t mono_ms)
{
	turn_end(g);
	watch_clock(g, mono_ms);
	epoch_tick(g);
	await_tick(g);
	if (g->paused > 0 && --g->paused == 0)
		g->again = true;
	if (mono_ms < g->next_sweep_ms || g->clock_jumped)
		return;
	g->next_sweep_ms = mono_ms + 10000;
	enum err e = sweep(g);

	if (e != OK) {
		store_rollback(g->conf.store);
		log_event(LEVEL_ERROR, "sweep-failed", "err=\"%s\"", err_str(e));
	}
}
