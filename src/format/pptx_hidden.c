/*
 * Text of slides that nobody sees: off the slide, at most one point high, in the colour of what is
 * behind it, or under another shape. Size and colour come from the run, or from the list styles of
 * its shape; those of placeholders are reported where layout and master give them.
 *
 * What cannot be told (pictures and gradients behind the text, themes) is taken for visible.
 */
#include "format/ooxml_build.h"
#include "format/pptx_parts.h"

enum { SHAPES_MAX = 512 }; /* of one slide, compared each with each */

struct box {
	const struct xml_node *shape;
	int64_t x, y, right, lower;
	bool known;
};

/* --- places ----------------------------------------------------------------------------------- */

/* Where the shape stands by itself; unknown where it is turned or its layout says it. */
static struct box box_of(const struct xml_node *shape)
{
	const struct xml_node *xfrm = xml_child(shape, NS_P, "xfrm"), *off, *ext;
	struct box b = {.shape = shape};

	if (!xfrm)
		xfrm = xml_child(xml_child(shape, NS_P, "spPr"), NS_A, "xfrm");
	if (!xfrm)
		xfrm = xml_child(xml_child(shape, NS_P, "grpSpPr"), NS_A, "xfrm");
	off = xml_child(xfrm, NS_A, "off");
	ext = xml_child(xfrm, NS_A, "ext");
	b.known = off && ext && !xml_attr_find(xfrm, NS_NONE, "rot");
	b.x = build_coordinate(off, "x");
	b.y = build_coordinate(off, "y");
	b.right = b.x + build_coordinate(ext, "cx");
	b.lower = b.y + build_coordinate(ext, "cy");
	return b;
}

bool pptx_is_off_slide(const struct ooxml *o, const struct xml_node *shape)
{
	const struct show *show = o->own;
	struct box b;

	if (ooxml_part_id(o) != PART_SLIDE || !xml_is(shape->parent, NS_P, "spTree") || !show->cx)
		return false;
	b = box_of(shape);
	return b.known && (b.x >= show->cx || b.y >= show->cy || b.right < 0 || b.lower < 0);
}

/* --- colours ---------------------------------------------------------------------------------- */

/* RRGGBB, or the name of a colour of the scheme; empty where it cannot be told. */
static struct slice colour_in(const struct xml_node *fill)
{
	const struct xml_node *rgb = xml_child(fill, NS_A, "srgbClr");
	const struct xml_node *scheme = xml_child(fill, NS_A, "schemeClr");
	const struct xml_node *system = xml_child(fill, NS_A, "sysClr");
	const struct xml_node *n = rgb ? rgb : scheme ? scheme : system;

	if (!n || n->first) /* changed by lumMod, alpha ... */
		return S("");
	return xml_attr_value(n, NS_NONE, system && n == system ? "lastClr" : "val");
}

/* The colours of the scheme that have the same place in every theme. */
static struct slice plain(const struct show *show, struct slice colour)
{
	if (show->dark)
		return colour;
	if (slice_eq(colour, S("bg1")) || slice_eq(colour, S("lt1")))
		return S("FFFFFF");
	return slice_eq(colour, S("tx1")) || slice_eq(colour, S("dk1")) ? S("000000") : colour;
}

static bool same(const struct show *show, struct slice a, struct slice b)
{
	return a.n && slice_eq_nocase(plain(show, a), plain(show, b));
}

/* What the properties of a shape, a cell or a background fill it with. */
enum filling { FILL_NONE, FILL_SOLID, FILL_UNKNOWN };

static enum filling filling_of(const struct xml_node *props, struct slice *ret)
{
	static const char *const others[] = {"gradFill", "blipFill", "pattFill", "grpFill"};
	const struct xml_node *solid = xml_child(props, NS_A, "solidFill");

	if (solid) {
		*ret = colour_in(solid);
		return ret->n ? FILL_SOLID : FILL_UNKNOWN;
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (xml_child(props, NS_A, others[i]))
			return FILL_UNKNOWN;
	return FILL_NONE;
}

static enum filling shape_filling(const struct xml_node *shape, struct slice *ret)
{
	const struct xml_node *props = xml_child(shape, NS_P, "spPr");
	enum filling f = filling_of(props, ret);

	/* A style fills what does not say that it is empty; so may a placeholder's layout. */
	if (f == FILL_NONE && !xml_child(props, NS_A, "noFill") &&
	    (xml_child(shape, NS_P, "style") ||
	     xml_child(xml_child(xml_child(shape, NS_P, "nvSpPr"), NS_P, "nvPr"), NS_P, "ph")))
		return FILL_UNKNOWN;
	return f;
}

void pptx_read_background(struct ooxml *o, const struct xml_node *root)
{
	const struct xml_node *map = xml_child(root, NS_P, "clrMap");
	const struct xml_node *bg = xml_child(xml_child(root, NS_P, "cSld"), NS_P, "bg");
	struct slice colour = S("bg1");
	struct show *show = o->own;

	if (bg && filling_of(xml_child(bg, NS_P, "bgPr"), &colour) != FILL_SOLID)
		colour = colour_in(xml_child(bg, NS_P, "bgRef"));
	show->dark = map && !slice_eq(xml_attr_value(map, NS_NONE, "bg1"), S("lt1"));
	show->background = arena_copy(o->arena, colour);
}

/* --- text ------------------------------------------------------------------------------------- */

static bool is_tiny(const struct xml_node *props)
{
	uint64_t size;

	return slice_u64(xml_attr_value(props, NS_NONE, "sz"), &size) && size <= 100;
}

/* The properties that a list style gives to the level of a paragraph. */
static const struct xml_node *level_props(const struct xml_node *list, const struct xml_node *p)
{
	const struct xml_node *props = xml_is(p->first, NS_A, "pPr") ? p->first : NULL;
	struct slice level = xml_attr_value(props, NS_NONE, "lvl");
	char name[] = "lvl1pPr";

	if (level.n == 1 && level.p[0] >= '1' && level.p[0] <= '8')
		name[3] = (char)(level.p[0] + 1);
	return xml_child(xml_child(list, NS_A, name), NS_A, "defRPr");
}

/* given: what the list style says for the run's paragraph, or NULL. */
static const char *run_hidden(const struct show *show, const struct xml_node *run,
			      const struct xml_node *given, struct slice ground)
{
	const struct xml_node *own = xml_child(run, NS_A, "rPr"), *fill;

	if (is_tiny(xml_attr_find(own, NS_NONE, "sz") ? own : given))
		return "sz";
	fill = xml_child(own, NS_A, "solidFill");
	if (!fill)
		fill = xml_child(given, NS_A, "solidFill");
	return fill && same(show, colour_in(fill), ground) ? "color" : NULL;
}

/* Reports the runs of a text body (under HIDDEN_DROP they go); ground: what is behind it. */
static void check_body(struct ooxml *o, struct xml_node *body, struct slice ground)
{
	const struct xml_node *list = xml_child(body, NS_A, "lstStyle");
	bool drop = o->job->hidden == HIDDEN_DROP;

	for (struct xml_node *p = xml_child(body, NS_A, "p"); p; p = xml_again(p)) {
		const struct xml_node *given = level_props(list, p);

		for (struct xml_node *r = p->first; r; r = r->next) {
			const char *why = xml_is(r, NS_A, "r") || xml_is(r, NS_A, "fld")
					      ? run_hidden(o->own, r, given, ground)
					      : NULL;

			if (!why)
				continue;
			ooxml_found(o, drop ? ACT_REMOVED : ACT_HIDDEN,
				    drop ? "hidden-text-dropped" : "hidden-text", slice_str(why),
				    xml_text_slice(o->scratch, xml_child(r, NS_A, "t")));
			if (drop)
				xml_remove(r);
		}
	}
}

static bool meet(const struct box *a, const struct box *b)
{
	return !a->known || !b->known ||
	       (a->x < b->right && b->x < a->right && a->y < b->lower && b->y < a->lower);
}

static bool fills_something(const struct xml_node *shape)
{
	struct slice colour;

	return !xml_is(shape, NS_P, "sp") || shape_filling(shape, &colour) != FILL_NONE;
}

/* The colour behind box i, with all that may stand below it; empty where it cannot be told. */
static struct slice ground_of(const struct box *boxes, size_t i, struct slice slide)
{
	struct slice colour = S("");
	enum filling f = shape_filling(boxes[i].shape, &colour);

	if (f != FILL_NONE)
		return f == FILL_SOLID ? colour : S("");
	for (size_t k = 0; k < i; k++)
		if (meet(&boxes[k], &boxes[i]) && fills_something(boxes[k].shape))
			return S("");
	return slide;
}

/* Whether a later shape that lets nothing through covers box i. */
static bool is_covered(const struct box *boxes, size_t n, size_t i)
{
	for (size_t k = i + 1; k < n; k++) {
		const struct box *a = &boxes[i], *b = &boxes[k];
		struct slice colour;
		bool solid = xml_is(b->shape, NS_P, "pic") ||
			     (xml_is(b->shape, NS_P, "sp") &&
			      shape_filling(b->shape, &colour) == FILL_SOLID);

		if (solid && a->known && b->known && b->x <= a->x && b->y <= a->y &&
		    b->right >= a->right && b->lower >= a->lower)
			return true;
	}
	return false;
}

static void check_shape(struct ooxml *o, const struct box *boxes, size_t n, size_t i,
			struct slice slide)
{
	struct xml_node *body = xml_child(boxes[i].shape, NS_P, "txBody");
	struct slice text = xml_text_slice(o->scratch, body);

	if (!text.n)
		return;
	if (is_covered(boxes, n, i))
		ooxml_found(o, ACT_HIDDEN, "hidden-text", S("covered"), text);
	check_body(o, body, ground_of(boxes, i, slide));
}

/* Cells that fill themselves; what a style of tables fills them with is not told. */
static void check_cells(struct ooxml *o, struct xml_node *root)
{
	for (struct xml_node *n = root; n; n = xml_following(n, root)) {
		struct slice colour = S("");

		if (xml_is(n, NS_A, "txBody") &&
		    filling_of(xml_child(n->parent, NS_A, "tcPr"), &colour) == FILL_SOLID)
			check_body(o, n, colour);
	}
}

enum err pptx_hidden_text(struct ooxml *o, struct xml_node *root)
{
	const struct show *show = o->own;
	struct xml_node *slide = xml_child(root, NS_P, "cSld");
	const struct xml_node *bg = xml_child(slide, NS_P, "bg");
	const struct xml_node *tree = xml_child(slide, NS_P, "spTree");
	struct box *boxes = arena_array(o->scratch, SHAPES_MAX, sizeof(*boxes));
	struct slice ground = show->background;
	size_t n = 0;

	if (!boxes)
		return ERR_MEMORY;
	if (bg && filling_of(xml_child(bg, NS_P, "bgPr"), &ground) != FILL_SOLID)
		ground = S("");
	for (const struct xml_node *s = tree ? tree->first : NULL; s; s = s->next)
		if (n < SHAPES_MAX && !xml_is(s, NS_P, "nvGrpSpPr") && !xml_is(s, NS_P, "grpSpPr"))
			boxes[n++] = box_of(s);
	for (size_t i = 0; i < n; i++)
		check_shape(o, boxes, n, i, ground);
	check_cells(o, root);
	return OK;
}

/* Whether a layout or master draws something that text may stand on. */
static bool draws_something(const struct xml_node *root)
{
	for (const struct xml_node *n = root; n; n = xml_following(n, root)) {
		struct slice colour;

		if (xml_is(n, NS_P, "pic") || xml_is(n, NS_P, "style") ||
		    (xml_is(n, NS_P, "spPr") && filling_of(n, &colour) != FILL_NONE))
			return true;
	}
	return false;
}

void pptx_hidden_styles(struct ooxml *o, const struct xml_node *root)
{
	const struct show *show = o->own;
	const struct xml_node *bg = xml_child(xml_child(root, NS_P, "cSld"), NS_P, "bg");
	struct slice ground = show->background;

	if ((bg && filling_of(xml_child(bg, NS_P, "bgPr"), &ground) != FILL_SOLID &&
	     ooxml_part_id(o) != PART_SLIDE_MASTER) ||
	    draws_something(root))
		ground = S("");
	for (const struct xml_node *n = root; n; n = xml_following(n, root)) {
		const struct xml_node *fill;

		if (!xml_is(n, NS_A, "defRPr"))
			continue;
		fill = xml_child(n, NS_A, "solidFill");
		if (is_tiny(n))
			ooxml_found(o, ACT_HIDDEN, "hidden-style", S("sz"), n->parent->name);
		else if (fill && same(show, colour_in(fill), ground))
			ooxml_found(o, ACT_HIDDEN, "hidden-style", S("color"), n->parent->name);
	}
}
