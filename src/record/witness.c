/* witness: one state file a log, replaced before the answer; see witness.h. */
#include "record/witness.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include "os/file.h"
#include "os/rand.h"

#define KEYS_MAX 8 /* of one log: while its key changes there are two */

struct known {
	struct tlog_key key[KEYS_MAX]; /* all of the same name, the origin */
	size_t keys;
	struct tlog_seen seen;
	uint64_t time; /* of our newest cosignature */
	char seen_file[80], fork_file[80];
};

struct witness {
	int dir;
	struct tlog_signer signer;
	struct known log[WITNESS_LOGS_MAX];
	size_t logs;
};

const char *witness_news_str(enum witness_news n)
{
	static const char *const name[WITNESS_NEWS] = {
	    [WITNESS_COSIGNED] = "cosigned",     [WITNESS_MALFORMED] = "malformed",
	    [WITNESS_NEW_ORIGIN] = "new-origin", [WITNESS_NEW_KEY] = "new-key",
	    [WITNESS_BEHIND] = "behind",         [WITNESS_FORK] = "fork",
	    [WITNESS_FAILED] = "failed"};

	return name[n];
}

/* -- files ------------------------------------------------------------------------------------ */

static enum err open_dir(const char *path, int *ret)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	*ret = fd;
	return OK;
}

enum err witness_create(const char *dir, struct slice name)
{
	struct tlog_signer s;
	uint8_t seed[32];
	AUTO_CLOSE fd = -1;
	AUTO_BUF secret;
	AUTO_BUF pub;
	enum err e;

	buf_init(&secret, 4096);
	buf_init(&pub, 4096);
	TRY(open_dir(dir, &fd));
	rand_bytes(seed, sizeof seed);
	e = tlog_cosigner_make(name, seed, &s);
	sodium_memzero(seed, sizeof seed);
	TRY(e);
	tlog_skey_put(&secret, &s);
	tlog_vkey_put(&pub, &s.key);
	buf_byte(&pub, '\n');
	tlog_signer_wipe(&s);
	e = file_write_new(fd, "key", buf_view(&secret), 0400);
	sodium_memzero(secret.p, secret.n);
	TRY(e);
	TRY(file_write(fd, "vkey", buf_view(&pub), 0644));
	e = file_write_new(fd, "logs", S(""), 0644);
	return e == ERR_CONFLICT ? OK : e; /* a list that was written beforehand */
}

static enum err load_key(struct witness *w)
{
	enum err e;
	AUTO_BUF b;

	buf_init(&b, 4096);
	TRY(file_read_at(w->dir, "key", &b));
	e = tlog_skey_parse(slice_trim(buf_view(&b)), &w->signer);
	sodium_memzero(b.p, b.n);
	TRY(e);
	return w->signer.key.alg == TLOG_COSIGN ? OK : ERR_USAGE;
}

/* -- the logs it knows ------------------------------------------------------------------------ */

static struct known *find(struct witness *w, struct slice origin)
{
	for (size_t i = 0; i < w->logs; i++)
		if (slice_eq_str(origin, w->log[i].key[0].name))
			return &w->log[i];
	return NULL;
}

static enum err add_key(struct witness *w, const struct tlog_key *key)
{
	struct known *k = find(w, slice_str(key->name));
	char hex[65];

	if (key->alg != TLOG_ED25519)
		return ERR_USAGE;
	if (!k) {
		if (w->logs == WITNESS_LOGS_MAX)
			return ERR_LIMIT;
		k = &w->log[w->logs++];
		hash_hex(hash_of(slice_str(key->name)), hex);
		snprintf(k->seen_file, sizeof k->seen_file, "seen-%s", hex);
		snprintf(k->fork_file, sizeof k->fork_file, "fork-%s", hex);
	}
	if (k->keys == KEYS_MAX)
		return ERR_LIMIT;
	k->key[k->keys++] = *key;
	return OK;
}

static enum err load_logs(struct witness *w)
{
	struct slice rest;
	AUTO_BUF b;

	buf_init(&b, TLOG_NOTE_MAX);
	TRY(file_read_at(w->dir, "logs", &b));
	rest = slice_trim(buf_view(&b));
	while (rest.n) {
		size_t end = slice_find_byte(rest, '\n');
		struct tlog_key key;

		end = end == SIZE_MAX ? rest.n : end;
		TRY(tlog_vkey_parse(slice_trim(slice_head(rest, end)), &key));
		TRY(add_key(w, &key));
		rest = slice_trim(slice_from(rest, end));
	}
	return OK;
}

static enum err load_seen(struct witness *w, struct known *k)
{
	struct tlog_trust trust = {.log = k->key,
				   .log_n = k->keys,
				   .witness = &w->signer.key,
				   .witness_n = 1,
				   .require = 1};
	struct tlog_seal seal;
	enum err e;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	e = file_read_at(w->dir, k->seen_file, &note);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (tlog_seal_open(buf_view(&note), &trust, &seal) != OK)
		return ERR_CRYPTO;
	k->seen = (struct tlog_seen){.size = seal.checkpoint.size, .root = seal.checkpoint.root};
	k->time = seal.newest;
	return OK;
}

static enum err load(struct witness *w)
{
	if (flock(w->dir, LOCK_EX | LOCK_NB) != 0)
		return ERR_CONFLICT;
	TRY(load_key(w));
	TRY(load_logs(w));
	for (size_t i = 0; i < w->logs; i++)
		TRY(load_seen(w, &w->log[i]));
	return OK;
}

enum err witness_open(const char *dir, struct witness **ret)
{
	struct witness *w = calloc(1, sizeof *w);
	enum err e;

	if (!w)
		return ERR_MEMORY;
	w->dir = -1;
	e = open_dir(dir, &w->dir);
	if (e == OK)
		e = load(w);
	if (e != OK) {
		witness_close(w);
		return e;
	}
	*ret = w;
	return OK;
}

void witness_close(struct witness *w)
{
	if (!w)
		return;
	tlog_signer_wipe(&w->signer);
	fd_close(&w->dir);
	free(w);
}

bool witness_log(const struct witness *w, size_t i, const char **ret_origin, uint64_t *ret_size,
		 uint64_t *ret_time)
{
	if (i >= w->logs)
		return false;
	*ret_origin = w->log[i].key[0].name;
	*ret_size = w->log[i].seen.size;
	*ret_time = w->log[i].time;
	return true;
}

/* -- answering -------------------------------------------------------------------------------- */

static void answer(struct witness_answer *a, unsigned status, enum witness_news news)
{
	a->status = status;
	a->news = news;
}

/* The log's own lines and ours, durable; then our line is the answer. */
static enum err cosign(struct witness *w, struct known *k, const struct tlog_note *n,
		       const struct tlog_checkpoint *c, uint64_t now, struct buf *ret_line)
{
	struct slice text = n->text;
	AUTO_BUF line;
	AUTO_BUF note;

	buf_init(&line, 4096);
	buf_init(&note, TLOG_NOTE_MAX);
	TRY(tlog_cosign(&line, text, &w->signer, now));
	buf_slice(&note, text);
	buf_byte(&note, '\n');
	for (unsigned i = 0; i < n->n; i++) /* of the log alone: others may be anybody's */
		for (size_t j = 0; j < k->keys; j++)
			if (n->sig[i].id == k->key[j].id &&
			    slice_eq_str(n->sig[i].name, k->key[j].name)) {
				buf_str(&note, "\xE2\x80\x94 ");
				buf_slice(&note, n->sig[i].name);
				buf_byte(&note, ' ');
				buf_slice(&note, n->sig[i].base64);
				buf_byte(&note, '\n');
			}
	buf_slice(&note, buf_view(&line));
	TRY(buf_err(&note));
	TRY(file_write(w->dir, k->seen_file, buf_view(&note), 0600));
	k->seen = (struct tlog_seen){.size = c->size, .root = c->root};
	k->time = now;
	buf_slice(ret_line, buf_view(&line));
	return buf_err(ret_line);
}

/* Kept once; that it is there already, or cannot be kept, changes nothing of the refusal. */
static void keep_evidence(struct witness *w, const struct known *k, struct slice note)
{
	enum err e = file_write_new(w->dir, k->fork_file, note, 0600);

	(void)e;
}

static void conflict(struct witness *w, struct known *k, const struct tlog_growth *g,
		     struct buf *body, struct witness_answer *a)
{
	buf_printf(body, "%llu\n", (unsigned long long)k->seen.size);
	a->type = "text/x.tlog.size";
	if (g->old_size != k->seen.size) {
		answer(a, 409, WITNESS_BEHIND);
		return;
	}
	answer(a, 409, WITNESS_FORK);
	keep_evidence(w, k, g->checkpoint);
}

static void judge(struct witness *w, struct known *k, const struct tlog_growth *g,
		  const struct tlog_note *n, uint64_t now, struct buf *body,
		  struct witness_answer *a)
{
	struct tlog_checkpoint c = {0};

	switch (tlog_witness_judge(g, &k->seen, k->key, k->keys, &c)) {
	case TLOG_TAKE:
		if (cosign(w, k, n, &c, now, body) == OK) {
			answer(a, 200, WITNESS_COSIGNED);
			return;
		}
		body->n = 0;
		answer(a, 500, WITNESS_FAILED);
		return;
	case TLOG_BAD:
		answer(a, 400, WITNESS_MALFORMED);
		return;
	case TLOG_STRANGER:
		answer(a, 403, WITNESS_NEW_KEY);
		return;
	case TLOG_CONFLICT:
		conflict(w, k, g, body, a);
		return;
	case TLOG_UNPROVEN:
		answer(a, 422, WITNESS_FORK);
		keep_evidence(w, k, g->checkpoint);
		return;
	}
}

void witness_add(struct witness *w, struct slice body, uint64_t now, struct buf *ret_body,
		 struct witness_answer *ret)
{
	struct witness_answer a = {.type = "text/plain; charset=utf-8"};
	struct tlog_checkpoint c;
	struct tlog_growth g;
	struct tlog_note n;
	struct known *k;

	answer(&a, 400, WITNESS_MALFORMED);
	if (tlog_growth_parse(body, &g) == OK && tlog_note_parse(g.checkpoint, &n) == OK &&
	    tlog_checkpoint_parse(n.text, &c) == OK) {
		snprintf(a.origin, sizeof a.origin, "%.*s",
			 (int)(c.origin.n > TLOG_NAME_MAX ? TLOG_NAME_MAX : c.origin.n),
			 (const char *)c.origin.p);
		k = find(w, c.origin);
		if (k)
			judge(w, k, &g, &n, now, ret_body, &a);
		else
			answer(&a, 404, WITNESS_NEW_ORIGIN);
	}
	*ret = a;
}
