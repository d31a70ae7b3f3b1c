/* What the formats of pictures share: limits, rows, and the two forms in which pictures come out.
 */
#include "format/picture.h"

#include <stdio.h>
#include <turbojpeg.h>

enum err picture_fits(struct job *job, uint32_t width, uint32_t height, size_t at)
{
	const struct limits *l = job->limits;

	if (!width || !height)
		return format_hold(job, ERR_SYNTAX, "malformed", S(""), at,
				   "the picture has no pixels");
	if (width > l->side || height > l->side || (uint64_t)width * height > l->pixels)
		return format_hold(job, ERR_LIMIT, "limit", S(""), at,
				   "the picture has %u x %u pixels; the limit is %u a side and "
				   "%llu in all",
				   width, height, l->side, (unsigned long long)l->pixels);
	return OK;
}

enum err picture_budget(struct job *job, uint64_t n, size_t at)
{
	if (job->budget && n > job->budget->inflated_left)
		return format_hold(job, ERR_LIMIT, "limit", S(""), at,
				   "the picture is larger than what may be unpacked");
	if (job->budget)
		job->budget->inflated_left -= n;
	return OK;
}

enum err picture_rows(struct job *job, struct png_image *im, size_t at)
{
	size_t n = png_row_bytes(im) + 1;

	TRY(picture_budget(job, (uint64_t)n * im->height, at));
	im->rows = arena_array(job->arena, im->height, n);
	return im->rows ? OK : ERR_MEMORY;
}

void picture_trailing(struct job *job, size_t end)
{
	char place[32];

	if (end >= job->in.n)
		return;
	snprintf(place, sizeof place, "@%zu", end);
	report_add(job->report, ACT_REMOVED, "trailing-data", S(""), slice_str(place), S(""));
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

enum err picture_done(struct job *job, const char *ext, const char *wrote)
{
	job->report->pictures++;
	job->ext = ext;
	job->wrote = wrote;
	return buf_err(job->out);
}

enum err picture_png(struct job *job, struct png_image *im)
{
	settle_bits(im);
	TRY(png_write(job->out, im, job->arena));
	return picture_done(job, "png", "png");
}

enum err picture_pack_jpeg(struct buf *out, const uint8_t *rgb, uint32_t width, uint32_t height,
			   int sampling, int quality)
{
	tjhandle handle = tjInitCompress();
	unsigned char *packed = NULL;
	unsigned long n = 0;
	int e;

	if (!handle)
		return ERR_MEMORY;
	e = tjCompress2(handle, rgb, (int)width, 0, (int)height, TJPF_RGB, &packed, &n, sampling,
			quality, TJFLAG_ACCURATEDCT);
	if (e == 0)
		buf_put(out, packed, n);
	tjFree(packed);
	tjDestroy(handle);
	return e == 0 ? buf_err(out) : ERR_MEMORY;
}
