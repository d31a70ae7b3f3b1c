#include "policy/map.h"

static uint64_t hash_slice(struct slice s)
{
	uint64_t h = 14695981039346656037ull; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211ull;
	return h ^ (h >> 29);
}

static struct map_slot *find(const struct map *m, struct slice key, uint64_t hash)
{
	size_t i = (size_t)hash & (m->cap - 1);

	while (m->slots[i].used && (m->slots[i].hash != hash || !slice_eq(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static enum err grow(struct arena *a, struct map *m)
{
	struct map next = {.n = m->n, .cap = m->cap ? m->cap * 2 : 64};

	next.slots = arena_array(a, next.cap, sizeof *next.slots);
	if (!next.slots)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].used)
			*find(&next, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	*m = next;
	return OK;
}

enum err policy_map_add(struct arena *a, struct map *m, struct slice key, uint32_t value,
			uint32_t *ret_old)
{
	uint64_t hash = hash_slice(key);
	struct map_slot *s;

	if (m->n * 4 >= m->cap * 3)
		TRY(grow(a, m));
	s = find(m, key, hash);
	if (s->used) {
		*ret_old = s->value;
		return ERR_CONFLICT;
	}
	*s = (struct map_slot){.key = key, .hash = hash, .value = value, .used = true};
	m->n++;
	return OK;
}

bool policy_map_get(const struct map *m, struct slice key, uint32_t *ret)
{
	const struct map_slot *s;

	if (!m->cap)
		return false;
	s = find(m, key, hash_slice(key));
	if (s->used)
		*ret = s->value;
	return s->used;
}
