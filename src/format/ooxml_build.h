/*
 * ooxml_build: new elements for a tree, of names that the tables keep (BUG where they do not), and
 * the picture element in the dialect of each kind of document.
 */
#ifndef FORMAT_OOXML_BUILD_H
#define FORMAT_OOXML_BUILD_H

#include "format/ooxml.h"

/* A new last child of parent (or a loose element where that is NULL); NULL beyond memory. */
struct xml_node *build(struct ooxml *o, struct xml_node *parent, unsigned ns, const char *name)
    NODISCARD;
/* One more attribute at the end; n may be NULL (then nothing happens). value is copied. */
void build_attr(struct ooxml *o, struct xml_node *n, unsigned ns, const char *name,
		struct slice value);
void build_number(struct ooxml *o, struct xml_node *n, const char *name, int64_t value);
/* id and name of a drawing object. The id differs within the package; nobody refers to it. */
void build_name(struct ooxml *o, struct xml_node *n, const char *name);
/* Puts `with` in the place of n. */
void build_replace(struct xml_node *n, struct xml_node *with);
/* Moves n to the end of parent's children. */
void build_move(struct xml_node *n, struct xml_node *parent);

/*
 * The content of a picture under parent: pic:pic in a Word drawing, or the children of p:pic or
 * xdr:pic (ns says which). rel is the relationship id of the input; an empty one becomes the
 * placeholder. EMU.
 */
void build_picture(struct ooxml *o, struct xml_node *parent, unsigned ns, struct slice rel,
		   int64_t x, int64_t y, int64_t cx, int64_t cy);
/* w:drawing with an inline or floating frame of that size; *ret_data is its a:graphicData. */
struct frame {
	int64_t x, y, cx, cy;
	bool floating, behind;
};
struct xml_node *build_drawing(struct ooxml *o, const struct frame *f, const char *uri,
			       struct xml_node **ret_data) NODISCARD;

/* A place (a:xfrm, EMU) and the form of a rectangle in a shape's properties, which may be NULL. */
void build_rectangle(struct ooxml *o, struct xml_node *props, int64_t x, int64_t y, int64_t cx,
		     int64_t cy);
/* A coordinate with its sign, clamped to 31 bits; 0 where it is none. */
int64_t build_coordinate(const struct xml_node *n, const char *name);

#endif
