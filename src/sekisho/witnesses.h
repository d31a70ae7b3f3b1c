/*
 * witnesses: the gateway's side of asking the site's witnesses. Every `ask-every` seconds a round
 * goes to all processes of role outbound (record/cosign.h); what it brings is kept by the signer,
 * and what should alarm somebody becomes an entry (record/attend.h) and a log event.
 *
 * Log events: cosigned, cosign-refused, witness-silent, witnesses-too-few, witnesses-enough,
 * cosign-failed.
 */
#ifndef SEKISHO_WITNESSES_H
#define SEKISHO_WITNESSES_H

#include "sekisho/config.h"
#include "sekisho/roles.h"
#include "store/store.h"

struct witnesses;

struct witnesses_conf {
	const char *dir; /* the installation */
	const struct config *config;
	struct store *store;
	/* Keeps a cosigned note; false: not now, the next round brings another. */
	bool (*keep)(void *arg, struct slice note);
	void (*committed)(void *arg); /* an entry was appended */
	int64_t (*now_ms)(void *arg); /* UTC */
	void *arg;
};

/* What conf points to outlives it. Call it before the first round of edges. */
enum err witnesses_new(const struct witnesses_conf *conf, struct witnesses **ret) NODISCARD;
void witnesses_free(struct witnesses *w); /* NULL is a no-op */

/* The edge to a witness's process has come up (it may be asked), has gone, has brought a message.
 * What witnesses_on_message returns other than OK ends the sender. */
void witnesses_up(struct witnesses *w, struct role_edge *edge);
void witnesses_down(struct witnesses *w, const struct role_edge *edge);
enum err witnesses_on_message(struct witnesses *w, const struct role_edge *edge, struct wire_msg *m)
    NODISCARD;

/* Once a second. */
void witnesses_tick(struct witnesses *w);

#endif
