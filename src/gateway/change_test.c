/* A change of the policy from its draft to its day, over the gateway's commands. */
#include "governance/change.h"
#include "gateway/box_test.h"
#include "base/calendar.h"
#include "governance/office.h"

#define TODAY jst_day(t.now_ms)

static char hanako[65], taro[65], jiro[65];

static void appoint(const char *login, const char *office)
{
	const struct store_appointment v = {
	    .login = slice_str(login), .office = slice_str(office), .from = TODAY};
	struct diag d;
	int64_t id;

	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(office_appoint(t.store, t.a, &v, S("operator"), t.now_ms, &id, &d) == OK);
	REQUIRE(store_commit(t.store) == OK);
}

/* Hanako drafts, Taro reviews, Jiro is the mayor. */
static void city(void)
{
	set_up();
	appoint("hanako", "情報セキュリティ管理者");
	appoint("taro", "統括情報セキュリティ責任者");
	appoint("jiro", "市長");
	REQUIRE(sign_in(LGWAN, "hanako", hanako) == OK);
	REQUIRE(sign_in(LGWAN, "taro", taro) == OK);
	REQUIRE(sign_in(LGWAN, "jiro", jiro) == OK);
}

static char *text_of(unsigned version, int32_t day, const char *organs, const char *rules)
{
	struct slice iso = date_iso_text(t.a, day);

	return arena_printf(
	    t.a,
	    "policy \"p\" basis \"b\" adopted by %s version %u effective %.*s\n"
	    "zone internet \"I\" clause 1 networks 10.30.0.0/16\n"
	    "zone lgwan \"L\" default clause 1 networks 10.20.0.0/16\n"
	    "scale confidentiality clause 1 levels 1 \"機密性1\", 2 \"機密性2\", 3 \"機密性3\"\n"
	    "%s\n",
	    organs, version, (int)iso.n, (const char *)iso.p, rules);
}

static enum err ask(const char *session, struct command c)
{
	c.session = slice_str(session);
	return command(LGWAN, c);
}

static int64_t open_change(void)
{
	REQUIRE(ask(hanako, (struct command){.type = CMD_CHANGE_OPEN,
					     .title = S("受渡しの停止"),
					     .note = S("点検のため")}) == OK);
	return t.r.change;
}

static enum err save(int64_t id, const char *text)
{
	return ask(hanako, (struct command){.type = CMD_CHANGE_SAVE,
					    .change = id,
					    .part = S("policy"),
					    .text = slice_str(text)});
}

static enum err submit(int64_t id)
{
	return ask(hanako, (struct command){.type = CMD_CHANGE_SUBMIT, .change = id});
}

static enum err comment(const char *who, int64_t id, const char *opinion)
{
	return ask(who, (struct command){.type = CMD_CHANGE_COMMENT,
					 .change = id,
					 .choice = slice_str(opinion),
					 .note = S("よいと思います")});
}

static enum err decide(const char *who, int64_t id, const char *verdict, const char *note)
{
	return ask(who, (struct command){.type = CMD_CHANGE_DECIDE,
					 .change = id,
					 .choice = slice_str(verdict),
					 .note = slice_str(note)});
}

static struct store_change change(int64_t id)
{
	struct store_change c;

	REQUIRE(store_change_get(t.store, id, t.a, &c) == OK);
	return c;
}

static size_t said(const char *stream, const char *type)
{
	struct record_entry *e;
	size_t n, found = 0;

	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	for (size_t i = 0; i < n; i++)
		found += slice_eq_str(e[i].type, type);
	return found;
}

#define STOP "forbid transfer internet -> lgwan clause 1\n"

/* To `decided`, in force from that day. */
static int64_t decided(unsigned version, int32_t day, const char *rules)
{
	int64_t id = open_change();

	REQUIRE(save(id, text_of(version, day, "\"市長\"", rules)) == OK);
	REQUIRE(submit(id) == OK);
	REQUIRE(comment(taro, id, "agree") == OK);
	REQUIRE(decide(jiro, id, "approve", "") == OK);
	REQUIRE(change(id).state == CHANGE_DECIDED);
	return id;
}

static void from_draft_to_its_day(void)
{
	char session[65], before[33];
	int64_t id;

	city();
	id = decided(2, TODAY + 1, STOP);
	gateway_tick(t.g, 1000);
	CHECK(change(id).state == CHANGE_DECIDED && policy_version(gateway_policy(t.g)) == 1);
	send(session, before);
	run_all();
	CHECK(row(before).state == TRANSFER_READY);
	t.now_ms = jst_day_start_ms(TODAY + 1);
	reopen();
	gateway_tick(t.g, 1000);
	CHECK(change(id).state == CHANGE_IN_FORCE && policy_version(gateway_policy(t.g)) == 2);
	gateway_tick(t.g, 2000);
	reopen();
	gateway_tick(t.g, 1000);
	CHECK(said("policy", "policy.switched") == 2 && said("change/1", "change.in-force") == 1);
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	CHECK(command(INTERNET, create(session, 5)) == ERR_FORBIDDEN);
	CHECK(collect("taro", before) == ERR_FORBIDDEN);
	tear_down();
}

static bool told(const char *zone, const char *rules)
{
	struct policy_texts texts = {.text = slice_str(text_of(1, TODAY - 10, "\"市長\"", rules)),
				     .basis = t.texts.basis};
	struct store_change c;
	struct version v;
	struct diag d;
	enum err e;

	REQUIRE(version_of_texts(t.a, &texts, &v, &d) == OK);
	e = change_get_told(t.store, t.a, v.policy, slice_str(zone), 1, TODAY, &c);
	REQUIRE(e == OK || e == ERR_NOT_FOUND);
	return e == OK;
}

/* What is decided is told where the policy lets a text go; nothing of it before. */
static void the_decision_is_told_where_the_policy_permits(void)
{
	int64_t id;

	city();
	id = open_change();
	CHECK(!told("lgwan", "") && !told("internet", "permit transfer any -> any clause 1"));
	REQUIRE(save(id, text_of(2, TODAY + 1, "\"市長\"", STOP)) == OK);
	REQUIRE(submit(id) == OK && comment(taro, id, "agree") == OK);
	CHECK(!told("internet", "permit transfer any -> any clause 1"));
	REQUIRE(decide(jiro, id, "approve", "") == OK);
	CHECK(told("lgwan", "") && !told("internet", ""));
	CHECK(told("internet", "permit transfer lgwan -> internet when confidentiality = 1 obliges "
			       "sanitize rebuild, approval two-persons clause 1"));
	CHECK(!told("internet",
		    "permit transfer lgwan -> internet when confidentiality = 2 clause 1"));
	CHECK(
	    !told("internet", "permit transfer lgwan -> internet when contains nothing clause 1"));
	CHECK(!told("internet", "permit transfer lgwan -> internet obliges inspect clause 1"));
	CHECK(!told("internet", "permit transfer internet -> lgwan clause 1"));
	CHECK(!told("nowhere", "permit transfer any -> any clause 1"));
	tear_down();
}

/* Who may do what; every refusal names its reason and leaves no entry. */
static void nobody_oversteps(void)
{
	int64_t id;

	city();
	add_person("saburo", "税務課");
	char saburo[65];

	REQUIRE(sign_in(LGWAN, "saburo", saburo) == OK);
	CHECK(ask(saburo,
		  (struct command){.type = CMD_CHANGE_OPEN, .title = S("x"), .note = S("y")}) ==
	      ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "change-no-office");
	id = open_change();
	CHECK(ask(taro, (struct command){.type = CMD_CHANGE_SUBMIT, .change = id}) ==
	      ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "change-not-drafter");
	CHECK(comment(taro, id, "agree") == ERR_CONFLICT);
	REQUIRE(save(id, text_of(2, TODAY, "\"市長\"", STOP)) == OK && submit(id) == OK);
	CHECK(save(id, "x") == ERR_CONFLICT);
	CHECK(comment(hanako, id, "agree") == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "change-own");
	CHECK(comment(hanako, id, "remark") == OK);
	CHECK(comment(saburo, id, "agree") == ERR_FORBIDDEN);
	CHECK(comment(taro, id, "maybe") == ERR_USAGE);
	/* Without a review nothing is decided; a decider's own word is no review. */
	CHECK(decide(jiro, id, "approve", "") == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-no-review");
	CHECK(comment(jiro, id, "agree") == OK);
	CHECK(decide(jiro, id, "approve", "") == ERR_CONFLICT);
	CHECK(comment(taro, id, "object") == OK);
	CHECK(decide(taro, id, "approve", "") == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "change-not-decider");
	CHECK(decide(jiro, id, "return", " ") == ERR_USAGE);
	/* On another zone's listener it does not exist. */
	char there[65];

	REQUIRE(sign_in(INTERNET, "jiro", there) == OK);
	CHECK(command(INTERNET, (struct command){.type = CMD_CHANGE_DECIDE,
						 .session = slice_str(there),
						 .change = id,
						 .choice = S("approve")}) == ERR_NOT_FOUND);
	/* The drafter holds the deciding office by now: still not their own. */
	appoint("hanako", "市長");
	CHECK(decide(hanako, id, "approve", "") == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "change-own");
	CHECK(said("change/1", "change.approved") == 0 && said("change/1", "change.decided") == 0);
	CHECK(decide(jiro, id, "refuse", "時期が早い") == OK);
	CHECK(change(id).state == CHANGE_REFUSED && said("change/1", "change.refused") == 1);
	CHECK(decide(jiro, id, "approve", "") == ERR_CONFLICT);
	tear_down();
}

static void a_returned_draft_is_reviewed_anew(void)
{
	struct policy_texts kept;
	int64_t id;

	city();
	id = open_change();
	/* Faulty texts are kept, and cannot be submitted. */
	CHECK(save(id, "permit transfer internett -> lgwan") == OK);
	CHECK(submit(id) == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-faulty");
	CHECK(save(id, text_of(1, TODAY, "\"市長\"", STOP)) == OK && submit(id) == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-follows-not");
	CHECK(save(id, text_of(2, TODAY - 1, "\"市長\"", STOP)) == OK &&
	      submit(id) == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-day-passed");
	CHECK(save(id, text_of(2, TODAY, "\"市長\"",
			       PERMIT "never content internet -> lgwan clause 1\n")) == OK);
	CHECK(submit(id) == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-faulty");
	REQUIRE(save(id, text_of(2, TODAY, "\"市長\"", STOP)) == OK && submit(id) == OK);
	CHECK(comment(taro, id, "agree") == OK);
	CHECK(decide(jiro, id, "return", "理由を詳しく") == OK);
	CHECK(change(id).state == CHANGE_DRAFT && change(id).hash.n == 0);
	CHECK(submit(id) == OK);
	CHECK(decide(jiro, id, "approve", "") == ERR_CONFLICT);
	CHECK(comment(taro, id, "agree") == OK);
	/* Decided on a day when its own has passed. */
	t.now_ms += DAY_MS;
	REQUIRE(sign_in(LGWAN, "jiro", jiro) == OK);
	CHECK(decide(jiro, id, "approve", "") == ERR_CONFLICT);
	CHECK_STR(slice_str(t.reason), "change-day-passed");
	REQUIRE(sign_in(LGWAN, "hanako", hanako) == OK);
	CHECK(ask(hanako, (struct command){.type = CMD_CHANGE_WITHDRAW, .change = id}) == OK);
	CHECK(change(id).state == CHANGE_WITHDRAWN);
	/* Every draft is still there. */
	CHECK(change(id).draft == 6);
	REQUIRE(store_draft_get(t.store, id, 2, t.a, &kept) == OK);
	CHECK_STR(kept.text, "permit transfer internett -> lgwan");
	tear_down();
}

/* Two organs: both decide; and who decides is what the policy in force says, not the draft. */
static void organs_decide_jointly(void)
{
	int64_t id;

	city();
	id = open_change();
	REQUIRE(save(id, text_of(2, TODAY, "\"市長\", \"教育委員会\"", PERMIT)) == OK);
	REQUIRE(submit(id) == OK && comment(taro, id, "agree") == OK);
	REQUIRE(decide(jiro, id, "approve", "") == OK);
	gateway_tick(t.g, 1000);
	REQUIRE(policy_version(gateway_policy(t.g)) == 2);
	id = open_change();
	REQUIRE(save(id, text_of(3, TODAY, "\"市長\"",
				 PERMIT "forbid transfer lgwan -> internet "
					"clause 1\n")) == OK);
	REQUIRE(submit(id) == OK && comment(taro, id, "agree") == OK);
	REQUIRE(decide(jiro, id, "approve", "") == OK);
	CHECK(change(id).state == CHANGE_REVIEW);
	CHECK(decide(jiro, id, "approve", "") == ERR_FORBIDDEN);
	appoint("jiro", "教育委員会");
	CHECK(decide(jiro, id, "approve", "") == OK && change(id).state == CHANGE_DECIDED);
	CHECK(said("change/2", "change.approved") == 2 && said("change/2", "change.decided") == 1);
	tear_down();
}

/* An emergency overtakes what waits: the older version never comes back. */
static void what_was_overtaken_lapses(void)
{
	struct policy_texts texts = {.basis = S("1 目的\n")};
	int64_t id, same;
	struct diag d;

	city();
	id = decided(2, TODAY + 1, STOP);
	same = decided(7, TODAY + 2, PERMIT "forbid transfer lgwan -> internet clause 1\n");
	texts.text = slice_str(text_of(5, TODAY, "\"市長\"", PERMIT STOP "limit depth 3\n"));
	CHECK(gateway_emergency(t.g, &texts, &d) == ERR_SYNTAX);
	texts.text = slice_str(text_of(5, TODAY, "\"市長\"", PERMIT "limit depth 3\n"));
	CHECK(gateway_emergency(t.g, &texts, &d) == OK);
	t.now_ms += DAY_MS;
	reopen();
	gateway_tick(t.g, 1000);
	CHECK(change(id).state == CHANGE_LAPSED && policy_version(gateway_policy(t.g)) == 5);
	/* The very version that was decided comes early by the operator's hand. */
	texts.text = slice_str(text_of(7, TODAY + 1, "\"市長\"",
				       PERMIT "forbid transfer lgwan -> internet clause 1\n"));
	CHECK(gateway_emergency(t.g, &texts, &d) == OK);
	CHECK(change(same).state == CHANGE_IN_FORCE);
	t.now_ms += DAY_MS;
	reopen();
	gateway_tick(t.g, 1000);
	CHECK(said("policy", "policy.switched") == 3 && said("change/2", "change.in-force") == 1);
	tear_down();
}

/* A fault at every call of the store while the day comes: the switch happens exactly once. */
static void it_switches_once_whatever_fails(void)
{
	unsigned fired = 0;
	bool late = false;

	for (uint64_t n = 1; !late; n++) {
		int64_t id;

		city();
		id = decided(2, TODAY, STOP);
		store_fault_after(n, n % 2 ? ERR_IO : ERR_FULL);
		gateway_tick(t.g, 1000);
		late = store_fault_calls() < n;
		fired += !late;
		store_fault_after(0, OK);
		CHECK((change(id).state == CHANGE_IN_FORCE) ==
		      (said("policy", "policy.switched") == 2));
		if (n % 3)
			reopen();
		gateway_tick(t.g, 2000);
		CHECK(change(id).state == CHANGE_IN_FORCE);
		CHECK(said("policy", "policy.switched") == 2);
		CHECK(said("change/1", "change.in-force") == 1);
		CHECK(policy_version(gateway_policy(t.g)) == 2);
		tear_down();
	}
	CHECK(fired > 20);
}

TESTS(CASE(from_draft_to_its_day), CASE(the_decision_is_told_where_the_policy_permits),
      CASE(nobody_oversteps), CASE(a_returned_draft_is_reviewed_anew), CASE(organs_decide_jointly),
      CASE(what_was_overtaken_lapses), CASE(it_switches_once_whatever_fails))
