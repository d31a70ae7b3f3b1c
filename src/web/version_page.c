/* version_page: the versions of the policy that were or are in force, also without sign-in. */
#include "base/calendar.h"
#include "governance/version.h"
#include "policy/format.h"
#include "web/internal.h"

#define VERSION_ARENA (256u << 20)

static void failed(struct req *r, enum err e)
{
	web_error(r, e == ERR_NOT_FOUND ? 404 : 500);
}

static struct slice hex_of(struct req *r, struct slice raw)
{
	struct hash h;
	char hex[65];

	if (raw.n != sizeof h.b)
		return (struct slice){0};
	memcpy(h.b, raw.p, sizeof h.b);
	hash_hex(h, hex);
	return arena_copy(r->arena, slice_str(hex));
}

/* A version as a line; its epoch is 0 where it is not in force yet. */
static struct version_line line_of(struct req *r, const struct store_version *v,
				   const struct store_epoch *epochs, size_t n)
{
	struct version_line line = {.hash = hex_of(r, v->hash),
				    .number = v->number,
				    .day = day_of(&r->pg, v->effective),
				    .change = v->change};

	line.short_hash = slice_head(line.hash, 12);
	for (size_t i = 0; i < n; i++)
		if (slice_eq(epochs[i].hash, v->hash)) {
			line.epoch = epochs[i].n;
			line.since = when_text(&r->pg, epochs[i].at_ms);
			line.now = i == 0;
		}
	line.emergency = line.epoch > 1 && v->change == 0;
	return line;
}

static enum err make_history(struct req *r, struct history_view *v)
{
	struct store *s = view_store(r->web->view);
	struct store_version *all;
	struct store_epoch *epochs;
	size_t n, n_epochs;

	TRY(store_versions(s, r->arena, &all, &n));
	TRY(store_epochs(s, r->arena, &epochs, &n_epochs));
	v->lines = arena_array(r->arena, n, sizeof *v->lines);
	if (!v->lines)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct version_line line = line_of(r, &all[i], epochs, n_epochs);

		/* What is decided and waits for its day is announced to the city's people first. */
		if (line.epoch || r->signed_in)
			v->lines[v->n++] = line;
	}
	return OK;
}

void page_policy_history(struct req *r)
{
	struct history_view v = {0};
	enum err e = make_history(r, &v);

	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_history(&r->pg, &v);
	web_html(r, 200);
}

static enum err make_version(struct req *r, struct arena *big, struct version_view *v)
{
	struct slice want = page_get(&r->rq->query, "hash");
	struct store *s = view_store(r->web->view);
	enum policy_visibility most;
	struct store_epoch *epochs;
	struct store_version row;
	struct version loaded;
	struct hash h;
	struct diag d;
	AUTO_BUF b;
	size_t n;

	buf_init(&b, 2 * POLICY_TEXT_MAX);
	if (!hex_parse(want, h.b, sizeof h.b))
		return ERR_NOT_FOUND;
	TRY(web_audience(r, &most));
	TRY(store_version_get(s, slice_of(h.b, sizeof h.b), big, &row));
	TRY(store_epochs(s, r->arena, &epochs, &n));
	v->line = line_of(r, &row, epochs, n);
	if (!v->line.epoch && most < POLICY_INTERNAL)
		return ERR_NOT_FOUND;
	TRY(version_load(s, h, big, &loaded));
	v->title = arena_copy(r->arena, policy_title(loaded.policy));
	/* As it was written for those who may read all of it; else what they may read, set anew. */
	v->whole = most == POLICY_SECRET;
	if (!v->whole)
		TRY(policy_format(row.texts.text, most, &b, &d));
	v->text = arena_copy(r->arena, v->whole ? row.texts.text : buf_view(&b));
	return v->text.p ? OK : ERR_MEMORY;
}

void page_policy_version(struct req *r)
{
	AUTO_ARENA big = arena_new(VERSION_ARENA);
	struct version_view v = {0};
	enum err e = big ? make_version(r, big, &v) : ERR_MEMORY;

	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_version(&r->pg, &v);
	web_html(r, 200);
}
