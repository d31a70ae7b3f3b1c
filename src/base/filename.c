#include "base/filename.h"

#include <string.h>
#include "base/utf8.h"

static bool is_any(uint32_t cp, const uint32_t *set, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cp == set[i])
			return true;
	return false;
}

static bool is_forbidden(uint32_t cp)
{
	/* Fraction, division, set minus, big and reversed ones: all are read as / or \. */
	static const uint32_t slashes[] = {0x2044, 0x2215, 0x2216, 0x29F5, 0x29F8, 0x29F9, 0xFE68};

	if (cp < 0x80)
		return cp != 0 && strchr("<>:\"|?*/\\", (int)cp) != NULL;
	return is_any(cp, slashes, ARRAY_LEN(slashes));
}

/* A full stop in any width, and what looks like one. */
static bool is_dot(uint32_t cp)
{
	static const uint32_t dots[] = {'.', 0x2024, 0xFE52, 0xFF0E};

	return is_any(cp, dots, ARRAY_LEN(dots));
}

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
	       cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool is_dropped(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029 ||
	       utf8_is_invisible(cp);
}

/* Lower case and narrow, as far as the names of devices and extensions go. */
static uint32_t narrow(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFEE0;
	if (cp == 0xB9)
		return '1';
	if (cp == 0xB2 || cp == 0xB3)
		return '0' + (cp & 0xF);
	return cp >= 'A' && cp <= 'Z' ? cp | 0x20 : cp;
}

/* The last code point of s; 0 where its bytes are none. */
static size_t last_of(struct slice s, uint32_t *ret_cp)
{
	size_t n = 1;

	*ret_cp = 0;
	while (n < s.n && n < 4 && (s.p[s.n - n] & 0xC0) == 0x80)
		n++;
	if (s.n == 0 || utf8_next(slice_from(s, s.n - n), ret_cp) != n)
		return s.n ? 1 : 0;
	return n;
}

static void trim(struct buf *b, size_t from)
{
	while (b->n > from) {
		uint32_t cp;
		size_t n = last_of(slice_of(b->p + from, b->n - from), &cp);

		if (!is_blank(cp) && !is_dot(cp))
			return;
		b->n -= n;
	}
}

static void shorten(struct buf *b, size_t from)
{
	if (b->n - from <= FILENAME_BYTES)
		return;
	b->n = from + FILENAME_BYTES;
	while (b->n > from && (b->p[b->n] & 0xC0) == 0x80)
		b->n--;
	trim(b, from);
}

static bool is_device(struct slice s)
{
	static const char *const names[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
	uint8_t raw[8];
	struct slice stem;
	size_t n = 0;

	while (s.n > 0) {
		uint32_t cp = 0;
		size_t len = utf8_next(s, &cp);

		cp = narrow(cp);
		if (len == 0 || is_dot(cp) || is_blank(cp))
			break;
		if (cp >= 0x80 || n == sizeof raw)
			return false;
		raw[n++] = (uint8_t)cp;
		s = slice_from(s, len);
	}
	stem = slice_of(raw, n);
	if (n == 4 && (slice_starts(stem, S("com")) || slice_starts(stem, S("lpt"))))
		return raw[3] >= '0' && raw[3] <= '9';
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eq_str(stem, names[i]))
			return true;
	return false;
}

static void clean(struct buf *b, size_t from, struct slice s)
{
	while (s.n > 0) {
		uint32_t cp = 0;
		size_t len = utf8_next(s, &cp);

		if (len == 0)
			buf_byte(b, s.p[0]);
		else if (is_forbidden(cp))
			buf_byte(b, '_');
		else if (is_blank(cp) && (b->n == from || cp != 0x3000))
			b->n > from ? buf_byte(b, ' ') : (void)0;
		else if (!is_dropped(cp))
			buf_put(b, s.p, len);
		s = slice_from(s, len ? len : 1);
	}
	trim(b, from);
	shorten(b, from);
}

void filename_put(struct buf *b, struct slice name)
{
	AUTO_BUF one;

	buf_init(&one, name.n + 1);
	clean(&one, 0, name);
	if (is_device(buf_view(&one)))
		buf_byte(b, '_');
	buf_slice(b, buf_view(&one));
}

void filename_put_folder(struct buf *b, struct slice name)
{
	size_t from = b->n;

	filename_put(b, name);
	filename_one_extension(b, from);
}

/* Where the dot of the last extension is, and how long. */
static size_t extension(struct slice s, size_t *ret_len)
{
	struct slice left = s;
	bool letter = false;

	for (unsigned n = 0; n < 6 && left.n > 0; n++) {
		uint32_t cp;
		size_t len = last_of(left, &cp);

		left = slice_head(left, left.n - len);
		if (is_dot(cp)) {
			*ret_len = len;
			return n > 0 && letter && left.n > 0 ? left.n : SIZE_MAX;
		}
		cp = narrow(cp);
		letter |= cp >= 'a' && cp <= 'z';
		if (!(cp >= 'a' && cp <= 'z') && !(cp >= '0' && cp <= '9'))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

size_t filename_extension(struct slice name)
{
	size_t len;

	return extension(name, &len);
}

void filename_one_extension(struct buf *b, size_t from)
{
	size_t end = b->n, at, len;

	while ((at = extension(slice_of(b->p + from, end - from), &len)) != SIZE_MAX) {
		b->p[from + at] = '_';
		memmove(b->p + from + at + 1, b->p + from + at + len, b->n - from - at - len);
		b->n -= len - 1;
		end = from + at;
	}
	trim(b, from);
}
