#include "base/hash.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>

struct hash hash_of(struct slice s)
{
	struct sha256_ctx c;
	struct hash h;

	sha256_init(&c);
	sha256_update(&c, s.n, s.p);
	sha256_digest(&c, sizeof h.b, h.b);
	return h;
}

struct hash hash_hmac(struct slice key, struct slice s)
{
	struct hmac_sha256_ctx c;
	struct hash h;

	hmac_sha256_set_key(&c, key.n, key.p);
	hmac_sha256_update(&c, s.n, s.p);
	hmac_sha256_digest(&c, sizeof h.b, h.b);
	return h;
}

bool hash_eq(struct hash a, struct hash b)
{
	return memeql_sec(a.b, b.b, sizeof a.b);
}

static const char hex[] = "0123456789abcdef";

void hash_hex(struct hash h, char ret[65])
{
	for (size_t i = 0; i < sizeof h.b; i++) {
		ret[2 * i] = hex[h.b[i] >> 4];
		ret[2 * i + 1] = hex[h.b[i] & 15];
	}
	ret[64] = 0;
}

void hex_put(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		buf_byte(b, (uint8_t)hex[s.p[i] >> 4]);
		buf_byte(b, (uint8_t)hex[s.p[i] & 15]);
	}
}

/* Value + 1 of each digit; 0 is none. */
static const uint8_t digit_of[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

int hex_digit(uint8_t c)
{
	return digit_of[c] - 1;
}

bool hex_ok(struct slice s)
{
	bool all = true;

	for (size_t i = 0; i < s.n; i++)
		all &= digit_of[s.p[i]] != 0;
	return all;
}

bool hex_parse(struct slice s, uint8_t *ret, size_t n)
{
	if (s.n != 2 * n || !hex_ok(s))
		return false;
	for (size_t i = 0; i < n; i++)
		ret[i] = (uint8_t)(hex_digit(s.p[2 * i]) << 4 | hex_digit(s.p[2 * i + 1]));
	return true;
}

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)s.p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= s.p[i + 2];
		buf_byte(b, (uint8_t)b64[v >> 18]);
		buf_byte(b, (uint8_t)b64[v >> 12 & 63]);
		buf_byte(b, (uint8_t)(i + 1 < s.n ? b64[v >> 6 & 63] : '='));
		buf_byte(b, (uint8_t)(i + 2 < s.n ? b64[v & 63] : '='));
	}
}

static int b64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

enum err base64_parse(struct slice s, struct buf *ret)
{
	if (s.n % 4)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.n; i += 4) {
		unsigned pad = 0;
		uint32_t v = 0;

		if (i + 4 == s.n)
			pad = s.p[i + 3] != '=' ? 0 : s.p[i + 2] != '=' ? 1 : 2;
		for (size_t k = 0; k < 4; k++) {
			int d = k >= 4 - pad ? 0 : b64_digit(s.p[i + k]);

			if (d < 0)
				return ERR_SYNTAX;
			v = v << 6 | (uint32_t)d;
		}
		if ((pad == 1 && (v & 0xFF)) || (pad == 2 && (v & 0xFFFF)))
			return ERR_SYNTAX; /* bits behind the end: not the canonical form */
		buf_byte(ret, (uint8_t)(v >> 16));
		if (pad < 2)
			buf_byte(ret, (uint8_t)(v >> 8));
		if (pad < 1)
			buf_byte(ret, (uint8_t)v);
	}
	return buf_err(ret);
}
