/*
 * publish: what the gateway hands to the signer, and the messages of their edge.
 *
 * The gateway commits first; then it sends what is new, at most one batch at a time, and everything
 * that was committed meanwhile goes with the next one (group commit that never waits when idle).
 */
#ifndef RECORD_PUBLISH_H
#define RECORD_PUBLISH_H

#include "base/hash.h"
#include "record/record.h"
#include "wire/wire.h"

enum publish_type {
	PUBLISH_HEAD = 0x0301, /* -> empty; answer: u64 size that is signed */
	PUBLISH_ADD =
	    0x0302, /* -> u64 from, hash prev, u32 n, bytes bundle; answer: u8 err, u64 size */
	PUBLISH_COSIGNED = 0x0303, /* -> bytes note, to be kept (signer_keep); answer: u8 err */
};

#define PUBLISH_BUNDLE_MAX 60000u

/*
 * The entries of the store from `from` on, as many as fit one message, as a bundle; *ret_n is 0
 * where there is none. *ret_prev: the leaf hash of entry from - 1.
 */
enum err record_batch(struct store *s, uint64_t from, struct arena *a, struct buf *bundle,
		      size_t *ret_n, struct hash *ret_prev) NODISCARD;

#endif
