/*
 * clock: monotonic time for deadlines, UTC for what is stored. The two are never mixed.
 */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include "base/err.h"
#include "base/slice.h"

uint64_t clock_mono_us(void);
uint64_t clock_mono_ms(void);
int64_t clock_utc_us(void); /* microseconds since 1970-01-01T00:00:00Z */

#define CLOCK_ISO_SIZE 28
/* "2026-11-24T05:46:05.123Z" with a final NUL; years 0 to 9999, else the nearest of these. */
void clock_iso(int64_t utc_us, char ret[CLOCK_ISO_SIZE]);
/* Reads that form, and the one without a fraction. ERR_SYNTAX for anything else. */
enum err clock_iso_parse(struct slice s, int64_t *ret_utc_us) NODISCARD;

#endif
