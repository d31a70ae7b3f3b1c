/* await: commands that are answered when a transfer comes to rest. */
#include <stdio.h>
#include <stdlib.h>
#include "gateway/internal.h"

/* Goes on by itself: only this is worth waiting for. */
static bool moves(enum transfer_state s)
{
	return s == TRANSFER_RECEIVED || s == TRANSFER_SANITIZING || s == TRANSFER_VERIFYING;
}

static void answer(struct gateway *g, struct watcher *w, const struct transfer_row *t, enum err e)
{
	struct reply r = {.type = CMD_AWAIT, .err = e};

	if (e == OK) {
		r.transfer = t->id;
		r.receipt = t->receipt;
		r.state = t->state;
	} else {
		r.reason = S("error");
	}
	g->watchers_n--;
	w->fn(w->arg, &r, -1);
	free(w);
}

enum err start_await(struct request *q, gateway_reply_fn *fn, void *arg, bool *ret_waits)
{
	struct gateway *g = q->g;
	struct transfer_row t;
	struct watcher *w;

	if (q->c->seconds > COMMAND_AWAIT_MAX)
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(my_transfer(q, &t));
	if (!moves(t.state) || q->c->seconds == 0 || g->watchers_n >= WATCHERS_MAX)
		return tell_transfer(q, &t);
	w = calloc(1, sizeof *w);
	if (!w)
		return ERR_MEMORY;
	*w = (struct watcher){.next = g->watchers, .fn = fn, .arg = arg, .ticks = q->c->seconds};
	snprintf(w->transfer, sizeof w->transfer, "%.*s", (int)t.id.n, (const char *)t.id.p);
	g->watchers = w;
	g->watchers_n++;
	*ret_waits = true;
	return OK;
}

void await_moved(struct gateway *g, const struct transfer_row *t)
{
	for (struct watcher *w = g->watchers; w; w = w->next)
		if (slice_eq_str(t->id, w->transfer))
			w->due = g->watchers_due = true;
}

/* What stands in the store is told: a step that moved a transfer may have been rolled back. */
static bool tell(struct gateway *g, struct watcher *w, bool anyway)
{
	AUTO_ARENA a = arena_new(REQUEST_ARENA);
	struct transfer_row t;
	enum err e =
	    a ? store_transfer_get(g->conf.store, slice_str(w->transfer), a, &t) : ERR_MEMORY;

	w->due = false;
	if (e == OK && moves(t.state) && !anyway)
		return false;
	answer(g, w, &t, e == OK ? OK : ERR_IO);
	return true;
}

void await_tell(struct gateway *g)
{
	if (!g->watchers_due)
		return;
	g->watchers_due = false;
	for (struct watcher **at = &g->watchers; *at;) {
		struct watcher *w = *at, *next = w->next;

		if (w->due && tell(g, w, false))
			*at = next;
		else
			at = &w->next;
	}
}

void await_tick(struct gateway *g)
{
	for (struct watcher **at = &g->watchers; *at;) {
		struct watcher *w = *at, *next = w->next;

		if (--w->ticks == 0 && tell(g, w, true))
			*at = next;
		else
			at = &w->next;
	}
}

void await_forget(struct gateway *g, void *arg)
{
	for (struct watcher **at = &g->watchers; *at;) {
		struct watcher *w = *at;

		if (w->arg != arg) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		g->watchers_n--;
		free(w);
	}
}

void await_close(struct gateway *g)
{
	while (g->watchers)
		await_forget(g, g->watchers->arg);
}
