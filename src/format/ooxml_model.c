/*
 * Brings the tree of a part into the content model of room names: what stands in the wrong element,
 * twice, or without an attribute it needs goes; what is only in the wrong order is moved; a child
 * that an element always has is made where it can be empty, else the element goes.
 *
 * Each list of siblings is walked a fixed number of times, whatever its length.
 */
#include "format/ooxml_build.h"
#include "format/ooxml_part.h"

enum { RANKS = 256, MAKE_DEPTH = 8 };

static bool has_needed(const struct xml_node *n, const struct names_element *row)
{
	size_t seen = 0;

	for (const struct xml_attr *a = n->attrs; a; a = a->next) {
		const struct names_attr *ar = a->row;

		seen += ar && ar->needed;
	}
	return seen == row->n_needed;
}

/* What the children of one element have shown so far. */
struct siblings {
	uint64_t seen; /* bits, see names_place */
	unsigned rank; /* of the last one */
	bool ordered;
};

/* Why n cannot stay in its parent; NULL where it can. */
static const char *misfit(const struct xml_node *n, struct siblings *s)
{
	struct names_place place;

	if (!has_needed(n, n->row))
		return "missing-attribute";
	if (!names_place(n->row, n->parent->row, &place))
		return "misplaced-element";
	if (place.bit != NAMES_NONE) {
		if (!place.many && s->seen >> place.bit & 1)
			return "misplaced-element";
		s->seen |= 1ull << place.bit;
	}
	s->ordered &= place.rank >= s->rank;
	s->rank = place.rank;
	return NULL;
}

static unsigned rank_of(const struct xml_node *n)
{
	struct names_place place = {0};

	if (n->row)
		(void)names_place(n->row, n->parent->row, &place);
	return place.rank;
}

/* Sorts the children by rank; those of one rank stay in their order. */
static void put_in_order(struct xml_node *parent)
{
	struct xml_node *first[RANKS] = {NULL}, *last[RANKS] = {NULL}, *next;

	for (struct xml_node *n = parent->first; n; n = next) {
		unsigned rank = rank_of(n);

		next = n->next;
		n->prev = last[rank];
		n->next = NULL;
		if (last[rank])
			last[rank]->next = n;
		else
			first[rank] = n;
		last[rank] = n;
	}
	parent->first = parent->last = NULL;
	for (size_t i = 0; i < RANKS; i++) {
		if (!first[i])
			continue;
		first[i]->prev = parent->last;
		if (parent->last)
			parent->last->next = first[i];
		else
			parent->first = first[i];
		parent->last = last[i];
	}
}

/* Elements without a row, and what they hold, are for the part function to take off. */
static void settle_children(struct ooxml *o, struct xml_node *parent)
{
	struct siblings s = {.ordered = true};
	const char *why;

	for (struct xml_node *c = parent->first; c; c = c->next) {
		if (!c->row)
			continue;
		why = misfit(c, &s);
		if (!why)
			continue;
		ooxml_found(o, ACT_REMOVED, why, c->name, xml_text_slice(o->scratch, c));
		xml_remove(c);
	}
	if (!s.ordered) {
		put_in_order(parent);
		ooxml_found(o, ACT_CHANGED, "element-order", parent->name, S(""));
	}
}

enum err ooxml_settle(struct ooxml *o, struct xml_node *root)
{
	if (!has_needed(root, root->row))
		return format_hold(o->job, ERR_SYNTAX, "missing-attribute",
				   o->current->member->name, 0,
				   "the root lacks an attribute that it needs");
	for (struct xml_node *n = root; n; n = xml_following(n, root))
		if (n->row)
			settle_children(o, n);
	return OK;
}

/* --- children that must be there -------------------------------------------------------------- */

static uint64_t bits_of(const struct xml_node *n)
{
	struct names_place place;
	uint64_t bits = 0;

	for (const struct xml_node *c = n->first; c; c = c->next)
		if (c->row && names_place(c->row, n->row, &place) && place.bit != NAMES_NONE)
			bits |= 1ull << place.bit;
	return bits;
}

static bool make_missing(struct ooxml *o, struct xml_node *n, unsigned depth);

/* Makes an empty child where its rank is; false where it cannot be empty. */
static bool make_child(struct ooxml *o, struct xml_node *n, const struct names_element *row,
		       unsigned depth)
{
	struct xml_node *made, *before = n->last;
	unsigned rank;

	if (row->n_needed || (row->domain->kind != DOMAIN_NONE && row->domain->kind != DOMAIN_TEXT))
		return false;
	made = build(o, NULL, row->ns, row->name);
	if (!made)
		return false;
	made->parent = n;
	rank = rank_of(made);
	while (before && rank_of(before) > rank)
		before = before->prev;
	xml_insert_after(n, before, made);
	return make_missing(o, made, depth + 1);
}

/* False where a child is missing that cannot be made. */
static bool make_missing(struct ooxml *o, struct xml_node *n, unsigned depth)
{
	const struct names_element *row = n->row;
	uint64_t have = bits_of(n);
	uint8_t bit;

	for (size_t k = 0; k < row->n_musts; k++) {
		const struct names_element *child = names_must_child(row, k, &bit);

		if (!(have >> bit & 1) && (depth == MAKE_DEPTH || !make_child(o, n, child, depth)))
			return false;
	}
	return true;
}

static struct xml_node *first_leaf(struct xml_node *n)
{
	while (n->first)
		n = n->first;
	return n;
}

/* Children before their parents, so that what goes is missed by its own parent. */
enum err ooxml_complete(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = first_leaf(root); n; n = next) {
		const struct names_element *row = n->row;

		next = n == root ? NULL : n->next ? first_leaf(n->next) : n->parent;
		if (!row || !row->n_musts || !(names_must_bits(row) & ~bits_of(n)))
			continue;
		if (make_missing(o, n, 0)) {
			ooxml_found(o, ACT_CHANGED, "element-made", n->name, S(""));
			continue;
		}
		if (arena_failed(o->scratch))
			return ERR_MEMORY;
		if (n == root)
			return format_hold(o->job, ERR_SYNTAX, "missing-element",
					   o->current->member->name, 0,
					   "the root lacks an element that it needs");
		ooxml_found(o, ACT_REMOVED, "missing-element", n->name,
			    xml_text_slice(o->scratch, n));
		xml_remove(n);
	}
	return arena_failed(o->scratch) ? ERR_MEMORY : OK;
}
