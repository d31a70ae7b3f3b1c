#include "base/nearest.h"
#include "base/utf8.h"

#define WORD_MAX 48 /* code points; longer words are not compared */

static size_t decode(struct slice s, uint32_t cps[WORD_MAX])
{
	size_t n = 0, len;

	for (size_t i = 0; i < s.n; i += len) {
		if (n == WORD_MAX || !(len = utf8_next(slice_from(s, i), &cps[n])))
			return 0;
		n++;
	}
	return n;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b. */
static size_t distance(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	size_t d[3][WORD_MAX + 1];
	size_t *before = d[0], *last = d[1], *now = d[2], *t;

	for (size_t j = 0; j <= nb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] =
			    min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		t = before;
		before = last;
		last = now;
		now = t;
	}
	return last[nb];
}

size_t nearest_word(struct slice word, const struct slice *words, size_t n)
{
	uint32_t w[WORD_MAX], c[WORD_MAX];
	size_t nw = decode(word, w), nc, d, best = SIZE_MAX, at = n;

	for (size_t i = 0; i < n && nw; i++) {
		nc = decode(words[i], c);
		if (!nc)
			continue;
		d = distance(w, nw, c, nc);
		if (d > (nc + 2) / 3)
			continue;
		d = d * 2 + (nc != nw); /* of two that are as near, the one of the same length */
		if (d < best) {
			best = d;
			at = i;
		}
	}
	return at;
}
