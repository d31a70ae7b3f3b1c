/* evidence: one saved query over the record for each statement, and its answer now. */
#ifndef GOVERNANCE_EVIDENCE_H
#define GOVERNANCE_EVIDENCE_H

#include "governance/board.h"

enum err evidence_heartbeat(const struct board_source *src, struct arena *a,
			    struct board_proof *ret) NODISCARD;
enum err evidence_of(const struct board_source *src, struct arena *a,
		     const struct policy_statement *st, const struct board_proof *heartbeat,
		     struct board_proof *ret) NODISCARD;

#endif
