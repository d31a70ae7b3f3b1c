/*
 * prove: proofs made from the published files, and the files themselves carried elsewhere.
 *
 * `log` is an open folder in the layout of tlog-tiles: DIR/log of an installation, or an exported
 * copy. The checkpoint's signature is verified with the folder's own key before anything is made of
 * it; whoever receives the result verifies with the key they hold.
 *
 * Errors: ERR_NOT_FOUND where the log has no such entry or file, ERR_CRYPTO where files and
 * checkpoint disagree: nothing is handed out then.
 */
#ifndef RECORD_PROVE_H
#define RECORD_PROVE_H

#include "record/signer.h"
#include "tlog/receipt.h"

/* The tlog-proof of an entry in the newest checkpoint, with the entry; cosigned: in the newest that
 * witnesses cosigned. */
enum err log_prove(int log, uint64_t index, bool cosigned, struct buf *ret) NODISCARD;
/* The path from a leaf to the root of a checkpoint, made from the tiles and verified. */
enum err log_prove_leaf(int log, const struct tlog_checkpoint *c, uint64_t index, struct hash leaf,
			struct tlog_proof *ret) NODISCARD;
/*
 * That the newest checkpoint grew from an older one (a whole note, verified with the folder's key).
 * ERR_FORBIDDEN: it did not; this log was rewritten or set back.
 */
enum err log_prove_growth(int log, struct slice old_note, struct buf *ret) NODISCARD;

/* That `note`, a checkpoint of this log, grew from its first old_size entries. */
enum err log_prove_growth_from(int log, uint64_t old_size, struct slice note, struct buf *ret)
    NODISCARD;

struct log_exported {
	uint64_t size, files, had; /* had: were there already, byte for byte the same */
};

/*
 * Copies checkpoint, key, tiles and bundles into the folder `to`; full tiles that are
 * there already stay. The checkpoint is written last, so that a copy is whole when it has one.
 * ERR_CONFLICT where `to` holds a file of another history.
 */
enum err log_copy(int log, int to, struct log_exported *ret) NODISCARD;

#endif
