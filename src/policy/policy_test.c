#include "policy/policy.h"

#include "base/test.h"

#define BASIS \
	"1 目的\n\n市の情報\n\n2 用語\n\n- (1) 領域 あ\n(2) 通信\n3 対策\n(1) 組織\n(2) 分類\nア " \
	"一つ\nイ 無害 化\n通信を実施\n附則\n4 無い\n"
#define HEAD "policy \"題\" basis \"b.txt\" adopted by \"市長\" version 1 effective 2020-04-01\n"
#define ZONES \
	HEAD "zone a \"領域A\" clause 2(1) networks 10.1.0.0/16\n" \
	     "zone b \"領域B\" default clause 2(1) networks 10.2.0.0/16, fd00:2::/32\n" \
	     "scale confidentiality clause 3(2) levels 1 \"低\", 2 \"中\", 3 \"高\"\n"

struct loaded {
	struct arena *a;
	const struct policy *p;
	struct diag d;
	enum err e;
};

static struct loaded load(const char *text)
{
	struct loaded l = {.a = arena_new(16u << 20)};

	REQUIRE(l.a);
	l.e = policy_load(l.a, slice_str(text), slice_str(BASIS), &l.p, &l.d);
	return l;
}

static void good(const char *text)
{
	struct loaded l = load(text);

	if (l.e != OK)
		printf("# %u:%u: %s\n", l.d.line, l.d.column, l.d.text);
	CHECK(l.e == OK);
	arena_free(l.a);
}

/* Refused at line and column with a reason that holds `says`. */
static void bad(const char *text, unsigned line, unsigned column, const char *says)
{
	struct loaded l = load(text);

	CHECK(l.e != OK);
	if (l.d.line != line || l.d.column != column || !strstr(l.d.text, says)) {
		printf("# got %u:%u: %s\n# want %u:%u %s\n", l.d.line, l.d.column, l.d.text, line,
		       column, says);
		test_now.failed++;
	}
	arena_free(l.a);
}

static void loads_what_is_right(void)
{
	good(ZONES);
	good(ZONES "permit transfer a -> b clause 3(2)ア\n");
	good(ZONES "permit transfer a -> b\n  obliges sanitize text,\n retain 3 fiscal-years\n"
		   "# note\n\n\tclause 3(2)イ \"無害化通信\" 非公開\n");
	good(ZONES "forbid transfer any->any when not (contains personal-number or confidentiality "
		   "is unknown) and recipient is not registered clause 1\n");
	good("\xEF\xBB\xBF" ZONES);
	good(HEAD "zone 住民系 \"住民\" default clause 2(1)\r\npermit transfer 住民系 -> 住民系 "
		  "clause 1\r\n");
	good(ZONES "never content a -> b without sanitize or exception\nnever approve own request\n"
		   "default deny clause 1\nhidden drop\nlimit input 1 MiB\nlimit depth 2\n"
		   "permit transfer a -> b only with exception clause 1\n");
}

static void heads(void)
{
	bad("", 1, 1, "begins with the statement 'policy'");
	bad("zone a \"A\" clause 1\n", 1, 1, "begins with the statement 'policy'");
	bad(" policy \"x\"\n", 1, 2, "first column");
	bad("policy \"x\" basis \"b\" version 1 effective 2020-01-01\n", 1, 1, "lacks 'adopted'");
	bad("policy \"x\" basis \"../b\"\n", 1, 18, "plain name");
	bad("policy \"x\" basis \"b\" effective 2020-02-30\n", 1, 32, "expected a date");
	bad("policy \"x\" basis \"b\" version 1 version 2\n", 1, 32, "twice");
	bad(HEAD HEAD, 2, 1, "named on line 1 already");
	bad(HEAD, 1, 1, "no zone is the default");
	bad(HEAD "polcy \"x\"\n", 2, 1, "did you mean 'policy'?");
	bad(HEAD "duty training \"研修\" for staff clause 1\n", 2, 1, "lacks 'every'");
}

static void zones(void)
{
	bad(HEAD "zone a \"A\" default\n", 2, 1, "cites no clause");
	bad(HEAD "zone a \"A\" default clause 2(3)\n", 2, 27,
	    "no clause '2(3)'; did you mean '2(1)'?");
	bad(HEAD "zone a \"A\" clause 4 default\n", 2, 19, "no clause '4'");
	bad(HEAD "zone a \"A\" default clause 1\nzone a \"B\" clause 1\n", 3, 6,
	    "declared on line 2 already");
	bad(HEAD "zone a \"A\" default clause 1\nzone b \"B\" default clause 1\n", 3, 12,
	    "'a' of line 2 is the default already");
	bad(HEAD "zone a \"A\" default clause 1\nzone b \"A\" clause 1\n", 3, 1, "label of line 2");
	bad(HEAD "zone a \"A\" clause 1\n", 2, 1, "no zone is the default");
	bad(HEAD "zone any \"A\" clause 1\n", 2, 6, "zone's name");
	bad(HEAD "zone a \"A\" default clause 1 networks 10.0.0.0/8, 10.1.0.0/16\n", 2, 50,
	    "overlaps");
	bad(HEAD "zone a \"A\" default clause 1 networks 10.1.0.0/16\n"
		 "zone b \"B\" clause 1 networks 10.0.0.0/8\n",
	    3, 30, "overlaps one of zone 'a' on line 2");
	bad(HEAD "zone a \"A\" default clause 1 networks 10.1.0.1/16\n", 2, 38, "bits set");
	bad(HEAD "zone a \"A\" default clause 1 networks 10.1.0.0\n", 2, 38, "is no network");
	bad(HEAD "zone a \"A\" default clause 1 nets 10.1.0.0/16\n", 2, 29, "no place here");
	bad(HEAD "zone カ \"A\" default clause 1\nzone 力 \"B\" clause 1\n", 3, 6,
	    "looks like the name on line 2");
	bad(HEAD "zone a1 \"A\" default clause 1\nzone al \"B\" clause 1\n", 3, 6,
	    "looks like the name on line 2");
	bad(ZONES "scale confidentiality clause 1 levels 1 \"x\"\n", 5, 7, "declared on line 4");
	bad(ZONES "scale integrity clause 1 levels 2 \"x\", 1 \"y\"\n", 5, 40, "rise");
	bad(ZONES "scale integrit clause 1 levels 2 \"x\"\n", 5, 7, "did you mean 'integrity'?");
}

static void rules(void)
{
	bad(ZONES "permit transfer a -> c clause 1\n", 5, 22, "'c' is no zone");
	bad(ZONES "permit transfer a b clause 1\n", 5, 19, "expected '->'");
	bad(ZONES "permit transfer a -> b\n", 5, 1, "cites no clause");
	bad(ZONES "permit wb a -> b clause 1\n", 5, 8, "did you mean 'web'?");
	bad(ZONES "permit trasfer a -> b clause 1\n", 5, 8, "did you mean 'transfer'?");
	bad(ZONES "permit transfer a -> b clause 3(2)ア \"多要素\"\n", 5, 37, "does not say");
	bad(ZONES "permit transfer a -> b clause 1 clause 1\n", 5, 33, "one clause");
	bad(ZONES "permit transfer a -> b obliges sanitise rebuild clause 1\n", 5, 32,
	    "did you mean 'sanitize'?");
	bad(ZONES "permit transfer a -> b obliges sanitize rebuid clause 1\n", 5, 41,
	    "did you mean 'rebuild'?");
	bad(ZONES "permit transfer a -> b obliges sanitize text, sanitize rebuild clause 1\n", 5,
	    47, "obliged twice");
	bad(ZONES "permit transfer a -> b obliges retain 0 days clause 1\n", 5, 39, "from 1 to");
	bad(ZONES "permit transfer a -> b obliges retain 3 weeks clause 1\n", 5, 41,
	    "expected days");
	bad(ZONES "forbid transfer a -> b obliges scan clause 1\n", 5, 24, "obliges to nothing");
	bad(ZONES "permit transfer a -> b without exception only with exception clause 1\n", 5, 42,
	    "exclude each other");
	bad(ZONES "permit transfer a -> b when clause 1\n", 5, 29, "cannot be asked");
	bad(ZONES "permit transfer a -> b when confidentiality = 4 clause 1\n", 5, 47,
	    "no value of confidentiality");
	bad(ZONES "permit transfer a -> b when confidentiality 1 clause 1\n", 5, 45, "expected =");
	bad(ZONES "permit transfer a -> b when contains number clause 1\n", 5, 38, "no value");
	bad(ZONES "permit transfer a -> b when source is b clause 1\n", 5, 1, "never match");
	bad(ZONES
	    "permit transfer a -> b when recipient is registered and recipient is unregistered "
	    "clause 1\n",
	    5, 29, "never be fulfilled");
	bad(ZONES "permit transfer a -> b clause 1\npermit transfer a -> b obliges scan clause 1\n",
	    6, 1, "what line 5 matches");
	bad(ZONES
	    "forbid transfer any -> b clause 1\nforbid transfer any -> b when source is not a or "
	    "source is a clause 1\nforbid transfer any->b clause 2\n",
	    7, 1, "what line 5 matches");
}

static void nevers(void)
{
	bad(ZONES
	    "never content a -> b without sanitize\npermit transfer a -> b obliges scan clause 1\n",
	    6, 1, "the permit of line 6 lets pass what line 5 says never");
	bad(ZONES
	    "permit transfer any -> b when confidentiality = 1 clause 1\nnever content a -> b\n",
	    5, 1, "line 6 says never");
	bad(ZONES "never content a -> b without exception\npermit transfer a -> b clause 1\n", 6, 1,
	    "line 5 says never");
	good(ZONES "never content a -> b without sanitize or confirm\n"
		   "permit transfer a -> b obliges confirm clause 1\n"
		   "permit transfer b -> a clause 1\nforbid transfer a -> b when contains unknown "
		   "clause 1\n");
	bad(ZONES "never approve own request\nnever approve own request\n", 6, 1, "line 5 already");
	bad(ZONES "never contents a -> b\n", 5, 7, "did you mean 'content'?");
}

static void settings(void)
{
	struct loaded l = load(ZONES "limit input 3 MiB\nlimit wall 9\nlimit depth 2 clause 1\n"
				     "hidden drop\nnever approve own request\n");

	REQUIRE(l.e == OK);
	CHECK(policy_limits(l.p).input_bytes == 3u << 20 && policy_limits(l.p).wall_seconds == 9);
	CHECK(policy_limits(l.p).depth == 2);
	CHECK(policy_limits(l.p).pixels == limits_default().pixels);
	CHECK(policy_drops_hidden(l.p) && !policy_own_approval(l.p));
	arena_free(l.a);
	l = load(ZONES);
	REQUIRE(l.e == OK);
	CHECK(!policy_drops_hidden(l.p) && policy_own_approval(l.p));
	arena_free(l.a);
	bad(ZONES "limit depth 17\n", 5, 13, "from 1 to 16");
	bad(ZONES "limit deph 1\n", 5, 7, "did you mean 'depth'?");
	bad(ZONES "limit depth 1\nlimit depth 2\n", 6, 7, "line 5 already");
	bad(ZONES "limit input 99999999999999999999\n", 5, 13, "as a number");
	bad(ZONES "hidden maybe\n", 5, 8, "'keep' or 'drop'");
}

static void characters(void)
{
	bad("policy \"\xFF\"", 1, 9, "not UTF-8");
	bad("policy \"\xED\xA0\x80\"", 1, 9, "not UTF-8");
	bad("policy \"a\x01\"", 1, 10, "control character");
	bad("policy \"a\xE2\x80\xAE\"", 1, 10, "hides or reorders");
	bad("policy \"abc\nd\"", 1, 8, "no closing");
	bad(HEAD "zone \xD0\xB0 \"A\" clause 1\n", 2, 6, "looks like 'a'");
	bad(HEAD "zone l\xD0\xB0n \"A\" clause 1\n", 2, 7, "looks like 'a'");
	bad(HEAD "zone　a \"A\" clause 1\n", 2, 5, "looks like a blank");
	bad(HEAD "zone a \"A\" clause ２(1)\n", 2, 19, "looks like '2'");
	bad(HEAD "zone a \"A\" clause 2（1）\n", 2, 20, "looks like '('");
	bad(ZONES "permit transfer a → b clause 1\n", 5, 19, "write '->'");
	bad(ZONES "permit transfer a –> b clause 1\n", 5, 19, "looks like '-'");
	bad(HEAD "zone a “A” clause 1\n", 2, 8, "looks like '\"'");
	bad(HEAD "zone a \"A\" ; clause 1\n", 2, 12, "has no place outside");
}

static void names_and_zones(void)
{
	struct loaded l = load(ZONES);
	const struct slice *organs;
	struct policy_addr addr;
	uint32_t id;

	REQUIRE(l.e == OK);
	CHECK_STR(policy_title(l.p), "題");
	CHECK(policy_adopters(l.p, &organs) == 1);
	CHECK_STR(organs[0], "市長");
	CHECK(policy_version(l.p) == 1 && policy_effective(l.p) == 18353);
	CHECK(policy_zone_count(l.p) == 2);
	CHECK(policy_zone_by_name(l.p, S("b"), &id) == OK && id == 1);
	CHECK(policy_zone_by_name(l.p, S("c"), &id) == ERR_NOT_FOUND);
	CHECK_STR(policy_zone(l.p, 1)->label, "領域B");
	CHECK(policy_zone(l.p, 1)->is_default && !policy_zone(l.p, 0)->is_default);
	REQUIRE(policy_addr_parse(S("10.1.255.255"), &addr) == OK);
	CHECK(policy_zone_of(l.p, addr) == 0 && policy_zone_lists(l.p, 0, addr));
	REQUIRE(policy_addr_parse(S("::ffff:10.1.0.0"), &addr) == OK);
	CHECK(policy_zone_of(l.p, addr) == 0);
	REQUIRE(policy_addr_parse(S("10.3.0.0"), &addr) == OK);
	CHECK(policy_zone_of(l.p, addr) == 1 && !policy_zone_lists(l.p, 1, addr));
	REQUIRE(policy_addr_parse(S("fd00:2:ffff::1"), &addr) == OK);
	CHECK(policy_zone_lists(l.p, 1, addr));
	REQUIRE(policy_addr_parse(S("fd00:3::"), &addr) == OK);
	CHECK(!policy_zone_lists(l.p, 1, addr) && !policy_zone_lists(l.p, 0, addr));
	arena_free(l.a);
}

static void basis_name(void)
{
	struct slice name;
	struct diag d;

	CHECK(policy_basis_name(S(HEAD "nonsense"), &name, &d) == OK);
	CHECK_STR(name, "b.txt");
	CHECK(policy_basis_name(S("zone x"), &name, &d) == ERR_SYNTAX);
	CHECK(policy_basis_name(S("policy \"a\" basis \"/etc/x\""), &name, &d) == ERR_SYNTAX);
}

static void hash_covers_both_texts(void)
{
	struct arena *a = arena_new(4u << 20);
	const struct policy *p, *q, *r;

	REQUIRE(a);
	REQUIRE(policy_load(a, S(ZONES), S(BASIS), &p, NULL) == OK);
	REQUIRE(policy_load(a, S(ZONES "#"), S(BASIS), &q, NULL) == OK);
	REQUIRE(policy_load(a, S(ZONES), S(BASIS "x"), &r, NULL) == OK);
	CHECK(!hash_eq(policy_hash(p), policy_hash(q)) && !hash_eq(policy_hash(p), policy_hash(r)));
	arena_free(a);
}

static void deep_and_wide_conditions(void)
{
	AUTO_BUF b;
	struct loaded l;

	for (int deep = 32; deep <= 33; deep++) {
		buf_init(&b, 1 << 20);
		buf_str(&b, ZONES "permit transfer a -> b when ");
		for (int i = 0; i < deep; i++)
			buf_str(&b, "(");
		buf_str(&b, "contains nothing");
		for (int i = 0; i < deep; i++)
			buf_str(&b, ")");
		buf_str(&b, " clause 1\n");
		buf_byte(&b, 0);
		l = load((const char *)b.p);
		CHECK(l.e == (deep == 32 ? OK : ERR_LIMIT));
		arena_free(l.a);
		buf_free(&b);
	}
	buf_init(&b, 1 << 20);
	buf_str(&b, ZONES "permit transfer a -> b when contains nothing");
	for (int i = 0; i < 256; i++)
		buf_str(&b, " and contains nothing");
	buf_str(&b, " clause 1\n");
	buf_byte(&b, 0);
	l = load((const char *)b.p);
	CHECK(l.e == ERR_LIMIT && strstr(l.d.text, "256 comparisons"));
	arena_free(l.a);
	bad(ZONES "permit transfer a -> b when "
		  "(confidentiality = 1 or contains nothing or recipient is registered) and "
		  "(confidentiality = 1 or contains nothing or recipient is registered) and "
		  "(confidentiality = 1 or contains nothing or recipient is registered) and "
		  "(confidentiality = 1 or contains nothing or recipient is registered) clause 1\n",
	    5, 29, "more than 64 alternatives");
}

/* 100,000 rules that all differ load, and in far less time than a test may take. */
static void many_rules(void)
{
	static const char *const names[] = {"registered", "unregistered", "unknown"};
	struct arena *a = arena_new(512u << 20);
	const struct policy *p;
	struct policy_decision d;
	struct policy_request rq = {.day = 20000};
	struct diag diag;
	AUTO_BUF b;
	unsigned n = 0;

	REQUIRE(a);
	buf_init(&b, 32u << 20);
	buf_str(&b, HEAD);
	for (unsigned z = 0; z < 32; z++)
		buf_printf(&b, "zone z%u \"Z%u\" %s clause 1\n", z + 1000, z, z ? "" : "default");
	buf_str(&b, "scale confidentiality clause 1 levels 1 \"a\", 2 \"b\", 3 \"c\"\n");
	for (unsigned i = 0; n < 100000 && i < 32 * 32; i++)
		for (unsigned r = 0; r < 3; r++)
			for (unsigned c = 1; c <= 3; c++)
				for (unsigned x = 0; x < 12 && n < 100000; x++, n++)
					buf_printf(&b,
						   "%s transfer z%u -> z%u %s when recipient is %s "
						   "and confidentiality %s %u%s clause 1\n",
						   i & 1 ? "permit" : "forbid", i / 32 + 1000,
						   i % 32 + 1000,
						   x & 2 ? "without exception"
							 : "only with exception",
						   names[r], x & 1 ? "=" : "!=", c,
						   x < 4   ? " and contains nothing"
						   : x < 8 ? " and contains unknown"
							   : " and contains personal-number");
	REQUIRE(buf_err(&b) == OK && n == 100000);
	REQUIRE(policy_load(a, buf_view(&b), S(BASIS), &p, &diag) == OK);
	CHECK(policy_rule_count(p) == 100000);
	policy_decide(p, &rq, &d);
	CHECK(!d.permit);
	arena_free(a);
}

static void too_many_rules(void)
{
	struct arena *a = arena_new(256u << 20);
	const struct policy *p;
	struct diag d;
	AUTO_BUF b;

	REQUIRE(a);
	buf_init(&b, 64u << 20);
	buf_str(&b, ZONES);
	for (unsigned i = 0; i <= POLICY_RULES_MAX; i++)
		buf_str(&b, "permit transfer a -> b clause 1\n");
	CHECK(policy_load(a, buf_view(&b), S(BASIS), &p, &d) == ERR_LIMIT);
	CHECK(strstr(d.text, "131072 rules"));
	while (b.n <= POLICY_TEXT_MAX)
		buf_str(&b,
			"####################################################################\n");
	CHECK(policy_load(a, buf_view(&b), S(BASIS), &p, &d) == ERR_LIMIT);
	arena_free(a);
}

/* Every allocation may fail: an error, never a policy that lacks a piece. */
static void memory_runs_out(void)
{
	const char *text =
	    ZONES "permit transfer a -> b when confidentiality = 1 or contains nothing "
		  "obliges scan clause 3(2)イ \"無害\"\nnever content b -> a\n";
	unsigned failed = 0;

	for (size_t n = 1;; n++) {
		AUTO_ARENA a = arena_new(16u << 20);
		const struct policy *p = NULL;
		enum err e;

		REQUIRE(a);
		arena_fail_after(a, n);
		e = policy_load(a, slice_str(text), S(BASIS), &p, NULL);
		if (e == OK)
			break;
		CHECK(e == ERR_MEMORY && !p);
		failed++;
	}
	CHECK(failed > 15);
}

TESTS(CASE(loads_what_is_right), CASE(heads), CASE(zones), CASE(rules), CASE(nevers),
      CASE(settings), CASE(characters), CASE(names_and_zones), CASE(basis_name),
      CASE(hash_covers_both_texts), CASE(deep_and_wide_conditions), CASE(many_rules),
      CASE(too_many_rules), CASE(memory_runs_out))
