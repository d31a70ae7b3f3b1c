/* Versions, offices and lights over a real store; time is what the test says. */
#include "base/test_file.h"

#include <unistd.h>
#include "governance/board.h"
#include "governance/office.h"
#include "governance/texts.h"
#include "record/record.h"
#include "store/people.h"

#define NOW 1790000000000ll /* 2026-09-21 */
#define HOUR (3600 * 1000ll)
#define DAY (24 * HOUR)

static struct arena *arena;
static struct store *store;
static char dir[64], path[128];

static void fresh(void)
{
	store_close(store);
	store = NULL;
	arena_free(arena);
	arena = arena_new(256u << 20);
	REQUIRE(arena);
	if (path[0])
		unlink(path);
	snprintf(dir, sizeof dir, "/tmp/governance_test.XXXXXX");
	REQUIRE(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/store.db", dir);
	REQUIRE(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &store) == OK);
}

static void done(void)
{
	store_close(store);
	store = NULL;
	unlink(path);
	rmdir(dir);
	path[0] = 0;
}

static int32_t day(int y, unsigned m, unsigned d)
{
	return (int32_t)date_days((struct date){y, m, d});
}

/* -- texts ------------------------------------------------------------------------------------ */

static enum err adopt(struct slice text, const char *organ, int32_t effective,
		      struct text_adopted *ret, struct diag *d)
{
	struct slice organs[] = {slice_str(organ), S("議会")};
	struct text_adoption ad = {.tree = TEXT_BASIC,
				   .source = text,
				   .organs = organs,
				   .organs_n = 2,
				   .effective = effective,
				   .is_public = true,
				   .actor = S("operator"),
				   .now_ms = NOW};
	enum err e;

	REQUIRE(store_begin(store) == OK);
	e = text_adopt(store, arena, &ad, ret, d);
	if (e == OK)
		e = store_commit(store);
	else
		store_rollback(store);
	return e;
}

static void lists_every_version(void)
{
	struct text_adopted r;
	struct store_text *v, one;
	struct diag d;
	size_t n;

	fresh();
	REQUIRE(adopt(test_file(arena, "policy/chofu/basic-policy.txt"), "市長", 0, &r, &d) == OK);
	CHECK(r.versions == 5 && r.effective == day(2022, 7, 15));
	REQUIRE(text_versions(store, TEXT_BASIC, arena, &v, &n) == OK);
	REQUIRE(n == 5);
	for (size_t i = 0; i < 5; i++)
		CHECK(v[i].on_file == (i == 4) && v[i].organs_n == 2);
	CHECK(text_until(v, n, 2) == day(2021, 5, 30));
	CHECK(text_until(v, n, 4) == 0);
	/* The version of 平成31年, and its text only: there is none. */
	REQUIRE(text_as_of(store, TEXT_BASIC, S("市長"), day(2020, 1, 1), arena, &one) == OK);
	CHECK(one.effective == day(2019, 4, 1) && !one.on_file && one.text.n == 0);
	/* The era changed on 1 May: the version did not. */
	REQUIRE(text_as_of(store, TEXT_BASIC, S(""), day(2019, 4, 30), arena, &one) == OK);
	CHECK(one.effective == day(2019, 4, 1));
	REQUIRE(text_as_of(store, TEXT_BASIC, S("議会"), day(2026, 1, 1), arena, &one) == OK);
	CHECK(one.on_file && slice_eq(one.text, test_file(arena, "policy/chofu/basic-policy.txt")));
	CHECK(text_as_of(store, TEXT_BASIC, S("教育委員会"), day(2026, 1, 1), arena, &one) ==
	      ERR_NOT_FOUND);
	CHECK(text_as_of(store, TEXT_BASIC, S(""), day(2015, 3, 31), arena, &one) == ERR_NOT_FOUND);
	CHECK(text_as_of(store, TEXT_STANDARD, S(""), day(2026, 1, 1), arena, &one) ==
	      ERR_NOT_FOUND);
	done();
}

static void every_adoption_is_recorded(void)
{
	struct text_adopted r;
	struct record_entry *e;
	struct diag d;
	size_t n;

	fresh();
	REQUIRE(adopt(test_file(arena, "policy/chofu/basic-policy.txt"), "市長", 0, &r, &d) == OK);
	REQUIRE(record_of_stream(store, S("policy/basic/5"), arena, &e, &n) == OK);
	REQUIRE(n == 1);
	CHECK_STR(e[0].type, "policy.adopted");
	CHECK_STR(record_value(&e[0], "effective"), "2022-07-15");
	CHECK_STR(record_value(&e[0], "organs"), "市長、議会");
	done();
}

static void fills_in_and_refuses(void)
{
	static const char old[] =
	    "基本方針\n\n1 目的\n\n定める。\n\n附則\n\nこの基本方針は、平成31年"
	    "4月1日から施行する。\n";
	struct text_adopted r;
	struct store_text one;
	struct diag d = {0};

	fresh();
	REQUIRE(adopt(test_file(arena, "policy/chofu/basic-policy.txt"), "市長", 0, &r, &d) == OK);
	REQUIRE(adopt(slice_of(old, sizeof old - 1), "市長", 0, &r, &d) == OK);
	CHECK(r.versions == 0 && r.id == 3);
	REQUIRE(text_as_of(store, TEXT_BASIC, S(""), day(2020, 1, 1), arena, &one) == OK);
	CHECK(slice_eq(one.text, slice_of(old, sizeof old - 1)));
	CHECK(adopt(slice_of(old, sizeof old - 1), "市長", 0, &r, &d) == ERR_CONFLICT);
	CHECK(adopt(S("基本方針\n\n1 目的\n"), "市長", day(2020, 6, 1), &r, &d) == ERR_CONFLICT);
	CHECK(d.text[0] != 0);
	CHECK(adopt(S("基本方針\n\n1 目的\n"), "市長", 0, &r, &d) == ERR_USAGE);
	CHECK(adopt(S("基本方針\n\n1 目的\n"), "議会", 0, &r, &d) == ERR_USAGE);
	REQUIRE(adopt(S("基本方針\n\n1 目的\n"), "市長", day(2027, 4, 1), &r, &d) == OK);
	CHECK(r.versions == 1);
	done();
}

/* -- offices ---------------------------------------------------------------------------------- */

static void appoints_and_ends(void)
{
	struct store_account who = {.login = S("suzuki"),
				    .name = S("鈴木"),
				    .division = S("副市長"),
				    .zones = S("lgwan"),
				    .password = S("x")};
	struct store_appointment v = {
	    .login = S("suzuki"), .office = S(OFFICE_CISO), .from = day(2026, 4, 1)};
	struct diag d = {0};
	int64_t id;
	bool holds;

	fresh();
	REQUIRE(store_begin(store) == OK);
	REQUIRE(store_account_add(store, &who, &id) == OK);
	CHECK(office_appoint(store, arena, &v, S("operator"), NOW, &id, &d) == OK);
	CHECK(office_appoint(store, arena, &v, S("operator"), NOW, &id, &d) == ERR_CONFLICT);
	v.login = S("nobody");
	CHECK(office_appoint(store, arena, &v, S("operator"), NOW, &id, &d) == ERR_NOT_FOUND);
	CHECK(office_end(store, arena, 1, day(2026, 3, 1), S("operator"), NOW) == ERR_NOT_FOUND);
	CHECK(office_end(store, arena, 1, day(2027, 3, 31), S("operator"), NOW) == OK);
	REQUIRE(store_commit(store) == OK);
	CHECK(office_holds(store, arena, S("suzuki"), S("CISO"), day(2027, 3, 31), &holds) == OK &&
	      holds);
	CHECK(office_holds(store, arena, S("suzuki"), S(""), day(2027, 4, 1), &holds) == OK &&
	      !holds);
	CHECK(office_holds(store, arena, S("suzuki"), S("CISO"), day(2026, 3, 31), &holds) == OK &&
	      !holds);
	CHECK(office_holds(store, arena, S("suzuki"), S("監査"), day(2026, 6, 1), &holds) == OK &&
	      !holds);
	done();
}

/* -- lights ----------------------------------------------------------------------------------- */

static const char policy_text[] =
    "policy \"試験\"\n    basis \"basic-policy.txt\"\n    adopted by \"市長\"\n"
    "    version 1  effective 2022-07-15\n"
    "zone internet \"インターネット接続系\" clause 2(15) networks 10.30.0.0/16\n"
    "zone lgwan \"LGWAN接続系\" default clause 2(16) networks 10.20.0.0/16\n"
    "scale confidentiality clause 8(2) levels 1 \"機密性1\", 2 \"機密性2\"\n"
    "permit transfer internet -> lgwan\n"
    "    obliges sanitize rebuild, retain 30 days clause 8(3)イ \"無害化通信\"\n"
    "permit transfer lgwan -> internet when confidentiality = 1\n"
    "    obliges sanitize rebuild, encrypt, retain 30 days clause 8(2) \"区分に応じた\"\n"
    "default deny clause 2(17)\n"
    "never media in any clause 8(3)ア \"持ち出し不可\"\n"
    "control restore \"復元\" evidence restore.tested every 1 month clause 8(7)\n"
    "control cabinet \"施錠\" attested by staff every 1 week clause 8(4)\n";

static bool handles(uint32_t obligations, enum policy_method sanitize)
{
	return sanitize != POLICY_FLATTEN && (obligations & (1u << POLICY_ENCRYPT)) == 0;
}

static const struct policy *policy_of(struct slice text)
{
	const struct policy *p;
	struct diag d = {0};

	if (policy_load(arena, text, test_file(arena, "policy/chofu/basic-policy.txt"), &p, &d) !=
	    OK) {
		printf("# line %u: %s\n", d.line, d.text);
		REQUIRE(false);
	}
	return p;
}

static struct clauses cl;
static const struct policy *pol;

static struct board look_as(int64_t now, enum policy_visibility audience)
{
	struct board_source src = {.store = store,
				   .clauses = &cl,
				   .policy = pol,
				   .audience = audience,
				   .checkpoint = 1000,
				   .now_ms = now,
				   .handles = handles};
	struct board b;

	REQUIRE(board_make(arena, &src, &b) == OK);
	return b;
}

static struct board look(int64_t now)
{
	return look_as(now, POLICY_PUBLIC);
}

static void ready(void)
{
	struct diag d;

	fresh();
	REQUIRE(clauses_read(arena, test_file(arena, "policy/chofu/basic-policy.txt"), &cl, &d) ==
		OK);
	pol = policy_of(slice_of(policy_text, sizeof policy_text - 1));
}

static const struct board_phrase *phrase(const struct board *b, const char *id, size_t i)
{
	uint32_t at = clauses_find(&cl, slice_str(id));

	REQUIRE(at != CLAUSES_NONE && i < b->clause[at].n);
	return &b->clause[at].phrases[i];
}

static void event(const char *type, const char *stream, const char *rule, int64_t at)
{
	const struct record_field f = {.key = "rule", .value = slice_str(rule)};

	REQUIRE(store_begin(store) == OK);
	REQUIRE(record_append(store,
			      &(struct record_event){.type = type,
						     .stream = slice_str(stream),
						     .actor = S("system"),
						     .at_ms = at,
						     .fields = &f,
						     .n = rule[0] ? 1 : 0},
			      NULL) == OK);
	REQUIRE(store_commit(store) == OK);
}

/* The id of the i-th statement of that kind. */
static const char *rule_of(enum policy_kind kind, size_t i)
{
	const struct policy_statement *st;
	size_t n = policy_statements(pol, &st);

	for (size_t k = 0; k < n; k++)
		if (st[k].kind == kind && i-- == 0)
			return arena_str(arena, st[k].id);
	REQUIRE(false);
	return "";
}

static const char *both_permits(void)
{
	return arena_printf(arena, "%s %s", rule_of(POLICY_KIND_PERMIT, 1),
			    rule_of(POLICY_KIND_PERMIT, 0));
}

static const struct board_proof *proof_of(const struct board *b, const char *id,
					  enum policy_kind kind)
{
	const struct board_clause *c = &b->clause[clauses_find(&cl, slice_str(id))];

	for (size_t i = 0; i < c->whole_n; i++)
		if (c->whole[i]->statement->kind == kind)
			return c->whole[i];
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->phrases[i].n; k++)
			if (c->phrases[i].proofs[k]->statement->kind == kind)
				return c->phrases[i].proofs[k];
	REQUIRE(false);
	return NULL;
}

static void nothing_is_on_by_itself(void)
{
	struct board b;

	ready();
	b = look(NOW);
	CHECK(b.enforced == 0 && b.evidenced == 0 && b.attested == 0 && !b.running);
	CHECK(phrase(&b, "8(3)イ", 1)->force == BOARD_ENFORCED);
	CHECK(phrase(&b, "8(3)イ", 1)->light == LIGHT_NONE);
	CHECK(phrase(&b, "8(3)ア", 0)->best == NULL);
	/* A permit whose obligation nobody handles here enforces nothing. */
	CHECK(phrase(&b, "8(2)", 1)->best == NULL && phrase(&b, "8(2)", 1)->n == 1);
	/* A decision alone is no heartbeat. */
	event("transfer.ready", "transfer/1", rule_of(POLICY_KIND_PERMIT, 0), NOW - HOUR);
	b = look(NOW);
	CHECK(phrase(&b, "8(3)イ", 1)->light == LIGHT_NONE);
	done();
}

static void the_heartbeat_lights_and_fades(void)
{
	struct board b;

	ready();
	REQUIRE(board_heartbeat(store, pol, NOW) == OK);
	b = look(NOW + HOUR);
	CHECK(b.running && phrase(&b, "8(3)イ", 1)->light == LIGHT_FRESH);
	/* What is proved of a way that this program has no door for is not enforced by it. */
	CHECK(phrase(&b, "8(3)ア", 1)->n == 1 && phrase(&b, "8(3)ア", 1)->best == NULL);
	CHECK(phrase(&b, "8(3)イ", 1)->best->count == 0);
	event("transfer.ready", "transfer/1", both_permits(), NOW + 2 * HOUR);
	/* Of the same clause, by another statement. */
	event("transfer.ready", "transfer/2", rule_of(POLICY_KIND_PERMIT, 1), NOW + 2 * HOUR);
	event("send.refused", "account/1", rule_of(POLICY_KIND_DEFAULT, 0), NOW + 2 * HOUR);
	b = look(NOW + 3 * HOUR);
	CHECK(phrase(&b, "8(3)イ", 1)->best->count == 1);
	CHECK(proof_of(&b, "2(17)", POLICY_KIND_DEFAULT)->count == 1);
	CHECK(proof_of(&b, "2(16)", POLICY_KIND_ZONE)->kind == NULL);
	CHECK(phrase(&b, "8(3)イ", 1)->best->last_ms == NOW + 2 * HOUR);
	CHECK(look(NOW + 14 * HOUR).heartbeat.light == LIGHT_FADED);
	b = look(NOW + 27 * HOUR);
	CHECK(!b.running && b.enforced == 0 && phrase(&b, "8(3)イ", 1)->light == LIGHT_LATE);
	/* A gateway with another policy is no heartbeat of this one. */
	REQUIRE(board_heartbeat(store, pol, NOW + 28 * HOUR) == OK);
	CHECK(look(NOW + 29 * HOUR).running);
	pol = policy_of(S("policy \"別\"\n basis \"b\"\n adopted by \"市長\"\n version 2 effective "
			  "2022-07-15\nzone lgwan \"L\" default clause 2(16)\ndefault deny clause "
			  "2(17)\n"));
	CHECK(!look(NOW + 29 * HOUR).running);
	done();
}

static void evidence_comes_fades_and_goes(void)
{
	struct board b;

	ready();
	b = look(NOW);
	CHECK(phrase(&b, "8(7)", 0)->force == BOARD_EVIDENCED);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_NONE);
	event("restore.tested", "restore/1", "", NOW - 2 * DAY);
	b = look(NOW);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_FRESH && b.evidenced == 1);
	b = look(NOW + 20 * DAY);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_FADED);
	b = look(NOW + 31 * DAY);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_LATE && b.evidenced == 0);
	done();
}

static void articles_count_for_the_clause_above(void)
{
	const struct slice standard = S("1 体制\n2 復元\n(1) 復元を試験する。\n3 施錠\n");
	struct clauses articles;
	struct board_source src;
	struct board b;
	struct diag d;

	ready();
	REQUIRE(
	    policy_load_texts(
		arena,
		S("policy \"試験\" basis \"b\" standard \"s\" adopted by \"市長\" version 1 "
		  "effective 2022-07-15\nzone lgwan \"L\" default clause 2(16)\n"
		  "article 2 under clause 8(3)イ \"無害化通信\"\n"
		  "article 2 under clause 8(7) 非公開\narticle 3 under clause 8(4)\n"
		  "control restore \"復元\" evidence restore.tested every 1 month article 2(1)\n"
		  "control cabinet \"施錠\" attested by staff every 1 week article 3 庁内\n"),
		test_file(arena, "policy/chofu/basic-policy.txt"), standard, &pol, &d) == OK);
	event("restore.tested", "restore/1", "", NOW - DAY);
	b = look(NOW);
	CHECK(b.evidenced == 1 && phrase(&b, "8(3)イ", 1)->light == LIGHT_FRESH);
	CHECK(phrase(&b, "8(3)イ", 1)->best->by_article);
	CHECK_STR(phrase(&b, "8(3)イ", 1)->best->statement->clause, "2(1)");
	CHECK(phrase(&b, "8(7)", 0)->best == NULL && phrase(&b, "8(4)", 0)->best == NULL);
	b = look_as(NOW, POLICY_INTERNAL);
	CHECK(phrase(&b, "8(7)", 0)->best == NULL && phrase(&b, "8(4)", 0)->best->by_article);
	b = look_as(NOW, POLICY_SECRET);
	CHECK(b.evidenced == 2 && phrase(&b, "8(7)", 0)->light == LIGHT_FRESH);
	/* Beside the article itself it stands too, and nowhere else. */
	REQUIRE(clauses_read(arena, standard, &articles, &d) == OK);
	src = (struct board_source){.store = store,
				    .clauses = &articles,
				    .policy = pol,
				    .tree = POLICY_TREE_STANDARD,
				    .checkpoint = 1000,
				    .now_ms = NOW,
				    .handles = handles};
	REQUIRE(board_make(arena, &src, &b) == OK);
	CHECK(b.evidenced == 1 && b.clause[clauses_find(&articles, S("2(1)"))].n == 1);
	CHECK(!b.clause[clauses_find(&articles, S("2(1)"))].phrases[0].best->by_article);
	CHECK(b.clause[clauses_find(&articles, S("2"))].whole_n == 0);
	done();
}

static void people_attest(void)
{
	struct board b;

	ready();
	REQUIRE(store_begin(store) == OK);
	CHECK(board_attest(store, pol, S("restore"), S("suzuki"), S(""), NOW) == ERR_NOT_FOUND);
	CHECK(board_attest(store, pol, S("cabinet"), S("suzuki"), S("済"), NOW) == OK);
	REQUIRE(store_commit(store) == OK);
	b = look(NOW + HOUR);
	CHECK(phrase(&b, "8(4)", 0)->force == BOARD_ATTESTED && b.attested == 1);
	CHECK(phrase(&b, "8(4)", 0)->light == LIGHT_FRESH);
	b = look(NOW + 8 * DAY);
	CHECK(phrase(&b, "8(4)", 0)->light == LIGHT_LATE && b.attested == 0);
	done();
}

static void sql(const char *text)
{
	char command[512];

	snprintf(command, sizeof command, "sqlite3 '%s' \"%s\"", path, text);
	REQUIRE(system(command) == 0);
}

static void a_deleted_entry_turns_the_stamp(void)
{
	struct board b;

	if (system("command -v sqlite3 >/dev/null") != 0)
		SKIP_CASE("no sqlite3 to delete with");
	ready();
	event("restore.tested", "restore/1", "", NOW - DAY);
	b = look(NOW);
	REQUIRE(phrase(&b, "8(7)", 0)->light == LIGHT_FRESH);
	sql("DELETE FROM value; DELETE FROM entry;");
	b = look(NOW);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_LOST && b.evidenced == 0);
	/* Another entry in its place is no evidence either. */
	event("transfer.ready", "transfer/1", "", NOW);
	b = look(NOW);
	CHECK(phrase(&b, "8(7)", 0)->light == LIGHT_LOST);
	done();
}

static void periods_end_as_people_count(void)
{
	int64_t from = jst_midnight((struct date){2026, 1, 31}) * 1000 + HOUR;

	CHECK(board_due((struct policy_cadence){1, POLICY_DAYS}, from) == from + DAY);
	CHECK(board_due((struct policy_cadence){1, POLICY_MONTHS}, from) ==
	      jst_midnight((struct date){2026, 3, 1}) * 1000);
	CHECK(board_due((struct policy_cadence){1, POLICY_YEARS}, from) ==
	      jst_midnight((struct date){2027, 2, 1}) * 1000);
	CHECK(board_due((struct policy_cadence){1, POLICY_FISCAL_YEARS}, from) ==
	      jst_midnight((struct date){2027, 4, 1}) * 1000);
	CHECK(board_due((struct policy_cadence){0, POLICY_DAYS}, from) == 0);
}

TESTS(CASE(lists_every_version), CASE(every_adoption_is_recorded), CASE(fills_in_and_refuses),
      CASE(appoints_and_ends), CASE(nothing_is_on_by_itself), CASE(the_heartbeat_lights_and_fades),
      CASE(evidence_comes_fades_and_goes), CASE(articles_count_for_the_clause_above),
      CASE(people_attest), CASE(a_deleted_entry_turns_the_stamp), CASE(periods_end_as_people_count))
