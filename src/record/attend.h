/*
 * attend: what the record says of the witnesses of its own log: which ones are asked by which key,
 * when each last gave no cause for alarm, and what alarms there are.
 *
 *     witness.named key=..           the site's configuration names it, or names another key
 *     witness.cosigned size=..       the first cosignature, and the first one after an alarm
 *     witness.refused why=..         it answered, and not with a cosignature (enum cosign_news)
 *     witness.silent last=..         no cosignature for longer than its row allows
 *     witness.too-few fresh=.. required=..   and witness.enough: of all together
 *
 * The first four stand in the stream "witness/NAME", the others in "witness". Only changes are
 * written, so that a state is an entry and not one every minute.
 */
#ifndef RECORD_ATTEND_H
#define RECORD_ATTEND_H

#include "base/arena.h"
#include "store/store.h"

struct attend {
	struct slice key; /* as last named; empty where the record does not know the witness */
	int64_t good_ms;  /* newest entry that says it was named or cosigned; 0: none */
	bool cosigned;    /* it has cosigned since it was named */
	bool silent;
	struct slice why; /* it refused last, and why; else empty */
	int64_t alarm_ms; /* since when it is silent or refuses */
};

/* Slices lie in the arena. */
enum err attend_read(struct store *s, const char *name, struct arena *a, struct attend *ret)
    NODISCARD;
/* Whether the last word on all of them is that too few cosignatures are fresh. */
enum err attend_read_all(struct store *s, struct arena *a, bool *ret_too_few) NODISCARD;

/* Each is a transaction of its own; actor is the system. */
enum err attend_named(struct store *s, const char *name, const char *key, int64_t now_ms) NODISCARD;
enum err attend_cosigned(struct store *s, const char *name, uint64_t size, int64_t now_ms)
    NODISCARD;
enum err attend_refused(struct store *s, const char *name, const char *why, int64_t now_ms)
    NODISCARD;
/* last: seconds since 1970 of the newest cosignature. */
enum err attend_silent(struct store *s, const char *name, uint64_t last, int64_t now_ms) NODISCARD;
enum err attend_count(struct store *s, unsigned fresh, unsigned required, int64_t now_ms) NODISCARD;

#endif
