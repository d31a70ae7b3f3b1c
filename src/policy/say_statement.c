/* A statement as one sentence, in Japanese or English. */
#include "base/calendar.h"
#include "policy/internal.h"

struct say {
	const struct policy *p;
	const struct policy_statement *s;
	struct policy_space space;
	enum policy_visibility audience;
	struct buf *out;
	bool ja;
};

static void put(struct say *y, const char *ja, const char *en)
{
	buf_str(y->out, y->ja ? ja : en);
}

static void put_label(struct say *y)
{
	put(y, "「", "\"");
	buf_slice(y->out, y->s->label.n ? y->s->label : y->s->name);
	put(y, "」", "\"");
}

static void put_day(struct say *y, int32_t day)
{
	if (y->ja)
		date_put_wareki(y->out, date_from_days(day));
	else
		date_put_iso(y->out, date_from_days(day));
}

static void put_term(struct say *y, const struct term *t)
{
	struct policy_box b = policy_box_all(&y->space);

	for (size_t k = 0; k < POLICY_ATTRS; k++)
		b.set[k] &= t->set[k];
	policy_box_print(&y->space, &b, y->ja ? POLICY_JA : POLICY_EN, y->audience, y->out);
}

static void put_terms(struct say *y, const struct term *t, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			put(y, "、又は", "; or ");
		put_term(y, &t[i]);
	}
}

static void say_rule(struct say *y)
{
	const struct rule *r = &y->p->rules[y->s->rule];
	struct policy_outcome o = policy_rule_outcome(r);

	put_terms(y, r->terms, r->n_terms);
	if (r->forbid) {
		put(y, "は、許可しない。", ": not permitted.");
		return;
	}
	put(y, "は、", ": ");
	policy_outcome_print(&o, y->ja ? POLICY_JA : POLICY_EN, y->out);
	put(y, "する。", ".");
}

static void put_lacks(struct say *y, const struct never *n)
{
	const char *sep = "";

	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++) {
		if (!(n->unless & BIT(o)))
			continue;
		buf_str(y->out, sep);
		/* Any method will do. */
		buf_str(y->out, o == POLICY_SANITIZE
				    ? (y->ja ? "無害化" : "sanitizing")
				    : policy_obligation_label(o, POLICY_METHOD_NONE,
							      y->ja ? POLICY_JA : POLICY_EN));
		sep = y->ja ? "又は" : " or ";
	}
	if (n->unless_exception) {
		buf_str(y->out, sep);
		put(y, "例外措置", "an exception");
	}
}

static const struct never *never_of(const struct say *y)
{
	uint32_t at = (uint32_t)(y->s - y->p->statements);

	for (size_t i = 0; i < y->p->n_nevers; i++)
		if (y->p->nevers[i].statement == at)
			return &y->p->nevers[i];
	return NULL;
}

static void say_never(struct say *y)
{
	const struct never *n = never_of(y);
	struct term whole;

	if (!n && y->s->kind == POLICY_KIND_NEVER) {
		put(y, "自らの申請を自ら許可してはならない。",
		    "Nobody approves a request of their own.");
		return;
	}
	if (!n) {
		put(y, "記載のない通信は、許可しない。", "Traffic that is not listed is denied.");
		return;
	}
	for (size_t k = 0; k < POLICY_ATTRS; k++)
		whole.set[k] = SET_ALL;
	for (uint32_t i = 0; i < n->n_terms || i == 0; i++) {
		struct term t = n->n_terms ? n->terms[i] : whole;

		t.set[POLICY_A_CHANNEL] &= n->channels;
		t.set[POLICY_A_SOURCE] &= n->from;
		t.set[POLICY_A_DESTINATION] &= n->to;
		if (i)
			put(y, "、又は", "; or ");
		put_term(y, &t);
	}
	if (n->chains)
		put(y, "は、他の領域を経由する場合も含め", ", also by way of other zones");
	else
		put(y, "は", "");
	if (n->unless || n->unless_exception) {
		put(y, "、", ": never without ");
		put_lacks(y, n);
		put(y, "なしに行ってはならない。", ".");
	} else {
		put(y, "、行ってはならない。", ": never.");
	}
}

static void say_flow(struct say *y)
{
	const struct policy_flow *f = &y->p->flows[y->s->flow];

	buf_slice(y->out, y->p->zones[f->source].label);
	put(y, "から", " to ");
	buf_slice(y->out, y->p->zones[f->destination].label);
	put(y, "への特定通信", ": named flow");
	if (f->label.n) {
		put(y, "「", " \"");
		buf_slice(y->out, f->label);
		put(y, "」", "\"");
	}
	if (f->until) {
		put(y, "を、", " until ");
		put_day(y, f->until);
		put(y, "まで許可する。", ".");
	} else {
		put(y, "を許可する。", ".");
	}
}

static struct slice who_label(const struct say *y)
{
	for (size_t i = 0; i < y->p->n_roles; i++)
		if (slice_eq(y->p->roles[i].name, y->s->who))
			return y->p->roles[i].label;
	return y->ja ? S("職員等") : S("staff");
}

static void say_cadence(struct say *y)
{
	policy_cadence_print(y->s->every, y->ja ? POLICY_JA : POLICY_EN, y->out);
}

static void say_duty(struct say *y)
{
	if (y->ja) {
		buf_slice(y->out, who_label(y));
		buf_str(y->out, "は、");
		put_label(y);
		buf_str(y->out, "を");
		say_cadence(y);
		buf_str(y->out, "行う。");
	} else {
		put_label(y);
		buf_str(y->out, " is done by ");
		buf_slice(y->out, who_label(y));
		buf_byte(y->out, ' ');
		say_cadence(y);
		buf_byte(y->out, '.');
	}
}

static void say_control(struct say *y)
{
	put_label(y);
	put(y, "を", " is confirmed ");
	say_cadence(y);
	put(y, "、", " by ");
	if (y->s->evidence.n) {
		put(y, "記録(", "records (");
		buf_slice(y->out, y->s->evidence);
		put(y, ")により確認する。", ").");
	} else {
		buf_slice(y->out, who_label(y));
		put(y, "が確認する。", ".");
	}
}

static void say_exception(struct say *y)
{
	put(y, "例外措置", "The exception ");
	put_label(y);
	put(y, "は、", " lasts until ");
	put_day(y, y->s->until);
	put(y, "までとする。", ".");
}

static void say_scale(struct say *y)
{
	for (size_t i = 0; i < POLICY_SCALES; i++) {
		const struct scale *s = &y->p->scale[i];

		if (!slice_eq_str(y->s->name,
				  policy_attr_word(POLICY_A_CONFIDENTIALITY + (unsigned)i)))
			continue;
		put(y, "情報資産を、", "Information is classed as ");
		for (size_t k = 0; k < s->n; k++) {
			if (k)
				put(y, "・", ", ");
			buf_slice(y->out, s->levels[k].label);
		}
		put(y, "に分類する。", ".");
	}
}

/* What needs no more than its name or its words. */
static void say_words(struct say *y)
{
	buf_slice(y->out, y->s->label.n ? y->s->label : y->s->text);
	put(y, "。", ".");
}

/* Which line of the table it is stands in its words. */
static void say_finding(struct say *y)
{
	for (uint32_t c = 1; c < 4; c++)
		for (uint32_t s = 0; s < POLICY_SCALES; s++) {
			struct policy_value v = policy_value(y->p, POLICY_A_CONTAINS, c);
			const char *scale = policy_attr_word(POLICY_A_CONFIDENTIALITY + s);
			struct slice label;

			if (!y->p->raise[c][s] || slice_find(y->s->text, v.word) == SIZE_MAX ||
			    slice_find(y->s->text, slice_str(scale)) == SIZE_MAX)
				continue;
			label = y->p->scale[s].levels[y->p->raise[c][s] - 1].label;
			buf_slice(y->out, y->ja ? v.ja : v.en);
			put(y, "ものは、", " counts as ");
			buf_slice(y->out, label);
			put(y, "以上として扱う。", " or above.");
		}
}

static void say_default(struct say *y)
{
	put(y, "許可する定めのないものは、許可しない。", "What nothing permits is not permitted.");
}

static void say_under(struct say *y)
{
	put(y, "対策基準", "Article ");
	buf_slice(y->out, y->s->label);
	put(y, "は、基本方針", " works out clause ");
	buf_slice(y->out, y->s->clause);
	if (y->s->phrase.n) {
		put(y, "「", " \"");
		buf_slice(y->out, y->s->phrase);
		put(y, "」", "\"");
	}
	put(y, "を具体化する。", ".");
}

static void (*const sayers[POLICY_KINDS])(struct say *y) = {
    [POLICY_KIND_ZONE] = say_words,      [POLICY_KIND_SCALE] = say_scale,
    [POLICY_KIND_ROLE] = say_words,      [POLICY_KIND_EXCEPTION] = say_exception,
    [POLICY_KIND_PERMIT] = say_rule,     [POLICY_KIND_FORBID] = say_rule,
    [POLICY_KIND_FLOW] = say_flow,       [POLICY_KIND_REQUIRE] = say_rule,
    [POLICY_KIND_FINDING] = say_finding, [POLICY_KIND_DEFAULT] = say_default,
    [POLICY_KIND_NEVER] = say_never,     [POLICY_KIND_ALWAYS] = say_never,
    [POLICY_KIND_DUTY] = say_duty,       [POLICY_KIND_CONTROL] = say_control,
    [POLICY_KIND_LIMIT] = say_words,     [POLICY_KIND_HIDDEN] = say_words,
    [POLICY_KIND_UNDER] = say_under,
};

void policy_statement_print(const struct policy *p, const struct policy_statement *s,
			    enum policy_lang lang, enum policy_visibility audience, struct buf *out)
{
	AUTO_ARENA a = arena_new(1 << 16);
	struct say y = {.p = p, .s = s, .audience = audience, .out = out, .ja = lang == POLICY_JA};

	if (s->visibility > audience || !a || policy_space_of(a, p, &y.space) != OK)
		return;
	sayers[s->kind](&y);
}
