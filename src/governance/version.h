/*
 * version: versions of the policy as whole texts, and which one is in force.
 *
 * The store is the one place that says so. `init` puts the first version there; later ones come by
 * a change that was decided (change.h), or by an emergency: the operator's file, which is itself an
 * entry. Whatever the way, a version is put into force by version_switch alone, which begins the
 * next epoch: a step of the gateway that decided in an earlier epoch cannot commit (gateway.h).
 * Versions are kept for ever, so that every old decision is explained by the version that made it.
 *
 * Every function that writes works inside the caller's transaction and appends its entries.
 * Errors: as store.h and policy_load; ERR_CONFLICT with a sentence in *d where a version does not
 * follow the one before.
 */
#ifndef GOVERNANCE_VERSION_H
#define GOVERNANCE_VERSION_H

#include "policy/policy.h"
#include "store/policies.h"

/* A version that was loaded. All of it lives in the arena it was loaded into. */
struct version {
	const struct policy *policy;
	struct policy_texts texts;
	struct hash hash;
	int64_t change; /* that made it, 0: none */
};

/* Loads and proves texts that are no version yet. */
enum err version_of_texts(struct arena *a, const struct policy_texts *t, struct version *ret,
			  struct diag *d) NODISCARD;
/* ERR_CRYPTO where the texts have not the hash under which they are kept. */
enum err version_load(struct store *s, struct hash h, struct arena *a, struct version *ret)
    NODISCARD;
/* The one in force and its epoch. ERR_NOT_FOUND: none was ever. */
enum err version_in_force(struct store *s, struct arena *a, uint64_t *ret_epoch,
			  struct version *ret) NODISCARD;
/* The one with the highest number, whether it is in force yet or not: a new one must follow it. */
enum err version_last(struct store *s, struct arena *a, struct version *ret) NODISCARD;
/* The hash of the n-th epoch; n = 0: of the present one. */
enum err version_of_epoch(struct store *s, uint64_t n, struct arena *a, struct hash *ret) NODISCARD;

enum version_way {
	VERSION_FIRST,    /* init */
	VERSION_DECIDED,  /* a change, on its day */
	VERSION_EMERGENCY /* the operator's file */
};

/* Keeps it, unless it is kept already. */
enum err version_keep(struct store *s, const struct version *v, int64_t change, int64_t now_ms)
    NODISCARD;
/*
 * Puts a kept version into force: the epoch and its entry `policy.switched`. before: the one in
 * force, NULL for the first. It cannot be in force twice (ERR_CONFLICT).
 */
enum err version_switch(struct store *s, const struct version *before, const struct version *v,
			enum version_way way, struct slice actor, int64_t now_ms) NODISCARD;

#endif
