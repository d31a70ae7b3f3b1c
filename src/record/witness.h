/*
 * witness: what a witness keeps, and how it answers add-checkpoint (C2SP tlog-witness).
 *
 *     DIR/key          its private key, 0400          DIR/vkey    the public one
 *     DIR/logs         verifier keys of the logs it knows, one a line; made by hand
 *     DIR/seen-HEX     the newest note it cosigned of the log whose origin hashes to HEX
 *     DIR/fork-HEX     the first note that log signed and that contradicts seen-HEX: evidence
 *
 * A log's checkpoint is cosigned only where it grew from the one in seen-HEX, which is replaced
 * durably before the answer leaves: after a crash the witness knows either the old note, and nobody
 * has its cosignature of the new one, or the new note. One process, one thread: the folder is
 * locked while it is open (ERR_CONFLICT for a second one).
 *
 * Errors: as os/file.h; ERR_CRYPTO where a note in DIR is not signed by a known key of its log and
 * by the witness itself: it does not start, since it could sign a fork.
 */
#ifndef RECORD_WITNESS_H
#define RECORD_WITNESS_H

#include "tlog/receipt.h"

#define WITNESS_LOGS_MAX 64

/* What happened, for the alarm. */
enum witness_news {
	WITNESS_COSIGNED,
	WITNESS_MALFORMED,  /* 400 */
	WITNESS_NEW_ORIGIN, /* 404: a log it does not know asks */
	WITNESS_NEW_KEY,    /* 403: a known log, but no known key of it signed */
	WITNESS_BEHIND,     /* 409: the asker assumed another size; it is told which */
	WITNESS_FORK,   /* 409 or 422: signed by the log, and no continuation of what was seen */
	WITNESS_FAILED, /* 500: the state could not be kept; nothing was signed */
	WITNESS_NEWS
};
const char *witness_news_str(enum witness_news n); /* as in log events: "new-origin" */

struct witness;

/* Makes key, vkey and an empty list of logs in an existing folder. ERR_CONFLICT: has a key. */
enum err witness_create(const char *dir, struct slice name) NODISCARD;
enum err witness_open(const char *dir, struct witness **ret) NODISCARD;
void witness_close(struct witness *w);

struct witness_answer {
	unsigned status; /* of HTTP */
	const char *type;
	enum witness_news news;
	char origin[TLOG_NAME_MAX + 1]; /* as far as known */
};

/* body: of the request. now: seconds since 1970. ret_body: of the answer. */
void witness_add(struct witness *w, struct slice body, uint64_t now, struct buf *ret_body,
		 struct witness_answer *ret);

/* The known logs: origin, what was seen last and when (0: never). False beyond the last. */
bool witness_log(const struct witness *w, size_t i, const char **ret_origin, uint64_t *ret_size,
		 uint64_t *ret_time);

#endif
