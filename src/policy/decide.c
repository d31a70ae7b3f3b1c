/*
 * Deciding: per attribute and value one bit set over the rows (alternatives of rules), ANDed word
 * by word. Forbids stand in the first words, so that a single pass sees them before any permit.
 */
#include "base/calendar.h"
#include "policy/internal.h"

static void set_rows(struct compiled *c, const struct rule *r, uint32_t rule, size_t *row)
{
	for (uint32_t t = 0; t < r->n_terms; t++, (*row)++) {
		c->rule_of[*row] = rule;
		for (size_t k = 0; k < ATTRS; k++)
			for (unsigned v = 0; v < 32; v++)
				if (c->bits[k][v] && (r->terms[t].set[k] & BIT(v)))
					c->bits[k][v][*row / 64] |= 1ull << (*row % 64);
	}
}

static enum err make_sets(struct policy *p, struct compiled *c)
{
	unsigned n[ATTRS] = {p->n_zones, p->n_zones, POLICY_LEVELS_MAX + 1, 3, 3, 2};

	for (size_t k = 0; k < ATTRS; k++)
		for (unsigned v = 0; v < n[k]; v++) {
			c->bits[k][v] = arena_array(p->arena, c->words, sizeof(uint64_t));
			if (!c->bits[k][v])
				return ERR_MEMORY;
		}
	return OK;
}

enum err policy_compile(struct policy *p)
{
	struct compiled c = {0};
	size_t rows[2] = {0, 0}, row = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		rows[p->rules[i].forbid] += p->rules[i].n_terms;
	c.forbid_words = (rows[true] + 63) / 64;
	c.words = c.forbid_words + (rows[false] + 63) / 64;
	c.rule_of = arena_array(p->arena, c.words * 64, sizeof *c.rule_of);
	if (!c.rule_of)
		return ERR_MEMORY;
	memset(c.rule_of, 0xFF, c.words * 64 * sizeof *c.rule_of); /* POLICY_NONE */
	TRY(make_sets(p, &c));
	for (int forbid = 1; forbid >= 0; forbid--) {
		for (size_t i = 0; i < p->n_rules; i++)
			if (p->rules[i].forbid == (forbid == 1))
				set_rows(&c, &p->rules[i], (uint32_t)i, &row);
		row = c.forbid_words * 64;
	}
	p->compiled = c;
	return OK;
}

static unsigned known_level(const struct policy *p, unsigned level)
{
	for (size_t i = 0; i < p->n_levels; i++)
		if (p->levels[i].level == level)
			return level;
	return 0;
}

struct sets {
	const uint64_t *a, *b, *c, *d, *e, *f;
};

static struct sets sets_of(const struct policy *p, const struct policy_request *rq)
{
	const struct compiled *c = &p->compiled;
	unsigned contains = (unsigned)rq->contains, recipient = (unsigned)rq->recipient;

	return (struct sets){
	    c->bits[ATTR_SOURCE][rq->source],
	    c->bits[ATTR_DESTINATION][rq->destination],
	    c->bits[ATTR_CONFIDENTIALITY][known_level(p, rq->confidentiality)],
	    c->bits[ATTR_CONTAINS][contains < 3 ? contains : 0],
	    c->bits[ATTR_RECIPIENT][recipient < 3 ? recipient : 0],
	    c->bits[ATTR_EXCEPTION][rq->exception ? 1 : 0],
	};
}

static inline uint64_t match(const struct sets *s, size_t w)
{
	return s->a[w] & s->b[w] & s->c[w] & s->d[w] & s->e[w] & s->f[w];
}

struct keep {
	uint32_t days, years, fiscal;
};

static inline uint32_t max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void unite(struct policy_decision *d, struct keep *k, const struct rule *r)
{
	d->obligations |= r->obligations;
	if (r->method > d->sanitize)
		d->sanitize = r->method;
	k->days = max32(k->days, r->retain_days);
	k->years = max32(k->years, r->retain_years);
	k->fiscal = max32(k->fiscal, r->retain_fiscal);
}

/* Collects the rules that match in words from..to; rows of one rule stand side by side. */
static void collect(const struct policy *p, const struct sets *s, size_t from, size_t to,
		    struct policy_decision *d, struct keep *k)
{
	uint32_t last = POLICY_NONE;

	for (size_t w = from; w < to; w++)
		for (uint64_t m = match(s, w); m; m &= m - 1) {
			uint32_t rule = p->compiled.rule_of[w * 64 + (unsigned)__builtin_ctzll(m)];

			if (rule == last)
				continue;
			last = rule;
			if (d->rule == POLICY_NONE)
				d->rule = rule;
			d->matched++;
			unite(d, k, &p->rules[rule]);
		}
}

static void cite(struct policy_decision *d, const struct cited *c)
{
	d->line = c->at.line;
	d->clause = c->clause;
	d->phrase = c->phrase;
	d->visibility = c->visibility;
}

/* The last day kept, for what is recorded on `day`. */
static int32_t keep_years(int32_t day, uint32_t n)
{
	return (int32_t)date_days(date_add_months(date_from_days(day), (int)n * 12));
}

/* The count begins on the April 1 after the 年度 of the day. */
static int32_t keep_fiscal(int32_t day, uint32_t n)
{
	int year = fiscal_year(date_from_days(day));

	return (int32_t)date_days((struct date){year + 1 + (int)n, 3, 31});
}

static void keep_until(struct policy_decision *d, const struct keep *k, int32_t day)
{
	int32_t until = day + (int32_t)k->days, other;

	if (k->years && (other = keep_years(day, k->years)) > until)
		until = other;
	if (k->fiscal && (other = keep_fiscal(day, k->fiscal)) > until)
		until = other;
	d->retain_until = until;
	d->retain_days = (uint32_t)(until - day);
}

void policy_decide(const struct policy *p, const struct policy_request *rq,
		   struct policy_decision *ret)
{
	struct policy_decision d = {
	    .rule = POLICY_NONE, .statement = POLICY_NONE, .policy = p->hash};
	struct keep k = {0};
	struct sets s;

	if (rq->day < p->effective || rq->day > DAY_MAX) {
		d.reason = POLICY_NOT_IN_FORCE;
		*ret = d;
		return;
	}
	if (rq->source < p->n_zones && rq->destination < p->n_zones) {
		s = sets_of(p, rq);
		collect(p, &s, 0, p->compiled.forbid_words, &d, &k);
		if (d.rule == POLICY_NONE) {
			collect(p, &s, p->compiled.forbid_words, p->compiled.words, &d, &k);
			d.permit = d.rule != POLICY_NONE;
		}
	}
	if (d.rule != POLICY_NONE) {
		d.reason = POLICY_BY_RULE;
		cite(&d, &p->rules[d.rule].c);
	} else if (p->default_deny.at.line) {
		cite(&d, &p->default_deny);
	}
	if (d.permit && (d.obligations & BIT(POLICY_RETAIN)))
		keep_until(&d, &k, rq->day);
	*ret = d;
}
