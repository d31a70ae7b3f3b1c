/*
 * parent: starts the roles, watches them, starts a dead one again; and nothing else.
 *
 * It never reads a byte from outside: of its configuration only zones and listeners, of its
 * children only how they ended. A role that died is started again after 0.1 s, and after twice that
 * each time it dies within 10 s of its start, up to 10 s. Its peers get new ends of its edges over
 * their control sockets. SIGTERM and SIGINT stop all roles (SIGKILL after 10 s), SIGHUP is passed
 * on as a reload.
 *
 * Log events: role-started, role-ended (with signal, exit code, or the forbidden system call),
 * reload, stopping, stopped.
 */
#ifndef SEKISHO_PARENT_H
#define SEKISHO_PARENT_H

#include "os/sock.h"
#include "sekisho/roles.h"

struct parent_zone {
	char zone[ZONE_SIZE];
	struct sock_addr listen;
};

struct parent_conf {
	const char *dir;
	const struct parent_zone *zones;
	size_t zones_n;
	/* Called once when every role runs, with the addresses really bound; may be NULL. */
	void (*ready)(void *arg, const struct parent_zone *zones, size_t n);
	void *arg;
};

/* Runs until it is told to stop. ERR_CONFLICT / ERR_FORBIDDEN when a listener cannot be bound. */
enum err parent_run(const struct parent_conf *conf, const char **ret_where) NODISCARD;

#endif
