/*
 * tile: the log as files (C2SP tlog-tiles): hash tiles of up to 256 hashes, entry bundles, and the
 * roots and proofs that are computed from hash tiles.
 *
 * Entry i of tile n at level l is the root of the leaves (n*256+i) * 256^l and the 256^l - 1 behind
 * it. A tree of s leaves has at level l floor(s / 256^l) hashes: full tiles, then one partial tile
 * where the number is no multiple of 256. There is no empty tile.
 */
#ifndef TLOG_TILE_H
#define TLOG_TILE_H

#include "base/reader.h"
#include "tlog/tree.h"

#define TLOG_TILE_WIDTH 256
#define TLOG_LEVELS 7        /* of tiles: 256^7 > TLOG_SIZE_MAX */
#define TLOG_ENTRY_MAX 65535 /* bytes of an entry in a bundle */
#define TLOG_BUNDLE_MAX ((TLOG_ENTRY_MAX + 2u) * TLOG_TILE_WIDTH)
#define TLOG_PATH_MAX 64 /* of any path below, with its NUL */

struct tlog_tile {
	unsigned level; /* 0 holds leaf hashes */
	uint64_t index; /* n */
	unsigned width; /* 1 .. 256 hashes; 256 is a full tile */
};

/*
 * Where tiles are kept. Rooms that store them (record) give these two functions; `ctx` is theirs.
 *
 * read appends exactly width * 32 bytes to out. It may be asked for any tile of the trees that were
 * appended so far, and must serve a partial tile also from a wider one (its first bytes).
 * ERR_NOT_FOUND where it is missing.
 * write stores a tile whole; a partial one may replace narrower ones of the same level and index.
 * It sees only tiles that the append completed or widened, and none before the full tiles
 * whose roots it holds. NULL where the user
 * only reads.
 */
struct tlog_tiles {
	void *ctx;
	enum err (*read)(void *ctx, struct tlog_tile t, struct buf *out);
	enum err (*write)(void *ctx, struct tlog_tile t, struct slice bytes);
};

/* "tile/0/x001/234/067.p/112"; for a bundle "tile/entries/...". level below 7. */
void tlog_tile_path(struct tlog_tile t, char ret[TLOG_PATH_MAX]);
void tlog_bundle_path(uint64_t index, unsigned width, char ret[TLOG_PATH_MAX]);
/* The exact inverse. ERR_SYNTAX for anything that the two above would not print. */
enum err tlog_tile_parse(struct slice path, struct tlog_tile *ret) NODISCARD;
enum err tlog_bundle_parse(struct slice path, uint64_t *ret_index, unsigned *ret_width) NODISCARD;

/*
 * The tile number k (from 0) of a tree of `size` leaves at `level`; ERR_NOT_FOUND beyond the last.
 * With it a caller walks all tiles of a tree.
 */
enum err tlog_tile_of(uint64_t size, unsigned level, uint64_t k, struct tlog_tile *ret) NODISCARD;

/*
 * Appends n leaf hashes to the log of `size` leaves: reads its partial tiles, writes those that
 * grow, and returns the new root. Calls nothing for n = 0 but what the root needs.
 */
enum err tlog_append(const struct tlog_tiles *t, uint64_t size, const struct hash *leaves, size_t n,
		     struct hash *ret_root) NODISCARD;

/* The compact range and the root of the first `size` leaves. */
enum err tlog_load(const struct tlog_tiles *t, uint64_t size, struct tlog_range *ret) NODISCARD;
enum err tlog_root(const struct tlog_tiles *t, uint64_t size, struct hash *ret) NODISCARD;

/* Proofs in the tree of `size` leaves. ERR_USAGE where index >= size or old > size. */
enum err tlog_prove_inclusion(const struct tlog_tiles *t, uint64_t size, uint64_t index,
			      struct tlog_proof *ret) NODISCARD;
enum err tlog_prove_consistency(const struct tlog_tiles *t, uint64_t old_size, uint64_t size,
				struct tlog_proof *ret) NODISCARD;

/*
 * Every stored tile against the entries: give the leaves of a tree in order, then end it. On
 * ERR_CRYPTO (a tile differs; bad_slot is the first hash that does) and on any failure to read one,
 * `bad` is the tile. The walk is over then.
 */
struct tlog_walk {
	const struct tlog_tiles *t;
	uint64_t size; /* leaves so far */
	struct tlog_tile bad;
	unsigned bad_slot;
	unsigned n[TLOG_LEVELS];
	uint64_t index[TLOG_LEVELS];
	struct hash hash[TLOG_LEVELS][TLOG_TILE_WIDTH];
};

void tlog_walk_init(struct tlog_walk *w, const struct tlog_tiles *t);
enum err tlog_walk_leaf(struct tlog_walk *w, struct hash leaf) NODISCARD;
/* 256 leaves at once by their root; size must be a multiple of 256, and the caller has compared
 * their tile. */
enum err tlog_walk_full(struct tlog_walk *w, struct hash root) NODISCARD;
enum err tlog_walk_end(struct tlog_walk *w, struct hash *ret_root) NODISCARD;

/* The root of n hashes, n a power of two. */
struct hash tlog_perfect(const struct hash *h, size_t n);

/* Entry bundles: u16 length (big-endian) and the entry, up to 256 times. */
enum err tlog_bundle_put(struct buf *b, struct slice entry) NODISCARD; /* ERR_LIMIT above 65,535 */
/* The next entry; ERR_NOT_FOUND at the exact end, ERR_SYNTAX where the bundle is cut. */
enum err tlog_bundle_next(struct reader *r, struct slice *ret) NODISCARD;

#endif
