/*
 * owner: to whom files belong. For a process that starts as root and has others work for it.
 */
#ifndef OS_OWNER_H
#define OS_OWNER_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/err.h"

bool owner_is_root(void);

/*
 * Gives `path` and, where it is a folder, all in it to a user and a group; links are not followed,
 * and a file with more than one name is left alone. `path` itself gets `mode`. `once`: nothing in
 * the folder is looked at when it is theirs already. What is not there is passed over. ERR_IO.
 */
enum err owner_give(const char *path, uid_t uid, gid_t gid, mode_t mode, bool once) NODISCARD;
/* Sets the mode of one file; what is not there is passed over. */
enum err owner_mode(const char *path, mode_t mode) NODISCARD;

#define OWNER_PATH 4096
/*
 * Whether any user can pass through the folders above `path`. ERR_FORBIDDEN: not through ret, which
 * is left alone otherwise. ERR_NOT_FOUND where there is no such path.
 */
enum err owner_reach(const char *path, char ret[OWNER_PATH]) NODISCARD;

/* The account that has this number. ERR_NOT_FOUND: none. */
enum err owner_account(uid_t uid, char *ret, size_t size) NODISCARD;

#endif
