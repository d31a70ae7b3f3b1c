/*
 * governance: versions of policy texts, who adopted them, who holds which office, and how often and
 * when last each kind of entry was recorded. Verbs over the store; no rule lives here (see room
 * governance). Errors and ownership as in store.h. Days are days since 1970-01-01 in Japan.
 */
#ifndef STORE_GOVERNANCE_H
#define STORE_GOVERNANCE_H

#include "store/store.h"

struct store_text {
	int64_t id;
	struct slice tree;  /* "basic", "standard", "procedure" */
	struct slice title; /* first line of the text; of a version without text, of the next one */
	struct slice text;  /* empty where it is not on file or was not asked for */
	bool on_file;
	struct slice *organs; /* who adopted it */
	size_t organs_n;
	bool is_public;
	int32_t decided; /* 0: not known */
	int32_t effective;
	int64_t created_ms;
};

/* t->id, on_file and organs are not looked at. */
enum err store_text_add(struct store *s, const struct store_text *t, int64_t *ret_id) NODISCARD;
/* For a version whose text was not on file; ERR_NOT_FOUND where it is. */
enum err store_text_fill(struct store *s, int64_t id, struct slice title, struct slice text)
    NODISCARD;
enum err store_text_adopted(struct store *s, int64_t id, struct slice organ) NODISCARD;
/* All versions of one tree, oldest first; the texts themselves are left out. */
enum err store_texts(struct store *s, struct slice tree, struct arena *a, struct store_text **ret,
		     size_t *ret_n) NODISCARD;
enum err store_text_get(struct store *s, int64_t id, struct arena *a, struct store_text *ret)
    NODISCARD;

struct store_appointment {
	int64_t id;
	struct slice login, office;
	int32_t from, to; /* inclusive; to 0: no end is known */
};

enum err store_appoint(struct store *s, const struct store_appointment *v, int64_t *ret_id)
    NODISCARD;
/* ERR_NOT_FOUND where it is not there or has ended. */
enum err store_appointment_end(struct store *s, int64_t id, int32_t to) NODISCARD;
/* Newest first. */
enum err store_appointments(struct store *s, struct arena *a, struct store_appointment **ret,
			    size_t *ret_n) NODISCARD;

/* One row of the summary beside the record. */
struct store_tally {
	uint64_t n;     /* entries so far */
	uint64_t index; /* of the last one */
	int64_t at_ms;  /* when that was */
};

/* kind: "type" or "rule". Inside the transaction that adds the entry. */
enum err store_tally_add(struct store *s, const char *kind, struct slice name, uint64_t index,
			 int64_t at_ms) NODISCARD;
/* All zero where there is none. */
enum err store_tally(struct store *s, const char *kind, struct slice name, struct store_tally *ret)
    NODISCARD;
/* The same for the entries of one stream, without at_ms. */
enum err store_stream_tally(struct store *s, struct slice stream, struct store_tally *ret)
    NODISCARD;

#endif
