/*
 * The lies of pictures, one test each: held with place and reason, or passed without what lied.
 */
#include <libdeflate.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/picture_test.h"

/* Sanitises; checks the error and, where given, the finding. */
static void expect(const char *what, struct slice in, enum err want, const char *finding)
{
	AUTO_JOB b;
	enum err e;

	job_box_init(&b, in, "");
	e = format_sanitize(&b.job);
	CHECK(e == want);
	CHECK(!finding || report_has(&b.report, finding));
	if (e != want || (finding && !report_has(&b.report, finding)))
		printf("# %s: %s (%s)\n", what, err_str(e), b.diag.text);
	/* What is held says why; all but a missing picture have a place. */
	CHECK(want == OK || b.diag.text[0]);
}

/* ---- PNG ---- */

static void chunk(struct buf *out, const char *type, struct slice data)
{
	size_t at = out->n + 4;

	buf_u32be(out, (uint32_t)data.n);
	buf_put(out, type, 4);
	buf_slice(out, data);
	buf_u32be(out, libdeflate_crc32(0, out->p + at, out->n - at));
}

static void signature(struct buf *out)
{
	buf_put(out, "\x89PNG\r\n\x1a\n", 8);
}

static void ihdr(struct buf *out, uint32_t w, uint32_t h, uint8_t depth, uint8_t colour,
		 uint8_t interlace)
{
	uint8_t d[13] = {(uint8_t)(w >> 24),
			 (uint8_t)(w >> 16),
			 (uint8_t)(w >> 8),
			 (uint8_t)w,
			 (uint8_t)(h >> 24),
			 (uint8_t)(h >> 16),
			 (uint8_t)(h >> 8),
			 (uint8_t)h,
			 depth,
			 colour,
			 0,
			 0,
			 interlace};

	chunk(out, "IHDR", slice_of(d, sizeof d));
}

static struct slice packed(struct arena *a, struct slice raw)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	size_t max = libdeflate_zlib_compress_bound(c, raw.n);
	uint8_t *to = arena_alloc(a, max);
	size_t n;

	REQUIRE(c && to);
	n = libdeflate_zlib_compress(c, raw.p, raw.n, to, max);
	libdeflate_free_compressor(c);
	return slice_of(to, n);
}

/* A PNG of 4 x 2 pixels of one byte each with what is given between and in its chunks. */
struct simple {
	uint8_t colour, depth, interlace;
	struct slice before_idat[4]; /* type and data of chunks */
	struct slice idat, behind;
	size_t cut_idat; /* the data stand in two chunks, cut here, with `between` between them */
	struct slice between;
};

static const uint8_t four_by_two[] = {0, 1, 2, 3, 4, 0, 5, 6, 7, 8};

static struct slice simple_png(struct arena *a, struct simple s)
{
	struct buf out;
	struct slice ret,
	    idat = s.idat.p ? s.idat : packed(a, slice_of(four_by_two, sizeof four_by_two));

	buf_init(&out, 1 << 20);
	signature(&out);
	ihdr(&out, 4, 2, s.depth ? s.depth : 8, s.colour, s.interlace);
	for (size_t i = 0; i < ARRAY_LEN(s.before_idat) && s.before_idat[i].n; i++)
		chunk(&out, (const char *)s.before_idat[i].p, slice_from(s.before_idat[i], 4));
	if (s.cut_idat) {
		chunk(&out, "IDAT", slice_head(idat, s.cut_idat));
		idat = slice_from(idat, s.cut_idat);
		if (s.between.n)
			chunk(&out, (const char *)s.between.p, slice_from(s.between, 4));
	}
	chunk(&out, "IDAT", idat);
	if (s.behind.n)
		chunk(&out, (const char *)s.behind.p, slice_from(s.behind, 4));
	chunk(&out, "IEND", S(""));
	ret = arena_copy(a, buf_view(&out));
	buf_free(&out);
	return ret;
}

static void png_checksums_must_be_right(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice good = simple_png(a, (struct simple){.before_idat = {S("tEXtab\0c")}});
	struct slice idat = packed(a, slice_of(four_by_two, sizeof four_by_two));
	uint8_t *bad = (uint8_t *)(uintptr_t)arena_copy(a, idat).p;

	expect("good", good, OK, "picture-metadata");
	bad[idat.n - 1] ^= 1;
	expect("Adler", simple_png(a, (struct simple){.idat = {bad, idat.n}}), ERR_SYNTAX,
	       "malformed");
	/* each chunk's CRC: its last byte stands before the next length, or at the end */
	for (size_t at = 8; at < good.n;) {
		uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(a, good).p;
		size_t n = (size_t)(good.p[at + 2] << 8 | good.p[at + 3]);

		at += n + 12;
		copy[at - 1] ^= 1;
		expect("CRC", slice_of(copy, good.n), ERR_SYNTAX, "malformed");
	}
}

static void png_pixels_must_be_exactly_there(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	static const uint8_t more[] = {0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 0};
	static const uint8_t filter[] = {0, 1, 2, 3, 4, 5, 5, 6, 7, 8};
	AUTO_BUF b;

	buf_init(&b, 1 << 16);
	expect("one more", simple_png(a, (struct simple){.idat = packed(a, slice_of(more, 11))}),
	       ERR_SYNTAX, "malformed");
	expect("one less", simple_png(a, (struct simple){.idat = packed(a, slice_of(more, 9))}),
	       ERR_SYNTAX, "malformed");
	expect("filter 5", simple_png(a, (struct simple){.idat = packed(a, slice_of(filter, 10))}),
	       ERR_SYNTAX, "malformed");
	buf_slice(&b, packed(a, slice_of(four_by_two, 10)));
	buf_str(&b, "PK\3\4");
	expect("behind the stream", simple_png(a, (struct simple){.idat = buf_view(&b)}),
	       ERR_SYNTAX, "malformed");
	expect("nothing", simple_png(a, (struct simple){.idat = S("")}), ERR_SYNTAX, "malformed");
	expect("preset dictionary", simple_png(a, (struct simple){.idat = S("\x78\x20\0\0\0\1\1")}),
	       ERR_SYNTAX, "malformed");
	expect("two chunks", simple_png(a, (struct simple){.cut_idat = 3}), OK, NULL);
	expect("two chunks with another between",
	       simple_png(a, (struct simple){.cut_idat = 3, .between = S("tEXta\0b")}), ERR_SYNTAX,
	       "malformed");
}

static void png_chunks_that_lie_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	static const struct {
		const char *what;
		struct simple s;
	} bad[] = {
	    {"palette of grey", {.before_idat = {{(const uint8_t *)"PLTEabc", 7}}}},
	    {"no palette", {.colour = 3}},
	    {"palette of 4 bytes",
	     {.colour = 3, .before_idat = {{(const uint8_t *)"PLTEabcd", 8}}}},
	    {"two palettes",
	     {.colour = 3,
	      .before_idat = {{(const uint8_t *)"PLTEabc", 7}, {(const uint8_t *)"PLTEabc", 7}}}},
	    {"palette behind the pixels", {.colour = 3, .behind = {(const uint8_t *)"PLTEabc", 7}}},
	    {"transparency before the palette",
	     {.colour = 3,
	      .before_idat = {{(const uint8_t *)"tRNSa", 5}, {(const uint8_t *)"PLTEabc", 7}}}},
	    {"more transparency than palette",
	     {.colour = 3,
	      .before_idat = {{(const uint8_t *)"PLTEabc", 7}, {(const uint8_t *)"tRNSab", 6}}}},
	    {"transparency of one byte in grey", {.before_idat = {{(const uint8_t *)"tRNSa", 5}}}},
	    {"transparency of grey with alpha",
	     {.colour = 4, .before_idat = {{(const uint8_t *)"tRNS\0a", 6}}}},
	    {"transparency of two bytes in colour",
	     {.colour = 2, .before_idat = {{(const uint8_t *)"tRNS\0a", 6}}}},
	    {"two transparencies",
	     {.before_idat = {{(const uint8_t *)"tRNS\0a", 6}, {(const uint8_t *)"tRNS\0a", 6}}}},
	    {"transparency behind the pixels", {.behind = {(const uint8_t *)"tRNS\0a", 6}}},
	    {"a second head",
	     {.before_idat = {{(const uint8_t *)"IHDR\0\0\0\1\0\0\0\1\x8\0\0\0\0", 17}}}},
	    {"a critical chunk nobody knows", {.before_idat = {{(const uint8_t *)"ABCDa", 5}}}},
	    {"a chunk without a name", {.before_idat = {{(const uint8_t *)"a\0cda", 5}}}},
	    {"interlace 2", {.interlace = 2}},
	    {"depth 3", {.depth = 3}},
	    {"palette of 16 bits", {.colour = 3, .depth = 16}},
	    {"colour type 5", {.colour = 5}},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect(bad[i].what, simple_png(a, bad[i].s), ERR_SYNTAX, "malformed");
}

static void png_extras_stay_behind_unread(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	/* A profile that would unfold to a megabyte, and one that is no zlib stream at all. */
	struct slice zeros = {arena_alloc(a, 1 << 20), 1 << 20}, bomb = packed(a, zeros), out;
	static const char *const types[] = {"iCCP", "zTXt", "iTXt", "tEXt", "gAMA", "cHRM", "sRGB",
					    "sBIT", "bKGD", "hIST", "pHYs", "tIME", "eXIf", "acTL",
					    "fcTL", "fdAT", "oFFs", "vpAg", "caNv", "spAl"};
	struct slice plain = simple_png(a, (struct simple){0});
	AUTO_JOB want;

	job_box_init(&want, plain, "");
	REQUIRE(format_sanitize(&want.job) == OK);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		AUTO_JOB b;
		AUTO_BUF text;

		buf_init(&text, 1 << 21);
		buf_str(&text, types[i]);
		buf_put(&text, "name\0\0", 6);
		buf_slice(&text, i % 2 ? bomb : S("\xFF\xFE no stream"));
		out = simple_png(a, (struct simple){.before_idat = {buf_view(&text)},
						    .behind = buf_view(&text)});
		job_box_init(&b, out, "");
		CHECK(format_sanitize(&b.job) == OK);
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want.out)));
		CHECK(report_has(&b.report, "picture-metadata") ||
		      report_has(&b.report, "picture-frames"));
	}
}

static void png_chunk_flood_is_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_BUF out;
	struct slice end = simple_png(a, (struct simple){0});

	buf_init(&out, 4 << 20);
	buf_slice(&out, slice_head(end, 8 + 25));
	for (int i = 0; i < 70000; i++)
		chunk(&out, "abCd", S(""));
	buf_slice(&out, slice_from(end, 8 + 25));
	expect("flood", buf_view(&out), ERR_LIMIT, "limit");
}

static void png_floods_of_pixels_are_held(void)
{
	static const uint32_t sides[][2] = {
	    {65536, 65536}, {0x7FFFFFFF, 1}, {1, 0x7FFFFFFF}, {32000, 32000}, {0xFFFFFFFF, 2}};

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		AUTO_BUF out;

		buf_init(&out, 1 << 16);
		signature(&out);
		ihdr(&out, sides[i][0], sides[i][1], 16, 6, i % 2);
		chunk(&out, "IDAT", S("\x78\x9C\3\0\0\0\0\1"));
		chunk(&out, "IEND", S(""));
		expect("flood", buf_view(&out), ERR_LIMIT, "limit");
	}
	/* Inside the limits, but nothing behind it. */
	AUTO_BUF out;

	buf_init(&out, 1 << 16);
	signature(&out);
	ihdr(&out, 14000, 14000, 8, 2, 0);
	chunk(&out, "IDAT", S("\x78\x9C\3\0\0\0\0\1"));
	chunk(&out, "IEND", S(""));
	expect("empty", buf_view(&out), ERR_SYNTAX, "malformed");
}

static uint32_t sample(const uint8_t *row, uint32_t x, uint32_t bits)
{
	return row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1u << bits) - 1);
}

/* The picture that png_of makes, in seven passes (PNG 8.2), without filters. */
static struct slice interlaced(struct arena *a, struct slice plain, uint32_t w, uint32_t h,
			       uint32_t bits)
{
	static const uint8_t start[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
					    {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
	struct buf raw;
	struct slice ret;

	buf_init(&raw, 1 << 24);
	for (int k = 0; k < 7; k++)
		for (uint32_t y = start[k][1]; w > start[k][0] && y < h; y += start[k][3]) {
			const uint8_t *row = plain.p + y * ((w * bits + 7) / 8 + 1) + 1;
			uint32_t acc = 0, n = 0;

			buf_byte(&raw, 0);
			for (uint32_t x = start[k][0]; x < w; x += start[k][2]) {
				if (bits >= 8) {
					buf_put(&raw, row + x * (bits / 8), bits / 8);
					continue;
				}
				acc = acc << bits | sample(row, x, bits);
				n += bits;
				if (n == 8)
					buf_byte(&raw, (uint8_t)acc);
				n %= 8;
			}
			if (n)
				buf_byte(&raw, (uint8_t)(acc << (8 - n)));
		}
	ret = packed(a, buf_view(&raw));
	buf_free(&raw);
	return ret;
}

static void interlaced_png_comes_out_as_the_plain_one(void)
{
	static const uint8_t kinds[][3] = {{0, 1, 1},   {0, 2, 2},  {0, 4, 4},   {0, 8, 8},
					   {0, 16, 16}, {2, 8, 24}, {2, 16, 48}, {4, 8, 16},
					   {4, 16, 32}, {6, 8, 32}, {6, 16, 64}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (uint32_t w = 1; w < 21; w++) {
			AUTO_ARENA a = arena_new(1 << 26);
			uint32_t h = 1 + w * 7 % 19, bits = kinds[i][2], row = (w * bits + 7) / 8;
			uint8_t *raw = arena_alloc(a, (row + 1) * h);
			AUTO_BUF one, two;
			AUTO_JOB b1, b2;

			for (uint32_t y = 0; y < h; y++)
				for (uint32_t x = 1; x <= row; x++)
					raw[y * (row + 1) + x] = (uint8_t)rng();
			for (uint32_t y = 0; y < h && bits < 8; y++)
				raw[y * (row + 1) + row] &= (uint8_t)(0xFF << (row * 8 - w * bits));
			buf_init(&one, 1 << 20);
			buf_init(&two, 1 << 20);
			signature(&one);
			signature(&two);
			ihdr(&one, w, h, kinds[i][1], kinds[i][0], 0);
			ihdr(&two, w, h, kinds[i][1], kinds[i][0], 1);
			chunk(&one, "IDAT", packed(a, slice_of(raw, (row + 1) * h)));
			chunk(&two, "IDAT",
			      interlaced(a, slice_of(raw, (row + 1) * h), w, h, bits));
			chunk(&one, "IEND", S(""));
			chunk(&two, "IEND", S(""));
			job_box_init(&b1, buf_view(&one), "");
			job_box_init(&b2, buf_view(&two), "");
			REQUIRE(format_sanitize(&b1.job) == OK);
			REQUIRE(format_sanitize(&b2.job) == OK);
			CHECK(slice_eq(buf_view(&b1.out), buf_view(&b2.out)));
		}
}

static void indices_beyond_the_palette_become_black(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = simple_png(
	    a, (struct simple){.colour = 3, .before_idat = {S("PLTE\1\2\3\4\5\6"), S("tRNS\x80")}});
	AUTO_JOB b;

	job_box_init(&b, in, "");
	REQUIRE(format_sanitize(&b.job) == OK);
	/* 9 entries, for the index 8 */
	CHECK(slice_find(buf_view(&b.out), S("\0\0\0\x1BPLTE\1\2\3\4\5\6\0\0\0")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b.out), S("\0\0\0\1tRNS\x80")) != SIZE_MAX);
}

/* ---- JPEG ---- */

/* The JPEG with `what` put in behind the SOI, or at the offset of the first marker of that kind. */
static struct slice with(struct arena *a, struct slice jpeg, unsigned before, struct slice what,
			 size_t cut)
{
	struct buf b;
	struct slice ret;
	size_t at = 2;

	while (before && !(jpeg.p[at] == 0xFF && jpeg.p[at + 1] == before))
		at++;
	buf_init(&b, 16 << 20);
	buf_slice(&b, slice_head(jpeg, at));
	buf_slice(&b, what);
	buf_slice(&b, slice_from(jpeg, at + cut));
	ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static struct slice patched(struct arena *a, struct slice jpeg, unsigned marker, size_t at,
			    unsigned value)
{
	uint8_t *p = (uint8_t *)(uintptr_t)arena_copy(a, jpeg).p;
	size_t i = 2;

	while (!(p[i] == 0xFF && p[i + 1] == marker))
		i++;
	p[i + at] = (uint8_t)value;
	return slice_of(p, jpeg.n);
}

static void jpeg_frames_that_lie_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_420, 80, 0);
	size_t sof = 19; /* bytes of SOF0 with three components */

	expect("12 bits", patched(a, in, 0xC0, 4, 12), ERR_UNSUPPORTED, "picture-unsupported");
	expect("lossless", patched(a, in, 0xC0, 1, 0xC3), ERR_UNSUPPORTED, "picture-unsupported");
	expect("hierarchical", patched(a, in, 0xC0, 1, 0xC5), ERR_UNSUPPORTED,
	       "picture-unsupported");
	expect("arithmetic", patched(a, in, 0xC0, 1, 0xC9), ERR_UNSUPPORTED, "picture-unsupported");
	expect("baseline data in a progressive frame", patched(a, in, 0xC0, 1, 0xC2), ERR_SYNTAX,
	       "malformed");
	expect("height 0", patched(a, patched(a, in, 0xC0, 5, 0), 0xC0, 6, 0), ERR_SYNTAX,
	       "malformed");
	expect("two components", patched(a, in, 0xC0, 9, 2), ERR_SYNTAX, "malformed");
	expect("five components", patched(a, in, 0xC0, 9, 5), ERR_SYNTAX, "malformed");
	expect("no component", patched(a, in, 0xC0, 9, 0), ERR_SYNTAX, "malformed");
	expect("the same component twice", patched(a, in, 0xC0, 13, 1), ERR_SYNTAX, "malformed");
	expect("sampling 0", patched(a, in, 0xC0, 11, 0x02), ERR_SYNTAX, "malformed");
	expect("sampling 15", patched(a, in, 0xC0, 11, 0xFF), ERR_SYNTAX, "malformed");
	expect("sampling 3 over 2", patched(a, patched(a, in, 0xC0, 11, 0x31), 0xC0, 14, 0x21),
	       ERR_SYNTAX, "malformed");
	expect("table 7", patched(a, in, 0xC0, 12, 7), ERR_SYNTAX, "malformed");
	expect("a table that is not there", patched(a, in, 0xC0, 12, 3), ERR_SYNTAX, "malformed");
	expect("a frame too long", patched(a, in, 0xC0, 3, 18), ERR_SYNTAX, "malformed");
	expect("two frames",
	       with(a, in, 0xDA, slice_of(in.p + slice_find(in, S("\xFF\xC0")), sof), 0),
	       ERR_SYNTAX, "malformed");
	expect("no frame", with(a, in, 0xC0, S(""), sof), ERR_SYNTAX, "malformed");
	expect("another height in DNL", with(a, in, 0xD9, S("\xFF\xDC\0\4\0\x40"), 0), ERR_SYNTAX,
	       "malformed");
	expect("the same height in DNL", with(a, in, 0xD9, S("\xFF\xDC\0\4\0\x30"), 0), OK, NULL);
	expect("65535 a side",
	       patched(
		   a,
		   patched(a, patched(a, patched(a, in, 0xC0, 5, 255), 0xC0, 6, 255), 0xC0, 7, 255),
		   0xC0, 8, 255),
	       ERR_LIMIT, "limit");
	expect("large with few data", patched(a, patched(a, in, 0xC0, 5, 0x30), 0xC0, 7, 0x30),
	       ERR_LIMIT, "limit");
}

static void jpeg_tables_and_scans_that_lie_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0), dht, many, sos;
	size_t at = slice_find(in, S("\xFF\xDA"));
	AUTO_BUF flood;

	buf_init(&flood, 1 << 20);
	expect("a scan before the frame", with(a, in, 0xC0, S("\xFF\xDA\0\x8\1\1\0\0\x3F\0"), 0),
	       ERR_SYNTAX, "malformed");
	expect("a scan of component 9", patched(a, in, 0xDA, 5, 9), ERR_SYNTAX, "malformed");
	expect("a scan with table 5", patched(a, in, 0xDA, 6, 0x55), ERR_SYNTAX, "malformed");
	expect("four components in a scan of three", patched(a, in, 0xDA, 4, 4), ERR_SYNTAX,
	       "malformed");
	dht = patched(a, in, 0xC4, 5, 255);
	expect("255 codes of one bit", dht, ERR_SYNTAX, "malformed");
	expect("a Huffman table 9", patched(a, in, 0xC4, 4, 9), ERR_SYNTAX, "malformed");
	expect("a quantisation table 9", patched(a, in, 0xDB, 4, 9), ERR_SYNTAX, "malformed");
	expect("a cut quantisation table", patched(a, in, 0xDB, 3, 30), ERR_SYNTAX, "malformed");
	expect("a length of 1", patched(a, patched(a, in, 0xDB, 3, 1), 0xDB, 2, 0), ERR_SYNTAX,
	       "malformed");
	sos = slice_of(in.p + at, in.n - 2 - at);
	for (int i = 0; i < 150; i++)
		buf_slice(&flood, sos);
	many = with(a, in, 0xDA, buf_view(&flood), 0);
	expect("150 scans", many, ERR_LIMIT, "limit");
}

static void jpeg_markers_where_none_may_be_are_held(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0);
	AUTO_BUF flood;

	buf_init(&flood, 1 << 20);
	expect("a second SOI", with(a, in, 0xDB, S("\xFF\xD8"), 0), ERR_SYNTAX, "malformed");
	expect("a stuffed zero", with(a, in, 0xDB, S("\xFF\0"), 0), ERR_SYNTAX, "malformed");
	expect("bytes between", with(a, in, 0xDB, S("PK\3\4"), 0), ERR_SYNTAX, "malformed");
	expect("JPG", with(a, in, 0xDB, S("\xFF\xC8\0\2"), 0), ERR_UNSUPPORTED,
	       "picture-unsupported");
	expect("DHP", with(a, in, 0xDB, S("\xFF\xDE\0\2"), 0), ERR_UNSUPPORTED,
	       "picture-unsupported");
	expect("RES", with(a, in, 0xDB, S("\xFF\x02\0\2"), 0), ERR_UNSUPPORTED,
	       "picture-unsupported");
	expect("EOI at once", with(a, in, 0xDB, S("\xFF\xD9"), 0), ERR_SYNTAX, "malformed");
	expect("fill bytes", with(a, in, 0xDB, S("\xFF\xFF\xFF\xFF\xFF"), 0), OK, NULL);
	for (int i = 0; i < 12000; i++)
		buf_put(&flood, "\xFF\xEB\0\2", 4);
	expect("12000 APP11", with(a, in, 0xDB, buf_view(&flood), 0), ERR_LIMIT, "limit");
	flood.n = 0;
	for (int i = 0; i < 12000; i++)
		buf_put(&flood, "\xFF\xD0\xFF\x01", 4);
	expect("12000 RST0 and TEM", with(a, in, 0xDB, buf_view(&flood), 0), ERR_SYNTAX,
	       "malformed");
}

static void jpeg_restarts_that_lie_are_seen(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0);
	size_t at = slice_find(in, S("\xFF\xDA")) + 14 + 200;
	struct slice scan = slice_head(in, at), rest = slice_from(in, at);
	AUTO_BUF b;

	buf_init(&b, 1 << 20);
	/* An interval is told, but no marker stands in the data. */
	expect("no restart", with(a, in, 0xDA, S("\xFF\xDD\0\4\0\4"), 0), ERR_SYNTAX, "malformed");
	expect("an interval longer than the picture", with(a, in, 0xDA, S("\xFF\xDD\0\4\1\0"), 0),
	       OK, NULL);
	expect("DRI of one byte", with(a, in, 0xDA, S("\xFF\xDD\0\3\0"), 0), ERR_SYNTAX,
	       "malformed");
	buf_slice(&b, scan);
	buf_put(&b, "\xFF\xD3", 2);
	buf_slice(&b, rest);
	expect("a restart nobody told of", buf_view(&b), ERR_SYNTAX, "malformed");
}

/* A JPEG with restart markers; tjInitCompress has no flag for them, its environment has. */
static struct slice with_restarts(struct arena *a, int sampling, int flags)
{
	struct slice ret;

	setenv("TJ_RESTART", "2B", 1);
	ret = jpeg_of(a, 75, 59, sampling, 80, flags);
	unsetenv("TJ_RESTART");
	return ret;
}

static void jpeg_restarts_that_fit_pass(void)
{
	static const int samplings[] = {TJSAMP_444,  TJSAMP_422, TJSAMP_420,
					TJSAMP_GRAY, TJSAMP_440, TJSAMP_411};
	AUTO_ARENA a = arena_new(1 << 26);

	for (size_t i = 0; i < ARRAY_LEN(samplings); i++)
		for (int p = 0; p < 2; p++) {
			struct slice in =
			    with_restarts(a, samplings[i], p ? TJFLAG_PROGRESSIVE : 0);
			size_t at = slice_find(in, S("\xFF\xD2"));

			REQUIRE(at != SIZE_MAX);
			expect("restarts", in, OK, NULL);
			((uint8_t *)(uintptr_t)in.p)[at + 1] = 0xD4;
			expect("in the wrong order", in, ERR_SYNTAX, "malformed");
		}
}

static void jpeg_extras_stay_behind(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0);
	static const struct {
		struct slice segment;
		const char *finding;
	} extras[] = {
	    {{(const uint8_t *)"\xFF\xE2\0\x12ICC_PROFILE\0\1\xFF"
			       "ab",
	      20},
	     "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xE0\0\x0AJFXX\0\x10"
			       "ab",
	      12},
	     "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xE0\0\x13JFIF\0\1\1\0\0\1\0\1\1\1abc", 21},
	     "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xED\0\x0EPhotoshop\0ab", 16}, "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xFE\0\x0A<script>", 12}, "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xE2\0\x08MPF\0ab", 10}, "picture-frames"},
	    {{(const uint8_t *)"\xFF\xEE\0\x06"
			       "evil",
	      8},
	     "picture-metadata"},
	    {{(const uint8_t *)"\xFF\xEF\0\x06"
			       "evil",
	      8},
	     "picture-metadata"},
	};
	AUTO_JOB want;

	job_box_init(&want, in, "");
	REQUIRE(format_sanitize(&want.job) == OK);
	for (size_t i = 0; i < ARRAY_LEN(extras); i++) {
		AUTO_JOB b;

		job_box_init(&b, with(a, in, 0xDB, extras[i].segment, 0), "");
		CHECK(format_sanitize(&b.job) == OK);
		CHECK(report_has(&b.report, extras[i].finding));
		CHECK(slice_eq(buf_view(&b.out), buf_view(&want.out)));
	}
}

/* An Exif segment of one IFD with `n` entries of 12 bytes. */
static struct slice exif(struct arena *a, struct slice entries)
{
	struct buf b;
	struct slice ret;

	buf_init(&b, 1 << 16);
	buf_put(&b, "\xFF\xE1", 2);
	buf_u16be(&b, (uint16_t)(2 + 6 + 8 + 2 + entries.n + 4));
	buf_put(&b, "Exif\0\0MM\0*\0\0\0\x8", 14);
	buf_u16be(&b, (uint16_t)(entries.n / 12));
	buf_slice(&b, entries);
	buf_u32be(&b, 8); /* the next IFD is this one: a loop */
	ret = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return ret;
}

static void jpeg_orientation_that_lies_turns_nothing(void)
{
#define TURN(o) "\1\x12\0\3\0\0\0\1\0" o "\0\0"
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0);
	struct slice six = exif(a, S(TURN("\6"))), one = exif(a, S(TURN("\1")));
	struct {
		const char *what;
		struct slice jpeg;
		bool turned;
	} cases[] = {
	    {"6", with(a, in, 0xDB, six, 0), true},
	    {"1, then 6 in a second segment", with(a, with(a, in, 0xDB, one, 0), 0xDB, six, 0),
	     false},
	    {"1, then 6 in the same", with(a, in, 0xDB, exif(a, S(TURN("\1") TURN("\6"))), 0),
	     false},
	    {"0", with(a, in, 0xDB, exif(a, S(TURN("\0"))), 0), false},
	    {"9", with(a, in, 0xDB, exif(a, S(TURN("\x9"))), 0), false},
	    {"behind the scan", with(a, in, 0xD9, six, 0), false},
	    {"an IFD beyond the end",
	     with(a, in, 0xDB,
		  S("\xFF\xE1\0\x10"
		    "Exif\0\0MM\0*\xFF\xFF\xFF\xFF"),
		  0),
	     false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_JOB b;
		int w = 0, h = 0;

		job_box_init(&b, cases[i].jpeg, "");
		REQUIRE(format_sanitize(&b.job) == OK);
		REQUIRE(pixels_of(a, buf_view(&b.out), &w, &h));
		CHECK(w == (cases[i].turned ? 48 : 64));
		if (w != (cases[i].turned ? 48 : 64))
			printf("# %s\n", cases[i].what);
	}
}

static void jpeg_of_strange_samplings_keeps_its_size(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 64, TJSAMP_444, 80, 0);
	/* Each frame has another number of blocks than the data; what is missing is grey. */
	static const uint8_t factors[][3] = {{0x41, 0x11, 0x11}, {0x14, 0x11, 0x11},
					     {0x11, 0x22, 0x22}, {0x44, 0x11, 0x11},
					     {0x22, 0x12, 0x21}, {0x11, 0x11, 0x44}};

	for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
		struct slice p = in;
		AUTO_JOB b;
		enum err e;
		int w = 0, h = 0;

		for (size_t c = 0; c < 3; c++)
			p = patched(a, p, 0xC0, 11 + 3 * c, factors[i][c]);
		job_box_init(&b, p, "");
		e = format_sanitize(&b.job);
		CHECK(e == OK || e == ERR_SYNTAX);
		if (e != OK)
			continue;
		REQUIRE(pixels_of(a, buf_view(&b.out), &w, &h));
		CHECK(w == 64 && h == 64);
	}
}

static void jpeg_of_four_colours_is_shown_as_viewers_do(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	uint8_t cmyk[32 * 32 * 4];
	unsigned char *out = NULL;
	unsigned long n = 0;
	tjhandle t = tjInitCompress();
	struct slice in;

	/* What an Adobe program writes: 255 is no ink. All cyan. */
	for (size_t i = 0; i < sizeof cmyk; i++)
		cmyk[i] = i % 4 == 0 ? 0 : 255;
	REQUIRE(t && tjCompress2(t, cmyk, 32, 0, 32, TJPF_CMYK, &out, &n, TJSAMP_444, 95, 0) == 0);
	in = arena_copy(a, slice_of(out, n));
	tjFree(out);
	tjDestroy(t);
	for (int adobe = 0; adobe < 2; adobe++) {
		AUTO_JOB b;
		int w = 0, h = 0;
		const uint8_t *p;
		size_t at = slice_find(in, S("\xFF\xEE"));
		/* Without the Adobe marker the same values are ink: cyan is missing, black is full.
		 */
		struct slice jpeg = adobe ? in : with(a, in, 0xEE, S(""), 16);

		REQUIRE(at != SIZE_MAX);
		job_box_init(&b, jpeg, "");
		REQUIRE(format_sanitize(&b.job) == OK);
		p = pixels_of(a, buf_view(&b.out), &w, &h);
		CHECK(adobe ? p[0] < 30 && p[1] > 225 && p[2] > 225
			    : p[0] < 30 && p[1] < 30 && p[2] < 30);
	}
}

static void jpeg_and_archive_in_one_come_out_as_picture(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0), two;
	AUTO_BUF b;
	AUTO_JOB box;

	buf_init(&b, 1 << 20);
	buf_slice(&b, with(a, in, 0xDB, S("\xFF\xFE\0\x11PK\3\4 in comment"), 0));
	buf_slice(&b, in); /* a second picture */
	buf_str(&b, "PK\5\6%PDF-1.4<html>MZ");
	two = buf_view(&b);
	job_box_init(&box, two, "");
	CHECK(format_sanitize(&box.job) == OK);
	CHECK(report_has(&box.report, "trailing-data"));
	CHECK(report_has(&box.report, "picture-metadata"));
	CHECK(slice_find(buf_view(&box.out), S("PK")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&box.out), S("%PDF")) == SIZE_MAX);
}

static void jpeg_with_padding_says_that_it_may_be_damaged(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	struct slice in = jpeg_of(a, 64, 48, TJSAMP_444, 80, 0);

	expect("bytes behind the last block", with(a, in, 0xD9, S("PK\3\4 hidden"), 0), OK,
	       "picture-padding");
}

TESTS(CASE(png_checksums_must_be_right), CASE(png_pixels_must_be_exactly_there),
      CASE(png_chunks_that_lie_are_held), CASE(png_extras_stay_behind_unread),
      CASE(png_chunk_flood_is_held), CASE(png_floods_of_pixels_are_held),
      CASE(interlaced_png_comes_out_as_the_plain_one),
      CASE(indices_beyond_the_palette_become_black), CASE(jpeg_frames_that_lie_are_held),
      CASE(jpeg_tables_and_scans_that_lie_are_held), CASE(jpeg_markers_where_none_may_be_are_held),
      CASE(jpeg_restarts_that_lie_are_seen), CASE(jpeg_restarts_that_fit_pass),
      CASE(jpeg_extras_stay_behind), CASE(jpeg_orientation_that_lies_turns_nothing),
      CASE(jpeg_of_strange_samplings_keeps_its_size),
      CASE(jpeg_of_four_colours_is_shown_as_viewers_do),
      CASE(jpeg_and_archive_in_one_come_out_as_picture),
      CASE(jpeg_with_padding_says_that_it_may_be_damaged))
