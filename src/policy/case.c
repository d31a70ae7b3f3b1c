#include "policy/case.h"

#include "base/calendar.h"
#include "policy/analyse.h"

void policy_case_put(const struct policy_request *rq, struct buf *out)
{
	uint32_t v[POLICY_ATTRS];

	policy_request_case(rq, v);
	for (unsigned i = 0; i < POLICY_ATTRS; i++)
		buf_printf(out, i ? ".%u" : "%u", v[i]);
	buf_byte(out, '/');
	date_put_iso(out, date_from_days(rq->day));
}

enum err policy_case_parse(struct slice text, struct policy_request *ret)
{
	size_t slash = slice_find_byte(text, '/');
	uint32_t v[POLICY_ATTRS];
	struct slice rest;
	struct date day;

	if (slash == SIZE_MAX || date_parse(slice_from(text, slash + 1), &day) != OK)
		return ERR_SYNTAX;
	rest = slice_head(text, slash);
	for (unsigned i = 0; i < POLICY_ATTRS; i++) {
		size_t dot = slice_find_byte(rest, '.');
		uint64_t n;

		if ((dot == SIZE_MAX) != (i + 1 == POLICY_ATTRS) ||
		    !slice_u64(slice_head(rest, dot == SIZE_MAX ? rest.n : dot), &n) || n > 255)
			return ERR_SYNTAX;
		v[i] = (uint32_t)n;
		rest = dot == SIZE_MAX ? (struct slice){0} : slice_from(rest, dot + 1);
	}
	*ret = policy_case_request(v, (int32_t)date_days(day));
	return OK;
}
