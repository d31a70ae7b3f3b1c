/*
 * day: dates as days since 1970-01-01 in Japan, proleptic Gregorian.
 */
#ifndef POLICY_DAY_H
#define POLICY_DAY_H

#include "base/buf.h"
#include "base/slice.h"

struct civil {
	int32_t year;
	unsigned month, day; /* from 1 */
};

int32_t policy_day(struct civil c);
struct civil policy_civil(int32_t day);

/* "2022-07-15" or 「令和4年7月15日」, 「令和元年…」: a date that exists, within its era. */
bool policy_day_parse(struct slice s, int32_t *ret);
void policy_day_put(struct buf *b, int32_t day);        /* 2022-07-15 */
void policy_day_put_wareki(struct buf *b, int32_t day); /* 令和4年7月15日 */

/* The last day kept, for what is recorded on `day`. */
int32_t policy_keep_days(int32_t day, uint32_t n);
int32_t policy_keep_years(int32_t day, uint32_t n);
/* The count begins on the April 1 after the 年度 of the day. */
int32_t policy_keep_fiscal(int32_t day, uint32_t n);

#endif
