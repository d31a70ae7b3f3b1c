/*
 * fd: descriptors that close themselves.
 *
 *     AUTO_CLOSE fd = -1;
 *     TRY(sock_connect(&addr, 1000, &fd));
 *
 * A descriptor handed on is taken out of its variable with fd_take. Every descriptor that room os
 * makes is close-on-exec.
 */
#ifndef OS_FD_H
#define OS_FD_H

#include <unistd.h>
#include "base/err.h"

static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
#define AUTO_CLOSE __attribute__((cleanup(fd_close))) int

/* The descriptor, leaving -1 behind. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

enum err fd_nonblock(int fd, int on) NODISCARD;
/* A second descriptor for the same thing, close-on-exec. */
enum err fd_dup(int fd, int *ret_fd) NODISCARD;
/*
 * Writes all of n bytes to a blocking descriptor. ERR_FULL for a full disk, ERR_LIMIT beyond a file
 * size limit, ERR_IO otherwise.
 */
enum err fd_write_all(int fd, const void *p, size_t n) NODISCARD;

#endif
