/*
 * PNG in: a walk over the chunks keeps IHDR, PLTE, tRNS, IDAT and IEND, so that libspng never sees
 * a text, profile or animation chunk; libspng decodes, png_write prints.
 */
#include "format/picture.h"

#include <spng.h>
#include <stdio.h>
#include "base/reader.h"

#define SIGNATURE S("\x89PNG\r\n\x1a\n")

struct png_in {
	struct job *job;
	struct png_image im;
	struct buf kept; /* the chunks libspng is given; its storage is the arena's */
	bool seen_ihdr, seen_idat, idat_over, seen_iend;
};

static enum err malformed(struct png_in *in, size_t at, const char *what)
{
	return format_hold(in->job, ERR_SYNTAX, "malformed", S(""), at, "the PNG is broken: %s",
			   what);
}

static enum err read_ihdr(struct png_in *in, struct slice data, size_t at)
{
	const struct limits *l = in->job->limits;
	struct png_image *im = &in->im;
	struct reader r = reader_of(data);
	static const uint32_t depths[7] = {/* bit n: depth n is valid for the colour type */
					   1u << 1 | 1u << 2 | 1u << 4 | 1u << 8 | 1u << 16,
					   0,
					   1u << 8 | 1u << 16,
					   1u << 1 | 1u << 2 | 1u << 4 | 1u << 8,
					   1u << 8 | 1u << 16,
					   0,
					   1u << 8 | 1u << 16};

	im->width = reader_u32be(&r);
	im->height = reader_u32be(&r);
	im->depth = reader_u8(&r);
	im->colour = reader_u8(&r);
	reader_take(&r, 3);
	if (!reader_done(&r) || in->seen_ihdr)
		return malformed(in, at, "IHDR");
	in->seen_ihdr = true;
	if (!im->width || !im->height || im->colour > 6 || im->depth > 16 ||
	    !(depths[im->colour] >> im->depth & 1))
		return malformed(in, at, "IHDR");
	if (im->width > l->side || im->height > l->side ||
	    (uint64_t)im->width * im->height > l->pixels)
		return format_hold(in->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has %u x %u pixels; the limit is %u a side and "
				   "%llu in all",
				   im->width, im->height, l->side, (unsigned long long)l->pixels);
	return OK;
}

/* Names a chunk that stays behind. */
static void report_chunk(struct png_in *in, struct slice type, struct slice data)
{
	static const struct {
		const char *type, *finding;
	} known[] = {
	    {"acTL", "picture-frames"},
	    {"fcTL", "picture-frames"},
	    {"fdAT", "picture-frames"},
	    {"iCCP", "picture-metadata"},
	};
	const char *finding = "picture-metadata";
	bool gps = false;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_eq_str(type, known[i].type))
			finding = known[i].finding;
	report_add(in->job->report, ACT_REMOVED, finding, S(""), S(""), type);
	if (slice_eq_str(type, "eXIf")) {
		(void)exif_orientation(data, &gps);
		if (gps)
			report_add(in->job->report, ACT_REMOVED, "picture-location", S(""), S(""),
				   S("GPS"));
	}
}

static enum err one_chunk(struct png_in *in, struct slice chunk, struct slice type,
			  struct slice data, size_t at)
{
	if (!in->seen_ihdr && !slice_eq_str(type, "IHDR"))
		return malformed(in, at, "IHDR is not the first chunk");
	if (slice_eq_str(type, "IHDR"))
		TRY(read_ihdr(in, data, at));
	if (slice_eq_str(type, "IDAT")) {
		if (in->idat_over)
			return malformed(in, at, "IDAT chunks are not in one row");
		in->seen_idat = true;
	} else {
		in->idat_over = in->seen_idat;
	}
	in->seen_iend = slice_eq_str(type, "IEND");
	if (in->seen_iend && data.n)
		return malformed(in, at, "IEND holds data");
	if (slice_eq_str(type, "IHDR") || slice_eq_str(type, "PLTE") ||
	    slice_eq_str(type, "tRNS") || slice_eq_str(type, "IDAT") || in->seen_iend) {
		buf_slice(&in->kept, chunk);
		return buf_err(&in->kept);
	}
	if (!(type.p[0] & 0x20))
		return malformed(in, at, "an unknown critical chunk");
	report_chunk(in, type, data);
	return OK;
}

static enum err walk(struct png_in *in)
{
	struct slice file = in->job->in;
	struct reader r = reader_of(file);

	buf_slice(&in->kept, reader_take(&r, SIGNATURE.n));
	while (!in->seen_iend) {
		size_t at = r.at;
		uint32_t n = reader_u32be(&r);
		struct slice type = reader_take(&r, 4), data = reader_take(&r, n);

		reader_take(&r, 4);
		if (!reader_ok(&r))
			return malformed(in, at, "it is cut short");
		TRY(one_chunk(in, slice_of(file.p + at, r.at - at), type, data, at));
	}
	if (!in->seen_idat)
		return malformed(in, r.at, "it has no picture");
	if (reader_left(&r)) {
		char place[32];

		snprintf(place, sizeof place, "@%zu", r.at);
		report_add(in->job->report, ACT_REMOVED, "trailing-data", S(""), slice_str(place),
			   S(""));
	}
	return OK;
}

static void free_ctx(spng_ctx **ctx)
{
	spng_ctx_free(*ctx);
}

static void read_palette(struct png_in *in, spng_ctx *ctx)
{
	struct png_image *im = &in->im;
	struct spng_plte plte = {0};
	struct spng_trns trns = {0};
	bool has_plte = im->colour == 3 && spng_get_plte(ctx, &plte) == 0;
	uint32_t max = im->depth < 16 ? (1u << im->depth) - 1 : 0xFFFF;

	for (uint32_t i = 0; has_plte && i < plte.n_entries && i <= max && i < 256; i++) {
		im->palette[i][0] = plte.entries[i].red;
		im->palette[i][1] = plte.entries[i].green;
		im->palette[i][2] = plte.entries[i].blue;
		im->palette_n = i + 1;
	}
	if (spng_get_trns(ctx, &trns) != 0)
		return;
	if (im->colour == 3) {
		im->trns_n =
		    trns.n_type3_entries < im->palette_n ? trns.n_type3_entries : im->palette_n;
		memcpy(im->trns, trns.type3_alpha, im->trns_n);
	} else if (im->colour == 0 || im->colour == 2) {
		uint16_t v[3] = {trns.gray, trns.green, trns.blue};

		if (im->colour == 2)
			v[0] = trns.red;
		im->trns_n = im->colour == 2 ? 6 : 2;
		for (uint32_t i = 0; i < im->trns_n / 2; i++) {
			im->trns[2 * i] = (uint8_t)((v[i] & max) >> 8);
			im->trns[2 * i + 1] = (uint8_t)(v[i] & max);
		}
	}
}

static enum err decode(struct png_in *in)
{
	struct png_image *im = &in->im;
	size_t n = png_row_bytes(im), all;
	struct budget *budget = in->job->budget;
	struct spng_row_info row;
	__attribute__((cleanup(free_ctx))) spng_ctx *ctx = spng_ctx_new(0);
	int e;

	if (!ctx)
		return ERR_MEMORY;
	if (__builtin_mul_overflow(n + 1, (size_t)im->height, &all) ||
	    (budget && all > budget->inflated_left))
		return format_hold(in->job, ERR_LIMIT, "limit", S(""), 0,
				   "the picture is larger than what may be unpacked");
	if (budget)
		budget->inflated_left -= all;
	im->rows = arena_alloc(in->job->arena, all);
	if (!im->rows)
		return ERR_MEMORY;
	if (spng_set_image_limits(ctx, in->job->limits->side, in->job->limits->side) ||
	    spng_set_png_buffer(ctx, in->kept.p, in->kept.n))
		return ERR_MEMORY;
	e = spng_decode_image(ctx, NULL, 0, SPNG_FMT_RAW, SPNG_DECODE_PROGRESSIVE);
	while (e == 0) {
		e = spng_get_row_info(ctx, &row);
		if (e == 0)
			e = spng_decode_row(ctx, im->rows + row.row_num * (n + 1) + 1, n);
	}
	if (e == SPNG_EMEM)
		return ERR_MEMORY;
	if (e != SPNG_EOI)
		return malformed(in, 0, spng_strerror(e));
	read_palette(in, ctx);
	if (im->colour == 3 && !im->palette_n)
		return malformed(in, 0, "it has no palette");
	return OK;
}

/*
 * Zeroes the unused bits at row ends, and gives indices beyond the palette black entries, which is
 * what viewers show for them.
 */
static void settle_bits(struct png_image *im)
{
	size_t n = png_row_bytes(im);
	unsigned depth = im->depth, top = 0;
	/* Depths below 8 have one channel. */
	unsigned spare = depth < 8 ? (unsigned)(n * 8 - (size_t)im->width * depth) : 0;

	for (uint32_t y = 0; y < im->height; y++) {
		uint8_t *row = im->rows + y * (n + 1) + 1;

		if (depth < 8)
			row[n - 1] = (uint8_t)(row[n - 1] & (0xFFu << spare));
		if (im->colour != 3)
			continue;
		for (uint32_t x = 0; x < im->width; x++) {
			unsigned per = 8 / depth, at = 8 - depth * (x % per + 1);
			unsigned v = row[x / per] >> at & ((1u << depth) - 1);

			top = v > top ? v : top;
		}
	}
	if (im->colour == 3 && top >= im->palette_n)
		im->palette_n = top + 1;
}

static bool probe_png(const struct job *job)
{
	return slice_starts(job->in, SIGNATURE);
}

static enum err rebuild_png(struct job *job)
{
	struct png_in in = {.job = job};
	size_t n = job->in.n;

	/* Storage of the arena in the shape of a buf: it holds at most the input and never grows.
	 */
	in.kept = (struct buf){.p = arena_alloc(job->arena, n), .cap = n, .max = n};
	if (!in.kept.p)
		return ERR_MEMORY;
	TRY(walk(&in));
	TRY(decode(&in));
	settle_bits(&in.im);
	TRY(png_write(job->out, &in.im, job->arena));
	job->report->pictures++;
	job->ext = "png";
	job->wrote = "png";
	return OK;
}

const struct format format_png = {
    .id = "png",
    .ext = "png",
    .label_ja = "PNG画像",
    .label_en = "PNG picture",
    .probe = probe_png,
    .rebuild = rebuild_png,
    .hold = "picture-no-text",
};
