/*
 * calendar: days, Japanese eras (和暦), fiscal years (年度), and Japan's time. Pure: nobody here
 * asks a clock.
 *
 * Stored times are UTC seconds since 1970; what people see is JST (UTC+9, no daylight saving time
 * since 1952). Dates are Gregorian. Eras are known from 1873-01-01 (明治6年1月1日), when Japan took
 * the Gregorian calendar over: before that a 和暦 date has a month and day of its own.
 * Source of the era days: 元号法 and the rescripts it follows; 1868-10-23 and its effect from 1
 * January of that year, 1912-07-30, 1926-12-25, 1989-01-08, 2019-05-01.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct date {
	int year;            /* 1..9999 */
	unsigned month, day; /* from 1 */
};

struct jst {
	struct date date;
	unsigned hour, minute, second, weekday; /* weekday 0 = Sunday */
};

struct wareki {
	const char *name; /* 令和 */
	char letter;      /* R */
	unsigned year;    /* of the era, 1 = 元年 */
	unsigned month, day;
};

bool date_valid(struct date d);
int date_cmp(struct date a, struct date b);

/* Days since 1970-01-01, and back. The date must be valid; the days within years 1..9999. */
int64_t date_days(struct date d);
struct date date_from_days(int64_t days);
struct date date_add_days(struct date d, int64_t days);
/* The same day n months later, or the last day of that month where it is shorter. */
struct date date_add_months(struct date d, int n);
unsigned date_weekday(struct date d); /* 0 = Sunday */

/*
 * 国民の祝日, the days that take their place (振替休日) and the days between two (国民の休日), for
 * 2022..2099; false for other years. Source: 国民の祝日に関する法律.
 */
bool date_is_holiday(struct date d);

/* Seconds since 1970 UTC to Japan's date and time, and a Japanese midnight to seconds. */
struct jst jst_from_unix(int64_t seconds);
int64_t jst_midnight(struct date d);

/* ERR_UNSUPPORTED before 1873-01-01. Days on which an era changed belong to the new one. */
enum err wareki_of(struct date d, struct wareki *ret) NODISCARD;

/*
 * The date an era date names: letter M T S H R. ERR_SYNTAX where that era had no such day; the last
 * day of 明治 and of 大正 is accepted under both names, as the law made it both.
 */
enum err wareki_date(char letter, unsigned year, unsigned month, unsigned day, struct date *ret)
    NODISCARD;

/*
 * Reads the whole slice as one date: 2024-04-01, 2024/4/1, 2024年4月1日, 令和6年4月1日,
 * 令和元年5月1日, R6.4.1, r6/4/1, with ASCII or full-width digits. ERR_SYNTAX otherwise.
 */
enum err date_parse(struct slice s, struct date *ret) NODISCARD;

/* The fiscal year a day falls in: from 1 April, named after the calendar year it begins in. */
int fiscal_year(struct date d);

/* 2024-04-01 of a day since 1970-01-01, in the arena; empty for 0, which stands for no day. */
struct slice date_iso_text(struct arena *a, int64_t day);
void date_put_iso(struct buf *b, struct date d);    /* 2024-04-01 */
void date_put_wareki(struct buf *b, struct date d); /* 令和6年4月1日; ISO before 1873 */
void date_put_short(struct buf *b, struct date d);  /* R6.4.1; ISO before 1873 */
/* 令和6年度; the year in which 令和 began is 令和元年度 as a whole. */
void fiscal_year_put(struct buf *b, int year);
/* 令和6年4月1日 9時05分 */
void jst_put(struct buf *b, int64_t seconds);

#endif
