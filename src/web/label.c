/* label: values as people read them. */
#include "web/templates.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "gateway/reason.h"
#include "names/finding.h"

static int64_t seconds(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
}

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct slice when_text(struct page *pg, int64_t ms)
{
	struct jst t = jst_from_unix(seconds(ms));
	AUTO_BUF b;

	buf_init(&b, 128);
	if (pg->ja)
		jst_put(&b, seconds(ms));
	else
		buf_printf(&b, "%u %s %d %02u:%02u", t.date.day, months[t.date.month - 1],
			   t.date.year, t.hour, t.minute);
	return page_kept(pg, &b);
}

struct slice when_iso(struct page *pg, int64_t ms)
{
	struct jst t = jst_from_unix(seconds(ms));
	AUTO_BUF b;

	buf_init(&b, 64);
	date_put_iso(&b, t.date);
	buf_printf(&b, "T%02u:%02u:%02u+09:00", t.hour, t.minute, t.second);
	return page_kept(pg, &b);
}

struct slice day_text(struct page *pg, int64_t ms)
{
	struct date d = jst_from_unix(seconds(ms)).date;
	AUTO_BUF b;

	buf_init(&b, 64);
	if (pg->ja)
		date_put_wareki(&b, d);
	else
		buf_printf(&b, "%u %s %d", d.day, months[d.month - 1], d.year);
	return page_kept(pg, &b);
}

struct slice size_text(struct page *pg, uint64_t bytes)
{
	static const char *const units[] = {"KB", "MB", "GB", "TB"};
	double v = (double)bytes;
	size_t unit = 0;
	AUTO_BUF b;

	buf_init(&b, 64);
	if (bytes < 1024) {
		buf_printf(&b, "%llu %s", (unsigned long long)bytes, pg->ja ? "バイト" : "bytes");
		return page_kept(pg, &b);
	}
	for (v /= 1024; v >= 1024 && unit + 1 < ARRAY_LEN(units); unit++)
		v /= 1024;
	buf_printf(&b, v < 10 ? "%.1f %s" : "%.0f %s", v, units[unit]);
	return page_kept(pg, &b);
}

struct slice zone_label(struct page *pg, struct slice zone)
{
	uint32_t id;

	if (!pg->policy || policy_zone_by_name(pg->policy, zone, &id) != OK)
		return zone;
	return policy_zone(pg->policy, id)->label;
}

/* What the state looks like and whether it will change by itself. */
static const struct {
	enum text text;
	const char *kind, *mark;
	bool moves;
} states[TRANSFER_STATES] = {
    [TRANSFER_RECEIVING] = {TXT_state_receiving, "go", "…", true},
    [TRANSFER_RECEIVED] = {TXT_state_received, "go", "…", true},
    [TRANSFER_SANITIZING] = {TXT_state_sanitizing, "go", "…", true},
    [TRANSFER_VERIFYING] = {TXT_state_verifying, "go", "…", true},
    [TRANSFER_READY] = {TXT_state_ready, "good", "○", false},
    [TRANSFER_COLLECTED] = {TXT_state_collected, "good", "✓", false},
    [TRANSFER_HELD] = {TXT_state_held, "wait", "■", false},
    [TRANSFER_REFUSED] = {TXT_state_refused, "stop", "×", false},
    [TRANSFER_WITHDRAWN] = {TXT_state_withdrawn, "gone", "↩", false},
    [TRANSFER_EXPIRED] = {TXT_state_expired, "gone", "―", false},
    [TRANSFER_PURGED] = {TXT_state_purged, "gone", "―", false},
};

static bool is_state(enum transfer_state s)
{
	return s > 0 && s < TRANSFER_STATES;
}

const char *state_label(struct page *pg, enum transfer_state s)
{
	return is_state(s) ? page_say(pg, states[s].text) : "";
}

const char *state_kind(enum transfer_state s)
{
	return is_state(s) ? states[s].kind : "gone";
}

const char *state_mark(enum transfer_state s)
{
	return is_state(s) ? states[s].mark : "";
}

bool state_moves(enum transfer_state s)
{
	return is_state(s) && states[s].moves;
}

const char *reason_sentence(struct page *pg, struct slice reason)
{
	const struct reason *r = reason_by_id(reason);
	const struct finding *f = r ? NULL : finding_by_id(reason);

	if (r)
		return pg->ja ? r->ja : r->en;
	if (f)
		return pg->ja ? f->ja : f->en;
	return page_say(pg, TXT_state_held);
}

const char *reason_next(struct page *pg, struct slice reason)
{
	const struct reason *r = reason_by_id(reason);

	/* A finding holds a file that could not be sanitised: what to do is the same for all. */
	if (!r)
		r = reason_by_id(S("sanitize-failed"));
	if (!r)
		return page_say(pg, TXT_error_next_403);
	return pg->ja ? r->next_ja : r->next_en;
}

const char *finding_sentence(struct page *pg, struct slice finding)
{
	const struct finding *f = finding_by_id(finding);

	if (!f)
		return page_say(pg, TXT_act_note);
	return pg->ja ? f->ja : f->en;
}

static enum severity weight_of(struct slice finding)
{
	const struct finding *f = finding_by_id(finding);

	return f ? f->severity : SEVERITY_NOTICE;
}

const char *finding_kind(struct slice finding)
{
	static const char *const kinds[] = {
	    [SEVERITY_INFO] = "info", [SEVERITY_NOTICE] = "notice", [SEVERITY_DANGER] = "danger"};

	return kinds[weight_of(finding)];
}

const char *weight_label(struct page *pg, struct slice finding)
{
	static const enum text texts[] = {[SEVERITY_INFO] = TXT_transfer_weight_info,
					  [SEVERITY_NOTICE] = TXT_transfer_weight_notice,
					  [SEVERITY_DANGER] = TXT_transfer_weight_danger};

	return page_say(pg, texts[weight_of(finding)]);
}

size_t by_weight(struct view_item *items, size_t n, struct arena *a)
{
	struct view_item *was = arena_array(a, n + 1, sizeof *was);
	size_t to = 0, serious = 0;

	if (!was)
		return n; /* unsorted: everything is shown as serious */
	if (n)
		memcpy(was, items, n * sizeof *was);
	for (int w = SEVERITY_DANGER; w >= SEVERITY_INFO; w--) {
		for (size_t i = 0; i < n; i++)
			if ((int)weight_of(was[i].finding) == w)
				items[to++] = was[i];
		if (w > SEVERITY_INFO)
			serious = to;
	}
	return serious;
}

static const char *keyed(struct page *pg, const char *prefix, struct slice word)
{
	char key[96];

	snprintf(key, sizeof key, "%s.%.*s", prefix, (int)(word.n < 64 ? word.n : 64),
		 (const char *)word.p);
	return text_by_key(pg, key);
}

const char *act_label(struct page *pg, const char *act)
{
	const char *s = keyed(pg, "act", slice_str(act));

	return s ? s : act;
}

const char *entry_label(struct page *pg, struct slice type)
{
	const char *s = keyed(pg, "event", type);

	return s ? s : arena_str(pg->arena, type);
}

const char *method_label(struct page *pg, struct slice method)
{
	const char *s = keyed(pg, "method", method);

	return s ? s : "";
}

const char *purpose_label(struct page *pg, struct slice purpose)
{
	const char *s = keyed(pg, "purpose", purpose);

	return s ? s : "";
}

struct slice level_label(struct page *pg, uint32_t level)
{
	const struct policy_level *levels = NULL;
	size_t n = pg->policy ? policy_confidentiality(pg->policy, &levels) : 0;

	for (size_t i = 0; i < n; i++)
		if (levels[i].level == level)
			return levels[i].label;
	return (struct slice){0};
}

struct slice recipient_text(struct page *pg, const struct transfer_row *t)
{
	(void)pg;
	if (t->recipient_division.n > 0)
		return t->recipient_division;
	return t->recipient_name.n > 0 ? t->recipient_name : t->recipient_login;
}

/* The name of what is collected: the sender's, with the extension of the format written. */
struct slice result_name(struct page *pg, const struct transfer_row *t)
{
	size_t dot = slice_rfind(t->name, S("."));
	struct slice stem = dot == SIZE_MAX || dot == 0 ? t->name : slice_head(t->name, dot);
	AUTO_BUF b = {0};

	if (t->result_ext.n == 0)
		return t->name;
	buf_init(&b, 2048);
	buf_slice(&b, stem);
	buf_byte(&b, '.');
	buf_slice(&b, t->result_ext);
	return page_kept(pg, &b);
}

struct slice actor_text(struct page *pg, const struct record_entry *e)
{
	struct slice who = record_value(e, "actor");

	if (slice_eq_str(who, "system"))
		return slice_str(page_say(pg, TXT_transfer_by_system));
	/* A commitment whose value was erased says nothing to people. */
	return slice_starts(who, S("c:")) ? S("―") : who;
}
