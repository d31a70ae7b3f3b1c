/*
 * BMP in: the headers of Windows and OS/2 from 12 to 124 bytes, 1 to 32 bits a pixel, run lengths
 * and bit masks; a PNG out. Profiles and whatever lies between or behind the parts stay behind.
 * Own code, because no library of the distribution reads BMP alone, and it is one page of format.
 */
#include "base/reader.h"
#include "format/picture.h"

enum { BI_RGB, BI_RLE8, BI_RLE4, BI_BITFIELDS, BI_ALPHABITFIELDS = 6 };

#define FILE_HEADER ((size_t)14)

struct bmp {
	struct job *job;
	struct png_image im;
	uint32_t header; /* bytes of the second header */
	uint32_t bits, packing, used;
	uint32_t mask[4]; /* red, green, blue, alpha; 0: none */
	size_t pixels;    /* offset of the first row */
	bool top_down;
};

static enum err malformed(struct bmp *b, size_t at, const char *what)
{
	return format_hold(b->job, ERR_SYNTAX, "malformed", S(""), at, "the BMP is broken: %s",
			   what);
}

/* A mask is one row of ones; no bit is in two. */
static bool masks_are_good(const struct bmp *b)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < 4; i++) {
		uint32_t m = b->mask[i], low = m & (~m + 1);

		if ((m & seen) || (m && ((m / low) & (m / low + 1))) ||
		    (b->bits == 16 && m > 0xFFFF))
			return false;
		seen |= m;
	}
	return b->mask[0] && b->mask[1] && b->mask[2];
}

static enum err read_masks(struct bmp *b, struct reader *r)
{
	bool alpha = b->header >= 56 || b->packing == BI_ALPHABITFIELDS;

	if (b->packing != BI_BITFIELDS && b->packing != BI_ALPHABITFIELDS) {
		static const uint32_t of16[] = {0x7C00, 0x03E0, 0x001F};
		static const uint32_t of32[] = {0xFF0000, 0x00FF00, 0x0000FF};

		memcpy(b->mask, b->bits == 16 ? of16 : of32, sizeof of16);
		return OK;
	}
	if (b->bits != 16 && b->bits != 32)
		return malformed(b, FILE_HEADER, "masks for pixels that have none");
	for (size_t i = 0; i < (alpha ? 4u : 3u); i++)
		b->mask[i] = reader_u32le(r);
	return reader_ok(r) && masks_are_good(b) ? OK : malformed(b, r->at, "its masks");
}

static bool packing_fits(const struct bmp *b)
{
	switch (b->packing) {
	case BI_RLE8:
		return b->bits == 8 && !b->top_down;
	case BI_RLE4:
		return b->bits == 4 && !b->top_down;
	default:
		return b->packing == BI_RGB || b->packing == BI_BITFIELDS ||
		       b->packing == BI_ALPHABITFIELDS;
	}
}

static enum err read_size(struct bmp *b, struct reader *r)
{
	bool core = b->header == 12;
	int64_t w = core ? reader_u16le(r) : (int32_t)reader_u32le(r);
	int64_t h = core ? reader_u16le(r) : (int32_t)reader_u32le(r);
	unsigned planes = reader_u16le(r);

	b->bits = reader_u16le(r);
	b->top_down = h < 0;
	h = h < 0 ? -h : h;
	if (!reader_ok(r) || planes != 1 || w < 0)
		return malformed(b, FILE_HEADER, "its header");
	TRY(picture_fits(b->job, (uint32_t)w, (uint32_t)h, FILE_HEADER + 4));
	b->im.width = (uint32_t)w;
	b->im.height = (uint32_t)h;
	if (core)
		return OK;
	b->packing = reader_u32le(r);
	reader_take(r, 12);
	b->used = reader_u32le(r);
	reader_take(r, 4);
	if (b->packing == 4 || b->packing == 5)
		return format_hold(b->job, ERR_UNSUPPORTED, "picture-unsupported", S(""),
				   FILE_HEADER + 16, "a BMP that holds a JPEG or PNG for printers");
	return reader_ok(r) && packing_fits(b) ? OK
					       : malformed(b, FILE_HEADER + 16, "its compression");
}

/* Entries that the file does not have are black, as viewers show them. */
static enum err read_palette(struct bmp *b, struct reader *r)
{
	uint32_t all = b->bits <= 8 ? 1u << b->bits : 0, size = b->header == 12 ? 3 : 4;
	uint32_t n = b->used ? b->used : all;
	size_t room = b->pixels > r->at ? b->pixels - r->at : 0;

	if (n > 256 || (all && n > all))
		return malformed(b, r->at, "more colours than its pixels can name");
	if (!all)
		return OK; /* a palette to reduce the colours to */
	if (n > room / size)
		n = (uint32_t)(room / size); /* the rows begin earlier */
	b->im.palette_n = all;
	for (uint32_t i = 0; i < n; i++) {
		struct slice c = reader_take(r, size);

		for (size_t k = 0; c.n && k < 3; k++)
			b->im.palette[i][k] = c.p[2 - k];
	}
	return reader_ok(r) ? OK : malformed(b, r->at, "it is cut short");
}

static enum err read_head(struct bmp *b)
{
	struct reader r = reader_of(b->job->in);

	reader_take(&r, 10);
	b->pixels = reader_u32le(&r);
	b->header = reader_u32le(&r);
	if (b->header != 12 && b->header != 40 && b->header != 52 && b->header != 56 &&
	    b->header != 64 && b->header != 108 && b->header != 124)
		return malformed(b, FILE_HEADER, "a header of unknown length");
	TRY(read_size(b, &r));
	if (b->bits != 1 && b->bits != 4 && b->bits != 8 && b->bits != 16 && b->bits != 24 &&
	    b->bits != 32)
		return malformed(b, FILE_HEADER + 14, "its bits a pixel");
	TRY(read_masks(b, &r));
	if (r.at < FILE_HEADER + b->header)
		reader_seek(&r, FILE_HEADER + b->header);
	if (b->header > 64)
		report_add(b->job->report, ACT_REMOVED, "picture-metadata", S(""), S(""),
			   S("colour space"));
	TRY(read_palette(b, &r));
	return b->pixels >= r.at && b->pixels <= b->job->in.n
		   ? OK
		   : malformed(b, 10, "its rows begin inside the header or behind the end");
}

/* --- rows ------------------------------------------------------------------------------------- */

/* A sample of a masked field, stretched to eight bits. */
static uint8_t sample(uint32_t pixel, uint32_t mask)
{
	uint32_t low = mask & (~mask + 1), max = mask / low;

	return (uint8_t)(((uint64_t)((pixel & mask) / low) * 255 + max / 2) / max);
}

static void colour_row(const struct bmp *b, const uint8_t *from, uint8_t *to)
{
	size_t channels = b->im.colour == 6 ? 4 : 3, size = b->bits / 8;

	for (uint32_t x = 0; x < b->im.width; x++, from += size, to += channels) {
		uint32_t pixel = (uint32_t)from[0] | (uint32_t)from[1] << 8;

		if (size > 2)
			pixel |= (uint32_t)from[2] << 16;
		if (size > 3)
			pixel |= (uint32_t)from[3] << 24;
		for (size_t c = 0; c < channels; c++)
			to[c] = sample(pixel, b->mask[c]);
	}
}

/* Rows of pixels one behind the other, each filled up to four bytes. *ret_end: behind them. */
static enum err plain_rows(struct bmp *b, size_t *ret_end)
{
	size_t row = ((size_t)b->im.width * b->bits + 31) / 32 * 4;
	struct reader r = reader_of(b->job->in);

	reader_seek(&r, b->pixels);
	if (reader_left(&r) / row < b->im.height)
		return malformed(b, b->pixels, "it is cut short");
	for (uint32_t i = 0; i < b->im.height; i++) {
		struct slice s = reader_take(&r, row);
		uint8_t *to = png_row(&b->im, b->top_down ? i : b->im.height - 1 - i);

		if (b->bits <= 8)
			memcpy(to, s.p, png_row_bytes(&b->im));
		else
			colour_row(b, s.p, to);
	}
	*ret_end = r.at;
	return OK;
}

/* Many programs leave an alpha of zero everywhere and mean a picture that is seen. */
static void settle_alpha(const struct bmp *b)
{
	uint8_t any = 0;

	for (uint32_t y = 0; y < b->im.height; y++)
		for (uint32_t x = 0; x < b->im.width; x++)
			any |= png_row(&b->im, y)[x * 4 + 3];
	for (uint32_t y = 0; !any && y < b->im.height; y++)
		for (uint32_t x = 0; x < b->im.width; x++)
			png_row(&b->im, y)[x * 4 + 3] = 0xFF;
}

/* Where run lengths are: x pixels into row y, counted from below. */
struct run {
	struct reader r;
	uint32_t x, y;
};

/* One pixel; one that lies outside breaks the picture. */
static bool put(struct bmp *b, struct run *at, unsigned index)
{
	if (at->x >= b->im.width || at->y >= b->im.height)
		return false;
	png_row(&b->im, b->im.height - 1 - at->y)[at->x++] = (uint8_t)index;
	return true;
}

/* Pixel i of literal or repeated bytes: halves of a byte take turns with four bits a pixel. */
static unsigned nibble(const struct bmp *b, uint8_t byte, unsigned i)
{
	return b->bits == 8 ? byte : i % 2 ? byte & 15u : byte >> 4;
}

static bool literal(struct bmp *b, struct run *at, unsigned n)
{
	size_t bytes = b->bits == 8 ? n : (n + 1) / 2;
	struct slice s = reader_take(&at->r, bytes + bytes % 2);

	for (unsigned i = 0; s.n && i < n; i++)
		if (!put(b, at, nibble(b, s.p[b->bits == 8 ? i : i / 2], i)))
			return false;
	return reader_ok(&at->r);
}

/* Behind a zero; *ret_over at the end of the picture. */
static bool escape(struct bmp *b, struct run *at, unsigned code, bool *ret_over)
{
	switch (code) {
	case 0:
		at->x = 0;
		at->y++;
		return at->y <= b->im.height;
	case 1:
		*ret_over = true;
		return true;
	case 2:
		at->x += reader_u8(&at->r);
		at->y += reader_u8(&at->r);
		return reader_ok(&at->r) && at->x <= b->im.width && at->y < b->im.height;
	default:
		return literal(b, at, code);
	}
}

static enum err run_rows(struct bmp *b, size_t *ret_end)
{
	struct run at = {.r = reader_of(b->job->in)};
	bool over = false, good = true;

	reader_seek(&at.r, b->pixels);
	/* The end of the picture may be missing behind its last row. */
	while (good && !over && !(at.y >= b->im.height && reader_left(&at.r) == 0)) {
		unsigned n = reader_u8(&at.r), v = reader_u8(&at.r);

		good = reader_ok(&at.r);
		if (good && n == 0)
			good = escape(b, &at, v, &over);
		for (unsigned i = 0; good && i < n; i++)
			good = put(b, &at, nibble(b, (uint8_t)v, i));
	}
	*ret_end = at.r.at;
	return good ? OK : malformed(b, at.r.at, "its run lengths");
}

static bool probe_bmp(const struct job *job)
{
	struct slice s = job->in;

	/* The reserved words are zero, the second header is no longer than 124 bytes. */
	return s.n > 26 && s.p[0] == 'B' && s.p[1] == 'M' && memcmp(s.p + 6, "\0\0\0\0", 4) == 0 &&
	       s.p[14] >= 12 && s.p[14] <= 124 && memcmp(s.p + 15, "\0\0\0", 3) == 0;
}

static enum err rebuild_bmp(struct job *job)
{
	struct bmp b = {.job = job};
	bool runs;
	size_t end = 0;

	TRY(read_head(&b));
	runs = b.packing == BI_RLE4 || b.packing == BI_RLE8;
	b.im.colour = b.bits <= 8 ? 3 : b.mask[3] ? 6 : 2;
	b.im.depth = (uint8_t)(b.bits < 8 && !runs ? b.bits : 8);
	TRY(picture_rows(job, &b.im, b.pixels));
	TRY(runs ? run_rows(&b, &end) : plain_rows(&b, &end));
	if (b.im.colour == 6)
		settle_alpha(&b);
	picture_trailing(job, end);
	return picture_png(job, &b.im);
}

const struct format format_bmp = {
    .id = "bmp",
    .ext = "png",
    .label_ja = "BMP画像",
    .label_en = "BMP picture",
    .picture = true,
    .probe = probe_bmp,
    .rebuild = rebuild_bmp,
    .hold = "picture-no-text",
};
