/* blob: ids, wrapped keys and files; see blob.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "os/file.h"
#include "os/rand.h"
#include "store/blob.h"

#define EPOCHS_MAX 1000u
#define KEY_NAME "blob-%04u.key"

struct blob_home {
	int blobs;       /* DIR/blobs */
	int folder[256]; /* those under it that were written to, opened on first use; -1 */
	uint32_t newest;
	uint8_t key[EPOCHS_MAX][32]; /* [0] is never used */
	bool known[EPOCHS_MAX];
};

static enum err open_dir(int at, const char *path, int *ret)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	*ret = fd;
	return OK;
}

/* A new folder is durable in its own folder before anything is put into it. */
static enum err make_dir(int at, const char *name)
{
	if (mkdirat(at, name, 0700) == 0) {
		enum err e = file_sync_dir(at);

		/* Gone again, so that the next one does not take it for durable. */
		if (e != OK)
			unlinkat(at, name, AT_REMOVEDIR);
		return e;
	}
	if (errno == EEXIST)
		return OK;
	return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

enum err blob_home_create(const char *dir)
{
	AUTO_CLOSE top = -1;
	AUTO_CLOSE keys = -1;
	char name[32];
	uint8_t key[32];
	enum err e;

	TRY(open_dir(AT_FDCWD, dir, &top));
	TRY(make_dir(top, "blobs"));
	TRY(make_dir(top, "keys"));
	TRY(open_dir(top, "keys", &keys));
	rand_bytes(key, sizeof key);
	snprintf(name, sizeof name, KEY_NAME, 1u);
	e = file_write_new(keys, name, slice_of(key, sizeof key), 0400);
	sodium_memzero(key, sizeof key);
	/* An installation that has its first key already keeps it. */
	if (e == ERR_CONFLICT)
		e = OK;
	TRY(e);
	return file_sync_dir(top);
}

static enum err read_key(int keys, uint32_t epoch, uint8_t ret[32], bool *ret_found)
{
	AUTO_CLOSE fd = -1;
	char name[32];
	struct stat st;

	snprintf(name, sizeof name, KEY_NAME, epoch);
	*ret_found = false;
	fd = openat(keys, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? OK : ERR_IO;
	/* A key that others may read is no key any more. */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077))
		return ERR_FORBIDDEN;
	if (read(fd, ret, 32) != 32 || st.st_size != 32)
		return ERR_CRYPTO;
	*ret_found = true;
	return OK;
}

enum err blob_home_open(const char *dir, struct blob_home **ret)
{
	AUTO_CLOSE keys = -1;
	AUTO_CLOSE blobs = -1;
	char path[4096];
	struct blob_home *h;
	enum err e = OK;

	if (sodium_init() < 0)
		return ERR_CRYPTO;
	/* Not by way of the folder that holds both: who opens them may have no right to that. */
	snprintf(path, sizeof path, "%s/keys", dir);
	TRY(open_dir(AT_FDCWD, path, &keys));
	snprintf(path, sizeof path, "%s/blobs", dir);
	TRY(open_dir(AT_FDCWD, path, &blobs));
	h = calloc(1, sizeof *h);
	if (!h)
		return ERR_MEMORY;
	for (size_t i = 0; i < ARRAY_LEN(h->folder); i++)
		h->folder[i] = -1;
	for (uint32_t i = 1; i < EPOCHS_MAX && e == OK; i++) {
		e = read_key(keys, i, h->key[i], &h->known[i]);
		if (h->known[i])
			h->newest = i;
	}
	if (e == OK && h->newest == 0)
		e = ERR_NOT_FOUND;
	/* A death between making a folder and its durability is mended here. */
	if (e == OK)
		e = file_sync_dir(blobs);
	h->blobs = e == OK ? fd_take(&blobs) : -1;
	if (e != OK) {
		blob_home_free(h);
		return e;
	}
	*ret = h;
	return OK;
}

void blob_home_free(struct blob_home *h)
{
	if (!h)
		return;
	fd_close(&h->blobs);
	for (size_t i = 0; i < ARRAY_LEN(h->folder); i++)
		fd_close(&h->folder[i]);
	sodium_memzero(h, sizeof *h);
	free(h);
}

static void add_part(struct sha256_ctx *c, struct slice s)
{
	uint8_t n[4] = {(uint8_t)(s.n >> 24), (uint8_t)(s.n >> 16), (uint8_t)(s.n >> 8),
			(uint8_t)s.n};

	/* Lengths before the parts, so that no two bindings print alike. */
	sha256_update(c, sizeof n, n);
	sha256_update(c, s.n, s.p);
}

static void bind_of(struct slice city, struct slice transfer, enum blob_role role,
		    const struct blob_id *id, uint8_t ret[32])
{
	uint8_t r = (uint8_t)role;
	struct sha256_ctx c;

	sha256_init(&c);
	add_part(&c, S("sekisho blob v1"));
	add_part(&c, city);
	add_part(&c, transfer);
	add_part(&c, slice_of(&r, 1));
	add_part(&c, slice_of(id->s, BLOB_ID_LEN));
	sha256_digest(&c, 32, ret);
}

static bool id_ok(const struct blob_id *id)
{
	for (size_t i = 0; i < BLOB_ID_LEN; i++)
		if (!strchr("0123456789abcdef", id->s[i]) || !id->s[i])
			return false;
	return id->s[BLOB_ID_LEN] == 0;
}

static void path_of(const struct blob_id *id, char ret[BLOB_ID_LEN + 4])
{
	BUG_IF(!id_ok(id));
	snprintf(ret, BLOB_ID_LEN + 4, "%.2s/%s", id->s, id->s);
}

/* The folder of an id, durable in its own; borrowed. */
static enum err folder_of(struct blob_home *h, const struct blob_id *id, int *ret)
{
	char two[3];
	unsigned n;

	snprintf(two, sizeof two, "%.2s", id->s);
	n = (unsigned)strtoul(two, NULL, 16);
	if (h->folder[n] < 0) {
		TRY(make_dir(h->blobs, two));
		TRY(open_dir(h->blobs, two, &h->folder[n]));
	}
	*ret = h->folder[n];
	return OK;
}

void blob_name(struct slice city, struct slice transfer, enum blob_role role,
	       struct blob_id *ret_id, struct blob_seal *ret_seal)
{
	struct blob_id id;

	rand_hex(BLOB_ID_LEN / 2, id.s);
	rand_bytes(ret_seal->key, sizeof ret_seal->key);
	bind_of(city, transfer, role, &id, ret_seal->bind);
	*ret_id = id;
}

enum err blob_create(struct blob_home *h, struct slice city, struct slice transfer,
		     enum blob_role role, struct blob_id *ret_id, struct blob_seal *ret_seal,
		     int *ret_fd)
{
	AUTO_CLOSE fd = -1;
	struct blob_seal seal;
	struct blob_id id;
	int folder;
	enum err e;

	blob_name(city, transfer, role, &id, &seal);
	TRY(folder_of(h, &id, &folder));
	fd = openat(folder, id.s, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	e = file_sync_dir(folder);
	if (e != OK) {
		unlinkat(folder, id.s, 0);
		return e;
	}
	*ret_id = id;
	*ret_seal = seal;
	*ret_fd = fd_take(&fd);
	return OK;
}

/* What is authenticated with a wrapped key: the binding, and at last size and hash. */
static void wrap_ad(const uint8_t bind[32], uint64_t size, const struct hash *hash, uint8_t ret[73])
{
	memcpy(ret, bind, 32);
	for (unsigned i = 0; i < 8; i++)
		ret[32 + i] = (uint8_t)(size >> (56 - 8 * i));
	ret[40] = hash != NULL;
	memset(ret + 41, 0, 32);
	if (hash)
		memcpy(ret + 41, hash->b, 32);
}

enum err blob_wrap(struct blob_home *h, const struct blob_seal *seal, uint64_t size,
		   const struct hash *hash, uint32_t *ret_epoch, uint8_t ret[BLOB_WRAPPED])
{
	uint8_t ad[73];

	wrap_ad(seal->bind, size, hash, ad);
	randombytes_buf(ret, 24);
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret + 24, NULL, seal->key, 32, ad, sizeof ad,
						   NULL, ret, h->key[h->newest]);
	*ret_epoch = h->newest;
	return OK;
}

enum err blob_unwrap(struct blob_home *h, struct slice city, struct slice transfer,
		     enum blob_role role, const struct blob_id *id, uint32_t epoch,
		     struct slice wrapped, uint64_t size, const struct hash *hash,
		     struct blob_seal *ret)
{
	struct blob_seal seal;
	uint8_t ad[73];

	if (wrapped.n != BLOB_WRAPPED || epoch == 0 || epoch >= EPOCHS_MAX || !h->known[epoch])
		return ERR_CRYPTO;
	bind_of(city, transfer, role, id, seal.bind);
	wrap_ad(seal.bind, size, hash, ad);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(seal.key, NULL, NULL, wrapped.p + 24,
						       wrapped.n - 24, ad, sizeof ad, wrapped.p,
						       h->key[epoch]) != 0)
		return ERR_CRYPTO;
	*ret = seal;
	return OK;
}

enum err blob_open(struct blob_home *h, const struct blob_id *id, bool write, int *ret_fd)
{
	char path[BLOB_ID_LEN + 4];
	int fd;

	path_of(id, path);
	fd = openat(h->blobs, path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	*ret_fd = fd;
	return OK;
}

enum err blob_destroy(struct blob_home *h, const struct blob_id *id)
{
	char path[BLOB_ID_LEN + 4];

	path_of(id, path);
	if (unlinkat(h->blobs, path, 0) != 0 && errno != ENOENT)
		return ERR_IO;
	return OK;
}

static enum err each_in(int folder, enum err (*fn)(void *ctx, const struct blob_id *id), void *ctx)
{
	DIR *d = fdopendir(folder);
	enum err e = OK;

	if (!d) {
		close(folder);
		return ERR_IO;
	}
	for (struct dirent *de; e == OK && (de = readdir(d));) {
		struct blob_id id = {0};

		if (strlen(de->d_name) != BLOB_ID_LEN)
			continue;
		memcpy(id.s, de->d_name, BLOB_ID_LEN);
		if (id_ok(&id))
			e = fn(ctx, &id);
	}
	closedir(d);
	return e;
}

enum err blob_each(struct blob_home *h, enum err (*fn)(void *ctx, const struct blob_id *id),
		   void *ctx)
{
	for (unsigned i = 0; i < 256; i++) {
		char two[3];
		int folder;
		enum err e;

		snprintf(two, sizeof two, "%02x", i);
		e = open_dir(h->blobs, two, &folder);
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		TRY(each_in(folder, fn, ctx));
	}
	return OK;
}

enum err blob_space(struct blob_home *h, uint64_t *ret_free, uint64_t *ret_total)
{
	return file_disk(h->blobs, ret_free, ret_total);
}
