/*
 * xml: one XML part as a tree of what may pass.
 *
 * expat does the well-formedness; ours are the namespaces, the limits and the refusals: DOCTYPE,
 * entities, encodings other than UTF-8 and UTF-16, processing instructions (dropped), too deep
 * nesting, too many attributes. While the part is read, a filter decides element by element, so a
 * dropped subtree never exists. Names are a namespace number of names/names.h (strict and
 * transitional URIs have the same number) and a local name.
 *
 * Life: everything lives in the arena given. Strings are valid UTF-8 of characters that XML 1.0
 * allows, references resolved.
 */
#ifndef FORMAT_XML_H
#define FORMAT_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "names/names.h"

struct xml_attr {
	struct xml_attr *next;
	struct slice name, value;
	const void *row; /* of the filter's table */
	uint16_t ns;     /* enum names_ns_number */
};

struct xml_node {
	struct xml_node *parent, *prev, *next, *first, *last;
	struct xml_attr *attrs;
	struct slice name; /* local name; empty for a text node */
	struct slice text; /* of a text node */
	const void *row;   /* of the filter's table */
	uint16_t ns;
};

enum xml_verdict {
	XML_KEEP,
	XML_DROP,   /* the element with all it holds */
	XML_SKIP,   /* the same, but its text stands elsewhere too: nothing is lost */
	XML_UNWRAP, /* only its tags; children go to its parent */
	XML_HOLD,   /* refuse the part; the filter has filled the diag */
};

/*
 * element: called with the new element, attributes read, parent set but not linked. depth counts
 * all open elements, also unwrapped ones, from 0. It may take attributes off the list.
 * text: whether character data may stand in this (kept) element; elsewhere it is dropped.
 * lost and instruction may be NULL.
 */
struct xml_filter {
	enum xml_verdict (*element)(void *ctx, struct xml_node *node, unsigned depth);
	bool (*text)(void *ctx, const struct xml_node *node);
	/* Visible text (of an element named t) in a dropped subtree; a processing instruction. */
	void (*lost)(void *ctx, struct slice text);
	void (*instruction)(void *ctx, struct slice target);
	void *ctx;
	struct xml_scope *scope; /* set while parsing: what prefixes mean at this element */
};

/* ERR_SYNTAX, ERR_UNSUPPORTED (doctype, encoding, or the filter's hold), ERR_LIMIT, ERR_MEMORY. */
enum err xml_parse(struct slice in, const struct limits *limits, struct xml_filter *filter,
		   struct arena *arena, struct xml_node **ret_root, struct diag *d) NODISCARD;

bool xml_is(const struct xml_node *n, unsigned ns, const char *name); /* n may be NULL */
/* The first child element of that name, the next sibling of the same name, or NULL. */
struct xml_node *xml_child(const struct xml_node *n, unsigned ns, const char *name);
struct xml_node *xml_again(const struct xml_node *n);
/* Document order within root: the node after n, or after n's subtree; NULL at the end. */
struct xml_node *xml_following(const struct xml_node *n, const struct xml_node *root);
struct xml_node *xml_skip(const struct xml_node *n, const struct xml_node *root);

/* The attribute, or NULL; its value, or an empty slice with .p NULL. */
struct xml_attr *xml_attr_find(const struct xml_node *n, unsigned ns, const char *name);
struct slice xml_attr_value(const struct xml_node *n, unsigned ns, const char *name);
void xml_attr_drop(struct xml_node *n, const struct xml_attr *a);

/* Unlinks n with its subtree; puts n's children in its place. n keeps its own links outward. */
/* Makes n, which stands nowhere, the last child of parent. */
void xml_append(struct xml_node *parent, struct xml_node *n);
/* Puts n, which stands nowhere, behind the child `before` of parent; NULL: as the first. */
void xml_insert_after(struct xml_node *parent, struct xml_node *before, struct xml_node *n);
void xml_remove(struct xml_node *n);
void xml_unwrap(struct xml_node *n);
/* Makes the text the only content of n. */
enum err xml_set_text(struct arena *a, struct xml_node *n, struct slice text) NODISCARD;
/* Appends all character data under n. */
void xml_text(const struct xml_node *n, struct buf *ret);
/* The same as one slice; copied into the arena only where it is in several pieces. */
struct slice xml_text_slice(struct arena *a, const struct xml_node *n);

#endif
