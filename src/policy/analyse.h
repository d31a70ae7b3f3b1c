/*
 * analyse: exact answers about all decisions that a policy can make.
 *
 * What a decision depends on is finite: channel, two zones, three classes, what the content holds
 * and is, the recipient, the exception, who asks, with how many factors, and when. One value of
 * each is a *case*. All cases of a policy (tens of millions) are held in one decision diagram, so
 * that every answer here is exact: no case is left out, none is invented. The day is no part of a
 * case: analysed is a day on which the policy is in force and every exception that it names lasts.
 *
 * Everything is computed in an arena of its own; results live in the caller's. ERR_LIMIT with a
 * reason in *d where a diagram would need more than POLICY_NODES_MAX nodes.
 */
#ifndef POLICY_ANALYSE_H
#define POLICY_ANALYSE_H

#include "policy/statement.h"

#define POLICY_NODES_MAX (8u << 20)
#define POLICY_PROOF_BYTES (2ull << 30) /* cap of the arena of one analysis */
#define POLICY_IDLE_RULES_MAX 8192      /* of more, verify does not say which are without effect */
#define POLICY_VALUES_MAX 32            /* of one attribute, also of two policies together */

/* In the order in which cases are told. */
enum policy_attr {
	POLICY_A_CHANNEL,
	POLICY_A_SOURCE,
	POLICY_A_DESTINATION,
	POLICY_A_EXCEPTION,
	POLICY_A_CONTAINS,
	POLICY_A_CONFIDENTIALITY,
	POLICY_A_INTEGRITY,
	POLICY_A_AVAILABILITY,
	POLICY_A_RECIPIENT,
	POLICY_A_TYPE,
	POLICY_A_ROLE,
	POLICY_A_FACTORS,
	POLICY_A_HOURS,
	POLICY_ATTRS
};

struct policy_value {
	struct slice word;   /* as the language writes it: "lgwan", "3A", "personal-number" */
	struct slice ja, en; /* as people say it */
	enum policy_visibility visibility;
};

/* The values of every attribute; of two policies: of both, matched by word (levels: by scheme). */
struct policy_space {
	struct policy_value *value[POLICY_ATTRS];
	uint32_t n[POLICY_ATTRS]; /* at least 1 */
	uint64_t cases;           /* the product */
};

/* A product of sets of values; bit v of set[a] is value v of attribute a in the space. */
struct policy_box {
	uint32_t set[POLICY_ATTRS];
};

/* What a decision comes to; all zero: not permitted. */
struct policy_outcome {
	bool permit;
	uint32_t obligations;
	enum policy_method sanitize, attachments;
	uint32_t retain_days, retain_years, retain_fiscal; /* the longest one wins */
};

/* A case, one value for each attribute, as a request of that day; and back. */
struct policy_request policy_case_request(const uint32_t value[POLICY_ATTRS], int32_t day);
/* In the header because every decision calls it. */
static inline void policy_request_case(const struct policy_request *rq,
				       uint32_t ret_value[POLICY_ATTRS])
{
	const uint32_t v[POLICY_ATTRS] = {
	    [POLICY_A_CHANNEL] = rq->channel,
	    [POLICY_A_SOURCE] = rq->source,
	    [POLICY_A_DESTINATION] = rq->destination,
	    [POLICY_A_EXCEPTION] = rq->exception,
	    [POLICY_A_CONTAINS] = rq->contains,
	    [POLICY_A_CONFIDENTIALITY] = rq->confidentiality,
	    [POLICY_A_INTEGRITY] = rq->integrity,
	    [POLICY_A_AVAILABILITY] = rq->availability,
	    [POLICY_A_RECIPIENT] = rq->recipient,
	    [POLICY_A_TYPE] = rq->type,
	    [POLICY_A_ROLE] = rq->role,
	    [POLICY_A_FACTORS] = rq->factors,
	    [POLICY_A_HOURS] = rq->hours,
	};

	memcpy(ret_value, v, sizeof v);
}

/* Cases that are decided alike (for a diff: before and after); boxes of groups do not overlap. */
struct policy_group {
	struct policy_box box;
	uint64_t cases;
	struct policy_outcome before, after; /* of an answer that is no diff: only `after` */
	bool by_rule; /* of an answer: rules decide; false: nothing permits it */
};

/* 「LGWAN接続系 から インターネット接続系 への受渡し、機密性1」: attributes of which every value
 * is in the box are left out, and values that the audience may not read have no name. */
void policy_box_print(const struct policy_space *s, const struct policy_box *b,
		      enum policy_lang lang, enum policy_visibility audience, struct buf *out);
/* 「許可しない」, 「再構築による無害化、30日間保存を条件に許可」 */
void policy_outcome_print(const struct policy_outcome *o, enum policy_lang lang, struct buf *out);
const char *policy_attr_word(enum policy_attr a);
/* As questions call it: the same, but "from" and "to" for source and destination. */
const char *policy_attr_asked(enum policy_attr a);

/* ── diff ────────────────────────────────────────────────────────────────── */

/* What changed beside decisions: a statement that only one of the two has (by id). */
struct policy_change {
	const struct policy_statement *before, *after; /* NULL where it is not there */
};

struct policy_diff {
	struct policy_space space;
	uint64_t permitted;          /* cases that become permitted */
	uint64_t forbidden;          /* cases that are permitted no more */
	uint64_t altered;            /* cases permitted before and after, with other obligations */
	struct policy_group *groups; /* largest first: permitted, then forbidden, then altered */
	size_t n_groups;
	uint64_t rest;                 /* cases beyond the groups, where groups_max was reached */
	struct policy_change *changes; /* statements that were added, taken away or reworded */
	size_t n_changes;
};

/* groups_max 0 = 256. Equivalent policies: permitted, forbidden and altered are 0. */
enum err policy_diff(struct arena *a, const struct policy *before, const struct policy *after,
		     size_t groups_max, struct policy_diff *ret, struct diag *d) NODISCARD;
void policy_diff_print(const struct policy_diff *df, enum policy_lang lang,
		       enum policy_visibility audience, struct buf *out);

/* ── verify ──────────────────────────────────────────────────────────────── */

/* How content gets where it must not: each hop is a request that policy_decide permits. */
struct policy_breach {
	uint32_t statement; /* the never or always */
	struct policy_request hop[POLICY_ZONES_MAX];
	size_t hops;
};

enum policy_idle {
	POLICY_IDLE_DEAD,     /* a permit: forbids cover all it would permit */
	POLICY_IDLE_REDUNDANT /* without it every case is decided the same */
};

struct policy_idle_rule {
	uint32_t statement;
	enum policy_idle why;
};

struct policy_proof {
	struct policy_space space;
	uint64_t permitted;  /* cases that are permitted */
	uint32_t statements; /* never and always that were examined */
	size_t nodes;        /* of the diagram */
	struct policy_breach *breaches;
	size_t n_breaches; /* one for each never or always that does not hold */
	bool idle_known;   /* whether rules without effect were looked for to the end */
	struct policy_idle_rule *idle;
	size_t n_idle;
};

/* Proves every never and always over all channels and chains, and finds rules without effect. */
enum err policy_verify(struct arena *a, const struct policy *p, struct policy_proof *ret,
		       struct diag *d) NODISCARD;
void policy_breach_print(const struct policy *p, const struct policy_breach *b,
			 enum policy_lang lang, struct buf *out);

/* ── もし…なら ──────────────────────────────────────────────────────────── */

struct policy_answer {
	struct policy_space space;
	uint64_t cases, permitted;   /* of the cases asked about, without the veiled ones */
	uint64_t veiled;             /* decided by rules that the audience may not read */
	struct policy_group *groups; /* all of them but the veiled ones, largest first */
	size_t n_groups;
	uint64_t rest;
};

/* The whole space of one policy; every bit of every set. */
enum err policy_space_of(struct arena *a, const struct policy *p, struct policy_space *ret)
    NODISCARD;
struct policy_box policy_box_all(const struct policy_space *s);
/* Narrows the attribute to the values the text names ("lgwan", "1,2"); ERR_NOT_FOUND and *d with a
 * suggestion where there is none such. What the audience may not read is no value. */
enum err policy_box_narrow(struct arena *a, const struct policy_space *s, struct policy_box *b,
			   struct slice attr, struct slice values, enum policy_visibility audience,
			   struct diag *d) NODISCARD;
/*
 * What is decided in the given cases. Those in which a rule that the audience may not read takes
 * part are counted, and neither their outcome nor what they have in common is told; where a rule
 * that it may read forbids, that is the answer.
 */
enum err policy_ask(struct arena *a, const struct policy *p, const struct policy_box *given,
		    enum policy_visibility audience, size_t groups_max, struct policy_answer *ret,
		    struct diag *d) NODISCARD;
/*
 * Every statement that decides some case of a group of that answer, in file order: at most max
 * places in policy_statements(); returns how many there are. Where nothing permits: the default,
 * if the policy states one.
 */
size_t policy_group_deciders(const struct policy *p, const struct policy_group *g,
			     enum policy_visibility audience, uint32_t *ret, size_t max);

#endif
