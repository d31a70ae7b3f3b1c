/* study: see study.h. */
#include "governance/study.h"

static enum err load_base(struct store *s, struct arena *a, const struct store_change *c,
			  struct version *ret)
{
	struct hash h;

	if (c->state == CHANGE_DRAFT)
		return version_last(s, a, ret);
	if (c->base.n != sizeof h.b)
		return ERR_CRYPTO;
	memcpy(h.b, c->base.p, sizeof h.b);
	return version_load(s, h, a, ret);
}

static enum err prove(struct arena *a, struct change_study *st)
{
	const struct policy_statement *all;
	size_t n = policy_statements(st->policy, &all);
	struct diag d;

	TRY(policy_verify(a, st->policy, &st->proof, &d));
	st->promises = arena_array(a, n, sizeof *st->promises);
	if (!st->promises)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct study_promise *p = &st->promises[st->n_promises];

		if (all[i].force != POLICY_PROVED)
			continue;
		*p = (struct study_promise){.statement = &all[i]};
		for (size_t k = 0; k < st->proof.n_breaches; k++)
			if (st->proof.breaches[k].statement == i)
				p->breach = &st->proof.breaches[k];
		st->n_broken += p->breach != NULL;
		st->n_promises++;
	}
	return OK;
}

/* A rule's id is its words: of one that was reworded there is one taken away and one added. */
static bool is_reworded(const struct policy_change *away, const struct policy_change *added)
{
	return away->before && !away->after && added->after && !added->before &&
	       away->before->kind == added->after->kind &&
	       slice_eq(away->before->clause, added->after->clause) &&
	       away->before->channels == added->after->channels;
}

static enum err pair_up(struct arena *a, struct change_study *st)
{
	const struct policy_diff *df = &st->diff;
	bool *used = arena_array(a, df->n_changes, sizeof *used);

	st->rows = arena_array(a, df->n_changes, sizeof *st->rows);
	if (!used || !st->rows)
		return ERR_MEMORY;
	for (size_t i = 0; i < df->n_changes; i++) {
		struct study_row row = {df->changes[i].before, df->changes[i].after};

		if (used[i])
			continue;
		for (size_t k = i + 1; k < df->n_changes && !(row.before && row.after); k++) {
			if (used[k])
				continue;
			if (is_reworded(&df->changes[i], &df->changes[k]))
				row.after = df->changes[k].after;
			else if (is_reworded(&df->changes[k], &df->changes[i]))
				row.before = df->changes[k].before;
			else
				continue;
			used[k] = true;
		}
		st->rows[st->n_rows++] = row;
	}
	return OK;
}

static enum err compare(struct arena *a, struct slice before, struct slice after,
			struct study_text *ret)
{
	if (slice_eq(before, after))
		return OK;
	TRY(clauses_read(a, before, &ret->before, NULL));
	TRY(clauses_read(a, after, &ret->after, NULL));
	return clauses_compare(a, &ret->before, &ret->after, &ret->diff);
}

/* A fault of the text, and none of this machine. */
static bool is_fault(enum err e)
{
	return e == ERR_SYNTAX || e == ERR_UNSUPPORTED || e == ERR_LIMIT || e == ERR_NOT_FOUND;
}

enum err change_study(struct store *s, struct arena *a, const struct store_change *c,
		      struct change_study *ret)
{
	struct change_study st = {0};
	struct diag d;

	TRY(load_base(s, a, c, &st.base));
	TRY(store_draft_get(s, c->id, c->draft, a, &st.texts));
	TRY(compare(a, st.base.texts.basis, st.texts.basis, &st.basis));
	TRY(compare(a, st.base.texts.standard, st.texts.standard, &st.standard));
	st.fault = policy_load_draft(a, st.texts.text, st.texts.basis, st.texts.standard,
				     &st.policy, &st.diag);
	if (st.fault == OK) {
		if (policy_follows(st.base.policy, st.policy, &d) != OK)
			st.follows = d;
		TRY(prove(a, &st));
		TRY(policy_diff(a, st.base.policy, st.policy, 0, &st.diff, &d));
		TRY(pair_up(a, &st));
	} else if (!is_fault(st.fault)) {
		return st.fault;
	}
	*ret = st;
	return OK;
}
