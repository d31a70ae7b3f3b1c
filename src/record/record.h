/*
 * record: what happened, written with the step that caused it.
 *
 * An entry is canonical text, readable with less and hashed as it stands:
 *
 *     transfer.ready v1
 *     actor=c:<64 hex>
 *     at=2026-11-24T05:46:04.123Z
 *     ...
 *
 * The first line is type and version; then `key=value` lines sorted by key, each key once, values
 * without control characters. `city` and `stream` are always there; `clause`, `rule` and `policy`
 * where a decision was made. Names, file names, content hashes, addresses and free text never
 * stand in an entry: it holds `c:` and a commitment, HMAC-SHA-256 of the value under 32 random
 * bytes of its own. Value and key are kept in an erasable table, and erasing is an entry.
 *
 * Appending happens inside the caller's store transaction; the index of an entry is fixed there.
 * After the commit record_publish extends the Merkle tree: bundles, tiles, then the checkpoint that
 * the signer role signed, under DIR/log in the layout of C2SP tlog-tiles.
 *
 * Errors: those of store; ERR_LIMIT where an entry would pass RECORD_ENTRY_MAX.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

#define RECORD_RULE \
	"rule" /* the field that names the statements of the policy that decided, by id */
#define RECORD_ENTRY_MAX 16384u

/* One line of an entry. */
struct record_field {
	const char *key; /* a-z, 0-9, '_' */
	struct slice value;
	bool secret; /* true: only a commitment enters the log */
};

struct record_event {
	const char *type;    /* "transfer.ready" */
	struct slice stream; /* what it is about: "transfer/<id>", "account/<id>", "city" */
	struct slice actor;  /* login, "system" or "operator"; always committed to */
	int64_t at_ms;
	const struct record_field *fields;
	size_t n;
};

/* Appends inside the open transaction of s. ret_index (may be NULL): its place in the log. */
enum err record_append(struct store *s, const struct record_event *e, uint64_t *ret_index)
    NODISCARD;

/* Forgets value and key of every commitment of a stream, and appends `record.erased`. */
/* *ret_n (may be NULL): how many values there were. After the commit: store_scrub. */
enum err record_erase(struct store *s, struct slice stream, struct slice actor, int64_t at_ms,
		      uint64_t *ret_n) NODISCARD;

/* -- reading ----------------------------------------------------------------------------------- */

struct record_pair {
	struct slice key, value; /* value: as in the entry, "c:<hex>" for a commitment */
	struct slice clear;      /* what was committed to, empty where it is erased or not secret */
	bool secret, erased;
};

struct record_entry {
	uint64_t index;
	struct slice type;
	unsigned version;
	struct slice stream;
	int64_t at_ms;
	struct record_pair *pairs; /* sorted by key */
	size_t n;
	struct slice text; /* the whole entry as it was hashed */
};

/* Strict: exactly the form that record_append prints. */
enum err record_parse(struct slice text, struct arena *a, struct record_entry *ret, struct diag *d)
    NODISCARD;
/* Entries of one stream in order, with the values that are still known. */
enum err record_of_stream(struct store *s, struct slice stream, struct arena *a,
			  struct record_entry **ret, size_t *ret_n) NODISCARD;
/* The entry at an index. ERR_NOT_FOUND beyond the end. */
enum err record_at(struct store *s, uint64_t index, struct arena *a, struct record_entry *ret)
    NODISCARD;
struct slice record_value(const struct record_entry *e, const char *key); /* clear if known */
/* Whether RECORD_RULE of the entry names this statement. */
bool record_names_rule(const struct record_entry *e, struct slice rule);
void record_json(const struct record_entry *e, struct buf *out);

#endif
