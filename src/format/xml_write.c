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

static void put_escaped(struct buf *out, struct slice s, bool attr)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *ref = s.p[i] > '>' ? NULL : reference(s.p[i], attr);

		if (!ref)
			continue;
		buf_put(out, s.p + from, i - from);
		buf_str(out, ref);
		from = i + 1;
	}
	buf_put(out, s.p + from, s.n - from);
}

void xml_put_attr(struct buf *out, const char *name, struct slice value)
{
	buf_byte(out, ' ');
	buf_str(out, name);
	buf_str(out, "=\"");
	put_escaped(out, value, true);
	buf_byte(out, '"');
}

static void put_name(struct buf *out, uint16_t ns, struct slice name)
{
	const char *prefix = names_ns(ns)->prefix;

	BUG_IF(ns >= NS_PRINTABLE_END || !prefix);
	if (*prefix) {
		buf_str(out, prefix);
		buf_byte(out, ':');
	}
	buf_slice(out, name);
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

static void put_start(struct buf *out, const struct xml_node *n, const struct xml_node *root,
		      uint64_t used)
{
	buf_byte(out, '<');
	put_name(out, n->ns, n->name);
	if (n == root)
		put_declarations(out, used);
	for (const struct xml_attr *a = n->attrs; a; a = a->next) {
		buf_byte(out, ' ');
		if (a->ns == NS_NONE)
			buf_slice(out, a->name);
		else
			put_name(out, a->ns, a->name);
		buf_str(out, "=\"");
		put_escaped(out, a->value, true);
		buf_byte(out, '"');
	}
	buf_str(out, n->first ? ">" : "/>");
}

static void put_end(struct buf *out, const struct xml_node *n)
{
	buf_str(out, "</");
	put_name(out, n->ns, n->name);
	buf_byte(out, '>');
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
