#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
#define ALIGN ((size_t)16)

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(16) uint8_t data[];
};

struct arena {
	struct block *head;
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

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

static struct block *block_add(struct arena *a, size_t size)
{
	struct block *b = size <= SIZE_MAX / 2 ? calloc(1, sizeof *b + size) : NULL;

	if (!b)
		return NULL;
	b->size = size;
	/* A big block goes behind the current one, so that its free tail stays in use. */
	if (a->head && size > BLOCK_SIZE) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
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
		b = block_add(a, ONE_OBJECT_A_BLOCK || need > BLOCK_SIZE ? need : BLOCK_SIZE);
		if (!b)
			return fail(a);
	}
	void *p = b->data + b->used;
	b->used += need;
	a->used += n;
	return p;
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
	char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;

	if (p && s.n)
		memcpy(p, s.p, s.n);
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
