/* chunk: writing and reading the sealed chunks of one blob; see blob.h. */
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <errno.h>
#include "store/blob.h"

#define NONCE 24u
#define TAG 16u
#define SEALED (BLOB_CHUNK + BLOB_OVERHEAD)

_Static_assert(NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

struct blob_writer {
	int fd;
	struct blob_seal seal;
	struct sha256_ctx hash;
	uint64_t size, at; /* plaintext: all that will come, taken so far */
	uint64_t durable;  /* plaintext in chunks that were written */
	uint64_t upto;     /* what an earlier writer left is read again up to here */
	bool ready;        /* it was */
	size_t n;          /* bytes waiting in plain */
	bool finished;
	enum err err; /* sticky: after a failed write nothing more may be sealed */
	size_t room;  /* bytes of plain: a chunk, or all where that is less */
	uint8_t *sealed;
	uint8_t plain[];
};

struct blob_reader {
	int fd;
	struct blob_seal seal;
	uint64_t size, chunk; /* chunk: the one in plain, UINT64_MAX for none */
	size_t n, room;
	uint8_t *sealed;
	uint8_t plain[];
};

/* A small content needs no two buffers of a whole chunk: clearing them costs more than it. */
static size_t room_of(uint64_t size)
{
	return size < BLOB_CHUNK ? (size_t)size : BLOB_CHUNK;
}

/* An empty content has one empty chunk: that there is nothing is authenticated as well. */
static uint64_t chunks_of(uint64_t n)
{
	return n == 0 ? 1 : (n - 1) / BLOB_CHUNK + 1;
}

uint64_t blob_sealed_size(uint64_t n)
{
	return n + chunks_of(n) * BLOB_OVERHEAD;
}

/* What is authenticated with a chunk: whose, which, and whether it is the last. */
static void chunk_ad(const struct blob_seal *seal, uint64_t number, bool last, uint8_t ret[41])
{
	memcpy(ret, seal->bind, 32);
	for (unsigned i = 0; i < 8; i++)
		ret[32 + i] = (uint8_t)(number >> (56 - 8 * i));
	ret[40] = last;
}

static enum err write_at(int fd, const uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, p, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
		p += done;
		n -= (size_t)done;
		at += (uint64_t)done;
	}
	return OK;
}

static enum err read_at(int fd, uint8_t *p, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t done = pread(fd, p, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ERR_IO;
		if (done == 0)
			return ERR_CRYPTO;
		p += done;
		n -= (size_t)done;
		at += (uint64_t)done;
	}
	return OK;
}

/* A random nonce: a chunk may be written again after a cut upload, with other bytes. */
static void chunk_seal(const struct blob_seal *seal, uint64_t number, bool last, struct slice plain,
		       uint8_t *ret_sealed)
{
	uint8_t ad[41];

	randombytes_buf(ret_sealed, NONCE);
	chunk_ad(seal, number, last, ad);
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret_sealed + NONCE, NULL, plain.p, plain.n, ad,
						   sizeof ad, NULL, ret_sealed, seal->key);
}

static enum err chunk_unseal(const struct blob_seal *seal, uint64_t number, bool last, size_t n,
			     const uint8_t *sealed, uint8_t *ret_plain)
{
	uint8_t ad[41];

	chunk_ad(seal, number, last, ad);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL, sealed + NONCE,
						       n + TAG, ad, sizeof ad, sealed,
						       seal->key) != 0)
		return ERR_CRYPTO;
	return OK;
}

static enum err chunk_open(int fd, const struct blob_seal *seal, uint64_t number, bool last,
			   size_t n, uint8_t *sealed, uint8_t *ret_plain)
{
	TRY(read_at(fd, sealed, n + BLOB_OVERHEAD, number * SEALED));
	return chunk_unseal(seal, number, last, n, sealed, ret_plain);
}

void blob_seal_one(const struct blob_seal *seal, struct slice plain, uint8_t *ret_sealed,
		   struct hash *ret)
{
	BUG_IF(plain.n > BLOB_CHUNK || sodium_init() < 0);
	chunk_seal(seal, 0, true, plain, ret_sealed);
	*ret = hash_of(plain);
}

enum err blob_open_one(const struct blob_seal *seal, struct slice sealed, uint64_t size,
		       uint8_t *ret_plain)
{
	if (size > BLOB_CHUNK || sealed.n != size + BLOB_OVERHEAD || sodium_init() < 0)
		return ERR_CRYPTO;
	return chunk_unseal(seal, 0, true, (size_t)size, sealed.p, ret_plain);
}

/* -- writing ------------------------------------------------------------------------------------
 */

static enum err writer_chunk(struct blob_writer *w, bool last)
{
	uint64_t number = w->durable / BLOB_CHUNK;

	chunk_seal(&w->seal, number, last, slice_of(w->plain, w->n), w->sealed);
	w->err = write_at(w->fd, w->sealed, w->n + BLOB_OVERHEAD, number * SEALED);
	TRY(w->err);
	sha256_update(&w->hash, w->n, w->plain);
	w->durable += w->n;
	w->n = 0;
	return OK;
}

/* Whether the next chunk is whole, not the last, and what was written. */
static bool writer_again(struct blob_writer *w, uint64_t file_size)
{
	uint64_t number = w->durable / BLOB_CHUNK;

	if (w->durable + BLOB_CHUNK > w->upto || w->durable + BLOB_CHUNK >= w->size ||
	    file_size < (number + 1) * SEALED ||
	    chunk_open(w->fd, &w->seal, number, false, BLOB_CHUNK, w->sealed, w->plain) != OK)
		return false;
	sha256_update(&w->hash, BLOB_CHUNK, w->plain);
	w->durable += BLOB_CHUNK;
	return true;
}

enum err blob_writer_resume(struct blob_writer *w, bool *ret_more)
{
	uint64_t from = w->durable;
	struct stat st;

	if (fstat(w->fd, &st) != 0)
		return ERR_IO;
	while (!w->ready && w->durable - from < BLOB_RESUME)
		w->ready = !writer_again(w, (uint64_t)st.st_size);
	*ret_more = !w->ready;
	if (!w->ready)
		return OK;
	w->at = w->durable;
	return ftruncate(w->fd, (off_t)(w->durable / BLOB_CHUNK * SEALED)) == 0 ? OK : ERR_IO;
}

enum err blob_writer_open(int fd, const struct blob_seal *seal, uint64_t size, uint64_t resume_at,
			  struct blob_writer **ret)
{
	struct blob_writer *w;
	bool more;
	enum err e = OK;

	if (sodium_init() < 0)
		return ERR_CRYPTO;
	w = calloc(1, sizeof *w + 2 * room_of(size) + BLOB_OVERHEAD);
	if (!w)
		return ERR_MEMORY;
	w->room = room_of(size);
	w->sealed = w->plain + w->room;
	w->fd = fd;
	w->seal = *seal;
	w->size = size;
	sha256_init(&w->hash);
	w->upto = resume_at;
	if (resume_at == 0)
		e = blob_writer_resume(w, &more);
	if (e != OK) {
		blob_writer_free(w);
		return e;
	}
	*ret = w;
	return OK;
}

enum err blob_writer_put(struct blob_writer *w, struct slice s)
{
	TRY(w->err);
	if (w->finished || !w->ready)
		return ERR_CONFLICT;
	if (s.n > w->size - w->at)
		return ERR_LIMIT;
	while (s.n > 0) {
		size_t take = BLOB_CHUNK - w->n < s.n ? BLOB_CHUNK - w->n : s.n;

		memcpy(w->plain + w->n, s.p, take);
		w->n += take;
		w->at += take;
		s = slice_from(s, take);
		/* The last chunk waits for finish, which gives it its flag. */
		if (w->n == BLOB_CHUNK && w->at < w->size)
			TRY(writer_chunk(w, false));
	}
	return OK;
}

uint64_t blob_writer_at(const struct blob_writer *w)
{
	return w->at;
}

uint64_t blob_writer_durable(const struct blob_writer *w)
{
	return w->durable;
}

enum err blob_writer_finish(struct blob_writer *w, struct hash *ret)
{
	TRY(w->err);
	if (w->finished || !w->ready || w->at != w->size)
		return ERR_CONFLICT;
	TRY(writer_chunk(w, true));
	if (fdatasync(w->fd) != 0) {
		w->err = errno == ENOSPC ? ERR_FULL : ERR_IO;
		return w->err;
	}
	w->finished = true;
	sha256_digest(&w->hash, sizeof ret->b, ret->b);
	return OK;
}

void blob_writer_free(struct blob_writer *w)
{
	if (!w)
		return;
	sodium_memzero(w, sizeof *w + 2 * w->room + BLOB_OVERHEAD);
	free(w);
}

enum err blob_put_all(int fd, const struct blob_seal *seal, struct slice s, struct hash *ret)
{
	struct blob_writer *w;
	enum err e;

	TRY(blob_writer_open(fd, seal, s.n, 0, &w));
	e = blob_writer_put(w, s);
	if (e == OK)
		e = blob_writer_finish(w, ret);
	blob_writer_free(w);
	return e;
}

/* -- reading ------------------------------------------------------------------------------------
 */

enum err blob_reader_open(int fd, const struct blob_seal *seal, uint64_t size,
			  struct blob_reader **ret)
{
	struct blob_reader *r;
	struct stat st;

	if (sodium_init() < 0)
		return ERR_CRYPTO;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if ((uint64_t)st.st_size != blob_sealed_size(size))
		return ERR_CRYPTO;
	r = calloc(1, sizeof *r + 2 * room_of(size) + BLOB_OVERHEAD);
	if (!r)
		return ERR_MEMORY;
	r->room = room_of(size);
	r->sealed = r->plain + r->room;
	r->fd = fd;
	r->seal = *seal;
	r->size = size;
	r->chunk = UINT64_MAX;
	*ret = r;
	return OK;
}

enum err blob_reader_at(struct blob_reader *r, uint64_t at, struct slice *ret)
{
	uint64_t number = at / BLOB_CHUNK, last = chunks_of(r->size) - 1;

	if (at > r->size)
		return ERR_LIMIT;
	/* The end of a full last chunk: nothing follows, and the last flag was checked with it. */
	if (number > last)
		number = last;
	if (r->chunk != number) {
		uint64_t left = r->size - number * BLOB_CHUNK;
		size_t n = left < BLOB_CHUNK ? (size_t)left : BLOB_CHUNK;

		r->chunk = UINT64_MAX;
		TRY(chunk_open(r->fd, &r->seal, number, number == last, n, r->sealed, r->plain));
		r->chunk = number;
		r->n = n;
	}
	*ret = slice_from(slice_of(r->plain, r->n), (size_t)(at - number * BLOB_CHUNK));
	return OK;
}

void blob_reader_free(struct blob_reader *r)
{
	if (!r)
		return;
	sodium_memzero(r, sizeof *r + 2 * r->room + BLOB_OVERHEAD);
	free(r);
}
