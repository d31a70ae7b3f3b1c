/*
 * jobs: the steps between received and ready.
 *
 * An original is read slice by slice, each in a turn of its own, before a worker gets it.
 * A transfer that is sanitized is shown to the recogniser at once, as the sealed memory file that
 * the sanitiser filled; meanwhile the same bytes are sealed into their blob. What both found is
 * written in one transaction: between them nobody is waited for, so nothing rests there.
 */
#include <stdio.h>
#include "gateway/internal.h"
#include "os/file.h"
#include "os/log.h"

/* -- jobs ---------------------------------------------------------------------------------------
 */

bool job_runs(const struct gateway *g, struct slice transfer)
{
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		if (slice_eq_str(transfer, g->running[i].transfer))
			return true;
	return false;
}

/* What the sanitiser wrote, while the recogniser reads it. Owned by its job. */
struct made {
	struct arena *a; /* holds this too */
	struct blob_row blob;
	struct checked_report report;
	struct slice type, ext, grammar;
};

static void made_free(struct made **m)
{
	if (*m)
		arena_free((*m)->a);
	*m = NULL;
}

/* Without its row the file is nothing. */
static enum err made_drop(struct gateway *g, struct made **m)
{
	enum err e = *m ? content_undo(g, &(*m)->blob) : OK;

	made_free(m);
	return e;
}

static void load_drop(struct running *j)
{
	content_load_free(j->load);
	j->load = NULL;
}

static void job_stop(struct running *j)
{
	if (j->load)
		load_drop(j);
	else
		j->g->conf.workers.cancel(j->g->conf.workers.ctx, j->ticket);
	if (made_drop(j->g, &j->made) != OK)
		log_event(LEVEL_WARN, "blob-left", "transfer=%s swept=\"at the next start\"",
			  j->transfer);
	j->transfer[0] = 0;
}

void job_cancel(struct gateway *g, struct slice transfer)
{
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		if (slice_eq_str(transfer, g->running[i].transfer))
			job_stop(&g->running[i]);
}

void job_cancel_all(struct gateway *g)
{
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		if (g->running[i].transfer[0])
			job_stop(&g->running[i]);
}

static enum err place_for(struct gateway *g, const struct transfer_row *t, struct running **ret)
{
	struct running *j = NULL;

	for (unsigned i = 0; i < g->conf.jobs_at_once && !j; i++)
		if (!g->running[i].transfer[0])
			j = &g->running[i];
	if (!j)
		return ERR_FULL;
	*j = (struct running){.g = g, .state = t->state, .version = t->version};
	snprintf(j->transfer, sizeof j->transfer, "%.*s", (int)t->id.n, (const char *)t->id.p);
	*ret = j;
	return OK;
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
	TRY(step_begin(j->g));
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
	g->again = true;
}

static struct running job_take(struct running *j)
{
	struct running copy = *j;

	j->transfer[0] = 0;
	j->made = NULL;
	return copy;
}

/* -- sanitize -----------------------------------------------------------------------------------
 */

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

static void verify_done(void *arg, struct worker_result *r);

/* The place in which the sanitiser ran is the recogniser's now. */
static enum err show(struct running *place, const struct running *j, const struct worker_result *r)
{
	struct gateway *g = j->g;
	struct worker_job job = {.kind = WORKER_VERIFY, .in = r->out};
	enum err e;

	job.limits = policy_limits(g->policy);
	snprintf(job.grammar, sizeof job.grammar, "%s", r->wrote);
	*place = *j;
	e = g->conf.workers.submit(g->conf.workers.ctx, &job, verify_done, place, &place->ticket);
	if (e != OK)
		place->transfer[0] = 0;
	return e;
}

/* Seals into a blob what the recogniser is reading. */
static enum err keep(struct running *place, const struct worker_result *r, struct slice bytes,
		     const struct checked_report *report, struct arena *a)
{
	struct made *m = arena_alloc(a, sizeof *m);
	struct transfer_row t;

	if (!m)
		return ERR_MEMORY;
	m->a = a;
	m->report = *report;
	m->type = arena_copy(a, slice_str(r->type));
	m->ext = arena_copy(a, slice_str(r->ext));
	m->grammar = arena_copy(a, slice_str(r->wrote));
	if (arena_failed(a))
		return ERR_MEMORY;
	TRY(store_transfer_get(place->g->conf.store, slice_str(place->transfer), a, &t));
	TRY(content_put(place->g, &t, BLOB_RESULT, bytes, a, &m->blob));
	place->made = m;
	return OK;
}

/* Takes the arena over where it returns OK and *ret_kept. */
static enum err sanitized(struct running *place, const struct running *j, struct worker_result *r,
			  const struct checked_report *report, struct arena *a, bool *ret_kept)
{
	AUTO_MAP map = {0};
	enum err e = mem_map(r->out, policy_limits(j->g->policy).output_bytes, &map);

	if (e == ERR_LIMIT || e == ERR_PEER)
		return not_sanitized(j, "worker-limit", slice_of(NULL, 0), report, a);
	TRY(e);
	TRY(show(place, j, r));
	e = keep(place, r, map.view, report, a);
	if (e != OK)
		job_stop(place);
	*ret_kept = e == OK;
	return e;
}

static enum err sanitize_result(struct running *place, const struct running *j,
				struct worker_result *r, struct arena *a, bool *ret_kept)
{
	struct checked_report report;
	bool good = report_check(r->report, a, &report) == OK;

	if (r->err != OK)
		return not_sanitized(j, reason_of(r, good ? &report : NULL, "sanitize-failed"),
				     detail_of(r, a), good ? &report : NULL, a);
	if (!good || !r->wrote[0] || !r->ext[0])
		return not_sanitized(j, "worker-report", slice_of(NULL, 0), NULL, a);
	return sanitized(place, j, r, &report, a, ret_kept);
}

static void sanitize_done(void *arg, struct worker_result *r)
{
	struct arena *a = arena_new(JOB_ARENA);
	struct running j = job_take(arg);
	bool kept = false;
	enum err e = a ? sanitize_result(arg, &j, r, a, &kept) : ERR_MEMORY;

	if (!kept)
		arena_free(a);
	job_end(j.g, e);
}

/* The original is whole: a worker gets it. */
static enum err sanitize(struct running *j, const struct transfer_row *t, int original)
{
	struct gateway *g = j->g;
	struct worker_job job = {.kind = WORKER_SANITIZE, .name = t->name, .in = original};
	struct verdict v;

	job.limits = policy_limits(g->policy);
	/* The entry of the decision has named the method; a stricter policy since then wins. */
	verdict_of(g, t, &v);
	job.method = verdict_wants_text(t, &v) ? METHOD_TEXT : METHOD_REBUILD;
	job.hidden = policy_drops_hidden(g->policy) ? HIDDEN_DROP : HIDDEN_KEEP;
	return g->conf.workers.submit(g->conf.workers.ctx, &job, sanitize_done, j, &j->ticket);
}

static enum err unreadable(struct gateway *g, const struct transfer_row *t, enum err e)
{
	if (e == ERR_CRYPTO)
		return life_hold(g, t->id, t->version, "blob-broken", slice_of(NULL, 0));
	if (e == ERR_LIMIT)
		return life_hold(g, t->id, t->version, "too-large", slice_of(NULL, 0));
	return e;
}

/* One slice; what is not whole then asks for a turn. The place is free where it returns an error.
 */
static enum err load_on(struct running *j, const struct transfer_row *t)
{
	struct gateway *g = j->g;
	int whole = -1;
	enum err e = content_load_slice(j->load, &whole);

	if (e == OK && whole < 0) {
		g->conf.soon(g->conf.arg);
		return OK;
	}
	if (e == OK)
		e = sanitize(j, t, whole);
	load_drop(j);
	if (e != OK)
		j->transfer[0] = 0;
	return e;
}

enum err step_sanitize(struct gateway *g, struct transfer_row *t)
{
	struct content_load *load;
	struct running *j;
	enum err e;

	e = content_load_begin(g, t, BLOB_ORIGINAL, policy_limits(g->policy).input_bytes, &load);
	if (e != OK)
		return unreadable(g, t, e);
	e = place_for(g, t, &j);
	if (e != OK) {
		content_load_free(load);
		return e;
	}
	j->load = load;
	return unreadable(g, t, load_on(j, t));
}

static enum err turn_of(struct running *j, struct arena *a)
{
	struct gateway *g = j->g;
	struct transfer_row t;
	enum err e = store_transfer_get(g->conf.store, slice_str(j->transfer), a, &t);

	if (e == OK && (t.version != j->version || t.state != j->state))
		e = ERR_CONFLICT;
	if (e != OK) {
		job_stop(j);
		return e;
	}
	return unreadable(g, &t, load_on(j, &t));
}

void gateway_slice(struct gateway *g)
{
	struct running *j = NULL;

	for (unsigned i = 0; i < g->conf.jobs_at_once && !j; i++) {
		g->turn = (g->turn + 1) % g->conf.jobs_at_once;
		if (g->running[g->turn].load)
			j = &g->running[g->turn];
	}
	if (!j)
		return;
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	enum err e = a ? turn_of(j, a) : ERR_MEMORY;

	/* This one has asked for its next turn; those behind it are served in it too. */
	if (!j->load || e != OK)
		job_end(g, e);
	for (unsigned i = 0; i < g->conf.jobs_at_once; i++)
		if (g->running[i].load) {
			g->conf.soon(g->conf.arg);
			return;
		}
}

/* -- verify -------------------------------------------------------------------------------------
 */

static enum err sanitized_in_step(struct gateway *g, struct transfer_row *t, const struct made *m)
{
	uint32_t level = marking_level(g->policy, m->report.marking);
	uint32_t declared = case_class(g->policy, t);
	char was[16], is[16];

	snprintf(was, sizeof was, "%u", t->confidentiality);
	/* A marking raises what was declared; it never makes an undeclared class a known one. */
	if (declared > 0 && level > declared)
		case_set_class(g->policy, t, level);
	snprintf(is, sizeof is, "%u", t->confidentiality);
	t->type = m->type;
	t->result_ext = m->ext;
	t->result_grammar = m->grammar;
	t->result_mime = slice_str(content_mime(m->grammar));
	t->result_size = m->blob.size;
	t->result_hash = m->blob.hash;
	const struct record_field fields[] = {
	    {.key = "confidentiality", .value = slice_str(is)},
	    {.key = "declared", .value = slice_str(was)},
	    {.key = "grammar", .value = t->result_grammar},
	    {.key = "marking", .value = m->report.marking, .secret = true},
	    {.key = "result", .value = t->result_hash, .secret = true},
	    {.key = "type_in", .value = t->type},
	};

	TRY(store_blob_add(g->conf.store, &m->blob));
	TRY(store_report_set(g->conf.store, t->id, m->report.json));
	return life_move(g, t, TRANSFER_VERIFYING, "transfer.sanitized", S("system"), fields,
			 ARRAY_LEN(fields));
}

/* Decides again: the class may have risen, the policy may be another one. */
static enum err release_in_step(struct gateway *g, struct transfer_row *t)
{
	const struct record_field fields[] = {
	    {.key = "effect", .value = S("permit")},
	    {.key = "grammar", .value = t->result_grammar},
	    {.key = "result", .value = t->result_hash, .secret = true},
	};
	struct verdict v;
	bool on;

	verdict_of(g, t, &v);
	if (v.d.permit && !v.missing && v.d.sanitize == POLICY_TEXT &&
	    !slice_eq_str(t->result_grammar, "txt"))
		v.missing = policy_obligation_word(POLICY_SANITIZE, POLICY_TEXT);
	verdict_put(&v, t, g);
	TRY(verdict_obey(g, t, &v, &on));
	if (!on)
		return OK;
	t->ready_ms = now(g);
	return life_move(g, t, TRANSFER_READY, "transfer.ready", S("system"), fields,
			 ARRAY_LEN(fields));
}

static enum err verified_in_step(const struct running *j, const struct worker_result *r,
				 struct arena *a)
{
	const struct made *m = j->made;
	struct transfer_row t;

	TRY(take_up(j, a, &t));
	TRY(sanitized_in_step(j->g, &t, m));
	/* Now, while what was made can still be dropped. */
	TRY(epoch_check(j->g));
	if (r->err != OK || !slice_eq_str(m->grammar, r->wrote))
		return life_stop(j->g, &t, TRANSFER_HELD, reason_of(r, NULL, "verify-failed"),
				 detail_of(r, a));
	return release_in_step(j->g, &t);
}

static void verify_done(void *arg, struct worker_result *r)
{
	struct running j = job_take(arg);
	enum err e = verified_in_step(&j, r, j.made->a), dropped = OK;

	/* After a commit in doubt the next start looks whether the file has its row. */
	if (e != OK)
		dropped = made_drop(j.g, &j.made);
	else
		e = commit(j.g);
	made_free(&j.made);
	job_end(j.g, dropped == OK ? e : dropped);
}
