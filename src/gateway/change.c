/* change: the commands by which people change the policy; what they do is governance/change.h. */
#include "governance/change.h"
#include "gateway/internal.h"

/* A draft is checked before it is submitted: the check needs more than a request's arena. */
#define CHANGE_ARENA (256u << 20)

/* What one command does within the transaction; where it refuses, *ret_why says why. */
typedef enum err verb_fn(struct request *q, struct arena *a, const struct change_act *by,
			 const char **ret_why);

/* One command as one step: nothing of it is left where the verb refused. */
static enum err act(struct request *q, verb_fn *verb)
{
	const struct change_act by = {
	    .login = slice_str(q->who.login), .zone = q->zone, .now_ms = q->now_ms};
	AUTO_ARENA a = arena_new(CHANGE_ARENA);
	const char *why = NULL;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(step_begin(q->g));
	e = verb(q, a, &by, &why);
	if (e == OK)
		return commit_undecided(q->g);
	return why ? refuse(q, e, why) : e;
}

static enum err bad_request(const char **ret_why)
{
	*ret_why = "bad-request";
	return ERR_USAGE;
}

static enum err open_one(struct request *q, struct arena *a, const struct change_act *by,
			 const char **ret_why)
{
	return change_open(q->g->conf.store, a, by, q->c->title, q->c->note, &q->r.change, ret_why);
}

static enum err save(struct request *q, struct arena *a, const struct change_act *by,
		     const char **ret_why)
{
	struct slice text = q->c->text.p ? q->c->text : S("");
	struct policy_texts t = {0};

	if (slice_eq_str(q->c->part, "policy"))
		t.text = text;
	else if (slice_eq_str(q->c->part, "basis"))
		t.basis = text;
	else if (slice_eq_str(q->c->part, "standard"))
		t.standard = text;
	else
		return bad_request(ret_why);
	return change_save(q->g->conf.store, a, by, q->c->change, &t, ret_why);
}

static enum err submit(struct request *q, struct arena *a, const struct change_act *by,
		       const char **ret_why)
{
	struct diag d;

	return change_submit(q->g->conf.store, a, by, q->c->change, ret_why, &d);
}

static enum err comment(struct request *q, struct arena *a, const struct change_act *by,
			const char **ret_why)
{
	enum change_opinion opinion;

	if (change_opinion_of(q->c->choice, &opinion) != OK)
		return bad_request(ret_why);
	return change_comment(q->g->conf.store, a, by, q->c->change, opinion, q->c->note, ret_why);
}

static enum err decide(struct request *q, struct arena *a, const struct change_act *by,
		       const char **ret_why)
{
	enum change_verdict verdict;

	if (change_verdict_of(q->c->choice, &verdict) != OK)
		return bad_request(ret_why);
	return change_decide(q->g->conf.store, a, by, q->c->change, verdict, q->c->note, ret_why);
}

static enum err withdraw(struct request *q, struct arena *a, const struct change_act *by,
			 const char **ret_why)
{
	return change_withdraw(q->g->conf.store, a, by, q->c->change, ret_why);
}

enum err do_change_open(struct request *q)
{
	return act(q, open_one);
}

enum err do_change_save(struct request *q)
{
	return act(q, save);
}

enum err do_change_submit(struct request *q)
{
	return act(q, submit);
}

enum err do_change_comment(struct request *q)
{
	return act(q, comment);
}

enum err do_change_decide(struct request *q)
{
	return act(q, decide);
}

enum err do_change_withdraw(struct request *q)
{
	return act(q, withdraw);
}
