/* check: the whole log, byte by byte; see check.h. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include "os/file.h"
#include "record/check.h"
#include "record/record.h"
#include "record/signer.h"
#include "store/log.h"

#define BUNDLE_MAX ((TLOG_ENTRY_MAX + 2u) * TLOG_TILE_WIDTH)
#define ARENA_MAX (64u << 20)

struct check {
	int log;
	struct store *store;
	struct log_check *r;
	struct tlog_range range;
};

static bool found(const struct check *c)
{
	return c->r->where[0] != 0;
}

static enum err PRINTF_LIKE(3, 4) fault(struct check *c, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	snprintf(c->r->where, sizeof c->r->where, "%s", where);
	vsnprintf(c->r->what, sizeof c->r->what, fmt, ap);
	va_end(ap);
	return OK;
}

static enum err fault_entry(struct check *c, uint64_t index, const char *what)
{
	char where[64];

	snprintf(where, sizeof where, "entry %llu", (unsigned long long)index);
	return fault(c, where, "%s", what);
}

/* What the store says of one entry: its text, its stream, its values. */
static enum err check_row(struct check *c, const struct log_row *row, uint64_t index,
			  struct slice text, struct arena *a)
{
	struct record_entry e;
	enum err got;

	if (row->index != index)
		return fault_entry(c, index, "the store has no such row");
	if (!slice_eq(row->text, text))
		return fault_entry(c, index, "the store's row differs from the published entry");
	got = record_at(c->store, index, a, &e);
	if (got == ERR_CRYPTO)
		return fault_entry(c, index, "a stored value does not fit its commitment");
	if (got != OK)
		return got;
	if (!slice_eq(row->stream, e.stream))
		return fault_entry(c, index, "the store files it under another stream");
	for (size_t i = 0; i < e.n; i++) {
		c->r->values += e.pairs[i].secret && !e.pairs[i].erased;
		c->r->erased += e.pairs[i].erased;
	}
	return OK;
}

static enum err check_entry(struct check *c, uint64_t index, struct slice text, struct slice tile,
			    struct arena *a)
{
	struct hash leaf = tlog_leaf(text);
	struct record_entry e;
	struct diag d = {0};

	if (memcmp(tile.p + index % TLOG_TILE_WIDTH * 32, leaf.b, 32) != 0)
		return fault_entry(c, index, "its hash is not the one in its tile");
	if (record_parse(text, a, &e, &d) != OK) {
		char where[64];

		snprintf(where, sizeof where, "entry %llu", (unsigned long long)index);
		return fault(c, where, "byte %zu: %s", d.offset, d.text);
	}
	tlog_range_append(&c->range, leaf);
	c->r->entries++;
	return OK;
}

/* One bundle, its tile of leaf hashes, and the store's rows beside them. */
static enum err check_bundle(struct check *c, uint64_t number, unsigned width)
{
	struct tlog_tile t = {.level = 0, .index = number, .width = width};
	AUTO_ARENA a = arena_new(ARENA_MAX);
	char path[TLOG_PATH_MAX];
	struct log_row *rows = NULL;
	struct reader r;
	size_t n = 0;
	AUTO_BUF bundle;
	AUTO_BUF tile;

	buf_init(&bundle, BUNDLE_MAX);
	buf_init(&tile, TLOG_TILE_WIDTH * 32);
	if (!a)
		return ERR_MEMORY;
	tlog_bundle_path(number, width, path);
	if (log_read_bundle(c->log, number, width, &bundle) != OK)
		return fault(c, path, "missing, or not a bundle of that many entries");
	tlog_tile_path(t, path);
	if (log_read_tile(&c->log, t, &tile) != OK)
		return fault(c, path, "missing, or not of its size");
	if (c->store)
		TRY(store_log_range(c->store, number * TLOG_TILE_WIDTH, width, a, &rows, &n));
	r = reader_of(buf_view(&bundle));
	for (unsigned i = 0; i < width && !found(c); i++) {
		uint64_t index = number * TLOG_TILE_WIDTH + i;
		struct slice text;

		TRY(tlog_bundle_next(&r, &text));
		TRY(check_entry(c, index, text, buf_view(&tile), a));
		if (!c->store || found(c))
			continue;
		if (i >= n)
			return fault_entry(c, index, "the store has no such row");
		TRY(check_row(c, &rows[i], index, text, a));
	}
	return OK;
}

static enum err check_tree(struct check *c, const struct tlog_checkpoint *cp)
{
	const struct tlog_tiles tiles = {.ctx = &c->log, .read = log_read_tile};
	struct tlog_tile bad = {0};
	char path[TLOG_PATH_MAX];
	enum err e;

	e = tlog_check_tiles(&tiles, cp->size, &bad);
	if (e != OK) {
		tlog_tile_path(bad.width ? bad : (struct tlog_tile){.width = 1}, path);
		return fault(c, path, "is missing or does not fit the tile below it");
	}
	if (!hash_eq(tlog_range_root(&c->range), cp->root))
		return fault(c, "checkpoint", "the entries do not give the root that is signed");
	return OK;
}

static enum err check_all(struct check *c, const struct tlog_checkpoint *cp)
{
	uint64_t size;

	for (uint64_t at = 0; at < cp->size && !found(c); at += TLOG_TILE_WIDTH) {
		uint64_t left = cp->size - at;

		TRY(check_bundle(c, at / TLOG_TILE_WIDTH,
				 left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH));
	}
	if (!found(c))
		TRY(check_tree(c, cp));
	if (found(c) || !c->store)
		return OK;
	TRY(store_log_size(c->store, &size));
	if (size < cp->size)
		return fault_entry(c, size, "the store has no such row");
	c->r->unsigned_tail = size - cp->size;
	return OK;
}

enum err log_check(const char *dir, struct store *store, struct log_check *ret)
{
	struct log_check r = {0};
	struct check c = {.store = store, .r = &r};
	AUTO_ARENA a = arena_new(1 << 20);
	AUTO_CLOSE top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE log = -1;
	struct tlog_checkpoint cp;
	struct tlog_key key;

	if (!a)
		return ERR_MEMORY;
	if (top < 0)
		return ERR_NOT_FOUND;
	log = openat(top, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log < 0)
		return ERR_NOT_FOUND;
	c.log = log;
	if (log_read_checkpoint(log, a, &key, &cp) != OK) {
		TRY(fault(&c, "checkpoint", "missing, or its signature is not by the log's key"));
	} else {
		r.size = cp.size;
		hash_hex(cp.root, r.root);
		TRY(check_all(&c, &cp));
	}
	*ret = r;
	return OK;
}
