/*
 * ooxml_part: how ooxml.c, ooxml_filter.c and ooxml_refs.c share a package. Nothing else includes
 * this.
 */
#ifndef FORMAT_OOXML_PART_H
#define FORMAT_OOXML_PART_H

#include "format/ooxml.h"
#include "format/zip_write.h"

/* A relationship of an output part. */
struct ooxml_out_rel {
	const char *type;        /* URI */
	struct ooxml_part *part; /* internal target, or NULL */
	struct slice link;       /* external target */
};

struct ooxml_part {
	struct ooxml_part *next;         /* in order of discovery */
	const struct zip_member *member; /* NULL for the placeholder picture */
	enum names_part_id id;
	unsigned number;
	size_t place;     /* in the archive; its relationships stand at place + 1 */
	const char *path; /* in the output */
	bool dropped;     /* by ooxml_drop_part */
	/* Relationships of the input. */
	struct opc_rel *rels;   /* by id */
	size_t rels_n, adopted; /* adopted: how many times others were added (ooxml_adopt) */
	/*
	 * Of the output: first those that the tree names (rId1 ...), in document order, then those
	 * that need no reference.
	 */
	struct ooxml_out_rel *out;
	size_t out_n, out_cap;
	size_t placeholder_rel; /* its number in `out`, or 0 */
	struct ooxml_out_rel *implied;
	size_t implied_n, implied_cap;
};

struct ooxml_walk {
	struct opc *opc;
	struct zip_writer zip;
	struct ooxml_part *first, *last;
	struct ooxml_part **of_member; /* by member number */
	struct ooxml_part *placeholder;
	struct buf inflated, printed;
	unsigned numbers[PART_END];
	unsigned family;
	size_t places; /* last place given */
};

/* Reads and filters the current part's XML into o->scratch. */
enum err ooxml_filter_part(struct ooxml *o, struct xml_node **ret_root) NODISCARD;

/* Which kind of part a member is by its content type; PART_NONE with a finding where it is dropped.
 */
enum names_part_id ooxml_member_part(const struct ooxml *o, const struct zip_member *m,
				     const char **ret_finding);
/* The part of the output for a member, made where it is new. Pictures are sanitised at once. */
enum err ooxml_enqueue(struct ooxml *o, const struct zip_member *m, enum names_part_id id,
		       struct ooxml_part **ret) NODISCARD;
/* Follows the relationships of the current part that count by their mere presence. */
enum err ooxml_follow_implied(struct ooxml *o) NODISCARD;
/* Brings the tree into the content model (ooxml_model.c); reports what goes or moves. */
enum err ooxml_settle(struct ooxml *o, struct xml_node *root) NODISCARD;
/*
 * Makes the children that elements always have, or takes off the elements that lack them; holds the
 * document where that is the root.
 */
enum err ooxml_complete(struct ooxml *o, struct xml_node *root) NODISCARD;
/* Checks every reference in the tree, rewrites it, and takes off what may not or cannot resolve. */
enum err ooxml_resolve(struct ooxml *o, struct xml_node *root) NODISCARD;
/* The picture part for a member: rebuilt, or the placeholder. */
enum err ooxml_picture(struct ooxml *o, const struct zip_member *m, struct ooxml_part **ret)
    NODISCARD;
enum err ooxml_placeholder(struct ooxml *o, struct ooxml_part **ret) NODISCARD;
struct ooxml_part *ooxml_part_new(struct ooxml *o, enum names_part_id id, const char *ext);
struct opc_rel *ooxml_rel(const struct ooxml *o, struct slice id);

#endif
