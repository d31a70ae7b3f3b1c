#include "sekisho/running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "os/file.h"

static int open_in(const char *dir, int flags)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/running", dir);
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0644);
}

enum err running_begin(const char *dir, int *ret_fd)
{
	AUTO_CLOSE fd = open_in(dir, O_RDWR | O_CREAT);

	if (fd < 0)
		return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? ERR_CONFLICT : ERR_IO;
	*ret_fd = fd_take(&fd);
	return OK;
}

enum err running_say(int fd, struct slice missing)
{
	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return ERR_IO;
	return fd_write_all(fd, missing.p, missing.n);
}

enum err running_read(const char *dir, struct buf *ret_missing)
{
	AUTO_CLOSE fd = open_in(dir, O_RDONLY);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	/* Who gets the lock is alone with the file. */
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return ERR_NOT_FOUND;
	return file_read_fd(fd, ret_missing);
}
