#include "tlog/note.h"

#include <nettle/eddsa.h>
#include <stdio.h>
#include "base/reader.h"
#include "base/utf8.h"

#define SIG_SIZE ED25519_SIGNATURE_SIZE
#define DASH "\xE2\x80\x94 " /* em dash and a blank */

/* ── keys ────────────────────────────────────────────────────────────────── */

static bool is_blank(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == ' ' || cp == 0x85 || cp == 0xA0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool name_ok(struct slice name)
{
	uint32_t cp;

	if (!name.n || name.n > TLOG_NAME_MAX)
		return false;
	for (size_t i = 0, n; i < name.n; i += n) {
		n = utf8_next(slice_from(name, i), &cp);
		if (!n || cp < 0x20 || cp == 0x7F || cp == '+' || is_blank(cp))
			return false;
	}
	return true;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t key_id(struct slice name, enum tlog_alg alg, const uint8_t pub[32])
{
	const uint8_t between[2] = {'\n', (uint8_t)alg};
	struct sha256_ctx c;
	uint8_t h[32];

	sha256_init(&c);
	sha256_update(&c, name.n, name.p);
	sha256_update(&c, sizeof between, between);
	sha256_update(&c, 32, pub);
	sha256_digest(&c, sizeof h, h);
	return be32(h);
}

static enum err key_make(struct slice name, enum tlog_alg alg, const uint8_t pub[32],
			 struct tlog_key *ret)
{
	if (!name_ok(name))
		return ERR_SYNTAX;
	*ret = (struct tlog_key){.alg = alg, .id = key_id(name, alg, pub)};
	memcpy(ret->name, name.p, name.n);
	memcpy(ret->pub, pub, 32);
	return OK;
}

static enum err signer_make(struct slice name, enum tlog_alg alg, const uint8_t seed[32],
			    struct tlog_signer *ret)
{
	struct tlog_signer s;
	uint8_t pub[32];

	ed25519_sha512_public_key(pub, seed);
	TRY(key_make(name, alg, pub, &s.key));
	memcpy(s.seed, seed, 32);
	*ret = s;
	return OK;
}

enum err tlog_signer_make(struct slice name, const uint8_t seed[32], struct tlog_signer *ret)
{
	return signer_make(name, TLOG_ED25519, seed, ret);
}

enum err tlog_cosigner_make(struct slice name, const uint8_t seed[32], struct tlog_signer *ret)
{
	return signer_make(name, TLOG_COSIGN, seed, ret);
}

void tlog_signer_wipe(struct tlog_signer *s)
{
	volatile uint8_t *p = (volatile uint8_t *)s;

	for (size_t i = 0; i < sizeof *s; i++)
		p[i] = 0;
}

static void put_key(struct buf *b, const struct tlog_key *k, const uint8_t bytes[32])
{
	uint8_t typed[33] = {(uint8_t)k->alg};

	memcpy(typed + 1, bytes, 32);
	buf_printf(b, "%s+%08x+", k->name, (unsigned)k->id);
	base64_put(b, slice_of(typed, sizeof typed));
}

void tlog_vkey_put(struct buf *b, const struct tlog_key *k)
{
	put_key(b, k, k->pub);
}

void tlog_skey_put(struct buf *b, const struct tlog_signer *s)
{
	buf_str(b, "PRIVATE+KEY+");
	put_key(b, &s->key, s->seed);
}

/* "name+hash+base64(type || 32 bytes)": name, type, bytes. The hash is for the caller. */
static enum err split_key(struct slice text, struct slice *ret_name, enum tlog_alg *ret_alg,
			  uint8_t ret[32])
{
	size_t plus = slice_find_byte(text, '+');
	AUTO_BUF b;

	buf_init(&b, 64);
	if (text.n > TLOG_NAME_MAX + 64 || plus == SIZE_MAX || text.n - plus < 11 ||
	    text.p[plus + 9] != '+')
		return ERR_SYNTAX;
	if (base64_parse(slice_from(text, plus + 10), &b) != OK || b.n != 33 ||
	    (b.p[0] != TLOG_ED25519 && b.p[0] != TLOG_COSIGN))
		return ERR_SYNTAX;
	*ret_alg = b.p[0] == TLOG_COSIGN ? TLOG_COSIGN : TLOG_ED25519;
	*ret_name = slice_head(text, plus);
	memcpy(ret, b.p + 1, 32);
	return OK;
}

enum err tlog_vkey_parse(struct slice text, struct tlog_key *ret)
{
	enum tlog_alg alg = TLOG_ED25519;
	struct slice name;
	struct tlog_key k;
	uint8_t pub[32];
	AUTO_BUF again;

	buf_init(&again, 512);
	TRY(split_key(text, &name, &alg, pub));
	TRY(key_make(name, alg, pub, &k));
	tlog_vkey_put(&again, &k);
	if (!slice_eq(buf_view(&again), text))
		return ERR_SYNTAX;
	*ret = k;
	return OK;
}

enum err tlog_skey_parse(struct slice text, struct tlog_signer *ret)
{
	struct slice prefix = S("PRIVATE+KEY+"), name;
	enum tlog_alg alg = TLOG_ED25519;
	struct tlog_signer s;
	uint8_t seed[32];
	AUTO_BUF again;

	buf_init(&again, 512);
	if (!slice_starts(text, prefix))
		return ERR_SYNTAX;
	TRY(split_key(slice_from(text, prefix.n), &name, &alg, seed));
	TRY(signer_make(name, alg, seed, &s));
	tlog_skey_put(&again, &s);
	if (!slice_eq(buf_view(&again), text))
		return ERR_SYNTAX;
	*ret = s;
	return OK;
}

/* ── notes ───────────────────────────────────────────────────────────────── */

static bool text_ok(struct slice s)
{
	if (!s.n || s.p[s.n - 1] != '\n' || s.n > TLOG_NOTE_MAX || utf8_first_bad(s) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 && s.p[i] != '\n')
			return false;
	return true;
}

/* What a cosignature signs. */
static void cosigned_text(struct buf *b, struct slice text, uint64_t time)
{
	buf_init(b, TLOG_NOTE_MAX + 64);
	buf_printf(b, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
	buf_slice(b, text);
}

static enum err put_line(struct buf *out, const struct tlog_signer *s, struct slice blob)
{
	buf_printf(out, DASH "%s ", s->key.name);
	base64_put(out, blob);
	buf_byte(out, '\n');
	return buf_err(out);
}

enum err tlog_note_sigline(struct buf *out, struct slice text, const struct tlog_signer *s)
{
	uint8_t sig[SIG_SIZE];
	AUTO_BUF blob;

	buf_init(&blob, 128);
	if (s->key.alg != TLOG_ED25519)
		return ERR_USAGE;
	if (!text_ok(text))
		return ERR_SYNTAX;
	ed25519_sha512_sign(s->key.pub, s->seed, text.n, text.p, sig);
	buf_u32be(&blob, s->key.id);
	buf_put(&blob, sig, sizeof sig);
	TRY(buf_err(&blob));
	return put_line(out, s, buf_view(&blob));
}

enum err tlog_cosign(struct buf *out, struct slice text, const struct tlog_signer *s, uint64_t time)
{
	uint8_t sig[SIG_SIZE];
	AUTO_BUF message;
	AUTO_BUF blob;

	cosigned_text(&message, text, time);
	buf_init(&blob, 128);
	if (s->key.alg != TLOG_COSIGN || time > INT64_MAX)
		return ERR_USAGE;
	if (!text_ok(text))
		return ERR_SYNTAX;
	TRY(buf_err(&message));
	ed25519_sha512_sign(s->key.pub, s->seed, message.n, message.p, sig);
	buf_u32be(&blob, s->key.id);
	buf_u64be(&blob, time);
	buf_put(&blob, sig, sizeof sig);
	TRY(buf_err(&blob));
	return put_line(out, s, buf_view(&blob));
}

enum err tlog_note_sign(struct buf *out, struct slice text, const struct tlog_signer *s)
{
	if (!text_ok(text))
		return ERR_SYNTAX;
	buf_slice(out, text);
	buf_byte(out, '\n');
	return tlog_note_sigline(out, text, s);
}

/* The bytes of a signature: key id, then the rest. ERR_SYNTAX unless printed as here. */
static enum err decode(struct slice base64, struct buf *ret)
{
	AUTO_BUF again;

	buf_init(&again, TLOG_NOTE_MAX);
	TRY(base64_parse(base64, ret));
	base64_put(&again, buf_view(ret));
	if (ret->n < 5 || !slice_eq(buf_view(&again), base64))
		return ERR_SYNTAX;
	return OK;
}

static enum err parse_line(struct slice line, struct tlog_sig *ret)
{
	AUTO_BUF blob;
	size_t blank;

	buf_init(&blob, TLOG_NOTE_MAX);
	if (!slice_starts(line, S(DASH)))
		return ERR_SYNTAX;
	line = slice_from(line, strlen(DASH));
	blank = slice_find_byte(line, ' ');
	if (blank == SIZE_MAX || !name_ok(slice_head(line, blank)))
		return ERR_SYNTAX;
	ret->name = slice_head(line, blank);
	ret->base64 = slice_from(line, blank + 1);
	TRY(decode(ret->base64, &blob));
	ret->id = be32(blob.p);
	return OK;
}

enum err tlog_note_parse(struct slice note, struct tlog_note *ret)
{
	struct tlog_note n = {0};
	struct slice lines;
	size_t split;

	if (note.n > TLOG_NOTE_MAX)
		return ERR_LIMIT;
	if (!text_ok(note))
		return ERR_SYNTAX;
	split = slice_rfind(note, S("\n\n"));
	if (split == SIZE_MAX)
		return ERR_SYNTAX;
	n.text = slice_head(note, split + 1);
	lines = slice_from(note, split + 2);
	while (lines.n) {
		size_t eol = slice_find_byte(lines, '\n'); /* there: the note ends in one */

		if (n.n == TLOG_SIGS_MAX)
			return ERR_LIMIT;
		TRY(parse_line(slice_head(lines, eol), &n.sig[n.n++]));
		lines = slice_from(lines, eol + 1);
	}
	if (!n.n)
		return ERR_SYNTAX;
	*ret = n;
	return OK;
}

static bool is_key(const struct tlog_key *k, const struct tlog_sig *s)
{
	return k->id == s->id && slice_eq_str(s->name, k->name);
}

static enum err verify_one(const struct tlog_note *note, const struct tlog_sig *s,
			   const struct tlog_key *k, uint64_t *ret_time)
{
	struct reader r;
	struct slice sig, signed_text = note->text;
	uint64_t time = 0;
	AUTO_BUF blob;
	AUTO_BUF message;

	buf_init(&blob, TLOG_NOTE_MAX);
	buf_init(&message, 0);
	TRY(decode(s->base64, &blob));
	r = reader_of(slice_from(buf_view(&blob), 4));
	if (k->alg == TLOG_COSIGN) {
		time = reader_u64be(&r);
		cosigned_text(&message, note->text, time);
		TRY(buf_err(&message));
		signed_text = buf_view(&message);
	}
	sig = reader_take(&r, SIG_SIZE);
	if (!reader_done(&r) || time > INT64_MAX ||
	    !ed25519_sha512_verify(k->pub, signed_text.n, signed_text.p, sig.p))
		return ERR_CRYPTO;
	*ret_time = time;
	return OK;
}

enum err tlog_note_signed(const struct tlog_note *note, const struct tlog_key *key,
			  uint64_t *ret_time)
{
	uint64_t newest = 0, time;
	bool any = false;

	for (unsigned i = 0; i < note->n; i++) {
		if (!is_key(key, &note->sig[i]))
			continue;
		TRY(verify_one(note, &note->sig[i], key, &time));
		newest = time > newest ? time : newest;
		any = true;
	}
	if (!any)
		return ERR_NOT_FOUND;
	*ret_time = newest;
	return OK;
}

enum err tlog_note_verify(const struct tlog_note *note, const struct tlog_key *keys, size_t n_keys,
			  unsigned *ret_good)
{
	unsigned good = 0;

	for (size_t i = 0; i < n_keys; i++) {
		uint64_t time;
		enum err e;

		for (size_t j = 0; j < i; j++) /* the same key twice, or two that look alike */
			if (keys[i].id == keys[j].id && strcmp(keys[i].name, keys[j].name) == 0)
				return ERR_USAGE;
		e = tlog_note_signed(note, &keys[i], &time);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
		good += e == OK;
	}
	if (!good)
		return ERR_CRYPTO;
	if (ret_good)
		*ret_good = good;
	return OK;
}

/* ── checkpoints ─────────────────────────────────────────────────────────── */

void tlog_checkpoint_put(struct buf *b, const struct tlog_checkpoint *c)
{
	buf_slice(b, c->origin);
	buf_printf(b, "\n%llu\n", (unsigned long long)c->size);
	base64_put(b, slice_of(c->root.b, sizeof c->root.b));
	buf_byte(b, '\n');
	buf_slice(b, c->extension);
}

/* The next line without its line feed; false at the end. */
static bool take_line(struct slice *s, struct slice *ret)
{
	size_t eol = slice_find_byte(*s, '\n');

	if (eol == SIZE_MAX)
		return false;
	*ret = slice_head(*s, eol);
	*s = slice_from(*s, eol + 1);
	return true;
}

enum err tlog_checkpoint_parse(struct slice text, struct tlog_checkpoint *ret)
{
	struct tlog_checkpoint c = {0};
	struct slice rest = text, size, root;
	AUTO_BUF hash;
	AUTO_BUF again;

	buf_init(&hash, 64);
	buf_init(&again, TLOG_NOTE_MAX);
	if (!text_ok(text) || !take_line(&rest, &c.origin) || !c.origin.n ||
	    !take_line(&rest, &size) || !slice_u64(size, &c.size) || !take_line(&rest, &root) ||
	    base64_parse(root, &hash) != OK || hash.n != sizeof c.root.b)
		return ERR_SYNTAX;
	memcpy(c.root.b, hash.p, sizeof c.root.b);
	c.extension = rest;
	if (c.size > TLOG_SIZE_MAX || (rest.n && rest.p[0] == '\n') ||
	    slice_find(rest, S("\n\n")) != SIZE_MAX)
		return ERR_SYNTAX;
	tlog_checkpoint_put(&again, &c);
	if (!slice_eq(buf_view(&again), text))
		return ERR_SYNTAX;
	*ret = c;
	return OK;
}

enum err tlog_checkpoint_open(struct slice note, const struct tlog_key *keys, size_t n_keys,
			      struct slice origin, struct tlog_checkpoint *ret)
{
	struct tlog_checkpoint c;
	struct tlog_note n;

	for (size_t i = 0; i < n_keys; i++)
		if (keys[i].alg != TLOG_ED25519)
			return ERR_USAGE;
	TRY(tlog_note_parse(note, &n));
	TRY(tlog_note_verify(&n, keys, n_keys, NULL));
	TRY(tlog_checkpoint_parse(n.text, &c));
	if (!slice_eq(c.origin, origin))
		return ERR_CRYPTO;
	*ret = c;
	return OK;
}
