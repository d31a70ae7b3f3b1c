/*
 * case: the thirteen attributes of a decision, as far as this system knows them now.
 *
 *     channel          transfer: the one door
 *     source, dest.    the zones of the transfer, by name
 *     exception        what the sender cites; one that the policy does not name (any more) is none
 *     contains         pending until there is a result; then unknown: nothing here inspects yet
 *     confidentiality  declared, or raised by a marking; read by the scale that is in force now
 *     integrity, av.   never declared here: unknown
 *     recipient        registered where the account or division may collect there now
 *     type             of the identified format; before that, whichever might be permitted
 *     role             the role whose label is an office that the sender holds today; unknown where
 *                      it is none or several
 *     factors          1: a password, or a token
 *     hours            office: Monday to Friday, 8:30 to 17:15 in Japan, no holiday and not
 *                      12-29 to 01-03
 *
 * What cannot be looked up is unknown, and unknown fails a permit and fulfils a forbid.
 */
#include "base/calendar.h"
#include "gateway/internal.h"
#include "store/governance.h"

#define OFFICE_FROM (8 * 60 + 30) /* minutes of the day */
#define OFFICE_TO (17 * 60 + 15)

static const struct {
	const char *id; /* format, as the sanitiser reports it */
	enum policy_type type;
} types[] = {
    {"text", POLICY_TYPE_TEXT},     {"txt", POLICY_TYPE_TEXT},      {"csv", POLICY_TYPE_TEXT},
    {"tsv", POLICY_TYPE_TEXT},      {"docx", POLICY_TYPE_DOCUMENT}, {"xlsx", POLICY_TYPE_DOCUMENT},
    {"pptx", POLICY_TYPE_DOCUMENT}, {"xlsb", POLICY_TYPE_DOCUMENT}, {"opc", POLICY_TYPE_DOCUMENT},
    {"pdf", POLICY_TYPE_PDF},       {"png", POLICY_TYPE_PICTURE},   {"jpeg", POLICY_TYPE_PICTURE},
    {"tiff", POLICY_TYPE_PICTURE},  {"webp", POLICY_TYPE_PICTURE},  {"heif", POLICY_TYPE_PICTURE},
    {"gif", POLICY_TYPE_PICTURE},   {"bmp", POLICY_TYPE_PICTURE},   {"zip", POLICY_TYPE_ARCHIVE},
    {"7z", POLICY_TYPE_ARCHIVE},    {"rar", POLICY_TYPE_ARCHIVE},   {"lzh", POLICY_TYPE_ARCHIVE},
    {"eml", POLICY_TYPE_MAIL},      {"msg", POLICY_TYPE_MAIL},
};

static enum policy_type type_of(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_eq_str(id, types[i].id))
			return types[i].type;
	return id.n ? POLICY_TYPE_OTHER : POLICY_TYPE_UNKNOWN;
}

/* Whether there is a result: before that, inspecting it is still to come. */
static bool has_result(enum transfer_state s)
{
	return s >= TRANSFER_VERIFYING;
}

static enum policy_hours hours_of(int64_t utc_ms)
{
	struct jst at = jst_from_unix(utc_ms / 1000);
	unsigned minute = at.hour * 60 + at.minute;
	bool year_end =
	    (at.date.month == 12 && at.date.day >= 29) || (at.date.month == 1 && at.date.day <= 3);

	if (at.date.year < 2022 || at.date.year > 2099)
		return POLICY_HOURS_UNKNOWN;
	return at.weekday == 0 || at.weekday == 6 || year_end || date_is_holiday(at.date) ||
		       minute < OFFICE_FROM || minute >= OFFICE_TO
		   ? POLICY_HOURS_OUTSIDE
		   : POLICY_HOURS_OFFICE;
}

uint32_t case_exception(const struct policy *p, struct slice name, int32_t day)
{
	const struct policy_exception *all;
	size_t n = policy_exceptions(p, &all);

	for (size_t i = 0; i < n; i++)
		if (slice_eq(all[i].name, name) && day <= all[i].until)
			return POLICY_EXCEPTION_NAMED + (uint32_t)i;
	return POLICY_EXCEPTION_NONE;
}

static enum policy_recipient recipient_of(struct gateway *g, const struct transfer_row *t,
					  struct arena *a)
{
	struct store *s = g->conf.store;
	struct store_account to;
	bool some;
	enum err e;

	if (t->recipient_division.n > 0) {
		if (store_division_exists(s, t->recipient_division, &some) != OK)
			return POLICY_RECIPIENT_UNKNOWN;
		return some ? POLICY_RECIPIENT_REGISTERED : POLICY_RECIPIENT_UNREGISTERED;
	}
	e = store_account_by_login(s, t->recipient_login, a, &to);
	if (e != OK && e != ERR_NOT_FOUND)
		return POLICY_RECIPIENT_UNKNOWN;
	return e == OK && identity_may_enter(&to, t->to_zone) ? POLICY_RECIPIENT_REGISTERED
							      : POLICY_RECIPIENT_UNREGISTERED;
}

static uint32_t role_of(struct gateway *g, const struct transfer_row *t, int32_t day,
			struct arena *a)
{
	const struct policy_role *roles;
	struct store_appointment *all;
	size_t n_roles = policy_roles(g->policy, &roles), n;
	uint32_t found = 0;

	if (n_roles == 0 || store_appointments(g->conf.store, a, &all, &n) != OK)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(all[i].login, t->sender_login) || all[i].from > day ||
		    (all[i].to && all[i].to < day))
			continue;
		for (uint32_t k = 0; k < n_roles; k++) {
			if (!slice_eq(roles[k].label, all[i].office))
				continue;
			if (found && found != k + 1)
				return 0;
			found = k + 1;
		}
	}
	return found;
}

/* The class that was declared or raised, by the present scale; 0 where it has no place there. */
uint32_t case_class(const struct policy *p, const struct transfer_row *t)
{
	unsigned level;

	if (t->confidentiality == 0 || policy_level_now(p, POLICY_CONFIDENTIALITY, t->class_scheme,
							t->class_code, &level) != OK)
		return 0;
	return level;
}

void case_set_class(const struct policy *p, struct transfer_row *t, uint32_t level)
{
	const struct policy_level *all;
	size_t n = policy_confidentiality(p, &all);

	t->confidentiality = level;
	t->class_scheme = t->class_code = (struct slice){0};
	for (size_t i = 0; i < n; i++)
		if (all[i].level == level) {
			t->class_scheme = policy_scheme(p, POLICY_CONFIDENTIALITY);
			t->class_code = all[i].code;
		}
}

bool case_of(struct gateway *g, const struct transfer_row *t, struct policy_request *ret)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	int32_t day = jst_day(now(g));
	struct policy_request rq = {.channel = POLICY_TRANSFER,
				    .confidentiality = (uint8_t)case_class(g->policy, t),
				    .contains = has_result(t->state) ? POLICY_CONTAINS_UNKNOWN
								     : POLICY_CONTAINS_PENDING,
				    .type = type_of(t->type),
				    .exception = case_exception(g->policy, t->exception, day),
				    .factors = 1,
				    .hours = hours_of(now(g)),
				    .day = day};

	if (policy_zone_by_name(g->policy, t->from_zone, &rq.source) != OK ||
	    policy_zone_by_name(g->policy, t->to_zone, &rq.destination) != OK)
		return false;
	if (a) {
		rq.recipient = recipient_of(g, t, a);
		rq.role = role_of(g, t, day, a);
	}
	*ret = rq;
	return true;
}

/* A type that is still to be identified is asked about as pending, like the contents. */
void case_decide(const struct policy *p, bool result, struct policy_request *rq,
		 struct policy_decision *ret)
{
	policy_decide(p, rq, ret);
	if (ret->permit || result || rq->type != POLICY_TYPE_UNKNOWN)
		return;
	for (unsigned type = POLICY_TYPE_UNKNOWN + 1; type < POLICY_TYPES; type++) {
		struct policy_request with = *rq;
		struct policy_decision d;

		with.type = (enum policy_type)type;
		policy_decide(p, &with, &d);
		if (!d.permit)
			continue;
		*rq = with;
		*ret = d;
		return;
	}
}
