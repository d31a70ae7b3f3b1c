/*
 * chart: the formulas of chart series, in all three kinds of office documents.
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

#endif
