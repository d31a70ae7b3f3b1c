/*
 * signer: the log as files, and the key that signs it.
 *
 *     DIR/log/checkpoint            the signed note of the newest tree
 *     DIR/log/tile/0/..., tile/1/.. hash tiles      (C2SP tlog-tiles)
 *     DIR/log/tile/entries/...      bundles of entries
 *     DIR/log/cosigned              an older one with cosignatures of witnesses
 *     DIR/log/key                   the public key (vkey), for whoever verifies
 *     DIR/signer/key                the private key, 0400
 *     DIR/signer/next               during a change of keys: the next private key
 *     DIR/signer/head               the newest note this signer ever signed, 0600
 *
 * It signs one growing tree: a batch of entries must begin where its own head ends, its new root is
 * computed from its own compact range, so an older or another history cannot get a signature. The
 * order of a batch is: bundles and tiles, then the head, then the checkpoint, each durable before
 * the next; a batch that was cut short is written again with the same bytes.
 *
 * Errors: ERR_CRYPTO where head, tiles and root disagree (it refuses to sign), ERR_CONFLICT where a
 * batch does not begin at the head, else as os/file.h.
 */
#ifndef RECORD_SIGNER_H
#define RECORD_SIGNER_H

#include "base/arena.h"
#include "tlog/note.h"
#include "tlog/receipt.h"
#include "tlog/tile.h"

#define SIGNER_BATCH_MAX 1024u /* entries of one batch */

struct signer;

/* Makes the folders, the key and an empty signed tree. ERR_CONFLICT where there is a key already.
 */
enum err signer_create(const char *dir, struct slice origin) NODISCARD;
/* Re-derives the root from the tiles and compares it with the head before anything is signed.
 * ERR_CONFLICT: another process signs this log. */
enum err signer_open(const char *dir, struct signer **ret) NODISCARD;
void signer_close(struct signer *s);

uint64_t signer_size(const struct signer *s);
/*
 * n entries, the first of which is number `from`, as a bundle (u16be length, bytes, ...). prev is
 * the leaf hash of entry from - 1 as the caller knows it (not looked at for from = 0): a caller
 * whose history is another one is told ERR_CRYPTO.
 */
enum err signer_add(struct signer *s, uint64_t from, struct hash prev, struct slice bundle,
		    size_t n) NODISCARD;

/* Keeps a note with cosignatures as DIR/log/cosigned. ERR_CRYPTO: not one that this signer signed,
 * or of more entries than it has. Who cosigned is for the caller to know. */
enum err signer_keep(struct signer *s, struct slice note) NODISCARD;

/*
 * A change of keys. signer_next_key makes the next key, or returns the one that was made already.
 * Then an entry that names it (`log.key-changed`, new=...) must be the last one that is signed;
 * with signer_cross both keys sign that tree, and from then on the next one alone. Cut short
 * anywhere it is finished by the next signer_open, or by doing it again. Clients follow by
 * record/chain.h.
 */
enum err signer_next_key(struct signer *s, struct tlog_key *ret) NODISCARD;
enum err signer_cross(struct signer *s) NODISCARD;

/* -- shared with whoever reads the log ----------------------------------------------------------
 */

/* Tiles of DIR/log; ctx is a directory descriptor: &fd. A partial tile is served from a wider one.
 */
enum err log_read_tile(void *ctx, struct tlog_tile t, struct buf *out) NODISCARD;
/* A bundle of at least `width` entries, cut to width. */
enum err log_read_bundle(int log, uint64_t index, unsigned width, struct buf *out) NODISCARD;
/*
 * A checkpoint with cosignatures of witnesses: DIR/log/cosigned. It is older than the newest one
 * where entries came since. Nothing is verified. ERR_NOT_FOUND: nobody cosigned yet.
 */
enum err log_read_cosigned(int log, struct buf *ret) NODISCARD;
/*
 * The newest checkpoint that meets the trust: the one in `checkpoint`, or else, where that has too
 * few fresh cosignatures, the one in `cosigned`. Errors of tlog_seal_open, or of reading.
 */
enum err log_read_seal(int log, const struct tlog_trust *trust, struct buf *ret_note,
		       struct tlog_seal *ret) NODISCARD;
/* The bytes of DIR/log/checkpoint, and its public key; nothing is verified. */
enum err log_read_note(int log, struct buf *ret) NODISCARD;
enum err log_read_key(int log, struct tlog_key *ret) NODISCARD;
/* The checkpoint, verified with DIR/log/key; origin is the key's name. */
enum err log_read_checkpoint(int log, struct arena *a, struct tlog_key *ret_key,
			     struct tlog_checkpoint *ret) NODISCARD;

#endif
