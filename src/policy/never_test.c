/* Every never of random policies against brute force, along chains too. */
#include "policy/random_test.h"

/* What the text of the never says, as the test reads it: from, to, lacks, condition. */
struct said {
	uint32_t from, to, unless;
	bool chains, exception;
	const char *when;
};

static uint32_t zones_said(const char *at)
{
	for (uint32_t i = 0; i < ZONES; i++)
		if (at[0] == zone[i][0] && at[1] == ' ')
			return 1u << i;
	return (1u << ZONES) - 1;
}

static struct said read_never(struct arena *a, const struct policy_statement *st)
{
	char *t = arena_str(a, st->text), *arrow;
	struct said n = {0};

	REQUIRE(t);
	arrow = strstr(t, " -> ");
	n.chains = strstr(t, "content") != NULL;
	n.from = zones_said(strchr(strchr(t, ' ') + 1, ' ') + 1);
	n.to = arrow[5] == 0 ? 1u << (arrow[4] - 'a') : zones_said(arrow + 4);
	n.when = strstr(t, " when ");
	n.unless = (strstr(t, "sanitize") ? 1u << POLICY_SANITIZE : 0) |
		   (strstr(t, "scan") ? 1u << POLICY_SCAN : 0) |
		   (strstr(t, "inspect") ? 1u << POLICY_INSPECT : 0);
	n.exception = strstr(t, "exception") != NULL;
	return n;
}

/* One comparison of those that put_condition writes, unknown counting as true. */
static bool atom_holds(struct slice atom, unsigned level, unsigned contains)
{
	return slice_eq_str(atom, "confidentiality = 1")   ? level <= 1
	       : slice_eq_str(atom, "confidentiality > 1") ? level != 1
	       : slice_eq_str(atom, "contains personal-number")
		   ? contains == POLICY_CONTAINS_UNKNOWN ||
			 contains == POLICY_CONTAINS_PERSONAL_NUMBER
	       : slice_eq_str(atom, "not contains nothing") ? contains != POLICY_CONTAINS_NOTHING
	       : slice_eq_str(atom, "contains unknown")     ? contains == 0
	       : slice_eq_str(atom, "confidentiality is unknown") ? level == 0
								  : true;
}

static bool condition_holds(const char *when, unsigned level, unsigned contains)
{
	struct slice s = slice_str(when ? when + 6 : NULL);
	size_t both = slice_find(s, S(" and ")), either = slice_find(s, S(" or "));

	if (!when)
		return true;
	if (both != SIZE_MAX)
		return atom_holds(slice_head(s, both), level, contains) &&
		       atom_holds(slice_from(s, both + 5), level, contains);
	if (either != SIZE_MAX)
		return atom_holds(slice_head(s, either), level, contains) ||
		       atom_holds(slice_from(s, either + 4), level, contains);
	return atom_holds(s, level, contains);
}

/* Is there a permitted case of this hop that lacks what n asks for? Content as it is, or unknown.
 */
static bool hop_exists(const struct policy *p, const struct said *n, uint32_t from, uint32_t to,
		       unsigned level, unsigned contains, bool as_is, uint32_t channels)
{
	for (unsigned i = 0; i < 5 * 3 * 3 * 4; i++) {
		struct policy_request rq = {.source = from,
					    .destination = to,
					    .channel = i % 5,
					    .exception = i / 5 % 3,
					    .recipient = i / 15 % 3,
					    .confidentiality = i / 45 % 2 ? 0 : (uint8_t)level,
					    .contains = i / 90 ? 0 : contains,
					    .day = DAY};
		struct policy_decision d;

		if ((as_is && i >= 45) || !(channels & (1u << rq.channel)))
			continue;
		policy_decide(p, &rq, &d);
		if (d.permit && !(d.obligations & n->unless) && !(n->exception && rq.exception))
			return true;
	}
	return false;
}

static bool broken_for(const struct policy *p, const struct said *n, unsigned level,
		       unsigned contains)
{
	bool way[ZONES][ZONES];

	if (!condition_holds(n->when, level, contains))
		return false;
	for (uint32_t i = 0; i < ZONES; i++)
		for (uint32_t k = 0; k < ZONES; k++) {
			way[i][k] =
			    n->chains && hop_exists(p, n, i, k, level, contains, false, ~0u);
			if ((n->from & (1u << i)) && (n->to & (1u << k)) &&
			    hop_exists(p, n, i, k, level, contains, true, n->chains ? ~0u : 1u))
				return true;
		}
	for (uint32_t by = 0; by < ZONES; by++)
		for (uint32_t i = 0; i < ZONES; i++)
			for (uint32_t k = 0; k < ZONES; k++)
				way[i][k] = way[i][k] || (way[i][by] && way[by][k]);
	for (uint32_t i = 0; i < ZONES; i++)
		for (uint32_t k = 0; k < ZONES; k++)
			if (i != k && (n->from & (1u << i)) && (n->to & (1u << k)) && way[i][k])
				return true;
	return false;
}

static bool broken(const struct policy *p, const struct said *n)
{
	for (unsigned i = 0; i < 3 * 4; i++)
		if (broken_for(p, n, i % 3, i / 3))
			return true;
	return false;
}

/* Every hop of a breach is a case that the policy permits, one after the other, without what the
 * never asks for. */
static bool confirmed(const struct policy *p, const struct said *n, const struct policy_breach *b)
{
	for (size_t i = 0; i < b->hops; i++) {
		struct policy_decision d;

		policy_decide(p, &b->hop[i], &d);
		if (!d.permit || (d.obligations & n->unless) ||
		    (n->exception && b->hop[i].exception) ||
		    (i && b->hop[i].source != b->hop[i - 1].destination))
			return false;
	}
	return b->hops > 0 && (n->from & (1u << b->hop[0].source)) &&
	       (n->to & (1u << b->hop[b->hops - 1].destination));
}

static void nevers_are_exact(void)
{
	unsigned breaches = 0, chains = 0, held = 0;

	for (unsigned round = 0; round < 600; round++) {
		AUTO_ARENA a = arena_new(64u << 20);
		const struct policy_statement *st;
		const struct policy *p;
		struct policy_proof r;
		size_t n, at = 0;

		REQUIRE(a);
		seed = round + 5000;
		p = make(a, 1 + any(8), 3);
		REQUIRE(policy_verify(a, p, &r, NULL) == OK);
		n = policy_statements(p, &st);
		for (uint32_t i = 0; i < n; i++) {
			bool found = at < r.n_breaches && r.breaches[at].statement == i;
			struct said s;

			if (st[i].kind != POLICY_KIND_NEVER)
				continue;
			s = read_never(a, &st[i]);
			if (found != broken(p, &s))
				printf("# round %u: %.*s\n", round, (int)st[i].text.n,
				       (const char *)st[i].text.p);
			CHECK(found == broken(p, &s));
			if (found) {
				CHECK(confirmed(p, &s, &r.breaches[at]));
				chains += r.breaches[at].hops > 1;
				at++;
				breaches++;
			} else {
				held++;
			}
		}
		CHECK(at == r.n_breaches);
		/* A running system takes it where and only where all hold. */
		CHECK((policy_load(a, made, S(BASIS), &p, NULL) == OK) == (at == 0));
	}
	printf("# %u broken, %u of them by chains, %u hold\n", breaches, chains, held);
	CHECK(breaches > 100 && chains > 5 && held > 100);
}

TESTS(CASE(nevers_are_exact))
