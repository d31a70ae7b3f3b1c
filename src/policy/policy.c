#include "policy/policy.h"

#include <stdio.h>
#include "policy/addr.h"
#include "policy/basis.h"

static struct hash hash_texts(struct slice text, struct slice basis)
{
	struct hash both[2] = {hash_of(text), hash_of(basis)};

	return hash_of(slice_of(both, sizeof both));
}

enum err policy_load(struct arena *a, struct slice text, struct slice basis_text,
		     const struct policy **ret, struct diag *d)
{
	struct policy *p = arena_alloc(a, sizeof *p);
	enum err e;

	if (!p)
		return ERR_MEMORY;
	p->arena = a;
	p->text = text;
	p->default_zone = POLICY_NONE;
	p->limits = limits_default();
	p->zones = arena_array(a, POLICY_ZONES_MAX, sizeof *p->zones);
	p->zone_cited = arena_array(a, POLICY_ZONES_MAX, sizeof *p->zone_cited);
	if (!p->zones || !p->zone_cited)
		return ERR_MEMORY;
	e = policy_basis_read(a, basis_text, &p->basis, d);
	if (e != OK && d)
		snprintf(d->part, sizeof d->part, "basis");
	TRY(e);
	TRY(policy_parse(p, d));
	TRY(policy_check(p, d));
	TRY(policy_compile(p));
	p->hash = hash_texts(text, basis_text);
	*ret = p;
	return OK;
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

size_t policy_confidentiality(const struct policy *p, const struct policy_level **ret)
{
	*ret = p->levels;
	return p->n_levels;
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
