/*
 * The common filter: every element and attribute of a part against the tables of room names, while
 * it is read. Markup compatibility is resolved here: of an AlternateContent the first choice whose
 * namespaces we print, else the fallback.
 */
#include "base/utf8.h"
#include "format/graphic.h"
#include "format/ooxml_part.h"
#include "format/xml_ns.h"
#include "names/field.h"

#define DEPTH_MAX 1024

struct filtering {
	struct ooxml *o;
	const struct names_part *part;
	bool chosen[DEPTH_MAX]; /* by depth of an AlternateContent: a branch was taken */
	uint64_t lost;          /* characters of visible text in dropped elements */
	struct diag *d;
	const struct xml_filter *xml;
	enum xml_verdict (*translate)(struct xml_node *node); /* of ooxml_read_as, or NULL */
};

static void found(struct filtering *f, enum report_act act, const char *finding, struct slice place)
{
	ooxml_found(f->o, act, finding, place, S(""));
}

/* True where all prefixes of a Choice mean namespaces that may stand in this part. */
static bool choice_fits(const struct filtering *f, struct slice requires, struct xml_scope *scope)
{
	uint16_t ns;

	while (requires.n) {
		size_t blank = slice_find_byte(requires, ' ');
		struct slice prefix = slice_head(requires, blank);

		requires = blank == SIZE_MAX ? S("") : slice_from(requires, blank + 1);
		if (!prefix.n)
			continue;
		if (!xml_scope_find(scope, prefix, true, &ns))
			return false;
		/* What holds charts can show those of the new kind: they become charts. */
		if (ns == NS_CX)
			ns = NS_C;
		if (ns >= NS_PRINTABLE_END || !(f->part->spaces >> ns & 1))
			return false;
	}
	return true;
}

static enum xml_verdict alternate(struct filtering *f, const struct xml_node *node, unsigned depth)
{
	bool *chosen = depth ? &f->chosen[depth - 1] : NULL;

	if (xml_is(node, NS_MC, "AlternateContent")) {
		f->chosen[depth] = false;
		return XML_UNWRAP;
	}
	if (!chosen || *chosen)
		return XML_SKIP;
	if (xml_is(node, NS_MC, "Choice") &&
	    choice_fits(f, xml_attr_value(node, NS_NONE, "Requires"), f->xml->scope)) {
		*chosen = true;
		return XML_UNWRAP;
	}
	if (xml_is(node, NS_MC, "Fallback")) {
		*chosen = true;
		return XML_UNWRAP;
	}
	return XML_SKIP;
}

/* Keeps the attributes whose row says so and whose value is in its domain. */
static void filter_attrs(struct filtering *f, struct xml_node *node,
			 const struct names_element *row)
{
	struct xml_attr **at = &node->attrs;

	while (*at) {
		struct xml_attr *a = *at;
		const struct names_attr *ar = names_attribute(row, a->ns, a->name);

		if (ar && ar->disp == NAMES_KEEP &&
		    (ar->domain->kind == DOMAIN_RID || names_domain_ok(ar->domain, a->value))) {
			a->row = ar;
			a->name = slice_of(ar->name, ar->name_n);
			at = &a->next;
			continue;
		}
		/* What stands in it decides what it is (graphic_resolve), not what it says. */
		if (ar && ar->disp == NAMES_KEEP && xml_is(node, NS_A, "graphicData")) {
			a->value = S(URI_CHART);
			continue; /* now it is in its domain */
		}
		/* An empty one that is dropped says nothing. */
		if (ar && ar->disp == NAMES_KEEP)
			ooxml_found(f->o, ACT_REMOVED, "attribute-value", a->name, a->value);
		else if (ar && ar->finding && a->value.n)
			ooxml_found(f->o, ACT_REMOVED, ar->finding, a->name, S(""));
		else if (!ar && a->ns < NS_PRINTABLE_END)
			ooxml_found(f->o, ACT_REMOVED, "unknown-attribute", a->name, S(""));
		*at = a->next;
	}
}

static enum xml_verdict drop(struct filtering *f, const struct xml_node *node, const char *finding)
{
	if (finding)
		found(f, ACT_REMOVED, finding, node->name);
	return XML_DROP;
}

/* By the tables alone; row is the element's, or NULL. */
static enum xml_verdict by_row(struct filtering *f, struct xml_node *node,
			       const struct names_element *row)
{
	if (!row || (row->disp == NAMES_KEEP && !(f->part->spaces >> node->ns & 1))) {
		const struct names_ns *ns = node->ns != NS_UNKNOWN ? names_ns(node->ns) : NULL;

		return drop(f, node, ns && ns->finding ? ns->finding : "unknown-element");
	}
	if (row->disp == NAMES_DROP)
		return drop(f, node, row->finding);
	if (row->disp == NAMES_HOLD) {
		diag_set(f->d, ERR_UNSUPPORTED, 0, "an element %s cannot pass", row->name);
		return XML_HOLD;
	}
	if (row->disp == NAMES_UNWRAP) {
		if (row->finding)
			found(f, ACT_CHANGED, row->finding, node->name);
		return XML_UNWRAP;
	}
	node->row = row;
	node->name = slice_of(row->name, row->name_n);
	filter_attrs(f, node, row);
	return XML_KEEP;
}

static enum xml_verdict element(void *ctx, struct xml_node *node, unsigned depth)
{
	struct filtering *f = ctx;
	const struct names_element *row;

	if (node->ns == NS_MC)
		return alternate(f, node, depth);
	if (f->translate) {
		enum xml_verdict v = f->translate(node);

		return v == XML_KEEP && node->ns < NS_PRINTABLE_END
			   ? by_row(f, node, names_element(node->ns, node->name))
			   : v;
	}
	row = names_element(node->ns, node->name);
	if (!node->parent &&
	    (node->ns != f->part->root_ns || !slice_eq_str(node->name, f->part->root))) {
		diag_set(f->d, ERR_UNSUPPORTED, 0, "the part's root is not %s", f->part->root);
		return XML_HOLD;
	}
	if ((!row || row->disp == NAMES_DROP) && f->o->kind->raw && node->parent &&
	    f->o->kind->raw(node))
		return XML_KEEP;
	return by_row(f, node, row);
}

static bool text_allowed(void *ctx, const struct xml_node *node)
{
	const struct names_element *row = node->row;
	const struct filtering *f = ctx;

	/* Only what a translation keeps without a row has text of its own. */
	return row ? row->domain->kind != DOMAIN_NONE : f->translate != NULL;
}

static void lost(void *ctx, struct slice text)
{
	struct filtering *f = ctx;

	f->lost += utf8_count(text);
}

static void instruction(void *ctx, struct slice target)
{
	found(ctx, ACT_REMOVED, "xml-instruction", target);
}

/* Inflates and parses member m with the filter. */
static enum err read_member(struct filtering *f, const struct zip_member *m,
			    struct xml_node **ret_root)
{
	struct ooxml *o = f->o;
	struct diag d = {0};
	struct xml_filter filter = {.element = element,
				    .text = text_allowed,
				    .lost = lost,
				    .instruction = instruction,
				    .ctx = f};
	struct slice data;
	enum err e;

	f->d = &d;
	f->xml = &filter;
	e = zip_read(&o->walk->opc->zip, m, &o->walk->inflated, &data, &d);
	if (e != OK)
		return format_hold(o->job, e, e == ERR_SYNTAX ? "zip-checksum" : "zip-bomb",
				   m->name, 0, "%s", d.text);
	e = xml_parse(data, o->job->limits, &filter, o->scratch, ret_root, &d);
	if (e != OK)
		return format_hold(o->job, e, opc_xml_finding(e, &d), m->name, 0,
				   "%s (line %u, column %u)", d.text, d.line, d.column);
	return OK;
}

enum err ooxml_target_as(struct ooxml *o, struct slice id, enum names_part_id as,
			 enum xml_verdict (*translate)(struct xml_node *node),
			 struct xml_node **ret_root)
{
	struct filtering *f = arena_alloc(o->scratch, sizeof *f);
	const struct opc_rel *rel = id.n ? ooxml_rel(o, id) : NULL;

	if (!f)
		return ERR_MEMORY;
	if (id.n && (!rel || !rel->part))
		return ERR_NOT_FOUND;
	f->o = o;
	f->part = names_part(as);
	f->translate = translate;
	return read_member(f, rel ? rel->part : o->current->member, ret_root);
}

enum err ooxml_filter_part(struct ooxml *o, struct xml_node **ret_root)
{
	struct filtering *f = arena_alloc(o->scratch, sizeof *f);

	if (!f)
		return ERR_MEMORY;
	f->o = o;
	f->part = names_part(o->current->id);
	TRY(read_member(f, o->current->member, ret_root));
	if (f->lost) {
		o->job->report->text_in += f->lost;
		ooxml_found(o, ACT_REMOVED, "text-dropped", S(""), S(""));
	}
	return OK;
}
