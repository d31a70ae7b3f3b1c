/*
 * internal: what the files of the policy room share. A text goes through lex -> parse (statements
 * into struct policy) -> check (what no single statement can see) -> compile (bits for decide).
 * Everything lives in the arena given to policy_load.
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "policy/policy.h"
#include "policy/limit.h"
#include "policy/map.h"

/* What a decision depends on. Every value of an attribute is one bit of a 32-bit set. */
enum attr {
	ATTR_SOURCE,
	ATTR_DESTINATION,
	ATTR_CONFIDENTIALITY, /* bit 0 unknown, bit n level n */
	ATTR_CONTAINS,        /* bits as in policy_request.contains */
	ATTR_RECIPIENT,       /* bits as in policy_request.recipient */
	ATTR_EXCEPTION,       /* bit 0 no, bit 1 yes */
	ATTRS
};
#define SET_ALL UINT32_MAX
#define BIT(n) (1u << (n))
#define CONDITION_ATOMS_MAX 256
#define CLAUSE_MAX 65536 /* bytes of one clause: every phrase is looked for in it */
#define NEVERS_MAX 256
#define ROWS_MAX (1u << 18) /* alternatives of all rules */
#define DAY_MAX 2500000     /* in the year 8814: a century later there still is a calendar */

/* One alternative of a rule: it matches where every attribute's value is in its set. */
struct term {
	uint32_t set[ATTRS];
};

struct place {
	size_t offset;
	unsigned line;
};

/* What every statement may end with. */
struct cited {
	struct place at;     /* of the statement's first word */
	struct place cited;  /* of the clause */
	struct slice clause; /* empty where the statement cites none */
	struct slice phrase; /* empty for the whole clause */
	enum policy_visibility visibility;
};

struct rule {
	struct cited c;
	bool forbid;
	struct term *terms;
	uint32_t n_terms;
	uint32_t obligations;
	enum policy_method method;
	uint32_t retain_days, retain_years, retain_fiscal;
};

struct never {
	struct cited c;
	uint32_t from, to; /* zone sets */
	uint32_t unless;   /* obligations of which one must be there */
	bool unless_exception;
};

/* lo..hi inclusive; IPv4 at ::ffff:0:0/96, so that one order holds for both. */
struct network {
	uint8_t lo[16], hi[16];
	uint32_t zone;
	struct place at;
};

struct clause {
	struct slice id;    /* "8(3)ア", in the arena */
	struct slice text;  /* in the basis, up to the next clause */
	struct slice dense; /* text without blanks, made when first needed; p is NULL before */
};

struct basis {
	struct clause *clauses;
	size_t n, cap;
	struct map by_id;
};

/* How the rules are kept for deciding: one row per term, forbids first. */
struct compiled {
	size_t words;        /* 64-bit words per row set */
	size_t forbid_words; /* words that hold forbids */
	uint64_t *bits[ATTRS][32];
	uint32_t *rule_of; /* row -> rule; POLICY_NONE for padding */
};

struct policy {
	struct arena *arena;
	struct slice text;
	struct hash hash;
	struct basis basis;

	struct cited head; /* of the policy statement */
	struct slice title, basis_name;
	struct slice *adopters;
	size_t n_adopters, cap_adopters;
	uint64_t version;
	int32_t effective;

	struct policy_zone *zones;
	struct cited *zone_cited;
	uint32_t n_zones;
	uint32_t default_zone;
	struct network *networks; /* sorted after the check */
	size_t n_networks, cap_networks;

	struct policy_level levels[POLICY_LEVELS_MAX];
	size_t n_levels;
	struct place scales[3]; /* confidentiality, integrity, availability; line 0 = none */

	struct rule *rules;
	size_t n_rules, cap_rules;
	struct never *nevers;
	size_t n_nevers, cap_nevers;
	struct cited default_deny; /* at.line 0 = none */

	struct limits limits;
	struct place limit_at[POLICY_LIMITS]; /* by row of the limit table */
	struct place hidden_at, own_approval_at;
	bool drop_hidden;
	bool never_own_approval;

	struct compiled compiled;
};

/* Fills *d with offset, line and column of a place in text; returns e. */
enum err policy_fault(struct diag *d, enum err e, struct slice text, size_t offset, const char *fmt,
		      ...) PRINTF_LIKE(5, 6);

/* The steps of policy_load. */
enum err policy_parse(struct policy *p, struct diag *d) NODISCARD;
enum err policy_check(struct policy *p, struct diag *d) NODISCARD;
enum err policy_compile(struct policy *p) NODISCARD;

/* "; did you mean X?" for the nearest of n words, or "" where none is near. In the arena. */
const char *policy_suggest(struct arena *a, struct slice word, const struct slice *words, size_t n);

#endif
