/* Statements that decide: permit, forbid, require. */
#include "policy/parse.h"

/* ── permit, forbid ──────────────────────────────────────────────────────── */

struct rule_parts {
	struct rule r;
	uint32_t exception;
};

static enum err excluded(struct parser *ps)
{
	return FAIL(ps, ps->part.offset, "'without' and 'only with' exclude each other");
}

static enum err rule_without(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->exception != SET_ALL)
		return excluded(ps);
	rp->exception = BIT(POLICY_EXCEPTION_NONE);
	return policy_expect(ps, "exception");
}

/* only with exception, only with exception 庁舎移転 */
static enum err rule_only(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;
	struct slice words[POLICY_EXCEPTIONS_MAX];
	size_t n;

	if (rp->exception != SET_ALL)
		return excluded(ps);
	rp->exception = SET_ALL & ~BIT(POLICY_EXCEPTION_NONE);
	TRY(policy_expect(ps, "with"));
	TRY(policy_expect(ps, "exception"));
	for (n = 0; n < ps->p->n_exceptions; n++) {
		words[n] = ps->p->exceptions[n].name;
		if (ps->t.starts || ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, words[n]))
			continue;
		policy_names(ps, ps->p->exception_seen[n], ps->t.at);
		rp->exception = BIT(POLICY_EXCEPTION_NAMED + n);
		return policy_next(ps);
	}
	if (ps->t.starts || ps->t.kind != TOK_WORD || policy_at(ps, "when") ||
	    policy_at(ps, "obliges") || policy_at(ps, "clause") || policy_at(ps, "article") ||
	    policy_at(ps, "without") || ps->t.text.p[0] >= 0x80)
		return OK;
	return FAIL(ps, ps->t.at.offset, "%s is no exception declared above%s",
		    policy_token_name(ps), policy_suggest(ps->p->arena, ps->t.text, words, n));
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

/* The term within the frame, or nothing where they have no case in common. */
static bool cut(struct term t, uint32_t channels, uint32_t from, uint32_t to, uint32_t exception,
		struct term *ret)
{
	t.set[POLICY_A_CHANNEL] &= channels;
	t.set[POLICY_A_SOURCE] &= from;
	t.set[POLICY_A_DESTINATION] &= to;
	t.set[POLICY_A_EXCEPTION] &= exception;
	*ret = t;
	return t.set[POLICY_A_CHANNEL] && t.set[POLICY_A_SOURCE] && t.set[POLICY_A_DESTINATION] &&
	       t.set[POLICY_A_EXCEPTION];
}

static struct term whole(void)
{
	struct term t;

	for (size_t k = 0; k < POLICY_ATTRS; k++)
		t.set[k] = SET_ALL;
	return t;
}

/* Puts the frame into every alternative. What is forbidden in a zone is so from and into it. */
static enum err narrow(struct parser *ps, struct rule *r, const struct frame *f)
{
	bool ends = f->inside && r->forbid;
	size_t n = r->n_terms ? r->n_terms : 1;
	struct term *old = r->terms, one = whole(), cutted;
	struct term *terms = arena_array(ps->p->arena, n * (ends ? 2 : 1), sizeof *terms);
	uint32_t kept = 0;

	if (!terms)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		const struct term *t = r->n_terms ? &old[i] : &one;

		if (cut(*t, f->channels, f->from, ends ? SET_ALL : f->to, f->exception, &cutted))
			terms[kept++] = cutted;
		if (ends && cut(*t, f->channels, SET_ALL, f->to, f->exception, &cutted))
			terms[kept++] = cutted;
	}
	r->terms = terms;
	r->n_terms = kept;
	if (!kept)
		return FAIL(ps, r->c.at.offset,
			    "the condition excludes the zones of this rule; it can never match");
	return OK;
}

enum err policy_add_rule(struct parser *ps, struct rule *r, const struct frame *f)
{
	struct policy *p = ps->p;
	void *items = p->rules;

	if (p->n_rules == POLICY_RULES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, r->c.at.offset,
				    "a policy may have %d rules", POLICY_RULES_MAX);
	TRY(narrow(ps, r, f));
	r->statement = (uint32_t)p->n_statements;
	ps->now.rule = (uint32_t)p->n_rules;
	ps->now.channels = f->channels;
	ps->now.obligations = r->obligations;
	ps->now.sanitize = r->method;
	TRY(policy_push(p->arena, &items, p->n_rules, &p->cap_rules, sizeof *r, r));
	p->rules = items;
	p->n_rules++;
	return OK;
}

static enum err statement_rule(struct parser *ps, struct cited *c, bool forbid)
{
	static const struct part parts[] = {
	    {"without", rule_without},
	    {"only", rule_only},
	    {"when", rule_when},
	    {"obliges", rule_obliges},
	};
	struct rule_parts rp = {.r = {.forbid = forbid}, .exception = SET_ALL};
	struct frame f = {0};
	unsigned seen;

	if (policy_at(ps, "network") && !forbid)
		return policy_statement_flow(ps, c);
	if (policy_at(ps, "network"))
		return FAIL(ps, ps->t.at.offset,
			    "the network is closed where no permit opens it; write 'always network "
			    "A -> B : deny unless listed'");
	TRY(policy_parse_channels(ps, &f.channels));
	TRY(policy_parse_route(ps, &f.from, &f.to, &f.inside));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &rp, c, &seen));
	TRY(policy_need_clause(ps, c));
	rp.r.c = *c;
	f.exception = rp.exception;
	return policy_add_rule(ps, &rp.r, &f);
}

enum err policy_statement_permit(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, false);
}

enum err policy_statement_forbid(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, true);
}

/* ── require ─────────────────────────────────────────────────────────────── */

/* require factors 2 in mynumber: nothing goes from or into it for who has signed in with less. */
enum err policy_statement_require(struct parser *ps, struct cited *c)
{
	struct rule r = {.forbid = true, .n_terms = 1};
	struct frame f = {.channels = BIT(POLICY_CHANNELS) - 1, .exception = SET_ALL};
	struct place at;
	unsigned seen;
	uint64_t n;

	TRY(policy_expect(ps, "factors"));
	at = ps->t.at;
	TRY(policy_parse_number(ps, "the factors", 2, &n));
	if (n != 2)
		return FAIL(ps, at.offset, "one factor is what every sign-in has; write 2");
	if (!policy_at(ps, "in"))
		return policy_expect(ps, "in");
	TRY(policy_parse_route(ps, &f.from, &f.to, &f.inside));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (ps->p->factors_in & f.from)
		return FAIL(ps, c->at.offset, "this is required of a zone on a line above already");
	ps->p->factors_in |= f.from;
	r.terms = arena_array(ps->p->arena, 1, sizeof *r.terms);
	if (!r.terms)
		return ERR_MEMORY;
	r.terms[0] = whole();
	r.terms[0].set[POLICY_A_FACTORS] = BIT(0) | BIT(1);
	r.c = *c;
	return policy_add_rule(ps, &r, &f);
}
