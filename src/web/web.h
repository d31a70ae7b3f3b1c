/*
 * web: the pages, forms and the JSON API. Knows no sockets: one request message in, one answer out.
 *
 * Reads the store through gateway/view.h and changes anything only by commands, which the gateway
 * checks again. What is refused here before that: an unsafe request from another site, one without
 * the session's CSRF value, one without a session, an unknown path. Another person's transfer is
 * the same 404 as none.
 *
 * A request with ?wait= may be answered by PAGE_LATER: the caller then has the gateway tell when
 * the transfer rests (CMD_AWAIT) and gives the same request again, without may_wait.
 *
 * A struct web is one per portal process, read only. The answer's body is owned by the caller, who
 * frees it; fd belongs to the caller, too.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "gateway/command.h"
#include "gateway/view.h"
#include "policy/policy.h"
#include "wire/page.h"

#define WEB_BODY_MAX (4u << 20) /* bytes of a page */

#define WEB_WITNESSES_MAX 16

/* Of the record, as the site's configuration names it. */
struct web_witness {
	const char *name, *key;
	unsigned silence; /* seconds */
};

struct web {
	struct view *view;
	const struct policy *policy;  /* in force */
	struct hash policy_hash;      /* its version */
	struct slice basis, standard; /* the texts that it cites; standard may be empty */
	struct slice zone;            /* of the listener, by the edge */
	struct slice city, help_office, help_extension;
	uint64_t upload_max;
	struct web_witness witnesses[WEB_WITNESSES_MAX];
	size_t witnesses_n;
	unsigned witnesses_required;
	/* Sends a command and waits. *ret_fd is -1 or a descriptor. An error: no answer came. */
	enum err (*command)(void *ctx, const struct command *c, struct reply *ret, int *ret_fd);
	void (*random_hex)(size_t n, char *ret); /* 2n digits and a NUL */
	void *ctx;
};

struct web_answer {
	struct page_reply reply; /* its body is empty: see body */
	struct buf body;
	int fd;        /* -1, or what goes with PAGE_TAKE and PAGE_SEND */
	bool may_wait; /* set by the caller: PAGE_LATER is good */
	/* With PAGE_LATER: to be asked again once this transfer rests, or after these seconds. */
	char wait_for[TRANSFER_ID_LEN + 1];
	uint32_t wait_s;
	struct slice wait_session; /* points into the request */
};

void web_answer_init(struct web_answer *a);
void web_answer_clear(struct web_answer *a);

/* Always gives an answer. arena: of this request; the answer's slices live in it. */
void web_handle(const struct web *w, const struct page_request *rq, struct arena *arena,
		int64_t now_ms, struct web_answer *ret);

#endif
