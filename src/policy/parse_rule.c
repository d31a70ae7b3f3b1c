/* Statements that decide: permit, forbid, never. */
#include "policy/parse.h"

/* ── permit, forbid ──────────────────────────────────────────────────────── */

struct rule_parts {
	struct rule r;
	uint32_t exception;
};

static enum err rule_without(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->exception != SET_ALL)
		return FAIL(ps, ps->part.offset, "'without' and 'only with' exclude each other");
	rp->exception = BIT(0);
	return policy_expect(ps, "exception");
}

static enum err rule_only(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->exception != SET_ALL)
		return FAIL(ps, ps->part.offset, "'without' and 'only with' exclude each other");
	rp->exception = BIT(1);
	TRY(policy_expect(ps, "with"));
	return policy_expect(ps, "exception");
}

static enum err rule_when(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	return policy_parse_condition(ps, rp->r.forbid, &rp->r.terms, &rp->r.n_terms);
}

static enum err rule_obliges(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->r.forbid)
		return FAIL(ps, ps->part.offset, "what is forbidden obliges to nothing");
	return policy_parse_obligations(ps, &rp->r);
}

/* Puts from, to and exception into every alternative. */
static enum err narrow(struct parser *ps, struct rule_parts *rp, uint32_t from, uint32_t to)
{
	struct rule *r = &rp->r;
	uint32_t kept = 0;

	if (!r->n_terms) {
		r->terms = arena_array(ps->p->arena, 1, sizeof *r->terms);
		if (!r->terms)
			return ERR_MEMORY;
		for (size_t k = 0; k < ATTRS; k++)
			r->terms[0].set[k] = SET_ALL;
		r->n_terms = 1;
	}
	for (uint32_t i = 0; i < r->n_terms; i++) {
		struct term t = r->terms[i];

		t.set[ATTR_SOURCE] &= from;
		t.set[ATTR_DESTINATION] &= to;
		t.set[ATTR_EXCEPTION] &= rp->exception;
		if (t.set[ATTR_SOURCE] && t.set[ATTR_DESTINATION])
			r->terms[kept++] = t;
	}
	r->n_terms = kept;
	if (!kept)
		return FAIL(ps, r->c.at.offset,
			    "the condition excludes the zones of this rule; it can never match");
	return OK;
}

static enum err channel(struct parser *ps)
{
	static const char *const later[] = {"mail", "web", "screen", "media", "network"};

	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		if (policy_at(ps, later[i]))
			return policy_fault(
			    ps->d, ERR_UNSUPPORTED, ps->p->text, ps->t.at.offset,
			    "this version enforces no rules for '%s', only 'transfer'", later[i]);
	return policy_expect(ps, "transfer");
}

static enum err statement_rule(struct parser *ps, struct cited *c, bool forbid)
{
	static const struct part parts[] = {
	    {"without", rule_without},
	    {"only", rule_only},
	    {"when", rule_when},
	    {"obliges", rule_obliges},
	};
	struct policy *p = ps->p;
	struct rule_parts rp = {.r = {.forbid = forbid}, .exception = SET_ALL};
	void *items = p->rules;
	uint32_t from, to;
	unsigned seen;

	if (p->n_rules == POLICY_RULES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d rules", POLICY_RULES_MAX);
	TRY(channel(ps));
	TRY(policy_parse_zones(ps, true, &from));
	TRY(policy_expect(ps, "->"));
	TRY(policy_parse_zones(ps, true, &to));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &rp, c, &seen));
	TRY(policy_need_clause(ps, c));
	rp.r.c = *c;
	TRY(narrow(ps, &rp, from, to));
	TRY(policy_push(p->arena, &items, p->n_rules, &p->cap_rules, sizeof rp.r, &rp.r));
	p->rules = items;
	p->n_rules++;
	return OK;
}

enum err policy_statement_permit(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, false);
}

enum err policy_statement_forbid(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, true);
}

/* ── never ───────────────────────────────────────────────────────────────── */

static enum err never_without(struct parser *ps, void *into)
{
	struct never *n = into;
	bool more = true;
	uint32_t set = 0;

	while (more) {
		if (policy_at(ps, "exception")) {
			n->unless_exception = true;
			TRY(policy_next(ps));
		} else {
			TRY(policy_parse_obligation_name(ps, &set));
			n->unless |= set;
		}
		more = policy_at(ps, "or");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

enum err policy_statement_never(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"without", never_without}};
	struct policy *p = ps->p;
	struct never n = {0};
	void *items = p->nevers;
	unsigned seen;

	if (policy_at(ps, "approve")) {
		if (p->own_approval_at.line)
			return FAIL(ps, c->at.offset, "this is said on line %u already",
				    p->own_approval_at.line);
		p->own_approval_at = c->at;
		p->never_own_approval = true;
		TRY(policy_next(ps));
		TRY(policy_expect(ps, "own"));
		TRY(policy_expect(ps, "request"));
		return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
	}
	if (p->n_nevers == NEVERS_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d 'never content' statements", NEVERS_MAX);
	TRY(policy_expect(ps, "content"));
	TRY(policy_parse_zones(ps, true, &n.from));
	TRY(policy_expect(ps, "->"));
	TRY(policy_parse_zones(ps, true, &n.to));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &n, c, &seen));
	n.c = *c;
	TRY(policy_push(p->arena, &items, p->n_nevers, &p->cap_nevers, sizeof n, &n));
	p->nevers = items;
	p->n_nevers++;
	return OK;
}
