/* kill_cut: puts back what no fsync covered; see kill_fault.h. */
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kill_fault.h"

static struct {
	uint64_t ino;
	char path[4096];
} want; /* nftw hands no argument on */

static int look(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)ftw;
	if (st->st_ino != want.ino)
		return 0;
	snprintf(want.path, sizeof want.path, "%s", path);
	return 1;
}

static bool find(const char *dir, uint64_t ino)
{
	want.ino = ino;
	return nftw(dir, look, 16, FTW_PHYS) == 1;
}

static int gone(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void undo(const char *dir, const struct kill_entry *e)
{
	int fd;

	if (!find(dir, e->ino))
		return;
	if (e->kind == KILL_NEW) {
		nftw(want.path, gone, 16, FTW_PHYS | FTW_DEPTH);
		return;
	}
	fd = open(want.path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || (e->n > 0 && pwrite(fd, e + 1, e->n, (off_t)e->at) != (ssize_t)e->n) ||
	    ftruncate(fd, (off_t)e->old_size) != 0)
		perror("kill_cut");
	if (fd >= 0)
		close(fd);
}

void kill_cut(const char *dir, struct kill_journal *j, unsigned seed)
{
	static const struct kill_entry *all[1 << 16];
	size_t n = 0;

	for (uint64_t at = sizeof *j; at < j->end && n < 1 << 16;) {
		const struct kill_entry *e = (const struct kill_entry *)((const char *)j + at);

		at += sizeof *e + ((e->n + 7u) & ~7u);
		if (e->live)
			all[n++] = e;
	}
	/* The last first; with an odd seed the disk had taken some of them, in no order. */
	for (unsigned dice = seed; n-- > 0; dice = dice * 1103515245u + 12345u)
		if (seed % 2 == 0 || (dice >> 16) % 2)
			undo(dir, all[n]);
	j->end = sizeof *j;
}
