/* Statements that lay the ground: policy, zone. */
#include "policy/addr.h"
#include "policy/parse.h"

/* ── policy ──────────────────────────────────────────────────────────────── */

static enum err file_name(struct parser *ps, const char *what, struct slice *ret)
{
	struct place at = ps->t.at;
	struct slice name;

	TRY(policy_parse_string(ps, what, &name));
	if (name.p[0] == '.' || slice_find_byte(name, '/') != SIZE_MAX ||
	    slice_find_byte(name, '\\') != SIZE_MAX || name.n > 200)
		return FAIL(ps, at.offset,
			    "%s is a file beside the policy: a plain name "
			    "without a path",
			    what);
	*ret = name;
	return OK;
}

static enum err head_basis(struct parser *ps, void *into)
{
	struct policy *p = into;

	return file_name(ps, "the basis", &p->basis_name);
}

static enum err head_standard(struct parser *ps, void *into)
{
	struct policy *p = into;

	return file_name(ps, "the standard", &p->standard_name);
}

static enum err head_adopted(struct parser *ps, void *into)
{
	struct policy *p = into;
	bool more = true;

	TRY(policy_expect(ps, "by"));
	while (more) {
		void *items = p->adopters;
		struct slice name;

		TRY(policy_parse_string(ps, "the organ that adopts", &name));
		TRY(policy_push(p->arena, &items, p->n_adopters, &p->cap_adopters, sizeof name,
				&name));
		p->adopters = items;
		p->n_adopters++;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

static enum err head_version(struct parser *ps, void *into)
{
	struct policy *p = into;

	p->version_at = ps->t.at;
	return policy_parse_number(ps, "the version", UINT32_MAX, &p->version);
}

static enum err head_effective(struct parser *ps, void *into)
{
	struct policy *p = into;

	p->effective_at = ps->t.at;
	return policy_parse_date(ps, &p->effective);
}

enum err policy_statement_policy(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {
	    {"basis", head_basis},         {"adopted", head_adopted},   {"version", head_version},
	    {"effective", head_effective}, {"standard", head_standard}, /* may be left out */
	};
	struct policy *p = ps->p;
	unsigned seen;

	if (p->title.n)
		return FAIL(ps, c->at.offset, "the policy is named on line %u already",
			    p->head.at.line);
	TRY(policy_parse_string(ps, "the policy's title", &p->title));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), p, c, &seen));
	for (size_t i = 0; i + 1 < ARRAY_LEN(parts); i++)
		if (!(seen & BIT(i)))
			return FAIL(ps, c->at.offset, "the policy statement lacks '%s'",
				    parts[i].word);
	p->head = *c;
	return OK;
}

/* ── article ... under clause ... ────────────────────────────────────────── */

static enum err add_above(struct policy *p, const struct policy_above *one)
{
	void *items = p->above;
	uint32_t unused;
	enum err e;

	TRY(policy_push(p->arena, &items, p->n_above, &p->cap_above, sizeof *one, one));
	p->above = items;
	e = policy_map_add(p->arena, &p->above_at, one->article, (uint32_t)p->n_above++, &unused);
	return e == ERR_CONFLICT ? OK : e; /* said of it already: of several clauses */
}

enum err policy_statement_article(struct parser *ps, struct cited *c)
{
	struct policy_above one;
	unsigned seen;

	TRY(policy_parse_clause_id(ps, POLICY_TREE_STANDARD, &one.article));
	TRY(policy_next(ps));
	TRY(policy_expect(ps, "under"));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (c->tree != POLICY_TREE_BASIC)
		return FAIL(ps, c->cited.offset,
			    "an article stands under a clause of the basis; write 'clause' and its "
			    "number");
	one.clause = c->clause;
	one.phrase = c->phrase;
	one.visibility = c->visibility;
	one.line = c->at.line;
	ps->now.label = one.article;
	return add_above(ps->p, &one);
}

/* ── zone ────────────────────────────────────────────────────────────────── */

static enum err zone_default(struct parser *ps, void *into)
{
	struct policy_zone *z = into;

	if (ps->p->default_zone != POLICY_NONE)
		return FAIL(ps, ps->part.offset,
			    "zone '%.*s' of line %u is the default already; there is one",
			    (int)ps->p->zones[ps->p->default_zone].name.n,
			    (const char *)ps->p->zones[ps->p->default_zone].name.p,
			    ps->p->zone_cited[ps->p->default_zone].at.line);
	ps->p->default_zone = ps->p->n_zones;
	z->is_default = true;
	return OK;
}

static enum err one_network(struct parser *ps)
{
	struct policy *p = ps->p;
	struct network n = {.zone = p->n_zones, .at = ps->t.at};
	void *items = p->networks;
	enum err e;

	if (ps->t.starts || ps->t.kind == TOK_STRING)
		return FAIL(ps, ps->t.at.offset, "expected a network as in 10.10.0.0/16");
	policy_lex_raw(&ps->lx, &ps->t);
	e = policy_network_parse(ps->t.text, &n);
	if (e == ERR_CONFLICT)
		return FAIL(ps, ps->t.at.offset,
			    "%s has bits set behind its prefix; write the network's first address",
			    policy_token_name(ps));
	if (e != OK)
		return FAIL(ps, ps->t.at.offset,
			    "%s is no network as in 10.10.0.0/16 or fd00:10::/32",
			    policy_token_name(ps));
	TRY(policy_push(p->arena, &items, p->n_networks, &p->cap_networks, sizeof n, &n));
	p->networks = items;
	p->n_networks++;
	return policy_next(ps);
}

static enum err zone_networks(struct parser *ps, void *into)
{
	(void)into;
	TRY(one_network(ps));
	while (policy_at(ps, ",")) {
		TRY(policy_next(ps));
		TRY(one_network(ps));
	}
	return OK;
}

enum err policy_statement_zone(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"default", zone_default}, {"networks", zone_networks}};
	struct policy *p = ps->p;
	struct policy_zone z = {0};
	unsigned seen;

	if (p->n_zones == POLICY_ZONES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d zones", POLICY_ZONES_MAX);
	TRY(policy_parse_name(ps, NAMES_ZONE, "the zone's name", &z.name));
	TRY(policy_parse_string(ps, "the zone's label", &z.label));
	ps->now.label = z.label;
	p->zone_cited[p->n_zones] = *c;
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &z, c, &seen));
	TRY(policy_need_clause(ps, c));
	z.clause = c->clause;
	z.visibility = c->visibility;
	p->zone_cited[p->n_zones] = *c;
	p->zones[p->n_zones++] = z;
	return OK;
}
