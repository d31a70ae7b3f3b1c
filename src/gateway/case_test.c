/* The attributes of a decision, each by a policy that asks for it, through the gateway. */
#include "base/calendar.h"
#include "gateway/box_test.h"
#include "governance/office.h"
#include "policy/case.h"

static char session[65];

static void start(const char *rules)
{
	set_up();
	use_policy(rules);
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
}

static enum err ask(void)
{
	return command(INTERNET, create(session, 5));
}

/* Whether a transfer is taken at all under these rules. */
static bool taken(const char *rules)
{
	bool yes;

	start(rules);
	yes = ask() == OK;
	CHECK(yes || t.r.err == ERR_FORBIDDEN);
	tear_down();
	return yes;
}

#define WHEN(condition) \
	"permit transfer internet -> lgwan when " condition \
	" obliges sanitize rebuild, retain 30 days clause 1\n"

static void channel_and_zones(void)
{
	CHECK(taken(PERMIT));
	CHECK(!taken("permit mail internet -> lgwan obliges sanitize rebuild clause 1\n"));
	CHECK(!taken("permit transfer lgwan -> internet obliges sanitize rebuild clause 1\n"));
}

static void factors_are_one(void)
{
	CHECK(taken(WHEN("factors = 1")));
	CHECK(!taken(WHEN("factors = 2")));
	CHECK(!taken(PERMIT "require factors 2 in lgwan clause 1\n"));
}

static void classes(void)
{
	CHECK(taken(WHEN("confidentiality = 1")));
	CHECK(!taken(WHEN("confidentiality = 2")));
	/* Nobody is asked for these: unknown, which fulfils a forbid. */
	CHECK(taken("scale integrity clause 1 levels 1 \"完全性1\"\n" PERMIT));
	CHECK(!taken("scale integrity clause 1 levels 1 \"完全性1\"\n" WHEN("integrity = 1")));
	CHECK(!taken("scale availability clause 1 levels 1 \"可用性1\", 2 \"可用性2\"\n" PERMIT
		     "forbid transfer internet -> lgwan when availability > 1 clause 1\n"));
}

static void recipients(void)
{
	char id[33];

	start(WHEN("recipient is registered"));
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	/* Gone before it is released: not registered any more. */
	send(session, id);
	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(identity_disable(t.store, S("taro"), S("operator"), t.now_ms) == OK);
	REQUIRE(store_commit(t.store) == OK);
	run_all();
	CHECK(row(id).state == TRANSFER_REFUSED);
	tear_down();
	CHECK(!taken(WHEN("recipient is unregistered")));
}

/* Pending until there is a result, then what nobody inspected is unknown: never released. */
static void contents(void)
{
	char id[33];

	start(WHEN("contains nothing"));
	send(session, id);
	CHECK(row(id).state == TRANSFER_SANITIZING);
	run_all();
	CHECK(row(id).state == TRANSFER_REFUSED && entries(id, "transfer.ready") == 0);
	tear_down();
	start(WHEN("contains unknown"));
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	tear_down();
	start(PERMIT "forbid transfer internet -> lgwan when contains personal-number clause 1\n");
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_REFUSED);
	tear_down();
}

/* What the sanitiser identified decides at the release; before that any type may be it. */
static void types(void)
{
	char id[33];

	start(WHEN("type is text"));
	send(session, id);
	run_all();
	CHECK(row(id).state == TRANSFER_READY);
	tear_down();
	start(WHEN("type is picture"));
	send(session, id);
	CHECK(row(id).state == TRANSFER_SANITIZING);
	run_all();
	CHECK(row(id).state == TRANSFER_REFUSED);
	tear_down();
	CHECK(!taken(PERMIT "forbid transfer internet -> lgwan when type is text clause 1\n"
			    "forbid transfer internet -> lgwan when not type is text clause 1\n"));
}

static void hold(const char *office, int32_t from, int32_t to)
{
	const struct store_appointment v = {
	    .login = S("hanako"), .office = slice_str(office), .from = from, .to = to};
	struct diag d;
	int64_t id;

	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(office_appoint(t.store, t.a, &v, S("operator"), t.now_ms, &id, &d) == OK);
	REQUIRE(store_commit(t.store) == OK);
}

static void roles(void)
{
	int32_t day;

	start(
	    "role head \"課長\" clause 1\nrole auditor \"監査人\" clause 1\n" WHEN("role is head"));
	day = jst_day(t.now_ms);
	CHECK(ask() == ERR_FORBIDDEN);
	hold("課長", day - 10, day - 1);
	CHECK(ask() == ERR_FORBIDDEN);
	hold("課長", day, day);
	CHECK(ask() == OK);
	/* Two roles at once: which one is meant is not known. */
	hold("監査人", day, 0);
	CHECK(ask() == ERR_FORBIDDEN);
	tear_down();
}

static enum err cite(const char *name)
{
	struct command c = create(session, 5);

	c.exception = slice_str(name);
	return command(INTERNET, c);
}

static void exceptions(void)
{
	char id[33];

	start("exception drill \"訓練\" until 2025-11-25 clause 1\n"
	      "permit transfer internet -> lgwan only with exception drill"
	      " obliges sanitize rebuild, retain 30 days clause 1\n");
	CHECK(ask() == ERR_FORBIDDEN);
	CHECK(cite("drilll") == ERR_USAGE);
	CHECK_STR(slice_str(t.reason), "no-exception");
	REQUIRE(cite("drill") == OK);
	strcpy(id, t.transfer);
	CHECK_STR(row(id).exception, "drill");
	/* It ends while the transfer is on its way. */
	t.now_ms += 2 * DAY_MS;
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	CHECK(cite("drill") == ERR_USAGE);
	REQUIRE(upload(session, id, S("hello")) == OK);
	run_all();
	CHECK(row(id).state == TRANSFER_REFUSED);
	tear_down();
}

static void set_time(int y, unsigned m, unsigned d, int minute)
{
	t.now_ms = jst_midnight((struct date){y, m, d}) * 1000 + minute * 60000ll;
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
}

static void hours(void)
{
	start(WHEN("hours is office"));
	set_time(2026, 11, 24, 8 * 60 + 29);
	CHECK(ask() == ERR_FORBIDDEN);
	set_time(2026, 11, 24, 8 * 60 + 30);
	CHECK(ask() == OK);
	set_time(2026, 11, 24, 17 * 60 + 15);
	CHECK(ask() == ERR_FORBIDDEN);
	set_time(2026, 11, 23, 10 * 60); /* 勤労感謝の日 */
	CHECK(ask() == ERR_FORBIDDEN);
	set_time(2026, 11, 28, 10 * 60); /* Saturday */
	CHECK(ask() == ERR_FORBIDDEN);
	set_time(2026, 12, 29, 10 * 60);
	CHECK(ask() == ERR_FORBIDDEN);
	set_time(2027, 1, 4, 10 * 60);
	CHECK(ask() == OK);
	tear_down();
}

/* A class keeps its code when the scale changes: what has no place there is not known. */
static void a_class_outlives_its_scale(void)
{
	struct policy_texts texts = {.basis = S("1 目的\n")};
	struct diag d = {0};
	char id[33];

	start(WHEN("confidentiality = 1"));
	send(session, id);
	run_all();
	REQUIRE(row(id).state == TRANSFER_READY);
	CHECK_STR(row(id).class_code, "1");
	texts.text =
	    S("policy \"p\" basis \"b\" adopted by \"市長\" version 9 effective 2020-01-01\n"
	      "zone internet \"I\" clause 1 networks 10.30.0.0/16\n"
	      "zone lgwan \"L\" default clause 1 networks 10.20.0.0/16\n"
	      "scale confidentiality 自治体 clause 1 levels 1 \"公表\", 2 \"低\", 3 \"高\""
	      " from confidentiality 1 -> 2, 2 -> 2, 3 -> 3\n" WHEN("confidentiality = 1"));
	if (gateway_emergency(t.g, &texts, &d) != OK)
		printf("# %s\n", d.text);
	CHECK(policy_version(gateway_policy(t.g)) == 9);
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	tear_down();
}

/* The entry of a decision holds its case: the same version decides it the same again. */
static void the_case_is_on_record(void)
{
	struct record_entry *e;
	struct policy_decision dec;
	struct policy_request rq;
	char id[33], stream[64];
	size_t n, found = 0;

	start(PERMIT);
	send(session, id);
	run_all();
	snprintf(stream, sizeof stream, "transfer/%s", id);
	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	for (size_t i = 0; i < n; i++) {
		struct slice text = record_value(&e[i], "case");

		if (text.n == 0)
			continue;
		REQUIRE(policy_case_parse(text, &rq) == OK);
		policy_decide(t.policy, &rq, &dec);
		CHECK(dec.permit && rq.factors == 1 && rq.day == jst_day(t.now_ms));
		found++;
	}
	CHECK(found >= 3);
	CHECK(policy_case_parse(S("0.1.2/2026-11-24"), &rq) == ERR_SYNTAX);
	CHECK(policy_case_parse(S("0.1.2.0.4.1.0.0.1.0.0.1.1.0/2026-11-24"), &rq) == ERR_SYNTAX);
	CHECK(policy_case_parse(S("0.1.2.0.4.1.0.0.1.0.0.1.1/x"), &rq) == ERR_SYNTAX);
	tear_down();
}

TESTS(CASE(channel_and_zones), CASE(factors_are_one), CASE(classes), CASE(recipients),
      CASE(contents), CASE(types), CASE(roles), CASE(exceptions), CASE(hours),
      CASE(a_class_outlives_its_scale), CASE(the_case_is_on_record))
