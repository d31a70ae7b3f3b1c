/* What no single statement can see: the default zone, overlaps, repetitions, and every `never`. */
#include "policy/addr.h"
#include "policy/internal.h"

#define REFUSE(p, d, at, ...) policy_fault((d), ERR_SYNTAX, (p)->text, (at), __VA_ARGS__)

static enum err check_zones(struct policy *p, struct diag *d)
{
	if (p->default_zone == POLICY_NONE)
		return REFUSE(p, d, p->n_zones ? p->zone_cited[0].at.offset : p->head.at.offset,
			      "no zone is the default; mark the one that holds everything else "
			      "with 'default'");
	for (uint32_t i = 1; i < p->n_zones; i++)
		for (uint32_t j = 0; j < i; j++)
			if (slice_eq(p->zones[i].label, p->zones[j].label))
				return REFUSE(p, d, p->zone_cited[i].at.offset,
					      "this zone has the label of line %u",
					      p->zone_cited[j].at.line);
	return OK;
}

static enum err check_networks(struct policy *p, struct diag *d)
{
	const struct network *a, *b;

	policy_network_sort(p->networks, p->n_networks);
	for (size_t i = 1; i < p->n_networks; i++) {
		a = &p->networks[i - 1];
		b = &p->networks[i];
		if (memcmp(a->hi, b->lo, 16) < 0)
			continue;
		if (b->at.offset < a->at.offset) { /* name the later one in the text */
			const struct network *t = a;

			a = b;
			b = t;
		}
		return REFUSE(p, d, b->at.offset,
			      "this network overlaps one of zone '%.*s' on line %u",
			      (int)p->zones[a->zone].name.n, (const char *)p->zones[a->zone].name.p,
			      a->at.line);
	}
	return OK;
}

/* Cuts every set to the values that exist, so that equal sets are equal bytes. */
static enum err normalise(struct policy *p, struct diag *d)
{
	uint32_t valid[ATTRS] = {
	    [ATTR_SOURCE] = SET_ALL >> (32 - p->n_zones),
	    [ATTR_DESTINATION] = SET_ALL >> (32 - p->n_zones),
	    [ATTR_CONFIDENTIALITY] = BIT(0),
	    [ATTR_CONTAINS] = BIT(3) - 1,
	    [ATTR_RECIPIENT] = BIT(3) - 1,
	    [ATTR_EXCEPTION] = BIT(2) - 1,
	};
	size_t rows = 0;

	for (size_t i = 0; i < p->n_levels; i++)
		valid[ATTR_CONFIDENTIALITY] |= BIT(p->levels[i].level);
	for (size_t i = 0; i < p->n_rules; i++) {
		struct rule *r = &p->rules[i];

		rows += r->n_terms;
		if (rows > ROWS_MAX)
			return policy_fault(d, ERR_LIMIT, p->text, r->c.at.offset,
					    "the rules have more than %u alternatives together",
					    ROWS_MAX);
		for (uint32_t t = 0; t < r->n_terms; t++)
			for (size_t k = 0; k < ATTRS; k++)
				r->terms[t].set[k] &= valid[k];
	}
	return OK;
}

static enum err check_repeats(struct policy *p, struct diag *d)
{
	struct map seen[2] = {{0}, {0}};

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];
		struct slice key = slice_of(r->terms, r->n_terms * sizeof *r->terms);
		uint32_t old = 0;
		enum err e = policy_map_add(p->arena, &seen[r->forbid], key, (uint32_t)i, &old);

		if (e == ERR_CONFLICT)
			return REFUSE(
			    p, d, r->c.at.offset,
			    "this rule matches exactly what line %u matches; write one rule%s",
			    p->rules[old].c.at.line, r->forbid ? "" : " with all obligations");
		TRY(e);
	}
	return OK;
}

/* Whether a permit lets content through that n rules out. */
static bool breaks(const struct rule *r, const struct never *n)
{
	if (r->forbid || (r->obligations & n->unless))
		return false;
	for (uint32_t t = 0; t < r->n_terms; t++) {
		const struct term *term = &r->terms[t];

		if (!(term->set[ATTR_SOURCE] & n->from) || !(term->set[ATTR_DESTINATION] & n->to))
			continue;
		if (n->unless_exception && term->set[ATTR_EXCEPTION] == BIT(1))
			continue;
		return true;
	}
	return false;
}

static enum err check_nevers(struct policy *p, struct diag *d)
{
	for (size_t i = 0; i < p->n_nevers; i++)
		for (size_t k = 0; k < p->n_rules; k++)
			if (breaks(&p->rules[k], &p->nevers[i]))
				return REFUSE(
				    p, d, p->rules[k].c.at.offset,
				    "the permit of line %u lets pass what line %u says never "
				    "passes; add what it lacks, or narrow it",
				    p->rules[k].c.at.line, p->nevers[i].c.at.line);
	return OK;
}

enum err policy_check(struct policy *p, struct diag *d)
{
	TRY(check_zones(p, d));
	TRY(check_networks(p, d));
	TRY(normalise(p, d));
	TRY(check_repeats(p, d));
	return check_nevers(p, d);
}
