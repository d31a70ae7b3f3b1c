/* table: what tools/names.py compiles from data/names. Internal to room `names`. */
#ifndef NAMES_TABLE_H
#define NAMES_TABLE_H

#include "names/names.h"

/* That a child may stand in a parent, and where; rows by number. */
struct names_edge {
	uint16_t parent, child;
	uint8_t rank, bit;
	bool many;
};

extern const struct names_edge names_edges[];
/* Open addressing as tools/names.py's edge_hash says; 0 is empty, i + 1 is edge i. */
extern const uint16_t names_edge_slots[];
extern const size_t names_edge_slots_n; /* a power of two */

extern const struct names_element names_elements[];
extern const size_t names_elements_n;
/* Open addressing over FNV-1a of namespace and name; 0 is empty, i + 1 is row i. */
extern const uint16_t names_slots[];
extern const size_t names_slots_n; /* a power of two */

/* Whether s is one of n words in the order of slice_cmp. */
bool names_in_sorted(struct slice s, const char *const *words, size_t n);

#endif
