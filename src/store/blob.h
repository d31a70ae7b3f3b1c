/*
 * blob: content at rest, sealed in chunks.
 *
 * A blob is a file DIR/blobs/xx/<id>, or where it is small the body of its row, of chunks, each
 * `nonce[24] ciphertext tag[16]` of XChaCha20-Poly1305 over BLOB_CHUNK bytes of plaintext (the last
 * one 0 to BLOB_CHUNK). The chunk's number, whether it is the last, and the seal's `bind` are
 * authenticated with it; `bind` is the hash of city, transfer, role and blob id. So a flipped byte,
 * a swapped, lost or added chunk, and a result put in place of an original are all ERR_CRYPTO.
 *
 * The per-blob random key is kept wrapped under the city's epoch key (DIR/keys, apart from the
 * data); the wrapping authenticates `bind`, and after the commit also size and plaintext hash.
 * Purging overwrites and forgets the wrapped key, and the row or the file with it.
 *
 * A struct blob_seal is all that the http role needs beside the descriptor: it streams by itself.
 * Writers and readers hold one chunk in memory.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "base/hash.h"

#define BLOB_CHUNK (256u * 1024u)
#define BLOB_OVERHEAD 40u /* bytes added to each chunk: nonce and tag */
#define BLOB_ID_LEN 32u   /* hexadecimal digits */
#define BLOB_WRAPPED (24u + 32u + 16u)

enum blob_role { BLOB_ORIGINAL = 1, BLOB_RESULT = 2 };

/* Secret: what opens one blob. */
struct blob_seal {
	uint8_t key[32];
	uint8_t bind[32];
};

struct blob_id {
	char s[BLOB_ID_LEN + 1];
};

/* Size of the file that holds n bytes of plaintext. */
uint64_t blob_sealed_size(uint64_t n);

struct blob_writer;

/*
 * A writer over fd (read and write, regular file; not closed by the writer). size: the plaintext
 * bytes that will come in all. With resume_at > 0 it begins with blob_writer_resume, as often as
 * that says. ERR_LIMIT where more than size would come.
 */
enum err blob_writer_open(int fd, const struct blob_seal *seal, uint64_t size, uint64_t resume_at,
			  struct blob_writer **ret) NODISCARD;
/*
 * Reads, authenticates and hashes again the next of the chunks before resume_at, at most
 * BLOB_RESUME bytes. Once *ret_more is false blob_writer_at says the offset that the next byte must
 * have, a chunk boundary at most the one asked for, and the file was cut there.
 */
#define BLOB_RESUME (4u * BLOB_CHUNK)
enum err blob_writer_resume(struct blob_writer *w, bool *ret_more) NODISCARD;
enum err blob_writer_put(struct blob_writer *w, struct slice s) NODISCARD;
uint64_t blob_writer_at(const struct blob_writer *w);      /* bytes taken so far */
uint64_t blob_writer_durable(const struct blob_writer *w); /* whole chunks written so far, bytes */
/* Writes the last chunk and syncs. ERR_CONFLICT unless exactly `size` bytes came. */
enum err blob_writer_finish(struct blob_writer *w, struct hash *ret) NODISCARD;
void blob_writer_free(struct blob_writer *w); /* NULL is a no-op */

struct blob_reader;

/* A reader over fd (not closed by it). ERR_CRYPTO where the file has not the size that `size` has.
 */
enum err blob_reader_open(int fd, const struct blob_seal *seal, uint64_t size,
			  struct blob_reader **ret) NODISCARD;
/*
 * The plaintext from `at` to at most the end of its chunk; empty at the end. The slice is valid
 * until the next call.
 */
enum err blob_reader_at(struct blob_reader *r, uint64_t at, struct slice *ret) NODISCARD;
void blob_reader_free(struct blob_reader *r);

/* -- the gateway's side: ids, keys and files -------------------------------------------------- */

struct blob_home; /* DIR/blobs and the epoch keys of DIR/keys */

/* Makes DIR/blobs, and the first epoch key (0600) where there is none. */
enum err blob_home_create(const char *dir) NODISCARD;
enum err blob_home_open(const char *dir, struct blob_home **ret) NODISCARD;
void blob_home_free(struct blob_home *h);

/* A random id and key for a content that will have no file. */
void blob_name(struct slice city, struct slice transfer, enum blob_role role,
	       struct blob_id *ret_id, struct blob_seal *ret_seal);
/* A new empty file with a random id and key; fd is opened read and write, close-on-exec. */
enum err blob_create(struct blob_home *h, struct slice city, struct slice transfer,
		     enum blob_role role, struct blob_id *ret_id, struct blob_seal *ret_seal,
		     int *ret_fd) NODISCARD;
/*
 * Wraps the seal's key under the newest epoch. While a blob is being written size and hash are
 * 0 and NULL; at its commit it is wrapped anew with both.
 */
enum err blob_wrap(struct blob_home *h, const struct blob_seal *seal, uint64_t size,
		   const struct hash *hash, uint32_t *ret_epoch, uint8_t ret[BLOB_WRAPPED])
    NODISCARD;
/* ERR_CRYPTO where any of the arguments is not what it was wrapped with. */
enum err blob_unwrap(struct blob_home *h, struct slice city, struct slice transfer,
		     enum blob_role role, const struct blob_id *id, uint32_t epoch,
		     struct slice wrapped, uint64_t size, const struct hash *hash,
		     struct blob_seal *ret) NODISCARD;
enum err blob_open(struct blob_home *h, const struct blob_id *id, bool write, int *ret_fd)
    NODISCARD;
/* Unlinks the file; a file that is gone already is OK. The caller has forgotten the key before. */
enum err blob_destroy(struct blob_home *h, const struct blob_id *id) NODISCARD;
/* Calls fn for the id of every file there is, for sweeping what no row knows. */
enum err blob_each(struct blob_home *h, enum err (*fn)(void *ctx, const struct blob_id *id),
		   void *ctx) NODISCARD;
/* Free and total bytes of the file system that holds the blobs. */
enum err blob_space(struct blob_home *h, uint64_t *ret_free, uint64_t *ret_total) NODISCARD;

/* One chunk is the whole of it: sealed is blob_sealed_size(plain.n) bytes, as in a file. */
void blob_seal_one(const struct blob_seal *seal, struct slice plain, uint8_t *ret_sealed,
		   struct hash *ret);
/* *ret_plain holds size bytes. ERR_CRYPTO where the bytes are not those of this seal and size. */
enum err blob_open_one(const struct blob_seal *seal, struct slice sealed, uint64_t size,
		       uint8_t *ret_plain) NODISCARD;

/* A whole plaintext in one go, for what fits in memory. */
enum err blob_put_all(int fd, const struct blob_seal *seal, struct slice s, struct hash *ret)
    NODISCARD;

#endif
