/*
 * office_floor: the least that any rebuild of an Office file must do, with the same libraries.
 * Inflates every part, parses the XML with expat, decodes and encodes the pictures with
 * libjpeg-turbo and libspng, deflates everything again with libdeflate at the same level. Checks
 * nothing, allows nothing, verifies nothing. Prints one JSON line: files, bytes, user+sys seconds.
 *
 *     office_floor FILE...
 */
#include <expat.h>
#include <libdeflate.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <turbojpeg.h>
#include "base/reader.h"

#define LEVEL 6

static size_t elements;

static void XMLCALL start(void *u, const XML_Char *name, const XML_Char **atts)
{
	(void)u;
	(void)name;
	(void)atts;
	elements++;
}

static void XMLCALL end(void *u, const XML_Char *name)
{
	(void)u;
	(void)name;
}

static void XMLCALL text(void *u, const XML_Char *s, int n)
{
	(void)u;
	(void)s;
	(void)n;
}

static void xml(struct slice s)
{
	XML_Parser p = XML_ParserCreateNS(NULL, '|');

	XML_SetElementHandler(p, start, end);
	XML_SetCharacterDataHandler(p, text);
	if (XML_Parse(p, (const char *)s.p, (int)s.n, 1) != XML_STATUS_OK)
		fprintf(stderr, "xml: %s\n", XML_ErrorString(XML_GetErrorCode(p)));
	XML_ParserFree(p);
}

static void png(struct slice s)
{
	spng_ctx *d = spng_ctx_new(0), *e = spng_ctx_new(SPNG_CTX_ENCODER);
	struct spng_ihdr h;
	size_t n;
	uint8_t *pixels;
	int err;

	spng_set_png_buffer(d, s.p, s.n);
	if (spng_get_ihdr(d, &h) == 0 && spng_decoded_image_size(d, SPNG_FMT_PNG, &n) == 0) {
		struct spng_plte plte;

		pixels = malloc(n);
		spng_decode_image(d, pixels, n, SPNG_FMT_PNG, 0);
		h.interlace_method = 0;
		spng_set_option(e, SPNG_ENCODE_TO_BUFFER, 1);
		spng_set_ihdr(e, &h);
		if (spng_get_plte(d, &plte) == 0)
			spng_set_plte(e, &plte);
		spng_encode_image(e, pixels, n, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
		free(spng_get_png_buffer(e, &n, &err));
		free(pixels);
	}
	spng_ctx_free(d);
	spng_ctx_free(e);
}

static void jpeg(struct slice s)
{
	tjhandle d = tjInitDecompress(), c = tjInitCompress();
	int w, h, sub, space;

	if (tjDecompressHeader3(d, s.p, s.n, &w, &h, &sub, &space) == 0) {
		uint8_t *pixels = malloc((size_t)w * (size_t)h * 3), *out = NULL;
		unsigned long n = 0;

		tjDecompress2(d, s.p, s.n, pixels, w, 0, h, TJPF_RGB, 0);
		tjCompress2(c, pixels, w, 0, h, TJPF_RGB, &out, &n, TJSAMP_420, 85, 0);
		tjFree(out);
		free(pixels);
	}
	tjDestroy(d);
	tjDestroy(c);
}

static void member(struct reader *cd, struct slice file, size_t *ret_in)
{
	struct reader r;
	struct slice name, raw, data;
	uint16_t method, n, x, k;
	uint32_t csize, usize, at;
	uint8_t *plain = NULL, *packed;
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);

	reader_take(cd, 10);
	method = reader_u16le(cd);
	reader_take(cd, 8);
	csize = reader_u32le(cd);
	usize = reader_u32le(cd);
	n = reader_u16le(cd);
	x = reader_u16le(cd);
	k = reader_u16le(cd);
	reader_take(cd, 8);
	at = reader_u32le(cd);
	name = reader_take(cd, n);
	reader_take(cd, (size_t)x + k);
	r = reader_of(file);
	reader_seek(&r, at + 26u);
	n = reader_u16le(&r);
	x = reader_u16le(&r);
	reader_take(&r, (size_t)n + x);
	raw = reader_take(&r, csize);
	data = raw;
	if (method == 8) {
		plain = malloc(usize ? usize : 1);
		if (libdeflate_deflate_decompress(d, raw.p, raw.n, plain, usize, NULL) != 0)
			fprintf(stderr, "inflate failed\n");
		data = slice_of(plain, usize);
	}
	if (slice_ends(name, S(".xml")) || slice_ends(name, S(".rels")))
		xml(data);
	else if (slice_ends(name, S(".png")))
		png(data);
	else if (slice_ends(name, S(".jpeg")) || slice_ends(name, S(".jpg")))
		jpeg(data);
	packed = malloc(libdeflate_deflate_compress_bound(c, data.n));
	libdeflate_deflate_compress(c, data.p, data.n, packed,
				    libdeflate_deflate_compress_bound(c, data.n));
	*ret_in += data.n;
	free(packed);
	free(plain);
	libdeflate_free_compressor(c);
	libdeflate_free_decompressor(d);
}

static size_t file(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t in = 0, eocd;
	struct slice s;
	struct reader r;
	uint16_t count;
	uint8_t *p;
	long n;

	if (!f)
		return 0;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	p = malloc((size_t)n + 1);
	s = slice_of(p, fread(p, 1, (size_t)n, f));
	fclose(f);
	eocd = slice_rfind(s, S("PK\5\6"));
	if (eocd != SIZE_MAX) {
		r = reader_of(s);
		reader_seek(&r, eocd + 10);
		count = reader_u16le(&r);
		reader_take(&r, 4);
		reader_seek(&r, reader_u32le(&r));
		for (unsigned i = 0; i < count && reader_ok(&r); i++)
			member(&r, s, &in);
	}
	free(p);
	return in;
}

int main(int argc, char **argv)
{
	struct rusage u;
	size_t in = 0;

	for (int i = 1; i < argc; i++)
		in += file(argv[i]);
	getrusage(RUSAGE_SELF, &u);
	printf("{\"floor\":\"office\",\"files\":%d,\"inflated_bytes\":%zu,\"elements\":%zu,"
	       "\"cpu_s\":%.3f,\"max_rss_kib\":%ld}\n",
	       argc - 1, in, elements,
	       (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6,
	       u.ru_maxrss);
	return 0;
}
