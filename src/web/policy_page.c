/* policy_page: the living policy, and the proof of one entry. Both without sign-in. */
#include "web/internal.h"

#include "base/calendar.h"
#include "gateway/gateway.h"
#include "governance/office.h"

static void failed(struct req *r, enum err e)
{
	web_error(r, e == ERR_NOT_FOUND ? 404 : 500);
}

int32_t web_today(const struct req *r)
{
	return (int32_t)date_days(jst_from_unix(r->pg.now_ms / 1000).date);
}

enum err web_audience(struct req *r, enum policy_visibility *ret)
{
	bool office = false;

	if (r->signed_in)
		TRY(office_holds(view_store(r->web->view), r->arena, slice_str(r->who.login),
				 (struct slice){0}, web_today(r), &office));
	*ret = office ? POLICY_SECRET : r->signed_in ? POLICY_INTERNAL : POLICY_PUBLIC;
	return OK;
}

static enum err audience(struct req *r, struct policy_view *v)
{
	struct slice want = page_get(&r->rq->query, "view");

	TRY(web_audience(r, &v->most));
	v->audience = v->most;
	if (slice_eq_str(want, "public"))
		v->audience = POLICY_PUBLIC;
	if (slice_eq_str(want, "internal") && v->most >= POLICY_INTERNAL)
		v->audience = POLICY_INTERNAL;
	return OK;
}

static struct slice organs_of(struct req *r, const struct store_text *t)
{
	AUTO_BUF b;

	buf_init(&b, 8192);
	for (size_t i = 0; i < t->organs_n; i++) {
		buf_str(&b, i ? "、" : "");
		buf_slice(&b, t->organs[i]);
	}
	return arena_copy(r->arena, buf_view(&b));
}

static struct slice iso_of(struct req *r, int32_t day)
{
	AUTO_BUF b;

	buf_init(&b, 32);
	date_put_iso(&b, date_from_days(day));
	return arena_copy(r->arena, buf_view(&b));
}

static enum err versions(struct req *r, struct policy_view *v)
{
	struct store_text *all;
	size_t n;

	TRY(text_versions(view_store(r->web->view), v->tree, r->arena, &all, &n));
	v->versions = arena_array(r->arena, n, sizeof *v->versions);
	if (!v->versions)
		return ERR_MEMORY;
	for (size_t i = n; i-- > 0;) {
		int32_t until = text_until(all, n, i);
		bool now =
		    all[i].effective <= web_today(r) && (until == 0 || until >= web_today(r));

		if (!all[i].is_public && v->audience < POLICY_SECRET)
			continue;
		v->versions[v->n_versions++] =
		    (struct policy_version){.from = day_of(&r->pg, all[i].effective),
					    .from_iso = iso_of(r, all[i].effective),
					    .to = until ? day_of(&r->pg, until) : (struct slice){0},
					    .organs = organs_of(r, &all[i]),
					    .on_file = all[i].on_file,
					    .now = now};
	}
	return OK;
}

/* The text of that day: the registered version's, else what the running policy cites today. */
static enum err text_of(struct req *r, struct policy_view *v, int32_t day, struct slice *ret)
{
	struct slice cited = v->tree == TEXT_BASIC      ? r->web->basis
			     : v->tree == TEXT_STANDARD ? r->web->standard
							: (struct slice){0};
	struct store_text t = {0};
	enum err e =
	    text_as_of(view_store(r->web->view), v->tree, (struct slice){0}, day, r->arena, &t);

	*ret = (struct slice){0};
	if (e == ERR_NOT_FOUND) {
		if (!v->past && v->tree != TEXT_PROCEDURE)
			*ret = cited;
	} else {
		TRY(e);
		if (!t.is_public && v->audience < POLICY_SECRET)
			return ERR_NOT_FOUND;
		v->registered = true;
		v->day = day_of(&r->pg, t.effective);
		*ret = t.text;
	}
	v->on_file = ret->n > 0;
	return OK;
}

static enum err board_of(struct req *r, struct policy_view *v, struct slice text)
{
	struct clauses *c = arena_alloc(r->arena, sizeof *c);
	bool cited = slice_eq(text, v->tree == TEXT_BASIC ? r->web->basis : r->web->standard);
	struct board_source src = {
	    .store = view_store(r->web->view),
	    .clauses = c,
	    .policy = cited && !v->past ? r->web->policy : NULL,
	    .tree = v->tree == TEXT_STANDARD ? POLICY_TREE_STANDARD : POLICY_TREE_BASIC,
	    .audience = v->audience,
	    .checkpoint = entry_signed_size(view_log(r->web->view), r->arena),
	    .now_ms = r->pg.now_ms,
	    .handles = gateway_handles};

	if (!c)
		return ERR_MEMORY;
	TRY(clauses_read(r->arena, text, c, NULL));
	v->title = c->title;
	v->works_out = src.policy && src.tree == POLICY_TREE_STANDARD;
	TRY(board_make(r->arena, &src, &v->board));
	return policy_items(&r->pg, &v->board, v->audience, v);
}

static enum err make(struct req *r, struct policy_view *v)
{
	struct slice tree = page_get(&r->rq->query, "text"), on = page_get(&r->rq->query, "on");
	int32_t day = web_today(r);
	struct date date;
	struct slice text;

	if (tree.n && text_tree_of(tree, &v->tree) != OK)
		return ERR_NOT_FOUND;
	TRY(audience(r, v));
	/* To everybody else the procedures do not exist. */
	if (v->tree == TEXT_PROCEDURE && v->audience < POLICY_SECRET)
		return ERR_NOT_FOUND;
	if (on.n) {
		if (date_parse(on, &date) != OK)
			return ERR_NOT_FOUND;
		v->past = date_days(date) < day;
		day = (int32_t)date_days(date);
	}
	v->day = day_of(&r->pg, day);
	TRY(versions(r, v));
	TRY(text_of(r, v, day, &text));
	return text.n ? board_of(r, v, text) : OK;
}

void page_policy(struct req *r)
{
	struct policy_view v = {0};
	enum err e = make(r, &v);

	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_policy(&r->pg, &v);
	web_html(r, 200);
}

/*
 * What everybody may have proved: decisions, versions, and what the policy's own public statements
 * name as evidence. That somebody signed in is nobody else's business.
 */
static bool is_open(const struct req *r, const struct record_entry *e)
{
	const struct policy_statement *st;
	size_t n = policy_statements(r->web->policy, &st);

	if (r->signed_in || record_value(e, "clause").n > 0 ||
	    slice_starts(e->type, S("policy.")) || slice_eq_str(e->type, BOARD_ATTESTED_TYPE))
		return true;
	for (size_t i = 0; i < n; i++)
		if (st[i].force == POLICY_EVIDENCED && st[i].visibility == POLICY_PUBLIC &&
		    slice_eq(st[i].evidence, e->type))
			return true;
	return false;
}

static struct slice hex_of(struct req *r, struct hash h)
{
	char hex[65];

	hash_hex(h, hex);
	return arena_copy(r->arena, slice_str(hex));
}

void page_policy_entry(struct req *r)
{
	struct entry_proof p;
	struct entry_view v = {.p = &p, .open = r->signed_in};
	uint64_t n;
	enum err e = ERR_NOT_FOUND;

	if (slice_u64(page_get(&r->rq->query, "n"), &n))
		e = entry_prove(view_store(r->web->view), view_log(r->web->view), n, r->arena, &p);
	if (e == OK && !is_open(r, &p.entry))
		e = ERR_NOT_FOUND;
	if (e != OK) {
		failed(r, e);
		return;
	}
	v.leaf = hex_of(r, p.leaf);
	v.root = hex_of(r, p.root);
	v.n_path = p.path.n;
	v.path = arena_array(r->arena, v.n_path, sizeof *v.path);
	for (size_t i = 0; v.path && i < v.n_path; i++)
		v.path[i] = hex_of(r, p.path.hash[i]);
	if (!v.path)
		v.n_path = 0;
	tpl_entry(&r->pg, &v);
	web_html(r, 200);
}
