#include "format/pptx.h"

#include "format/chart.h"
#include "format/graphic.h"
#include "format/ooxml_build.h"
#include "format/pptx_parts.h"

/* --- objects and graphics --------------------------------------------------------------------- */

/* An embedded object stays until its preview picture has been taken out of it. */
static bool is_raw(const struct xml_node *n)
{
	return xml_is(n, NS_P, "oleObj") || graphic_is_raw(n);
}

static struct xml_node *find_below(struct xml_node *root, unsigned ns, const char *name)
{
	for (struct xml_node *n = root; n; n = xml_following(n, root))
		if (xml_is(n, ns, name))
			return n;
	return NULL;
}

static int64_t number(const struct xml_node *n, const char *name)
{
	uint64_t v = 0;

	(void)slice_u64(xml_attr_value(n, NS_NONE, name), &v);
	return v > INT32_MAX ? INT32_MAX : (int64_t)v;
}

/* A frame without a kept content (an object, ink) becomes a picture. */
static enum err make_picture(struct ooxml *o, struct xml_node *frame)
{
	struct xml_node *object = find_below(frame, NS_P, "oleObj");
	struct xml_node *pic = object ? xml_child(object, NS_P, "pic") : NULL;
	const struct xml_node *xfrm = xml_child(frame, NS_P, "xfrm");
	const struct xml_node *off = xml_child(xfrm, NS_A, "off");
	const struct xml_node *ext = xml_child(xfrm, NS_A, "ext");

	if (object)
		ooxml_found(o, ACT_REPLACED, "ole-object", S(""),
			    xml_attr_value(object, NS_NONE, "progId"));
	if (!pic) {
		pic = build(o, NULL, NS_P, "pic");
		if (!pic)
			return ERR_MEMORY;
		build_picture(o, pic, NS_P, S(""), number(off, "x"), number(off, "y"),
			      number(ext, "cx"), number(ext, "cy"));
	}
	build_replace(frame, pic);
	return OK;
}

/* The group takes the frame's place on the slide. */
static void move_group(struct xml_node *group, const struct xml_node *frame)
{
	const struct xml_node *from = xml_child(xml_child(frame, NS_P, "xfrm"), NS_A, "off");
	const struct xml_node *to = xml_child(xml_child(group, NS_P, "grpSpPr"), NS_A, "xfrm");

	to = xml_child(to, NS_A, "off");
	for (struct xml_attr *a = to ? to->attrs : NULL; a; a = a->next) {
		const struct xml_attr *b =
		    xml_attr_find(from, NS_NONE, slice_eq(a->name, S("x")) ? "x" : "y");

		if (b)
			a->value = b->value;
	}
}

/* What a frame holds is kept, or something stands in its place. */
static enum err check_frame(struct ooxml *o, struct xml_node *frame)
{
	struct xml_node *data = find_below(frame, NS_A, "graphicData"), *group;
	const struct xml_node *ext = xml_child(xml_child(frame, NS_P, "xfrm"), NS_A, "ext");
	bool has;

	TRY(graphic_resolve(o, data, number(ext, "cx"), number(ext, "cy"), &has, &group));
	if (group) {
		move_group(group, frame);
		build_replace(frame, group);
		return OK;
	}
	return has && !xml_child(data, NS_P, "oleObj") ? OK : make_picture(o, frame);
}

static bool is_shape(const struct xml_node *n)
{
	return xml_is(n, NS_P, "sp") || xml_is(n, NS_P, "pic") || xml_is(n, NS_P, "cxnSp") ||
	       xml_is(n, NS_P, "grpSp") || xml_is(n, NS_P, "graphicFrame");
}

/* The first child of a shape holds its common properties. */
static bool is_hidden_shape(const struct xml_node *shape)
{
	struct slice hidden =
	    xml_attr_value(xml_child(shape->first, NS_P, "cNvPr"), NS_NONE, "hidden");

	return slice_eq(hidden, S("1")) || slice_eq(hidden, S("true"));
}

static enum err shapes(struct ooxml *o, struct xml_node *root)
{
	bool drop = o->job->hidden == HIDDEN_DROP;
	struct xml_node *next;
	const char *why;

	for (struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (!is_shape(n))
			continue;
		why = is_hidden_shape(n) ? "hidden" : pptx_is_off_slide(o, n) ? "off-slide" : NULL;
		if (why) {
			ooxml_found(o, drop ? ACT_REMOVED : ACT_HIDDEN, "hidden-shape",
				    slice_str(why), xml_text_slice(o->scratch, n));
			if (drop) {
				next = xml_skip(n, root);
				xml_remove(n);
				continue;
			}
		}
		if (xml_is(n, NS_P, "graphicFrame")) {
			next = xml_skip(n, root);
			TRY(check_frame(o, n));
		}
	}
	/* An object or diagram that stands outside of a frame shows nothing. */
	for (struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (is_raw(n)) {
			next = xml_skip(n, root);
			xml_remove(n);
		}
	}
	return OK;
}

/* --- hidden slides, notes, comments ----------------------------------------------------------- */

static enum xml_verdict root_only(void *ctx, struct xml_node *node, unsigned depth)
{
	(void)ctx, (void)node;
	return depth ? XML_SKIP : XML_KEEP;
}

static bool no_text(void *ctx, const struct xml_node *node)
{
	(void)ctx, (void)node;
	return false;
}

static bool is_off(struct slice v)
{
	return slice_eq(v, S("0")) || slice_eq(v, S("false"));
}

static enum err slide_is_hidden(struct ooxml *o, struct slice rel, bool *ret)
{
	struct xml_filter f = {.element = root_only, .text = no_text};
	struct xml_node *root;

	*ret = false;
	if (!ooxml_target_kind(o, rel))
		return OK;
	TRY(ooxml_target_xml(o, rel, &f, &root));
	*ret = is_off(xml_attr_value(root, NS_NONE, "show"));
	return OK;
}

/* Hidden slides leave the show, and the lists that name them, where hidden things are dropped. */
static enum err presentation(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next, *list = xml_child(root, NS_P, "sldIdLst");
	const struct xml_node *size = xml_child(root, NS_P, "sldSz");
	struct show *show = o->own;
	bool hidden;

	show->cx = build_coordinate(size, "cx");
	show->cy = build_coordinate(size, "cy");

	for (struct xml_node *n = root; n; n = next) {
		bool listed = xml_is(n, NS_P, "sldId"), shown = xml_is(n, NS_P, "sld");

		next = xml_following(n, root);
		if (!listed && !shown)
			continue;
		hidden = false;
		if (o->job->hidden == HIDDEN_DROP)
			TRY(slide_is_hidden(o, xml_attr_value(n, NS_R, "id"), &hidden));
		if (!hidden)
			continue;
		if (listed)
			ooxml_found(o, ACT_REMOVED, "hidden-slide-dropped", S(""),
				    ooxml_target_name(o, xml_attr_value(n, NS_R, "id")));
		next = xml_skip(n, root);
		xml_remove(n);
	}
	for (const struct xml_node *n = list ? list->first : NULL; n; n = n->next)
		o->job->report->slides++;
	return OK;
}

static enum err slide(struct ooxml *o, struct xml_node *root)
{
	if (is_off(xml_attr_value(root, NS_NONE, "show")))
		ooxml_found(o, ACT_HIDDEN, "hidden-slide", S(""), S(""));
	TRY(shapes(o, root));
	return pptx_hidden_text(o, root);
}

static enum err layout(struct ooxml *o, struct xml_node *root)
{
	pptx_hidden_styles(o, root);
	return shapes(o, root);
}

static enum err master(struct ooxml *o, struct xml_node *root)
{
	pptx_read_background(o, root);
	return layout(o, root);
}

static enum err notes(struct ooxml *o, struct xml_node *root)
{
	ooxml_found(o, ACT_HIDDEN, "speaker-notes", S(""), xml_text_slice(o->scratch, root));
	return shapes(o, root);
}

static enum err comments(struct ooxml *o, struct xml_node *root)
{
	for (const struct xml_node *n = root->first; n; n = n->next)
		ooxml_found(o, ACT_HIDDEN, "comment-kept", S(""), xml_text_slice(o->scratch, n));
	return OK;
}

static enum err part(struct ooxml *o, struct xml_node *root)
{
	static const struct {
		enum names_part_id id;
		enum err (*step)(struct ooxml *o, struct xml_node *root);
	} steps[] = {
	    {PART_PRESENTATION, presentation}, {PART_SLIDE, slide},
	    {PART_SLIDE_LAYOUT, layout},       {PART_SLIDE_MASTER, master},
	    {PART_NOTES_SLIDE, notes},         {PART_NOTES_MASTER, shapes},
	    {PART_HANDOUT_MASTER, shapes},     {PART_SLIDE_COMMENTS, comments},
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i].id == ooxml_part_id(o))
			TRY(steps[i].step(o, root));
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}

/* --- text ------------------------------------------------------------------------------------- */

static void put_paragraph(const struct xml_node *p, bool in_cell, struct buf *out)
{
	for (const struct xml_node *n = p; n; n = xml_following(n, p)) {
		if (!n->name.n && (xml_is(n->parent, NS_A, "t") || xml_is(n->parent, NS_M, "t")))
			buf_slice(out, n->text);
		else if (xml_is(n, NS_A, "br"))
			buf_byte(out, in_cell ? ' ' : '\n');
	}
}

static void put_row(const struct xml_node *row, struct buf *out)
{
	for (const struct xml_node *c = xml_child(row, NS_A, "tc"); c; c = xml_again(c)) {
		const struct xml_node *body = xml_child(c, NS_A, "txBody");
		bool first = true;

		for (const struct xml_node *p = xml_child(body, NS_A, "p"); p; p = xml_again(p)) {
			if (!first)
				buf_byte(out, ' ');
			first = false;
			put_paragraph(p, true, out);
		}
		if (xml_again(c))
			buf_byte(out, '\t');
	}
	buf_byte(out, '\n');
}

/* Shapes in the order they are drawn, slides separated by an empty line. */
static enum err text(struct ooxml *o, struct xml_node *root)
{
	struct buf *out = o->job->out;
	const struct xml_node *next;

	TRY(part(o, root));
	if (ooxml_part_id(o) == PART_CHART)
		chart_put_text(root, out);
	if (ooxml_part_id(o) != PART_SLIDE)
		return buf_err(out);
	if (out->n)
		buf_byte(out, '\n');
	for (const struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (xml_is(n, NS_A, "tr")) {
			put_row(n, out);
			next = xml_skip(n, root);
		} else if (xml_is(n, NS_A, "p")) {
			put_paragraph(n, false, out);
			buf_byte(out, '\n');
			next = xml_skip(n, root);
		}
	}
	return buf_err(out);
}

static enum err open(struct ooxml *o)
{
	o->own = arena_alloc(o->arena, sizeof(struct show));
	return o->own ? OK : ERR_MEMORY;
}

static const struct ooxml_kind kind = {
    .id = "pptx",
    .open = open,
    .raw = is_raw,
    .part = part,
    .text = text,
};

static bool probe(const struct job *job)
{
	return ooxml_probe(job, &kind);
}

static enum err rebuild(struct job *job)
{
	return ooxml_rebuild(job, &kind);
}

static enum err to_text(struct job *job)
{
	return ooxml_text(job, &kind);
}

const struct format format_pptx = {
    .id = "pptx",
    .ext = "pptx",
    .label_ja = "PowerPoint 文書",
    .label_en = "PowerPoint presentation",
    .probe = probe,
    .rebuild = rebuild,
    .text = to_text,
};
