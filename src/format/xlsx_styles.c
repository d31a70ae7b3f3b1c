/* Which cell formats of a workbook show nothing. */
#include "format/xlsx_book.h"

/* ";;;": sections for positive, negative, zero and text, all of them empty. */
static bool is_blank(struct slice code)
{
	size_t sections = 1;

	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] != ';' && code.p[i] != ' ')
			return false;
		sections += code.p[i] == ';';
	}
	return sections >= 3;
}

static bool format_is_blank(const struct xml_node *formats, struct slice id)
{
	for (const struct xml_node *f = xml_child(formats, NS_X, "numFmt"); f; f = xml_again(f))
		if (is_blank(xml_attr_value(f, NS_NONE, "formatCode")) &&
		    slice_eq(xml_attr_value(f, NS_NONE, "numFmtId"), id))
			return true;
	return false;
}

enum err xlsx_styles(struct ooxml *o, struct xml_node *root)
{
	const struct xml_node *formats = xml_child(root, NS_X, "numFmts");
	const struct xml_node *xf = xml_child(xml_child(root, NS_X, "cellXfs"), NS_X, "xf");
	struct xlsx_book *book = o->own;
	size_t cap = 0;

	for (; xf; xf = xml_again(xf)) {
		TRY(arena_grow(o->arena, (void **)&book->blank, book->n_blank, &cap, 1));
		book->blank[book->n_blank++] =
		    format_is_blank(formats, xml_attr_value(xf, NS_NONE, "numFmtId"));
	}
	return OK;
}
