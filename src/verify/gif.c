/*
 * The grammar `gif`: GIF89a without a palette for the whole, at most one block that says how often
 * it is repeated, two frames or more, each with its control block and its own palette, and the end.
 * Data of a frame decode to exactly its pixels; each is in the palette.
 */
#include "verify/grammar.h"

#include "base/reader.h"

#define CODES 4096u
#define FRAMES_MAX 20000u

/* One string of LZW: the string before it and its last index. */
struct string {
	uint16_t before, length;
	uint8_t last, first;
};

struct animation {
	struct verify *v;
	struct reader r;
	uint32_t width, height, frames;
	struct string *strings;
};

struct frame {
	size_t pixels;
	unsigned bits; /* of the palette */
};

static enum err screen(struct animation *g)
{
	struct slice rest;

	if (!slice_eq(reader_take(&g->r, 6), S("GIF89a")))
		return verify_bad(g->v, 0, "no GIF89a");
	g->width = reader_u16le(&g->r);
	g->height = reader_u16le(&g->r);
	rest = reader_take(&g->r, 3);
	if (!slice_eq(rest, slice_of("\0\0", 3)) || !g->width || !g->height)
		return verify_bad(g->v, 6, "the screen");
	return verify_fits(g->v, 6, g->width, g->height);
}

/* The block that says how often all is repeated; "!" is taken. */
static enum err repetition(struct animation *g)
{
	size_t at = g->r.at;
	bool good = slice_eq(reader_take(&g->r, 15), S("\xFF\x0BNETSCAPE2.0\3\1"));

	reader_take(&g->r, 2);
	good &= reader_u8(&g->r) == 0;
	return good && reader_ok(&g->r) ? OK : verify_bad(g->v, at, "the repetition");
}

/* The control block and the descriptor of a frame with its palette. */
static enum err head(struct animation *g, struct frame *f)
{
	size_t at = g->r.at;
	uint32_t flags, transparent, x, y, w, h;
	bool good = slice_eq(reader_take(&g->r, 3), S("!\xF9\x04"));

	flags = reader_u8(&g->r);
	reader_take(&g->r, 2);
	transparent = reader_u8(&g->r);
	good &= reader_u8(&g->r) == 0 && (flags & ~0x0Du) == 0;
	good &= flags & 1 || transparent == 0;
	good &= reader_u8(&g->r) == ',';
	x = reader_u16le(&g->r);
	y = reader_u16le(&g->r);
	w = reader_u16le(&g->r);
	h = reader_u16le(&g->r);
	flags = reader_u8(&g->r);
	f->bits = (flags & 7) + 1;
	f->pixels = (size_t)w * h;
	good &= (flags & ~7u) == 0x80 && w && h && x + w <= g->width && y + h <= g->height;
	good &= transparent < 1u << f->bits;
	reader_take(&g->r, (size_t)3 << f->bits);
	if (!good || !reader_ok(&g->r))
		return verify_bad(g->v, at, "the head of a frame");
	return ++g->frames <= FRAMES_MAX ? OK : diag_set(g->v->d, ERR_LIMIT, at, "limit frames");
}

/* Sub-blocks of 255 bytes, the last one shorter, joined; the empty one behind them is taken. */
static enum err joined(struct animation *g, struct slice *ret)
{
	size_t at = g->r.at, n = 0, last = 255;
	struct reader ahead = g->r;
	uint8_t *to;

	for (size_t k; (k = reader_u8(&ahead)) != 0 && last == 255; last = k, n += k)
		reader_take(&ahead, k);
	if (!reader_ok(&ahead) || (g->r.in.p + ahead.at)[-1] != 0)
		return verify_bad(g->v, at, "the blocks of a frame");
	to = arena_room(g->v->arena, n);
	if (!to)
		return ERR_MEMORY;
	*ret = slice_of(to, n);
	while (n) {
		struct slice s = reader_take(&g->r, reader_u8(&g->r));

		memcpy(to, s.p, s.n);
		to += s.n;
		n -= s.n;
	}
	(void)reader_u8(&g->r);
	return OK;
}

/* Codes of a growing number of bits, from the lowest bit upwards. */
struct codes {
	struct slice in;
	size_t bit;
};

static bool take_code(struct codes *c, unsigned size, unsigned *ret)
{
	*ret = 0;
	if (c->bit + size > c->in.n * 8)
		return false;
	for (unsigned i = 0; i < size; i++, c->bit++)
		*ret |= (unsigned)(c->in.p[c->bit / 8] >> c->bit % 8 & 1) << i;
	return true;
}

/* All that is left: less than a byte, and zero. */
static bool is_filled_up(struct codes *c)
{
	unsigned rest = (unsigned)(c->in.n * 8 - c->bit), v = 0;

	return rest < 8 && take_code(c, rest, &v) && v == 0;
}

/*
 * The number of pixels that the codes say, SIZE_MAX where one is not of the grammar. Strings are
 * only counted and their indices compared; nobody needs the picture here.
 */
static size_t count_pixels(struct animation *g, const struct frame *f, unsigned min,
			   struct codes *c)
{
	struct string *t = g->strings;
	unsigned clear = 1u << min, top = 1u << f->bits, used = clear + 2, size = min + 1, code;
	bool known = false; /* there is a string before */
	unsigned before = 0;
	size_t pixels = 0;

	if (!take_code(c, size, &code) || code != clear)
		return SIZE_MAX;
	for (;;) {
		if (!take_code(c, size, &code))
			return SIZE_MAX;
		if (code == clear + 1)
			return known ? pixels : SIZE_MAX;
		if (code == clear) {
			if (!known)
				return SIZE_MAX;
			used = clear + 2;
			size = min + 1;
			known = false;
			continue;
		}
		if (code < clear) {
			if (code >= top)
				return SIZE_MAX;
			t[code] = (struct string){
			    .length = 1, .last = (uint8_t)code, .first = (uint8_t)code};
		} else if (!known || code > used || code >= CODES ||
			   (code == used && used == CODES)) {
			return SIZE_MAX;
		}
		if (known && used < CODES) {
			t[used] = (struct string){
			    .before = (uint16_t)before,
			    .length = (uint16_t)(t[before].length + 1),
			    .first = t[before].first,
			};
			t[used].last = t[code].first; /* its own where it is the new one */
			used++;
		}
		if (used == 1u << size && size < 12)
			size++;
		pixels += t[code].length;
		if (pixels > f->pixels)
			return SIZE_MAX;
		before = code;
		known = true;
	}
}

static enum err frame(struct animation *g)
{
	struct codes c = {0};
	struct frame f;
	unsigned min;
	size_t at;

	TRY(head(g, &f));
	at = g->r.at;
	min = reader_u8(&g->r);
	if (!reader_ok(&g->r) || min != (f.bits < 2 ? 2 : f.bits))
		return verify_bad(g->v, at, "the size of its codes");
	if (f.pixels > g->v->inflated_left)
		return diag_set(g->v->d, ERR_LIMIT, at, "limit inflated_bytes");
	g->v->inflated_left -= f.pixels;
	TRY(joined(g, &c.in));
	if (count_pixels(g, &f, min, &c) != f.pixels || !is_filled_up(&c))
		return verify_bad(g->v, at, "the pixels of frame %u", g->frames);
	return OK;
}

enum err verify_gif(struct verify *v, struct slice out)
{
	struct animation g = {.v = v, .r = reader_of(out)};

	g.strings = arena_array(v->arena, CODES, sizeof *g.strings);
	if (!g.strings)
		return ERR_MEMORY;
	TRY(screen(&g));
	if (reader_left(&g.r) > 1 && out.p[g.r.at + 1] == 0xFF) {
		if (reader_u8(&g.r) != '!')
			return verify_bad(v, g.r.at - 1, "a block of unknown kind");
		TRY(repetition(&g));
	}
	while (reader_left(&g.r) > 1)
		TRY(frame(&g));
	if (reader_u8(&g.r) != ';' || !reader_done(&g.r))
		return verify_bad(v, g.r.at, "it does not end as our writer's does");
	return g.frames > 1 ? OK : verify_bad(v, 0, "one frame is a PNG");
}
