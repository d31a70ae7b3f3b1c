/* life: the states of a transfer, the arrows between them, and a step as one transaction. */
#include <stdio.h>
#include "gateway/internal.h"

#define TO(s) (1u << TRANSFER_##s)

/* From each state, where a step may lead. What is not here cannot happen. */
static const uint32_t arrows[TRANSFER_STATES] = {
    [TRANSFER_RECEIVING] = TO(RECEIVED) | TO(WITHDRAWN) | TO(EXPIRED),
    [TRANSFER_RECEIVED] = TO(SANITIZING) | TO(HELD) | TO(REFUSED) | TO(WITHDRAWN),
    [TRANSFER_SANITIZING] = TO(VERIFYING) | TO(HELD) | TO(REFUSED) | TO(WITHDRAWN),
    [TRANSFER_VERIFYING] = TO(READY) | TO(HELD) | TO(REFUSED) | TO(WITHDRAWN),
    [TRANSFER_READY] = TO(COLLECTED) | TO(WITHDRAWN) | TO(PURGED),
    [TRANSFER_COLLECTED] = TO(COLLECTED) | TO(PURGED),
    [TRANSFER_HELD] = TO(WITHDRAWN) | TO(PURGED),
    [TRANSFER_REFUSED] = TO(PURGED),
    [TRANSFER_WITHDRAWN] = TO(PURGED),
    [TRANSFER_EXPIRED] = TO(PURGED),
    [TRANSFER_PURGED] = 0,
};

bool life_may(enum transfer_state from, enum transfer_state to)
{
	return from > 0 && from < TRANSFER_STATES && (arrows[from] & (1u << to)) != 0;
}

/* Every entry about a transfer says on what decision it stands. */
static enum err append(struct gateway *g, const struct transfer_row *t, const char *type,
		       struct slice actor, int64_t at_ms, const struct record_field *fields,
		       size_t n)
{
	char stream[TRANSFER_ID_LEN + 16], policy[65];
	struct record_field all[20];
	struct record_event e = {.type = type, .actor = actor, .at_ms = at_ms, .fields = all};

	BUG_IF(n + 5 > ARRAY_LEN(all));
	hash_hex(policy_hash(g->policy), policy);
	snprintf(stream, sizeof stream, "transfer/%.*s", (int)t->id.n, (const char *)t->id.p);
	e.stream = slice_str(stream);
	all[e.n++] = (struct record_field){.key = "clause", .value = t->clause};
	all[e.n++] = (struct record_field){.key = "rule", .value = t->rule};
	all[e.n++] = (struct record_field){.key = "policy", .value = slice_str(policy)};
	all[e.n++] = (struct record_field){.key = "receipt", .value = t->receipt};
	if (t->decided_case.n)
		all[e.n++] = (struct record_field){.key = "case", .value = t->decided_case};
	for (size_t i = 0; i < n; i++)
		all[e.n++] = fields[i];
	return record_append(g->conf.store, &e, NULL);
}

enum err life_move(struct gateway *g, struct transfer_row *t, enum transfer_state to,
		   const char *type, struct slice actor, const struct record_field *fields,
		   size_t n)
{
	if (!life_may(t->state, to))
		return ERR_CONFLICT;
	t->state = to;
	t->changed_ms = now(g);
	TRY(store_transfer_set(g->conf.store, t));
	await_moved(g, t);
	return append(g, t, type, actor, t->changed_ms, fields, n);
}

enum err life_note(struct gateway *g, const struct transfer_row *t, const char *type,
		   struct slice actor, const struct record_field *fields, size_t n)
{
	return append(g, t, type, actor, now(g), fields, n);
}

enum err life_stop(struct gateway *g, struct transfer_row *t, enum transfer_state to,
		   const char *reason, struct slice detail)
{
	const struct record_field fields[] = {
	    {.key = "reason", .value = slice_str(reason)},
	    {.key = "detail", .value = detail, .secret = true},
	};

	t->reason = slice_str(reason);
	t->reason_text = detail;
	if (t->purge_ms == 0)
		t->purge_ms = now(g) + RETAIN_DAYS * DAY_MS;
	return life_move(g, t, to, to == TRANSFER_REFUSED ? "transfer.refused" : "transfer.held",
			 S("system"), fields, ARRAY_LEN(fields));
}

enum err commit(struct gateway *g)
{
	TRY(epoch_check(g));
	return commit_undecided(g);
}

enum err commit_undecided(struct gateway *g)
{
	TRY(store_commit(g->conf.store));
	if (store_in_turn(g->conf.store))
		return OK;
	g->conf.committed(g->conf.arg);
	await_tell(g);
	return OK;
}

static enum err hold_step(struct gateway *g, struct slice id, int64_t version, const char *reason,
			  struct slice detail, struct arena *a)
{
	struct transfer_row t;

	TRY(step_begin(g));
	TRY(store_transfer_get(g->conf.store, id, a, &t));
	/* Somebody withdrew it meanwhile: then there is nothing to hold. */
	if (t.version != version)
		return ERR_CONFLICT;
	TRY(life_stop(g, &t, TRANSFER_HELD, reason, detail));
	return commit(g);
}

enum err life_hold(struct gateway *g, struct slice id, int64_t version, const char *reason,
		   struct slice detail)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	enum err e;

	if (!a)
		return ERR_MEMORY;
	e = hold_step(g, id, version, reason, detail, a);
	if (e != OK)
		store_rollback(g->conf.store);
	return e == ERR_CONFLICT ? OK : e;
}
