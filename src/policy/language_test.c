/* The statements beside rules: what they take, what they refuse and where, what they come to. */
#include "policy/statement.h"

#include "base/calendar.h"
#include "base/test.h"

#define BASIS "1 目的\n2 用語\n(1) 領域\n3 対策\n(1) 組織\nア 無害化通信\n"
#define STANDARD "1 体制\n2 強靭性\n(1) 分離\nア 多要素認証を用いる\n"
#define HEAD "policy \"題\" basis \"b.txt\" adopted by \"市長\" version 3 effective 2020-04-01\n"
#define ZONES \
	HEAD "zone a \"領域A\" clause 2(1) networks 10.1.0.0/16\n" \
	     "zone b \"領域B\" default clause 2(1) networks 10.2.0.0/16\n" \
	     "scale confidentiality clause 1 levels 1 \"低\", 2 \"中\", 3 \"高\"\n"

static const struct policy *load(struct arena *a, const char *text, struct diag *d)
{
	const struct policy *p = NULL;

	REQUIRE(a);
	*d = (struct diag){0};
	if (policy_load_texts(a, slice_str(text), S(BASIS), S(STANDARD), &p, d) != OK)
		return NULL;
	return p;
}

static const struct policy *good(struct arena *a, const char *text)
{
	struct diag d;
	const struct policy *p = load(a, text, &d);

	if (!p)
		printf("# %u:%u: %s\n", d.line, d.column, d.text);
	REQUIRE(p);
	return p;
}

/* Refused at line and column with a reason that holds `says`. */
static void bad(const char *text, unsigned line, unsigned column, const char *says)
{
	AUTO_ARENA a = arena_new(16u << 20);
	struct diag d;

	if (load(a, text, &d) || d.line != line || d.column != column || !strstr(d.text, says)) {
		printf("# got %u:%u: %s\n# want %u:%u %s\n", d.line, d.column, d.text, line, column,
		       says);
		test_now.failed++;
	}
}

#define UNDER "article 2 under clause 1\n"

static void articles_of_the_standard(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p =
	    good(a, ZONES UNDER "permit transfer a -> b article 2(1)ア \"多要素認証\"\n");
	struct policy_request rq = {.source = 0, .destination = 1, .day = 20000};
	struct policy_decision d;

	policy_decide(p, &rq, &d);
	CHECK(d.permit && d.tree == POLICY_TREE_STANDARD);
	CHECK_STR(d.clause, "2(1)ア");
	bad(ZONES UNDER "permit transfer a -> b article 3(1)ア\n", 6, 32,
	    "the standard has no clause");
	bad(ZONES UNDER "permit transfer a -> b article 2(1)ア \"無害化\"\n", 6, 38,
	    "does not say");
}

static void articles_stand_under_clauses(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p = good(a, ZONES UNDER "article 2(1)ア under clause 1 \"目的\" 庁内\n"
						     "permit transfer a -> b article 2(1)ア\n"
						     "article 2(1)ア under clause 1\n"
						     "permit mail a -> b article 2(1)\n"
						     "permit web a -> b clause 1\n");
	const struct policy_statement *st;
	const struct policy_above *above;
	size_t n = policy_statements(p, &st);
	AUTO_BUF b;

	buf_init(&b, 4096);
	CHECK(n > 6 && st[n - 4].n_above == 2 && st[n - 4].above[0].visibility == POLICY_INTERNAL);
	CHECK(st[n - 4].above[1].phrase.n == 0 && st[n - 4].kind == POLICY_KIND_PERMIT);
	CHECK_STR(st[n - 4].above[0].phrase, "目的");
	/* The nearest one above it. */
	CHECK(st[n - 2].n_above == 1);
	CHECK_STR(st[n - 2].above[0].article, "2");
	CHECK(st[n - 1].n_above == 0);
	CHECK(policy_above(p, S("2(1)"), &above) == 1 && policy_above(p, S("1"), &above) == 0);
	policy_statement_print(p, &st[n - 5], POLICY_JA, POLICY_INTERNAL, &b);
	CHECK_STR(buf_view(&b), "対策基準2(1)アは、基本方針1「目的」を具体化する。");
	bad(ZONES "permit transfer a -> b article 2(1)ア\n", 5, 32,
	    "write 'article 2(1)ア under clause ...'");
	bad(ZONES "article 2(1) under clause 1\npermit transfer a -> b article 2\n", 6, 32,
	    "nothing above says");
	bad(ZONES "article 7 under clause 1\n", 5, 9, "the standard has no clause '7'");
	bad(ZONES "article 2 under clause 7\n", 5, 24, "the basis has no clause '7'");
	bad(ZONES "article 2 under article 2\n", 5, 25, "nothing above says");
	bad(ZONES UNDER "article 2(1) under article 2\n", 6, 28, "under a clause of the basis");
	bad(ZONES "article 2 under\n", 5, 1, "cites no clause");
	bad(ZONES "article 2\n", 6, 1, "expected 'under'");
	bad(ZONES UNDER UNDER, 6, 1, "stands on line 5 already");
}

static void scales_and_their_past(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const char *old =
	    HEAD "zone a \"A\" default clause 1\nscale confidentiality 機密性 clause 1 "
		 "levels 1 \"一\", 2 \"二\", 3 \"三\"\n";
	const char *new =
	    "policy \"題\" basis \"b.txt\" adopted by \"市長\" version 4 effective 2024-04-01\n"
	    "zone a \"A\" default clause 1\nscale confidentiality 自治体機密性 clause 1 levels 1 "
	    "\"一\", 2 \"二\", 3C \"C\", 3B \"B\", 3A \"A\" from 機密性 1 -> 1, 2 -> 2, 3 -> 3B\n";
	const struct policy *was = good(a, old), *is = good(a, new);
	struct diag d = {0};
	unsigned level = 0;

	CHECK(policy_follows(was, is, &d) == OK);
	CHECK(policy_follows(is, was, &d) == ERR_CONFLICT && strstr(d.text, "higher number"));
	CHECK(policy_follows(was, was, &d) == ERR_CONFLICT);
	CHECK(policy_level_now(is, POLICY_CONFIDENTIALITY, S("機密性"), S("3"), &level) == OK &&
	      level == 4);
	CHECK(policy_level_now(is, POLICY_CONFIDENTIALITY, S("自治体機密性"), S("3A"), &level) ==
		  OK &&
	      level == 5);
	CHECK(policy_level_now(is, POLICY_CONFIDENTIALITY, S("機密性"), S("3A"), &level) ==
	      ERR_NOT_FOUND);
	is = good(
	    a, "policy \"題\" basis \"b.txt\" adopted by \"市長\" version 4 effective 2019-04-01\n"
	       "zone a \"A\" default clause 1\nscale confidentiality 機密性 clause 1 levels 1 "
	       "\"一\", 2 \"二\", 3 \"三\"\n");
	CHECK(policy_follows(was, is, &d) == ERR_CONFLICT && d.line == 1 &&
	      strstr(d.text, "lies before"));
	is = good(
	    a, "policy \"題\" basis \"b.txt\" adopted by \"市長\" version 4 effective 2024-04-01\n"
	       "zone a \"A\" default clause 1\nscale confidentiality 新 clause 1 levels 1 "
	       "\"一\", 2 \"二\" from 機密性 1 -> 1, 2 -> 2\n");
	CHECK(policy_follows(was, is, &d) == ERR_CONFLICT && strstr(d.text, "'3' of 機密性"));
#define FROM(map) HEAD "scale confidentiality x clause 1 levels 1 \"一\", 2 \"二\" from " map "\n"
	bad(FROM("x 1 -> 1"), 2, 59, "cannot be mapped from itself");
	bad(FROM("y 1 -> 2, 2 -> 1"), 2, 74, "below a lower one");
	bad(FROM("y 1 -> 1, 1 -> 2"), 2, 69, "mapped already");
	bad(FROM("y 1 -> 3"), 2, 66, "has no level '3'");
	bad(HEAD "scale confidentiality clause 1 levels 3A \"a\", 3B \"b\", 2 \"c\"\n", 2, 55,
	    "rise");
	bad(HEAD "scale confidentiality clause 1 levels 1 \"a\", 1 \"b\"\n", 2, 46, "rise");
	bad(HEAD "scale confidentiality clause 1\n", 2, 1, "lacks 'levels'");
	bad(HEAD "scale confidentiality clause 1 levels 1 \"\"\n", 2, 41, "label in quotes");
}

static void names_are_declared_and_look_different(void)
{
	bad(ZONES "permit transfer a -> b only with exception move clause 1\n", 5, 44,
	    "no exception declared above");
	bad(ZONES "exception move \"移転\" clause 1\n", 5, 1, "add 'until'");
	bad(ZONES "exception move \"移転\" until 2019-12-31 clause 1\n", 5, 1,
	    "ends before the policy");
	bad(ZONES "exception none \"x\" until 2030-01-01 clause 1\n", 5, 11,
	    "word of the language");
	bad(ZONES "role 課長 \"x\" clause 1\nrole 課長 \"y\" clause 1\n", 6, 6, "line 5 already");
	bad(ZONES "role カ \"x\" clause 1\nrole 力 \"y\" clause 1\n", 6, 6,
	    "looks like the name on line 5");
	bad(ZONES "role \xF0\xAF\xA0\x80 \"x\" clause 1\n", 5, 6, "no place outside");
	bad(ZONES "permit transfer a -> b when role is chief clause 1\n", 5, 37,
	    "no value of role");
	bad(ZONES "duty t \"研修\" for chief every 1 year clause 1\n", 5, 17,
	    "no role declared above");
	bad(ZONES "duty t \"研修\" for staff clause 1\n", 5, 1, "lacks 'every'");
	bad(ZONES "duty t \"研修\" for staff every 0 years clause 1\n", 5, 29, "1 or above");
	bad(ZONES "control t \"点検\" every 1 year clause 1\n", 5, 1, "lacks 'evidence'");
	bad(ZONES "control t \"点検\" evidence x attested by staff every 1 year clause 1\n", 5, 25,
	    "an event as in");
	bad(ZONES "control t \"点検\" evidence a.b attested by staff every 1 year clause 1\n", 5, 1,
	    "not both");
	bad(ZONES "zone c \"領域C\" clause 1 非公開\npermit transfer a -> c clause 1\n", 6, 22,
	    "mark the statement so too");
}

static void rules_that_cannot_be_meant(void)
{
	bad(ZONES "permit transfer a -> b when confidentiality = 2 clause 1\n"
		  "forbid content a -> any clause 1\n",
	    5, 1, "without effect: line 6");
	bad(ZONES "permit transfer a -> b obliges sanitize text clause 1\n"
		  "permit transfer any -> b obliges confirm clause 1\n",
	    6, 1, "line 5 obliges to 'sanitize' and line 6 to 'confirm'");
	bad(ZONES "permit transfer a -> b obliges sanitize text, confirm clause 1\n", 5, 1,
	    "cannot both be");
	bad(ZONES "never content a -> b\nnever content a -> b\n", 6, 1, "line 5 already");
	bad(ZONES "never content a -> b when recipient is registered\n", 5, 1, "along chains");
	bad(ZONES "require factors 1 in a clause 1\n", 5, 17, "write 2");
	bad(ZONES "finding nothing raises confidentiality to 3 clause 1\n", 5, 9,
	    "personal-number");
	bad(ZONES "finding personal-number raises integrity to 1 clause 1\n", 5, 32,
	    "no scale declared");
	bad(ZONES "finding personal-number raises confidentiality to 4 clause 1\n", 5, 51,
	    "no level '4'");
	bad(ZONES "permit transfer a -> b clause 1\npermit transfer b -> a clause 1\n"
		  "always transfer a -> b : deny\n",
	    5, 1, "line 7 says never");
	bad(ZONES "zone c \"領域C\" clause 1\npermit transfer a -> b clause 1\n"
		  "permit screen b -> c clause 1\nnever content a -> c\n",
	    8, 1, "in 2 steps, by the permits of lines 6, 7");
}

static void flows(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p = good(
	    a, ZONES "permit network a -> b to 10.2.0.1, 10.2.8.0/24 tcp 443, 8000-8010 only "
		     "from 10.1.0.0/24 \"照会\" basis \"法\" until 2031-03-31 clause 1 非公開\n"
		     "always network a -> b : deny unless listed\n");
	const struct policy_statement *st;
	const struct policy_flow *f;
	AUTO_BUF b;

	buf_init(&b, 4096);
	REQUIRE(policy_flows(p, &f) == 1);
	CHECK(f->n_to == 2 && f->n_from == 1 && f->n_ports == 2 && f->proto == POLICY_TCP);
	CHECK(f->to[0].lo[15] == 1 && f->to[1].lo[14] == 8 && f->to[1].hi[15] == 255);
	CHECK(f->ports[1].lo == 8000 && f->ports[1].hi == 8010);
	policy_statements(p, &st);
	CHECK(st[f->statement].kind == POLICY_KIND_FLOW && st[f->statement].force == POLICY_STATED);
	policy_statement_print(p, &st[f->statement], POLICY_JA, POLICY_INTERNAL, &b);
	CHECK(b.n == 0);
	bad(ZONES "permit network a -> b to 10.1.0.1 tcp 443 clause 1\n", 5, 26,
	    "lies in zone 'a'");
	bad(ZONES "permit network b -> a to 10.9.0.1 tcp 443 clause 1\n", 5, 26, "does not lie in");
	bad(ZONES "permit network a -> b to 10.2.0.1 tcp 0 clause 1\n", 5, 39, "a port as in");
	bad(ZONES "permit network a -> b to 10.2.0.1/8 tcp 1 clause 1\n", 5, 26, "bits set");
	bad(ZONES "permit network a -> b clause 1\n", 5, 1, "lacks 'to'");
	bad(ZONES "forbid network a -> b clause 1\n", 5, 8, "always network");
	bad(ZONES "permit network a -> b to 10.2.0.1 tcp 443 clause 1\n"
		  "always network a -> any : deny unless listed\n",
	    5, 1, "line 6 denies what is not listed");
}

static void ids_stay_while_the_words_do(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const char *x = ZONES "role r \"R\" clause 1\npermit transfer a -> b clause 1\n";
	const char *y =
	    ZONES "# moved\npermit   transfer a->b  # note\n  clause 1\nrole r \"Q\" clause 1\n";
	const struct policy *p = good(a, x), *q = good(a, y);
	const struct policy_statement *s, *t;

	REQUIRE(policy_statements(p, &s) == 5 && policy_statements(q, &t) == 5);
	CHECK(slice_eq(s[4].id, t[3].id) && s[4].words == t[3].words);
	CHECK(slice_eq(s[3].id, t[4].id) && s[3].words != t[4].words);
	CHECK_STR(s[0].id, "zone/a");
	CHECK_STR(s[4].text, "permit transfer a -> b clause 1");
}

static bool permitted(const struct policy *p, struct policy_request rq)
{
	struct policy_decision d;

	rq.destination = 1;
	rq.day = rq.day ? rq.day : 20000;
	policy_decide(p, &rq, &d);
	return d.permit;
}

static void what_is_not_inspected_yet(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p =
	    good(a, ZONES "permit transfer a -> b when contains nothing clause 1\n"
			  "forbid transfer a -> b when contains personal-number clause 1\n"
			  "forbid transfer a -> b when confidentiality = 3 clause 1\n");
	struct policy_request rq = {.confidentiality = 1};

	CHECK(!permitted(p, rq)); /* cannot be inspected */
	rq.contains = POLICY_CONTAINS_PENDING;
	CHECK(permitted(p, rq));
	rq.contains = POLICY_CONTAINS_NOTHING;
	CHECK(permitted(p, rq));
	rq.contains = POLICY_CONTAINS_PERSONAL_DATA;
	CHECK(!permitted(p, rq));
	rq = (struct policy_request){.confidentiality = 3, .contains = POLICY_CONTAINS_PENDING};
	CHECK(!permitted(p, rq)); /* whatever the result */
}

static void findings_only_raise(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p =
	    good(a, ZONES "finding personal-number raises confidentiality to 2 clause 1\n"
			  "permit transfer a -> b when confidentiality = 1 clause 1\n"
			  "permit transfer a -> b when confidentiality = 3 clause 1\n");
	struct policy_request rq = {.contains = POLICY_CONTAINS_PERSONAL_NUMBER};

	CHECK(!permitted(p, rq)); /* undeclared stays undeclared */
	rq.confidentiality = 1;
	CHECK(!permitted(p, rq)); /* counts as 2 */
	rq.confidentiality = 3;
	CHECK(permitted(p, rq)); /* is not lowered */
	rq.contains = POLICY_CONTAINS_PERSONAL_DATA;
	rq.confidentiality = 1;
	CHECK(permitted(p, rq));
}

static void exceptions_end(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p =
	    good(a, ZONES "exception move \"移転\" until 2024-12-31 clause 1\n"
			  "permit transfer a -> b only with exception move clause 1\n");
	struct policy_request rq = {.exception = POLICY_EXCEPTION_NAMED};

	rq.day = (int32_t)date_days((struct date){2024, 12, 31});
	CHECK(permitted(p, rq));
	rq.day++;
	CHECK(!permitted(p, rq));
	rq.day--;
	rq.exception = POLICY_EXCEPTION_OTHER;
	CHECK(!permitted(p, rq));
	rq.exception = POLICY_EXCEPTION_NAMED + 1; /* names none */
	CHECK(!permitted(p, rq));
}

static void factors_are_required(void)
{
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *p = good(a, ZONES "require factors 2 in a clause 1\n"
					       "permit transfer any -> b clause 1\n");
	struct policy_request rq = {.factors = 1};

	CHECK(policy_factors(p, 0) == 2 && policy_factors(p, 1) == 1);
	CHECK(!permitted(p, rq));
	rq.factors = 0;
	CHECK(!permitted(p, rq));
	rq.factors = 2;
	CHECK(permitted(p, rq));
	rq.factors = 0;
	rq.source = 1;
	CHECK(permitted(p, rq));
}

TESTS(CASE(articles_of_the_standard), CASE(articles_stand_under_clauses),
      CASE(scales_and_their_past), CASE(names_are_declared_and_look_different),
      CASE(rules_that_cannot_be_meant), CASE(flows), CASE(ids_stay_while_the_words_do),
      CASE(what_is_not_inspected_yet), CASE(findings_only_raise), CASE(exceptions_end),
      CASE(factors_are_required))
