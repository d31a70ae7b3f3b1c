/* holiday: 国民の祝日 by the law as it stands since 2022. */
#include "base/calendar.h"

/* The n-th Monday of a month. */
static unsigned monday(int year, unsigned month, unsigned n)
{
	unsigned first = date_weekday((struct date){year, month, 1});

	return 1 + (8 - first) % 7 + 7 * (n - 1);
}

/* Days of the equinoxes as the almanac of the National Astronomical Observatory computes them;
 * good for 1980..2099. */
static unsigned equinox(int year, double at)
{
	int since = year - 1980;

	return (unsigned)(at + 0.242194 * since - (double)(since / 4));
}

/* By name, before what follows from where it falls. */
static bool is_named(struct date d)
{
	static const struct {
		unsigned month, day;
	} fixed[] = {{1, 1}, {2, 11}, {2, 23}, {4, 29}, {5, 3},
		     {5, 4}, {5, 5},  {8, 11}, {11, 3}, {11, 23}};
	static const struct {
		unsigned month, n;
	} mondays[] = {{1, 2}, {7, 3}, {9, 3}, {10, 2}};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (d.month == fixed[i].month && d.day == fixed[i].day)
			return true;
	for (size_t i = 0; i < sizeof mondays / sizeof *mondays; i++)
		if (d.month == mondays[i].month && d.day == monday(d.year, d.month, mondays[i].n))
			return true;
	return (d.month == 3 && d.day == equinox(d.year, 20.8431)) ||
	       (d.month == 9 && d.day == equinox(d.year, 23.2488));
}

bool date_is_holiday(struct date d)
{
	struct date before = date_add_days(d, -1), after = date_add_days(d, 1);

	if (d.year < 2022 || d.year > 2099)
		return false;
	if (is_named(d))
		return true;
	/* A day between two of them; and the first free day after one that fell on a Sunday. */
	if (is_named(before) && is_named(after))
		return true;
	while (is_named(before)) {
		if (date_weekday(before) == 0)
			return true;
		before = date_add_days(before, -1);
	}
	return false;
}
