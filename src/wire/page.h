/*
 * page: what the http role asks its portal, and what the portal answers.
 *
 * One PAGE_REQUEST per request of a browser, with the id that its PAGE_REPLY bears. The zone is the
 * edge and no field. Texts were decoded strictly by room http: valid UTF-8, no NUL. A file's bytes
 * never travel here: PAGE_UPLOAD asks where they go, the reply PAGE_TAKE carries a descriptor and
 * the seal of its chunks, and PAGE_UPLOADED tells how it ended. A download is the reply PAGE_SEND,
 * with a descriptor and a seal as well. PAGE_LATER frees the portal for other requests; the answer
 * itself comes within PAGE_LATER_S seconds.
 *
 * The portal believes the head, not the browser: `peer` is the address of the connection.
 * Slices of a decoded message point into it.
 */
#ifndef WIRE_PAGE_H
#define WIRE_PAGE_H

#include "wire/wire.h"

enum { PAGE_REQUEST = 100, PAGE_REPLY = 101 };
enum {
	PAGE_PAIRS_MAX = 64,
	PAGE_FIELDS_MAX = 16,
	PAGE_BODY_MAX = 40 << 10,
	PAGE_SEAL = 64,
	PAGE_LATER_S = 60
};

enum page_kind {
	PAGE_ASK,     /* answer this */
	PAGE_UPLOAD,  /* a file of `size` bytes waits behind this head: where does it go? */
	PAGE_UPLOADED /* `received` of it are durable; all of it where `complete` */
};

enum page_method { PAGE_GET, PAGE_HEAD, PAGE_POST, PAGE_PUT, PAGE_DELETE };

struct page_pair {
	struct slice name, value;
};

struct page_pairs {
	size_t n;
	struct page_pair p[PAGE_PAIRS_MAX];
};

struct page_request {
	enum page_kind kind;
	enum page_method method;
	bool tls, partial; /* partial: asked for by htmx */
	struct slice path, host, peer;
	struct slice authorization, accept_language, origin, fetch_site, csrf, media;
	struct page_pairs query, form, cookies;
	struct slice body; /* of JSON requests */
	uint64_t size;
	struct slice file_name; /* of a multipart upload */
	struct slice tag;       /* what PAGE_TAKE said, in PAGE_UPLOADED and the last PAGE_ASK */
	uint64_t received;
	bool complete;
	struct hash hash; /* of the whole plaintext, where complete */
};

enum page_answer {
	PAGE_ANSWER, /* status, fields and a body: here, or in the one descriptor */
	PAGE_TAKE,   /* upload: one descriptor, seal, size, at, tag */
	PAGE_NEXT,   /* uploaded: go on with the rest of the form */
	PAGE_SEND,   /* download: status, fields, one descriptor, seal, size */
	PAGE_LATER   /* nothing yet: another PAGE_REPLY with this id will come */
};

struct page_reply {
	enum page_answer kind;
	uint16_t status;
	struct slice type, etag;
	size_t fields_n;
	struct page_pair fields[PAGE_FIELDS_MAX];
	struct slice body;
	uint8_t seal[PAGE_SEAL];
	uint64_t size, at;
	struct slice tag;
};

/* Append the payload; a buf in error says what did not fit. */
void page_request_put(struct buf *b, const struct page_request *r);
void page_reply_put(struct buf *b, const struct page_reply *r);
/* ERR_PEER unless it is exactly one. */
enum err page_request_get(struct slice payload, struct page_request *ret) NODISCARD;
enum err page_reply_get(struct slice payload, struct page_reply *ret) NODISCARD;

/* The value of the only pair of that name, or .p NULL. */
struct slice page_get(const struct page_pairs *pairs, const char *name);

#endif
