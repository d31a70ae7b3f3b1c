/* pptx_parts: the steps of pptx.c over the tree of one slide, layout or master. */
#ifndef FORMAT_PPTX_PARTS_H
#define FORMAT_PPTX_PARTS_H

#include "format/ooxml.h"

/* ooxml.own: what slides are seen against. */
struct show {
	int64_t cx, cy;          /* EMU; unknown (0) until the presentation part was read */
	struct slice background; /* of the master; empty: unknown. See pptx_hidden.c for colours */
	bool dark;               /* the master's background 1 is not the theme's light colour */
};

/* A shape of the slide itself that lies wholly beside it. */
bool pptx_is_off_slide(const struct ooxml *o, const struct xml_node *shape);
/* Fills o->own from a master, which the walk gives before the slides. */
void pptx_read_background(struct ooxml *o, const struct xml_node *root);
/* Of a slide: reports text that nobody sees, and takes it out by o->job->hidden. */
enum err pptx_hidden_text(struct ooxml *o, struct xml_node *root) NODISCARD;
/* Of a layout or master: reports list styles that would hide the text of slides. */
void pptx_hidden_styles(struct ooxml *o, const struct xml_node *root);

#endif
