#include "format/docx_parts.h"
#include "names/field.h"

#define FIELDS_MAX 64 /* open at once */

/* A field that has begun and not ended. */
struct field {
	struct xml_node *begin, *separate;
	struct buf instr;
	bool in_result;
	bool
	    spoiled; /* holds something that only some readers take for a part of the instruction */
	const struct xml_node *change; /* the tracked change its pieces stand in, or NULL */
	struct xml_node *piece;        /* the first of them with text, or NULL */
};

struct fields {
	struct ooxml *o;
	struct xml_node *root; /* of the story: body, text box, note or comment */
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

/* Text boxes, notes and comments have fields of their own. */
static bool is_story(const struct xml_node *n)
{
	return xml_is(n, NS_W, "txbxContent") || xml_is(n, NS_W, "footnote") ||
	       xml_is(n, NS_W, "endnote") || xml_is(n, NS_W, "comment");
}

/* The next node of the story that `root` is, behind n and what it holds. */
static struct xml_node *skip(const struct xml_node *n, const struct xml_node *root)
{
	struct xml_node *next = xml_skip(n, root);

	while (next && is_story(next))
		next = xml_skip(next, root);
	return next;
}

static struct xml_node *following(const struct xml_node *n, const struct xml_node *root)
{
	struct xml_node *next = xml_following(n, root);

	return next && next != root && is_story(next) ? skip(next, root) : next;
}

/* The innermost tracked change around n, or NULL. */
static const struct xml_node *change_of(const struct xml_node *n)
{
	for (; n && !is_story(n); n = n->parent)
		if (xml_is(n, NS_W, "ins") || xml_is(n, NS_W, "del") ||
		    xml_is(n, NS_W, "moveFrom") || xml_is(n, NS_W, "moveTo"))
			return n;
	return NULL;
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

		next = piece ? skip(n, root) : following(n, root);
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

		next = piece ? skip(n, root) : following(n, root);
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
		outer->spoiled = true;
	f->open[f->n] = (struct field){.begin = n};
	buf_init(&f->open[f->n++].instr, 32768);
	return OK;
}

/* Gives the whole instruction to the first of its pieces; the others up to `stop` get empty. */
static enum err rewrite(struct fields *f, const struct field *x, const struct xml_node *stop,
			struct slice instr)
{
	for (struct xml_node *n = x->begin; n && n != stop; n = following(n, f->root))
		if (xml_is(n, NS_W, "instrText") || xml_is(n, NS_W, "delInstrText"))
			TRY(xml_set_text(f->o->scratch, n, n == x->piece ? instr : S("")));
	return OK;
}

/* A link that is only written in another way stays. */
static enum err mend(struct fields *f, const struct field *x, const struct xml_node *stop,
		     bool *ret_ok)
{
	struct slice link;

	TRY(docx_link(f->o->scratch, buf_view(&x->instr), &link));
	*ret_ok = link.p && x->piece;
	return *ret_ok ? rewrite(f, x, stop, link) : OK;
}

/* n is the fldChar that ends it, or NULL at the end of the story. */
static enum err field_end(struct fields *f, struct xml_node *n)
{
	struct field *x = &f->open[--f->n];
	struct slice instr = buf_view(&x->instr);
	struct xml_node *stop = x->separate ? x->separate : n;
	bool whole = n && !x->spoiled && !buf_err(&x->instr), ok = whole && names_field_ok(instr);
	enum err e = OK;

	if (whole && !ok)
		e = mend(f, x, stop, &ok);
	/* A field inside another's instruction goes with that one. */
	if (!ok) {

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
	return e;
}

static enum err field_char(struct fields *f, struct xml_node *n)
{
	struct slice type = xml_attr_value(n, NS_W, "fldCharType");
	struct field *x = f->n ? &f->open[f->n - 1] : NULL;

	if (slice_eq(type, S("begin")))
		return field_begin(f, n);
	if (x && slice_eq(type, S("end"))) {
		return field_end(f, n);
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
		const struct xml_node *change = change_of(n);

		if (x->piece && x->change != change)
			x->spoiled = true;
		if (!x->piece && n->first)
			x->piece = n;
		x->change = change;
		xml_text(n, &x->instr);
		return;
	}
	found(f, xml_text_slice(f->o->scratch, n));
	xml_remove(n);
}

static enum err simple(struct fields *f, struct xml_node *n)
{
	struct xml_attr *a = xml_attr_find(n, NS_W, "instr");
	struct slice link = {0};

	if (a && names_field_ok(a->value))
		return OK;
	if (a)
		TRY(docx_link(f->o->scratch, a->value, &link));
	if (link.p) {
		a->value = link;
		return OK;
	}
	found(f, a ? a->value : S(""));
	xml_unwrap(n);
	return OK;
}

/* An element that stands in the instruction of the innermost field. */
static void inside(struct fields *f, const struct xml_node *n)
{
	struct field *x = f->n ? &f->open[f->n - 1] : NULL;

	if (x && !x->in_result && n->name.n && (n->ns != NS_W || !names_in_instruction(n->name)))
		x->spoiled = true;
}

static enum err story(struct fields *f, struct xml_node *root)
{
	struct xml_node *next;
	enum err e = OK;

	f->root = root;
	for (struct xml_node *n = root; n && e == OK; n = next) {
		next = following(n, root);
		inside(f, n);
		if (!n->name.n || n->ns != NS_W)
			continue;
		if (xml_is(n, NS_W, "fldChar")) {
			next = skip(n, root);
			e = field_char(f, n);
		} else if (xml_is(n, NS_W, "instrText") || xml_is(n, NS_W, "delInstrText")) {
			next = skip(n, root);
			instruction(f, n);
		} else if (xml_is(n, NS_W, "fldSimple")) {
			e = simple(f, n);
		} else if (xml_is(n, NS_W, "rPr")) {
			next = skip(n, root);
		}
	}
	while (f->n) {
		enum err last = field_end(f, NULL);

		e = e == OK ? last : e;
	}
	return e;
}

enum err docx_fields(struct ooxml *o, struct xml_node *root)
{
	struct fields *f = arena_alloc(o->scratch, sizeof *f);

	if (!f)
		return ERR_MEMORY;
	f->o = o;
	for (struct xml_node *n = root; n; n = xml_following(n, root))
		if (n == root || is_story(n))
			TRY(story(f, n));
	return OK;
}
