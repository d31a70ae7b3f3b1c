/*
 * clauses: the numbered text of a policy (基本方針, 対策基準, 実施手順) as municipalities publish
 * it.
 *
 * A text is cut into nodes in the order of the source: what stands before the first number (前文),
 * every numbered clause, every supplement (附則) and annex (別表, 様式). The nodes' `text` slices
 * follow each other without a gap, so that together they are the source, byte by byte. Numbers may
 * be half or full width: 第1章, 第1節, 第1条(の2), 1, 1.2.3, (1), ⑴, 一, ア, (ア), ①, a, (a); a "-
 * " before a number is passed over. Lines that were wrapped are joined, blanks between two Japanese
 * characters are taken for leftovers of that, and page numbers and form feeds are no text: this is
 * done in `pars`, never in `text`.
 *
 * Ids are stable: numbers in half width, one after the other: "8(3)ア", "2(16)", "第3条2(1)",
 * "2.4.1(3)", "前文1", "附則5", "別表第1". What does not count up as it should is kept all the same
 * and told as a doubt; a number that comes twice gets "#2" behind its id.
 *
 * Pure. Everything lives in the caller's arena and points into the source, which outlives it.
 * Errors: ERR_SYNTAX (not UTF-8, at that byte), ERR_LIMIT, ERR_MEMORY.
 */
#ifndef CLAUSES_CLAUSES_H
#define CLAUSES_CLAUSES_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/err.h"
#include "base/slice.h"

#define CLAUSES_TEXT_MAX (32u << 20) /* bytes of one text */
#define CLAUSES_MAX 200000u          /* nodes of one text */
#define CLAUSES_DEPTH_MAX 10u        /* numbers in one id */
#define CLAUSES_NONE UINT32_MAX      /* no node */

enum clause_kind {
	CLAUSE_FRONT,      /* 前文: title and preamble; always the first node, perhaps empty */
	CLAUSE_NUMBERED,   /* a number of its own */
	CLAUSE_SUPPLEMENT, /* 附則 */
	CLAUSE_ANNEX       /* 別表, 様式, 別記 */
};

struct clause {
	enum clause_kind kind;
	struct slice id;      /* unique */
	struct slice number;  /* the number as printed: "(3)", "ア", "附 則"; in the source */
	struct slice heading; /* joined, or empty; of a definition: the term */
	struct slice text;    /* in the source, up to the next node */
	struct slice *pars;   /* paragraphs of its own, without number and heading; joined */
	uint32_t n_pars;
	uint32_t parent;   /* CLAUSES_NONE: none */
	uint32_t depth;    /* 0 for those without a parent */
	uint32_t line;     /* of its first line in the source, from 1 */
	bool definition;   /* heading is a term and pars say what it means */
	bool dated;        /* a supplement that names its day */
	int32_t effective; /* that day, days since 1970-01-01 */
};

enum clause_doubt_why {
	DOUBT_GAP,       /* numbers are missing before this one */
	DOUBT_TWICE,     /* the number was there before */
	DOUBT_ORDER,     /* it counts backwards */
	DOUBT_LEVEL,     /* the first of its kind is not 1 */
	DOUBT_TEXT,      /* a line looks like a number and was taken for text */
	DOUBT_DAY,       /* a supplement names no day */
	DOUBT_DAY_ORDER, /* its day is before that of the supplement above */
	DOUBT_DEEP,      /* more levels than CLAUSES_DEPTH_MAX */
	DOUBT_NONE,      /* the text holds no numbered clause */
	DOUBTS
};

struct clause_doubt {
	enum clause_doubt_why why;
	uint32_t node, line;
	struct slice what; /* the line or number, in the source */
};

struct clauses {
	struct slice source, title; /* title: the first line that is not blank */
	struct clause *nodes;
	uint32_t n;
	struct clause_doubt *doubts;
	uint32_t n_doubts;
	const uint32_t *by_id; /* node numbers sorted by id */
};

enum err clauses_read(struct arena *a, struct slice source, struct clauses *ret, struct diag *d)
    NODISCARD;

/* The node with this id (written in half or full width, blanks pass), or CLAUSES_NONE. */
uint32_t clauses_find(const struct clauses *c, struct slice id);

/* A place in one paragraph of a node: bytes from..to of pars[par]. */
struct clause_span {
	uint32_t par;
	size_t from, to;
};

/* Where the node's own text (heading included: par = UINT32_MAX) says the phrase; blanks on either
 * side do not count. False where it does not. */
bool clauses_says(const struct clause *n, struct slice phrase, struct clause_span *ret);

/*
 * The phrases that oblige somebody: parts of a sentence that ends in a verb (する, 講じる, 防ぐ,
 * ならない, ものとする, ...), cut where one duty ends and the next begins (～した上で、 ～し、
 * ～とともに、 AやB等により、). None in definitions, supplements, preambles and sentences that only
 * say how things are (をいう, による, 次のとおりとする).
 */
enum err clauses_phrases(struct arena *a, const struct clause *n, struct clause_span **ret,
			 uint32_t *ret_n) NODISCARD;
struct slice clauses_span_text(const struct clause *n, struct clause_span s);

/* The latest day that the supplements name; false where none does. */
bool clauses_effective(const struct clauses *c, int32_t *ret);

/* One sentence without the line number: 「8(3)の次が8(5)です。間の番号がありません」. */
void clauses_doubt_print(const struct clauses *c, const struct clause_doubt *d, bool ja,
			 struct buf *out);

#endif
