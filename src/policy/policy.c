#include "policy/policy.h"

#include <stdio.h>
#include "policy/addr.h"
#include "policy/basis.h"

static enum err make(struct arena *a, struct slice text, const struct policy_resolver *r,
		     struct policy **ret)
{
	struct policy *p = arena_alloc(a, sizeof *p);

	if (!p)
		return ERR_MEMORY;
	p->arena = a;
	p->text = text;
	p->resolver = r;
	p->default_zone = POLICY_NONE;
	p->default_statement = POLICY_NONE;
	p->limits = limits_default();
	p->zones = arena_array(a, POLICY_ZONES_MAX, sizeof *p->zones);
	p->zone_cited = arena_array(a, POLICY_ZONES_MAX, sizeof *p->zone_cited);
	p->roles = arena_array(a, POLICY_ROLES_MAX, sizeof *p->roles);
	p->role_seen = arena_array(a, POLICY_ROLES_MAX, sizeof *p->role_seen);
	p->exceptions = arena_array(a, POLICY_EXCEPTIONS_MAX, sizeof *p->exceptions);
	p->exception_seen = arena_array(a, POLICY_EXCEPTIONS_MAX, sizeof *p->exception_seen);
	*ret = p;
	return arena_failed(a) ? ERR_MEMORY : OK;
}

static enum err load(struct arena *a, struct slice text, const struct policy_resolver *r,
		     bool draft, const struct policy **ret, struct diag *d)
{
	struct hash both[2];
	struct policy *p = NULL;

	TRY(make(a, text, r, &p));
	TRY(policy_parse(p, d));
	TRY(policy_settle_above(p));
	TRY(policy_statements_name(p, d));
	TRY(policy_check(p, d));
	TRY(policy_compile(p));
	TRY(policy_check_rules(p, d));
	if (!draft)
		TRY(policy_check_nevers(p, d));
	both[0] = hash_of(text);
	both[1] = r->hash;
	p->hash = hash_of(slice_of(both, sizeof both));
	*ret = p;
	return OK;
}

enum err policy_load_with(struct arena *a, struct slice text, const struct policy_resolver *r,
			  const struct policy **ret, struct diag *d)
{
	return load(a, text, r, false, ret, d);
}

static enum err load_texts(struct arena *a, struct slice text, struct slice basis_text,
			   struct slice standard_text, bool draft, const struct policy **ret,
			   struct diag *d)
{
	static const char *const parts[POLICY_TREES] = {"basis", "standard"};
	struct slice texts[POLICY_TREES] = {basis_text, standard_text};
	struct clauses *b = arena_array(a, POLICY_TREES, sizeof *b);
	struct policy_resolver *r = arena_alloc(a, sizeof *r);
	struct hash both[2] = {hash_of(basis_text), hash_of(standard_text)};
	enum err e = OK;

	if (!b || !r)
		return ERR_MEMORY;
	for (unsigned i = 0; i < POLICY_TREES && e == OK; i++) {
		if (i && !texts[i].n)
			continue;
		e = policy_basis_read(a, texts[i], &b[i], d);
		if (e != OK && d)
			snprintf(d->part, sizeof d->part, "%s", parts[i]);
	}
	TRY(e);
	*r = policy_basis_resolver(b);
	r->hash = standard_text.n ? hash_of(slice_of(both, sizeof both)) : both[0];
	return load(a, text, r, draft, ret, d);
}

enum err policy_load_texts(struct arena *a, struct slice text, struct slice basis_text,
			   struct slice standard_text, const struct policy **ret, struct diag *d)
{
	return load_texts(a, text, basis_text, standard_text, false, ret, d);
}

enum err policy_load_draft(struct arena *a, struct slice text, struct slice basis_text,
			   struct slice standard_text, const struct policy **ret, struct diag *d)
{
	return load_texts(a, text, basis_text, standard_text, true, ret, d);
}

enum err policy_load(struct arena *a, struct slice text, struct slice basis_text,
		     const struct policy **ret, struct diag *d)
{
	return policy_load_texts(a, text, basis_text, (struct slice){0}, ret, d);
}

struct hash policy_hash(const struct policy *p)
{
	return p->hash;
}

struct slice policy_title(const struct policy *p)
{
	return p->title;
}

size_t policy_adopters(const struct policy *p, const struct slice **ret)
{
	*ret = p->adopters;
	return p->n_adopters;
}

uint64_t policy_version(const struct policy *p)
{
	return p->version;
}

int32_t policy_effective(const struct policy *p)
{
	return p->effective;
}

uint32_t policy_rule_count(const struct policy *p)
{
	return (uint32_t)p->n_rules;
}

uint32_t policy_zone_count(const struct policy *p)
{
	return p->n_zones;
}

const struct policy_zone *policy_zone(const struct policy *p, uint32_t id)
{
	BUG_IF(id >= p->n_zones);
	return &p->zones[id];
}

enum err policy_zone_by_name(const struct policy *p, struct slice name, uint32_t *ret)
{
	for (uint32_t i = 0; i < p->n_zones; i++)
		if (slice_eq(p->zones[i].name, name)) {
			*ret = i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

static const struct network *network_of(const struct policy *p, struct policy_addr addr)
{
	uint8_t wide[16];

	policy_addr_wide(addr, wide);
	return policy_network_find(p->networks, p->n_networks, wide);
}

uint32_t policy_zone_of(const struct policy *p, struct policy_addr addr)
{
	const struct network *n = network_of(p, addr);

	return n ? n->zone : p->default_zone;
}

bool policy_zone_lists(const struct policy *p, uint32_t id, struct policy_addr addr)
{
	const struct network *n = network_of(p, addr);

	return n && n->zone == id;
}

size_t policy_levels(const struct policy *p, enum policy_scale s, const struct policy_level **ret)
{
	*ret = p->scale[s].levels;
	return p->scale[s].n;
}

size_t policy_confidentiality(const struct policy *p, const struct policy_level **ret)
{
	return policy_levels(p, POLICY_CONFIDENTIALITY, ret);
}

struct slice policy_scheme(const struct policy *p, enum policy_scale s)
{
	return p->scale[s].scheme;
}

enum err policy_level_now(const struct policy *p, enum policy_scale s, struct slice scheme,
			  struct slice code, unsigned *ret)
{
	const struct scale *sc = &p->scale[s];

	for (size_t i = 0; i < sc->n && slice_eq(sc->scheme, scheme); i++)
		if (slice_eq(sc->levels[i].code, code)) {
			*ret = sc->levels[i].level;
			return OK;
		}
	for (size_t i = 0; i < sc->n_old && slice_eq(sc->old_scheme, scheme); i++)
		if (slice_eq(sc->old_code[i], code)) {
			*ret = sc->old_level[i];
			return OK;
		}
	return ERR_NOT_FOUND;
}

size_t policy_exceptions(const struct policy *p, const struct policy_exception **ret)
{
	*ret = p->exceptions;
	return p->n_exceptions;
}

size_t policy_roles(const struct policy *p, const struct policy_role **ret)
{
	*ret = p->roles;
	return p->n_roles;
}

size_t policy_flows(const struct policy *p, const struct policy_flow **ret)
{
	*ret = p->flows;
	return p->n_flows;
}

unsigned policy_factors(const struct policy *p, uint32_t zone)
{
	return zone < p->n_zones && (p->factors_in & BIT(zone)) ? 2 : 1;
}

/* Every level of the last scale must be found again. */
static enum err scale_follows(const struct policy *last, const struct policy *next,
			      enum policy_scale s, struct diag *d)
{
	const struct scale *was = &last->scale[s], *is = &next->scale[s];
	unsigned now;

	for (size_t i = 0; i < was->n; i++)
		if (policy_level_now(next, s, was->scheme, was->levels[i].code, &now) != OK)
			return policy_fault(d, ERR_CONFLICT, next->text,
					    is->n ? is->at.offset : next->head.at.offset,
					    "classes were given as '%.*s' of %.*s; say what they "
					    "are now: from %.*s %.*s -> ...",
					    (int)was->levels[i].code.n,
					    (const char *)was->levels[i].code.p, (int)was->scheme.n,
					    (const char *)was->scheme.p, (int)was->scheme.n,
					    (const char *)was->scheme.p, (int)was->levels[i].code.n,
					    (const char *)was->levels[i].code.p);
	return OK;
}

enum err policy_follows(const struct policy *last, const struct policy *next, struct diag *d)
{
	if (next->version <= last->version)
		return policy_fault(d, ERR_CONFLICT, next->text, next->version_at.offset,
				    "the version before is %llu; this one needs a higher number",
				    (unsigned long long)last->version);
	if (next->effective < last->effective)
		return policy_fault(d, ERR_CONFLICT, next->text, next->effective_at.offset,
				    "this day lies before the one on which version %llu came into "
				    "force",
				    (unsigned long long)last->version);
	for (enum policy_scale s = 0; s < POLICY_SCALES; s++)
		TRY(scale_follows(last, next, s, d));
	return OK;
}

struct limits policy_limits(const struct policy *p)
{
	return p->limits;
}

bool policy_drops_hidden(const struct policy *p)
{
	return p->drop_hidden;
}

bool policy_own_approval(const struct policy *p)
{
	return !p->never_own_approval;
}
