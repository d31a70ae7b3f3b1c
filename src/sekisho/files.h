/*
 * files: the files that a command line names, with folders walked.
 *
 * A named file is taken as it is; below a named folder every regular file is taken, in the order of
 * names, and links and devices are left out. `place` is where an output belongs below the output
 * folder: the path below the named folder, or the last part of a named file.
 */
#ifndef SEKISHO_FILES_H
#define SEKISHO_FILES_H

#include "base/arena.h"

struct file_entry {
	const char *path, *place;
	bool walked; /* found in a named folder */
};

struct files {
	struct file_entry *v;
	size_t n, cap;
	uint64_t skipped; /* links, devices and the like below folders */
};

#define FILES_DEPTH_MAX 64

/* Everything lives in the arena. On failure *ret_where is the path that it failed at. */
enum err files_collect(struct arena *a, const char *const *names, size_t n, struct files *ret,
		       const char **ret_where) NODISCARD;

#endif
