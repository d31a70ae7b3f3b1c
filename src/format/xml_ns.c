#include "format/xml_ns.h"

#include "names/names.h"

void xml_scope_init(struct xml_scope *s)
{
	*s = (struct xml_scope){.last = {SIZE_MAX, SIZE_MAX}};
}

bool xml_scope_bind(struct xml_scope *s, struct arena *a, unsigned depth, struct slice prefix,
		    struct slice uri)
{
	struct xml_binding b = {.depth = depth};
	const struct names_ns *known;

	if (slice_eq(prefix, S("xml")) || slice_eq(prefix, S("xmlns")) || (prefix.n && !uri.n))
		return false;
	b.prefix = arena_copy(a, prefix);
	if (!b.prefix.p || arena_grow(a, (void **)&s->items, s->n, &s->cap, sizeof *s->items) != OK)
		return false;
	known = names_ns_by_uri(uri);
	b.ns = known ? names_ns_number(known) : uri.n ? NS_UNKNOWN : NS_NONE;
	s->items[s->n++] = b;
	s->last[0] = s->last[1] = SIZE_MAX;
	return true;
}

void xml_scope_leave(struct xml_scope *s, unsigned depth)
{
	size_t n = s->n;

	while (s->n && s->items[s->n - 1].depth >= depth)
		s->n--;
	if (n != s->n)
		s->last[0] = s->last[1] = SIZE_MAX;
}

bool xml_scope_find(struct xml_scope *s, struct slice prefix, bool element, uint16_t *ret_ns)
{
	size_t *last = &s->last[element];

	if (!element && prefix.n == 0) {
		*ret_ns = 0;
		return true;
	}
	if (*last != SIZE_MAX && slice_eq(s->items[*last].prefix, prefix)) {
		*ret_ns = s->items[*last].ns;
		return true;
	}
	for (size_t i = s->n; i > 0; i--)
		if (slice_eq(s->items[i - 1].prefix, prefix)) {
			*last = i - 1;
			*ret_ns = s->items[i - 1].ns;
			return true;
		}
	if (slice_eq(prefix, S("xml"))) {
		*ret_ns = NS_XML;
		return true;
	}
	*ret_ns = 0;
	return prefix.n == 0;
}
