/* identity: accounts and what a sign-in leaves behind; see identity.h. */
#include "identity/identity.h"
#include <stdio.h>
#include "base/utf8.h"
#include "os/rand.h"
#include "record/record.h"

#define ARENA (256u << 10)
#define TOUCH_MS 60000 /* a session is written again at most once a minute */

static enum err usage(struct diag *d, const char *why)
{
	return diag_set(d, ERR_USAGE, 0, "%s", why);
}

static bool word_ok(struct slice s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		bool letter = s.p[i] >= 'a' && s.p[i] <= 'z',
		     digit = s.p[i] >= '0' && s.p[i] <= '9';

		if (!letter && !digit && (!s.p[i] || !strchr(more, s.p[i])))
			return false;
	}
	return s.n > 0;
}

static bool label_ok(struct slice s, size_t max)
{
	if (utf8_first_bad(s) != SIZE_MAX || utf8_count(s) > max)
		return false;
	while (s.n > 0) {
		uint32_t cp;
		size_t n = utf8_next(s, &cp);

		if (cp < 0x20 || cp == 0x7f || utf8_is_invisible(cp))
			return false;
		s = slice_from(s, n);
	}
	return true;
}

enum err identity_check_new(struct slice login, struct slice name, struct slice zones,
			    struct slice division, struct diag *d)
{
	if (login.n < 2 || login.n > 64 || !word_ok(login, ".-_"))
		return usage(d, "a login is 2 to 64 of a-z, 0-9, '.', '-', '_'");
	if (slice_eq_str(login, "system") || slice_eq_str(login, "operator"))
		return usage(d, "this login is the program's own");
	if (name.n == 0 || !label_ok(name, 64))
		return usage(d, "a name is 1 to 64 visible characters");
	if (!label_ok(division, 42) || division.n > 128)
		return usage(d, "a division is at most 42 visible characters");
	if (zones.n > 256 || !word_ok(zones, "-_,"))
		return usage(d, "zones are the policy's zone names, separated by commas");
	return OK;
}

enum err identity_check_password(struct slice login, struct slice password, struct diag *d)
{
	if (utf8_first_bad(password) != SIZE_MAX || slice_find_byte(password, 0) != SIZE_MAX)
		return usage(d, "a password is text");
	if (utf8_count(password) < IDENTITY_PASSWORD_MIN)
		return usage(d, "a password has at least 10 characters");
	if (password.n > IDENTITY_PASSWORD_MAX)
		return usage(d, "a password has at most 256 bytes");
	if (login.n > 0 && slice_find(password, login) != SIZE_MAX)
		return usage(d, "a password does not hold the login");
	return OK;
}

/* -- entries ------------------------------------------------------------------------------------
 */

static enum err append(struct store *s, const char *type, int64_t account, struct slice actor,
		       int64_t now_ms, const struct record_field *fields, size_t n)
{
	struct record_event e = {
	    .type = type, .actor = actor, .at_ms = now_ms, .fields = fields, .n = n};
	char stream[40];

	snprintf(stream, sizeof stream, "account/%lld", (long long)account);
	e.stream = slice_str(stream);
	return record_append(s, &e, NULL);
}

enum err identity_add(struct store *s, const struct store_account *account, struct slice actor,
		      int64_t now_ms)
{
	const struct record_field fields[] = {
	    {.key = "login", .value = account->login, .secret = true},
	    {.key = "name", .value = account->name, .secret = true},
	    {.key = "division", .value = account->division, .secret = true},
	    {.key = "zones", .value = account->zones},
	};
	struct store_account a = *account;
	int64_t id;

	a.created_ms = now_ms;
	TRY(store_account_add(s, &a, &id));
	return append(s, "account.added", id, actor, now_ms, fields, ARRAY_LEN(fields));
}

enum err identity_disable(struct store *s, struct slice login, struct slice actor, int64_t now_ms)
{
	AUTO_ARENA a = arena_new(ARENA);
	struct store_account account;

	if (!a)
		return ERR_MEMORY;
	TRY(store_account_by_login(s, login, a, &account));
	TRY(store_account_disable(s, account.id));
	TRY(store_sessions_of_drop(s, account.id));
	TRY(store_tokens_of_drop(s, account.id));
	return append(s, "account.disabled", account.id, actor, now_ms, NULL, 0);
}

enum err identity_set_password(struct store *s, struct slice login, struct slice password,
			       struct slice actor, int64_t now_ms)
{
	AUTO_ARENA a = arena_new(ARENA);
	struct store_account account;

	if (!a)
		return ERR_MEMORY;
	TRY(store_account_by_login(s, login, a, &account));
	TRY(store_account_set_password(s, account.id, password));
	TRY(store_sessions_of_drop(s, account.id));
	return append(s, "account.password", account.id, actor, now_ms, NULL, 0);
}

/* -- throttling ---------------------------------------------------------------------------------
 */

enum err identity_wait(struct store *s, struct slice login, struct slice address, int64_t now_ms,
		       int64_t *ret_wait_ms)
{
	int64_t n, last, wait = 1000;

	TRY(store_tries_get(s, login, address, &n, &last));
	if (n < (int64_t)IDENTITY_FREE_TRIES) {
		*ret_wait_ms = 0;
		return OK;
	}
	for (int64_t i = IDENTITY_FREE_TRIES; i < n && wait < IDENTITY_WAIT_MAX; i++)
		wait *= 2;
	if (wait > IDENTITY_WAIT_MAX)
		wait = IDENTITY_WAIT_MAX;
	/* A clock that was set back must not lock anybody out. */
	wait = now_ms < last ? 0 : last + wait - now_ms;
	*ret_wait_ms = wait > 0 ? wait : 0;
	return OK;
}

enum err identity_failed(struct store *s, struct slice login, struct slice address,
			 struct slice zone, int64_t now_ms)
{
	AUTO_ARENA a = arena_new(ARENA);
	const struct record_field fields[] = {
	    {.key = "login", .value = login, .secret = true},
	    {.key = "address", .value = address, .secret = true},
	    {.key = "zone", .value = zone},
	};
	struct store_account account = {0};
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(store_tries_add(s, login, address, now_ms));
	e = store_account_by_login(s, login, a, &account);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	/* Account 0 is nobody: tries for logins that do not exist are on record as well. */
	return append(s, "session.failed", account.id, login, now_ms, fields, ARRAY_LEN(fields));
}

/* -- sessions -----------------------------------------------------------------------------------
 */

bool identity_may_enter(const struct store_account *account, struct slice zone)
{
	struct slice rest = account->zones;

	if (account->disabled || zone.n == 0)
		return false;
	while (rest.n > 0) {
		size_t comma = slice_find_byte(rest, ',');
		struct slice one = comma == SIZE_MAX ? rest : slice_head(rest, comma);

		if (slice_eq(one, zone))
			return true;
		rest = slice_from(rest, comma == SIZE_MAX ? rest.n : comma + 1);
	}
	return false;
}

static void put(char *ret, size_t size, struct slice s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	if (n > 0)
		memcpy(ret, s.p, n);
	ret[n] = 0;
}

static void fill(struct identity_session *v, const struct store_account *a, struct slice zone)
{
	v->account = a->id;
	put(v->login, sizeof v->login, a->login);
	put(v->name, sizeof v->name, a->name);
	put(v->division, sizeof v->division, a->division);
	put(v->zone, sizeof v->zone, zone);
}

static struct hash token_hash(struct slice token)
{
	return hash_of(token);
}

enum err identity_sign_in(struct store *s, const struct store_account *account, struct slice zone,
			  struct slice address, int64_t now_ms, struct identity_session *ret,
			  char ret_token[IDENTITY_TOKEN_HEX + 1])
{
	const struct record_field fields[] = {
	    {.key = "address", .value = address, .secret = true},
	    {.key = "zone", .value = zone},
	};
	struct identity_session v = {.expires_ms = now_ms + IDENTITY_IDLE};
	struct store_session row = {
	    .account = account->id, .zone = zone, .created_ms = now_ms, .seen_ms = now_ms};
	char token[IDENTITY_TOKEN_HEX + 1];
	struct hash h;

	if (!identity_may_enter(account, zone))
		return ERR_FORBIDDEN;
	rand_hex(IDENTITY_TOKEN_HEX / 2, token);
	rand_hex(IDENTITY_TOKEN_HEX / 2, v.csrf);
	h = token_hash(slice_str(token));
	row.hash = slice_of(h.b, sizeof h.b);
	row.csrf = slice_str(v.csrf);
	fill(&v, account, zone);
	TRY(store_session_add(s, &row));
	TRY(store_tries_clear(s, account->login, address));
	TRY(append(s, "session.opened", account->id, account->login, now_ms, fields,
		   ARRAY_LEN(fields)));
	*ret = v;
	memcpy(ret_token, token, sizeof token);
	return OK;
}

static int64_t expires(const struct store_session *v)
{
	int64_t idle = v->seen_ms + IDENTITY_IDLE, whole = v->created_ms + IDENTITY_ABSOLUTE;

	return idle < whole ? idle : whole;
}

/* What cannot be found is not permitted: the caller learns no more. */
static enum err forbidden(enum err e)
{
	return e == ERR_NOT_FOUND ? ERR_FORBIDDEN : e;
}

enum err identity_session(struct store *s, struct slice token, struct slice zone, int64_t now_ms,
			  struct identity_session *ret)
{
	AUTO_ARENA a = arena_new(ARENA);
	struct hash h = token_hash(token);
	struct store_session row;
	struct store_account account;
	struct identity_session v = {0};

	if (!a)
		return ERR_MEMORY;
	if (token.n != IDENTITY_TOKEN_HEX)
		return ERR_FORBIDDEN;
	TRY(forbidden(store_session_get(s, slice_of(h.b, sizeof h.b), a, &row)));
	if (!slice_eq(row.zone, zone) || now_ms >= expires(&row) || now_ms + 60000 < row.created_ms)
		return ERR_FORBIDDEN;
	TRY(forbidden(store_account_by_id(s, row.account, a, &account)));
	if (!identity_may_enter(&account, zone))
		return ERR_FORBIDDEN;
	fill(&v, &account, zone);
	put(v.csrf, sizeof v.csrf, row.csrf);
	v.expires_ms = expires(&row);
	*ret = v;
	return OK;
}

enum err identity_touch(struct store *s, struct slice token, int64_t now_ms)
{
	AUTO_ARENA a = arena_new(ARENA);
	struct hash h = token_hash(token);
	struct store_session row;

	if (!a)
		return ERR_MEMORY;
	TRY(store_session_get(s, slice_of(h.b, sizeof h.b), a, &row));
	if (now_ms - row.seen_ms < TOUCH_MS)
		return OK;
	return store_session_seen(s, slice_of(h.b, sizeof h.b), now_ms);
}

enum err identity_sign_out(struct store *s, struct slice token, struct slice zone, int64_t now_ms)
{
	const struct record_field fields[] = {{.key = "zone", .value = zone}};
	struct identity_session v;
	struct hash h = token_hash(token);

	TRY(identity_session(s, token, zone, now_ms, &v));
	TRY(store_session_drop(s, slice_of(h.b, sizeof h.b)));
	return append(s, "session.closed", v.account, slice_str(v.login), now_ms, fields, 1);
}

/* -- API tokens ---------------------------------------------------------------------------------
 */

static bool purpose_ok(struct slice p)
{
	return slice_eq_str(p, "send") || slice_eq_str(p, "receive") || slice_eq_str(p, "both");
}

enum err identity_token_create(struct store *s, const struct identity_session *by,
			       struct slice label, struct slice purpose, struct slice host,
			       int64_t expires_ms, int64_t now_ms, int64_t *ret_id,
			       char ret_token[IDENTITY_TOKEN_HEX + 1])
{
	char token[IDENTITY_TOKEN_HEX + 1], number[24];
	struct record_field fields[] = {
	    {.key = "host", .value = host, .secret = true},
	    {.key = "purpose", .value = purpose},
	    {.key = "token"},
	    {.key = "zone", .value = slice_str(by->zone)},
	};
	struct store_token t = {.account = by->account,
				.zone = slice_str(by->zone),
				.label = label,
				.purpose = purpose,
				.host = host,
				.created_ms = now_ms,
				.expires_ms = expires_ms};
	struct hash h;
	int64_t id;

	if (!purpose_ok(purpose) || host.n == 0 || expires_ms <= now_ms || !label_ok(label, 64))
		return ERR_USAGE;
	rand_hex(IDENTITY_TOKEN_HEX / 2, token);
	h = token_hash(slice_str(token));
	t.hash = slice_of(h.b, sizeof h.b);
	TRY(store_token_add(s, &t, &id));
	snprintf(number, sizeof number, "%lld", (long long)id);
	fields[2].value = slice_str(number);
	TRY(append(s, "token.created", by->account, slice_str(by->login), now_ms, fields,
		   ARRAY_LEN(fields)));
	*ret_id = id;
	memcpy(ret_token, token, sizeof token);
	return OK;
}

enum err identity_token_revoke(struct store *s, const struct identity_session *by, int64_t id,
			       int64_t now_ms)
{
	char number[24];
	struct record_field field = {.key = "token"};

	snprintf(number, sizeof number, "%lld", (long long)id);
	field.value = slice_str(number);
	TRY(store_token_drop(s, by->account, slice_str(by->zone), id));
	return append(s, "token.revoked", by->account, slice_str(by->login), now_ms, &field, 1);
}

enum err identity_token(struct store *s, struct slice token, struct slice zone, struct slice host,
			struct slice purpose, int64_t now_ms, struct identity_session *ret)
{
	AUTO_ARENA a = arena_new(ARENA);
	struct hash h = token_hash(token);
	struct store_account account;
	struct identity_session v = {0};
	struct store_token t;

	if (!a)
		return ERR_MEMORY;
	if (token.n != IDENTITY_TOKEN_HEX)
		return ERR_FORBIDDEN;
	TRY(forbidden(store_token_get(s, slice_of(h.b, sizeof h.b), a, &t)));
	if (!slice_eq(t.zone, zone) || !slice_eq(t.host, host) || now_ms >= t.expires_ms)
		return ERR_FORBIDDEN;
	if (!slice_eq(t.purpose, purpose) && !slice_eq_str(t.purpose, "both"))
		return ERR_FORBIDDEN;
	TRY(forbidden(store_account_by_id(s, t.account, a, &account)));
	if (!identity_may_enter(&account, zone))
		return ERR_FORBIDDEN;
	fill(&v, &account, zone);
	v.expires_ms = t.expires_ms;
	*ret = v;
	return OK;
}
