/*
 * past: every decision about a transfer, made again by the version of the policy that made it.
 *
 * An entry names the version by its hash, the case, and the statements that decided. The version's
 * texts are kept whole, so the case is put to it anew: what comes out is told, and whether it is
 * what the entry says. Entries that only repeat the decision before them are left out.
 */
#ifndef GATEWAY_PAST_H
#define GATEWAY_PAST_H

#include "governance/version.h"
#include "policy/statement.h"
#include "record/record.h"

#define PAST_ARENA (512ull << 20) /* some versions, loaded and proved */

struct past_decision {
	const struct record_entry *entry;
	const struct policy *policy; /* the version that decided; NULL: it is not kept here */
	struct policy_request rq;
	struct policy_decision d;
	bool as_recorded; /* the statements that decide it are those that the entry names */
};

/* Oldest first, in the arena. ERR_NOT_FOUND: there is no entry about such a transfer. */
enum err past_decisions(struct store *s, struct slice transfer, struct arena *a,
			struct past_decision **ret, size_t *ret_n) NODISCARD;

/* The ids of the statements that decide the case, a blank between them, at most PAST_RULES; of a
 * case that nothing permits, the default's. Empty where nothing is named. */
#define PAST_RULES 8
void past_rules(const struct policy *p, const struct policy_request *rq, struct buf *out);

#endif
