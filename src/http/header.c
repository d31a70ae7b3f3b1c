#include "http/header.h"

#include "base/utf8.h"

bool host_is_ours(struct slice host, const char *const *names, unsigned port)
{
	struct slice name = host;
	size_t colon = SIZE_MAX;

	if (host.n == 0)
		return false;
	if (host.p[0] == '[') {
		size_t end = slice_find_byte(host, ']');

		if (end == SIZE_MAX)
			return false;
		name = slice_head(host, end + 1);
		if (host.n > end + 1) {
			if (host.p[end + 1] != ':')
				return false;
			colon = end + 1;
		}
	} else {
		colon = slice_find_byte(host, ':');
		name = slice_head(host, colon);
	}
	if (colon != SIZE_MAX) {
		uint64_t given;

		if (!slice_u64(slice_from(host, colon + 1), &given) || given != port)
			return false;
	}
	for (; *names; names++)
		if (slice_eq_nocase(name, slice_str(*names)))
			return true;
	return false;
}

enum range_result range_parse(struct slice header, uint64_t size, uint64_t *ret_first,
			      uint64_t *ret_last)
{
	struct slice unit = S("bytes=");
	uint64_t first, last;

	if (!slice_starts(header, unit))
		return RANGE_NONE;
	struct slice spec = slice_trim(slice_from(header, unit.n));
	size_t dash = slice_find_byte(spec, '-');

	if (dash == SIZE_MAX || slice_find_byte(spec, ',') != SIZE_MAX)
		return RANGE_NONE;
	struct slice from = slice_head(spec, dash), to = slice_from(spec, dash + 1);

	if (from.n == 0) { /* the last n bytes */
		if (!slice_u64(to, &last))
			return RANGE_NONE;
		if (last == 0 || size == 0)
			return RANGE_BEYOND;
		*ret_first = last >= size ? 0 : size - last;
		*ret_last = size - 1;
		return RANGE_PART;
	}
	if (!slice_u64(from, &first))
		return RANGE_NONE;
	last = UINT64_MAX;
	if (to.n > 0 && (!slice_u64(to, &last) || last < first))
		return RANGE_NONE;
	if (first >= size)
		return RANGE_BEYOND;
	*ret_first = first;
	*ret_last = last >= size ? size - 1 : last;
	return RANGE_PART;
}

static bool is_hostile(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == '/' || cp == '\\' || cp == ':' ||
	       cp == '"' || cp == '*' || cp == '?' || cp == '<' || cp == '>' || cp == '|' ||
	       utf8_is_invisible(cp);
}

/* attr-char of RFC 8187 3.2.1. */
static bool is_attr_char(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') ||
	       (cp < 0x80 && cp != 0 && strchr("!#$&+-.^_`|~", (int)cp));
}

void disposition_put(struct buf *b, struct slice name)
{
	uint32_t cp;
	size_t step;

	buf_str(b, "attachment; filename=\"");
	for (struct slice rest = name; rest.n > 0; rest = slice_from(rest, step)) {
		step = utf8_next(rest, &cp);
		if (step == 0)
			step = 1, cp = 0;
		buf_byte(b, cp < 0x7f && cp != '%' && !is_hostile(cp) ? (uint8_t)cp : '_');
	}
	buf_str(b, "\"; filename*=UTF-8''");
	for (struct slice rest = name; rest.n > 0; rest = slice_from(rest, step)) {
		step = utf8_next(rest, &cp);
		if (step == 0)
			step = 1, cp = 0;
		if (is_hostile(cp))
			buf_byte(b, '_');
		else if (is_attr_char(cp))
			buf_byte(b, (uint8_t)cp);
		else
			for (size_t i = 0; i < step; i++)
				buf_printf(b, "%%%02X", rest.p[i]);
	}
}

static bool is_token(uint8_t c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"[]?={}", c);
}

struct slice media_type(struct arena *a, struct slice header)
{
	struct slice type = slice_trim(slice_head(header, slice_find_byte(header, ';')));
	uint8_t *low = arena_alloc(a, type.n + 1);

	if (!low)
		return (struct slice){0};
	for (size_t i = 0; i < type.n; i++) {
		uint8_t c = type.p[i];

		if (!is_token(c))
			return (struct slice){0};
		low[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
	}
	return slice_of(low, type.n);
}

static bool is_boundary_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("'()+_,-./:=?", c));
}

enum err media_boundary(struct slice header, struct slice *ret)
{
	struct slice found = {0};
	size_t semi = slice_find_byte(header, ';');

	while (semi != SIZE_MAX) {
		header = slice_from(header, semi + 1);
		semi = slice_find_byte(header, ';');
		struct slice param = slice_trim(slice_head(header, semi));
		size_t eq = slice_find_byte(param, '=');

		if (eq == SIZE_MAX || !slice_eq_nocase(slice_head(param, eq), S("boundary")))
			continue;
		if (found.p)
			return ERR_SYNTAX;
		found = slice_from(param, eq + 1);
		if (found.n >= 2 && found.p[0] == '"' && found.p[found.n - 1] == '"')
			found = slice_of(found.p + 1, found.n - 2);
	}
	if (found.n < 1 || found.n > 70)
		return ERR_SYNTAX;
	for (size_t i = 0; i < found.n; i++)
		if (!is_boundary_char(found.p[i]))
			return ERR_SYNTAX;
	*ret = found;
	return OK;
}
