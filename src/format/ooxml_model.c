/*
 * Brings the tree of a part into the content model of room names: what stands in the wrong element,
 * twice, or without an attribute it needs goes; what is only in the wrong order is moved.
 */
#include "format/ooxml_part.h"

static bool has_needed(const struct xml_node *n, const struct names_element *row)
{
	size_t seen = 0;

	for (const struct xml_attr *a = n->attrs; a; a = a->next) {
		const struct names_attr *ar = a->row;

		seen += ar && ar->needed;
	}
	return seen == row->n_needed;
}

/* Whether a sibling before n has its name. */
static bool is_second(const struct xml_node *n)
{
	for (const struct xml_node *s = n->prev; s; s = s->prev)
		if (s->row == n->row)
			return true;
	return false;
}

/* Why n cannot stay in its parent; NULL where it can. */
static const char *misfit(const struct xml_node *n)
{
	const struct names_element *row = n->row, *parent = n->parent->row;
	bool once;

	if (!has_needed(n, row))
		return "missing-attribute";
	if (!parent)
		return NULL; /* of an element that the part function takes off (ooxml_kind.raw) */
	if (!names_may_stand(row, parent))
		return "misplaced-element";
	(void)names_rank(row, parent, &once);
	return once && is_second(n) ? "misplaced-element" : NULL;
}

/* Elements without a row go: where they stand does not count. */
static unsigned rank_of(const struct xml_node *n)
{
	bool once;

	return n->row ? names_rank(n->row, n->parent->row, &once) : 0;
}

/* Stable: each child goes behind the last one of its rank or a lower one. */
static bool put_in_order(struct xml_node *parent)
{
	struct xml_node *next;
	bool moved = false;

	for (struct xml_node *n = parent->first; n; n = next) {
		unsigned rank = rank_of(n);
		struct xml_node *before = n->prev;

		next = n->next;
		while (n->row && before && rank_of(before) > rank)
			before = before->prev;
		if (before == n->prev)
			continue;
		xml_remove(n);
		xml_insert_after(parent, before, n);
		moved = true;
	}
	return moved;
}

enum err ooxml_settle(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next;

	if (!has_needed(root, root->row))
		return format_hold(o->job, ERR_SYNTAX, "missing-attribute",
				   o->current->member->name, 0,
				   "the root lacks an attribute that it needs");
	for (struct xml_node *n = root; n; n = next) {
		const struct names_element *row = n->row;
		const char *why = n != root && row ? misfit(n) : NULL;

		next = why ? xml_skip(n, root) : xml_following(n, root);
		if (!why)
			continue;
		ooxml_found(o, ACT_REMOVED, why, n->name, xml_text_slice(o->scratch, n));
		xml_remove(n);
	}
	for (struct xml_node *n = root; n; n = xml_following(n, root)) {
		const struct names_element *row = n->row;

		if (row && row->order && put_in_order(n))
			ooxml_found(o, ACT_CHANGED, "element-order", n->name, S(""));
	}
	return OK;
}
