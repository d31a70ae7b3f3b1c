/* signer: writes bundles and tiles, remembers its head, signs; see signer.h. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "os/file.h"
#include "os/rand.h"
#include "record/chain.h"
#include "record/signer.h"

struct signer {
	int log, own; /* DIR/log and DIR/signer */
	struct tlog_signer key;
	uint64_t size;
	struct tlog_range range; /* of the signed tree: what a new root must grow from */
	struct hash last;        /* leaf hash of entry size - 1 */
	struct buf bundle;       /* the last, partial bundle */
};

static enum err make_dir(int at, const char *name, mode_t mode)
{
	if (mkdirat(at, name, mode) != 0 && errno != EEXIST)
		return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	return OK;
}

static enum err open_dir(int at, const char *name, int *ret)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	*ret = fd;
	return OK;
}

/* A new folder of the log is durable in its own folder before a tile stands in it. */
static enum err make_log_dir(int log, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[TLOG_PATH_MAX] = ".";
	AUTO_CLOSE dir = -1;
	struct stat st;
	enum err e;

	if (fstatat(log, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(st.st_mode) ? OK : ERR_CONFLICT;
	TRY(make_dir(log, path, 0755));
	if (slash)
		snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
	e = open_dir(log, parent, &dir);
	if (e == OK)
		e = file_sync_dir(dir);
	/* Gone again, so that the next one does not take it for durable. */
	if (e != OK)
		unlinkat(log, path, AT_REMOVEDIR);
	return e;
}

/* Writes log/path durably, making the folders on the way. */
static enum err put_file(int log, const char *path, struct slice data)
{
	char folder[TLOG_PATH_MAX];
	AUTO_CLOSE dir = -1;
	const char *slash = strrchr(path, '/');

	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(p - path), path);
		TRY(make_log_dir(log, folder));
	}
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	TRY(open_dir(log, folder, &dir));
	return file_write(dir, slash + 1, data, 0644);
}

/* -- head and checkpoint ------------------------------------------------------------------------
 */

static enum err sign(struct signer *s, uint64_t size, struct hash root, struct buf *ret_note)
{
	struct tlog_checkpoint c = {
	    .origin = slice_str(s->key.key.name), .size = size, .root = root};
	AUTO_BUF text;

	buf_init(&text, TLOG_NOTE_MAX);
	tlog_checkpoint_put(&text, &c);
	TRY(buf_err(&text));
	return tlog_note_sign(ret_note, buf_view(&text), &s->key);
}

/* The head first: once it is durable nothing that contradicts it can be signed any more. */
static enum err publish(struct signer *s, uint64_t size, struct hash root)
{
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	TRY(sign(s, size, root, &note));
	TRY(file_write(s->own, "head", buf_view(&note), 0600));
	return file_write(s->log, "checkpoint", buf_view(&note), 0644);
}

static enum err write_keys(struct signer *s)
{
	AUTO_BUF secret;
	AUTO_BUF pub;
	enum err e;

	buf_init(&secret, 4096);
	buf_init(&pub, 4096);
	tlog_skey_put(&secret, &s->key);
	tlog_vkey_put(&pub, &s->key.key);
	buf_byte(&pub, '\n');
	TRY(buf_err(&secret));
	TRY(buf_err(&pub));
	e = file_write_new(s->own, "key", buf_view(&secret), 0400);
	sodium_memzero(secret.p, secret.n);
	TRY(e);
	return file_write(s->log, "key", buf_view(&pub), 0644);
}

enum err signer_create(const char *dir, struct slice origin)
{
	struct signer s = {.log = -1, .own = -1};
	AUTO_CLOSE top = -1;
	AUTO_CLOSE log = -1;
	AUTO_CLOSE own = -1;
	uint8_t seed[32];
	enum err e;

	TRY(open_dir(AT_FDCWD, dir, &top));
	TRY(make_dir(top, "log", 0755));
	TRY(make_dir(top, "signer", 0700));
	TRY(open_dir(top, "log", &log));
	TRY(open_dir(top, "signer", &own));
	rand_bytes(seed, sizeof seed);
	e = tlog_signer_make(origin, seed, &s.key);
	sodium_memzero(seed, sizeof seed);
	TRY(e);
	s.log = log;
	s.own = own;
	e = write_keys(&s);
	if (e == OK)
		e = publish(&s, 0, tlog_empty());
	tlog_signer_wipe(&s.key);
	TRY(e);
	return file_sync_dir(top);
}

/* -- opening ------------------------------------------------------------------------------------
 */

static enum err load_key(struct signer *s)
{
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 4096);
	TRY(file_read_at(s->own, "key", &b));
	e = tlog_skey_parse(slice_trim(buf_view(&b)), &s->key);
	sodium_memzero(b.p, b.n);
	return e;
}

/* The unfinished bundle, and the hash of the last leaf. */
static enum err load_tail(struct signer *s)
{
	unsigned width = (unsigned)(s->size % TLOG_TILE_WIDTH);
	struct slice entry = {0};
	struct reader r;
	AUTO_BUF b;

	buf_init(&b, TLOG_BUNDLE_MAX);
	if (s->size == 0)
		return OK;
	TRY(log_read_bundle(s->log, (s->size - 1) / TLOG_TILE_WIDTH,
			    width ? width : TLOG_TILE_WIDTH, &b));
	r = reader_of(buf_view(&b));
	while (reader_left(&r) > 0)
		TRY(tlog_bundle_next(&r, &entry));
	s->last = tlog_leaf(entry);
	if (width)
		buf_put(&s->bundle, b.p, b.n);
	return buf_err(&s->bundle);
}

static enum err load_next(struct signer *s, struct tlog_signer *ret)
{
	AUTO_BUF b;
	enum err e;

	buf_init(&b, 4096);
	TRY(file_read_at(s->own, "next", &b));
	e = tlog_skey_parse(slice_trim(buf_view(&b)), ret);
	sodium_memzero(b.p, b.n);
	return e;
}

/* What the head says is done: the next key has signed, so it is the key. */
static enum err take_next(struct signer *s, struct tlog_signer *next)
{
	AUTO_BUF pub;

	buf_init(&pub, 4096);
	tlog_vkey_put(&pub, &next->key);
	buf_byte(&pub, '\n');
	TRY(buf_err(&pub));
	TRY(file_write(s->log, "key", buf_view(&pub), 0644));
	if (renameat(s->own, "next", s->own, "key") != 0)
		return ERR_IO;
	TRY(file_sync_dir(s->own));
	s->key = *next;
	return OK;
}

static enum err finish_crossing(struct signer *s, struct slice head)
{
	struct tlog_checkpoint c;
	struct tlog_signer next;
	enum err e = load_next(s, &next);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (tlog_checkpoint_open(head, &next.key, 1, slice_str(next.key.name), &c) == OK)
		e = take_next(s, &next);
	tlog_signer_wipe(&next);
	return e;
}

static enum err load(struct signer *s)
{
	const struct tlog_tiles tiles = {.ctx = &s->log, .read = log_read_tile};
	struct tlog_checkpoint head;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	TRY(load_key(s));
	TRY(file_read_at(s->own, "head", &note));
	TRY(finish_crossing(s, buf_view(&note)));
	if (tlog_checkpoint_open(buf_view(&note), &s->key.key, 1, slice_str(s->key.key.name),
				 &head) != OK)
		return ERR_CRYPTO;
	if (tlog_load(&tiles, head.size, &s->range) != OK)
		return ERR_CRYPTO;
	if (!hash_eq(tlog_range_root(&s->range), head.root))
		return ERR_CRYPTO;
	s->size = head.size;
	if (load_tail(s) != OK)
		return ERR_CRYPTO;
	/* A cut between head and checkpoint is mended here. */
	return file_write(s->log, "checkpoint", buf_view(&note), 0644);
}

enum err signer_open(const char *dir, struct signer **ret)
{
	struct signer *s = calloc(1, sizeof *s);
	AUTO_CLOSE top = -1;
	enum err e;

	if (!s)
		return ERR_MEMORY;
	s->log = s->own = -1;
	buf_init(&s->bundle, TLOG_BUNDLE_MAX);
	e = open_dir(AT_FDCWD, dir, &top);
	if (e == OK)
		e = open_dir(top, "log", &s->log);
	if (e == OK)
		e = open_dir(top, "signer", &s->own);
	if (e == OK && flock(s->own, LOCK_EX | LOCK_NB) != 0)
		e = ERR_CONFLICT;
	/* Nobody else writes here: what a death left in the middle of a write is nobody's. */
	if (e == OK)
		e = file_sweep(s->own);
	if (e == OK)
		e = file_sweep(s->log);
	if (e == OK)
		e = load(s);
	if (e != OK) {
		signer_close(s);
		return e;
	}
	*ret = s;
	return OK;
}

void signer_close(struct signer *s)
{
	if (!s)
		return;
	tlog_signer_wipe(&s->key);
	buf_free(&s->bundle);
	fd_close(&s->log);
	fd_close(&s->own);
	free(s);
}

uint64_t signer_size(const struct signer *s)
{
	return s->size;
}

/* -- adding -------------------------------------------------------------------------------------
 */

static enum err write_tile(void *ctx, struct tlog_tile t, struct slice bytes)
{
	char path[TLOG_PATH_MAX];

	tlog_tile_path(t, path);
	return put_file(*(const int *)ctx, path, bytes);
}

/* Appends the entries to the bundle files; the bundle in memory changes only through `work`. */
static enum err write_bundles(struct signer *s, uint64_t from, struct reader *r, size_t n,
			      struct buf *work, struct hash *leaves)
{
	char path[TLOG_PATH_MAX];

	for (size_t i = 0; i < n; i++) {
		uint64_t at = from + i;
		struct slice entry;

		TRY(tlog_bundle_next(r, &entry));
		leaves[i] = tlog_leaf(entry);
		TRY(tlog_bundle_put(work, entry));
		if ((at + 1) % TLOG_TILE_WIDTH != 0 && i + 1 < n)
			continue;
		tlog_bundle_path(at / TLOG_TILE_WIDTH, (unsigned)(at % TLOG_TILE_WIDTH) + 1, path);
		TRY(buf_err(work));
		TRY(put_file(s->log, path, buf_view(work)));
		if ((at + 1) % TLOG_TILE_WIDTH == 0)
			work->n = 0;
	}
	return reader_done(r) ? OK : ERR_PEER;
}

/* Partial files that a published wider one has made superfluous; a failure costs only space. */
static void drop_narrow(struct signer *s, uint64_t old_size)
{
	unsigned width = (unsigned)(old_size % TLOG_TILE_WIDTH);
	char path[TLOG_PATH_MAX];

	if (width == 0 || old_size == s->size)
		return;
	tlog_bundle_path(old_size / TLOG_TILE_WIDTH, width, path);
	unlinkat(s->log, path, 0);
	for (unsigned level = 0; level < 8; level++) {
		uint64_t was = old_size >> (8 * level), now = s->size >> (8 * level);
		struct tlog_tile t = {.level = level,
				      .index = was / TLOG_TILE_WIDTH,
				      .width = (unsigned)(was % TLOG_TILE_WIDTH)};

		if (t.width == 0 || was == now)
			continue;
		tlog_tile_path(t, path);
		unlinkat(s->log, path, 0);
	}
}

enum err signer_add(struct signer *s, uint64_t from, struct hash prev, struct slice bundle,
		    size_t n)
{
	const struct tlog_tiles tiles = {
	    .ctx = &s->log, .read = log_read_tile, .write = write_tile};
	struct reader r = reader_of(bundle);
	struct hash leaves[SIGNER_BATCH_MAX], root;
	struct tlog_range range = s->range;
	uint64_t old = s->size;
	AUTO_BUF work;

	buf_init(&work, TLOG_BUNDLE_MAX);
	if (from != s->size)
		return ERR_CONFLICT;
	if (n == 0 || n > SIGNER_BATCH_MAX)
		return ERR_PEER;
	if (from > 0 && !hash_eq(prev, s->last))
		return ERR_CRYPTO;
	buf_put(&work, s->bundle.p, s->bundle.n);
	TRY(buf_err(&work));
	TRY(write_bundles(s, from, &r, n, &work, leaves));
	TRY(tlog_append(&tiles, from, leaves, n, &root));
	/* The tiles were read from the disk, the range was not: both must give the same root. */
	for (size_t i = 0; i < n; i++)
		tlog_range_append(&range, leaves[i]);
	if (!hash_eq(root, tlog_range_root(&range)))
		return ERR_CRYPTO;
	TRY(publish(s, from + n, root));
	s->size = from + n;
	s->range = range;
	s->last = leaves[n - 1];
	s->bundle.n = 0;
	buf_put(&s->bundle, work.p, work.n);
	drop_narrow(s, old);
	return buf_err(&s->bundle);
}

enum err signer_keep(struct signer *s, struct slice note)
{
	struct tlog_checkpoint c;

	if (tlog_checkpoint_open(note, &s->key.key, 1, slice_str(s->key.key.name), &c) != OK ||
	    c.size > s->size)
		return ERR_CRYPTO;
	return file_write(s->log, "cosigned", note, 0644);
}

/* -- another key --------------------------------------------------------------------------------
 */

enum err signer_next_key(struct signer *s, struct tlog_key *ret)
{
	struct tlog_signer next;
	uint8_t seed[32];
	AUTO_BUF secret;
	enum err e = load_next(s, &next);

	buf_init(&secret, 4096);
	if (e == ERR_NOT_FOUND) {
		rand_bytes(seed, sizeof seed);
		e = tlog_signer_make(slice_str(s->key.key.name), seed, &next);
		sodium_memzero(seed, sizeof seed);
		if (e == OK) {
			tlog_skey_put(&secret, &next);
			e = buf_err(&secret);
		}
		if (e == OK)
			e = file_write_new(s->own, "next", buf_view(&secret), 0400);
		if (secret.p)
			sodium_memzero(secret.p, secret.n);
	}
	if (e == OK)
		*ret = next.key;
	tlog_signer_wipe(&next);
	return e;
}

static enum err put_change(struct signer *s, const struct tlog_signer *next, struct slice note)
{
	const struct log_change c = {.before = s->key.key, .after = next->key, .note = note};
	char name[32];
	AUTO_BUF b;

	buf_init(&b, LOG_CHANGE_MAX);
	TRY(log_change_put(&b, &c));
	snprintf(name, sizeof name, "keys/%08x", (unsigned)next->key.id);
	return put_file(s->log, name, buf_view(&b));
}

static enum err cross(struct signer *s, struct tlog_signer *next)
{
	struct tlog_note parsed;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	TRY(sign(s, s->size, tlog_range_root(&s->range), &note));
	TRY(tlog_note_parse(buf_view(&note), &parsed));
	AUTO_BUF line;

	buf_init(&line, 4096);
	TRY(tlog_note_sigline(&line, parsed.text, next));
	buf_slice(&note, buf_view(&line));
	TRY(buf_err(&note));
	TRY(put_change(s, next, buf_view(&note)));
	/* From here on the next key is the key. */
	TRY(file_write(s->own, "head", buf_view(&note), 0600));
	TRY(file_write(s->log, "checkpoint", buf_view(&note), 0644));
	return take_next(s, next);
}

enum err signer_cross(struct signer *s)
{
	struct tlog_signer next;
	enum err e = load_next(s, &next);

	if (e == OK)
		e = cross(s, &next);
	tlog_signer_wipe(&next);
	return e;
}
