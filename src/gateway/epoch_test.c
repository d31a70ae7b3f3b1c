/* Policies that come into force while the gateway works. */
#include "gateway/box_test.h"
#include "governance/version.h"

#define FORBID "forbid transfer internet -> lgwan clause 1\n"

static char *text_of(unsigned version, const char *rules)
{
	return arena_printf(
	    t.a,
	    "policy \"p\" basis \"b\" adopted by \"市長\" version %u effective 2020-01-01\n"
	    "zone internet \"I\" clause 1 networks 10.30.0.0/16\n"
	    "zone lgwan \"L\" default clause 1 networks 10.20.0.0/16\n"
	    "scale confidentiality clause 1 levels 1 \"機密性1\", 2 \"機密性2\", 3 \"機密性3\"\n"
	    "%s\n",
	    version, rules);
}

/* Another process puts a version into force; the gateway is not told. */
static void switch_beside(unsigned version, const char *rules)
{
	const struct policy_texts texts = {.text = slice_str(text_of(version, rules)),
					   .basis = S("1 目的\n")};
	AUTO_STORE beside = NULL;
	struct version v;
	struct diag d;
	char path[128];

	snprintf(path, sizeof path, "%s/%s", t.dir, STORE_FILE);
	REQUIRE(store_open(&store_sqlite, path, STORE_WRITE, CITY, &beside) == OK);
	REQUIRE(version_of_texts(t.a, &texts, &v, &d) == OK);
	REQUIRE(store_begin(beside) == OK);
	REQUIRE(version_keep(beside, &v, 0, t.now_ms) == OK);
	REQUIRE(version_switch(beside, NULL, &v, VERSION_EMERGENCY, S("operator"), t.now_ms) == OK);
	REQUIRE(store_commit(beside) == OK);
}

static struct slice cited(const char *id, const char *type)
{
	struct record_entry *e;
	struct slice found = {0};
	char stream[64];
	size_t n;

	snprintf(stream, sizeof stream, "transfer/%s", id);
	REQUIRE(record_of_stream(t.store, slice_str(stream), t.a, &e, &n) == OK);
	for (size_t i = 0; i < n; i++)
		if (slice_eq_str(e[i].type, type))
			found = record_value(&e[i], "policy");
	return found;
}

static struct slice in_force(void)
{
	char hex[65];
	struct hash h;

	REQUIRE(version_of_epoch(t.store, 0, t.a, &h) == OK);
	hash_hex(h, hex);
	return arena_copy(t.a, slice_str(hex));
}

/* A command that was decided under the old epoch is decided again under the new one. */
static void a_command_is_decided_again(void)
{
	char session[65], id[33];

	set_up();
	REQUIRE(sign_in(INTERNET, "hanako", session) == OK);
	switch_beside(2, FORBID);
	CHECK(command(INTERNET, create(session, 5)) == ERR_FORBIDDEN);
	CHECK_STR(slice_str(t.reason), "forbidden");
	switch_beside(3, PERMIT);
	CHECK(command(INTERNET, create(session, 5)) == OK);
	strcpy(id, t.transfer);
	CHECK(slice_eq(cited(id, "transfer.created"), in_force()));
	tear_down();
}

/* Content that is on its way when the policy changes is released under the new one or not at all.
 */
static void a_job_is_decided_again(void)
{
	char session[65], id[33], stopped[33];

	set_up();
	send(session, stopped);
	REQUIRE(run_kinds(1u << WORKER_SANITIZE));
	switch_beside(2, FORBID);
	run_all();
	CHECK(row(stopped).state == TRANSFER_REFUSED && entries(stopped, "transfer.ready") == 0);
	CHECK(slice_eq(cited(stopped, "transfer.refused"), in_force()));
	switch_beside(3, PERMIT);
	send(session, id);
	REQUIRE(run_kinds(1u << WORKER_SANITIZE));
	switch_beside(4, PERMIT "forbid transfer lgwan -> internet clause 1\n");
	run_all();
	CHECK(row(id).state == TRANSFER_READY && entries(id, "transfer.ready") == 1);
	CHECK(slice_eq(cited(id, "transfer.ready"), in_force()));
	CHECK(!slice_eq(cited(id, "transfer.created"), in_force()));
	/* Ready, and then nothing is collected any more. */
	switch_beside(5, FORBID);
	CHECK(collect("taro", id) == ERR_FORBIDDEN && entries(id, "transfer.collected") == 0);
	tear_down();
}

/* Every decision about a transfer is told by the version that made it, however many came since. */
static void old_decisions_keep_their_version(void)
{
	char session[65], id[33];
	struct past_decision *past;
	struct transfer_row by;
	size_t n;

	set_up();
	send(session, id);
	REQUIRE(run_kinds(1u << WORKER_SANITIZE));
	switch_beside(4, PERMIT "forbid transfer lgwan -> internet clause 1\n");
	run_all();
	switch_beside(5, FORBID);
	CHECK(collect("taro", id) == ERR_FORBIDDEN);
	switch_beside(6, PERMIT);
	REQUIRE(past_decisions(t.store, slice_str(id), t.a, &past, &n) == OK);
	CHECK(n >= 3);
	for (size_t i = 0; i < n; i++)
		CHECK(past[i].policy && past[i].as_recorded);
	CHECK(past[0].d.permit && policy_version(past[0].policy) == 1);
	CHECK(past[n - 2].d.permit && policy_version(past[n - 2].policy) == 4);
	CHECK(!past[n - 1].d.permit && policy_version(past[n - 1].policy) == 5);
	CHECK_STR(past[n - 1].entry->type, "collect.refused");
	CHECK(past_decisions(t.store, S("0123"), t.a, &past, &n) == ERR_NOT_FOUND);
	CHECK(store_transfer_by_receipt(t.store, row(id).receipt, t.a, &by) == OK);
	CHECK_STR(by.id, id);
	CHECK(store_transfer_by_receipt(t.store, S("2000-000001"), t.a, &by) == ERR_NOT_FOUND);
	tear_down();
}

/* The operator's file: its own entry, only forward, once. */
static void an_emergency_is_an_entry(void)
{
	const struct policy_texts older = {.text = slice_str("x")};
	struct policy_texts same;
	struct record_entry *e;
	struct diag d = {0};
	uint64_t epoch;
	size_t n;

	set_up();
	use_policy(FORBID);
	same = t.texts;
	CHECK(gateway_emergency(t.g, &same, &d) == OK);
	CHECK(gateway_emergency(t.g, &older, &d) == ERR_SYNTAX);
	same.text = slice_str(text_of(1, FORBID FORBID));
	CHECK(gateway_emergency(t.g, &same, &d) == ERR_SYNTAX);
	same.text = slice_str(text_of(1, "permit transfer any -> any clause 1\n"));
	CHECK(gateway_emergency(t.g, &same, &d) == ERR_CONFLICT && strstr(d.text, "higher number"));
	REQUIRE(store_epoch(t.store, &epoch) == OK && epoch == 2);
	REQUIRE(record_of_stream(t.store, S("policy"), t.a, &e, &n) == OK);
	CHECK(n == 2 && slice_eq_str(record_value(&e[1], "way"), "emergency"));
	CHECK(slice_eq(record_value(&e[1], "policy"), in_force()));
	CHECK(slice_eq(record_value(&e[1], "before"), record_value(&e[0], "policy")));
	tear_down();
}

TESTS(CASE(a_command_is_decided_again), CASE(a_job_is_decided_again),
      CASE(old_decisions_keep_their_version), CASE(an_emergency_is_an_entry))
