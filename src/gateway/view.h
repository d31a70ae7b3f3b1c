/*
 * view: what a person may see, read from the read-only store by the portal.
 *
 * Every query is scoped to the person and the zone of the listener: a transfer is seen by its
 * sender in its source zone, and by its recipients in its destination zone once it is ready; for
 * everybody else, and in every other zone, it does not exist (ERR_NOT_FOUND). What a recipient sees
 * leaves out the original's hash and report details whose origin zone may not flow to theirs.
 *
 * Rows live in the caller's arena.
 */
#ifndef GATEWAY_VIEW_H
#define GATEWAY_VIEW_H

#include "identity/identity.h"
#include "record/record.h"
#include "store/transfers.h"

struct view;

struct view_who {
	int64_t account;
	struct slice login, division, zone;
};

/* dir: the installation, city: its id; opens the store read-only. One per process. */
enum err view_open(const char *dir, struct slice city, struct view **ret) NODISCARD;
void view_close(struct view *v);
/* What rooms beside this one read: the store, and the descriptor of DIR/log. Borrowed. */
struct store *view_store(struct view *v);
int view_log(struct view *v);

/* The session or API token a request carries; ERR_FORBIDDEN as identity_session. */
enum err view_session(struct view *v, struct slice token, struct slice zone, int64_t now_ms,
		      struct identity_session *ret) NODISCARD;
enum err view_token(struct view *v, struct slice token, struct slice zone, struct slice host,
		    struct slice purpose, int64_t now_ms, struct identity_session *ret) NODISCARD;
enum err view_tokens(struct view *v, const struct view_who *who, struct arena *a,
		     struct store_token **ret, size_t *ret_n) NODISCARD;

/* What I sent from here, newest first; what waits for me or my division here. */
enum err view_sent(struct view *v, const struct view_who *who, size_t offset, size_t max,
		   struct arena *a, struct transfer_row **ret, size_t *ret_n) NODISCARD;
enum err view_waiting(struct view *v, const struct view_who *who, size_t offset, size_t max,
		      struct arena *a, struct transfer_row **ret, size_t *ret_n) NODISCARD;

/* How many of these were never collected. */
enum err view_ready_count(struct view *v, const struct view_who *who, uint64_t *ret) NODISCARD;

enum view_part { VIEW_SENDER = 1, VIEW_RECIPIENT = 2 };

struct view_item {
	const char *act;      /* report_act_str */
	struct slice finding; /* id in names/finding.h */
	struct slice part, place, detail;
	uint32_t count;
};

/* The sanitiser's report as it was stored; items empty where there is none (yet). */
struct view_report {
	bool present;
	struct slice type_in, type_out, marking;
	struct view_item *items;
	size_t n;
	uint64_t dropped; /* items that were only counted */
	uint64_t bytes_in, bytes_out, text_in, text_out;
	uint32_t pages, sheets, slides, pictures;
};

struct view_transfer {
	enum view_part part; /* what the person is to it; both bits where they sent to themselves */
	struct transfer_row row;
	struct view_report report;
	struct record_entry *entries; /* its history */
	size_t n_entries;
	uint64_t signed_size; /* entries of the whole log below this index are signed */
};

enum err view_transfer(struct view *v, const struct view_who *who, struct slice id, struct arena *a,
		       struct view_transfer *ret) NODISCARD;

/* My sign-ins and failed tries, newest first. */
enum err view_sign_ins(struct view *v, const struct view_who *who, size_t max, struct arena *a,
		       struct record_entry **ret, size_t *ret_n) NODISCARD;

/* Divisions, and people by login or name, whom a transfer into that zone may be addressed to. */
struct view_person {
	struct slice login, name, division;
};
enum err view_people(struct view *v, struct slice to_zone, struct slice query, size_t max,
		     struct arena *a, struct view_person **ret, size_t *ret_n) NODISCARD;

#endif
