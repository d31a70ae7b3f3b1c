/* prove: proofs and copies of the published log; see prove.h. */
#include "record/prove.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "os/file.h"
#include "record/chain.h"

struct newest {
	struct tlog_key key;
	struct tlog_checkpoint checkpoint;
	struct buf note;
};

static enum err newest(int log, bool cosigned, struct newest *n)
{
	TRY(log_read_key(log, &n->key));
	TRY(cosigned ? log_read_cosigned(log, &n->note) : log_read_note(log, &n->note));
	return tlog_checkpoint_open(buf_view(&n->note), &n->key, 1, slice_str(n->key.name),
				    &n->checkpoint);
}

/* Entry `index` of a tree of `size`, out of its bundle. */
static enum err read_entry(int log, uint64_t size, uint64_t index, struct buf *ret)
{
	uint64_t number = index / TLOG_TILE_WIDTH, left = size - number * TLOG_TILE_WIDTH;
	unsigned width = left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH;
	struct slice entry = {0};
	struct reader r;
	AUTO_BUF bundle;

	buf_init(&bundle, TLOG_BUNDLE_MAX);
	TRY(log_read_bundle(log, number, width, &bundle));
	r = reader_of(buf_view(&bundle));
	for (uint64_t i = 0; i <= index % TLOG_TILE_WIDTH; i++)
		TRY(tlog_bundle_next(&r, &entry));
	buf_slice(ret, entry);
	return buf_err(ret);
}

enum err log_prove_leaf(int log, const struct tlog_checkpoint *c, uint64_t index, struct hash leaf,
			struct tlog_proof *ret)
{
	const struct tlog_tiles tiles = {.ctx = &log, .read = log_read_tile};

	if (index >= c->size)
		return ERR_NOT_FOUND;
	TRY(tlog_prove_inclusion(&tiles, c->size, index, ret));
	/* What is handed out was verified here first. */
	return tlog_check_inclusion(c->root, c->size, index, leaf, ret);
}

static enum err prove(int log, const struct newest *n, uint64_t index, struct buf *ret)
{
	const struct tlog_checkpoint *c = &n->checkpoint;
	struct tlog_proof p;
	struct slice entry;
	AUTO_BUF bytes;

	buf_init(&bytes, TLOG_ENTRY_MAX);
	if (index >= c->size)
		return ERR_NOT_FOUND;
	TRY(read_entry(log, c->size, index, &bytes));
	entry = bytes.n ? buf_view(&bytes) : S("");
	TRY(log_prove_leaf(log, c, index, tlog_leaf(entry), &p));
	return tlog_proof_file_put(ret, entry, index, &p, buf_view(&n->note));
}

enum err log_prove(int log, uint64_t index, bool cosigned, struct buf *ret)
{
	struct newest n;
	enum err e;

	buf_init(&n.note, TLOG_NOTE_MAX);
	e = newest(log, cosigned, &n);
	if (e == OK)
		e = prove(log, &n, index, ret);
	buf_free(&n.note);
	return e;
}

static enum err prove_growth(int log, const struct newest *n, struct slice old_note,
			     struct buf *ret)
{
	const struct tlog_tiles tiles = {.ctx = &log, .read = log_read_tile};
	const struct tlog_checkpoint *c = &n->checkpoint;
	struct tlog_key keys[LOG_KEYS_MAX];
	struct tlog_checkpoint old;
	size_t keys_n;
	struct tlog_proof p;

	/* It may stem from before a change of keys. */
	TRY(log_all_keys(log, keys, &keys_n, ARRAY_LEN(keys)));
	TRY(tlog_checkpoint_open(old_note, keys, keys_n, slice_str(n->key.name), &old));
	if (old.size > c->size)
		return ERR_FORBIDDEN;
	TRY(tlog_prove_consistency(&tiles, old.size, c->size, &p));
	if (tlog_check_consistency(old.size, old.root, c->size, c->root, &p) != OK)
		return ERR_FORBIDDEN;
	return tlog_growth_put(ret, old.size, &p, buf_view(&n->note));
}

enum err log_prove_growth(int log, struct slice old_note, struct buf *ret)
{
	struct newest n;
	enum err e;

	buf_init(&n.note, TLOG_NOTE_MAX);
	e = newest(log, false, &n);
	if (e == OK)
		e = prove_growth(log, &n, old_note, ret);
	buf_free(&n.note);
	return e;
}

enum err log_prove_growth_from(int log, uint64_t old_size, struct slice note, struct buf *ret)
{
	const struct tlog_tiles tiles = {.ctx = &log, .read = log_read_tile};
	struct tlog_checkpoint c;
	struct tlog_key key;
	struct tlog_proof p;

	TRY(log_read_key(log, &key));
	TRY(tlog_checkpoint_open(note, &key, 1, slice_str(key.name), &c));
	if (old_size > c.size)
		return ERR_FORBIDDEN;
	TRY(tlog_prove_consistency(&tiles, old_size, c.size, &p));
	return tlog_growth_put(ret, old_size, &p, note);
}

/* -- copies -------------------------------------------------------------------------------------
 */

struct copy {
	int to;
	struct log_exported count;
};

/* Makes the folders of path below `at`, and opens the last. */
static enum err open_folder(int at, const char *path, int *ret)
{
	char folder[TLOG_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(p - path), path);
		if (mkdirat(at, folder, 0755) != 0 && errno != EEXIST)
			return errno == ENOSPC ? ERR_FULL : ERR_IO;
	}
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	fd = openat(at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	*ret = fd;
	return OK;
}

/* A tile or bundle: never replaced, since it never changes. */
static enum err put_once(struct copy *c, const char *path, struct slice data)
{
	const char *slash = strrchr(path, '/');
	AUTO_CLOSE dir = -1;
	AUTO_BUF there;
	enum err e;

	buf_init(&there, TLOG_BUNDLE_MAX);
	TRY(open_folder(c->to, path, &dir));
	e = file_put_new(dir, slash ? slash + 1 : path, data, 0644);
	if (e == OK)
		c->count.files++;
	if (e != ERR_CONFLICT)
		return e;
	TRY(file_read_at(c->to, path, &there));
	if (!slice_eq(buf_view(&there), data))
		return ERR_CONFLICT;
	c->count.had++;
	return OK;
}

static enum err copy_tiles(int log, uint64_t size, struct copy *c)
{
	struct tlog_tile t;
	char path[TLOG_PATH_MAX];

	for (unsigned l = 0; l < TLOG_LEVELS; l++)
		for (uint64_t k = 0; tlog_tile_of(size, l, k, &t) == OK; k++) {
			AUTO_BUF b;

			buf_init(&b, TLOG_TILE_WIDTH * 32u);
			TRY(log_read_tile(&log, t, &b));
			tlog_tile_path(t, path);
			TRY(put_once(c, path, buf_view(&b)));
		}
	return OK;
}

static enum err copy_bundles(int log, uint64_t size, struct copy *c)
{
	struct tlog_tile t;
	char path[TLOG_PATH_MAX];

	for (uint64_t k = 0; tlog_tile_of(size, 0, k, &t) == OK; k++) {
		AUTO_BUF b;

		buf_init(&b, TLOG_BUNDLE_MAX);
		TRY(log_read_bundle(log, k, t.width, &b));
		tlog_bundle_path(k, t.width, path);
		TRY(put_once(c, path, buf_view(&b)));
	}
	return OK;
}

/* With a copy go the signatures of witnesses, where there are any. */
static enum err copy_cosigned(int log, int to)
{
	enum err e;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	e = log_read_cosigned(log, &note);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	return file_write(to, "cosigned", buf_view(&note), 0644);
}

static enum err copy_change(void *ctx, int dir, const char *name)
{
	struct copy *c = ctx;
	char path[TLOG_PATH_MAX];
	AUTO_BUF b;

	buf_init(&b, LOG_CHANGE_MAX);
	if (strlen(name) != 8)
		return OK;
	TRY(file_read_at(dir, name, &b));
	snprintf(path, sizeof path, "keys/%s", name);
	return put_once(c, path, buf_view(&b));
}

static enum err copy_all(int log, const struct newest *n, struct copy *c)
{
	AUTO_BUF key;

	buf_init(&key, 4096);
	TRY(file_read_at(log, "key", &key));
	TRY(copy_bundles(log, n->checkpoint.size, c));
	TRY(copy_tiles(log, n->checkpoint.size, c));
	TRY(log_changes(log, copy_change, c));
	TRY(copy_cosigned(log, c->to));
	TRY(file_write(c->to, "key", buf_view(&key), 0644));
	TRY(file_write(c->to, "checkpoint", buf_view(&n->note), 0644));
	c->count.size = n->checkpoint.size;
	c->count.files += 2;
	return OK;
}

enum err log_copy(int log, int to, struct log_exported *ret)
{
	struct copy c = {.to = to};
	struct newest n;
	enum err e;

	buf_init(&n.note, TLOG_NOTE_MAX);
	e = newest(log, false, &n);
	if (e == OK)
		e = copy_all(log, &n, &c);
	buf_free(&n.note);
	TRY(e);
	*ret = c.count;
	return OK;
}
