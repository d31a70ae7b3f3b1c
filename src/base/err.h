/*
 * err: the one error type of the program.
 *
 * Every function that can fail returns enum err and is NODISCARD. Outputs are named ret_... and
 * stay untouched on failure. Parsers and the policy add an optional last `struct diag *` that says
 * where and why. Rooms below gateway never log: they return.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err {
	OK = 0,
	ERR_MEMORY,      /* an arena's cap or malloc: the job asked for more than its limit */
	ERR_LIMIT,       /* a documented limit other than memory (size, depth, count, ratio) */
	ERR_SYNTAX,      /* the input breaks its format */
	ERR_UNSUPPORTED, /* well formed, but outside what may pass (encrypted, unknown type) */
	ERR_FORBIDDEN,   /* a rule or an authority says no */
	ERR_CONFLICT,    /* state changed meanwhile, or a duplicate */
	ERR_NOT_FOUND,
	ERR_IO,      /* the system failed (disk, descriptor) */
	ERR_FULL,    /* disk or queue at its watermark */
	ERR_TIMEOUT, /* a deadline passed */
	ERR_CRASH,   /* a worker died */
	ERR_PEER,    /* a process of ours, or a remote one, broke the protocol */
	ERR_CRYPTO,  /* a seal, signature or hash does not match */
	ERR_USAGE,   /* the caller's arguments or configuration are wrong */
};

/* A short English word for an error, for logs and the command line; never NULL. */
const char *err_str(enum err e);

/*
 * Where and why an input was refused. offset is in bytes from the start of the input; line and
 * column count from 1 (column in code points), 0 where they make no sense. text is a NUL-terminated
 * sentence without a final full stop.
 */
struct diag {
	size_t offset;
	unsigned line, column;
	char part[96];  /* member or part of a container, "" for the input itself */
	char text[256]; /* the reason, and what to do where that helps */
};

/* Fills *d (which may be NULL) and returns e, so that `return diag_set(...)` reads as one step. */
enum err diag_set(struct diag *d, enum err e, size_t offset, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* A broken invariant of our own: prints where and aborts, also in release builds. */
#define BUG_IF(cond) ((cond) ? bug(__FILE__, __LINE__, #cond) : (void)0)
void bug(const char *file, int line, const char *what) __attribute__((noreturn));

/* Propagates an error to the caller. The only control-flow macro of the house. */
#define TRY(expr) \
	do { \
		enum err try_e_ = (expr); \
		if (try_e_ != OK) \
			return try_e_; \
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
