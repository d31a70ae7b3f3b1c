/*
 * limit: the statement `limit NAME N [KiB|MiB|GiB]`: which limits of base/limits.h a policy may
 * set, and how far.
 */
#ifndef POLICY_LIMIT_H
#define POLICY_LIMIT_H

#include <stddef.h>

#define POLICY_LIMITS 13

#endif
