/* change: the commands by which people change the policy; what they do is governance/change.h. */
#include "governance/change.h"
#include "gateway/internal.h"

/* A draft is checked before it is submitted: the check needs more than a request's arena. */
#define CHANGE_ARENA (256u << 20)

static struct change_act act_of(const struct request *q)
{
	return (struct change_act){
	    .login = slice_str(q->who.login), .zone = q->zone, .now_ms = q->now_ms};
}

/* Ends the step: nothing of it is left where the verb refused. */
static enum err end(struct request *q, enum err e, const char *why)
{
	if (e == OK)
		return commit_undecided(q->g);
	return why ? refuse(q, e, why) : e;
}

enum err do_change_open(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(store_begin(q->g->conf.store));
	e = change_open(q->g->conf.store, a, &by, q->c->title, q->c->note, &q->r.change, &why);
	return end(q, e, why);
}

enum err do_change_save(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	struct policy_texts t = {0};
	struct slice text = q->c->text.p ? q->c->text : S("");
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	if (slice_eq_str(q->c->part, "policy"))
		t.text = text;
	else if (slice_eq_str(q->c->part, "basis"))
		t.basis = text;
	else if (slice_eq_str(q->c->part, "standard"))
		t.standard = text;
	else
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(store_begin(q->g->conf.store));
	e = change_save(q->g->conf.store, a, &by, q->c->change, &t, &why);
	return end(q, e, why);
}

enum err do_change_submit(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	const char *why = NULL;
	struct diag d;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(store_begin(q->g->conf.store));
	e = change_submit(q->g->conf.store, a, &by, q->c->change, &why, &d);
	return end(q, e, why);
}

enum err do_change_comment(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	enum change_opinion opinion;
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	if (change_opinion_of(q->c->choice, &opinion) != OK)
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(store_begin(q->g->conf.store));
	e = change_comment(q->g->conf.store, a, &by, q->c->change, opinion, q->c->note, &why);
	return end(q, e, why);
}

enum err do_change_decide(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	enum change_verdict verdict;
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	if (change_verdict_of(q->c->choice, &verdict) != OK)
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(store_begin(q->g->conf.store));
	e = change_decide(q->g->conf.store, a, &by, q->c->change, verdict, q->c->note, &why);
	return end(q, e, why);
}

enum err do_change_withdraw(struct request *q)
{
	struct change_act by = act_of(q);
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(store_begin(q->g->conf.store));
	e = change_withdraw(q->g->conf.store, a, &by, q->c->change, &why);
	return end(q, e, why);
}
