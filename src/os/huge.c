#include "os/huge.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
#define PAGE ((size_t)4096)

/* Whether nothing is mapped in the n bytes at `at`: then they are now, and nobody else gets them.
 */
static bool fill(uint8_t *at, size_t n)
{
	return n == 0 ||
	       mmap(at, n, PROT_READ,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == at;
}

/*
 * Puts a copy of [from, end), which is mapped, into huge pages that cover it, with `rights`. The
 * gaps between it and their ends are the program's own and empty, or nothing happens.
 */
static void move(uint8_t *from, uint8_t *end, int rights)
{
	size_t before = (uintptr_t)from & (HUGE_PAGE - 1),
	       behind = -(uintptr_t)end & (HUGE_PAGE - 1);
	size_t n = before + (size_t)(end - from) + behind;
	uint8_t *room, *to;

	if (!fill(from - before, before) || !fill(end, behind))
		return;
	room = mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return;
	to = room + (-(uintptr_t)room & (HUGE_PAGE - 1));
	if (madvise(to, n, MADV_HUGEPAGE) == 0) {
		/* All at once instead of by a page fault for every few. */
		(void)madvise(from, (size_t)(end - from), MADV_POPULATE_READ);
		memcpy(to + before, from, (size_t)(end - from));
		if (mprotect(to, n, rights) == 0 &&
		    mremap(to, n, n, MREMAP_MAYMOVE | MREMAP_FIXED, from - before) == from - before)
			to = NULL;
	}
	/* Of what was moved nothing is left here: the rest is what the alignment took. */
	munmap(room, n + HUGE_PAGE);
}

struct wish {
	size_t most;
};

static int segments(struct dl_phdr_info *info, size_t size, void *arg)
{
	const struct wish *w = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		union {
			uintptr_t from;
			uint8_t *to;
		} at = {.from = info->dlpi_addr + h->p_vaddr};

		if (h->p_type == PT_GNU_RELRO) {
			size_t into = at.from & (PAGE - 1);

			move(at.to - into, at.to + h->p_memsz, PROT_READ);
			continue;
		}
		/* The segment with the file's head is of no use after the start. */
		if (h->p_type == PT_LOAD && !(h->p_flags & PF_W) && h->p_offset != 0 &&
		    at.from % HUGE_PAGE == 0) {
			size_t n = (h->p_memsz + PAGE - 1) & ~(PAGE - 1);

			move(at.to, at.to + (n < w->most ? n : w->most),
			     PROT_READ | (h->p_flags & PF_X ? PROT_EXEC : 0));
		}
	}
	/* The program itself is the first, and all of a static one. */
	return 1;
}

void huge_program(unsigned long most)
{
	struct wish w = {most};

	(void)dl_iterate_phdr(segments, &w);
}
