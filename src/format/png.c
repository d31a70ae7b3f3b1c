/*
 * PNG in: a walk over the chunks takes IHDR, PLTE, tRNS and the IDAT chunks; png_read unfolds the
 * pixels, png_write prints. Text, profile, time and animation chunks are named in the report and
 * never unfolded. Every checksum must be right, also that of a chunk that stays behind.
 */
#include "format/picture.h"

#include <libdeflate.h>
#include "base/reader.h"
#include "format/png_read.h"

#define SIGNATURE S("\x89PNG\r\n\x1a\n")

/* Chunks that are no IDAT; the animations of cameras and phones have a few thousand. */
#define CHUNKS_MAX 65536u

struct png_in {
	struct job *job;
	struct png_image im;
	struct slice plte, trns;
	struct buf idat; /* all IDAT data; its storage is the arena's */
	size_t idat_at;  /* of the first IDAT chunk */
	uint32_t others;
	bool interlaced, seen_ihdr, seen_idat, idat_over, seen_iend;
};

static enum err malformed(struct png_in *in, size_t at, const char *what)
{
	return format_hold(in->job, ERR_SYNTAX, "malformed", S(""), at, "the PNG is broken: %s",
			   what);
}

static enum err read_ihdr(struct png_in *in, struct slice data, size_t at)
{
	struct png_image *im = &in->im;
	struct reader r = reader_of(data);
	unsigned methods, interlace;
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
	methods = reader_u16be(&r);
	interlace = reader_u8(&r);
	if (!reader_done(&r) || in->seen_ihdr || methods || interlace > 1)
		return malformed(in, at, "IHDR");
	in->seen_ihdr = true;
	in->interlaced = interlace == 1;
	if (!im->width || !im->height || im->colour > 6 || im->depth > 16 ||
	    !(depths[im->colour] >> im->depth & 1))
		return malformed(in, at, "IHDR");
	return picture_fits(in->job, im->width, im->height, at);
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

/* PLTE, and the samples that tRNS makes transparent: each once, in its place, of a valid length. */
static enum err read_colours(struct png_in *in, bool palette, struct slice data, size_t at)
{
	uint8_t colour = in->im.colour;
	bool good = !in->seen_idat && data.n;

	if (palette) {
		good &= !in->plte.p && !in->trns.p && data.n % 3 == 0 && data.n <= 768;
		good &= colour != 0 && colour != 4;
		in->plte = data;
		if (good && colour != 3) /* a palette to reduce the colours to; nothing shows it */
			report_add(in->job->report, ACT_REMOVED, "picture-metadata", S(""), S(""),
				   S("PLTE"));
		return good ? OK : malformed(in, at, "PLTE");
	}
	good &= !in->trns.p && colour < 4;
	good &= colour == 3 ? in->plte.p && data.n <= in->plte.n / 3
			    : data.n == (colour == 0 ? 2u : 6u);
	in->trns = data;
	return good ? OK : malformed(in, at, "tRNS");
}

static bool is_type(struct slice s)
{
	for (size_t i = 0; i < 4; i++)
		if ((s.p[i] | 0x20) < 'a' || (s.p[i] | 0x20) > 'z')
			return false;
	return true;
}

static enum err read_idat(struct png_in *in, struct slice data, size_t at)
{
	if (in->idat_over)
		return malformed(in, at, "IDAT chunks are not in one row");
	if (!in->seen_idat)
		in->idat_at = at;
	in->seen_idat = true;
	buf_slice(&in->idat, data);
	return buf_err(&in->idat);
}

static enum err one_chunk(struct png_in *in, struct slice type, struct slice data, size_t at)
{
	if (!in->seen_ihdr && !slice_eq_str(type, "IHDR"))
		return malformed(in, at, "IHDR is not the first chunk");
	if (slice_eq_str(type, "IDAT"))
		return read_idat(in, data, at);
	in->idat_over = in->seen_idat;
	if (++in->others > CHUNKS_MAX)
		return format_hold(in->job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has more than %u chunks", CHUNKS_MAX);
	if (slice_eq_str(type, "IHDR"))
		return read_ihdr(in, data, at);
	if (slice_eq_str(type, "PLTE") || slice_eq_str(type, "tRNS"))
		return read_colours(in, type.p[0] == 'P', data, at);
	in->seen_iend = slice_eq_str(type, "IEND");
	if (in->seen_iend)
		return data.n ? malformed(in, at, "IEND holds data") : OK;
	if (!(type.p[0] & 0x20))
		return malformed(in, at, "an unknown critical chunk");
	report_chunk(in, type, data);
	return OK;
}

static enum err walk(struct png_in *in)
{
	struct slice file = in->job->in;
	struct reader r = reader_of(file);

	reader_take(&r, SIGNATURE.n);
	while (!in->seen_iend) {
		size_t at = r.at;
		uint32_t n = reader_u32be(&r);
		struct slice type = reader_take(&r, 4), data = reader_take(&r, n);

		uint32_t crc = reader_u32be(&r);

		if (!reader_ok(&r))
			return malformed(in, at, "it is cut short");
		if (!is_type(type))
			return malformed(in, at, "a chunk without a name");
		if (libdeflate_crc32(0, type.p, (size_t)n + 4) != crc)
			return malformed(in, at, "the checksum of a chunk is wrong");
		TRY(one_chunk(in, type, data, at));
	}
	if (!in->seen_idat)
		return malformed(in, r.at, "it has no picture");
	picture_trailing(in->job, r.at);
	return OK;
}

static void take_colours(struct png_in *in)
{
	struct png_image *im = &in->im;
	uint32_t max = im->depth < 16 ? (1u << im->depth) - 1 : 0xFFFF, n = 0;

	if (im->colour == 3) {
		n = (uint32_t)in->plte.n / 3;
		im->palette_n = n > max + 1 ? max + 1 : n;
		memcpy(im->palette, in->plte.p, (size_t)im->palette_n * 3);
		n = (uint32_t)in->trns.n;
		im->trns_n = n > im->palette_n ? im->palette_n : n;
		if (im->trns_n)
			memcpy(im->trns, in->trns.p, im->trns_n);
		return;
	}
	for (uint32_t i = 0; i + 1 < in->trns.n; i += 2) {
		uint32_t v = (uint32_t)(in->trns.p[i] << 8 | in->trns.p[i + 1]) & max;

		im->trns[i] = (uint8_t)(v >> 8);
		im->trns[i + 1] = (uint8_t)v;
		im->trns_n = i + 2;
	}
}

static enum err decode(struct png_in *in)
{
	const char *why = NULL;
	enum err e;

	if (in->im.colour == 3 && !in->plte.p)
		return malformed(in, in->idat_at, "it has no palette");
	TRY(picture_budget(in->job, png_raw_bytes(&in->im, in->interlaced), in->idat_at));
	e = png_read(&in->im, in->interlaced, buf_view(&in->idat), in->job->arena, &why);
	if (e == ERR_SYNTAX)
		return malformed(in, in->idat_at, why);
	TRY(e);
	take_colours(in);
	return OK;
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
	in.idat = (struct buf){.p = arena_room(job->arena, n), .cap = n, .max = n};
	if (!in.idat.p)
		return ERR_MEMORY;
	TRY(walk(&in));
	TRY(decode(&in));
	return picture_png(job, &in.im);
}

const struct format format_png = {
    .id = "png",
    .ext = "png",
    .label_ja = "PNG画像",
    .label_en = "PNG picture",
    .picture = true,
    .probe = probe_png,
    .rebuild = rebuild_png,
    .hold = "picture-no-text",
};
