/*
 * policy_cases: what policy_decide says of random cases, as text for tests/policy_reference.py.
 *
 *     policy_cases POLICY BASIS N SEED
 *
 * One line a case: the words of its values in the order of enum policy_attr, 1 or 0 for permitted,
 * the line of the deciding rule (0 for none), the obligations, the last day of retention or "-".
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/calendar.h"
#include "policy/analyse.h"

static uint64_t seed;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

static struct slice read_file(struct arena *a, const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		exit(1);
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	return arena_copy(a, slice_of(text, n));
}

static void one(const struct policy *p, const struct policy_space *s, int32_t day)
{
	uint32_t v[POLICY_ATTRS];
	struct policy_decision d;
	AUTO_BUF b;

	buf_init(&b, 4096);
	for (size_t k = 0; k < POLICY_ATTRS; k++) {
		v[k] = any(s->n[k]);
		buf_slice(&b, s->value[k][v[k]].word);
		buf_byte(&b, '\t');
	}
	struct policy_request rq = policy_case_request(v, day);
	policy_decide(p, &rq, &d);
	buf_printf(&b, "%d\t%u\t", d.permit, d.reason == POLICY_BY_RULE ? d.line : 0);
	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++)
		if (d.obligations & (1u << o))
			buf_printf(&b, "%s ", policy_obligation_word(o, d.sanitize));
	buf_byte(&b, '\t');
	if (d.obligations & (1u << POLICY_RETAIN))
		date_put_iso(&b, date_from_days(d.retain_until));
	else
		buf_byte(&b, '-');
	printf("%.*s\n", (int)b.n, (const char *)b.p);
}

int main(int argc, char **argv)
{
	AUTO_ARENA a = arena_new(256u << 20);
	const struct policy *p;
	struct policy_space s;
	struct diag d = {0};

	if (argc != 5 || !a)
		return 1;
	seed = strtoul(argv[4], NULL, 10);
	if (policy_load_draft(a, read_file(a, argv[1]), read_file(a, argv[2]), S(""), &p, &d) !=
	    OK) {
		printf("refused %u: %s\n", d.line, d.text);
		return 0;
	}
	if (policy_space_of(a, p, &s) != OK)
		return 1;
	for (unsigned long i = strtoul(argv[3], NULL, 10); i > 0; i--)
		one(p, &s, policy_effective(p) + 100);
	return 0;
}
