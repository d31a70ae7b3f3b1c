/*
 * people: accounts, sessions, API tokens and failed tries. Verbs over the store; no rule lives
 * here (see identity). Errors and ownership as in store.h.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/store.h"

struct store_account {
	int64_t id;
	struct slice login, name, division;
	struct slice zones;    /* zone ids, comma separated, no blanks */
	struct slice password; /* argon2id string */
	bool disabled;
	int64_t created_ms;
};

enum err store_account_add(struct store *s, const struct store_account *a, int64_t *ret_id)
    NODISCARD;
enum err store_account_by_login(struct store *s, struct slice login, struct arena *a,
				struct store_account *ret) NODISCARD;
enum err store_account_by_id(struct store *s, int64_t id, struct arena *a,
			     struct store_account *ret) NODISCARD;
enum err store_accounts(struct store *s, struct arena *a, struct store_account **ret, size_t *ret_n)
    NODISCARD;
enum err store_account_disable(struct store *s, int64_t id) NODISCARD;
enum err store_account_set_password(struct store *s, int64_t id, struct slice password) NODISCARD;
/* True where some account that is not disabled belongs to that division. */
enum err store_division_exists(struct store *s, struct slice division, bool *ret) NODISCARD;

struct store_session {
	struct slice hash; /* 32 bytes: SHA-256 of the token */
	int64_t account;
	struct slice zone, csrf; /* csrf: 64 hex digits */
	int64_t created_ms, seen_ms;
};

enum err store_session_add(struct store *s, const struct store_session *v) NODISCARD;
enum err store_session_get(struct store *s, struct slice hash, struct arena *a,
			   struct store_session *ret) NODISCARD;
enum err store_session_seen(struct store *s, struct slice hash, int64_t seen_ms) NODISCARD;
enum err store_session_drop(struct store *s, struct slice hash) NODISCARD;
enum err store_sessions_of_drop(struct store *s, int64_t account) NODISCARD;
/* Drops sessions last seen before, or created before, the given times. */
enum err store_sessions_sweep(struct store *s, int64_t seen_before, int64_t made_before) NODISCARD;

struct store_token {
	int64_t id;
	struct slice hash;
	int64_t account;
	struct slice zone, label, purpose, host;
	int64_t created_ms, expires_ms;
};

enum err store_token_add(struct store *s, const struct store_token *t, int64_t *ret_id) NODISCARD;
enum err store_token_get(struct store *s, struct slice hash, struct arena *a,
			 struct store_token *ret) NODISCARD;
enum err store_tokens_of(struct store *s, int64_t account, struct slice zone, struct arena *a,
			 struct store_token **ret, size_t *ret_n) NODISCARD;
/* ERR_NOT_FOUND unless the token belongs to that account and zone. */
enum err store_token_drop(struct store *s, int64_t account, struct slice zone, int64_t id)
    NODISCARD;
enum err store_tokens_of_drop(struct store *s, int64_t account) NODISCARD;

/* Failed tries of one login from one address; OK with zeros where there are none. */
enum err store_tries_get(struct store *s, struct slice login, struct slice address, int64_t *ret_n,
			 int64_t *ret_last_ms) NODISCARD;
enum err store_tries_add(struct store *s, struct slice login, struct slice address, int64_t at_ms)
    NODISCARD;
enum err store_tries_clear(struct store *s, struct slice login, struct slice address) NODISCARD;
enum err store_tries_sweep(struct store *s, int64_t before_ms) NODISCARD;

#endif
