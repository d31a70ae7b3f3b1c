#include "sekisho/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/filename.h"

/* A place under which an output may be written: each part of it a harmless name. */
static const char *plain_place(struct arena *a, const char *place)
{
	struct slice left = slice_str(place);
	AUTO_BUF b;

	buf_init(&b, 4 * left.n + 16);
	for (;;) {
		size_t slash = slice_find_byte(left, '/'), from = b.n;

		filename_put(&b, slice_head(left, slash));
		/* Of a name that was nothing else, something must be left. */
		if (b.n == from)
			buf_byte(&b, '_');
		if (slash == SIZE_MAX)
			break;
		buf_byte(&b, '/');
		left = slice_from(left, slash + 1);
	}
	return buf_err(&b) == OK ? arena_str(a, buf_view(&b)) : NULL;
}

static enum err add(struct arena *a, struct files *f, const char *path, const char *place,
		    bool walked)
{
	const char *plain = plain_place(a, place);

	if (!plain)
		return ERR_MEMORY;
	TRY(arena_grow(a, (void **)&f->v, f->n, &f->cap, sizeof *f->v));
	f->v[f->n++] = (struct file_entry){path, plain, walked};
	return OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in an open folder, sorted. */
static enum err list(struct arena *a, DIR *dir, const char ***ret, size_t *ret_n)
{
	const char **names = NULL;
	size_t n = 0, cap = 0;
	const struct dirent *e;

	while ((e = readdir(dir)) != NULL) {
		const char *name;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		name = arena_str(a, slice_str(e->d_name));
		if (!name)
			return ERR_MEMORY;
		TRY(arena_grow(a, (void **)&names, n, &cap, sizeof *names));
		names[n++] = name;
	}
	if (n)
		qsort(names, n, sizeof *names, by_name);
	*ret = names;
	*ret_n = n;
	return OK;
}

static enum err walk(struct arena *a, struct files *f, const char *path, const char *place,
		     unsigned depth, const char **ret_where);

static enum err take(struct arena *a, struct files *f, const char *path, const char *place,
		     unsigned depth, const char **ret_where)
{
	struct stat st;

	*ret_where = path;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? OK : ERR_IO; /* gone meanwhile */
	if (S_ISDIR(st.st_mode))
		return walk(a, f, path, place, depth + 1, ret_where);
	if (S_ISREG(st.st_mode))
		return add(a, f, path, place, true);
	f->skipped++;
	return OK;
}

static enum err walk(struct arena *a, struct files *f, const char *path, const char *place,
		     unsigned depth, const char **ret_where)
{
	const char **names = NULL;
	size_t n = 0;
	DIR *dir;
	enum err e;

	*ret_where = path;
	if (depth > FILES_DEPTH_MAX)
		return ERR_LIMIT;
	dir = opendir(path);
	if (!dir)
		return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
	e = list(a, dir, &names, &n);
	closedir(dir);
	for (size_t i = 0; e == OK && i < n; i++) {
		const char *sub = arena_printf(a, "%s/%s", path, names[i]);
		const char *to = place[0] ? arena_printf(a, "%s/%s", place, names[i]) : names[i];

		e = sub && to ? take(a, f, sub, to, depth, ret_where) : ERR_MEMORY;
	}
	return e;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

enum err files_collect(struct arena *a, const char *const *names, size_t n, struct files *ret,
		       const char **ret_where)
{
	struct files f = {0};

	for (size_t i = 0; i < n; i++) {
		struct stat st;

		*ret_where = names[i];
		if (stat(names[i], &st) != 0)
			return errno == ENOENT   ? ERR_NOT_FOUND
			       : errno == EACCES ? ERR_FORBIDDEN
						 : ERR_IO;
		if (S_ISDIR(st.st_mode))
			TRY(walk(a, &f, names[i], "", 0, ret_where));
		else if (S_ISREG(st.st_mode))
			TRY(add(a, &f, names[i], last_part(names[i]), false));
		else
			return ERR_USAGE;
	}
	*ret = f;
	return OK;
}
