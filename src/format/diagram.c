/*
 * Diagrams. Their stored drawing (dsp:) differs from shapes of slides by its namespace only, and so
 * does the text of their data (dgm:t); both are read as parts of slides. ECMA-376-1 21.4,
 * [MS-ODRAWXML] 2.5.
 */
#include "format/graphic.h"
#include "format/ooxml_build.h"

enum { BOXES_MAX = 1000 };

/* --- reading ---------------------------------------------------------------------------------- */

static void as(struct xml_node *n, const char *name)
{
	n->ns = NS_P;
	n->name = slice_str(name);
}

static enum xml_verdict of_drawing(struct xml_node *n)
{
	static const char *const same[] = {"sp",    "nvSpPr",    "cNvPr",     "cNvSpPr",
					   "spPr",  "style",     "txBody",    "grpSpPr",
					   "grpSp", "nvGrpSpPr", "cNvGrpSpPr"};

	if (n->ns != NS_DSP)
		return XML_KEEP;
	if (!n->parent)
		return slice_eq_str(n->name, "drawing") ? XML_KEEP : XML_HOLD;
	if (slice_eq_str(n->name, "spTree")) {
		as(n, "grpSp");
		return XML_KEEP;
	}
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (slice_eq_str(n->name, same[i])) {
			as(n, same[i]);
			if (xml_attr_find(n, NS_NONE, "modelId"))
				xml_attr_drop(n, xml_attr_find(n, NS_NONE, "modelId"));
			return XML_KEEP;
		}
	return XML_SKIP; /* dsp:txXfrm: where the text stands in its shape */
}

/* Of the data: the points with their texts, and which relationship leads to the drawing. */
static enum xml_verdict of_data(struct xml_node *n)
{
	static const char *const frame[] = {"dataModel", "ptLst", "pt", "extLst"};

	if (xml_is(n, NS_DGM, "t")) {
		as(n, "txBody");
		return XML_KEEP;
	}
	if (n->ns == NS_DSP)
		return XML_KEEP;
	if (n->ns == NS_A && xml_is(n->parent, NS_DGM, "extLst"))
		return XML_UNWRAP;
	for (size_t i = 0; n->ns == NS_DGM && i < ARRAY_LEN(frame); i++)
		if (slice_eq_str(n->name, frame[i]))
			return XML_KEEP;
	return n->ns == NS_DGM ? XML_SKIP : XML_KEEP;
}

/* --- shapes ----------------------------------------------------------------------------------- */

/* The right and lower end of what is drawn. */
static void bounds(const struct xml_node *group, int64_t *ret_cx, int64_t *ret_cy)
{
	*ret_cx = *ret_cy = 1;
	for (const struct xml_node *n = group->first; n; n = n->next) {
		const struct xml_node *x = xml_child(xml_child(n, NS_P, "spPr"), NS_A, "xfrm");
		const struct xml_node *off = xml_child(x, NS_A, "off");
		const struct xml_node *ext = xml_child(x, NS_A, "ext");
		int64_t right = build_coordinate(off, "x") + build_coordinate(ext, "cx");
		int64_t lower = build_coordinate(off, "y") + build_coordinate(ext, "cy");

		*ret_cx = right > *ret_cx ? right : *ret_cx;
		*ret_cy = lower > *ret_cy ? lower : *ret_cy;
	}
}

static void pair(struct ooxml *o, struct xml_node *in, const char *name, const char *a, int64_t x,
		 const char *b, int64_t y)
{
	struct xml_node *n = in ? build(o, in, NS_A, name) : NULL;

	build_number(o, n, a, x);
	build_number(o, n, b, y);
}

static void place(struct ooxml *o, struct xml_node *props, int64_t x, int64_t y, int64_t cx,
		  int64_t cy, bool group)
{
	struct xml_node *xfrm = props ? build(o, props, NS_A, "xfrm") : NULL;

	pair(o, xfrm, "off", "x", x, "y", y);
	pair(o, xfrm, "ext", "cx", cx, "cy", cy);
	if (group) {
		pair(o, xfrm, "chOff", "x", 0, "y", 0);
		pair(o, xfrm, "chExt", "cx", cx, "cy", cy);
	}
}

/* New properties of the group before its shapes; the ids of all shapes become new ones. */
static enum err finish_group(struct ooxml *o, struct xml_node *group, int64_t cx, int64_t cy)
{
	struct xml_node *names = build(o, NULL, NS_P, "nvGrpSpPr");
	struct xml_node *props = build(o, NULL, NS_P, "grpSpPr"), *n, *next;

	if (!names || !props)
		return ERR_MEMORY;
	for (n = group->first; n; n = next) {
		next = n->next;
		if (xml_is(n, NS_P, "nvGrpSpPr") || xml_is(n, NS_P, "grpSpPr"))
			xml_remove(n);
	}
	xml_insert_after(group, NULL, names);
	xml_insert_after(group, names, props);
	build_name(o, build(o, names, NS_P, "cNvPr"), "Diagram");
	(void)!build(o, names, NS_P, "cNvGrpSpPr");
	if (cx <= 0 || cy <= 0)
		bounds(group, &cx, &cy);
	place(o, props, 0, 0, cx, cy, true);
	for (n = group; n; n = xml_following(n, group)) {
		if (xml_is(n, NS_P, "nvSpPr") || xml_is(n, NS_P, "nvGrpSpPr"))
			(void)!build(o, n, NS_P, "nvPr");
		if (!xml_is(n, NS_P, "cNvPr") || n->parent == names)
			continue;
		n->attrs = NULL;
		build_name(o, n, "Shape");
	}
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}

/* Where no drawing is stored: a box with the text of each point, below each other. */
static enum err box(struct ooxml *o, struct xml_node *group, struct xml_node *text, size_t i,
		    int64_t cx, int64_t cy)
{
	struct xml_node *sp = build(o, group, NS_P, "sp"), *n;

	n = sp ? build(o, sp, NS_P, "nvSpPr") : NULL;
	if (!n || !build(o, n, NS_P, "cNvPr") || !build(o, n, NS_P, "cNvSpPr"))
		return ERR_MEMORY;
	n = build(o, sp, NS_P, "spPr");
	place(o, n, 0, (int64_t)i * cy, cx, cy - cy / 8, false);
	n = n ? build(o, n, NS_A, "prstGeom") : NULL;
	build_attr(o, n, NS_NONE, "prst", S("rect"));
	if (!n || !build(o, n, NS_A, "avLst"))
		return ERR_MEMORY;
	n = build(o, n->parent, NS_A, "ln");
	n = n ? build(o, n, NS_A, "solidFill") : NULL;
	n = n ? build(o, n, NS_A, "srgbClr") : NULL;
	build_attr(o, n, NS_NONE, "val", S("808080"));
	build_move(text, sp);
	return n ? OK : ERR_MEMORY;
}

static enum err boxes(struct ooxml *o, struct xml_node *data, int64_t cx, int64_t cy,
		      struct xml_node **ret)
{
	struct xml_node *points = xml_child(data, NS_DGM, "ptLst"), *texts[BOXES_MAX];
	struct xml_node *group = build(o, NULL, NS_P, "grpSp");
	size_t n = 0;

	if (!group)
		return ERR_MEMORY;
	for (struct xml_node *p = xml_child(points, NS_DGM, "pt"); p; p = xml_again(p)) {
		struct xml_node *t = xml_child(p, NS_P, "txBody");

		if (n < BOXES_MAX && t && xml_text_slice(o->scratch, t).n)
			texts[n++] = t;
	}
	if (cx <= 0 || cy <= 0) {
		cx = 3600000;
		cy = (int64_t)(n + 1) * 400000;
	}
	for (size_t i = 0; i < n; i++)
		TRY(box(o, group, texts[i], i, cx, cy / (int64_t)n));
	*ret = n ? group : NULL;
	return n ? finish_group(o, group, cx, cy) : OK;
}

enum err diagram_read(struct ooxml *o, const struct xml_node *rel_ids, int64_t cx, int64_t cy,
		      struct xml_node **ret_group)
{
	struct slice id = xml_attr_value(rel_ids, NS_R, "dm"), drawing;
	struct xml_node *data = NULL, *root = NULL, *tree;
	enum err e = id.n ? ooxml_target_as(o, id, PART_SLIDE, of_data, &data) : ERR_NOT_FOUND;

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	drawing = xml_attr_value(
	    xml_child(xml_child(data, NS_DGM, "extLst"), NS_DSP, "dataModelExt"), NS_NONE, "relId");
	e = drawing.n ? ooxml_target_as(o, drawing, PART_SLIDE, of_drawing, &root) : ERR_NOT_FOUND;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	tree = xml_child(root, NS_P, "grpSp");
	if (tree && xml_child(tree, NS_P, "sp")) {
		TRY(ooxml_adopt(o, drawing, tree));
		TRY(finish_group(o, tree, cx, cy));
		*ret_group = tree;
	} else {
		TRY(boxes(o, data, cx, cy, ret_group));
		if (*ret_group)
			TRY(ooxml_adopt(o, id, *ret_group));
	}
	if (!*ret_group)
		return OK;
	ooxml_found(o, ACT_REPLACED, "smart-art", S(""), xml_text_slice(o->scratch, *ret_group));
	ooxml_count_text(o, xml_text_slice(o->scratch, *ret_group), S(""));
	return OK;
}
