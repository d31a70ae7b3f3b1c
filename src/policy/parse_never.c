/* Statements that are proved: never, always. */
#include "policy/parse.h"

enum err policy_parse_lacks(struct parser *ps, struct never *n)
{
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

static enum err never_without(struct parser *ps, void *into)
{
	return policy_parse_lacks(ps, into);
}

/* As in a forbid, what is unknown counts: it may be what must never pass. */
static enum err never_when(struct parser *ps, void *into)
{
	struct never *n = into;

	return policy_parse_condition(ps, true, &n->terms, &n->n_terms);
}

/* Along a chain only what the content takes with it stays the same. */
static bool of_content(const struct never *n)
{
	static const enum policy_attr of_hop[] = {
	    POLICY_A_CHANNEL, POLICY_A_SOURCE,  POLICY_A_DESTINATION, POLICY_A_RECIPIENT,
	    POLICY_A_ROLE,    POLICY_A_FACTORS, POLICY_A_HOURS};

	for (uint32_t t = 0; t < n->n_terms; t++)
		for (size_t k = 0; k < ARRAY_LEN(of_hop); k++)
			if (n->terms[t].set[of_hop[k]] != SET_ALL)
				return false;
	return true;
}

static enum err own_approval(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	unsigned seen;

	if (p->own_approval_at.line)
		return FAIL(ps, c->at.offset, "this is said on line %u already",
			    p->own_approval_at.line);
	p->own_approval_at = c->at;
	p->never_own_approval = true;
	ps->now.force = POLICY_DECIDES;
	TRY(policy_next(ps));
	TRY(policy_expect(ps, "own"));
	TRY(policy_expect(ps, "request"));
	return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
}

static enum err add_one(struct parser *ps, struct never *n, const struct cited *c)
{
	struct policy *p = ps->p;
	void *items = p->nevers;

	if (p->n_nevers == NEVERS_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d 'never' and 'always' statements",
				    NEVERS_MAX);
	n->c = *c;
	n->statement = (uint32_t)p->n_statements;
	ps->now.channels = n->channels;
	TRY(policy_push(p->arena, &items, p->n_nevers, &p->cap_nevers, sizeof *n, n));
	p->nevers = items;
	p->n_nevers++;
	return OK;
}

/* What is said of a zone (`in`) is said of all that leaves it and of all that enters it. */
static enum err add(struct parser *ps, struct never *n, const struct cited *c, bool inside)
{
	uint32_t zones = n->to;

	if (!inside)
		return add_one(ps, n, c);
	n->to = SET_ALL;
	TRY(add_one(ps, n, c));
	n->to = zones;
	n->from = SET_ALL;
	return zones == SET_ALL ? OK : add_one(ps, n, c);
}

enum err policy_statement_never(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"without", never_without}, {"when", never_when}};
	struct never n = {0};
	bool inside;
	unsigned seen;

	if (policy_at(ps, "approve"))
		return own_approval(ps, c);
	n.chains = policy_at(ps, "content");
	TRY(policy_parse_channels(ps, &n.channels));
	TRY(policy_parse_route(ps, &n.from, &n.to, &inside));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &n, c, &seen));
	if (n.chains && !of_content(&n))
		return FAIL(ps, c->at.offset,
			    "'never content' looks along chains, where only classes, contents and "
			    "types stay the same; for other conditions write the channels");
	return add(ps, &n, c, inside);
}

/* always network mynumber -> any : deny unless listed */
static enum err always_network(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	struct listed l = {0};
	void *items = p->listed;
	unsigned seen;
	bool inside;

	TRY(policy_next(ps));
	if (policy_at(ps, "in"))
		return FAIL(ps, ps->t.at.offset,
			    "write 'always network A -> B', once for each way");
	TRY(policy_parse_route(ps, &l.from, &l.to, &inside));
	TRY(policy_expect(ps, ":"));
	TRY(policy_expect(ps, "deny"));
	TRY(policy_expect(ps, "unless"));
	TRY(policy_expect(ps, "listed"));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	l.c = *c;
	TRY(policy_push(p->arena, &items, p->n_listed, &p->cap_listed, sizeof l, &l));
	p->listed = items;
	p->n_listed++;
	return OK;
}

/* always transfer internet -> lgwan : sanitize or confirm;  always media in mynumber : deny */
enum err policy_statement_always(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"when", never_when}};
	struct never n = {0};
	bool inside;
	unsigned seen;

	if (policy_at(ps, "network"))
		return always_network(ps, c);
	TRY(policy_parse_channels(ps, &n.channels));
	TRY(policy_parse_route(ps, &n.from, &n.to, &inside));
	TRY(policy_expect(ps, ":"));
	if (policy_at(ps, "deny"))
		TRY(policy_next(ps));
	else
		TRY(policy_parse_lacks(ps, &n));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &n, c, &seen));
	return add(ps, &n, c, inside);
}
