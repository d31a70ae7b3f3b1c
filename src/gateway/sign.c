/* sign: sessions, tokens and passwords; the two that need argon2id answer from the worker. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include "gateway/internal.h"
#include "os/log.h"

/* Of a password nobody knows: an unknown login costs the same time as a wrong password. */
#define NOBODY \
	"$argon2id$v=19$m=65536,t=2,p=1$c2VraXNob3NhbHRzZWtpcw$" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void put(char *ret, size_t size, struct slice s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	if (n > 0)
		memcpy(ret, s.p, n);
	ret[n] = 0;
}

static enum err tell(struct request *q, const struct identity_session *v)
{
	q->r.csrf = slice_str(v->csrf);
	q->r.account = v->account;
	q->r.expires_ms = v->expires_ms;
	q->r.login = slice_str(v->login);
	q->r.person = slice_str(v->name);
	q->r.division = slice_str(v->division);
	return OK;
}

enum err do_session_check(struct request *q)
{
	return tell(q, &q->who);
}

enum err do_sign_out(struct request *q)
{
	TRY(step_begin(q->g));
	TRY(identity_sign_out(q->g->conf.store, q->c->session, q->zone, q->now_ms));
	return commit_undecided(q->g);
}

enum err do_token_create(struct request *q)
{
	char *token = arena_alloc(q->a, IDENTITY_TOKEN_HEX + 1);
	struct policy_addr addr;
	enum err e;

	if (!token)
		return ERR_MEMORY;
	if (policy_addr_parse(q->c->host, &addr) != OK || q->c->days == 0 || q->c->days > 366)
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(step_begin(q->g));
	e = identity_token_create(q->g->conf.store, &q->who, q->c->label, q->c->purpose, q->c->host,
				  q->now_ms + q->c->days * DAY_MS, q->now_ms, &q->r.token_id,
				  token);
	if (e == ERR_USAGE)
		return refuse(q, e, "bad-request");
	TRY(e);
	q->r.token = slice_str(token);
	return commit_undecided(q->g);
}

enum err do_token_revoke(struct request *q)
{
	TRY(step_begin(q->g));
	TRY(identity_token_revoke(q->g->conf.store, &q->who, q->c->token_id, q->now_ms));
	return commit_undecided(q->g);
}

/* -- what waits for the password worker ---------------------------------------------------------
 */

static void answer(gateway_reply_fn *fn, void *arg, struct request *q, enum err e)
{
	if (e != OK)
		store_rollback(q->g->conf.store);
	if (e != OK && q->r.reason.n == 0) {
		log_event(LEVEL_ERROR, "command-failed", "command=%s err=\"%s\"",
			  command_word(q->r.type), err_str(e));
		q->r.reason = S("error");
		e = ERR_IO;
	}
	q->r.err = e;
	turn_answer(q->g, fn, arg, &q->r, -1);
}

static struct waiting *waiting_new(struct request *q, gateway_reply_fn *fn, void *arg)
{
	struct waiting *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->g = q->g;
	w->fn = fn;
	w->arg = arg;
	w->type = q->c->type;
	put(w->peer, sizeof w->peer, q->c->peer);
	put(w->zone, sizeof w->zone, q->zone);
	put(w->session, sizeof w->session, q->c->session);
	w->next = q->g->waiting;
	q->g->waiting = w;
	return w;
}

static void waiting_free(struct waiting *w)
{
	for (struct waiting **at = &w->g->waiting; *at; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	sodium_memzero(w, sizeof *w);
	free(w);
}

void gateway_forget(struct gateway *g, void *arg)
{
	await_forget(g, arg);
	turn_forget(g, arg);
	for (struct waiting *w = g->waiting; w; w = w->next)
		if (w->arg == arg)
			w->fn = NULL;
}

/* -- sign-in ------------------------------------------------------------------------------------
 */

static enum err failed(struct request *q, struct waiting *w, const char *reason)
{
	TRY(step_begin(q->g));
	TRY(identity_failed(q->g->conf.store, slice_str(w->login), slice_str(w->peer), q->zone,
			    q->now_ms));
	TRY(commit_undecided(q->g));
	return refuse(q, ERR_FORBIDDEN, reason);
}

static enum err signed_in(struct request *q, struct waiting *w, enum err checked)
{
	struct store *s = q->g->conf.store;
	struct store_account account;
	char *token = arena_alloc(q->a, IDENTITY_TOKEN_HEX + 1);

	if (!token)
		return ERR_MEMORY;
	if (checked == ERR_FORBIDDEN || !w->known)
		return failed(q, w, "wrong-password");
	TRY(checked);
	TRY(store_account_by_login(s, slice_str(w->login), q->a, &account));
	/* Disabled meanwhile or not of this zone: only who knows the password is told so. */
	if (!identity_may_enter(&account, q->zone))
		return failed(q, w, "not-this-zone");
	TRY(step_begin(q->g));
	TRY(identity_sign_in(s, &account, q->zone, slice_str(w->peer), q->now_ms, &q->who, token));
	TRY(commit_undecided(q->g));
	q->r.session = slice_str(token);
	return tell(q, &q->who);
}

static enum err password_changed(struct request *q, struct waiting *w, struct slice hash)
{
	struct store *s = q->g->conf.store;

	TRY(step_begin(q->g));
	TRY(identity_set_password(s, slice_str(w->login), hash, slice_str(w->login), q->now_ms));
	return commit_undecided(q->g);
}

static struct request again(struct waiting *w, struct arena *a)
{
	return (struct request){.g = w->g,
				.zone = slice_str(w->zone),
				.a = a,
				.now_ms = now(w->g),
				.r = {.type = w->type},
				.fd = -1};
}

static void sign_in_done(void *arg, struct worker_result *r)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct waiting *w = arg;
	struct request q = again(w, a);

	answer(w->fn, w->arg, &q, a ? signed_in(&q, w, r->err) : ERR_MEMORY);
	waiting_free(w);
}

void start_sign_in(struct request *q, gateway_reply_fn *fn, void *arg)
{
	struct store *s = q->g->conf.store;
	struct store_account account = {.password = slice_str(NOBODY)};
	struct waiting *w;
	int64_t wait;
	enum err e = identity_wait(s, q->c->login, q->c->peer, q->now_ms, &wait);

	if (e == OK && wait > 0) {
		q->r.wait_ms = wait;
		e = refuse(q, ERR_TIMEOUT, "throttled");
	}
	if (e == OK && (q->c->login.n == 0 || q->c->password.n == 0))
		e = refuse(q, ERR_FORBIDDEN, "wrong-password");
	if (e == OK)
		e = store_account_by_login(s, q->c->login, q->a, &account);
	if (e != OK && e != ERR_NOT_FOUND) {
		answer(fn, arg, q, e);
		return;
	}
	w = waiting_new(q, fn, arg);
	if (!w) {
		answer(fn, arg, q, ERR_MEMORY);
		return;
	}
	w->known = e == OK && !account.disabled;
	put(w->login, sizeof w->login, q->c->login);
	e = q->g->conf.workers.password_check(q->g->conf.workers.ctx, q->c->password,
					      w->known ? account.password : slice_str(NOBODY),
					      sign_in_done, w, &w->ticket);
	if (e == OK)
		return;
	waiting_free(w);
	answer(fn, arg, q, e);
}

/* -- password change ----------------------------------------------------------------------------
 */

static void hash_done(void *arg, struct worker_result *r)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct waiting *w = arg;
	struct request q = again(w, a);
	enum err e = r->err;

	if (e == OK)
		e = a ? password_changed(&q, w, r->report) : ERR_MEMORY;
	answer(w->fn, w->arg, &q, e);
	waiting_free(w);
}

static void old_checked(void *arg, struct worker_result *r)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct waiting *w = arg;
	struct request q = again(w, a);
	struct gateway *g = w->g;
	enum err e = r->err;

	if (e == ERR_FORBIDDEN)
		e = a ? failed(&q, w, "wrong-password") : ERR_MEMORY;
	if (e == OK)
		e = g->conf.workers.password_hash(g->conf.workers.ctx, slice_str(w->new_password),
						  hash_done, w, &w->ticket);
	if (e == OK)
		return;
	answer(w->fn, w->arg, &q, e);
	waiting_free(w);
}

void start_password_change(struct request *q, gateway_reply_fn *fn, void *arg)
{
	struct gateway *g = q->g;
	struct slice login = slice_str(q->who.login);
	struct store_account account;
	struct waiting *w = NULL;
	int64_t wait;
	enum err e = identity_wait(g->conf.store, login, q->c->peer, q->now_ms, &wait);

	if (e == OK && wait > 0) {
		q->r.wait_ms = wait;
		e = refuse(q, ERR_TIMEOUT, "throttled");
	}
	if (e == OK && identity_check_password(login, q->c->new_password, NULL) != OK)
		e = refuse(q, ERR_USAGE, "weak-password");
	if (e == OK && q->c->password.n == 0)
		e = refuse(q, ERR_FORBIDDEN, "wrong-password");
	if (e == OK)
		e = store_account_by_login(g->conf.store, login, q->a, &account);
	if (e == OK) {
		w = waiting_new(q, fn, arg);
		e = w ? OK : ERR_MEMORY;
	}
	if (e == OK) {
		put(w->login, sizeof w->login, login);
		put(w->new_password, sizeof w->new_password, q->c->new_password);
		e = g->conf.workers.password_check(g->conf.workers.ctx, q->c->password,
						   account.password, old_checked, w, &w->ticket);
	}
	if (e == OK)
		return;
	if (w)
		waiting_free(w);
	answer(fn, arg, q, e);
}
