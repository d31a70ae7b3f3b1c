#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/reader.h"
#include "base/test.h"
#include "base/utf8.h"

static void arena_keeps_its_cap(void)
{
	AUTO_ARENA a = arena_new(100);
	void *p = arena_alloc(a, 60);

	REQUIRE(p);
	CHECK(!arena_alloc(a, 41));
	CHECK(!arena_alloc(a, 1)); /* sticky */
	CHECK(arena_failed(a));
}

static void arena_refuses_overflow(void)
{
	AUTO_ARENA a = arena_new(SIZE_MAX);

	CHECK(!arena_array(a, SIZE_MAX / 2, 3));
	AUTO_ARENA b = arena_new(SIZE_MAX);
	CHECK(!arena_alloc(b, SIZE_MAX));
}

static void arena_grows_arrays(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	int *v = NULL;
	size_t cap = 0;

	for (int i = 0; i < 1000; i++) {
		REQUIRE(arena_grow(a, (void **)&v, (size_t)i, &cap, sizeof *v) == OK);
		v[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		CHECK(v[i] == i);
}

static void arena_clears(void)
{
	AUTO_ARENA a = arena_new(100000);
	uint8_t *p = arena_alloc(a, 60000);

	REQUIRE(p);
	memset(p, 1, 60000);
	arena_clear(a);
	CHECK(arena_used(a) == 0);
	p = arena_alloc(a, 90000);
	REQUIRE(p);
	for (size_t i = 0; i < 90000; i++)
		CHECK(p[i] == 0);
	arena_clear(a);
	p = arena_alloc(a, 50000);
	REQUIRE(p);
	for (size_t i = 0; i < 50000; i++)
		CHECK(p[i] == 0);
}

static void buf_error_is_sticky(void)
{
	AUTO_BUF b;

	buf_init(&b, 10);
	buf_str(&b, "12345678");
	buf_str(&b, "abc");
	CHECK(buf_err(&b) == ERR_LIMIT);
	buf_str(&b, "x");
	CHECK_STR(buf_view(&b), "12345678");
}

static void buf_prints_json(void)
{
	AUTO_BUF b;

	buf_init(&b, 1000);
	buf_json(&b, S("a\"\\\n\xFF\xE5\xB8\x82"));
	CHECK_STR(buf_view(&b), "\"a\\\"\\\\\\u000a\xEF\xBF\xBD\xE5\xB8\x82\"");
}

static void reader_error_is_sticky(void)
{
	struct reader r = reader_of(S("\x01\x02\x03"));

	CHECK(reader_u16le(&r) == 0x0201);
	CHECK(reader_u32be(&r) == 0);
	CHECK(!reader_ok(&r));
	CHECK(reader_u8(&r) == 0);
	CHECK(!reader_done(&r));
}

static void utf8_refuses_lies(void)
{
	uint32_t cp;

	CHECK(utf8_next(S("\xC0\x80"), &cp) == 0);
	CHECK(utf8_next(S("\xE0\x80\x80"), &cp) == 0);
	CHECK(utf8_next(S("\xED\xA0\x80"), &cp) == 0);
	CHECK(utf8_next(S("\xF4\x90\x80\x80"), &cp) == 0);
	CHECK(utf8_next(S("\xE5\xB8"), &cp) == 0);
	CHECK(utf8_next(S("\xF0\xA0\xAE\xB7"), &cp) == 4 && cp == 0x20BB7);
	CHECK(utf8_first_bad(S("ab\xFFz")) == 2);
}

static void hash_matches_rfc4231(void)
{
	char hex[65];

	hash_hex(hash_of(S("abc")), hex);
	CHECK_STR(slice_str(hex),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_hex(hash_hmac(S("Jefe"), S("what do ya want for nothing?")), hex);
	CHECK_STR(slice_str(hex),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void base64_is_strict(void)
{
	AUTO_BUF b;

	buf_init(&b, 100);
	base64_put(&b, S("fooba"));
	CHECK_STR(buf_view(&b), "Zm9vYmE=");
	AUTO_BUF back;
	buf_init(&back, 100);
	CHECK(base64_parse(S("Zm9vYmE="), &back) == OK);
	CHECK_STR(buf_view(&back), "fooba");
	CHECK(base64_parse(S("Zm9vYmF="), &back) == ERR_SYNTAX);
	CHECK(base64_parse(S("Zm9v\n"), &back) == ERR_SYNTAX);
	CHECK(base64_parse(S("Z==="), &back) == ERR_SYNTAX);
}

static void numbers_do_not_overflow(void)
{
	uint64_t v = 7;

	CHECK(slice_u64(S("18446744073709551615"), &v) && v == UINT64_MAX);
	CHECK(!slice_u64(S("18446744073709551616"), &v) && v == UINT64_MAX);
	CHECK(!slice_u64(S(""), &v) && !slice_u64(S("+1"), &v));
}

TESTS(CASE(arena_keeps_its_cap), CASE(arena_refuses_overflow), CASE(arena_grows_arrays),
      CASE(arena_clears), CASE(buf_error_is_sticky), CASE(buf_prints_json),
      CASE(reader_error_is_sticky), CASE(utf8_refuses_lies), CASE(hash_matches_rfc4231),
      CASE(base64_is_strict), CASE(numbers_do_not_overflow))
