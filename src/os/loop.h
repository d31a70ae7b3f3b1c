/*
 * loop: one thread, one epoll, callbacks.
 *
 * Watches, timers and signals belong to the loop and live until they are removed or the loop is
 * freed. A callback may remove anything, also itself; a removed thing is never called again, even
 * when its event was already waiting. Descriptors stay the caller's: unwatch before closing.
 * Level-triggered: what a callback leaves unread is reported again.
 */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include <stdbool.h>
#include "base/err.h"

struct loop;
struct loop_watch;
struct loop_timer;

enum loop_event {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
	LOOP_HUP = 4, /* always reported: error, or the other end is gone */
};

typedef void loop_watch_fn(void *arg, int fd, unsigned events);
typedef void loop_timer_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signo);

enum err loop_new(struct loop **ret_loop) NODISCARD;
void loop_free(struct loop *l); /* NULL is a no-op */

/* want: LOOP_READ | LOOP_WRITE, or 0 for LOOP_HUP only. */
enum err loop_watch(struct loop *l, int fd, unsigned want, loop_watch_fn *fn, void *arg,
		    struct loop_watch **ret_watch) NODISCARD;
void loop_unwatch(struct loop_watch *w); /* NULL is a no-op */

/* Calls fn once, ms from now, then the timer is gone: do not cancel it after it fired. */
enum err loop_timer(struct loop *l, uint64_t ms, loop_timer_fn *fn, void *arg,
		    struct loop_timer **ret_timer) NODISCARD;
void loop_cancel(struct loop_timer *t); /* NULL is a no-op */

/*
 * fn is called once a turn, when all that was ready, or became ready meanwhile, has been handled
 * and before the loop waits again.
 */
typedef void loop_turn_fn(void *arg);
void loop_turn(struct loop *l, loop_turn_fn *fn, void *arg);

/* Takes over a signal of the process (it is blocked and read from a signalfd). */
enum err loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg) NODISCARD;

/* Until loop_stop. ERR_IO when the kernel refuses to wait. */
enum err loop_run(struct loop *l) NODISCARD;
/* Waits for at most ms (-1: for ever) and runs what is due. */
enum err loop_once(struct loop *l, int ms) NODISCARD;
void loop_stop(struct loop *l);

static inline void loop_cleanup(struct loop **l)
{
	loop_free(*l);
}
#define AUTO_LOOP __attribute__((cleanup(loop_cleanup))) struct loop *

#endif
