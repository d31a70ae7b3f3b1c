#include "os/clock.h"

#include <stdio.h>
#include <time.h>
#include "base/calendar.h"
#include "base/reader.h"

uint64_t clock_mono_us(void)
{
	struct timespec t;

	BUG_IF(clock_gettime(CLOCK_MONOTONIC, &t) != 0);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

uint64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000u;
}

int64_t clock_utc_us(void)
{
	struct timespec t;

	BUG_IF(clock_gettime(CLOCK_REALTIME, &t) != 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* First and last second of the years 0 and 9999. */
#define FIRST_SECOND (-62167219200ll)
#define LAST_SECOND 253402300799ll

void clock_iso(int64_t utc_us, char ret[CLOCK_ISO_SIZE])
{
	int64_t us = utc_us % 1000000, sec = utc_us / 1000000;
	struct tm tm;
	time_t t;
	int n;

	if (us < 0) {
		us += 1000000;
		sec--;
	}
	t = sec < FIRST_SECOND ? FIRST_SECOND : sec > LAST_SECOND ? LAST_SECOND : sec;
	BUG_IF(!gmtime_r(&t, &tm));
	n = snprintf(ret, CLOCK_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		     (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)(tm.tm_mon + 1) % 100u,
		     (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u,
		     (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u,
		     (unsigned)(us / 1000) % 1000u);
	BUG_IF(n != 24);
}

static bool digits(struct reader *r, size_t n, int *ret)
{
	uint64_t v = 0;
	struct slice s = reader_take(r, n);

	if (!slice_u64(s, &v))
		return false;
	*ret = (int)v;
	return true;
}

static bool literal(struct reader *r, char c)
{
	return reader_u8(r) == (uint8_t)c && reader_ok(r);
}

enum err clock_iso_parse(struct slice s, int64_t *ret_utc_us)
{
	struct reader r = reader_of(s);
	int year, month, day, hour, minute, second, ms = 0;
	struct date d;

	if (!digits(&r, 4, &year) || !literal(&r, '-') || !digits(&r, 2, &month) ||
	    !literal(&r, '-') || !digits(&r, 2, &day) || !literal(&r, 'T') ||
	    !digits(&r, 2, &hour) || !literal(&r, ':') || !digits(&r, 2, &minute) ||
	    !literal(&r, ':') || !digits(&r, 2, &second))
		return ERR_SYNTAX;
	if (reader_left(&r) == 5 && (!literal(&r, '.') || !digits(&r, 3, &ms)))
		return ERR_SYNTAX;
	if (!literal(&r, 'Z') || !reader_done(&r))
		return ERR_SYNTAX;
	d = (struct date){.year = year, .month = (unsigned)month, .day = (unsigned)day};
	if (!date_valid(d) || hour > 23 || minute > 59 || second > 59)
		return ERR_SYNTAX;
	*ret_utc_us =
	    (((date_days(d) * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + ms * 1000;
	return OK;
}
