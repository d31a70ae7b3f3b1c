/*
 * Which runs nobody sees: by their own properties, or by the styles of run, paragraph and table.
 * What each style says, its bases included, is found out once when the styles are read.
 */
#include "format/docx_parts.h"

#include <stdlib.h>

enum { BASES_MAX = 32 }; /* Word allows 10 styles in one chain */

enum toggle { UNSET, OFF, ON };

/* What a style or a run says of what is seen; .p NULL: nothing. */
struct look {
	enum toggle vanish;
	struct slice size;   /* half points */
	struct slice colour; /* RRGGBB or auto; empty: one that cannot be told */
	struct slice fill;   /* of what is behind the text, likewise */
};

struct style {
	struct slice id, base;
	struct look look; /* its own; with those of its bases once it is resolved */
	bool resolved;
};

struct styles {
	struct style *list; /* by id */
	size_t n, cap;
	struct slice normal;  /* the default paragraph style */
	struct look defaults; /* of the document */
};

/* --- what properties say ---------------------------------------------------------------------- */

static enum toggle toggle_of(const struct xml_node *n)
{
	struct slice v = xml_attr_value(n, NS_W, "val");

	if (!n)
		return UNSET;
	return slice_eq(v, S("0")) || slice_eq(v, S("false")) || slice_eq(v, S("off")) ? OFF : ON;
}

static enum toggle vanish_of(const struct xml_node *rpr)
{
	enum toggle own = toggle_of(xml_child(rpr, NS_W, "vanish"));

	return own == UNSET ? toggle_of(xml_child(rpr, NS_W, "specVanish")) : own;
}

/* Only the two colours that every theme has at the same place are told. */
static struct slice theme_colour(struct slice name, struct slice rgb, bool changed)
{
	if (!name.n)
		return rgb;
	if (changed)
		return S("");
	if (slice_eq(name, S("background1")) || slice_eq(name, S("light1")))
		return S("FFFFFF");
	return slice_eq(name, S("text1")) || slice_eq(name, S("dark1")) ? S("000000") : S("");
}

static struct slice colour_of(const struct xml_node *rpr)
{
	const struct xml_node *n = xml_child(rpr, NS_W, "color");

	return theme_colour(xml_attr_value(n, NS_W, "themeColor"), xml_attr_value(n, NS_W, "val"),
			    xml_attr_find(n, NS_W, "themeTint") ||
				xml_attr_find(n, NS_W, "themeShade"));
}

/* What a w:shd puts behind the text: an empty slice where it is a pattern of two colours. */
static struct slice fill_of(const struct xml_node *props)
{
	const struct xml_node *n = xml_child(props, NS_W, "shd");
	struct slice pattern = xml_attr_value(n, NS_W, "val"), fill;

	if (!n)
		return (struct slice){0};
	fill = theme_colour(xml_attr_value(n, NS_W, "themeFill"), xml_attr_value(n, NS_W, "fill"),
			    xml_attr_find(n, NS_W, "themeFillTint") ||
				xml_attr_find(n, NS_W, "themeFillShade"));
	if (pattern.n && !slice_eq(pattern, S("clear")) && !slice_eq(pattern, S("nil")))
		return S("");
	return slice_eq(fill, S("auto")) ? (struct slice){0} : fill;
}

static struct slice highlight_of(const struct xml_node *rpr)
{
	struct slice v = xml_attr_value(xml_child(rpr, NS_W, "highlight"), NS_W, "val");

	if (!v.n || slice_eq(v, S("none")))
		return fill_of(rpr);
	return slice_eq(v, S("white"))   ? S("FFFFFF")
	       : slice_eq(v, S("black")) ? S("000000")
					 : S("");
}

static struct look look_of(const struct xml_node *rpr)
{
	return (struct look){
	    .vanish = vanish_of(rpr),
	    .size = xml_attr_value(xml_child(rpr, NS_W, "sz"), NS_W, "val"),
	    .colour = colour_of(rpr),
	    .fill = highlight_of(rpr),
	};
}

/* What is not said yet is taken from `more`. */
static void complete(struct look *l, const struct look *more)
{
	if (l->vanish == UNSET)
		l->vanish = more->vanish;
	if (!l->size.p)
		l->size = more->size;
	if (!l->colour.p)
		l->colour = more->colour;
	if (!l->fill.p)
		l->fill = more->fill;
}

/* --- the style table -------------------------------------------------------------------------- */

static enum xml_verdict keep(void *ctx, struct xml_node *node, unsigned depth)
{
	(void)ctx, (void)node, (void)depth;
	return XML_KEEP;
}

static bool no_text(void *ctx, const struct xml_node *node)
{
	(void)ctx, (void)node;
	return false;
}

static int by_id(const void *a, const void *b)
{
	const struct style *x = a, *y = b;

	return slice_cmp(x->id, y->id);
}

static struct slice keep_slice(struct ooxml *o, struct slice s)
{
	return s.p ? arena_copy(o->arena, s) : s;
}

/* A style of a table shades its cells by itself or by its conditional parts: those are not told. */
static struct slice style_fill(const struct xml_node *style)
{
	static const char *const props[] = {"pPr", "tcPr", "tblPr"};

	if (xml_child(style, NS_W, "tblStylePr"))
		return S("");
	for (size_t i = 0; i < ARRAY_LEN(props); i++) {
		struct slice fill = fill_of(xml_child(style, NS_W, props[i]));

		if (fill.p)
			return fill;
	}
	return (struct slice){0};
}

static enum err add_style(struct ooxml *o, struct styles *s, const struct xml_node *n)
{
	struct slice base = xml_attr_value(xml_child(n, NS_W, "basedOn"), NS_W, "val");
	struct slice normal = xml_attr_value(n, NS_W, "default");
	struct style st = {
	    .id = arena_copy(o->arena, xml_attr_value(n, NS_W, "styleId")),
	    .base = arena_copy(o->arena, base),
	    .look = look_of(xml_child(n, NS_W, "rPr")),
	};

	if (!st.look.fill.p)
		st.look.fill = style_fill(n);
	st.look.size = keep_slice(o, st.look.size);
	st.look.colour = keep_slice(o, st.look.colour);
	st.look.fill = keep_slice(o, st.look.fill);
	TRY(arena_grow(o->arena, (void **)&s->list, s->n, &s->cap, sizeof(*s->list)));
	s->list[s->n++] = st;
	if (slice_eq(xml_attr_value(n, NS_W, "type"), S("paragraph")) &&
	    (slice_eq(normal, S("1")) || slice_eq(normal, S("true")) || slice_eq(normal, S("on"))))
		s->normal = st.id;
	return OK;
}

static struct style *find_style(const struct styles *s, struct slice id)
{
	const struct style key = {.id = id};

	return s->n && id.n ? bsearch(&key, s->list, s->n, sizeof(key), by_id) : NULL;
}

static void resolve(const struct styles *s, struct style *st)
{
	const struct style *base = find_style(s, st->base);

	for (size_t i = 0; base && i < BASES_MAX; i++) {
		complete(&st->look, &base->look);
		base = base->resolved ? NULL : find_style(s, base->base);
	}
	st->resolved = true;
}

enum err docx_styles_read(struct ooxml *o)
{
	struct xml_filter f = {.element = keep, .text = no_text};
	struct styles *s = arena_alloc(o->arena, sizeof(*s));
	const struct xml_node *n;
	struct xml_node *root;
	enum err e;

	if (!s)
		return ERR_MEMORY;
	e = ooxml_implied_xml(o, PART_STYLES, &f, &root);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	n = xml_child(xml_child(root, NS_W, "docDefaults"), NS_W, "rPrDefault");
	s->defaults = look_of(xml_child(n, NS_W, "rPr"));
	s->defaults.size = keep_slice(o, s->defaults.size);
	s->defaults.colour = keep_slice(o, s->defaults.colour);
	s->defaults.fill = keep_slice(o, s->defaults.fill);
	for (n = xml_child(root, NS_W, "style"); n; n = xml_again(n))
		TRY(add_style(o, s, n));
	if (s->n)
		qsort(s->list, s->n, sizeof(*s->list), by_id);
	for (size_t i = 0; i < s->n; i++)
		resolve(s, &s->list[i]);
	o->own = s;
	return arena_failed(o->arena) ? ERR_MEMORY : OK;
}

/* --- runs ------------------------------------------------------------------------------------- */

static const struct xml_node *above(const struct xml_node *n, const char *name)
{
	while (n && !xml_is(n, NS_W, name))
		n = n->parent;
	return n;
}

/* Properties stand first (ooxml_settle): no looking through all that an element holds. */
static const struct xml_node *props_of(const struct xml_node *n, const char *name)
{
	return n && xml_is(n->first, NS_W, name) ? n->first : NULL;
}

static const struct look *style_look(const struct styles *s, const struct xml_node *props,
				     const char *name, struct slice none)
{
	static const struct look nothing;
	struct slice id = xml_attr_value(xml_child(props, NS_W, name), NS_W, "val");
	const struct style *st = s ? find_style(s, id.n ? id : none) : NULL;

	return st ? &st->look : &nothing;
}

/* The styles around a run, from the nearest to the farthest. */
struct around {
	const struct look *run, *paragraph, *table;
};

static struct around around(const struct styles *s, const struct xml_node *run,
			    const struct xml_node *rpr)
{
	const struct xml_node *p = props_of(above(run, "p"), "pPr");
	const struct xml_node *t = props_of(above(run, "tbl"), "tblPr");
	struct slice none = {0};

	return (struct around){
	    .run = style_look(s, rpr, "rStyle", none),
	    .paragraph = style_look(s, p, "pStyle", s ? s->normal : none),
	    .table = style_look(s, t, "tblStyle", none),
	};
}

/* ISO 29500-1 17.7.3: an odd number of the levels table, paragraph, run switches a toggle on. */
static bool vanishes(const struct styles *s, const struct around *a, enum toggle direct)
{
	if (direct != UNSET || !s)
		return direct == ON;
	return s->defaults.vanish == ON ||
	       ((a->run->vanish == ON) ^ (a->paragraph->vanish == ON) ^ (a->table->vanish == ON));
}

/* What stands behind the text as far as its paragraph, cell and table say. */
static struct slice ground(const struct xml_node *run)
{
	static const char *const props[] = {"pPr", "tcPr", "tblPr"};
	struct slice fill = {0};

	for (const struct xml_node *n = run; n && !fill.p; n = n->parent) {
		/* A shape's fill and the page's colour are not told. */
		if (xml_is(n, NS_W, "txbxContent") || props_of(n, "background"))
			return S("");
		for (size_t i = 0; i < ARRAY_LEN(props) && !fill.p; i++)
			fill = fill_of(props_of(n, props[i]));
	}
	return fill;
}

static bool is_tiny(struct slice size)
{
	uint64_t half_points;

	return slice_u64(size, &half_points) && half_points <= 2;
}

const char *docx_run_hidden(const struct ooxml *o, const struct xml_node *run)
{
	const struct xml_node *rpr;
	const struct styles *s = o->own;
	struct look own, seen;
	struct around a;
	struct slice fill;

	if (!xml_is(run, NS_W, "r"))
		return NULL;
	rpr = xml_child(run, NS_W, "rPr");
	own = look_of(rpr);
	a = around(s, run, rpr);
	if (vanishes(s, &a, own.vanish))
		return "vanish";
	if (!xml_child(run, NS_W, "t"))
		return NULL;
	seen = own;
	complete(&seen, a.run);
	complete(&seen, a.paragraph);
	complete(&seen, a.table);
	if (s)
		complete(&seen, &s->defaults);
	if (is_tiny(seen.size))
		return "sz";
	if (seen.colour.n != 6)
		return NULL;
	fill = own.fill.p ? own.fill : a.run->fill;
	if (!fill.p)
		fill = ground(run);
	if (!fill.p)
		fill = a.paragraph->fill.p ? a.paragraph->fill : a.table->fill;
	return slice_eq_nocase(seen.colour, fill.p ? fill : S("FFFFFF")) ? "color" : NULL;
}
