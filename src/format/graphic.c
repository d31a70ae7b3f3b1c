#include "format/graphic.h"

#include "format/ooxml_build.h"

bool graphic_is_raw(const struct xml_node *node)
{
	return xml_is(node, NS_DGM, "relIds") || xml_is(node, NS_CX, "chart");
}

void graphic_set_uri(struct ooxml *o, struct xml_node *data, const char *uri)
{
	struct xml_attr *a = xml_attr_find(data, NS_NONE, "uri");

	if (a)
		a->value = slice_str(uri);
	else
		build_attr(o, data, NS_NONE, "uri", slice_str(uri));
}

/* cx:chart r:id -> c:chart r:id; false where no such chart will be written. */
/* The uri that what is kept calls for. */
static const char *uri_of(const struct xml_node *n)
{
	static const struct {
		unsigned ns;
		const char *name, *uri;
	} rows[] = {
	    {NS_C, "chart", URI_CHART}, {NS_PIC, "pic", URI_PICTURE}, {NS_A, "tbl", URI_TABLE},
	    {NS_WPS, "wsp", URI_SHAPE}, {NS_WPG, "wgp", URI_GROUP},   {NS_WPC, "wpc", URI_CANVAS},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (xml_is(n, rows[i].ns, rows[i].name))
			return rows[i].uri;
	return NULL;
}

static bool chart(struct ooxml *o, struct xml_node *data, struct xml_node *c)
{
	struct slice id = xml_attr_value(c, NS_R, "id");
	const char *kind = ooxml_target_kind(o, id);
	bool is_new = c->ns == NS_CX;

	if (!kind || strcmp(kind, "chart") != 0) {
		xml_remove(c);
		return false;
	}
	graphic_set_uri(o, data, URI_CHART);
	if (!is_new)
		return true;
	xml_remove(c);
	build_attr(o, build(o, data, NS_C, "chart"), NS_R, "id", id);
	ooxml_found(o, ACT_REPLACED, "chart-new-kind", S(""), ooxml_target_name(o, id));
	return true;
}

enum err graphic_resolve(struct ooxml *o, struct xml_node *data, int64_t cx, int64_t cy,
			 bool *ret_has, struct xml_node **ret_group)
{
	struct xml_node *next;

	*ret_has = false;
	*ret_group = NULL;
	for (struct xml_node *c = data ? data->first : NULL; c; c = next) {
		next = c->next;
		if (xml_is(c, NS_C, "chart") || xml_is(c, NS_CX, "chart")) {
			*ret_has |= chart(o, data, c);
		} else if (xml_is(c, NS_DGM, "relIds")) {
			xml_remove(c);
			if (!*ret_group)
				TRY(diagram_read(o, c, cx, cy, ret_group));
		} else {
			const char *uri = uri_of(c);

			if (uri && !*ret_has)
				graphic_set_uri(o, data, uri);
			*ret_has |= c->name.n > 0;
		}
	}
	return OK;
}

/* --- spreadsheet drawings --------------------------------------------------------------------- */

/* The same element in another namespace; its attributes that have no row there go. */
static bool rename(struct xml_node *n, unsigned ns, const char *name)
{
	const struct names_element *row = names_element(ns, slice_str(name));
	struct xml_attr *next;

	if (!row || row->disp != NAMES_KEEP)
		return false;
	n->row = row;
	n->ns = row->ns;
	n->name = slice_of(row->name, row->name_n);
	for (struct xml_attr *a = n->attrs; a; a = next) {
		const struct names_attr *ar = names_attribute(row, a->ns, a->name);

		next = a->next;
		if (!ar || ar->disp != NAMES_KEEP || !names_domain_ok(ar->domain, a->value))
			xml_attr_drop(n, a);
		else
			a->row = ar;
	}
	return true;
}

static bool rename_same(struct xml_node *n, unsigned ns)
{
	const struct names_element *row = n->row;

	return rename(n, ns, row->name);
}

void graphic_to_sheet(struct xml_node *group)
{
	struct xml_node *next;

	for (struct xml_node *n = group; n; n = next) {
		next = xml_following(n, group);
		if (n->ns != NS_P || !n->name.n || rename_same(n, NS_XDR))
			continue;
		next = xml_skip(n, group);
		xml_remove(n); /* p:nvPr */
	}
}

/* --- Word ------------------------------------------------------------------------------------- */

/* a:bodyPr of text -> wps:bodyPr of a shape. */
static void take_body(struct ooxml *o, struct xml_node *text, struct xml_node *shape)
{
	struct xml_node *body = xml_child(text, NS_A, "bodyPr");

	if (body && rename(body, NS_WPS, "bodyPr"))
		build_move(body, shape);
	else
		(void)!build(o, shape, NS_WPS, "bodyPr");
}

static struct xml_node *put(struct ooxml *o, struct xml_node *in, const char *name,
			    const char *attr, struct slice value)
{
	struct xml_node *n = in ? build(o, in, NS_W, name) : NULL;

	if (attr)
		build_attr(o, n, NS_W, attr, value);
	return n;
}

static void put_number(struct ooxml *o, struct xml_node *in, const char *name, const char *attr,
		       uint64_t v)
{
	put(o, in, name, attr, slice_str(arena_printf(o->scratch, "%llu", (unsigned long long)v)));
}

/* Word's name of a colour of the scheme, and what it is where there is no theme. */
static const struct scheme_colour {
	const char *drawing, *word, *rgb;
} colours[] = {
    {"lt1", "background1", "FFFFFF"}, {"bg1", "background1", "FFFFFF"},
    {"dk1", "text1", "000000"},       {"tx1", "text1", "000000"},
    {"lt2", "background2", "EEECE1"}, {"bg2", "background2", "EEECE1"},
    {"dk2", "text2", "1F497D"},       {"tx2", "text2", "1F497D"},
    {"accent1", "accent1", "4F81BD"}, {"accent2", "accent2", "C0504D"},
    {"accent3", "accent3", "9BBB59"}, {"accent4", "accent4", "8064A2"},
    {"accent5", "accent5", "4BACC6"}, {"accent6", "accent6", "F79646"},
    {"hlink", "hyperlink", "0000FF"}, {"folHlink", "followedHyperlink", "800080"},
};

/* The colour that `in` (a:solidFill or a:fontRef) names, as w:color. */
static void put_colour(struct ooxml *o, struct xml_node *to, const struct xml_node *in)
{
	struct slice rgb = xml_attr_value(xml_child(in, NS_A, "srgbClr"), NS_NONE, "val");
	struct slice name = xml_attr_value(xml_child(in, NS_A, "schemeClr"), NS_NONE, "val");

	if (rgb.n == 6)
		put(o, to, "color", "val", rgb);
	for (size_t i = 0; !rgb.n && i < ARRAY_LEN(colours); i++)
		if (slice_eq_str(name, colours[i].drawing)) {
			struct xml_node *n = put(o, to, "color", "val", slice_str(colours[i].rgb));

			build_attr(o, n, NS_W, "themeColor", slice_str(colours[i].word));
			return;
		}
}

static bool is_on(const struct xml_node *n, const char *attr)
{
	struct slice v = xml_attr_value(n, NS_NONE, attr);

	return slice_eq(v, S("1")) || slice_eq(v, S("true"));
}

/* In the order of CT_RPr. font is the shape's a:fontRef, or NULL. */
static void run_props(struct ooxml *o, struct xml_node *run, const struct xml_node *from,
		      const struct xml_node *font)
{
	struct xml_node *props = build(o, run, NS_W, "rPr");
	struct slice under = xml_attr_value(from, NS_NONE, "u");
	const struct xml_node *fill = xml_child(from, NS_A, "solidFill");
	uint64_t size = 0;

	if (is_on(from, "b"))
		put(o, props, "b", NULL, S(""));
	if (is_on(from, "i"))
		put(o, props, "i", NULL, S(""));
	put_colour(o, props, fill ? fill : font);
	if (slice_u64(xml_attr_value(from, NS_NONE, "sz"), &size) && size) {
		put_number(o, props, "sz", "val", size / 50);
		put_number(o, props, "szCs", "val", size / 50);
	}
	if (under.n && !slice_eq(under, S("none")))
		put(o, props, "u", "val", S("single"));
}

static enum err put_text(struct ooxml *o, struct xml_node *run, struct slice text)
{
	struct xml_node *t = build(o, run, NS_W, "t");

	build_attr(o, t, NS_XML, "space", S("preserve"));
	return t ? xml_set_text(o->scratch, t, text) : ERR_MEMORY;
}

static void paragraph_props(struct ooxml *o, struct xml_node *p, const struct xml_node *from)
{
	static const char *const aligns[][2] = {{"l", "left"},
						{"ctr", "center"},
						{"r", "right"},
						{"just", "both"},
						{"dist", "distribute"}};
	struct slice align = xml_attr_value(from, NS_NONE, "algn");
	struct xml_node *props = build(o, p, NS_W, "pPr");

	build_attr(o, put(o, props, "spacing", "before", S("0")), NS_W, "after", S("0"));
	for (size_t i = 0; i < ARRAY_LEN(aligns); i++)
		if (slice_eq_str(align, aligns[i][0]))
			put(o, props, "jc", "val", slice_str(aligns[i][1]));
}

/* One a:p as w:p; a bullet becomes a character of its text. */
static enum err paragraph(struct ooxml *o, struct xml_node *content, const struct xml_node *p,
			  const struct xml_node *font)
{
	const struct xml_node *props = xml_child(p, NS_A, "pPr");
	struct slice bullet = xml_attr_value(xml_child(props, NS_A, "buChar"), NS_NONE, "char");
	struct xml_node *out = build(o, content, NS_W, "p"), *run;

	if (!out)
		return ERR_MEMORY;
	paragraph_props(o, out, props);
	for (const struct xml_node *n = p->first; n; n = n->next) {
		bool br = xml_is(n, NS_A, "br");

		if (!br && !xml_is(n, NS_A, "r") && !xml_is(n, NS_A, "fld"))
			continue;
		run = build(o, out, NS_W, "r");
		if (!run)
			return ERR_MEMORY;
		run_props(o, run, xml_child(n, NS_A, "rPr"), font);
		if (bullet.n)
			TRY(put_text(o, run, bullet));
		bullet = S("");
		if (br)
			(void)!build(o, run, NS_W, "br");
		else
			TRY(put_text(o, run, xml_text_slice(o->scratch, xml_child(n, NS_A, "t"))));
	}
	return OK;
}

static enum err word_text(struct ooxml *o, struct xml_node *shape, struct xml_node *text)
{
	const struct xml_node *style = xml_child(shape, NS_WPS, "style");
	struct xml_node *box;

	if (xml_text_slice(o->scratch, text).n) {
		box = build(o, shape, NS_WPS, "txbx");
		box = box ? build(o, box, NS_W, "txbxContent") : NULL;
		if (!box)
			return ERR_MEMORY;
		for (struct xml_node *p = xml_child(text, NS_A, "p"); p; p = xml_again(p))
			TRY(paragraph(o, box, p, xml_child(style, NS_A, "fontRef")));
	}
	take_body(o, text, shape);
	xml_remove(text);
	return OK;
}

/* p:nvXxPr is only a wrapper in the other dialects: its two first children stand in the shape. */
static void unwrap_names(struct xml_node *names, const char *second, unsigned ns)
{
	struct xml_node *next;

	for (struct xml_node *n = names->first; n; n = next) {
		next = n->next;
		if (xml_is(n, NS_P, "cNvPr") ? !rename(n, ns, "cNvPr")
					     : !xml_is(n, NS_P, second) || !rename(n, ns, second))
			xml_remove(n);
	}
	xml_unwrap(names);
}

static enum err word_shape(struct ooxml *o, struct xml_node *shape)
{
	struct xml_node *text = xml_child(shape, NS_P, "txBody"), *next;

	(void)rename(shape, NS_WPS, "wsp");
	for (struct xml_node *n = shape->first; n; n = next) {
		next = n->next;
		if (xml_is(n, NS_P, "nvSpPr"))
			unwrap_names(n, "cNvSpPr", NS_WPS);
		else if (n != text && !rename_same(n, NS_WPS))
			xml_remove(n);
	}
	if (text)
		return word_text(o, shape, text);
	return build(o, shape, NS_WPS, "bodyPr") ? OK : ERR_MEMORY;
}

/* An empty shape of the group's whole size: LibreOffice stretches what is drawn to that. */
static enum err put_backdrop(struct ooxml *o, struct xml_node *props)
{
	const struct xml_node *ext = xml_child(xml_child(props, NS_A, "xfrm"), NS_A, "ext");
	struct xml_node *shape = build(o, NULL, NS_WPS, "wsp"), *in;

	if (!shape || !build(o, shape, NS_WPS, "cNvSpPr"))
		return ERR_MEMORY;
	xml_insert_after(props->parent, props, shape);
	in = build(o, shape, NS_WPS, "spPr");
	if (!in)
		return ERR_MEMORY;
	build_rectangle(o, in, 0, 0, build_coordinate(ext, "cx"), build_coordinate(ext, "cy"));
	if (!build(o, in, NS_A, "noFill"))
		return ERR_MEMORY;
	return build(o, in->parent, NS_WPS, "bodyPr") ? OK : ERR_MEMORY;
}

enum err graphic_to_word(struct ooxml *o, struct xml_node *group, bool nested)
{
	struct xml_node *next;

	(void)rename(group, NS_WPG, nested ? "grpSp" : "wgp");
	for (struct xml_node *n = group->first; n; n = next) {
		next = n->next;
		if (xml_is(n, NS_P, "nvGrpSpPr"))
			unwrap_names(n, "cNvGrpSpPr", NS_WPG);
		else if (xml_is(n, NS_P, "grpSpPr") && rename(n, NS_WPG, "grpSpPr"))
			TRY(put_backdrop(o, n));
		else if (xml_is(n, NS_P, "sp"))
			TRY(word_shape(o, n));
		else if (xml_is(n, NS_P, "grpSp"))
			TRY(graphic_to_word(o, n, true));
		else
			xml_remove(n);
	}
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}
