/*
 * TrueType as our writer prints it: seven tables in the order of their tags, one behind the other,
 * outlines without instructions in their shortest form, and the numbers that follow from them.
 */
#include "verify/pdf.h"

#define COMPONENT_DEPTH 8u

struct glyph {
	uint32_t points, contours, depth;
	uint32_t first, n; /* parts */
	bool composite, done, open;
};

struct font {
	struct arena *arena;
	struct slice cmap, glyf, head, hhea, hmtx, loca, maxp;
	uint32_t n;
	struct glyph *glyphs;
	uint16_t *parts;
	size_t parts_n, parts_cap;
	const char *why;
};

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static bool zeros(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

static bool no(struct font *f, const char *why)
{
	f->why = why;
	return false;
}

/* --- the directory -------------------------------------------------------------------------- */

static bool directory(struct font *f, struct slice in)
{
	struct {
		const char *tag;
		struct slice *to;
	} want[] = {{"cmap", &f->cmap}, {"glyf", &f->glyf}, {"head", &f->head}, {"hhea", &f->hhea},
		    {"hmtx", &f->hmtx}, {"loca", &f->loca}, {"maxp", &f->maxp}};
	uint32_t n, low = 4, k = 0;
	size_t at;

	if (in.n < 12 || be32(in.p) != 0x00010000)
		return no(f, "version");
	n = be16(in.p + 4);
	if (n != 6 && n != 7)
		return no(f, "number of tables");
	if (be16(in.p + 6) != low * 16 || be16(in.p + 8) != 2 || be16(in.p + 10) != (n - low) * 16)
		return no(f, "search fields");
	at = 12 + 16 * (size_t)n;
	k = 7 - n;
	for (uint32_t i = 0; i < n; i++, k++) {
		const uint8_t *row = in.p + 12 + 16 * (size_t)i;
		uint32_t sum = 0, len;

		if (in.n < at)
			return no(f, "directory");
		len = be32(row + 12);
		if (memcmp(row, want[k].tag, 4) != 0 || be32(row + 8) != at || len > in.n - at)
			return no(f, "directory");
		*want[k].to = slice_of(in.p + at, len);
		for (size_t b = 0; b < len; b++)
			sum += (uint32_t)in.p[at + b] << (24 - b % 4 * 8);
		at += (len + 3u) / 4 * 4;
		if (at > in.n ||
		    !zeros(want[k].to->p + len, at - (size_t)(want[k].to->p - in.p) - len))
			return no(f, "padding");
		if (sum != be32(row + 4))
			return no(f, "checksum");
	}
	return at == in.n ? true : no(f, "something behind the last table");
}

/* --- glyphs --------------------------------------------------------------------------------- */

static bool simple(struct font *f, struct glyph *g, struct reader *r, uint32_t contours)
{
	const uint8_t *flags;
	uint32_t n = 0;

	for (uint32_t i = 0; i < contours; i++) {
		uint32_t end = reader_u16be(r) + 1u;

		if (end <= n)
			return no(f, "contours");
		n = end;
	}
	if (reader_u16be(r) != 0)
		return no(f, "instructions");
	flags = reader_take(r, n).p;
	if (!reader_ok(r))
		return no(f, "points");
	for (uint32_t axis = 0; axis < 2; axis++)
		for (uint32_t i = 0; i < n; i++) {
			bool is_short = flags[i] & 2u << axis, same = flags[i] & 16u << axis;
			int d;

			if (flags[i] & 0xC8)
				return no(f, "flags of a point");
			if (is_short && reader_u8(r) == 0)
				return no(f, "a difference of 0");
			if (is_short || same)
				continue;
			d = (int16_t)reader_u16be(r);
			if (d > -256 && d < 256)
				return no(f, "a difference that is not in its shortest form");
		}
	g->points = n;
	g->contours = contours;
	return reader_ok(r) ? true : no(f, "points");
}

static bool composite(struct font *f, struct glyph *g, struct reader *r)
{
	uint32_t flags, part;

	g->composite = true;
	g->first = (uint32_t)f->parts_n;
	do {
		flags = reader_u16be(r);
		part = reader_u16be(r);
		reader_take(r, 4 + (flags & 8 ? 2u : flags & 0x40 ? 4u : flags & 0x80 ? 8u : 0u));
		if (!reader_ok(r) || part >= f->n || !(flags & 1) || (flags & ~0x1AEFu) ||
		    ((flags & 8) && (flags & 0xC0)) || (flags & 0xC0) == 0xC0)
			return no(f, "parts of a glyph");
		if (arena_grow(f->arena, (void **)&f->parts, f->parts_n, &f->parts_cap, 2) != OK)
			return no(f, "memory");
		f->parts[f->parts_n++] = (uint16_t)part;
		g->n++;
	} while (flags & 0x20);
	return true;
}

static bool glyphs(struct font *f)
{
	uint32_t at = 0;

	if (f->loca.n != 4 * ((size_t)f->n + 1) || be32(f->loca.p) != 0)
		return no(f, "loca");
	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t end = be32(f->loca.p + 4 * ((size_t)i + 1));
		struct reader r;
		int contours;

		if (end < at || end > f->glyf.n)
			return no(f, "loca");
		r = reader_of(slice_of(f->glyf.p + at, end - at));
		at = end;
		if (r.in.n == 0)
			continue;
		contours = (int16_t)reader_u16be(&r);
		reader_take(&r, 8);
		if (contours < -1 || contours == 0)
			return no(f, "a glyph without contours");
		if (contours > 0 ? !simple(f, &f->glyphs[i], &r, (uint32_t)contours)
				 : !composite(f, &f->glyphs[i], &r))
			return false;
		if (r.in.n != (r.at + 3) / 4 * 4 || !zeros(r.in.p + r.at, r.in.n - r.at))
			return no(f, "something behind a glyph");
	}
	return at == f->glyf.n ? true : no(f, "something behind the last glyph");
}

static bool sum_up(struct font *f, uint32_t i, uint32_t depth)
{
	struct glyph *g = &f->glyphs[i];
	uint64_t points = 0, contours = 0;

	if (!g->composite || g->done)
		return true;
	if (g->open || depth > COMPONENT_DEPTH)
		return no(f, "glyphs that are parts of each other");
	g->open = true;
	for (uint32_t k = 0; k < g->n; k++) {
		const struct glyph *part = &f->glyphs[f->parts[g->first + k]];

		if (!sum_up(f, f->parts[g->first + k], depth + 1))
			return false;
		points += part->points;
		contours += part->contours;
		if (part->depth >= g->depth)
			g->depth = part->depth + 1;
	}
	g->open = false;
	g->done = true;
	g->points = (uint32_t)points;
	g->contours = (uint32_t)contours;
	return (points <= UINT16_MAX && contours <= UINT16_MAX && g->depth <= COMPONENT_DEPTH) ||
	       no(f, "glyphs that are parts of each other");
}

/* --- the other tables ----------------------------------------------------------------------- */

static bool check_maxp(struct font *f)
{
	uint32_t want[6] = {0}, *m;
	const uint8_t *p = f->maxp.p;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct glyph *g = &f->glyphs[i];

		m = &want[g->composite ? 2 : 0];
		m[0] = g->points > m[0] ? g->points : m[0];
		m[1] = g->contours > m[1] ? g->contours : m[1];
		want[4] = g->n > want[4] ? g->n : want[4];
		want[5] = g->depth > want[5] ? g->depth : want[5];
	}
	for (int i = 0; i < 4; i++)
		if (be16(p + 6 + 2 * i) != want[i])
			return no(f, "maxp");
	return (be16(p + 14) == 1 && zeros(p + 16, 12) && be16(p + 28) == (uint16_t)want[4] &&
		be16(p + 30) == want[5]) ||
	       no(f, "maxp");
}

static bool check_heads(struct font *f)
{
	static const uint8_t begin[16] = {0, 1, 0, 0, 0,    1,    0,    0,
					  0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5};
	const uint8_t *h = f->head.p, *v = f->hhea.p;
	uint32_t units, metrics;

	if (f->head.n != 54 || f->hhea.n != 36 || f->maxp.n != 32 || be32(f->maxp.p) != 0x00010000)
		return no(f, "size of a table");
	units = be16(h + 18);
	if (memcmp(h, begin, 16) != 0 || be16(h + 16) > 3 || units < 16 || units > 16384 ||
	    !zeros(h + 20, 16) || be16(h + 44) > 3 || be16(h + 46) != 8 || be16(h + 48) != 2 ||
	    be16(h + 50) != 1 || be16(h + 52) != 0)
		return no(f, "head");
	f->n = be16(f->maxp.p + 4);
	metrics = be16(v + 34);
	if (be32(v) != 0x00010000 || be16(v + 18) != 1 || !zeros(v + 20, 14) || !metrics ||
	    metrics > f->n || f->hmtx.n != 2 * ((size_t)metrics + f->n))
		return no(f, "hhea or hmtx");
	return true;
}

/* Format 4 with the longest runs of codes whose glyphs follow each other, and no glyph list. */
static bool segments(struct font *f, struct slice t)
{
	uint32_t n, end_before = 0, delta_before = 0;

	if (t.n < 24 || be16(t.p) != 4 || be16(t.p + 2) != t.n || be16(t.p + 4) != 0)
		return no(f, "cmap");
	n = be16(t.p + 6) / 2;
	if (t.n != 16 + 8 * (size_t)n || be16(t.p + 6) % 2 || !zeros(t.p + 8, 6) ||
	    be16(t.p + 14 + 2 * n) != 0 || !zeros(t.p + 16 + 6 * n, 2 * (size_t)n))
		return no(f, "cmap");
	for (uint32_t i = 0; i < n; i++) {
		uint32_t end = be16(t.p + 14 + 2 * i), start = be16(t.p + 16 + 2 * n + 2 * i);
		uint32_t delta = be16(t.p + 16 + 4 * n + 2 * i);

		if (i + 1 == n) {
			if (end != 0xFFFF || start != 0xFFFF || delta != 1)
				return no(f, "cmap");
			break;
		}
		if (start > end || end == 0xFFFF || (i && start <= end_before) ||
		    (i && start == end_before + 1 && delta == delta_before))
			return no(f, "runs of a cmap");
		for (uint32_t c = start; c <= end; c++) {
			uint32_t g = (c + delta) & 0xFFFF;

			if (g == 0 || g >= f->n)
				return no(f, "glyphs of a cmap");
		}
		end_before = end;
		delta_before = delta;
	}
	return true;
}

static bool check_cmap(struct font *f)
{
	static const uint16_t known[3][2] = {{1, 0}, {3, 0}, {3, 1}};
	struct slice t = f->cmap;
	uint32_t n, k = 0;
	size_t at;

	if (!t.p)
		return true;
	if (t.n < 4 || be16(t.p) != 0)
		return no(f, "cmap");
	n = be16(t.p + 2);
	at = 4 + 8 * (size_t)n;
	if (n < 1 || n > 3 || t.n < at)
		return no(f, "cmap");
	for (uint32_t i = 0; i < n; i++, k++) {
		const uint8_t *row = t.p + 4 + 8 * (size_t)i;
		struct slice sub;

		while (k < 3 && (be16(row) != known[k][0] || be16(row + 2) != known[k][1]))
			k++;
		if (k == 3 || be32(row + 4) != at || t.n - at < 4)
			return no(f, "cmap");
		sub = slice_of(t.p + at, be16(t.p + at + 2));
		if (sub.n > t.n - at)
			return no(f, "cmap");
		at += sub.n;
		if (k > 0) {
			if (!segments(f, sub))
				return false;
			continue;
		}
		if (sub.n != 522 || be16(sub.p) != 6 || be32(sub.p + 4) != 0 ||
		    be16(sub.p + 8) != 256)
			return no(f, "cmap");
		for (size_t c = 0; c < 256; c++)
			if (be16(sub.p + 10 + 2 * c) >= f->n)
				return no(f, "glyphs of a cmap");
	}
	return at == t.n ? true : no(f, "cmap");
}

static bool check(struct font *f, struct slice in)
{
	if (!directory(f, in) || !check_heads(f))
		return false;
	f->glyphs = arena_array(f->arena, f->n, sizeof *f->glyphs);
	if (!f->glyphs)
		return no(f, "memory");
	if (!glyphs(f))
		return false;
	for (uint32_t i = 0; i < f->n; i++)
		if (!sum_up(f, i, 0))
			return false;
	return check_maxp(f) && check_cmap(f);
}

enum err pdf_verify_font(struct verify *v, size_t at, struct slice font)
{
	struct font f = {.arena = v->arena};

	return check(&f, font) ? OK : verify_bad(v, at, "a font: %s", f.why);
}
