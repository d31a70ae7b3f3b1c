/* check: the whole log, byte by byte; see check.h. */
#include <fcntl.h>
#include "os/file.h"
#include "record/check.h"
#include "record/record.h"
#include "record/signer.h"
#include "store/log.h"

#define ARENA_MAX (64u << 20)

struct check {
	int log;
	struct store *store;
	struct log_check *r;
};

static bool found(const struct check *c)
{
	return c->r->fault.where[0] != 0;
}

static enum err fault_entry(struct check *c, uint64_t index, const char *what)
{
	log_fault_entry(&c->r->fault, index, what);
	return OK;
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

/* The store's rows beside one bundle, which was found good before. */
static enum err check_rows(struct check *c, uint64_t number, unsigned width, struct arena *a)
{
	struct log_row *rows = NULL;
	struct reader r;
	size_t n = 0;
	AUTO_BUF bundle;

	buf_init(&bundle, TLOG_BUNDLE_MAX);
	TRY(log_read_bundle(c->log, number, width, &bundle));
	TRY(store_log_range(c->store, number * TLOG_TILE_WIDTH, width, a, &rows, &n));
	r = reader_of(buf_view(&bundle));
	for (unsigned i = 0; i < width && !found(c); i++) {
		uint64_t index = number * TLOG_TILE_WIDTH + i;
		struct slice text;

		TRY(tlog_bundle_next(&r, &text));
		if (i >= n)
			return fault_entry(c, index, "the store has no such row");
		TRY(check_row(c, &rows[i], index, text, a));
	}
	return OK;
}

static enum err check_store(struct check *c, uint64_t signed_size)
{
	AUTO_ARENA a = arena_new(ARENA_MAX);
	struct tlog_tile t;
	uint64_t size;

	if (!a)
		return ERR_MEMORY;
	for (uint64_t k = 0; tlog_tile_of(signed_size, 0, k, &t) == OK && !found(c); k++) {
		arena_clear(a);
		TRY(check_rows(c, k, t.width, a));
	}
	if (found(c))
		return OK;
	TRY(store_log_size(c->store, &size));
	if (size < signed_size)
		return fault_entry(c, size, "the store has no such row");
	c->r->unsigned_tail = size - signed_size;
	return OK;
}

static enum err form(struct slice text, struct arena *a, struct diag *d)
{
	struct record_entry e;

	return record_parse(text, a, &e, d);
}

static enum err check_all(struct check *c, const struct tlog_checkpoint *cp)
{
	const struct log_walk w = {.log = c->log, .size = cp->size, .form = form};
	struct hash root;

	TRY(log_walk(&w, &root, &c->r->fault));
	if (found(c))
		return OK;
	if (!hash_eq(root, cp->root)) {
		log_fault_set(&c->r->fault, "checkpoint",
			      "the entries do not give the root that is signed");
		return OK;
	}
	c->r->entries = cp->size;
	return c->store ? check_store(c, cp->size) : OK;
}

static enum err fault(struct check *c, const char *what)
{
	log_fault_set(&c->r->fault, "checkpoint", "%s", what);
	return OK;
}

/* The checkpoint first, then everything below it. ERR_USAGE: the trust is wrong, not the log. */
static enum err check_note(struct check *c, const struct tlog_trust *trust)
{
	struct tlog_seal seal;
	AUTO_BUF note;
	enum err e;

	buf_init(&note, TLOG_NOTE_MAX);
	e = log_read_seal(c->log, trust, &note, &seal);
	if (e == ERR_NOT_FOUND || e == ERR_LIMIT)
		return fault(c, "missing, or too large");
	if (e == ERR_USAGE || e == ERR_MEMORY)
		return e;
	if (e == ERR_FORBIDDEN)
		return fault(c, "too few fresh cosignatures of the given witnesses");
	if (e != OK)
		return fault(c, "malformed, or its signature is not by the log's key");
	c->r->size = seal.checkpoint.size;
	c->r->witnesses = seal.witnesses;
	hash_hex(seal.checkpoint.root, c->r->root);
	return check_all(c, &seal.checkpoint);
}

enum err log_check_dir(int log, const struct tlog_trust *trust, struct store *store,
		       struct log_check *ret)
{
	struct log_check r = {0};
	struct check c = {.log = log, .store = store, .r = &r};

	TRY(check_note(&c, trust));
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
		log_fault_set(&r.fault, "key", "missing, or no public key of a log");
		*ret = r;
		return OK;
	}
	trust.log = &key;
	trust.log_n = 1;
	return log_check_dir(log, &trust, store, ret);
}
