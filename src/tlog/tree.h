/*
 * tree: the Merkle tree of RFC 6962 / RFC 9162 (SHA-256).
 *
 * Leaf SHA-256(0x00 || entry), node SHA-256(0x01 || left || right), empty root SHA-256(""); a tree
 * of n > 1 leaves is split at the largest power of two below n.
 */
#ifndef TLOG_TREE_H
#define TLOG_TREE_H

#include "base/err.h"
#include "base/hash.h"
#include "base/slice.h"

#define TLOG_SIZE_MAX (UINT64_MAX >> 8) /* leaves of a log */
#define TLOG_PROOF_MAX 64               /* hashes in any proof */

struct hash tlog_leaf(struct slice entry);
struct hash tlog_node(struct hash left, struct hash right);
struct hash tlog_empty(void);

/*
 * A compact range from leaf 0: the roots of the perfect subtrees that make up `size` leaves, the
 * largest first; n is the number of one bits in size. All zero is the empty tree.
 */
struct tlog_range {
	uint64_t size;
	unsigned n;
	struct hash node[64];
};

void tlog_range_append(struct tlog_range *r, struct hash leaf);
struct hash tlog_range_root(const struct tlog_range *r);

struct tlog_proof {
	unsigned n;
	struct hash hash[TLOG_PROOF_MAX]; /* in the order of RFC 9162: the leaf's sibling first */
};

/* RFC 9162 2.1.3.2: leaf is entry `index` of the tree of `size` leaves with `root`. Else
 * ERR_CRYPTO. */
enum err tlog_check_inclusion(struct hash root, uint64_t size, uint64_t index, struct hash leaf,
			      const struct tlog_proof *proof) NODISCARD;

/*
 * RFC 9162 2.1.4.2: the tree of new_size leaves begins with that of old_size. Equal sizes need
 * equal roots and an empty proof, and so does an old size of 0, whose root must be the empty one.
 */
enum err tlog_check_consistency(uint64_t old_size, struct hash old_root, uint64_t new_size,
				struct hash new_root, const struct tlog_proof *proof) NODISCARD;

#endif
