#include "base/calendar.h"
#include "base/test.h"

static struct date day(int y, unsigned m, unsigned d)
{
	return (struct date){y, m, d};
}

#define CHECK_PUT(call, want) \
	do { \
		AUTO_BUF b; \
		buf_init(&b, 200); \
		call; \
		CHECK_STR(buf_view(&b), want); \
	} while (0)

static void days_count_both_ways(void)
{
	CHECK(date_days(day(1970, 1, 1)) == 0);
	CHECK(date_days(day(2000, 2, 29)) == 11016);
	CHECK(date_days(day(1, 1, 1)) == -719162);
	for (int64_t n = -719162; n < 2932897; n += 13) {
		struct date d = date_from_days(n);

		REQUIRE(date_valid(d));
		REQUIRE(date_days(d) == n);
	}
	CHECK(date_cmp(date_from_days(2932896), day(9999, 12, 31)) == 0);
	CHECK(!date_valid(day(2023, 2, 29)) && date_valid(day(2024, 2, 29)));
	CHECK(!date_valid(day(1900, 2, 29)) && !date_valid(day(2024, 13, 1)));
	CHECK(date_weekday(day(2024, 4, 1)) == 1);
	CHECK(date_weekday(day(1926, 12, 25)) == 6);
}

static void months_end_where_they_end(void)
{
	CHECK(date_cmp(date_add_months(day(2024, 1, 31), 1), day(2024, 2, 29)) == 0);
	CHECK(date_cmp(date_add_months(day(2024, 3, 31), -13), day(2023, 2, 28)) == 0);
	CHECK(date_cmp(date_add_months(day(2024, 12, 1), 1), day(2025, 1, 1)) == 0);
	CHECK(date_cmp(date_add_days(day(2024, 2, 28), 2), day(2024, 3, 1)) == 0);
}

static void eras_change_on_their_day(void)
{
	CHECK_PUT(date_put_wareki(&b, day(2019, 4, 30)), "平成31年4月30日");
	CHECK_PUT(date_put_wareki(&b, day(2019, 5, 1)), "令和元年5月1日");
	CHECK_PUT(date_put_wareki(&b, day(1989, 1, 7)), "昭和64年1月7日");
	CHECK_PUT(date_put_wareki(&b, day(1989, 1, 8)), "平成元年1月8日");
	CHECK_PUT(date_put_wareki(&b, day(1926, 12, 24)), "大正15年12月24日");
	CHECK_PUT(date_put_wareki(&b, day(1926, 12, 25)), "昭和元年12月25日");
	CHECK_PUT(date_put_wareki(&b, day(1912, 7, 29)), "明治45年7月29日");
	CHECK_PUT(date_put_wareki(&b, day(1912, 7, 30)), "大正元年7月30日");
	CHECK_PUT(date_put_wareki(&b, day(1873, 1, 1)), "明治6年1月1日");
	CHECK_PUT(date_put_wareki(&b, day(1872, 12, 31)), "1872-12-31");
	CHECK_PUT(date_put_short(&b, day(2019, 5, 1)), "R1.5.1");
	CHECK_PUT(date_put_short(&b, day(2019, 4, 30)), "H31.4.30");
}

static void dates_are_read(void)
{
	static const struct {
		const char *text;
		int y;
		unsigned m, d;
	} good[] = {
	    {"2024-04-01", 2024, 4, 1},       {"2024/4/1", 2024, 4, 1},
	    {"2024年4月1日", 2024, 4, 1},     {"令和6年4月1日", 2024, 4, 1},
	    {"令和元年5月1日", 2019, 5, 1},   {"R1.5.1", 2019, 5, 1},
	    {"r6/4/1", 2024, 4, 1},           {"H31.4.30", 2019, 4, 30},
	    {"S64.1.7", 1989, 1, 7},          {"H1.1.8", 1989, 1, 8},
	    {"T15.12.25", 1926, 12, 25},      {"S1.12.25", 1926, 12, 25},
	    {"M45.7.30", 1912, 7, 30},        {"T1.7.30", 1912, 7, 30},
	    {"令和６年４月１日", 2024, 4, 1}, {"M6.1.1", 1873, 1, 1},
	};
	static const char *const bad[] = {"",          "R1.4.30",  "H31.5.1",     "S64.1.8",
					  "H1.1.7",    "T1.7.29",  "M45.7.31",    "M5.12.31",
					  "2023-2-29", "R0.5.1",   "2024-4",      "2024-4-1x",
					  "X6.4.1",    "2024/4-1", "令和6年4月1", "元年4月1日",
					  "20240401",  "R6.13.1",  "12345-1-1"};
	struct date d;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		CHECK(date_parse(slice_str(good[i].text), &d) == OK);
		CHECK(date_cmp(d, day(good[i].y, good[i].m, good[i].d)) == 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(date_parse(slice_str(bad[i]), &d) == ERR_SYNTAX);
}

static void what_is_written_reads_back(void)
{
	for (int64_t n = date_days(day(1873, 1, 1)); n < date_days(day(2100, 1, 1)); n += 3) {
		AUTO_BUF a, b;
		struct date d = date_from_days(n), got;

		buf_init(&a, 100);
		buf_init(&b, 100);
		date_put_wareki(&a, d);
		date_put_short(&b, d);
		REQUIRE(date_parse(buf_view(&a), &got) == OK && date_cmp(got, d) == 0);
		REQUIRE(date_parse(buf_view(&b), &got) == OK && date_cmp(got, d) == 0);
	}
}

static void fiscal_years_begin_in_april(void)
{
	CHECK(fiscal_year(day(2025, 3, 31)) == 2024);
	CHECK(fiscal_year(day(2025, 4, 1)) == 2025);
	CHECK_PUT(fiscal_year_put(&b, 2024), "令和6年度");
	CHECK_PUT(fiscal_year_put(&b, 2019), "令和元年度");
	CHECK_PUT(fiscal_year_put(&b, 2018), "平成30年度");
	CHECK_PUT(fiscal_year_put(&b, 1988), "昭和63年度");
	CHECK_PUT(fiscal_year_put(&b, 1989), "平成元年度");
}

static void japan_is_nine_hours_ahead(void)
{
	struct jst t = jst_from_unix(1711897199); /* 2024-03-31T14:59:59Z */

	CHECK(date_cmp(t.date, day(2024, 3, 31)) == 0 && t.hour == 23 && t.second == 59);
	t = jst_from_unix(1711897200);
	CHECK(date_cmp(t.date, day(2024, 4, 1)) == 0 && t.hour == 0 && t.weekday == 1);
	CHECK(jst_midnight(day(2024, 4, 1)) == 1711897200);
	t = jst_from_unix(-32401);
	CHECK(date_cmp(t.date, day(1969, 12, 31)) == 0 && t.hour == 23);
	CHECK_PUT(jst_put(&b, 1711897200 + 9 * 3600 + 5 * 60), "令和6年4月1日 9時05分");
}

/* The almanac's days of 2026, of which two follow from others, and some of other years. */
static void holidays(void)
{
	static const struct date days[] = {
	    {2026, 1, 1},   {2026, 1, 12}, {2026, 2, 11}, {2026, 2, 23}, {2026, 3, 20},
	    {2026, 4, 29},  {2026, 5, 3},  {2026, 5, 4},  {2026, 5, 5},  {2026, 5, 6},
	    {2026, 7, 20},  {2026, 8, 11}, {2026, 9, 21}, {2026, 9, 22}, {2026, 9, 23},
	    {2026, 10, 12}, {2026, 11, 3}, {2026, 11, 23}};
	static const struct date others[] = {{2023, 1, 2},   {2024, 2, 12}, {2024, 9, 22},
					     {2024, 9, 23},  {2025, 2, 24}, {2025, 5, 6},
					     {2025, 11, 24}, {2027, 3, 22}, {2032, 9, 21}};
	unsigned n = 0;

	for (struct date d = {2026, 1, 1}; d.year == 2026; d = date_add_days(d, 1))
		n += date_is_holiday(d);
	CHECK(n == ARRAY_LEN(days));
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		CHECK(date_is_holiday(days[i]));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		CHECK(date_is_holiday(others[i]));
	CHECK(!date_is_holiday((struct date){2026, 11, 24}));
	CHECK(!date_is_holiday((struct date){2025, 9, 22}));
	CHECK(!date_is_holiday((struct date){1999, 1, 1}));
}

TESTS(CASE(holidays), CASE(days_count_both_ways), CASE(months_end_where_they_end),
      CASE(eras_change_on_their_day), CASE(dates_are_read), CASE(what_is_written_reads_back),
      CASE(fiscal_years_begin_in_april), CASE(japan_is_nine_hours_ahead))
