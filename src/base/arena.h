/*
 * arena: memory that dies at once, with a hard cap.
 *
 * One per job or request. Memory is zeroed and aligned to 16 bytes; nothing is freed one by one.
 * When the cap is reached arena_alloc returns NULL and so does every later call: the failure is
 * sticky, so that a long job may test arena_failed() once at its end as well.
 * Under AddressSanitizer every object is its own malloc, so that overflows are seen.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include "base/err.h"
#include "base/slice.h"

struct arena;

/* cap: bytes that may be handed out in all. NULL only when malloc fails. */
struct arena *arena_new(size_t cap) NODISCARD;
void arena_free(struct arena *a); /* NULL is a no-op */
/* Forgets all objects but not that an allocation failed; the memory serves the next ones. */
void arena_clear(struct arena *a);

/* Zeroed memory for n bytes (n = 0 gives a valid pointer), or NULL beyond the cap. */
void *arena_alloc(struct arena *a, size_t n) NODISCARD;
/* The same but not zeroed: for what is overwritten as a whole at once. */
void *arena_room(struct arena *a, size_t n) NODISCARD;
/* Zeroed memory for count * size, NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size) NODISCARD;

/*
 * Makes room for one more element in an arena array: *items holds n of *cap elements of `size`
 * bytes. Grows by doubling (the old copy stays in the arena). ERR_MEMORY beyond the cap.
 */
enum err arena_grow(struct arena *a, void **items, size_t n, size_t *cap, size_t size) NODISCARD;

/* A copy of s, NUL-terminated behind its end; .p is NULL beyond the cap. */
struct slice arena_copy(struct arena *a, struct slice s) NODISCARD;
char *arena_str(struct arena *a, struct slice s) NODISCARD; /* the same as char*, or NULL */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) NODISCARD;

bool arena_failed(const struct arena *a);
size_t arena_used(const struct arena *a);

/* For fault injection in tests: the n-th allocation from now fails (0 = never). */
void arena_fail_after(struct arena *a, size_t n);

static inline void arena_cleanup(struct arena **a)
{
	arena_free(*a);
}
#define AUTO_ARENA __attribute__((cleanup(arena_cleanup))) struct arena *

#endif
