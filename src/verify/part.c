#include "verify/part.h"

#include "base/buf.h"
#include "names/field.h"
#include "verify/formula.h"
#include "verify/markup.h"

enum { FIELDS_MAX = 128, INSTRUCTION_MAX = 8192 };

/* What is open: the row of the element, whether it has had text, and where fields may reach. */
struct level {
	const struct names_element *row;
	bool text;
	unsigned rank; /* of the last child, and the bits of all so far: see names_place */
	uint64_t seen;
	size_t needed;   /* attributes seen that it needs */
	bool quiet;      /* inside the properties of a run or of a form field */
	bool story;      /* fields begun outside of it are not its own */
	unsigned base;   /* of a story: p->base of the one around it */
	size_t revision; /* number of the innermost tracked change, 0: none */
};

struct part {
	struct verify *v;
	const struct names_part *kind;
	struct relation *relations;
	size_t n_relations;
	struct level *levels;
	size_t depth, cap;
	/* fields: those that are begun, and whether the innermost is still in its instruction */
	unsigned fields;
	unsigned base; /* those that were begun outside of the present story */
	bool instructing;
	struct buf instruction;
	size_t revisions; /* tracked changes seen */
	size_t
	    revision; /* the one all pieces of the instruction stand in; SIZE_MAX: no piece yet */
};

static enum err bad(struct part *p, size_t at, const char *what, struct slice name)
{
	return verify_bad(p->v, at, "%s: %.*s", what, (int)(name.n < 60 ? name.n : 60),
			  (const char *)name.p);
}

static bool is(const struct names_element *row, unsigned ns, const char *name)
{
	return row->ns == ns && strcmp(row->name, name) == 0;
}

static bool is_any(const struct names_element *row, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(row, NS_W, names[i]))
			return true;
	return false;
}

/* Fills what the new innermost level has from the one around it. */
static void inherit(struct part *p)
{
	static const char *const stories[] = {"txbxContent", "footnote", "endnote", "comment"};
	static const char *const revisions[] = {"ins", "del", "moveFrom", "moveTo"};
	struct level *l = &p->levels[p->depth - 1];

	if (p->depth > 1) {
		l->quiet =
		    l[-1].quiet || is(l[-1].row, NS_W, "rPr") || is(l[-1].row, NS_W, "fldChar");
		l->revision = l[-1].revision;
	}
	if (is_any(l->row, revisions, ARRAY_LEN(revisions)))
		l->revision = ++p->revisions;
	if (is_any(l->row, stories, ARRAY_LEN(stories))) {
		l->story = true;
		l->base = p->base;
		p->base = p->fields;
	}
}

/* The innermost open element takes this child: at this place, in this order, once. */
static enum err take_child(struct part *p, const struct names_element *row, size_t at)
{
	struct level *parent = &p->levels[p->depth - 1];
	struct names_place place;

	if (parent->row->domain->kind != DOMAIN_NONE)
		return bad(p, at, "an element where only text may stand", slice_str(row->name));
	if (!names_place(row, parent->row, &place))
		return bad(p, at, "an element that may not stand in this element",
			   slice_str(row->name));
	if (place.rank < parent->rank)
		return bad(p, at, "an element behind one that it must precede",
			   slice_str(row->name));
	parent->rank = place.rank;
	if (place.bit == NAMES_NONE)
		return OK;
	if (!place.many && parent->seen >> place.bit & 1)
		return bad(p, at, "an element that may stand only once", slice_str(row->name));
	parent->seen |= 1ull << place.bit;
	return OK;
}

static enum err on_open(void *ctx, struct markup_name name, size_t at)
{
	struct part *p = ctx;
	const struct names_element *row = names_element(name.ns, name.local);

	if (!row || row->disp != NAMES_KEEP || !(p->kind->spaces >> name.ns & 1))
		return bad(p, at, "an element that may not stand in this part", name.local);
	if (p->depth == 0 &&
	    (name.ns != p->kind->root_ns || !slice_eq_str(name.local, p->kind->root)))
		return bad(p, at, "not the root of this kind of part", name.local);
	if (p->depth > 0)
		TRY(take_child(p, row, at));
	TRY(arena_grow(p->v->arena, (void **)&p->levels, p->depth, &p->cap, sizeof *p->levels));
	p->levels[p->depth++] = (struct level){.row = row};
	inherit(p);
	if (p->instructing && !p->levels[p->depth - 1].quiet &&
	    (name.ns != NS_W || !names_in_instruction(name.local)))
		return bad(p, at, "an element that may not stand in an instruction", name.local);
	return OK;
}

/* rId7: the seventh relationship, which must lead where the domain says. */
static enum err use_relation(struct part *p, const struct names_domain *domain, struct slice id,
			     size_t at)
{
	uint64_t k = 0;
	struct relation *r;

	if (!slice_u64(slice_from(id, 3), &k) || k == 0 || k > p->n_relations)
		return bad(p, at, "a reference that leads nowhere", id);
	r = &p->relations[k - 1];
	if (r->row->link ? !domain->link : !(domain->targets >> r->target & 1))
		return bad(p, at, "a reference to the wrong kind of part", id);
	r->used = true;
	return OK;
}

/* Ends the instruction of the innermost field. */
static enum err end_instruction(struct part *p, size_t at)
{
	if (p->instructing && !names_field_ok(buf_view(&p->instruction)))
		return bad(p, at, "a field that may not pass", buf_view(&p->instruction));
	p->instructing = false;
	p->instruction.n = 0;
	return OK;
}

static enum err field_mark(struct part *p, struct slice type, size_t at)
{
	if (slice_eq_str(type, "begin")) {
		if (p->instructing)
			return bad(p, at, "a field inside a field's instruction", type);
		if (p->fields == FIELDS_MAX)
			return bad(p, at, "fields nested too deeply", type);
		p->fields++;
		p->instructing = true;
		p->revision = SIZE_MAX;
		return OK;
	}
	if (p->fields == p->base)
		return bad(p, at, "a mark of a field that was not begun", type);
	if (slice_eq_str(type, "separate") && !p->instructing)
		return bad(p, at, "a field that is separated twice", type);
	TRY(end_instruction(p, at));
	if (slice_eq_str(type, "end"))
		p->fields--;
	return OK;
}

/* What no domain says. */
static enum err check_meaning(struct part *p, const struct names_element *el,
			      const struct names_attr *attr, struct slice value, size_t at)
{
	if (is(el, NS_W, "fldChar") && strcmp(attr->name, "fldCharType") == 0)
		return field_mark(p, value, at);
	if (is(el, NS_X, "definedName") && strcmp(attr->name, "name") == 0 &&
	    !names_defined_ok(value))
		return bad(p, at, "a name that runs by itself", value);
	return OK;
}

static enum err on_attr(void *ctx, struct markup_name name, struct slice value, size_t at)
{
	struct part *p = ctx;
	struct level *level = &p->levels[p->depth - 1];
	const struct names_element *el = level->row;
	const struct names_attr *row = names_attribute(el, name.ns, name.local);

	if (!row || row->disp != NAMES_KEEP ||
	    (name.ns != NS_NONE && !(p->kind->spaces >> name.ns & 1)))
		return bad(p, at, "an attribute that may not stand here", name.local);
	if (!names_domain_ok(row->domain, value))
		return bad(p, at, "a value outside its domain", name.local);
	level->needed += row->needed;
	if (row->domain->kind == DOMAIN_RID)
		return use_relation(p, row->domain, value, at);
	if (row->domain->kind == DOMAIN_FORMULA && !verify_formula_ok(value))
		return bad(p, at, "a formula that may not pass", value);
	if (row->domain->kind == DOMAIN_FIELD && !names_field_ok(value))
		return bad(p, at, "a field that may not pass", value);
	return check_meaning(p, el, row, value, at);
}

static enum err on_text(void *ctx, struct slice text, size_t at)
{
	struct part *p = ctx;
	struct level *level = &p->levels[p->depth - 1];
	const struct names_domain *domain = level->row->domain;

	if (domain->kind == DOMAIN_NONE)
		return bad(p, at, "text where none may stand", slice_str(level->row->name));
	level->text = true;
	if (!names_domain_ok(domain, text))
		return bad(p, at, "text outside its domain", slice_str(level->row->name));
	if (domain->kind == DOMAIN_FORMULA && !verify_formula_ok(text))
		return bad(p, at, "a formula that may not pass", text);
	if (domain->kind != DOMAIN_FIELD)
		return p->instructing ? bad(p, at, "text in an instruction", text) : OK;
	/* Who takes one change and refuses another must not get another instruction. */
	if (p->revision != SIZE_MAX && p->revision != level->revision)
		return bad(p, at, "an instruction that is changed in parts", text);
	p->revision = level->revision;
	if (!p->instructing || p->instruction.n + text.n > INSTRUCTION_MAX)
		return bad(p, at, "an instruction outside of a field, or too long", text);
	buf_slice(&p->instruction, text);
	return buf_err(&p->instruction);
}

static enum err on_close(void *ctx, size_t at)
{
	struct part *p = ctx;
	const struct level *level = &p->levels[--p->depth];
	enum names_domain_kind kind = level->row->domain->kind;

	if (level->needed != level->row->n_needed)
		return bad(p, at, "an element without an attribute that it needs",
			   slice_str(level->row->name));
	if (names_must_bits(level->row) & ~level->seen)
		return bad(p, at, "an element without a child that it needs",
			   slice_str(level->row->name));
	/* Shared formulas have their text in another cell; other texts may be empty as such. */
	if (!level->text && kind != DOMAIN_NONE && kind != DOMAIN_TEXT && kind != DOMAIN_FORMULA &&
	    kind != DOMAIN_FIELD)
		return bad(p, at, "an element without its text", slice_str(level->row->name));
	if (level->story) {
		if (p->fields != p->base)
			return bad(p, at, "a field that does not end in its story", S(""));
		p->base = level->base;
	}
	return OK;
}

enum err part_verify(struct verify *v, enum names_part_id id, struct slice xml,
		     struct relation *relations, size_t n)
{
	struct part p = {
	    .v = v,
	    .kind = names_part(id),
	    .relations = relations,
	    .n_relations = n,
	};
	struct markup_sink sink = {on_open, on_attr, on_text, on_close, &p};
	enum err e;

	buf_init(&p.instruction, INSTRUCTION_MAX);
	e = markup_read(v, xml, &sink);
	buf_free(&p.instruction);
	if (e == OK && p.fields > 0)
		return verify_bad(v, xml.n, "a field that does not end in its part");
	return e;
}
