/* policy_verify, and the same proofs when a policy is loaded. */
#include <stdio.h>
#include "policy/model.h"

struct engine {
	struct arena *arena;
	struct mdd m;
	struct outcomes o;
	struct model md;
	struct view v;
	mdd_ref all;
};

static enum err engine_start(struct engine *e, struct arena *arena, const struct policy *p,
			     const struct policy_space *s, struct diag *d)
{
	e->arena = arena;
	TRY(mdd_init(&e->m, arena, s->n, POLICY_NODES_MAX));
	TRY(outcomes_init(&e->o, arena));
	e->md = model_over(&e->m, &e->o);
	e->v = view_of(s);
	return model_build(&e->md, &e->v, p, &e->all, d);
}

/* ── at loading ──────────────────────────────────────────────────────────── */

/* The zones to which a permit that lacks what n asks for may lead; forbids are not looked at. */
static void leads(const struct policy *p, const struct never *n, uint32_t channels,
		  uint32_t to[POLICY_ZONES_MAX])
{
	memset(to, 0, POLICY_ZONES_MAX * sizeof *to);
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];

		if (r->forbid || (r->obligations & n->unless))
			continue;
		for (uint32_t t = 0; t < r->n_terms; t++) {
			const uint32_t *set = r->terms[t].set;

			if (!(set[POLICY_A_CHANNEL] & channels) ||
			    (n->unless_exception &&
			     !(set[POLICY_A_EXCEPTION] & BIT(POLICY_EXCEPTION_NONE))))
				continue;
			for (uint32_t from = set[POLICY_A_SOURCE]; from; from &= from - 1)
				to[__builtin_ctz(from)] |= set[POLICY_A_DESTINATION];
		}
	}
}

/* Whether the rules alone could break n: only then it needs the exact proof. */
static bool doubtful(const struct policy *p, const struct never *n)
{
	uint32_t to[POLICY_ZONES_MAX], reached, next;

	leads(p, n, n->channels, to);
	for (uint32_t z = 0; z < p->n_zones; z++)
		if ((n->from & BIT(z)) && (to[z] & n->to))
			return true;
	if (!n->chains)
		return false;
	for (uint32_t z = 0; z < p->n_zones; z++) {
		if (!(n->from & BIT(z)))
			continue;
		for (next = to[z], reached = 0; next & ~reached;) {
			uint32_t at = (uint32_t)__builtin_ctz(next & ~reached);

			reached |= BIT(at);
			next |= to[at];
		}
		if (reached & n->to)
			return true;
	}
	return false;
}

static unsigned hop_line(const struct policy *p, const struct policy_request *rq, size_t *ret_at)
{
	struct policy_decision d;

	policy_decide(p, rq, &d);
	BUG_IF(!d.permit); /* the proof and the decision must agree */
	*ret_at = p->rules[d.rule].c.at.offset;
	return d.line;
}

static enum err refuse(const struct policy *p, const struct never *n, const struct policy_breach *b,
		       struct diag *d)
{
	char lines[128] = "";
	size_t at = 0, first = 0, len = 0;

	for (size_t i = 0; i < b->hops && len + 16 < sizeof lines; i++)
		len += (size_t)snprintf(lines + len, sizeof lines - len, "%s%u", i ? ", " : "",
					hop_line(p, &b->hop[i], i ? &at : &first));
	if (b->hops == 1)
		return policy_fault(d, ERR_SYNTAX, p->text, first,
				    "the permit of line %s lets pass what line %u says never "
				    "passes; add what it lacks, or narrow it",
				    lines, n->c.at.line);
	return policy_fault(
	    d, ERR_SYNTAX, p->text, n->c.at.offset,
	    "content gets there in %zu steps, by the permits of lines %s, and no step "
	    "has what this asks for",
	    b->hops, lines);
}

enum err policy_check_nevers(struct policy *p, struct diag *d)
{
	AUTO_ARENA arena = NULL;
	struct policy_space space;
	struct policy_breach b;
	struct engine e;
	bool found;

	for (size_t i = 0; i < p->n_nevers; i++) {
		if (!doubtful(p, &p->nevers[i]))
			continue;
		if (!arena) {
			arena = arena_new(POLICY_PROOF_BYTES);
			if (!arena)
				return ERR_MEMORY;
			TRY(policy_space_of(arena, p, &space));
			TRY(engine_start(&e, arena, p, &space, d));
		}
		TRY(policy_find_breach(arena, &e.md, &e.v, p, e.all, &p->nevers[i], &b, &found));
		if (found)
			return refuse(p, &p->nevers[i], &b, d);
	}
	return OK;
}

/* ── rules without effect ────────────────────────────────────────────────── */

struct idle {
	struct engine *e;
	const struct policy *p;
	mdd_ref *rule;
	mdd_ref permitted;
	struct policy_idle_rule *ret;
	size_t n;
};

static mdd_ref rules_of(struct idle *s, size_t from, size_t to)
{
	if (to - from == 1)
		return s->rule[from];
	return model_join(&s->e->md, rules_of(s, from, (from + to) / 2),
			  rules_of(s, (from + to) / 2, to));
}

/* `others` is what all rules outside from..to come to. */
static void find_idle(struct idle *s, size_t from, size_t to, mdd_ref others)
{
	size_t mid = (from + to) / 2;

	if (s->e->m.err != OK)
		return;
	if (to - from > 1) {
		find_idle(s, from, mid, model_join(&s->e->md, others, rules_of(s, mid, to)));
		find_idle(s, mid, to, model_join(&s->e->md, others, rules_of(s, from, mid)));
	} else if (others == s->e->all) {
		const struct rule *r = &s->p->rules[from];
		mdd_ref mine = model_permitted(&s->e->md, s->rule[from], 0);
		bool dead = !r->forbid && mdd_and(&s->e->m, mine, s->permitted) == mdd_leaf(0);

		s->ret[s->n++] = (struct policy_idle_rule){
		    r->statement, dead ? POLICY_IDLE_DEAD : POLICY_IDLE_REDUNDANT};
	}
}

static enum err look_for_idle(struct engine *e, const struct policy *p, struct arena *a,
			      struct policy_proof *ret)
{
	struct idle s = {.e = e, .p = p};

	if (p->n_rules == 0)
		return OK;
	s.rule = arena_array(e->arena, p->n_rules, sizeof *s.rule);
	s.ret = arena_array(a, p->n_rules, sizeof *s.ret);
	if (!s.rule || !s.ret)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->n_rules; i++)
		s.rule[i] = model_rule(&e->md, &e->v, &p->rules[i]);
	s.permitted = model_permitted(&e->md, e->all, 0);
	find_idle(&s, 0, p->n_rules, mdd_leaf(OUTCOME_NONE));
	TRY(model_state(&e->md, NULL));
	ret->idle = s.ret;
	ret->n_idle = s.n;
	return OK;
}

/* ── verify ──────────────────────────────────────────────────────────────── */

enum err policy_verify(struct arena *a, const struct policy *p, struct policy_proof *ret,
		       struct diag *d)
{
	AUTO_ARENA arena = arena_new(POLICY_PROOF_BYTES);
	struct policy_proof r = {.statements = (uint32_t)(p->n_nevers + p->n_listed)};
	uint64_t counts[2] = {0, 0};
	struct engine e;
	bool found;

	if (!arena)
		return ERR_MEMORY;
	TRY(policy_space_of(a, p, &r.space));
	TRY(engine_start(&e, arena, p, &r.space, d));
	r.nodes = e.m.n;
	TRY(mdd_tally(&e.m, model_permitted(&e.md, e.all, 0), counts, 2));
	r.permitted = counts[1];
	r.breaches = arena_array(a, p->n_nevers, sizeof *r.breaches);
	if (!r.breaches)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->n_nevers; i++) {
		TRY(policy_find_breach(arena, &e.md, &e.v, p, e.all, &p->nevers[i],
				       &r.breaches[r.n_breaches], &found));
		r.n_breaches += found;
	}
	if (p->n_rules <= POLICY_IDLE_RULES_MAX)
		r.idle_known = look_for_idle(&e, p, a, &r) == OK;
	*ret = r;
	return OK;
}
