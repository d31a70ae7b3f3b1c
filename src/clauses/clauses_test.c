/* The real text, a 対策基準 in articles, and texts as they should not be. */
#include "base/test_file.h"
#include "clauses/compare.h"

static struct arena *arena;

static struct clauses read_text(struct slice text)
{
	struct clauses c = {0};
	struct diag d;

	REQUIRE(clauses_read(arena, text, &c, &d) == OK);
	return c;
}

static const struct clause *get(const struct clauses *c, const char *id)
{
	uint32_t i = clauses_find(c, slice_str(id));

	if (i == CLAUSES_NONE)
		printf("# no clause %s\n", id);
	REQUIRE(i != CLAUSES_NONE);
	return &c->nodes[i];
}

static void fresh(void)
{
	arena_free(arena);
	arena = arena_new(256u << 20);
	REQUIRE(arena);
}

/* The nodes are the source, nothing left out and nothing twice. */
static void whole(const struct clauses *c)
{
	AUTO_BUF b = {0};

	buf_init(&b, CLAUSES_TEXT_MAX);
	for (uint32_t i = 0; i < c->n; i++)
		buf_slice(&b, c->nodes[i].text);
	CHECK(slice_eq(buf_view(&b), c->source));
}

static bool has_doubt(const struct clauses *c, enum clause_doubt_why why, const char *id)
{
	for (uint32_t i = 0; i < c->n_doubts; i++)
		if (c->doubts[i].why == why && c->doubts[i].node != CLAUSES_NONE &&
		    slice_eq_str(c->nodes[c->doubts[i].node].id, id))
			return true;
	return false;
}

/* Every id that spec/clauses names, and no other. */
static const char *const ids[] = {
    "前文",  "前文1", "前文2", "前文3",  "1",      "2",      "2(1)",  "2(2)",  "2(3)",  "2(4)",
    "2(5)",  "2(6)",  "2(7)",  "2(8)",   "2(9)",   "2(10)",  "2(11)", "2(12)", "2(13)", "2(14)",
    "2(15)", "2(16)", "2(17)", "2(18)",  "3",      "3(1)",   "3(2)",  "3(3)",  "3(4)",  "3(5)",
    "4",     "4(1)",  "4(2)",  "4(2)ア", "4(2)イ", "4(2)ウ", "5",     "6",     "7",     "8",
    "8(1)",  "8(2)",  "8(3)",  "8(3)ア", "8(3)イ", "8(3)ウ", "8(4)",  "8(5)",  "8(6)",  "8(7)",
    "8(8)",  "9",     "10",    "附則1",  "附則2",  "附則3",  "附則4", "附則5"};

static void reads_the_basic_policy(void)
{
	struct clauses c;
	int32_t day = 0;

	fresh();
	c = read_text(test_file(arena, "policy/chofu/basic-policy.txt"));
	whole(&c);
	CHECK(c.n == ARRAY_LEN(ids));
	for (uint32_t i = 0; i < c.n && i < ARRAY_LEN(ids); i++)
		CHECK_STR(c.nodes[i].id, ids[i]);
	CHECK(c.n_doubts == 0);
	CHECK_STR(c.title, "調布市情報セキュリティ基本方針");
	CHECK_STR(get(&c, "8(3)")->heading, "情報システム全体の強じん性の向上");
	CHECK_STR(get(&c, "８（３）ア")->number, "ア");
	CHECK(get(&c, "8(3)ア")->depth == 2);
	CHECK_STR(get(&c, "1")->pars[0],
		  "調布市情報セキュリティ基本方針(以下「基本方針」という。)は、市が実施する情報"
		  "セキュリティ対策について基本的な事項を定めることにより、市が保有する情報資産の"
		  "機密性、完全性及び可用性を維持することを目的とする。");
	CHECK(clauses_effective(&c, &day) && day == date_days((struct date){2022, 7, 15}));
}

static void dates_the_supplements(void)
{
	static const struct date days[] = {
	    {2015, 4, 1}, {2017, 4, 20}, {2019, 4, 1}, {2021, 5, 31}, {2022, 7, 15}};
	struct clauses c;
	unsigned n = 0;

	fresh();
	c = read_text(test_file(arena, "policy/chofu/basic-policy.txt"));
	for (uint32_t i = 0; i < c.n; i++) {
		if (c.nodes[i].kind != CLAUSE_SUPPLEMENT)
			continue;
		REQUIRE(n < ARRAY_LEN(days));
		CHECK(c.nodes[i].dated && c.nodes[i].effective == date_days(days[n]));
		n++;
	}
	CHECK(n == 5);
}

/* Without blanks, to compare a joined text with the lines it was made of. */
static struct slice dense(struct slice s)
{
	uint8_t *p = arena_room(arena, s.n);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ')
			continue;
		if (slice_starts(slice_from(s, i), S("　"))) {
			i += 2;
			continue;
		}
		p[n++] = s.p[i];
	}
	return slice_of(p, n);
}

static void the_glossary_is_the_source(void)
{
	static const char *const terms[] = {"情報",
					    "情報システム",
					    "ネットワーク",
					    "情報セキュリティ",
					    "機密性",
					    "完全性",
					    "可用性",
					    "端末装置",
					    "電磁的記録媒体",
					    "個人番号",
					    "特定個人情報",
					    "特定個人情報ファイル",
					    "LGWAN(総合行政ネットワーク)",
					    "マイナンバー利用事務系 (個人番号利用事務系)",
					    "インターネット接続系",
					    "LGWAN接続系",
					    "通信経路の分割",
					    "無害化通信"};
	struct clauses c;
	unsigned n = 0;

	fresh();
	c = read_text(test_file(arena, "policy/chofu/basic-policy.txt"));
	for (uint32_t i = 0; i < c.n; i++) {
		const struct clause *k = &c.nodes[i];
		AUTO_BUF b = {0};

		if (!k->definition)
			continue;
		REQUIRE(n < ARRAY_LEN(terms));
		CHECK_STR(k->heading, terms[n]);
		n++;
		buf_init(&b, 65536);
		buf_slice(&b, k->number);
		buf_slice(&b, k->heading);
		for (uint32_t p = 0; p < k->n_pars; p++)
			buf_slice(&b, k->pars[p]);
		struct slice got = dense(buf_view(&b)), want = dense(k->text);

		if (slice_starts(want, S("-")))
			want = slice_from(want, 1);
		CHECK(slice_eq(got, want));
	}
	CHECK(n == 18);
}

static void check_phrases(const struct clauses *c, const char *id, const char *const *want,
			  size_t n)
{
	const struct clause *k = get(c, id);
	struct clause_span *s;
	uint32_t got;

	REQUIRE(clauses_phrases(arena, k, &s, &got) == OK);
	CHECK(got == n);
	for (uint32_t i = 0; i < got && i < n; i++)
		CHECK_STR(clauses_span_text(k, s[i]), want[i]);
}

static void finds_obligations(void)
{
	static const char *const a[] = {
	    "他の領域(LGWAN接続系及びインターネット接続系)との通信をできないようにした上で",
	    "端末からの情報持ち出し不可設定", "端末への多要素認証の導入等により",
	    "住民情報の流出を防ぐ"};
	static const char *const i[] = {"LGWANと接続する業務用システムとインターネット接続系の情報"
					"システムとの通信経路を分割する",
					"無害化通信を実施する"};
	static const char *const sns[] = {
	    "情報セキュリティに関する要件を明記した契約を締結し",
	    "委託事業者において必要なセキュリティ対策が確保されていることを確認し",
	    "必要に応じて契約に基づき措置を講じる",
	    "利用にかかる規定を整備し対策を講じる",
	    "ソーシャルメディアサービスの運用ポリシーを定め",
	    "ソーシャルメディアサービスで発信できる情報を規定し",
	    "利用するソーシャルメディアサービスごとのアカウント管理者を定める"};
	struct clauses c;
	struct clause_span at;

	fresh();
	c = read_text(test_file(arena, "policy/chofu/basic-policy.txt"));
	check_phrases(&c, "8(3)ア", a, ARRAY_LEN(a));
	check_phrases(&c, "8(3)イ", i, ARRAY_LEN(i));
	check_phrases(&c, "8(8)", sns, ARRAY_LEN(sns));
	check_phrases(&c, "2(18)", NULL, 0);
	check_phrases(&c, "附則1", NULL, 0);
	CHECK(clauses_says(get(&c, "8(3)ア"), S("端末からの情報 持ち出し 不可設定"), &at));
	CHECK_STR(clauses_span_text(get(&c, "8(3)ア"), at), "端末からの情報持ち出し不可設定");
	CHECK(!clauses_says(get(&c, "8(3)ア"), S("無害化通信"), &at));
	CHECK(!clauses_says(get(&c, "8(3)ア"), S("　"), &at));
}

static const char articles[] =
    "○○市情報セキュリティ対策基準\n目次\n　第１章　総則（第１条－第３条）\n　第２章　運用（第４条）"
    "\n"
    "　附則\n\n　　　第１章　総則\n（趣旨）\n第１条　この基準は、基本方針に基づき、必要な事項を\n"
    "定めるものとする。\n（定義）\n第２条　この基準において、次の各号に掲げる用語の意義は、当該各号"
    "に"
    "定めるところによる。\n　（１）　情報資産　情報及びこれを\n　管理する仕組みをいう。\n"
    "　（２）　部局等　市の部、\n課をいう。\n（組織）\n第３条　市長は、委員会を置く。\n"
    "２　委員会は、次に掲げる事務を行う。\n　一　計画の策定\n　二　平成\n25 年度以降の評価\n"
    "３　前項の委員会の\n\f- 3 -\n\n庶務は、情報政策課において処理する。\n　　　第２章　運用\n"
    "第３条の２　システムの管理者は、次に定めるとおり管理する。\n　（１）　サーバ\n　　ア　設置場所"
    "\n"
    "　　イ　電源\n　　　（ア）　予備電源\n　　　①　点検\n　（２）　端末\n第４条　職員は、次の事項"
    "を"
    "遵守しなければならない。\n附　則\n１　この基準は、令和元年５月１日から施行する。\n"
    "２　経過措置は、別に定める。\n　　　附　則（令和３年訓令第４号）\n　この訓令は、公布の日から施"
    "行する。\n"
    "別表第１（第４条関係）\n区分　内容\n";

static void reads_articles(void)
{
	struct clauses c;

	fresh();
	c = read_text(slice_of(articles, sizeof articles - 1));
	whole(&c);
	CHECK_STR(get(&c, "第1章")->heading, "総則");
	CHECK_STR(get(&c, "第1条")->heading, "趣旨");
	CHECK_STR(get(&c, "第1条")->pars[0],
		  "この基準は、基本方針に基づき、必要な事項を定めるものとする。");
	CHECK(get(&c, "第2条(1)")->definition);
	CHECK_STR(get(&c, "第2条(2)")->heading, "部局等");
	CHECK_STR(get(&c, "第3条2一")->pars[0], "計画の策定");
	CHECK_STR(get(&c, "第3条2二")->pars[0], "平成25 年度以降の評価");
	CHECK_STR(get(&c, "第3条3")->pars[0], "前項の委員会の庶務は、情報政策課において処理する。");
	CHECK_STR(get(&c, "第3条の2(1)イ(ア)①")->pars[0], "点検");
	CHECK_STR(get(&c, "第3条の2(2)")->pars[0], "端末");
	CHECK(get(&c, "第4条")->parent == clauses_find(&c, S("第2章")));
	CHECK(get(&c, "附則1")->dated &&
	      get(&c, "附則1")->effective == date_days((struct date){2019, 5, 1}));
	CHECK_STR(get(&c, "附則1第2項")->pars[0], "経過措置は、別に定める。");
	CHECK(!get(&c, "附則2")->dated && has_doubt(&c, DOUBT_DAY, "附則2"));
	CHECK(get(&c, "別表第1")->kind == CLAUSE_ANNEX);
	CHECK(c.n_doubts == 1);
}

static void keeps_what_is_doubtful(void)
{
	static const char text[] =
	    "基準\n\n1 目的\n\nこの基準は、定める。\n\n2 範囲\n\n(1) 甲\n(3) 乙\n"
	    "(3) 丙\n(2) 丁\n\n4 運用\n\n本文。\n\n4 点検\n\n本文。\n\n附則\n"
	    "この基準は、令和2年4月1日から施行する。\n附則\nこの基準は、"
	    "平成30年4月1日から施行する。\n";
	struct clauses c;
	AUTO_BUF b = {0};

	fresh();
	buf_init(&b, 4096);
	c = read_text(slice_of(text, sizeof text - 1));
	whole(&c);
	CHECK(has_doubt(&c, DOUBT_GAP, "2(3)"));
	CHECK(has_doubt(&c, DOUBT_TWICE, "2(3)#2"));
	CHECK(has_doubt(&c, DOUBT_ORDER, "2(2)"));
	CHECK(has_doubt(&c, DOUBT_GAP, "4"));
	CHECK(has_doubt(&c, DOUBT_TWICE, "4#2"));
	CHECK(has_doubt(&c, DOUBT_DAY_ORDER, "附則2"));
	CHECK_STR(get(&c, "2(3)#2")->pars[0], "丙");
	CHECK(c.n_doubts == 6 && c.doubts[0].line == 10);
	clauses_doubt_print(&c, &c.doubts[0], true, &b);
	CHECK_STR(buf_view(&b), "2(3): 前の番号との間が抜けています");
}

static void refuses_only_what_is_no_text(void)
{
	struct clauses c;
	struct diag d = {0};

	fresh();
	CHECK(clauses_read(arena, S("1 目的\n\xff"), &c, &d) == ERR_SYNTAX);
	CHECK(d.offset == 9 && d.line == 2);
	c = read_text(S(""));
	CHECK(c.n == 1 && c.n_doubts == 1 && c.doubts[0].why == DOUBT_NONE);
	c = read_text(S("ただの文章。\n数字のない文章。"));
	whole(&c);
	CHECK(c.n == 1);
}

/* A 対策基準 of the size that cities have: a thousand clauses, wrapped at 38 characters. */
static void reads_a_whole_standard(void)
{
	AUTO_BUF b = {0};
	struct clauses c;
	struct clauses_diff df;

	fresh();
	buf_init(&b, 4u << 20);
	buf_str(&b, "模範市情報セキュリティ対策基準\n\n");
	for (unsigned i = 1; i <= 9; i++) {
		buf_printf(&b, "%u　第%uの対策\n\n", i, i);
		for (unsigned k = 1; k <= 12; k++) {
			buf_printf(&b, "（%u）　事項%u\n\n", k, k);
			buf_printf(&b,
				   "　管理者は、第%uの区分に応じて、次の事項を実施しなければな "
				   "\nらない。\n",
				   k);
			for (unsigned m = 0; m < 8; m++)
				buf_printf(&b,
					   "　%.3s　職員等は、情報資産%uの取扱いを記録し、\n"
					   "所属長の許可を得なければならない。\n",
					   &"アイウエオカキク"[3 * m], i * 1000 + k * 10 + m);
			buf_str(&b, "\n");
			if (k % 5 == 0)
				buf_printf(&b, "- %u -\n\f", i * 3 + k / 5);
		}
	}
	buf_str(&b, "附　則\n　この基準は、令和８年４月１日から施行する。\n");
	c = read_text(buf_view(&b));
	whole(&c);
	CHECK(c.n == 1 + 9 * (1 + 12 * 9) + 1);
	CHECK(c.n_doubts == 0);
	CHECK_STR(get(&c, "9(12)ク")->pars[0],
		  "職員等は、情報資産9127の取扱いを記録し、所属長の許可を得なければならない。");
	CHECK_STR(get(&c, "3(5)")->pars[0],
		  "管理者は、第5の区分に応じて、次の事項を実施しなければならない。");
	REQUIRE(clauses_compare(arena, &c, &c, &df) == OK);
	CHECK(df.changed == 0 && df.n == c.n);
}

static void compares_versions(void)
{
	static const char old[] =
	    "基準\n1 目的\n\n安全を守ることを定める。\n\n2 対策\n\n(1) 端末を管理する。\n"
	    "(2) 媒体を管理する。\n(3) 記録を1年保存する。\n\n3 点検\n\n毎年点検する。\n";
	static const char new[] =
	    "基準\n1 目的\n\n安全を守る\nことを定める。\n\n2 対策\n\n(1) 端末を管理する。\n"
	    "(2) 通信を記録する。\n(3) 媒体を管理する。\n(4) 記録を3年間保存する。\n";
	struct clauses x, y;
	struct clauses_diff df;
	unsigned count[5] = {0};

	fresh();
	x = read_text(slice_of(old, sizeof old - 1));
	y = read_text(slice_of(new, sizeof new - 1));
	REQUIRE(clauses_compare(arena, &x, &y, &df) == OK);
	for (uint32_t i = 0; i < df.n; i++)
		count[df.pairs[i].change]++;
	CHECK(count[CHANGE_MOVED] == 1); /* 媒体: (2) became (3) */
	CHECK(count[CHANGE_WORDS] == 1); /* 記録: (3) became (4), 1年 became 3年間 */
	CHECK(count[CHANGE_ADDED] == 1);
	CHECK(count[CHANGE_REMOVED] == 1);
	CHECK(count[CHANGE_SAME] == 4);
	for (uint32_t i = 0; i < df.n; i++) {
		const struct clause_pair *p = &df.pairs[i];

		if (p->change == CHANGE_REMOVED)
			CHECK_STR(x.nodes[p->before].id, "3");
		if (p->change != CHANGE_WORDS)
			continue;
		CHECK_STR(y.nodes[p->after].id, "2(4)");
		REQUIRE(p->n_runs == 4);
		CHECK(p->runs[1].side == RUN_OLD && p->runs[2].side == RUN_NEW);
		CHECK_STR(p->runs[1].text, "1年保存");
		CHECK_STR(p->runs[2].text, "3年間保存");
	}
}

TESTS(CASE(reads_the_basic_policy), CASE(dates_the_supplements), CASE(the_glossary_is_the_source),
      CASE(finds_obligations), CASE(reads_articles), CASE(keeps_what_is_doubtful),
      CASE(refuses_only_what_is_no_text), CASE(reads_a_whole_standard), CASE(compares_versions))
