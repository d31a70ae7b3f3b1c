/*
 * report: what a sanitiser did to one input, object by object. Lives in the job's arena.
 *
 * Beyond limits.findings items are only counted (dropped > 0), so that a hostile input cannot make
 * an endless report. report_json prints the documented schema (docs/report.md); whoever reads it
 * from a worker treats it as hostile.
 */
#ifndef FORMAT_REPORT_H
#define FORMAT_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "names/finding.h"

enum report_act {
	ACT_REMOVED,  /* not in the output */
	ACT_REPLACED, /* a visible placeholder or plain text stands for it */
	ACT_CHANGED,  /* kept in another form (formula prefixed, value clamped) */
	ACT_HIDDEN,   /* something people do not see; kept */
	ACT_HELD,     /* the reason why the whole input, or this member, is held */
	ACT_NOTE,     /* worth knowing */
};

struct report_item {
	enum report_act act;
	const char *finding; /* id in names/finding.c */
	struct slice part;   /* member path inside the container ("" for the input itself) */
	struct slice place;  /* cell, paragraph, offset: "Sheet1!B4", "@1234"; may be empty */
	struct slice detail; /* what was there, shortened to 200 bytes, valid UTF-8; may be empty */
	uint32_t count;      /* equal items are merged */
};

struct report {
	struct arena *arena;
	struct slice within; /* path of the container member being sanitised; before each part */
	struct report_item *items;
	size_t n, cap, max;
	uint64_t dropped;
	const char *type_in, *type_out; /* format ids; type_out NULL where nothing was written */
	struct slice marking; /* 機密性 marking read from properties or headers, or empty */
	uint64_t text_in, text_out;               /* characters of visible text, before and after */
	uint32_t pages, sheets, slides, pictures; /* of the output, where the format knows them */
	uint64_t bytes_in, bytes_out;
	uint32_t *index; /* hash table of item numbers + 1, for merging; private */
	size_t index_n;
};

void report_init(struct report *r, struct arena *arena, const struct limits *limits);

/*
 * Adds an item; BUG where the finding id is unknown. Never fails: what does not fit is counted.
 * part, place and detail are copied.
 */
void report_add(struct report *r, enum report_act act, const char *finding, struct slice part,
		struct slice place, struct slice detail);

bool report_has(const struct report *r, const char *finding);
const char *report_act_str(enum report_act act); /* "removed", ... as in the JSON */
void report_json(const struct report *r, struct buf *out);

#endif
