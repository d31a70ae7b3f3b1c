/*
 * receipt: what strangers hand each other: a proof that an entry is in the log (C2SP tlog-proof,
 * the 証跡証明書), a claim that a newer checkpoint grew from an older one (the body of C2SP
 * tlog-witness add-checkpoint), and what a reader trusts.
 *
 *     c2sp.org/tlog-proof@v1                old 20852014
 *     extra <base64>        (optional)      <base64 of a hash> ...   at most 63
 *     index 73894                           (blank line)
 *     <base64 of a hash> ...                <checkpoint>
 *     (blank line)
 *     <checkpoint>
 *
 * Our proofs carry the entry itself as extra data, so that one file is enough. It needs no trust:
 * its hash is the leaf that the proof is about.
 *
 * Slices of what was parsed point into the input. Every parser takes exactly what its printer
 * prints. Errors: ERR_SYNTAX, ERR_LIMIT; ERR_CRYPTO where it does not prove what it claims.
 */
#ifndef TLOG_RECEIPT_H
#define TLOG_RECEIPT_H

#include "tlog/note.h"

#define TLOG_PROOF_FILE_MAX (256u << 10) /* bytes of a proof or claim */
#define TLOG_GROWTH_MAX 63               /* hashes of a claim */

/* Which signatures make a checkpoint good. */
struct tlog_trust {
	const struct tlog_key *log; /* one of these must have signed; their name is the origin */
	size_t log_n;
	const struct tlog_key *witness;
	size_t witness_n;
	unsigned require;    /* different witnesses that must have cosigned */
	uint64_t not_before; /* seconds since 1970: an older cosignature does not count */
};

struct tlog_seal {
	struct tlog_checkpoint checkpoint;
	unsigned witnesses; /* that count */
	uint64_t newest;    /* time of the newest cosignature that counts, 0 for none */
};

/*
 * A bad signature by any key of the trust refuses the note, and so do fewer than `require`
 * cosignatures (ERR_FORBIDDEN). ERR_USAGE for a trust that no note can meet: no key, keys of
 * several logs, more required than there are witnesses.
 */
enum err tlog_seal_open(struct slice note, const struct tlog_trust *t, struct tlog_seal *ret)
    NODISCARD;

struct tlog_proof_file {
	struct slice extra; /* base64 as it stands; .p NULL where there is none */
	uint64_t index;
	struct tlog_proof proof;
	struct slice checkpoint; /* the whole note */
};

/* entry: goes in as extra data (.p NULL: none). */
enum err tlog_proof_file_put(struct buf *b, struct slice entry, uint64_t index,
			     const struct tlog_proof *proof, struct slice checkpoint) NODISCARD;
enum err tlog_proof_file_parse(struct slice in, struct tlog_proof_file *ret) NODISCARD;
/* The bytes of the extra data. */
enum err tlog_proof_file_entry(const struct tlog_proof_file *f, struct buf *ret) NODISCARD;
/* That the entry stands at f->index of a log that t trusts. */
enum err tlog_proof_file_check(const struct tlog_proof_file *f, struct slice entry,
			       const struct tlog_trust *t, struct tlog_seal *ret) NODISCARD;

struct tlog_growth {
	uint64_t old_size;
	struct tlog_proof proof;
	struct slice checkpoint; /* the newer note */
};

enum err tlog_growth_put(struct buf *b, uint64_t old_size, const struct tlog_proof *proof,
			 struct slice checkpoint) NODISCARD;
enum err tlog_growth_parse(struct slice in, struct tlog_growth *ret) NODISCARD;

/* -- what a witness decides ---------------------------------------------------------------------
 */

/* The newest checkpoint it cosigned of one origin; size 0: none yet. */
struct tlog_seen {
	uint64_t size;
	struct hash root;
};

/* HTTP status codes of C2SP tlog-witness. */
enum tlog_verdict {
	TLOG_TAKE = 200,     /* persist it, then cosign */
	TLOG_BAD = 400,      /* old size above the new one */
	TLOG_STRANGER = 403, /* no good signature of the log */
	TLOG_CONFLICT = 409, /* it saw another size, or another root of this size */
	TLOG_UNPROVEN = 422
};

/* keys: of the log whose origin the caller looked up. *ret only with TLOG_TAKE. */
enum tlog_verdict tlog_witness_judge(const struct tlog_growth *g, const struct tlog_seen *seen,
				     const struct tlog_key *keys, size_t n_keys,
				     struct tlog_checkpoint *ret) NODISCARD;

#endif
