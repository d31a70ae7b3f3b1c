/* change: see change.h. */
#include "governance/change.h"

#include <stdio.h>
#include "base/calendar.h"
#include "governance/office.h"
#include "governance/texts.h"

#define FIELDS 6
#define ORGANS_MAX 64

static const char *const opinions[CHANGE_OPINIONS] = {"remark", "agree", "object"};
static const char *const verdicts[CHANGE_VERDICTS] = {"approve", "return", "refuse"};

const char *change_opinion_word(enum change_opinion o)
{
	return opinions[o];
}

const char *change_verdict_word(enum change_verdict v)
{
	return verdicts[v];
}

enum err change_opinion_of(struct slice word, enum change_opinion *ret)
{
	for (unsigned i = 0; i < CHANGE_OPINIONS; i++)
		if (slice_eq_str(word, opinions[i])) {
			*ret = (enum change_opinion)i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

enum err change_verdict_of(struct slice word, enum change_verdict *ret)
{
	for (unsigned i = 0; i < CHANGE_VERDICTS; i++)
		if (slice_eq_str(word, verdicts[i])) {
			*ret = (enum change_verdict)i;
			return OK;
		}
	return ERR_NOT_FOUND;
}

static int32_t day_of(int64_t ms)
{
	return (int32_t)date_days(jst_from_unix(ms / 1000).date);
}

static enum err no(enum err e, const char *reason, const char **ret_why)
{
	*ret_why = reason;
	return e;
}

/* -- entries ------------------------------------------------------------------------------------
 */

static enum err append(struct store *s, struct arena *a, int64_t id, const char *type,
		       struct slice actor, int64_t now_ms, const struct record_field *fields,
		       size_t n)
{
	char *stream = arena_printf(a, "change/%lld", (long long)id);

	if (!stream || arena_failed(a))
		return ERR_MEMORY;
	return record_append(s,
			     &(struct record_event){.type = type,
						    .stream = slice_str(stream),
						    .actor = actor,
						    .at_ms = now_ms,
						    .fields = fields,
						    .n = n},
			     NULL);
}

static struct slice hex_of(struct arena *a, struct slice hash)
{
	struct hash h;
	char hex[65];

	if (hash.n != sizeof h.b)
		return S("none");
	memcpy(h.b, hash.p, sizeof h.b);
	hash_hex(h, hex);
	return arena_copy(a, slice_str(hex));
}

static struct slice number(struct arena *a, uint64_t n)
{
	char *t = arena_printf(a, "%llu", (unsigned long long)n);

	return slice_str(t ? t : "");
}

/* Ends a step: the row in its new state, and the entry. */
static enum err move(struct store *s, struct arena *a, struct store_change *c, enum change_state to,
		     const char *type, struct slice actor, int64_t now_ms,
		     const struct record_field *fields, size_t n)
{
	c->state = to;
	c->changed_ms = now_ms;
	TRY(store_change_set(s, c));
	return append(s, a, c->id, type, actor, now_ms, fields, n);
}

/* -- who ----------------------------------------------------------------------------------------
 */

static enum err in_office(struct store *s, struct arena *a, const struct change_act *by,
			  struct slice office, bool *ret)
{
	return office_holds(s, a, by->login, office, day_of(by->now_ms), ret);
}

static enum err want_office(struct store *s, struct arena *a, const struct change_act *by,
			    const char **ret_why)
{
	bool some;

	TRY(in_office(s, a, by, (struct slice){0}, &some));
	return some ? OK : no(ERR_FORBIDDEN, "change-no-office", ret_why);
}

enum err change_get(struct store *s, struct arena *a, struct slice zone, int64_t id,
		    struct store_change *ret)
{
	struct store_change c;

	TRY(store_change_get(s, id, a, &c));
	if (!slice_eq(c.zone, zone))
		return ERR_NOT_FOUND;
	*ret = c;
	return OK;
}

bool change_is_told(const struct policy *in_force, const struct store_change *c, struct slice zone,
		    int32_t day)
{
	const uint32_t done = 1u << POLICY_SANITIZE | 1u << POLICY_VERIFY |
			      1u << POLICY_APPROVAL_HEAD | 1u << POLICY_APPROVAL_TWO |
			      1u << POLICY_RECORD_RECIPIENT | 1u << POLICY_RETAIN;
	struct policy_request rq = {.channel = POLICY_TRANSFER,
				    .confidentiality = 1,
				    .type = POLICY_TYPE_TEXT,
				    .recipient = POLICY_RECIPIENT_REGISTERED,
				    .day = day};
	struct policy_decision d;

	if (c->state != CHANGE_DECIDED && c->state != CHANGE_IN_FORCE)
		return false;
	if (slice_eq(c->zone, zone))
		return true;
	if (policy_zone_by_name(in_force, c->zone, &rq.source) != OK ||
	    policy_zone_by_name(in_force, zone, &rq.destination) != OK)
		return false;
	policy_decide(in_force, &rq, &d);
	return d.permit && !(d.obligations & ~done);
}

enum err change_get_told(struct store *s, struct arena *a, const struct policy *in_force,
			 struct slice zone, int64_t id, int32_t day, struct store_change *ret)
{
	struct store_change c;

	TRY(store_change_get(s, id, a, &c));
	if (!change_is_told(in_force, &c, zone, day))
		return ERR_NOT_FOUND;
	*ret = c;
	return OK;
}

/* A change in that state, of this drafter. */
static enum err my_change(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
			  unsigned states, struct store_change *ret, const char **ret_why)
{
	TRY(want_office(s, a, by, ret_why));
	TRY(change_get(s, a, by->zone, id, ret));
	if (!slice_eq(ret->drafter, by->login))
		return no(ERR_FORBIDDEN, "change-not-drafter", ret_why);
	if (!(states & (1u << ret->state)))
		return no(ERR_CONFLICT, "change-state", ret_why);
	return OK;
}

static bool text_ok(struct slice s, size_t max, bool must)
{
	return s.n <= max && (!must || slice_trim(s).n > 0);
}

/* -- drafting -----------------------------------------------------------------------------------
 */

enum err change_open(struct store *s, struct arena *a, const struct change_act *by,
		     struct slice title, struct slice why, int64_t *ret_id, const char **ret_why)
{
	struct store_change c = {.state = CHANGE_DRAFT,
				 .zone = by->zone,
				 .title = slice_trim(title),
				 .why = slice_trim(why),
				 .drafter = by->login,
				 .created_ms = by->now_ms};
	struct store_version last;

	TRY(want_office(s, a, by, ret_why));
	if (!text_ok(title, CHANGE_TITLE_MAX, true) || !text_ok(why, CHANGE_NOTE_MAX, true))
		return no(ERR_USAGE, "change-empty", ret_why);
	TRY(store_version_last(s, a, &last));
	c.base = last.hash;
	TRY(store_change_add(s, &c, &c.id));
	TRY(store_change_get(s, c.id, a, &c));
	c.draft = 1;
	TRY(store_draft_add(s, c.id, c.draft, &last.texts, by->now_ms));
	const struct record_field fields[] = {
	    {.key = "base", .value = hex_of(a, c.base)},
	    {.key = "title", .value = c.title, .secret = true},
	    {.key = "why", .value = c.why, .secret = true},
	    {.key = "zone", .value = c.zone},
	};

	TRY(move(s, a, &c, CHANGE_DRAFT, "change.opened", by->login, by->now_ms, fields,
		 ARRAY_LEN(fields)));
	*ret_id = c.id;
	return OK;
}

enum err change_save(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		     const struct policy_texts *t, const char **ret_why)
{
	struct policy_texts now;
	struct store_change c;
	char hex[65];

	TRY(my_change(s, a, by, id, 1u << CHANGE_DRAFT, &c, ret_why));
	TRY(store_draft_get(s, id, c.draft, a, &now));
	if (t->text.p)
		now.text = t->text;
	if (t->basis.p)
		now.basis = t->basis;
	if (t->standard.p)
		now.standard = t->standard;
	if (now.text.n > POLICY_TEXT_MAX || now.basis.n > POLICY_TEXT_MAX ||
	    now.standard.n > POLICY_TEXT_MAX)
		return no(ERR_USAGE, "bad-request", ret_why);
	c.draft++;
	TRY(store_draft_add(s, id, c.draft, &now, by->now_ms));
	hash_hex(hash_of(now.text), hex);
	const struct record_field fields[] = {
	    {.key = "draft", .value = number(a, c.draft)},
	    {.key = "text", .value = slice_str(hex), .secret = true},
	};

	return move(s, a, &c, CHANGE_DRAFT, "change.saved", by->login, by->now_ms, fields,
		    ARRAY_LEN(fields));
}

static struct slice keep_hash(struct arena *a, const struct hash *h)
{
	return arena_copy(a, slice_of(h->b, sizeof h->b));
}

/* What the draft comes to; refused where it cannot follow the last decided version. */
static enum err examine(struct store *s, struct arena *a, struct store_change *c, int32_t day,
			struct version *ret, const char **ret_why, struct diag *d)
{
	struct policy_texts t;
	struct version last;
	enum err e;

	TRY(store_draft_get(s, c->id, c->draft, a, &t));
	e = version_of_texts(a, &t, ret, d);
	if (e == ERR_SYNTAX || e == ERR_UNSUPPORTED || e == ERR_LIMIT)
		return no(ERR_CONFLICT, "change-faulty", ret_why);
	TRY(e);
	TRY(version_last(s, a, &last));
	/* What it is compared with from now on. */
	c->base = keep_hash(a, &last.hash);
	if (!c->base.p)
		return ERR_MEMORY;
	if (policy_follows(last.policy, ret->policy, d) != OK)
		return no(ERR_CONFLICT, "change-follows-not", ret_why);
	if (policy_effective(ret->policy) < day)
		return no(ERR_CONFLICT, "change-day-passed", ret_why);
	return OK;
}

enum err change_submit(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		       const char **ret_why, struct diag *d)
{
	struct store_change c;
	struct version v;

	TRY(my_change(s, a, by, id, 1u << CHANGE_DRAFT, &c, ret_why));
	TRY(examine(s, a, &c, day_of(by->now_ms), &v, ret_why, d));
	c.hash = keep_hash(a, &v.hash);
	c.effective = policy_effective(v.policy);
	const struct record_field fields[] = {
	    {.key = "draft", .value = number(a, c.draft)},
	    {.key = "effective", .value = date_iso_text(a, c.effective)},
	    {.key = "policy", .value = hex_of(a, c.hash)},
	    {.key = "policy_version", .value = number(a, policy_version(v.policy))},
	};

	return move(s, a, &c, CHANGE_REVIEW, "change.submitted", by->login, by->now_ms, fields,
		    ARRAY_LEN(fields));
}

enum err change_withdraw(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
			 const char **ret_why)
{
	struct store_change c;

	TRY(my_change(s, a, by, id, 1u << CHANGE_DRAFT | 1u << CHANGE_REVIEW, &c, ret_why));
	return move(s, a, &c, CHANGE_WITHDRAWN, "change.withdrawn", by->login, by->now_ms, NULL, 0);
}

/* -- review -------------------------------------------------------------------------------------
 */

/* A change under review, and what was said about it. */
static enum err under_review(struct store *s, struct arena *a, const struct change_act *by,
			     int64_t id, struct store_change *ret, struct change_progress *ret_p,
			     struct version *ret_in_force, const char **ret_why)
{
	uint64_t epoch;

	TRY(want_office(s, a, by, ret_why));
	TRY(change_get(s, a, by->zone, id, ret));
	if (ret->state != CHANGE_REVIEW)
		return no(ERR_CONFLICT, "change-state", ret_why);
	TRY(version_in_force(s, a, &epoch, ret_in_force));
	return change_progress(s, a, ret, ret_in_force, ret_p);
}

enum err change_comment(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
			enum change_opinion opinion, struct slice note, const char **ret_why)
{
	struct change_progress p;
	struct store_change c;
	struct version v;
	bool mine;

	TRY(under_review(s, a, by, id, &c, &p, &v, ret_why));
	mine = slice_eq(c.drafter, by->login);
	if (mine && opinion != CHANGE_REMARK)
		return no(ERR_FORBIDDEN, "change-own", ret_why);
	if (!text_ok(note, CHANGE_NOTE_MAX, opinion != CHANGE_AGREE))
		return no(ERR_USAGE, "change-empty", ret_why);
	const struct record_field fields[] = {
	    {.key = "draft", .value = number(a, c.draft)},
	    {.key = "note", .value = slice_trim(note), .secret = true},
	    {.key = "opinion", .value = slice_str(opinions[opinion])},
	};

	return move(s, a, &c, CHANGE_REVIEW, "change.reviewed", by->login, by->now_ms, fields,
		    ARRAY_LEN(fields));
}

enum err change_progress(struct store *s, struct arena *a, const struct store_change *c,
			 const struct version *in_force, struct change_progress *ret)
{
	struct change_progress p = {0};
	char *stream = arena_printf(a, "change/%lld", (long long)c->id);

	if (!stream)
		return ERR_MEMORY;
	TRY(record_of_stream(s, slice_str(stream), a, &p.entries, &p.n_entries));
	p.n_organs = policy_adopters(in_force->policy, &p.organs);
	for (size_t i = 0; i < p.n_entries; i++) {
		const struct record_entry *e = &p.entries[i];
		struct slice opinion = record_value(e, "opinion");

		if (slice_eq_str(e->type, "change.submitted"))
			p.opinions = p.agreed = p.objected = 0, p.approved = 0;
		if (slice_eq_str(e->type, "change.reviewed") &&
		    !slice_eq(record_value(e, "actor"), c->drafter)) {
			p.opinions++;
			p.agreed += slice_eq_str(opinion, opinions[CHANGE_AGREE]);
			p.objected += slice_eq_str(opinion, opinions[CHANGE_OBJECT]);
		}
		if (slice_eq_str(e->type, "change.approved"))
			for (size_t k = 0; k < p.n_organs && k < ORGANS_MAX; k++)
				if (slice_eq(p.organs[k], record_value(e, "organ")))
					p.approved |= 1ull << k;
	}
	*ret = p;
	return OK;
}

/* -- 決裁 ---------------------------------------------------------------------------------------
 */

/* The organs for which this person may decide and that have not yet. */
static enum err organs_of(struct store *s, struct arena *a, const struct change_act *by,
			  const struct change_progress *p, uint64_t *ret)
{
	uint64_t mine = 0;

	for (size_t i = 0; i < p->n_organs && i < ORGANS_MAX; i++) {
		bool holds;

		TRY(in_office(s, a, by, p->organs[i], &holds));
		if (holds && !(p->approved & (1ull << i)))
			mine |= 1ull << i;
	}
	*ret = mine;
	return OK;
}

/* An opinion of somebody who neither drafted it nor decides it now. */
static bool is_reviewed(const struct store_change *c, const struct change_progress *p,
			struct slice decider)
{
	bool some = false;

	for (size_t i = 0; i < p->n_entries; i++) {
		const struct record_entry *e = &p->entries[i];
		struct slice actor = record_value(e, "actor");

		if (slice_eq_str(e->type, "change.submitted"))
			some = false;
		else if (slice_eq_str(e->type, "change.reviewed") && !slice_eq(actor, c->drafter) &&
			 !slice_eq(actor, decider))
			some = true;
	}
	return some;
}

static uint64_t all_organs(const struct change_progress *p)
{
	return p->n_organs >= ORGANS_MAX ? UINT64_MAX : (1ull << p->n_organs) - 1;
}

/* The texts that the new version cites are adopted with it, where they are not registered as such.
 */
static enum err adopt(struct store *s, struct arena *a, const struct version *v,
		      const struct change_act *by, enum text_tree tree, struct slice text)
{
	struct text_adoption ad = {.tree = tree,
				   .source = text,
				   .decided = day_of(by->now_ms),
				   .effective = policy_effective(v->policy),
				   .is_public = true,
				   .actor = by->login,
				   .now_ms = by->now_ms};
	struct store_text now = {0};
	struct text_adopted made;
	struct diag d;
	enum err e = text_as_of(s, tree, (struct slice){0}, ad.effective, a, &now);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (text.n == 0 || (e == OK && slice_eq(now.text, text)))
		return OK;
	ad.organs_n = policy_adopters(v->policy, &ad.organs);
	return text_adopt(s, a, &ad, &made, &d);
}

static enum err decided(struct store *s, struct arena *a, const struct change_act *by,
			struct store_change *c, const char **ret_why)
{
	struct version v;
	struct diag d;

	/* Once more: the last decided version may be another one than when it was submitted. */
	TRY(examine(s, a, c, day_of(by->now_ms), &v, ret_why, &d));
	if (!slice_eq(slice_of(v.hash.b, sizeof v.hash.b), c->hash))
		return ERR_CRYPTO;
	TRY(version_keep(s, &v, c->id, by->now_ms));
	if (adopt(s, a, &v, by, TEXT_BASIC, v.texts.basis) != OK ||
	    adopt(s, a, &v, by, TEXT_STANDARD, v.texts.standard) != OK)
		return no(ERR_CONFLICT, "change-text-twice", ret_why);
	const struct record_field fields[] = {
	    {.key = "effective", .value = date_iso_text(a, c->effective)},
	    {.key = "policy", .value = hex_of(a, c->hash)},
	    {.key = "policy_version", .value = number(a, policy_version(v.policy))},
	};

	return move(s, a, c, CHANGE_DECIDED, "change.decided", by->login, by->now_ms, fields,
		    ARRAY_LEN(fields));
}

static enum err approve(struct store *s, struct arena *a, const struct change_act *by,
			struct store_change *c, struct change_progress *p, uint64_t mine,
			struct slice note, const char **ret_why)
{
	if (!is_reviewed(c, p, by->login))
		return no(ERR_CONFLICT, "change-no-review", ret_why);
	for (size_t i = 0; i < p->n_organs && i < ORGANS_MAX; i++) {
		const struct record_field fields[] = {
		    {.key = "draft", .value = number(a, c->draft)},
		    {.key = "note", .value = slice_trim(note), .secret = true},
		    {.key = "organ", .value = p->organs[i]},
		    {.key = "policy", .value = hex_of(a, c->hash)},
		};

		if (!(mine & (1ull << i)))
			continue;
		TRY(move(s, a, c, CHANGE_REVIEW, "change.approved", by->login, by->now_ms, fields,
			 ARRAY_LEN(fields)));
	}
	if ((p->approved | mine) != all_organs(p))
		return OK;
	return decided(s, a, by, c, ret_why);
}

enum err change_decide(struct store *s, struct arena *a, const struct change_act *by, int64_t id,
		       enum change_verdict verdict, struct slice note, const char **ret_why)
{
	struct change_progress p;
	struct store_change c;
	struct version v;
	uint64_t mine;

	TRY(under_review(s, a, by, id, &c, &p, &v, ret_why));
	if (slice_eq(c.drafter, by->login))
		return no(ERR_FORBIDDEN, "change-own", ret_why);
	TRY(organs_of(s, a, by, &p, &mine));
	if (!mine)
		return no(ERR_FORBIDDEN, "change-not-decider", ret_why);
	if (!text_ok(note, CHANGE_NOTE_MAX, verdict != CHANGE_APPROVE))
		return no(ERR_USAGE, "change-empty", ret_why);
	if (verdict == CHANGE_APPROVE)
		return approve(s, a, by, &c, &p, mine, note, ret_why);
	const struct record_field fields[] = {
	    {.key = "draft", .value = number(a, c.draft)},
	    {.key = "note", .value = slice_trim(note), .secret = true},
	};

	if (verdict == CHANGE_RETURN) {
		c.hash = (struct slice){0};
		c.effective = 0;
	}
	return move(s, a, &c, verdict == CHANGE_RETURN ? CHANGE_DRAFT : CHANGE_REFUSED,
		    verdict == CHANGE_RETURN ? "change.returned" : "change.refused", by->login,
		    by->now_ms, fields, ARRAY_LEN(fields));
}

/* -- 施行 ---------------------------------------------------------------------------------------
 */

/* The decided change with the lowest version whose day has come; id 0: none. */
static enum err next_due(struct store *s, struct arena *a, int32_t day, struct store_change *ret)
{
	struct store_change *all;
	struct store_version v;
	uint64_t best = UINT64_MAX;
	size_t n;

	*ret = (struct store_change){0};
	TRY(store_changes(s, CHANGE_DECIDED, a, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (all[i].effective > day)
			continue;
		TRY(store_version_get(s, all[i].hash, a, &v));
		if (v.number < best) {
			best = v.number;
			*ret = all[i];
		}
	}
	return OK;
}

enum err change_is_due(struct store *s, struct arena *a, int32_t day, bool *ret)
{
	struct store_change c;

	TRY(next_due(s, a, day, &c));
	*ret = c.id != 0;
	return OK;
}

static enum err into_force(struct store *s, struct arena *a, struct store_change *c, int64_t now_ms)
{
	const struct record_field fields[] = {{.key = "policy", .value = hex_of(a, c->hash)}};

	return move(s, a, c, CHANGE_IN_FORCE, "change.in-force", S("system"), now_ms, fields,
		    ARRAY_LEN(fields));
}

enum err change_put_in_force(struct store *s, struct arena *a, const struct version *in_force,
			     int32_t day, int64_t now_ms, bool *ret_switched)
{
	struct store_change c;
	struct version v;
	struct diag d;
	struct hash h;

	*ret_switched = false;
	TRY(next_due(s, a, day, &c));
	if (!c.id || c.hash.n != sizeof h.b)
		return OK;
	memcpy(h.b, c.hash.p, sizeof h.b);
	TRY(version_load(s, h, a, &v));
	if (policy_follows(in_force->policy, v.policy, &d) != OK)
		return move(s, a, &c, CHANGE_LAPSED, "change.lapsed", S("system"), now_ms, NULL, 0);
	TRY(version_switch(s, in_force, &v, VERSION_DECIDED, S("system"), now_ms));
	TRY(into_force(s, a, &c, now_ms));
	*ret_switched = true;
	return OK;
}

enum err change_overtaken(struct store *s, struct arena *a, const struct version *v, int64_t now_ms)
{
	struct store_change c;

	if (!v->change)
		return OK;
	TRY(store_change_get(s, v->change, a, &c));
	return c.state == CHANGE_DECIDED ? into_force(s, a, &c, now_ms) : OK;
}

/* -- what one may do ----------------------------------------------------------------------------
 */

enum err change_may(struct store *s, struct arena *a, const struct change_act *by,
		    const struct store_change *c, const struct change_progress *p, unsigned *ret)
{
	bool office, mine = slice_eq(c->drafter, by->login);
	uint64_t organs;
	unsigned may = 0;

	TRY(in_office(s, a, by, (struct slice){0}, &office));
	TRY(organs_of(s, a, by, p, &organs));
	if (office && mine && c->state == CHANGE_DRAFT)
		may |= CHANGE_MAY_SAVE | CHANGE_MAY_SUBMIT | CHANGE_MAY_WITHDRAW;
	if (office && c->state == CHANGE_REVIEW)
		may |= CHANGE_MAY_COMMENT | (mine ? CHANGE_MAY_WITHDRAW : 0u) |
		       (!mine && organs ? CHANGE_MAY_DECIDE : 0u);
	*ret = may;
	return OK;
}
