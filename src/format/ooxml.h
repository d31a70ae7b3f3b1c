/*
 * ooxml: what DOCX, XLSX and PPTX have in common, and the contract of the three.
 *
 * A package is walked from its root, breadth first: the main part, then the parts that a kept
 * reference of an already walked part names, each once, typed by relationship and table; first
 * those that need no reference (styles, shared strings, theme), then those in document order. Every
 * XML part is filtered through the tables of room names while it is read; then the kind's part
 * function sees the tree and changes it; then references are resolved and the tree is printed.
 * Parts that nothing kept refers to never exist in the output.
 */
#ifndef FORMAT_OOXML_H
#define FORMAT_OOXML_H

#include "format/format.h"
#include "format/opc.h"
#include "format/xml.h"

struct chart_names;
struct ooxml_kind;
struct ooxml_part;

struct ooxml {
	struct job *job;
	const struct ooxml_kind *kind;
	struct arena *arena;        /* the job's; lives as long as the package */
	struct arena *scratch;      /* the current part's tree; gone after its part function */
	struct ooxml_part *current; /* the part that is being filtered */
	struct ooxml_walk *walk;    /* private to ooxml.c */
	uint32_t objects;           /* drawing objects made by ooxml_build.c */
	const struct chart_names *chart_names; /* of a workbook, else NULL */
	void *own;                             /* the kind's state */
};

struct ooxml_kind {
	const char *id; /* "xlsx": format id, extension and output grammar */
	/*
	 * True for an element that the tables drop but that the part function replaces by
	 * something else (pictures of old documents): it stays in the tree, with its attributes
	 * as they came and no row; the part function must take it off. May be NULL.
	 */
	bool (*raw)(const struct xml_node *node);
	/* Makes o->own; may be NULL. */
	enum err (*open)(struct ooxml *o);
	/*
	 * Once for each XML part of the package in walking order, with its filtered tree: checks
	 * formulas, fields and actions, reports what is hidden, drops or keeps it by
	 * o->job->hidden. Removing an element drops what only it referred to. May be NULL.
	 */
	enum err (*part)(struct ooxml *o, struct xml_node *root);
	/* METHOD_TEXT: the same call, but appends the visible text of the part to the job's out. */
	enum err (*text)(struct ooxml *o, struct xml_node *root);
	/* METHOD_TEXT: after the last part, for what can only be written then. May be NULL. */
	enum err (*close)(struct ooxml *o);
};

/* The whole job for one kind: what format.rebuild and format.text of the three formats call. */
enum err ooxml_rebuild(struct job *job, const struct ooxml_kind *kind) NODISCARD;
enum err ooxml_text(struct job *job, const struct ooxml_kind *kind) NODISCARD;
/* True where the bytes are a ZIP whose main part has one of the kind's content types. */
bool ooxml_probe(const struct job *job, const struct ooxml_kind *kind);

/* What the current part is. */
enum names_part_id ooxml_part_id(const struct ooxml *o);
struct slice ooxml_part_name(const struct ooxml *o); /* member path in the input */

/* The member path in the input of the part that relationship `id` names; empty where none. */
struct slice ooxml_target_name(const struct ooxml *o, struct slice id);
/* The address of an external relationship; empty where it is none. */
struct slice ooxml_target_link(const struct ooxml *o, struct slice id);

/* Parses the part that relationship `id` of the current part names; ERR_NOT_FOUND without one. */
enum err ooxml_target_xml(struct ooxml *o, struct slice id, struct xml_filter *f,
			  struct xml_node **ret) NODISCARD;
/* The same for the first part of that kind that the current part has a relationship to. */
enum err ooxml_implied_xml(struct ooxml *o, enum names_part_id id, struct xml_filter *f,
			   struct xml_node **ret) NODISCARD;
/*
 * Reads the part that relationship `id` of the current part names (an empty id: the current part
 * itself) into the vocabulary of parts of kind `as`, whatever its own is. translate sees each
 * element first and may give it another name and namespace: what it keeps in a printable namespace
 * goes through the tables, what it keeps in another one stays with its text and without a row, for
 * the caller to take off. ERR_NOT_FOUND where there is no such part.
 */
enum err ooxml_target_as(struct ooxml *o, struct slice id, enum names_part_id as,
			 enum xml_verdict (*translate)(struct xml_node *node),
			 struct xml_node **ret) NODISCARD;
/*
 * Makes the relationships of the part that `id` names the current part's own, for a tree that came
 * from there; all references in the tree are rewritten to their new ids.
 */
enum err ooxml_adopt(struct ooxml *o, struct slice id, struct xml_node *tree) NODISCARD;
/*
 * The kind of part that relationship `id` of the current part leads to in the output ("worksheet");
 * NULL where it is unknown, dropped (macro sheets, connections), or an external link.
 */
const char *ooxml_target_kind(const struct ooxml *o, struct slice id);
/*
 * For the part function: the current part is not written, and the relationship that led to it is
 * left out (comments and notes under HIDDEN_DROP). Only for parts that no attribute names.
 */
void ooxml_drop_part(struct ooxml *o);

/* report_add with the current part. */
void ooxml_found(struct ooxml *o, enum report_act act, const char *finding, struct slice place,
		 struct slice detail);
/* Counts characters towards report->text_in and text_out. */
void ooxml_count_text(struct ooxml *o, struct slice in, struct slice out);

#endif
