#include "format/pdf_sfnt.h"

#include "base/reader.h"

#define GLYPHS_MAX 65535u
#define COMPONENT_DEPTH 8u
#define TABLES 7u

/* Flags of a point, and of a component (glyf). */
enum { ON_CURVE = 1, X_SHORT = 2, Y_SHORT = 4, REPEAT = 8, X_SAME = 16, Y_SAME = 32 };
enum {
	WORDS = 1,
	SCALE = 8,
	MORE = 0x20,
	TWO_SCALES = 0x40,
	TWO_BY_TWO = 0x80,
	KEPT = 0x02 | 0x04 | SCALE | MORE | TWO_SCALES | TWO_BY_TWO | 0x200 | 0x800 | 0x1000,
};

/* What a glyph costs a rasteriser: the maxima of maxp. */
struct cost {
	uint32_t points, contours, depth;
	uint32_t first, n; /* components in sfnt.parts */
	bool composite, done, open;
};

struct sfnt {
	struct arena *arena;
	const char *why;
	struct slice in;
	uint32_t glyphs, metrics;
	struct slice head, hhea, hmtx, loca, maxp, glyf, cmap;
	struct cost *costs;
	uint16_t *parts;
	size_t parts_n, parts_cap;
	struct buf out_glyf, out_loca;
};

static enum err bad(struct sfnt *f, const char *why)
{
	f->why = why;
	return ERR_SYNTAX;
}

static uint16_t u16(struct slice s, size_t at)
{
	return at + 2 <= s.n ? (uint16_t)(s.p[at] << 8 | s.p[at + 1]) : 0;
}

static enum err find_tables(struct sfnt *f)
{
	struct reader r = reader_of(f->in);
	uint32_t version = reader_u32be(&r), n = reader_u16be(&r);
	struct {
		const char *tag;
		struct slice *to;
		size_t min;
	} want[] = {{"head", &f->head, 54}, {"hhea", &f->hhea, 36}, {"hmtx", &f->hmtx, 0},
		    {"loca", &f->loca, 0},  {"maxp", &f->maxp, 6},  {"glyf", &f->glyf, 0},
		    {"cmap", &f->cmap, 0}};

	reader_take(&r, 6);
	if (version != 0x00010000 && version != 0x74727565)
		return bad(f, "it is no TrueType font");
	for (uint32_t i = 0; i < n && reader_ok(&r); i++) {
		struct slice tag = reader_take(&r, 4);
		uint32_t at, len;

		reader_u32be(&r);
		at = reader_u32be(&r);
		len = reader_u32be(&r);
		for (size_t k = 0; reader_ok(&r) && k < ARRAY_LEN(want); k++)
			if (slice_eq_str(tag, want[k].tag)) {
				if (want[k].to->p || at > f->in.n)
					return bad(f, "a table stands twice or outside");
				*want[k].to = slice_head(slice_from(f->in, at), len);
			}
	}
	for (size_t k = 0; k < ARRAY_LEN(want); k++)
		if (want[k].to != &f->cmap && (!want[k].to->p || want[k].to->n < want[k].min))
			return bad(f, "a table is missing");
	return OK;
}

/* --- glyphs --------------------------------------------------------------------------------- */

struct points {
	uint32_t n;
	uint8_t *on;
	int16_t *x, *y; /* differences */
};

static enum err read_points(struct sfnt *f, struct reader *r, uint32_t n, struct points *ret)
{
	struct points p = {.n = n,
			   .on = arena_room(f->arena, n),
			   .x = arena_array(f->arena, n, 2),
			   .y = arena_array(f->arena, n, 2)};

	if (!p.on || !p.x || !p.y)
		return ERR_MEMORY;
	for (uint32_t i = 0; i < n && reader_ok(r);) {
		uint8_t flag = reader_u8(r);
		uint32_t times = 1 + (flag & REPEAT ? reader_u8(r) : 0u);

		if (times > n - i)
			return bad(f, "a glyph has more points than it says");
		memset(p.on + i, flag, times);
		i += times;
	}
	for (int axis = 0; axis < 2; axis++) {
		unsigned is_short = axis ? Y_SHORT : X_SHORT, same = axis ? Y_SAME : X_SAME;
		int16_t *to = axis ? p.y : p.x;

		for (uint32_t i = 0; i < n; i++) {
			if (p.on[i] & is_short)
				to[i] = (int16_t)(p.on[i] & same ? reader_u8(r) : -reader_u8(r));
			else if (!(p.on[i] & same))
				to[i] = (int16_t)reader_u16be(r);
		}
	}
	if (!reader_ok(r))
		return bad(f, "a glyph is cut short");
	*ret = p;
	return OK;
}

/* Each point has a flag of its own, each difference the shortest form. */
static void put_points(struct buf *out, const struct points *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		unsigned flag = p->on[i] & ON_CURVE;

		for (int axis = 0; axis < 2; axis++) {
			int d = axis ? p->y[i] : p->x[i];
			unsigned is_short = axis ? Y_SHORT : X_SHORT, same = axis ? Y_SAME : X_SAME;

			if (d == 0)
				flag |= same;
			else if (d > -256 && d < 256)
				flag |= is_short | (d > 0 ? same : 0);
		}
		buf_byte(out, (uint8_t)flag);
	}
	for (int axis = 0; axis < 2; axis++)
		for (uint32_t i = 0; i < p->n; i++) {
			int d = axis ? p->y[i] : p->x[i];

			if (d > -256 && d < 256 && d != 0)
				buf_byte(out, (uint8_t)(d < 0 ? -d : d));
			else if (d)
				buf_u16be(out, (uint16_t)d);
		}
}

static enum err simple_glyph(struct sfnt *f, struct reader *r, uint32_t contours, struct cost *cost)
{
	uint32_t n = 0, end;
	struct points p;

	for (uint32_t i = 0; i < contours; i++) {
		end = reader_u16be(r) + 1u;
		if (!reader_ok(r) || end <= n)
			return bad(f, "the contours of a glyph");
		n = end;
		buf_u16be(&f->out_glyf, (uint16_t)(end - 1));
	}
	reader_take(r, reader_u16be(r)); /* instructions */
	buf_u16be(&f->out_glyf, 0);
	TRY(read_points(f, r, n, &p));
	put_points(&f->out_glyf, &p);
	cost->points = n;
	cost->contours = contours;
	return OK;
}

static enum err composite_glyph(struct sfnt *f, struct reader *r, struct cost *cost)
{
	uint32_t flags, gid;

	cost->composite = true;
	cost->first = (uint32_t)f->parts_n;
	do {
		struct slice scale;
		int32_t a, b;

		flags = reader_u16be(r);
		gid = reader_u16be(r);
		if (flags & WORDS) {
			a = reader_u16be(r);
			b = reader_u16be(r);
		} else {
			a = reader_u8(r);
			b = reader_u8(r);
			if (flags & 2) { /* offsets have a sign, numbers of points do not */
				a = (int8_t)a;
				b = (int8_t)b;
			}
		}
		scale = reader_take(r, flags & SCALE        ? 2
				       : flags & TWO_SCALES ? 4
				       : flags & TWO_BY_TWO ? 8
							    : 0);
		if (!reader_ok(r) || gid >= f->glyphs)
			return bad(f, "the parts of a glyph");
		if (flags & SCALE)
			flags &= ~(unsigned)(TWO_SCALES | TWO_BY_TWO);
		else if (flags & TWO_SCALES)
			flags &= ~(unsigned)TWO_BY_TWO;
		buf_u16be(&f->out_glyf, (uint16_t)((flags & KEPT) | WORDS));
		buf_u16be(&f->out_glyf, (uint16_t)gid);
		buf_u16be(&f->out_glyf, (uint16_t)a);
		buf_u16be(&f->out_glyf, (uint16_t)b);
		buf_slice(&f->out_glyf, scale);
		TRY(arena_grow(f->arena, (void **)&f->parts, f->parts_n, &f->parts_cap, 2));
		f->parts[f->parts_n++] = (uint16_t)gid;
		cost->n++;
	} while (flags & MORE);
	return OK;
}

static enum err glyph(struct sfnt *f, uint32_t i, struct slice data)
{
	struct reader r = reader_of(data);
	struct slice head = reader_take(&r, 10);
	int contours;

	if (data.n == 0)
		return OK;
	contours = (int16_t)u16(head, 0);
	if (!reader_ok(&r) || contours < -1)
		return bad(f, "a glyph is cut short");
	if (contours == 0)
		return OK;
	buf_slice(&f->out_glyf, head);
	TRY(contours > 0 ? simple_glyph(f, &r, (uint32_t)contours, &f->costs[i])
			 : composite_glyph(f, &r, &f->costs[i]));
	while (f->out_glyf.n % 4)
		buf_byte(&f->out_glyf, 0);
	return buf_err(&f->out_glyf);
}

static enum err all_glyphs(struct sfnt *f)
{
	bool is_long = u16(f->head, 50) == 1;

	if ((size_t)(f->glyphs + 1) * (is_long ? 4 : 2) > f->loca.n)
		return bad(f, "the table of glyphs is cut short");
	for (uint32_t i = 0; i < f->glyphs; i++) {
		struct reader r = reader_of(f->loca);
		uint32_t from, to;

		reader_seek(&r, (size_t)i * (is_long ? 4 : 2));
		from = is_long ? reader_u32be(&r) : reader_u16be(&r) * 2u;
		to = is_long ? reader_u32be(&r) : reader_u16be(&r) * 2u;
		if (from > to || to > f->glyf.n)
			return bad(f, "a glyph lies outside of its table");
		buf_u32be(&f->out_loca, (uint32_t)f->out_glyf.n);
		TRY(glyph(f, i, slice_of(f->glyf.p + from, to - from)));
	}
	buf_u32be(&f->out_loca, (uint32_t)f->out_glyf.n);
	return buf_err(&f->out_loca);
}

/* Adds up what the parts of a glyph cost; a loop, or more than 8 within each other, is refused. */
static enum err sum_up(struct sfnt *f, uint32_t i, unsigned depth)
{
	struct cost *c = &f->costs[i];
	uint64_t points = 0, contours = 0;

	if (c->done || !c->composite)
		return OK;
	if (c->open || depth >= COMPONENT_DEPTH)
		return bad(f, "glyphs in glyphs in glyphs");
	c->open = true;
	for (uint32_t k = 0; k < c->n; k++) {
		const struct cost *part = &f->costs[f->parts[c->first + k]];

		TRY(sum_up(f, f->parts[c->first + k], depth + 1));
		points += part->points;
		contours += part->contours;
		c->depth = part->depth + 1 > c->depth ? part->depth + 1 : c->depth;
	}
	if (points > UINT16_MAX || contours > UINT16_MAX || c->depth > COMPONENT_DEPTH)
		return bad(f, "a glyph of too many points or parts");
	c->points = (uint32_t)points;
	c->contours = (uint32_t)contours;
	c->open = false;
	c->done = true;
	return OK;
}

/* --- codes ---------------------------------------------------------------------------------- */

/* map: glyph of each of 65536 codes. Reads formats 0, 4 and 6; others are left out. */
static bool read_codes(struct slice t, uint16_t *map)
{
	uint32_t format = u16(t, 0), segments = u16(t, 6) / 2, first = u16(t, 6), n = u16(t, 8);

	if (format == 0)
		for (uint32_t c = 0; c < 256 && 6 + c < t.n; c++)
			map[c] = t.p[6 + c];
	if (format == 6)
		for (uint32_t c = 0; c < n && first + c < 65536; c++)
			map[first + c] = u16(t, 10 + 2 * (size_t)c);
	for (uint32_t s = 0; format == 4 && s < segments; s++) {
		size_t at = 14 + 2 * (size_t)s, step = 2 * (size_t)segments;
		uint32_t end = u16(t, at), from = u16(t, at + step + 2);
		uint32_t delta = u16(t, at + 2 * step + 2), range = u16(t, at + 3 * step + 2);

		for (uint32_t c = from; c <= end && end < 0x10000; c++) {
			size_t place = at + 3 * step + 2 + range + 2 * (size_t)(c - from);
			uint32_t g = range ? u16(t, place) : c;

			map[c] = (uint16_t)(range && !g ? 0 : g + delta);
		}
	}
	map[0xFFFF] = 0;
	return format == 0 || format == 4 || format == 6;
}

/* Format 4: runs of codes whose glyphs follow each other, as long as they can be. */
static bool put_segments(const uint16_t *map, struct buf *out)
{
	uint16_t *start, *end;
	size_t n = 0;
	AUTO_BUF runs;

	buf_init(&runs, 8192 * 4);
	for (uint32_t c = 0; c < 0xFFFF; c++) {
		if (!map[c])
			continue;
		if (n && (end = (uint16_t *)(void *)(runs.p + 4 * n) - 1, *end + 1u == c) &&
		    map[c] == (uint16_t)(map[c - 1] + 1)) {
			*end = (uint16_t)c;
			continue;
		}
		if (n == 8000)
			return false;
		buf_put(&runs, (uint16_t[]){(uint16_t)c, (uint16_t)c}, 4);
		n++;
	}
	if (buf_err(&runs))
		return false;
	start = (uint16_t *)(void *)runs.p;
	buf_u16be(out, 4);
	buf_u16be(out, (uint16_t)(16 + 8 * (n + 1)));
	buf_u16be(out, 0);
	buf_u16be(out, (uint16_t)(2 * (n + 1)));
	for (int i = 0; i < 3; i++) /* for a search that nobody does that way any more */
		buf_u16be(out, 0);
	for (size_t i = 0; i < n; i++)
		buf_u16be(out, start[2 * i + 1]);
	buf_u16be(out, 0xFFFF);
	buf_u16be(out, 0);
	for (size_t i = 0; i < n; i++)
		buf_u16be(out, start[2 * i]);
	buf_u16be(out, 0xFFFF);
	for (size_t i = 0; i < n; i++)
		buf_u16be(out, (uint16_t)(map[start[2 * i]] - start[2 * i]));
	buf_u16be(out, 1);
	for (size_t i = 0; i <= n; i++)
		buf_u16be(out, 0);
	return true;
}

static void put_bytes(const uint16_t *map, struct buf *out)
{
	buf_u16be(out, 6);
	buf_u16be(out, 10 + 512);
	buf_u16be(out, 0);
	buf_u16be(out, 0);
	buf_u16be(out, 256);
	for (int c = 0; c < 256; c++)
		buf_u16be(out, map[c]);
}

/* The subtables that PDF knows (9.6.6.4): Macintosh Roman, Windows symbol and Unicode. */
static enum err put_cmap(struct sfnt *f, struct buf *out)
{
	static const uint16_t known[3][2] = {{1, 0}, {3, 0}, {3, 1}};
	struct buf sub[3];
	uint16_t *map = arena_array(f->arena, 65536, sizeof *map);
	size_t n = 0, at;

	if (!map)
		return ERR_MEMORY;
	for (size_t k = 0; k < ARRAY_LEN(known); k++) {
		buf_init(&sub[k], 1 << 17);
		for (uint32_t i = 0; i < u16(f->cmap, 2) && !sub[k].n; i++) {
			struct reader r = reader_of(f->cmap);

			reader_seek(&r, 4 + 8 * (size_t)i);
			if (reader_u16be(&r) != known[k][0] || reader_u16be(&r) != known[k][1])
				continue;
			memset(map, 0, 65536 * sizeof *map);
			if (!read_codes(slice_from(f->cmap, reader_u32be(&r)), map))
				continue;
			for (uint32_t c = 0; c < 65536; c++)
				map[c] = map[c] < f->glyphs ? map[c] : 0;
			if (k == 0)
				put_bytes(map, &sub[k]);
			else if (!put_segments(map, &sub[k]))
				sub[k].n = 0;
		}
		n += sub[k].n > 0;
	}
	if (n) {
		buf_u16be(out, 0);
		buf_u16be(out, (uint16_t)n);
	}
	at = 4 + 8 * n;
	for (size_t k = 0; k < ARRAY_LEN(known); k++) {
		if (!sub[k].n)
			continue;
		buf_u16be(out, known[k][0]);
		buf_u16be(out, known[k][1]);
		buf_u32be(out, (uint32_t)at);
		at += sub[k].n;
	}
	for (size_t k = 0; k < ARRAY_LEN(known); k++) {
		buf_slice(out, buf_view(&sub[k]));
		buf_free(&sub[k]);
	}
	return buf_err(out);
}

/* --- the other tables ----------------------------------------------------------------------- */

static void put_head(const struct sfnt *f, struct buf *out)
{
	static const uint8_t version[16] = {0, 1, 0, 0, 0,    1,    0,    0,
					    0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5};

	buf_put(out, version, 16);
	buf_u16be(out, u16(f->head, 16) & 3);
	buf_u16be(out, u16(f->head, 18));
	for (int i = 0; i < 4; i++)
		buf_u32be(out, 0);
	for (size_t i = 0; i < 4; i++)
		buf_u16be(out, u16(f->head, 36 + 2 * i));
	buf_u16be(out, u16(f->head, 44) & 3);
	buf_u16be(out, 8);
	buf_u16be(out, 2);
	buf_u16be(out, 1);
	buf_u16be(out, 0);
}

static void put_hhea(const struct sfnt *f, struct buf *out)
{
	buf_u32be(out, 0x00010000);
	for (size_t i = 0; i < 7; i++)
		buf_u16be(out, u16(f->hhea, 4 + 2 * i));
	buf_u16be(out, 1);
	for (int i = 0; i < 7; i++)
		buf_u16be(out, 0);
	buf_u16be(out, (uint16_t)f->metrics);
}

static void put_hmtx(const struct sfnt *f, struct buf *out)
{
	size_t n = 2 * ((size_t)f->metrics + f->glyphs);

	for (size_t i = 0; i < n; i += 2)
		buf_u16be(out, u16(f->hmtx, i));
}

static void put_maxp(const struct sfnt *f, struct buf *out)
{
	uint32_t max[2][2] = {{0}}, parts = 0, depth = 0;

	for (uint32_t i = 0; i < f->glyphs; i++) {
		const struct cost *c = &f->costs[i];
		uint32_t *m = max[c->composite];

		m[0] = c->points > m[0] ? c->points : m[0];
		m[1] = c->contours > m[1] ? c->contours : m[1];
		parts = c->n > parts ? c->n : parts;
		depth = c->depth > depth ? c->depth : depth;
	}
	buf_u32be(out, 0x00010000);
	buf_u16be(out, (uint16_t)f->glyphs);
	for (int i = 0; i < 4; i++)
		buf_u16be(out, (uint16_t)max[i / 2][i % 2]);
	buf_u16be(out, 1);
	for (int i = 0; i < 6; i++)
		buf_u16be(out, 0);
	buf_u16be(out, (uint16_t)parts);
	buf_u16be(out, (uint16_t)depth);
}

static uint32_t checksum(struct slice s)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (uint32_t)s.p[i] << (24 - i % 4 * 8);
	return sum;
}

static enum err put_all(struct sfnt *f, struct buf tables[TABLES], struct buf *out)
{
	static const char *const tags[TABLES] = {"cmap", "glyf", "head", "hhea",
						 "hmtx", "loca", "maxp"};
	size_t n = 0, at, low = 1, log = 0;

	TRY(put_cmap(f, &tables[0]));
	buf_slice(&tables[1], buf_view(&f->out_glyf));
	put_head(f, &tables[2]);
	put_hhea(f, &tables[3]);
	put_hmtx(f, &tables[4]);
	buf_slice(&tables[5], buf_view(&f->out_loca));
	put_maxp(f, &tables[6]);
	for (size_t i = 0; i < TABLES; i++) {
		TRY(buf_err(&tables[i]));
		n += i || tables[i].n;
	}
	while (low * 2 <= n) {
		low *= 2;
		log++;
	}
	buf_u32be(out, 0x00010000);
	buf_u16be(out, (uint16_t)n);
	buf_u16be(out, (uint16_t)(low * 16));
	buf_u16be(out, (uint16_t)log);
	buf_u16be(out, (uint16_t)((n - low) * 16));
	at = 12 + 16 * n;
	for (size_t i = 0; i < TABLES; i++) {
		if (!i && !tables[i].n)
			continue;
		buf_str(out, tags[i]);
		buf_u32be(out, checksum(buf_view(&tables[i])));
		buf_u32be(out, (uint32_t)at);
		buf_u32be(out, (uint32_t)tables[i].n);
		at += (tables[i].n + 3) / 4 * 4;
	}
	for (size_t i = 0; i < TABLES; i++) {
		buf_slice(out, buf_view(&tables[i]));
		for (size_t k = tables[i].n; k % 4; k++)
			buf_byte(out, 0);
	}
	return buf_err(out);
}

static enum err rewrite(struct sfnt *f, struct buf *out)
{
	struct buf tables[TABLES];
	enum err e = OK;

	TRY(find_tables(f));
	f->glyphs = u16(f->maxp, 4);
	f->metrics = u16(f->hhea, 34);
	if (!f->glyphs || !f->metrics || f->metrics > f->glyphs || u16(f->head, 18) < 16 ||
	    u16(f->head, 18) > 16384)
		return bad(f, "its numbers of glyphs and metrics");
	f->costs = arena_array(f->arena, f->glyphs, sizeof *f->costs);
	if (!f->costs)
		return ERR_MEMORY;
	TRY(all_glyphs(f));
	for (uint32_t i = 0; i < f->glyphs; i++)
		TRY(sum_up(f, i, 0));
	for (size_t i = 0; i < TABLES; i++)
		buf_init(&tables[i], out->max);
	e = put_all(f, tables, out);
	for (size_t i = 0; i < TABLES; i++)
		buf_free(&tables[i]);
	return e;
}

enum err pdf_sfnt(struct slice in, struct arena *arena, struct buf *out, const char **ret_why)
{
	struct sfnt f = {.arena = arena, .in = in};
	enum err e;

	buf_init(&f.out_glyf, out->max);
	buf_init(&f.out_loca, out->max);
	e = rewrite(&f, out);
	buf_free(&f.out_glyf);
	buf_free(&f.out_loca);
	if (e == ERR_SYNTAX)
		*ret_why = f.why;
	return e;
}
