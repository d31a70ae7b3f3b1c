/*
 * xml_write: the one XML form that we print (docs/output-grammars.md): the declaration, the fixed
 * prefixes of names/names.h declared at the root in their order and only where used, attributes in
 * the order given, no comments, no CDATA, `<a/>` for empty elements, references only where needed.
 */
#ifndef FORMAT_XML_WRITE_H
#define FORMAT_XML_WRITE_H

#include "format/xml.h"

/* BUG where the tree holds a namespace without prefix: the filter lets none pass. */
void xml_write(struct buf *out, const struct xml_node *root);

/* Escaped pieces for parts that are printed without a tree. */
void xml_put_attr(struct buf *out, const char *name, struct slice value);
void xml_put_declaration(struct buf *out);

#endif
