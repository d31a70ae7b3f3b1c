/* decide: the policy's answer for a transfer, and what of it this program can do. */
#include <stdio.h>
#include "gateway/internal.h"
#include "gateway/past.h"
#include "policy/case.h"

#define JST_MS (9ll * 3600 * 1000)

/* Obligations that have a working handler here; every other one holds the transfer by name. */
#define HANDLED \
	(1u << POLICY_SANITIZE | 1u << POLICY_VERIFY | 1u << POLICY_RETAIN | \
	 1u << POLICY_RECORD_RECIPIENT)

int32_t jst_day(int64_t utc_ms)
{
	int64_t ms = utc_ms + JST_MS;

	return (int32_t)(ms >= 0 ? ms / DAY_MS : (ms - DAY_MS + 1) / DAY_MS);
}

int64_t jst_day_start_ms(int32_t day)
{
	return day * DAY_MS - JST_MS;
}

/* Days since 1970-01-01 to year and month: years are counted from March, eras of 400 years. */
int jst_fiscal_year(int64_t utc_ms)
{
	int64_t days = jst_day(utc_ms) + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t in_era = days - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153; /* 0 is March */

	/* A 年度 begins on 1 April: March belongs to the year before. */
	return (int)(year + era * 400) - (month == 0 ? 1 : 0);
}

bool gateway_handles(uint32_t obligations, enum policy_method sanitize)
{
	return (obligations & ~HANDLED) == 0 && sanitize != POLICY_FLATTEN;
}

static const char *missing_of(const struct policy_decision *d)
{
	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++)
		if ((d->obligations & (1u << o)) && !(HANDLED & (1u << o)))
			return policy_obligation_word((enum policy_obligation)o, d->sanitize);
	if (d->sanitize == POLICY_FLATTEN)
		return policy_obligation_word(POLICY_SANITIZE, d->sanitize);
	return NULL;
}

static void print_obligations(struct verdict *v)
{
	size_t at = 0;

	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++) {
		int n;

		if (!(v->d.obligations & (1u << o)))
			continue;
		n = snprintf(v->obligations + at, sizeof v->obligations - at, "%s%s", at ? " " : "",
			     policy_obligation_word((enum policy_obligation)o, v->d.sanitize));
		if (n < 0 || (size_t)n >= sizeof v->obligations - at)
			break;
		at += (size_t)n;
	}
}

void verdict_of(struct gateway *g, const struct transfer_row *t, struct verdict *ret)
{
	AUTO_BUF b;
	AUTO_BUF rules;

	buf_init(&b, sizeof ret->case_text - 1);
	buf_init(&rules, sizeof ret->rule - 1);
	*ret = (struct verdict){0};
	/* A zone that the policy in force does not know any more: nothing is permitted. */
	if (!case_of(g, t, &ret->rq)) {
		ret->d.rule = POLICY_NONE;
		return;
	}
	ret->known = true;
	case_decide(g->policy, t->state >= TRANSFER_VERIFYING, &ret->rq, &ret->d);
	policy_case_put(&ret->rq, &b);
	if (buf_err(&b) == OK)
		memcpy(ret->case_text, b.p, b.n);
	past_rules(g->policy, &ret->rq, &rules);
	if (buf_err(&rules) == OK)
		memcpy(ret->rule, rules.p, rules.n);
	if (ret->d.permit) {
		ret->missing = missing_of(&ret->d);
		print_obligations(ret);
	}
}

void verdict_put(const struct verdict *v, struct transfer_row *t, struct gateway *g)
{
	int64_t until = now(g) + RETAIN_DAYS * DAY_MS;

	t->clause = v->d.clause;
	t->rule = slice_str(v->rule);
	t->decided_case = slice_str(v->case_text);
	if (v->d.permit && (v->d.obligations & (1u << POLICY_RETAIN)))
		until = jst_day_start_ms(v->d.retain_until + 1);
	if (t->purge_ms < until)
		t->purge_ms = until;
}

static enum err explain(struct gateway *g, const struct policy_request *rq, const struct verdict *v,
			enum policy_lang lang, struct arena *a, struct slice *ret)
{
	AUTO_BUF b;

	buf_init(&b, 2000);
	policy_explain(g->policy, rq, &v->d, lang, POLICY_INTERNAL, &b);
	TRY(buf_err(&b));
	*ret = arena_copy(a, buf_view(&b));
	return ret->p ? OK : ERR_MEMORY;
}

enum err verdict_explain(struct gateway *g, const struct verdict *v, struct arena *a,
			 struct reply *r)
{
	if (!v->known)
		return OK;
	TRY(explain(g, &v->rq, v, POLICY_JA, a, &r->why_ja));
	TRY(explain(g, &v->rq, v, POLICY_EN, a, &r->why_en));
	if (v->d.visibility <= POLICY_INTERNAL)
		r->clause = v->d.clause;
	return OK;
}

/* Whether the marking says the label, also with full-width digits. */
static bool says(struct slice marking, struct slice label)
{
	uint8_t wide[128];
	size_t n = 0;

	if (slice_find(marking, label) != SIZE_MAX)
		return true;
	for (size_t i = 0; i < label.n && n + 3 <= sizeof wide; i++) {
		bool digit = label.p[i] >= '0' && label.p[i] <= '9';

		if (digit) {
			wide[n++] = 0xEF;
			wide[n++] = 0xBC;
			wide[n++] = (uint8_t)(0x90 + label.p[i] - '0');
		} else {
			wide[n++] = label.p[i];
		}
	}
	return slice_find(marking, slice_of(wide, n)) != SIZE_MAX;
}

uint32_t marking_level(const struct policy *p, struct slice marking)
{
	const struct policy_level *level;
	size_t n = policy_confidentiality(p, &level);

	if (marking.n == 0 || n == 0)
		return 0;
	for (size_t i = n; i-- > 0;)
		if (says(marking, level[i].label))
			return level[i].level;
	/* 「秘」, "Confidential": it says something, so it is taken for the most it could say. */
	return level[n - 1].level;
}

/* -- the step -------------------------------------------------------------------------------------
 */

enum err verdict_obey(struct gateway *g, struct transfer_row *t, const struct verdict *v,
		      bool *ret_on)
{
	*ret_on = false;
	if (!v->d.permit)
		return life_stop(g, t, TRANSFER_REFUSED, "forbidden", slice_of(NULL, 0));
	if (v->missing)
		return life_stop(g, t, TRANSFER_HELD, "obligation", slice_str(v->missing));
	*ret_on = true;
	return OK;
}

bool verdict_wants_text(const struct transfer_row *t, const struct verdict *v)
{
	return v->d.sanitize == POLICY_TEXT || slice_eq_str(t->method, "text");
}

enum err decide_in_step(struct gateway *g, struct transfer_row *t)
{
	struct record_field fields[3];
	struct verdict v;
	bool on;

	verdict_of(g, t, &v);
	verdict_put(&v, t, g);
	TRY(verdict_obey(g, t, &v, &on));
	if (!on)
		return OK;
	if (t->size > policy_limits(g->policy).input_bytes)
		return life_stop(g, t, TRANSFER_HELD, "too-large", slice_of(NULL, 0));
	fields[0] = (struct record_field){.key = "effect", .value = S("permit")};
	fields[1] = (struct record_field){
	    .key = "method", .value = verdict_wants_text(t, &v) ? S("text") : S("rebuild")};
	fields[2] = (struct record_field){.key = "obligations", .value = slice_str(v.obligations)};
	return life_move(g, t, TRANSFER_SANITIZING, "transfer.decided", S("system"), fields, 3);
}

enum err step_decide(struct gateway *g, struct transfer_row *t)
{
	TRY(step_begin(g));
	TRY(decide_in_step(g, t));
	return commit(g);
}
