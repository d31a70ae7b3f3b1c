/* Pages, forms and the API over a played store (play_test.h). */
#include "web/play_test.h"

/* -- cases ------------------------------------------------------------------------------------- */

static void escapes(void)
{
	AUTO_BUF b;
	struct page pg = {.out = &b};

	buf_init(&b, 4096);
	page_put(&pg, "<a href=\"x\">'&\x01\n");
	CHECK_STR(buf_view(&b), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;\xEF\xBF\xBD\n");
	buf_free(&b);
	page_put(&pg, "bill\xE2\x80\xAExcod.exe\xE2\x80\x8B");
	CHECK_STR(buf_view(&b), "bill\xEF\xBF\xBDxcod.exe\xEF\xBF\xBD");
	buf_free(&b);
	page_put_url(&pg, S("a b/\"<>?&#%\xE5\xB8\x82"));
	CHECK_STR(buf_view(&b), "a%20b/%22%3C%3E%3F%26%23%25%E5%B8%82");
	buf_free(&b);
	page_put(&pg, (uint64_t)18446744073709551615u);
	page_put(&pg, -5);
	CHECK_STR(buf_view(&b), "18446744073709551615-5");
}

/* Every page, both languages, every state: hostile values never become markup. */
static void hostile_values_stay_text(void)
{
	static const char *const paths[] = {"/",
					    "/receive",
					    "/transfers/" ID,
					    "/me",
					    "/partial/home",
					    "/partial/receive",
					    "/partial/transfers/" ID};

	reset();
	for (unsigned s = TRANSFER_RECEIVING; s <= TRANSFER_PURGED; s++)
		for (size_t i = 0; i < ARRAY_LEN(paths) * 2; i++) {
			struct page_request rq = signed_in(PAGE_GET, paths[i / 2]);

			t.state = (enum transfer_state)s;
			add(&rq.query, "lang", i % 2 ? "en" : "ja");
			ask(&rq);
			CHECK(answer.reply.status == 200);
			CHECK(!has("<script>") && !has("<img") && !has("<b>") && !has("<i>") &&
			      !has("<u>") && !has("<d>") && !has("<actor>") && !has("調布<"));
			CHECK(!has("style=") && !has("onclick"));
		}
	struct page_request rq = signed_in(PAGE_GET, "/transfers/" ID);

	t.state = TRANSFER_HELD;
	ask(&rq);
	CHECK(has("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;.docx"));
	CHECK(has("保留(受渡し停止)"));
	CHECK(has("マクロ"));
	CHECK(has("令和7年11月25日"));
	CHECK(has("datetime=\"2025-11-25T01:00:00+09:00\""));
	CHECK(slice_eq_str(field("Cache-Control"), "no-store"));
}

static void speaks_the_readers_language(void)
{
	struct page_request rq = get("/sign-in");

	reset();
	ask(&rq);
	CHECK(has("<html lang=\"ja\">") && has("サインイン"));
	rq.accept_language = S("en-GB,en;q=0.9");
	ask(&rq);
	CHECK(has("<html lang=\"en\">") && has("Sign in"));
	add(&rq.cookies, "__Host-lang", "ja");
	ask(&rq);
	CHECK(has("<html lang=\"ja\">"));
	rq = get("/lang");
	add(&rq.query, "to", "en");
	add(&rq.query, "back", "/transfers/" ID);
	ask(&rq);
	CHECK(answer.reply.status == 303);
	CHECK_STR(field("Location"), "/transfers/" ID);
	static const char *const outside[] = {"//evil.example", "https://evil.example", "/a:b", "",
					      "/\\evil"};

	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		rq = get("/lang");
		add(&rq.query, "back", outside[i]);
		ask(&rq);
		CHECK_STR(field("Location"), "/");
	}
}

static void asks_to_sign_in(void)
{
	struct page_request rq = get("/");

	reset();
	ask(&rq);
	CHECK(answer.reply.status == 303);
	CHECK_STR(field("Location"), "/sign-in");
	rq.path = S("/partial/home");
	rq.partial = true;
	ask(&rq);
	CHECK_STR(field("HX-Redirect"), "/sign-in");
	rq.path = S("/api/v1/transfers");
	ask(&rq);
	CHECK(answer.reply.status == 401 && has("\"code\":\"signed-out\""));
	/* A cookie of another zone is none. */
	rq = get("/");
	add(&rq.cookies, "__Host-sekisho-internet", TOKEN);
	ask(&rq);
	CHECK(answer.reply.status == 303);
	/* Two of the same name are none. */
	rq = signed_in(PAGE_GET, "/");
	add(&rq.cookies, "__Host-sekisho-lgwan", TOKEN);
	ask(&rq);
	CHECK(answer.reply.status == 303);
	CHECK(t.commands == 0);
}

static void signs_in(void)
{
	struct page_request rq = get("/sign-in");

	reset();
	rq.method = PAGE_POST;
	add(&rq.form, "login", "yamada");
	add(&rq.form, "password", "pw");
	ask(&rq);
	CHECK(answer.reply.status == 303 && t.last.type == CMD_SIGN_IN);
	CHECK_STR(t.last.peer, "192.0.2.7");
	CHECK_STR(field("Set-Cookie"),
		  "__Host-sekisho-lgwan=" TOKEN "; Path=/; Secure; HttpOnly; SameSite=Strict");
	t.err = ERR_FORBIDDEN;
	ask(&rq);
	CHECK(answer.reply.status == 403 && field("Set-Cookie").n == 0 && has("value=\"yamada\""));
	CHECK(!has("\"pw\""));
	t.err = ERR_TIMEOUT;
	ask(&rq);
	CHECK(answer.reply.status == 429);
	t.err = OK;
	t.commands = 0;
	rq.origin = S("https://evil.example");
	ask(&rq);
	CHECK(answer.reply.status == 403 && t.commands == 0);
	rq.origin = S("https://x.example:8443");
	rq.fetch_site = S("cross-site");
	ask(&rq);
	CHECK(answer.reply.status == 403 && t.commands == 0);
	rq.fetch_site = S("same-origin");
	ask(&rq);
	CHECK(answer.reply.status == 303);
	/* A form under "no-referrer" names no origin. Without Sec-Fetch-Site that is refused. */
	rq.origin = S("null");
	ask(&rq);
	CHECK(answer.reply.status == 303);
	rq.fetch_site = (struct slice){0};
	ask(&rq);
	CHECK(answer.reply.status == 403);
}

static void csrf_is_needed(void)
{
	static const char *const paths[] = {"/sign-out",         "/transfers/" ID "/withdraw",
					    "/me/password",      "/me/tokens",
					    "/me/tokens/revoke", "/send"};

	reset();
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct page_request rq = signed_in(PAGE_POST, paths[i]);

		ask(&rq);
		CHECK(answer.reply.status == 403);
		add(&rq.form, "csrf", TOKEN);
		ask(&rq);
		CHECK(answer.reply.status == 403);
	}
	CHECK(t.commands == 0);
	struct page_request rq = signed_in(PAGE_POST, "/transfers/" ID "/withdraw");

	add(&rq.form, "csrf", CSRF);
	ask(&rq);
	CHECK(answer.reply.status == 303 && t.last.type == CMD_WITHDRAW);
	CHECK_STR(t.last.session, TOKEN);
	/* The API wants it in its header; in the form it does not count. */
	rq = signed_in(PAGE_POST, "/api/v1/transfers/" ID "/withdraw");
	add(&rq.form, "csrf", CSRF);
	ask(&rq);
	CHECK(answer.reply.status == 403 && has("\"code\":\"csrf\""));
	rq.csrf = S(CSRF);
	ask(&rq);
	CHECK(answer.reply.status == 200);
}

static void others_do_not_exist(void)
{
	static const char *const paths[] = {"/transfers/ffffffffffffffffffffffffffffffff",
					    "/transfers/x", "/nowhere", "/transfers/" ID "/other"};

	reset();
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct page_request rq = signed_in(PAGE_GET, paths[i]);

		ask(&rq);
		CHECK(answer.reply.status == 404);
	}
	t.err = ERR_NOT_FOUND;
	struct page_request rq = signed_in(PAGE_GET, "/api/v1/transfers/" ID "/content");

	ask(&rq);
	CHECK(answer.reply.status == 404 && answer.fd < 0);
}

static void collects(void)
{
	struct page_request rq = signed_in(PAGE_GET, "/transfers/" ID "/content");

	reset();
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_SEND && answer.fd >= 0 && answer.reply.size == 5);
	rq.method = PAGE_HEAD;
	t.commands = 0;
	ask(&rq);
	CHECK(answer.reply.status == 400 && t.commands == 0);
}

static void uploads(void)
{
	struct page_request rq = signed_in(PAGE_POST, "/send");

	reset();
	rq.kind = PAGE_UPLOAD;
	rq.file_name = S("a.docx");
	rq.size = 5;
	add(&rq.form, "csrf", CSRF);
	add(&rq.form, "once", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	add(&rq.form, "to_zone", "lgwan");
	add(&rq.form, "who", "me");
	add(&rq.form, "confidentiality", "0");
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_TAKE && answer.fd >= 0 && answer.reply.size == 5);
	CHECK_STR(answer.reply.tag, ID);
	rq.kind = PAGE_UPLOADED;
	rq.tag = S(ID);
	rq.received = 5;
	rq.complete = true;
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_NEXT && t.last.type == CMD_UPLOAD_COMMIT);
	rq.kind = PAGE_ASK;
	ask(&rq);
	CHECK_STR(field("Location"), "/transfers/" ID);
	/* Resumed at another place than the gateway wants. */
	rq = signed_in(PAGE_PUT, "/api/v1/transfers/" ID "/content");
	rq.kind = PAGE_UPLOAD;
	rq.csrf = S(CSRF);
	add(&rq.query, "offset", "300000");
	t.at = 262144;
	ask(&rq);
	CHECK(answer.reply.status == 409 && has("\"code\":\"offset\"") && answer.fd < 0);
	rq.query.n = 0;
	add(&rq.query, "offset", "262144");
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_TAKE && answer.reply.at == 262144);
	rq.kind = PAGE_UPLOADED;
	rq.tag = S(ID);
	rq.received = 262144;
	rq.complete = false;
	ask(&rq);
	CHECK(answer.reply.status == 202 && t.last.type == CMD_UPLOAD_PROGRESS &&
	      t.last.at == 262144);
}

static void long_lists_have_pages(void)
{
	struct page_request rq = signed_in(PAGE_GET, "/");

	reset();
	t.rows = 101;
	ask(&rq);
	CHECK(has("href=\"/?page=1\" rel=\"next\"") && !has("rel=\"prev\""));
	/* All that waits is counted, not only what is shown. */
	CHECK(has("<span class=\"count\">101</span>"));
	add(&rq.query, "page", "2");
	ask(&rq);
	CHECK(has("href=\"/?page=1\" rel=\"prev\"") && !has("rel=\"next\""));
	/* What renews the list by itself stays on its page. */
	CHECK(has("/partial/home?page=2"));
	rq.query.p[0].value = S("-1");
	ask(&rq);
	CHECK(answer.reply.status == 400);
	rq = signed_in(PAGE_GET, "/receive");
	ask(&rq);
	CHECK(has("href=\"/receive?page=1\" rel=\"next\""));
	rq = signed_in(PAGE_GET, "/api/v1/transfers");
	add(&rq.query, "offset", "50");
	ask(&rq);
	CHECK(has("],\"next_offset\":100}"));
	rq.query.p[0].value = S("51");
	ask(&rq);
	CHECK(answer.reply.status == 200 && !has("next_offset"));
}

static void waits_for_rest(void)
{
	struct page_request rq = signed_in(PAGE_GET, "/api/v1/transfers/" ID);

	reset();
	t.state = TRANSFER_SANITIZING;
	add(&rq.query, "wait", "7");
	ask_with(&rq, true);
	CHECK(answer.reply.kind == PAGE_LATER && answer.wait_s == 7);
	CHECK_STR(slice_str(answer.wait_for), ID);
	CHECK_STR(answer.wait_session, TOKEN);
	/* Asked again it answers, whatever the state is by then. */
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_ANSWER && has("\"state\":\"sanitizing\""));
	t.state = TRANSFER_HELD;
	ask_with(&rq, true);
	CHECK(answer.reply.kind == PAGE_ANSWER && has("\"state\":\"held\""));
	rq.query.p[0].value = S("61");
	ask_with(&rq, true);
	CHECK(answer.reply.status == 400);
	rq = signed_in(PAGE_PUT, "/api/v1/transfers/" ID "/content");
	rq.kind = PAGE_UPLOADED;
	rq.csrf = S(CSRF);
	rq.tag = S(ID);
	rq.received = 5;
	rq.complete = true;
	add(&rq.query, "wait", "60");
	ask_with(&rq, true);
	CHECK(answer.reply.kind == PAGE_LATER && answer.wait_s == 60);
	ask(&rq);
	CHECK(answer.reply.kind == PAGE_ANSWER && answer.reply.status == 200);
}

static void api_tokens(void)
{
	struct page_request rq = get("/api/v1/transfers");

	reset();
	rq.method = PAGE_POST;
	rq.media = S("application/json");
	rq.authorization = S("Bearer " TOKEN);
	rq.body =
	    S("{\"name\":\"a.docx\",\"size\":5,\"to_zone\":\"lgwan\",\"recipient\":{\"me\":true}}");
	ask(&rq);
	CHECK(answer.reply.status == 201 && has("\"id\":\"" ID "\""));
	CHECK_STR(t.last.recipient_login, "yamada");
	/* Bound to host and purpose; no page takes it. */
	rq.peer = S("192.0.2.8");
	ask(&rq);
	CHECK(answer.reply.status == 401);
	rq = get("/api/v1/transfers/" ID "/content");
	rq.authorization = S("Bearer " TOKEN);
	ask(&rq);
	CHECK(answer.reply.status == 401);
	rq.path = S("/");
	ask(&rq);
	CHECK(answer.reply.status == 303);
}

static void api_refuses(void)
{
	static const char *const bodies[] = {"",
					     "[]",
					     "{",
					     "{\"name\":\"a\"}",
					     "{\"size\":-1,\"recipient\":{\"me\":true}}",
					     "{\"size\":1,\"size\":2,\"recipient\":{\"me\":true}}",
					     "{\"size\":1.5,\"recipient\":{\"me\":true}}",
					     "{\"size\":1,\"recipient\":{}}"};

	reset();
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct page_request rq = signed_in(PAGE_POST, "/api/v1/transfers");

		rq.csrf = S(CSRF);
		rq.media = S("application/json");
		rq.body = slice_str(bodies[i]);
		ask(&rq);
		CHECK(answer.reply.status == 400 && has("{\"error\":{\"code\":"));
	}
	CHECK(t.commands == 0);
	struct page_request rq = signed_in(PAGE_POST, "/api/v1/transfers");

	rq.csrf = S(CSRF);
	rq.media = S("application/json");
	rq.body = S("{\"size\":1,\"recipient\":{\"name\":\"福祉課\"}}");
	ask(&rq);
	CHECK(answer.reply.status == 201);
	CHECK_STR(t.last.recipient_division, "福祉課");
	t.err = ERR_FULL;
	t.reason = "disk-full";
	ask(&rq);
	CHECK(answer.reply.status == 507 && has("\"code\":\"disk-full\""));
	t.no_answer = true;
	ask(&rq);
	CHECK(answer.reply.status == 503);
}

/* A log of six entries in a scratch folder. */
static void make_log(char dir[32])
{
	struct signer *s;
	struct hash no = {0};
	char path[64];
	AUTO_BUF b;

	buf_init(&b, 4096);
	strcpy(dir, "/tmp/web_test.XXXXXX");
	REQUIRE(mkdtemp(dir));
	REQUIRE(signer_create(dir, S("sekisho.example/log")) == OK);
	REQUIRE(signer_open(dir, &s) == OK);
	for (unsigned i = 0; i < 6; i++)
		REQUIRE(tlog_bundle_put(&b, S("an entry")) == OK);
	REQUIRE(signer_add(s, 0, no, buf_view(&b), 6) == OK);
	signer_close(s);
	snprintf(path, sizeof path, "%s/log", dir);
	t.log = open(path, O_RDONLY | O_DIRECTORY);
	REQUIRE(t.log >= 0);
}

static unsigned status_of(const char *path)
{
	struct page_request rq = get(path);

	ask(&rq);
	return answer.reply.status;
}

static void the_log_is_for_everybody(void)
{
	static const char *const none[] = {"/log/",
					   "/log/x",
					   "/log/tile/0/000",
					   "/log/tile/0/000.p/7",
					   "/log/tile/0/001.p/1",
					   "/log/tile/1/000.p/1",
					   "/log/tile/entries/000",
					   "/log/head",
					   "/log/signer/key",
					   "/log/checkpoint/x"};
	char dir[32], cmd[64];

	reset();
	CHECK(status_of("/log/checkpoint") != 200);
	make_log(dir);
	CHECK(status_of("/log/checkpoint") == 200 && has("sekisho.example/log\n6\n"));
	CHECK(status_of("/log/key") == 200 && has("sekisho.example/log+"));
	CHECK(status_of("/log/tile/0/000.p/6") == 200 && answer.body.n == 6 * 32);
	CHECK(status_of("/log/tile/0/000.p/2") == 200 && answer.body.n == 2 * 32);
	CHECK(status_of("/log/tile/entries/000.p/6") == 200 && answer.body.n == 60);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		CHECK(status_of(none[i]) == 404);
	close(t.log);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	CHECK(system(cmd) == 0);
}

static void whoever_takes_part_gets_the_proof(void)
{
	struct page_request rq;
	struct tlog_proof_file f;
	char dir[32], cmd[64];

	reset();
	make_log(dir);
	rq = signed_in(PAGE_GET, "/transfers/" ID "/proof");
	add(&rq.query, "entry", "4");
	ask(&rq);
	CHECK(answer.reply.status == 200);
	CHECK_STR(field("Content-Disposition"), "attachment; filename=\"entry-4.tlog-proof\"");
	CHECK(tlog_proof_file_parse(buf_view(&answer.body), &f) == OK && f.index == 4);
	rq.query.p[0].value = S("3"); /* signed, but of another transfer */
	ask(&rq);
	CHECK(answer.reply.status == 404);
	rq.query.p[0].value = S("x");
	ask(&rq);
	CHECK(answer.reply.status == 400);
	rq = get("/transfers/" ID "/proof");
	ask(&rq);
	CHECK(answer.reply.status == 303);
	close(t.log);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	CHECK(system(cmd) == 0);
}

static void the_gravest_findings_stand_first(void)
{
	AUTO_ARENA a = arena_new(65536);
	struct view_item items[] = {{.finding = S("metadata"), .count = 1},
				    {.finding = S("comment-kept"), .count = 2},
				    {.finding = S("metadata"), .count = 3},
				    {.finding = S("macro"), .count = 4},
				    {.finding = S("comment-kept"), .count = 5}};
	static const uint32_t want[] = {4, 2, 5, 1, 3};

	REQUIRE(a);
	CHECK(by_weight(items, ARRAY_LEN(items), a) == 3);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		CHECK(items[i].count == want[i]);
	CHECK(by_weight(items, 0, a) == 0);
}

TESTS(CASE(the_gravest_findings_stand_first), CASE(the_log_is_for_everybody),
      CASE(whoever_takes_part_gets_the_proof), CASE(escapes), CASE(hostile_values_stay_text),
      CASE(speaks_the_readers_language), CASE(asks_to_sign_in), CASE(signs_in),
      CASE(csrf_is_needed), CASE(others_do_not_exist), CASE(collects), CASE(uploads),
      CASE(waits_for_rest), CASE(long_lists_have_pages), CASE(api_tokens), CASE(api_refuses))
