/*
 * board: the policy's text with what stands behind every obligation of it (DESIGN.md 8).
 *
 * Made anew for every look, from four things: the text, the statements of the policy that runs, the
 * record's summary, and the size of the signed tree. Nothing in it was typed in by anybody, and it
 * changes by itself as time goes by.
 *
 *     enforced   a statement that this program decides by, or that was proved when it was loaded,
 *                and an entry of the running gateway that it loaded exactly this policy,
 *                not older than BOARD_HEARTBEAT
 *     evidenced  a control whose event was recorded within its period
 *     attested   a control or duty that people confirmed within its period
 *     none       nothing of the three
 *
 * A light is never on because nothing happened. Evidence that is too old stays visible as `late`;
 * an entry that the summary names and the record does not hold any more is `lost`.
 */
#ifndef GOVERNANCE_BOARD_H
#define GOVERNANCE_BOARD_H

#include "clauses/clauses.h"
#include "policy/statement.h"
#include "store/store.h"

#define BOARD_HEARTBEAT (26ll * 3600 * 1000) /* it is written once a day, and at every start */
#define BOARD_HEARTBEAT_TYPE "policy.in-force"
#define BOARD_ATTESTED_TYPE "control.attested"

enum board_force { BOARD_NONE, BOARD_ATTESTED, BOARD_EVIDENCED, BOARD_ENFORCED };

enum board_light {
	LIGHT_NONE,  /* there is no evidence */
	LIGHT_LOST,  /* the entry is gone */
	LIGHT_LATE,  /* older than the period */
	LIGHT_FADED, /* in the second half of the period */
	LIGHT_FRESH
};

/* A saved query over the record, and what it says now. */
struct board_proof {
	const struct policy_statement *statement;
	enum board_force force; /* what it is worth while the light is on */
	enum board_light light;
	const char *kind;  /* of the query: "type", "rule", "stream"; NULL: it is only in force */
	struct slice name; /* what that must be */
	uint64_t count;    /* entries that match */
	bool has_last, is_signed;
	uint64_t last; /* index of the newest one */
	int64_t last_ms;
	int64_t due_ms; /* when the light goes out; 0: has no period */
	bool by_article; /* of a clause of the 基本方針: the statement cites an article under it */
};

/*
 * A statement that cites an article of the 対策基準 stands behind that article, and, by the
 * policy's `article ... under clause ...`, behind the clauses of the 基本方針 that it works out.
 */

/* A part of a paragraph that obliges somebody, or that a statement cites. */
struct board_phrase {
	struct clause_span span;
	struct board_proof **proofs;
	size_t n, cap;
	enum board_force force; /* the strongest of its proofs whose light is on, else of any */
	enum board_light light; /* of that one */
	const struct board_proof *best; /* NULL: not covered */
};

struct board_clause {
	const struct clause *text;
	struct board_phrase *phrases; /* in the order of the text, none over another */
	size_t n, cap;
	struct board_proof **whole; /* of statements that cite the clause without a phrase */
	size_t whole_n, whole_cap;
};

struct board {
	const struct clauses *clauses;
	struct board_clause *clause; /* one for each node */
	uint64_t checkpoint;         /* entries that are signed */
	struct board_proof heartbeat;
	bool running; /* the heartbeat is on */
	/* Obligations by what stands behind them; late: it did, or should. */
	size_t phrases, enforced, evidenced, attested, late, none;
};

struct board_source {
	struct store *store;
	const struct clauses *clauses;
	const struct policy *policy; /* NULL: the text is of another version than it cites */
	enum policy_tree tree;
	enum policy_visibility audience; /* statements that it may not read are left out */
	uint64_t checkpoint;
	int64_t now_ms;
	/* Whether a permit's obligations all have a handler in this program. */
	bool (*handles)(uint32_t obligations, enum policy_method sanitize);
};

enum err board_make(struct arena *a, const struct board_source *src, struct board *ret) NODISCARD;

/* When a period that begins then is over; 0 for no period. */
int64_t board_due(struct policy_cadence every, int64_t from_ms);

/* The running gateway's entry that it has this policy in force; a step of its own. */
enum err board_heartbeat(struct store *s, const struct policy *p, int64_t now_ms) NODISCARD;

/*
 * A person says that a control or duty of the policy was done. Inside the caller's transaction.
 * ERR_NOT_FOUND: the policy has none of that name that people attest.
 */
enum err board_attest(struct store *s, const struct policy *p, struct slice name,
		      struct slice actor, struct slice note, int64_t now_ms) NODISCARD;

#endif
