/*
 * The grammar `png`: signature, IHDR, PLTE where the colour type is 3, tRNS where a colour is
 * transparent, one IDAT, IEND. Not interlaced; the checksums are right; the picture inflates to
 * exactly its rows; indices lie in the palette and unused bits are zero.
 */
#include "verify/grammar.h"

#include <libdeflate.h>
#include "base/reader.h"
#include "verify/unfold.h"

struct picture {
	uint32_t width, height, depth, colour;
	uint32_t palette_n;
	size_t row; /* bytes of a row without its filter byte */
};

/* The data of the next chunk, which must be of that type and have the right checksum. */
static enum err chunk(struct verify *v, struct reader *r, const char *type, struct slice *ret)
{
	size_t at = r->at;
	uint32_t n = reader_u32be(r), crc;
	struct slice body = reader_take(r, (size_t)n + 4);

	crc = reader_u32be(r);
	if (!reader_ok(r) || memcmp(body.p, type, 4) != 0)
		return verify_bad(v, at, "no whole %s chunk", type);
	if (libdeflate_crc32(0, body.p, body.n) != crc)
		return verify_bad(v, at, "the checksum of %s is wrong", type);
	*ret = slice_from(body, 4);
	return OK;
}

static bool next_is(const struct reader *r, const char *type)
{
	return reader_left(r) >= 8 && memcmp(r->in.p + r->at + 4, type, 4) == 0;
}

static enum err head(struct verify *v, struct reader *r, struct picture *pic)
{
	static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};
	struct slice data;
	struct reader h;
	bool good;

	TRY(chunk(v, r, "IHDR", &data));
	h = reader_of(data);
	pic->width = reader_u32be(&h);
	pic->height = reader_u32be(&h);
	pic->depth = reader_u8(&h);
	pic->colour = reader_u8(&h);
	good = reader_u8(&h) == 0;
	good &= reader_u8(&h) == 0;
	good &= reader_u8(&h) == 0;
	if (!reader_done(&h) || !good || pic->colour > 6 || !channels[pic->colour])
		return verify_bad(v, 8, "IHDR");
	good = pic->depth == 8 || (pic->depth == 16 && pic->colour != 3);
	if (pic->colour == 0 || pic->colour == 3)
		good |= pic->depth == 1 || pic->depth == 2 || pic->depth == 4;
	if (!good || !pic->width || !pic->height)
		return verify_bad(v, 8, "IHDR");
	TRY(verify_fits(v, 8, pic->width, pic->height));
	pic->row = ((size_t)pic->width * channels[pic->colour] * pic->depth + 7) / 8;
	return OK;
}

static enum err colours(struct verify *v, struct reader *r, struct picture *pic)
{
	struct slice data;
	size_t at = r->at;

	if (pic->colour == 3) {
		TRY(chunk(v, r, "PLTE", &data));
		if (data.n == 0 || data.n % 3 || data.n / 3 > (size_t)1 << pic->depth)
			return verify_bad(v, at, "PLTE has %zu bytes", data.n);
		pic->palette_n = (uint32_t)data.n / 3;
	}
	if (!next_is(r, "tRNS"))
		return OK;
	at = r->at;
	TRY(chunk(v, r, "tRNS", &data));
	if (pic->colour == 3)
		return data.n && data.n <= pic->palette_n ? OK : verify_bad(v, at, "tRNS");
	if (pic->colour > 3 || data.n != (pic->colour == 0 ? 2u : 6u))
		return verify_bad(v, at, "tRNS");
	for (size_t i = 0; i < data.n; i += 2)
		if ((uint32_t)(data.p[i] << 8 | data.p[i + 1]) >> pic->depth)
			return verify_bad(v, at, "tRNS");
	return OK;
}

static bool row_is_good(const struct picture *pic, const uint8_t *row)
{
	bool plain = pic->colour == 3 || pic->depth < 8;
	uint32_t per = pic->depth < 8 ? 8 / pic->depth : 1, mask = (1u << pic->depth) - 1;

	if (row[0] > (plain ? 0 : 4))
		return false;
	if (pic->depth < 8 && pic->width % per &&
	    row[pic->row] & (0xFFu >> (pic->width % per * pic->depth)))
		return false;
	for (uint32_t x = 0; pic->colour == 3 && x < pic->width; x++) {
		uint32_t shift = 8 - pic->depth * (x % per + 1);

		if ((row[1 + x / per] >> shift & mask) >= pic->palette_n)
			return false;
	}
	return true;
}

static enum err pixels(struct verify *v, struct reader *r, const struct picture *pic)
{
	size_t at = r->at, all = (pic->row + 1) * pic->height;
	struct slice data;
	uint8_t *rows;

	TRY(chunk(v, r, "IDAT", &data));
	if (all > v->inflated_left || all > UINT32_MAX)
		return diag_set(v->d, ERR_LIMIT, at, "limit inflated_bytes");
	v->inflated_left -= all;
	rows = arena_room(v->arena, all);
	if (!rows)
		return ERR_MEMORY;
	TRY(verify_unfold_zlib(v, at, data, rows, all));
	for (size_t y = 0; y < pic->height; y++)
		if (!row_is_good(pic, rows + y * (pic->row + 1)))
			return verify_bad(v, at, "row %zu of the picture", y);
	return OK;
}

enum err verify_png(struct verify *v, struct slice out)
{
	struct reader r = reader_of(out);
	struct picture pic = {0};
	struct slice sig = reader_take(&r, 8), end;

	if (!slice_eq(sig, S("\x89PNG\r\n\x1a\n")))
		return verify_bad(v, 0, "no PNG signature");
	TRY(head(v, &r, &pic));
	TRY(colours(v, &r, &pic));
	TRY(pixels(v, &r, &pic));
	TRY(chunk(v, &r, "IEND", &end));
	if (end.n || !reader_done(&r))
		return verify_bad(v, r.at, "something follows the end of the picture");
	return OK;
}
