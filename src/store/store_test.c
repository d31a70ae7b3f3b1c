/* The store: verbs, cities apart, and a fault at every call leaves no half step. */
#include <stdlib.h>
#include <unistd.h>
#include "base/test.h"
#include "store/driver.h"
#include "store/governance.h"
#include "store/log.h"
#include "store/people.h"
#include "store/transfers.h"

static struct store_account account(const char *login)
{
	return (struct store_account){.login = slice_str(login),
				      .name = S("調布 花子"),
				      .division = S("総務課"),
				      .zones = S("internet,lgwan"),
				      .password = S("$argon2id$x"),
				      .created_ms = 1000};
}

static struct transfer_row transfer(const char *id, int64_t sender)
{
	return (struct transfer_row){.id = slice_str(id),
				     .once = slice_str(id),
				     .sender = sender,
				     .from_zone = S("internet"),
				     .to_zone = S("lgwan"),
				     .recipient_login = S("taro"),
				     .name = S("申請書.docx"),
				     .method = S("rebuild"),
				     .size = 3,
				     .created_ms = 1000};
}

static struct store *fresh(void)
{
	struct store *s = NULL;

	REQUIRE(store_open(&store_sqlite, ":memory:", STORE_CREATE, S("chofu"), &s) == OK);
	return s;
}

static void people(void)
{
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct store_account in = account("hanako"), got, *all;
	int64_t id;
	size_t n;
	bool yes;

	REQUIRE(store_begin(s) == OK);
	REQUIRE(store_account_add(s, &in, &id) == OK);
	CHECK(id == 1);
	REQUIRE(store_commit(s) == OK);
	REQUIRE(store_account_by_login(s, S("hanako"), a, &got) == OK);
	CHECK(slice_eq(got.name, in.name) && got.id == 1 && !got.disabled);
	CHECK(store_account_by_login(s, S("nobody"), a, &got) == ERR_NOT_FOUND);
	CHECK(store_division_exists(s, S("総務課"), &yes) == OK && yes);
	/* The same login again: the step is spoilt and cannot be committed. */
	REQUIRE(store_begin(s) == OK);
	CHECK(store_account_add(s, &in, &id) == ERR_CONFLICT);
	CHECK(store_commit(s) == ERR_CONFLICT);
	CHECK(!store_in_step(s));
	REQUIRE(store_accounts(s, a, &all, &n) == OK);
	CHECK(n == 1);
	CHECK(store_account_disable(s, 1) == OK);
	CHECK(store_account_disable(s, 2) == ERR_NOT_FOUND);
	CHECK(store_division_exists(s, S("総務課"), &yes) == OK && !yes);
}

static void sessions_and_tries(void)
{
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct store_account in = account("hanako");
	struct store_session v = {.hash = S("0123456789abcdef0123456789abcdef"),
				  .account = 1,
				  .zone = S("lgwan"),
				  .csrf = S("c"),
				  .created_ms = 5,
				  .seen_ms = 5};
	struct store_session got;
	int64_t id, n, last;

	REQUIRE(store_account_add(s, &in, &id) == OK);
	CHECK(store_session_add(s, &v) == OK);
	CHECK(store_session_seen(s, v.hash, 9) == OK);
	REQUIRE(store_session_get(s, v.hash, a, &got) == OK);
	CHECK(got.seen_ms == 9 && slice_eq(got.zone, v.zone));
	CHECK(store_sessions_sweep(s, 10, 0) == OK);
	CHECK(store_session_get(s, v.hash, a, &got) == ERR_NOT_FOUND);
	/* A session of nobody breaks the foreign key. */
	v.account = 77;
	CHECK(store_session_add(s, &v) == ERR_CONFLICT);
	CHECK(store_tries_get(s, S("x"), S("192.0.2.1"), &n, &last) == OK && n == 0);
	CHECK(store_tries_add(s, S("x"), S("192.0.2.1"), 7) == OK);
	CHECK(store_tries_add(s, S("x"), S("192.0.2.1"), 8) == OK);
	CHECK(store_tries_get(s, S("x"), S("192.0.2.1"), &n, &last) == OK && n == 2 && last == 8);
	CHECK(store_tries_get(s, S("x"), S("192.0.2.2"), &n, &last) == OK && n == 0);
}

static void transfers(void)
{
	uint64_t ready;
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct store_account in = account("hanako"), to = account("taro");
	struct transfer_row t = transfer("00000000000000000000000000000001", 1), got, *all, old;
	struct slice receipt;
	int64_t id;
	size_t n;

	REQUIRE(store_account_add(s, &in, &id) == OK);
	REQUIRE(store_account_add(s, &to, &id) == OK);
	REQUIRE(store_begin(s) == OK);
	REQUIRE(store_transfer_add(s, &t, 2026, a, &receipt) == OK);
	CHECK_STR(receipt, "2026-000001");
	REQUIRE(store_commit(s) == OK);
	REQUIRE(store_transfer_get(s, t.id, a, &got) == OK);
	CHECK_STR(got.sender_login, "hanako");
	CHECK_STR(got.recipient_name, "調布 花子");
	CHECK(got.state == TRANSFER_RECEIVING && got.version == 1 && got.size == 3);
	CHECK(store_transfer_once(s, 1, t.once, a, &got) == OK);
	CHECK(store_transfer_once(s, 2, t.once, a, &got) == ERR_NOT_FOUND);
	old = got;
	got.state = TRANSFER_READY;
	got.ready_ms = 50;
	got.result_ext = S("docx");
	REQUIRE(store_begin(s) == OK);
	CHECK(store_transfer_set(s, &got) == OK && got.version == 2);
	REQUIRE(store_commit(s) == OK);
	/* Whoever still thinks of version 1 loses. */
	REQUIRE(store_begin(s) == OK);
	CHECK(store_transfer_set(s, &old) == ERR_CONFLICT);
	CHECK(store_commit(s) == ERR_CONFLICT);
	REQUIRE(store_transfers_for(s, S("taro"), S("総務課"), S("lgwan"), 0, 10, a, &all, &n) ==
		OK);
	CHECK(n == 1 && slice_eq_str(all[0].result_ext, "docx"));
	CHECK(store_transfers_for(s, S("taro"), S(""), S("internet"), 0, 10, a, &all, &n) == OK &&
	      n == 0);
	CHECK(store_transfers_for(s, S("jiro"), S(""), S("lgwan"), 0, 10, a, &all, &n) == OK &&
	      n == 0);
	CHECK(store_transfers_sent(s, 1, S("internet"), 0, 10, a, &all, &n) == OK && n == 1);
	CHECK(store_transfers_ready_for(s, S("taro"), S(""), S("lgwan"), &ready) == OK &&
	      ready == 1);
	CHECK(store_transfers_ready_for(s, S("taro"), S(""), S("internet"), &ready) == OK &&
	      ready == 0);
	CHECK(store_transfers_ready_for(s, S("jiro"), S("税務課"), S("lgwan"), &ready) == OK &&
	      ready == 0);
	CHECK(store_transfers_sent(s, 1, S("lgwan"), 0, 10, a, &all, &n) == OK && n == 0);
}

static void blobs_and_log(void)
{
	AUTO_STORE s = fresh();
	AUTO_ARENA a = arena_new(1 << 20);
	struct store_account in = account("hanako");
	struct transfer_row t = transfer("00000000000000000000000000000001", 1);
	struct blob_row b = {.id = {"0123456789abcdef0123456789abcdef"},
			     .transfer = t.id,
			     .role = BLOB_RESULT,
			     .epoch = 1,
			     .wrapped = S("secret")},
			got;
	struct log_row row = {.index = 0, .stream = S("s"), .text = S("x v1\n")};
	struct log_value v[] = {
	    {.key = S("actor"), .salt = S("0123456789abcdef0123456789abcdef"), .value = S("")},
	    {.key = S("name"), .salt = S("fedcba9876543210fedcba9876543210"), .value = S("花子")}};
	struct log_value *values;
	struct slice receipt, body;
	uint64_t size, gone;
	int64_t id;
	bool yes;
	size_t n;

	REQUIRE(store_begin(s) == OK);
	REQUIRE(store_account_add(s, &in, &id) == OK);
	REQUIRE(store_transfer_add(s, &t, 2026, a, &receipt) == OK);
	CHECK(store_blob_add(s, &b) == OK);
	CHECK(store_log_add(s, &row) == OK);
	CHECK(store_values_add(s, 0, v, 2) == OK);
	REQUIRE(store_commit(s) == OK);
	REQUIRE(store_blob_get(s, t.id, BLOB_RESULT, a, &got) == OK);
	CHECK_STR(got.wrapped, "secret");
	CHECK(!got.in_row);
	REQUIRE(store_begin(s) == OK);
	b.in_row = true;
	b.body = S("sealed");
	CHECK(store_blob_set(s, &b) == OK);
	REQUIRE(store_commit(s) == OK);
	CHECK(store_blob_get(s, t.id, BLOB_RESULT, a, &got) == OK && got.in_row);
	CHECK(store_blob_body(s, &b.id, a, &body) == OK);
	CHECK_STR(body, "sealed");
	CHECK(store_blob_get(s, t.id, BLOB_ORIGINAL, a, &got) == ERR_NOT_FOUND);
	CHECK(store_log_size(s, &size) == OK && size == 1);
	CHECK(store_values(s, 0, a, &values, &n) == OK && n == 2);
	CHECK_STR(values[0].key, "actor");
	CHECK(values[0].value.n == 0);
	CHECK_STR(values[1].salt, "fedcba9876543210fedcba9876543210");
	CHECK_STR(values[1].value, "花子");
	REQUIRE(store_begin(s) == OK);
	CHECK(store_blob_drop(s, &b.id) == OK);
	CHECK(store_values_erase(s, S("s"), &gone) == OK && gone == 2);
	CHECK(store_log_add(s, &row) == ERR_CONFLICT);
	store_rollback(s);
	CHECK(store_blob_exists(s, &b.id, &yes) == OK && yes);
	REQUIRE(store_begin(s) == OK);
	CHECK(store_blob_drop(s, &b.id) == OK);
	REQUIRE(store_commit(s) == OK);
	CHECK(store_blob_exists(s, &b.id, &yes) == OK && !yes);
}

static void cities_and_modes(void)
{
	char path[] = "/tmp/store_test.XXXXXX";
	char cmd[96];
	void *raw;
	AUTO_ARENA a = arena_new(1 << 20);
	struct store *s, *r;
	struct store_account in = account("hanako"), got;
	char file[64];
	int64_t id;

	REQUIRE(mkdtemp(path));
	snprintf(file, sizeof file, "%s/db", path);
	CHECK(store_open(&store_sqlite, file, STORE_WRITE, S("a"), &s) == ERR_NOT_FOUND);
	REQUIRE(store_open(&store_sqlite, file, STORE_CREATE, S("a"), &s) == OK);
	CHECK(store_open(&store_sqlite, file, STORE_CREATE, S("a"), &r) == ERR_CONFLICT);
	REQUIRE(store_account_add(s, &in, &id) == OK);
	/* Another city in the same store knows none of it. */
	REQUIRE(store_open(&store_sqlite, file, STORE_READ, S("b"), &r) == OK);
	CHECK(store_account_by_login(r, S("hanako"), a, &got) == ERR_NOT_FOUND);
	store_close(r);
	REQUIRE(store_open(&store_sqlite, file, STORE_READ, S("a"), &r) == OK);
	CHECK(store_account_by_login(r, S("hanako"), a, &got) == OK);
	CHECK(store_begin(r) == ERR_FORBIDDEN);
	CHECK(store_account_disable(r, 1) != OK);
	store_close(r);
	store_close(s);
	/* A schema of another version, and a file that is no store, are refused. */
	REQUIRE(store_sqlite.open(file, STORE_WRITE, &raw) == OK);
	REQUIRE(store_sqlite.script(raw, "UPDATE schema_version SET version = 99") == OK);
	CHECK(store_open(&store_sqlite, file, STORE_WRITE, S("a"), &s) == ERR_UNSUPPORTED);
	REQUIRE(store_sqlite.script(raw, "DROP TABLE schema_version") == OK);
	store_sqlite.close(raw);
	CHECK(store_open(&store_sqlite, file, STORE_WRITE, S("a"), &s) == ERR_UNSUPPORTED);
	snprintf(cmd, sizeof cmd, "rm -rf %s", path);
	CHECK(system(cmd) == 0);
}

/* One step of a turn: an entry and its place in the summary. */
static enum err entry_step(struct store *s, uint64_t index, const char *kind)
{
	struct log_row row = {.index = index, .stream = S("s"), .text = S("x v1\n")};
	uint64_t size;

	TRY(store_begin(s));
	TRY(store_log_size(s, &size));
	CHECK(size == index);
	TRY(store_tally_add(s, "type", slice_str(kind), index, 1000));
	return store_log_add(s, &row);
}

static void check_entries(struct store *s, uint64_t n, uint64_t kept, uint64_t undone)
{
	struct store_tally t;
	uint64_t size;

	CHECK(store_log_size(s, &size) == OK && size == n);
	CHECK(store_tally(s, "type", S("kept"), &t) == OK && t.n == kept);
	CHECK(store_tally(s, "type", S("undone"), &t) == OK && t.n == undone);
}

/* Steps of a turn become durable together; one that fails is undone alone. */
static void a_turn_of_steps(void)
{
	char path[] = "/tmp/store_test.XXXXXX";
	struct store *s, *r;
	char file[64], cmd[96];

	REQUIRE(mkdtemp(path));
	snprintf(file, sizeof file, "%s/db", path);
	REQUIRE(store_open(&store_sqlite, file, STORE_CREATE, S("a"), &s) == OK);
	REQUIRE(store_open(&store_sqlite, file, STORE_READ, S("a"), &r) == OK);
	CHECK(!store_in_turn(s) && store_turn_commit(s) == OK);
	REQUIRE(store_turn_look(s) == OK);
	CHECK(!store_in_turn(s));
	check_entries(s, 0, 0, 0);
	REQUIRE(store_turn_begin(s) == OK && store_turn_begin(s) == OK);
	CHECK(store_in_turn(s) && !store_in_step(s));
	REQUIRE(entry_step(s, 0, "kept") == OK && store_commit(s) == OK);
	REQUIRE(entry_step(s, 1, "undone") == OK);
	store_rollback(s);
	REQUIRE(entry_step(s, 1, "kept") == OK && store_commit(s) == OK);
	/* Spoilt by a number that is there already: the turn goes on without it. */
	CHECK(entry_step(s, 2, "undone") == OK);
	CHECK(store_log_add(s,
			    &(struct log_row){.index = 0, .stream = S("s"), .text = S("x v1\n")}) ==
	      ERR_CONFLICT);
	CHECK(store_commit(s) == ERR_CONFLICT && store_in_turn(s));
	check_entries(s, 2, 2, 0);
	/* Nobody else sees any of it before the turn is committed. */
	check_entries(r, 0, 0, 0);
	REQUIRE(store_turn_commit(s) == OK);
	CHECK(!store_in_turn(s));
	check_entries(r, 2, 2, 0);
	REQUIRE(store_turn_begin(s) == OK);
	REQUIRE(entry_step(s, 2, "undone") == OK && store_commit(s) == OK);
	store_turn_rollback(s);
	check_entries(s, 2, 2, 0);
	/* A step without a turn is one of its own. */
	REQUIRE(entry_step(s, 2, "kept") == OK && store_commit(s) == OK);
	check_entries(r, 3, 3, 0);
	store_close(r);
	store_close(s);
	snprintf(cmd, sizeof cmd, "rm -rf %s", path);
	CHECK(system(cmd) == 0);
}

/* A fault anywhere in a turn of two steps: those that were said to stand do, together. */
static void a_fault_in_a_turn(void)
{
	unsigned whole = 0, none = 0;

	for (uint64_t n = 1; n < 200; n++) {
		AUTO_STORE s = NULL;
		uint64_t size, want = 0;
		enum err e;

		store_fault_after(0, OK);
		REQUIRE(store_open(&store_faulty, ":memory:", STORE_CREATE, S("c"), &s) == OK);
		store_fault_after(n, n % 2 ? ERR_IO : ERR_FULL);
		e = store_turn_begin(s);
		for (int i = 0; i < 2 && e == OK; i++) {
			enum err got = entry_step(s, want, "kept");

			if (got == OK)
				got = store_commit(s);
			store_rollback(s);
			want += got == OK;
		}
		if (e == OK)
			e = store_turn_commit(s);
		bool fired = store_fault_calls() >= n;

		store_fault_after(0, OK);
		CHECK(!store_in_turn(s));
		CHECK(store_log_size(s, &size) == OK);
		CHECK(size == (e == OK ? want : 0));
		whole += e == OK && want == 2;
		none += e != OK;
		if (!fired)
			break;
	}
	CHECK(whole == 1 && none >= 3);
}

/* A step that touches three tables; either all of it stands afterwards or nothing. */
static enum err step(struct store *s, struct arena *a)
{
	struct store_account in = account("hanako");
	struct transfer_row t = transfer("00000000000000000000000000000001", 1);
	struct log_row row = {.index = 0, .stream = S("s"), .text = S("x v1\n")};
	struct slice receipt;
	int64_t id;

	TRY(store_begin(s));
	TRY(store_account_add(s, &in, &id));
	TRY(store_transfer_add(s, &t, 2026, a, &receipt));
	TRY(store_log_add(s, &row));
	return store_commit(s);
}

static void a_fault_at_every_call(void)
{
	unsigned whole = 0, none = 0;

	for (uint64_t n = 1; n < 200; n++) {
		AUTO_ARENA a = arena_new(1 << 20);
		AUTO_STORE s = NULL;
		struct transfer_row t;
		uint64_t size;
		enum err e;

		store_fault_after(0, OK);
		REQUIRE(store_open(&store_faulty, ":memory:", STORE_CREATE, S("c"), &s) == OK);
		store_fault_after(n, n % 2 ? ERR_IO : ERR_FULL);
		e = step(s, a);
		if (e != OK)
			store_rollback(s);
		bool fired = store_fault_calls() >= n;

		store_fault_after(0, OK);
		REQUIRE(store_log_size(s, &size) == OK);
		enum err got = store_transfer_get(s, S("00000000000000000000000000000001"), a, &t);

		if (e == OK) {
			CHECK(size == 1 && got == OK);
			whole++;
		} else {
			CHECK(size == 0 && got == ERR_NOT_FOUND);
			none++;
		}
		if (!fired)
			break;
	}
	CHECK(whole == 1 && none >= 10);
}

TESTS(CASE(people), CASE(sessions_and_tries), CASE(transfers), CASE(blobs_and_log),
      CASE(cities_and_modes), CASE(a_fault_at_every_call), CASE(a_turn_of_steps),
      CASE(a_fault_in_a_turn))
