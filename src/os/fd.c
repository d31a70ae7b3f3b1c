#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>

enum err fd_nonblock(int fd, int on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return ERR_IO;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) == 0 ? OK : ERR_IO;
}

enum err fd_dup(int fd, int *ret_fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return ERR_IO;
	*ret_fd = copy;
	return OK;
}

enum err fd_write_all(int fd, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n > 0) {
		ssize_t k = write(fd, from, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_FULL
			       : errno == EFBIG                   ? ERR_LIMIT
								  : ERR_IO;
		from += k;
		n -= (size_t)k;
	}
	return OK;
}
