/*
 * reason: the closed list of reasons why the gateway refuses or holds, with the sentences a clerk
 * reads. A transfer's `reason` is one of these ids, or a finding id of names/finding.h when the
 * sanitiser held it: reason_text knows both.
 */
#ifndef GATEWAY_REASON_H
#define GATEWAY_REASON_H

#include "base/slice.h"

struct reason {
	const char *id;
	const char *ja, *en;           /* what happened, one sentence without full stop */
	const char *next_ja, *next_en; /* what to do next */
};

const struct reason *reason_by_id(struct slice id); /* NULL where it is none of ours */
const struct reason *reason_table(size_t *ret_n);

#endif
