/* chain: changes of the log's key; see chain.h. */
#include "record/chain.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include "os/file.h"
#include "record/signer.h"

enum err log_change_put(struct buf *b, const struct log_change *c)
{
	tlog_vkey_put(b, &c->before);
	buf_byte(b, '\n');
	tlog_vkey_put(b, &c->after);
	buf_byte(b, '\n');
	buf_slice(b, c->note);
	return buf_err(b);
}

static bool take_key(struct slice *rest, struct tlog_key *ret)
{
	size_t eol = slice_find_byte(*rest, '\n');

	if (eol == SIZE_MAX || tlog_vkey_parse(slice_head(*rest, eol), ret) != OK)
		return false;
	*rest = slice_from(*rest, eol + 1);
	return ret->alg == TLOG_ED25519;
}

enum err log_change_parse(struct slice text, struct log_change *ret)
{
	struct log_change c;

	c.note = text;
	if (!take_key(&c.note, &c.before) || !take_key(&c.note, &c.after) ||
	    strcmp(c.before.name, c.after.name) != 0)
		return ERR_SYNTAX;
	*ret = c;
	return OK;
}

enum err log_changes(int log, log_change_fn *fn, void *ctx)
{
	int fd = openat(log, "keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = OK;
	DIR *dir;

	if (fd < 0)
		return errno == ENOENT ? OK : ERR_IO;
	dir = fdopendir(fd);
	if (!dir) {
		fd_close(&fd);
		return ERR_MEMORY;
	}
	for (struct dirent *d; e == OK && (d = readdir(dir)) != NULL;)
		if (d->d_name[0] != '.')
			e = fn(ctx, dirfd(dir), d->d_name);
	closedir(dir);
	return e;
}

enum err log_read_change(int log, struct slice id, struct buf *ret)
{
	char name[16];

	if (id.n != 8 || !hex_ok(id))
		return ERR_NOT_FOUND;
	snprintf(name, sizeof name, "keys/%.*s", (int)id.n, (const char *)id.p);
	return file_read_at(log, name, ret);
}

/* -- following the chain ---------------------------------------------------------------------- */

/* Whether the last entry below the crossing checkpoint names the new key. */
static bool entry_names(int log, const struct tlog_checkpoint *c, const struct tlog_key *key)
{
	const struct tlog_tiles tiles = {.ctx = &log, .read = log_read_tile};
	unsigned width = (unsigned)((c->size - 1) % TLOG_TILE_WIDTH) + 1;
	struct slice entry = {0};
	struct tlog_proof p;
	struct reader r;
	AUTO_BUF bundle;
	AUTO_BUF line;

	buf_init(&bundle, TLOG_BUNDLE_MAX);
	buf_init(&line, 4096);
	if (c->size == 0 ||
	    log_read_bundle(log, (c->size - 1) / TLOG_TILE_WIDTH, width, &bundle) != OK)
		return false;
	r = reader_of(buf_view(&bundle));
	while (tlog_bundle_next(&r, &entry) == OK)
		;
	buf_str(&line, "\nnew=");
	tlog_vkey_put(&line, key);
	buf_byte(&line, '\n');
	return buf_err(&line) == OK && slice_starts(entry, S("log.key-changed v1\n")) &&
	       slice_find(entry, buf_view(&line)) != SIZE_MAX &&
	       tlog_prove_inclusion(&tiles, c->size, c->size - 1, &p) == OK &&
	       tlog_check_inclusion(c->root, c->size, c->size - 1, tlog_leaf(entry), &p) == OK;
}

struct follow {
	int log;
	struct tlog_key *keys;
	size_t n, max;
	bool grew;
};

static bool has_key(const struct follow *f, const struct tlog_key *key)
{
	for (size_t i = 0; i < f->n; i++)
		if (memcmp(f->keys[i].pub, key->pub, sizeof key->pub) == 0)
			return true;
	return false;
}

static enum err follow_one(void *ctx, int dir, const char *name)
{
	struct follow *f = ctx;
	struct tlog_checkpoint old, new;
	struct log_change c;
	AUTO_BUF b;

	buf_init(&b, LOG_CHANGE_MAX);
	TRY(file_read_at(dir, name, &b));
	if (f->n == f->max || log_change_parse(buf_view(&b), &c) != OK || has_key(f, &c.after))
		return OK;
	if (tlog_checkpoint_open(c.note, f->keys, f->n, slice_str(f->keys[0].name), &old) != OK ||
	    tlog_checkpoint_open(c.note, &c.after, 1, slice_str(f->keys[0].name), &new) != OK ||
	    !entry_names(f->log, &new, &c.after))
		return OK;
	f->keys[f->n++] = c.after;
	f->grew = true;
	return OK;
}

enum err log_trust_follow(int log, struct tlog_key *keys, size_t *n, size_t max)
{
	struct follow f = {.log = log, .keys = keys, .n = *n, .max = max};

	do {
		f.grew = false;
		TRY(log_changes(log, follow_one, &f));
	} while (f.grew);
	*n = f.n;
	return OK;
}

static enum err collect(void *ctx, int dir, const char *name)
{
	struct follow *f = ctx;
	struct log_change c;
	AUTO_BUF b;

	buf_init(&b, LOG_CHANGE_MAX);
	TRY(file_read_at(dir, name, &b));
	if (log_change_parse(buf_view(&b), &c) != OK)
		return OK;
	if (f->n < f->max && !has_key(f, &c.before))
		f->keys[f->n++] = c.before;
	return OK;
}

enum err log_all_keys(int log, struct tlog_key *keys, size_t *ret_n, size_t max)
{
	struct follow f = {.log = log, .keys = keys, .n = 1, .max = max};

	TRY(log_read_key(log, &keys[0]));
	TRY(log_changes(log, collect, &f));
	*ret_n = f.n;
	return OK;
}
