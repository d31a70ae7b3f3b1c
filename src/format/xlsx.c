#include "format/xlsx.h"
#include "format/chart.h"
#include "format/graphic.h"
#include "format/ooxml_build.h"
#include "format/xlsx_book.h"
#include "names/names.h"
#include "names/field.h"

/* ---- shared helpers ---- */

struct xlsx_sheet *xlsx_sheet_now(const struct ooxml *o)
{
	struct xlsx_book *book = o->own;
	struct slice part = ooxml_part_name(o);

	for (size_t i = 0; i < book->n; i++)
		if (slice_eq(book->sheets[i].part, part))
			return &book->sheets[i];
	return NULL;
}

bool xlsx_drops_hidden(const struct ooxml *o)
{
	return o->job->hidden == HIDDEN_DROP || o->job->method == METHOD_TEXT;
}

bool xlsx_true(const struct xml_node *n, const char *attr)
{
	struct slice v = xml_attr_value(n, NS_NONE, attr);

	return slice_eq_str(v, "1") || slice_eq_str(v, "true") || slice_eq_str(v, "on");
}

bool xlsx_cell_parse(struct slice s, uint32_t *ret_row, uint32_t *ret_column)
{
	uint32_t column = 0;
	uint64_t row = 0;
	size_t i = 0;

	for (; i < s.n && i < 3 && s.p[i] >= 'A' && s.p[i] <= 'Z'; i++)
		column = column * 26 + (uint32_t)(s.p[i] - 'A' + 1);
	if (i == 0 || column > XLSX_COLUMNS || !slice_u64(slice_from(s, i), &row) || row == 0 ||
	    row > XLSX_ROWS)
		return false;
	*ret_row = (uint32_t)row;
	*ret_column = column;
	return true;
}

struct slice xlsx_place(const struct ooxml *o, struct slice ref)
{
	const struct xlsx_sheet *sheet = xlsx_sheet_now(o);
	struct slice name = sheet ? sheet->name : S("");

	return slice_str(arena_printf(o->scratch, "%.*s%s%.*s", (int)name.n, (const char *)name.p,
				      name.n && ref.n ? "!" : "", (int)ref.n, (const char *)ref.p));
}

/* The canonical form in the scratch arena; .p is NULL where it may not pass (then reported). */
static enum err print_formula(struct ooxml *o, struct slice text, struct slice place,
			      struct slice *ret)
{
	const struct xlsx_book *book = o->own;
	AUTO_BUF out;
	enum err e;

	buf_init(&out, 1 << 18);
	e = formula_print(slice_trim(text), &book->scope, &out, NULL);
	if (e == ERR_MEMORY)
		return e;
	*ret = (struct slice){0};
	if (e != OK) {
		ooxml_found(o, ACT_REPLACED, "formula-unsafe", place, text);
		return OK;
	}
	*ret = arena_copy(o->scratch, buf_view(&out));
	return ret->p ? OK : ERR_MEMORY;
}

enum err xlsx_formula(struct ooxml *o, struct xml_node *n, struct slice place, bool *ret_ok)
{
	struct slice out;

	TRY(print_formula(o, xml_text_slice(o->scratch, n), place, &out));
	*ret_ok = out.p;
	return out.p ? xml_set_text(o->scratch, n, out) : OK;
}

enum err xlsx_formula_attr(struct ooxml *o, struct xml_attr *a, struct slice place, bool *ret_ok)
{
	struct slice out;

	TRY(print_formula(o, a->value, place, &out));
	*ret_ok = out.p;
	if (out.p)
		a->value = out;
	return OK;
}

/* ---- the workbook part ---- */

static enum err add_sheet(struct ooxml *o, const struct xml_node *sheet)
{
	struct xlsx_book *book = o->own;
	struct slice id = xml_attr_value(sheet, NS_R, "id");
	struct xlsx_sheet *s;

	TRY(arena_grow(o->arena, (void **)&book->sheets, book->n, &book->cap,
		       sizeof(*book->sheets)));
	s = &book->sheets[book->n];
	*s = (struct xlsx_sheet){
	    .name = arena_copy(o->arena, xml_attr_value(sheet, NS_NONE, "name")),
	    .part = arena_copy(o->arena, ooxml_target_name(o, id)),
	};
	if (!s->name.p || !s->part.p)
		return ERR_MEMORY;
	book->n++;
	return OK;
}

/* Whether the sheet stays; reports why not, or that it is hidden. */
static bool keep_sheet(struct ooxml *o, struct xml_node *sheet)
{
	const char *kind = ooxml_target_kind(o, xml_attr_value(sheet, NS_R, "id"));
	struct slice name = xml_attr_value(sheet, NS_NONE, "name");
	struct xml_attr *state = xml_attr_find(sheet, NS_NONE, "state");

	if (!kind || (strcmp(kind, "worksheet") != 0 && strcmp(kind, "chartsheet") != 0)) {
		ooxml_found(o, ACT_REMOVED, "macro-sheet", name, S(""));
		return false;
	}
	if (!state || slice_eq_str(state->value, "visible"))
		return true;
	if (xlsx_drops_hidden(o)) {
		ooxml_found(o, ACT_REMOVED, "hidden-sheet-dropped", name, S(""));
		return false;
	}
	ooxml_found(o, ACT_HIDDEN, "hidden-sheet", name, state->value);
	state->value = S("hidden"); /* so that people can show it: also what was veryHidden */
	return true;
}

/* Fills the book; *ret_map gives for each old index the new one, or -1. */
static enum err check_sheets(struct ooxml *o, struct xml_node *sheets, int **ret_map, size_t *ret_n)
{
	struct xlsx_book *book = o->own;
	struct xml_node *sheet = xml_child(sheets, NS_X, "sheet");
	int *map = NULL;
	size_t n = 0, cap = 0;

	for (; sheet; sheet = xml_again(sheet)) {
		TRY(arena_grow(o->arena, (void **)&map, n, &cap, sizeof(*map)));
		map[n] = -1;
		if (keep_sheet(o, sheet)) {
			map[n] = (int)book->n;
			TRY(add_sheet(o, sheet));
		} else {
			xml_remove(sheet);
		}
		n++;
	}
	if (book->n == 0)
		return format_hold(o->job, ERR_UNSUPPORTED, "opc-main-part", ooxml_part_name(o), 0,
				   "the workbook has no sheet that may pass");
	book->names = arena_array(o->arena, book->n, sizeof(*book->names));
	if (!book->names)
		return ERR_MEMORY;
	for (size_t i = 0; i < book->n; i++)
		book->names[i] = book->sheets[i].name;
	book->scope = (struct formula_scope){book->names, book->n};
	*ret_map = map;
	*ret_n = n;
	return OK;
}

/* A sheet's old number in an attribute becomes its new one; false where that sheet is gone. */
static bool renumber(struct ooxml *o, struct xml_attr *a, const int *map, size_t n)
{
	uint64_t old = 0;
	char *text;

	if (!slice_u64(a->value, &old) || old >= n || map[old] < 0)
		return false;
	text = arena_printf(o->scratch, "%d", map[old]);
	a->value = slice_str(text);
	return text != NULL;
}

static void check_views(struct ooxml *o, struct xml_node *views, const int *map, size_t n)
{
	static const char *const names[] = {"activeTab", "firstSheet"};
	struct xml_node *view = xml_child(views, NS_X, "workbookView");

	for (; view; view = xml_again(view))
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct xml_attr *a = xml_attr_find(view, NS_NONE, names[i]);

			if (a && !renumber(o, a, map, n))
				xml_attr_drop(view, a);
		}
}

/* Names that Excel runs by itself: Auto_Open, Auto_Close, Auto_Activate ... in any case. */
static bool runs_by_itself(struct slice name)
{
	if (slice_eq_nocase(slice_head(name, 6), S("_xlnm.")))
		name = slice_from(name, 6);
	return slice_eq_nocase(slice_head(name, 5), S("auto_"));
}

/* Names by which Excel ties a chart of the new kind to its cells; nothing else needs them. */
static enum err add_chart_name(struct ooxml *o, struct slice name, struct slice formula)
{
	struct chart_names *names = &((struct xlsx_book *)o->own)->chart_names;

	TRY(arena_grow(o->arena, (void **)&names->list, names->n, &names->cap,
		       sizeof(*names->list)));
	names->list[names->n].name = arena_copy(o->arena, name);
	names->list[names->n++].formula = arena_copy(o->arena, formula);
	return arena_failed(o->arena) ? ERR_MEMORY : OK;
}

static enum err check_name(struct ooxml *o, struct xml_node *n, bool *ret_keep)
{
	struct slice name = xml_attr_value(n, NS_NONE, "name"), out, text;
	bool builtin = slice_eq_nocase(slice_head(name, 6), S("_xlnm."));
	AUTO_BUF printed;
	enum err e;

	buf_init(&printed, 1 << 18);
	*ret_keep = false;
	text = xml_text_slice(o->scratch, n);
	if (slice_starts(name, S("_xlchart.")))
		return add_chart_name(o, name, slice_trim(text));
	if (runs_by_itself(name)) {
		ooxml_found(o, ACT_REMOVED, "auto-open", name, text);
		return OK;
	}
	if (xlsx_true(n, "hidden") && !builtin) {
		bool drop = xlsx_drops_hidden(o);

		ooxml_found(o, drop ? ACT_REMOVED : ACT_HIDDEN, "hidden-name", name, text);
		if (drop)
			return OK;
	}
	if (!names_defined_ok(name))
		e = ERR_FORBIDDEN;
	else
		e = formula_print(slice_trim(text), &((struct xlsx_book *)o->own)->scope, &printed,
				  NULL);
	if (e == ERR_MEMORY)
		return e;
	if (e != OK) {
		ooxml_found(o, ACT_REMOVED, "name-unsafe", name, text);
		return OK;
	}
	out = arena_copy(o->scratch, buf_view(&printed));
	if (!out.p)
		return ERR_MEMORY;
	*ret_keep = true;
	return xml_set_text(o->scratch, n, out);
}

static enum err check_names(struct ooxml *o, struct xml_node *names, const int *map, size_t n)
{
	struct xml_node *name = xml_child(names, NS_X, "definedName");

	for (; name; name = xml_again(name)) {
		struct xml_attr *local = xml_attr_find(name, NS_NONE, "localSheetId");
		bool keep = !local || renumber(o, local, map, n);

		if (keep)
			TRY(check_name(o, name, &keep));
		if (!keep)
			xml_remove(name);
	}
	if (names && !names->first)
		xml_remove(names);
	return OK;
}

static enum err check_workbook(struct ooxml *o, struct xml_node *root)
{
	int *map = NULL;
	size_t n = 0;

	TRY(check_sheets(o, xml_child(root, NS_X, "sheets"), &map, &n));
	check_views(o, xml_child(root, NS_X, "bookViews"), map, n);
	TRY(check_names(o, xml_child(root, NS_X, "definedNames"), map, n));
	o->job->report->sheets = (uint32_t)((struct xlsx_book *)o->own)->n;
	return OK;
}

/* ---- small parts ---- */

static enum err check_table(struct ooxml *o, struct xml_node *root)
{
	struct slice name = xml_attr_value(root, NS_NONE, "displayName");
	struct xml_node *next;

	for (struct xml_node *n = root; n; n = next) {
		bool ok = true;

		next = xml_following(n, root);
		if (!xml_is(n, NS_X, "calculatedColumnFormula") &&
		    !xml_is(n, NS_X, "totalsRowFormula"))
			continue;
		next = xml_skip(n, root);
		if (o->job->hidden == HIDDEN_DROP)
			ok = false;
		else
			TRY(xlsx_formula(o, n, name, &ok));
		if (!ok)
			xml_remove(n);
	}
	return OK;
}

/* What a frame holds is kept, or something stands in its place: the anchor gives its size. */
static enum err check_frame(struct ooxml *o, struct xml_node *frame)
{
	struct xml_node *graphic = xml_child(frame, NS_A, "graphic"), *group, *pic;
	bool has;

	TRY(graphic_resolve(o, xml_child(graphic, NS_A, "graphicData"), 0, 0, &has, &group));
	if (group) {
		graphic_to_sheet(group);
		build_replace(frame, group);
	} else if (!has) {
		pic = build(o, NULL, NS_XDR, "pic");
		if (!pic)
			return ERR_MEMORY;
		build_picture(o, pic, NS_XDR, S(""), 0, 0, 0, 0);
		build_replace(frame, pic);
	}
	return OK;
}

static enum err check_drawing(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = root; n; n = next) {
		next = xml_following(n, root);
		if (xml_is(n, NS_XDR, "cNvPr") && xlsx_true(n, "hidden"))
			ooxml_found(o, ACT_HIDDEN, "hidden-shape",
				    xml_attr_value(n, NS_NONE, "name"), S(""));
		if (xml_is(n, NS_XDR, "graphicFrame")) {
			next = xml_skip(n, root);
			TRY(check_frame(o, n));
		} else if (graphic_is_raw(n)) {
			next = xml_skip(n, root);
			xml_remove(n); /* outside of a frame it shows nothing */
		}
	}
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}

static enum err check_chart(struct ooxml *o, struct xml_node *root)
{
	return chart_formulas(o, root, &((struct xlsx_book *)o->own)->scope);
}

/* METHOD_TEXT: what drawings and charts say stands behind the sheets. */
static enum err add_drawn_text(struct ooxml *o, const struct xml_node *root)
{
	struct xlsx_book *book = o->own;
	AUTO_BUF text;

	buf_init(&text, o->job->limits->output_bytes);
	chart_put_text(root, &text);
	TRY(buf_err(&text));
	if (!text.n)
		return OK;
	TRY(arena_grow(o->arena, (void **)&book->drawn, book->n_drawn, &book->cap_drawn,
		       sizeof(*book->drawn)));
	book->drawn[book->n_drawn] = arena_copy(o->arena, buf_view(&text));
	return book->drawn[book->n_drawn++].p ? OK : ERR_MEMORY;
}

static enum err chart_text(struct ooxml *o, struct xml_node *root)
{
	TRY(check_chart(o, root));
	return add_drawn_text(o, root);
}

static enum err drawing_text(struct ooxml *o, struct xml_node *root)
{
	TRY(check_drawing(o, root));
	return add_drawn_text(o, root);
}

/* Under HIDDEN_DROP the part is left out before it comes here. */
static enum err check_comments(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *c = xml_child(xml_child(root, NS_X, "commentList"), NS_X, "comment");

	for (; c; c = xml_again(c))
		ooxml_found(o, ACT_HIDDEN, "comment-kept", xml_attr_value(c, NS_NONE, "ref"),
			    xml_text_slice(o->scratch, c));
	return OK;
}

/* Under HIDDEN_DROP the strings go into their cells, so that those of dropped cells are gone. */
static enum err check_strings(struct ooxml *o, struct xml_node *root)
{
	struct xlsx_book *book = o->own;
	struct xml_node *si = xml_child(root, NS_X, "si");

	if (o->job->hidden == HIDDEN_DROP) {
		TRY(xlsx_strings_text(o, root));
		ooxml_drop_part(o);
	}
	book->shared_known = true;
	for (book->shared_count = 0; si; si = xml_again(si))
		book->shared_count++;
	return OK;
}

static const struct part_row {
	enum names_part_id id;
	enum err (*part)(struct ooxml *o, struct xml_node *root);
	enum err (*text)(struct ooxml *o, struct xml_node *root);
} parts[] = {
    {PART_WORKBOOK, check_workbook, check_workbook},
    {PART_SHEET_STYLES, xlsx_styles, xlsx_styles},
    {PART_WORKSHEET, xlsx_worksheet, xlsx_worksheet_text},
    {PART_SHARED_STRINGS, check_strings, xlsx_strings_text},
    {PART_TABLE, check_table, NULL},
    {PART_SHEET_COMMENTS, check_comments, NULL},
    {PART_DRAWING, check_drawing, drawing_text},
    {PART_CHART, check_chart, chart_text},
};

static const struct part_row *row_of(const struct ooxml *o)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].id == ooxml_part_id(o))
			return &parts[i];
	return NULL;
}

static enum err part(struct ooxml *o, struct xml_node *root)
{
	const struct part_row *row = row_of(o);

	return row ? row->part(o, root) : OK;
}

static enum err text(struct ooxml *o, struct xml_node *root)
{
	const struct part_row *row = row_of(o);

	return row && row->text ? row->text(o, root) : OK;
}

static enum err open(struct ooxml *o)
{
	struct xlsx_book *book = arena_alloc(o->arena, sizeof(*book));

	if (!book)
		return ERR_MEMORY;
	o->chart_names = &book->chart_names;
	o->own = book;
	return OK;
}

static const struct ooxml_kind kind = {
    .id = "xlsx",
    .open = open,
    .raw = graphic_is_raw,
    .part = part,
    .text = text,
    .close = xlsx_text_close,
};

static bool probe(const struct job *job)
{
	return ooxml_probe(job, &kind);
}

static enum err rebuild(struct job *job)
{
	return ooxml_rebuild(job, &kind);
}

static enum err as_text(struct job *job)
{
	return ooxml_text(job, &kind);
}

const struct format format_xlsx = {
    .id = "xlsx",
    .ext = "xlsx",
    .label_ja = "Excel ブック",
    .label_en = "Excel workbook",
    .probe = probe,
    .rebuild = rebuild,
    .text = as_text,
};
