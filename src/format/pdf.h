/*
 * pdf: PDF in, PDF out (docs/output-grammars.md, PDF). libqpdf reads, by its C interface; nothing
 * of it writes. Each object is printed anew from the tables of names/pdf.h, beginning with the
 * catalogue, and only what is referred to from there; so nothing is left that nobody names.
 *
 * Kept: pages with their content, fonts and pictures, links. Content streams are read operator by
 * operator, pictures go through the image sanitisers or are unfolded samples, fonts are taken apart
 * and written anew without their programs (pdf_sfnt.h). Appearances of forms and comments become
 * part of the page. What is not understood to its last byte holds the document.
 *
 * Internal to room `format` but for the row format_pdf.
 */
#ifndef FORMAT_PDF_H
#define FORMAT_PDF_H

#include <qpdf/qpdf-c.h>
#include "format/format.h"
#include "names/pdf.h"

extern const struct format format_pdf;

/* The names that a content stream uses of its resources, in the order of their first use. */
enum pdf_resource {
	PDF_USE_STATE,
	PDF_USE_FONT,
	PDF_USE_XOBJECT,
	PDF_USE_PATTERN,
	PDF_USE_SHADING,
	PDF_USES,
};

struct pdf_use {
	struct slice name; /* in the input; empty for an appearance */
	qpdf_oh oh;
	struct slice colour; /* operators that set that of an uncoloured pattern */
};

struct pdf_uses {
	struct pdf_use *of[PDF_USES];
	size_t n[PDF_USES], cap[PDF_USES];
};

/* An object of the output: what it comes from. Object k of the file is items[k - 1]. */
struct pdf_item {
	enum pdf_kind kind;
	qpdf_oh oh;
	qpdf_oh resources; /* of the page, for a form without its own */
	struct slice data; /* of a content, function, colour of a pattern */
	bool composite;    /* a descriptor or font file: of a font of CIDs */
	size_t at;         /* in the output, once it is printed */
};

/* What the dictionary of a stream says about its data. */
struct pdf_stream {
	struct slice data;  /* as it is printed */
	const char *filter; /* NULL, "FlateDecode", "DCTDecode" */
	size_t unfolded;
};

/* A picture: samples, or a JPEG. */
struct pdf_image {
	uint32_t width, height, depth;
	bool mask, jpeg;
	bool interpolate;
	bool no_decode;       /* its colours are already as Decode says */
	struct slice colours; /* as it is printed; empty for a mask */
	struct slice data;
};

struct pdf {
	struct job *job;
	qpdf_data q;
	struct buf *out;
	struct pdf_item *items;
	size_t items_n, items_cap;
	uint32_t *index; /* hash of object, generation and kind to number; 0 is empty */
	size_t index_n;
	struct {
		uint32_t from, to;
	} * edges; /* from form to what it draws */
	size_t edges_n, edges_cap;
	/* of the object being printed */
	uint32_t now;
	struct pdf_stream stream;
	struct pdf_uses uses;
	const struct pdf_image *image;
	struct slice content; /* of the page */
	qpdf_oh null;
	bool invisible_text;
	bool colourless;  /* the content has no colours of its own */
	size_t functions; /* that were read */
};

/* Holds the document: `what` is shown to people; `oh` (may be 0) gives the place. */
enum err pdf_hold(struct pdf *p, const char *finding, qpdf_oh oh, const char *what);

/* A key's value; the null object where it is not there. */
static inline qpdf_oh pdf_get(const struct pdf *p, qpdf_oh dict, const char *key)
{
	return qpdf_oh_get_key(p->q, dict, key);
}
/* True for a dictionary, or a stream, whose key is the name (with its slash). */
bool pdf_is(const struct pdf *p, qpdf_oh dict, const char *key, const char *name);
bool pdf_num(const struct pdf *p, qpdf_oh oh, int64_t *ret); /* in hundred-thousandths */

/* Prints the number of the object that oh becomes as an object of that kind, and " 0 R". */
enum err pdf_put_ref(struct pdf *p, qpdf_oh oh, enum pdf_kind kind) NODISCARD;
/* An object of that kind without a source, whose data are given. */
enum err pdf_put_data_ref(struct pdf *p, enum pdf_kind kind, struct slice data) NODISCARD;
/* Prints a dictionary of that kind from oh. */
enum err pdf_put_dict(struct pdf *p, enum pdf_kind kind, qpdf_oh oh) NODISCARD;

/* The unfolded data of a stream, in the arena; holds what qpdf cannot unfold, and sizes beyond
 * the budget. */
enum err pdf_data(struct pdf *p, qpdf_oh stream, struct slice *ret) NODISCARD;

/* Reads operators with the names of `resources`; appends them printed, and what they use. */
enum err pdf_content(struct pdf *p, struct slice in, qpdf_oh resources, struct pdf_uses *uses,
		     struct buf *out) NODISCARD;
/* The place of that resource among the uses, from 1; adds it where it is new. */
enum err pdf_use(struct pdf *p, struct pdf_uses *uses, enum pdf_resource r, struct slice name,
		 qpdf_oh oh, struct slice colour, size_t *ret) NODISCARD;

/*
 * Components of a colour space (1, 3 or 4) where a device space stands for it; 0 for one that is
 * not read.
 */
unsigned pdf_components(struct pdf *p, qpdf_oh space, qpdf_oh resources);

enum err pdf_read_image(struct pdf *p, qpdf_oh oh, struct pdf_image *ret) NODISCARD;

/* ToUnicode as our writer prints it; empty where it is not understood. */
enum err pdf_unicode(struct pdf *p, struct slice in, struct slice *ret) NODISCARD;

/* The appearances of annotations as operators behind the page's, and its links. */
enum err pdf_annotations(struct pdf *p, qpdf_oh page, struct pdf_uses *uses, struct buf *out)
    NODISCARD;
/* True for a link that is kept. */
bool pdf_is_link(struct pdf *p, qpdf_oh annotation);
/* True where a page, form or picture belongs to a layer that is not shown. */
bool pdf_is_layer_hidden(const struct pdf *p, qpdf_oh layer);

#endif
