/* The worksheet part: cells and their formulas, hidden rows and columns, rules and links. */
#include "format/xlsx_book.h"
#include "names/field.h"
#include "names/names.h"

#include <stdio.h>

/* Groups of shared formulas that a sheet may have; Excel numbers them from 0. */
enum { SHARED_GROUPS = 1 << 20 };

struct sheet {
	struct ooxml *o;
	bool drop;                       /* HIDDEN_DROP */
	uint8_t *shared;                 /* bit per shared formula whose master passed */
	uint8_t *hidden_columns;         /* bit per column */
	uint32_t row, column;            /* of the current cell, from 1 */
	uint32_t hidden_from, hidden_to; /* a run of hidden rows, 0: none */
	uint32_t to_value;               /* formulas replaced because of HIDDEN_DROP */
};

static bool bit(const uint8_t *bits, uint64_t i)
{
	return bits && (bits[i / 8] >> (i % 8) & 1);
}

static enum err bit_set(struct sheet *s, uint8_t **bits, size_t n, uint64_t i)
{
	if (!*bits)
		*bits = arena_alloc(s->o->scratch, n / 8);
	if (!*bits)
		return ERR_MEMORY;
	(*bits)[i / 8] |= (uint8_t)(1u << (i % 8));
	return OK;
}

static struct slice column_name(char ret[4], uint32_t column)
{
	size_t n = 0, i = 3;

	for (; column > 0 && i > 0; column = (column - 1) / 26, n++)
		ret[--i] = (char)('A' + (column - 1) % 26);
	memmove(ret, ret + i, n);
	return slice_of(ret, n);
}

static struct slice place_now(struct sheet *s)
{
	char name[4], text[16];
	struct slice c = column_name(name, s->column);
	int n = snprintf(text, sizeof(text), "%.*s%u", (int)c.n, (const char *)c.p, s->row);

	return xlsx_place(s->o, slice_of(text, (size_t)n));
}

/* ---- hidden rows and columns ---- */

/* Hidden by its flag, or by a width or height of nothing. */
static bool is_hidden(const struct xml_node *n, const char *size)
{
	struct slice v = xml_attr_value(n, NS_NONE, size);
	bool zero = v.n > 0;

	for (size_t i = 0; i < v.n; i++)
		zero &= v.p[i] == '0' || v.p[i] == '.';
	return zero || xlsx_true(n, "hidden");
}

static enum err hide_columns(struct sheet *s, struct xml_node *cols)
{
	for (struct xml_node *col = xml_child(cols, NS_X, "col"); col; col = xml_again(col)) {
		uint64_t min = 0, max = 0;
		char a[4], b[4], text[12];
		struct slice from, to;
		int n;

		if (!is_hidden(col, "width") ||
		    !slice_u64(xml_attr_value(col, NS_NONE, "min"), &min) ||
		    !slice_u64(xml_attr_value(col, NS_NONE, "max"), &max) || min == 0 ||
		    max > XLSX_COLUMNS || min > max)
			continue;
		from = column_name(a, (uint32_t)min);
		to = column_name(b, (uint32_t)max);
		n = snprintf(text, sizeof(text), "%.*s:%.*s", (int)from.n, (const char *)from.p,
			     (int)to.n, (const char *)to.p);
		ooxml_found(s->o, s->drop ? ACT_REMOVED : ACT_HIDDEN, "hidden-rows-columns",
			    xlsx_place(s->o, slice_of(text, (size_t)n)), S(""));
		for (; s->drop && min <= max; min++)
			TRY(bit_set(s, &s->hidden_columns, XLSX_COLUMNS + 8, min));
	}
	return OK;
}

static void hidden_rows_end(struct sheet *s)
{
	char text[24];
	int n;

	if (!s->hidden_from)
		return;
	n = snprintf(text, sizeof(text), "%u:%u", s->hidden_from, s->hidden_to);
	ooxml_found(s->o, s->drop ? ACT_REMOVED : ACT_HIDDEN, "hidden-rows-columns",
		    xlsx_place(s->o, slice_of(text, (size_t)n)), S(""));
	s->hidden_from = 0;
}

/* ---- cells ---- */

static bool value_ok(struct slice type, struct slice v)
{
	static const struct {
		const char *type;
		enum names_domain_kind kind;
	} kinds[] = {{"", DOMAIN_NUMBER},       {"n", DOMAIN_NUMBER},   {"s", DOMAIN_UINT},
		     {"b", DOMAIN_BOOL},        {"d", DOMAIN_DATETIME}, {"str", DOMAIN_TEXT},
		     {"inlineStr", DOMAIN_TEXT}};
	static const char *const errors[] = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!",
					     "#NAME?", "#NUM!",   "#N/A",    "#GETTING_DATA"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (slice_eq_str(type, kinds[i].type))
			return names_domain_ok(
			    &(struct names_domain){.name = "v", .kind = kinds[i].kind}, v);
	for (size_t i = 0; slice_eq_str(type, "e") && i < ARRAY_LEN(errors); i++)
		if (slice_eq_str(v, errors[i]))
			return true;
	return false;
}

/* HIDDEN_DROP: <v>number</v> of a shared string becomes <is><t>its text</t></is>. */
static enum err make_inline(struct sheet *s, struct xml_node *c, struct xml_node *v)
{
	const struct xlsx_book *book = s->o->own;
	struct xml_node *t = arena_alloc(s->o->scratch, sizeof(*t));
	struct xml_attr *space = arena_alloc(s->o->scratch, sizeof(*space));
	struct xml_attr *type = xml_attr_find(c, NS_NONE, "t");
	uint64_t i = 0;

	if (!t || !space)
		return ERR_MEMORY;
	if (!slice_u64(slice_trim(xml_text_slice(s->o->scratch, v)), &i) || i >= book->n_strings) {
		xml_remove(v);
		return OK;
	}
	type->value = S("inlineStr");
	*t = (struct xml_node){.parent = v, .name = S("t"), .ns = NS_X};
	t->row = names_element(NS_X, t->name);
	*space = (struct xml_attr){.name = S("space"), .value = S("preserve"), .ns = NS_XML};
	space->row = names_attribute(t->row, NS_XML, space->name);
	t->attrs = space;
	TRY(xml_set_text(s->o->scratch, t, book->strings[i]));
	while (v->first)
		xml_remove(v->first);
	v->name = S("is");
	v->row = names_element(NS_X, v->name);
	v->first = v->last = t;
	return OK;
}

/* A cached value has to be of the cell's type; otherwise the cell becomes empty. */
static enum err check_value(struct sheet *s, struct xml_node *c)
{
	const struct xlsx_book *book = s->o->own;
	struct slice type = xml_attr_value(c, NS_NONE, "t"), text, trimmed;
	struct xml_node *v = xml_child(c, NS_X, "v");
	uint64_t i = 0;
	bool ok;

	if (!v)
		return OK;
	if (s->drop && slice_eq_str(type, "s"))
		return make_inline(s, c, v);
	text = xml_text_slice(s->o->scratch, v);
	ok = value_ok(type, text);
	trimmed = slice_trim(text);
	if (!ok && value_ok(type, trimmed)) {
		ok = true;
		TRY(xml_set_text(s->o->scratch, v, trimmed));
	}
	if (ok && slice_eq_str(type, "s"))
		ok = slice_u64(trimmed, &i) && (!book->shared_known || i < book->shared_count);
	if (ok)
		return OK;
	if (trimmed.n)
		ooxml_found(s->o, ACT_REMOVED, "attribute-value", place_now(s), trimmed);
	xml_remove(v);
	return OK;
}

static void drop_formula(struct sheet *s, struct xml_node *f, struct slice detail)
{
	ooxml_found(s->o, ACT_REPLACED, "formula-unsafe", place_now(s), detail);
	xml_remove(f);
}

/*
 * Shared formulas: the master has the text, the others only its number; those whose master did
 * not pass (or comes later) become values.
 */
static enum err check_formula(struct sheet *s, struct xml_node *f)
{
	struct slice kind = xml_attr_value(f, NS_NONE, "t"), text;
	bool shared = slice_eq_str(kind, "shared"), ok = false;
	uint64_t group = 0;

	text = slice_trim(xml_text_slice(s->o->scratch, f));
	if (s->drop) {
		s->to_value++;
		xml_remove(f);
		return OK;
	}
	if (shared && (!slice_u64(xml_attr_value(f, NS_NONE, "si"), &group) ||
		       group >= SHARED_GROUPS || (text.n == 0 && !bit(s->shared, group)))) {
		drop_formula(s, f, text);
		return OK;
	}
	if (slice_eq_str(kind, "dataTable")) {
		drop_formula(s, f, S("TABLE"));
		return OK;
	}
	if (text.n == 0) {
		if (!shared)
			xml_remove(f);
		return OK;
	}
	TRY(xlsx_formula(s->o, f, place_now(s), &ok));
	if (!ok)
		xml_remove(f);
	else if (shared)
		TRY(bit_set(s, &s->shared, SHARED_GROUPS, group));
	return OK;
}

/* What of enum xlsx_hides a cell holds; 0 where it is empty or zero. */
static uint8_t value_kind(const struct xml_node *c)
{
	struct slice type = xml_attr_value(c, NS_NONE, "t"), v;
	const struct xml_node *n = xml_child(c, NS_X, "v");

	if (xml_child(c, NS_X, "is") || (n && type.n && !slice_eq(type, S("n"))))
		return HIDES_TEXT;
	v = n && n->first ? slice_trim(n->first->text) : S("");
	if (!v.n)
		return xml_child(c, NS_X, "f") ? HIDES_POSITIVE : 0;
	for (size_t i = 0; i < v.n && v.p[i] != 'e' && v.p[i] != 'E'; i++)
		if (v.p[i] >= '1' && v.p[i] <= '9')
			return v.p[0] == '-' ? HIDES_NEGATIVE : HIDES_POSITIVE;
	return 0;
}

/* Whether the cell's format hides what it holds; without one it has the first. */
static bool shows_nothing(const struct sheet *s, const struct xml_node *c)
{
	const struct xlsx_book *book = s->o->own;
	uint64_t format = 0;

	(void)slice_u64(xml_attr_value(c, NS_NONE, "s"), &format);
	return c->first && format < book->formats.n && book->formats.hides[format] &&
	       book->formats.hides[format] & value_kind(c);
}

/* What a reader of the report is told that the cell holds. */
static struct slice visible_value(const struct sheet *s, const struct xml_node *c)
{
	const struct xlsx_book *book = s->o->own;
	const struct xml_node *is = xml_child(c, NS_X, "is"), *v = xml_child(c, NS_X, "v");
	struct slice text = xml_text_slice(s->o->scratch, is ? is : v);
	uint64_t i = 0;

	if (!slice_eq(xml_attr_value(c, NS_NONE, "t"), S("s")))
		return text;
	return slice_u64(slice_trim(text), &i) && i < book->n_strings ? book->strings[i] : S("");
}

static enum err check_cell(struct sheet *s, struct xml_node *c)
{
	struct slice r = xml_attr_value(c, NS_NONE, "r");
	uint32_t row, column;
	struct xml_node *f;

	s->column++;
	if (r.n && xlsx_cell_parse(r, &row, &column) && row == s->row)
		s->column = column;
	if (s->column <= XLSX_COLUMNS && bit(s->hidden_columns, s->column)) {
		xml_remove(c);
		return OK;
	}
	if (shows_nothing(s, c)) {
		ooxml_found(s->o, s->drop ? ACT_REMOVED : ACT_HIDDEN, "hidden-cell", place_now(s),
			    visible_value(s, c));
		if (s->drop) {
			xml_remove(c);
			return OK;
		}
	}
	f = xml_child(c, NS_X, "f");
	if (f)
		TRY(check_formula(s, f));
	return check_value(s, c);
}

static enum err check_row(struct sheet *s, struct xml_node *row)
{
	bool hidden = is_hidden(row, "ht");
	uint64_t r = 0;

	if (!slice_u64(xml_attr_value(row, NS_NONE, "r"), &r) || r == 0 || r > XLSX_ROWS)
		r = (uint64_t)s->row + 1;
	if (!hidden || s->hidden_to + 1 != r)
		hidden_rows_end(s);
	if (hidden) {
		s->hidden_from = s->hidden_from ? s->hidden_from : (uint32_t)r;
		s->hidden_to = (uint32_t)r;
	}
	s->row = (uint32_t)r;
	s->column = 0;
	for (struct xml_node *c = row->first; c; c = c->next) {
		if (hidden && s->drop)
			xml_remove(c);
		else if (xml_is(c, NS_X, "c"))
			TRY(check_cell(s, c));
	}
	return OK;
}

static enum err check_data(struct sheet *s, struct xml_node *data)
{
	for (struct xml_node *row = xml_child(data, NS_X, "row"); row; row = xml_again(row))
		TRY(check_row(s, row));
	hidden_rows_end(s);
	return OK;
}

/* ---- rules and links ---- */

/* dataValidation: with one formula that may not pass the whole rule goes. */
static enum err check_validations(struct sheet *s, struct xml_node *all)
{
	static const char *const names[] = {"formula1", "formula2"};

	for (struct xml_node *v = all->first; v; v = v->next) {
		struct slice place = xlsx_place(s->o, xml_attr_value(v, NS_NONE, "sqref"));
		bool ok = true;

		for (size_t i = 0; i < ARRAY_LEN(names) && ok; i++) {
			struct xml_node *f = xml_child(v, NS_X, names[i]);

			if (f && f->first)
				TRY(xlsx_formula(s->o, f, place, &ok));
			else if (f)
				xml_remove(f);
		}
		if (!ok)
			xml_remove(v);
	}
	if (!all->first)
		xml_remove(all);
	else if (xml_attr_find(all, NS_NONE, "count"))
		xml_attr_drop(all, xml_attr_find(all, NS_NONE, "count"));
	return OK;
}

static enum err check_rule(struct sheet *s, struct xml_node *rule, struct slice place)
{
	bool ok = true;
	struct xml_node *next;

	for (struct xml_node *n = rule; n && ok; n = next) {
		struct xml_attr *val = xml_attr_find(n, NS_NONE, "val");

		next = xml_following(n, rule);
		if (xml_is(n, NS_X, "formula")) {
			TRY(xlsx_formula(s->o, n, place, &ok));
			next = xml_skip(n, rule);
		} else if (xml_is(n, NS_X, "cfvo") && val && val->value.n) {
			TRY(xlsx_formula_attr(s->o, val, place, &ok));
		}
	}
	if (!ok)
		xml_remove(rule);
	return OK;
}

/* A rule whose format hides what stands in the cells where it holds. */
static void report_rule(struct sheet *s, const struct xml_node *rule, struct slice place)
{
	const struct xlsx_book *book = s->o->own;
	uint64_t i = 0;

	if (slice_u64(xml_attr_value(rule, NS_NONE, "dxfId"), &i) && i < book->conditional.n &&
	    book->conditional.hides[i])
		ooxml_found(s->o, ACT_HIDDEN, "hidden-cell", place, S(""));
}

static enum err check_format(struct sheet *s, struct xml_node *format)
{
	struct slice place = xlsx_place(s->o, xml_attr_value(format, NS_NONE, "sqref"));
	struct xml_node *rule = xml_child(format, NS_X, "cfRule");

	for (; rule; rule = xml_again(rule)) {
		report_rule(s, rule, place);
		TRY(check_rule(s, rule, place));
	}
	if (!xml_child(format, NS_X, "cfRule"))
		xml_remove(format);
	return OK;
}

/*
 * A place inside the workbook is a reference or a name, and printed like any other formula. *ret_ok
 * is false where it is something else.
 */
static enum err check_location(struct sheet *s, struct xml_attr *location, bool *ret_ok)
{
	struct slice to = location->value;
	AUTO_BUF out;
	enum err e;

	if (to.n && to.p[0] == '#')
		to = slice_from(to, 1);
	buf_init(&out, 1 << 18);
	e = formula_print(to, NULL, &out, NULL);
	*ret_ok = e == OK;
	if (e != OK)
		return e == ERR_MEMORY ? e : OK;
	location->value = arena_copy(s->o->scratch, buf_view(&out));
	return location->value.p ? OK : ERR_MEMORY;
}

static enum err check_link(struct sheet *s, struct xml_node *l)
{
	struct slice place = xlsx_place(s->o, xml_attr_value(l, NS_NONE, "ref"));
	struct xml_attr *location = xml_attr_find(l, NS_NONE, "location");
	struct xml_attr *id = xml_attr_find(l, NS_R, "id");
	bool ok = true;

	if (location)
		TRY(check_location(s, location, &ok));
	if (!ok) {
		ooxml_found(s->o, ACT_REMOVED, "link-unsafe", place, location->value);
		xml_attr_drop(l, location);
		location = NULL;
	}
	if (id && !names_link_ok(ooxml_target_link(s->o, id->value))) {
		ooxml_found(s->o, ACT_REMOVED, "link-unsafe", place,
			    ooxml_target_link(s->o, id->value));
		xml_remove(l);
	} else if (!location && !id) {
		xml_remove(l);
	}
	return OK;
}

static enum err check_links(struct sheet *s, struct xml_node *links)
{
	for (struct xml_node *l = links->first; l; l = l->next)
		TRY(check_link(s, l));
	if (!links->first)
		xml_remove(links);
	return OK;
}

/* In the order of the schema: columns stand before the cells they hide. */
static const struct {
	const char *name;
	enum err (*check)(struct sheet *s, struct xml_node *n);
} sections[] = {
    {"cols", hide_columns},
    {"sheetData", check_data},
    {"conditionalFormatting", check_format},
    {"dataValidations", check_validations},
    {"hyperlinks", check_links},
};

enum err xlsx_worksheet(struct ooxml *o, struct xml_node *root)
{
	struct sheet s = {.o = o, .drop = xlsx_drops_hidden(o)};

	for (struct xml_node *n = root->first; n; n = n->next)
		for (size_t i = 0; i < ARRAY_LEN(sections); i++)
			if (xml_is(n, NS_X, sections[i].name)) {
				TRY(sections[i].check(&s, n));
				break;
			}
	if (s.to_value && o->job->method == METHOD_REBUILD)
		ooxml_found(o, ACT_REPLACED, "formula-value", xlsx_place(o, S("")), S(""));
	return OK;
}
