/* steps: where a transfer stands, and why, from its row and its entries. */
#include "web/templates.h"

#include "policy/case.h"

static const struct {
	enum text label;
	const char *event;          /* the entry that says it was done */
	enum transfer_state during; /* the state in which it is under way; 0: none */
} table[STEPS] = {
    {TXT_transfer_step_received, "transfer.received", TRANSFER_RECEIVING},
    {TXT_transfer_step_decided, "transfer.decided", TRANSFER_RECEIVED},
    {TXT_transfer_step_sanitized, "transfer.sanitized", TRANSFER_SANITIZING},
    {TXT_transfer_step_verified, "transfer.verified", TRANSFER_VERIFYING},
    {TXT_transfer_step_ready, "transfer.ready", 0},
    {TXT_transfer_step_collected, "transfer.collected", TRANSFER_READY},
};

static const struct record_entry *entry_of(const struct view_transfer *t, const char *type)
{
	for (size_t i = t->n_entries; i-- > 0;)
		if (slice_eq_str(t->entries[i].type, type))
			return &t->entries[i];
	return NULL;
}

const char *step_kind(enum step_mark m)
{
	static const char *const kinds[] = {
	    [STEP_DONE] = "done", [STEP_NOW] = "now", [STEP_NEXT] = "next", [STEP_STOP] = "stop"};

	return kinds[m];
}

/* How many steps are done for certain in a state, whatever the entries say. */
static size_t done_by_state(const struct transfer_row *row)
{
	switch (row->state) {
	case TRANSFER_RECEIVED:
		return 1;
	case TRANSFER_SANITIZING:
		return 2;
	case TRANSFER_VERIFYING:
		return 3;
	case TRANSFER_READY:
		return 5;
	case TRANSFER_COLLECTED:
		return 6;
	case TRANSFER_RECEIVING:
	case TRANSFER_HELD:
	case TRANSFER_REFUSED:
	case TRANSFER_WITHDRAWN:
	case TRANSFER_EXPIRED:
	case TRANSFER_PURGED:
		break;
	}
	return 0;
}

static bool has_stopped(enum transfer_state s)
{
	return s == TRANSFER_HELD || s == TRANSFER_REFUSED || s == TRANSFER_WITHDRAWN ||
	       s == TRANSFER_EXPIRED;
}

void steps_of(struct page *pg, const struct view_transfer *t, struct step ret[STEPS])
{
	static const enum text marks[] = {[STEP_DONE] = TXT_transfer_mark_done,
					  [STEP_NOW] = TXT_transfer_mark_now,
					  [STEP_NEXT] = TXT_transfer_mark_next,
					  [STEP_STOP] = TXT_transfer_mark_stop};
	size_t done = done_by_state(&t->row);
	bool open = true; /* no step that is not done has come yet */

	for (size_t i = STEPS; i-- > done;)
		if (entry_of(t, table[i].event))
			done = i + 1;
	for (size_t i = 0; i < STEPS; i++) {
		const struct record_entry *e = entry_of(t, table[i].event);
		struct step *s = &ret[i];

		s->label = page_say(pg, table[i].label);
		s->at_ms = e ? e->at_ms : 0;
		s->mark = i < done ? STEP_DONE : STEP_NEXT;
		if (i >= done && open) {
			open = false;
			if (has_stopped(t->row.state))
				s->mark = STEP_STOP;
			else if (state_moves(t->row.state))
				s->mark = STEP_NOW;
		}
		s->mark_text = page_say(pg, marks[s->mark]);
	}
}

/* The policy's own sentence, where the policy in force is the one that decided. */
static bool explained(struct page *pg, const struct record_entry *e, bool permit, struct buf *b)
{
	struct policy_request rq;
	struct policy_decision d;
	char hex[65];

	if (!pg->policy || policy_case_parse(record_value(e, "case"), &rq) != OK)
		return false;
	hash_hex(policy_hash(pg->policy), hex);
	if (!slice_eq_str(record_value(e, "policy"), hex))
		return false;
	policy_decide(pg->policy, &rq, &d);
	if (d.permit != permit)
		return false;
	policy_explain(pg->policy, &rq, &d, pg->ja ? POLICY_JA : POLICY_EN, POLICY_INTERNAL, b);
	return true;
}

/* The version that decided, as the entry names it: 64 hex digits, empty before that. */
struct slice decision_policy(const struct view_transfer *t)
{
	const struct record_entry *e = entry_of(t, "transfer.decided");

	if (!e)
		e = entry_of(t, "transfer.refused");
	return e ? record_value(e, "policy") : (struct slice){0};
}

struct slice decision_text(struct page *pg, const struct view_transfer *t)
{
	const struct record_entry *e = entry_of(t, "transfer.decided");
	AUTO_BUF b = {0};

	if (!e)
		e = entry_of(t, "transfer.refused");
	if (!e)
		return slice_str(page_say(pg, TXT_transfer_decision_wait));
	bool permit = slice_eq_str(record_value(e, "effect"), "permit");
	struct slice clause = record_value(e, "clause");

	buf_init(&b, 4096);
	if (!explained(pg, e, permit, &b)) {
		const char *form = page_say(pg, permit ? TXT_transfer_decided_permit
						       : TXT_transfer_decided_refuse);
		struct slice values[] = {
		    zone_label(pg, t->row.from_zone), zone_label(pg, t->row.to_zone),
		    clause.n > 0 ? clause : slice_str(page_say(pg, TXT_transfer_clause_default))};

		for (const char *c = form; *c; c++) {
			if (*c == '{' && c[1] >= '0' && c[1] <= '2' && c[2] == '}') {
				buf_slice(&b, values[c[1] - '0']);
				c += 2;
			} else {
				buf_byte(&b, (uint8_t)*c);
			}
		}
	}
	return buf_err(&b) ? (struct slice){0} : arena_copy(pg->arena, buf_view(&b));
}
