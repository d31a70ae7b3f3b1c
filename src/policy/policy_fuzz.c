/*
 * The input is a policy, up to a NUL its basis. What loads must decide every request, explain it
 * and be printable; what does not must say where and why inside the text.
 */
#include "base/fuzz.h"
#include "policy/policy.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char basis[] =
	    "1 目的\n2 用語\n(1) 領域\n(2) 通信\n3 対策\n(1) ア\nア 無害化通信\n";
	struct slice in = slice_of(p, n), text = in, cited = slice_str(basis);
	size_t nul = slice_find_byte(in, 0);
	AUTO_ARENA a = arena_new(16u << 20);
	const struct policy *policy;
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
	return 0;
}
