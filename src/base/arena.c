#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ONE_OBJECT_A_BLOCK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_OBJECT_A_BLOCK 1
#endif
#endif
#ifndef ONE_OBJECT_A_BLOCK
#define ONE_OBJECT_A_BLOCK 0
#endif

#define BLOCK_SIZE ((size_t)64 * 1024)
/* Once an arena has grown: fewer page faults, and room for huge pages. */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
#define BLOCK_LARGE (2 * HUGE_PAGE - sizeof(struct block))
#define LARGE_FROM ((size_t)512 * 1024)
#define ALIGN ((size_t)16)

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(16) uint8_t data[];
};

struct arena {
	struct block *head;
	struct block *spare; /* of BLOCK_SIZE, from before arena_clear */
	size_t cap, used, fail_after;
	bool failed;
};

struct arena *arena_new(size_t cap)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a)
		a->cap = cap;
	return a;
}

static void free_blocks(struct block *b)
{
	for (struct block *next; b; b = next) {
		next = b->next;
		free(b);
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	free_blocks(a->head);
	free_blocks(a->spare);
	free(a);
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

/*
 * Huge pages where the kernel gives them: a tree of some megabytes otherwise spends more time on
 * page faults than on parsing. Asking is a hint; an error changes nothing.
 */
static struct block *large_block(void)
{
	struct block *b = aligned_alloc(HUGE_PAGE, sizeof *b + BLOCK_LARGE);

	if (b)
		(void)madvise(b, sizeof *b + BLOCK_LARGE, MADV_HUGEPAGE);
	return b;
}

/* Big blocks come zeroed from the system; of the others only what is handed out is zeroed. */
static struct block *block_add(struct arena *a, size_t size)
{
	struct block *b = size == BLOCK_SIZE ? a->spare : NULL;

	if (b)
		a->spare = b->next;
	else if (size <= BLOCK_SIZE)
		b = malloc(sizeof *b + size);
	else if (size == BLOCK_LARGE)
		b = large_block();
	else if (size <= SIZE_MAX / 2)
		b = calloc(1, sizeof *b + size);
	if (!b)
		return NULL;
	b->size = size;
	b->used = 0;
	/* A big block goes behind the current one, so that its free tail stays in use. */
	if (a->head && size > BLOCK_SIZE && size != BLOCK_LARGE) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

static size_t block_size(const struct arena *a, size_t need)
{
	if (ONE_OBJECT_A_BLOCK || need > BLOCK_SIZE)
		return need;
	return a->used < LARGE_FROM || a->spare ? BLOCK_SIZE : BLOCK_LARGE;
}

static void *alloc(struct arena *a, size_t n, bool zero)
{
	size_t need = n ? n : 1;
	struct block *b = a->head;

	if (a->failed || n > a->cap - a->used)
		return fail(a);
	if (a->fail_after && --a->fail_after == 0)
		return fail(a);
	if (!ONE_OBJECT_A_BLOCK) {
		if (need > SIZE_MAX - ALIGN)
			return fail(a);
		need = (need + ALIGN - 1) & ~(ALIGN - 1);
	}
	if (ONE_OBJECT_A_BLOCK || !b || b->size - b->used < need) {
		b = block_add(a, block_size(a, need));
		if (!b)
			return fail(a);
	}
	void *p = b->data + b->used;
	b->used += need;
	a->used += n;
	return zero && (b->size <= BLOCK_SIZE || b->size == BLOCK_LARGE) ? memset(p, 0, n) : p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return alloc(a, n, true);
}

void *arena_room(struct arena *a, size_t n)
{
	return alloc(a, n, false);
}

void arena_clear(struct arena *a)
{
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		if (!ONE_OBJECT_A_BLOCK && b->size == BLOCK_SIZE) {
			b->next = a->spare;
			a->spare = b;
		} else {
			free(b);
		}
	}
	a->head = NULL;
	a->used = 0;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return fail(a);
	return arena_alloc(a, n);
}

enum err arena_grow(struct arena *a, void **items, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 8;
	void *p;

	if (n < *cap)
		return OK;
	p = arena_array(a, more, size);
	if (!p)
		return ERR_MEMORY;
	if (n)
		memcpy(p, *items, n * size);
	*items = p;
	*cap = more;
	return OK;
}

char *arena_str(struct arena *a, struct slice s)
{
	char *p = s.n < SIZE_MAX ? alloc(a, s.n + 1, false) : NULL;

	if (p && s.n)
		memcpy(p, s.p, s.n);
	if (p)
		p[s.n] = 0;
	return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	const char *p = arena_str(a, s);

	return (struct slice){(const uint8_t *)p, p ? s.n : 0};
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

bool arena_failed(const struct arena *a)
{
	return a->failed;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

void arena_fail_after(struct arena *a, size_t n)
{
	a->fail_after = n;
}
