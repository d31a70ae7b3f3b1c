/*
 * format: one untrusted document in, one rebuilt document out.
 *
 * Pure: no descriptor, no clock, no global. A format is one file and one row of registry.c. It
 * parses its input into its own model and prints only what an allow-list names with a writer of
 * ours, in the form of docs/output-grammars.md; nothing is copied through but verified text,
 * numbers and pixels. Unknown things are dropped where that is safe and hold the document where it
 * is not.
 *
 * Errors: ERR_SYNTAX (malformed), ERR_UNSUPPORTED (encrypted, unknown type, a thing that may not
 * pass and cannot be cut out), ERR_LIMIT, ERR_MEMORY. On error job->out holds garbage that the
 * caller throws away, job->diag says where and why, and the report has an ACT_HELD item.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "format/report.h"

enum method {
	METHOD_REBUILD, /* 危険因子の除去・再構築: same kind of document, editable */
	METHOD_TEXT, /* テキスト化: visible text in reading order, UTF-8, tables tab-separated */
};

/* By policy: what people do not see at first (sheets, comments, tracked changes, notes). */
enum hidden { HIDDEN_KEEP, HIDDEN_DROP };

/* Texts and tables under METHOD_REBUILD, not in archives: UTF-8, or the set they came in. */
enum charset_out { CHARSET_UTF8, CHARSET_SAME };

struct format;

struct job {
	/* given */
	struct arena *arena;
	struct slice in;
	struct slice name; /* file name as it came, any bytes; only ever a hint */
	enum method method;
	enum hidden hidden;
	enum charset_out charset_out;
	bool still; /* a picture of several frames or pages comes out as its first */
	const struct limits *limits;
	/* shared by nested jobs */
	struct budget *budget;
	uint32_t depth; /* 0 for the input itself */
	/* taken */
	struct buf *out;
	struct report *report;
	struct diag *diag;
	const struct format *type; /* what `in` is */
	const char *ext;           /* extension of what was written, without dot */
	struct package *package;   /* of a ZIP, see opc.h; from identify to the end of the job */
	const char *wrote;         /* id of the output grammar: txt csv tsv png jpeg docx ... */
};

/* What all nested containers of one input may cost together. */
struct budget {
	uint64_t inflated_left;
	uint32_t members_left;
};

struct format {
	const char *id;  /* "docx"; also the name in reports and policies */
	const char *ext; /* extension of its output under METHOD_REBUILD */
	const char *label_ja, *label_en;
	bool picture; /* may stand in a document, as PNG or JPEG */
	/* True where the bytes are of this type for certain; cheap, no allocation outside arena. */
	bool (*probe)(const struct job *job);
	/* NULL: recognised by name and held (encrypted Office, PDF until it is supported ...). */
	enum err (*rebuild)(struct job *job);
	enum err (*text)(struct job *job);
	const char *hold; /* finding id of the hold where a method is NULL */
};

/* The table (registry.c), in the order it is probed. */
extern const struct format *const format_registry[];
extern const size_t format_registry_n;

/* Sets job->type by content. ERR_UNSUPPORTED with a held item where no row knows the bytes. */
enum err format_identify(struct job *job) NODISCARD;

/* identify, then the method. The one entry point of the room; nested members use it too. */
enum err format_sanitize(struct job *job) NODISCARD;

/* What a library makes or loads at its first use. Call it once, before a worker locks itself. */
void format_warm_up(void);

/* Adds a held item and fills job->diag; returns e. */
enum err format_hold(struct job *job, enum err e, const char *finding, struct slice part,
		     size_t offset, const char *fmt, ...) PRINTF_LIKE(6, 7);

#endif
