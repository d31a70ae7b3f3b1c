#include "tlog/tile.h"

#include <stdio.h>

static uint64_t count_at(uint64_t size, unsigned level)
{
	return size >> (8 * level);
}

/* ── paths ───────────────────────────────────────────────────────────────── */

static void put_path(char ret[TLOG_PATH_MAX], const char *kind, uint64_t index, unsigned width)
{
	unsigned group[8], n = 0;
	int at = snprintf(ret, TLOG_PATH_MAX, "tile/%s", kind);

	BUG_IF(width < 1 || width > TLOG_TILE_WIDTH || index > TLOG_SIZE_MAX);
	do {
		group[n++] = (unsigned)(index % 1000);
		index /= 1000;
	} while (index);
	while (n--)
		at += snprintf(ret + at, TLOG_PATH_MAX - (size_t)at, "/%s%03u", n ? "x" : "",
			       group[n]);
	if (width < TLOG_TILE_WIDTH)
		snprintf(ret + at, TLOG_PATH_MAX - (size_t)at, ".p/%u", width);
}

void tlog_tile_path(struct tlog_tile t, char ret[TLOG_PATH_MAX])
{
	BUG_IF(t.level >= TLOG_LEVELS);
	put_path(ret, (char[]){(char)('0' + t.level), 0}, t.index, t.width);
}

void tlog_bundle_path(uint64_t index, unsigned width, char ret[TLOG_PATH_MAX])
{
	put_path(ret, "entries", index, width);
}

/* Reads the numbers behind the kind; the caller compares with what would be printed. */
static enum err parse_index(struct slice s, uint64_t *ret_index, unsigned *ret_width)
{
	uint64_t index = 0, width = TLOG_TILE_WIDTH, group;
	size_t partial = slice_find(s, S(".p/"));

	if (s.n >= TLOG_PATH_MAX)
		return ERR_SYNTAX;
	if (partial != SIZE_MAX) {
		if (!slice_u64(slice_from(s, partial + 3), &width) || width < 1 ||
		    width >= TLOG_TILE_WIDTH)
			return ERR_SYNTAX;
		s = slice_head(s, partial);
	}
	while (s.n) {
		if (s.p[0] != '/')
			return ERR_SYNTAX;
		s = slice_from(s, s.n > 1 && s.p[1] == 'x' ? 2 : 1);
		if (s.n < 3 || !slice_u64(slice_head(s, 3), &group) ||
		    index > (TLOG_SIZE_MAX - group) / 1000)
			return ERR_SYNTAX;
		index = index * 1000 + group;
		s = slice_from(s, 3);
	}
	*ret_index = index;
	*ret_width = (unsigned)width;
	return OK;
}

enum err tlog_tile_parse(struct slice path, struct tlog_tile *ret)
{
	struct tlog_tile t;
	char again[TLOG_PATH_MAX];

	if (path.n < 7 || !slice_starts(path, S("tile/")) || path.p[5] < '0' ||
	    path.p[5] >= '0' + TLOG_LEVELS)
		return ERR_SYNTAX;
	t.level = (unsigned)(path.p[5] - '0');
	TRY(parse_index(slice_from(path, 6), &t.index, &t.width));
	tlog_tile_path(t, again);
	if (!slice_eq_str(path, again))
		return ERR_SYNTAX;
	*ret = t;
	return OK;
}

enum err tlog_bundle_parse(struct slice path, uint64_t *ret_index, unsigned *ret_width)
{
	struct slice prefix = S("tile/entries");
	char again[TLOG_PATH_MAX];
	uint64_t index;
	unsigned width;

	if (!slice_starts(path, prefix))
		return ERR_SYNTAX;
	TRY(parse_index(slice_from(path, prefix.n), &index, &width));
	tlog_bundle_path(index, width, again);
	if (!slice_eq_str(path, again))
		return ERR_SYNTAX;
	*ret_index = index;
	*ret_width = width;
	return OK;
}

enum err tlog_tile_of(uint64_t size, unsigned level, uint64_t k, struct tlog_tile *ret)
{
	uint64_t n = level < TLOG_LEVELS ? count_at(size, level) : 0, left;

	if (k > TLOG_SIZE_MAX / TLOG_TILE_WIDTH || k * TLOG_TILE_WIDTH >= n)
		return ERR_NOT_FOUND;
	left = n - k * TLOG_TILE_WIDTH;
	*ret = (struct tlog_tile){
	    .level = level,
	    .index = k,
	    .width = left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH,
	};
	return OK;
}

/* ── the right edge of a tree: its partial tiles ─────────────────────────── */

struct edge {
	unsigned n[TLOG_LEVELS];
	uint64_t index[TLOG_LEVELS]; /* of the partial tile */
	bool grown[TLOG_LEVELS];
	struct hash hash[TLOG_LEVELS][TLOG_TILE_WIDTH];
};

static enum err read_tile(const struct tlog_tiles *t, struct tlog_tile tile, struct hash *ret)
{
	AUTO_BUF b;
	size_t want = (size_t)tile.width * sizeof *ret;

	buf_init(&b, TLOG_TILE_WIDTH * sizeof *ret);
	TRY(t->read(t->ctx, tile, &b));
	TRY(buf_err(&b));
	if (b.n != want)
		return ERR_SYNTAX;
	memcpy(ret, b.p, want);
	return OK;
}

static enum err edge_load(const struct tlog_tiles *t, uint64_t size, struct edge *e)
{
	if (size > TLOG_SIZE_MAX)
		return ERR_LIMIT;
	for (unsigned l = 0; l < TLOG_LEVELS; l++) {
		uint64_t n = count_at(size, l);

		e->n[l] = (unsigned)(n % TLOG_TILE_WIDTH);
		e->index[l] = n / TLOG_TILE_WIDTH;
		e->grown[l] = false;
		if (e->n[l])
			TRY(read_tile(t, (struct tlog_tile){l, e->index[l], e->n[l]}, e->hash[l]));
	}
	return OK;
}

struct hash tlog_perfect(const struct hash *h, size_t n)
{
	struct hash level[TLOG_TILE_WIDTH / 2];

	BUG_IF(n > TLOG_TILE_WIDTH || (n & (n - 1)) != 0);
	if (n == 1)
		return h[0];
	for (; n > 1; n /= 2, h = level)
		for (size_t i = 0; i < n / 2; i++)
			level[i] = tlog_node(h[2 * i], h[2 * i + 1]);
	return level[0];
}

/* The perfect subtrees of the tree from the smallest (rightmost) on: how many. */
static unsigned edge_parts(const struct edge *e, struct hash ret[64])
{
	unsigned parts = 0;

	for (unsigned l = 0; l < TLOG_LEVELS; l++) {
		unsigned end = e->n[l];

		for (unsigned bit = 1; bit < TLOG_TILE_WIDTH; bit <<= 1)
			if (e->n[l] & bit) {
				end -= bit;
				ret[parts++] = tlog_perfect(e->hash[l] + end, bit);
			}
	}
	return parts;
}

static struct hash edge_root(const struct edge *e)
{
	struct hash part[64], h;
	unsigned n = edge_parts(e, part);

	if (!n)
		return tlog_empty();
	h = part[0];
	for (unsigned i = 1; i < n; i++)
		h = tlog_node(part[i], h);
	return h;
}

static enum err edge_write(const struct tlog_tiles *t, struct edge *e, unsigned level)
{
	struct tlog_tile tile = {level, e->index[level], e->n[level]};

	e->grown[level] = false;
	return t->write(t->ctx, tile, slice_of(e->hash[level], tile.width * sizeof(struct hash)));
}

static enum err edge_push(const struct tlog_tiles *t, struct edge *e, struct hash h)
{
	for (unsigned l = 0; l < TLOG_LEVELS; l++) {
		e->hash[l][e->n[l]++] = h;
		e->grown[l] = true;
		if (e->n[l] < TLOG_TILE_WIDTH)
			return OK;
		TRY(edge_write(t, e, l));
		h = tlog_perfect(e->hash[l], TLOG_TILE_WIDTH);
		e->n[l] = 0;
		e->index[l]++;
	}
	return ERR_LIMIT;
}

enum err tlog_append(const struct tlog_tiles *t, uint64_t size, const struct hash *leaves, size_t n,
		     struct hash *ret_root)
{
	struct edge e;

	if (size > TLOG_SIZE_MAX || n > TLOG_SIZE_MAX - size)
		return ERR_LIMIT;
	TRY(edge_load(t, size, &e));
	for (size_t i = 0; i < n; i++)
		TRY(edge_push(t, &e, leaves[i]));
	for (unsigned l = 0; l < TLOG_LEVELS; l++)
		if (e.grown[l] && e.n[l])
			TRY(edge_write(t, &e, l));
	*ret_root = edge_root(&e);
	return OK;
}

enum err tlog_load(const struct tlog_tiles *t, uint64_t size, struct tlog_range *ret)
{
	struct tlog_range r = {.size = size};
	struct hash part[64];
	struct edge e;

	TRY(edge_load(t, size, &e));
	r.n = edge_parts(&e, part);
	for (unsigned i = 0; i < r.n; i++)
		r.node[i] = part[r.n - 1 - i];
	*ret = r;
	return OK;
}

enum err tlog_root(const struct tlog_tiles *t, uint64_t size, struct hash *ret)
{
	struct edge e;

	TRY(edge_load(t, size, &e));
	*ret = edge_root(&e);
	return OK;
}

/* ── proofs ──────────────────────────────────────────────────────────────── */

/* Reads inner nodes; keeps the last tile of each level, since a proof asks for neighbours. */
struct nodes {
	const struct tlog_tiles *t;
	uint64_t size;
	struct tlog_tile have[TLOG_LEVELS]; /* width 0 = none */
	struct hash hash[TLOG_LEVELS][TLOG_TILE_WIDTH];
};

/* The root of leaves i * 2^level .. (i + 1) * 2^level - 1, which must lie within the tree. */
static enum err node_at(struct nodes *n, unsigned level, uint64_t i, struct hash *ret)
{
	unsigned l = level / 8, count = 1u << (level % 8);
	uint64_t first = i << (level % 8);
	struct tlog_tile tile;

	TRY(tlog_tile_of(n->size, l, first / TLOG_TILE_WIDTH, &tile));
	if (!n->have[l].width || n->have[l].index != tile.index) {
		n->have[l].width = 0;
		TRY(read_tile(n->t, tile, n->hash[l]));
		n->have[l] = tile;
	}
	*ret = tlog_perfect(n->hash[l] + first % TLOG_TILE_WIDTH, count);
	return OK;
}

/* The root of leaves lo .. hi - 1, where lo is a multiple of the power of two not below hi - lo. */
static enum err range_root(struct nodes *n, uint64_t lo, uint64_t hi, struct hash *ret)
{
	struct hash h, part;
	bool any = false;

	while (lo < hi) {
		/* The smallest subtree stands at the end. */
		unsigned level = (unsigned)__builtin_ctzll(hi - lo);

		hi -= 1ull << level;
		TRY(node_at(n, level, hi >> level, &part));
		h = any ? tlog_node(part, h) : part;
		any = true;
	}
	*ret = any ? h : tlog_empty();
	return OK;
}

/* The largest power of two below n > 1. */
static uint64_t split_at(uint64_t n)
{
	return 1ull << (63 - __builtin_clzll(n - 1));
}

static void reverse(struct tlog_proof *p)
{
	for (unsigned i = 0; i < p->n / 2; i++) {
		struct hash t = p->hash[i];

		p->hash[i] = p->hash[p->n - 1 - i];
		p->hash[p->n - 1 - i] = t;
	}
}

enum err tlog_prove_inclusion(const struct tlog_tiles *t, uint64_t size, uint64_t index,
			      struct tlog_proof *ret)
{
	struct nodes n = {.t = t, .size = size};
	struct tlog_proof p = {0};
	uint64_t lo = 0, hi = size;

	if (index >= size || size > TLOG_SIZE_MAX)
		return ERR_USAGE;
	while (hi - lo > 1) { /* from the root down; the proof runs up */
		uint64_t mid = lo + split_at(hi - lo);

		if (index < mid) {
			TRY(range_root(&n, mid, hi, &p.hash[p.n++]));
			hi = mid;
		} else {
			TRY(range_root(&n, lo, mid, &p.hash[p.n++]));
			lo = mid;
		}
	}
	reverse(&p);
	*ret = p;
	return OK;
}

enum err tlog_prove_consistency(const struct tlog_tiles *t, uint64_t old_size, uint64_t size,
				struct tlog_proof *ret)
{
	struct nodes n = {.t = t, .size = size};
	struct tlog_proof p = {0};
	uint64_t lo = 0, hi = size;

	if (old_size > size || size > TLOG_SIZE_MAX)
		return ERR_USAGE;
	if (old_size == 0 || old_size == size) {
		*ret = p;
		return OK;
	}
	while (hi != old_size) {
		uint64_t mid = lo + split_at(hi - lo);

		if (old_size <= mid) {
			TRY(range_root(&n, mid, hi, &p.hash[p.n++]));
			hi = mid;
		} else {
			TRY(range_root(&n, lo, mid, &p.hash[p.n++]));
			lo = mid;
		}
	}
	if (lo > 0) /* else the old tree is a node of the new one: its root is known */
		TRY(range_root(&n, lo, hi, &p.hash[p.n++]));
	reverse(&p);
	*ret = p;
	return OK;
}

/* ── the tiles against the entries ───────────────────────────────────────── */

void tlog_walk_init(struct tlog_walk *w, const struct tlog_tiles *t)
{
	w->t = t;
	w->size = 0;
	memset(w->n, 0, sizeof w->n);
	memset(w->index, 0, sizeof w->index);
	w->bad = (struct tlog_tile){0};
	w->bad_slot = 0;
}

/* The stored tile against the hashes that the entries give. */
static enum err walk_tile(struct tlog_walk *w, unsigned level)
{
	struct tlog_tile tile = {level, w->index[level], w->n[level]};
	struct hash stored[TLOG_TILE_WIDTH];
	unsigned slot = 0;
	enum err e = read_tile(w->t, tile, stored);

	while (e == OK && slot < tile.width && hash_eq(stored[slot], w->hash[level][slot]))
		slot++;
	if (e == OK && slot == tile.width)
		return OK;
	w->bad = tile;
	w->bad_slot = slot;
	return e == OK ? ERR_CRYPTO : e;
}

/* Hands a root of a level's subtree up, through every tile that it completes. */
static enum err walk_up(struct tlog_walk *w, unsigned level, struct hash h)
{
	for (unsigned l = level; l < TLOG_LEVELS; l++) {
		w->hash[l][w->n[l]++] = h;
		if (w->n[l] < TLOG_TILE_WIDTH)
			return OK;
		TRY(walk_tile(w, l));
		h = tlog_perfect(w->hash[l], TLOG_TILE_WIDTH);
		w->n[l] = 0;
		w->index[l]++;
	}
	return ERR_LIMIT;
}

enum err tlog_walk_leaf(struct tlog_walk *w, struct hash leaf)
{
	w->size++;
	return walk_up(w, 0, leaf);
}

enum err tlog_walk_full(struct tlog_walk *w, struct hash root)
{
	BUG_IF(w->n[0] != 0);
	w->size += TLOG_TILE_WIDTH;
	w->index[0]++;
	return walk_up(w, 1, root);
}

enum err tlog_walk_end(struct tlog_walk *w, struct hash *ret_root)
{
	struct hash root = tlog_empty();
	bool any = false;

	for (unsigned l = 0; l < TLOG_LEVELS; l++) {
		unsigned end = w->n[l];

		if (end)
			TRY(walk_tile(w, l));
		for (unsigned bit = 1; bit < TLOG_TILE_WIDTH; bit <<= 1) {
			struct hash part;

			if (!(w->n[l] & bit))
				continue;
			end -= bit;
			part = tlog_perfect(w->hash[l] + end, bit);
			root = any ? tlog_node(part, root) : part;
			any = true;
		}
	}
	*ret_root = root;
	return OK;
}

/* ── entry bundles ───────────────────────────────────────────────────────── */

enum err tlog_bundle_put(struct buf *b, struct slice entry)
{
	if (entry.n > TLOG_ENTRY_MAX)
		return ERR_LIMIT;
	buf_u16be(b, (uint16_t)entry.n);
	buf_slice(b, entry);
	return buf_err(b);
}

enum err tlog_bundle_next(struct reader *r, struct slice *ret)
{
	struct slice entry;

	if (reader_done(r))
		return ERR_NOT_FOUND;
	entry = reader_take(r, reader_u16be(r));
	if (!reader_ok(r))
		return ERR_SYNTAX;
	*ret = entry;
	return OK;
}
