/*
 * Any bytes as a PNG: what comes out goes through again unchanged. Inputs of odd length get the
 * right checksums first, because nothing behind a wrong one is ever looked at.
 */
#include <libdeflate.h>
#include <stdlib.h>
#include "base/fuzz.h"
#include "base/reader.h"
#include "format/job_test.h"
#include "format/picture.h"

#define UNFOLDED_MAX (1u << 22)

static void put_u32be(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

struct chunk {
	uint8_t *type; /* in the file; data behind it */
	uint32_t n;
};

static bool next_chunk(struct slice file, struct reader *r, struct chunk *ret)
{
	ret->n = reader_u32be(r);
	ret->type = (uint8_t *)(uintptr_t)(file.p + r->at);
	reader_take(r, (size_t)ret->n + 8);
	return reader_ok(r);
}

/* The last four bytes of the IDAT data become the Adler-32 of what the others unfold to. */
static void mend_adler(struct slice file, struct slice packed)
{
	struct libdeflate_decompressor *z = libdeflate_alloc_decompressor();
	uint8_t *raw = malloc(UNFOLDED_MAX), adler[4];
	struct reader r = reader_of(file);
	struct chunk c;
	size_t used, got = 0, at = 0;

	if (z && raw && packed.n > 6 &&
	    libdeflate_deflate_decompress_ex(z, packed.p + 2, packed.n - 6, raw, UNFOLDED_MAX,
					     &used, &got) == LIBDEFLATE_SUCCESS) {
		put_u32be(adler, libdeflate_adler32(1, raw, got));
		reader_take(&r, 8);
		while (next_chunk(file, &r, &c))
			for (uint32_t i = 0; memcmp(c.type, "IDAT", 4) == 0 && i < c.n; i++, at++)
				if (at + 4 >= packed.n)
					c.type[4 + i] = adler[at + 4 - packed.n];
	}
	libdeflate_free_decompressor(z);
	free(raw);
}

static void mend(struct slice file)
{
	struct buf packed;
	struct reader r = reader_of(file);
	struct chunk c;

	buf_init(&packed, file.n);
	reader_take(&r, 8);
	while (next_chunk(file, &r, &c))
		if (memcmp(c.type, "IDAT", 4) == 0)
			buf_put(&packed, c.type + 4, c.n);
	mend_adler(file, buf_view(&packed));
	buf_free(&packed);
	r = reader_of(file);
	reader_take(&r, 8);
	while (next_chunk(file, &r, &c))
		put_u32be(c.type + 4 + c.n, libdeflate_crc32(0, c.type, (size_t)c.n + 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct job_box b, twice;

	job_box_init(&b, slice_of(p, n), "");
	b.limits.pixels = 1 << 20;
	b.limits.memory_bytes = (size_t)256 << 20;
	if (n % 2) {
		b.job.in = arena_copy(b.job.arena, b.job.in);
		mend(b.job.in);
	}
	if (format_png.probe(&b.job) && format_png.rebuild(&b.job) == OK) {
		/* What was written is read again, and gives the same type. */
		job_box_init(&twice, buf_view(&b.out), "");
		BUG_IF(!format_png.probe(&twice.job) || format_png.rebuild(&twice.job) != OK);
		BUG_IF(!slice_eq(buf_view(&twice.out), buf_view(&b.out)));
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}
