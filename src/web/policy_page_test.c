/* The policy page over a real store and a real log. */
#include "base/test_file.h"
#include "web/internal.h"

#include <unistd.h>
#include "base/calendar.h"
#include "governance/office.h"
#include "record/publish.h"
#include "record/signer.h"
#include "store/log.h"
#include "store/people.h"

#define NOW 1790000000000ll
#define HOUR (3600 * 1000ll)
#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CSRF "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static struct arena *arena;
static struct store *store;
static struct web web;
static char dir[64];

static void sign(void)
{
	struct signer *signer;
	struct hash prev;
	AUTO_BUF bundle = {0};
	size_t n;

	buf_init(&bundle, PUBLISH_BUNDLE_MAX);
	REQUIRE(signer_open(dir, &signer) == OK);
	REQUIRE(record_batch(store, signer_size(signer), arena, &bundle, &n, &prev) == OK);
	if (n)
		REQUIRE(signer_add(signer, signer_size(signer), prev, buf_view(&bundle), n) == OK);
	signer_close(signer);
}

static void hex(size_t n, char *ret)
{
	memset(ret, 'a', 2 * n);
	ret[2 * n] = 0;
}

static void person(void)
{
	struct store_account who = {.login = S("suzuki"),
				    .name = S("鈴木"),
				    .division = S("副市長"),
				    .zones = S("lgwan"),
				    .password = S("x")};
	struct store_session session = {.zone = S("lgwan"), .csrf = S(CSRF)};
	struct hash h;

	h = hash_of(S(TOKEN));
	session.hash = slice_of(h.b, sizeof h.b);
	session.created_ms = session.seen_ms = NOW + HOUR - 1000;
	REQUIRE(store_account_add(store, &who, &session.account) == OK);
	REQUIRE(store_session_add(store, &session) == OK);
}

static void fresh(void)
{
	char path[128];
	struct diag d;

	view_close(web.view);
	store_close(store);
	store = NULL;
	arena_free(arena);
	arena = arena_new(512u << 20);
	snprintf(dir, sizeof dir, "/tmp/policy_page_test.XXXXXX");
	REQUIRE(arena && mkdtemp(dir));
	snprintf(path, sizeof path, "%s/%s", dir, STORE_FILE);
	REQUIRE(signer_create(dir, S("sekisho/test")) == OK);
	REQUIRE(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &store) == OK);
	REQUIRE(store_begin(store) == OK);
	REQUIRE(store_fact_set(store, "city_name", S("調布市")) == OK);
	person();
	REQUIRE(store_commit(store) == OK);
	web = (struct web){.zone = S("lgwan"), .city = S("調布市"), .random_hex = hex};
	web.basis = test_file(arena, "policy/chofu/basic-policy.txt");
	REQUIRE(policy_load(arena, test_file(arena, "policy/chofu/chofu.policy"), web.basis,
			    &web.policy, &d) == OK);
	REQUIRE(view_open(dir, S("chofu"), &web.view) == OK);
}

static void done(void)
{
	char command[128];

	view_close(web.view);
	web.view = NULL;
	store_close(store);
	store = NULL;
	snprintf(command, sizeof command, "rm -r '%s'", dir);
	REQUIRE(system(command) == 0);
}

static void adopt(enum text_tree tree, struct slice text, bool is_public)
{
	struct slice organ = S("市長");
	struct text_adoption ad = {.tree = tree,
				   .source = text,
				   .organs = &organ,
				   .organs_n = 1,
				   .is_public = is_public,
				   .actor = S("operator"),
				   .now_ms = NOW};
	struct text_adopted r;
	struct diag d;

	REQUIRE(store_begin(store) == OK);
	REQUIRE(text_adopt(store, arena, &ad, &r, &d) == OK);
	REQUIRE(store_commit(store) == OK);
}

/* One request: path, and a=b&c=d. */
static struct slice get(const char *path, const char *query, bool signed_in, unsigned want)
{
	struct page_request *rq = arena_alloc(arena, sizeof *rq);
	struct web_answer a;
	struct slice rest = slice_str(query), body;

	REQUIRE(rq);
	rq->method = PAGE_GET;
	rq->path = slice_str(path);
	rq->accept_language = S("ja");
	while (rest.n) {
		size_t amp = slice_find_byte(rest, '&'), eq = slice_find_byte(rest, '=');
		struct slice one = slice_head(rest, amp == SIZE_MAX ? rest.n : amp);

		rq->query.p[rq->query.n++] =
		    (struct page_pair){slice_head(one, eq), slice_from(one, eq + 1)};
		rest = slice_from(rest, amp == SIZE_MAX ? rest.n : amp + 1);
	}
	if (signed_in)
		rq->cookies.p[rq->cookies.n++] =
		    (struct page_pair){S("__Host-sekisho-lgwan"), S(TOKEN)};
	web_answer_init(&a);
	web_handle(&web, rq, arena, NOW + HOUR, &a);
	if (a.reply.status != want)
		printf("# %s?%s: status %u\n", path, query, a.reply.status);
	CHECK(a.reply.status == want);
	body = arena_copy(arena, buf_view(&a.body));
	web_answer_clear(&a);
	return body;
}

static bool says(struct slice body, const char *text)
{
	return slice_find(body, slice_str(text)) != SIZE_MAX;
}

static unsigned count(struct slice body, const char *text)
{
	unsigned n = 0;
	size_t at;

	while ((at = slice_find(body, slice_str(text))) != SIZE_MAX) {
		body = slice_from(body, at + 1);
		n++;
	}
	return n;
}

static void everybody_reads_the_text(void)
{
	struct slice b;

	fresh();
	b = get("/policy", "", false, 200);
	CHECK(says(b, "決裁と施行の登録はまだありません"));
	CHECK(says(b, "住民情報の流出を防ぐ") && says(b, "無害化通信を実施する"));
	CHECK(count(b, "<section class=\"clause ") == 58);
	CHECK(!says(b, "stamp-fresh") && says(b, "ob-enforced"));
	CHECK(says(b, "期限内にありません"));
	done();
}

static void a_heartbeat_stamps(void)
{
	struct slice b;

	fresh();
	adopt(TEXT_BASIC, web.basis, true);
	REQUIRE(board_heartbeat(store, web.policy, NOW) == OK);
	sign();
	b = get("/policy", "", false, 200);
	CHECK(says(b, "stamp-enforced stamp-fresh"));
	CHECK(says(b, "R8.9.2"));
	CHECK(says(b, "令和4年7月15日") && count(b, "本文未登録") == 4);
	CHECK(!says(b, "決裁と施行の登録はまだありません"));
	CHECK(says(b, "/policy/entry?n=5"));
	done();
}

static void another_version_never_stands_in(void)
{
	struct slice b;

	fresh();
	adopt(TEXT_BASIC, web.basis, true);
	b = get("/policy", "on=2020-01-01", false, 200);
	CHECK(says(b, "平成31年4月1日に施行された版は登録されていますが"));
	CHECK(!says(b, "住民情報の流出を防ぐ"));
	b = get("/policy", "on=2014-01-01", false, 200);
	CHECK(says(b, "この日に施行されている版は登録されていません") && !says(b, "住民情報"));
	get("/policy", "on=x", false, 404);
	get("/policy", "text=x", false, 404);
	done();
}

static void procedures_are_for_offices(void)
{
	struct store_appointment v = {
	    .login = S("suzuki"), .office = S(OFFICE_CISO), .from = 20000};
	struct diag d;
	int64_t id;
	struct slice b;

	fresh();
	adopt(TEXT_PROCEDURE,
	      S("実施手順\n\n1 鍵\n\n鍵は甲に置く。\n\n附則\n\n令和5年4月1日から施行する。\n"),
	      false);
	get("/policy", "text=procedure", false, 404);
	get("/policy", "text=procedure", true, 404);
	REQUIRE(store_begin(store) == OK);
	REQUIRE(office_appoint(store, arena, &v, S("operator"), NOW, &id, &d) == OK);
	REQUIRE(store_commit(store) == OK);
	get("/policy", "text=procedure", false, 404);
	get("/policy", "text=procedure&view=public", true, 404);
	b = get("/policy", "text=procedure", true, 200);
	CHECK(says(b, "鍵は甲に置く"));
	done();
}

static void other_entries_are_for_staff(void)
{
	fresh();
	REQUIRE(store_begin(store) == OK);
	REQUIRE(record_append(store,
			      &(struct record_event){.type = "session.failed",
						     .stream = S("account/1"),
						     .actor = S("suzuki"),
						     .at_ms = NOW},
			      NULL) == OK);
	REQUIRE(store_commit(store) == OK);
	get("/policy/entry", "n=0", false, 404);
	get("/policy/entry", "n=0", true, 200);
	done();
}

static void an_entry_is_proved(void)
{
	struct slice b;

	fresh();
	REQUIRE(board_heartbeat(store, web.policy, NOW) == OK);
	b = get("/policy/entry", "n=0", false, 200);
	CHECK(says(b, "まだ署名されていません"));
	sign();
	REQUIRE(board_heartbeat(store, web.policy, NOW) == OK);
	sign();
	b = get("/policy/entry", "n=0", false, 200);
	CHECK(says(b, "計算が一致しました") && !says(b, "actor="));
	b = get("/policy/entry", "n=0", true, 200);
	CHECK(says(b, "policy_version=5"));
	get("/policy/entry", "n=9", false, 404);
	get("/policy/entry", "", false, 404);
	done();
}

static void articles_stand_behind_clauses(void)
{
	struct slice b;
	struct diag d;

	fresh();
	web.standard = S("対策基準\n\n1 体制\n2 復元\n(1) 復元を試験する。\n");
	REQUIRE(
	    policy_load_texts(arena,
			      S("policy \"題\" basis \"b\" standard \"s\" adopted by \"市長\" "
				"version 1 effective 2022-07-15\n"
				"zone lgwan \"L\" default clause 2(16)\n"
				"article 2 under clause 8(7)\narticle 2 under clause 8(4) 庁内\n"
				"control restore \"復元\" evidence restore.tested every 1 month "
				"article 2(1)\n"),
			      web.basis, web.standard, &web.policy, &d) == OK);
	b = get("/policy", "", false, 200);
	CHECK(count(b, "対策基準 2(1)") == 1 && count(b, "ob-evidenced\" href") == 1);
	CHECK(count(get("/policy", "", true, 200), "対策基準 2(1)") == 2);
	b = get("/policy", "text=standard", false, 200);
	CHECK(says(b, "id=\"c-2(1)\"") && count(b, "ob-evidenced\" href") == 1);
	CHECK(says(b, "基本方針 8(7)</a>") && !says(b, "基本方針 8(4)</a>"));
	CHECK(says(b, "href=\"/policy#c-8%287%29\"") || says(b, "href=\"/policy#c-8(7)\""));
	done();
}

static void what_if_is_answered(void)
{
	struct slice b;

	fresh();
	b = get("/policy/ask", "", false, 200);
	CHECK(says(b, "<option value=\"lgwan\">LGWAN接続系</option>") &&
	      !says(b, "id=\"answer-h\""));
	b = get("/policy/ask", "from=internet&to=lgwan&channel=transfer&type=", false, 200);
	CHECK(says(b, "<option value=\"internet\" selected>"));
	CHECK(says(b, "すべて認められます") && says(b, "248,832") && says(b, "30日間の保存"));
	CHECK(says(b, "基本方針 8(3)イ") && !says(b, "state-stop"));
	b = get("/policy/ask", "from=lgwan&to=internet&channel=transfer", false, 200);
	CHECK(says(b, "認められる場合と、認められない場合があります"));
	CHECK(says(b, "認められるのは46,656通り、認められないのは202,176通り"));
	CHECK(slice_find(b, S("state-good")) < slice_find(b, S("state-stop")));
	b = get("/policy/ask", "from=mynumber", false, 200);
	CHECK(says(b, "認められる場合はありません") && says(b, "許可の定めなし") &&
	      says(b, "8(3)ア") && says(b, "基本方針 2(17)"));
	b = get("/policy/ask", "from=internett", false, 400);
	CHECK(says(b, "「internett」という選択肢はありません") && !says(b, "id=\"answer-h\""));
	done();
}

static void what_if_keeps_what_is_not_public(void)
{
	struct diag d;
	struct slice b;

	fresh();
	REQUIRE(
	    policy_load(arena,
			S("policy \"題\" basis \"b\" adopted by \"市長\" version 1 effective "
			  "2020-04-01\nzone a \"領域A\" clause 1\nzone b \"領域B\" default clause "
			  "1\nzone c \"領域C\" clause 1 庁内\n"
			  "permit mail a -> b clause 1 庁内\npermit web a -> b clause 1\n"
			  "forbid web a -> b when type is text clause 1\n"
			  "permit media c -> b clause 1 庁内\n"),
			S("1 目的\n"), &web.policy, &d) == OK);
	b = get("/policy/ask", "", false, 200);
	CHECK(says(b, "領域B") && !says(b, "領域C"));
	b = get("/policy/ask", "from=a&to=b", false, 200);
	CHECK(says(b, "公開していない定めで決まるため") && says(b, "Web閲覧"));
	CHECK(!says(b, "からLGWAN") &&
	      count(b, "メール") == count(b, ">メール</option>") + count(b, "保存されたメール"));
	CHECK(says(get("/policy/ask", "from=c", false, 400), "選択肢はありません"));
	b = get("/policy/ask", "from=a&to=b&channel=mail", false, 200);
	CHECK(!says(b, "認められる場合はありません") && says(b, "公開していない定めで決まる場合"));
	b = get("/policy/ask", "from=a&to=b", true, 200);
	CHECK(!says(b, "公開していない定めで決まるため") && says(b, "へのメール"));
	b = get("/policy/ask", "from=c&to=b&channel=media", true, 200);
	CHECK(says(b, "すべて認められます") && says(b, "領域C"));
	done();
}

TESTS(CASE(articles_stand_behind_clauses), CASE(what_if_is_answered),
      CASE(what_if_keeps_what_is_not_public), CASE(everybody_reads_the_text),
      CASE(a_heartbeat_stamps), CASE(another_version_never_stands_in),
      CASE(procedures_are_for_offices), CASE(other_entries_are_for_staff), CASE(an_entry_is_proved))
