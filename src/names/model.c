/* The content model: which element stands in which, and where among its siblings. */
#include "names/names.h"
#include "names/table.h"

static const struct names_edge *find_edge(size_t parent, size_t child)
{
	uint32_t hash = (uint32_t)parent * 0x9E3779B1u ^ (uint32_t)child * 0x85EBCA6Bu;
	size_t mask = names_edge_slots_n - 1;

	for (size_t at = hash >> 8 & mask; names_edge_slots[at]; at = (at + 1) & mask) {
		const struct names_edge *e = &names_edges[names_edge_slots[at] - 1];

		if (e->parent == parent && e->child == child)
			return e;
	}
	return NULL;
}

bool names_place(const struct names_element *child, const struct names_element *parent,
		 struct names_place *ret)
{
	const struct names_edge *e;

	*ret = (struct names_place){.bit = NAMES_NONE, .many = true};
	if (!child->placed && !parent->ordered)
		return true;
	e = find_edge((size_t)(parent - names_elements), (size_t)(child - names_elements));
	if (e) {
		*ret = (struct names_place){e->rank, e->bit, e->many};
		return true;
	}
	if (child->placed || (parent->ordered && parent->others == NAMES_NONE))
		return false;
	ret->rank = parent->others;
	return true;
}

uint64_t names_must_bits(const struct names_element *parent)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < parent->n_musts; i++)
		bits |= 1ull << parent->musts[i].bit;
	return bits;
}

const struct names_element *names_must_child(const struct names_element *parent, size_t k,
					     uint8_t *ret_bit)
{
	*ret_bit = parent->musts[k].bit;
	return &names_elements[parent->musts[k].child];
}
