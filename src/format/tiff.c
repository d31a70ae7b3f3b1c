/*
 * TIFF in, by libtiff: every page a bilevel, grey or colour picture; a TIFF of these pages out, or
 * in documents the first one as PNG. Packings that scanners and fax servers do not write are held
 * before libtiff looks at their data. Tags but size and resolution stay behind, thumbnails too.
 */
#include "format/tiff.h"

#include <tiffio.h>
#include <turbojpeg.h>

#define PAGES_MAX 10000u

struct tiff_in {
	struct job *job;
	TIFF *tiff;
	uint64_t at; /* of the client's file */
	bool failed; /* libtiff has said why */
	char why[96];
	struct tiff_page *first, *last;
	uint32_t pages;
	bool alpha; /* the page now read has pixels that are not opaque */
};

static enum err malformed(struct tiff_in *in)
{
	return format_hold(in->job, ERR_SYNTAX, "malformed", S(""), 0, "the TIFF is broken: %s",
			   in->why[0] ? in->why : "it cannot be read");
}

/* --- what libtiff asks for -------------------------------------------------------------------- */

static tmsize_t client_read(thandle_t h, void *to, tmsize_t n)
{
	struct tiff_in *in = h;
	struct slice s = in->job->in;
	uint64_t left = in->at < s.n ? s.n - in->at : 0;

	if (n < 0)
		return -1;
	n = (uint64_t)n > left ? (tmsize_t)left : n;
	memcpy(to, s.p + in->at, (size_t)n);
	in->at += (uint64_t)n;
	return n;
}

static tmsize_t client_write(thandle_t h, void *from, tmsize_t n)
{
	(void)h, (void)from, (void)n;
	return -1;
}

static toff_t client_seek(thandle_t h, toff_t to, int whence)
{
	struct tiff_in *in = h;

	/* SEEK_SET, SEEK_CUR, SEEK_END */
	in->at = whence == 0 ? to : whence == 1 ? in->at + to : in->job->in.n + to;
	return in->at;
}

static int client_close(thandle_t h)
{
	(void)h;
	return 0;
}

static toff_t client_size(thandle_t h)
{
	return ((struct tiff_in *)h)->job->in.n;
}

PRINTF_LIKE(4, 0)
static int on_error(TIFF *tiff, void *ctx, const char *module, const char *fmt, va_list ap)
{
	struct tiff_in *in = ctx;

	(void)tiff, (void)module;
	if (!in->failed)
		vsnprintf(in->why, sizeof in->why, fmt, ap);
	in->failed = true;
	return 1;
}

static int on_warning(TIFF *tiff, void *ctx, const char *module, const char *fmt, va_list ap)
{
	(void)tiff, (void)ctx, (void)module, (void)fmt, (void)ap;
	return 1;
}

/* --- one page --------------------------------------------------------------------------------- */

/* The packings that are unfolded; what they are called for people. */
static bool packing_is_known(unsigned packing)
{
	switch (packing) {
	case COMPRESSION_NONE:
	case COMPRESSION_CCITTRLE:
	case COMPRESSION_CCITTFAX3:
	case COMPRESSION_CCITTFAX4:
	case COMPRESSION_LZW:
	case COMPRESSION_JPEG:
	case COMPRESSION_ADOBE_DEFLATE:
	case COMPRESSION_DEFLATE:
	case COMPRESSION_PACKBITS:
		return true;
	default:
		return false;
	}
}

static uint16_t short_tag(struct tiff_in *in, uint32_t tag, uint16_t none)
{
	uint16_t v = none;

	(void)TIFFGetFieldDefaulted(in->tiff, tag, &v);
	return v;
}

/* Dots an inch in hundredths; 72 where it is not said or makes no sense. */
static void read_resolution(struct tiff_in *in, uint32_t dpi[2])
{
	static const uint32_t tags[2] = {TIFFTAG_XRESOLUTION, TIFFTAG_YRESOLUTION};
	double unit = short_tag(in, TIFFTAG_RESOLUTIONUNIT, 2) == RESUNIT_CENTIMETER ? 254 : 100;

	for (size_t i = 0; i < 2; i++) {
		float v = 0;
		double all;

		if (!TIFFGetField(in->tiff, tags[i], &v))
			v = 0;
		all = (double)v * unit;
		dpi[i] = all >= 100 && all <= 1000000 ? (uint32_t)all : 7200;
	}
}

static void report_tags(struct tiff_in *in)
{
	static const uint32_t texts[] = {
	    TIFFTAG_ARTIST,       TIFFTAG_COPYRIGHT, TIFFTAG_DATETIME,         TIFFTAG_DOCUMENTNAME,
	    TIFFTAG_HOSTCOMPUTER, TIFFTAG_MAKE,      TIFFTAG_IMAGEDESCRIPTION, TIFFTAG_MODEL,
	    TIFFTAG_SOFTWARE,     TIFFTAG_PAGENAME,
	};
	static const uint32_t blobs[] = {TIFFTAG_XMLPACKET, TIFFTAG_ICCPROFILE, TIFFTAG_PHOTOSHOP,
					 TIFFTAG_RICHTIFFIPTC};
	bool any = false;
	uint64_t offset;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char *text = NULL;

		any |= TIFFGetField(in->tiff, texts[i], &text) == 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(blobs); i++) {
		uint32_t n = 0;
		void *data = NULL;

		any |= TIFFGetField(in->tiff, blobs[i], &n, &data) == 1;
	}
	any |= TIFFGetField(in->tiff, TIFFTAG_EXIFIFD, &offset) == 1;
	if (any)
		report_add(in->job->report, ACT_REMOVED, "picture-metadata", S(""), S(""), S(""));
	if (TIFFGetField(in->tiff, TIFFTAG_GPSIFD, &offset) == 1)
		report_add(in->job->report, ACT_REMOVED, "picture-location", S(""), S(""),
			   S("GPS"));
}

/* Strips of one bit a pixel go out as they are, but for what white is. */
static enum err read_bilevel(struct tiff_in *in, struct tiff_page *page)
{
	size_t row = (page->width + 7) / 8, n = (size_t)tiff_bytes(page), at = 0;
	uint8_t *to = arena_alloc(in->job->arena, n);
	uint8_t flip = short_tag(in, TIFFTAG_PHOTOMETRIC, 0) == PHOTOMETRIC_MINISWHITE ? 0xFF : 0;
	unsigned spare = (unsigned)(row * 8 - page->width);

	if (!to)
		return ERR_MEMORY;
	if ((size_t)TIFFScanlineSize64(in->tiff) != row)
		return malformed(in);
	for (uint32_t i = 0; i < TIFFNumberOfStrips(in->tiff) && at < n; i++) {
		tmsize_t got = TIFFReadEncodedStrip(in->tiff, i, to + at, (tmsize_t)(n - at));

		if (got <= 0 || in->failed)
			return malformed(in);
		at += (size_t)got;
	}
	if (at != n)
		return malformed(in);
	for (size_t i = 0; i < n; i++)
		to[i] ^= flip;
	for (uint32_t y = 0; y < page->height; y++)
		to[y * row + row - 1] &= (uint8_t)(0xFFu << spare);
	page->kind = TIFF_BILEVEL;
	page->pixels = slice_of(to, n);
	return OK;
}

/* What the four bytes of libtiff's pixels are: red, green, blue times alpha, and alpha. */
static uint8_t over_white(uint32_t pixel, unsigned shift)
{
	return (uint8_t)((pixel >> shift & 0xFF) + 255 - (pixel >> 24));
}

static void take_pixels(struct tiff_in *in, const uint32_t *from, size_t n, uint8_t *to, bool grey)
{
	for (size_t i = 0; i < n; i++) {
		in->alpha |= from[i] >> 24 != 0xFF;
		*to++ = over_white(from[i], 0);
		if (grey)
			continue;
		*to++ = over_white(from[i], 8);
		*to++ = over_white(from[i], 16);
	}
}

static bool is_grey(const uint32_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] & 0xFF) != (p[i] >> 8 & 0xFF) || (p[i] & 0xFF) != (p[i] >> 16 & 0xFF))
			return false;
	return true;
}

static enum err pack_jpeg(struct tiff_in *in, struct tiff_page *page, const uint8_t *rgb)
{
	AUTO_BUF out;

	buf_init(&out, in->job->out->max);
	TRY(picture_pack_jpeg(&out, rgb, page->width, page->height, PICTURE_SAMPLING,
			      PICTURE_QUALITY));
	page->kind = TIFF_JPEG;
	page->pixels = arena_copy(in->job->arena, buf_view(&out));
	return page->pixels.p ? OK : ERR_MEMORY;
}

static enum err read_colours(struct tiff_in *in, struct tiff_page *page, bool lossy)
{
	size_t n = (size_t)page->width * page->height;
	uint32_t *raster;
	uint8_t *to;
	bool grey;

	TRY(picture_budget(in->job, (uint64_t)n * 4, 0));
	raster = arena_array(in->job->arena, n, sizeof *raster);
	if (!raster)
		return ERR_MEMORY;
	if (!TIFFReadRGBAImageOriented(in->tiff, page->width, page->height, raster,
				       ORIENTATION_TOPLEFT, 1) ||
	    in->failed)
		return malformed(in);
	grey = is_grey(raster, n);
	page->kind = grey ? TIFF_GREY : TIFF_RGB;
	to = arena_array(in->job->arena, n, grey ? 1 : 3);
	if (!to)
		return ERR_MEMORY;
	in->alpha = false;
	take_pixels(in, raster, n, to, grey);
	if (in->alpha || short_tag(in, TIFFTAG_BITSPERSAMPLE, 1) > 8)
		report_add(in->job->report, ACT_CHANGED, "picture-depth", S(""), S(""), S(""));
	page->pixels = slice_of(to, (size_t)tiff_bytes(page));
	return lossy && !grey ? pack_jpeg(in, page, to) : OK;
}

static enum err read_page(struct tiff_in *in, struct tiff_page *page)
{
	unsigned packing = short_tag(in, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
	bool bilevel = short_tag(in, TIFFTAG_BITSPERSAMPLE, 1) == 1 &&
		       short_tag(in, TIFFTAG_SAMPLESPERPIXEL, 1) == 1 &&
		       short_tag(in, TIFFTAG_PHOTOMETRIC, 0) <= PHOTOMETRIC_MINISBLACK &&
		       short_tag(in, TIFFTAG_ORIENTATION, 1) == ORIENTATION_TOPLEFT &&
		       !TIFFIsTiled(in->tiff);
	char why[1024];

	if (!packing_is_known(packing))
		return format_hold(in->job, ERR_UNSUPPORTED, "picture-unsupported", S(""), 0,
				   "a page of the TIFF is packed by method %u", packing);
	if (!TIFFGetField(in->tiff, TIFFTAG_IMAGEWIDTH, &page->width) ||
	    !TIFFGetField(in->tiff, TIFFTAG_IMAGELENGTH, &page->height))
		return malformed(in);
	TRY(picture_fits(in->job, page->width, page->height, 0));
	read_resolution(in, page->dpi);
	page->kind = bilevel ? TIFF_BILEVEL : TIFF_RGB;
	TRY(picture_budget(in->job, tiff_bytes(page), 0));
	if (bilevel)
		return read_bilevel(in, page);
	if (!TIFFRGBAImageOK(in->tiff, why))
		return format_hold(in->job, ERR_UNSUPPORTED, "picture-unsupported", S(""), 0,
				   "a page of the TIFF: %s", why);
	return read_colours(in, page, packing == COMPRESSION_JPEG);
}

static enum err read_pages(struct tiff_in *in)
{
	do {
		uint32_t kind = 0;
		struct tiff_page *page;

		(void)TIFFGetField(in->tiff, TIFFTAG_SUBFILETYPE, &kind);
		report_tags(in);
		if (kind & FILETYPE_REDUCEDIMAGE) {
			report_add(in->job->report, ACT_REMOVED, "thumbnail", S(""), S(""), S(""));
			continue;
		}
		if (in->first && in->job->still) {
			report_add(in->job->report, ACT_REMOVED, "picture-frames", S(""), S(""),
				   S(""));
			return OK;
		}
		if (++in->pages > PAGES_MAX)
			return format_hold(in->job, ERR_LIMIT, "limit", S(""), 0,
					   "the picture has more than %u pages", PAGES_MAX);
		page = arena_alloc(in->job->arena, sizeof *page);
		if (!page)
			return ERR_MEMORY;
		TRY(read_page(in, page));
		if (in->last)
			in->last->next = page;
		else
			in->first = page;
		in->last = page;
	} while (TIFFReadDirectory(in->tiff));
	/* Pages in a circle end without an error, but not at the last one. */
	return in->failed || !in->first || !TIFFLastDirectory(in->tiff) ? malformed(in) : OK;
}

/* --- out -------------------------------------------------------------------------------------- */

/* The first page, for a document; one that was packed with loss is a JPEG already. */
static enum err one_picture(struct job *job, const struct tiff_page *page)
{
	static const uint8_t forms[TIFF_KINDS][2] = {{0, 1}, {0, 8}, {2, 8}};
	struct png_image im = {
	    .width = page->width,
	    .height = page->height,
	    .colour = forms[page->kind][0],
	    .depth = forms[page->kind][1],
	};
	size_t n;

	if (page->kind == TIFF_JPEG) {
		buf_slice(job->out, page->pixels);
		return picture_done(job, "jpg", "jpeg");
	}
	TRY(picture_rows(job, &im, 0));
	n = png_row_bytes(&im);
	for (uint32_t y = 0; y < im.height; y++)
		memcpy(png_row(&im, y), page->pixels.p + y * n, n);
	return picture_png(job, &im);
}

static bool probe_tiff(const struct job *job)
{
	struct slice s = job->in;

	return slice_starts(s, S("II*\0")) || slice_starts(s, S("MM\0*")) ||
	       slice_starts(s, S("II+\0")) || slice_starts(s, S("MM\0+"));
}

static enum err open_tiff(struct tiff_in *in)
{
	TIFFOpenOptions *options = TIFFOpenOptionsAlloc();

	if (!options)
		return ERR_MEMORY;
	TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, in);
	TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, in);
	TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)(in->job->limits->memory_bytes / 4));
	/* m: no mapping */
	in->tiff = TIFFClientOpenExt("input", "rm", in, client_read, client_write, client_seek,
				     client_close, client_size, NULL, NULL, options);
	TIFFOpenOptionsFree(options);
	return in->tiff ? OK : malformed(in);
}

static enum err rebuild_tiff(struct job *job)
{
	struct tiff_in in = {.job = job};
	enum err e;

	TRY(open_tiff(&in));
	e = read_pages(&in);
	TIFFClose(in.tiff);
	TRY(e);
	if (job->still)
		return one_picture(job, in.first);
	TRY(tiff_write(job->out, in.first));
	job->report->pictures += in.pages - 1;
	return picture_done(job, "tif", "tiff");
}

const struct format format_tiff = {
    .id = "tiff",
    .ext = "tif",
    .label_ja = "TIFF画像",
    .label_en = "TIFF picture",
    .picture = true,
    .probe = probe_tiff,
    .rebuild = rebuild_tiff,
    .hold = "picture-no-text",
};
