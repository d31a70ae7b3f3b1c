/* people: accounts, sessions, tokens, failed tries. */
#include "store/people.h"
#include "store/driver.h"

static void account_row(struct cursor *c, void *row)
{
	struct store_account *a = row;

	a->id = cursor_int(c);
	a->login = cursor_text(c);
	a->name = cursor_text(c);
	a->division = cursor_text(c);
	a->zones = cursor_text(c);
	a->password = cursor_text(c);
	a->disabled = cursor_int(c) != 0;
	a->created_ms = cursor_int(c);
}

enum err store_account_add(struct store *s, const struct store_account *a, int64_t *ret_id)
{
	const struct store_value args[] = {v_text(a->login),    v_text(a->name),
					   v_text(a->division), v_text(a->zones),
					   v_text(a->password), v_int(a->created_ms)};

	return store_one(s, SQL_ACCOUNT_ADD, args, ARRAY_LEN(args), ERR_IO, ret_id);
}

enum err store_account_by_login(struct store *s, struct slice login, struct arena *a,
				struct store_account *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_ACCOUNT_BY_LOGIN, a, &c, v_text(login)));
	return store_first(&c, sizeof *ret, account_row, ret);
}

enum err store_account_by_id(struct store *s, int64_t id, struct arena *a,
			     struct store_account *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_ACCOUNT_BY_ID, a, &c, v_int(id)));
	return store_first(&c, sizeof *ret, account_row, ret);
}

enum err store_accounts(struct store *s, struct arena *a, struct store_account **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(store_query(s, SQL_ACCOUNTS, a, &c, NULL, 0));
	return store_all(&c, sizeof **ret, account_row, (void **)ret, ret_n);
}

enum err store_account_disable(struct store *s, int64_t id)
{
	const struct store_value args[] = {v_int(id)};

	return store_one(s, SQL_ACCOUNT_DISABLE, args, 1, ERR_NOT_FOUND, NULL);
}

enum err store_account_set_password(struct store *s, int64_t id, struct slice password)
{
	const struct store_value args[] = {v_int(id), v_text(password)};

	return store_one(s, SQL_ACCOUNT_PASSWORD, args, 2, ERR_NOT_FOUND, NULL);
}

enum err store_division_exists(struct store *s, struct slice division, bool *ret)
{
	const struct store_value args[] = {v_text(division)};
	int64_t n;

	TRY(store_one(s, SQL_DIVISION, args, 1, ERR_IO, &n));
	*ret = n > 0;
	return OK;
}

static void session_row(struct cursor *c, void *row)
{
	struct store_session *v = row;

	v->hash = cursor_text(c);
	v->account = cursor_int(c);
	v->zone = cursor_text(c);
	v->csrf = cursor_text(c);
	v->created_ms = cursor_int(c);
	v->seen_ms = cursor_int(c);
}

enum err store_session_add(struct store *s, const struct store_session *v)
{
	return RUN(s, SQL_SESSION_ADD, v_bytes(v->hash), v_int(v->account), v_text(v->zone),
		   v_text(v->csrf), v_int(v->created_ms), v_int(v->seen_ms));
}

enum err store_session_get(struct store *s, struct slice hash, struct arena *a,
			   struct store_session *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_SESSION, a, &c, v_bytes(hash)));
	return store_first(&c, sizeof *ret, session_row, ret);
}

enum err store_session_seen(struct store *s, struct slice hash, int64_t seen_ms)
{
	const struct store_value args[] = {v_bytes(hash), v_int(seen_ms)};

	TRY(store_write_alone(s));
	return store_one(s, SQL_SESSION_SEEN, args, 2, ERR_NOT_FOUND, NULL);
}

enum err store_session_drop(struct store *s, struct slice hash)
{
	return RUN(s, SQL_SESSION_DROP, v_bytes(hash));
}

enum err store_sessions_of_drop(struct store *s, int64_t account)
{
	return RUN(s, SQL_SESSIONS_OF_DROP, v_int(account));
}

enum err store_sessions_sweep(struct store *s, int64_t seen_before, int64_t made_before)
{
	return RUN(s, SQL_SESSIONS_SWEEP, v_int(seen_before), v_int(made_before));
}

static void token_row(struct cursor *c, void *row)
{
	struct store_token *t = row;

	t->id = cursor_int(c);
	t->hash = cursor_text(c);
	t->account = cursor_int(c);
	t->zone = cursor_text(c);
	t->label = cursor_text(c);
	t->purpose = cursor_text(c);
	t->host = cursor_text(c);
	t->created_ms = cursor_int(c);
	t->expires_ms = cursor_int(c);
}

enum err store_token_add(struct store *s, const struct store_token *t, int64_t *ret_id)
{
	const struct store_value args[] = {
	    v_bytes(t->hash),   v_int(t->account), v_text(t->zone),      v_text(t->label),
	    v_text(t->purpose), v_text(t->host),   v_int(t->created_ms), v_int(t->expires_ms)};

	return store_one(s, SQL_TOKEN_ADD, args, ARRAY_LEN(args), ERR_IO, ret_id);
}

enum err store_token_get(struct store *s, struct slice hash, struct arena *a,
			 struct store_token *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TOKEN, a, &c, v_bytes(hash)));
	return store_first(&c, sizeof *ret, token_row, ret);
}

enum err store_tokens_of(struct store *s, int64_t account, struct slice zone, struct arena *a,
			 struct store_token **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TOKENS_OF, a, &c, v_int(account), v_text(zone)));
	return store_all(&c, sizeof **ret, token_row, (void **)ret, ret_n);
}

enum err store_token_drop(struct store *s, int64_t account, struct slice zone, int64_t id)
{
	const struct store_value args[] = {v_int(account), v_text(zone), v_int(id)};

	return store_one(s, SQL_TOKEN_DROP, args, 3, ERR_NOT_FOUND, NULL);
}

enum err store_tokens_of_drop(struct store *s, int64_t account)
{
	return RUN(s, SQL_TOKENS_OF_DROP, v_int(account));
}

enum err store_tries_get(struct store *s, struct slice login, struct slice address, int64_t *ret_n,
			 int64_t *ret_last_ms)
{
	struct cursor c;
	int64_t n = 0, last = 0;

	TRY(OPEN(s, SQL_TRIES, NULL, &c, v_text(login), v_text(address)));
	if (cursor_next(&c)) {
		n = cursor_int(&c);
		last = cursor_int(&c);
	}
	TRY(cursor_close(&c));
	*ret_n = n;
	*ret_last_ms = last;
	return OK;
}

enum err store_tries_add(struct store *s, struct slice login, struct slice address, int64_t at_ms)
{
	return RUN(s, SQL_TRIES_ADD, v_text(login), v_text(address), v_int(at_ms));
}

enum err store_tries_clear(struct store *s, struct slice login, struct slice address)
{
	return RUN(s, SQL_TRIES_CLEAR, v_text(login), v_text(address));
}

enum err store_tries_sweep(struct store *s, int64_t before_ms)
{
	return RUN(s, SQL_TRIES_SWEEP, v_int(before_ms));
}
