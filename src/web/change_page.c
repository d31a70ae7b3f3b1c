/* change_page: changes of the policy, for those who hold an office. */
#include "governance/paper.h"
#include "web/change.h"

static void failed(struct req *r, enum err e)
{
	web_error(r, e == ERR_NOT_FOUND ? 404 : 500);
}

static const struct {
	enum text text;
	const char *kind;
} states[CHANGE_STATES] = {
    [CHANGE_DRAFT] = {TXT_change_state_draft, "go"},
    [CHANGE_REVIEW] = {TXT_change_state_review, "go"},
    [CHANGE_DECIDED] = {TXT_change_state_decided, "good"},
    [CHANGE_IN_FORCE] = {TXT_change_state_in_force, "good"},
    [CHANGE_REFUSED] = {TXT_change_state_refused, "stop"},
    [CHANGE_WITHDRAWN] = {TXT_change_state_withdrawn, "gone"},
    [CHANGE_LAPSED] = {TXT_change_state_lapsed, "stop"},
};

static bool is_state(enum change_state s)
{
	return s > 0 && s < CHANGE_STATES;
}

const char *change_state_label(struct page *pg, enum change_state s)
{
	return is_state(s) ? page_say(pg, states[s].text) : "";
}

const char *change_state_kind(enum change_state s)
{
	return is_state(s) ? states[s].kind : "gone";
}

const char *part_label(struct page *pg, const char *part)
{
	return page_say(pg, strcmp(part, "basis") == 0      ? TXT_change_part_basis
			    : strcmp(part, "standard") == 0 ? TXT_change_part_standard
							    : TXT_change_part_policy);
}

static struct store *store_of(struct req *r)
{
	return view_store(r->web->view);
}

static struct change_act act_of(const struct req *r)
{
	return (struct change_act){
	    .login = slice_str(r->who.login), .zone = r->web->zone, .now_ms = r->pg.now_ms};
}

static struct slice name_of(struct req *r, struct slice login)
{
	struct store_account who;

	return store_account_by_login(store_of(r), login, r->arena, &who) == OK ? who.name : login;
}

/* For everybody else changes do not exist. */
static enum err want_office(struct req *r)
{
	enum policy_visibility most;

	TRY(web_audience(r, &most));
	return most == POLICY_SECRET ? OK : ERR_NOT_FOUND;
}

/* -- the list ------------------------------------------------------------------------------------
 */

static enum err make_list(struct req *r, struct change_list_view *v)
{
	enum policy_visibility most;
	struct store_change *all;
	struct store_version last;
	size_t n;

	TRY(web_audience(r, &most));
	v->office = most == POLICY_SECRET;
	TRY(store_changes(store_of(r), 0, r->arena, &all, &n));
	TRY(store_version_last(store_of(r), r->arena, &last));
	v->next = number_text(&r->pg, last.number + 1);
	v->items = arena_array(r->arena, n, sizeof *v->items);
	if (!v->items)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		bool whole = v->office && slice_eq(all[i].zone, r->web->zone);

		if (!whole && !change_is_told(r->web->policy, &all[i], r->web->zone, web_today(r)))
			continue;
		v->items[v->n++] = (struct change_item){
		    .c = &all[i],
		    .whole = whole,
		    .drafter = name_of(r, all[i].drafter),
		    .day = all[i].effective ? day_of(&r->pg, all[i].effective) : (struct slice){0}};
	}
	return OK;
}

void page_changes(struct req *r)
{
	struct change_list_view v = {0};
	enum err e = make_list(r, &v);

	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_changes(&r->pg, &v);
	web_html(r, 200);
}

/* -- one change ----------------------------------------------------------------------------------
 */

/* All that is known about one change; the study lives in `big`. */
struct looking {
	struct store_change c;
	struct change_progress progress;
	struct change_study study;
};

static enum err look(struct req *r, struct arena *big, bool notice, struct looking *ret)
{
	struct version now = {.policy = r->web->policy, .hash = r->web->policy_hash};
	int64_t id;

	if (!web_change_id(r, &id))
		return ERR_USAGE;
	TRY(notice ? change_get_told(store_of(r), r->arena, r->web->policy, r->web->zone, id,
				     web_today(r), &ret->c)
		   : change_get(store_of(r), r->arena, r->web->zone, id, &ret->c));
	TRY(change_progress(store_of(r), r->arena, &ret->c, &now, &ret->progress));
	return change_study(store_of(r), big, &ret->c, &ret->study);
}

/* 「合議: 異議なし」, 「決裁(市長)」, ... */
static struct slice said_what(struct page *pg, const struct record_entry *e)
{
	struct slice organ = record_value(e, "organ"), opinion = record_value(e, "opinion");
	const char *label = entry_label(pg, e->type);

	if (opinion.n) {
		char *key = arena_printf(pg->arena, "opinion.%.*s", (int)opinion.n,
					 (const char *)opinion.p);
		const char *word = key ? text_by_key(pg, key) : NULL;

		return slice_str(
		    arena_printf(pg->arena, pg->ja ? "%s: %s" : "%s: %s", label, word ? word : ""));
	}
	if (organ.n)
		return slice_str(arena_printf(pg->arena, pg->ja ? "%s（%.*s）" : "%s (%.*s)", label,
					      (int)organ.n, (const char *)organ.p));
	return slice_str(label);
}

static enum err put_said(struct req *r, const struct change_progress *p, struct change_view *v)
{
	v->said = arena_array(r->arena, p->n_entries, sizeof *v->said);
	if (!v->said)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->n_entries; i++) {
		const struct record_entry *e = &p->entries[i];
		struct slice actor = record_value(e, "actor");

		v->said[v->n_said++] = (struct change_said){.who = slice_eq_str(actor, "system")
								       ? actor_text(&r->pg, e)
								       : name_of(r, actor),
							    .what = said_what(&r->pg, e),
							    .note = record_value(e, "note"),
							    .at_ms = e->at_ms,
							    .index = e->index};
		v->decided |= slice_eq_str(e->type, "change.decided");
	}
	return OK;
}

static enum err put_organs(struct req *r, const struct change_progress *p, struct change_view *v)
{
	v->organs = arena_array(r->arena, p->n_organs, sizeof *v->organs);
	if (!v->organs)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->n_organs && i < 64; i++)
		v->organs[v->n_organs++] =
		    (struct change_organ){p->organs[i], (p->approved & (1ull << i)) != 0};
	return OK;
}

static enum err make_change(struct req *r, struct arena *big, struct looking *l,
			    struct change_view *v)
{
	struct change_act by = act_of(r);

	TRY(want_office(r));
	TRY(look(r, big, false, l));
	*v = (struct change_view){.c = &l->c,
				  .drafter = name_of(r, l->c.drafter),
				  .opinions = l->progress.opinions,
				  .agreed = l->progress.agreed,
				  .objected = l->progress.objected};
	TRY(change_may(store_of(r), r->arena, &by, &l->c, &l->progress, &v->may));
	TRY(put_said(r, &l->progress, v));
	TRY(put_organs(r, &l->progress, v));
	return change_words(&r->pg, &l->study, v);
}

void page_change(struct req *r)
{
	AUTO_ARENA big = arena_new(STUDY_ARENA);
	struct change_view v = {0};
	struct looking l = {0};
	enum err e = big ? make_change(r, big, &l, &v) : ERR_MEMORY;

	if (e == ERR_USAGE)
		return;
	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_change(&r->pg, &v);
	web_html(r, 200);
}

/* -- the editor ----------------------------------------------------------------------------------
 */

static enum err make_edit(struct req *r, struct arena *big, struct looking *l,
			  struct change_edit_view *v)
{
	struct slice part = page_get(&r->rq->query, "part");

	TRY(want_office(r));
	TRY(look(r, big, false, l));
	v->c = &l->c;
	v->max = EDIT_MAX;
	v->part = slice_eq_str(part, "basis")      ? "basis"
		  : slice_eq_str(part, "standard") ? "standard"
						   : "policy";
	v->text = slice_eq_str(part, "basis")      ? l->study.texts.basis
		  : slice_eq_str(part, "standard") ? l->study.texts.standard
						   : l->study.texts.text;
	v->too_long = v->text.n > v->max;
	if (!l->study.policy)
		v->fault = change_fault(&r->pg, &l->study.texts, &l->study.diag);
	else if (l->study.follows.text[0])
		v->fault = change_fault(&r->pg, &l->study.texts, &l->study.follows);
	return OK;
}

void page_change_edit(struct req *r)
{
	AUTO_ARENA big = arena_new(STUDY_ARENA);
	struct change_edit_view v = {0};
	struct looking l = {0};
	enum err e = big ? make_edit(r, big, &l, &v) : ERR_MEMORY;

	if (e == ERR_USAGE)
		return;
	if (e == OK && (l.c.state != CHANGE_DRAFT || !slice_eq_str(l.c.drafter, r->who.login)))
		e = ERR_NOT_FOUND;
	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_change_edit(&r->pg, &v);
	web_html(r, 200);
}

/* -- papers --------------------------------------------------------------------------------------
 */

static enum err make_paper(struct req *r, struct arena *big, bool notice, struct looking *l,
			   struct paper_view *v)
{
	struct paper p = {.store = store_of(r),
			  .arena = r->arena,
			  .change = &l->c,
			  .study = &l->study,
			  .progress = &l->progress,
			  .help_office = r->web->help_office,
			  .help_extension = r->web->help_extension};
	AUTO_BUF b;

	buf_init(&b, 4 << 20);
	/* The notice is for all staff. */
	if (!notice)
		TRY(want_office(r));
	TRY(look(r, big, notice, l));
	if (!l->study.policy)
		return ERR_NOT_FOUND;
	TRY(notice ? paper_notice(&p, &b) : paper_drafting(&p, &b));
	v->c = &l->c;
	v->notice = notice;
	v->text = arena_copy(r->arena, buf_view(&b));
	return v->text.p ? OK : ERR_MEMORY;
}

static void paper(struct req *r, bool notice)
{
	AUTO_ARENA big = arena_new(STUDY_ARENA);
	struct paper_view v = {0};
	struct looking l = {0};
	enum err e = big ? make_paper(r, big, notice, &l, &v) : ERR_MEMORY;

	if (e == ERR_USAGE)
		return;
	if (e != OK) {
		failed(r, e);
		return;
	}
	tpl_paper(&r->pg, &v);
	web_html(r, 200);
}

void page_change_drafting(struct req *r)
{
	paper(r, false);
}

void page_change_notice(struct req *r)
{
	paper(r, true);
}
