#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "os/rand.h"

static enum err err_of_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_FORBIDDEN;
	case EEXIST:
		return ERR_CONFLICT;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case EFBIG:
		return ERR_LIMIT;
	case ENOMEM:
		return ERR_MEMORY;
	case ENAMETOOLONG:
		return ERR_USAGE;
	}
	return ERR_IO;
}

enum err file_read_fd(int fd, struct buf *ret)
{
	for (;;) {
		size_t room = ret->max - ret->n < 65536 ? ret->max - ret->n : 65536;
		uint8_t over, *to = room ? buf_reserve(ret, room) : &over;
		ssize_t k;

		if (!to)
			return buf_err(ret);
		k = read(fd, to, room ? room : 1);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_of_errno();
		if (k == 0)
			return OK;
		if (room == 0)
			return ERR_LIMIT;
		buf_commit(ret, (size_t)k);
	}
}

enum err file_read(const char *path, struct buf *ret)
{
	AUTO_CLOSE fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? err_of_errno() : file_read_fd(fd, ret);
}

enum err file_read_at(int dirfd, const char *name, struct buf *ret)
{
	AUTO_CLOSE fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? err_of_errno() : file_read_fd(fd, ret);
}

enum err file_sync_dir(int dirfd)
{
	return fsync(dirfd) == 0 ? OK : ERR_IO;
}

/* The folder of a path, for its fsync. */
static enum err open_folder(int dirfd, const char *name, int *ret_fd)
{
	const char *slash = strrchr(name, '/');
	char folder[4096];
	int k = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - name + 1), name)
		      : snprintf(folder, sizeof folder, ".");
	int fd;

	if (k < 0 || (size_t)k >= sizeof folder)
		return ERR_USAGE;
	fd = openat(dirfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_of_errno();
	*ret_fd = fd;
	return OK;
}

#define TMP_PREFIX ".tmp-"
#define TMP_DIGITS 24u
#define SWEEP_DEPTH 16u

/* Writes a temporary file beside `name` and puts it in place by `place`. */
static enum err write_beside(int dirfd, const char *name, struct slice data, mode_t mode, bool sync,
			     int (*place)(int dirfd, const char *from, const char *to))
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	AUTO_CLOSE folder = -1;
	AUTO_CLOSE fd = -1;
	char tmp[64] = TMP_PREFIX;
	enum err e;

	TRY(open_folder(dirfd, name, &folder));
	rand_hex(TMP_DIGITS / 2, tmp + strlen(tmp));
	fd = openat(folder, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_of_errno();
	e = fd_write_all(fd, data.p, data.n);
	if (e == OK && sync && fsync(fd) != 0)
		e = err_of_errno();
	if (e == OK && place(folder, tmp, base) != 0)
		e = err_of_errno();
	/* After a rename the temporary name is gone already; after a link or a failure it is not.
	 */
	(void)unlinkat(folder, tmp, 0);
	return e == OK && sync ? file_sync_dir(folder) : e;
}

static int place_over(int dirfd, const char *from, const char *to)
{
	return renameat(dirfd, from, dirfd, to);
}

static int place_new(int dirfd, const char *from, const char *to)
{
	return linkat(dirfd, from, dirfd, to, 0);
}

enum err file_write(int dirfd, const char *name, struct slice data, mode_t mode)
{
	return write_beside(dirfd, name, data, mode, true, place_over);
}

enum err file_write_new(int dirfd, const char *name, struct slice data, mode_t mode)
{
	return write_beside(dirfd, name, data, mode, true, place_new);
}

enum err file_put_new(int dirfd, const char *name, struct slice data, mode_t mode)
{
	return write_beside(dirfd, name, data, mode, false, place_new);
}

static bool is_tmp(const char *name)
{
	size_t n = strlen(TMP_PREFIX);

	return strncmp(name, TMP_PREFIX, n) == 0 && strlen(name) == n + TMP_DIGITS &&
	       strspn(name + n, "0123456789abcdef") == TMP_DIGITS;
}

static enum err sweep(int at, const char *name, unsigned depth)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	enum err e = OK;

	if (!d) {
		fd_close(&fd);
		return ERR_IO;
	}
	for (struct dirent *de; e == OK && (de = readdir(d));) {
		if (de->d_type == DT_REG && is_tmp(de->d_name))
			e = unlinkat(fd, de->d_name, 0) == 0 ? OK : ERR_IO;
		else if (de->d_type == DT_DIR && strcmp(de->d_name, ".") != 0 &&
			 strcmp(de->d_name, "..") != 0)
			e = depth == 0 ? ERR_LIMIT : sweep(fd, de->d_name, depth - 1);
	}
	closedir(d);
	return e;
}

enum err file_sweep(int dirfd)
{
	return sweep(dirfd, ".", SWEEP_DEPTH);
}

enum err file_mkdir(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return OK;
	if (errno == EEXIST)
		return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? OK : ERR_CONFLICT;
	return err_of_errno();
}

enum err file_disk(int fd, uint64_t *ret_free, uint64_t *ret_total)
{
	struct statvfs v;

	if (fstatvfs(fd, &v) != 0)
		return ERR_IO;
	*ret_free = (uint64_t)v.f_bavail * v.f_frsize;
	*ret_total = (uint64_t)v.f_blocks * v.f_frsize;
	return OK;
}

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

enum err mem_new(const char *label, int *ret_fd)
{
	int fd = -1;

#ifdef MFD_NOEXEC_SEAL
	fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
#endif
	if (fd < 0)
		fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_of_errno();
	*ret_fd = fd;
	return OK;
}

enum err mem_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) == 0 ? OK : ERR_IO;
}

enum err mem_size(int fd, uint64_t *ret_n)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size < 0)
		return ERR_IO;
	*ret_n = (uint64_t)st.st_size;
	return OK;
}

enum err mem_of(const char *label, struct slice s, int *ret_fd)
{
	AUTO_CLOSE fd = -1;

	TRY(mem_new(label, &fd));
	TRY(fd_write_all(fd, s.p, s.n));
	TRY(mem_seal(fd));
	*ret_fd = fd_take(&fd);
	return OK;
}

/* For what sendfile cannot read (pipes, some file systems). */
static enum err copy_plain(int to, int from, uint64_t cap, uint64_t *done)
{
	uint8_t block[65536];

	for (;;) {
		ssize_t k = read(from, block, sizeof block);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_of_errno();
		if (k == 0)
			return OK;
		if ((uint64_t)k > cap - *done)
			return ERR_LIMIT;
		TRY(fd_write_all(to, block, (size_t)k));
		*done += (uint64_t)k;
	}
}

enum err mem_of_file(const char *label, int from, uint64_t cap, int *ret_fd)
{
	AUTO_CLOSE fd = -1;
	uint64_t done = 0;

	TRY(mem_new(label, &fd));
	for (;;) {
		uint64_t want = cap - done < (1u << 30) ? cap - done : 1u << 30;
		ssize_t k = want ? sendfile(fd, from, NULL, (size_t)want) : 0;

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && errno != EINVAL && errno != ENOSYS)
			return err_of_errno();
		if (k <= 0)
			break;
		done += (uint64_t)k;
	}
	/* At the end this reads nothing; at the cap it finds what is too much. */
	TRY(copy_plain(fd, from, cap, &done));
	TRY(mem_seal(fd));
	*ret_fd = fd_take(&fd);
	return OK;
}

/* Size of a file that is sealed and not larger than cap. */
static enum err sealed_size(int fd, uint64_t cap, uint64_t *ret_n)
{
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & SEALS) != SEALS)
		return ERR_PEER;
	TRY(mem_size(fd, ret_n));
	return *ret_n > cap ? ERR_LIMIT : OK;
}

enum err mem_read(int fd, struct buf *ret)
{
	uint64_t n, done = 0;

	TRY(buf_err(ret));
	TRY(sealed_size(fd, ret->max - ret->n, &n));
	if (n > 0 && !buf_reserve(ret, (size_t)n))
		return buf_err(ret);
	while (done < n) {
		ssize_t k = pread(fd, ret->p + ret->n, (size_t)(n - done), (off_t)done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? err_of_errno() : ERR_IO;
		buf_commit(ret, (size_t)k);
		done += (uint64_t)k;
	}
	return OK;
}

enum err mem_map(int fd, uint64_t cap, struct mem_map *ret_map)
{
	uint64_t n;
	void *p = NULL;

	TRY(sealed_size(fd, cap, &n));
	if (n > 0) {
		p = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			return ERR_MEMORY;
	}
	ret_map->view = slice_of(p, (size_t)n);
	return OK;
}

void mem_unmap(struct mem_map *m)
{
	union {
		const void *from;
		void *to;
	} u = {.from = m->view.p};

	if (u.to)
		munmap(u.to, m->view.n);
	m->view = slice_of(NULL, 0);
}
