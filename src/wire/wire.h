/*
 * wire: typed messages between our own processes, over SOCK_SEQPACKET.
 *
 * One message is one packet: {u16 type, u16 flags, u32 id}, then a payload of at most
 * WIRE_PAYLOAD_MAX bytes, with up to WIRE_FDS_MAX descriptors beside it. All integers are
 * big-endian. Anything larger travels as a sealed memory file (os/file.h). `id` joins a reply to
 * its request; a reply has WIRE_REPLY in its flags.
 *
 * A payload is written with the put functions onto a capped buf and read with the get functions
 * from a reader, in the same order; wire_end must then find it consumed exactly. Each edge between
 * two roles has one table of messages (struct wire_type); what is not in the table, or breaks its
 * row, is ERR_PEER, and the caller ends the sender.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/reader.h"
#include "os/sock.h"

#define WIRE_HEADER 8
#define WIRE_PACKET_MAX 65536
#define WIRE_PAYLOAD_MAX (WIRE_PACKET_MAX - WIRE_HEADER)
#define WIRE_FDS_MAX SOCK_FDS_MAX

enum wire_flag { WIRE_REPLY = 1 };

/*
 * A received message. Owns its descriptors: wire_msg_clear closes what nobody took with fd_take.
 * About 64 KiB: keep one per connection or per loop, not one per stack frame.
 */
struct wire_msg {
	uint16_t type, flags;
	uint32_t id;
	struct slice payload; /* points into bytes */
	int fds[WIRE_FDS_MAX];
	size_t nfds;
	uint8_t bytes[WIRE_PACKET_MAX];
};

void wire_msg_init(struct wire_msg *m);
void wire_msg_clear(struct wire_msg *m);

/* Writing a payload. A buf for one is made by wire_buf (capped at WIRE_PAYLOAD_MAX). */
void wire_buf(struct buf *b);
void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u16(struct buf *b, uint16_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);
void wire_put_i64(struct buf *b, int64_t v);
void wire_put_bool(struct buf *b, bool v);
void wire_put_bytes(struct buf *b, struct slice s); /* u32 length, bytes */
void wire_put_str(struct buf *b, const char *s);    /* the same; NULL is "" */
void wire_put_hash(struct buf *b, struct hash h);

/* Reading it: zero or empty after the first failure, which wire_end reports. */
uint8_t wire_get_u8(struct reader *r);
uint16_t wire_get_u16(struct reader *r);
uint32_t wire_get_u32(struct reader *r);
uint64_t wire_get_u64(struct reader *r);
int64_t wire_get_i64(struct reader *r);
bool wire_get_bool(struct reader *r);                      /* only 0 and 1 are good */
struct slice wire_get_bytes(struct reader *r, size_t max); /* points into the message */
/* The same, but valid UTF-8 without NUL; copied with a final NUL into ret[size]. */
void wire_get_str(struct reader *r, char *ret, size_t size);
struct hash wire_get_hash(struct reader *r);
/* ERR_PEER unless everything was read, exactly and without failure. */
enum err wire_end(const struct reader *r) NODISCARD;

/*
 * Sends a message; payload may be NULL; descriptors are borrowed. A payload in error is returned as
 * that error and nothing is sent. ERR_FULL (non-blocking socket without room), ERR_CRASH (the other
 * end is gone), ERR_IO.
 */
enum err wire_send(int fd, uint16_t type, uint32_t id, const struct buf *payload, const int *fds,
		   size_t nfds) NODISCARD;
enum err wire_reply(int fd, const struct wire_msg *to, uint16_t type, const struct buf *payload,
		    const int *fds, size_t nfds) NODISCARD;
/* Header and payload apart, for queues. */
enum err wire_send_flags(int fd, uint16_t type, uint16_t flags, uint32_t id, struct slice payload,
			 const int *fds, size_t nfds) NODISCARD;

/*
 * Receives one message into m, which is cleared first. ERR_TIMEOUT (non-blocking, nothing there),
 * ERR_CRASH (the other end is gone), ERR_PEER (malformed).
 */
enum err wire_recv(int fd, struct wire_msg *m) NODISCARD;

/*
 * For blocking roles: sends and waits for the reply with the same id. Any other message meanwhile
 * is given to `other` (NULL: none is expected); where that refuses it the call is ERR_PEER.
 * ERR_TIMEOUT after timeout_ms: the edge is then out of step and must be closed.
 */
typedef enum err wire_other_fn(void *ctx, struct wire_msg *m);
enum err wire_call(int fd, uint16_t type, uint32_t id, const struct buf *payload, int timeout_ms,
		   wire_other_fn *other, void *ctx, struct wire_msg *ret_reply) NODISCARD;

/*
 * One row of an edge's table. The handler reads its payload, calls wire_end, and only then acts
 * (wire_dispatch checks the end again). It owns nothing: it may fd_take from m->fds. What it
 * returns other than OK ends the sender, so it returns only ERR_PEER for a broken message or a
 * fatal error of its own; a refusal is a reply.
 */
struct wire_type {
	uint16_t type;
	const char *name;
	uint32_t max_payload;
	uint8_t min_fds, max_fds;
	enum err (*handle)(void *ctx, struct wire_msg *m, struct reader *payload);
};

/*
 * Finds the row of m, checks its sizes and calls its handler; the payload must then be consumed
 * exactly. ERR_PEER for any violation; *ret_name (may be NULL) is the row's name or "unknown".
 */
enum err wire_dispatch(const struct wire_type *table, size_t n, void *ctx, struct wire_msg *m,
		       const char **ret_name) NODISCARD;

#endif
