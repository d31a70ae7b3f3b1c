#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {
    [OK] = "ok",
    [ERR_MEMORY] = "memory limit",
    [ERR_LIMIT] = "limit",
    [ERR_SYNTAX] = "malformed",
    [ERR_UNSUPPORTED] = "unsupported",
    [ERR_FORBIDDEN] = "forbidden",
    [ERR_CONFLICT] = "conflict",
    [ERR_NOT_FOUND] = "not found",
    [ERR_IO] = "input/output error",
    [ERR_FULL] = "full",
    [ERR_TIMEOUT] = "timeout",
    [ERR_CRASH] = "crashed",
    [ERR_PEER] = "protocol error",
    [ERR_CRYPTO] = "authentication failure",
    [ERR_USAGE] = "usage error",
};

const char *err_str(enum err e)
{
	if ((size_t)e >= ARRAY_LEN(names) || !names[e])
		return "unknown error";
	return names[e];
}

enum err diag_set(struct diag *d, enum err e, size_t offset, const char *fmt, ...)
{
	if (d) {
		va_list ap;
		d->offset = offset;
		d->line = d->column = 0;
		va_start(ap, fmt);
		vsnprintf(d->text, sizeof d->text, fmt, ap);
		va_end(ap);
	}
	return e;
}

void bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "sekisho: bug at %s:%d: %s\n", file, line, what);
	abort();
}
