#include "format/docx.h"

#include "format/chart.h"
#include "format/docx_parts.h"
#include "format/graphic.h"

/* Parts that hold paragraphs. */
static bool is_story(enum names_part_id id)
{
	return id == PART_DOCUMENT || id == PART_HEADER || id == PART_FOOTER ||
	       id == PART_FOOTNOTES || id == PART_ENDNOTES || id == PART_COMMENTS;
}

static enum err part(struct ooxml *o, struct xml_node *root)
{
	if (!is_story(ooxml_part_id(o)))
		return OK;
	if (ooxml_part_id(o) == PART_DOCUMENT)
		TRY(docx_styles_read(o));
	TRY(docx_drawings(o, root));
	docx_hidden(o, root);
	TRY(docx_fields(o, root));
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}

static bool is_raw(const struct xml_node *n)
{
	return docx_is_old_drawing(n) || graphic_is_raw(n);
}

/* Comments are no visible text; the walk gives the body first, then headers, notes and charts. */
static enum err text(struct ooxml *o, struct xml_node *root)
{
	enum names_part_id id = ooxml_part_id(o);

	if (id == PART_CHART)
		chart_put_text(root, o->job->out);
	if (!is_story(id) || id == PART_COMMENTS)
		return buf_err(o->job->out);
	TRY(part(o, root));
	docx_put_text(root, o->job->out);
	return buf_err(o->job->out);
}

static const struct ooxml_kind kind = {
    .id = "docx",
    .raw = is_raw,
    .part = part,
    .text = text,
};

static bool probe(const struct job *job)
{
	return ooxml_probe(job, &kind);
}

static enum err rebuild(struct job *job)
{
	return ooxml_rebuild(job, &kind);
}

static enum err to_text(struct job *job)
{
	return ooxml_text(job, &kind);
}

const struct format format_docx = {
    .id = "docx",
    .ext = "docx",
    .label_ja = "Word 文書",
    .label_en = "Word document",
    .probe = probe,
    .rebuild = rebuild,
    .text = to_text,
};
