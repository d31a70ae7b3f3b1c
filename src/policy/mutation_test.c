/*
 * Every never and always of every shipped policy, broken by a mutated rule: caught when the policy
 * is loaded, and shown by a case that policy_decide permits.
 */
#include "policy/format.h"

#include <stdlib.h>
#include "base/test.h"
#include "policy/analyse.h"

static const struct {
	const char *policy, *basis;
} shipped[] = {
    {"policy/chofu/chofu.policy", "policy/chofu/basic-policy.txt"},
    {"policy/models/alpha.policy", "policy/models/basic-policy.txt"},
    {"policy/models/alpha-prime.policy", "policy/models/basic-policy.txt"},
    {"policy/models/beta.policy", "policy/models/basic-policy.txt"},
    {"policy/models/beta-prime.policy", "policy/models/basic-policy.txt"},
};

static struct slice read_file(struct arena *a, const char *name)
{
	const char *root = getenv("SEKISHO_SOURCE");
	struct slice ret = {0};
	static char text[1 << 20];
	char path[512];
	FILE *f;

	if (!root)
		SKIP_CASE("SEKISHO_SOURCE is not set");
	snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "r");
	REQUIRE(f);
	ret = arena_copy(a, slice_of(text, fread(text, 1, sizeof text, f)));
	fclose(f);
	REQUIRE(ret.n);
	return ret;
}

/* ── mutations ───────────────────────────────────────────────────────────── */

struct mutator {
	struct slice text, basis;
	const struct policy *p; /* of the text */
	const struct policy_statement *st;
	size_t n;
	uint8_t caught[512]; /* by place of the statement */
};

static struct slice join(struct arena *a, struct slice x, struct slice y, struct slice z)
{
	AUTO_BUF b;

	buf_init(&b, 2 << 20);
	buf_slice(&b, x);
	buf_slice(&b, y);
	buf_slice(&b, z);
	return arena_copy(a, buf_view(&b));
}

/* The text with `with` in place of a piece of it. */
static struct slice replace(struct arena *a, struct slice text, struct slice piece,
			    struct slice with)
{
	size_t at = (size_t)(piece.p - text.p);

	return join(a, slice_head(text, at), with, slice_from(text, at + piece.n));
}

static bool permits(const struct policy_request *rq, const struct policy *p)
{
	struct policy_decision d;

	policy_decide(p, rq, &d);
	return d.permit;
}

/* Loads the mutated text; whoever it breaks must be named and shown. */
static void judge(struct mutator *m, struct slice text)
{
	AUTO_ARENA a = arena_new(256u << 20);
	const struct policy *p = NULL, *none = NULL;
	const struct policy_statement *st;
	struct policy_proof proof;
	struct diag d = {0};
	uint32_t at = 0;

	REQUIRE(a && text.p);
	if (policy_load_draft(a, text, m->basis, S(""), &p, NULL) != OK)
		return; /* refused for another reason, as without effect */
	REQUIRE(policy_verify(a, p, &proof, NULL) == OK);
	CHECK((policy_load(a, text, m->basis, &none, &d) == OK) == (proof.n_breaches == 0));
	policy_statements(p, &st);
	for (size_t i = 0; i < proof.n_breaches; i++) {
		const struct policy_breach *b = &proof.breaches[i];

		CHECK(b->hops > 0);
		for (size_t h = 0; h < b->hops; h++)
			CHECK(permits(&b->hop[h], p));
		CHECK(d.text[0] && d.line);
		if (policy_statement_by_id(m->p, st[b->statement].id, &at) == OK)
			m->caught[at] = 1;
	}
}

/* From the word to the next `clause` of the statement, or nothing. */
static struct slice part(struct slice statement, const char *word)
{
	size_t from = slice_find(statement, slice_str(word));
	size_t to = slice_rfind(statement, S("clause "));

	if (from == SIZE_MAX || to == SIZE_MAX || to <= from)
		return (struct slice){0};
	return slice_of(statement.p + from, to - from);
}

static void mutate_rule(struct mutator *m, struct arena *a, const struct policy_statement *s)
{
	static const char *const parts[] = {"when ", "obliges ", "without exception",
					    "only with exception"};

	if (s->kind == POLICY_KIND_FORBID) {
		judge(m, replace(a, m->text, slice_head(s->text, 6), S("permit")));
		judge(m, replace(a, m->text, s->text, S("")));
	}
	for (size_t i = 0; i < ARRAY_LEN(parts) && s->kind == POLICY_KIND_PERMIT; i++) {
		struct slice cut = part(s->text, parts[i]);

		if (!cut.n)
			continue;
		judge(m, replace(a, m->text, cut, S("")));
		if (i == 0) /* the obligations stay */
			judge(m, replace(a, m->text, slice_head(cut, slice_find_byte(cut, '\n')),
					 S("")));
	}
}

/* A permit without any condition, for every channel and way. */
static void add_permits(struct mutator *m, struct arena *a)
{
	static const char *const channels[] = {"transfer", "mail", "web", "screen", "media"};

	for (uint32_t f = 0; f < policy_zone_count(m->p); f++)
		for (uint32_t t = 0; t < policy_zone_count(m->p); t++)
			for (size_t c = 0; c < ARRAY_LEN(channels); c++) {
				const struct policy_zone *x = policy_zone(m->p, f);
				const struct policy_zone *y = policy_zone(m->p, t);
				char *line = arena_printf(a, "\npermit %s %.*s -> %.*s clause 1\n",
							  channels[c], (int)x->name.n,
							  (const char *)x->name.p, (int)y->name.n,
							  (const char *)y->name.p);

				REQUIRE(line);
				judge(m, join(a, m->text, slice_str(line), S("")));
			}
}

/* Flows that say less than `always network` asks for. */
static void add_flows(struct mutator *m, struct arena *a)
{
	for (uint32_t f = 0; f < policy_zone_count(m->p); f++)
		for (uint32_t t = 0; t < policy_zone_count(m->p); t++) {
			const struct policy_zone *x = policy_zone(m->p, f),
						 *y = policy_zone(m->p, t);
			char *line = arena_printf(
			    a, "\npermit network %.*s -> %.*s to any tcp 443 clause 1\n",
			    (int)x->name.n, (const char *)x->name.p, (int)y->name.n,
			    (const char *)y->name.p);
			struct slice text = join(a, m->text, slice_str(line), S(""));
			const struct policy *p;
			struct diag d = {0};
			unsigned by = 0;

			if (policy_load(a, text, m->basis, &p, &d) == OK)
				continue;
			CHECK(sscanf(d.text, "line %u denies what is not listed", &by) == 1);
			for (size_t i = 0; i < m->n; i++)
				if (m->st[i].line == by)
					m->caught[i] = 1;
		}
}

static void break_all(const char *policy, const char *basis)
{
	AUTO_ARENA a = arena_new(1u << 30);
	struct mutator m = {.p = NULL};
	unsigned promises = 0;
	AUTO_BUF b;

	REQUIRE(a);
	buf_init(&b, 1 << 20);
	m.basis = read_file(a, basis);
	REQUIRE(policy_format(read_file(a, policy), POLICY_SECRET, &b, NULL) == OK);
	m.text = arena_copy(a, buf_view(&b));
	REQUIRE(policy_load(a, m.text, m.basis, &m.p, NULL) == OK);
	m.n = policy_statements(m.p, &m.st);
	REQUIRE(m.n < ARRAY_LEN(m.caught));
	for (size_t i = 0; i < m.n; i++)
		mutate_rule(&m, a, &m.st[i]);
	add_permits(&m, a);
	add_flows(&m, a);
	for (size_t i = 0; i < m.n; i++) {
		bool proved = m.st[i].force == POLICY_PROVED;

		promises += proved;
		if (proved && !m.caught[i]) {
			printf("# %s: nothing broke line %u: %.*s\n", policy, m.st[i].line,
			       (int)m.st[i].text.n, (const char *)m.st[i].text.p);
			test_now.failed++;
		}
	}
	printf("# %s: %u promises, each broken and caught\n", policy, promises);
	CHECK(promises >= 5);
}

static void every_promise_is_broken_and_caught(void)
{
	for (size_t i = 0; i < ARRAY_LEN(shipped); i++)
		break_all(shipped[i].policy, shipped[i].basis);
}

TESTS(CASE(every_promise_is_broken_and_caught))
