/* sweep: what time ends, and what a death left behind. */
#include "gateway/internal.h"
#include "os/log.h"
#include "store/log.h"

#define BATCH 50

static enum err orphan(void *ctx, const struct blob_id *id)
{
	struct gateway *g = ctx;
	bool known;

	TRY(store_blob_exists(g->conf.store, id, &known));
	return known ? OK : blob_destroy(g->conf.blobs, id);
}

/* Files whose step never committed, or whose key was destroyed before the file was. */
enum err sweep_orphans(struct gateway *g)
{
	return blob_each(g->conf.blobs, orphan, g);
}

static enum err expire(struct gateway *g, struct transfer_row *t)
{
	t->reason = S("upload-abandoned");
	t->purge_ms = now(g);
	TRY(store_begin(g->conf.store));
	TRY(life_move(g, t, TRANSFER_EXPIRED, "transfer.expired", S("system"), NULL, 0));
	return commit(g);
}

static enum err purge(struct gateway *g, struct transfer_row *t, struct arena *a)
{
	struct store *s = g->conf.store;
	struct blob_row *blobs;
	char stream[TRANSFER_ID_LEN + 16] = "transfer/";
	size_t n;

	BUG_IF(t->id.n != TRANSFER_ID_LEN);
	memcpy(stream + 9, t->id.p, t->id.n);
	TRY(store_begin(s));
	TRY(store_blobs_of(s, t->id, a, &blobs, &n));
	for (size_t i = 0; i < n; i++)
		TRY(store_blob_drop(s, &blobs[i].id));
	TRY(store_report_drop(s, t->id));
	t->hash = t->result_hash = t->reason_text = slice_of(NULL, 0);
	TRY(record_erase(s, slice_str(stream), S("system"), now(g), NULL));
	TRY(life_move(g, t, TRANSFER_PURGED, "transfer.purged", S("system"), NULL, 0));
	TRY(store_transfer_erase(s, t->id));
	g->scrubbed = false;
	TRY(commit(g));
	/* The keys are gone: the files are noise, and a death here leaves them to sweep_orphans. */
	for (size_t i = 0; i < n; i++)
		TRY(content_undo(g, &blobs[i]));
	return OK;
}

/*
 * What retention erased is not to be found in any file of the store either. Also once after a
 * start: the process before may have died in between. A reader that is in the way is gone at the
 * next sweep.
 */
static enum err scrub(struct gateway *g)
{
	enum err e = g->scrubbed ? OK : store_scrub(g->conf.store);

	if (e == OK)
		g->scrubbed = true;
	else if (e == ERR_TIMEOUT)
		log_event(LEVEL_INFO, "scrub-waits", "reason=reader");
	return e == ERR_TIMEOUT ? OK : e;
}

enum err sweep(struct gateway *g)
{
	AUTO_ARENA a = arena_new(8 << 20);
	struct store *s = g->conf.store;
	struct transfer_row *rows;
	int64_t t = now(g);
	size_t n;

	if (!a)
		return ERR_MEMORY;
	TRY(store_sessions_sweep(s, t - IDENTITY_IDLE, t - IDENTITY_ABSOLUTE));
	TRY(store_tries_sweep(s, t - DAY_MS));
	TRY(store_transfers_stale(s, t - UPLOAD_STALE_MS, BATCH, a, &rows, &n));
	for (size_t i = 0; i < n; i++)
		TRY(expire(g, &rows[i]));
	TRY(store_transfers_due(s, t, BATCH, a, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (life_may(rows[i].state, TRANSFER_PURGED))
			TRY(purge(g, &rows[i], a));
	return scrub(g);
}
