/* ask_page: もし…なら, the question of `sekisho policy ask` as a page; also without sign-in. */
#include "web/internal.h"

#define ASK_ARENA (256u << 20)
#define GROUPS_MAX 40
#define RULES_MAX 8

static const enum text attrs[POLICY_ATTRS] = {
    [POLICY_A_CHANNEL] = TXT_ask_channel,     [POLICY_A_SOURCE] = TXT_ask_from,
    [POLICY_A_DESTINATION] = TXT_ask_to,      [POLICY_A_EXCEPTION] = TXT_ask_exception,
    [POLICY_A_CONTAINS] = TXT_ask_contains,   [POLICY_A_CONFIDENTIALITY] = TXT_ask_confidentiality,
    [POLICY_A_INTEGRITY] = TXT_ask_integrity, [POLICY_A_AVAILABILITY] = TXT_ask_availability,
    [POLICY_A_RECIPIENT] = TXT_ask_recipient, [POLICY_A_TYPE] = TXT_ask_type,
    [POLICY_A_ROLE] = TXT_ask_role,           [POLICY_A_FACTORS] = TXT_ask_factors,
    [POLICY_A_HOURS] = TXT_ask_hours,
};

/* One attribute with the values that this person may know of. */
static enum err field(struct req *r, const struct policy_space *s, enum policy_attr a,
		      enum policy_visibility most, struct ask_view *v)
{
	const char *name = policy_attr_asked(a);
	struct ask_field *f = &v->fields[v->n_fields];
	struct slice given = page_get(&r->rq->query, name);

	*f = (struct ask_field){.name = name, .label = page_say(&r->pg, attrs[a])};
	f->choices = arena_array(r->arena, s->n[a], sizeof *f->choices);
	if (!f->choices)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < s->n[a]; i++) {
		const struct policy_value *pv = &s->value[a][i];

		if (pv->visibility <= most)
			f->choices[f->n++] = (struct ask_choice){
			    pv->word, r->pg.ja ? pv->ja : pv->en, slice_eq(pv->word, given)};
	}
	v->n_fields += f->n > 1;
	return OK;
}

/* The box of what was given. */
static enum err given(struct req *r, const struct policy_space *s, enum policy_visibility most,
		      struct policy_box *box, struct ask_view *v)
{
	struct diag d;
	enum err e;

	*box = policy_box_all(s);
	for (enum policy_attr a = 0; a < POLICY_ATTRS; a++) {
		const char *name = policy_attr_asked(a);
		struct slice value = page_get(&r->rq->query, name);

		v->asked |= value.p != NULL; /* an empty one was left open */
		if (value.n == 0)
			continue;
		e = policy_box_narrow(r->arena, s, box, slice_str(policy_attr_word(a)), value, most,
				      &d);
		if (e == ERR_NOT_FOUND)
			v->fault = value;
		else
			TRY(e);
	}
	return OK;
}

static enum err put_group(struct req *r, const struct policy_space *s, const struct policy_group *g,
			  enum policy_visibility most, struct ask_group *to)
{
	const struct policy *p = r->web->policy;
	const struct policy_statement *st;
	uint32_t at[RULES_MAX];
	size_t n = policy_group_deciders(p, g, most, at, RULES_MAX);
	AUTO_BUF which;
	AUTO_BUF outcome;

	buf_init(&which, 65536);
	buf_init(&outcome, 16384);
	policy_statements(p, &st);
	policy_box_print(s, &g->box, page_lang_of(&r->pg), most, &which);
	policy_outcome_print(&g->after, page_lang_of(&r->pg), &outcome);
	*to = (struct ask_group){.which = page_kept(&r->pg, &which),
				 .outcome = page_kept(&r->pg, &outcome),
				 .count = count_text(&r->pg, g->cases),
				 .permit = g->after.permit,
				 .by_rule = g->by_rule,
				 .n_rules = n < RULES_MAX ? n : RULES_MAX};
	to->more = n - to->n_rules;
	to->rules = arena_array(r->arena, to->n_rules, sizeof *to->rules);
	if (!to->rules)
		return ERR_MEMORY;
	for (size_t i = 0; i < to->n_rules; i++) {
		to->rules[i].sentence = statement_text(&r->pg, p, &st[at[i]], most);
		to->rules[i].clause = statement_clause(&r->pg, &st[at[i]]);
	}
	return OK;
}

static enum err put_answer(struct req *r, const struct policy_answer *an,
			   enum policy_visibility most, struct ask_view *v)
{
	const struct policy *p = r->web->policy;

	v->cases = count_text(&r->pg, an->cases + an->veiled);
	v->permitted = count_text(&r->pg, an->permitted);
	v->forbidden = count_text(&r->pg, an->cases - an->permitted);
	if (an->veiled || (an->permitted && an->permitted < an->cases)) {
		v->verdict =
		    page_say(&r->pg, an->permitted && an->permitted < an->cases ? TXT_ask_some
										: TXT_ask_open);
		v->kind = "wait";
	} else {
		v->verdict = page_say(&r->pg, an->permitted ? TXT_ask_all : TXT_ask_none);
		v->kind = an->permitted ? "good" : "stop";
	}
	if (an->veiled)
		v->veiled = count_text(&r->pg, an->veiled);
	if (an->rest)
		v->rest = count_text(&r->pg, an->rest);
	v->version = number_text(&r->pg, policy_version(p));
	v->day = day_of(&r->pg, policy_effective(p));
	v->groups = arena_array(r->arena, an->n_groups, sizeof *v->groups);
	if (!v->groups)
		return ERR_MEMORY;
	for (int permit = 1; permit >= 0; permit--)
		for (size_t i = 0; i < an->n_groups; i++)
			if (an->groups[i].after.permit == permit)
				TRY(put_group(r, &an->space, &an->groups[i], most,
					      &v->groups[v->n_groups++]));
	return OK;
}

static enum err make(struct req *r, struct arena *big, struct ask_view *v)
{
	enum policy_visibility most;
	struct policy_answer an;
	struct policy_space s;
	struct policy_box box;
	struct diag d;

	TRY(web_audience(r, &most));
	TRY(policy_space_of(big, r->web->policy, &s));
	for (enum policy_attr a = 0; a < POLICY_ATTRS; a++)
		TRY(field(r, &s, a, most, v));
	TRY(given(r, &s, most, &box, v));
	if (!v->asked || v->fault.n)
		return OK;
	TRY(policy_ask(big, r->web->policy, &box, most, GROUPS_MAX, &an, &d));
	return put_answer(r, &an, most, v);
}

void page_policy_ask(struct req *r)
{
	AUTO_ARENA big = arena_new(ASK_ARENA);
	struct ask_view v = {0};
	enum err e = big ? make(r, big, &v) : ERR_MEMORY;

	if (e != OK) {
		web_error(r, 500);
		return;
	}
	tpl_ask(&r->pg, &v);
	web_html(r, v.fault.n ? 400 : 200);
}
