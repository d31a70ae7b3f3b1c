/* collect: a recipient takes the result, after the policy in force has said yes once more. */
#include <stdio.h>
#include "gateway/internal.h"

static enum err for_me(struct request *q, struct transfer_row *ret)
{
	struct transfer_row t;
	bool mine;

	TRY(store_transfer_get(q->g->conf.store, q->c->transfer, q->a, &t));
	mine = t.recipient_login.n > 0 ? slice_eq_str(t.recipient_login, q->who.login)
				       : t.recipient_division.n > 0 &&
					     slice_eq_str(t.recipient_division, q->who.division);
	if (!mine || !slice_eq(t.to_zone, q->zone) ||
	    (t.state != TRANSFER_READY && t.state != TRANSFER_COLLECTED))
		return ERR_NOT_FOUND;
	*ret = t;
	return OK;
}

static enum err not_now(struct request *q, struct transfer_row *t, const struct verdict *v,
			const char *reason)
{
	const struct record_field fields[] = {
	    {.key = "missing", .value = slice_str(v->missing ? v->missing : "")},
	    {.key = "reason", .value = slice_str(reason)},
	};

	t->clause = v->d.clause;
	t->rule = slice_str(v->rule);
	t->decided_case = slice_str(v->case_text);
	TRY(verdict_explain(q->g, v, q->a, &q->r));
	TRY(step_begin(q->g));
	TRY(life_note(q->g, t, "collect.refused", slice_str(q->who.login), fields,
		      ARRAY_LEN(fields)));
	TRY(commit(q->g));
	return refuse(q, ERR_FORBIDDEN, reason);
}

static enum err collected(struct request *q, struct transfer_row *t, const struct verdict *v)
{
	struct gateway *g = q->g;
	const struct record_field fields[] = {
	    {.key = "effect", .value = S("permit")},
	    {.key = "recipient", .value = slice_str(q->who.login), .secret = true},
	    {.key = "result", .value = t->result_hash, .secret = true},
	};

	verdict_put(v, t, g);
	if (t->collected_ms == 0)
		t->collected_ms = q->now_ms;
	TRY(step_begin(g));
	TRY(store_collection_add(g->conf.store, t->id, q->who.account, q->now_ms));
	TRY(life_move(g, t, TRANSFER_COLLECTED, "transfer.collected", slice_str(q->who.login),
		      fields, ARRAY_LEN(fields)));
	return commit(g);
}

enum err do_collect_open(struct request *q)
{
	struct transfer_row t;
	struct verdict v;
	struct blob_row b;
	enum err e;

	TRY(for_me(q, &t));
	verdict_of(q->g, &t, &v);
	if (v.d.permit && !v.missing && v.d.sanitize == POLICY_TEXT &&
	    !slice_eq_str(t.result_grammar, "txt"))
		v.missing = policy_obligation_word(POLICY_SANITIZE, POLICY_TEXT);
	if (!v.d.permit)
		return not_now(q, &t, &v, "forbidden");
	if (v.missing)
		return not_now(q, &t, &v, "obligation");
	e = content_open(q->g, &t, BLOB_RESULT, false, q->a, &b, &q->r.seal, &q->fd);
	/* What the row says was recognised, and what the file's key was wrapped with, must agree.
	 */
	if (e == ERR_CRYPTO ||
	    (e == OK && (!slice_eq(b.hash, t.result_hash) || b.size != t.result_size)))
		return ERR_CRYPTO;
	TRY(e);
	TRY(collected(q, &t, &v));
	TRY(content_name(t.name, t.result_ext, q->a, &q->r.name));
	memcpy(q->r.hash.b, t.result_hash.p, sizeof q->r.hash.b);
	q->r.mime = t.result_mime;
	q->r.size = t.result_size;
	q->r.transfer = t.id;
	q->r.receipt = t.receipt;
	q->r.state = t.state;
	return OK;
}
