/* Diffs and answers against brute force: random policies, every case looked at. */
#include "policy/format.h"
#include "policy/random_test.h"

static bool in_box(const struct policy_box *b, const struct at *at)
{
	for (size_t k = 0; k < POLICY_ATTRS; k++)
		if (!(b->set[k] & (1u << at->v[k])))
			return false;
	return true;
}

static bool as_said(const struct policy_decision *d, const struct policy_outcome *o)
{
	return d->permit == o->permit && d->obligations == o->obligations &&
	       d->sanitize == o->sanitize;
}

static void answers_are_exact(void)
{
	for (unsigned round = 0; round < 60; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy *p;
		struct policy_answer r;
		struct policy_space s;
		struct policy_box all;
		uint64_t factor, permits = 0, wrong = 0, sum = 0;
		struct at at = {{0}};

		REQUIRE(a);
		seed = round + 1;
		p = make(a, 1 + any(12), 0);
		REQUIRE(policy_space_of(a, p, &s) == OK);
		all = policy_box_all(&s);
		REQUIRE(policy_ask(a, p, &all, POLICY_SECRET, 4096, &r, NULL) == OK);
		for (size_t i = 0; i < r.n_groups; i++)
			sum += r.groups[i].cases;
		CHECK(r.rest == 0 && sum == r.cases && r.cases == s.cases);
		s = small(s, &factor);
		do {
			struct policy_request rq = request(&at);
			struct policy_decision d;
			unsigned hits = 0;

			policy_decide(p, &rq, &d);
			permits += d.permit;
			for (size_t i = 0; i < r.n_groups; i++)
				if (in_box(&r.groups[i].box, &at)) {
					hits++;
					wrong += !as_said(&d, &r.groups[i].after);
				}
			wrong += hits != 1;
		} while (next(&s, &at));
		CHECK(wrong == 0);
		CHECK(permits * factor == r.permitted);
	}
}

/* Whether the group's deciders are those of its cases together: every one of some case. */
static void count_deciders(const struct policy *p, const struct policy_answer *r,
			   const struct at *at, bool (*met)[64])
{
	struct policy_request rq = request(at);
	uint32_t by[64];
	size_t n = policy_deciders(p, &rq, by, 64);

	for (size_t i = 0; i < r->n_groups; i++)
		for (size_t k = 0; in_box(&r->groups[i].box, at) && k < n; k++)
			met[i][by[k]] = true;
}

static void answers_name_every_rule(void)
{
	static bool met[4096][64];

	for (unsigned round = 0; round < 40; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy *p;
		struct policy_answer r;
		struct policy_space s;
		struct policy_box all;
		struct at at = {{0}};
		uint64_t factor;

		REQUIRE(a);
		seed = round + 500;
		p = make(a, 1 + any(12), 0);
		REQUIRE(policy_space_of(a, p, &s) == OK);
		all = policy_box_all(&s);
		REQUIRE(policy_ask(a, p, &all, POLICY_SECRET, 4096, &r, NULL) == OK);
		memset(met, 0, sizeof met);
		s = small(s, &factor);
		do
			count_deciders(p, &r, &at, met);
		while (next(&s, &at));
		for (size_t i = 0; i < r.n_groups; i++) {
			uint32_t by[64];
			size_t n = policy_group_deciders(p, &r.groups[i], POLICY_SECRET, by, 64);
			size_t want = 0;

			for (size_t k = 0; k < 64; k++)
				want += met[i][k];
			CHECK(n == want && (n > 0) == r.groups[i].by_rule);
			for (size_t k = 0; k < n && k < 64; k++)
				CHECK(met[i][by[k]]);
		}
	}
}

/* Whether a rule that is not public takes part; else `open`, of the public rules, is the answer. */
static bool veiled(const struct policy *p, const struct policy *open,
		   const struct policy_request *rq, struct policy_decision *ret)
{
	const struct policy_statement *st;
	struct policy_decision d;
	uint32_t by[64];
	size_t n;

	policy_decide(p, rq, &d);
	policy_decide(open, rq, ret);
	if (!ret->permit && ret->reason == POLICY_BY_RULE)
		return false;
	policy_statements(p, &st);
	n = policy_deciders(p, rq, by, 64);
	for (size_t i = 0; i < n && i < 64; i++)
		if (st[by[i]].visibility > POLICY_PUBLIC)
			return true;
	return false;
}

static void what_is_not_public_is_not_told(void)
{
	uint64_t all_veiled = 0;

	some_veiled = true;
	for (unsigned round = 0; round < 40; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy *p, *open;
		uint64_t factor, hidden = 0, wrong = 0, permits = 0;
		struct policy_answer r;
		struct policy_space s;
		struct policy_box all;
		struct at at = {{0}};
		struct diag d;
		AUTO_BUF text;

		buf_init(&text, 1 << 16);
		REQUIRE(a);
		seed = round + 7000;
		p = make(a, 1 + any(12), 0);
		REQUIRE(policy_format(made, POLICY_PUBLIC, &text, &d) == OK);
		REQUIRE(policy_load_draft(a, buf_view(&text), S(BASIS), S(""), &open, &d) == OK);
		REQUIRE(policy_space_of(a, p, &s) == OK);
		all = policy_box_all(&s);
		REQUIRE(policy_ask(a, p, &all, POLICY_PUBLIC, 4096, &r, NULL) == OK);
		CHECK(r.cases + r.veiled == s.cases);
		s = small(s, &factor);
		do {
			struct policy_request rq = request(&at);
			struct policy_decision d1;
			bool dark = veiled(p, open, &rq, &d1);
			unsigned hits = 0;

			hidden += dark;
			permits += !dark && d1.permit;
			for (size_t i = 0; i < r.n_groups; i++)
				if (in_box(&r.groups[i].box, &at)) {
					hits++;
					wrong += !as_said(&d1, &r.groups[i].after);
				}
			wrong += hits != !dark;
		} while (next(&s, &at));
		CHECK(wrong == 0);
		CHECK(hidden * factor == r.veiled && permits * factor == r.permitted);
		all_veiled += hidden;
	}
	some_veiled = false;
	CHECK(all_veiled > 1000);
}

static void diffs_are_exact(void)
{
	for (unsigned round = 0; round < 60; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy *was, *is;
		uint64_t factor, count[3] = {0}, sum = 0, wrong = 0;
		struct policy_space s;
		struct policy_diff df;
		struct at at = {{0}};

		REQUIRE(a);
		seed = round + 1000;
		was = make(a, 1 + any(12), 0);
		is = make(a, 1 + any(12), 0);
		REQUIRE(policy_diff(a, was, is, 4096, &df, NULL) == OK);
		for (size_t i = 0; i < df.n_groups; i++)
			sum += df.groups[i].cases;
		CHECK(df.rest == 0 && sum == df.permitted + df.forbidden + df.altered);
		s = small(df.space, &factor);
		do {
			struct policy_request rq = request(&at);
			struct policy_decision x, y;
			unsigned hits = 0;

			policy_decide(was, &rq, &x);
			policy_decide(is, &rq, &y);
			if (!same_decision(&x, &y))
				count[!x.permit ? 0 : !y.permit ? 1 : 2]++;
			for (size_t i = 0; i < df.n_groups; i++)
				if (in_box(&df.groups[i].box, &at)) {
					hits++;
					wrong += !as_said(&x, &df.groups[i].before) ||
						 !as_said(&y, &df.groups[i].after);
				}
			wrong += hits != !same_decision(&x, &y);
		} while (next(&s, &at));
		CHECK(wrong == 0);
		CHECK(count[0] * factor == df.permitted && count[1] * factor == df.forbidden &&
		      count[2] * factor == df.altered);
	}
}

/* ── rules without effect ────────────────────────────────────────────────── */

/* Whether every case is decided the same without the statement, a forbid being no default. */
static bool idle_by_force(struct arena *a, const struct policy *p, const struct policy_statement *s)
{
	size_t at = (size_t)(s->text.p - made.p);
	const struct policy *without;
	struct policy_space space;
	struct at v = {{0}};
	uint64_t factor;
	struct buf b;
	bool same = true;

	buf_init(&b, 1 << 16);
	buf_slice(&b, slice_head(made, at));
	buf_slice(&b, slice_from(made, at + s->text.n));
	REQUIRE(policy_load_draft(a, arena_copy(a, buf_view(&b)), S(BASIS), S(""), &without,
				  NULL) == OK);
	buf_free(&b);
	REQUIRE(policy_space_of(a, p, &space) == OK);
	space = small(space, &factor);
	do {
		struct policy_request rq = request(&v);
		struct policy_decision x, y;

		policy_decide(p, &rq, &x);
		policy_decide(without, &rq, &y);
		same = same_decision(&x, &y) && x.reason == y.reason;
	} while (same && next(&space, &v));
	return same;
}

static void idle_rules_are_exact(void)
{
	unsigned idle = 0, used = 0;

	for (unsigned round = 0; round < 200; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy_statement *st;
		const struct policy *p;
		struct policy_proof r;
		size_t n;

		REQUIRE(a);
		seed = round + 9000;
		p = make(a, 2 + any(10), 0);
		n = policy_statements(p, &st);
		REQUIRE(policy_verify(a, p, &r, NULL) == OK && r.idle_known);
		for (uint32_t i = 0; i < n; i++) {
			bool found = false;

			if (st[i].rule == POLICY_NONE)
				continue;
			for (size_t k = 0; k < r.n_idle; k++)
				found = found || r.idle[k].statement == i;
			CHECK(found == idle_by_force(a, p, &st[i]));
			idle += found;
			used += !found;
		}
	}
	CHECK(idle > 20 && used > 100);
}

TESTS(CASE(answers_are_exact), CASE(answers_name_every_rule), CASE(what_is_not_public_is_not_told),
      CASE(diffs_are_exact), CASE(idle_rules_are_exact))
