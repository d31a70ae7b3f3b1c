/* view: reads for one person in one zone; see view.h. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "gateway/view.h"
#include "os/fd.h"
#include "record/signer.h"
#include "store/log.h"

struct view {
	struct store *store;
	int log; /* DIR/log */
};

enum err view_open(const char *dir, struct slice city, struct view **ret)
{
	AUTO_ARENA a = arena_new(64 << 10);
	struct view *v = calloc(1, sizeof *v);
	char path[4096];
	struct slice name;
	enum err e;

	if (!v || !a) {
		free(v);
		return ERR_MEMORY;
	}
	v->log = -1;
	snprintf(path, sizeof path, "%s/%s", dir, STORE_FILE);
	e = store_open(&store_sqlite, path, STORE_READ, city, &v->store);
	if (e == OK)
		/* A store of another city has no name for this one. */
		e = store_fact(v->store, "city_name", a, &name);
	if (e == OK) {
		snprintf(path, sizeof path, "%s/log", dir);
		v->log = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		e = v->log < 0 ? ERR_NOT_FOUND : OK;
	}
	if (e != OK) {
		view_close(v);
		return e;
	}
	*ret = v;
	return OK;
}

void view_close(struct view *v)
{
	if (!v)
		return;
	store_close(v->store);
	fd_close(&v->log);
	free(v);
}

struct store *view_store(struct view *v)
{
	return v->store;
}

int view_log(struct view *v)
{
	return v->log;
}

enum err view_session(struct view *v, struct slice token, struct slice zone, int64_t now_ms,
		      struct identity_session *ret)
{
	return identity_session(v->store, token, zone, now_ms, ret);
}

enum err view_token(struct view *v, struct slice token, struct slice zone, struct slice host,
		    struct slice purpose, int64_t now_ms, struct identity_session *ret)
{
	return identity_token(v->store, token, zone, host, purpose, now_ms, ret);
}

enum err view_tokens(struct view *v, const struct view_who *who, struct arena *a,
		     struct store_token **ret, size_t *ret_n)
{
	return store_tokens_of(v->store, who->account, who->zone, a, ret, ret_n);
}

enum err view_sent(struct view *v, const struct view_who *who, size_t offset, size_t max,
		   struct arena *a, struct transfer_row **ret, size_t *ret_n)
{
	return store_transfers_sent(v->store, who->account, who->zone, offset, max, a, ret, ret_n);
}

/* What the recipient does not need to know of the sender's side. */
static void for_recipient(struct transfer_row *t)
{
	t->hash = t->once = slice_of(NULL, 0);
}

enum err view_waiting(struct view *v, const struct view_who *who, size_t offset, size_t max,
		      struct arena *a, struct transfer_row **ret, size_t *ret_n)
{
	TRY(store_transfers_for(v->store, who->login, who->division, who->zone, offset, max, a, ret,
				ret_n));
	for (size_t i = 0; i < *ret_n; i++)
		for_recipient(&(*ret)[i]);
	return OK;
}

enum err view_ready_count(struct view *v, const struct view_who *who, uint64_t *ret)
{
	return store_transfers_ready_for(v->store, who->login, who->division, who->zone, ret);
}

/* -- the report ---------------------------------------------------------------------------------
 */

static enum err text(const json_t *o, const char *key, struct arena *a, struct slice *ret)
{
	const json_t *s = json_object_get(o, key);

	if (!json_is_string(s))
		return OK;
	*ret = arena_copy(a, slice_of(json_string_value(s), json_string_length(s)));
	return ret->p ? OK : ERR_MEMORY;
}

static uint64_t number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

static const char *act_of(struct slice s)
{
	static const char *const acts[] = {"removed", "replaced", "changed",
					   "hidden",  "held",     "note"};

	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (slice_eq_str(s, acts[i]))
			return acts[i];
	return "note";
}

static enum err item_of(const json_t *o, struct arena *a, struct view_item *ret)
{
	struct slice act = {0};

	TRY(text(o, "act", a, &act));
	ret->act = act_of(act);
	TRY(text(o, "finding", a, &ret->finding));
	TRY(text(o, "part", a, &ret->part));
	TRY(text(o, "place", a, &ret->place));
	TRY(text(o, "detail", a, &ret->detail));
	ret->count = (uint32_t)number(o, "count");
	return OK;
}

static enum err report_of(const json_t *o, struct arena *a, struct view_report *ret)
{
	const json_t *items = json_object_get(o, "items");
	struct view_report r = {.present = true, .n = json_array_size(items)};

	TRY(text(o, "type_in", a, &r.type_in));
	TRY(text(o, "type_out", a, &r.type_out));
	TRY(text(o, "marking", a, &r.marking));
	r.dropped = number(o, "dropped");
	r.bytes_in = number(o, "bytes_in");
	r.bytes_out = number(o, "bytes_out");
	r.text_in = number(o, "text_in");
	r.text_out = number(o, "text_out");
	r.pages = (uint32_t)number(o, "pages");
	r.sheets = (uint32_t)number(o, "sheets");
	r.slides = (uint32_t)number(o, "slides");
	r.pictures = (uint32_t)number(o, "pictures");
	r.items = arena_array(a, r.n + 1, sizeof *r.items);
	if (!r.items)
		return ERR_MEMORY;
	for (size_t i = 0; i < r.n; i++)
		TRY(item_of(json_array_get(items, i), a, &r.items[i]));
	*ret = r;
	return OK;
}

static enum err load_report(struct view *v, struct slice id, struct arena *a,
			    struct view_report *ret)
{
	struct slice body;
	json_t *o;
	enum err e = store_report(v->store, id, a, &body);

	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	o = json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	if (!o)
		return ERR_SYNTAX;
	e = report_of(o, a, ret);
	json_decref(o);
	return e;
}

/* -- one transfer -------------------------------------------------------------------------------
 */

static unsigned part_of(const struct view_who *who, const struct transfer_row *t)
{
	bool ready = t->state == TRANSFER_READY || t->state == TRANSFER_COLLECTED;
	bool named = t->recipient_login.n > 0 ? slice_eq(t->recipient_login, who->login)
					      : t->recipient_division.n > 0 &&
						    slice_eq(t->recipient_division, who->division);
	unsigned part = 0;

	if (t->sender == who->account && slice_eq(t->from_zone, who->zone))
		part |= VIEW_SENDER;
	if (ready && named && slice_eq(t->to_zone, who->zone))
		part |= VIEW_RECIPIENT;
	return part;
}

/* The checkpoint is published after the commit: what lies behind it is not signed yet. */
static uint64_t signed_size(struct view *v, struct arena *a)
{
	struct tlog_checkpoint c;
	struct tlog_key key;

	return log_read_checkpoint(v->log, a, &key, &c) == OK ? c.size : 0;
}

/* The recipient's side sees steps and decisions, not the clear values of the other zone. */
static void hide_values(struct record_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < e[i].n; k++)
			e[i].pairs[k].clear = slice_of(NULL, 0);
}

enum err view_transfer(struct view *v, const struct view_who *who, struct slice id, struct arena *a,
		       struct view_transfer *ret)
{
	struct view_transfer t = {0};
	char *stream = arena_printf(a, "transfer/%.*s", (int)id.n, (const char *)id.p);

	if (!stream)
		return ERR_MEMORY;
	TRY(store_transfer_get(v->store, id, a, &t.row));
	t.part = (enum view_part)part_of(who, &t.row);
	if (!t.part)
		return ERR_NOT_FOUND;
	TRY(load_report(v, id, a, &t.report));
	TRY(record_of_stream(v->store, slice_str(stream), a, &t.entries, &t.n_entries));
	t.signed_size = signed_size(v, a);
	if (!(t.part & VIEW_SENDER)) {
		for_recipient(&t.row);
		hide_values(t.entries, t.n_entries);
	}
	*ret = t;
	return OK;
}

/* -- people -------------------------------------------------------------------------------------
 */

enum err view_sign_ins(struct view *v, const struct view_who *who, size_t max, struct arena *a,
		       struct record_entry **ret, size_t *ret_n)
{
	struct record_entry *all, *mine;
	char stream[40];
	size_t n, kept = 0;

	snprintf(stream, sizeof stream, "account/%lld", (long long)who->account);
	TRY(record_of_stream(v->store, slice_str(stream), a, &all, &n));
	mine = arena_array(a, max + 1, sizeof *mine);
	if (!mine)
		return ERR_MEMORY;
	for (size_t i = n; i-- > 0 && kept < max;)
		if (slice_starts(all[i].type, S("session.")))
			mine[kept++] = all[i];
	*ret = mine;
	*ret_n = kept;
	return OK;
}

static bool matches(const struct store_account *p, struct slice query)
{
	return query.n == 0 || slice_find(p->login, query) != SIZE_MAX ||
	       slice_find(p->name, query) != SIZE_MAX || slice_find(p->division, query) != SIZE_MAX;
}

enum err view_people(struct view *v, struct slice to_zone, struct slice query, size_t max,
		     struct arena *a, struct view_person **ret, size_t *ret_n)
{
	struct store_account *all;
	struct view_person *people;
	size_t n, kept = 0;

	TRY(store_accounts(v->store, a, &all, &n));
	people = arena_array(a, max + 1, sizeof *people);
	if (!people)
		return ERR_MEMORY;
	for (size_t i = 0; i < n && kept < max; i++)
		if (identity_may_enter(&all[i], to_zone) && matches(&all[i], query))
			people[kept++] =
			    (struct view_person){all[i].login, all[i].name, all[i].division};
	*ret = people;
	*ret_n = kept;
	return OK;
}
