#include "format/chart.h"
#include "names/names.h"

/* The name of the first cached point: what a series' title shows. */
static struct slice first_point(struct arena *a, const struct xml_node *ref)
{
	const struct xml_node *pt = xml_child(xml_child(ref, NS_C, "strCache"), NS_C, "pt");
	const struct xml_node *v = xml_child(pt, NS_C, "v");

	return v ? xml_text_slice(a, v) : S("");
}

static enum err rename(struct xml_node *n, const char *name)
{
	n->name = slice_str(name);
	n->row = names_element(n->ns, n->name);
	return n->row ? OK : ERR_UNSUPPORTED;
}

/*
 * c:numRef -> c:numLit and c:strRef -> c:strLit (the cache and a literal have the same content);
 * a title's c:strRef -> c:v; what has no literal form goes with its parent.
 */
static enum err make_literal(struct ooxml *o, struct xml_node *ref, struct xml_node *f)
{
	struct xml_node *cache, *parent = ref->parent;
	bool number = xml_is(ref, NS_C, "numRef");

	if (xml_is(parent, NS_C, "tx")) {
		struct slice title = first_point(o->scratch, ref);

		if (!xml_is(parent->parent, NS_C, "ser")) {
			xml_remove(parent);
			return OK;
		}
		while (ref->first)
			xml_remove(ref->first);
		TRY(rename(ref, "v"));
		return xml_set_text(o->scratch, ref, title);
	}
	cache = xml_child(ref, NS_C, number ? "numCache" : "strCache");
	if (!cache || !(number || xml_is(ref, NS_C, "strRef"))) {
		xml_remove(parent);
		return OK;
	}
	xml_remove(f);
	xml_unwrap(cache);
	return rename(ref, number ? "numLit" : "strLit");
}

enum err chart_formulas(struct ooxml *o, struct xml_node *root, const struct formula_scope *scope)
{
	AUTO_BUF out;
	struct xml_node *next;

	buf_init(&out, 1 << 18);
	for (struct xml_node *n = root; n; n = next) {
		struct slice text;
		enum err e;

		next = xml_following(n, root);
		if (!xml_is(n, NS_C, "f"))
			continue;
		text = xml_text_slice(o->scratch, n);
		out.n = 0;
		e = formula_print(text, scope, &out, NULL);
		if (e == ERR_MEMORY)
			return e;
		if (e == OK) {
			TRY(xml_set_text(o->scratch, n, arena_copy(o->scratch, buf_view(&out))));
			next = xml_skip(n, root);
			continue;
		}
		ooxml_found(o, ACT_REPLACED, "formula-unsafe", S("chart"), text);
		next = xml_skip(n->parent->parent, root);
		TRY(make_literal(o, n->parent, n));
	}
	return OK;
}
