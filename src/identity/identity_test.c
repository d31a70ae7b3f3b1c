/* People, sessions, tokens and throttling. */
#include <string.h>
#include "base/test.h"
#include "identity/identity.h"

static struct store *fresh(void)
{
	struct store *s = NULL;
	const struct store_account a = {.login = S("hanako"),
					.name = S("調布 花子"),
					.division = S("総務課"),
					.zones = S("internet,lgwan"),
					.password = S("x")};

	REQUIRE(store_open(&store_sqlite, ":memory:", STORE_CREATE, S("c"), &s) == OK);
	REQUIRE(store_begin(s) == OK);
	REQUIRE(identity_add(s, &a, S("operator"), 1000) == OK);
	REQUIRE(store_commit(s) == OK);
	return s;
}

static struct store_account hanako(struct store *s, struct arena *a)
{
	struct store_account v = {0};

	REQUIRE(store_account_by_login(s, S("hanako"), a, &v) == OK);
	return v;
}

static void sign_in(struct store *s, struct arena *a, int64_t now, char token[65])
{
	struct store_account who = hanako(s, a);
	struct identity_session v;

	REQUIRE(store_begin(s) == OK);
	REQUIRE(identity_sign_in(s, &who, S("lgwan"), S("10.20.0.1"), now, &v, token) == OK);
	REQUIRE(store_commit(s) == OK);
}

static void names_and_passwords(void)
{
	struct diag d;
	struct slice none = {0};

	CHECK(identity_check_new(S("hanako"), S("花子"), S("lgwan"), none, &d) == OK);
	CHECK(identity_check_new(S("h"), S("花子"), S("lgwan"), none, &d) == ERR_USAGE);
	CHECK(identity_check_new(S("Hanako"), S("花子"), S("lgwan"), none, &d) == ERR_USAGE);
	CHECK(identity_check_new(S("system"), S("花子"), S("lgwan"), none, &d) == ERR_USAGE);
	CHECK(identity_check_new(S("hanako"), S("a\xe2\x80\xae"), S("lgwan"), none, &d) ==
	      ERR_USAGE);
	CHECK(identity_check_new(S("hanako"), S("花子"), S(""), none, &d) == ERR_USAGE);
	CHECK(identity_check_password(S("hanako"), S("一二三四五六七八九十"), &d) == OK);
	CHECK(identity_check_password(S("hanako"), S("short"), &d) == ERR_USAGE);
	CHECK(identity_check_password(S("hanako"), S("my hanako password"), &d) == ERR_USAGE);
	CHECK(identity_check_password(S("hanako"), S("bad \xff password"), &d) == ERR_USAGE);
}

static void a_session_ends(void)
{
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct identity_session v;
	int64_t now = 10000;
	char token[65];

	sign_in(s, a, now, token);
	CHECK(identity_session(s, slice_str(token), S("lgwan"), now, &v) == OK);
	CHECK_STR(slice_str(v.login), "hanako");
	CHECK(strlen(v.csrf) == 64 && strcmp(v.csrf, token) != 0);
	CHECK(identity_session(s, slice_str(token), S("internet"), now, &v) == ERR_FORBIDDEN);
	token[0] ^= 1;
	CHECK(identity_session(s, slice_str(token), S("lgwan"), now, &v) == ERR_FORBIDDEN);
	token[0] ^= 1;
	CHECK(identity_session(s, slice_str(token), S("lgwan"), now + IDENTITY_IDLE, &v) ==
	      ERR_FORBIDDEN);
	/* Kept alive it lasts, but not for ever. */
	for (int64_t at = now; at < now + IDENTITY_ABSOLUTE; at += IDENTITY_IDLE / 2) {
		CHECK(identity_session(s, slice_str(token), S("lgwan"), at, &v) == OK);
		CHECK(identity_touch(s, slice_str(token), at) == OK);
	}
	CHECK(identity_session(s, slice_str(token), S("lgwan"), now + IDENTITY_ABSOLUTE, &v) ==
	      ERR_FORBIDDEN);
	sign_in(s, a, now, token);
	REQUIRE(store_begin(s) == OK);
	CHECK(identity_sign_out(s, slice_str(token), S("lgwan"), now) == OK);
	REQUIRE(store_commit(s) == OK);
	CHECK(identity_session(s, slice_str(token), S("lgwan"), now, &v) == ERR_FORBIDDEN);
}

static void disabling_ends_everything(void)
{
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct identity_session v;
	char token[65], api[65];
	int64_t id;

	sign_in(s, a, 10000, token);
	REQUIRE(identity_session(s, slice_str(token), S("lgwan"), 10000, &v) == OK);
	REQUIRE(store_begin(s) == OK);
	REQUIRE(identity_token_create(s, &v, S("batch"), S("both"), S("10.20.0.9"), 99999, 10000,
				      &id, api) == OK);
	REQUIRE(store_commit(s) == OK);
	CHECK(identity_token(s, slice_str(api), S("lgwan"), S("10.20.0.9"), S("send"), 10001, &v) ==
	      OK);
	CHECK(identity_token(s, slice_str(api), S("lgwan"), S("10.20.0.9"), S("send"), 99999, &v) ==
	      ERR_FORBIDDEN);
	REQUIRE(store_begin(s) == OK);
	REQUIRE(identity_disable(s, S("hanako"), S("operator"), 10002) == OK);
	CHECK(identity_disable(s, S("nobody"), S("operator"), 10002) == ERR_NOT_FOUND);
	REQUIRE(store_commit(s) == OK);
	CHECK(identity_session(s, slice_str(token), S("lgwan"), 10003, &v) == ERR_FORBIDDEN);
	CHECK(identity_token(s, slice_str(api), S("lgwan"), S("10.20.0.9"), S("send"), 10003, &v) ==
	      ERR_FORBIDDEN);
	struct store_account who = hanako(s, a);

	CHECK(!identity_may_enter(&who, S("lgwan")));
}

static void zones_are_whole_words(void)
{
	struct store_account a = {.zones = S("internet,lgwan")};

	CHECK(identity_may_enter(&a, S("lgwan")) && identity_may_enter(&a, S("internet")));
	CHECK(!identity_may_enter(&a, S("lg")) && !identity_may_enter(&a, S("internet,lgwan")));
	CHECK(!identity_may_enter(&a, S("")) && !identity_may_enter(&a, S("wan")));
}

static void throttling_grows_and_ends(void)
{
	AUTO_STORE s = fresh();
	struct slice here = S("10.20.0.1"), there = S("10.20.0.2"), who = S("hanako");
	int64_t wait, last = 0;

	REQUIRE(store_begin(s) == OK);
	for (unsigned i = 0; i < 40; i++) {
		REQUIRE(identity_wait(s, who, here, 5000, &wait) == OK);
		CHECK(i < IDENTITY_FREE_TRIES ? wait == 0 : wait >= last);
		CHECK(wait <= IDENTITY_WAIT_MAX);
		last = wait;
		REQUIRE(identity_failed(s, who, here, S("lgwan"), 5000) == OK);
	}
	CHECK(last == IDENTITY_WAIT_MAX);
	CHECK(identity_wait(s, who, there, 5000, &wait) == OK && wait == 0);
	CHECK(identity_wait(s, who, here, 5000 + IDENTITY_WAIT_MAX, &wait) == OK && wait == 0);
	/* A clock that was set back locks nobody out. */
	CHECK(identity_wait(s, who, here, 1000, &wait) == OK && wait == 0);
	store_rollback(s);
}

TESTS(CASE(names_and_passwords), CASE(a_session_ends), CASE(disabling_ends_everything),
      CASE(zones_are_whole_words), CASE(throttling_grows_and_ends))
