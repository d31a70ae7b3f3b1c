#include "http/form.h"

#include "base/hash.h"
#include "base/utf8.h"

static bool is_control(uint8_t c, bool lines)
{
	if (lines && (c == '\r' || c == '\n' || c == '\t'))
		return false;
	return c < 0x20 || c == 0x7f;
}

enum err percent_decode(struct arena *a, struct slice in, bool plus, struct slice *ret)
{
	uint8_t *out = arena_alloc(a, in.n + 1);
	size_t n = 0;

	if (!out)
		return ERR_MEMORY;
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (c == '%') {
			if (in.n - i < 3)
				return ERR_SYNTAX;
			int hi = hex_digit(in.p[i + 1]), lo = hex_digit(in.p[i + 2]);

			if (hi < 0 || lo < 0)
				return ERR_SYNTAX;
			c = (uint8_t)(hi * 16 + lo);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		if (is_control(c, plus))
			return ERR_SYNTAX;
		out[n++] = c;
	}
	if (utf8_first_bad(slice_of(out, n)) != SIZE_MAX)
		return ERR_SYNTAX;
	*ret = slice_of(out, n);
	return OK;
}

enum err form_add(struct arena *a, struct form *f, struct slice name, struct slice value)
{
	if (f->n >= FORM_PAIRS_MAX)
		return ERR_LIMIT;
	void *items = f->pairs;

	TRY(arena_grow(a, &items, f->n, &f->cap, sizeof *f->pairs));
	f->pairs = items;
	f->pairs[f->n++] = (struct form_pair){name, value};
	return OK;
}

enum err form_parse(struct arena *a, struct slice in, struct form *ret)
{
	while (in.n > 0) {
		size_t end = slice_find_byte(in, '&');
		struct slice pair = slice_head(in, end);

		in = end == SIZE_MAX ? slice_from(in, in.n) : slice_from(in, end + 1);
		if (pair.n == 0)
			continue;
		size_t eq = slice_find_byte(pair, '=');
		struct slice name, value = {0};

		TRY(percent_decode(a, slice_head(pair, eq), true, &name));
		if (eq != SIZE_MAX)
			TRY(percent_decode(a, slice_from(pair, eq + 1), true, &value));
		TRY(form_add(a, ret, name, value));
	}
	return OK;
}

enum err form_parse_cookies(struct arena *a, struct slice in, struct form *ret)
{
	while (in.n > 0) {
		size_t end = slice_find_byte(in, ';');
		struct slice pair = slice_trim(slice_head(in, end));

		in = end == SIZE_MAX ? slice_from(in, in.n) : slice_from(in, end + 1);
		if (pair.n == 0)
			continue;
		size_t eq = slice_find_byte(pair, '=');

		if (eq == 0 || eq == SIZE_MAX)
			return ERR_SYNTAX;
		for (size_t i = 0; i < pair.n; i++)
			if (pair.p[i] <= 0x20 || pair.p[i] >= 0x7f)
				return ERR_SYNTAX;
		TRY(form_add(a, ret, slice_head(pair, eq), slice_from(pair, eq + 1)));
	}
	return OK;
}

struct slice form_get(const struct form *f, const char *name)
{
	struct slice found = {0};

	for (size_t i = 0; i < f->n; i++) {
		if (!slice_eq_str(f->pairs[i].name, name))
			continue;
		if (found.p)
			return (struct slice){0};
		found = f->pairs[i].value;
		if (!found.p)
			found.p = (const uint8_t *)"";
	}
	return found;
}

/* Every segment between slashes; the last one may be empty only where the path is "/". */
static bool segments_good(struct slice path)
{
	if (path.n == 0 || path.p[0] != '/')
		return false;
	for (struct slice rest = slice_from(path, 1);;) {
		size_t end = slice_find_byte(rest, '/');
		struct slice seg = slice_head(rest, end);

		if (seg.n == 0 && path.n > 1)
			return false;
		if (slice_eq_str(seg, ".") || slice_eq_str(seg, ".."))
			return false;
		if (end == SIZE_MAX)
			return true;
		rest = slice_from(rest, end + 1);
	}
}

static size_t slashes(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

enum err path_decode(struct arena *a, struct slice in, struct slice *ret)
{
	struct slice path;

	if (!segments_good(in))
		return ERR_SYNTAX;
	TRY(percent_decode(a, in, false, &path));
	/* An escaped slash would split a segment that a proxy in front saw as one. */
	if (!segments_good(path) || slashes(path) != slashes(in) ||
	    slice_find_byte(path, '\\') != SIZE_MAX)
		return ERR_SYNTAX;
	*ret = path;
	return OK;
}
