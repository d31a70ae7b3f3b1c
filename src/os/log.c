#include "os/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "os/clock.h"

/* The two globals that the house allows. */
static const char *log_role = "sekisho";
static enum log_level log_most = LEVEL_INFO;

static const char *const level_name[] = {"error", "warn", "info", "debug"};

void log_init(const char *role, enum log_level most)
{
	log_role = role;
	log_most = most;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[1001], when[CLOCK_ISO_SIZE];
	size_t n;
	int k;
	va_list ap;

	if (level > log_most)
		return;
	clock_iso(clock_utc_us(), when);
	k = snprintf(line, sizeof line, "%s %s role=%s event=%s ", when, level_name[level],
		     log_role, event);
	n = k < 0 ? 0 : (size_t)k < sizeof line - 1 ? (size_t)k : sizeof line - 1;
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof line - n, fmt, ap);
	va_end(ap);
	if (k > 0)
		n = n + (size_t)k < sizeof line - 1 ? n + (size_t)k : sizeof line - 1;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* A full or closed stderr must not stop the program: nothing can be said about it here. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}
