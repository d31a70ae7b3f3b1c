#include "tlog/tile.h"

#include <stdlib.h>
#include "base/test.h"

/* ── a store of tiles in memory ──────────────────────────────────────────── */

#define TILES_MAX 400

struct kept {
	struct tlog_tile t;
	uint8_t bytes[TLOG_TILE_WIDTH * 32];
};

struct memory {
	struct kept *tile;
	size_t n;
	unsigned reads, writes;
	unsigned fail_write; /* the n-th write from now fails; 0 = none */
};

static struct kept *find(struct memory *m, unsigned level, uint64_t index)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->tile[i].t.level == level && m->tile[i].t.index == index)
			return &m->tile[i];
	return NULL;
}

static enum err mem_read(void *ctx, struct tlog_tile t, struct buf *out)
{
	struct memory *m = ctx;
	struct kept *k = find(m, t.level, t.index);

	m->reads++;
	if (!k || k->t.width < t.width)
		return ERR_NOT_FOUND;
	buf_put(out, k->bytes, (size_t)t.width * 32);
	return OK;
}

static enum err mem_write(void *ctx, struct tlog_tile t, struct slice bytes)
{
	struct memory *m = ctx;
	struct kept *k = find(m, t.level, t.index);

	if (m->fail_write && --m->fail_write == 0)
		return ERR_FULL;
	CHECK(bytes.n == (size_t)t.width * 32 && t.width >= 1);
	m->writes++;
	if (!k) {
		REQUIRE(m->n < TILES_MAX);
		k = &m->tile[m->n++];
	} else {
		CHECK(k->t.width < t.width &&
		      memcmp(k->bytes, bytes.p, (size_t)k->t.width * 32) == 0);
	}
	k->t = t;
	memcpy(k->bytes, bytes.p, bytes.n);
	return OK;
}

static struct tlog_tiles over(struct memory *m)
{
	m->tile = calloc(TILES_MAX, sizeof *m->tile);
	REQUIRE(m->tile);
	return (struct tlog_tiles){m, mem_read, mem_write};
}

static struct hash leaf(uint64_t i)
{
	return tlog_leaf(slice_of(&i, sizeof i));
}

static struct hash naive(uint64_t lo, uint64_t hi)
{
	uint64_t k = 1;

	if (lo == hi)
		return tlog_empty();
	if (hi - lo == 1)
		return leaf(lo);
	while (k * 2 < hi - lo)
		k *= 2;
	return tlog_node(naive(lo, lo + k), naive(lo + k, hi));
}

/* ── cases ───────────────────────────────────────────────────────────────── */

static void check_path(struct tlog_tile t, const char *want)
{
	struct tlog_tile back;
	char path[TLOG_PATH_MAX];

	tlog_tile_path(t, path);
	CHECK_STR(slice_str(path), want);
	REQUIRE(tlog_tile_parse(slice_str(path), &back) == OK);
	CHECK(back.level == t.level && back.index == t.index && back.width == t.width);
}

static void paths(void)
{
	static const char *const bad[] = {
	    "",
	    "tile/0",
	    "tile/0/",
	    "tile/0/1",
	    "tile/0/0001",
	    "tile/0/x001",
	    "tile/0/001/002",
	    "tile/0/x000/001",
	    "tile/0/001.p/0",
	    "tile/0/001.p/256",
	    "tile/0/001.p/",
	    "tile/0/001.p/01",
	    "tile/0/001 ",
	    "tile/00/001",
	    "tile/7/001",
	    "/tile/0/001",
	    "tile/0/-01",
	    "tile/0/001.p/1/2",
	    "tile/entries/001",
	    "tile/0/x001/x002",
	    "tile/0/../001",
	    "tile/0/001/",
	    "tile/0//001",
	    "tile/0/x999/x999/x999/x999/x999/x999/999",
	};
	struct tlog_tile t;
	char path[TLOG_PATH_MAX];
	uint64_t index;
	unsigned width;

	check_path((struct tlog_tile){0, 0, 256}, "tile/0/000");
	check_path((struct tlog_tile){0, 0, 1}, "tile/0/000.p/1");
	check_path((struct tlog_tile){1, 999, 255}, "tile/1/999.p/255");
	check_path((struct tlog_tile){2, 1000, 256}, "tile/2/x001/000");
	check_path((struct tlog_tile){0, 1234067, 112}, "tile/0/x001/x234/067.p/112");
	check_path((struct tlog_tile){6, TLOG_SIZE_MAX, 3},
		   "tile/6/x072/x057/x594/x037/x927/935.p/3");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (tlog_tile_parse(slice_str(bad[i]), &t) != ERR_SYNTAX) {
			printf("# took %s\n", bad[i]);
			test_now.failed++;
		}
	tlog_bundle_path(1234067, 5, path);
	CHECK_STR(slice_str(path), "tile/entries/x001/x234/067.p/5");
	CHECK(tlog_bundle_parse(slice_str(path), &index, &width) == OK && index == 1234067 &&
	      width == 5);
	CHECK(tlog_bundle_parse(S("tile/entries/000"), &index, &width) == OK && width == 256);
	CHECK(tlog_bundle_parse(S("tile/entries/x000"), &index, &width) == ERR_SYNTAX);
	CHECK(tlog_bundle_parse(S("tile/0/000"), &index, &width) == ERR_SYNTAX);
}

static unsigned count_tiles(uint64_t size, unsigned level, unsigned *ret_last)
{
	struct tlog_tile t;
	unsigned n = 0;

	*ret_last = 0;
	while (tlog_tile_of(size, level, n, &t) == OK) {
		*ret_last = t.width;
		n++;
	}
	return n;
}

static void tiles_of_a_size(void)
{
	unsigned last;

	CHECK(count_tiles(0, 0, &last) == 0);
	CHECK(count_tiles(256, 0, &last) == 1 && last == 256);
	CHECK(count_tiles(256, 1, &last) == 1 && last == 1);
	CHECK(count_tiles(256, 2, &last) == 0);
	CHECK(count_tiles(70000, 0, &last) == 274 && last == 112);
	CHECK(count_tiles(70000, 1, &last) == 2 && last == 17);
	CHECK(count_tiles(70000, 2, &last) == 1 && last == 1);
	CHECK(count_tiles(70000, 3, &last) == 0);
}

/* Walks over the leaves; what it says of the tiles. */
static enum err walk(const struct tlog_tiles *t, uint64_t n, struct tlog_tile *ret_bad,
		     unsigned *ret_slot)
{
	static struct tlog_walk w;
	struct hash root, stored;
	enum err e = OK;

	tlog_walk_init(&w, t);
	for (uint64_t i = 0; i < n && e == OK; i++)
		e = tlog_walk_leaf(&w, leaf(i));
	if (e == OK)
		e = tlog_walk_end(&w, &root);
	*ret_bad = w.bad;
	*ret_slot = w.bad_slot;
	TRY(e);
	REQUIRE(tlog_root(t, n, &stored) == OK);
	CHECK(w.size == n && hash_eq(root, stored));
	return OK;
}

/* Every size to 1,000, grown one by one, against the definition. */
static void grows_as_defined(void)
{
	struct memory m = {0};
	struct tlog_tiles t = over(&m);
	struct tlog_range range = {0}, loaded;
	struct hash root, again;
	struct tlog_tile bad;
	unsigned slot;

	CHECK(tlog_root(&t, 0, &root) == OK && hash_eq(root, tlog_empty()));
	for (uint64_t size = 0; size < 1000; size++) {
		struct hash h = leaf(size);

		REQUIRE(tlog_append(&t, size, &h, 1, &root) == OK);
		tlog_range_append(&range, h);
		CHECK(hash_eq(root, naive(0, size + 1)));
		REQUIRE(tlog_root(&t, size + 1, &again) == OK && hash_eq(root, again));
		REQUIRE(tlog_load(&t, size + 1, &loaded) == OK);
		CHECK(loaded.size == range.size && loaded.n == range.n &&
		      memcmp(loaded.node, range.node, range.n * sizeof *range.node) == 0);
	}
	CHECK(walk(&t, 1000, &bad, &slot) == OK);
	free(m.tile);
}

/* All proofs for chosen sizes and every size below. */
static void proofs_verify(void)
{
	static const uint64_t sizes[] = {1,   2,   3,   7,   8,   9,   31,  64,
					 255, 256, 257, 300, 511, 513, 1000};
	struct memory m = {0};
	struct tlog_tiles t = over(&m);
	struct hash *leaves = calloc(1000, sizeof *leaves), root;
	struct tlog_proof p;

	REQUIRE(leaves);
	for (uint64_t i = 0; i < 1000; i++)
		leaves[i] = leaf(i);
	REQUIRE(tlog_append(&t, 0, leaves, 1000, &root) == OK);
	CHECK(hash_eq(root, naive(0, 1000)));
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		uint64_t n = sizes[s];
		struct hash now, old;

		REQUIRE(tlog_root(&t, n, &now) == OK);
		for (uint64_t i = 0; i < n; i++) {
			REQUIRE(tlog_prove_inclusion(&t, n, i, &p) == OK);
			CHECK(tlog_check_inclusion(now, n, i, leaves[i], &p) == OK);
			CHECK(tlog_check_inclusion(now, n, i, leaves[(i + 1) % 1000], &p) ==
			      ERR_CRYPTO);
		}
		for (uint64_t i = 0; i <= n; i++) {
			REQUIRE(tlog_root(&t, i, &old) == OK);
			REQUIRE(tlog_prove_consistency(&t, i, n, &p) == OK);
			CHECK(tlog_check_consistency(i, old, n, now, &p) == OK);
			if (i && i < n) {
				old.b[7] ^= 1;
				CHECK(tlog_check_consistency(i, old, n, now, &p) == ERR_CRYPTO);
				old.b[7] ^= 1;
				p.hash[p.n / 2].b[0] ^= 0x80;
				CHECK(tlog_check_consistency(i, old, n, now, &p) == ERR_CRYPTO);
			}
		}
		CHECK(tlog_prove_inclusion(&t, n, n, &p) == ERR_USAGE);
		CHECK(tlog_prove_consistency(&t, n + 1, n, &p) == ERR_USAGE);
	}
	free(leaves);
	free(m.tile);
}

/* Three levels of tiles, appended in uneven batches. */
static void seventy_thousand(void)
{
	static const size_t steps[] = {1, 255, 256, 1, 4096, 65536 - 4609, 1, 4463};
	struct memory m = {0};
	struct tlog_tiles t = over(&m);
	struct hash *leaves = calloc(70000, sizeof *leaves), root, old;
	struct tlog_range range = {0};
	struct tlog_tile tile, bad;
	struct tlog_proof p;
	uint64_t size = 0;
	unsigned slot;

	REQUIRE(leaves);
	for (uint64_t i = 0; i < 70000; i++)
		leaves[i] = leaf(i);
	for (size_t s = 0; s < ARRAY_LEN(steps); s++) {
		REQUIRE(tlog_append(&t, size, leaves + size, steps[s], &root) == OK);
		for (size_t i = 0; i < steps[s]; i++)
			tlog_range_append(&range, leaves[size + i]);
		size += steps[s];
		CHECK(hash_eq(root, tlog_range_root(&range)));
	}
	REQUIRE(size == 70000);
	CHECK(m.n == 274 + 2 + 1);
	CHECK(walk(&t, size, &bad, &slot) == OK);
	for (uint64_t i = 0; i < size; i += 617) {
		REQUIRE(tlog_prove_inclusion(&t, size, i, &p) == OK);
		CHECK(tlog_check_inclusion(root, size, i, leaves[i], &p) == OK);
		REQUIRE(tlog_root(&t, i, &old) == OK);
		REQUIRE(tlog_prove_consistency(&t, i, size, &p) == OK);
		CHECK(tlog_check_consistency(i, old, size, root, &p) == OK);
	}
	m.reads = 0;
	REQUIRE(tlog_prove_inclusion(&t, size, 12345, &p) == OK);
	CHECK(m.reads <= 8); /* tiles, not leaves */
	/* A flipped bit in any inner tile is named. */
	REQUIRE(tlog_tile_of(size, 1, 1, &tile) == OK);
	find(&m, 1, 1)->bytes[16 * 32 + 5] ^= 4;
	CHECK(walk(&t, size, &bad, &slot) == ERR_CRYPTO);
	CHECK(bad.level == 1 && bad.index == 1 && slot == 16);
	find(&m, 1, 1)->bytes[16 * 32 + 5] ^= 4;
	find(&m, 0, 100)->bytes[0] ^= 1;
	CHECK(walk(&t, size, &bad, &slot) == ERR_CRYPTO);
	CHECK(bad.level == 0 && bad.index == 100 && slot == 0);
	free(leaves);
	free(m.tile);
}

static enum err short_read(void *ctx, struct tlog_tile t, struct buf *out)
{
	(void)ctx;
	buf_put(out, (uint8_t[32]){0}, t.width > 1 ? 32 : 31);
	return OK;
}

static void storage_that_fails(void)
{
	struct memory m = {0};
	struct tlog_tiles t = over(&m), cut = {NULL, short_read, NULL};
	struct hash leaves[300], root = {{9}};
	struct tlog_proof p;

	for (uint64_t i = 0; i < 300; i++)
		leaves[i] = leaf(i);
	for (unsigned n = 1; n <= 3; n++) { /* full tile, its parent, the partial one */
		m.n = 0;
		m.fail_write = n;
		CHECK(tlog_append(&t, 0, leaves, 300, &root) == ERR_FULL);
		CHECK(root.b[0] == 9); /* untouched */
	}
	m.n = 0;
	CHECK(tlog_append(&t, 5, leaves, 1, &root) == ERR_NOT_FOUND);
	CHECK(tlog_root(&cut, 5, &root) == ERR_SYNTAX);
	CHECK(tlog_root(&cut, 1, &root) == ERR_SYNTAX);
	CHECK(tlog_prove_inclusion(&t, 300, 7, &p) == ERR_NOT_FOUND);
	CHECK(tlog_root(&t, TLOG_SIZE_MAX + 1, &root) == ERR_LIMIT);
	CHECK(tlog_append(&t, TLOG_SIZE_MAX, leaves, 1, &root) == ERR_LIMIT);
	free(m.tile);
}

static void bundles(void)
{
	struct reader r;
	struct slice e;
	AUTO_BUF b;
	AUTO_BUF big;

	buf_init(&b, 1 << 20);
	buf_init(&big, 1 << 20);
	for (size_t i = 0; i < 65536; i++)
		buf_byte(&big, 'x');
	REQUIRE(tlog_bundle_put(&b, S("one")) == OK && tlog_bundle_put(&b, S("")) == OK);
	REQUIRE(tlog_bundle_put(&b, slice_head(buf_view(&big), 65535)) == OK);
	CHECK(tlog_bundle_put(&b, buf_view(&big)) == ERR_LIMIT);
	CHECK(memcmp(b.p, "\0\3one\0\0\xFF\xFF", 9) == 0);
	r = reader_of(buf_view(&b));
	REQUIRE(tlog_bundle_next(&r, &e) == OK);
	CHECK_STR(e, "one");
	CHECK(tlog_bundle_next(&r, &e) == OK && e.n == 0);
	CHECK(tlog_bundle_next(&r, &e) == OK && e.n == 65535);
	CHECK(tlog_bundle_next(&r, &e) == ERR_NOT_FOUND);
	for (size_t cut = 1; cut < 5; cut++) {
		r = reader_of(slice_head(buf_view(&b), cut));
		CHECK(tlog_bundle_next(&r, &e) == ERR_SYNTAX);
	}
}

TESTS(CASE(paths), CASE(tiles_of_a_size), CASE(grows_as_defined), CASE(proofs_verify),
      CASE(seventy_thousand), CASE(storage_that_fails), CASE(bundles))
