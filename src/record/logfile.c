/* logfile: reading the published log; see signer.h. */
#include <stdio.h>
#include "os/file.h"
#include "record/signer.h"

/* The first width hashes of a tile: the narrowest file that has them, the full one last. */
enum err log_read_tile(void *ctx, struct tlog_tile t, struct buf *out)
{
	int dir = *(const int *)ctx;
	size_t want = t.width * 32u;

	for (unsigned w = t.width; w <= TLOG_TILE_WIDTH; w++) {
		struct tlog_tile wide = {.level = t.level, .index = t.index, .width = w};
		char path[TLOG_PATH_MAX];
		AUTO_BUF b;
		enum err e;

		buf_init(&b, TLOG_TILE_WIDTH * 32u);
		tlog_tile_path(wide, path);
		e = file_read_at(dir, path, &b);
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		if (b.n != w * 32u)
			return ERR_CRYPTO;
		buf_put(out, b.p, want);
		return buf_err(out);
	}
	return ERR_NOT_FOUND;
}

/* Where entry `width` of the bundle of w begins; the bundle must be whole. */
static enum err bundle_cut(struct slice bundle, unsigned w, unsigned width, size_t *ret)
{
	struct reader r = reader_of(bundle);
	size_t cut = 0;

	for (unsigned i = 0; i < w; i++) {
		struct slice entry;

		if (tlog_bundle_next(&r, &entry) != OK)
			return ERR_CRYPTO;
		if (i + 1 == width)
			cut = r.at;
	}
	if (!reader_done(&r))
		return ERR_CRYPTO;
	*ret = cut;
	return OK;
}

enum err log_read_bundle(int log, uint64_t index, unsigned width, struct buf *out)
{
	size_t start = out->n, cut;

	for (unsigned w = width; w <= TLOG_TILE_WIDTH; w++) {
		char path[TLOG_PATH_MAX];
		enum err e;

		tlog_bundle_path(index, w, path);
		e = file_read_at(log, path, out);
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		TRY(bundle_cut(slice_from(buf_view(out), start), w, width, &cut));
		out->n = start + cut;
		return OK;
	}
	return ERR_NOT_FOUND;
}

enum err log_read_note(int log, struct buf *ret)
{
	return file_read_at(log, "checkpoint", ret);
}

enum err log_read_cosigned(int log, struct buf *ret)
{
	return file_read_at(log, "cosigned", ret);
}

enum err log_read_seal(int log, const struct tlog_trust *trust, struct buf *ret_note,
		       struct tlog_seal *ret)
{
	size_t start = ret_note->n;
	enum err e;

	TRY(log_read_note(log, ret_note));
	e = tlog_seal_open(slice_from(buf_view(ret_note), start), trust, ret);
	if (e != ERR_FORBIDDEN)
		return e;
	ret_note->n = start;
	if (log_read_cosigned(log, ret_note) != OK)
		return ERR_FORBIDDEN;
	return tlog_seal_open(slice_from(buf_view(ret_note), start), trust, ret);
}

enum err log_read_key(int log, struct tlog_key *ret)
{
	AUTO_BUF vkey;

	buf_init(&vkey, 4096);
	TRY(file_read_at(log, "key", &vkey));
	return tlog_vkey_parse(slice_trim(buf_view(&vkey)), ret);
}

enum err log_read_checkpoint(int log, struct arena *a, struct tlog_key *ret_key,
			     struct tlog_checkpoint *ret)
{
	struct tlog_checkpoint c;
	struct tlog_key key;
	struct slice note;
	AUTO_BUF text;

	buf_init(&text, TLOG_NOTE_MAX);
	TRY(log_read_key(log, &key));
	TRY(log_read_note(log, &text));
	note = arena_copy(a, buf_view(&text));
	if (!note.p)
		return ERR_MEMORY;
	TRY(tlog_checkpoint_open(note, &key, 1, slice_str(key.name), &c));
	*ret_key = key;
	*ret = c;
	return OK;
}
