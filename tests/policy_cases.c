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
	struct policy_request rq = {.channel = v[POLICY_A_CHANNEL],
				    .source = v[POLICY_A_SOURCE],
				    .destination = v[POLICY_A_DESTINATION],
				    .exception = v[POLICY_A_EXCEPTION],
				    .contains = v[POLICY_A_CONTAINS],
				    .confidentiality = (uint8_t)v[POLICY_A_CONFIDENTIALITY],
				    .integrity = (uint8_t)v[POLICY_A_INTEGRITY],
				    .availability = (uint8_t)v[POLICY_A_AVAILABILITY],
				    .recipient = v[POLICY_A_RECIPIENT],
				    .type = v[POLICY_A_TYPE],
				    .role = v[POLICY_A_ROLE],
				    .factors = (uint8_t)v[POLICY_A_FACTORS],
				    .hours = v[POLICY_A_HOURS],
				    .day = day};
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
