/*
 * password: asks a person for a password on the command line, and has it hashed or checked in a
 * worker that this program starts for it.
 */
#ifndef SEKISHO_PASSWORD_H
#define SEKISHO_PASSWORD_H

#include "sekisho/subcommand.h"

#define PASSWORD_HASH_SIZE 128u

/*
 * On a terminal: asked for, twice where it is new, not shown (ERR_CONFLICT: they differ). Otherwise
 * the first line of the standard input.
 */
enum err password_ask(const struct cli *cli, bool is_new, char *ret, size_t size)
    __attribute__((warn_unused_result));
enum err password_hash(const char *password, char ret[PASSWORD_HASH_SIZE])
    __attribute__((warn_unused_result));
/* ERR_FORBIDDEN where it is another one. */
enum err password_check(const char *password, const char *hash) __attribute__((warn_unused_result));

#endif
