/* content: reads and writes the sealed blobs of a transfer. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/filename.h"
#include "gateway/internal.h"
#include "os/fd.h"
#include "os/file.h"

static enum err row_hash(struct slice s, struct hash *ret)
{
	if (s.n != sizeof ret->b)
		return ERR_CRYPTO;
	memcpy(ret->b, s.p, s.n);
	return OK;
}

enum err content_row(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct arena *a, struct blob_row *ret_row, struct blob_seal *ret_seal)
{
	struct blob_row b;
	struct hash h;
	bool whole;

	TRY(store_blob_get(g->conf.store, t->id, role, a, &b));
	whole = b.hash.n > 0;
	if (whole)
		TRY(row_hash(b.hash, &h));
	TRY(blob_unwrap(g->conf.blobs, store_city(g->conf.store), t->id, role, &b.id, b.epoch,
			b.wrapped, b.size, whole ? &h : NULL, ret_seal));
	*ret_row = b;
	return OK;
}

static enum err row_as_file(struct gateway *g, const struct blob_row *b, struct arena *a,
			    int *ret_fd)
{
	struct slice body;

	TRY(store_blob_body(g->conf.store, &b->id, a, &body));
	return mem_of("content", body, ret_fd);
}

enum err content_open(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		      bool write, struct arena *a, struct blob_row *ret_row,
		      struct blob_seal *ret_seal, int *ret_fd)
{
	struct blob_row b;

	TRY(content_row(g, t, role, a, &b, ret_seal));
	if (!b.in_row)
		TRY(blob_open(g->conf.blobs, &b.id, write, ret_fd));
	else if (write)
		TRY(stage_open(g, t->id, ret_fd));
	else
		TRY(row_as_file(g, &b, a, ret_fd));
	*ret_row = b;
	return OK;
}

struct content_load {
	struct blob_reader *r;
	int fd, mem;
	struct sha256_ctx hash;
	struct hash want; /* exactly what was committed */
	uint64_t size, at;
};

static enum err load_open(struct gateway *g, const struct transfer_row *t, enum blob_role role,
			  uint64_t max, struct content_load *l)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct blob_seal seal;
	struct blob_row b;
	enum err e;

	if (!a)
		return ERR_MEMORY;
	e = content_open(g, t, role, false, a, &b, &seal, &l->fd);
	/* A committed transfer whose file or row is gone is broken content, not a missing page. */
	if (e == ERR_NOT_FOUND)
		return ERR_CRYPTO;
	TRY(e);
	if (b.size > max)
		return ERR_LIMIT;
	l->size = b.size;
	TRY(row_hash(b.hash, &l->want));
	TRY(mem_new("content", &l->mem));
	return blob_reader_open(l->fd, &seal, b.size, &l->r);
}

enum err content_load_begin(struct gateway *g, const struct transfer_row *t, enum blob_role role,
			    uint64_t max, struct content_load **ret)
{
	struct content_load *l = calloc(1, sizeof *l);
	enum err e;

	if (!l)
		return ERR_MEMORY;
	l->fd = l->mem = -1;
	sha256_init(&l->hash);
	e = load_open(g, t, role, max, l);
	if (e != OK) {
		content_load_free(l);
		return e;
	}
	*ret = l;
	return OK;
}

enum err content_load_slice(struct content_load *l, int *ret_fd)
{
	uint64_t end = l->size - l->at < CONTENT_SLICE ? l->size : l->at + CONTENT_SLICE;
	struct hash got;
	struct slice s;

	/* Reading at the end authenticates the last chunk of an empty content too. */
	do {
		TRY(blob_reader_at(l->r, l->at, &s));
		sha256_update(&l->hash, s.n, s.p);
		TRY(fd_write_all(l->mem, s.p, s.n));
		l->at += s.n;
	} while (l->at < end);
	if (l->at < l->size)
		return OK;
	sha256_digest(&l->hash, sizeof got.b, got.b);
	if (!hash_eq(got, l->want))
		return ERR_CRYPTO;
	TRY(mem_seal(l->mem));
	*ret_fd = l->mem;
	return OK;
}

void content_load_free(struct content_load *l)
{
	if (!l)
		return;
	blob_reader_free(l->r);
	fd_close(&l->fd);
	fd_close(&l->mem);
	free(l);
}

static enum err wrap(struct gateway *g, struct blob_row *b, const struct blob_seal *seal,
		     const struct hash *h, struct arena *a)
{
	uint8_t *wrapped = arena_alloc(a, BLOB_WRAPPED);

	if (!wrapped)
		return ERR_MEMORY;
	TRY(blob_wrap(g->conf.blobs, seal, b->size, h, &b->epoch, wrapped));
	b->wrapped = slice_of(wrapped, BLOB_WRAPPED);
	b->created_ms = now(g);
	return OK;
}

enum err content_new(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct arena *a, struct blob_row *ret)
{
	struct blob_row b = {
	    .transfer = t->id, .role = role, .in_row = t->size <= g->conf.in_row_max};
	struct slice city = store_city(g->conf.store);
	AUTO_CLOSE fd = -1;
	struct blob_seal seal;
	enum err e;

	if (b.in_row)
		blob_name(city, t->id, role, &b.id, &seal);
	else
		TRY(blob_create(g->conf.blobs, city, t->id, role, &b.id, &seal, &fd));
	e = wrap(g, &b, &seal, NULL, a);
	if (e != OK)
		return content_undo(g, &b) == OK ? e : ERR_IO;
	*ret = b;
	return OK;
}

enum err content_undo(struct gateway *g, const struct blob_row *b)
{
	return b->in_row ? OK : blob_destroy(g->conf.blobs, &b->id);
}

static enum err put_row(struct blob_row *b, const struct blob_seal *seal, struct slice bytes,
			struct arena *a, struct hash *ret)
{
	size_t n = (size_t)blob_sealed_size(bytes.n);
	uint8_t *sealed = arena_alloc(a, n);

	if (!sealed)
		return ERR_MEMORY;
	blob_seal_one(seal, bytes, sealed, ret);
	b->body = slice_of(sealed, n);
	return OK;
}

enum err content_put(struct gateway *g, const struct transfer_row *t, enum blob_role role,
		     struct slice bytes, struct arena *a, struct blob_row *ret)
{
	struct blob_row b = {.transfer = t->id,
			     .role = role,
			     .size = bytes.n,
			     .in_row = bytes.n <= g->conf.in_row_max};
	struct slice city = store_city(g->conf.store);
	struct hash *h = arena_alloc(a, sizeof *h);
	AUTO_CLOSE fd = -1;
	struct blob_seal seal;
	enum err e;

	if (!h)
		return ERR_MEMORY;
	if (b.in_row)
		blob_name(city, t->id, role, &b.id, &seal);
	else
		TRY(blob_create(g->conf.blobs, city, t->id, role, &b.id, &seal, &fd));
	e = b.in_row ? put_row(&b, &seal, bytes, a, h) : blob_put_all(fd, &seal, bytes, h);
	if (e == OK)
		e = wrap(g, &b, &seal, h, a);
	/* A file that could not be written whole has no row and is nothing. */
	if (e != OK)
		return content_undo(g, &b) == OK ? e : ERR_IO;
	b.hash = slice_of(h->b, sizeof h->b);
	*ret = b;
	return OK;
}

const char *content_mime(struct slice grammar)
{
	static const struct {
		const char *grammar, *mime;
	} table[] = {
	    {"txt", "text/plain"},
	    {"csv", "text/csv"},
	    {"tsv", "text/tab-separated-values"},
	    {"png", "image/png"},
	    {"gif", "image/gif"},
	    {"tiff", "image/tiff"},
	    {"jpeg", "image/jpeg"},
	    {"pdf", "application/pdf"},
	    {"zip", "application/zip"},
	    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_eq_str(grammar, table[i].grammar))
			return table[i].mime;
	return "application/octet-stream";
}

enum err content_name(struct slice name, struct slice ext, struct arena *a, struct slice *ret)
{
	AUTO_BUF b;
	size_t dot;

	buf_init(&b, COMMAND_NAME_MAX + 64);
	filename_put(&b, name);
	dot = filename_extension(buf_view(&b));
	if (dot != SIZE_MAX)
		b.n = dot;
	filename_one_extension(&b, 0);
	if (b.n == 0)
		buf_str(&b, "_");
	buf_byte(&b, '.');
	buf_slice(&b, ext);
	TRY(buf_err(&b));
	*ret = arena_copy(a, buf_view(&b));
	return ret->p ? OK : ERR_MEMORY;
}
