/* A decision as one sentence, in Japanese or English. */
#include "base/calendar.h"
#include "policy/internal.h"

static void put_zone(const struct policy *p, uint32_t id, enum policy_lang lang,
		     enum policy_visibility audience, struct buf *out)
{
	if (id >= p->n_zones)
		buf_str(out, lang == POLICY_JA ? "定めのない領域" : "an unknown zone");
	else if (p->zones[id].visibility > audience)
		buf_str(out, lang == POLICY_JA ? "ある領域" : "a zone");
	else
		buf_slice(out, p->zones[id].label);
}

/* 「8(3)イ「無害化通信」」 and the line of the rule, as far as the audience may read them. */
static void put_source(const struct policy_decision *d, enum policy_lang lang,
		       enum policy_visibility audience, struct buf *out)
{
	if (d->visibility > audience) {
		buf_str(out,
			lang == POLICY_JA ? "公開しない定め" : "a provision that is not public");
		return;
	}
	buf_str(out, d->tree == POLICY_TREE_STANDARD ? (lang == POLICY_JA ? "対策基準" : "article ")
		     : lang == POLICY_JA             ? "条項"
						     : "clause ");
	buf_slice(out, d->clause);
	if (d->phrase.n) {
		buf_str(out, lang == POLICY_JA ? "「" : " \"");
		buf_slice(out, d->phrase);
		buf_str(out, lang == POLICY_JA ? "」" : "\"");
	}
	if (d->reason == POLICY_BY_RULE)
		buf_printf(out, lang == POLICY_JA ? "(規則%u行)" : " (rule on line %u)", d->line);
}

static uint32_t channel_of(const struct policy_request *rq)
{
	return (unsigned)rq->channel < POLICY_CHANNELS ? rq->channel : POLICY_TRANSFER;
}

static const char *const channels[POLICY_CHANNELS] = {"A transfer", "Mail", "Browsing the web",
						      "A screen transfer", "A move by medium"};

static void ja(const struct policy *p, const struct policy_request *rq,
	       const struct policy_decision *d, enum policy_visibility audience, struct buf *out)
{
	put_zone(p, rq->source, POLICY_JA, audience, out);
	buf_str(out, "から");
	put_zone(p, rq->destination, POLICY_JA, audience, out);
	buf_str(out, "への");
	buf_slice(out, policy_value(p, POLICY_A_CHANNEL, channel_of(rq)).ja);
	buf_str(out, "は、");
	if (d->reason == POLICY_NOT_IN_FORCE) {
		buf_str(out, "方針が");
		date_put_wareki(out, date_from_days(p->effective));
		buf_str(out, "施行のため、この日は許可しません。");
		return;
	}
	if (d->reason == POLICY_BY_DEFAULT)
		buf_str(out, "これを許可する定めがないため");
	if (d->reason == POLICY_BY_DEFAULT && d->clause.n)
		buf_str(out, "、");
	if (d->clause.n || d->reason == POLICY_BY_RULE) {
		put_source(d, POLICY_JA, audience, out);
		buf_str(out, "により");
	}
	if (d->permit && d->obligations) {
		buf_str(out, "、");
		policy_print_obligations(d, POLICY_JA, out);
		buf_str(out, "を条件として");
	}
	buf_str(out, d->permit ? "許可します。" : "許可しません。");
}

static void en(const struct policy *p, const struct policy_request *rq,
	       const struct policy_decision *d, enum policy_visibility audience, struct buf *out)
{
	buf_str(out, channels[channel_of(rq)]);
	buf_str(out, " from ");
	put_zone(p, rq->source, POLICY_EN, audience, out);
	buf_str(out, " to ");
	put_zone(p, rq->destination, POLICY_EN, audience, out);
	if (d->reason == POLICY_NOT_IN_FORCE) {
		buf_str(out, " is not permitted on this day: the policy is in force from ");
		date_put_iso(out, date_from_days(p->effective));
		buf_str(out, ".");
		return;
	}
	buf_str(out, d->permit ? " is permitted" : " is not permitted");
	if (d->reason == POLICY_BY_DEFAULT)
		buf_str(out, " because nothing permits it");
	if (d->clause.n || d->reason == POLICY_BY_RULE) {
		buf_str(out, d->reason == POLICY_BY_DEFAULT ? ", under " : " by ");
		put_source(d, POLICY_EN, audience, out);
	}
	if (d->permit && d->obligations) {
		buf_str(out, ", on these conditions: ");
		policy_print_obligations(d, POLICY_EN, out);
	}
	buf_str(out, ".");
}

void policy_explain(const struct policy *p, const struct policy_request *rq,
		    const struct policy_decision *d, enum policy_lang lang,
		    enum policy_visibility audience, struct buf *out)
{
	(lang == POLICY_JA ? ja : en)(p, rq, d, audience, out);
}
