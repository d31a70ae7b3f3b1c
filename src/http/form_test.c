#include "http/form.h"
#include "http/header.h"
#include "http/limit.h"
#include "base/test.h"

#include <netinet/in.h>

static struct arena *arena(void)
{
	static struct arena *a;

	arena_free(a);
	a = arena_new(1 << 20);
	REQUIRE(a);
	return a;
}

static void form_decodes(void)
{
	struct form f = {0};

	REQUIRE(form_parse(arena(), S("a=1&b=%E9%96%A2%E6%89%80+x&c&d=&e=x%0D%0Ay"), &f) == OK);
	CHECK(f.n == 5);
	CHECK_STR(form_get(&f, "a"), "1");
	CHECK_STR(form_get(&f, "b"), "関所 x");
	CHECK(form_get(&f, "c").p && form_get(&f, "c").n == 0);
	CHECK_STR(form_get(&f, "e"), "x\r\ny");
	CHECK(!form_get(&f, "z").p);
}

static void form_refuses(void)
{
	static const char *const bad[] = {"a=%",    "a=%4",     "a=%zz",       "a=%00", "a=%FF",
					  "a=\x01", "%C0%AF=1", "a=%ED%A0%80", "%1b=x"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct form f = {0};

		CHECK(form_parse(arena(), slice_str(bad[i]), &f) == ERR_SYNTAX);
	}
}

static void doubled_field_is_missing(void)
{
	struct form f = {0};

	REQUIRE(form_parse(arena(), S("a=1&b=2&a=3"), &f) == OK);
	CHECK(!form_get(&f, "a").p);
	CHECK_STR(form_get(&f, "b"), "2");
}

static void form_is_bounded(void)
{
	struct form f = {0};
	char many[1024];
	size_t n = 0;

	for (int i = 0; i < FORM_PAIRS_MAX + 1; i++)
		n += (size_t)snprintf(many + n, sizeof many - n, "k%d=%d&", i, i);
	CHECK(form_parse(arena(), slice_of(many, n), &f) == ERR_LIMIT);
}

static void cookies(void)
{
	struct form f = {0};

	REQUIRE(form_parse_cookies(arena(), S("__Host-sekisho-lgwan=ab12; lang=ja"), &f) == OK);
	CHECK_STR(form_get(&f, "__Host-sekisho-lgwan"), "ab12");
	CHECK_STR(form_get(&f, "lang"), "ja");
	f = (struct form){0};
	CHECK(form_parse_cookies(arena(), S("=x"), &f) == ERR_SYNTAX);
	CHECK(form_parse_cookies(arena(), S("novalue"), &f) == ERR_SYNTAX);
	CHECK(form_parse_cookies(arena(), S("a=\xE3\x81\x82"), &f) == ERR_SYNTAX);
}

static void paths(void)
{
	static const char *const bad[] = {"",      "a",    "//",        "/a//b",    "/a/",
					  "/../x", "/a/.", "/%2e%2e/x", "/a%2fb",   "/a%5Cb",
					  "/a%00", "/%ff", "/a/%2E",    "http://x/"};
	struct slice p;

	REQUIRE(path_decode(arena(), S("/"), &p) == OK);
	CHECK_STR(p, "/");
	REQUIRE(path_decode(arena(), S("/t/%E5%8F%97"), &p) == OK);
	CHECK_STR(p, "/t/受");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(path_decode(arena(), slice_str(bad[i]), &p) == ERR_SYNTAX);
}

static void hosts(void)
{
	static const char *const names[] = {"sekisho.city.example", "127.0.0.1", "[::1]", NULL};

	CHECK(host_is_ours(S("sekisho.city.example"), names, 443));
	CHECK(host_is_ours(S("SEKISHO.city.example:8443"), names, 8443));
	CHECK(host_is_ours(S("[::1]:8443"), names, 8443));
	CHECK(!host_is_ours(S("sekisho.city.example:1"), names, 8443));
	CHECK(!host_is_ours(S("sekisho.city.example.evil"), names, 443));
	CHECK(!host_is_ours(S("evil"), names, 443));
	CHECK(!host_is_ours(S(""), names, 443));
	CHECK(!host_is_ours(S("127.0.0.1:"), names, 443));
	CHECK(!host_is_ours(S("[::1"), names, 443));
	CHECK(!host_is_ours(S("[::1]x"), names, 443));
}

static void ranges(void)
{
	uint64_t a, b;

	CHECK(range_parse(S("bytes=0-9"), 100, &a, &b) == RANGE_PART && a == 0 && b == 9);
	CHECK(range_parse(S("bytes=90-"), 100, &a, &b) == RANGE_PART && a == 90 && b == 99);
	CHECK(range_parse(S("bytes=90-1000"), 100, &a, &b) == RANGE_PART && b == 99);
	CHECK(range_parse(S("bytes=-5"), 100, &a, &b) == RANGE_PART && a == 95 && b == 99);
	CHECK(range_parse(S("bytes=-500"), 100, &a, &b) == RANGE_PART && a == 0 && b == 99);
	CHECK(range_parse(S("bytes=100-"), 100, &a, &b) == RANGE_BEYOND);
	CHECK(range_parse(S("bytes=-0"), 100, &a, &b) == RANGE_BEYOND);
	CHECK(range_parse(S("bytes=0-0"), 0, &a, &b) == RANGE_BEYOND);
	CHECK(range_parse(S("bytes=9-1"), 100, &a, &b) == RANGE_NONE);
	CHECK(range_parse(S("bytes=0-1,5-6"), 100, &a, &b) == RANGE_NONE);
	CHECK(range_parse(S("bytes=18446744073709551616-"), 100, &a, &b) == RANGE_NONE);
	CHECK(range_parse(S("lines=1-2"), 100, &a, &b) == RANGE_NONE);
}

static void download_names(void)
{
	AUTO_BUF b;

	buf_init(&b, 4096);
	disposition_put(&b, S("申請書 1.docx"));
	CHECK_STR(buf_view(&b), "attachment; filename=\"___ 1.docx\"; "
				"filename*=UTF-8''%E7%94%B3%E8%AB%8B%E6%9B%B8%201.docx");
	buf_free(&b);
	/* A right-to-left override, a quote, a line end and a path must not come through. */
	disposition_put(&b, S("a\xE2\x80\xAE"
			      "fdp.exe\"\r\nSet-Cookie: x/..\\"));
	CHECK(slice_find(buf_view(&b), S("\r")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("\n")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("%E2%80%AE")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("/")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("\\")) == SIZE_MAX);
}

static void media_types(void)
{
	struct slice v;

	CHECK_STR(media_type(arena(), S("Application/JSON; charset=utf-8")), "application/json");
	CHECK(media_type(arena(), S("text/html, x")).n == 0);
	REQUIRE(media_boundary(S("multipart/form-data; boundary=----WebKit1"), &v) == OK);
	CHECK_STR(v, "----WebKit1");
	CHECK(media_boundary(S("multipart/form-data; boundary=\"a b\""), &v) == ERR_SYNTAX);
	CHECK(media_boundary(S("multipart/form-data"), &v) == ERR_SYNTAX);
	CHECK(media_boundary(S("multipart/form-data; boundary=a; boundary=b"), &v) == ERR_SYNTAX);
	CHECK(media_boundary(S("multipart/form-data; boundary=a\r\n"), &v) == OK); /* trimmed */
	CHECK(media_boundary(S("multipart/form-data; boundary=\"\""), &v) == ERR_SYNTAX);
}

static void buckets(void)
{
	static struct limit l;
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	const struct sockaddr *a4 = (const struct sockaddr *)&in;
	const struct sockaddr *a6 = (const struct sockaddr *)&in6;

	limit_init(&l, 2, 3, 42);
	in.sin_addr.s_addr = htonl(0x0a000001);
	for (int i = 0; i < 3; i++)
		CHECK(limit_take(&l, a4, 1000));
	CHECK(!limit_take(&l, a4, 1000));
	CHECK(limit_take(&l, a4, 1500));
	CHECK(!limit_take(&l, a4, 1500));
	in.sin_addr.s_addr = htonl(0x0a000002);
	CHECK(limit_take(&l, a4, 1500));
	/* One /64 is one peer. */
	in6.sin6_addr.s6_addr[0] = 0x20;
	for (int i = 0; i < 3; i++) {
		in6.sin6_addr.s6_addr[15] = (uint8_t)i;
		CHECK(limit_take(&l, a6, 1000));
	}
	in6.sin6_addr.s6_addr[15] = 77;
	CHECK(!limit_take(&l, a6, 1000));
	/* A flood from many addresses neither grows nor frees the first one early. */
	for (uint32_t i = 0; i < 100000; i++) {
		in.sin_addr.s_addr = htonl(0x0b000000 + i);
		CHECK(limit_take(&l, a4, 2000));
	}
	in.sin_addr.s_addr = htonl(0x0b000000 + 99999);
	CHECK(limit_take(&l, a4, 2000));
}

TESTS(CASE(form_decodes), CASE(form_refuses), CASE(doubled_field_is_missing), CASE(form_is_bounded),
      CASE(cookies), CASE(paths), CASE(hosts), CASE(ranges), CASE(download_names),
      CASE(media_types), CASE(buckets))
