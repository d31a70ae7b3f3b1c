/*
 * The grammar `tiff`: pages one behind the other, each its directory, the values it points to and
 * its one strip. Of every directory only what may differ is read; the whole is printed anew from
 * that and has to be the same.
 */
#include "verify/grammar.h"

#include "base/buf.h"
#include "base/reader.h"
#include "verify/unfold.h"

#define PAGES_MAX 10000u

enum kind { BILEVEL, GREY, RGB, JPEG };

struct page {
	enum kind kind;
	uint32_t width, height, dpi[2], strip, next;
	size_t values; /* offset of what the directory points to */
	size_t data;   /* and of the strip */
};

static uint32_t u32_at(struct slice out, size_t at)
{
	struct reader r = reader_of(slice_from(out, at < out.n ? at : out.n));

	return reader_u32le(&r);
}

/* The directory and its values as they have to be. */
static void print(struct buf *b, const struct page *p)
{
	bool colour = p->kind == RGB || p->kind == JPEG;
	uint32_t values = (uint32_t)p->values;
	const uint32_t entries[][4] = {
	    {256, 4, 1, p->width},
	    {257, 4, 1, p->height},
	    {258, 3, colour ? 3 : 1,
	     colour            ? values + 16
	     : p->kind == GREY ? 8
			       : 1},
	    {259, 3, 1, p->kind == JPEG ? 7 : 8},
	    {262, 3, 1,
	     p->kind == JPEG  ? 6
	     : p->kind == RGB ? 2
			      : 1},
	    {273, 4, 1, (uint32_t)p->data},
	    {277, 3, 1, colour ? 3 : 1},
	    {278, 4, 1, p->height},
	    {279, 4, 1, p->strip},
	    {282, 5, 1, values},
	    {283, 5, 1, values + 8},
	    {296, 3, 1, 2},
	    {530, 3, 2, 0x20002},
	};
	size_t n = ARRAY_LEN(entries) - (p->kind == JPEG ? 0 : 1);
	const uint32_t rest[] = {p->next, p->dpi[0], 100, p->dpi[1], 100};

	buf_byte(b, (uint8_t)n);
	buf_byte(b, 0);
	for (size_t i = 0; i < n; i++) {
		buf_u32le(b, entries[i][0] | entries[i][1] << 16);
		buf_u32le(b, entries[i][2]);
		buf_u32le(b, entries[i][3]);
	}
	for (size_t i = 0; i < ARRAY_LEN(rest); i++)
		buf_u32le(b, rest[i]);
	if (colour)
		buf_put(b, "\10\0\10\0\10", 6);
}

/* What may differ, from the places where it has to stand. */
static enum err directory(struct verify *v, struct slice out, size_t at, struct page *p)
{
	uint32_t n = u32_at(out, at) & 0xFFFF, photometric = u32_at(out, at + 2 + 4 * 12 + 8);
	uint32_t bits = u32_at(out, at + 2 + 2 * 12 + 8);
	AUTO_BUF want;

	buf_init(&want, 512);
	p->kind = photometric == 6 ? JPEG : photometric == 2 ? RGB : bits == 8 ? GREY : BILEVEL;
	p->width = u32_at(out, at + 2 + 8);
	p->height = u32_at(out, at + 2 + 12 + 8);
	p->strip = u32_at(out, at + 2 + 8 * 12 + 8);
	p->next = u32_at(out, at + 2 + (size_t)n * 12);
	p->values = at + 2 + (size_t)n * 12 + 4;
	p->data = p->values + 16 + (p->kind == RGB || p->kind == JPEG ? 6 : 0);
	p->dpi[0] = u32_at(out, p->values);
	p->dpi[1] = u32_at(out, p->values + 8);
	print(&want, p);
	TRY(buf_err(&want));
	if (out.n < at + want.n || memcmp(out.p + at, want.p, want.n) != 0)
		return verify_bad(v, at, "a directory that is not as our writer's");
	for (size_t i = 0; i < 2; i++)
		if (p->dpi[i] < 100 || p->dpi[i] > 1000000)
			return verify_bad(v, p->values, "the resolution");
	if (!p->width || !p->height)
		return verify_bad(v, at, "a page without pixels");
	return verify_fits(v, at, p->width, p->height);
}

/* Three components, the first sampled 2 x 2, and the size of the page: at fixed places (jpeg.c). */
static enum err jpeg(struct verify *v, const struct page *p, struct slice data)
{
	struct reader r = reader_of(data);
	bool good;

	reader_seek(&r, 158);
	good = slice_eq(reader_take(&r, 5), S("\xFF\xC0\0\x11\x08"));
	good &= reader_u16be(&r) == p->height;
	good &= reader_u16be(&r) == p->width;
	good &= slice_eq(reader_take(&r, 3), S("\3\1\x22"));
	return good ? verify_part(v, S("page"), S("jpeg"), data)
		    : verify_bad(v, p->data, "a JPEG that is not of its page");
}

static enum err rows(struct verify *v, const struct page *p, struct slice data)
{
	size_t row =
	    p->kind == BILEVEL ? (p->width + 7) / 8 : (size_t)p->width * (p->kind == RGB ? 3 : 1);
	uint64_t all = (uint64_t)row * p->height;
	unsigned spare = p->kind == BILEVEL ? (unsigned)(row * 8 - p->width) : 0;
	uint8_t *to;

	if (all > v->inflated_left || all > UINT32_MAX)
		return diag_set(v->d, ERR_LIMIT, p->data, "limit inflated_bytes");
	v->inflated_left -= all;
	to = arena_room(v->arena, (size_t)all);
	if (!to)
		return ERR_MEMORY;
	TRY(verify_unfold_zlib(v, p->data, data, to, (size_t)all));
	for (size_t y = 0; spare && y < p->height; y++)
		if (to[y * row + row - 1] & (0xFFu >> (8 - spare)))
			return verify_bad(v, p->data, "bits behind the end of row %zu", y);
	return OK;
}

enum err verify_tiff(struct verify *v, struct slice out)
{
	size_t at = 8, pages = 0, end;
	struct page p = {.next = 8};

	if (!slice_starts(out, S("II*\0\10\0\0\0")))
		return verify_bad(v, 0, "no TIFF as our writer's");
	while (p.next) {
		struct slice data;

		if (p.next != at || ++pages > PAGES_MAX)
			return verify_bad(v, at, "the next page does not stand here");
		TRY(directory(v, out, at, &p));
		if (p.strip > out.n - p.data)
			return verify_bad(v, p.data, "a strip that is cut short");
		data = slice_of(out.p + p.data, p.strip);
		TRY(p.kind == JPEG ? jpeg(v, &p, data) : rows(v, &p, data));
		end = p.data + p.strip;
		if (end % 2 && (end >= out.n || out.p[end] != 0))
			return verify_bad(v, end, "a byte between two pages");
		at = end + end % 2;
	}
	return at == out.n ? OK : verify_bad(v, at, "something follows the last page");
}
