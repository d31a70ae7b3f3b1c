/*
 * format: a policy text in its one canonical layout, comments kept.
 *
 * What comes out reads as the same statements, and formatting it again gives the same bytes. For an
 * audience that may not read everything, statements less visible than it are left out, and so are
 * all comments.
 */
#ifndef POLICY_FORMAT_H
#define POLICY_FORMAT_H

#include "policy/policy.h"

/* ERR_SYNTAX and *d where the text is no sequence of statements (it need not load). */
enum err policy_format(struct slice text, enum policy_visibility audience, struct buf *out,
		       struct diag *d) NODISCARD;

#endif
