#include "policy/day.h"

#include "base/err.h"

/* Days from civil and back: the 400-year cycle counted from March (public-domain arithmetic). */
int32_t policy_day(struct civil c)
{
	int32_t y = c.year - (c.month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + (int32_t)doe - 719468;
}

struct civil policy_civil(int32_t day)
{
	int32_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	struct civil c = {.year = (int32_t)yoe + era * 400,
			  .month = mp < 10 ? mp + 3 : mp - 9,
			  .day = doy - (153 * mp + 2) / 5 + 1};

	c.year += c.month <= 2;
	return c;
}

struct era {
	const char *name;
	struct civil from;
};

static const struct era eras[] = {
    {"令和", {2019, 5, 1}},
    {"平成", {1989, 1, 8}},
    {"昭和", {1926, 12, 25}},
    {"大正", {1912, 7, 30}},
};

static bool exists(struct civil c, int32_t *ret)
{
	struct civil back;

	if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
		return false;
	back = policy_civil(policy_day(c));
	if (back.year != c.year || back.month != c.month || back.day != c.day)
		return false;
	*ret = policy_day(c);
	return true;
}

/* Digits at *s up to the sign that follows them; moves *s behind the sign. */
static bool number(struct slice *s, const char *sign, uint64_t *ret)
{
	size_t n = slice_find(*s, slice_str(sign));

	if (n == SIZE_MAX || n > 4 || !slice_u64(slice_head(*s, n), ret))
		return false;
	*s = slice_from(*s, n + strlen(sign));
	return true;
}

static bool wareki(struct slice s, int32_t *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(eras); i++) {
		struct slice rest = slice_from(s, strlen(eras[i].name));
		uint64_t y = 1, m, d;
		int32_t day;

		if (!slice_starts(s, slice_str(eras[i].name)))
			continue;
		if (slice_starts(rest, S("元年")))
			rest = slice_from(rest, strlen("元年"));
		else if (!number(&rest, "年", &y) || y < 1)
			return false;
		if (!number(&rest, "月", &m) || !number(&rest, "日", &d) || rest.n ||
		    !exists((struct civil){eras[i].from.year + (int32_t)y - 1, (unsigned)m,
					   (unsigned)d},
			    &day))
			return false;
		if (day < policy_day(eras[i].from) ||
		    (i > 0 && day >= policy_day(eras[i - 1].from)))
			return false;
		*ret = day;
		return true;
	}
	return false;
}

bool policy_day_parse(struct slice s, int32_t *ret)
{
	uint64_t y, m, d;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
		return wareki(s, ret);
	return slice_u64(slice_head(s, 4), &y) && slice_u64(slice_head(slice_from(s, 5), 2), &m) &&
	       slice_u64(slice_from(s, 8), &d) &&
	       exists((struct civil){(int32_t)y, (unsigned)m, (unsigned)d}, ret);
}

void policy_day_put(struct buf *b, int32_t day)
{
	struct civil c = policy_civil(day);

	buf_printf(b, "%04d-%02u-%02u", (int)c.year, c.month, c.day);
}

void policy_day_put_wareki(struct buf *b, int32_t day)
{
	struct civil c = policy_civil(day);

	for (size_t i = 0; i < ARRAY_LEN(eras); i++) {
		if (day < policy_day(eras[i].from))
			continue;
		buf_str(b, eras[i].name);
		if (c.year == eras[i].from.year)
			buf_str(b, "元");
		else
			buf_printf(b, "%d", (int)(c.year - eras[i].from.year + 1));
		buf_printf(b, "年%u月%u日", c.month, c.day);
		return;
	}
	policy_day_put(b, day);
}

int32_t policy_keep_days(int32_t day, uint32_t n)
{
	return day + (int32_t)n;
}

int32_t policy_keep_years(int32_t day, uint32_t n)
{
	struct civil c = policy_civil(day);

	c.year += (int32_t)n;
	/* February 29 has no anniversary in other years: the period ends on the 28th. */
	if (c.month == 2 && c.day == 29 &&
	    (c.year % 4 != 0 || (c.year % 100 == 0 && c.year % 400 != 0)))
		c.day = 28;
	return policy_day(c);
}

int32_t policy_keep_fiscal(int32_t day, uint32_t n)
{
	struct civil c = policy_civil(day);
	int32_t fiscal = c.month >= 4 ? c.year : c.year - 1;

	return policy_day((struct civil){fiscal + 1 + (int32_t)n, 3, 31});
}
