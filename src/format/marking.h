/*
 * marking: the confidentiality marking a document carries (機密性3, 取扱注意, 部外秘 ...), read
 * from its properties, headers and first page before those are cleaned.
 */
#ifndef FORMAT_MARKING_H
#define FORMAT_MARKING_H

#include "format/ooxml.h"

/* The strictest marking in a text, as a constant; empty where there is none. */
struct slice marking_in(struct slice text);
/* In a filtered part: all of a header or footer, the first 2,000 characters of a main part. */
struct slice marking_of_part(struct ooxml *o, const struct xml_node *root);
/* Where the relationship of the package leads to properties: reads the marking into the report. */
enum err marking_of_properties(struct ooxml *o, const struct opc *opc, const struct opc_rel *rel)
    NODISCARD;

#endif
