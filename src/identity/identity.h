/*
 * identity: who a person is, and for how long that is believed.
 *
 * Passwords are argon2id strings computed in the `password` worker, never here. A session belongs
 * to one account and one zone; its token is 32 random bytes of which only the hash is stored, so
 * reading the store gives nobody a session. It ends after IDENTITY_IDLE without a request, and
 * after IDENTITY_ABSOLUTE in any case. An API token is bound to a purpose, a zone and a host.
 *
 * Throttling is per login and address together: after IDENTITY_FREE_TRIES failures each further try
 * waits twice as long, at most IDENTITY_WAIT_MAX; so an attacker elsewhere cannot lock a person out
 * at their own desk, and nobody is locked out for ever. An unknown login costs as much time and
 * answers the same as a wrong password.
 *
 * Every function works inside the caller's transaction where it writes, and appends its entries.
 */
#ifndef IDENTITY_IDENTITY_H
#define IDENTITY_IDENTITY_H

#include "base/hash.h"
#include "store/people.h"
#include "store/store.h"

#define IDENTITY_IDLE (30ll * 60 * 1000)
#define IDENTITY_ABSOLUTE (10ll * 3600 * 1000)
#define IDENTITY_FREE_TRIES 5u
#define IDENTITY_WAIT_MAX (15ll * 60 * 1000)
#define IDENTITY_TOKEN_HEX 64u     /* digits of a session or API token */
#define IDENTITY_PASSWORD_MIN 10u  /* code points */
#define IDENTITY_PASSWORD_MAX 256u /* bytes */

struct identity_session {
	int64_t account;
	char login[65];
	char name[193];
	char division[129];
	char zone[33];
	char
	    csrf[IDENTITY_TOKEN_HEX + 1]; /* secret: the value every form of this session carries */
	int64_t expires_ms;
};

/* ERR_USAGE with a sentence in d: login a-z 0-9 . - _ (2 to 64), name 1 to 64 characters, zones. */
enum err identity_check_new(struct slice login, struct slice name, struct slice zones,
			    struct slice division, struct diag *d) NODISCARD;
/* ERR_USAGE: too short, too long, not UTF-8, or holds the login. */
enum err identity_check_password(struct slice login, struct slice password, struct diag *d)
    NODISCARD;

/* password: the argon2id string. ERR_CONFLICT where the login is taken. */
enum err identity_add(struct store *s, const struct store_account *account, struct slice actor,
		      int64_t now_ms) NODISCARD;
/* Also ends every session and token. */
enum err identity_disable(struct store *s, struct slice login, struct slice actor, int64_t now_ms)
    NODISCARD;
enum err identity_set_password(struct store *s, struct slice login, struct slice password,
			       struct slice actor, int64_t now_ms) NODISCARD;

/* How long to wait before the next try of this login from this address; 0: try now. */
enum err identity_wait(struct store *s, struct slice login, struct slice address, int64_t now_ms,
		       int64_t *ret_wait_ms) NODISCARD;
/* A failed try, with its entry. */
enum err identity_failed(struct store *s, struct slice login, struct slice address,
			 struct slice zone, int64_t now_ms) NODISCARD;
/* The account may enter that zone and is not disabled. */
bool identity_may_enter(const struct store_account *account, struct slice zone);

/* A new session after a right password; *ret_token is handed out once and never stored. */
enum err identity_sign_in(struct store *s, const struct store_account *account, struct slice zone,
			  struct slice address, int64_t now_ms, struct identity_session *ret,
			  char ret_token[IDENTITY_TOKEN_HEX + 1]) NODISCARD;
/* Read only. ERR_FORBIDDEN: unknown, expired, of another zone, or its account is disabled. */
enum err identity_session(struct store *s, struct slice token, struct slice zone, int64_t now_ms,
			  struct identity_session *ret) NODISCARD;
/* True where the session was last touched long enough ago that touching is worth a write. */
enum err identity_touch(struct store *s, struct slice token, int64_t now_ms) NODISCARD;
enum err identity_sign_out(struct store *s, struct slice token, struct slice zone, int64_t now_ms)
    NODISCARD;

/* purpose: "send", "receive" or "both"; host: the one peer address it is good for. */
enum err identity_token_create(struct store *s, const struct identity_session *by,
			       struct slice label, struct slice purpose, struct slice host,
			       int64_t expires_ms, int64_t now_ms, int64_t *ret_id,
			       char ret_token[IDENTITY_TOKEN_HEX + 1]) NODISCARD;
enum err identity_token_revoke(struct store *s, const struct identity_session *by, int64_t id,
			       int64_t now_ms) NODISCARD;
/*
 * Read only: the session an API token stands for (csrf empty). ERR_FORBIDDEN: unknown, expired,
 * revoked, another zone, host or purpose, or its account is disabled. purpose: "send"/"receive".
 */
enum err identity_token(struct store *s, struct slice token, struct slice zone, struct slice host,
			struct slice purpose, int64_t now_ms, struct identity_session *ret)
    NODISCARD;

#endif
