/*
 * file: durable files, memory files, and the room left on a disk.
 *
 * Durable means: the bytes, then the name, then the folder are on the disk when the function
 * returns; a power cut leaves the old file or the new one, never a piece.
 */
#ifndef OS_FILE_H
#define OS_FILE_H

#include <sys/types.h>
#include "base/buf.h"
#include "os/fd.h"

/* Appends the whole file. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_LIMIT beyond ret's max, ERR_IO. */
enum err file_read(const char *path, struct buf *ret) NODISCARD;
/* dirfd/name; a link is not followed. ERR_NOT_FOUND, else ERR_IO where it does not open. */
enum err file_read_at(int dirfd, const char *name, struct buf *ret) NODISCARD;
enum err file_read_fd(int fd, struct buf *ret) NODISCARD;

/* Replaces dirfd/name (AT_FDCWD: name is a path) by data. ERR_FULL, ERR_FORBIDDEN, ERR_IO. */
enum err file_write(int dirfd, const char *name, struct slice data, mode_t mode) NODISCARD;
/* The same, but ERR_CONFLICT where the name exists; it is never replaced. */
enum err file_write_new(int dirfd, const char *name, struct slice data, mode_t mode) NODISCARD;
/*
 * file_write_new without waiting for the disk: the name appears with all of data or not at all, but
 * a power cut soon after may undo it. For what can be made again.
 */
enum err file_put_new(int dirfd, const char *name, struct slice data, mode_t mode) NODISCARD;
enum err file_sync_dir(int dirfd) NODISCARD;
/*
 * Removes from a folder, and those in it, what a death in the middle of these functions left there:
 * ".tmp-" and 24 hexadecimal digits, nothing else. For who alone writes there. ERR_IO, ERR_LIMIT.
 */
enum err file_sweep(int dirfd) NODISCARD;
/* Makes a folder where none is (its parents must exist). */
enum err file_mkdir(const char *path, mode_t mode) NODISCARD;

/* Free and total bytes for an ordinary user of the file system that holds fd. */
enum err file_disk(int fd, uint64_t *ret_free, uint64_t *ret_total) NODISCARD;

/*
 * Memory files. A sealed one can neither grow, shrink nor be written any more, by anybody; that is
 * what makes it safe to map while its sender still holds it.
 */
enum err mem_new(const char *label, int *ret_fd) NODISCARD;
enum err mem_seal(int fd) NODISCARD;
/* A sealed copy of s. */
enum err mem_of(const char *label, struct slice s, int *ret_fd) NODISCARD;
/* A sealed copy of an open file from its offset on. ERR_LIMIT beyond cap bytes. */
enum err mem_of_file(const char *label, int from, uint64_t cap, int *ret_fd) NODISCARD;
enum err mem_size(int fd, uint64_t *ret_n) NODISCARD;

/* Appends a sealed memory file. ERR_PEER where it is not sealed, ERR_LIMIT beyond ret->max. */
enum err mem_read(int fd, struct buf *ret) NODISCARD;

struct mem_map {
	struct slice view; /* read only */
};
/* Maps a sealed memory file. ERR_PEER where it is not sealed, ERR_LIMIT beyond cap. */
enum err mem_map(int fd, uint64_t cap, struct mem_map *ret_map) NODISCARD;
void mem_unmap(struct mem_map *m);
#define AUTO_MAP __attribute__((cleanup(mem_unmap))) struct mem_map

#endif
