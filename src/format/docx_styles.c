/* Which runs nobody sees: by their own properties, or by the styles of run, paragraph and table. */
#include "format/docx_parts.h"

#include <stdlib.h>

enum { BASES_MAX = 32 }; /* Word allows 10 styles in one chain */

enum toggle { UNSET, OFF, ON };

struct style {
	struct slice id, base;
	enum toggle vanish;
};

struct styles {
	struct style *list; /* by id */
	size_t n, cap;
	struct slice normal; /* the default paragraph style */
	enum toggle vanish;  /* document defaults */
};

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

static enum err add_style(struct ooxml *o, struct styles *s, const struct xml_node *n)
{
	struct slice id = arena_copy(o->arena, xml_attr_value(n, NS_W, "styleId"));
	struct slice base = xml_attr_value(xml_child(n, NS_W, "basedOn"), NS_W, "val");
	struct slice normal = xml_attr_value(n, NS_W, "default");

	TRY(arena_grow(o->arena, (void **)&s->list, s->n, &s->cap, sizeof(*s->list)));
	s->list[s->n++] = (struct style){.id = id,
					 .base = arena_copy(o->arena, base),
					 .vanish = vanish_of(xml_child(n, NS_W, "rPr"))};
	if (slice_eq(xml_attr_value(n, NS_W, "type"), S("paragraph")) &&
	    (slice_eq(normal, S("1")) || slice_eq(normal, S("true")) || slice_eq(normal, S("on"))))
		s->normal = id;
	return OK;
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
	s->vanish = vanish_of(xml_child(n, NS_W, "rPr"));
	for (n = xml_child(root, NS_W, "style"); n; n = xml_again(n))
		TRY(add_style(o, s, n));
	if (s->n)
		qsort(s->list, s->n, sizeof(*s->list), by_id);
	o->own = s;
	return arena_failed(o->arena) ? ERR_MEMORY : OK;
}

static bool style_hides(const struct styles *s, struct slice id)
{
	for (size_t i = 0; s->n && id.n && i < BASES_MAX; i++) {
		const struct style key = {.id = id};
		const struct style *st = bsearch(&key, s->list, s->n, sizeof(key), by_id);

		if (!st)
			return false;
		if (st->vanish != UNSET)
			return st->vanish == ON;
		id = st->base;
	}
	return false;
}

static const struct xml_node *above(const struct xml_node *n, const char *name)
{
	while (n && !xml_is(n, NS_W, name))
		n = n->parent;
	return n;
}

/* ISO 29500-1 17.7.3: an odd number of the levels table, paragraph, run switches a toggle on. */
static bool vanishes(const struct styles *s, const struct xml_node *run, const struct xml_node *rpr)
{
	const struct xml_node *p = xml_child(above(run, "p"), NS_W, "pPr");
	const struct xml_node *t = xml_child(above(run, "tbl"), NS_W, "tblPr");
	struct slice paragraph = xml_attr_value(xml_child(p, NS_W, "pStyle"), NS_W, "val");
	struct slice table = xml_attr_value(xml_child(t, NS_W, "tblStyle"), NS_W, "val");
	struct slice own = xml_attr_value(xml_child(rpr, NS_W, "rStyle"), NS_W, "val");
	enum toggle direct = vanish_of(rpr);

	if (direct != UNSET || !s)
		return direct == ON;
	return s->vanish == ON ||
	       (style_hides(s, own) ^ style_hides(s, paragraph.n ? paragraph : s->normal) ^
		style_hides(s, table));
}

/* Whether something at or above the run may give it a background; a shape or a table style may. */
static bool may_be_shaded(const struct xml_node *run, const struct xml_node *rpr)
{
	static const char *const props[] = {"pPr", "tcPr", "trPr", "tblPr"};

	if (xml_child(rpr, NS_W, "shd") || xml_child(rpr, NS_W, "highlight") ||
	    xml_child(rpr, NS_W, "rStyle"))
		return true;
	for (const struct xml_node *n = run; n; n = n->parent) {
		if (xml_is(n, NS_W, "txbxContent") || xml_child(n, NS_W, "background"))
			return true;
		for (size_t i = 0; i < ARRAY_LEN(props); i++) {
			const struct xml_node *p = xml_child(n, NS_W, props[i]);

			if (xml_child(p, NS_W, "shd") || xml_child(p, NS_W, "pStyle") ||
			    xml_child(p, NS_W, "tblStyle"))
				return true;
		}
	}
	return false;
}

const char *docx_run_hidden(const struct ooxml *o, const struct xml_node *run)
{
	const struct xml_node *rpr = xml_child(run, NS_W, "rPr");
	struct slice size = xml_attr_value(xml_child(rpr, NS_W, "sz"), NS_W, "val");
	struct slice colour = xml_attr_value(xml_child(rpr, NS_W, "color"), NS_W, "val");
	uint64_t half_points;

	if (!xml_is(run, NS_W, "r"))
		return NULL;
	if (vanishes(o->own, run, rpr))
		return "vanish";
	if (!xml_child(run, NS_W, "t"))
		return NULL;
	if (slice_u64(size, &half_points) && half_points <= 2)
		return "sz";
	return slice_eq_nocase(colour, S("FFFFFF")) && !may_be_shaded(run, rpr) ? "color" : NULL;
}
