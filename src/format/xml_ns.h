/*
 * xml_ns: which namespace a prefix means at this place. A stack of bindings, one frame per depth;
 * the innermost binding of a prefix counts. Namespaces are numbers of names/names.h; strict and
 * transitional URIs have the same number.
 */
#ifndef FORMAT_XML_NS_H
#define FORMAT_XML_NS_H

#include "base/arena.h"

struct xml_binding {
	struct slice prefix; /* empty: the default namespace */
	unsigned depth;
	uint16_t ns;
};

struct xml_scope {
	struct xml_binding *items;
	size_t n, cap;
	size_t last[2]; /* what was found last, for elements and attributes; SIZE_MAX: nothing */
};

void xml_scope_init(struct xml_scope *s);
/* False for a forbidden binding (xml, xmlns, an empty URI for a prefix) or no memory. */
bool xml_scope_bind(struct xml_scope *s, struct arena *a, unsigned depth, struct slice prefix,
		    struct slice uri);
/* Ends the frames at `depth` and deeper. */
void xml_scope_leave(struct xml_scope *s, unsigned depth);
/* An unprefixed attribute is in no namespace (0). False for an undeclared prefix. */
bool xml_scope_find(struct xml_scope *s, struct slice prefix, bool element, uint16_t *ret_ns);

#endif
