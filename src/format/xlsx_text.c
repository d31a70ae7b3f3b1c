/*
 * METHOD_TEXT: each sheet as its name in brackets and its visible cells, one row a line, columns
 * separated by tabs. Numbers and dates stand as they are stored. Shared strings may come after the
 * sheets that use them, so cells are collected and printed at the end.
 */
#include "format/xlsx_book.h"
#include "names/names.h"

static enum err add_cell(struct ooxml *o, struct xlsx_sheet *sheet, const struct xlsx_cell *cell)
{
	TRY(arena_grow(o->arena, (void **)&sheet->cells, sheet->n, &sheet->cap,
		       sizeof(*sheet->cells)));
	sheet->cells[sheet->n++] = *cell;
	return OK;
}

/* All t elements under n, without the readings (rPh) that stand beside them. */
static enum err plain_text(struct ooxml *o, struct xml_node *n, struct slice *ret)
{
	struct xml_node *next;
	AUTO_BUF text;

	buf_init(&text, o->job->limits->output_bytes);
	for (struct xml_node *t = n; t; t = next) {
		next = xml_following(t, n);
		if (xml_is(t, NS_X, "rPh"))
			next = xml_skip(t, n);
		else if (xml_is(t, NS_X, "t"))
			xml_text(t, &text);
	}
	TRY(buf_err(&text));
	*ret = arena_copy(o->arena, buf_view(&text));
	return ret->p ? OK : ERR_MEMORY;
}

static enum err cell_text(struct ooxml *o, struct xml_node *c, struct xlsx_cell *cell)
{
	struct slice type = xml_attr_value(c, NS_NONE, "t");
	struct xml_node *v = xml_child(c, NS_X, "v"), *is = xml_child(c, NS_X, "is");

	if (is)
		return plain_text(o, is, &cell->text);
	if (!v)
		return OK;
	cell->text = xml_text_slice(o->scratch, v);
	cell->shared = slice_eq_str(type, "s") && slice_u64(slice_trim(cell->text), &cell->index);
	if (slice_eq_str(type, "b"))
		cell->text = slice_eq_str(cell->text, "1") ? S("TRUE") : S("FALSE");
	cell->text = arena_copy(o->arena, cell->text);
	return cell->text.p ? OK : ERR_MEMORY;
}

static enum err row_text(struct ooxml *o, struct xlsx_sheet *sheet, struct xml_node *row,
			 uint32_t number)
{
	uint32_t column = 0, r, at;

	for (struct xml_node *c = xml_child(row, NS_X, "c"); c; c = xml_again(c)) {
		struct xlsx_cell cell = {.row = number};

		column++;
		if (xlsx_cell_parse(xml_attr_value(c, NS_NONE, "r"), &r, &at) && at > column)
			column = at;
		cell.column = column;
		TRY(cell_text(o, c, &cell));
		if (cell.text.n || cell.shared)
			TRY(add_cell(o, sheet, &cell));
	}
	return OK;
}

/* xlsx_worksheet takes out the cells of hidden rows and columns and resolves shared strings. */
enum err xlsx_worksheet_text(struct ooxml *o, struct xml_node *root)
{
	struct xlsx_sheet *sheet = xlsx_sheet_now(o);
	struct xml_node *row = xml_child(xml_child(root, NS_X, "sheetData"), NS_X, "row");
	uint32_t number = 0;

	if (!sheet)
		return OK;
	TRY(xlsx_worksheet(o, root));
	for (; row; row = xml_again(row)) {
		uint64_t r = 0;

		if (slice_u64(xml_attr_value(row, NS_NONE, "r"), &r) && r > number &&
		    r <= XLSX_ROWS)
			number = (uint32_t)r;
		else
			number++;
		TRY(row_text(o, sheet, row, number));
	}
	return OK;
}

enum err xlsx_strings_text(struct ooxml *o, struct xml_node *root)
{
	struct xlsx_book *book = o->own;

	for (struct xml_node *si = xml_child(root, NS_X, "si"); si; si = xml_again(si)) {
		TRY(arena_grow(o->arena, (void **)&book->strings, book->n_strings,
			       &book->cap_strings, sizeof(*book->strings)));
		TRY(plain_text(o, si, &book->strings[book->n_strings]));
		book->n_strings++;
	}
	return OK;
}

/* Tabs and line ends inside a cell would break the table: they become blanks. */
static void put_cell(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_byte(out, text.p[i] < 0x20 ? ' ' : text.p[i]);
}

static void put_sheet(struct ooxml *o, const struct xlsx_sheet *sheet)
{
	const struct xlsx_book *book = o->own;
	struct buf *out = o->job->out;
	uint32_t row = 0, column = 1;

	buf_byte(out, '[');
	put_cell(out, sheet->name);
	buf_byte(out, ']');
	for (size_t i = 0; i < sheet->n; i++) {
		const struct xlsx_cell *cell = &sheet->cells[i];
		struct slice text = cell->text;

		if (cell->shared)
			text = cell->index < book->n_strings ? book->strings[cell->index] : S("");
		if (cell->row != row) {
			buf_str(out, row && cell->row > row + 1 ? "\n\n" : "\n");
			row = cell->row;
			column = 1;
		}
		for (; column < cell->column; column++)
			buf_byte(out, '\t');
		put_cell(out, text);
		ooxml_count_text(o, S(""), text);
	}
	buf_byte(out, '\n');
}

enum err xlsx_text_close(struct ooxml *o)
{
	const struct xlsx_book *book = o->own;

	for (size_t i = 0; i < book->n; i++) {
		if (i)
			buf_byte(o->job->out, '\n');
		put_sheet(o, &book->sheets[i]);
	}
	for (size_t i = 0; i < book->n_drawn; i++) {
		buf_byte(o->job->out, '\n');
		buf_slice(o->job->out, book->drawn[i]);
		ooxml_count_text(o, S(""), book->drawn[i]);
	}
	return buf_err(o->job->out);
}
