/*
 * Old drawings (VML) and objects. Only what people see is taken over: the raster picture and the
 * text of boxes, at their place and size; everything else of VML is dropped.
 */
#include "format/docx_parts.h"
#include "format/graphic.h"
#include "format/ooxml_build.h"

#define EMU_POINT 12700
#define EMU_DEFAULT ((int64_t)1524000) /* 120 points, where no size is given */
#define EMU_MAX ((int64_t)100000000)   /* about 2.8 m */

bool docx_is_old_drawing(const struct xml_node *n)
{
	if (xml_is(n, NS_W, "pict") || xml_is(n, NS_W, "object"))
		return true;
	return n->parent && !n->parent->row && (n->ns == NS_V || n->ns == NS_O || n->ns == NS_W10);
}

/* --- style="width:12pt;height:3cm;position:absolute" ---------------------------------------- */

static struct slice style_value(struct slice style, const char *name)
{
	while (style.n) {
		size_t end = slice_find_byte(style, ';');
		struct slice one = slice_trim(slice_head(style, end));
		size_t colon = slice_find_byte(one, ':');

		style = end == SIZE_MAX ? S("") : slice_from(style, end + 1);
		if (colon != SIZE_MAX && slice_eq_str(slice_trim(slice_head(one, colon)), name))
			return slice_trim(slice_from(one, colon + 1));
	}
	return S("");
}

/* A length in EMU; `none` where there is none. Numbers without a unit are pixels. */
static int64_t length(struct slice s, int64_t none)
{
	static const struct {
		const char *name;
		double emu;
	} units[] = {{"pt", EMU_POINT}, {"in", 914400}, {"cm", 360000},
		     {"mm", 36000},     {"px", 9525},   {"pc", 152400}};
	double v = 0, place = 0, emu = 9525;
	bool minus = s.n && s.p[0] == '-', digits = false;
	size_t i = minus;

	for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] == '.' && place == 0));
	     i++) {
		if (s.p[i] == '.') {
			place = 1;
			continue;
		}
		digits = true;
		v = v * 10 + (s.p[i] - '0');
		place *= 10;
	}
	for (size_t k = 0; k < ARRAY_LEN(units); k++)
		if (slice_eq_str(slice_trim(slice_from(s, i)), units[k].name))
			emu = units[k].emu;
	if (place > 1)
		v /= place;
	v *= emu;
	if (!digits || v > (double)EMU_MAX)
		return none;
	return minus ? -(int64_t)v : (int64_t)v;
}

static struct frame frame_of(struct slice style)
{
	struct frame f = {0};

	f.cx = length(style_value(style, "width"), EMU_DEFAULT);
	f.cy = length(style_value(style, "height"), EMU_DEFAULT);
	f.floating = slice_eq(style_value(style, "position"), S("absolute"));
	f.x = length(style_value(style, "margin-left"), 0);
	f.y = length(style_value(style, "margin-top"), 0);
	f.behind = slice_starts(style_value(style, "z-index"), S("-"));
	f.cx = f.cx < 0 ? EMU_DEFAULT : f.cx;
	f.cy = f.cy < 0 ? EMU_DEFAULT : f.cy;
	return f;
}

/* --- new drawings ----------------------------------------------------------------------------- */

static struct xml_node *picture(struct ooxml *o, const struct frame *f, struct slice rel)
{
	struct xml_node *data, *drawing = build_drawing(o, f, URI_PICTURE, &data);

	if (!drawing)
		return NULL;
	build_picture(o, build(o, data, NS_PIC, "pic"), NS_PIC, rel, 0, 0, f->cx, f->cy);
	return drawing;
}

static bool is_off(struct slice v)
{
	return slice_eq(v, S("f")) || slice_eq(v, S("false"));
}

static void fill(struct ooxml *o, struct xml_node *in, const char *colour)
{
	struct xml_node *n = in ? build(o, in, NS_A, "solidFill") : NULL;

	n = n ? build(o, n, NS_A, "srgbClr") : NULL;
	build_attr(o, n, NS_NONE, "val", slice_str(colour));
}

/* A box of the shape's size that holds the paragraphs, white and framed unless the shape is not.
 * shape NULL: bare text. */
static struct xml_node *text_box(struct ooxml *o, const struct frame *f,
				 const struct xml_node *shape, struct xml_node *content)
{
	struct xml_node *data, *drawing = build_drawing(o, f, URI_SHAPE, &data);
	struct xml_node *wsp = drawing ? build(o, data, NS_WPS, "wsp") : NULL;
	struct xml_node *n = wsp ? build(o, wsp, NS_WPS, "cNvSpPr") : NULL;

	if (!n)
		return NULL;
	build_number(o, n, "txBox", 1);
	n = build(o, wsp, NS_WPS, "spPr");
	if (!n)
		return NULL;
	build_rectangle(o, n, 0, 0, f->cx, f->cy);
	if (shape && !is_off(xml_attr_value(shape, NS_NONE, "filled")))
		fill(o, n, "FFFFFF");
	if (shape && !is_off(xml_attr_value(shape, NS_NONE, "stroked")))
		fill(o, build(o, n, NS_A, "ln"), "000000");
	n = build(o, wsp, NS_WPS, "txbx");
	if (!n)
		return NULL;
	build_move(content, n);
	return build(o, wsp, NS_WPS, "bodyPr") ? drawing : NULL;
}

/* WordArt and watermarks: their words, behind the text and without a box around them. */
static struct xml_node *words(struct ooxml *o, struct frame f, struct xml_node *path,
			      struct slice text)
{
	struct xml_node *content = build(o, path, NS_W, "txbxContent");
	struct xml_node *n = content ? build(o, content, NS_W, "p") : NULL;

	n = n ? build(o, n, NS_W, "r") : NULL;
	n = n ? build(o, n, NS_W, "t") : NULL;
	if (!n || xml_set_text(o->scratch, n, text) != OK)
		return NULL;
	f.behind = true;
	return text_box(o, &f, NULL, content);
}

/* --- walking an old drawing ------------------------------------------------------------------- */

/* The nearest element above n (up to `top`) that has a style. */
static const struct xml_node *styled(const struct xml_node *n, const struct xml_node *top)
{
	for (; n && n != top; n = n->parent)
		if (xml_attr_find(n, NS_NONE, "style"))
			return n;
	return NULL;
}

static void report_object(struct ooxml *o, const struct xml_node *n)
{
	struct slice type = xml_attr_value(n, NS_NONE, "Type");
	struct slice program = xml_attr_value(n, NS_NONE, "ProgID");
	bool linked = slice_eq_nocase(type, S("Link"));

	ooxml_found(o, ACT_REPLACED,
		    linked                                   ? "external-object"
		    : slice_eq_nocase(program, S("Package")) ? "ole-package"
							     : "ole-object",
		    S(""), program);
}

static enum err append(struct xml_node *old, struct xml_node *made)
{
	if (!made)
		return ERR_MEMORY;
	made->parent = old->parent;
	made->prev = old->prev;
	made->next = old;
	if (old->prev)
		old->prev->next = made;
	else
		old->parent->first = made;
	old->prev = made;
	return OK;
}

/* Puts before `old` what it shows, and takes it off. */
static enum err convert(struct ooxml *o, struct xml_node *old)
{
	struct xml_node *next;
	bool shown = false;

	for (struct xml_node *n = old->first; n; n = next) {
		const struct xml_node *shape = styled(n->parent, old);
		struct frame f = frame_of(xml_attr_value(shape, NS_NONE, "style"));

		next = xml_following(n, old);
		if (xml_is(n, NS_O, "OLEObject"))
			report_object(o, n);
		if (xml_is(n, NS_V, "textpath") && xml_attr_value(n, NS_NONE, "string").n) {
			struct slice text = xml_attr_value(n, NS_NONE, "string");

			ooxml_found(o, ACT_REPLACED, "vml", S(""), text);
			TRY(append(old, words(o, f, n, text)));
			shown = true;
		}
		if (xml_is(n, NS_V, "imagedata")) {
			TRY(append(old, picture(o, &f, xml_attr_value(n, NS_R, "id"))));
			shown = true;
		} else if (xml_is(n, NS_W, "txbxContent")) {
			next = xml_skip(n, old);
			TRY(append(old, text_box(o, &f, shape, n)));
			shown = true;
		}
	}
	if (!shown)
		ooxml_found(o, ACT_REMOVED, xml_is(old, NS_W, "object") ? "ole-object" : "vml",
			    S(""), S(""));
	xml_remove(old);
	return OK;
}

/* A drawing whose content was dropped (ink, a model). */
static enum err replace_graphic(struct ooxml *o, struct xml_node *data, int64_t cx, int64_t cy)
{
	struct xml_node *pic = build(o, data, NS_PIC, "pic");

	graphic_set_uri(o, data, URI_PICTURE);
	if (!pic)
		return ERR_MEMORY;
	build_picture(o, pic, NS_PIC, S(""), 0, 0, cx ? cx : EMU_DEFAULT, cy ? cy : EMU_DEFAULT);
	return OK;
}

/* The shapes of a diagram; in a group of shapes they stand where the frame stood. */
static enum err take_group(struct ooxml *o, struct xml_node *data, struct xml_node *group)
{
	struct xml_node *frame = data->parent->parent;
	bool nested = xml_is(frame, NS_WPG, "graphicFrame");

	TRY(graphic_to_word(o, group, nested));
	if (nested) {
		build_replace(frame, group);
		return OK;
	}
	graphic_set_uri(o, data, URI_GROUP);
	xml_append(data, group);
	return OK;
}

/* The size of a frame; 0 where it is not given or no size. */
static int64_t extent(const struct xml_node *data, const char *name)
{
	const struct xml_node *frame = data->parent ? data->parent->parent : NULL;
	uint64_t v = 0;

	(void)slice_u64(xml_attr_value(xml_child(frame, NS_WP, "extent"), NS_NONE, name), &v);
	return v > (uint64_t)EMU_MAX ? 0 : (int64_t)v;
}

static enum err check_graphic(struct ooxml *o, struct xml_node *data)
{
	int64_t cx = extent(data, "cx"), cy = extent(data, "cy");
	struct xml_node *group;
	bool has;

	TRY(graphic_resolve(o, data, cx, cy, &has, &group));
	if (group && data->parent && data->parent->parent)
		return take_group(o, data, group);
	return has ? OK : replace_graphic(o, data, cx, cy);
}

enum err docx_drawings(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (!n->row && n->name.n) {
			/* What it becomes stands before it; boxes inside are walked from there. */
			struct xml_node *before = n->prev, *parent = n->parent, *made;

			next = xml_skip(n, root);
			TRY(convert(o, n));
			made = before ? before->next : parent->first;
			if (made)
				next = made;
		} else if (xml_is(n, NS_A, "graphicData")) {
			TRY(check_graphic(o, n));
			next = xml_following(n, root);
		}
	}
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}
