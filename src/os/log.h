/*
 * log: structured one-line diagnostics on stderr.
 *
 *     2026-11-24T05:46:05.123Z info role=gateway event=role-started pid=812
 *
 * For the people who run the program; the record of what happened is another thing (room record).
 * No secrets, no file names, no content. Only rooms gateway and above and the roles log. One line
 * is one write, cut at 1,000 bytes; control characters become "?".
 */
#ifndef OS_LOG_H
#define OS_LOG_H

#include "base/err.h"

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };

/* role is kept by reference and must live as long as the process. */
void log_init(const char *role, enum log_level most);
/* event is a word with hyphens; fmt prints "key=value" pairs. */
void log_event(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
