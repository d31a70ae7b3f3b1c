/*
 * image_bench: our PNG and JPEG, decode and encode as the sanitiser does it, against what the
 * libraries do by default: libjpeg-turbo decoding to RGB and encoding at the same quality, libpng
 * decoding and encoding with its own choices. Pictures are generated. User and system CPU of this
 * process; the least of some rounds; one JSON line a picture, and the ratio of the sums at the end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h> /* needs stdio.h before it */
#include <png.h>
#include <sys/resource.h>
#include "format/job_test.h"
#include "format/picture.h"

#define ROUNDS 3
#define WIDTH 2000
#define HEIGHT 1500

struct result {
	double seconds;
	size_t bytes;
};

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static uint32_t rng_state = 1;
static uint32_t rng(void)
{
	rng_state = rng_state * 1664525u + 1013904223u;
	return rng_state >> 8;
}

/* Waves of several lengths and a little grain. */
static void photo(uint8_t *rgb)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			for (int c = 0; c < 3; c++) {
				double v = 128 + 50 * sin(x / 170.0 + c) + 40 * cos(y / 93.0 - c) +
					   15 * sin((x + 2 * y) / 13.0);

				*rgb++ = (uint8_t)(v + rng() % 9);
			}
}

static void noise(uint8_t *rgb)
{
	for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 3; i++)
		rgb[i] = (uint8_t)rng();
}

/* Windows, lines of "text", a gradient bar: flat colours and sharp edges. */
static void screenshot(uint8_t *rgb)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			uint32_t h = (uint32_t)(x / 2 * 7919 + y / 2 * 104729);
			bool ink = y % 24 < 14 && x % 900 > 40 && (h ^ h >> 7) % 5 == 0;
			uint8_t v = y < 40 ? (uint8_t)(60 + x / 16) : ink ? 30 : 250;

			*rgb++ = v;
			*rgb++ = ink ? 40 : v;
			*rgb++ = x % 900 < 36 ? 200 : v;
		}
}

static size_t encode_jpeg(const uint8_t *rgb, int w, int h, int quality, uint8_t **ret)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr e;
	unsigned long n = 0;
	unsigned char *out = NULL;

	c.err = jpeg_std_error(&e);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, &n);
	c.image_width = (JDIMENSION)w;
	c.image_height = (JDIMENSION)h;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, quality, true);
	jpeg_start_compress(&c, true);
	while (c.next_scanline < c.image_height) {
		JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + (size_t)c.next_scanline * (size_t)w * 3);

		jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	*ret = out;
	return n;
}

static size_t jpeg_floor(struct slice in)
{
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr e;
	uint8_t *rgb, *out;
	size_t n, row;

	d.err = jpeg_std_error(&e);
	jpeg_create_decompress(&d);
	jpeg_mem_src(&d, in.p, in.n);
	jpeg_read_header(&d, true);
	jpeg_start_decompress(&d);
	row = (size_t)d.output_width * 3;
	rgb = malloc(row * d.output_height);
	if (!rgb)
		abort();
	while (d.output_scanline < d.output_height) {
		JSAMPROW to = rgb + row * d.output_scanline;

		jpeg_read_scanlines(&d, &to, 1);
	}
	n = encode_jpeg(rgb, (int)d.output_width, (int)d.output_height, 85, &out);
	jpeg_finish_decompress(&d);
	jpeg_destroy_decompress(&d);
	free(rgb);
	free(out);
	return n;
}

struct memory {
	const uint8_t *from;
	uint8_t *to;
	size_t at, cap;
};

static void take(png_structp png, png_bytep to, size_t n)
{
	struct memory *m = png_get_io_ptr(png);

	memcpy(to, m->from + m->at, n);
	m->at += n;
}

static void put(png_structp png, png_bytep from, size_t n)
{
	struct memory *m = png_get_io_ptr(png);

	if (m->cap - m->at < n)
		abort();
	memcpy(m->to + m->at, from, n);
	m->at += n;
}

static void flush(png_structp png)
{
	(void)png;
}

static size_t encode_png(uint8_t **rows, uint32_t w, uint32_t h, struct memory *m)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);

	m->at = 0;
	png_set_write_fn(png, m, put, flush);
	png_set_IHDR(png, info, w, h, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	png_write_image(png, rows);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return m->at;
}

static size_t png_floor(struct slice in)
{
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	struct memory m = {.from = in.p, .cap = (size_t)WIDTH * HEIGHT * 4};
	uint32_t h;
	size_t n;

	m.to = malloc(m.cap);
	png_set_read_fn(png, &m, take);
	png_read_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
	h = png_get_image_height(png, info);
	n = encode_png(png_get_rows(png, info), png_get_image_width(png, info), h, &m);
	png_destroy_read_struct(&png, &info, NULL);
	free(m.to);
	return n;
}

static size_t ours(struct slice in)
{
	AUTO_JOB b;

	job_box_init(&b, in, "");
	if (format_sanitize(&b.job) != OK) {
		fprintf(stderr, "a generated picture was held: %s\n", b.diag.text);
		exit(1);
	}
	return b.out.n;
}

static struct result measure(size_t (*run)(struct slice), struct slice in)
{
	struct result r = {.seconds = 1e9};

	for (int i = 0; i < ROUNDS; i++) {
		double t = cpu();

		r.bytes = run(in);
		t = cpu() - t;
		r.seconds = t < r.seconds ? t : r.seconds;
	}
	return r;
}

static void line(const char *kind, const char *picture, struct result a, struct result b)
{
	printf("{\"bench\":\"%s\",\"picture\":\"%s\",\"ours_cpu_s\":%.4f,\"floor_cpu_s\":%.4f,"
	       "\"ours_bytes\":%zu,\"floor_bytes\":%zu,\"time_ratio\":%.3f,\"size_ratio\":%.3f}\n",
	       kind, picture, a.seconds, b.seconds, a.bytes, b.bytes, a.seconds / b.seconds,
	       (double)a.bytes / (double)b.bytes);
}

static void add(struct result *sum, struct result r)
{
	sum->seconds += r.seconds;
	sum->bytes += r.bytes;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*make)(uint8_t *rgb);
	} pictures[] = {{"photo", photo}, {"screenshot", screenshot}, {"noise", noise}};
	uint8_t *rgb = malloc((size_t)WIDTH * HEIGHT * 3), *jpeg;
	uint8_t **rows = calloc(HEIGHT, sizeof *rows);
	struct memory m = {.cap = (size_t)WIDTH * HEIGHT * 4};
	struct result jpeg_sum[2] = {0}, png_sum[2] = {0}, a, b;

	m.to = malloc(m.cap);
	if (!rgb || !rows || !m.to)
		return 1;
	for (size_t y = 0; y < HEIGHT; y++)
		rows[y] = rgb + y * WIDTH * 3;
	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		size_t n;

		pictures[i].make(rgb);
		n = encode_jpeg(rgb, WIDTH, HEIGHT, 85, &jpeg);
		a = measure(ours, slice_of(jpeg, n));
		b = measure(jpeg_floor, slice_of(jpeg, n));
		line("jpeg", pictures[i].name, a, b);
		add(&jpeg_sum[0], a);
		add(&jpeg_sum[1], b);
		free(jpeg);
		n = encode_png(rows, WIDTH, HEIGHT, &m);
		a = measure(ours, slice_of(m.to, n));
		b = measure(png_floor, slice_of(m.to, n));
		line("png", pictures[i].name, a, b);
		add(&png_sum[0], a);
		add(&png_sum[1], b);
		fflush(stdout);
	}
	line("jpeg", "all (goal: time <= 1.2)", jpeg_sum[0], jpeg_sum[1]);
	line("png", "all (goal: time <= 0.333, size <= 1.15)", png_sum[0], png_sum[1]);
	free(m.to);
	free(rows);
	free(rgb);
	return 0;
}
