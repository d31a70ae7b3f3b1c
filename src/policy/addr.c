#include "policy/addr.h"

#include <stdlib.h>

static bool v4(struct slice s, uint8_t ret[4])
{
	for (int i = 0; i < 4; i++) {
		size_t dot = i < 3 ? slice_find_byte(s, '.') : s.n;
		uint64_t v;

		if (dot == SIZE_MAX || dot > 3 || !slice_u64(slice_head(s, dot), &v) || v > 255 ||
		    (dot > 1 && s.p[0] == '0'))
			return false;
		ret[i] = (uint8_t)v;
		s = slice_from(s, i < 3 ? dot + 1 : dot);
	}
	return true;
}

static bool group(struct slice s, uint8_t ret[2])
{
	unsigned v = 0;

	if (s.n < 1 || s.n > 4)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], low = (uint8_t)(c | 0x20);

		if (c >= '0' && c <= '9')
			v = v * 16 + (unsigned)(c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + (unsigned)(low - 'a') + 10;
		else
			return false;
	}
	ret[0] = (uint8_t)(v >> 8);
	ret[1] = (uint8_t)v;
	return true;
}

/* Groups separated by ':', the last one perhaps an IPv4 address: bytes written, or -1. */
static int groups(struct slice s, uint8_t ret[16])
{
	int n = 0;

	if (!s.n)
		return 0;
	for (;;) {
		size_t colon = slice_find_byte(s, ':');
		struct slice g = slice_head(s, colon == SIZE_MAX ? s.n : colon);

		if (colon == SIZE_MAX && slice_find_byte(g, '.') != SIZE_MAX) {
			if (n > 12 || !v4(g, ret + n))
				return -1;
			return n + 4;
		}
		if (n > 14 || !group(g, ret + n))
			return -1;
		n += 2;
		if (colon == SIZE_MAX)
			return n;
		s = slice_from(s, colon + 1);
	}
}

static bool v6(struct slice s, uint8_t ret[16])
{
	size_t gap = slice_find(s, S("::"));
	uint8_t head[16] = {0}, tail[16] = {0};
	int h, t;

	memset(ret, 0, 16);
	if (gap == SIZE_MAX)
		return groups(s, ret) == 16;
	h = groups(slice_head(s, gap), head);
	t = groups(slice_from(s, gap + 2), tail);
	if (h < 0 || t < 0 || h + t > 14 || slice_find_byte(slice_head(s, gap), '.') != SIZE_MAX)
		return false;
	memcpy(ret, head, (size_t)h);
	memcpy(ret + 16 - t, tail, (size_t)t);
	return true;
}

enum err policy_addr_parse(struct slice text, struct policy_addr *ret)
{
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
	struct policy_addr a = {0};

	if (text.n > 45)
		return ERR_SYNTAX;
	if (!v4(text, a.b)) {
		memset(a.b, 0, sizeof a.b);
		a.v6 = true;
		if (!v6(text, a.b))
			return ERR_SYNTAX;
	}
	if (a.v6 && memcmp(a.b, mapped, 12) == 0) {
		memmove(a.b, a.b + 12, 4);
		memset(a.b + 4, 0, 12);
		a.v6 = false;
	}
	*ret = a;
	return OK;
}

void policy_addr_wide(struct policy_addr a, uint8_t ret[16])
{
	memcpy(ret, a.b, 16);
	if (!a.v6) {
		memset(ret, 0, 16);
		ret[10] = ret[11] = 0xFF;
		memcpy(ret + 12, a.b, 4);
	}
}

enum err policy_network_parse(struct slice text, struct network *ret)
{
	size_t slash = slice_find_byte(text, '/');
	struct policy_addr a;
	uint64_t bits;
	uint8_t lo[16];
	bool loose = false;

	if (slash == SIZE_MAX || policy_addr_parse(slice_head(text, slash), &a) != OK ||
	    !slice_u64(slice_from(text, slash + 1), &bits) || text.n - slash > 4 ||
	    bits > (a.v6 ? 128 : 32))
		return ERR_SYNTAX;
	policy_addr_wide(a, lo);
	if (!a.v6)
		bits += 96;
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits >= (i + 1) * 8 ? 8
				: bits <= i * 8     ? 0
						    : (unsigned)bits - i * 8;
		uint8_t mask = (uint8_t)(0xFF00u >> keep);

		loose = loose || (lo[i] & ~mask & 0xFF);
		ret->lo[i] = lo[i] & mask;
		ret->hi[i] = (uint8_t)(lo[i] | (0xFF & ~mask));
	}
	return loose ? ERR_CONFLICT : OK;
}

static int by_lo(const void *a, const void *b)
{
	return memcmp(((const struct network *)a)->lo, ((const struct network *)b)->lo, 16);
}

void policy_network_sort(struct network *n, size_t count)
{
	if (count)
		qsort(n, count, sizeof *n, by_lo);
}

const struct network *policy_network_find(const struct network *n, size_t count,
					  const uint8_t addr[16])
{
	size_t from = 0, to = count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (memcmp(n[mid].hi, addr, 16) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from == count || memcmp(n[from].lo, addr, 16) > 0)
		return NULL;
	return &n[from];
}
