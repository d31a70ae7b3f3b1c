/*
 * case: a request as one word of the record, so that an old decision can be made again by the
 * version that made it: the thirteen attributes as numbers, in the order of enum policy_attr, and
 * the day: "0.1.2.0.4.1.0.0.1.0.0.1.1/2026-11-24". The numbers mean something only together with
 * the hash of the policy.
 */
#ifndef POLICY_CASE_H
#define POLICY_CASE_H

#include "policy/policy.h"

void policy_case_put(const struct policy_request *rq, struct buf *out);
/* ERR_SYNTAX unless it is exactly one. */
enum err policy_case_parse(struct slice text, struct policy_request *ret) NODISCARD;

#endif
