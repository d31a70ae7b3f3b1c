/*
 * map: slices to numbers, in an arena. Keys are not copied. Grows by doubling.
 */
#ifndef POLICY_MAP_H
#define POLICY_MAP_H

#include "base/arena.h"

struct map_slot {
	struct slice key;
	uint64_t hash;
	uint32_t value;
	bool used;
};

/* All zero is the empty map. */
struct map {
	struct map_slot *slots;
	size_t n, cap;
};

/* ERR_CONFLICT where the key is there, with its value in *ret_old (untouched otherwise). */
enum err policy_map_add(struct arena *a, struct map *m, struct slice key, uint32_t value,
			uint32_t *ret_old) NODISCARD;
bool policy_map_get(const struct map *m, struct slice key, uint32_t *ret);

#endif
