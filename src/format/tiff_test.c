/* TIFF in, made by the writer of libtiff: every packing against pixels that are known. */
#include "format/tiff.h"

#include <tiffio.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"

enum { WIDTH = 70, HEIGHT = 33, ROOM = 1 << 20 };

/* --- a file in memory ------------------------------------------------------------------------- */

struct file {
	uint8_t bytes[ROOM];
	uint64_t at, n;
};

static tmsize_t file_read(thandle_t h, void *to, tmsize_t n)
{
	struct file *f = h;

	n = f->at + (uint64_t)n > f->n ? (tmsize_t)(f->n - f->at) : n;
	memcpy(to, f->bytes + f->at, (size_t)n);
	f->at += (uint64_t)n;
	return n;
}

static tmsize_t file_write(thandle_t h, void *from, tmsize_t n)
{
	struct file *f = h;

	REQUIRE(f->at + (uint64_t)n <= ROOM);
	memcpy(f->bytes + f->at, from, (size_t)n);
	f->at += (uint64_t)n;
	f->n = f->at > f->n ? f->at : f->n;
	return n;
}

static toff_t file_seek(thandle_t h, toff_t to, int whence)
{
	struct file *f = h;

	f->at = whence == SEEK_SET ? to : whence == SEEK_CUR ? f->at + to : f->n + to;
	return f->at;
}

static int file_close(thandle_t h)
{
	(void)h;
	return 0;
}

static toff_t file_size(thandle_t h)
{
	return ((struct file *)h)->n;
}

/* --- pages ------------------------------------------------------------------------------------ */

struct form {
	uint16_t packing, bits, samples, photometric;
	bool secret, thumbnail;
};

static uint8_t pixel(const struct form *f, size_t row, size_t i)
{
	return f->bits == 1 ? (uint8_t)(row * 7 ^ i * 29) : (uint8_t)(row * 3 + i);
}

static void add_page(TIFF *t, const struct form *f, bool last)
{
	size_t n = f->bits == 1 ? (WIDTH + 7) / 8 : (size_t)WIDTH * f->samples;
	uint8_t row[WIDTH * 4];

	TIFFSetField(t, TIFFTAG_IMAGEWIDTH, WIDTH);
	TIFFSetField(t, TIFFTAG_IMAGELENGTH, HEIGHT);
	TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, f->bits);
	TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, f->samples);
	TIFFSetField(t, TIFFTAG_PHOTOMETRIC, f->photometric);
	TIFFSetField(t, TIFFTAG_COMPRESSION, f->packing);
	TIFFSetField(t, TIFFTAG_PLANARCONFIG, 1);
	TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 16);
	TIFFSetField(t, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(t, TIFFTAG_YRESOLUTION, 98.0);
	if (f->packing == COMPRESSION_JPEG)
		TIFFSetField(t, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
	if (f->secret)
		TIFFSetField(t, TIFFTAG_ARTIST, "Secret-Writer");
	if (f->thumbnail)
		TIFFSetField(t, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (size_t i = 0; i < n; i++)
			row[i] = pixel(f, y, i);
		REQUIRE(TIFFWriteScanline(t, row, y, 0) == 1);
	}
	if (!last)
		REQUIRE(TIFFWriteDirectory(t) == 1);
}

static struct slice tiff_of(struct arena *a, const char *mode, const struct form *forms, size_t n)
{
	struct file *f = arena_alloc(a, sizeof *f);
	TIFF *t;

	REQUIRE(f);
	t = TIFFClientOpen("made", mode, f, file_read, file_write, file_seek, file_close, file_size,
			   NULL, NULL);
	REQUIRE(t);
	for (size_t i = 0; i < n; i++)
		add_page(t, &forms[i], i + 1 == n);
	TIFFClose(t);
	return slice_of(f->bytes, (size_t)f->n);
}

/* The pages as they have to come out; NULL pixels where there was loss. */
static void expect(struct arena *a, struct buf *want, const struct form *forms, size_t n)
{
	struct tiff_page *pages = arena_array(a, n, sizeof *pages);

	REQUIRE(pages);
	for (size_t i = 0; i < n; i++) {
		const struct form *f = &forms[i];
		size_t row = f->bits == 1 ? (WIDTH + 7) / 8 : (size_t)WIDTH * f->samples;
		uint8_t *p = arena_array(a, HEIGHT, row);

		for (size_t y = 0; y < HEIGHT; y++) {
			for (size_t k = 0; k < row; k++)
				p[y * row + k] = f->photometric == PHOTOMETRIC_MINISWHITE
						     ? (uint8_t)~pixel(f, y, k)
						     : pixel(f, y, k);
			if (f->bits == 1)
				p[y * row + row - 1] &= (uint8_t)(0xFF << (row * 8 - WIDTH));
		}
		pages[i] = (struct tiff_page){
		    .next = i + 1 < n ? &pages[i + 1] : NULL,
		    .kind = f->bits == 1      ? TIFF_BILEVEL
			    : f->samples == 1 ? TIFF_GREY
					      : TIFF_RGB,
		    .width = WIDTH,
		    .height = HEIGHT,
		    .dpi = {20400, 9800},
		    .pixels = slice_of(p, row * HEIGHT),
		};
	}
	REQUIRE(tiff_write(want, pages) == OK);
}

static const struct form forms[] = {
    {COMPRESSION_CCITTFAX4, 1, 1, PHOTOMETRIC_MINISWHITE, false, false},
    {COMPRESSION_CCITTFAX3, 1, 1, PHOTOMETRIC_MINISWHITE, false, false},
    {COMPRESSION_CCITTRLE, 1, 1, PHOTOMETRIC_MINISBLACK, false, false},
    {COMPRESSION_NONE, 1, 1, PHOTOMETRIC_MINISBLACK, false, false},
    {COMPRESSION_LZW, 8, 3, PHOTOMETRIC_RGB, false, false},
    {COMPRESSION_PACKBITS, 8, 1, PHOTOMETRIC_MINISBLACK, false, false},
    {COMPRESSION_ADOBE_DEFLATE, 8, 3, PHOTOMETRIC_RGB, false, false},
    {COMPRESSION_NONE, 8, 1, PHOTOMETRIC_MINISWHITE, false, false},
};

static void every_packing_keeps_its_pixels(void)
{
	/* Both orders of bytes, and the form for large files. */
	static const char *const modes[] = {"wl", "wb", "w8"};

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		AUTO_ARENA a = arena_new(1 << 23);
		AUTO_BUF want;
		AUTO_JOB b;
		AUTO_JOB twice;

		buf_init(&want, 1 << 20);
		expect(a, &want, forms, ARRAY_LEN(forms));
		job_box_init(&b, tiff_of(a, modes[i], forms, ARRAY_LEN(forms)), "a.tif");
		job_box_init(&twice, buf_view(&b.out), "a.tif");
		REQUIRE(format_sanitize(&b.job) == OK);
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want)));
		CHECK(b.report.n == 0);
		twice.job.in = buf_view(&b.out);
		REQUIRE(format_sanitize(&twice.job) == OK);
		CHECK(slice_eq(buf_view(&twice.out), buf_view(&b.out)));
	}
}

static void photographs_stay_packed_with_loss(void)
{
	static const struct form photo_form = {COMPRESSION_JPEG,  8,     3,
					       PHOTOMETRIC_YCBCR, false, false};
	AUTO_ARENA a = arena_new(1 << 23);
	AUTO_JOB b;
	size_t at;

	job_box_init(&b, tiff_of(a, "wl", &photo_form, 1), "a.tif");
	REQUIRE(format_sanitize(&b.job) == OK);
	at = slice_find(buf_view(&b.out), S("\xFF\xD8\xFF"));
	REQUIRE(at != SIZE_MAX);
	CHECK(b.out.n < WIDTH * HEIGHT * 3 / 2);
}

static void words_and_thumbnails_stay_behind(void)
{
	static const struct form two[] = {
	    {COMPRESSION_NONE, 8, 1, PHOTOMETRIC_MINISBLACK, true, false},
	    {COMPRESSION_NONE, 8, 1, PHOTOMETRIC_MINISBLACK, false, true}};
	AUTO_ARENA a = arena_new(1 << 23);
	AUTO_BUF want;
	AUTO_JOB b;

	buf_init(&want, 1 << 20);
	expect(a, &want, two, 1);
	job_box_init(&b, tiff_of(a, "wl", two, 2), "a.tif");
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK(slice_eq(buf_view(&b.out), buf_view(&want)));
	CHECK(report_has(&b.report, "picture-metadata") && report_has(&b.report, "thumbnail"));
}

static void documents_get_the_first_page(void)
{
	AUTO_ARENA a = arena_new(1 << 23);
	AUTO_JOB b;

	job_box_init(&b, tiff_of(a, "wl", forms, 3), "a.tif");
	b.job.still = true;
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK_STR(slice_str(b.job.wrote), "png");
	CHECK(report_has(&b.report, "picture-frames"));
}

static void other_packings_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 23);
	struct slice in = tiff_of(a, "wl", &forms[3], 1);
	uint8_t *p = (uint8_t *)(uintptr_t)in.p;
	uint32_t first = (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16;
	AUTO_JOB b;

	/* The entry of tag 259: the method becomes JBIG. */
	for (size_t at = first + 2; at + 12 <= in.n; at += 12)
		if (p[at] == 3 && p[at + 1] == 1)
			memcpy(p + at + 8, "\x65\x87", 2);
	job_box_init(&b, in, "a.tif");
	CHECK(format_sanitize(&b.job) == ERR_UNSUPPORTED);
	CHECK(report_has(&b.report, "picture-unsupported"));
}

static void lies_and_loops_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 23);
	struct slice in = tiff_of(a, "wl", forms, 2);
	struct slice one = tiff_of(a, "wl", &forms[4], 1);
	uint8_t *p = (uint8_t *)(uintptr_t)one.p;
	uint32_t first = (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16;
	unsigned n = p[first];
	AUTO_JOB loop;
	AUTO_JOB flood;

	for (size_t k = 4; k < in.n; k += k < 40 ? 1 : 13) {
		AUTO_JOB b;

		job_box_init(&b, slice_head(in, k), "a.tif");
		CHECK(format_sanitize(&b.job) != OK);
	}
	/* The directory behind the first is the first. */
	memcpy(p + first + 2 + (size_t)n * 12, p + 4, 4);
	job_box_init(&loop, one, "a.tif");
	CHECK(format_sanitize(&loop.job) == ERR_SYNTAX);
	job_box_init(&flood, in, "a.tif");
	flood.limits.pixels = WIDTH * HEIGHT - 1;
	CHECK(format_sanitize(&flood.job) == ERR_LIMIT);
}

TESTS(CASE(every_packing_keeps_its_pixels), CASE(photographs_stay_packed_with_loss),
      CASE(words_and_thumbnails_stay_behind), CASE(documents_get_the_first_page),
      CASE(other_packings_are_held), CASE(lies_and_loops_are_held))
