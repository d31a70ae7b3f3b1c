/* Commands and answers survive the wire, and nothing but exactly one of them is read. */
#include <stdlib.h>
#include "base/test.h"
#include "gateway/command.h"
#include "gateway/reason.h"
#include "wire/wire.h"

static void a_command_comes_back(void)
{
	struct command c = {.type = CMD_TRANSFER_CREATE,
			    .peer = S("192.0.2.1"),
			    .session = S("abc"),
			    .once = S("00112233445566778899aabbccddeeff"),
			    .name = S("申請書.docx"),
			    .note = S("一行目\n二行目"),
			    .size = 1ull << 40,
			    .to_zone = S("lgwan"),
			    .method = S("rebuild"),
			    .confidentiality = 2,
			    .recipient_login = S("taro")};
	struct command got;
	AUTO_BUF b;

	wire_buf(&b);
	REQUIRE(command_encode(&c, &b) == OK);
	REQUIRE(command_decode(buf_view(&b), &got) == OK);
	CHECK(got.type == c.type && got.size == c.size && got.confidentiality == 2);
	CHECK(slice_eq(got.name, c.name) && slice_eq(got.note, c.note));
	CHECK(got.password.n == 0 && got.transfer.n == 0);
	/* Every shorter piece, and one byte more, is no command. */
	for (size_t i = 0; i < b.n; i++)
		CHECK(command_decode(slice_head(buf_view(&b), i), &got) == ERR_PEER);
	buf_byte(&b, 0);
	CHECK(command_decode(buf_view(&b), &got) == ERR_PEER);
}

static void bad_texts_do_not_travel(void)
{
	struct command c = {.type = CMD_TRANSFER_CREATE, .name = S("a\nb")};
	AUTO_BUF b;
	char *big = calloc(1, COMMAND_NAME_MAX + 2);

	REQUIRE(big);
	memset(big, 'a', COMMAND_NAME_MAX + 1);
	wire_buf(&b);
	CHECK(command_encode(&c, &b) == ERR_USAGE);
	c.name = S("a\xff");
	CHECK(command_encode(&c, &b) == ERR_USAGE);
	c.name = slice_str(big);
	CHECK(command_encode(&c, &b) == ERR_LIMIT);
	free(big);
	/* And what a broken peer sends is refused when it is read. */
	buf_free(&b);
	c.name = S("abcdef");
	REQUIRE(command_encode(&c, &b) == OK);
	size_t at = slice_find(buf_view(&b), S("abcdef"));
	struct command got;

	REQUIRE(at != SIZE_MAX);
	b.p[at + 2] = 0x1b;
	CHECK(command_decode(buf_view(&b), &got) == ERR_PEER);
}

static void a_refusal_carries_no_secret(void)
{
	struct reply r = {.type = CMD_COLLECT_OPEN,
			  .err = ERR_FORBIDDEN,
			  .reason = S("forbidden"),
			  .clause = S("8(3)イ"),
			  .name = S("secret.docx")};
	struct reply got;
	AUTO_BUF b;

	memset(r.seal.key, 0xAA, sizeof r.seal.key);
	wire_buf(&b);
	REQUIRE(reply_encode(&r, &b) == OK);
	REQUIRE(reply_decode(buf_view(&b), &got) == OK);
	CHECK(got.err == ERR_FORBIDDEN && slice_eq(got.clause, r.clause));
	CHECK(got.name.n == 0 && slice_find(buf_view(&b), S("\xAA\xAA\xAA\xAA")) == SIZE_MAX);
	buf_free(&b);
	r.err = OK;
	r.state = TRANSFER_COLLECTED;
	REQUIRE(reply_encode(&r, &b) == OK);
	REQUIRE(reply_decode(buf_view(&b), &got) == OK);
	CHECK(got.seal.key[31] == 0xAA && slice_eq(got.name, r.name));
	CHECK(got.state == TRANSFER_COLLECTED);
}

static void every_type_and_reason_has_its_words(void)
{
	size_t n;
	const struct reason *all = reason_table(&n);

	for (int t = 1; t < CMD_TYPES; t++)
		CHECK(strcmp(command_word((enum command_type)t), "none") != 0);
	for (size_t i = 0; i < n; i++) {
		CHECK(all[i].ja[0] && all[i].en[0] && all[i].next_ja[0] && all[i].next_en[0]);
		CHECK(reason_by_id(slice_str(all[i].id)) == &all[i]);
	}
	CHECK(!reason_by_id(S("macro")));
}

TESTS(CASE(a_command_comes_back), CASE(bad_texts_do_not_travel), CASE(a_refusal_carries_no_secret),
      CASE(every_type_and_reason_has_its_words))
