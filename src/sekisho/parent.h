/*
 * parent: starts the roles, watches them, starts a dead one again; and nothing else.
 *
 * It never reads a byte from outside: only its configuration, the certificates it names (given.h)
 * and how its children ended. Started as root it makes each role another user (ids.h); each role
 * has a network of its own without any device, where the kernel gives one. What is missing is
 * logged and stands in DIR/running (running.h). The gateway is started first: it makes the files
 * that portals need, and may only read. A role that died is started again after 0.1 s, and after
 * twice that each time it dies within 10 s of its start, up to 10 s. Its peers get new ends of its
 * edges over their control sockets. SIGTERM and SIGINT stop all roles (SIGKILL after 10 s), SIGHUP
 * has site.conf read again (reload.h): every http is offered the new one and, when all can serve it
 * so, all roles take it; else the old one stays, also for a role that is started later. The gateway
 * is told of the signal too. Where a role for a peer asks for it, the parent begins a connection to
 * that peer's address and hands the socket over without waiting: the role has no network.
 *
 * Log events: fences-missing, role-started, role-ended (with signal, exit code, or the forbidden
 * system call), reload, reloaded, reload-refused (place and reason), peer-not-dialled, stopping,
 * stopped.
 */
#ifndef SEKISHO_PARENT_H
#define SEKISHO_PARENT_H

#include "sekisho/given.h"
#include "sekisho/roles.h"

struct parent_conf {
	const char *dir;
	const struct config *config;
	struct slice text; /* that it was read from */
	/* Called once when every role runs, with the addresses really bound; may be NULL. */
	void (*ready)(void *arg, const struct given *given);
	void *arg;
};

/* Runs until it is told to stop. ERR_CONFLICT / ERR_FORBIDDEN when a listener cannot be bound; d.
 */
enum err parent_run(const struct parent_conf *conf, struct diag *d) NODISCARD;

#endif
