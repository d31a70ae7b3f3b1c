/*
 * Notes, checkpoints, keys, tile paths and bundles from strangers. What parses must print the same
 * bytes; nothing may verify under a key that did not sign it.
 */
#include "base/fuzz.h"
#include "tlog/note.h"
#include "tlog/tile.h"

static void note(struct slice in)
{
	static const uint8_t seed[32] = {42};
	struct tlog_checkpoint c;
	struct tlog_signer s;
	struct tlog_note n;
	AUTO_BUF b;

	buf_init(&b, TLOG_NOTE_MAX * 2);
	if (tlog_note_parse(in, &n) != OK)
		return;
	BUG_IF(n.text.n + 1 >= in.n || !n.n);
	BUG_IF(tlog_signer_make(S("nobody.example"), seed, &s) != OK);
	BUG_IF(tlog_note_verify(&n, &s.key, 1, NULL) == OK);
	if (tlog_checkpoint_parse(n.text, &c) != OK)
		return;
	tlog_checkpoint_put(&b, &c);
	BUG_IF(!slice_eq(buf_view(&b), n.text));
}

static void keys(struct slice in)
{
	struct tlog_signer s;
	struct tlog_key k;
	AUTO_BUF b;

	buf_init(&b, 1024);
	if (tlog_vkey_parse(in, &k) == OK) {
		tlog_vkey_put(&b, &k);
		BUG_IF(!slice_eq(buf_view(&b), in));
	} else if (tlog_skey_parse(in, &s) == OK) {
		tlog_skey_put(&b, &s);
		BUG_IF(!slice_eq(buf_view(&b), in));
	}
}

static void paths(struct slice in)
{
	char path[TLOG_PATH_MAX];
	struct tlog_tile t;
	uint64_t index;
	unsigned width;

	if (tlog_tile_parse(in, &t) == OK) {
		tlog_tile_path(t, path);
		BUG_IF(!slice_eq_str(in, path));
	} else if (tlog_bundle_parse(in, &index, &width) == OK) {
		tlog_bundle_path(index, width, path);
		BUG_IF(!slice_eq_str(in, path));
	}
}

static void bundle(struct slice in)
{
	struct reader r = reader_of(in);
	struct slice entry;
	AUTO_BUF b;
	enum err e;

	buf_init(&b, in.n);
	while ((e = tlog_bundle_next(&r, &entry)) == OK)
		BUG_IF(tlog_bundle_put(&b, entry) != OK);
	BUG_IF(e == ERR_NOT_FOUND && !slice_eq(buf_view(&b), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice in = slice_of(p, n);

	note(in);
	keys(in);
	paths(in);
	bundle(in);
	return 0;
}
