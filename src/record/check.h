/*
 * check: reads a whole log again and names the first thing that is not as it must be.
 */
#ifndef RECORD_CHECK_H
#define RECORD_CHECK_H

#include "record/walk.h"
#include "store/store.h"
#include "tlog/receipt.h"

struct log_check {
	uint64_t size;          /* entries that the checkpoint signs */
	uint64_t entries;       /* entries that are right: all or none */
	uint64_t values;        /* commitments whose value is still known and fits */
	uint64_t erased;        /* commitments whose value was erased */
	uint64_t unsigned_tail; /* entries in the store behind the checkpoint */
	unsigned witnesses;     /* whose cosignature of the checkpoint counts */
	char root[65];
	struct log_fault fault;
};

/*
 * dir: the installation, or a copy of its log folder's parent; store may be NULL: then only the
 * published files are read. OK whenever the log could be read to an answer; the answer is in *ret.
 * ERR_NOT_FOUND where dir holds no log.
 */
enum err log_check(const char *dir, struct store *store, struct log_check *ret) NODISCARD;
/* The published files alone, in an open folder (also an exported one), by what the caller trusts.
 * ERR_USAGE for a trust that nothing can meet. */
enum err log_check_dir(int log, const struct tlog_trust *trust, struct store *store,
		       struct log_check *ret) NODISCARD;

#endif
