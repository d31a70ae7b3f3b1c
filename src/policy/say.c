/* Cases, outcomes and cadences in the words of people. */
#include "policy/model.h"

__attribute__((format_arg(2), format_arg(3))) static const char *
pick(enum policy_lang lang, const char *ja, const char *en)
{
	return lang == POLICY_JA ? ja : en;
}

static void put_value(const struct policy_value *v, enum policy_lang lang,
		      enum policy_visibility audience, struct buf *out)
{
	if (v->visibility > audience)
		buf_str(out, pick(lang, "(非公開)", "(not public)"));
	else
		buf_slice(out, lang == POLICY_JA ? v->ja : v->en);
}

static void put_values(const struct policy_space *s, enum policy_attr a, uint32_t set,
		       enum policy_lang lang, enum policy_visibility audience, struct buf *out)
{
	const char *sep = "";

	for (; set; set &= set - 1) {
		buf_str(out, sep);
		put_value(&s->value[a][__builtin_ctz(set)], lang, audience, out);
		sep = pick(lang, "・", " or ");
	}
}

static bool whole(const struct policy_space *s, const struct policy_box *b, enum policy_attr a)
{
	return b->set[a] == SET_ALL >> (32 - s->n[a]);
}

/* The attribute's values, or `any` where every one is there. */
static void put_route(const struct policy_space *s, const struct policy_box *b, enum policy_attr a,
		      enum policy_lang lang, enum policy_visibility audience, struct buf *out)
{
	if (whole(s, b, a))
		buf_str(out, a == POLICY_A_CHANNEL
				 ? pick(lang, "あらゆる経路でのやり取り", "content by any channel")
				 : pick(lang, "すべての領域", "any zone"));
	else
		put_values(s, a, b->set[a], lang, audience, out);
}

void policy_box_print(const struct policy_space *s, const struct policy_box *b,
		      enum policy_lang lang, enum policy_visibility audience, struct buf *out)
{
	bool any = false;

	if (lang == POLICY_JA) {
		put_route(s, b, POLICY_A_SOURCE, lang, audience, out);
		buf_str(out, "から");
		put_route(s, b, POLICY_A_DESTINATION, lang, audience, out);
		buf_str(out, "への");
		put_route(s, b, POLICY_A_CHANNEL, lang, audience, out);
	} else {
		put_route(s, b, POLICY_A_CHANNEL, lang, audience, out);
		buf_str(out, " from ");
		put_route(s, b, POLICY_A_SOURCE, lang, audience, out);
		buf_str(out, " to ");
		put_route(s, b, POLICY_A_DESTINATION, lang, audience, out);
	}
	for (enum policy_attr a = POLICY_A_EXCEPTION; a < POLICY_ATTRS; a++) {
		if (whole(s, b, a))
			continue;
		buf_str(out, any ? pick(lang, "、", ", ") : pick(lang, "(", " ("));
		any = true;
		put_values(s, a, b->set[a], lang, audience, out);
	}
	if (any)
		buf_byte(out, ')');
}

static void put_retain(uint32_t n, const char *ja, const char *one, const char *many,
		       enum policy_lang lang, const char **sep, struct buf *out)
{
	if (!n)
		return;
	buf_str(out, *sep);
	*sep = pick(lang, "、", ", ");
	if (lang == POLICY_JA) {
		buf_printf(out, "%u", n);
		buf_str(out, ja);
	} else {
		buf_printf(out, "retain %u %s", n, n == 1 ? one : many);
	}
}

void policy_outcome_print(const struct policy_outcome *o, enum policy_lang lang, struct buf *out)
{
	const char *sep = "";

	if (!o->permit) {
		buf_str(out, pick(lang, "許可しない", "not permitted"));
		return;
	}
	if (lang == POLICY_EN)
		buf_str(out, o->obligations ? "permitted on these conditions: " : "permitted");
	for (unsigned k = 0; k < POLICY_OBLIGATIONS; k++) {
		if (!(o->obligations & BIT(k)) || k == POLICY_RETAIN)
			continue;
		buf_str(out, sep);
		buf_str(out, policy_obligation_label(k, o->sanitize, lang));
		sep = pick(lang, "、", ", ");
	}
	put_retain(o->retain_days, "日間の保存", "day", "days", lang, &sep, out);
	put_retain(o->retain_years, "年間の保存", "year", "years", lang, &sep, out);
	put_retain(o->retain_fiscal, "年度間の保存", "fiscal year", "fiscal years", lang, &sep,
		   out);
	if (lang == POLICY_JA)
		buf_str(out, o->obligations ? "を条件に許可" : "条件なしで許可");
}

void policy_cadence_print(struct policy_cadence c, enum policy_lang lang, struct buf *out)
{
	static const char *const ja[] = {"日", "週間", "か月", "年", "年度"};
	static const char *const en[] = {"day", "week", "month", "year", "fiscal year"};

	if (!c.n)
		return;
	if (lang == POLICY_JA)
		buf_printf(out, "%u%sに1回", c.n, ja[c.unit]);
	else if (c.n == 1)
		buf_printf(out, "every %s", en[c.unit]);
	else
		buf_printf(out, "every %u %ss", c.n, en[c.unit]);
}

/* ── a breach ────────────────────────────────────────────────────────────── */

static void put_request(const struct policy *p, const struct policy_request *rq,
			enum policy_lang lang, struct buf *out)
{
	uint32_t v[POLICY_ATTRS];
	struct policy_value route[3];

	policy_request_case(rq, v);
	for (unsigned i = 0; i < 3; i++)
		route[i] = policy_value(p, i, v[i]);
	put_value(&route[POLICY_A_SOURCE], lang, POLICY_SECRET, out);
	buf_str(out, pick(lang, "から", " to "));
	put_value(&route[POLICY_A_DESTINATION], lang, POLICY_SECRET, out);
	buf_str(out, pick(lang, "への", " by "));
	put_value(&route[POLICY_A_CHANNEL], lang, POLICY_SECRET, out);
	for (enum policy_attr a = POLICY_A_EXCEPTION; a < POLICY_ATTRS; a++) {
		struct policy_value pv = policy_value(p, a, v[a]);

		if (policy_value_count(p, a) == 1)
			continue;
		buf_str(out, pick(lang, "、", ", "));
		put_value(&pv, lang, POLICY_SECRET, out);
	}
}

void policy_breach_print(const struct policy *p, const struct policy_breach *b,
			 enum policy_lang lang, struct buf *out)
{
	for (size_t i = 0; i < b->hops; i++) {
		struct policy_decision d;

		policy_decide(p, &b->hop[i], &d);
		buf_printf(out, "%zu. ", i + 1);
		put_request(p, &b->hop[i], lang, out);
		buf_printf(
		    out, pick(lang, ": %u行の規則が許可\n", ": permitted by the rule on line %u\n"),
		    d.line);
	}
}

/* ── a diff ──────────────────────────────────────────────────────────────── */

static void put_count(uint64_t n, enum policy_lang lang, struct buf *out)
{
	buf_printf(out, "%llu%s", (unsigned long long)n,
		   lang == POLICY_JA ? "通り"
		   : n == 1          ? " case"
				     : " cases");
}

static void put_change(const struct policy_change *c, enum policy_lang lang, struct buf *out)
{
	const struct policy_statement *s = c->after ? c->after : c->before;
	const char *what = !c->before  ? pick(lang, "追加", "added")
			   : !c->after ? pick(lang, "削除", "taken away")
				       : pick(lang, "変更", "changed");

	buf_printf(out, "  %s: ", what);
	buf_slice(out, s->id);
	if (s->label.n) {
		buf_byte(out, ' ');
		buf_slice(out, s->label);
	}
	buf_printf(out, pick(lang, " (%u行)\n", " (line %u)\n"), s->line);
}

static bool shown(const struct policy_change *c, enum policy_visibility audience)
{
	return (!c->before || c->before->visibility <= audience) &&
	       (!c->after || c->after->visibility <= audience);
}

void policy_diff_print(const struct policy_diff *df, enum policy_lang lang,
		       enum policy_visibility audience, struct buf *out)
{
	buf_str(out, pick(lang, "新たに許可: ", "becomes permitted: "));
	put_count(df->permitted, lang, out);
	buf_str(out, pick(lang, "、許可しなくなる: ", "; no longer permitted: "));
	put_count(df->forbidden, lang, out);
	buf_str(out, pick(lang, "、条件が変わる: ", "; other conditions: "));
	put_count(df->altered, lang, out);
	buf_printf(out, pick(lang, " (全%llu通りのうち)\n", " (of %llu cases)\n"),
		   (unsigned long long)df->space.cases);
	for (size_t i = 0; i < df->n_groups; i++) {
		const struct policy_group *g = &df->groups[i];

		buf_str(out, "- ");
		policy_box_print(&df->space, &g->box, lang, audience, out);
		buf_str(out, ": ");
		put_count(g->cases, lang, out);
		buf_str(out, "\n    ");
		policy_outcome_print(&g->before, lang, out);
		buf_str(out, pick(lang, " → ", " -> "));
		policy_outcome_print(&g->after, lang, out);
		buf_byte(out, '\n');
	}
	if (df->rest) {
		buf_str(out, pick(lang, "- ほか ", "- and "));
		put_count(df->rest, lang, out);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < df->n_changes; i++)
		if (shown(&df->changes[i], audience))
			put_change(&df->changes[i], lang, out);
}
