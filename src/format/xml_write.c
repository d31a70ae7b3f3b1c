#include "format/xml_write.h"

void xml_put_declaration(struct buf *out)
{
	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
}

/* The reference that must stand for c; NULL where c stands for itself. */
static const char *reference(uint8_t c, bool attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\t':
		return attr ? "&#9;" : NULL;
	case '\n':
		return attr ? "&#10;" : NULL;
	case '\r':
		return "&#13;";
	}
	return NULL;
}

/* Bit c: a reference stands for c. */
#define IN_TEXT (1ull << '&' | 1ull << '<' | 1ull << '>' | 1ull << '\r')
#define IN_ATTR (IN_TEXT | 1ull << '"' | 1ull << '\t' | 1ull << '\n')

static bool is_special(uint8_t c, bool attr)
{
	return c <= '>' && (attr ? IN_ATTR : IN_TEXT) >> c & 1;
}

static void put_escaped(struct buf *out, struct slice s, bool attr)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!is_special(s.p[i], attr))
			continue;
		buf_put(out, s.p + from, i - from);
		buf_str(out, reference(s.p[i], attr));
		from = i + 1;
	}
	buf_put(out, s.p + from, s.n - from);
}

/*
 * Tags are put together in room that is reserved once for each: `to` is where the next byte goes.
 */
static uint8_t *lay(uint8_t *to, const void *p, size_t n)
{
	if (n)
		memcpy(to, p, n);
	return to + n;
}

static size_t value_length(struct slice s)
{
	size_t n = s.n;

	for (size_t i = 0; i < s.n; i++)
		if (is_special(s.p[i], true))
			n += strlen(reference(s.p[i], true)) - 1;
	return n;
}

static uint8_t *lay_value(uint8_t *to, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_special(s.p[i], true)) {
			const char *ref = reference(s.p[i], true);

			to = lay(to, ref, strlen(ref));
		} else {
			*to++ = s.p[i];
		}
	}
	return to;
}

void xml_put_attr(struct buf *out, const char *name, struct slice value)
{
	buf_byte(out, ' ');
	buf_str(out, name);
	buf_str(out, "=\"");
	put_escaped(out, value, true);
	buf_byte(out, '"');
}

static const char *prefix_of(uint16_t ns)
{
	const char *prefix = ns == NS_NONE ? "" : names_ns(ns)->prefix;

	BUG_IF(ns >= NS_PRINTABLE_END || !prefix);
	return prefix;
}

static size_t name_length(uint16_t ns, struct slice name)
{
	return strlen(prefix_of(ns)) + 1 + name.n;
}

static uint8_t *lay_name(uint8_t *to, uint16_t ns, struct slice name)
{
	const char *prefix = prefix_of(ns);

	if (*prefix) {
		to = lay(to, prefix, strlen(prefix));
		*to++ = ':';
	}
	return lay(to, name.p, name.n);
}

static uint64_t used_namespaces(const struct xml_node *root)
{
	uint64_t used = 0;

	for (const struct xml_node *n = root; n; n = xml_following(n, root)) {
		if (!n->name.n)
			continue;
		BUG_IF(n->ns >= NS_PRINTABLE_END);
		used |= 1ull << n->ns;
		for (const struct xml_attr *a = n->attrs; a; a = a->next) {
			BUG_IF(a->ns >= NS_PRINTABLE_END);
			used |= 1ull << a->ns;
		}
	}
	return used;
}

static void put_declarations(struct buf *out, uint64_t used)
{
	for (unsigned i = NS_NONE + 1; i < NS_PRINTABLE_END; i++) {
		const struct names_ns *ns = names_ns(i);

		if (!(used >> i & 1) || i == NS_XML)
			continue;
		buf_str(out, *ns->prefix ? " xmlns:" : " xmlns");
		buf_str(out, ns->prefix);
		buf_str(out, "=\"");
		buf_str(out, ns->uri);
		buf_byte(out, '"');
	}
}

static void put_attrs(struct buf *out, const struct xml_node *n)
{
	size_t length = 0;
	uint8_t *room, *to;

	for (const struct xml_attr *a = n->attrs; a; a = a->next)
		length += name_length(a->ns, a->name) + value_length(a->value) + 4;
	room = length ? buf_reserve(out, length) : NULL;
	if (!room)
		return;
	to = room;
	for (const struct xml_attr *a = n->attrs; a; a = a->next) {
		*to++ = ' ';
		to = lay_name(to, a->ns, a->name);
		to = lay(to, "=\"", 2);
		to = lay_value(to, a->value);
		*to++ = '"';
	}
	buf_commit(out, (size_t)(to - room));
}

/* The name of n between what opens a tag and, where there is nothing more, what closes it. */
static void put_tag(struct buf *out, const char *open, const struct xml_node *n, const char *close)
{
	size_t opens = strlen(open), closes = strlen(close);
	uint8_t *room, *to;

	BUG_IF(n->ns == NS_NONE);
	room = buf_reserve(out, opens + name_length(n->ns, n->name) + closes);
	if (!room)
		return;
	to = lay(room, open, opens);
	to = lay_name(to, n->ns, n->name);
	to = lay(to, close, closes);
	buf_commit(out, (size_t)(to - room));
}

static void put_start(struct buf *out, const struct xml_node *n, const struct xml_node *root,
		      uint64_t used)
{
	const char *close = n->first ? ">" : "/>";

	if (n != root && !n->attrs) {
		put_tag(out, "<", n, close);
		return;
	}
	put_tag(out, "<", n, "");
	if (n == root)
		put_declarations(out, used);
	put_attrs(out, n);
	buf_str(out, close);
}

static void put_end(struct buf *out, const struct xml_node *n)
{
	put_tag(out, "</", n, ">");
}

void xml_write(struct buf *out, const struct xml_node *root)
{
	uint64_t used = used_namespaces(root);
	const struct xml_node *n = root;

	xml_put_declaration(out);
	while (n) {
		if (n->name.n)
			put_start(out, n, root, used);
		else
			put_escaped(out, n->text, false);
		if (n->first) {
			n = n->first;
			continue;
		}
		while (n != root && !n->next) {
			n = n->parent;
			put_end(out, n);
		}
		n = n == root ? NULL : n->next;
	}
}
