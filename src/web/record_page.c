/* record_page: how far the record is signed, who witnesses that, and what should alarm somebody. */
#include "record/attend.h"
#include "record/cosign.h"
#include "record/signer.h"
#include "store/log.h"
#include "web/internal.h"

_Static_assert(WEB_WITNESSES_MAX <= COSIGN_PEERS_MAX, "every witness has a place");

static enum err kept(struct req *r, struct record_view *v)
{
	const struct web *w = r->web;
	struct cosign_peer peer[WEB_WITNESSES_MAX] = {0};
	struct cosign *c;

	for (size_t i = 0; i < w->witnesses_n; i++) {
		peer[i].silence = w->witnesses[i].silence;
		TRY(tlog_vkey_parse(slice_str(w->witnesses[i].key), &peer[i].key));
	}
	TRY(cosign_new(view_log(w->view), peer, w->witnesses_n, &c));
	v->cosigned = cosign_size(c);
	v->fresh = cosign_fresh(c, (uint64_t)r->pg.now_ms / 1000);
	for (size_t i = 0; i < w->witnesses_n; i++)
		v->witness[i].last_ms = (int64_t)cosign_last(c, i) * 1000;
	cosign_free(c);
	return OK;
}

static enum err alarms(struct req *r, struct record_view *v)
{
	for (size_t i = 0; i < v->n; i++) {
		struct attend a;
		struct slice why;
		char *key;

		v->witness[i].name = slice_str(r->web->witnesses[i].name);
		TRY(attend_read(view_store(r->web->view), r->web->witnesses[i].name, r->arena, &a));
		why = a.silent ? S("silent") : a.why;
		if (why.n == 0)
			continue;
		key = arena_printf(r->arena, "record.alarm-%.*s", (int)why.n, (const char *)why.p);
		if (!key)
			return ERR_MEMORY;
		v->witness[i].alarm = text_by_key(&r->pg, key);
		v->witness[i].since_ms = a.alarm_ms;
	}
	return OK;
}

static enum err make(struct req *r, struct record_view *v)
{
	struct tlog_checkpoint c;
	struct tlog_key key;
	char root[65];

	v->n = r->web->witnesses_n;
	v->required = r->web->witnesses_required;
	v->witness = arena_array(r->arena, v->n + 1, sizeof *v->witness);
	if (!v->witness)
		return ERR_MEMORY;
	TRY(log_read_checkpoint(view_log(r->web->view), r->arena, &key, &c));
	hash_hex(c.root, root);
	v->size = c.size;
	v->origin = c.origin;
	v->root = arena_copy(r->arena, slice_str(root));
	TRY(store_log_size(view_store(r->web->view), &v->entries));
	TRY(kept(r, v));
	return alarms(r, v);
}

void page_record(struct req *r)
{
	struct record_view v = {0};

	if (make(r, &v) != OK) {
		web_error(r, 500);
		return;
	}
	tpl_record(&r->pg, &v);
	web_html(r, 200);
}
