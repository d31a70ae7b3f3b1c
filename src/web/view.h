/*
 * view: the page being printed, and what templates call.
 *
 * A template (web/templates) is compiled to a function over a struct page. Everything it prints
 * passes page_put or page_put_url, which escape; page_raw is for the template's own markup only.
 * Helpers that return a slice make it in the page's arena and give an empty one when that is full;
 * the buffer's sticky error then fails the whole page.
 */
#ifndef WEB_VIEW_H
#define WEB_VIEW_H

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/view.h"
#include "governance/board.h"
#include "governance/change.h"
#include "governance/proof.h"
#include "governance/texts.h"
#include "policy/analyse.h"

struct text_row {
	const char *key, *ja, *en;
};

struct page {
	struct buf *out;
	struct arena *arena;
	bool ja;
	struct slice path; /* of this page, for the language link */
	struct slice city, zone, zone_label;
	struct slice help_office, help_extension;
	const struct identity_session *who; /* NULL: nobody is signed in */
	struct slice csrf;
	const struct policy *policy;
	int64_t now_ms;
};

/* -- printing ---------------------------------------------------------------------------------- */

void page_raw(struct page *pg, struct slice markup);
void page_put_slice(struct page *pg, struct slice s);
void page_put_str(struct page *pg, const char *s);
void page_put_u64(struct page *pg, uint64_t v);
void page_put_i64(struct page *pg, int64_t v);
void page_put_url_slice(struct page *pg, struct slice s);

#define page_put(pg, x) \
	_Generic((x),                                                                              \
	    struct slice: page_put_slice,                                                          \
	    const char *: page_put_str,                                                            \
	    char *: page_put_str,                                                                  \
	    unsigned: page_put_u64,                                                                \
	    unsigned long: page_put_u64,                                                           \
	    int: page_put_i64,                                                                     \
	    long: page_put_i64)(pg, x)
#define page_put_url(pg, x) page_put_url_slice(pg, x)

extern const struct text_row text_table[];
/* By key at run time; NULL where there is no such text. */
const char *text_by_key(struct page *pg, const char *key);
#define page_text(pg, t) page_put_str(pg, (pg)->ja ? text_table[t].ja : text_table[t].en)
#define page_say(pg, t) ((pg)->ja ? text_table[t].ja : text_table[t].en)

/* -- what templates call ----------------------------------------------------------------------- */

struct slice page_kept(struct page *pg, const struct buf *b); /* in the page's arena */
enum policy_lang page_lang_of(const struct page *pg);
struct slice number_text(struct page *pg, uint64_t n);
struct slice count_text(struct page *pg, uint64_t n); /* 46,656 */
struct slice day_of(struct page *pg, int32_t day);    /* 令和4年7月15日 */
struct slice tree_word(enum text_tree t);
/* One sentence; nothing of what the audience may not read. */
struct slice statement_text(struct page *pg, const struct policy *p,
			    const struct policy_statement *s, enum policy_visibility audience);
struct slice statement_clause(struct page *pg,
			      const struct policy_statement *s); /* 基本方針 8(2) */

struct slice when_text(struct page *pg, int64_t ms); /* 令和8年11月24日 14時46分 */
struct slice when_iso(struct page *pg, int64_t ms);  /* 2026-11-24T14:46:05+09:00 */
struct slice day_text(struct page *pg, int64_t ms);
struct slice size_text(struct page *pg, uint64_t bytes);
struct slice zone_label(struct page *pg, struct slice zone);

const char *state_label(struct page *pg, enum transfer_state s);
const char *state_kind(enum transfer_state s); /* CSS class: wait, go, good, stop, gone */
const char *state_mark(enum transfer_state s); /* a sign beside the words */
bool state_moves(enum transfer_state s);       /* will change by itself */

/* Why a transfer is held or refused: a sentence, and what to do. */
const char *reason_sentence(struct page *pg, struct slice reason);
const char *reason_next(struct page *pg, struct slice reason);

const char *weight_label(struct page *pg, struct slice finding);
/* Puts the items in order, gravest first, else as they were; returns how many are above "info". */
size_t by_weight(struct view_item *items, size_t n, struct arena *a);
struct slice actor_text(struct page *pg, const struct record_entry *e);
const char *purpose_label(struct page *pg, struct slice purpose);
const char *finding_sentence(struct page *pg, struct slice finding);
const char *finding_kind(struct slice finding); /* danger, notice, info */
const char *act_label(struct page *pg, const char *act);
const char *entry_label(struct page *pg, struct slice type);
const char *method_label(struct page *pg, struct slice method);
struct slice level_label(struct page *pg, uint32_t level);
struct slice recipient_text(struct page *pg, const struct transfer_row *t);
struct slice result_name(struct page *pg, const struct transfer_row *t);

/* The steps of a transfer as people see them. */
enum step_mark { STEP_DONE, STEP_NOW, STEP_NEXT, STEP_STOP };
struct step {
	const char *label, *mark_text;
	enum step_mark mark;
	int64_t at_ms; /* 0: not known */
};
enum { STEPS = 6 };
const char *step_kind(enum step_mark m);
void steps_of(struct page *pg, const struct view_transfer *t, struct step ret[STEPS]);
/* The decision as one sentence, as far as it is known. */
struct slice decision_text(struct page *pg, const struct view_transfer *t);
struct slice decision_policy(const struct view_transfer *t);

/* -- what pages show --------------------------------------------------------------------------- */

struct list_view {
	struct transfer_row *sent, *waiting;
	size_t sent_n, waiting_n;
	uint64_t ready; /* all that wait and were never collected, shown here or not */
	bool moving;    /* something will change soon */
	/* Of the list that has pages here: the number of this one, from 0, and of those beside it.
	 */
	struct slice page, newer, older; /* the last two may be empty */
};

struct sign_in_view {
	struct slice login, error, next;
};

struct send_view {
	const struct policy_zone *zones[POLICY_ZONES_MAX];
	size_t zones_n;
	const struct policy_level *levels;
	size_t levels_n;
	const struct policy_exception *exceptions; /* that the policy names */
	size_t exceptions_n;
	struct view_person *people;
	size_t people_n;
	struct slice *divisions; /* of these people, each once */
	size_t divisions_n;
	struct slice none; /* why nothing may be sent from here, where zones_n is 0 */
	struct slice once;
	uint64_t upload_max;
};

struct transfer_view {
	struct view_transfer *t;
	struct step steps[STEPS];
	struct slice decision; /* one sentence */
	bool may_collect, may_withdraw, moving;
	size_t serious; /* report items above "for your information": they stand first */
};

struct me_view {
	struct record_entry *sign_ins;
	size_t sign_ins_n;
	struct store_token *tokens;
	size_t tokens_n;
	struct slice new_token; /* shown once */
	struct slice done, error;
};

/* -- the policy page ----------------------------------------------------------------------------
 */

/* What stands behind one obligation, in words. */
struct policy_mark {
	unsigned number;                 /* on the page, from 1 */
	const char *force;               /* CSS class: enforced, evidenced, attested, none */
	const char *light;               /* CSS class: fresh, faded, late, lost, off */
	struct slice stamp;              /* R8.11.24, empty without a date */
	struct slice words;              /* システムが強制・本日確認 */
	struct slice excerpt;            /* the obligation's words, empty for the whole clause */
	struct slice statement;          /* what the policy states, one sentence */
	struct slice sentence;           /* what the record says, one sentence */
	struct slice query;              /* how the record was asked */
	struct slice article;            /* that it cites, where it stands behind it by that */
	const struct board_proof *proof; /* NULL: none */
};

struct policy_piece {
	struct slice text;
	unsigned number; /* of the mark, 0: plain text */
	const char *force;
};

struct policy_par {
	struct policy_piece *pieces;
	size_t n, cap;
};

struct policy_item {
	const struct clause *clause;
	unsigned level; /* 0 for the outermost */
	struct policy_par *pars;
	size_t n_pars;
	struct policy_mark *marks;
	size_t n_marks, cap_marks;
	const struct policy_above **above; /* of an article: the clauses that it works out */
	size_t n_above;
};

struct policy_version {
	struct slice from, to, organs; /* to is empty while it is in force */
	struct slice from_iso;
	bool on_file, now;
};

struct policy_view {
	enum text_tree tree;
	enum policy_visibility audience, most; /* shown, and what the person may choose */
	struct slice title, day, organs;
	struct policy_version *versions;
	size_t n_versions;
	bool on_file, registered, past, works_out; /* the last: its articles stand under clauses */
	struct board board;
	struct policy_item *items;
	size_t n_items;
	struct slice heartbeat; /* one sentence */
};

/* -- もし…なら ----------------------------------------------------------------------------------
 */

struct ask_choice {
	struct slice word, label;
	bool chosen;
};

/* What may be given of a case; no choice is chosen: any. */
struct ask_field {
	const char *name, *label;
	struct ask_choice *choices;
	size_t n;
};

/* Cases that are decided alike, and what decides them. */
struct ask_rule {
	struct slice sentence, clause;
};

struct ask_group {
	struct slice which, outcome, count;
	bool permit, by_rule;
	struct ask_rule *rules;
	size_t n_rules, more; /* shown, and how many there are beyond */
};

struct ask_view {
	struct ask_field fields[POLICY_ATTRS];
	size_t n_fields;
	bool asked;
	struct slice fault; /* the value that is none; then nothing is answered */
	struct slice day;   /* of the version that answers */
	struct slice version, cases, permitted, forbidden, veiled,
	    rest;                   /* last two: may be empty */
	const char *verdict, *kind; /* of all together: one sentence, and the box it stands in */
	struct ask_group *groups;   /* what is permitted first */
	size_t n_groups;
};

/* A decision about a transfer, by the version that made it. */
struct past_line {
	const char *what; /* the step */
	int64_t at_ms;
	uint64_t index;
	struct slice version, hash, short_hash, sentence;
	struct ask_rule *rules; /* that the person may read */
	size_t n_rules;
	bool known;       /* the version is kept here; else the rest is empty */
	bool as_recorded; /* the entry names just these rules */
	bool permit;
};

struct past_view {
	struct view_transfer *t;
	struct past_line *lines;
	size_t n;
};

/* -- changes of the policy ----------------------------------------------------------------------
 */

/* A form field that keeps what was typed. */
struct change_item {
	const struct store_change *c;
	struct slice drafter, day; /* day: empty while it is drafted */
	bool whole;                /* else only its notice is for this reader */
};

struct change_list_view {
	struct change_item *items;
	size_t n;
	struct slice next; /* number that the next version needs */
	bool office;       /* else only what was decided, with its notice */
};

/* Cases that are decided alike before and after. */
struct change_cases {
	struct slice count, which, before, after;
};

/* One line of the comparison of old and new. */
struct change_line {
	struct slice what, where; /* 改める; 基本方針 8(3)イ */
	struct slice before, after;
};

struct change_promise {
	struct slice sentence, clause, breach; /* breach: empty where it holds */
};

/* What was done and said, from the record. */
struct change_said {
	struct slice who, what, note;
	int64_t at_ms;
	uint64_t index;
};

struct change_organ {
	struct slice name;
	bool approved;
};

struct change_view {
	const struct store_change *c;
	struct slice drafter, day, base, version;
	unsigned may; /* enum of governance/change.h */
	bool loads, reviewed;
	struct slice fault, follows; /* with line, column and caret */
	struct slice permitted, forbidden, altered, all;
	bool same;
	struct change_cases *cases;
	size_t n_cases;
	struct slice rest; /* cases beyond these, empty for none */
	struct change_line *lines;
	size_t n_lines;
	struct change_promise *promises;
	size_t n_promises, n_broken;
	struct change_said *said;
	size_t n_said;
	struct change_organ *organs;
	size_t n_organs;
	size_t opinions, agreed, objected;
	bool decided;
};

struct change_edit_view {
	const struct store_change *c;
	const char *part; /* "policy", "basis", "standard" */
	struct slice text, fault;
	uint32_t max; /* bytes that this form takes */
	bool too_long;
};

struct paper_view {
	const struct store_change *c;
	bool notice;
	struct slice text;
};

struct version_line {
	struct slice hash, short_hash, day, since;
	uint64_t number, epoch; /* epoch 0: decided, not in force yet */
	bool now, emergency;
	int64_t change;
};

struct history_view {
	struct version_line *lines;
	size_t n;
};

struct version_view {
	struct version_line line;
	struct slice text, title;
	bool whole; /* nothing was left out */
};

const char *change_state_label(struct page *pg, enum change_state s);
const char *change_state_kind(enum change_state s);
const char *part_label(struct page *pg, const char *part);

struct entry_view {
	struct entry_proof *p;
	bool open; /* the entry's own text is shown */
	struct slice leaf, root;
	struct slice *path;
	size_t n_path;
};

struct record_witness {
	struct slice name;
	int64_t last_ms, since_ms; /* of its cosignature, 0 for none; of the alarm */
	const char *alarm;         /* a sentence; NULL: none */
};

struct record_view {
	uint64_t entries, size; /* in the store; signed */
	struct slice origin, root;
	uint64_t cosigned; /* entries of the cosigned checkpoint */
	unsigned fresh, required;
	struct record_witness *witness;
	size_t n;
};

struct error_view {
	unsigned status;
	struct slice title, why, clause, next;
};

#endif
