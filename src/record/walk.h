/*
 * walk: every bundle and tile below a checkpoint, read and hashed again.
 *
 * The bundles are shared out among threads; the first fault in the order of the log is the one that
 * is named, whatever thread came upon it. Needs the published files only: the auditor's small
 * program does it too.
 */
#ifndef RECORD_WALK_H
#define RECORD_WALK_H

#include "base/arena.h"
#include "tlog/tile.h"

#define LOG_THREADS_MAX 8

/* What is wrong first; where is empty while nothing is: a file, an entry or a tile. */
struct log_fault {
	char where[128];
	char what[256];
};

/* Whether an entry has its form; the arena is emptied before each. Called by any thread. */
typedef enum err log_form_fn(struct slice text, struct arena *a, struct diag *d);

struct log_walk {
	int log; /* open folder in the layout of tlog-tiles */
	uint64_t size;
	log_form_fn *form; /* NULL: entries may be anything */
	unsigned threads;  /* 0: as many as there are processors, at most LOG_THREADS_MAX */
};

/*
 * OK when the log could be read to an answer: then *ret_fault says whether all is right, and
 * *ret_root is what its entries give. Other errors are the system's.
 */
enum err log_walk(const struct log_walk *w, struct hash *ret_root, struct log_fault *ret_fault)
    NODISCARD;
void PRINTF_LIKE(3, 4) log_fault_set(struct log_fault *f, const char *where, const char *fmt, ...);
void log_fault_entry(struct log_fault *f, uint64_t index, const char *what);

#endif
