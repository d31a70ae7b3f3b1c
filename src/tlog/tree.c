#include "tlog/tree.h"

struct hash tlog_leaf(struct slice entry)
{
	struct sha256_ctx c;
	struct hash h;

	sha256_init(&c);
	sha256_update(&c, 1, (const uint8_t[]){0x00});
	sha256_update(&c, entry.n, entry.p);
	sha256_digest(&c, sizeof h.b, h.b);
	return h;
}

/* One update: a tree of n leaves has as many nodes, and each is only two blocks. */
struct hash tlog_node(struct hash left, struct hash right)
{
	uint8_t node[1 + 2 * sizeof left.b];
	struct sha256_ctx c;
	struct hash h;

	node[0] = 0x01;
	memcpy(node + 1, left.b, sizeof left.b);
	memcpy(node + 1 + sizeof left.b, right.b, sizeof right.b);
	sha256_init(&c);
	sha256_update(&c, sizeof node, node);
	sha256_digest(&c, sizeof h.b, h.b);
	return h;
}

struct hash tlog_empty(void)
{
	return hash_of(S(""));
}

void tlog_range_append(struct tlog_range *r, struct hash leaf)
{
	/* Every low one bit of the size is a subtree that the new one completes to a larger one. */
	for (uint64_t s = r->size; s & 1; s >>= 1)
		leaf = tlog_node(r->node[--r->n], leaf);
	r->node[r->n++] = leaf;
	r->size++;
}

struct hash tlog_range_root(const struct tlog_range *r)
{
	struct hash h;

	if (!r->n)
		return tlog_empty();
	h = r->node[r->n - 1];
	for (unsigned i = r->n - 1; i > 0; i--)
		h = tlog_node(r->node[i - 1], h);
	return h;
}

enum err tlog_check_inclusion(struct hash root, uint64_t size, uint64_t index, struct hash leaf,
			      const struct tlog_proof *proof)
{
	uint64_t fn = index, sn = size - 1;
	struct hash r = leaf;

	if (index >= size || proof->n > TLOG_PROOF_MAX)
		return ERR_CRYPTO;
	for (unsigned i = 0; i < proof->n; i++) {
		if (sn == 0)
			return ERR_CRYPTO;
		if ((fn & 1) || fn == sn) {
			r = tlog_node(proof->hash[i], r);
			while (fn && !(fn & 1)) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = tlog_node(r, proof->hash[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_eq(r, root) ? OK : ERR_CRYPTO;
}

/* The case of 0 < old < new. */
static enum err check_growth(uint64_t old_size, struct hash old_root, uint64_t new_size,
			     struct hash new_root, const struct tlog_proof *proof)
{
	uint64_t fn = old_size - 1, sn = new_size - 1;
	bool whole = (old_size & (old_size - 1)) == 0; /* the old tree is a node of the new one */
	struct hash fr = whole ? old_root : proof->hash[0], sr = fr;

	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	for (unsigned i = whole ? 0 : 1; i < proof->n; i++) {
		if (sn == 0)
			return ERR_CRYPTO;
		if ((fn & 1) || fn == sn) {
			fr = tlog_node(proof->hash[i], fr);
			sr = tlog_node(proof->hash[i], sr);
			while (fn && !(fn & 1)) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = tlog_node(sr, proof->hash[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_eq(fr, old_root) && hash_eq(sr, new_root) ? OK : ERR_CRYPTO;
}

enum err tlog_check_consistency(uint64_t old_size, struct hash old_root, uint64_t new_size,
				struct hash new_root, const struct tlog_proof *proof)
{
	if (old_size > new_size || proof->n > TLOG_PROOF_MAX)
		return ERR_CRYPTO;
	if (old_size == 0 && !hash_eq(old_root, tlog_empty()))
		return ERR_CRYPTO;
	if (old_size == new_size)
		return proof->n == 0 && hash_eq(old_root, new_root) ? OK : ERR_CRYPTO;
	if (old_size == 0)
		return proof->n == 0 ? OK : ERR_CRYPTO;
	if (proof->n == 0)
		return ERR_CRYPTO;
	return check_growth(old_size, old_root, new_size, new_root, proof);
}
