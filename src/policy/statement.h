/*
 * statement: what a policy states, one by one, for whoever shows or counts it.
 *
 * A statement is evidence of an intention, not of a fact: only permit, forbid, require, default,
 * finding, limit and hidden take part in decisions, never and always are proved when the policy is
 * loaded, and what a duty or a control asks for somebody else must do. POLICY_STATED must not be
 * shown as enforced.
 */
#ifndef POLICY_STATEMENT_H
#define POLICY_STATEMENT_H

#include "policy/policy.h"

enum policy_kind {
	POLICY_KIND_ZONE,
	POLICY_KIND_SCALE,
	POLICY_KIND_ROLE,
	POLICY_KIND_EXCEPTION,
	POLICY_KIND_PERMIT,
	POLICY_KIND_FORBID,
	POLICY_KIND_FLOW, /* permit network */
	POLICY_KIND_REQUIRE,
	POLICY_KIND_FINDING, /* finding ... raises ... */
	POLICY_KIND_DEFAULT,
	POLICY_KIND_NEVER,
	POLICY_KIND_ALWAYS,
	POLICY_KIND_DUTY,
	POLICY_KIND_CONTROL,
	POLICY_KIND_LIMIT,
	POLICY_KIND_HIDDEN,
	POLICY_KIND_UNDER, /* article ... under clause ... */
	POLICY_KINDS
};

enum policy_force {
	POLICY_DECIDES,   /* takes part in every decision */
	POLICY_PROVED,    /* never, always: holds for all that can be decided */
	POLICY_EVIDENCED, /* control: by the events `evidence` names */
	POLICY_ATTESTED,  /* duty, control attested: by people */
	POLICY_STATED,    /* nothing in this program enforces it yet (network flows) */
	POLICY_NAMES      /* zone, scale, role, exception, article: says what something is */
};

enum policy_unit { POLICY_DAYS, POLICY_WEEKS, POLICY_MONTHS, POLICY_YEARS, POLICY_FISCAL_YEARS };

/* every N units; n = 0: nothing is said */
struct policy_cadence {
	uint32_t n;
	enum policy_unit unit;
};

/*
 * What an article of the 対策基準 stands under: a clause of the 基本方針, which it works out. Said
 * by `article ... under clause ...` of it, or of the nearest article above it of which that is
 * said.
 */
struct policy_above {
	struct slice article; /* of which it is said */
	struct slice clause, phrase;
	enum policy_visibility visibility;
	uint32_t line;
};

struct policy_statement {
	enum policy_kind kind;
	enum policy_force force;
	/*
	 * "zone/lgwan", "duty/training", or "permit/" and 16 hexadecimal digits of the SHA-256 of
	 * its words: the same as long as the statement says the same, wherever it stands. Unique.
	 */
	struct slice id;
	uint64_t words;           /* differs where the statement says something else */
	struct slice name, label; /* empty where it has none */
	enum policy_tree tree;
	struct slice clause, phrase; /* empty where it cites none */
	enum policy_visibility visibility;
	uint32_t line;     /* of its first word */
	struct slice text; /* as written, in the policy text, without what follows its last word */
	uint32_t rule;     /* permit, forbid, require: as in policy_decision.rule; else NONE */
	uint32_t flow;     /* FLOW: its place in policy_flows(); else NONE */
	uint32_t channels; /* permit, forbid, never, always: bits of enum policy_channel */
	uint32_t obligations;        /* permit: bits of enum policy_obligation */
	enum policy_method sanitize; /* permit */
	struct policy_cadence every; /* duty, control */
	struct slice evidence;       /* control: the event, as in restore.tested */
	struct slice who;            /* duty: for whom; control: who attests; a role or staff */
	int32_t until;               /* exception, flow: the last day; 0 = nothing is said */
	const struct policy_above *above; /* where tree is STANDARD; at least one */
	size_t n_above;
};

/* In file order. */
size_t policy_statements(const struct policy *p, const struct policy_statement **ret);
/* ERR_NOT_FOUND where no statement has this id. */
enum err policy_statement_by_id(const struct policy *p, struct slice id, uint32_t *ret) NODISCARD;
/* Of any article of the 対策基準; n = 0 where nothing is said of it. */
size_t policy_above(const struct policy *p, struct slice article, const struct policy_above **ret);
const char *policy_kind_word(enum policy_kind k); /* "permit", "flow", ... */

/*
 * The statement as one sentence. Nothing is printed of one that the audience may not read; a
 * statement never names what is less visible than itself, the loader sees to that.
 */
void policy_statement_print(const struct policy *p, const struct policy_statement *s,
			    enum policy_lang lang, enum policy_visibility audience,
			    struct buf *out);
/* 「1年に1回」 "every 1 fiscal-year"; nothing for n = 0. */
void policy_cadence_print(struct policy_cadence c, enum policy_lang lang, struct buf *out);

/* ── 特定通信: network flows ─────────────────────────────────────────────── */

/* lo..hi inclusive; IPv4 at ::ffff:0:0/96. */
struct policy_range {
	uint8_t lo[16], hi[16];
};

enum policy_proto { POLICY_TCP, POLICY_UDP, POLICY_ICMP };

struct policy_ports {
	uint16_t lo, hi;
};

/* One permit network: who may open a connection to whom; its answers come back. */
struct policy_flow {
	uint32_t source, destination;         /* zone ids */
	const struct policy_range *from, *to; /* n_from = 0: the whole zone, likewise n_to */
	size_t n_from, n_to;
	enum policy_proto proto;
	const struct policy_ports *ports; /* n_ports = 0: all */
	size_t n_ports;
	int32_t until;             /* last day, 0 = none */
	struct slice label, basis; /* what for, and by which law */
	uint32_t statement;
};

size_t policy_flows(const struct policy *p, const struct policy_flow **ret);

#endif
