/* What no single statement can see: the default zone, overlaps, repetitions. */
#include "policy/addr.h"
#include "policy/chars.h"
#include "policy/internal.h"

#define REFUSE(p, d, at, ...) policy_fault((d), ERR_SYNTAX, (p)->text, (at), __VA_ARGS__)

static enum err check_zones(struct policy *p, struct diag *d)
{
	struct slice looks[POLICY_ZONES_MAX];

	if (p->default_zone == POLICY_NONE)
		return REFUSE(p, d, p->n_zones ? p->zone_cited[0].at.offset : p->head.at.offset,
			      "no zone is the default; mark the one that holds everything else "
			      "with 'default'");
	for (uint32_t i = 0; i < p->n_zones; i++) {
		looks[i] = policy_skeleton(p->arena, p->zones[i].label);
		if (!looks[i].p)
			return ERR_MEMORY;
		for (uint32_t j = 0; j < i; j++)
			if (slice_eq(looks[i], looks[j]))
				return REFUSE(p, d, p->zone_cited[i].at.offset,
					      "this zone has the label of line %u, or one that "
					      "looks like it",
					      p->zone_cited[j].at.line);
	}
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

/*
 * What a finding raises: the declared level d of content that holds c counts as max(d, raise).
 * Terms speak of the level that counts; they are rewritten here to speak of the declared one, so
 * that deciding and proving need not know. An undeclared level stays undeclared.
 */
static uint32_t declared(const struct policy *p, unsigned scale, unsigned contains, uint32_t set)
{
	unsigned to = contains < 4 ? p->raise[contains][scale] : 0;
	uint32_t ret = set & BIT(0), n = (uint32_t)p->scale[scale].n;

	for (uint32_t v = 1; v <= n; v++)
		if (set & BIT(v > to ? v : to))
			ret |= BIT(v);
	return ret;
}

static bool raises(const struct policy *p)
{
	for (size_t c = 0; c < 4; c++)
		for (size_t s = 0; s < POLICY_SCALES; s++)
			if (p->raise[c][s])
				return true;
	return false;
}

static bool same_levels(const struct term *a, const struct term *b)
{
	return memcmp(&a->set[POLICY_A_CONFIDENTIALITY], &b->set[POLICY_A_CONFIDENTIALITY],
		      POLICY_SCALES * sizeof a->set[0]) == 0;
}

static enum err raise_terms(struct policy *p, struct rule *r)
{
	struct term *terms = arena_array(p->arena, (size_t)r->n_terms * 5, sizeof *terms);
	uint32_t n = 0;

	if (!terms)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < r->n_terms; i++) {
		uint32_t first = n;

		for (unsigned c = 0; c <= POLICY_CONTAINS_PENDING; c++) {
			struct term t = r->terms[i];
			bool empty = false;
			uint32_t k = first;

			if (!(t.set[POLICY_A_CONTAINS] & BIT(c)))
				continue;
			t.set[POLICY_A_CONTAINS] = BIT(c);
			for (unsigned s = 0; s < POLICY_SCALES; s++) {
				uint32_t *set = &t.set[POLICY_A_CONFIDENTIALITY + s];

				*set = declared(p, s, c, *set);
				empty = empty || !*set;
			}
			while (k < n && !same_levels(&terms[k], &t))
				k++;
			if (k < n)
				terms[k].set[POLICY_A_CONTAINS] |= BIT(c);
			else if (!empty)
				terms[n++] = t;
		}
	}
	r->terms = terms;
	r->n_terms = n;
	return OK;
}

/* Not inspected yet: a permit matches where some result would, a forbid where every one would. */
static void set_pending(const struct rule *r, struct term *t)
{
	uint32_t all = PENDING_BIT - 1, set = t->set[POLICY_A_CONTAINS] & all;

	t->set[POLICY_A_CONTAINS] = set | (!r->forbid || set == all ? PENDING_BIT : 0);
}

/* Cuts every set to the values that exist, so that equal sets are equal bytes. */
static enum err normalise(struct policy *p, struct diag *d)
{
	bool raised = raises(p);
	uint32_t valid[POLICY_ATTRS];
	size_t rows = 0;

	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++)
		valid[k] = policy_valid(p, k);
	for (size_t i = 0; i < p->n_rules; i++) {
		struct rule *r = &p->rules[i];

		for (uint32_t t = 0; t < r->n_terms; t++) {
			for (size_t k = 0; k < POLICY_ATTRS; k++)
				r->terms[t].set[k] &= valid[k];
			set_pending(r, &r->terms[t]);
		}
		if (raised)
			TRY(raise_terms(p, r));
		if (!r->n_terms)
			return REFUSE(p, d, r->c.at.offset,
				      "what findings raise leaves this rule no case; it can never "
				      "match");
		rows += r->n_terms;
		if (rows > ROWS_MAX)
			return policy_fault(d, ERR_LIMIT, p->text, r->c.at.offset,
					    "the rules have more than %u alternatives together",
					    ROWS_MAX);
	}
	for (size_t i = 0; i < p->n_nevers; i++)
		for (uint32_t t = 0; t < p->nevers[i].n_terms; t++)
			for (size_t k = 0; k < POLICY_ATTRS; k++)
				p->nevers[i].terms[t].set[k] &= valid[k];
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

/* always network ...: deny unless listed: every flow between these zones says exactly what. */
static enum err check_listed(struct policy *p, struct diag *d)
{
	for (size_t i = 0; i < p->n_listed; i++)
		for (size_t k = 0; k < p->n_flows; k++) {
			const struct listed *l = &p->listed[i];
			const struct policy_flow *f = &p->flows[k];
			const char *lack = !f->n_to ? "addresses behind 'to'"
					   : f->proto != POLICY_ICMP && !f->n_ports ? "a port"
					   : !f->n_from  ? "addresses behind 'only from'"
					   : !f->until   ? "'until' and a last day"
					   : !f->basis.n ? "'basis' and its law"
							 : NULL;

			if (lack && (l->from & BIT(f->source)) && (l->to & BIT(f->destination)))
				return REFUSE(
				    p, d, (size_t)(p->statements[f->statement].text.p - p->text.p),
				    "line %u denies what is not listed; this flow lacks "
				    "%s",
				    l->c.at.line, lack);
		}
	return OK;
}

enum err policy_check(struct policy *p, struct diag *d)
{
	TRY(check_zones(p, d));
	TRY(check_networks(p, d));
	TRY(normalise(p, d));
	TRY(check_repeats(p, d));
	return check_listed(p, d);
}
