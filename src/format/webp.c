/*
 * WebP in, by libwebp: lossless and transparent pictures come out as PNG, others as JPEG. EXIF, XMP
 * and profiles stay behind. RFC 9649.
 */
#include <turbojpeg.h>
#include <webp/decode.h>

#include "base/reader.h"
#include "format/picture.h"

enum { LOSSY = 1 }; /* of WebPBitstreamFeatures */

static enum err malformed(struct job *job, size_t at, const char *what)
{
	return format_hold(job, ERR_SYNTAX, "malformed", S(""), at, "the WebP is broken: %s", what);
}

/* Names the chunks that stay behind; *ret_end: the end of the file as its head says. */
static enum err walk(struct job *job, size_t *ret_end)
{
	static const char *const dropped[] = {"EXIF", "XMP ", "ICCP"};
	struct reader r = reader_of(job->in), chunks;

	reader_take(&r, 4);
	chunks = reader_sub(&r, reader_u32le(&r));
	reader_take(&chunks, 4);
	while (reader_left(&chunks)) {
		size_t at = chunks.at + 8;
		struct slice type = reader_take(&chunks, 4);
		uint32_t n = reader_u32le(&chunks);

		reader_take(&chunks, (size_t)n + n % 2);
		if (!reader_ok(&chunks))
			return malformed(job, at, "it is cut short");
		for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
			if (slice_eq_str(type, dropped[i]))
				report_add(job->report, ACT_REMOVED, "picture-metadata", S(""),
					   S(""), type);
	}
	if (!reader_ok(&r) || !reader_ok(&chunks))
		return malformed(job, 4, "it is cut short");
	*ret_end = r.at;
	return OK;
}

static enum err put_png(struct job *job, const WebPBitstreamFeatures *f)
{
	struct png_image im = {
	    .width = (uint32_t)f->width,
	    .height = (uint32_t)f->height,
	    .depth = 8,
	    .colour = f->has_alpha ? 6 : 2,
	};
	size_t n, all;
	uint8_t *good;

	TRY(picture_rows(job, &im, 0));
	n = png_row_bytes(&im) + 1;
	all = n * im.height - 1; /* the first row's filter byte is before what is decoded into */
	good = f->has_alpha ? WebPDecodeRGBAInto(job->in.p, job->in.n, im.rows + 1, all, (int)n)
			    : WebPDecodeRGBInto(job->in.p, job->in.n, im.rows + 1, all, (int)n);
	return good ? picture_png(job, &im) : malformed(job, 12, "its pixels");
}

static enum err put_jpeg(struct job *job, const WebPBitstreamFeatures *f)
{
	uint32_t width = (uint32_t)f->width, height = (uint32_t)f->height;
	size_t n = (size_t)width * height * 3;
	uint8_t *rgb;

	TRY(picture_budget(job, n, 0));
	rgb = arena_room(job->arena, n);
	if (!rgb)
		return ERR_MEMORY;
	if (!WebPDecodeRGBInto(job->in.p, job->in.n, rgb, n, (int)width * 3))
		return malformed(job, 12, "its pixels");
	TRY(picture_pack_jpeg(job->out, rgb, width, height, PICTURE_SAMPLING, PICTURE_QUALITY));
	return picture_done(job, "jpg", "jpeg");
}

static bool probe_webp(const struct job *job)
{
	struct slice s = job->in;

	return slice_starts(s, S("RIFF")) && s.n >= 12 && memcmp(s.p + 8, "WEBP", 4) == 0;
}

static enum err rebuild_webp(struct job *job)
{
	WebPBitstreamFeatures f;
	size_t end = 0;

	TRY(walk(job, &end));
	if (WebPGetFeatures(job->in.p, end, &f) != VP8_STATUS_OK)
		return malformed(job, 12, "its head");
	if (f.has_animation)
		return format_hold(job, ERR_UNSUPPORTED, "picture-unsupported", S(""), 12,
				   "an animated WebP");
	TRY(picture_fits(job, (uint32_t)f.width, (uint32_t)f.height, 12));
	picture_trailing(job, end);
	return f.format == LOSSY && !f.has_alpha ? put_jpeg(job, &f) : put_png(job, &f);
}

const struct format format_webp = {
    .id = "webp",
    .ext = "png",
    .label_ja = "WebP画像",
    .label_en = "WebP picture",
    .picture = true,
    .probe = probe_webp,
    .rebuild = rebuild_webp,
    .hold = "picture-no-text",
};
