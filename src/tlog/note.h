/*
 * note: signed notes (C2SP signed-note) with Ed25519 keys, checkpoints (C2SP tlog-checkpoint) and
 * the cosignatures of witnesses (C2SP tlog-cosignature v1).
 *
 * A note is text that ends in a line feed, a blank line and signature lines
 * "— <name> <base64(key id || signature)>". Key id = SHA-256(name || 0x0A || type || public
 * key)[:4], where type 0x01 signs the text and 0x04 a time and the text: its signature is u64be
 * seconds since 1970 and an Ed25519 signature of "cosignature/v1\ntime <seconds>\n" and the text.
 * Nothing of a note may be believed before tlog_note_verify says OK.
 */
#ifndef TLOG_NOTE_H
#define TLOG_NOTE_H

#include "base/buf.h"
#include "tlog/tree.h"

#define TLOG_NAME_MAX 255   /* bytes of a key name */
#define TLOG_NOTE_MAX 65536 /* bytes of a note */
#define TLOG_SIGS_MAX 32    /* signature lines of a note */

enum tlog_alg { TLOG_ED25519 = 0x01, TLOG_COSIGN = 0x04 };

struct tlog_key {
	enum tlog_alg alg;
	char name[TLOG_NAME_MAX + 1]; /* not empty, no blank, no '+' */
	uint32_t id;
	uint8_t pub[32];
};

/* A key that signs; wipe it with tlog_signer_wipe. */
struct tlog_signer {
	struct tlog_key key;
	uint8_t seed[32];
};

/* name + 32 random bytes -> signer. ERR_SYNTAX for a bad name. */
enum err tlog_signer_make(struct slice name, const uint8_t seed[32], struct tlog_signer *ret)
    NODISCARD;
/* The same for a witness, which cosigns. */
enum err tlog_cosigner_make(struct slice name, const uint8_t seed[32], struct tlog_signer *ret)
    NODISCARD;
void tlog_signer_wipe(struct tlog_signer *s);

/* "name+1234abcd+base64(type || public key)". */
void tlog_vkey_put(struct buf *b, const struct tlog_key *k);
enum err tlog_vkey_parse(struct slice text, struct tlog_key *ret) NODISCARD;
/* "PRIVATE+KEY+name+1234abcd+base64(type || seed)". */
void tlog_skey_put(struct buf *b, const struct tlog_signer *s);
enum err tlog_skey_parse(struct slice text, struct tlog_signer *ret) NODISCARD;

struct tlog_sig {
	struct slice name;
	uint32_t id;
	struct slice base64; /* of id || signature, as in the note */
};

/* Points into the parsed text. */
struct tlog_note {
	struct slice text; /* with its final line feed, without the blank line */
	unsigned n;
	struct tlog_sig sig[TLOG_SIGS_MAX];
};

/* The text, a blank line and the signature of s. ERR_SYNTAX where no note may hold the text. */
enum err tlog_note_sign(struct buf *out, struct slice text, const struct tlog_signer *s) NODISCARD;
/* One more signature line for a whole note's text: what a second key adds at the end. ERR_USAGE for
 * a witness's key. */
enum err tlog_note_sigline(struct buf *out, struct slice text, const struct tlog_signer *s)
    NODISCARD;

/* The line of a witness; time in seconds since 1970. ERR_USAGE for a key that is no witness's. */
enum err tlog_cosign(struct buf *out, struct slice text, const struct tlog_signer *s, uint64_t time)
    NODISCARD;

enum err tlog_note_parse(struct slice note, struct tlog_note *ret) NODISCARD;

/*
 * Verifies with the given keys: signatures by unknown keys are passed over, a bad one by a known
 * key refuses the whole note (ERR_CRYPTO), and so does a note that no known key signed.
 * *ret_good (may be NULL) is the number of different known keys that signed.
 */
enum err tlog_note_verify(const struct tlog_note *note, const struct tlog_key *keys, size_t n_keys,
			  unsigned *ret_good) NODISCARD;

/*
 * What one key says of a note: OK, ERR_NOT_FOUND where it did not sign, ERR_CRYPTO where its
 * signature is bad. *ret_time: of the newest cosignature, 0 for a key that signs without a time.
 */
enum err tlog_note_signed(const struct tlog_note *note, const struct tlog_key *key,
			  uint64_t *ret_time) NODISCARD;

struct tlog_checkpoint {
	struct slice origin; /* a line without its line feed; not empty */
	uint64_t size;
	struct hash root;
	struct slice extension; /* further lines with their line feeds; usually empty */
};

/* The text that is signed: origin, size, root in base64, extension lines. */
void tlog_checkpoint_put(struct buf *b, const struct tlog_checkpoint *c);
/* From a note's text. ERR_SYNTAX where tlog_checkpoint_put would not print the same bytes. */
enum err tlog_checkpoint_parse(struct slice text, struct tlog_checkpoint *ret) NODISCARD;
/* Parses and verifies the note, then the checkpoint whose origin must be as given. keys: of the
 * log, any of which suffices; ERR_USAGE for a witness's. */
enum err tlog_checkpoint_open(struct slice note, const struct tlog_key *keys, size_t n_keys,
			      struct slice origin, struct tlog_checkpoint *ret) NODISCARD;

#endif
