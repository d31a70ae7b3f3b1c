#include "format/docx_parts.h"
#include "names/field.h"

#define FIELDS_MAX 64 /* open at once */

/* A field that has begun and not ended. */
struct field {
	struct xml_node *begin, *separate;
	struct buf instr;
	bool in_result;
	bool nested; /* another field begins inside its instruction */
};

struct fields {
	struct ooxml *o;
	struct xml_node *root;
	struct field open[FIELDS_MAX];
	size_t n;
};

/* The code of an instruction decides which finding it is. */
static const char *finding_of(struct slice instr)
{
	struct slice code = slice_trim(instr);

	if (slice_eq_nocase(slice_head(code, 3), S("DDE")))
		return "dde";
	if (slice_eq_nocase(slice_head(code, 9), S("HYPERLINK")))
		return "link-unsafe";
	return "field-unsafe";
}

static void found(struct fields *f, struct slice instr)
{
	ooxml_found(f->o, ACT_REPLACED, finding_of(instr), S(""), slice_trim(instr));
}

/* What shows or instructs inside an instruction: goes with it. */
static bool is_piece(const struct xml_node *n)
{
	static const char *const names[] = {"fldChar", "instrText", "delInstrText", "t", "delText",
					    "tab",     "br",        "sym",          "cr"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (xml_is(n, NS_W, names[i]))
			return n->parent->name.n && xml_is(n->parent, NS_W, "r");
	return false;
}

/* Takes off what instructs from `from` to the end of the story. */
static void remove_instructions(struct xml_node *from, const struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = from; n; n = next) {
		bool piece =
		    n->name.n && n->ns == NS_W &&
		    (n == from || xml_is(n, NS_W, "instrText") || xml_is(n, NS_W, "delInstrText"));

		next = piece ? xml_skip(n, root) : xml_following(n, root);
		if (piece)
			xml_remove(n);
	}
}

/* Takes off all pieces from `from` up to but without `to` in document order. */
static void remove_pieces(struct xml_node *from, const struct xml_node *to,
			  const struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = from; n && n != to; n = next) {
		bool piece = n->name.n && is_piece(n);

		next = piece ? xml_skip(n, root) : xml_following(n, root);
		if (piece)
			xml_remove(n);
	}
}

static enum err field_begin(struct fields *f, struct xml_node *n)
{
	struct field *outer = f->n ? &f->open[f->n - 1] : NULL;

	if (f->n == FIELDS_MAX)
		return format_hold(f->o->job, ERR_LIMIT, "limit", ooxml_part_name(f->o), 0,
				   "fields are nested too deep");
	if (outer && !outer->in_result)
		outer->nested = true;
	f->open[f->n] = (struct field){.begin = n};
	buf_init(&f->open[f->n++].instr, 32768);
	return OK;
}

/* n is the fldChar that ends it, or NULL at the end of the story. */
static void field_end(struct fields *f, struct xml_node *n)
{
	struct field *x = &f->open[--f->n];
	struct slice instr = buf_view(&x->instr);
	bool ok = n && !x->nested && !buf_err(&x->instr) && names_field_ok(instr);

	/* A field inside another's instruction goes with that one. */
	if (!ok) {
		struct xml_node *stop = x->separate ? x->separate : n;

		found(f, instr);
		if (stop)
			remove_pieces(x->begin, stop, f->root);
		else
			remove_instructions(x->begin, f->root);
		if (x->separate)
			xml_remove(x->separate);
		if (n)
			xml_remove(n);
	}
	buf_free(&x->instr);
}

static enum err field_char(struct fields *f, struct xml_node *n)
{
	struct slice type = xml_attr_value(n, NS_W, "fldCharType");
	struct field *x = f->n ? &f->open[f->n - 1] : NULL;

	if (slice_eq(type, S("begin")))
		return field_begin(f, n);
	if (x && slice_eq(type, S("end"))) {
		field_end(f, n);
	} else if (x && slice_eq(type, S("separate")) && !x->in_result) {
		x->in_result = true;
		x->separate = n;
	} else {
		xml_remove(n);
	}
	return OK;
}

static void instruction(struct fields *f, struct xml_node *n)
{
	struct field *x = f->n ? &f->open[f->n - 1] : NULL;

	if (x && !x->in_result) {
		xml_text(n, &x->instr);
		return;
	}
	found(f, xml_text_slice(f->o->scratch, n));
	xml_remove(n);
}

static void simple(struct fields *f, struct xml_node *n)
{
	struct slice instr = xml_attr_value(n, NS_W, "instr");

	if (instr.p && names_field_ok(instr))
		return;
	found(f, instr);
	xml_unwrap(n);
}

enum err docx_fields(struct ooxml *o, struct xml_node *root)
{
	struct fields *f = arena_alloc(o->scratch, sizeof *f);
	struct xml_node *next;
	enum err e = OK;

	if (!f)
		return ERR_MEMORY;
	f->o = o;
	f->root = root;
	for (struct xml_node *n = root; n && e == OK; n = next) {
		next = xml_following(n, root);
		if (!n->name.n || n->ns != NS_W)
			continue;
		if (xml_is(n, NS_W, "fldChar")) {
			next = xml_skip(n, root);
			e = field_char(f, n);
		} else if (xml_is(n, NS_W, "instrText") || xml_is(n, NS_W, "delInstrText")) {
			next = xml_skip(n, root);
			instruction(f, n);
		} else if (xml_is(n, NS_W, "fldSimple")) {
			simple(f, n);
		}
	}
	while (f->n)
		field_end(f, NULL);
	return e;
}
