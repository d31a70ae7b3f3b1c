/*
 * policy_bench: deciding, comparing and proving policies, in one run.
 *
 *     policy_bench
 *
 * decide: nanoseconds a decision at 256 rules, over requests drawn at random. diff: two policies of
 * 64 rules over the whole space of tens of millions of cases, once by decision diagrams (everything
 * policy_diff does, groups and statements included) and once by deciding every case under both, the
 * only other exact way; both must count the same. verify: every never and always of one of them,
 * against deciding every case. growth: diff and verify from 64 to 4,096 rules. One JSON line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include "os/clock.h"
#include "policy/analyse.h"

#define ZONES 3
#define DAY 20000

static uint64_t seed = 42;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

static const char *const zone[] = {"mynumber", "internet", "lgwan"};

static void put_head(struct buf *b)
{
	buf_str(b, "policy \"題\" basis \"b\" adopted by \"市長\" version 1 effective 2020-04-01\n"
		   "zone mynumber \"甲\" clause 1\nzone internet \"乙\" clause 1\n"
		   "zone lgwan \"丙\" default clause 1\n"
		   "scale confidentiality clause 1 levels 1 \"a\", 2 \"b\", 3 \"c\"\n"
		   "scale integrity clause 1 levels 1 \"d\", 2 \"e\"\n"
		   "scale availability clause 1 levels 1 \"f\", 2 \"g\"\n");
	for (unsigned i = 0; i < 7; i++)
		buf_printf(b, "role r%c \"R%c\" clause 1\n", 'a' + i, 'A' + i);
	for (unsigned i = 0; i < 2; i++)
		buf_printf(b, "exception x%c \"X%c\" until 2030-03-31 clause 1\n", 'a' + i,
			   'A' + i);
}

static void put_atom(struct buf *b)
{
	static const char *const contains[] = {"personal-number", "personal-data", "nothing"};
	static const char *const type[] = {"text", "document", "pdf", "picture", "archive", "mail"};

	switch (any(8)) {
	case 0:
		buf_printf(b, "confidentiality %s %u", any(2) ? "=" : ">", any(3) + 1);
		return;
	case 1:
		buf_printf(b, "integrity = %u", any(2) + 1);
		return;
	case 2:
		buf_printf(b, "availability = %u", any(2) + 1);
		return;
	case 3:
		buf_printf(b, "contains %s", contains[any(3)]);
		return;
	case 4:
		buf_printf(b, "type is %s%s", any(2) ? "not " : "", type[any(6)]);
		return;
	case 5:
		buf_printf(b, "role is %sr%c", any(2) ? "not " : "", 'a' + (int)any(7));
		return;
	case 6:
		buf_printf(b, "recipient is %s", any(2) ? "registered" : "not unregistered");
		return;
	default:
		buf_printf(b, any(2) ? "factors = 2" : "hours is office");
		return;
	}
}

static void put_rule(struct buf *b, unsigned i)
{
	static const char *const channel[] = {"transfer", "mail", "web", "screen", "media"};
	static const char *const exception[] = {"", " without exception", " only with exception",
						" only with exception xa"};
	static const char *const obliges[] = {"sanitize rebuild", "sanitize rebuild, inspect",
					      "sanitize text", "sanitize rebuild, scan"};
	bool forbid = i % 4 == 3;
	unsigned atoms = 2 + any(2), from = any(3);

	buf_printf(b, "%s %s %s -> %s%s when ", forbid ? "forbid" : "permit", channel[any(5)],
		   zone[from], zone[(from + 1 + any(2)) % 3], exception[any(4)]);
	for (unsigned k = 0; k < atoms; k++) {
		buf_str(b, k ? " and " : "");
		put_atom(b);
	}
	if (!forbid)
		buf_printf(b, " obliges %s, retain %u days", obliges[any(4)], 30 * (any(3) + 1));
	buf_str(b, " clause 1\n");
}

static void die(const char *what, const struct diag *d)
{
	fprintf(stderr, "policy_bench: %s %u: %s\n", what, d->line, d->text);
	exit(1);
}

static enum err load(struct arena *a, struct slice text, const struct policy **ret, struct diag *d)
{
	return policy_load_draft(a, text, S("1 目的\n"), S(""), ret, d);
}

/* A rule that could stand alone. */
static void put_good_rule(struct buf *b, unsigned i)
{
	const struct policy *p;
	bool good = false;

	while (!good) {
		AUTO_ARENA a = arena_new(4u << 20);
		AUTO_BUF one;
		size_t head;

		buf_init(&one, 65536);
		put_head(&one);
		head = one.n;
		put_rule(&one, i);
		good = load(a, buf_view(&one), &p, NULL) == OK;
		if (good)
			buf_slice(b, slice_from(buf_view(&one), head));
	}
}

/* n rules (of more than 512, fewer); from `keep` on they are drawn anew. What others make idle is
 * taken out. */
static const struct policy *make(struct arena *a, unsigned n, uint64_t start, uint64_t fresh,
				 unsigned keep)
{
	const struct policy *p = NULL;
	struct diag d = {0};
	bool good = false;
	struct slice text;
	struct buf b;

	buf_init(&b, 32u << 20);
	put_head(&b);
	buf_str(&b, "never content internet -> lgwan without sanitize\n"
		    "never content lgwan -> internet without sanitize\n"
		    "always transfer internet -> lgwan : sanitize\n");
	seed = start;
	for (unsigned i = 0; i < n; i++) {
		if (i == keep)
			seed = fresh;
		put_good_rule(&b, i);
	}
	while (!good) {
		AUTO_ARENA try = arena_new(256u << 20);
		size_t line, eol;

		good = load(try, buf_view(&b), &p, &d) == OK;
		if (good)
			break;
		line = slice_rfind(slice_head(buf_view(&b), d.offset), S("\n")) + 1;
		eol = slice_find_byte(slice_from(buf_view(&b), line), '\n');
		if (eol == SIZE_MAX)
			die("load", &d);
		memmove(b.p + line, b.p + line + eol + 1, b.n - line - eol - 1);
		b.n -= eol + 1;
		if (n <= 512) /* of many, drawing until one is left would take long */
			put_good_rule(&b, n);
	}
	text = arena_copy(a, buf_view(&b));
	buf_free(&b);
	if (load(a, text, &p, &d) != OK)
		die("load", &d);
	return p;
}

/* ── by deciding every case ──────────────────────────────────────────────── */

struct counts {
	uint64_t cases, permitted, forbidden, altered, unsafe;
};

static void compare(const struct policy *x, const struct policy *y, const struct policy_request *rq,
		    struct counts *c)
{
	struct policy_decision a, b;

	policy_decide(x, rq, &a);
	policy_decide(y, rq, &b);
	c->cases++;
	if (a.permit != b.permit)
		*(b.permit ? &c->permitted : &c->forbidden) += 1;
	else if (a.permit && (a.obligations != b.obligations || a.sanitize != b.sanitize ||
			      a.retain_days != b.retain_days))
		c->altered++;
}

static void examine(const struct policy *x, const struct policy *y, const struct policy_request *rq,
		    struct counts *c)
{
	struct policy_decision a;

	(void)y;
	policy_decide(x, rq, &a);
	c->cases++;
	c->unsafe += a.permit && !(a.obligations & (1u << POLICY_SANITIZE)) &&
		     ((rq->source == 1 && rq->destination == 2) ||
		      (rq->source == 2 && rq->destination == 1));
}

static void each(const struct policy *x, const struct policy *y, const struct policy_space *s,
		 void (*look)(const struct policy *, const struct policy *,
			      const struct policy_request *, struct counts *),
		 struct counts *c)
{
	struct policy_request rq;
	uint32_t v[POLICY_ATTRS] = {0};
	size_t k = 0;

	while (k < POLICY_ATTRS) {
		rq = policy_case_request(v, DAY);
		look(x, y, &rq, c);
		for (k = 0; k < POLICY_ATTRS && ++v[k] == s->n[k]; k++)
			v[k] = 0;
	}
}

static double since(uint64_t from)
{
	return (double)(clock_mono_us() - from) / 1e6;
}

/* ── the benchmarks ──────────────────────────────────────────────────────── */

#define ROUNDS 101

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void bench_decide(struct arena *a, unsigned rules)
{
	const struct policy *p = make(a, rules, 7, 0, rules);
	static struct policy_request rq[4096];
	struct policy_decision d;
	uint64_t from, permits = 0;
	const unsigned n = 40960;
	double ns[ROUNDS];

	for (size_t i = 0; i < ARRAY_LEN(rq); i++)
		rq[i] = (struct policy_request){.channel = any(5),
						.source = any(3),
						.destination = any(3),
						.exception = any(4),
						.contains = any(4),
						.confidentiality = (uint8_t)any(4),
						.integrity = (uint8_t)any(3),
						.availability = (uint8_t)any(3),
						.recipient = any(3),
						.type = any(8),
						.role = any(8),
						.factors = (uint8_t)any(3),
						.hours = any(3),
						.day = DAY};
	for (size_t r = 0; r < ROUNDS; r++) {
		from = clock_mono_us();
		for (unsigned i = 0; i < n; i++) {
			policy_decide(p, &rq[i % ARRAY_LEN(rq)], &d);
			permits += d.permit;
		}
		ns[r] = since(from) * 1e9 / n;
	}
	qsort(ns, ROUNDS, sizeof *ns, by_number);
	printf("{\"bench\":\"policy_decide\",\"rules\":%u,\"decisions\":%u,\"permitted\":%llu,"
	       "\"ns_least\":%.1f,\"ns_median\":%.1f,\"goal\":\"<= 100 at 256\"}\n",
	       policy_rule_count(p), n * ROUNDS, (unsigned long long)permits, ns[0],
	       ns[ROUNDS / 2]);
}

static void bench_diff(struct arena *a, unsigned rules, bool enumerate)
{
	const struct policy *was = make(a, rules, 11, 0, rules);
	const struct policy *is = make(a, rules, 11, 99, rules - rules / 8);
	struct policy_proof proof;
	struct counts c = {0}, v = {0};
	struct policy_diff df;
	struct diag d = {0};
	uint64_t from = clock_mono_us();
	double diff_s, verify_s, diff_all = 0, verify_all = 0;

	if (policy_diff(a, was, is, 64, &df, &d) != OK)
		die("diff", &d);
	diff_s = since(from);
	from = clock_mono_us();
	if (policy_verify(a, is, &proof, &d) != OK)
		die("verify", &d);
	verify_s = since(from);
	printf("{\"bench\":\"policy_diff\",\"rules\":%u,\"cases\":%llu,\"permitted\":%llu,"
	       "\"forbidden\":%llu,\"altered\":%llu,\"groups\":%zu,\"ungrouped\":%llu,"
	       "\"nodes\":%zu,\"idle\":%zu,\"idle_known\":%s,\"diff_s\":%.4f,\"verify_s\":%.4f",
	       policy_rule_count(is), (unsigned long long)df.space.cases,
	       (unsigned long long)df.permitted, (unsigned long long)df.forbidden,
	       (unsigned long long)df.altered, df.n_groups, (unsigned long long)df.rest,
	       proof.nodes, proof.n_idle, proof.idle_known ? "true" : "false", diff_s, verify_s);
	if (enumerate) {
		from = clock_mono_us();
		each(was, is, &df.space, compare, &c);
		diff_all = since(from);
		from = clock_mono_us();
		each(is, NULL, &proof.space, examine, &v);
		verify_all = since(from);
		if (c.cases != df.space.cases || c.permitted != df.permitted ||
		    c.forbidden != df.forbidden || c.altered != df.altered ||
		    (v.unsafe != 0) != (proof.n_breaches != 0))
			die("the two ways differ", &d);
		printf(",\"enumerated_diff_s\":%.3f,\"enumerated_verify_s\":%.3f,"
		       "\"diff_ratio\":%.1f,\"verify_ratio\":%.1f,\"goal\":\">= 20\"",
		       diff_all, verify_all, diff_all / diff_s, verify_all / verify_s);
	}
	printf("}\n");
}

int main(void)
{
	static const unsigned growth[] = {128, 256, 512, 1024, 2048, 5120};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < 4; i++) {
		AUTO_ARENA a = arena_new(1u << 30);

		bench_decide(a, (const unsigned[]){64, 256, 1024, 4096}[i]);
	}
	AUTO_ARENA a = arena_new(1u << 30);

	bench_diff(a, 64, true);
	for (size_t i = 0; i < ARRAY_LEN(growth); i++) {
		AUTO_ARENA g = arena_new(1u << 30);

		bench_diff(g, growth[i], false);
	}
	return 0;
}
