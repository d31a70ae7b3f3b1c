/*
 * proof: one entry of the record and what proves it, from the published log.
 */
#ifndef GOVERNANCE_PROOF_H
#define GOVERNANCE_PROOF_H

#include "record/record.h"
#include "tlog/tree.h"

struct entry_proof {
	struct record_entry entry;
	struct hash leaf;
	bool is_signed; /* it stands in the newest checkpoint; else the rest is empty */
	bool holds;     /* the proof leads from the entry to the signed root */
	uint64_t size;  /* of that checkpoint */
	struct hash root;
	struct slice origin;
	struct tlog_proof path;
};

/* log: descriptor of DIR/log. ERR_NOT_FOUND: no such entry. */
enum err entry_prove(struct store *s, int log, uint64_t index, struct arena *a,
		     struct entry_proof *ret) NODISCARD;
/* Entries that the newest checkpoint signs; 0 where none can be read. */
uint64_t entry_signed_size(int log, struct arena *a);

#endif
