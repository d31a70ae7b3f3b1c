/*
 * chart: what charts hold, in all three kinds of office documents.
 *
 * A series keeps its cached values. Its reference (c:f) is printed canonically, or, where it may
 * not pass, taken out so that the cached values stand there as literals.
 */
#ifndef FORMAT_CHART_H
#define FORMAT_CHART_H

#include "format/formula.h"
#include "format/ooxml.h"

/*
 * For the part function, on the filtered tree of a chart part. scope: the workbook's sheets, or
 * NULL where the chart's workbook is not part of the output. Reports formula-unsafe.
 */
enum err chart_formulas(struct ooxml *o, struct xml_node *root, const struct formula_scope *scope)
    NODISCARD;

/* Names of a workbook that charts of the new kind refer to, and what they stand for. */
struct chart_names {
	struct {
		struct slice name, formula;
	} * list;
	size_t n, cap;
};

/* chart_new.c: whether the content type of a part of kind chart is that of the new kind. */
bool chart_is_new(struct slice content_type);
/*
 * Reads the current part, a chart of the new kind, as a bar chart. names: of the workbook it stands
 * in, NULL where its references lead nowhere and only cached values count.
 */
enum err chart_new_read(struct ooxml *o, const struct chart_names *names,
			struct xml_node **ret_root) NODISCARD;
/* Appends titles, names, categories and values, one dimension a line. */
void chart_put_text(const struct xml_node *root, struct buf *out);

#endif
