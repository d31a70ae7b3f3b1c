/* Finding and changing things in the tree of xml.h. */
#include "format/xml.h"

bool xml_is(const struct xml_node *n, unsigned ns, const char *name)
{
	return n && n->name.n && n->ns == ns && slice_eq_str(n->name, name);
}

struct xml_node *xml_child(const struct xml_node *n, unsigned ns, const char *name)
{
	for (struct xml_node *c = n ? n->first : NULL; c; c = c->next)
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

struct xml_node *xml_again(const struct xml_node *n)
{
	for (struct xml_node *c = n->next; c; c = c->next)
		if (c->name.n && c->ns == n->ns && slice_eq(c->name, n->name))
			return c;
	return NULL;
}

struct xml_node *xml_skip(const struct xml_node *n, const struct xml_node *root)
{
	while (n && n != root) {
		if (n->next)
			return n->next;
		n = n->parent;
	}
	return NULL;
}

struct xml_node *xml_following(const struct xml_node *n, const struct xml_node *root)
{
	return n->first ? n->first : xml_skip(n, root);
}

void xml_append(struct xml_node *parent, struct xml_node *n)
{
	n->parent = parent;
	n->next = NULL;
	n->prev = parent->last;
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
}

void xml_insert_after(struct xml_node *parent, struct xml_node *before, struct xml_node *n)
{
	struct xml_node *after = before ? before->next : parent->first;

	n->parent = parent;
	n->prev = before;
	n->next = after;
	*(before ? &before->next : &parent->first) = n;
	*(after ? &after->prev : &parent->last) = n;
}

struct xml_attr *xml_attr_find(const struct xml_node *n, unsigned ns, const char *name)
{
	for (struct xml_attr *a = n ? n->attrs : NULL; a; a = a->next)
		if (a->ns == ns && slice_eq_str(a->name, name))
			return a;
	return NULL;
}

struct slice xml_attr_value(const struct xml_node *n, unsigned ns, const char *name)
{
	const struct xml_attr *a = xml_attr_find(n, ns, name);

	return a ? a->value : (struct slice){0};
}

void xml_attr_drop(struct xml_node *n, const struct xml_attr *a)
{
	struct xml_attr **at = &n->attrs;

	while (*at && *at != a)
		at = &(*at)->next;
	if (*at)
		*at = a->next;
}

/* Puts the chain first..last (or nothing) where n stands. */
static void replace(const struct xml_node *n, struct xml_node *first, struct xml_node *last)
{
	struct xml_node *parent = n->parent;
	struct xml_node *after = first ? first : n->next, *before = last ? last : n->prev;

	BUG_IF(!parent);
	if (n->prev)
		n->prev->next = after;
	else
		parent->first = after;
	if (n->next)
		n->next->prev = before;
	else
		parent->last = before;
	if (first) {
		first->prev = n->prev;
		last->next = n->next;
	}
}

void xml_remove(struct xml_node *n)
{
	replace(n, NULL, NULL);
}

void xml_unwrap(struct xml_node *n)
{
	for (struct xml_node *c = n->first; c; c = c->next)
		c->parent = n->parent;
	replace(n, n->first, n->last);
}

enum err xml_set_text(struct arena *a, struct xml_node *n, struct slice text)
{
	struct xml_node *t = arena_alloc(a, sizeof *t);
	struct slice copy = arena_copy(a, text);

	if (!t || !copy.p)
		return ERR_MEMORY;
	*t = (struct xml_node){.parent = n, .text = copy};
	n->first = n->last = text.n ? t : NULL;
	return OK;
}

void xml_text(const struct xml_node *n, struct buf *ret)
{
	for (const struct xml_node *c = n; c; c = xml_following(c, n))
		if (!c->name.n)
			buf_slice(ret, c->text);
}

struct slice xml_text_slice(struct arena *a, const struct xml_node *n)
{
	AUTO_BUF b = {0};

	if (!n || !n->first)
		return S("");
	if (n->first == n->last && !n->first->name.n)
		return n->first->text;
	buf_init(&b, SIZE_MAX / 2);
	xml_text(n, &b);
	return arena_copy(a, buf_view(&b));
}
