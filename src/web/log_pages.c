/*
 * The published log as C2SP tlog-tiles says, for anybody: /log/checkpoint, /log/key,
 * /log/tile/... And for whoever takes part in a transfer the proof of each of its entries.
 */
#include "record/chain.h"
#include "record/prove.h"
#include "web/internal.h"

static void give(struct req *r, struct slice type)
{
	r->out->reply.kind = PAGE_ANSWER;
	r->out->reply.status = 200;
	r->out->reply.type = type;
}

/* Nothing of a half-read file is sent. */
static void give_or_404(struct req *r, enum err e, struct slice type)
{
	if (e == OK && buf_err(&r->out->body) == OK) {
		give(r, type);
		return;
	}
	r->out->body.n = 0;
	web_error(r, e == ERR_NOT_FOUND ? 404 : 500);
}

/*
 * A partial tile or bundle of exactly the asked width may be gone once a wider one is there; it is
 * cut out of that. What lies behind the checkpoint is not handed out before it is signed.
 */
static enum err tile(int log, uint64_t size, struct slice path, struct buf *out)
{
	struct tlog_tile t, last;
	uint64_t index;
	unsigned width;

	if (tlog_tile_parse(path, &t) == OK) {
		if (tlog_tile_of(size, t.level, t.index, &last) != OK || t.width > last.width)
			return ERR_NOT_FOUND;
		return log_read_tile(&log, t, out);
	}
	if (tlog_bundle_parse(path, &index, &width) != OK ||
	    tlog_tile_of(size, 0, index, &last) != OK || width > last.width)
		return ERR_NOT_FOUND;
	return log_read_bundle(log, index, width, out);
}

void page_log_file(struct req *r)
{
	int log = view_log(r->web->view);
	struct tlog_checkpoint c;
	struct tlog_key key;

	if (slice_eq_str(r->id, "checkpoint")) {
		give_or_404(r, log_read_note(log, &r->out->body), S("text/plain; charset=utf-8"));
		return;
	}
	if (slice_eq_str(r->id, "cosigned")) {
		give_or_404(r, log_read_cosigned(log, &r->out->body),
			    S("text/plain; charset=utf-8"));
		return;
	}
	if (slice_starts(r->id, S("keys/"))) {
		give_or_404(r, log_read_change(log, slice_from(r->id, 5), &r->out->body),
			    S("text/plain; charset=utf-8"));
		return;
	}
	if (log_read_checkpoint(log, r->arena, &key, &c) != OK) {
		web_error(r, 404);
		return;
	}
	if (slice_eq_str(r->id, "key")) {
		tlog_vkey_put(&r->out->body, &key);
		buf_byte(&r->out->body, '\n');
		give(r, S("text/plain; charset=utf-8"));
		return;
	}
	give_or_404(r, tile(log, c.size, r->id, &r->out->body), S("application/octet-stream"));
}

/* ?entry=N, one of the transfer's own: whoever sees its history may carry the proof away. */
void page_transfer_proof(struct req *r)
{
	struct view_transfer t = {0};
	uint64_t index;
	char *name;
	size_t i = 0;

	if (!web_transfer(r, &t))
		return;
	if (!slice_u64(page_get(&r->rq->query, "entry"), &index)) {
		web_error(r, 400);
		return;
	}
	while (i < t.n_entries && t.entries[i].index != index)
		i++;
	if (i == t.n_entries || index >= t.signed_size) {
		web_error(r, 404);
		return;
	}
	give_or_404(r, log_prove(view_log(r->web->view), index, false, &r->out->body),
		    S("text/plain; charset=utf-8"));
	name = arena_printf(r->arena, "attachment; filename=\"entry-%llu.tlog-proof\"",
			    (unsigned long long)index);
	if (name && r->out->reply.status == 200)
		web_field(r, "Content-Disposition", slice_str(name));
}
