/*
 * language: in which language a program speaks to who started it.
 */
#ifndef SEKISHO_LANGUAGE_H
#define SEKISHO_LANGUAGE_H

#include <stdbool.h>

/* What POSIX says of LC_ALL, LC_MESSAGES and LANG: the first that is set and not empty decides. */
bool language_is_japanese(void);

#endif
