#include "format/docx_parts.h"

struct texting {
	struct buf *out;
	unsigned cells; /* depth of tables whose cell is being printed */
};

static void line_end(struct texting *t)
{
	if (t->out->n && t->out->p[t->out->n - 1] != '\n')
		buf_byte(t->out, '\n');
}

static bool is_one_of(const struct xml_node *n, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (xml_is(n, NS_W, names[i]))
			return true;
	return false;
}

static void put(struct texting *t, const struct xml_node *n);

static void put_children(struct texting *t, const struct xml_node *n)
{
	for (const struct xml_node *c = n->first; c; c = c->next)
		put(t, c);
}

/* Cells stand on one line, separated by TAB; paragraphs of one cell by a blank. */
static void put_row(struct texting *t, const struct xml_node *row)
{
	bool first = true;

	t->cells++;
	for (const struct xml_node *c = row->first; c; c = c->next) {
		if (!xml_is(c, NS_W, "tc")) {
			put(t, c);
			continue;
		}
		if (!first)
			buf_byte(t->out, '\t');
		first = false;
		put_children(t, c);
		if (t->out->n && t->out->p[t->out->n - 1] == ' ')
			t->out->n--;
	}
	t->cells--;
	if (t->cells)
		buf_byte(t->out, ' ');
	else
		line_end(t);
}

static void put_paragraph(struct texting *t, const struct xml_node *p)
{
	size_t from = t->out->n;

	/* A text box inside a paragraph begins its own line. */
	put_children(t, p);
	if (!t->cells) {
		if (t->out->n == from || t->out->p[t->out->n - 1] != '\n')
			buf_byte(t->out, '\n');
	} else if (t->out->n > from) {
		buf_byte(t->out, ' ');
	}
}

static void put(struct texting *t, const struct xml_node *n)
{
	static const char *const unseen[] = {"instrText", "delText", "delInstrText", "del",
					     "moveFrom",  "pPr",     "rPr",          "sectPr",
					     "tblPr",     "trPr",    "tcPr",         "tblGrid"};

	if (!n->name.n) {
		/* Character data is visible in runs and formulas only. */
		if (xml_is(n->parent, NS_W, "t") || xml_is(n->parent, NS_M, "t") ||
		    xml_is(n->parent, NS_A, "t"))
			buf_slice(t->out, n->text);
		return;
	}
	if (is_one_of(n, unseen, ARRAY_LEN(unseen)))
		return;
	if (xml_is(n, NS_W, "p"))
		put_paragraph(t, n);
	else if (xml_is(n, NS_W, "tr"))
		put_row(t, n);
	else if (xml_is(n, NS_W, "tab") || xml_is(n, NS_W, "ptab"))
		buf_byte(t->out, '\t');
	else if (xml_is(n, NS_W, "br") || xml_is(n, NS_W, "cr"))
		buf_byte(t->out, t->cells ? ' ' : '\n');
	else if (xml_is(n, NS_W, "noBreakHyphen"))
		buf_byte(t->out, '-');
	else
		put_children(t, n);
}

void docx_put_text(const struct xml_node *root, struct buf *out)
{
	struct texting t = {.out = out};

	put(&t, root);
	line_end(&t);
}
