/*
 * transfers: the rows of 受渡し, their blobs and their people. Verbs over the store; what may
 * follow what is the gateway's table. Errors and ownership as in store.h.
 */
#ifndef STORE_TRANSFERS_H
#define STORE_TRANSFERS_H

#include "store/blob.h"
#include "store/store.h"

#define TRANSFER_ID_LEN 32u /* hexadecimal digits, random */

/* The order is stable: the number is what the store holds. */
enum transfer_state {
	TRANSFER_RECEIVING = 1,  /* bytes are coming in */
	TRANSFER_RECEIVED = 2,   /* all bytes are here; to be decided */
	TRANSFER_SANITIZING = 3, /* permitted; a worker rebuilds it */
	TRANSFER_VERIFYING = 4,  /* the sealed result is read by the recogniser */
	TRANSFER_READY = 5,      /* released: waits for its recipient */
	TRANSFER_COLLECTED = 6,  /* collected at least once; may be again until it is purged */
	TRANSFER_HELD = 7,       /* 保留 */
	TRANSFER_REFUSED = 8,    /* 不許可 */
	TRANSFER_WITHDRAWN = 9,  /* 取消し・引戻し */
	TRANSFER_EXPIRED = 10,   /* the upload was never finished */
	TRANSFER_PURGED = 11,    /* retention has ended: no content is left */
};
#define TRANSFER_STATES 12

struct transfer_row {
	struct slice id;   /* TRANSFER_ID_LEN hex digits */
	struct slice once; /* random value of the sender's form; the same once, the same transfer */
	struct slice receipt; /* 受付番号: "2026-000123", year of the 年度 it was made in */
	enum transfer_state state;
	int64_t version; /* grows with every step: what a step may expect to find */
	int64_t sender;  /* account */
	struct slice sender_login, sender_name, sender_division;
	struct slice from_zone, to_zone;
	/* exactly one of the two is set: a login, or a division whose people may all collect */
	struct slice recipient_login, recipient_division;
	struct slice recipient_name; /* display name of recipient_login, else empty */
	struct slice name, note;     /* as the sender gave them; their origin is from_zone */
	struct slice method;         /* "rebuild" or "text": what the sender asked for */
	uint32_t confidentiality;    /* level declared or raised; 0: none */
	/* the same as its scale and code, which later scales can map; empty where there is none */
	struct slice class_scheme, class_code;
	struct slice exception; /* 例外措置 that the sender cites, a name of the policy; or empty */
	uint64_t size;          /* bytes of the original */
	uint64_t received;      /* bytes so far, whole chunks, while receiving */
	struct slice hash;      /* 32 bytes of the original, empty until received */
	int64_t created_ms, changed_ms;
	int64_t ready_ms, collected_ms; /* 0: not (yet) */
	int64_t purge_ms;               /* when content and names go; 0: not decided yet */
	/* why it is held or refused, or the decision it stands on; may be empty */
	struct slice reason;      /* a finding id or one of gateway's reason ids */
	struct slice reason_text; /* detail, valid UTF-8, may be empty */
	struct slice clause, rule;
	struct slice
	    decided_case; /* not stored: the case of a decision, for the entries of its step */
	/* the result, once there is one */
	uint64_t result_size;
	struct slice result_hash;
	struct slice result_ext, result_mime, result_grammar;
	struct slice type; /* format id of the original, empty until identified */
};

struct blob_row {
	struct blob_id id;
	struct slice transfer;
	enum blob_role role;
	uint32_t epoch;
	struct slice wrapped; /* empty once purged */
	uint64_t size;
	struct slice hash; /* 32 bytes, empty while it is written */
	int64_t created_ms;
	bool in_row;       /* the sealed bytes stand in the row, else in a file */
	struct slice body; /* to write where in_row; empty while it is written; store_blob_body */
};

/* Adds the row in state receiving and gives it its receipt number. */
enum err store_transfer_add(struct store *s, const struct transfer_row *t, int fiscal_year,
			    struct arena *a, struct slice *ret_receipt) NODISCARD;
enum err store_transfer_get(struct store *s, struct slice id, struct arena *a,
			    struct transfer_row *ret) NODISCARD;
/* By its 受付番号. */
enum err store_transfer_by_receipt(struct store *s, struct slice receipt, struct arena *a,
				   struct transfer_row *ret) NODISCARD;
/* The transfer this sender made with that once. ERR_NOT_FOUND: none. */
enum err store_transfer_once(struct store *s, int64_t sender, struct slice once, struct arena *a,
			     struct transfer_row *ret) NODISCARD;
/*
 * Writes state and everything that a step may change; ERR_CONFLICT unless the row still has
 * t->version, which is then one more.
 */
enum err store_transfer_set(struct store *s, struct transfer_row *t) NODISCARD;
enum err store_transfer_progress(struct store *s, struct slice id, uint64_t received,
				 int64_t now_ms) NODISCARD;
/* Transfers in a state, oldest first, at most max. */
enum err store_transfers_in(struct store *s, enum transfer_state state, size_t max, struct arena *a,
			    struct transfer_row **ret, size_t *ret_n) NODISCARD;
/* Transfers whose purge_ms has passed and that are not purged, at most max. */
enum err store_transfers_due(struct store *s, int64_t now_ms, size_t max, struct arena *a,
			     struct transfer_row **ret, size_t *ret_n) NODISCARD;
/* Uploads that nobody touched since, at most max. */
enum err store_transfers_stale(struct store *s, int64_t before_ms, size_t max, struct arena *a,
			       struct transfer_row **ret, size_t *ret_n) NODISCARD;
/* What one account sent from one zone, newest first. */
enum err store_transfers_sent(struct store *s, int64_t account, struct slice zone, size_t offset,
			      size_t max, struct arena *a, struct transfer_row **ret, size_t *ret_n)
    NODISCARD;
/* What waits for (ready), or was collected by, a login or its division in one zone. */
enum err store_transfers_for(struct store *s, struct slice login, struct slice division,
			     struct slice zone, size_t offset, size_t max, struct arena *a,
			     struct transfer_row **ret, size_t *ret_n) NODISCARD;
/* How many of these wait and were never collected. */
enum err store_transfers_ready_for(struct store *s, struct slice login, struct slice division,
				   struct slice zone, uint64_t *ret) NODISCARD;
enum err store_transfers_count(struct store *s, enum transfer_state state, uint64_t *ret) NODISCARD;
/* Uploads of one sender that are not finished; bytes that all unfinished uploads may still bring.
 */
enum err store_transfers_open(struct store *s, int64_t sender, uint64_t *ret) NODISCARD;
enum err store_transfers_coming(struct store *s, uint64_t *ret) NODISCARD;
/* Empties name, note, reason_text and hashes: what a purge leaves is the bare row. */
enum err store_transfer_erase(struct store *s, struct slice id) NODISCARD;

enum err store_blob_add(struct store *s, const struct blob_row *b) NODISCARD;
enum err store_blob_get(struct store *s, struct slice transfer, enum blob_role role,
			struct arena *a, struct blob_row *ret) NODISCARD;
/* The sealed bytes of a blob that stands in its row. */
enum err store_blob_body(struct store *s, const struct blob_id *id, struct arena *a,
			 struct slice *ret) NODISCARD;
enum err store_blob_exists(struct store *s, const struct blob_id *id, bool *ret) NODISCARD;
/* The commit of a blob: its final wrapping, size, hash and, where in_row, its bytes. */
enum err store_blob_set(struct store *s, const struct blob_row *b) NODISCARD;
/* Overwrites the wrapped key and the bytes with nothing and drops the row. */
enum err store_blob_drop(struct store *s, const struct blob_id *id) NODISCARD;
enum err store_blobs_of(struct store *s, struct slice transfer, struct arena *a,
			struct blob_row **ret, size_t *ret_n) NODISCARD;

/* What the sanitiser did, as checked JSON. ERR_NOT_FOUND: none (yet). */
enum err store_report_set(struct store *s, struct slice transfer, struct slice json) NODISCARD;
enum err store_report(struct store *s, struct slice transfer, struct arena *a, struct slice *ret)
    NODISCARD;
enum err store_report_drop(struct store *s, struct slice transfer) NODISCARD;

/* One collection: who, when. Collections are also entries; this is what views read. */
enum err store_collection_add(struct store *s, struct slice transfer, int64_t account,
			      int64_t at_ms) NODISCARD;

const char *
transfer_state_word(enum transfer_state st); /* "receiving": JSON, records; never NULL */

#endif
