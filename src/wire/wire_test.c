#include "base/test.h"

#include "os/file.h"
#include "wire/wire.h"

static struct wire_msg msg;

static void a_payload_is_read_as_it_was_written(void)
{
	AUTO_BUF b;
	struct reader r;
	char text[8];
	struct hash h = hash_of(S("x"));

	wire_buf(&b);
	wire_put_u8(&b, 1);
	wire_put_u16(&b, 0x1234);
	wire_put_u32(&b, 0xdeadbeef);
	wire_put_u64(&b, 1ull << 60);
	wire_put_i64(&b, -5);
	wire_put_bool(&b, true);
	wire_put_bytes(&b, S("raw\0"));
	wire_put_str(&b, "関所");
	wire_put_hash(&b, h);
	r = reader_of(buf_view(&b));
	CHECK(wire_get_u8(&r) == 1 && wire_get_u16(&r) == 0x1234);
	CHECK(wire_get_u32(&r) == 0xdeadbeef && wire_get_u64(&r) == 1ull << 60);
	CHECK(wire_get_i64(&r) == -5 && wire_get_bool(&r));
	CHECK(wire_get_bytes(&r, 4).n == 4);
	wire_get_str(&r, text, sizeof text);
	CHECK_STR(slice_str(text), "関所");
	CHECK(hash_eq(wire_get_hash(&r), h));
	CHECK(wire_end(&r) == OK);
}

static enum err read_str(struct slice payload, size_t size)
{
	char text[64];
	struct reader r = reader_of(payload);

	wire_get_str(&r, text, size);
	return wire_end(&r);
}

static void broken_payloads_are_refused(void)
{
	struct reader r = reader_of(S("\2"));

	CHECK(!wire_get_bool(&r) && wire_end(&r) == ERR_PEER);
	CHECK(read_str(S("\0\0\0\2ab"), 3) == OK);
	CHECK(read_str(S("\0\0\0\2ab"), 2) == ERR_PEER);
	CHECK(read_str(S("\0\0\0\2abc"), 64) == ERR_PEER);
	CHECK(read_str(S("\0\0\0\3ab"), 64) == ERR_PEER);
	CHECK(read_str(S("\0\0\0\2a\0"), 64) == ERR_PEER);
	CHECK(read_str(S("\0\0\0\2a\xff"), 64) == ERR_PEER);
	CHECK(read_str(S("\xff\xff\xff\xff"), 64) == ERR_PEER);
	CHECK(read_str(S(""), 64) == ERR_PEER);
}

static void a_message_too_large_is_not_sent(void)
{
	AUTO_BUF b;
	int two[2];

	REQUIRE(sock_pair(two) == OK);
	wire_buf(&b);
	for (unsigned i = 0; i < WIRE_PAYLOAD_MAX; i++)
		wire_put_u8(&b, 0);
	CHECK(wire_send(two[0], 1, 2, &b, NULL, 0) == OK);
	CHECK(wire_recv(two[1], &msg) == OK && msg.payload.n == WIRE_PAYLOAD_MAX);
	wire_put_u8(&b, 0);
	CHECK(wire_send(two[0], 1, 2, &b, NULL, 0) == ERR_LIMIT);
	close(two[0]);
	CHECK(wire_recv(two[1], &msg) == ERR_CRASH);
	close(two[1]);
}

struct ctx {
	uint32_t got;
	int fd;
};

static enum err on_add(void *arg, struct wire_msg *m, struct reader *r)
{
	struct ctx *c = arg;
	uint32_t v = wire_get_u32(r);

	TRY(wire_end(r));
	c->got += v;
	if (m->nfds > 0)
		c->fd = fd_take(&m->fds[0]);
	return OK;
}

static const struct wire_type table[] = {{7, "add", 8, 0, 1, on_add}};

static enum err dispatch(uint16_t type, struct slice payload, size_t nfds, struct ctx *c)
{
	int two[2], fds[2] = {0, 0};
	const char *name;
	enum err e;

	if (sock_pair(two) != OK)
		return ERR_IO;
	e = wire_send_flags(two[0], type, 0, 9, payload, fds, nfds);
	if (e == OK)
		e = wire_recv(two[1], &msg);
	if (e == OK)
		e = wire_dispatch(table, ARRAY_LEN(table), c, &msg, &name);
	wire_msg_clear(&msg);
	close(two[0]);
	close(two[1]);
	return e;
}

static void a_table_row_binds(void)
{
	struct ctx c = {.fd = -1};

	CHECK(dispatch(7, S("\0\0\0\5"), 0, &c) == OK && c.got == 5);
	CHECK(dispatch(7, S("\0\0\0\1"), 1, &c) == OK && c.got == 6 && c.fd >= 0);
	close(c.fd);
	CHECK(dispatch(8, S("\0\0\0\5"), 0, &c) == ERR_PEER);
	CHECK(dispatch(7, S("\0\0\0"), 0, &c) == ERR_PEER);
	CHECK(dispatch(7, S("\0\0\0\5x"), 0, &c) == ERR_PEER);
	CHECK(dispatch(7, S("\0\0\0\5wwwww"), 0, &c) == ERR_PEER);
	CHECK(dispatch(7, S("\0\0\0\5"), 2, &c) == ERR_PEER);
	CHECK(c.got == 6);
}

static void descriptors_nobody_took_are_closed(void)
{
	int two[2];
	AUTO_CLOSE mem = -1;

	REQUIRE(sock_pair(two) == OK && mem_of("t", S("x"), &mem) == OK);
	REQUIRE(wire_send(two[0], 1, 1, NULL, (int[]){mem, mem, mem, mem}, 4) == OK);
	REQUIRE(wire_recv(two[1], &msg) == OK && msg.nfds == 4);
	int fd = msg.fds[3];
	uint64_t n;

	CHECK(mem_size(fd, &n) == OK);
	wire_msg_clear(&msg);
	CHECK(mem_size(fd, &n) == ERR_IO);
	close(two[0]);
	close(two[1]);
}

static void junk_headers_are_refused(void)
{
	int two[2];

	REQUIRE(sock_pair(two) == OK);
	CHECK(sock_send(two[0], S("\0\1\0\0\0\0\0"), S(""), NULL, 0) == OK);
	CHECK(wire_recv(two[1], &msg) == ERR_PEER);
	CHECK(sock_send(two[0], S("\0\1\0\2\0\0\0\0"), S(""), NULL, 0) == OK);
	CHECK(wire_recv(two[1], &msg) == ERR_PEER);
	close(two[0]);
	close(two[1]);
}

static enum err other(void *ctx, struct wire_msg *m)
{
	*(uint32_t *)ctx = m->id;
	return OK;
}

static void a_call_waits_for_its_own_reply(void)
{
	uint32_t seen = 0;
	int two[2];
	static struct wire_msg req;

	REQUIRE(sock_pair(two) == OK);
	/* The reply is put there before the call, so that one thread is enough. */
	wire_msg_init(&req);
	req.id = 5;
	CHECK(wire_reply(two[1], &req, 3, NULL, NULL, 0) == OK);
	CHECK(wire_call(two[0], 2, 5, NULL, 100, NULL, NULL, &msg) == OK && msg.type == 3);
	CHECK(wire_reply(two[1], &req, 3, NULL, NULL, 0) == OK);
	CHECK(wire_call(two[0], 2, 6, NULL, 100, NULL, NULL, &msg) == ERR_PEER);
	CHECK(wire_call(two[0], 2, 7, NULL, 10, NULL, NULL, &msg) == ERR_TIMEOUT);
	/* Another's reply is handed over, and the call goes on waiting. */
	CHECK(wire_reply(two[1], &req, 3, NULL, NULL, 0) == OK);
	req.id = 9;
	CHECK(wire_reply(two[1], &req, 3, NULL, NULL, 0) == OK);
	CHECK(wire_call(two[0], 2, 9, NULL, 100, other, &seen, &msg) == OK && msg.id == 9);
	CHECK(seen == 5);
	close(two[1]);
	CHECK(wire_call(two[0], 2, 8, NULL, 10, NULL, NULL, &msg) == ERR_CRASH);
	close(two[0]);
}

TESTS(CASE(a_payload_is_read_as_it_was_written), CASE(broken_payloads_are_refused),
      CASE(a_message_too_large_is_not_sent), CASE(a_table_row_binds),
      CASE(descriptors_nobody_took_are_closed), CASE(junk_headers_are_refused),
      CASE(a_call_waits_for_its_own_reply))
