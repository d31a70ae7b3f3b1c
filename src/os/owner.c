#include "os/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(OWNER_PATH >= PATH_MAX, "a path fits");

bool owner_is_root(void)
{
	return geteuid() == 0;
}

static enum err give_one(const FTSENT *f, uid_t uid, gid_t gid)
{
	switch (f->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return f->fts_errno == ENOENT ? OK : ERR_IO;
	case FTS_D: /* the second visit of a folder is the one that counts */
		return OK;
	}
	/* Another name of it may stand where its owner could not have put it. */
	if (f->fts_info != FTS_DP && f->fts_statp->st_nlink > 1)
		return OK;
	if (f->fts_statp->st_uid == uid && f->fts_statp->st_gid == gid)
		return OK;
	return lchown(f->fts_accpath, uid, gid) == 0 || errno == ENOENT ? OK : ERR_IO;
}

static enum err give_tree(const char *path, uid_t uid, gid_t gid)
{
	char *text = strdup(path);
	char *const roots[] = {text, NULL};
	FTS *tree = text ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL) : NULL;
	enum err e = tree ? OK : ERR_MEMORY;

	for (FTSENT *f; e == OK && (f = fts_read(tree));)
		e = give_one(f, uid, gid);
	if (tree)
		fts_close(tree);
	free(text);
	return e;
}

enum err owner_mode(const char *path, mode_t mode)
{
	return chmod(path, mode) == 0 || errno == ENOENT ? OK : ERR_IO;
}

enum err owner_give(const char *path, uid_t uid, gid_t gid, mode_t mode, bool once)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? OK : ERR_IO;
	if (!(once && st.st_uid == uid && st.st_gid == gid))
		TRY(give_tree(path, uid, gid));
	return owner_mode(path, mode);
}

enum err owner_reach(const char *path, char ret[OWNER_PATH])
{
	char real[OWNER_PATH];
	struct stat st;

	if (!realpath(path, real))
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	for (char *slash = strrchr(real, '/'); slash && slash != real; slash = strrchr(real, '/')) {
		*slash = '\0';
		if (stat(real, &st) != 0)
			return ERR_IO;
		if (!(st.st_mode & S_IXOTH)) {
			snprintf(ret, OWNER_PATH, "%s", real);
			return ERR_FORBIDDEN;
		}
	}
	return OK;
}

enum err owner_account(uid_t uid, char *ret, size_t size)
{
	const struct passwd *p = getpwuid(uid);

	if (!p)
		return ERR_NOT_FOUND;
	snprintf(ret, size, "%s", p->pw_name);
	return OK;
}
