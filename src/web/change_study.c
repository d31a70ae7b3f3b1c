/* change_study: what a change comes to, in words, for its page. */
#include "web/change.h"

#define CASES_MAX 40u

struct slice change_fault(struct page *pg, const struct policy_texts *t, const struct diag *d)
{
	struct slice text = strcmp(d->part, "basis") == 0      ? t->basis
			    : strcmp(d->part, "standard") == 0 ? t->standard
							       : t->text;
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (d->line == 0)
		buf_str(&b, d->text[0] ? d->text : "-");
	else
		policy_print_diag(part_label(pg, d->part[0] ? d->part : "policy"), text, d, &b);
	return page_kept(pg, &b);
}

static enum err cases(struct page *pg, const struct change_study *st, struct change_view *v)
{
	const struct policy_diff *df = &st->diff;
	uint64_t rest = df->rest;

	v->permitted = count_text(pg, df->permitted);
	v->forbidden = count_text(pg, df->forbidden);
	v->altered = count_text(pg, df->altered);
	v->all = count_text(pg, df->space.cases);
	v->same = df->permitted + df->forbidden + df->altered == 0;
	v->cases = arena_array(pg->arena, CASES_MAX, sizeof *v->cases);
	if (!v->cases)
		return ERR_MEMORY;
	for (size_t i = 0; i < df->n_groups; i++) {
		const struct policy_group *g = &df->groups[i];
		AUTO_BUF which;
		AUTO_BUF before;
		AUTO_BUF after;

		buf_init(&which, 65536);
		buf_init(&before, 16384);
		buf_init(&after, 16384);
		if (v->n_cases == CASES_MAX) {
			rest += g->cases;
			continue;
		}
		policy_box_print(&df->space, &g->box, page_lang_of(pg), POLICY_SECRET, &which);
		policy_outcome_print(&g->before, page_lang_of(pg), &before);
		policy_outcome_print(&g->after, page_lang_of(pg), &after);
		v->cases[v->n_cases++] =
		    (struct change_cases){count_text(pg, g->cases), page_kept(pg, &which),
					  page_kept(pg, &before), page_kept(pg, &after)};
	}
	if (rest)
		v->rest = count_text(pg, rest);
	return OK;
}

static enum err line_add(struct page *pg, struct change_view *v, size_t *cap,
			 struct change_line line)
{
	TRY(arena_grow(pg->arena, (void **)&v->lines, v->n_lines, cap, sizeof line));
	v->lines[v->n_lines++] = line;
	return OK;
}

static struct slice what(struct page *pg, bool before, bool after)
{
	return slice_str(page_say(pg, !before  ? TXT_change_added
				      : !after ? TXT_change_removed
					       : TXT_change_reworded));
}

static enum err rows(struct page *pg, const struct change_study *st, struct change_view *v,
		     size_t *cap)
{
	for (size_t i = 0; i < st->n_rows; i++) {
		const struct study_row *row = &st->rows[i];
		struct change_line line = {
		    .what = what(pg, row->before != NULL, row->after != NULL),
		    .where = statement_clause(pg, row->after ? row->after : row->before)};

		if (row->before)
			line.before =
			    statement_text(pg, st->base.policy, row->before, POLICY_SECRET);
		if (row->after)
			line.after = statement_text(pg, st->policy, row->after, POLICY_SECRET);
		TRY(line_add(pg, v, cap, line));
	}
	return OK;
}

/* Clauses of a cited text that were changed. */
static enum err clauses(struct page *pg, const struct study_text *t, enum text_tree tree,
			struct change_view *v, size_t *cap)
{
	for (uint32_t i = 0; i < t->diff.n; i++) {
		const struct clause_pair *p = &t->diff.pairs[i];
		const struct clause *x =
		    p->before == CLAUSES_NONE ? NULL : &t->before.nodes[p->before];
		const struct clause *y =
		    p->after == CLAUSES_NONE ? NULL : &t->after.nodes[p->after];
		struct slice id = y ? y->id : x->id;
		struct change_line line = {.what = what(pg, x != NULL, y != NULL)};

		if (p->change == CHANGE_SAME)
			continue;
		if (p->change == CHANGE_MOVED)
			line.what = slice_str(page_say(pg, TXT_change_renumbered));
		line.where =
		    slice_str(arena_printf(pg->arena, "%s %.*s", text_tree_label(tree, pg->ja),
					   (int)id.n, (const char *)id.p));
		if (x)
			line.before = clauses_words(pg->arena, x);
		if (y)
			line.after = clauses_words(pg->arena, y);
		TRY(line_add(pg, v, cap, line));
	}
	return OK;
}

static enum err promises(struct page *pg, const struct change_study *st, struct change_view *v)
{
	v->promises = arena_array(pg->arena, st->n_promises, sizeof *v->promises);
	if (!v->promises)
		return ERR_MEMORY;
	for (size_t i = 0; i < st->n_promises; i++) {
		const struct study_promise *p = &st->promises[i];
		struct change_promise *to = &v->promises[v->n_promises++];
		AUTO_BUF b;

		buf_init(&b, 65536);
		to->sentence = statement_text(pg, st->policy, p->statement, POLICY_SECRET);
		to->clause = statement_clause(pg, p->statement);
		if (!p->breach)
			continue;
		policy_breach_print(st->policy, p->breach, page_lang_of(pg), &b);
		to->breach = page_kept(pg, &b);
	}
	v->n_broken = st->n_broken;
	return OK;
}

enum err change_words(struct page *pg, const struct change_study *st, struct change_view *v)
{
	size_t cap = 0;

	v->loads = st->policy != NULL;
	v->base = number_text(pg, policy_version(st->base.policy));
	if (!st->policy)
		v->fault = change_fault(pg, &st->texts, &st->diag);
	else if (st->follows.text[0])
		v->follows = change_fault(pg, &st->texts, &st->follows);
	if (st->policy) {
		v->version = number_text(pg, policy_version(st->policy));
		v->day = day_of(pg, policy_effective(st->policy));
		TRY(promises(pg, st, v));
		TRY(cases(pg, st, v));
		TRY(rows(pg, st, v, &cap));
	}
	TRY(clauses(pg, &st->basis, TEXT_BASIC, v, &cap));
	return clauses(pg, &st->standard, TEXT_STANDARD, v, &cap);
}
