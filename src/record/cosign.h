/*
 * cosign: how the log's own side asks its witnesses, and what it believes of their answers.
 *
 * A round takes the newest checkpoint and asks every witness about it (C2SP add-checkpoint); an
 * answer counts only where it is a good cosignature of that checkpoint by the key that the site's
 * configuration names. When all have answered or failed, the checkpoint with its cosignatures is
 * handed out to be kept as DIR/log/cosigned. Every byte of an answer is hostile.
 *
 * One witness is asked at most twice a round: it may know another size than was assumed.
 *
 * Times are seconds since 1970. Errors: those of reading the log; ERR_CRYPTO where its checkpoint
 * is not signed by its own key.
 */
#ifndef RECORD_COSIGN_H
#define RECORD_COSIGN_H

#include "base/arena.h"
#include "store/store.h"
#include "tlog/note.h"

#define COSIGN_PEERS_MAX 16

struct cosign_peer {
	char name[33];
	struct tlog_key key;
	unsigned silence; /* seconds without a cosignature that are an alarm */
};

enum cosign_news {
	COSIGN_DONE,
	COSIGN_AGAIN,       /* it saw another size: ask once more */
	COSIGN_UNREACHABLE, /* no answer */
	COSIGN_NEW_ORIGIN,  /* 404: it does not know this log */
	COSIGN_NEW_KEY,     /* 403: it does not know this log's key */
	COSIGN_ROLLBACK,    /* it knows a longer log than this one: this one was set back */
	COSIGN_FORK,        /* 409 or 422: it knows another history than this one */
	COSIGN_FALSE,       /* 200, and no good cosignature by its key */
	COSIGN_REFUSED,     /* any other answer */
	COSIGN_NEWS
};
const char *cosign_news_str(enum cosign_news n); /* as in log events: "new-origin" */

struct cosign;

/* log: descriptor of DIR/log, borrowed; peers are copied. Reads what is kept in `cosigned`. */
enum err cosign_new(int log, const struct cosign_peer *peers, size_t n, struct cosign **ret)
    NODISCARD;
void cosign_free(struct cosign *c);

/* Begins a round with the newest checkpoint; what the last one left unfinished is dropped. */
enum err cosign_begin(struct cosign *c) NODISCARD;
/* Appends the request for peer i; it is under way until cosign_answer or cosign_fail. */
enum err cosign_request(struct cosign *c, size_t i, struct buf *body) NODISCARD;

struct cosign_answer {
	unsigned status; /* of HTTP; 0: none came */
	bool is_size;    /* its type was text/x.tlog.size */
	struct slice body;
};
/*
 * What to make of it. After COSIGN_AGAIN the next thing is cosign_request. A cosignature that is
 * dated later than now is false: it would count as fresh for longer than it is.
 */
enum cosign_news cosign_answer(struct cosign *c, size_t i, const struct cosign_answer *a,
			       uint64_t now);

/*
 * True when nobody is asked any more and the round has a note that is better than the kept one: as
 * many fresh cosignatures as are required, or no fewer than that one has. It is then the kept one.
 */
bool cosign_end(struct cosign *c, uint64_t now, unsigned required, struct buf *ret_note);

/* The newest cosignature of peer i that was seen; 0: none. */
uint64_t cosign_last(const struct cosign *c, size_t i);
/* Cosignatures of the kept checkpoint that are not older than their witness's silence. */
unsigned cosign_fresh(const struct cosign *c, uint64_t now);
/* Entries of the checkpoint that the last round was about, and of the kept one (0: none). */
uint64_t cosign_asked(const struct cosign *c);
uint64_t cosign_size(const struct cosign *c);

#endif
