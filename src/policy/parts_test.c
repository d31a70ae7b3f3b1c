/* The smaller parts: addresses, the basis, faults on a terminal, explanations. */
#include "base/test.h"
#include "policy/addr.h"
#include "policy/basis.h"
#include "policy/chars.h"

static void addresses(void)
{
	static const char *const good[] = {"0.0.0.0",
					   "255.255.255.255",
					   "10.1.2.3",
					   "::",
					   "::1",
					   "1::",
					   "fd00:10::",
					   "1:2:3:4:5:6:7:8",
					   "::ffff:1.2.3.4",
					   "64:ff9b::1.2.3.4",
					   "1:2:3:4:5:6:7::",
					   "ABCD::ef"};
	static const char *const bad[] = {"",
					  "1",
					  "1.2.3",
					  "1.2.3.4.5",
					  "256.1.1.1",
					  "01.2.3.4",
					  "1.2.3.",
					  ".1.2.3",
					  "1.2.3.4 ",
					  "1:2",
					  ":::",
					  "::1::",
					  "1:2:3:4:5:6:7:8:9",
					  "12345::",
					  "g::",
					  "::1.2.3",
					  ":1",
					  "1:",
					  "1:2:3:4:5:6:7:8::",
					  "1.2.3.4::",
					  "fe80::1%eth0",
					  "[::1]",
					  "1:2:3:4:5:6:7:1.2.3.4",
					  "0000000000000000000000000000000000000000000000000"};
	struct policy_addr a, b;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(policy_addr_parse(slice_str(good[i]), &a) == OK);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (policy_addr_parse(slice_str(bad[i]), &a) != ERR_SYNTAX) {
			printf("# took %s\n", bad[i]);
			test_now.failed++;
		}
	REQUIRE(policy_addr_parse(S("::ffff:10.2.3.4"), &a) == OK);
	REQUIRE(policy_addr_parse(S("10.2.3.4"), &b) == OK);
	CHECK(!a.v6 && memcmp(&a, &b, sizeof a) == 0);
	REQUIRE(policy_addr_parse(S("fd00::0102:3"), &a) == OK);
	CHECK(a.v6 && a.b[0] == 0xfd && a.b[12] == 1 && a.b[13] == 2 && a.b[15] == 3);
}

static void networks(void)
{
	static const char *const bad[] = {"10.0.0.0",    "10.0.0.0/",   "10.0.0.0/33",
					  "::/129",      "/8",          "10.0.0.0/08x",
					  "10.0.0.0/-1", "10.0.0.0/8/8"};
	struct network n[4] = {0};
	struct policy_addr a;
	uint8_t wide[16];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(policy_network_parse(slice_str(bad[i]), &n[0]) == ERR_SYNTAX);
	CHECK(policy_network_parse(S("10.1.0.0/8"), &n[0]) == ERR_CONFLICT);
	CHECK(policy_network_parse(S("fd00::1/64"), &n[0]) == ERR_CONFLICT);
	CHECK(policy_network_parse(S("fd00::/7"), &n[0]) == ERR_CONFLICT);
	REQUIRE(policy_network_parse(S("fd00:8000::/17"), &n[0]) == OK);
	REQUIRE(policy_network_parse(S("10.32.0.0/11"), &n[1]) == OK);
	REQUIRE(policy_network_parse(S("10.0.0.7/32"), &n[2]) == OK);
	REQUIRE(policy_network_parse(S("192.168.0.0/16"), &n[3]) == OK);
	policy_network_sort(n, 4);
	static const struct {
		const char *addr;
		bool in;
	} cases[] = {
	    {"10.31.255.255", false}, {"10.32.0.0", true},
	    {"10.63.255.255", true},  {"10.64.0.0", false},
	    {"10.0.0.6", false},      {"10.0.0.7", true},
	    {"10.0.0.8", false},      {"192.168.255.255", true},
	    {"192.169.0.0", false},   {"fd00:7fff::", false},
	    {"fd00:8000::", true},    {"fd00:ffff:ffff::", true},
	    {"fd01::", false},        {"::", false},
	    {"0.0.0.0", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		REQUIRE(policy_addr_parse(slice_str(cases[i].addr), &a) == OK);
		policy_addr_wide(a, wide);
		CHECK((policy_network_find(n, 4, wide) != NULL) == cases[i].in);
		CHECK(policy_network_find(n, 0, wide) == NULL);
	}
}

static const char *clause_ids(struct arena *a, struct slice text)
{
	struct clauses c = {0};
	const char *all = "";
	bool apart = true; /* in the preamble or a supplement */

	if (policy_basis_read(a, text, &c, NULL) != OK)
		return "refused";
	for (uint32_t i = 0; i < c.n; i++) {
		const struct clause *n = &c.nodes[i];

		if (n->depth == 0)
			apart = n->kind != CLAUSE_NUMBERED;
		if (apart)
			continue;
		all = arena_printf(a, "%s%s%.*s", all, *all ? " " : "", (int)n->id.n,
				   (const char *)n->id.p);
		REQUIRE(all);
	}
	return all;
}

static void numbering(void)
{
	AUTO_ARENA a = arena_new(1 << 20);

	REQUIRE(a);
	CHECK_STR(
	    slice_str(clause_ids(a, S("1 あ\n2 い\n(1) う\n(2) え\nア お\nイ か\n(3) き\n3 く\n"))),
	    "1 2 2(1) 2(2) 2(2)ア 2(2)イ 2(3) 3");
	CHECK_STR(slice_str(clause_ids(a, S("１　あ\n（１）い\n- (2) う\nア　え\n"))),
		  "1 1(1) 1(2) 1(2)ア");
	/* Items of lists in front are none of these; numbers out of turn are kept. */
	CHECK_STR(slice_str(clause_ids(a, S("- 1 前文\n1 あ\n3 い\n(2) う\nイ え\n2 お\nア か\n"))),
		  "1 3 3(2)");
	CHECK_STR(slice_str(clause_ids(a, S("1 あ\n附 則\n2 い\n"))), "1");
	CHECK_STR(slice_str(clause_ids(a, S("1 あ\r\n(1)い\r\n附則"))), "1 1(1)");
	CHECK_STR(slice_str(clause_ids(a, S("前文だけ\n"))), "refused");
	CHECK_STR(slice_str(clause_ids(a, S(""))), "refused");
	CHECK_STR(slice_str(clause_ids(a, S("1 \xFF\n"))), "refused");
	CHECK_STR(slice_str(clause_ids(a, S("1\n1 \n12345 あ\n"))), "refused");
}

static void a_clause_without_end(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct clauses basis = {0};
	struct diag d;
	AUTO_BUF b;

	REQUIRE(a);
	buf_init(&b, 1 << 20);
	buf_str(&b, "1 あ\n");
	while (b.n <= CLAUSE_MAX + 7)
		buf_str(&b, "い\n");
	CHECK(policy_basis_read(a, buf_view(&b), &basis, &d) == ERR_LIMIT);
	CHECK(d.line == 1 && strstr(d.text, "clause 1 is longer"));
	buf_str(&b, "2 う\n");
	CHECK(policy_basis_read(a, buf_view(&b), &basis, &d) == ERR_LIMIT);
}

static void read_file_into(struct buf *b, const char *path)
{
	const char *root = getenv("SEKISHO_SOURCE");
	char full[4096];
	FILE *f;
	int c;

	if (!root)
		SKIP_CASE("SEKISHO_SOURCE is not set");
	snprintf(full, sizeof full, "%s/%s", root, path);
	f = fopen(full, "rb");
	REQUIRE(f);
	while ((c = fgetc(f)) != EOF)
		buf_byte(b, (uint8_t)c);
	fclose(f);
}

/* The city's text, as it is published: all clauses of the policy, and nothing else. */
static void the_text_of_chofu(void)
{
	AUTO_ARENA a = arena_new(1 << 22);
	struct clauses b[POLICY_TREES] = {0};
	struct policy_resolver r;
	struct slice id;
	bool has = false;
	AUTO_BUF text;

	REQUIRE(a);
	buf_init(&text, 1 << 20);
	read_file_into(&text, "policy/chofu/basic-policy.txt");
	CHECK_STR(
	    slice_str(clause_ids(a, buf_view(&text))),
	    "1 2 2(1) 2(2) 2(3) 2(4) 2(5) 2(6) 2(7) 2(8) 2(9) 2(10) 2(11) 2(12) 2(13) 2(14) 2(15) "
	    "2(16) 2(17) 2(18) 3 3(1) 3(2) 3(3) 3(4) 3(5) 4 4(1) 4(2) 4(2)ア 4(2)イ 4(2)ウ 5 6 7 "
	    "8 8(1) 8(2) 8(3) 8(3)ア 8(3)イ 8(3)ウ 8(4) 8(5) 8(6) 8(7) 8(8) 9 10");
	REQUIRE(policy_basis_read(a, buf_view(&text), &b[POLICY_TREE_BASIC], NULL) == OK);
	r = policy_basis_resolver(b);
	REQUIRE(r.find(b, POLICY_TREE_BASIC, S("8（3）ア"), &id) == OK);
	CHECK_STR(id, "8(3)ア");
	CHECK(r.says(b, POLICY_TREE_BASIC, id, S("端末からの情報持ち出し不可設定"), &has) == OK &&
	      has);
	CHECK(r.says(b, POLICY_TREE_BASIC, id, S("無害化通信"), &has) == OK && !has);
	CHECK(r.says(b, POLICY_TREE_BASIC, id, S("　"), &has) == OK && !has);
	CHECK(r.find(b, POLICY_TREE_BASIC, S("8(3)エ"), &id) == ERR_NOT_FOUND);
	CHECK(r.find(b, POLICY_TREE_STANDARD, S("1"), &id) == ERR_NOT_FOUND);
}

static void shows(const char *text, size_t offset, const char *want)
{
	struct diag d;
	AUTO_BUF b;

	buf_init(&b, 65536);
	policy_fault(&d, ERR_SYNTAX, slice_str(text), offset, "why");
	policy_print_diag("f", slice_str(text), &d, &b);
	CHECK_STR(buf_view(&b), want);
}

static void carets(void)
{
	shows("abc\ndef\n", 5, "f:2:2: why\n  def\n   ^\n");
	shows("領域 x", 7, "f:1:4: why\n  領域 x\n       ^\n");
	shows("", 0, "f:1:1: why\n  \n  ^\n");
	shows("a\n", 2, "f:2:1: why\n  \n  ^\n");
	shows("a\r\nb", 1, "f:1:2: why\n  a\n   ^\n");
	shows("\tab", 1, "f:1:2: why\n   ab\n   ^\n");
	shows("a\x01\xFF\xE2\x80\xAE z", 7, "f:1:6: why\n  a??? z\n       ^\n");
	shows("e\xCC\x81 z", 4, "f:1:4: why\n  e\xCC\x81 z\n    ^\n");
}

/* Of a 10 KB line only the surroundings, with the caret under the right column. */
static void a_long_line(void)
{
	struct diag d;
	AUTO_BUF text;
	AUTO_BUF out;
	struct slice line, caret;

	buf_init(&text, 1 << 16);
	buf_init(&out, 1 << 16);
	for (int i = 0; i < 1700; i++)
		buf_str(&text, "ああ");
	text.p[5100] = text.p[5101] = text.p[5102] = '!'; /* in place of one kanji */
	policy_fault(&d, ERR_SYNTAX, buf_view(&text), 5100, "why");
	CHECK(d.column == 1701);
	policy_print_diag("f", buf_view(&text), &d, &out);
	CHECK(out.n < 400);
	line = slice_from(buf_view(&out), slice_find_byte(buf_view(&out), '\n') + 1);
	caret = slice_from(line, slice_find_byte(line, '\n') + 1);
	line = slice_head(line, slice_find_byte(line, '\n'));
	/* "  ..." and 28 kanji of two columns stand before the mark. */
	CHECK(slice_find(line, S("!!!")) == 5 + 28 * 3);
	CHECK(slice_find_byte(caret, '^') == 5 + 28 * 2);
	CHECK(slice_ends(line, S("...")));
}

static void a_cut_reason_is_whole_text(void)
{
	struct diag d = {.line = 1, .column = 1};
	AUTO_BUF b;

	buf_init(&b, 4096);
	memset(d.text, 'x', sizeof d.text - 2);
	d.text[sizeof d.text - 2] = (char)0xE3; /* the first byte of a kanji */
	policy_print_diag("f", S("a"), &d, &b);
	CHECK(slice_find_byte(buf_view(&b), 0xE3) == SIZE_MAX);
}

static void widths(void)
{
	CHECK(policy_width('a') == 1 && policy_width(0x3042) == 2 && policy_width(0xFF71) == 1);
	CHECK(policy_width(0xFF21) == 2 && policy_width(0x0301) == 0 && policy_width(0x1F600) == 2);
}

#define BASIS "1 目的\n2 用語\n(1) 領域\n"
#define HEAD \
	"policy \"題\" basis \"b\" adopted by \"市長\" version 1 effective 令和2年4月1日\n" \
	"zone a \"甲\" clause 2(1)\nzone b \"乙\" default clause 2(1) 非公開\n"

static void says(const char *rules, struct policy_request rq, enum policy_lang lang,
		 enum policy_visibility audience, const char *want)
{
	AUTO_ARENA a = arena_new(1 << 20);
	const struct policy *p;
	struct policy_decision d;
	AUTO_BUF b;
	AUTO_BUF text;

	REQUIRE(a);
	buf_init(&b, 4096);
	buf_init(&text, 4096);
	buf_str(&text, HEAD);
	buf_str(&text, rules);
	REQUIRE(policy_load(a, buf_view(&text), S(BASIS), &p, NULL) == OK);
	policy_decide(p, &rq, &d);
	policy_explain(p, &rq, &d, lang, audience, &b);
	CHECK_STR(buf_view(&b), want);
}

static void explanations(void)
{
	struct policy_request aa = {.day = 20635}; /* 2026-07-01 */
	struct policy_request ab = {.destination = 1, .day = 20635};
	const char *permit =
	    "permit transfer a -> a obliges sanitize rebuild, retain 1 fiscal-year "
	    "clause 2(1) \"領域\"\n";

	says(permit, aa, POLICY_JA, POLICY_PUBLIC,
	     "甲から甲への受渡しは、条項2(1)「領域」(規則4行)により、危険因子の除去(再構築)"
	     "による無害化、"
	     "結果の確認検査、令和10年3月31日までの保存を条件として許可します。");
	says(permit, aa, POLICY_EN, POLICY_PUBLIC,
	     "A transfer from 甲 to 甲 is permitted by clause 2(1) \"領域\" (rule on line 4), on "
	     "these "
	     "conditions: sanitize by rebuilding, recognise the result as clean, retain until "
	     "2028-03-31.");
	says("", aa, POLICY_JA, POLICY_PUBLIC,
	     "甲から甲への受渡しは、これを許可する定めがないため許可しません。");
	says("default deny clause 1\n", aa, POLICY_EN, POLICY_PUBLIC,
	     "A transfer from 甲 to 甲 is not permitted because nothing permits it, under clause "
	     "1.");
	aa.day = 0;
	says("", aa, POLICY_JA, POLICY_PUBLIC,
	     "甲から甲への受渡しは、方針が令和2年4月1日施行のため、この日は許可しません。");
	/* What is not public is said to the office only. */
	says("forbid transfer a -> b clause 1 非公開\n", ab, POLICY_JA, POLICY_PUBLIC,
	     "甲からある領域への受渡しは、公開しない定めにより許可しません。");
	says("forbid transfer a -> any clause 1 庁内\n", ab, POLICY_EN, POLICY_PUBLIC,
	     "A transfer from 甲 to a zone is not permitted by a provision that is not public.");
	says("forbid transfer a -> any clause 1 庁内\n", ab, POLICY_JA, POLICY_INTERNAL,
	     "甲からある領域への受渡しは、条項1(規則4行)により許可しません。");
	says("forbid transfer a -> b clause 1 非公開\n", ab, POLICY_JA, POLICY_SECRET,
	     "甲から乙への受渡しは、条項1(規則4行)により許可しません。");
	says("default deny clause 1 非公開\n", ab, POLICY_JA, POLICY_PUBLIC,
	     "甲からある領域への受渡しは、これを許可する定めがないため、公開しない定めにより許可し"
	     "ません。");
	ab.destination = 7;
	says("", ab, POLICY_JA, POLICY_SECRET,
	     "甲から定めのない領域への受渡しは、これを許可する定めがないため許可しません。");
}

/* The example decides what the city's text asks. */
static void the_policy_of_chofu(void)
{
	AUTO_ARENA a = arena_new(1 << 24);
	const struct policy *p;
	struct policy_request rq = {.day = 20635};
	struct policy_decision d;
	struct diag diag;
	AUTO_BUF text;
	AUTO_BUF basis;
	uint32_t id[3];

	REQUIRE(a);
	buf_init(&text, 1 << 20);
	buf_init(&basis, 1 << 20);
	read_file_into(&text, "policy/chofu/chofu.policy");
	read_file_into(&basis, "policy/chofu/basic-policy.txt");
	REQUIRE(policy_load(a, buf_view(&text), buf_view(&basis), &p, &diag) == OK);
	REQUIRE(policy_zone_by_name(p, S("mynumber"), &id[0]) == OK);
	REQUIRE(policy_zone_by_name(p, S("internet"), &id[1]) == OK);
	REQUIRE(policy_zone_by_name(p, S("lgwan"), &id[2]) == OK);
	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++)
			for (uint8_t c = 0; c <= 3; c++) {
				rq.source = id[from];
				rq.destination = id[to];
				rq.confidentiality = c;
				policy_decide(p, &rq, &d);
				CHECK(d.permit ==
				      ((from == 1 && to == 2) || (from == 2 && to == 1 && c == 1)));
				CHECK(d.clause.n && d.visibility == POLICY_PUBLIC);
				CHECK(!d.permit || d.sanitize == POLICY_REBUILD);
				/* Only what has a working handler is obliged. */
				CHECK(!(d.obligations &
					~((1u << POLICY_SANITIZE) | (1u << POLICY_VERIFY) |
					  (1u << POLICY_RETAIN))));
			}
	rq.source = id[1];
	rq.destination = id[2];
	policy_decide(p, &rq, &d);
	CHECK(d.retain_days == 30);
	CHECK_STR(d.clause, "8(3)イ");
}

TESTS(CASE(addresses), CASE(networks), CASE(numbering), CASE(a_clause_without_end),
      CASE(the_text_of_chofu), CASE(carets), CASE(a_long_line), CASE(a_cut_reason_is_whole_text),
      CASE(widths), CASE(explanations), CASE(the_policy_of_chofu))
