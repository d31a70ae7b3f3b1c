/*
 * JPEG in, JPEG out: libjpeg-turbo decodes to YCbCr planes at the sampling they have, the planes
 * are turned as EXIF says and encoded anew as baseline with the standard tables. Where planes will
 * not do (RGB, CMYK, odd samplings, turned pictures with half chroma samples) the way is over RGB.
 */
#include "format/picture.h"

#include <stdlib.h>
#include <turbojpeg.h>
#include "format/jpeg_walk.h"

/* The grammar `jpeg` knows the standard tables at these qualities only. */
#define QUALITY_MIN 50
#define QUALITY_MAX 90

struct jpeg {
	struct job *job;
	struct jpeg_info info;
	struct slice in;
	tjhandle handle;
	int w, h; /* of the pixels as they now lie */
	int sampling;
	int quality;
	uint8_t *planes[3];
	uint8_t *rgb; /* instead of planes */
};

static void handle_free(tjhandle *h)
{
	if (*h)
		tjDestroy(*h);
}
#define AUTO_HANDLE __attribute__((cleanup(handle_free))) tjhandle

static void encoded_free(unsigned char **p)
{
	tjFree(*p);
}

/* The sum of a standard table (T.81 annex K.1, K.2 sums) at a quality, as libjpeg scales it. */
static uint32_t standard_sum(const uint8_t base[64], int quality)
{
	int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
	uint32_t sum = 0;

	for (int i = 0; i < 64; i++) {
		int v = (base[i] * scale + 50) / 100;

		sum += (uint32_t)(v < 1 ? 1 : v > 255 ? 255 : v);
	}
	return sum;
}

/* The lowest quality whose steps are, in sum, no coarser than the source's. */
static int quality_of(const struct jpeg_info *info)
{
	static const uint8_t luma[64] = {
	    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
	    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
	    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
	    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
	static const uint8_t chroma[64] = {
	    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
	    99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};
	int ret = QUALITY_MIN;

	for (unsigned c = 0; c < info->components && c < 2; c++) {
		uint32_t sum = info->quant_sum[info->table[c]];

		while (ret < QUALITY_MAX && standard_sum(c ? chroma : luma, ret) > sum)
			ret++;
	}
	return ret;
}

/*
 * Turns a decoder's failure into a hold. Some encoders pad behind the last block; the decoder tells
 * of its first trouble only, so that behind padding there may be more, and it is said. Data that
 * end early give the picture that every viewer shows: grey from there on, and it is said.
 */
static enum err judge(struct jpeg *j, int e)
{
	const char *why = tjGetErrorStr2(j->handle);

	if (e == 0)
		return OK;
	if (tjGetErrorCode(j->handle) == TJERR_WARNING && strstr(why, "extraneous bytes")) {
		report_add(j->job->report, ACT_NOTE, "picture-padding", S(""), S(""), S(""));
		return OK;
	}
	if (tjGetErrorCode(j->handle) == TJERR_WARNING && strstr(why, "premature end of data")) {
		report_add(j->job->report, ACT_NOTE, "picture-damaged", S(""), S(""), S(""));
		return OK;
	}
	if (strstr(why, "emory"))
		return ERR_MEMORY;
	return format_hold(j->job, ERR_SYNTAX, "malformed", S(""), 0, "the JPEG is broken: %s",
			   why);
}

static enum err decode_planes(struct jpeg *j)
{
	for (int c = 0; c < (j->sampling == TJSAMP_GRAY ? 1 : 3); c++) {
		unsigned long n = tjPlaneSizeYUV(c, j->w, 0, j->h, j->sampling);

		TRY(picture_budget(j->job, n, 0));
		j->planes[c] = arena_alloc(j->job->arena, n);
		if (!j->planes[c])
			return ERR_MEMORY;
	}
	return judge(j, tjDecompressToYUVPlanes(j->handle, j->in.p, j->in.n, j->planes, j->w, NULL,
						j->h, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS));
}

/* CMYK without a profile, as viewers show it; Adobe writes its values inverted. */
static void cmyk_to_rgb(struct jpeg *j, const uint8_t *cmyk)
{
	size_t n = (size_t)j->w * (size_t)j->h;
	uint8_t flip = j->info.adobe ? 0 : 0xFF;

	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			j->rgb[i * 3 + c] =
			    (uint8_t)((cmyk[i * 4 + c] ^ flip) * (cmyk[i * 4 + 3] ^ flip) / 255);
}

static enum err decode_rgb(struct jpeg *j)
{
	bool cmyk = j->info.components == 4;
	size_t n = (size_t)j->w * (size_t)j->h;
	uint8_t *to;

	TRY(picture_budget(j->job, n * (cmyk ? 7 : 3), 0));
	j->rgb = arena_array(j->job->arena, n, 3);
	to = cmyk ? arena_array(j->job->arena, n, 4) : j->rgb;
	if (!j->rgb || !to)
		return ERR_MEMORY;
	TRY(judge(j, tjDecompress2(j->handle, j->in.p, j->in.n, to, j->w, 0, j->h,
				   cmyk ? TJPF_CMYK : TJPF_RGB,
				   TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)));
	if (cmyk)
		cmyk_to_rgb(j, to);
	return OK;
}

/*
 * Turns a plane of w * h pixels of `size` bytes by an EXIF orientation into a new one. In tiles,
 * because a transposition that walks down whole columns misses the cache at each pixel.
 */
static uint8_t *turn(struct arena *arena, const uint8_t *from, size_t w, size_t h, size_t size,
		     unsigned orientation)
{
	bool swap = orientation >= 5;
	bool mirror_x =
	    orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
	bool mirror_y =
	    orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
	size_t tw = swap ? h : w, th = swap ? w : h;
	uint8_t *ret = arena_array(arena, w * h, size);

	for (size_t by = 0; ret && by < th; by += 32)
		for (size_t bx = 0; bx < tw; bx += 32)
			for (size_t y = by; y < by + 32 && y < th; y++)
				for (size_t x = bx; x < bx + 32 && x < tw; x++) {
					size_t sx = swap ? y : x, sy = swap ? x : y;

					sx = mirror_x ? w - 1 - sx : sx;
					sy = mirror_y ? h - 1 - sy : sy;
					for (size_t b = 0; b < size; b++)
						ret[(y * tw + x) * size + b] =
						    from[(sy * w + sx) * size + b];
				}
	return ret;
}

static enum err orient(struct jpeg *j)
{
	unsigned o = j->info.orientation;

	if (o == 1)
		return OK;
	report_add(j->job->report, ACT_CHANGED, "picture-rotated", S(""), S(""), S(""));
	if (j->rgb) {
		j->rgb = turn(j->job->arena, j->rgb, (size_t)j->w, (size_t)j->h, 3, o);
		if (!j->rgb)
			return ERR_MEMORY;
	}
	for (int c = 0; c < 3 && j->planes[c]; c++) {
		int w = tjPlaneWidth(c, j->w, j->sampling), h = tjPlaneHeight(c, j->h, j->sampling);

		j->planes[c] = turn(j->job->arena, j->planes[c], (size_t)w, (size_t)h, 1, o);
		if (!j->planes[c])
			return ERR_MEMORY;
	}
	if (o >= 5) {
		int t = j->w;

		j->w = j->h;
		j->h = t;
		if (j->sampling == TJSAMP_422 || j->sampling == TJSAMP_440)
			j->sampling = j->sampling == TJSAMP_422 ? TJSAMP_440 : TJSAMP_422;
	}
	return OK;
}

static enum err encode_planes(struct jpeg *j)
{
	AUTO_HANDLE handle = tjInitCompress();
	__attribute__((cleanup(encoded_free))) unsigned char *out = NULL;
	unsigned long n = 0;

	if (!handle)
		return ERR_MEMORY;
	if (tjCompressFromYUVPlanes(handle, (const unsigned char **)(uintptr_t)j->planes, j->w,
				    NULL, j->h, j->sampling, &out, &n, j->quality,
				    TJFLAG_ACCURATEDCT) != 0)
		return ERR_MEMORY;
	buf_put(j->job->out, out, n);
	return buf_err(j->job->out);
}

/* True where the planes can go from decoder to encoder as they are. */
static bool planes_will_do(const struct jpeg *j, int sampling, int colours)
{
	bool odd = (sampling == TJSAMP_420 || sampling == TJSAMP_422) && j->w % 2;

	odd |= (sampling == TJSAMP_420 || sampling == TJSAMP_440) && j->h % 2;
	if (odd && j->info.orientation != 1)
		return false;
	if (sampling == TJSAMP_GRAY)
		return colours == TJCS_GRAY;
	return colours == TJCS_YCbCr && (sampling == TJSAMP_444 || sampling == TJSAMP_422 ||
					 sampling == TJSAMP_420 || sampling == TJSAMP_440);
}

static enum err rebuild_jpeg(struct job *job)
{
	struct jpeg j = {.job = job};
	AUTO_HANDLE handle = NULL;
	int w, h, sampling = -1, colours = -1, e;

	TRY(jpeg_walk(job, &j.info));
	j.in = slice_head(job->in, j.info.end);
	handle = j.handle = tjInitDecompress();
	if (!handle)
		return ERR_MEMORY;
	j.w = (int)j.info.width;
	j.h = (int)j.info.height;
	j.quality = quality_of(&j.info);
	/* A sampling that TurboJPEG has no name for is an error here, but decodes to RGB. */
	e = tjDecompressHeader3(handle, j.in.p, j.in.n, &w, &h, &sampling, &colours);
	if (e == 0 && (w != j.w || h != j.h))
		return format_hold(job, ERR_SYNTAX, "malformed", S(""), 0,
				   "the JPEG is broken: its size is told in two ways");
	if (e == 0 && planes_will_do(&j, sampling, colours)) {
		j.sampling = sampling;
		TRY(decode_planes(&j));
	} else {
		j.sampling =
		    sampling == TJSAMP_411 || sampling == TJSAMP_420 ? TJSAMP_420 : TJSAMP_444;
		TRY(decode_rgb(&j));
	}
	TRY(orient(&j));
	TRY(j.rgb ? picture_pack_jpeg(job->out, j.rgb, (uint32_t)j.w, (uint32_t)j.h, j.sampling,
				      j.quality)
		  : encode_planes(&j));
	return picture_done(job, "jpg", "jpeg");
}

static bool probe_jpeg(const struct job *job)
{
	return slice_starts(job->in, S("\xFF\xD8\xFF"));
}

const struct format format_jpeg = {
    .id = "jpeg",
    .ext = "jpg",
    .label_ja = "JPEG画像",
    .label_en = "JPEG picture",
    .picture = true,
    .probe = probe_jpeg,
    .rebuild = rebuild_jpeg,
    .hold = "picture-no-text",
};
