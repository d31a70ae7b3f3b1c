/*
 * change: how the policy is changed (起案, 合議, 決裁, 施行).
 *
 *     draft ----> review ----> decided ----> in force
 *       ^ |        | | |          |
 *       | |   returned |          lapsed: another version came before it
 *       +-|--------+ | refused
 *         +----------+---> withdrawn
 *
 * - Who holds an office may draft. Every text that is saved is kept, also one that is faulty.
 * - Only what loads, keeps its promises and follows the last decided version can be submitted; its
 *   day must not have passed. What is reviewed and decided is exactly that draft.
 * - Holders of other offices review: they agree, object or remark. One opinion at least, of
 *   somebody who neither drafted nor decides, must be there.
 * - The 決裁 is by holders of the offices that the version in force names as its organs
 *   (`adopted by`), each of them where they adopt jointly, and never by the drafter. Returning and
 *   refusing need a reason.
 * - On its day the gateway puts it into force (change_put_in_force), exactly once.
 *
 * A change stays in the zone where it was drafted. Once it is decided, that it was and its notice
 * are for the city's people, in every zone into which the policy lets such a text go
 * (change_is_told). Every function works inside the caller's transaction and appends its entries,
 * to the stream change/<id>: what people said stands there and nowhere else. The same verbs are
 * behind the portal's commands and the command line.
 *
 * Errors: as store.h; ERR_NOT_FOUND, also for a change of another zone; ERR_FORBIDDEN, ERR_CONFLICT
 * and ERR_USAGE with the id of a reason (gateway/reason.h) in *ret_why.
 */
#ifndef GOVERNANCE_CHANGE_H
#define GOVERNANCE_CHANGE_H

#include "governance/version.h"
#include "record/record.h"

#define CHANGE_TITLE_MAX 300u /* bytes */
#define CHANGE_NOTE_MAX 6000u /* bytes of a reason or a remark */

/* Who acts, where and when. */
struct change_act {
	struct slice login, zone;
	int64_t now_ms;
};

enum change_opinion { CHANGE_REMARK, CHANGE_AGREE, CHANGE_OBJECT, CHANGE_OPINIONS };
enum change_verdict { CHANGE_APPROVE, CHANGE_RETURN, CHANGE_REFUSE, CHANGE_VERDICTS };
const char *change_opinion_word(enum change_opinion o); /* "remark", "agree", "object" */
const char *change_verdict_word(enum change_verdict v); /* "approve", "return", "refuse" */
enum err change_opinion_of(struct slice word, enum change_opinion *ret) NODISCARD;
enum err change_verdict_of(struct slice word, enum change_verdict *ret) NODISCARD;

/* A new draft of the last decided version's texts. */
enum err change_open(struct store *s, struct arena *a, const struct change_act *by,
		     struct slice title, struct slice why, int64_t *ret_id, const char **ret_why)
    NODISCARD;
/* Keeps a text as the next draft; parts whose p is NULL stay as they are. By the drafter. */
enum err change_save(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		     const struct policy_texts *t, const char **ret_why) NODISCARD;
/* *d: what of the draft's text is at fault. By the drafter. */
enum err change_submit(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		       const char **ret_why, struct diag *d) NODISCARD;
enum err change_comment(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
			enum change_opinion opinion, struct slice note, const char **ret_why)
    NODISCARD;
enum err change_decide(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		       enum change_verdict verdict, struct slice note, const char **ret_why)
    NODISCARD;
/* By the drafter, until it is decided. */
enum err change_withdraw(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
			 const char **ret_why) NODISCARD;

/* -- the gateway's part ------------------------------------------------------------------------
 */

/* Whether a decided change's day has come. */
enum err change_is_due(struct store *s, struct arena *a, int32_t day, bool *ret) NODISCARD;
/*
 * Puts the next due change into force, or lets it lapse where it does not follow the version in
 * force any more. *ret_switched: an epoch began.
 */
enum err change_put_in_force(struct store *s, struct arena *a, const struct version *in_force,
			     int32_t day, int64_t now_ms, bool *ret_switched) NODISCARD;
/* The operator's file came before the day of the change that made this version. */
enum err change_overtaken(struct store *s, struct arena *a, const struct version *v, int64_t now_ms)
    NODISCARD;

/* -- reading ----------------------------------------------------------------------------------- */

/* ERR_NOT_FOUND where it is of another zone. */
enum err change_get(struct store *s, struct arena *a, struct slice zone, int64_t id,
		    struct store_change *ret) NODISCARD;

/*
 * Whether the people of this zone are told of it: it is decided, and was drafted here, or the
 * policy in force permits to carry a text of the lowest class, not inspected, from there to here.
 * Of what a permit obliges, the 決裁 is the approval, a page that prints nothing but text is the
 * sanitizing, and the record keeps it; whatever else is obliged nobody has done.
 */
bool change_is_told(const struct policy *in_force, const struct store_change *c, struct slice zone,
		    int32_t day);
/* ERR_NOT_FOUND where the people of this zone are not told of it. */
enum err change_get_told(struct store *s, struct arena *a, const struct policy *in_force,
			 struct slice zone, int64_t id, int32_t day, struct store_change *ret)
    NODISCARD;

/* What was said since it was submitted last. */
struct change_progress {
	struct record_entry *entries; /* the whole history */
	size_t n_entries;
	size_t opinions, agreed, objected; /* of others than the drafter */
	const struct slice *organs;        /* who decides; each by the holder of that office */
	size_t n_organs;
	uint64_t approved; /* bit of each organ that did; at most 64 organs decide */
};
enum err change_progress(struct store *s, struct arena *a, const struct store_change *c,
			 const struct version *in_force, struct change_progress *ret) NODISCARD;

enum {
	CHANGE_MAY_SAVE = 1,
	CHANGE_MAY_SUBMIT = 2,
	CHANGE_MAY_WITHDRAW = 4,
	CHANGE_MAY_COMMENT = 8,
	CHANGE_MAY_DECIDE = 16
};
/* What this person may do with it now: bits. */
enum err change_may(struct store *s, struct arena *a, const struct change_act *by,
		    const struct store_change *c, const struct change_progress *p, unsigned *ret)
    NODISCARD;

#endif
