/*
 * The life of a transfer and the doors to it. What must hold is the same each time: nothing is
 * released that the recogniser did not accept, nothing is lost, nothing is released twice.
 */
#include "gateway/box_test.h"

static void a_whole_life(void)
{
	char session[65], id[33];
	struct blob_reader *r;
	struct slice s;

	set_up();
	send(session, id);
	CHECK(row(id).state == TRANSFER_SANITIZING);
	CHECK(collect("taro", id) == ERR_NOT_FOUND);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	CHECK(collect("jiro", id) == ERR_NOT_FOUND);
	REQUIRE(collect("taro", id) == OK);
	CHECK_STR(slice_str(t.name), "申請書.txt");
	REQUIRE(t.fd >= 0);
	REQUIRE(blob_reader_open(t.fd, &t.r.seal, t.r.size, &r) == OK);
	CHECK(blob_reader_at(r, 0, &s) == OK);
	CHECK_STR(s, "clean:hello");
	blob_reader_free(r);
	close(t.fd);
	REQUIRE(collect("taro", id) == OK);
	close(t.fd);
	CHECK(row(id).state == TRANSFER_COLLECTED);
	CHECK(entries(id, "transfer.created") == 1 && entries(id, "transfer.received") == 1);
	CHECK(entries(id, "transfer.decided") == 1 && entries(id, "transfer.sanitized") == 1);
	CHECK(entries(id, "transfer.ready") == 1 && entries(id, "transfer.collected") == 2);
	tear_down();
}

static void lies_are_held(void)
{
	static const struct {
		enum lie lie;
		const char *reason;
	} cases[] = {
	    {CRASH, "worker-crash"},          {REFUSE, "unknown-type"},
	    {BAD_REPORT, "worker-report"},    {NO_EXT, "worker-report"},
	    {OTHER_GRAMMAR, "verify-failed"}, {VERIFY_NO, "verify-failed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char session[65], id[33];

		set_up();
		t.lie = cases[i].lie;
		send(session, id);
		run_all();
		CHECK(row(id).state == TRANSFER_HELD);
		CHECK_STR(row(id).reason, cases[i].reason);
		CHECK(entries(id, "transfer.ready") == 0 && entries(id, "transfer.held") == 1);
		CHECK(collect("taro", id) == ERR_NOT_FOUND);
		tear_down();
	}
}

static void the_policy_decides(void)
{
	char session[65], id[33];

	/* Forbidden before a byte comes in, with the clause. */
	set_up();
	REQUIRE(sign_in(LGWAN, "hanako", session) == OK);
	struct command c = create(session, 5);

	c.to_zone = INTERNET;
	CHECK(command(LGWAN, c) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "forbidden");
	/* Permitted when it was made, forbidden at the next decision. */
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	use_policy("forbid transfer internet -> lgwan clause 1\n");
	REQUIRE(upload(session, id, S("hello")) == OK);
	CHECK(row(id).state == TRANSFER_REFUSED);
	/* Ready, and then forbidden: it is not collected. */
	use_policy(PERMIT);
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	use_policy("forbid transfer internet -> lgwan clause 1\n");
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	CHECK(entries(id, "collect.refused") == 1 && row(id).state == TRANSFER_READY);
	/* An obligation nobody can fulfil here holds it, by its name. */
	use_policy("permit transfer internet -> lgwan obliges sanitize rebuild, scan clause 1\n");
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "obligation");
	send(session, id);
	CHECK(row(id).state == TRANSFER_HELD);
	CHECK_STR(row(id).reason, "obligation");
	CHECK(row(id).reason_text.n > 0);
	tear_down();
}

static void a_marking_raises_the_class(void)
{
	char session[65], id[33];

	set_up();
	use_policy("permit transfer internet -> lgwan when confidentiality = 1 obliges sanitize "
		   "rebuild clause 1\n");
	t.lie = HIGH_MARKING;
	send(session, id);
	run_all();
	CHECK(row(id).confidentiality == 3 && row(id).state == TRANSFER_REFUSED);
	CHECK(entries(id, "transfer.ready") == 0);
	CHECK(marking_level(t.policy, S("【機密性2】")) == 2);
	CHECK(marking_level(t.policy, S("秘")) == 3);
	CHECK(marking_level(t.policy, S("")) == 0);
	tear_down();
}

static void doors_are_kept(void)
{
	char session[65], other[65], id[33];
	struct command c;

	set_up();
	/* Peers outside the zone's networks, wrong passwords, sessions of another zone. */
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .peer = S("10.20.0.1"),
						 .login = S("hanako"),
						 .password = S("secret password")}) ==
	      ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "zone-networks");
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("hanako"),
						 .password = S("wrong")}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "wrong-password");
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("nobody"),
						 .password = S("wrong")}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "wrong-password");
	send(session, id);
	CHECK(command(LGWAN, (struct command){.type = CMD_SESSION_CHECK,
					      .session = slice_str(session)}) == ERR_FORBIDDEN);
	/* Another person's transfer does not exist. */
	REQUIRE(sign_in(INTERNET, "jiro", other) == OK);
	c = (struct command){
	    .type = CMD_WITHDRAW, .session = slice_str(other), .transfer = slice_str(id)};
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	c.type = CMD_UPLOAD_OPEN;
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	/* A session ends after idling. */
	t.now_ms += IDENTITY_IDLE + 1;
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .session = slice_str(session)}) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "signed-out");
	/* Throttled here, but not at another desk, and not for ever. */
	for (int i = 0; i < 6; i++)
		(void)command(INTERNET, (struct command){.type = CMD_SIGN_IN,
							 .login = S("taro"),
							 .password = S("wrong")});
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .login = S("taro"),
						 .password = S("secret password")}) == ERR_TIMEOUT);
	CHECK(t.r.wait_ms > 0);
	CHECK(command(INTERNET, (struct command){.type = CMD_SIGN_IN,
						 .peer = S("10.30.0.8"),
						 .login = S("taro"),
						 .password = S("secret password")}) == OK);
	t.now_ms += IDENTITY_WAIT_MAX;
	CHECK(sign_in(INTERNET, "taro", other) == OK);
	tear_down();
}

static void tokens_are_bound(void)
{
	char session[65], token[65];
	int64_t id;

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	struct command c = {.type = CMD_TOKEN_CREATE,
			    .session = slice_str(session),
			    .label = S("夜間バッチ"),
			    .purpose = S("receive"),
			    .host = S("10.30.0.9"),
			    .days = 2};

	REQUIRE(command(INTERNET, c) == OK);
	strcpy(token, t.token);
	id = t.r.token_id;
	/* Wrong purpose, wrong host, and a session's own commands. */
	struct command send_c = create(token, 5);

	send_c.peer = S("10.30.0.9");
	CHECK(command(INTERNET, send_c) == ERR_FORBIDDEN);
	c = (struct command){.type = CMD_COLLECT_OPEN,
			     .peer = S("10.30.0.9"),
			     .session = slice_str(token),
			     .transfer = S("00000000000000000000000000000000")};
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	c.peer = S("10.30.0.10");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .peer = S("10.30.0.9"),
						 .session = slice_str(token)}) == ERR_FORBIDDEN);
	CHECK(command(INTERNET, (struct command){.type = CMD_TOKEN_REVOKE,
						 .session = slice_str(session),
						 .token_id = id}) == OK);
	c.peer = S("10.30.0.9");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	tear_down();
}

static void the_password_changes(void)
{
	char session[65];
	struct command c = {.type = CMD_PASSWORD_CHANGE, .new_password = S("new password here")};

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	c.session = slice_str(session);
	c.password = S("wrong");
	CHECK(command(INTERNET, c) == ERR_FORBIDDEN);
	c.password = S("secret password");
	c.new_password = S("hanako1234567");
	CHECK(command(INTERNET, c) == ERR_USAGE);
	c.new_password = S("new password here");
	c.peer = S("10.30.0.7");
	gateway_command(t.g, INTERNET, &c, on_reply, NULL);
	run_all();
	CHECK(t.r.err == OK && t.r.type == CMD_PASSWORD_CHANGE);
	/* Every session has ended. */
	CHECK(command(INTERNET, (struct command){.type = CMD_SESSION_CHECK,
						 .session = slice_str(session)}) == ERR_FORBIDDEN);
	tear_down();
}

static void the_table_has_no_way_back(void)
{
	for (int from = 1; from < TRANSFER_STATES; from++) {
		CHECK(!life_may((enum transfer_state)from, TRANSFER_RECEIVING));
		CHECK(!life_may(TRANSFER_PURGED, (enum transfer_state)from));
		/* Only what was verified becomes ready, only what is ready is collected. */
		CHECK(life_may((enum transfer_state)from, TRANSFER_READY) ==
		      (from == TRANSFER_VERIFYING));
		CHECK(life_may((enum transfer_state)from, TRANSFER_COLLECTED) ==
		      (from == TRANSFER_READY || from == TRANSFER_COLLECTED));
	}
}

static void japanese_days_and_years(void)
{
	CHECK(jst_fiscal_year(1774969199000) == 2025); /* 2026-03-31 23:59:59 JST */
	CHECK(jst_fiscal_year(1774969200000) == 2026); /* 2026-04-01 00:00:00 JST */
	CHECK(jst_day(1774969200000) == jst_day(1774969199000) + 1);
	CHECK(jst_day_start_ms(jst_day(1774969200000)) == 1774969200000);
	CHECK(jst_fiscal_year(951782400000) == 1999);  /* 2000-02-29 */
	CHECK(jst_fiscal_year(1767193200000) == 2025); /* 2026-01-01 JST */
}

static void who_waits_is_told_once(void)
{
	char session[65], other[65], id[33];
	struct command c = {.type = CMD_AWAIT, .peer = S("10.30.0.7"), .seconds = 2};
	unsigned before;

	set_up();
	send(session, id);
	c.session = slice_str(session);
	c.transfer = slice_str(id);
	before = t.answers;
	gateway_command(t.g, INTERNET, &c, on_reply, &before);
	CHECK(t.answers == before);
	/* It is no news to anybody that the sanitiser has done its part. */
	run_kinds(1u << WORKER_SANITIZE);
	CHECK(t.answers == before);
	run_all();
	CHECK(t.answers == before + 1 && t.r.err == OK && t.r.state == TRANSFER_READY);
	/* What rests is answered at once; nobody learns of another's. */
	CHECK(command(INTERNET, c) == OK && t.r.state == TRANSFER_READY);
	REQUIRE(sign_in(INTERNET, "taro", other) == OK);
	c.session = slice_str(other);
	CHECK(command(INTERNET, c) == ERR_NOT_FOUND);
	c.seconds = COMMAND_AWAIT_MAX + 1;
	CHECK(command(INTERNET, c) == ERR_USAGE);
	tear_down();
}

static void who_waits_too_long_is_told_where_it_is(void)
{
	char session[65], id[33];
	struct command c = {.type = CMD_AWAIT, .peer = S("10.30.0.7"), .seconds = 2};
	unsigned before;
	int gone;

	set_up();
	send(session, id);
	c.session = slice_str(session);
	c.transfer = slice_str(id);
	before = t.answers;
	gateway_command(t.g, INTERNET, &c, on_reply, NULL);
	gateway_command(t.g, INTERNET, &c, on_reply, &gone);
	gateway_forget(t.g, &gone);
	gateway_tick(t.g, 1000);
	CHECK(t.answers == before);
	gateway_tick(t.g, 2000);
	CHECK(t.answers == before + 1 && t.r.state == TRANSFER_SANITIZING);
	run_all();
	CHECK(t.answers == before + 1);
	tear_down();
}

static void a_small_one_overtakes_a_large_one(void)
{
	static uint8_t bytes[3 * CONTENT_SLICE + 5];
	char session[65], large[33], small[33];
	unsigned turns = 0;

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	REQUIRE(command(INTERNET, create(session, sizeof bytes)) == OK);
	strcpy(large, t.transfer);
	REQUIRE(upload(session, large, slice_of(bytes, sizeof bytes)) == OK);
	/* No worker has it yet: most of it has still to be read. */
	CHECK(t.submitted == 0 && t.turn);
	send(session, small);
	CHECK(run_kinds(1u << WORKER_SANITIZE) && run_kinds(1u << WORKER_VERIFY));
	CHECK(row(small).state == TRANSFER_READY);
	CHECK(row(large).state == TRANSFER_SANITIZING && t.submitted == 2);
	while (t.submitted == 2 && run_turn())
		turns++;
	CHECK(turns == 3 && t.submitted == 3 && !t.turn);
	run_all();
	CHECK(row(large).state == TRANSFER_READY);
	tear_down();
}

/* Two that are read at once take turns; one that is taken back is read no further. */
static void large_ones_take_turns(void)
{
	static uint8_t bytes[2 * CONTENT_SLICE];
	char session[65], id[2][33];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	for (int i = 0; i < 2; i++) {
		REQUIRE(command(INTERNET, create(session, sizeof bytes)) == OK);
		strcpy(id[i], t.transfer);
		REQUIRE(upload(session, id[i], slice_of(bytes, sizeof bytes)) == OK);
	}
	CHECK(t.submitted == 0 && t.turn);
	REQUIRE(command(INTERNET, (struct command){.type = CMD_WITHDRAW,
						   .session = slice_str(session),
						   .transfer = slice_str(id[0])}) == OK);
	run_all();
	CHECK(row(id[0]).state == TRANSFER_WITHDRAWN && row(id[1]).state == TRANSFER_READY);
	/* A death in the middle: the next gateway begins again. */
	REQUIRE(command(INTERNET, create(session, sizeof bytes)) == OK);
	strcpy(id[0], t.transfer);
	REQUIRE(upload(session, id[0], slice_of(bytes, sizeof bytes)) == OK);
	reopen();
	run_all();
	CHECK(row(id[0]).state == TRANSFER_READY);
	tear_down();
}

static unsigned oks, errors;

static void on_one(void *arg, const struct reply *r, int fd)
{
	(void)arg;
	oks += r->err == OK;
	errors += r->err != OK;
	if (fd >= 0)
		close(fd);
}

/* Two commands of one turn, and what was told by the time both were given. */
static void two_in_a_turn(const char *session, char ids[2][33])
{
	static const char *const login[] = {"taro", "nobody"};

	oks = errors = 0;
	for (int i = 0; i < 2; i++) {
		struct command c = create(session, 5);

		c.recipient_login = slice_str(login[i]);
		c.peer = S("10.30.0.7");
		gateway_command(t.g, INTERNET, &c, on_one, NULL);
		c = create(session, 5);
		c.peer = S("10.30.0.7");
		strcpy(ids[i], (const char *)c.once.p);
		gateway_command(t.g, INTERNET, &c, on_one, NULL);
	}
}

static bool sent(const char *once)
{
	struct store_account hanako;
	struct transfer_row r;

	REQUIRE(store_account_by_login(t.store, S("hanako"), t.a, &hanako) == OK);
	return store_transfer_once(t.store, hanako.id, slice_str(once), t.a, &r) == OK;
}

/* Nobody is told before the turn is durable; one that is refused takes nothing with it. */
static void a_turn_is_told_when_it_is_durable(void)
{
	char session[65], once[2][33];
	unsigned commits;

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	commits = t.commits;
	two_in_a_turn(session, once);
	CHECK(oks == 0 && t.commits == commits);
	gateway_turn(t.g);
	CHECK(oks == 3 && errors == 1 && t.commits == commits + 1);
	CHECK(sent(once[0]) && sent(once[1]));
	reopen();
	CHECK(sent(once[0]) && sent(once[1]));
	/* A disk that fails at the end: all are errors, and nothing has happened. */
	two_in_a_turn(session, once);
	t.g->again = false;
	store_fault_after(1, ERR_FULL);
	gateway_turn(t.g);
	store_fault_after(0, OK);
	CHECK(oks == 0 && errors == 4 && t.commits == commits + 1);
	CHECK(!sent(once[0]) && !sent(once[1]));
	/* The next turn stands on its own. */
	two_in_a_turn(session, once);
	gateway_forget(t.g, NULL);
	gateway_turn(t.g);
	CHECK(oks == 0 && sent(once[0]) && sent(once[1]));
	tear_down();
}

TESTS(CASE(a_whole_life), CASE(a_small_one_overtakes_a_large_one), CASE(large_ones_take_turns),
      CASE(lies_are_held), CASE(the_policy_decides), CASE(a_marking_raises_the_class),
      CASE(doors_are_kept), CASE(tokens_are_bound), CASE(the_password_changes),
      CASE(the_table_has_no_way_back), CASE(japanese_days_and_years), CASE(who_waits_is_told_once),
      CASE(who_waits_too_long_is_told_where_it_is), CASE(a_turn_is_told_when_it_is_durable))
