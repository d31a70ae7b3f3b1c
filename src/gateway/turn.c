/*
 * turn: the steps of one turn of the loop, made durable together, and the answers that wait for it.
 *
 * A step of the one path joins the turn that is open or opens one; a step that fails is undone
 * alone. At the end of the turn one sync makes all of them durable, and only then anybody is told.
 * Jobs are started before it: a job changes nothing until its own step, which finds the row as it
 * was taken up or does nothing. So the workers work while the disk does.
 *
 * Log event: turn-lost (the store undid all steps of a turn; their answers are errors, and what
 * rests in the store is taken up again after a pause).
 */
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>
#include "gateway/internal.h"
#include "os/fd.h"
#include "os/log.h"

/* An answer that waits for the end of the turn, printed: its slices may not live so long. */
struct untold {
	struct untold *next;
	gateway_reply_fn *fn; /* NULL: who asked is gone */
	void *arg;
	enum command_type type;
	int fd;
	struct buf reply;
};

enum err step_begin(struct gateway *g)
{
	TRY(store_turn_begin(g->conf.store));
	return store_begin(g->conf.store);
}

static void say_error(gateway_reply_fn *fn, void *arg, enum command_type type)
{
	const struct reply r = {.type = type, .err = ERR_IO, .reason = S("error")};

	fn(arg, &r, -1);
}

void turn_answer(struct gateway *g, gateway_reply_fn *fn, void *arg, const struct reply *r, int fd)
{
	AUTO_CLOSE owned = fd;
	struct untold *u;

	if (!fn)
		return;
	if (!store_in_turn(g->conf.store)) {
		fn(arg, r, fd_take(&owned));
		return;
	}
	u = calloc(1, sizeof *u);
	if (!u) {
		say_error(fn, arg, r->type);
		return;
	}
	*u = (struct untold){.fn = fn, .arg = arg, .type = r->type, .fd = fd_take(&owned)};
	buf_init(&u->reply, COMMAND_MAX);
	/* One that cannot be printed stays empty and is told as an error. */
	if (reply_encode(r, &u->reply) != OK)
		u->reply.n = 0;
	*g->untold_last = u;
	g->untold_last = &u->next;
}

static void tell(struct untold *u, enum err e)
{
	struct reply r;

	if (u->fn && (e != OK || reply_decode(buf_view(&u->reply), &r) != OK))
		say_error(u->fn, u->arg, u->type);
	else if (u->fn)
		u->fn(u->arg, &r, fd_take(&u->fd));
	fd_close(&u->fd);
	if (u->reply.p)
		sodium_memzero(u->reply.p, u->reply.n);
	buf_free(&u->reply);
	free(u);
}

static void tell_all(struct gateway *g, enum err e)
{
	struct untold *u = g->untold;

	g->untold = NULL;
	g->untold_last = &g->untold;
	while (u) {
		struct untold *next = u->next;

		tell(u, e);
		u = next;
	}
}

void turn_forget(struct gateway *g, void *arg)
{
	for (struct untold *u = g->untold; u; u = u->next)
		if (u->arg == arg)
			u->fn = NULL;
}

void turn_end(struct gateway *g)
{
	bool steps = store_in_turn(g->conf.store);
	enum err e = store_turn_commit(g->conf.store);

	g->epoch_sure = false;
	if (steps && e == OK) {
		g->conf.committed(g->conf.arg);
	} else if (steps) {
		log_event(LEVEL_ERROR, "turn-lost", "err=\"%s\" store=\"%s\"", err_str(e),
			  store_message(g->conf.store));
		g->paused = PAUSE_TICKS;
	}
	tell_all(g, e);
	await_tell(g);
}

void gateway_turn(struct gateway *g)
{
	if (g->again && !g->paused) {
		/* Where looking fails the reads say so. */
		(void)!store_turn_look(g->conf.store);
		gateway_work(g);
	}
	turn_end(g);
}

void turn_close(struct gateway *g)
{
	for (struct untold *u = g->untold; u; u = u->next)
		u->fn = NULL;
	store_turn_rollback(g->conf.store);
	tell_all(g, ERR_IO);
}
