/*
 * policy: the language in which a city says what may pass between its zones.
 *
 * A policy is loaded from two texts: the policy file and the basis it cites (the numbered clauses).
 * It lives in the caller's arena and points into both texts, so arena and texts outlive it. Once
 * loaded it never changes and may be read by many. The room is pure: no files, no clock, no
 * globals. Grammar: docs/policy-language.md.
 *
 * Decisions: default deny; a forbid that matches beats every permit; all permits that match unite
 * their obligations, the longest retention wins and of two methods the stricter. An attribute that
 * is unknown fails the condition of a permit and fulfils that of a forbid.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/slice.h"

#define POLICY_TEXT_MAX (32u << 20) /* bytes of a policy or basis text */
#define POLICY_ZONES_MAX 32         /* zones of one policy */
#define POLICY_LEVELS_MAX 7         /* levels of one scale */
#define POLICY_RULES_MAX 131072     /* permit and forbid statements */
#define POLICY_NESTING_MAX 32       /* parentheses in a condition */
#define POLICY_TERMS_MAX 64         /* alternatives of one condition after expansion */
#define POLICY_NONE UINT32_MAX      /* no zone, no rule */

struct policy;

/* Who may read a statement: everybody, the city's own people, or nobody outside the office. */
enum policy_visibility { POLICY_PUBLIC, POLICY_INTERNAL, POLICY_SECRET };

/* From mild to strict: of two that match, the higher one is obliged. */
enum policy_method { POLICY_METHOD_NONE, POLICY_REBUILD, POLICY_FLATTEN, POLICY_TEXT };

/* What a permit obliges; bit (1u << x) in policy_decision.obligations. */
enum policy_obligation {
	POLICY_SANITIZE, /* by policy_decision.sanitize; POLICY_VERIFY is always beside it */
	POLICY_VERIFY,
	POLICY_INSPECT,
	POLICY_SCAN,
	POLICY_APPROVAL_HEAD, /* one approval by the section head */
	POLICY_APPROVAL_TWO,  /* approval by two persons */
	POLICY_RECORD_RECIPIENT,
	POLICY_ENCRYPT,
	POLICY_RETAIN, /* until policy_decision.retain_until */
	POLICY_CONFIRM,
	POLICY_OBLIGATIONS
};

/* Where a zone's name is known, so is its id: 0 .. policy_zone_count() - 1, in file order. */
struct policy_zone {
	struct slice name;   /* identifier, as in "internet" */
	struct slice label;  /* what screens say, as in "インターネット接続系" */
	struct slice clause; /* as in "2(15)" */
	bool is_default;     /* holds every address that no other zone lists */
	enum policy_visibility visibility;
};

struct policy_level {
	unsigned level;     /* 1 .. POLICY_LEVELS_MAX */
	struct slice label; /* as in "機密性1" */
};

/* All zero is the most careful request: nothing is known. */
struct policy_request {
	uint32_t source, destination; /* zone ids */
	uint8_t confidentiality;      /* declared level, 0 = not declared */
	enum {
		POLICY_CONTAINS_UNKNOWN,
		POLICY_CONTAINS_NOTHING,
		POLICY_CONTAINS_PERSONAL_NUMBER
	} contains;
	enum {
		POLICY_RECIPIENT_UNKNOWN,
		POLICY_RECIPIENT_REGISTERED,
		POLICY_RECIPIENT_UNREGISTERED
	} recipient;
	bool exception; /* an exception ticket in force is cited */
	int32_t day;    /* the day in Japan, in days since 1970-01-01 */
};

enum policy_reason {
	POLICY_BY_DEFAULT,  /* no rule matches */
	POLICY_BY_RULE,     /* `rule` permits or forbids */
	POLICY_NOT_IN_FORCE /* the day is before the effective date */
};

struct policy_decision {
	bool permit;
	enum policy_reason reason;
	uint32_t rule;    /* the first rule that decided, POLICY_NONE where reason is not BY_RULE */
	uint32_t line;    /* its line in the policy text, 0 without a rule */
	uint32_t matched; /* rules that matched with that effect */
	struct slice clause, phrase; /* of the rule or the default; empty where there is none */
	enum policy_visibility visibility; /* whether clause, phrase and line may be shown */
	uint32_t obligations;              /* bits of enum policy_obligation; 0 without permit */
	enum policy_method sanitize;
	uint32_t
	    retain_days; /* whole days after request.day, so day + retain_days = retain_until */
	int32_t retain_until; /* last day kept, in Japan, days since 1970-01-01 */
	struct hash policy;   /* policy_hash() */
};

enum policy_lang { POLICY_JA, POLICY_EN };

/* An address; IPv4 in b[0..3]. An IPv4-mapped IPv6 address counts as IPv4. */
struct policy_addr {
	uint8_t b[16];
	bool v6;
};

/* The file name that the policy statement calls its basis: a plain name without a path. */
enum err policy_basis_name(struct slice text, struct slice *ret_name, struct diag *d) NODISCARD;

/*
 * Loads and checks. ERR_SYNTAX what the language or the check refuses, ERR_UNSUPPORTED a statement
 * this version cannot enforce, ERR_LIMIT, ERR_MEMORY. The first fault is in *d; d->part is "basis"
 * where it lies in the basis text, else empty.
 */
enum err policy_load(struct arena *a, struct slice text, struct slice basis_text,
		     const struct policy **ret, struct diag *d) NODISCARD;

/* Never fails: what cannot be decided is not permitted. No allocation. */
void policy_decide(const struct policy *p, const struct policy_request *rq,
		   struct policy_decision *ret);

struct hash policy_hash(const struct policy *p); /* over both texts */
struct slice policy_title(const struct policy *p);
/* The organs that adopt it, in the order written; at least one. */
size_t policy_adopters(const struct policy *p, const struct slice **ret);
uint64_t policy_version(const struct policy *p);
int32_t policy_effective(const struct policy *p); /* day in Japan since 1970-01-01 */
uint32_t policy_rule_count(const struct policy *p);

uint32_t policy_zone_count(const struct policy *p);
const struct policy_zone *policy_zone(const struct policy *p, uint32_t id); /* BUG beyond count */
enum err policy_zone_by_name(const struct policy *p, struct slice name, uint32_t *ret) NODISCARD;
/* The zone that lists the address, else the default zone: every address is in exactly one. */
uint32_t policy_zone_of(const struct policy *p, struct policy_addr addr);
/* True where this zone's own list holds the address. */
bool policy_zone_lists(const struct policy *p, uint32_t id, struct policy_addr addr);
/* Text form of an IPv4 or IPv6 address, without zone index or brackets. */
enum err policy_addr_parse(struct slice text, struct policy_addr *ret) NODISCARD;

/* The levels of the confidentiality scale, lowest first; 0 without a scale. */
size_t policy_confidentiality(const struct policy *p, const struct policy_level **ret);

/* Settings of a running system. */
struct limits policy_limits(const struct policy *p); /* limits_default() where nothing is said */
bool policy_drops_hidden(const struct policy *p); /* `hidden drop`; else hidden things are kept */
bool policy_own_approval(const struct policy *p); /* false after `never approve own request` */

/* "sanitize-rebuild", "approval-section-head", ...: stable words for records and JSON. */
const char *policy_obligation_word(enum policy_obligation o, enum policy_method m);
const char *policy_obligation_label(enum policy_obligation o, enum policy_method m,
				    enum policy_lang lang);

/* The obligations as one list: 「再構築による無害化、30日間保存」. Nothing for none. */
void policy_print_obligations(const struct policy_decision *d, enum policy_lang lang,
			      struct buf *out);

/*
 * One sentence: what is decided, between which zones, by which clause and rule, under which
 * obligations. What the audience may not read (a rule less visible than `audience`) is left out.
 */
void policy_explain(const struct policy *p, const struct policy_request *rq,
		    const struct policy_decision *d, enum policy_lang lang,
		    enum policy_visibility audience, struct buf *out);

/*
 * "file:line:column: reason", the source line and a caret under the fault, which takes full-width
 * characters into account; of a long line only the surroundings.
 */
void policy_print_diag(const char *file, struct slice text, const struct diag *d, struct buf *out);

#endif
