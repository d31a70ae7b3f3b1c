/*
 * audit: what an auditor does with a record and public keys alone. `sekisho log` and the small
 * program sekisho-verify-log say and answer the same with it; it needs no installation.
 *
 * Every function prints its finding on stdout, complaints on stderr, and returns the exit code:
 * EXIT_DONE where all is proved, EXIT_HELD where it is not, EXIT_ERROR for usage and the system.
 */
#ifndef SEKISHO_AUDIT_H
#define SEKISHO_AUDIT_H

#include "tlog/receipt.h"

#define AUDIT_KEYS_MAX 32

struct audit {
	const char *program; /* for complaints */
	bool ja, json;
	struct tlog_key log[AUDIT_KEYS_MAX], witness[AUDIT_KEYS_MAX];
	struct tlog_trust trust; /* its arrays are the two above: set by audit_trust */
};

/* What the command line gave; NULL where it did not. */
struct audit_words {
	const char *key;     /* verifier keys separated by blanks, or a file of them */
	const char *witness; /* likewise */
	const char *require; /* how many witnesses; all of the given ones where it is NULL */
	const char *fresh;   /* seconds: cosignatures that are older do not count */
};

/* EXIT_DONE, or EXIT_ERROR after a complaint. a->program, ja and json are set before. */
int audit_trust(struct audit *a, const struct audit_words *w, uint64_t now);

int audit_proof(const struct audit *a, const char *file); /* a .tlog-proof */
/* An exported log, whole; also by keys that a chain in it leads to (record/chain.h). */
int audit_log(const struct audit *a, const char *dir);
/* That the checkpoint in a claim (`log consistency` prints it) grew from the one in `old`. */
int audit_growth(const struct audit *a, const char *old, const char *claim);

#endif
