/* docx_parts: the steps of docx.c over the tree of one story (body, header, note ...). */
#ifndef FORMAT_DOCX_PARTS_H
#define FORMAT_DOCX_PARTS_H

#include "format/ooxml.h"

/*
 * Fields: each instruction is joined over all runs it is split into and checked as a whole. One
 * that may not pass loses its instruction; what it showed stays as text.
 */
enum err docx_fields(struct ooxml *o, struct xml_node *root) NODISCARD;
/*
 * *ret: a HYPERLINK instruction that names_field_ok refuses as it is written, in the form in which
 * it may pass (address as ASCII, straight quotation marks); .p NULL where there is none. ERR_MEMORY
 * only.
 */
enum err docx_link(struct arena *a, struct slice instr, struct slice *ret) NODISCARD;
/* True for the elements of old drawings that docx_drawings turns into today's. */
bool docx_is_old_drawing(const struct xml_node *n);
/*
 * Old drawings (VML) and objects: their raster picture and the text of their boxes become
 * drawings of today at the same size; graphics without a kept content become the placeholder.
 */
enum err docx_drawings(struct ooxml *o, struct xml_node *root) NODISCARD;
/*
 * The main part's style table, for docx_hidden: which styles hide their text, inherited ones too.
 * Sets o->own, which is NULL where the document has no styles.
 */
enum err docx_styles_read(struct ooxml *o) NODISCARD;
/*
 * Why nobody sees the run's text: "vanish" (its own or its styles'), "sz" (at most one point),
 * "color" (white where nothing is shaded); NULL where it is seen.
 */
const char *docx_run_hidden(const struct ooxml *o, const struct xml_node *run);
/* Tracked changes, comments and hidden text: reported and kept, or dropped as accepted. */
void docx_hidden(struct ooxml *o, struct xml_node *root);
/* Appends the visible text in reading order; paragraphs end in LF, cells are separated by TAB. */
void docx_put_text(const struct xml_node *root, struct buf *out);

#endif
