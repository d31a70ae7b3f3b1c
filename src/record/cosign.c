/* cosign: rounds of questions to witnesses; see cosign.h. */
#include "record/cosign.h"
#include <stdlib.h>
#include "record/prove.h"

#define CLOCKS_APART 300u /* seconds that a witness's clock may be before ours */

struct peer {
	struct cosign_peer conf;
	uint64_t size;       /* of the log, as it is thought to have seen it last */
	uint64_t last, kept; /* newest cosignature seen; that in the kept note, 0 for none */
	uint64_t now;        /* that of this round, 0 for none */
	bool asked, twice;
};

struct cosign {
	int log;
	struct peer peer[COSIGN_PEERS_MAX];
	size_t n;
	struct buf note, lines;            /* of this round: the checkpoint, its cosignatures */
	struct tlog_checkpoint checkpoint; /* of this round; points into note */
	uint64_t kept_size;
	bool open;
};

const char *cosign_news_str(enum cosign_news n)
{
	static const char *const name[COSIGN_NEWS] = {[COSIGN_DONE] = "cosigned",
						      [COSIGN_AGAIN] = "behind",
						      [COSIGN_UNREACHABLE] = "unreachable",
						      [COSIGN_NEW_ORIGIN] = "new-origin",
						      [COSIGN_NEW_KEY] = "new-key",
						      [COSIGN_ROLLBACK] = "rollback",
						      [COSIGN_FORK] = "fork",
						      [COSIGN_FALSE] = "false-signature",
						      [COSIGN_REFUSED] = "refused"};

	return name[n];
}

/* When the witness cosigned the note; 0 where it did not. */
static uint64_t cosigned_at(struct slice note, const struct tlog_key *key)
{
	struct tlog_note n;
	uint64_t time;

	return tlog_note_parse(note, &n) == OK && tlog_note_signed(&n, key, &time) == OK ? time : 0;
}

/* What is kept of earlier rounds; a note that is no longer the log's own counts for nothing. */
static enum err load_kept(struct cosign *c)
{
	struct tlog_checkpoint cp;
	struct tlog_key key;
	struct tlog_note n;
	enum err e;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	e = log_read_cosigned(c->log, &note);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(log_read_key(c->log, &key));
	if (tlog_note_parse(buf_view(&note), &n) != OK ||
	    tlog_checkpoint_parse(n.text, &cp) != OK || !slice_eq_str(cp.origin, key.name))
		return OK;
	c->kept_size = cp.size;
	for (size_t i = 0; i < c->n; i++) {
		struct peer *p = &c->peer[i];

		p->kept = p->last = cosigned_at(buf_view(&note), &p->conf.key);
		p->size = p->kept ? cp.size : 0;
	}
	return OK;
}

enum err cosign_new(int log, const struct cosign_peer *peers, size_t n, struct cosign **ret)
{
	struct cosign *c = calloc(1, sizeof *c);
	enum err e;

	if (!c)
		return ERR_MEMORY;
	BUG_IF(n > COSIGN_PEERS_MAX);
	c->log = log;
	c->n = n;
	for (size_t i = 0; i < n; i++)
		c->peer[i].conf = peers[i];
	buf_init(&c->note, TLOG_NOTE_MAX);
	buf_init(&c->lines, TLOG_NOTE_MAX);
	e = load_kept(c);
	if (e != OK) {
		cosign_free(c);
		return e;
	}
	*ret = c;
	return OK;
}

void cosign_free(struct cosign *c)
{
	if (!c)
		return;
	buf_free(&c->note);
	buf_free(&c->lines);
	free(c);
}

enum err cosign_begin(struct cosign *c)
{
	struct tlog_key key;

	c->open = false;
	c->note.n = c->lines.n = 0;
	TRY(log_read_key(c->log, &key));
	TRY(log_read_note(c->log, &c->note));
	TRY(tlog_checkpoint_open(buf_view(&c->note), &key, 1, slice_str(key.name), &c->checkpoint));
	for (size_t i = 0; i < c->n; i++) {
		c->peer[i].asked = c->peer[i].twice = false;
		c->peer[i].now = 0;
	}
	c->open = true;
	return OK;
}

enum err cosign_request(struct cosign *c, size_t i, struct buf *body)
{
	struct peer *p = &c->peer[i];

	BUG_IF(!c->open);
	if (p->size > c->checkpoint.size)
		p->size = 0; /* it will say again what it knows */
	TRY(log_prove_growth_from(c->log, p->size, buf_view(&c->note), body));
	p->asked = true;
	return OK;
}

/* A cosignature is taken only where it makes the checkpoint of this round a note that bears it. */
static enum cosign_news take(struct cosign *c, struct peer *p, struct slice lines, uint64_t now)
{
	uint64_t time;
	AUTO_BUF whole;

	buf_init(&whole, TLOG_NOTE_MAX);
	buf_slice(&whole, buf_view(&c->note));
	buf_slice(&whole, lines);
	if (buf_err(&whole) != OK)
		return COSIGN_FALSE;
	time = cosigned_at(buf_view(&whole), &p->conf.key);
	if (!time || time > now + CLOCKS_APART)
		return COSIGN_FALSE;
	/* Its lines beside those of the others must still be a note. */
	whole.n = c->note.n;
	buf_slice(&whole, buf_view(&c->lines));
	buf_slice(&whole, lines);
	if (buf_err(&whole) != OK || !cosigned_at(buf_view(&whole), &p->conf.key))
		return COSIGN_FALSE;
	buf_slice(&c->lines, lines);
	if (buf_err(&c->lines) != OK)
		return COSIGN_FALSE;
	p->size = c->checkpoint.size;
	p->now = time;
	if (time > p->last)
		p->last = time;
	return COSIGN_DONE;
}

static enum cosign_news conflict(struct cosign *c, struct peer *p, const struct cosign_answer *a)
{
	uint64_t size;

	if (!a->is_size || !slice_u64(slice_trim(a->body), &size))
		return COSIGN_REFUSED;
	if (size > c->checkpoint.size)
		return COSIGN_ROLLBACK;
	if (size == p->size || p->twice)
		return COSIGN_FORK;
	p->size = size;
	p->twice = p->asked = true;
	return COSIGN_AGAIN;
}

static enum cosign_news judge(struct cosign *c, struct peer *p, const struct cosign_answer *a,
			      uint64_t now)
{
	switch (a->status) {
	case 0:
		return COSIGN_UNREACHABLE;
	case 200:
		return take(c, p, a->body, now);
	case 403:
		return COSIGN_NEW_KEY;
	case 404:
		return COSIGN_NEW_ORIGIN;
	case 409:
		return conflict(c, p, a);
	case 422:
		return COSIGN_FORK;
	default:
		return COSIGN_REFUSED;
	}
}

enum cosign_news cosign_answer(struct cosign *c, size_t i, const struct cosign_answer *a,
			       uint64_t now)
{
	struct peer *p = &c->peer[i];

	p->asked = false;
	return c->open ? judge(c, p, a, now) : COSIGN_UNREACHABLE;
}

static bool fresh(const struct peer *p, uint64_t time, uint64_t now)
{
	return time && (now <= p->conf.silence || time >= now - p->conf.silence);
}

bool cosign_end(struct cosign *c, uint64_t now, unsigned required, struct buf *ret_note)
{
	unsigned good = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (c->peer[i].asked)
			return false;
		good += fresh(&c->peer[i], c->peer[i].now, now);
	}
	if (!c->open)
		return false;
	c->open = false;
	if (good == 0 || (good < required && good < cosign_fresh(c, now)))
		return false;
	ret_note->n = 0;
	buf_slice(ret_note, buf_view(&c->note));
	buf_slice(ret_note, buf_view(&c->lines));
	if (buf_err(ret_note) != OK)
		return false;
	c->kept_size = c->checkpoint.size;
	for (size_t i = 0; i < c->n; i++)
		c->peer[i].kept = c->peer[i].now;
	return true;
}

uint64_t cosign_last(const struct cosign *c, size_t i)
{
	return c->peer[i].last;
}

unsigned cosign_fresh(const struct cosign *c, uint64_t now)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += fresh(&c->peer[i], c->peer[i].kept, now);
	return n;
}

uint64_t cosign_asked(const struct cosign *c)
{
	return c->checkpoint.size;
}

uint64_t cosign_size(const struct cosign *c)
{
	return c->kept_size;
}
