/*
 * random_test: random policies over a small space, and every case of it, for tests.
 */
#ifndef POLICY_RANDOM_TEST_H
#define POLICY_RANDOM_TEST_H

#include "base/test.h"
#include "policy/analyse.h"

#define BASIS "1 目的\n2 用語\n(1) 領域\n"
#define DAY 20000
#define ZONES 3

static uint64_t seed;
static struct slice made; /* the text of the last policy */
static bool some_veiled;  /* a third of its rules are not public */

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

static const char *const zone[] = {"a", "b", "c", "any"};

static void put_head(struct buf *b)
{
	buf_str(b, "policy \"題\" basis \"b\" adopted by \"市長\" version 1 effective 2020-04-01\n"
		   "zone a \"領域A\" clause 1\nzone b \"領域B\" default clause 1\n"
		   "zone c \"領域C\" clause 1\n"
		   "scale confidentiality clause 1 levels 1 \"低\", 2 \"高\"\n"
		   "exception x \"例外X\" until 2030-03-31 clause 1\n");
	if (any(3) == 0)
		buf_str(b, "finding personal-number raises confidentiality to 2 clause 1\n");
}

static void put_condition(struct buf *b, bool content_only)
{
	static const char *const atoms[] = {
	    "confidentiality = 1",     "confidentiality > 1",     "contains personal-number",
	    "not contains nothing",    "contains unknown",        "confidentiality is unknown",
	    "recipient is registered", "recipient is not unknown"};
	unsigned n = content_only ? 6 : 8;

	buf_printf(b, " when %s", atoms[any(n)]);
	if (any(2)) {
		buf_str(b, any(2) ? " and " : " or ");
		buf_str(b, atoms[any(n)]);
	}
}

static void put_rule(struct buf *b)
{
	static const char *const exception[] = {
	    " without exception", " only with exception", " only with exception x", "", "", ""};
	static const char *const obliges[] = {"",
					      " obliges sanitize rebuild",
					      " obliges sanitize text, retain 30 days",
					      " obliges scan, retain 2 years",
					      " obliges inspect",
					      " obliges retain 1 fiscal-year"};
	bool forbid = any(3) == 0;

	/* One draw a statement: compilers order the arguments of a call as they like. */
	buf_str(b, forbid ? "forbid " : "permit ");
	buf_str(b, any(3) ? "transfer " : "mail, media ");
	buf_str(b, zone[any(4)]);
	buf_printf(b, " -> %s", zone[any(4)]);
	buf_str(b, exception[any(6)]);
	if (any(3))
		put_condition(b, false);
	buf_printf(b, "%s clause 1", forbid ? "" : obliges[any(6)]);
	buf_str(b, some_veiled && any(3) == 0 ? " 非公開\n" : "\n");
}

static void put_never(struct buf *b)
{
	static const char *const without[] = {"", " without sanitize", " without scan or exception",
					      " without sanitize or inspect"};

	buf_str(b, any(3) ? "never content " : "never transfer ");
	buf_str(b, zone[any(4)]);
	buf_printf(b, " -> %s", zone[any(4)]);
	buf_str(b, without[any(4)]);
	if (any(3) == 0)
		put_condition(b, true);
	buf_byte(b, '\n');
}

/* A random policy as a draft; what the loader refuses for other reasons is left out. */
static inline const struct policy *make(struct arena *a, unsigned rules, unsigned nevers)
{
	const struct policy *p = NULL;
	struct buf b;

	buf_init(&b, 1 << 16);
	put_head(&b);
	for (unsigned i = 0; i < rules + nevers; i++) {
		size_t before = b.n;
		struct slice text;

		if (i < rules)
			put_rule(&b);
		else
			put_never(&b);
		text = arena_copy(a, buf_view(&b));
		REQUIRE(text.p);
		if (policy_load_draft(a, text, S(BASIS), S(""), &p, NULL) != OK)
			b.n = before;
	}
	made = arena_copy(a, buf_view(&b));
	REQUIRE(policy_load_draft(a, made, S(BASIS), S(""), &p, NULL) == OK);
	buf_free(&b);
	return p;
}

/* ── every case, one by one ──────────────────────────────────────────────── */

struct at {
	uint32_t v[POLICY_ATTRS];
};

static inline bool next(const struct policy_space *s, struct at *at)
{
	for (size_t k = 0; k < POLICY_ATTRS; k++) {
		if (++at->v[k] < s->n[k])
			return true;
		at->v[k] = 0;
	}
	return false;
}

static inline struct policy_request request(const struct at *at)
{
	return policy_case_request(at->v, DAY);
}

/* What no rule of these tests asks for is left at its first value. */
static inline struct policy_space small(struct policy_space s, uint64_t *ret_factor)
{
	*ret_factor = s.n[POLICY_A_TYPE] * s.n[POLICY_A_FACTORS] * s.n[POLICY_A_HOURS];
	s.n[POLICY_A_TYPE] = s.n[POLICY_A_FACTORS] = s.n[POLICY_A_HOURS] = 1;
	return s;
}

static inline bool same_decision(const struct policy_decision *x, const struct policy_decision *y)
{
	return x->permit == y->permit && x->obligations == y->obligations &&
	       x->sanitize == y->sanitize && x->retain_until == y->retain_until;
}

#endif
