/* office: appointments; see office.h. */
#include "governance/office.h"

#include "base/calendar.h"
#include "record/record.h"
#include "store/people.h"

static bool overlaps(const struct store_appointment *x, const struct store_appointment *y)
{
	return (x->to == 0 || y->from <= x->to) && (y->to == 0 || x->from <= y->to);
}

static enum err append(struct store *s, struct arena *a, const char *type,
		       const struct store_appointment *v, struct slice actor, int64_t now_ms)
{
	const struct record_field fields[] = {
	    {.key = "office", .value = v->office},
	    {.key = "person", .value = v->login, .secret = true},
	    {.key = "from", .value = date_iso_text(a, v->from)},
	    {.key = "to", .value = date_iso_text(a, v->to)},
	};
	char *stream = arena_printf(a, "office/%lld", (long long)v->id);

	if (!stream || arena_failed(a))
		return ERR_MEMORY;
	return record_append(s,
			     &(struct record_event){.type = type,
						    .stream = slice_str(stream),
						    .actor = actor,
						    .at_ms = now_ms,
						    .fields = fields,
						    .n = ARRAY_LEN(fields)},
			     NULL);
}

enum err office_appoint(struct store *s, struct arena *a, const struct store_appointment *v,
			struct slice actor, int64_t now_ms, int64_t *ret_id, struct diag *d)
{
	struct store_appointment *all, made = *v;
	struct store_account who;
	size_t n;

	if (v->office.n == 0 || v->office.n > 128)
		return diag_set(d, ERR_USAGE, 0, "an office is a name of at most 128 bytes");
	if (v->to && v->to < v->from)
		return diag_set(d, ERR_USAGE, 0, "the last day is before the first");
	if (store_account_by_login(s, v->login, a, &who) != OK || who.disabled)
		return diag_set(d, ERR_NOT_FOUND, 0,
				"there is no such person, or the account is "
				"disabled");
	TRY(store_appointments(s, a, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (slice_eq(all[i].login, v->login) && slice_eq(all[i].office, v->office) &&
		    overlaps(&all[i], v))
			return diag_set(d, ERR_CONFLICT, 0,
					"this person holds that office on one of these days");
	TRY(store_appoint(s, v, &made.id));
	TRY(append(s, a, "office.appointed", &made, actor, now_ms));
	*ret_id = made.id;
	return OK;
}

enum err office_end(struct store *s, struct arena *a, int64_t id, int32_t to, struct slice actor,
		    int64_t now_ms)
{
	struct store_appointment *all;
	size_t n;

	TRY(store_appointments(s, a, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (all[i].id != id || to < all[i].from)
			continue;
		TRY(store_appointment_end(s, id, to));
		all[i].to = to;
		return append(s, a, "office.ended", &all[i], actor, now_ms);
	}
	return ERR_NOT_FOUND;
}

enum err office_holds(struct store *s, struct arena *a, struct slice login, struct slice office,
		      int32_t day, bool *ret)
{
	struct store_appointment *all;
	size_t n;

	TRY(store_appointments(s, a, &all, &n));
	*ret = false;
	for (size_t i = 0; i < n; i++)
		*ret |= slice_eq(all[i].login, login) &&
			(office.n == 0 || slice_eq(all[i].office, office)) && all[i].from <= day &&
			(all[i].to == 0 || day <= all[i].to);
	return OK;
}
