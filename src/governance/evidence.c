/* evidence: what the record says for a statement. */
#include "governance/evidence.h"

#include <stdio.h>
#include "base/calendar.h"
#include "record/record.h"
#include "store/governance.h"

#define DAY_MS (24ll * 3600 * 1000)

int64_t board_due(struct policy_cadence every, int64_t from_ms)
{
	struct date day = jst_from_unix(from_ms / 1000).date;

	if (every.n == 0)
		return 0;
	switch (every.unit) {
	case POLICY_DAYS:
		return from_ms + every.n * DAY_MS;
	case POLICY_WEEKS:
		return from_ms + every.n * 7 * DAY_MS;
	case POLICY_MONTHS:
		return jst_midnight(date_add_days(date_add_months(day, (int)every.n), 1)) * 1000;
	case POLICY_YEARS:
		return jst_midnight(date_add_days(date_add_months(day, 12 * (int)every.n), 1)) *
		       1000;
	case POLICY_FISCAL_YEARS:
		/* What was done in one 年度 is due again before the next one ends. */
		return jst_midnight((struct date){fiscal_year(day) + (int)every.n + 1, 4, 1}) *
		       1000;
	}
	return 0;
}

static enum board_light light_of(int64_t last_ms, int64_t due_ms, int64_t now_ms)
{
	/* Without a period nothing says that it is still so. */
	if (now_ms >= due_ms)
		return LIGHT_LATE;
	return now_ms - last_ms > (due_ms - last_ms) / 2 ? LIGHT_FADED : LIGHT_FRESH;
}

static bool matches(const struct board_proof *p, const struct record_entry *e)
{
	if (strcmp(p->kind, "type") == 0)
		return slice_eq(e->type, p->name);
	if (strcmp(p->kind, "stream") == 0)
		return slice_eq(e->stream, p->name);
	return record_names_rule(e, p->name);
}

/* Asks the summary, then looks whether the entry that it names is there and is what it says. */
static enum err ask(const struct board_source *src, struct arena *a, struct board_proof *p,
		    struct record_entry *ret_entry)
{
	struct record_entry e = {0};
	struct store_tally t;
	enum err err;

	if (strcmp(p->kind, "stream") == 0)
		TRY(store_stream_tally(src->store, p->name, &t));
	else
		TRY(store_tally(src->store, p->kind, p->name, &t));
	p->count = t.n;
	p->light = LIGHT_NONE;
	if (t.n == 0)
		return OK;
	err = record_at(src->store, t.index, a, &e);
	if (err != OK && err != ERR_NOT_FOUND && err != ERR_SYNTAX)
		return err;
	p->last = t.index;
	if (err != OK || !matches(p, &e)) {
		p->light = LIGHT_LOST;
		return OK;
	}
	p->has_last = true;
	p->last_ms = e.at_ms;
	p->is_signed = t.index < src->checkpoint;
	*ret_entry = e;
	return OK;
}

enum err evidence_heartbeat(const struct board_source *src, struct arena *a,
			    struct board_proof *ret)
{
	struct board_proof p = {
	    .force = BOARD_ENFORCED, .kind = "type", .name = S(BOARD_HEARTBEAT_TYPE)};
	struct record_entry e = {0};
	char hex[65];

	TRY(ask(src, a, &p, &e));
	if (p.has_last) {
		p.due_ms = p.last_ms + BOARD_HEARTBEAT;
		p.light = light_of(p.last_ms, p.due_ms, src->now_ms);
		hash_hex(policy_hash(src->policy), hex);
		/* The gateway decides by another policy than this one. */
		if (!slice_eq_str(record_value(&e, "policy"), hex))
			p.light = LIGHT_NONE;
	}
	*ret = p;
	return OK;
}

/* Whether the running program really decides by it: a door and a handler are there. */
static bool is_enforced(const struct board_source *src, const struct policy_statement *st)
{
	bool door = (st->channels & (1u << POLICY_TRANSFER)) != 0;

	switch (st->kind) {
	case POLICY_KIND_PERMIT:
		return door && src->handles(st->obligations, st->sanitize);
	case POLICY_KIND_FORBID:
	case POLICY_KIND_NEVER:
	case POLICY_KIND_ALWAYS:
		return door;
	case POLICY_KIND_DEFAULT:
	case POLICY_KIND_LIMIT:
	case POLICY_KIND_HIDDEN:
		return true;
	case POLICY_KIND_REQUIRE:
	case POLICY_KIND_FINDING:
	case POLICY_KIND_FLOW:
	case POLICY_KIND_ZONE:
	case POLICY_KIND_SCALE:
	case POLICY_KIND_ROLE:
	case POLICY_KIND_EXCEPTION:
	case POLICY_KIND_DUTY:
	case POLICY_KIND_CONTROL:
	case POLICY_KIND_UNDER:
	case POLICY_KINDS:
		break;
	}
	return false;
}

/*
 * The gateway runs by it; the newest decision by this very statement is the evidence, else that it
 * runs. A promise, a limit: no decision names them.
 */
static enum err enforced(const struct board_source *src, struct arena *a,
			 const struct board_proof *heartbeat, struct board_proof *p)
{
	struct record_entry e = {0};

	p->force = BOARD_ENFORCED;
	if (p->statement->rule != POLICY_NONE || p->statement->kind == POLICY_KIND_DEFAULT) {
		p->kind = "rule";
		p->name = p->statement->id;
		TRY(ask(src, a, p, &e));
		if (p->light == LIGHT_LOST)
			return OK;
	}
	p->light = heartbeat->light;
	p->due_ms = heartbeat->due_ms;
	if (!p->has_last || heartbeat->last_ms > p->last_ms) {
		p->has_last = heartbeat->has_last;
		p->last = heartbeat->last;
		p->last_ms = heartbeat->last_ms;
		p->is_signed = heartbeat->is_signed;
	}
	return OK;
}

enum err evidence_of(const struct board_source *src, struct arena *a,
		     const struct policy_statement *st, const struct board_proof *heartbeat,
		     struct board_proof *ret)
{
	struct board_proof p = {.statement = st};
	struct record_entry e = {0};

	if (is_enforced(src, st)) {
		TRY(enforced(src, a, heartbeat, &p));
	} else if (st->force == POLICY_EVIDENCED || st->force == POLICY_ATTESTED) {
		bool events = st->force == POLICY_EVIDENCED;

		p.force = events ? BOARD_EVIDENCED : BOARD_ATTESTED;
		p.kind = events ? "type" : "stream";
		p.name = events ? st->evidence : st->id;
		TRY(ask(src, a, &p, &e));
		if (p.has_last) {
			p.due_ms = board_due(st->every, p.last_ms);
			p.light = light_of(p.last_ms, p.due_ms, src->now_ms);
		}
	}
	*ret = p;
	return OK;
}

/* -- what is written for it ---------------------------------------------------------------------
 */

static enum err heartbeat(struct store *s, const struct policy *p, int64_t now_ms)
{
	char version[24], hash[65];

	snprintf(version, sizeof version, "%llu", (unsigned long long)policy_version(p));
	hash_hex(policy_hash(p), hash);
	const struct record_field fields[] = {
	    {.key = "policy", .value = slice_str(hash)},
	    {.key = "policy_version", .value = slice_str(version)},
	};

	TRY(record_append(s,
			  &(struct record_event){.type = BOARD_HEARTBEAT_TYPE,
						 .stream = S("policy"),
						 .actor = S("system"),
						 .at_ms = now_ms,
						 .fields = fields,
						 .n = ARRAY_LEN(fields)},
			  NULL));
	return store_commit(s);
}

enum err board_heartbeat(struct store *s, const struct policy *p, int64_t now_ms)
{
	enum err e;

	TRY(store_begin(s));
	e = heartbeat(s, p, now_ms);
	if (e != OK)
		store_rollback(s);
	return e;
}

enum err board_attest(struct store *s, const struct policy *p, struct slice name,
		      struct slice actor, struct slice note, int64_t now_ms)
{
	const struct policy_statement *st;
	size_t n = policy_statements(p, &st);

	for (size_t i = 0; i < n; i++) {
		const struct record_field fields[] = {
		    {.key = "attests", .value = st[i].clause},
		    {.key = "note", .value = note, .secret = true},
		};

		if (st[i].force != POLICY_ATTESTED || !slice_eq(st[i].name, name))
			continue;
		return record_append(s,
				     &(struct record_event){.type = BOARD_ATTESTED_TYPE,
							    .stream = st[i].id,
							    .actor = actor,
							    .at_ms = now_ms,
							    .fields = fields,
							    .n = ARRAY_LEN(fields)},
				     NULL);
	}
	return ERR_NOT_FOUND;
}
