/* check: the whole log, byte by byte; see check.h. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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
	struct tlog_walk walk;
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

/* The walk came to a stored tile that is missing or not what the entries give. */
static enum err fault_tile(struct check *c, enum err e)
{
	const struct tlog_tile *bad = &c->walk.bad;
	char path[TLOG_PATH_MAX];

	if (e == ERR_CRYPTO && bad->level == 0 && c->walk.bad_slot < bad->width)
		return fault_entry(c, bad->index * TLOG_TILE_WIDTH + c->walk.bad_slot,
				   "its hash is not the one in its tile");
	tlog_tile_path(*bad, path);
	return fault(c, path, "%s",
		     e == ERR_CRYPTO ? "does not fit the entries below it"
				     : "missing, or not of its size");
}

static enum err check_entry(struct check *c, uint64_t index, struct slice text, struct arena *a)
{
	struct record_entry e;
	struct diag d = {0};
	char where[64];
	enum err got;

	if (record_parse(text, a, &e, &d) != OK) {
		snprintf(where, sizeof where, "entry %llu", (unsigned long long)index);
		return fault(c, where, "byte %zu: %s", d.offset, d.text);
	}
	got = tlog_walk_leaf(&c->walk, tlog_leaf(text));
	if (got != OK)
		return fault_tile(c, got);
	c->r->entries++;
	return OK;
}

/* One bundle and the store's rows beside it. */
static enum err check_bundle(struct check *c, uint64_t number, unsigned width)
{
	AUTO_ARENA a = arena_new(ARENA_MAX);
	char path[TLOG_PATH_MAX];
	struct log_row *rows = NULL;
	struct reader r;
	size_t n = 0;
	AUTO_BUF bundle;

	buf_init(&bundle, BUNDLE_MAX);
	if (!a)
		return ERR_MEMORY;
	tlog_bundle_path(number, width, path);
	if (log_read_bundle(c->log, number, width, &bundle) != OK)
		return fault(c, path, "missing, or not a bundle of that many entries");
	if (c->store)
		TRY(store_log_range(c->store, number * TLOG_TILE_WIDTH, width, a, &rows, &n));
	r = reader_of(buf_view(&bundle));
	for (unsigned i = 0; i < width && !found(c); i++) {
		uint64_t index = number * TLOG_TILE_WIDTH + i;
		struct slice text;

		TRY(tlog_bundle_next(&r, &text));
		TRY(check_entry(c, index, text, a));
		if (!c->store || found(c))
			continue;
		if (i >= n)
			return fault_entry(c, index, "the store has no such row");
		TRY(check_row(c, &rows[i], index, text, a));
	}
	return OK;
}

static enum err check_root(struct check *c, const struct tlog_checkpoint *cp)
{
	struct hash root;
	enum err e = tlog_walk_end(&c->walk, &root);

	if (e != OK)
		return fault_tile(c, e);
	if (!hash_eq(root, cp->root))
		return fault(c, "checkpoint", "the entries do not give the root that is signed");
	return OK;
}

static enum err check_all(struct check *c, const struct tlog_checkpoint *cp)
{
	const struct tlog_tiles tiles = {.ctx = &c->log, .read = log_read_tile};
	uint64_t size;

	tlog_walk_init(&c->walk, &tiles);

	for (uint64_t at = 0; at < cp->size && !found(c); at += TLOG_TILE_WIDTH) {
		uint64_t left = cp->size - at;

		TRY(check_bundle(c, at / TLOG_TILE_WIDTH,
				 left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH));
	}
	if (!found(c))
		TRY(check_root(c, cp));
	if (found(c) || !c->store)
		return OK;
	TRY(store_log_size(c->store, &size));
	if (size < cp->size)
		return fault_entry(c, size, "the store has no such row");
	c->r->unsigned_tail = size - cp->size;
	return OK;
}

/* The checkpoint first, then everything below it. ERR_USAGE: the trust is wrong, not the log. */
static enum err check_note(struct check *c, const struct tlog_trust *trust)
{
	struct tlog_seal seal;
	AUTO_BUF note;
	enum err e;

	buf_init(&note, TLOG_NOTE_MAX);
	if (log_read_note(c->log, &note) != OK)
		return fault(c, "checkpoint", "missing, or too large");
	e = tlog_seal_open(buf_view(&note), trust, &seal);
	if (e == ERR_USAGE || e == ERR_MEMORY)
		return e;
	if (e == ERR_FORBIDDEN)
		return fault(c, "checkpoint", "too few fresh cosignatures of the given witnesses");
	if (e != OK)
		return fault(c, "checkpoint",
			     "malformed, or its signature is not by the log's key");
	c->r->size = seal.checkpoint.size;
	c->r->witnesses = seal.witnesses;
	hash_hex(seal.checkpoint.root, c->r->root);
	return check_all(c, &seal.checkpoint);
}

enum err log_check_dir(int log, const struct tlog_trust *trust, struct store *store,
		       struct log_check *ret)
{
	struct check *c = calloc(1, sizeof *c);
	struct log_check r = {0};
	enum err e;

	if (!c)
		return ERR_MEMORY;
	*c = (struct check){.log = log, .store = store, .r = &r};
	e = check_note(c, trust);
	free(c);
	TRY(e);
	*ret = r;
	return OK;
}

enum err log_check(const char *dir, struct store *store, struct log_check *ret)
{
	AUTO_CLOSE top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE log = -1;
	struct tlog_trust trust = {0};
	struct log_check r = {0};
	struct tlog_key key;

	if (top < 0)
		return ERR_NOT_FOUND;
	log = openat(top, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log < 0)
		return ERR_NOT_FOUND;
	if (log_read_key(log, &key) != OK) {
		snprintf(r.where, sizeof r.where, "key");
		snprintf(r.what, sizeof r.what, "missing, or no public key of a log");
		*ret = r;
		return OK;
	}
	trust.log = &key;
	trust.log_n = 1;
	return log_check_dir(log, &trust, store, ret);
}
