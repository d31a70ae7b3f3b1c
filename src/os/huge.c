#include "os/huge.h"

#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

static void move(uint8_t *at, size_t n, int rights)
{
	uint8_t *room = mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *to;

	if (room == MAP_FAILED)
		return;
	to = room + (-(uintptr_t)room & (HUGE_PAGE - 1));
	if (madvise(to, n, MADV_HUGEPAGE) == 0) {
		/* All at once instead of by a page fault for every few. */
		(void)madvise(at, n, MADV_POPULATE_READ);
		memcpy(to, at, n);
		if (mprotect(to, n, rights) == 0 &&
		    mremap(to, n, n, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at)
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
		size_t n = h->p_memsz < w->most ? h->p_memsz : w->most;

		/* The segment with the file's head is of no use after the start. */
		if (h->p_type != PT_LOAD || (h->p_flags & PF_W) || h->p_offset == 0 ||
		    at.from % HUGE_PAGE)
			continue;
		n = (n + 4095) & ~(size_t)4095;
		move(at.to, n, PROT_READ | (h->p_flags & PF_X ? PROT_EXEC : 0));
	}
	/* The program itself is the first, and all of a static one. */
	return 1;
}

void huge_program(unsigned long most)
{
	struct wish w = {most};

	(void)dl_iterate_phdr(segments, &w);
}
