/* past_page: the decisions about a transfer, each by the version of the policy that made it. */
#include "gateway/past.h"
#include "web/internal.h"

#define RULES_MAX 16

static enum err put_rules(struct req *r, const struct past_decision *p, enum policy_visibility most,
			  struct past_line *to)
{
	const struct policy_statement *st;
	uint32_t by[RULES_MAX];
	size_t n = policy_deciders(p->policy, &p->rq, by, RULES_MAX);

	policy_statements(p->policy, &st);
	to->rules = arena_array(r->arena, RULES_MAX, sizeof *to->rules);
	if (!to->rules)
		return ERR_MEMORY;
	for (size_t i = 0; i < n && i < RULES_MAX; i++)
		if (st[by[i]].visibility <= most)
			to->rules[to->n_rules++] =
			    (struct ask_rule){statement_text(&r->pg, p->policy, &st[by[i]], most),
					      statement_clause(&r->pg, &st[by[i]])};
	return OK;
}

static enum err put_line(struct req *r, const struct past_decision *p, enum policy_visibility most,
			 struct past_line *to)
{
	AUTO_BUF b;

	buf_init(&b, 16384);
	*to = (struct past_line){.what = entry_label(&r->pg, p->entry->type),
				 .at_ms = p->entry->at_ms,
				 .index = p->entry->index,
				 .hash = arena_copy(r->arena, record_value(p->entry, "policy")),
				 .known = p->policy != NULL,
				 .as_recorded = p->as_recorded,
				 .permit = p->d.permit};
	to->short_hash = slice_head(to->hash, 12);
	if (!p->policy)
		return OK;
	to->version = number_text(&r->pg, policy_version(p->policy));
	policy_explain(p->policy, &p->rq, &p->d, page_lang_of(&r->pg), most, &b);
	to->sentence = page_kept(&r->pg, &b);
	return put_rules(r, p, most, to);
}

static enum err make(struct req *r, struct arena *big, const struct view_transfer *t,
		     struct past_view *v)
{
	enum policy_visibility most;
	struct past_decision *list;
	size_t n;

	TRY(web_audience(r, &most));
	TRY(past_decisions(view_store(r->web->view), t->row.id, big, &list, &n));
	v->lines = arena_array(r->arena, n, sizeof *v->lines);
	if (!v->lines)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		TRY(put_line(r, &list[i], most, &v->lines[v->n++]));
	return OK;
}

void page_transfer_decision(struct req *r)
{
	AUTO_ARENA big = arena_new(PAST_ARENA);
	struct view_transfer t = {0};
	struct past_view v = {.t = &t};
	enum err e;

	if (!web_transfer(r, &t))
		return;
	e = big ? make(r, big, &t, &v) : ERR_MEMORY;
	if (e != OK) {
		web_error(r, e == ERR_NOT_FOUND ? 404 : 500);
		return;
	}
	tpl_past(&r->pg, &v);
	web_html(r, 200);
}
