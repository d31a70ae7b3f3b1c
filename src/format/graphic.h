/*
 * graphic: what stands in the frames of drawings (a:graphicData) and is not printed as it came:
 * diagrams (SmartArt) become plain shapes, charts of the new kind charts of the old one.
 *
 * A diagram is read from the drawing that its author's program stored beside it; without one, its
 * texts become boxes below each other. Shapes of PowerPoint come out, which the dialects of the
 * other kinds are made of.
 */
#ifndef FORMAT_GRAPHIC_H
#define FORMAT_GRAPHIC_H

#include "format/ooxml.h"

/* For ooxml_kind.raw: elements that graphic_resolve replaces. */
bool graphic_is_raw(const struct xml_node *node);

/*
 * Looks at a frame's a:graphicData (may be NULL). *ret_has: something is in it that will be
 * printed. *ret_group: of a diagram its p:grpSp, which stands nowhere yet, its inner coordinates
 * in its own transform; NULL otherwise. Whatever has no row is taken off. cx, cy: the frame's size
 * in EMU, 0 where unknown. Reports smart-art and chart-new-kind.
 */
enum err graphic_resolve(struct ooxml *o, struct xml_node *data, int64_t cx, int64_t cy,
			 bool *ret_has, struct xml_node **ret_group) NODISCARD;

/* Says what kind of content the a:graphicData holds. */
void graphic_set_uri(struct ooxml *o, struct xml_node *data, const char *uri);

/* Turns a p:grpSp with all it holds into the dialect of spreadsheet drawings. */
void graphic_to_sheet(struct xml_node *group);
/* Turns a p:grpSp into wpg:wgp (wpg:grpSp where it is nested) with paragraphs of the document. */
enum err graphic_to_word(struct ooxml *o, struct xml_node *group, bool nested) NODISCARD;

#define URI_CHART "http://schemas.openxmlformats.org/drawingml/2006/chart"
#define URI_PICTURE "http://schemas.openxmlformats.org/drawingml/2006/picture"
#define URI_TABLE "http://schemas.openxmlformats.org/drawingml/2006/table"
#define URI_CANVAS "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"
#define URI_GROUP "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
#define URI_SHAPE "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"

/* --- diagram.c -------------------------------------------------------------------------------- */

/* The p:grpSp of the diagram whose dgm:relIds this is, or NULL where it holds nothing. */
enum err diagram_read(struct ooxml *o, const struct xml_node *rel_ids, int64_t cx, int64_t cy,
		      struct xml_node **ret_group) NODISCARD;

#endif
