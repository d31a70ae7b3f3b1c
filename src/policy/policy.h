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
#define POLICY_RULES_MAX 131072     /* permit, forbid and require statements */
#define POLICY_ROLES_MAX 31         /* roles of one policy */
#define POLICY_EXCEPTIONS_MAX 30    /* named exceptions of one policy */
#define POLICY_NESTING_MAX 32       /* parentheses in a condition */
#define POLICY_TERMS_MAX 64         /* alternatives of one condition after expansion */
#define POLICY_NONE UINT32_MAX      /* no zone, no rule, no statement */

struct policy;

/* Who may read a statement: everybody, the city's own people, or nobody outside the office. */
enum policy_visibility { POLICY_PUBLIC, POLICY_INTERNAL, POLICY_SECRET };

/* The two texts that a statement may cite. */
enum policy_tree {
	POLICY_TREE_BASIC,    /* 基本方針: `clause 8(3)ア` */
	POLICY_TREE_STANDARD, /* 対策基準: `article 3(2)ア` */
	POLICY_TREES
};

/*
 * What answers for the cited texts. The room `clauses` has one over its imported trees;
 * policy_load makes one from a plain text. It must outlive the policy: ids point into it.
 */
struct policy_resolver {
	void *ctx;
	/* ERR_NOT_FOUND where the tree has no such clause; *ret_id is its canonical id. */
	enum err (*find)(void *ctx, enum policy_tree tree, struct slice id, struct slice *ret_id);
	/* Whether the clause's text says the phrase (blanks and line ends do not count). */
	enum err (*says)(void *ctx, enum policy_tree tree, struct slice id, struct slice phrase,
			 bool *ret);
	/* The i-th id of the tree, for suggestions; empty behind the last. */
	struct slice (*id_at)(void *ctx, enum policy_tree tree, size_t i);
	/* The id that it stands under in its own text; empty at the top. */
	struct slice (*above)(void *ctx, enum policy_tree tree, struct slice id);
	struct hash hash; /* of the texts behind it; goes into policy_hash() */
};

/* By what way content goes. Only for POLICY_TRANSFER does this version have a door. */
enum policy_channel {
	POLICY_TRANSFER,
	POLICY_MAIL,
	POLICY_WEB,
	POLICY_SCREEN,
	POLICY_MEDIA,
	POLICY_CHANNELS
};

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
	POLICY_ATTACHMENTS, /* of a mail: sanitize them by policy_decision.attachments */
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
	unsigned level;     /* its place in the scale from 1, the lowest */
	struct slice code;  /* as written: "1", "3A" */
	struct slice label; /* as in "機密性1" */
};

enum policy_scale { POLICY_CONFIDENTIALITY, POLICY_INTEGRITY, POLICY_AVAILABILITY, POLICY_SCALES };

/* An exception (例外措置) that the policy names. */
struct policy_exception {
	struct slice name, label;
	int32_t until; /* last day in force, in Japan */
};

struct policy_role {
	struct slice name, label;
};

enum policy_contains {
	POLICY_CONTAINS_UNKNOWN, /* it cannot be inspected */
	POLICY_CONTAINS_NOTHING,
	POLICY_CONTAINS_PERSONAL_NUMBER,
	POLICY_CONTAINS_PERSONAL_DATA,
	/*
	 * Not inspected yet, and will be before the release: a permit matches where it would for
	 * some result, a forbid where it would for every result. Never a basis for a release.
	 */
	POLICY_CONTAINS_PENDING
};

enum policy_type {
	POLICY_TYPE_UNKNOWN,
	POLICY_TYPE_TEXT,
	POLICY_TYPE_DOCUMENT, /* word processing, spreadsheets, slides */
	POLICY_TYPE_PDF,
	POLICY_TYPE_PICTURE,
	POLICY_TYPE_ARCHIVE,
	POLICY_TYPE_MAIL,
	POLICY_TYPE_OTHER,
	POLICY_TYPES
};

enum policy_recipient {
	POLICY_RECIPIENT_UNKNOWN,
	POLICY_RECIPIENT_REGISTERED,
	POLICY_RECIPIENT_UNREGISTERED
};

enum policy_hours { POLICY_HOURS_UNKNOWN, POLICY_HOURS_OFFICE, POLICY_HOURS_OUTSIDE };

/* policy_request.exception: none, one of the register that the policy does not name, or
 * POLICY_EXCEPTION_NAMED + its place in policy_exceptions(). */
enum { POLICY_EXCEPTION_NONE, POLICY_EXCEPTION_OTHER, POLICY_EXCEPTION_NAMED };

/* All zero is the most careful request: nothing is known. A value that is none counts as unknown.
 */
struct policy_request {
	uint32_t source, destination; /* zone ids */
	enum policy_channel channel;
	/* Declared levels (policy_level.level), 0 = not declared. */
	uint8_t confidentiality, integrity, availability;
	enum policy_contains contains;
	enum policy_type type;
	enum policy_recipient recipient;
	uint32_t exception; /* one that is in force and cited; a named one that has ended is none */
	uint32_t role;      /* of who asks: 0 = unknown, else 1 + its place in policy_roles() */
	uint8_t factors;    /* of the sign-in: 0 = unknown, 1, 2 = two or more */
	enum policy_hours hours;
	int32_t day; /* the day in Japan, in days since 1970-01-01 */
};

enum policy_reason {
	POLICY_BY_DEFAULT,  /* no rule matches */
	POLICY_BY_RULE,     /* `rule` permits or forbids */
	POLICY_NOT_IN_FORCE /* the day is before the effective date */
};

struct policy_decision {
	bool permit;
	enum policy_reason reason;
	uint32_t rule; /* the first rule that decided, POLICY_NONE where reason is not BY_RULE */
	uint32_t statement;    /* its place in policy_statements() (policy/statement.h), or NONE */
	uint32_t line;         /* its line in the policy text, 0 without a rule */
	uint32_t matched;      /* rules that matched with that effect */
	enum policy_tree tree; /* which text the clause is of */
	struct slice clause, phrase; /* of the rule or the default; empty where there is none */
	enum policy_visibility visibility; /* whether clause, phrase and line may be shown */
	uint32_t obligations;              /* bits of enum policy_obligation; 0 without permit */
	enum policy_method sanitize, attachments;
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

/* Likewise the text that it calls its standard (対策基準); ERR_NOT_FOUND where it names none. */
enum err policy_standard_name(struct slice text, struct slice *ret_name) NODISCARD;

/*
 * Loads and checks. ERR_SYNTAX what the language or the check refuses, ERR_UNSUPPORTED a statement
 * this version cannot enforce, ERR_LIMIT, ERR_MEMORY. The first fault is in *d; d->part is "basis"
 * where it lies in the basis text, else empty.
 */
enum err policy_load(struct arena *a, struct slice text, struct slice basis_text,
		     const struct policy **ret, struct diag *d) NODISCARD;

/* The same with a standard beside the basis; d->part is "standard" for a fault in it. */
enum err policy_load_texts(struct arena *a, struct slice text, struct slice basis_text,
			   struct slice standard_text, const struct policy **ret, struct diag *d)
    NODISCARD;
/*
 * The same without the proof of never and always: for policy_verify, which then says how they are
 * broken. What was loaded so must never decide for a running system.
 */
enum err policy_load_draft(struct arena *a, struct slice text, struct slice basis_text,
			   struct slice standard_text, const struct policy **ret, struct diag *d)
    NODISCARD;
/* The same as policy_load with a resolver for the cited texts, which then are not read. */
enum err policy_load_with(struct arena *a, struct slice text, const struct policy_resolver *r,
			  const struct policy **ret, struct diag *d) NODISCARD;

/*
 * Whether `next` may follow `last`: a higher version, not in force before it, and where the names
 * of a scale's levels change, a mapping of every old level (`from`). ERR_CONFLICT and *d, which is
 * about next's text, otherwise.
 */
enum err policy_follows(const struct policy *last, const struct policy *next, struct diag *d)
    NODISCARD;

/* Never fails: what cannot be decided is not permitted. No allocation. */
void policy_decide(const struct policy *p, const struct policy_request *rq,
		   struct policy_decision *ret);
/* All rules that matched with the decision's effect, in file order: at most max statement places;
 * returns how many there are. */
size_t policy_deciders(const struct policy *p, const struct policy_request *rq, uint32_t *ret,
		       size_t max);
/* The decision without clause, phrase, rule and line where the audience may not read them. */
struct policy_decision policy_decision_for(struct policy_decision d,
					   enum policy_visibility audience);

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
size_t policy_levels(const struct policy *p, enum policy_scale s, const struct policy_level **ret);
/* What the scale's levels are called together: "confidentiality", or as in 自治体機密性. */
struct slice policy_scheme(const struct policy *p, enum policy_scale s);
/*
 * The level that a class given earlier has now: `scheme` and `code` as they were recorded.
 * ERR_NOT_FOUND where the policy neither has nor maps it; the class is then unknown.
 */
enum err policy_level_now(const struct policy *p, enum policy_scale s, struct slice scheme,
			  struct slice code, unsigned *ret) NODISCARD;

size_t policy_exceptions(const struct policy *p, const struct policy_exception **ret);
size_t policy_roles(const struct policy *p, const struct policy_role **ret);
/* The factors that `require factors` asks for in this zone; 1 where nothing is said. */
unsigned policy_factors(const struct policy *p, uint32_t zone);

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
