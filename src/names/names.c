#include "names/names.h"

#include "base/err.h"
#include "names/table.h"

static uint32_t hash_name(unsigned ns, struct slice local)
{
	uint32_t h = (2166136261u ^ ns) * 16777619u;

	for (size_t i = 0; i < local.n; i++)
		h = (h ^ local.p[i]) * 16777619u;
	return h;
}

static bool is(const char *name, size_t n, struct slice s)
{
	return n == s.n && memcmp(name, s.p, n) == 0;
}

const struct names_element *names_element(unsigned ns, struct slice local)
{
	size_t mask = names_slots_n - 1, at;

	if (ns >= NS_PRINTABLE_END || local.n == 0 || local.n > UINT8_MAX)
		return NULL;
	for (at = hash_name(ns, local) & mask; names_slots[at]; at = (at + 1) & mask) {
		const struct names_element *e = &names_elements[names_slots[at] - 1];

		if (e->ns == ns && is(e->name, e->name_n, local))
			return e;
	}
	return NULL;
}

const struct names_attr *names_attribute(const struct names_element *el, unsigned ns,
					 struct slice local)
{
	for (size_t i = 0; i < el->n_attrs; i++) {
		const struct names_attr *a = &el->attrs[i];

		if (a->ns == ns && is(a->name, a->name_n, local))
			return a;
	}
	return NULL;
}

const struct names_element *names_element_table(size_t *ret_n)
{
	*ret_n = names_elements_n;
	return names_elements;
}
