/*
 * epoch: which policy is in force. The store says it; see governance/version.h.
 *
 * Log events: policy-in-force, policy-not-loaded (the old one stays and nothing is committed by
 * it), policy-switch-failed (tried again with the next tick).
 */
#include "gateway/internal.h"
#include "governance/change.h"
#include "os/log.h"

#define POLICY_ARENA (256u << 20)
#define DUE_ARENA (256u << 20) /* holds a policy too, where a change is due */

static enum err take_up(struct gateway *g)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA);
	struct version v;
	uint64_t epoch;

	if (!a)
		return ERR_MEMORY;
	TRY(version_in_force(g->conf.store, a, &epoch, &v));
	arena_free(g->policy_arena);
	g->policy_arena = a;
	a = NULL;
	g->version = v;
	g->policy = v.policy;
	g->epoch = epoch;
	g->stale = false;
	log_event(LEVEL_INFO, "policy-in-force", "version=%llu epoch=%llu",
		  (unsigned long long)policy_version(v.policy), (unsigned long long)epoch);
	return OK;
}

enum err epoch_open(struct gateway *g)
{
	return take_up(g);
}

enum err epoch_check(struct gateway *g)
{
	uint64_t epoch;

	/* The writer's lock is held since: no other epoch can have begun. */
	if (g->epoch_sure && store_in_turn(g->conf.store))
		return OK;
	TRY(store_epoch(g->conf.store, &epoch));
	g->epoch_sure = epoch == g->epoch && store_in_turn(g->conf.store);
	if (epoch == g->epoch)
		return OK;
	g->stale = true;
	return ERR_CONFLICT;
}

enum err epoch_refresh(struct gateway *g)
{
	enum err e = g->stale ? take_up(g) : OK;

	if (e != OK)
		log_event(LEVEL_ERROR, "policy-not-loaded", "err=\"%s\" store=\"%s\"", err_str(e),
			  store_message(g->conf.store));
	return e;
}

const struct policy *gateway_policy(const struct gateway *g)
{
	return g->policy;
}

static enum err switch_in_step(struct gateway *g, struct arena *a, int32_t day)
{
	bool switched;

	TRY(epoch_check(g));
	TRY(change_put_in_force(g->conf.store, a, &g->version, day, now(g), &switched));
	TRY(commit_undecided(g));
	g->stale = switched;
	return OK;
}

/* A version may come into force only while the clock is believed. */
static enum err switch_if_due(struct gateway *g)
{
	AUTO_ARENA a = arena_new(DUE_ARENA);
	int32_t day = jst_day(now(g));
	bool due = true;

	if (!a)
		return ERR_MEMORY;
	while (!g->clock_jumped) {
		TRY(change_is_due(g->conf.store, a, day, &due));
		if (!due)
			break;
		TRY(store_begin(g->conf.store));
		TRY(switch_in_step(g, a, day));
		TRY(epoch_refresh(g));
	}
	return OK;
}

void epoch_tick(struct gateway *g)
{
	enum err e;

	if (store_in_step(g->conf.store))
		return;
	e = epoch_check(g);
	if (e == OK || g->stale)
		e = epoch_refresh(g);
	if (e == OK)
		e = switch_if_due(g);
	if (e == OK)
		return;
	store_rollback(g->conf.store);
	log_event(LEVEL_ERROR, "policy-switch-failed", "err=\"%s\" store=\"%s\"", err_str(e),
		  store_message(g->conf.store));
}

static enum err emergency_in_step(struct gateway *g, struct arena *a, struct version *v)
{
	struct store *s = g->conf.store;
	struct slice hash = slice_of(v->hash.b, sizeof v->hash.b);
	struct store_version kept = {0};
	enum err e;

	TRY(epoch_check(g));
	e = store_version_get(s, hash, a, &kept);
	v->change = kept.change;
	if (e == ERR_NOT_FOUND)
		e = version_keep(s, v, 0, now(g));
	TRY(e);
	TRY(version_switch(s, &g->version, v, VERSION_EMERGENCY, S("operator"), now(g)));
	TRY(change_overtaken(s, a, v, now(g)));
	return commit_undecided(g);
}

enum err gateway_emergency(struct gateway *g, const struct policy_texts *t, struct diag *d)
{
	AUTO_ARENA a = arena_new(POLICY_ARENA);
	struct version v;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	turn_end(g);
	TRY(epoch_refresh(g));
	TRY(version_of_texts(a, t, &v, d));
	if (hash_eq(v.hash, g->version.hash))
		return OK;
	TRY(policy_follows(g->policy, v.policy, d));
	TRY(store_begin(g->conf.store));
	e = emergency_in_step(g, a, &v);
	if (e != OK) {
		store_rollback(g->conf.store);
		return e;
	}
	g->stale = true;
	TRY(epoch_refresh(g));
	g->again = true;
	return OK;
}
