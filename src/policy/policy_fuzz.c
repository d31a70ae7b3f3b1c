/*
 * The input is a policy, up to a NUL its basis. What loads must decide every request, explain it
 * and be printable; what does not must say where and why inside the text.
 */
#include "base/fuzz.h"
#include "policy/analyse.h"
#include "policy/format.h"

static void ask(const struct policy *p, const struct policy_request *rq)
{
	struct policy_decision d;
	AUTO_BUF b;

	buf_init(&b, 1 << 20);
	policy_decide(p, rq, &d);
	BUG_IF(d.permit && (d.reason != POLICY_BY_RULE || d.rule >= policy_rule_count(p)));
	BUG_IF(!d.permit && d.obligations);
	policy_explain(p, rq, &d, POLICY_JA, POLICY_PUBLIC, &b);
	policy_explain(p, rq, &d, POLICY_EN, POLICY_SECRET, &b);
	BUG_IF(buf_err(&b));
}

static void ask_all(const struct policy *p)
{
	struct policy_request rq = {0};

	for (uint32_t s = 0; s < policy_zone_count(p); s++)
		for (uint32_t t = 0; t < policy_zone_count(p); t++)
			for (unsigned i = 0; i < 16; i++) {
				rq.source = s;
				rq.destination = t;
				rq.confidentiality = i & 3;
				rq.contains = i % 3;
				rq.recipient = i / 3 % 3;
				rq.exception = i & 1;
				rq.day = 21000;
				ask(p, &rq);
			}
}

/* Every statement prints; what nobody may read prints nothing. */
static void say_all(const struct policy *p)
{
	const struct policy_statement *s;
	size_t n = policy_statements(p, &s);
	AUTO_BUF b;

	buf_init(&b, 16u << 20);
	for (size_t i = 0; i < n; i++) {
		uint32_t at;

		BUG_IF(policy_statement_by_id(p, s[i].id, &at) != OK || at != i);
		b.n = 0;
		policy_statement_print(p, &s[i], POLICY_EN, POLICY_SECRET, &b);
		BUG_IF(b.n == 0 || buf_err(&b));
		b.n = 0;
		policy_statement_print(p, &s[i], POLICY_JA, POLICY_PUBLIC, &b);
		BUG_IF((b.n != 0) != (s[i].visibility == POLICY_PUBLIC));
	}
}

/* A policy is not different from itself, and a broken promise is broken by what it permits. */
static void prove(struct arena *a, const struct policy *p, bool draft)
{
	struct policy_proof proof;
	struct policy_diff df;
	struct policy_decision d;

	if (policy_verify(a, p, &proof, NULL) != OK || policy_diff(a, p, p, 8, &df, NULL) != OK)
		return; /* too large */
	BUG_IF(!draft && proof.n_breaches);
	BUG_IF(df.permitted || df.forbidden || df.altered || df.n_changes);
	for (size_t i = 0; i < proof.n_breaches; i++)
		for (size_t h = 0; h < proof.breaches[i].hops; h++) {
			policy_decide(p, &proof.breaches[i].hop[h], &d);
			BUG_IF(!d.permit);
		}
}

/* The layout reads as the same statements, and is its own layout. */
static void lay_out(struct arena *a, struct slice text, struct slice basis, const struct policy *p)
{
	const struct policy_statement *s, *t;
	const struct policy *again;
	AUTO_BUF b;
	AUTO_BUF c;
	size_t n;

	buf_init(&b, 4u << 20);
	buf_init(&c, 4u << 20);
	if (policy_format(text, POLICY_SECRET, &b, NULL) != OK)
		return;
	BUG_IF(policy_format(buf_view(&b), POLICY_SECRET, &c, NULL) != OK);
	BUG_IF(!slice_eq(buf_view(&b), buf_view(&c)));
	if (!p || policy_load_draft(a, buf_view(&b), basis, S(""), &again, NULL) == ERR_MEMORY)
		return;
	BUG_IF(policy_load_draft(a, buf_view(&b), basis, S(""), &again, NULL) != OK);
	n = policy_statements(p, &s);
	BUG_IF(policy_statements(again, &t) != n);
	for (size_t i = 0; i < n; i++)
		BUG_IF(!slice_eq(s[i].id, t[i].id) || s[i].words != t[i].words);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char basis[] =
	    "1 目的\n2 用語\n(1) 領域\n(2) 通信\n3 対策\n(1) ア\nア 無害化通信\n";
	struct slice in = slice_of(p, n), text = in, cited = slice_str(basis);
	size_t nul = slice_find_byte(in, 0);
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *policy = NULL, *draft = NULL;
	struct diag d = {0};
	AUTO_BUF b = {0};
	enum err e;

	if (!a)
		return 0;
	if (nul != SIZE_MAX) {
		text = slice_head(in, nul);
		cited = slice_from(in, nul + 1);
	}
	buf_init(&b, 1 << 20);
	e = policy_load(a, text, cited, &policy, &d);
	if (e == OK) {
		ask_all(policy);
	} else if (e != ERR_MEMORY) {
		BUG_IF(!d.text[0] || !d.line || !d.column);
		policy_print_diag("fuzz", d.part[0] ? cited : text, &d, &b);
		BUG_IF(buf_err(&b));
	}
	if (text.n < 1 << 14 && policy_load_draft(a, text, cited, S(""), &draft, NULL) == OK) {
		say_all(draft);
		prove(a, draft, e != OK);
	}
	if (text.n < 1 << 14)
		lay_out(a, text, cited, draft);
	return 0;
}
