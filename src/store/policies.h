/*
 * policies: versions of the policy as whole texts, which of them was in force from when (epochs),
 * and changes on their way with every draft of theirs. Verbs over the store; no rule lives here
 * (see governance/version.h and governance/change.h). Errors and ownership as in store.h; what
 * writes works inside the caller's transaction. Days are days since 1970-01-01 in Japan.
 */
#ifndef STORE_POLICIES_H
#define STORE_POLICIES_H

#include "store/store.h"

/* What a policy is made of: its own text and those that it cites. */
struct policy_texts {
	struct slice text, basis, standard; /* standard may be empty */
};

/* A version that was decided. Versions are never changed or removed. */
struct store_version {
	struct slice hash; /* 32 bytes: policy_hash of the texts */
	uint64_t number;
	int32_t effective;
	int64_t change; /* the change that made it; 0: it was there first, or an emergency */
	int64_t added_ms;
	struct policy_texts texts; /* empty in lists */
};

enum err store_version_add(struct store *s, const struct store_version *v) NODISCARD;
enum err store_version_get(struct store *s, struct slice hash, struct arena *a,
			   struct store_version *ret) NODISCARD;
/* The one with the highest number, whether it is in force yet or not; ERR_NOT_FOUND. */
enum err store_version_last(struct store *s, struct arena *a, struct store_version *ret) NODISCARD;
/* Newest first, without the texts. */
enum err store_versions(struct store *s, struct arena *a, struct store_version **ret, size_t *ret_n)
    NODISCARD;

/* The n-th policy that was in force here, from 1. */
struct store_epoch {
	uint64_t n;
	struct slice hash; /* of the version */
	int64_t at_ms;     /* since when */
};

/* The number of the present epoch; 0: there is none yet. */
enum err store_epoch(struct store *s, uint64_t *ret) NODISCARD;
/* e->n must be the present number + 1 (ERR_CONFLICT). */
enum err store_epoch_add(struct store *s, const struct store_epoch *e) NODISCARD;
/* Newest first. */
enum err store_epochs(struct store *s, struct arena *a, struct store_epoch **ret, size_t *ret_n)
    NODISCARD;

/* The order is stable: the number is what the store holds. */
enum change_state {
	CHANGE_DRAFT = 1,     /* 起案中 */
	CHANGE_REVIEW = 2,    /* 合議中 */
	CHANGE_DECIDED = 3,   /* 決裁済み: waits for its day */
	CHANGE_IN_FORCE = 4,  /* 施行済み */
	CHANGE_REFUSED = 5,   /* 不採用 */
	CHANGE_WITHDRAWN = 6, /* 取下げ */
	CHANGE_LAPSED = 7,    /* 失効: another version came before it */
};
#define CHANGE_STATES 8

struct store_change {
	int64_t id;
	enum change_state state;
	int64_t version;   /* grows with every step: what a step may expect to find */
	struct slice zone; /* where it was drafted: origin of its texts */
	struct slice title, why, drafter;
	struct slice base; /* hash of the version that it changes */
	uint64_t draft;    /* number of the newest draft, from 1 */
	struct slice hash; /* of what was submitted; empty while it is drafted */
	int32_t effective; /* likewise; 0 */
	int64_t created_ms, changed_ms;
};

enum err store_change_add(struct store *s, const struct store_change *c, int64_t *ret_id) NODISCARD;
enum err store_change_get(struct store *s, int64_t id, struct arena *a, struct store_change *ret)
    NODISCARD;
/* ERR_CONFLICT unless the row still has c->version, which is then one more. */
enum err store_change_set(struct store *s, struct store_change *c) NODISCARD;
/* Newest first; state 0: all. */
enum err store_changes(struct store *s, enum change_state state, struct arena *a,
		       struct store_change **ret, size_t *ret_n) NODISCARD;
enum err store_draft_add(struct store *s, int64_t change, uint64_t n, const struct policy_texts *t,
			 int64_t at_ms) NODISCARD;
enum err store_draft_get(struct store *s, int64_t change, uint64_t n, struct arena *a,
			 struct policy_texts *ret) NODISCARD;

const char *change_state_word(enum change_state st); /* "draft": JSON, records; never NULL */

#endif
