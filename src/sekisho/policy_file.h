/*
 * policy_file: a policy read from disk with the basis, and the standard, that it names and that lie
 * beside it.
 */
#ifndef SEKISHO_POLICY_FILE_H
#define SEKISHO_POLICY_FILE_H

#include "policy/policy.h"

/* All of it lives in the arena it was loaded into. */
struct policy_file {
	const struct policy *policy;                   /* NULL where loading failed */
	const char *path, *basis_path, *standard_path; /* the last: NULL where none is named */
	struct slice text, basis, standard;
};

/*
 * Loads both files; the texts are kept. On failure *ret holds what was read so far, for
 * policy_file_complain, and d says why: d.part is "" for the policy, else "basis" or
 * "standard".
 */
enum err policy_file_load(struct arena *a, const char *path, struct policy_file *ret,
			  struct diag *d) NODISCARD;

/* The same without the proof of never and always: for questions about a draft only. */
enum err policy_file_draft(struct arena *a, const char *path, struct policy_file *ret,
			   struct diag *d) NODISCARD;

/* The reason with file, line, caret; or the system's reason where no text was at fault. */
void policy_file_complain(const struct policy_file *f, enum err e, const struct diag *d,
			  struct buf *out);

#endif
