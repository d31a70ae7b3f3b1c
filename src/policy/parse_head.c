/* Statements that lay the ground: policy, zone, scale. */
#include "base/calendar.h"
#include "policy/addr.h"
#include "policy/chars.h"
#include "policy/parse.h"

/* ── policy ──────────────────────────────────────────────────────────────── */

static enum err head_basis(struct parser *ps, void *into)
{
	struct policy *p = into;
	struct place at = ps->t.at;
	struct slice name;

	TRY(policy_parse_string(ps, "the name of the basis file", &name));
	if (name.p[0] == '.' || slice_find_byte(name, '/') != SIZE_MAX ||
	    slice_find_byte(name, '\\') != SIZE_MAX || name.n > 200)
		return FAIL(ps, at.offset,
			    "the basis is a file beside the policy: a plain name without a path");
	p->basis_name = name;
	return OK;
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

	return policy_parse_number(ps, "the version", UINT32_MAX, &p->version);
}

static enum err head_effective(struct parser *ps, void *into)
{
	struct policy *p = into;
	bool word = !ps->t.starts && ps->t.kind == TOK_WORD;
	struct date date;

	if (word)
		policy_lex_raw(&ps->lx, &ps->t);
	if (!word || date_parse(ps->t.text, &date) != OK)
		return FAIL(ps, ps->t.at.offset,
			    "expected a date as in 2022-07-15 or 令和4年7月15日 instead of %s",
			    policy_token_name(ps));
	p->effective = (int32_t)date_days(date);
	return policy_next(ps);
}

enum err policy_statement_policy(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {
	    {"basis", head_basis},
	    {"adopted", head_adopted},
	    {"version", head_version},
	    {"effective", head_effective},
	};
	struct policy *p = ps->p;
	unsigned seen;

	if (p->title.n)
		return FAIL(ps, c->at.offset, "the policy is named on line %u already",
			    p->head.at.line);
	TRY(policy_parse_string(ps, "the policy's title", &p->title));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), p, c, &seen));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!(seen & BIT(i)))
			return FAIL(ps, c->at.offset, "the policy statement lacks '%s'",
				    parts[i].word);
	p->head = *c;
	return OK;
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

/* A name that no other zone has, and none that looks like it. */
static enum err zone_name(struct parser *ps, struct slice *ret)
{
	struct policy *p = ps->p;
	struct slice skeleton, other;

	if (ps->t.starts || ps->t.kind != TOK_WORD || policy_at(ps, "any"))
		return FAIL(ps, ps->t.at.offset, "expected the zone's name instead of %s",
			    policy_token_name(ps));
	skeleton = policy_skeleton(p->arena, ps->t.text);
	for (uint32_t i = 0; i < p->n_zones; i++) {
		other = policy_skeleton(p->arena, p->zones[i].name);
		if (!skeleton.p || !other.p)
			return ERR_MEMORY;
		if (slice_eq(p->zones[i].name, ps->t.text))
			return FAIL(ps, ps->t.at.offset, "zone %s is declared on line %u already",
				    policy_token_name(ps), p->zone_cited[i].at.line);
		if (slice_eq(skeleton, other))
			return FAIL(
			    ps, ps->t.at.offset,
			    "zone %s looks like zone '%.*s' of line %u; choose another name",
			    policy_token_name(ps), (int)p->zones[i].name.n,
			    (const char *)p->zones[i].name.p, p->zone_cited[i].at.line);
	}
	*ret = ps->t.text;
	return policy_next(ps);
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
	TRY(zone_name(ps, &z.name));
	TRY(policy_parse_string(ps, "the zone's label", &z.label));
	p->zone_cited[p->n_zones] = *c;
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &z, c, &seen));
	TRY(policy_need_clause(ps, c));
	z.clause = c->clause;
	z.visibility = c->visibility;
	p->zone_cited[p->n_zones] = *c;
	p->zones[p->n_zones++] = z;
	return OK;
}

/* ── scale ───────────────────────────────────────────────────────────────── */

struct levels {
	struct policy_level v[POLICY_LEVELS_MAX];
	size_t n;
};

static enum err scale_levels(struct parser *ps, void *into)
{
	struct levels *l = into;
	bool more = true;

	while (more) {
		struct place at = ps->t.at;
		struct policy_level level;
		uint64_t n = 0;

		TRY(policy_parse_number(ps, "a level", POLICY_LEVELS_MAX, &n));
		if (!n || (l->n && l->v[l->n - 1].level >= n))
			return FAIL(ps, at.offset, "levels begin at 1 or above and rise");
		level.level = (unsigned)n;
		TRY(policy_parse_string(ps, "the level's label", &level.label));
		l->v[l->n++] = level;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

enum err policy_statement_scale(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"levels", scale_levels}};
	static const char *const names[] = {"confidentiality", "integrity", "availability"};
	struct policy *p = ps->p;
	struct slice words[ARRAY_LEN(names)];
	struct levels l = {0};
	unsigned seen;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names) && !policy_at(ps, names[i]); i++)
		words[i] = slice_str(names[i]);
	if (i == ARRAY_LEN(names))
		return FAIL(ps, ps->t.at.offset, "%s is no scale%s", policy_token_name(ps),
			    policy_suggest(p->arena, ps->t.text, words, i));
	if (p->scales[i].line)
		return FAIL(ps, ps->t.at.offset, "scale %s is declared on line %u already",
			    names[i], p->scales[i].line);
	p->scales[i] = c->at;
	TRY(policy_next(ps));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &l, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (!l.n)
		return FAIL(ps, c->at.offset, "the scale lacks 'levels'");
	if (i == 0) {
		memcpy(p->levels, l.v, sizeof l.v);
		p->n_levels = l.n;
	}
	return OK;
}
