/* jobs: the steps between received and ready. */
#include <stdio.h>
#include "gateway/internal.h"
#include "os/file.h"
#include "os/log.h"

/* -- decide -------------------------------------------------------------------------------------
 */

/* Stops the transfer where the verdict does not let it go on; *ret_on is whether it may. */
static enum err obey(struct gateway *g, struct transfer_row *t, const struct verdict *v,
		     bool *ret_on)
{
	*ret_on = false;
	if (!v->d.permit)
		return life_stop(g, t, TRANSFER_REFUSED, "forbidden", slice_of(NULL, 0));
	if (v->missing)
		return life_stop(g, t, TRANSFER_HELD, "obligation", slice_str(v->missing));
	*ret_on = true;
	return OK;
}

static bool wants_text(const struct transfer_row *t, const struct verdict *v)
{
	return v->d.sanitize == POLICY_TEXT || slice_eq_str(t->method, "text");
}

enum err decide_in_step(struct gateway *g, struct transfer_row *t)
{
	struct record_field fields[3];
	struct verdict v;
	bool on;

	verdict_of(g, t, &v);
	verdict_put(&v, t, g);
	TRY(obey(g, t, &v, &on));
	if (!on)
		return OK;
	if (t->size > policy_limits(g->conf.policy).input_bytes)
		return life_stop(g, t, TRANSFER_HELD, "too-large", slice_of(NULL, 0));
	fields[0] = (struct record_field){.key = "effect", .value = S("permit")};
	fields[1] = (struct record_field){.key = "method",
					  .value = wants_text(t, &v) ? S("text") : S("rebuild")};
	fields[2] = (struct record_field){.key = "obligations", .value = slice_str(v.obligations)};
	return life_move(g, t, TRANSFER_SANITIZING, "transfer.decided", S("system"), fields, 3);
}

enum err step_decide(struct gateway *g, struct transfer_row *t)
{
	TRY(store_begin(g->conf.store));
	TRY(decide_in_step(g, t));
	return commit(g);
}

/* -- jobs ---------------------------------------------------------------------------------------
 */

bool job_runs(const struct gateway *g, struct slice transfer)
{
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		if (slice_eq_str(transfer, g->running[i].transfer))
			return true;
	return false;
}

void job_cancel(struct gateway *g, struct slice transfer)
{
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++) {
		struct running *j = &g->running[i];

		if (!slice_eq_str(transfer, j->transfer))
			continue;
		g->conf.workers.cancel(g->conf.workers.ctx, j->ticket);
		j->transfer[0] = 0;
	}
}

static enum err submit(struct gateway *g, const struct transfer_row *t,
		       const struct worker_job *job, pool_done_fn *done)
{
	struct running *j = NULL;
	enum err e;

	for (unsigned i = 0; i < g->conf.jobs_at_once && !j; i++)
		if (!g->running[i].transfer[0])
			j = &g->running[i];
	if (!j)
		return ERR_FULL;
	*j = (struct running){.g = g, .state = t->state, .version = t->version};
	snprintf(j->transfer, sizeof j->transfer, "%.*s", (int)t->id.n, (const char *)t->id.p);
	e = g->conf.workers.submit(g->conf.workers.ctx, job, done, j, &j->ticket);
	if (e != OK)
		j->transfer[0] = 0;
	return e;
}

/* Which reason stands for a job that did not end well. */
static const char *reason_of(const struct worker_result *r, const struct checked_report *report,
			     const char *otherwise)
{
	if (r->err == ERR_CRASH || r->err == ERR_PEER)
		return "worker-crash";
	/* The sanitiser's own reason says more than the kind of its error. */
	if (report && report->held.n > 0)
		return (const char *)report->held.p;
	if (r->err == ERR_TIMEOUT || r->err == ERR_LIMIT || r->err == ERR_MEMORY)
		return "worker-limit";
	return otherwise;
}

static struct slice detail_of(const struct worker_result *r, struct arena *a)
{
	char *s;

	if (r->fault[0])
		s = arena_printf(a, "%s", r->fault);
	else if (r->diag.part[0])
		s = arena_printf(a, "%s: %s", r->diag.part, r->diag.text);
	else
		s = arena_printf(a, "%s", r->diag.text);
	return s ? slice_str(s) : slice_of(NULL, 0);
}

/* Reads the row again inside the step; ERR_CONFLICT where it went on without us. */
static enum err take_up(const struct running *j, struct arena *a, struct transfer_row *ret)
{
	TRY(store_begin(j->g->conf.store));
	TRY(store_transfer_get(j->g->conf.store, slice_str(j->transfer), a, ret));
	return ret->version == j->version && ret->state == j->state ? OK : ERR_CONFLICT;
}

/*
 * The end of every job: a step that lost its race is forgotten, one that the system failed is done
 * again after a pause; the transfer stays where it is.
 */
static void job_end(struct gateway *g, enum err e)
{
	if (e != OK)
		store_rollback(g->conf.store);
	if (e != OK && e != ERR_CONFLICT) {
		log_event(LEVEL_ERROR, "step-failed", "err=\"%s\" store=\"%s\"", err_str(e),
			  store_message(g->conf.store));
		g->paused = PAUSE_TICKS;
	}
	gateway_work(g);
}

static struct running job_take(struct running *j)
{
	struct running copy = *j;

	j->transfer[0] = 0;
	return copy;
}

/* -- sanitize -----------------------------------------------------------------------------------
 */

static enum err sanitized_in_step(struct gateway *g, struct transfer_row *t,
				  const struct blob_row *b, const struct checked_report *report)
{
	uint32_t level = marking_level(g->conf.policy, report->marking);
	char was[16], is[16];

	snprintf(was, sizeof was, "%u", t->confidentiality);
	/* A marking raises what was declared; it never makes an undeclared class a known one. */
	if (t->confidentiality > 0 && level > t->confidentiality)
		t->confidentiality = level;
	snprintf(is, sizeof is, "%u", t->confidentiality);
	const struct record_field fields[] = {
	    {.key = "confidentiality", .value = slice_str(is)},
	    {.key = "declared", .value = slice_str(was)},
	    {.key = "grammar", .value = t->result_grammar},
	    {.key = "marking", .value = report->marking, .secret = true},
	    {.key = "result", .value = b->hash, .secret = true},
	    {.key = "type_in", .value = t->type},
	};

	TRY(store_blob_add(g->conf.store, b));
	TRY(store_report_set(g->conf.store, t->id, report->json));
	t->result_size = b->size;
	t->result_hash = b->hash;
	return life_move(g, t, TRANSFER_VERIFYING, "transfer.sanitized", S("system"), fields,
			 ARRAY_LEN(fields));
}

static enum err not_sanitized(const struct running *j, const char *reason, struct slice detail,
			      const struct checked_report *report, struct arena *a)
{
	struct transfer_row t;

	TRY(take_up(j, a, &t));
	if (report) {
		TRY(store_report_set(j->g->conf.store, t.id, report->json));
		t.type = report->type_in;
	}
	TRY(life_stop(j->g, &t, TRANSFER_HELD, reason, detail));
	return commit(j->g);
}

static enum err sanitized(const struct running *j, struct worker_result *r,
			  const struct checked_report *report, struct arena *a)
{
	struct gateway *g = j->g;
	struct transfer_row t;
	struct blob_row b;
	AUTO_MAP map = {0};
	enum err e;

	e = mem_map(r->out, policy_limits(g->conf.policy).output_bytes, &map);
	if (e == ERR_LIMIT || e == ERR_PEER)
		return not_sanitized(j, "worker-limit", slice_of(NULL, 0), report, a);
	TRY(e);
	TRY(store_transfer_get(g->conf.store, slice_str(j->transfer), a, &t));
	TRY(content_put(g, &t, BLOB_RESULT, map.view, a, &b));
	e = take_up(j, a, &t);
	t.result_ext = slice_str(r->ext);
	t.result_grammar = slice_str(r->wrote);
	t.result_mime = slice_str(content_mime(t.result_grammar));
	t.type = slice_str(r->type);
	if (e == OK)
		e = sanitized_in_step(g, &t, &b, report);
	/* Without its row the file is nothing; after a commit in doubt the sweep looks at it. */
	if (e != OK)
		return blob_destroy(g->conf.blobs, &b.id) == OK ? e : ERR_IO;
	return commit(g);
}

static enum err sanitize_result(const struct running *j, struct worker_result *r, struct arena *a)
{
	struct checked_report report;
	bool good = report_check(r->report, a, &report) == OK;

	if (r->err != OK)
		return not_sanitized(j, reason_of(r, good ? &report : NULL, "sanitize-failed"),
				     detail_of(r, a), good ? &report : NULL, a);
	if (!good || !r->wrote[0] || !r->ext[0])
		return not_sanitized(j, "worker-report", slice_of(NULL, 0), NULL, a);
	return sanitized(j, r, &report, a);
}

static void sanitize_done(void *arg, struct worker_result *r)
{
	AUTO_ARENA a = arena_new(JOB_ARENA);
	struct running j = job_take(arg);

	job_end(j.g, a ? sanitize_result(&j, r, a) : ERR_MEMORY);
}

enum err step_sanitize(struct gateway *g, struct transfer_row *t)
{
	struct worker_job job = {.kind = WORKER_SANITIZE, .name = t->name};
	AUTO_CLOSE fd = -1;
	struct verdict v;
	enum err e;

	job.limits = policy_limits(g->conf.policy);
	e = content_load(g, t, BLOB_ORIGINAL, job.limits.input_bytes, &fd);
	if (e == ERR_CRYPTO)
		return life_hold(g, t->id, t->version, "blob-broken", slice_of(NULL, 0));
	if (e == ERR_LIMIT)
		return life_hold(g, t->id, t->version, "too-large", slice_of(NULL, 0));
	TRY(e);
	/* The entry of the decision has named the method; a stricter policy since then wins. */
	verdict_of(g, t, &v);
	job.in = fd;
	job.method = wants_text(t, &v) ? METHOD_TEXT : METHOD_REBUILD;
	job.hidden = policy_drops_hidden(g->conf.policy) ? HIDDEN_DROP : HIDDEN_KEEP;
	return submit(g, t, &job, sanitize_done);
}

/* -- verify -------------------------------------------------------------------------------------
 */

static enum err verified(const struct running *j, const struct worker_result *r, struct arena *a)
{
	struct gateway *g = j->g;
	struct transfer_row t;
	struct verdict v;
	bool on;

	TRY(take_up(j, a, &t));
	const struct record_field fields[] = {
	    {.key = "effect", .value = S("permit")},
	    {.key = "grammar", .value = t.result_grammar},
	    {.key = "result", .value = t.result_hash, .secret = true},
	};

	if (r->err != OK || !slice_eq_str(t.result_grammar, r->wrote)) {
		TRY(life_stop(g, &t, TRANSFER_HELD, reason_of(r, NULL, "verify-failed"),
			      detail_of(r, a)));
		return commit(g);
	}
	/* Decide again: the class may have risen, the policy may be another one. */
	verdict_of(g, &t, &v);
	if (v.d.permit && !v.missing && v.d.sanitize == POLICY_TEXT &&
	    !slice_eq_str(t.result_grammar, "txt"))
		v.missing = policy_obligation_word(POLICY_SANITIZE, POLICY_TEXT);
	verdict_put(&v, &t, g);
	TRY(obey(g, &t, &v, &on));
	if (on) {
		t.ready_ms = now(g);
		TRY(life_move(g, &t, TRANSFER_READY, "transfer.ready", S("system"), fields,
			      ARRAY_LEN(fields)));
	}
	return commit(g);
}

static void verify_done(void *arg, struct worker_result *r)
{
	AUTO_ARENA a = arena_new(JOB_ARENA);
	struct running j = job_take(arg);

	job_end(j.g, a ? verified(&j, r, a) : ERR_MEMORY);
}

enum err step_verify(struct gateway *g, struct transfer_row *t)
{
	struct worker_job job = {.kind = WORKER_VERIFY};
	AUTO_CLOSE fd = -1;
	enum err e;

	job.limits = policy_limits(g->conf.policy);
	e = content_load(g, t, BLOB_RESULT, job.limits.output_bytes, &fd);
	if (e == ERR_CRYPTO || e == ERR_LIMIT)
		return life_hold(g, t->id, t->version, "blob-broken", slice_of(NULL, 0));
	TRY(e);
	job.in = fd;
	snprintf(job.grammar, sizeof job.grammar, "%.*s", (int)t->result_grammar.n,
		 (const char *)t->result_grammar.p);
	return submit(g, t, &job, verify_done);
}
