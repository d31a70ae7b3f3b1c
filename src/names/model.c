/* The content model: which element stands in which, and where among its siblings. */
#include "names/names.h"
#include "names/table.h"

enum { ABSENT = UINT16_MAX };

/* Where the row stands in a list; ABSENT where the list does not name it. */
static size_t find(const uint16_t *list, size_t n, size_t row)
{
	for (size_t i = 0; i < n; i++)
		if ((list[i] & ~(unsigned)NAMES_MANY) == row)
			return i;
	return ABSENT;
}

bool names_may_stand(const struct names_element *child, const struct names_element *parent)
{
	size_t c = (size_t)(child - names_elements), p = (size_t)(parent - names_elements);

	if (child->parents && find(child->parents, child->n_parents, p) == ABSENT)
		return false;
	return !parent->order || find(parent->order, parent->n_order, c) != ABSENT ||
	       find(parent->order, parent->n_order, NAMES_OTHERS) != ABSENT;
}

unsigned names_rank(const struct names_element *child, const struct names_element *parent,
		    bool *ret_once)
{
	size_t at;

	*ret_once = false;
	if (!parent->order)
		return 0;
	at = find(parent->order, parent->n_order, (size_t)(child - names_elements));
	if (at == ABSENT)
		return (unsigned)find(parent->order, parent->n_order, NAMES_OTHERS);
	*ret_once = !(parent->order[at] & NAMES_MANY);
	return (unsigned)at;
}
