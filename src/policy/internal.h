/*
 * internal: what the files of the policy room share. A text goes through lex -> parse (statements
 * into struct policy) -> check (what no single statement can see) -> compile (bits for decide).
 * Everything lives in the arena given to policy_load.
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "policy/analyse.h"
#include "policy/limit.h"
#include "policy/map.h"

/* Every value of an attribute (enum policy_attr) is one bit of a 32-bit set. */
#define SET_ALL UINT32_MAX
#define BIT(n) (1u << (n))
#define CONDITION_ATOMS_MAX 256
#define CLAUSE_MAX 65536 /* bytes of one clause: every phrase is looked for in it */
#define NEVERS_MAX 256
#define ROWS_MAX (1u << 18) /* alternatives of all rules */
#define DAY_MAX 2500000     /* in the year 8814: a century later there still is a calendar */

#define PENDING_BIT BIT(POLICY_CONTAINS_PENDING) /* a value for decide, none of the space */

/* One alternative of a rule: it matches where every attribute's value is in its set. */
struct term {
	uint32_t set[POLICY_ATTRS];
};

struct place {
	size_t offset;
	unsigned line;
};

/* What every statement may end with. */
struct cited {
	struct place at;    /* of the statement's first word */
	struct place cited; /* of the clause */
	enum policy_tree tree;
	struct slice clause; /* empty where the statement cites none */
	struct slice phrase; /* empty for the whole clause */
	enum policy_visibility visibility;
};

struct rule {
	struct cited c;
	uint32_t statement;
	bool forbid;
	struct term *terms;
	uint32_t n_terms;
	uint32_t obligations;
	enum policy_method method, attachments;
	uint32_t retain_days, retain_years, retain_fiscal;
};

/* never ... and always ...: which permitted cases there must not be. */
struct never {
	struct cited c;
	uint32_t statement;
	bool chains; /* `never content`: also by way of other zones */
	uint32_t channels, from, to;
	uint32_t unless; /* obligations of which one must be there */
	bool unless_exception;
	struct term *terms; /* of `when`; n_terms = 0: whatever the content */
	uint32_t n_terms;
};

/* always network ...: deny unless listed */
struct listed {
	struct cited c;
	uint32_t from, to;
};

struct scale {
	struct place at; /* line 0 = none */
	struct slice scheme;
	struct policy_level levels[POLICY_LEVELS_MAX];
	size_t n;
	struct slice old_scheme; /* of `from`; empty = none */
	struct slice old_code[POLICY_LEVELS_MAX];
	unsigned old_level[POLICY_LEVELS_MAX]; /* what it is now */
	size_t n_old;
};

/* Names of one kind, by what they look like. */
enum names { NAMES_ZONE, NAMES_ROLE, NAMES_EXCEPTION, NAMES_DUTY, NAMES_KINDS };

/* lo..hi inclusive; IPv4 at ::ffff:0:0/96, so that one order holds for both. */
struct network {
	uint8_t lo[16], hi[16];
	uint32_t zone;
	struct place at;
};

/* How the rules are kept for deciding: one row per term, forbids first. */
struct compiled {
	size_t words;        /* 64-bit words per row set */
	size_t forbid_words; /* words that hold forbids */
	uint64_t *bits[POLICY_ATTRS][32];
	enum policy_attr active[POLICY_ATTRS]; /* the attributes that some rule asks for */
	size_t n_active;
	uint32_t values[POLICY_ATTRS]; /* a value from here on counts as unknown */
	uint32_t *rule_of;             /* row -> rule; POLICY_NONE for padding */
	const struct term **term_of;
};

struct policy {
	struct arena *arena;
	struct slice text;
	struct hash hash;
	const struct policy_resolver *resolver;

	struct cited head; /* of the policy statement */
	struct slice title, basis_name, standard_name;
	struct slice *adopters;
	size_t n_adopters, cap_adopters;
	uint64_t version;
	struct place version_at, effective_at;
	int32_t effective;

	struct policy_statement *statements;
	size_t n_statements, cap_statements;
	struct map by_id;
	struct map names[NAMES_KINDS]; /* skeleton -> offset in the text */

	struct policy_zone *zones;
	struct cited *zone_cited;
	uint32_t n_zones;
	uint32_t default_zone;
	struct network *networks; /* sorted after the check */
	size_t n_networks, cap_networks;

	struct scale scale[POLICY_SCALES];
	uint8_t raise[4][POLICY_SCALES]; /* by contains: the level a finding raises to; 0 = none */

	struct policy_role *roles;
	enum policy_visibility *role_seen;
	size_t n_roles;
	struct policy_exception *exceptions;
	enum policy_visibility *exception_seen;
	size_t n_exceptions;

	struct policy_above *above; /* once settled: those of one article side by side */
	size_t n_above, cap_above;
	struct map above_at; /* article -> its first one */

	struct rule *rules;
	size_t n_rules, cap_rules;
	struct never *nevers;
	size_t n_nevers, cap_nevers;
	struct policy_flow *flows;
	size_t n_flows, cap_flows;
	struct listed *listed;
	size_t n_listed, cap_listed;
	struct cited default_deny; /* at.line 0 = none */
	uint32_t default_statement;
	uint32_t factors_in; /* zones of `require factors 2` */

	struct limits limits;
	struct place limit_at[POLICY_LIMITS]; /* by row of the limit table */
	struct place hidden_at, own_approval_at;
	bool drop_hidden;
	bool never_own_approval;

	struct compiled compiled;
};

/* How many values the attribute has in the policy, and one of them. */
uint32_t policy_value_count(const struct policy *p, enum policy_attr a);
struct policy_value policy_value(const struct policy *p, enum policy_attr a, uint32_t v);
static inline uint32_t policy_valid(const struct policy *p, enum policy_attr a)
{
	return SET_ALL >> (32 - policy_value_count(p, a));
}
struct policy_outcome policy_rule_outcome(const struct rule *r);
/* What both oblige to. */
struct policy_outcome policy_outcome_unite(struct policy_outcome a, struct policy_outcome b);

/* Fills *d with offset, line and column of a place in text; returns e. */
enum err policy_fault(struct diag *d, enum err e, struct slice text, size_t offset, const char *fmt,
		      ...) PRINTF_LIKE(5, 6);

/* The steps of policy_load. */
enum err policy_parse(struct policy *p, struct diag *d) NODISCARD;
enum err policy_check(struct policy *p, struct diag *d) NODISCARD;
enum err policy_compile(struct policy *p) NODISCARD;
/* What every cited article stands under, once all of it is said. */
enum err policy_settle_above(struct policy *p) NODISCARD;
/* Ids, after the parser: from the words of every statement. */
enum err policy_statements_name(struct policy *p, struct diag *d) NODISCARD;
/* What needs the compiled rules: shadowed rules, conflicting obligations. */
enum err policy_check_rules(struct policy *p, struct diag *d) NODISCARD;
/* Every never and always. */
enum err policy_check_nevers(struct policy *p, struct diag *d) NODISCARD;

/* "; did you mean X?" for the nearest of n words, or "" where none is near. In the arena. */
const char *policy_suggest(struct arena *a, struct slice word, const struct slice *words, size_t n);

#endif
