#include "format/ooxml_build.h"

#include <stdio.h>

struct xml_node *build(struct ooxml *o, struct xml_node *parent, unsigned ns, const char *name)
{
	const struct names_element *row = names_element(ns, slice_str(name));
	struct xml_node *n = arena_alloc(o->scratch, sizeof *n);

	BUG_IF(!row || row->disp != NAMES_KEEP);
	if (!n)
		return NULL;
	*n = (struct xml_node){.name = slice_of(row->name, row->name_n), .row = row, .ns = row->ns};
	if (parent)
		xml_append(parent, n);
	return n;
}

void build_attr(struct ooxml *o, struct xml_node *n, unsigned ns, const char *name,
		struct slice value)
{
	const struct names_attr *row;
	struct xml_attr *a, **at;

	if (!n)
		return;
	row = names_attribute(n->row, ns, slice_str(name));
	a = arena_alloc(o->scratch, sizeof *a);
	BUG_IF(!row || row->disp != NAMES_KEEP);
	if (!a)
		return;
	*a = (struct xml_attr){.name = slice_of(row->name, row->name_n), .row = row, .ns = row->ns};
	a->value = arena_copy(o->scratch, value);
	for (at = &n->attrs; *at;)
		at = &(*at)->next;
	*at = a;
}

void build_number(struct ooxml *o, struct xml_node *n, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)value);
	build_attr(o, n, NS_NONE, name, slice_str(text));
}

void build_replace(struct xml_node *n, struct xml_node *with)
{
	with->parent = n->parent;
	with->prev = n->prev;
	with->next = n->next;
	if (n->prev)
		n->prev->next = with;
	else
		n->parent->first = with;
	if (n->next)
		n->next->prev = with;
	else
		n->parent->last = with;
}

void build_move(struct xml_node *n, struct xml_node *parent)
{
	xml_remove(n);
	xml_append(parent, n);
}

static struct xml_node *child(struct ooxml *o, struct xml_node *parent, unsigned ns,
			      const char *name)
{
	return parent ? build(o, parent, ns, name) : NULL;
}

void build_name(struct ooxml *o, struct xml_node *n, const char *name)
{
	build_number(o, n, "id", (int64_t)(o->objects++) + 100000);
	build_attr(o, n, NS_NONE, "name", slice_str(name));
}

void build_rectangle(struct ooxml *o, struct xml_node *props, int64_t x, int64_t y, int64_t cx,
		     int64_t cy)
{
	struct xml_node *xfrm = child(o, props, NS_A, "xfrm"), *n;

	n = child(o, xfrm, NS_A, "off");
	build_number(o, n, "x", x);
	build_number(o, n, "y", y);
	n = child(o, xfrm, NS_A, "ext");
	build_number(o, n, "cx", cx);
	build_number(o, n, "cy", cy);
	n = child(o, props, NS_A, "prstGeom");
	build_attr(o, n, NS_NONE, "prst", S("rect"));
	(void)child(o, n, NS_A, "avLst");
}

void build_picture(struct ooxml *o, struct xml_node *parent, unsigned ns, struct slice rel,
		   int64_t x, int64_t y, int64_t cx, int64_t cy)
{
	struct xml_node *n = child(o, parent, ns, "nvPicPr");

	build_name(o, child(o, n, ns, "cNvPr"), "Picture");
	(void)child(o, n, ns, "cNvPicPr");
	if (ns == NS_P)
		(void)child(o, n, ns, "nvPr");
	n = child(o, parent, ns, "blipFill");
	build_attr(o, child(o, n, NS_A, "blip"), NS_R, "embed", rel);
	(void)child(o, child(o, n, NS_A, "stretch"), NS_A, "fillRect");
	build_rectangle(o, child(o, parent, ns, "spPr"), x, y, cx, cy);
}

static void put_position(struct ooxml *o, struct xml_node *anchor, const char *name,
			 const char *from, int64_t offset)
{
	struct xml_node *n = child(o, anchor, NS_WP, name), *p;
	char text[24];

	build_attr(o, n, NS_NONE, "relativeFrom", slice_str(from));
	p = child(o, n, NS_WP, "posOffset");
	snprintf(text, sizeof text, "%lld", (long long)offset);
	if (p && xml_set_text(o->scratch, p, slice_str(text)) != OK)
		xml_remove(p);
}

static void put_anchor(struct ooxml *o, struct xml_node *n, const struct frame *f)
{
	struct xml_node *simple;

	for (size_t i = 0; i < 4; i++)
		build_number(o, n, (const char *const[]){"distT", "distB", "distL", "distR"}[i], 0);
	build_number(o, n, "simplePos", 0);
	build_number(o, n, "relativeHeight", 1);
	build_number(o, n, "behindDoc", f->behind);
	build_number(o, n, "locked", 0);
	build_number(o, n, "layoutInCell", 1);
	build_number(o, n, "allowOverlap", 1);
	simple = child(o, n, NS_WP, "simplePos");
	build_number(o, simple, "x", 0);
	build_number(o, simple, "y", 0);
	put_position(o, n, "positionH", "column", f->x);
	put_position(o, n, "positionV", "paragraph", f->y);
}

struct xml_node *build_drawing(struct ooxml *o, const struct frame *f, const char *uri,
			       struct xml_node **ret_data)
{
	struct xml_node *drawing = build(o, NULL, NS_W, "drawing");
	struct xml_node *frame, *n;

	frame = child(o, drawing, NS_WP, f->floating ? "anchor" : "inline");
	if (f->floating)
		put_anchor(o, frame, f);
	n = child(o, frame, NS_WP, "extent");
	build_number(o, n, "cx", f->cx);
	build_number(o, n, "cy", f->cy);
	if (f->floating)
		(void)child(o, frame, NS_WP, "wrapNone");
	build_name(o, child(o, frame, NS_WP, "docPr"), "Object");
	n = child(o, child(o, frame, NS_A, "graphic"), NS_A, "graphicData");
	build_attr(o, n, NS_NONE, "uri", slice_str(uri));
	*ret_data = n;
	return n ? drawing : NULL;
}

int64_t build_coordinate(const struct xml_node *n, const char *name)
{
	struct slice s = xml_attr_value(n, NS_NONE, name);
	bool minus = s.n && s.p[0] == '-';
	uint64_t v = 0;

	(void)slice_u64(slice_from(s, minus), &v);
	v = v > INT32_MAX ? INT32_MAX : v;
	return minus ? -(int64_t)v : (int64_t)v;
}
