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
		c->term_of[*row] = &r->terms[t];
		for (size_t k = 0; k < POLICY_ATTRS; k++)
			for (uint32_t set = r->terms[t].set[k]; set; set &= set - 1) {
				unsigned v = (unsigned)__builtin_ctz(set);

				if (c->bits[k][v])
					c->bits[k][v][*row / 64] |= 1ull << (*row % 64);
			}
	}
}

/* Attributes that no rule asks for need no look at all. */
static void find_active(const struct policy *p, struct compiled *c)
{
	for (enum policy_attr k = 0; k < POLICY_ATTRS; k++) {
		uint32_t valid = policy_valid(p, k);
		bool asked = k == POLICY_A_CHANNEL; /* it also keeps the padding out */

		for (size_t i = 0; i < p->n_rules && !asked; i++)
			for (uint32_t t = 0; t < p->rules[i].n_terms && !asked; t++)
				asked = (p->rules[i].terms[t].set[k] & valid) != valid;
		if (asked)
			c->active[c->n_active++] = k;
	}
}

static enum err make_sets(struct policy *p, struct compiled *c)
{
	for (size_t i = 0; i < c->n_active; i++) {
		enum policy_attr k = c->active[i];
		uint32_t n = policy_value_count(p, k) + (k == POLICY_A_CONTAINS); /* pending */

		c->values[k] = n;
		for (uint32_t v = 0; v < n; v++) {
			c->bits[k][v] = arena_array(p->arena, c->words, sizeof(uint64_t));
			if (!c->bits[k][v])
				return ERR_MEMORY;
		}
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
	c.term_of = arena_array(p->arena, c.words * 64, sizeof *c.term_of);
	if (!c.rule_of || !c.term_of)
		return ERR_MEMORY;
	memset(c.rule_of, 0xFF, c.words * 64 * sizeof *c.rule_of); /* POLICY_NONE */
	find_active(p, &c);
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

/* The row sets of a request's values, of active attributes only. */
struct sets {
	const uint64_t *s[POLICY_ATTRS];
	size_t n;
};

/* A named exception counts until its last day. */
static uint32_t exception_of(const struct policy *p, const struct policy_request *rq)
{
	uint32_t i = rq->exception - POLICY_EXCEPTION_NAMED;

	if (rq->exception < POLICY_EXCEPTION_NAMED)
		return rq->exception;
	return i < p->n_exceptions && rq->day <= p->exceptions[i].until ? rq->exception
									: POLICY_EXCEPTION_NONE;
}

/* The row sets of the request's values. */
static void sets_of(const struct policy *p, const struct policy_request *rq, struct sets *ret)
{
	const struct compiled *c = &p->compiled;
	uint32_t v[POLICY_ATTRS];

	policy_request_case(rq, v);
	v[POLICY_A_EXCEPTION] = exception_of(p, rq);
	ret->n = c->n_active;
	for (size_t i = 0; i < c->n_active; i++) {
		enum policy_attr k = c->active[i];

		ret->s[i] = c->bits[k][v[k] < c->values[k] ? v[k] : 0];
	}
}

static inline uint64_t match(const struct sets *s, size_t w)
{
	uint64_t m = s->s[0][w];

	for (size_t k = 1; k < s->n; k++)
		m &= s->s[k][w];
	return m;
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
	if (r->attachments > d->attachments)
		d->attachments = r->attachments;
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
	d->tree = c->tree;
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

static bool decidable(const struct policy *p, const struct policy_request *rq)
{
	return rq->source < p->n_zones && rq->destination < p->n_zones &&
	       (unsigned)rq->channel < POLICY_CHANNELS;
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
	if (decidable(p, rq)) {
		sets_of(p, rq, &s);
		collect(p, &s, 0, p->compiled.forbid_words, &d, &k);
		if (d.rule == POLICY_NONE) {
			collect(p, &s, p->compiled.forbid_words, p->compiled.words, &d, &k);
			d.permit = d.rule != POLICY_NONE;
		}
	}
	if (d.rule != POLICY_NONE) {
		d.reason = POLICY_BY_RULE;
		d.statement = p->rules[d.rule].statement;
		cite(&d, &p->rules[d.rule].c);
	} else if (p->default_deny.at.line) {
		d.statement = p->default_statement;
		cite(&d, &p->default_deny);
	}
	if (d.permit && (d.obligations & BIT(POLICY_RETAIN)))
		keep_until(&d, &k, rq->day);
	*ret = d;
}

size_t policy_deciders(const struct policy *p, const struct policy_request *rq, uint32_t *ret,
		       size_t max)
{
	const struct compiled *c = &p->compiled;
	uint32_t last = POLICY_NONE;
	struct policy_decision d;
	struct sets s;
	size_t n = 0;

	policy_decide(p, rq, &d);
	if (d.reason != POLICY_BY_RULE)
		return 0;
	sets_of(p, rq, &s);
	for (size_t w = d.permit ? c->forbid_words : 0; w < (d.permit ? c->words : c->forbid_words);
	     w++)
		for (uint64_t m = match(&s, w); m; m &= m - 1) {
			uint32_t rule = c->rule_of[w * 64 + (unsigned)__builtin_ctzll(m)];

			if (rule == last)
				continue;
			last = rule;
			if (n < max)
				ret[n] = p->rules[rule].statement;
			n++;
		}
	return n;
}

struct policy_decision policy_decision_for(struct policy_decision d,
					   enum policy_visibility audience)
{
	if (d.visibility <= audience)
		return d;
	d.clause = d.phrase = (struct slice){0};
	d.rule = d.statement = POLICY_NONE;
	d.line = d.matched = 0;
	return d;
}
