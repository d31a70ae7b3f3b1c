/*
 * running: DIR/running, which says that a server runs here and which fences it lacks. The server
 * holds a lock on it; without that lock the file says nothing.
 */
#ifndef SEKISHO_RUNNING_H
#define SEKISHO_RUNNING_H

#include "base/buf.h"
#include "os/fd.h"

#define RUNNING_MAX 4096

/* ERR_CONFLICT: a server runs here already. The descriptor keeps the lock. */
enum err running_begin(const char *dir, int *ret_fd) NODISCARD;
/* missing: names of fences, separated by ", "; empty when none lacks. */
enum err running_say(int fd, struct slice missing) NODISCARD;
/* Appends what it says. ERR_NOT_FOUND: no server runs here. */
enum err running_read(const char *dir, struct buf *ret_missing) NODISCARD;

#endif
