/*
 * The grammar `jpeg`: SOI, one JFIF header, the standard quantisation tables at a quality of 50 to
 * 90, a baseline frame of one or three components, the standard Huffman tables, one scan, EOI. The
 * entropy-coded data is decoded to its last bit: it holds exactly the blocks of the frame, is
 * padded with ones, and nothing follows. Facts from ITU-T T.81 (F.2, annex K) and JFIF 1.02.
 */
#include "verify/grammar.h"

#include "base/reader.h"

#define QUALITY_MIN 50
#define QUALITY_MAX 90

/* In zigzag order, as DQT holds them (T.81 tables K.1 and K.2). */
static const uint8_t quant_base[2][64] = {
    {16, 11, 12,  14,  12,  10, 16, 14,  13,  14,  18,  17,  16, 19,  24,  40,
     26, 24, 22,  22,  24,  49, 35, 37,  29,  40,  58,  51,  61, 60,  57,  51,
     56, 55, 64,  72,  92,  78, 64, 68,  87,  69,  55,  56,  80, 109, 81,  87,
     95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99},
    {17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99,
     99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
     99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99},
};

/* How many codes have each length, and what they mean (T.81 tables K.3 to K.6). */
struct huffman_spec {
	uint8_t id; /* as in DHT: class << 4 | number */
	uint8_t counts[16];
	uint8_t n;
	uint8_t values[162];
};

static const struct huffman_spec specs[4] = {
    {0x00,
     {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0},
     12,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
    {0x10,
     {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
     162,
     {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
      0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52,
      0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25,
      0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45,
      0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64,
      0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
      0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
      0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6,
      0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3,
      0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8,
      0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA}},
    {0x01,
     {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0},
     12,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
    {0x11,
     {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119},
     162,
     {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
      0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
      0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18,
      0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44,
      0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63,
      0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
      0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
      0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4,
      0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA,
      0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
      0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA}},
};

/* The entry for the next FAST bits: length << 8 | value, or 0 where the code is longer. */
#define FAST 10u
struct huffman {
	const struct huffman_spec *spec;
	uint16_t fast[1u << FAST];
	uint32_t limit[18]; /* first code beyond each length, left-aligned to 16 bits */
	int32_t base[17];   /* values index of a code of that length, less its code */
};

struct frame {
	uint32_t width, height;
	uint32_t components, h, v; /* sampling of the first; the others are 1x1 */
};

struct scan {
	struct verify *v;
	struct slice in; /* the whole file */
	size_t at;       /* next byte of entropy-coded data */
	uint64_t bits;   /* left-aligned */
	uint32_t n;
	struct huffman tables[4];
};

static void huffman_build(struct huffman *h, const struct huffman_spec *spec)
{
	uint32_t code = 0, k = 0;

	*h = (struct huffman){.spec = spec};
	for (uint32_t len = 1; len <= 16; len++) {
		h->base[len] = (int32_t)k - (int32_t)code;
		for (uint32_t i = 0; i < spec->counts[len - 1]; i++, k++, code++) {
			uint32_t first = code << (FAST - (len <= FAST ? len : FAST));

			for (uint32_t f = 0; len <= FAST && f < 1u << (FAST - len); f++)
				h->fast[first + f] = (uint16_t)(len << 8 | spec->values[k]);
		}
		h->limit[len] = code << (16 - len);
		code <<= 1;
	}
	h->limit[17] = UINT32_MAX;
}

static enum err tables(struct verify *v, struct reader *r, uint32_t id)
{
	size_t at = r->at;
	struct slice got = reader_take(r, 69);

	if (!reader_ok(r) || got.p[0] != 0xFF || got.p[1] != 0xDB || got.p[2] != 0 ||
	    got.p[3] != 67 || got.p[4] != id)
		return verify_bad(v, at, "no quantisation table %u", id);
	return OK;
}

/* Finds the one quality at which all tables of the file are the standard ones. */
static enum err quality(struct verify *v, struct slice file, uint32_t n)
{
	for (int q = QUALITY_MIN; q <= QUALITY_MAX; q++) {
		bool same = true;

		for (uint32_t t = 0; t < n && same; t++)
			for (size_t i = 0; i < 64 && same; i++) {
				int want = (quant_base[t][i] * (200 - 2 * q) + 50) / 100;

				same = file.p[20 + 69 * t + 5 + i] == want;
			}
		if (same)
			return OK;
	}
	return verify_bad(v, 20, "quantisation tables that our writer does not use");
}

static enum err frame_header(struct verify *v, struct reader *r, struct frame *f)
{
	size_t at = r->at;
	uint32_t n = f->components, sampling = 0x11;
	bool good = reader_u16be(r) == 0xFFC0;

	good &= reader_u16be(r) == 8 + 3 * n;
	good &= reader_u8(r) == 8;
	f->height = reader_u16be(r);
	f->width = reader_u16be(r);
	good &= reader_u8(r) == n;
	for (uint32_t c = 0; c < n; c++) {
		good &= reader_u8(r) == c + 1;
		sampling = reader_u8(r);
		if (c == 0) {
			f->h = sampling >> 4;
			f->v = sampling & 15;
		}
		good &= c == 0 || sampling == 0x11;
		good &= reader_u8(r) == (c ? 1 : 0);
	}
	good &= f->h >= 1 && f->h <= 2 && f->v >= 1 && f->v <= 2;
	good &= n == 3 || (f->h == 1 && f->v == 1);
	if (!reader_ok(r) || !good || !f->width || !f->height)
		return verify_bad(v, at, "the frame header");
	return verify_fits(v, at, f->width, f->height);
}

static enum err huffman_table(struct verify *v, struct reader *r, const struct huffman_spec *s)
{
	size_t at = r->at;
	bool good = reader_u16be(r) == 0xFFC4;

	good &= reader_u16be(r) == 19 + s->n;
	good &= reader_u8(r) == s->id;
	good &= slice_eq(reader_take(r, 16), slice_of(s->counts, 16));
	good &= slice_eq(reader_take(r, s->n), slice_of(s->values, s->n));
	return good && reader_ok(r) ? OK : verify_bad(v, at, "no standard Huffman table");
}

/* Takes in bytes until 48 bits are there or the data ends at a marker. */
static void refill(struct scan *s)
{
	while (s->n <= 48 && s->at < s->in.n) {
		uint8_t b = s->in.p[s->at];

		if (b == 0xFF) {
			if (s->at + 1 >= s->in.n || s->in.p[s->at + 1] != 0)
				return;
			s->at++;
		}
		s->at++;
		s->bits |= (uint64_t)b << (56 - s->n);
		s->n += 8;
	}
}

/* The next symbol and its extra bits are taken off; false where the data ends or has no code. */
static inline bool symbol(struct scan *s, const struct huffman *h, uint32_t *ret, uint64_t *extra)
{
	uint32_t entry, len, size, top;

	if (s->n < 32)
		refill(s);
	entry = h->fast[s->bits >> (64 - FAST)];
	if (entry) {
		len = entry >> 8;
		*ret = entry & 0xFF;
	} else {
		top = (uint32_t)(s->bits >> 48);
		for (len = FAST + 1; top >= h->limit[len]; len++)
			;
		if (len > 16)
			return false;
		*ret = h->spec->values[h->base[len] + (int32_t)(top >> (16 - len))];
	}
	size = *ret & 15;
	if (len + size > s->n)
		return false;
	*extra = size ? s->bits << len >> (64 - size) : 0;
	s->bits <<= len;
	s->bits <<= size;
	s->n -= len + size;
	return true;
}

/* outside: a block that only fills up its group, beyond the picture, and must repeat the last. */
static bool block(struct scan *s, uint32_t table, int32_t *dc, bool outside)
{
	uint32_t sym, k = 1;
	uint64_t extra;
	bool zeros = false; /* a run of sixteen zeros that no coefficient has ended yet */

	if (!symbol(s, &s->tables[2 * table], &sym, &extra))
		return false;
	if (outside && sym)
		return false;
	if (sym)
		*dc += (int32_t)extra - (extra >> (sym - 1) ? 0 : (1 << sym) - 1);
	if (*dc < -2048 || *dc > 2047)
		return false;
	while (k < 64) {
		if (!symbol(s, &s->tables[2 * table + 1], &sym, &extra))
			return false;
		if (sym == 0)
			return !zeros;
		if (outside)
			return false;
		zeros = sym == 0xF0;
		k += (sym >> 4) + 1;
	}
	return k == 64 && !zeros;
}

/* The blocks of one group (MCU): those of the first component row by row, one of each other. */
static bool group(struct scan *s, const struct frame *f, uint32_t x, uint32_t y, int32_t dc[3])
{
	for (uint32_t b = 0; b < f->h * f->v; b++) {
		bool outside =
		    (x * f->h + b % f->h) * 8 >= f->width || (y * f->v + b / f->h) * 8 >= f->height;

		if (!block(s, 0, &dc[0], outside))
			return false;
	}
	for (uint32_t c = 1; c < f->components; c++)
		if (!block(s, 1, &dc[c], false))
			return false;
	return true;
}

static enum err decode(struct scan *s, const struct frame *f)
{
	uint32_t across = (f->width + 8 * f->h - 1) / (8 * f->h);
	uint32_t down = (f->height + 8 * f->v - 1) / (8 * f->v);
	int32_t dc[3] = {0};

	for (uint32_t y = 0; y < down; y++)
		for (uint32_t x = 0; x < across; x++)
			if (!group(s, f, x, y, dc))
				return verify_bad(s->v, s->at,
						  "the data of the block group at %u, %u", x, y);
	refill(s);
	if (s->n >= 8 || (s->n && s->bits >> (64 - s->n) != (1u << s->n) - 1))
		return verify_bad(s->v, s->at, "data behind the last block");
	if (!slice_eq(slice_from(s->in, s->at), S("\xFF\xD9")))
		return verify_bad(s->v, s->at, "something else than the end follows the scan");
	return OK;
}

enum err verify_jpeg(struct verify *v, struct slice out)
{
	static const struct slice one = {(const uint8_t *)"\xFF\xDA\0\x8\1\1\0\0\x3F\0", 10};
	static const struct slice three = {
	    (const uint8_t *)"\xFF\xDA\0\xC\3\1\0\2\x11\3\x11\0\x3F\0", 14};
	struct reader r = reader_of(out);
	struct frame f = {.components = 3};
	struct slice scan;
	struct scan *s;

	if (!slice_eq(reader_take(&r, 20), S("\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0")))
		return verify_bad(v, 0, "no JFIF header as our writer prints it");
	TRY(tables(v, &r, 0));
	if (reader_left(&r) > 2 && out.p[r.at + 1] == 0xC0)
		f.components = 1;
	else
		TRY(tables(v, &r, 1));
	TRY(quality(v, out, f.components == 1 ? 1 : 2));
	TRY(frame_header(v, &r, &f));
	for (uint32_t i = 0; i < (f.components == 1 ? 2 : 4); i++)
		TRY(huffman_table(v, &r, &specs[i]));
	scan = f.components == 1 ? one : three;
	if (!slice_eq(reader_take(&r, scan.n), scan))
		return verify_bad(v, r.at, "the scan header");
	s = arena_alloc(v->arena, sizeof *s);
	if (!s)
		return ERR_MEMORY;
	s->v = v;
	s->in = out;
	s->at = r.at;
	for (uint32_t i = 0; i < 4; i++)
		huffman_build(&s->tables[i], &specs[i]);
	return decode(s, &f);
}
