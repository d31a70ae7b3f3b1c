#include "wire/wire.h"

#include "base/utf8.h"
#include "os/clock.h"

void wire_msg_init(struct wire_msg *m)
{
	m->type = m->flags = 0;
	m->id = 0;
	m->payload = slice_of(NULL, 0);
	m->nfds = 0;
	for (size_t i = 0; i < WIRE_FDS_MAX; i++)
		m->fds[i] = -1;
}

void wire_msg_clear(struct wire_msg *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		fd_close(&m->fds[i]);
	wire_msg_init(m);
}

void wire_buf(struct buf *b)
{
	buf_init(b, WIRE_PAYLOAD_MAX);
}

void wire_put_u8(struct buf *b, uint8_t v)
{
	buf_byte(b, v);
}

void wire_put_u16(struct buf *b, uint16_t v)
{
	buf_u16be(b, v);
}

void wire_put_u32(struct buf *b, uint32_t v)
{
	buf_u32be(b, v);
}

void wire_put_u64(struct buf *b, uint64_t v)
{
	buf_u64be(b, v);
}

void wire_put_i64(struct buf *b, int64_t v)
{
	buf_u64be(b, (uint64_t)v);
}

void wire_put_bool(struct buf *b, bool v)
{
	buf_byte(b, v ? 1 : 0);
}

void wire_put_bytes(struct buf *b, struct slice s)
{
	if (s.n > UINT32_MAX) {
		b->err = ERR_LIMIT;
		return;
	}
	buf_u32be(b, (uint32_t)s.n);
	buf_slice(b, s);
}

void wire_put_str(struct buf *b, const char *s)
{
	wire_put_bytes(b, slice_str(s));
}

void wire_put_hash(struct buf *b, struct hash h)
{
	buf_put(b, h.b, sizeof h.b);
}

uint8_t wire_get_u8(struct reader *r)
{
	return reader_u8(r);
}

uint16_t wire_get_u16(struct reader *r)
{
	return reader_u16be(r);
}

uint32_t wire_get_u32(struct reader *r)
{
	return reader_u32be(r);
}

uint64_t wire_get_u64(struct reader *r)
{
	return reader_u64be(r);
}

int64_t wire_get_i64(struct reader *r)
{
	return (int64_t)reader_u64be(r);
}

bool wire_get_bool(struct reader *r)
{
	uint8_t v = reader_u8(r);

	if (v > 1)
		r->err = true;
	return v == 1 && !r->err;
}

struct slice wire_get_bytes(struct reader *r, size_t max)
{
	uint32_t n = reader_u32be(r);

	if (n > max)
		r->err = true;
	return r->err ? slice_of(NULL, 0) : reader_take(r, n);
}

void wire_get_str(struct reader *r, char *ret, size_t size)
{
	struct slice s = wire_get_bytes(r, size - 1);

	if (s.n > 0 && (memchr(s.p, 0, s.n) || utf8_first_bad(s) != SIZE_MAX))
		r->err = true;
	if (r->err)
		s.n = 0;
	if (s.n > 0)
		memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
}

struct hash wire_get_hash(struct reader *r)
{
	struct hash h = {{0}};
	struct slice s = reader_take(r, sizeof h.b);

	if (s.n == sizeof h.b)
		memcpy(h.b, s.p, sizeof h.b);
	return h;
}

enum err wire_end(const struct reader *r)
{
	return reader_done(r) ? OK : ERR_PEER;
}

enum err wire_send_flags(int fd, uint16_t type, uint16_t flags, uint32_t id, struct slice payload,
			 const int *fds, size_t nfds)
{
	uint8_t head[WIRE_HEADER] = {
	    (uint8_t)(type >> 8), (uint8_t)type,       (uint8_t)(flags >> 8), (uint8_t)flags,
	    (uint8_t)(id >> 24),  (uint8_t)(id >> 16), (uint8_t)(id >> 8),    (uint8_t)id};

	BUG_IF(payload.n > WIRE_PAYLOAD_MAX || nfds > WIRE_FDS_MAX);
	return sock_send(fd, slice_of(head, sizeof head), payload, fds, nfds);
}

enum err wire_send(int fd, uint16_t type, uint32_t id, const struct buf *payload, const int *fds,
		   size_t nfds)
{
	if (payload)
		TRY(buf_err(payload));
	return wire_send_flags(fd, type, 0, id, payload ? buf_view(payload) : slice_of(NULL, 0),
			       fds, nfds);
}

enum err wire_reply(int fd, const struct wire_msg *to, uint16_t type, const struct buf *payload,
		    const int *fds, size_t nfds)
{
	if (payload)
		TRY(buf_err(payload));
	return wire_send_flags(fd, type, WIRE_REPLY, to->id,
			       payload ? buf_view(payload) : slice_of(NULL, 0), fds, nfds);
}

enum err wire_recv(int fd, struct wire_msg *m)
{
	struct reader r;
	size_t n;

	wire_msg_clear(m);
	TRY(sock_recv(fd, m->bytes, sizeof m->bytes, &n, m->fds, &m->nfds));
	r = reader_of(slice_of(m->bytes, n));
	m->type = reader_u16be(&r);
	m->flags = reader_u16be(&r);
	m->id = reader_u32be(&r);
	if (!reader_ok(&r) || (m->flags & ~WIRE_REPLY) != 0) {
		wire_msg_clear(m);
		return ERR_PEER;
	}
	m->payload = slice_from(r.in, r.at);
	return OK;
}

enum err wire_call(int fd, uint16_t type, uint32_t id, const struct buf *payload, int timeout_ms,
		   wire_other_fn *other, void *ctx, struct wire_msg *ret_reply)
{
	uint64_t until = clock_mono_ms() + (uint64_t)timeout_ms, now;

	TRY(wire_send(fd, type, id, payload, NULL, 0));
	for (;;) {
		now = clock_mono_ms();
		TRY(sock_wait_readable(fd, until > now ? (int)(until - now) : 0));
		TRY(wire_recv(fd, ret_reply));
		if ((ret_reply->flags & WIRE_REPLY) && ret_reply->id == id)
			return OK;
		if (!other || other(ctx, ret_reply) != OK) {
			wire_msg_clear(ret_reply);
			return ERR_PEER;
		}
	}
}

enum err wire_dispatch(const struct wire_type *table, size_t n, void *ctx, struct wire_msg *m,
		       const char **ret_name)
{
	const struct wire_type *row = NULL;
	struct reader r = reader_of(m->payload);

	for (size_t i = 0; i < n && !row; i++)
		if (table[i].type == m->type)
			row = &table[i];
	if (ret_name)
		*ret_name = row ? row->name : "unknown";
	if (!row || m->payload.n > row->max_payload || m->nfds < row->min_fds ||
	    m->nfds > row->max_fds)
		return ERR_PEER;
	TRY(row->handle(ctx, m, &r));
	return wire_end(&r);
}
