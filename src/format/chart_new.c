/*
 * Charts of the new kind (cx:, [MS-ODRAWXML] 2.24): waterfall, funnel, treemap, histogram ... Most
 * programs cannot draw them, so what they hold (title, series, categories, values) is built anew as
 * a bar chart.
 */
#include "format/chart.h"
#include "format/ooxml_build.h"
#include "names/names.h"

#include <stdio.h>

enum { AXIS_CATEGORY = 1, AXIS_VALUE = 2, LEVELS_MAX = 8, SERIES_MAX = 255 /* as Excel */ };

bool chart_is_new(struct slice content_type)
{
	const struct names_content_type *t = names_content_type(content_type);

	return t && strcmp(t->type, NAMES_CHART_NEW) == 0;
}

/* Titles are rich text as in charts of the old kind; the rest is only looked at. */
static enum xml_verdict of_chart(struct xml_node *n)
{
	if (xml_is(n, NS_CX, "rich")) {
		n->ns = NS_C;
		return XML_KEEP;
	}
	return xml_is(n, NS_CX, "extLst") || xml_is(n, NS_CX, "spPr") || xml_is(n, NS_CX, "txPr")
		   ? XML_SKIP
		   : XML_KEEP;
}

/* A new child in which all names are of charts; NULL beyond memory, as is what is put into that. */
static struct xml_node *put(struct ooxml *o, struct xml_node *in, const char *name)
{
	return in ? build(o, in, NS_C, name) : NULL;
}

static void put_val(struct ooxml *o, struct xml_node *in, const char *name, const char *value)
{
	build_attr(o, put(o, in, name), NS_NONE, "val", slice_str(value));
}

static void put_count(struct ooxml *o, struct xml_node *in, const char *name, uint64_t v)
{
	build_number(o, put(o, in, name), "val", (int64_t)v);
}

static void put_text(struct ooxml *o, struct xml_node *in, const char *name, struct slice text)
{
	struct xml_node *n = put(o, in, name);

	if (n && xml_set_text(o->scratch, n, text) != OK)
		xml_remove(n);
}

/* --- data ------------------------------------------------------------------------------------- */

static bool numeric(struct slice v)
{
	return names_domain_ok(&(struct names_domain){.name = "v", .kind = DOMAIN_NUMBER}, v);
}

/* Where the points of each level of a dimension are read, from the innermost level outwards. */
struct labels {
	const struct xml_node *at[LEVELS_MAX];
	size_t n;
};

static void labels_init(struct labels *l, const struct xml_node *level)
{
	for (l->n = 0; level && l->n < LEVELS_MAX; level = xml_again(level))
		l->at[l->n++] = xml_child(level, NS_CX, "pt");
}

/*
 * The label of category idx, which grows from call to call: of nested ones all levels, the outer
 * ones first. An outer point counts until the next one of its level.
 */
static struct slice label(struct ooxml *o, struct labels *l, uint64_t idx)
{
	AUTO_BUF out;
	uint64_t i;

	buf_init(&out, 1 << 18);
	for (size_t k = l->n; k-- > 0;) {
		const struct xml_node *next;

		while (l->at[k] && (next = xml_again(l->at[k])) &&
		       slice_u64(xml_attr_value(next, NS_NONE, "idx"), &i) && i <= idx)
			l->at[k] = next;
		if (out.n && l->at[k])
			buf_str(&out, " / ");
		if (l->at[k])
			buf_slice(&out, xml_text_slice(o->scratch, l->at[k]));
	}
	return buf_err(&out) ? S("") : arena_copy(o->scratch, buf_view(&out));
}

/* The cached points of a dimension as c:strLit or c:numLit; false where there is none. */
static bool put_points(struct ooxml *o, struct xml_node *in, const struct xml_node *dimension,
		       bool numbers)
{
	const struct xml_node *level = xml_child(dimension, NS_CX, "lvl");
	const struct xml_node *pt = xml_child(level, NS_CX, "pt");
	struct xml_node *lit, *one;
	uint64_t n = 0, i = 0;
	struct labels labels;

	if (!pt)
		return false;
	lit = put(o, in, numbers ? "numLit" : "strLit");
	if (numbers && xml_attr_value(level, NS_NONE, "formatCode").n)
		put_text(o, lit, "formatCode", xml_attr_value(level, NS_NONE, "formatCode"));
	for (const struct xml_node *p = pt; p; p = xml_again(p))
		n = slice_u64(xml_attr_value(p, NS_NONE, "idx"), &i) && i >= n ? i + 1 : n;
	put_count(o, lit, "ptCount", n);
	labels_init(&labels, level);
	for (; pt; pt = xml_again(pt)) {
		struct slice v = slice_trim(xml_text_slice(o->scratch, pt));

		if (!slice_u64(xml_attr_value(pt, NS_NONE, "idx"), &i) || (numbers && !numeric(v)))
			continue;
		one = put(o, lit, "pt");
		build_number(o, one, "idx", (int64_t)i);
		put_text(o, one, "v", numbers ? v : label(o, &labels, i));
	}
	return true;
}

/* Cached points, else the reference into the workbook that the chart stands in. */
static void put_dimension(struct ooxml *o, struct xml_node *series, const char *name,
			  const struct xml_node *dimension, const struct chart_names *names)
{
	struct slice f = slice_trim(xml_text_slice(o->scratch, xml_child(dimension, NS_CX, "f")));
	bool numbers = xml_is(dimension, NS_CX, "numDim");
	struct xml_node *n;

	if (!dimension)
		return;
	n = put(o, series, name);
	if (!n || put_points(o, n, dimension, numbers))
		return;
	for (size_t i = 0; names && i < names->n; i++)
		if (slice_eq(names->list[i].name, f))
			f = names->list[i].formula;
	if (names && f.n)
		put_text(o, put(o, n, numbers ? "numRef" : "strRef"), "f", f);
	else
		xml_remove(n);
}

static const struct xml_node *data_of(const struct xml_node *root, const struct xml_node *series)
{
	struct slice id = xml_attr_value(xml_child(series, NS_CX, "dataId"), NS_NONE, "val");
	const struct xml_node *d = xml_child(xml_child(root, NS_CX, "chartData"), NS_CX, "data");

	for (; d; d = xml_again(d))
		if (slice_eq(xml_attr_value(d, NS_NONE, "id"), id))
			return d;
	return NULL;
}

/* --- the chart -------------------------------------------------------------------------------- */

/* c:tx of a series or title from cx:tx. */
static void put_name(struct ooxml *o, struct xml_node *to, const struct xml_node *from)
{
	const struct xml_node *tx = xml_child(from, NS_CX, "tx");
	const struct xml_node *v = xml_child(xml_child(tx, NS_CX, "txData"), NS_CX, "v");

	if (v && xml_text_slice(o->scratch, v).n)
		put_text(o, put(o, to, "tx"), "v", xml_text_slice(o->scratch, v));
}

static void put_title(struct ooxml *o, struct xml_node *chart, const struct xml_node *from)
{
	struct xml_node *rich = xml_child(xml_child(from, NS_CX, "tx"), NS_C, "rich"), *title;
	const struct xml_node *v =
	    xml_child(xml_child(xml_child(from, NS_CX, "tx"), NS_CX, "txData"), NS_CX, "v");

	if (rich || v) {
		title = put(o, chart, "title");
		title = put(o, title, "tx");
		if (title && rich) {
			build_move(rich, title);
		} else if (title) {
			struct xml_node *p = put(o, title, "rich");

			p = p && build(o, p, NS_A, "bodyPr") ? build(o, p, NS_A, "p") : NULL;
			p = p ? build(o, p, NS_A, "r") : NULL;
			p = p ? build(o, p, NS_A, "t") : NULL;
			if (p)
				(void)!xml_set_text(o->scratch, p, xml_text_slice(o->scratch, v));
		}
		put_val(o, title ? title->parent : NULL, "overlay", "0");
	}
	put_val(o, chart, "autoTitleDeleted", rich || v ? "0" : "1");
}

static void put_axes(struct ooxml *o, struct xml_node *area, bool horizontal)
{
	struct xml_node *x;

	for (int id = AXIS_CATEGORY; id <= AXIS_VALUE; id++) {
		bool category = id == AXIS_CATEGORY;

		x = put(o, area, category ? "catAx" : "valAx");
		put_count(o, x, "axId", (uint64_t)id);
		/* A horizontal chart begins at the top. */
		put_val(o, put(o, x, "scaling"), "orientation",
			category && horizontal ? "maxMin" : "minMax");
		put_val(o, x, "delete", "0");
		put_val(o, x, "axPos", category == horizontal ? "l" : "b");
		put_count(o, x, "crossAx", (uint64_t)(AXIS_CATEGORY + AXIS_VALUE - id));
	}
}

static bool is_layout(const struct xml_node *series, const char *layout)
{
	return slice_eq_str(xml_attr_value(series, NS_NONE, "layoutId"), layout);
}

static void put_series(struct ooxml *o, struct xml_node *bars, const struct xml_node *root,
		       const struct xml_node *series, const struct chart_names *names, uint64_t n)
{
	const struct xml_node *data = data_of(root, series), *d;
	struct xml_node *cat, *ser;

	/* The line of a Pareto chart has no data of its own. */
	if (!data || is_layout(series, "paretoLine"))
		return;
	ser = put(o, bars, "ser");
	put_count(o, ser, "idx", n);
	put_count(o, ser, "order", n);
	put_name(o, ser, series);
	cat = xml_child(data, NS_CX, "strDim");
	put_dimension(o, ser, "cat", cat, names);
	/* The last dimension of numbers: sizes and values follow positions. */
	d = xml_child(data, NS_CX, "numDim");
	while (d && xml_again(d))
		d = xml_again(d);
	put_dimension(o, ser, "val", d, names);
}

enum err chart_new_read(struct ooxml *o, const struct chart_names *names,
			struct xml_node **ret_root)
{
	const struct xml_node *chart, *region, *s;
	struct xml_node *root, *out, *c, *area, *bars;
	bool horizontal;

	TRY(ooxml_target_as(o, S(""), PART_CHART, of_chart, &root));
	chart = xml_child(root, NS_CX, "chart");
	region = xml_child(xml_child(chart, NS_CX, "plotArea"), NS_CX, "plotAreaRegion");
	s = xml_child(region, NS_CX, "series");
	horizontal = is_layout(s, "funnel");
	out = build(o, NULL, NS_C, "chartSpace");
	c = put(o, out, "chart");
	if (!c)
		return ERR_MEMORY;
	put_title(o, c, xml_child(chart, NS_CX, "title"));
	area = put(o, c, "plotArea");
	bars = put(o, area, "barChart");
	if (!bars)
		return ERR_MEMORY;
	put_val(o, bars, "barDir", horizontal ? "bar" : "col");
	put_val(o, bars, "grouping", "clustered");
	put_val(o, bars, "varyColors", "0");
	for (uint64_t n = 0; s && n < SERIES_MAX; s = xml_again(s), n++)
		put_series(o, bars, root, s, names, n);
	put_count(o, bars, "axId", AXIS_CATEGORY);
	put_count(o, bars, "axId", AXIS_VALUE);
	put_axes(o, area, horizontal);
	put_val(o, c, "plotVisOnly", "1");
	*ret_root = out;
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}

/* --- text ------------------------------------------------------------------------------------- */

void chart_put_text(const struct xml_node *root, struct buf *out)
{
	for (const struct xml_node *n = root; n; n = xml_following(n, root)) {
		const struct xml_node *p = n->parent;

		if (n->name.n || !n->text.n)
			continue;
		if (xml_is(p, NS_A, "t")) {
			buf_slice(out, n->text);
			if (!xml_again(p->parent)) /* the last run of its paragraph */
				buf_byte(out, '\n');
		} else if (xml_is(p, NS_C, "v")) {
			buf_slice(out, n->text);
			buf_byte(out, xml_is(p->parent, NS_C, "pt") && xml_again(p->parent) ? '\t'
											    : '\n');
		}
	}
}
