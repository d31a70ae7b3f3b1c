#include "os/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include "os/clock.h"
#include "os/fd.h"

struct loop_watch {
	struct loop *loop;
	struct loop_watch *prev, *next; /* all watches, or the dead ones (next only) */
	int fd;
	unsigned want;
	loop_watch_fn *fn; /* NULL once removed */
	void *arg;
};

struct loop_timer {
	struct loop *loop;
	uint64_t due;
	size_t at; /* own place in the heap */
	loop_timer_fn *fn;
	void *arg;
};

struct loop_handler {
	int signo;
	loop_signal_fn *fn;
	void *arg;
};

struct loop {
	int ep, sig;
	bool stop;
	struct loop_watch *watches;
	struct loop_watch *dead; /* freed only after the batch: epoll may still name them */
	struct loop_timer **heap;
	size_t timers, cap;
	struct loop_watch *sig_watch;
	sigset_t signals;
	struct loop_handler handler[16];
	size_t handlers;
	loop_turn_fn *turn;
	void *turn_arg;
};

#define ROUNDS_MAX 32 /* looks for more before a turn ends, however much there is */

enum err loop_new(struct loop **ret_loop)
{
	struct loop *l = calloc(1, sizeof *l);

	if (!l)
		return ERR_MEMORY;
	l->sig = -1;
	sigemptyset(&l->signals);
	l->ep = epoll_create1(EPOLL_CLOEXEC);
	if (l->ep < 0) {
		free(l);
		return ERR_IO;
	}
	*ret_loop = l;
	return OK;
}

static void bury(struct loop *l)
{
	while (l->dead) {
		struct loop_watch *w = l->dead;

		l->dead = w->next;
		free(w);
	}
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	while (l->watches)
		loop_unwatch(l->watches);
	bury(l);
	for (size_t i = 0; i < l->timers; i++)
		free(l->heap[i]);
	free(l->heap);
	fd_close(&l->sig);
	fd_close(&l->ep);
	free(l);
}

static uint32_t epoll_of(unsigned want)
{
	return (want & LOOP_READ ? (uint32_t)EPOLLIN : 0) |
	       (want & LOOP_WRITE ? (uint32_t)EPOLLOUT : 0);
}

enum err loop_watch(struct loop *l, int fd, unsigned want, loop_watch_fn *fn, void *arg,
		    struct loop_watch **ret_watch)
{
	struct loop_watch *w = calloc(1, sizeof *w);
	struct epoll_event ev = {.events = epoll_of(want), .data.ptr = w};

	if (!w)
		return ERR_MEMORY;
	*w = (struct loop_watch){
	    .loop = l, .fd = fd, .want = want, .fn = fn, .arg = arg, .next = l->watches};
	if (epoll_ctl(l->ep, EPOLL_CTL_ADD, fd, &ev) != 0) {
		free(w);
		return ERR_IO;
	}
	if (l->watches)
		l->watches->prev = w;
	l->watches = w;
	*ret_watch = w;
	return OK;
}

void loop_unwatch(struct loop_watch *w)
{
	struct loop *l;

	if (!w)
		return;
	l = w->loop;
	BUG_IF(!w->fn);
	w->fn = NULL;
	/* Fails only when the descriptor is closed already, which removes it as well. */
	(void)epoll_ctl(l->ep, EPOLL_CTL_DEL, w->fd, NULL);
	if (w->prev)
		w->prev->next = w->next;
	else
		l->watches = w->next;
	if (w->next)
		w->next->prev = w->prev;
	w->next = l->dead;
	l->dead = w;
}

static void heap_put(struct loop *l, size_t at, struct loop_timer *t)
{
	l->heap[at] = t;
	t->at = at;
}

static void heap_up(struct loop *l, size_t at)
{
	struct loop_timer *t = l->heap[at];

	while (at > 0 && l->heap[(at - 1) / 2]->due > t->due) {
		heap_put(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(l, at, t);
}

static void heap_down(struct loop *l, size_t at)
{
	struct loop_timer *t = l->heap[at];

	for (;;) {
		size_t kid = 2 * at + 1;

		if (kid + 1 < l->timers && l->heap[kid + 1]->due < l->heap[kid]->due)
			kid++;
		if (kid >= l->timers || l->heap[kid]->due >= t->due)
			break;
		heap_put(l, at, l->heap[kid]);
		at = kid;
	}
	heap_put(l, at, t);
}

enum err loop_timer(struct loop *l, uint64_t ms, loop_timer_fn *fn, void *arg,
		    struct loop_timer **ret_timer)
{
	struct loop_timer *t;

	if (l->timers == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct loop_timer **heap = reallocarray(l->heap, cap, sizeof(struct loop_timer *));

		if (!heap)
			return ERR_MEMORY;
		l->heap = heap;
		l->cap = cap;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		return ERR_MEMORY;
	*t = (struct loop_timer){.loop = l, .due = clock_mono_ms() + ms, .fn = fn, .arg = arg};
	heap_put(l, l->timers++, t);
	heap_up(l, t->at);
	*ret_timer = t;
	return OK;
}

void loop_cancel(struct loop_timer *t)
{
	struct loop *l;
	size_t at;

	if (!t)
		return;
	l = t->loop;
	at = t->at;
	l->timers--;
	if (at < l->timers) {
		heap_put(l, at, l->heap[l->timers]);
		heap_up(l, at);
		heap_down(l, at);
	}
	free(t);
}

static void run_timers(struct loop *l)
{
	uint64_t now = clock_mono_ms();

	while (l->timers > 0 && l->heap[0]->due <= now && !l->stop) {
		struct loop_timer *t = l->heap[0];
		loop_timer_fn *fn = t->fn;
		void *arg = t->arg;

		loop_cancel(t);
		fn(arg);
	}
}

static void on_signals(void *arg, int fd, unsigned events)
{
	struct loop *l = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
		for (size_t i = 0; i < l->handlers; i++)
			if (l->handler[i].signo == (int)info.ssi_signo)
				l->handler[i].fn(l->handler[i].arg, l->handler[i].signo);
}

enum err loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg)
{
	sigset_t one;
	int fd;

	if (l->handlers == ARRAY_LEN(l->handler))
		return ERR_LIMIT;
	sigemptyset(&one);
	sigaddset(&one, signo);
	sigaddset(&l->signals, signo);
	if (sigprocmask(SIG_BLOCK, &one, NULL) != 0)
		return ERR_IO;
	fd = signalfd(l->sig, &l->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return ERR_IO;
	l->sig = fd;
	if (!l->sig_watch)
		TRY(loop_watch(l, fd, LOOP_READ, on_signals, l, &l->sig_watch));
	l->handler[l->handlers++] = (struct loop_handler){signo, fn, arg};
	return OK;
}

static int wait_ms(const struct loop *l, int ms)
{
	uint64_t now, left;

	if (l->timers == 0)
		return ms;
	now = clock_mono_ms();
	left = l->heap[0]->due > now ? l->heap[0]->due - now : 0;
	if (ms >= 0 && (uint64_t)ms < left)
		return ms;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void loop_turn(struct loop *l, loop_turn_fn *fn, void *arg)
{
	l->turn = fn;
	l->turn_arg = arg;
}

/* Handles what is ready within ms; *ret_n is how much it was. */
static enum err handle(struct loop *l, int ms, int *ret_n)
{
	struct epoll_event ev[64];
	int n = epoll_wait(l->ep, ev, (int)ARRAY_LEN(ev), ms);

	if (n < 0 && errno != EINTR)
		return ERR_IO;
	for (int i = 0; i < n && !l->stop; i++) {
		struct loop_watch *w = ev[i].data.ptr;
		unsigned events = (ev[i].events & EPOLLIN ? LOOP_READ : 0u) |
				  (ev[i].events & EPOLLOUT ? LOOP_WRITE : 0u) |
				  (ev[i].events & (EPOLLHUP | EPOLLERR) ? LOOP_HUP : 0u);

		if (w->fn)
			w->fn(w->arg, w->fd, events);
	}
	*ret_n = n;
	return OK;
}

enum err loop_once(struct loop *l, int ms)
{
	int n;

	TRY(handle(l, wait_ms(l, ms), &n));
	for (int i = 0; l->turn && n > 0 && i < ROUNDS_MAX && !l->stop; i++)
		TRY(handle(l, 0, &n));
	run_timers(l);
	if (l->turn)
		l->turn(l->turn_arg);
	bury(l);
	return OK;
}

enum err loop_run(struct loop *l)
{
	l->stop = false;
	while (!l->stop)
		TRY(loop_once(l, -1));
	return OK;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}
