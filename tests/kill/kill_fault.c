/* kill_fault: preloaded; see kill_fault.h. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kill_fault.h"

#define ONE_IN 60

static struct kill_journal *journal;
static uint64_t seed;

static struct {
	ssize_t (*write)(int, const void *, size_t);
	ssize_t (*pwrite)(int, const void *, size_t, off_t);
	int (*fsync)(int), (*fdatasync)(int);
	int (*openat)(int, const char *, int, ...);
	int (*mkdirat)(int, const char *, mode_t);
	int (*renameat)(int, const char *, int, const char *);
	int (*unlinkat)(int, const char *, int);
} real;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("KILL_FAULT_JOURNAL"), *s = getenv("KILL_FAULT_SEED");
	int fd;
	void *p;

	*(void **)&real.write = dlsym(RTLD_NEXT, "write");
	*(void **)&real.pwrite = dlsym(RTLD_NEXT, "pwrite64");
	*(void **)&real.fsync = dlsym(RTLD_NEXT, "fsync");
	*(void **)&real.fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	*(void **)&real.openat = dlsym(RTLD_NEXT, "openat64");
	*(void **)&real.mkdirat = dlsym(RTLD_NEXT, "mkdirat");
	*(void **)&real.renameat = dlsym(RTLD_NEXT, "renameat");
	*(void **)&real.unlinkat = dlsym(RTLD_NEXT, "unlinkat");
	fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	p = fd < 0 ? MAP_FAILED
		   : mmap(NULL, KILL_JOURNAL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || !s)
		abort();
	close(fd);
	seed = strtoull(s, NULL, 10) * 2654435761u + 1;
	journal = p;
}

static unsigned dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static bool fails(void)
{
	if (dice(ONE_IN) != 0)
		return false;
	journal->faults++;
	return true;
}

/* -- the journal --------------------------------------------------------------------------------
 */

static size_t room(uint32_t n)
{
	return sizeof(struct kill_entry) + ((n + 7u) & ~7u);
}

static struct kill_entry *next(uint64_t *at)
{
	struct kill_entry *e = (struct kill_entry *)((char *)journal + *at);

	*at += room(e->n);
	return e;
}

static struct kill_entry *add(struct kill_entry e)
{
	struct kill_entry *to = (struct kill_entry *)((char *)journal + journal->end);

	if (journal->end + room(e.n) > KILL_JOURNAL_SIZE)
		abort();
	*to = e;
	return to;
}

/* The entry counts once its bytes stand. */
static void added(struct kill_entry *e)
{
	e->live = 1;
	journal->end += room(e->n);
}

static void covered(uint64_t ino, bool folder)
{
	bool any = false;

	for (uint64_t at = sizeof *journal; at < journal->end;) {
		struct kill_entry *e = next(&at);

		if (folder ? e->folder == ino : e->ino == ino && e->kind == KILL_WRITE)
			e->live = 0;
		any |= e->live;
	}
	if (!any)
		journal->end = sizeof *journal;
}

static bool regular(int fd, struct stat *st)
{
	return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_nlink > 0;
}

static void before_write(int fd, const struct stat *st, uint64_t at, size_t n)
{
	uint64_t size = (uint64_t)st->st_size;
	uint32_t old = at >= size ? 0 : (uint32_t)(size - at < n ? size - at : n);
	struct kill_entry *e = add((struct kill_entry){
	    .ino = st->st_ino, .at = at, .old_size = size, .n = old, .kind = KILL_WRITE});

	if (old > 0 && pread(fd, e + 1, old, (off_t)at) != (ssize_t)old)
		return;
	added(e);
}

/* -- what is in the way of the program ----------------------------------------------------------
 */

#pragma GCC visibility push(default)

/* Bytes that may be written; -1 with errno. A memory file or a pipe is no disk. */
static ssize_t allowed(int fd, uint64_t at, size_t n, bool append)
{
	struct stat st;

	if (!regular(fd, &st) || n == 0)
		return (ssize_t)n;
	if (fails()) {
		if (dice(3) == 0 && n > 1) {
			n /= 2;
		} else {
			errno = dice(2) ? EIO : ENOSPC;
			return -1;
		}
	}
	before_write(fd, &st, append ? (uint64_t)lseek(fd, 0, SEEK_CUR) : at, n);
	return (ssize_t)n;
}

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t k = allowed(fd, 0, n, true);

	return k < 0 ? -1 : real.write(fd, p, (size_t)k);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	ssize_t k = allowed(fd, (uint64_t)at, n, false);

	return k < 0 ? -1 : real.pwrite(fd, p, (size_t)k, at);
}

static int sync_by(int fd, int (*fn)(int))
{
	struct stat st;

	if (fails()) {
		errno = EIO;
		return -1;
	}
	if (fn(fd) != 0)
		return -1;
	if (fstat(fd, &st) == 0)
		covered(st.st_ino, S_ISDIR(st.st_mode));
	return 0;
}

int fsync(int fd)
{
	return sync_by(fd, real.fsync);
}

int fdatasync(int fd)
{
	return sync_by(fd, real.fdatasync);
}

static void new_name(int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st, up;
	char folder[4096] = ".";

	if (slash && slash != path && (size_t)(slash - path) < sizeof folder) {
		memcpy(folder, path, (size_t)(slash - path));
		folder[slash - path] = 0;
	}
	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(dir, folder, &up, 0) == 0)
		added(add(
		    (struct kill_entry){.ino = st.st_ino, .folder = up.st_ino, .kind = KILL_NEW}));
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;
	int fd;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
		if (fails()) {
			errno = ENOSPC;
			return -1;
		}
	}
	fd = real.openat(dir, path, flags, mode);
	if (fd >= 0 && (flags & O_CREAT) && (flags & O_EXCL))
		new_name(dir, path);
	return fd;
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	if (real.mkdirat(dir, path, mode) != 0)
		return -1;
	new_name(dir, path);
	return 0;
}

/* The old file is there or the new one, never neither. */
int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	struct stat st;

	if (fstatat(from_dir, from, &st, AT_SYMLINK_NOFOLLOW) == 0)
		for (uint64_t at = sizeof *journal; at < journal->end;) {
			struct kill_entry *e = next(&at);

			if (e->kind == KILL_NEW && e->ino == st.st_ino)
				e->live = 0;
		}
	return real.renameat(from_dir, from, to_dir, to);
}

/* Its number may soon be another file's: what is known of it ends with its name. */
int unlinkat(int dir, const char *path, int flags)
{
	struct stat st;
	bool known = fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		     (S_ISDIR(st.st_mode) || st.st_nlink <= 1);

	if (real.unlinkat(dir, path, flags) != 0)
		return -1;
	for (uint64_t at = sizeof *journal; known && at < journal->end;) {
		struct kill_entry *e = next(&at);

		if (e->ino == st.st_ino)
			e->live = 0;
	}
	return 0;
}

#pragma GCC visibility pop
