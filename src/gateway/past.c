#include "gateway/past.h"

#include "policy/case.h"

#define VERSIONS_MAX 16 /* that decided about one transfer */

void past_rules(const struct policy *p, const struct policy_request *rq, struct buf *out)
{
	const struct policy_statement *st;
	struct policy_decision d;
	uint32_t by[PAST_RULES];
	size_t n = policy_deciders(p, rq, by, PAST_RULES);

	policy_statements(p, &st);
	policy_decide(p, rq, &d);
	if (n == 0 && d.reason == POLICY_BY_DEFAULT && d.statement != POLICY_NONE) {
		by[0] = d.statement;
		n = 1;
	}
	for (size_t i = 0; i < n && i < PAST_RULES; i++) {
		buf_str(out, i ? " " : "");
		buf_slice(out, st[by[i]].id);
	}
}

struct loaded {
	struct hash hash[VERSIONS_MAX];
	const struct policy *policy[VERSIONS_MAX];
	size_t n;
};

/* NULL where the store does not keep it. */
static enum err version_by(struct store *s, struct arena *a, struct slice hex, struct loaded *l,
			   const struct policy **ret)
{
	struct version v;
	struct hash h;
	enum err e;

	*ret = NULL;
	if (!hex_parse(hex, h.b, sizeof h.b))
		return OK;
	for (size_t i = 0; i < l->n; i++)
		if (hash_eq(l->hash[i], h)) {
			*ret = l->policy[i];
			return OK;
		}
	if (l->n == VERSIONS_MAX)
		return ERR_LIMIT;
	e = version_load(s, h, a, &v);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*ret = e == OK ? v.policy : NULL;
	l->hash[l->n] = h;
	l->policy[l->n++] = *ret;
	return OK;
}

static bool same_field(const struct record_entry *x, const struct record_entry *y, const char *key)
{
	return slice_eq(record_value(x, key), record_value(y, key));
}

static enum err again(struct store *s, struct arena *a, const struct record_entry *e,
		      struct loaded *l, struct past_decision *ret)
{
	struct past_decision p = {.entry = e};
	AUTO_BUF rules;

	buf_init(&rules, 4096);
	TRY(policy_case_parse(record_value(e, "case"), &p.rq));
	TRY(version_by(s, a, record_value(e, "policy"), l, &p.policy));
	if (p.policy) {
		policy_decide(p.policy, &p.rq, &p.d);
		past_rules(p.policy, &p.rq, &rules);
		TRY(buf_err(&rules));
		p.as_recorded = slice_eq(buf_view(&rules), record_value(e, RECORD_RULE));
	}
	*ret = p;
	return OK;
}

enum err past_decisions(struct store *s, struct slice transfer, struct arena *a,
			struct past_decision **ret, size_t *ret_n)
{
	char *stream = arena_printf(a, "transfer/%.*s", (int)transfer.n, (const char *)transfer.p);
	const struct record_entry *last = NULL;
	struct record_entry *entries;
	struct past_decision *list;
	struct loaded l = {.n = 0};
	size_t n, k = 0;

	if (!stream)
		return ERR_MEMORY;
	TRY(record_of_stream(s, slice_str(stream), a, &entries, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	list = arena_array(a, n, sizeof *list);
	if (!list)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		if (record_value(&entries[i], "case").n == 0 ||
		    (last && same_field(last, &entries[i], "case") &&
		     same_field(last, &entries[i], "policy") &&
		     same_field(last, &entries[i], RECORD_RULE)))
			continue;
		last = &entries[i];
		TRY(again(s, a, last, &l, &list[k++]));
	}
	*ret = list;
	*ret_n = k;
	return OK;
}
