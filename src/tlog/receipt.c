#include "tlog/receipt.h"

/* ── trust ───────────────────────────────────────────────────────────────── */

static enum err trust_usable(const struct tlog_trust *t)
{
	if (!t->log_n || t->require > t->witness_n)
		return ERR_USAGE;
	for (size_t i = 1; i < t->log_n; i++)
		if (strcmp(t->log[i].name, t->log[0].name) != 0)
			return ERR_USAGE;
	for (size_t i = 0; i < t->witness_n; i++) {
		if (t->witness[i].alg != TLOG_COSIGN)
			return ERR_USAGE;
		for (size_t j = 0; j < i; j++) /* one witness must not count twice */
			if (memcmp(t->witness[i].pub, t->witness[j].pub, 32) == 0 ||
			    strcmp(t->witness[i].name, t->witness[j].name) == 0)
				return ERR_USAGE;
	}
	return OK;
}

enum err tlog_seal_open(struct slice note, const struct tlog_trust *t, struct tlog_seal *ret)
{
	struct tlog_seal s = {0};
	struct tlog_note n;

	TRY(trust_usable(t));
	TRY(tlog_checkpoint_open(note, t->log, t->log_n, slice_str(t->log[0].name), &s.checkpoint));
	TRY(tlog_note_parse(note, &n));
	for (size_t i = 0; i < t->witness_n; i++) {
		uint64_t time;
		enum err e = tlog_note_signed(&n, &t->witness[i], &time);

		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		if (e != OK || time < t->not_before)
			continue;
		s.witnesses++;
		s.newest = time > s.newest ? time : s.newest;
	}
	if (s.witnesses < t->require)
		return ERR_FORBIDDEN;
	*ret = s;
	return OK;
}

/* ── lines ───────────────────────────────────────────────────────────────── */

static bool take_line(struct slice *s, struct slice *ret)
{
	size_t eol = slice_find_byte(*s, '\n');

	if (eol == SIZE_MAX)
		return false;
	*ret = slice_head(*s, eol);
	*s = slice_from(*s, eol + 1);
	return true;
}

/* "word <number>", as it is printed. */
static bool take_number(struct slice *s, struct slice word, uint64_t *ret)
{
	struct slice line;

	if (!take_line(s, &line) || !slice_starts(line, word))
		return false;
	line = slice_from(line, word.n);
	return slice_u64(line, ret) && (line.p[0] != '0' || line.n == 1);
}

static bool is_base64(struct slice text, struct buf *ret)
{
	AUTO_BUF again;

	buf_init(&again, text.n);
	if (base64_parse(text, ret) != OK)
		return false;
	base64_put(&again, buf_view(ret));
	return slice_eq(buf_view(&again), text);
}

/* Hash lines up to the blank line, which is taken too. */
static enum err take_hashes(struct slice *s, unsigned max, struct tlog_proof *ret)
{
	struct tlog_proof p = {0};
	struct slice line;

	for (;;) {
		AUTO_BUF hash;

		buf_init(&hash, 64);
		if (!take_line(s, &line))
			return ERR_SYNTAX;
		if (!line.n)
			break;
		if (p.n == max)
			return ERR_LIMIT;
		if (line.n > 64 || !is_base64(line, &hash) || hash.n != sizeof p.hash[0].b)
			return ERR_SYNTAX;
		memcpy(p.hash[p.n++].b, hash.p, hash.n);
	}
	*ret = p;
	return OK;
}

static enum err put_rest(struct buf *b, const struct tlog_proof *p, struct slice checkpoint)
{
	for (unsigned i = 0; i < p->n; i++) {
		base64_put(b, slice_of(p->hash[i].b, sizeof p->hash[i].b));
		buf_byte(b, '\n');
	}
	buf_byte(b, '\n');
	buf_slice(b, checkpoint);
	return buf_err(b);
}

/* A checkpoint by form: a note, the text of which is one. Says nothing of its signatures. */
static enum err checkpoint_form(struct slice note)
{
	struct tlog_checkpoint c;
	struct tlog_note n;

	TRY(tlog_note_parse(note, &n));
	return tlog_checkpoint_parse(n.text, &c);
}

/* ── tlog-proof ──────────────────────────────────────────────────────────── */

#define PROOF_HEAD "c2sp.org/tlog-proof@v1\n"

enum err tlog_proof_file_put(struct buf *b, struct slice entry, uint64_t index,
			     const struct tlog_proof *proof, struct slice checkpoint)
{
	buf_str(b, PROOF_HEAD);
	if (entry.p) {
		buf_str(b, "extra ");
		base64_put(b, entry);
		buf_byte(b, '\n');
	}
	buf_printf(b, "index %llu\n", (unsigned long long)index);
	return put_rest(b, proof, checkpoint);
}

enum err tlog_proof_file_parse(struct slice in, struct tlog_proof_file *ret)
{
	struct slice extra = S("extra "), rest, line;
	struct tlog_proof_file f = {0};
	AUTO_BUF bytes;

	buf_init(&bytes, TLOG_PROOF_FILE_MAX);
	if (in.n > TLOG_PROOF_FILE_MAX)
		return ERR_LIMIT;
	if (!slice_starts(in, S(PROOF_HEAD)))
		return ERR_SYNTAX;
	rest = slice_from(in, strlen(PROOF_HEAD));
	if (slice_starts(rest, extra)) {
		if (!take_line(&rest, &line))
			return ERR_SYNTAX;
		f.extra = slice_from(line, extra.n);
		if (!is_base64(f.extra, &bytes))
			return ERR_SYNTAX;
	}
	if (!take_number(&rest, S("index "), &f.index))
		return ERR_SYNTAX;
	TRY(take_hashes(&rest, TLOG_PROOF_MAX, &f.proof));
	TRY(checkpoint_form(rest));
	f.checkpoint = rest;
	*ret = f;
	return OK;
}

enum err tlog_proof_file_entry(const struct tlog_proof_file *f, struct buf *ret)
{
	if (!f->extra.p)
		return ERR_NOT_FOUND;
	return base64_parse(f->extra, ret);
}

enum err tlog_proof_file_check(const struct tlog_proof_file *f, struct slice entry,
			       const struct tlog_trust *t, struct tlog_seal *ret)
{
	struct tlog_seal s;

	TRY(tlog_seal_open(f->checkpoint, t, &s));
	TRY(tlog_check_inclusion(s.checkpoint.root, s.checkpoint.size, f->index, tlog_leaf(entry),
				 &f->proof));
	*ret = s;
	return OK;
}

/* ── growth ──────────────────────────────────────────────────────────────── */

enum err tlog_growth_put(struct buf *b, uint64_t old_size, const struct tlog_proof *proof,
			 struct slice checkpoint)
{
	if (proof->n > TLOG_GROWTH_MAX)
		return ERR_LIMIT;
	buf_printf(b, "old %llu\n", (unsigned long long)old_size);
	return put_rest(b, proof, checkpoint);
}

enum err tlog_growth_parse(struct slice in, struct tlog_growth *ret)
{
	struct tlog_growth g = {0};
	struct slice rest = in;

	if (in.n > TLOG_PROOF_FILE_MAX)
		return ERR_LIMIT;
	if (!take_number(&rest, S("old "), &g.old_size))
		return ERR_SYNTAX;
	TRY(take_hashes(&rest, TLOG_GROWTH_MAX, &g.proof));
	TRY(checkpoint_form(rest));
	g.checkpoint = rest;
	*ret = g;
	return OK;
}

enum tlog_verdict tlog_witness_judge(const struct tlog_growth *g, const struct tlog_seen *seen,
				     const struct tlog_key *keys, size_t n_keys,
				     struct tlog_checkpoint *ret)
{
	struct hash old_root = seen->size ? seen->root : tlog_empty();
	struct tlog_checkpoint c;

	if (!n_keys ||
	    tlog_checkpoint_open(g->checkpoint, keys, n_keys, slice_str(keys[0].name), &c) != OK)
		return TLOG_STRANGER;
	if (g->old_size > c.size)
		return TLOG_BAD;
	if (g->old_size != seen->size)
		return TLOG_CONFLICT;
	if (g->old_size == c.size && !hash_eq(old_root, c.root))
		return TLOG_CONFLICT;
	if (tlog_check_consistency(g->old_size, old_root, c.size, c.root, &g->proof) != OK)
		return TLOG_UNPROVEN;
	*ret = c;
	return TLOG_TAKE;
}
