/*
 * sekisho-worker: the zygotes, and nothing else of the program: readers, sanitisers, recognisers
 * and password hashes, with the libraries that those need. Not for people.
 *
 *     sekisho-worker zygote KIND                 started by a pool (worker/pool.h): socket on fd 3
 *     sekisho-worker brief KIND                  the same for few jobs: a short start counts
 *     sekisho-worker open KIND                   the same without any lock, for a debugger
 *     sekisho-worker role KIND ZONE N DIR EDGE   started by the parent (sekisho/roles.h): control
 *                                                socket on fd 3, edge to the gateway on fd 4
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "sekisho/roles.h"
#include "worker/zygote.h"

static enum err say_ready(int control)
{
	return wire_send(control, ROLE_MSG_READY, 0, NULL, NULL, 0);
}

static const struct zygote_kind *kind_named(const char *name)
{
	for (size_t i = 0; i < WORKER_KINDS; i++)
		if (strcmp(name, proto_kind_name((enum worker_kind)i)) == 0)
			return &zygote_kinds[i];
	return strcmp(name, PROTO_BOTH_KINDS) == 0 ? &zygote_both_kinds : NULL;
}

int main(int argc, char **argv)
{
	const struct zygote_kind *kind = argc > 2 ? kind_named(argv[2]) : NULL;
	bool role = argc == 7 && strcmp(argv[1], "role") == 0;
	bool open = argc == 3 && strcmp(argv[1], "open") == 0;
	bool brief = argc == 3 && strcmp(argv[1], "brief") == 0;

	if (!kind || (!role && !open && !brief && (argc != 3 || strcmp(argv[1], "zygote") != 0))) {
		fprintf(stderr, "sekisho-worker: started by sekisho, not by people\n");
		return 1;
	}
	/* A terminal's signals go to all of its processes; a zygote stops when its starter does. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (!role)
		return zygote_main(
		    &(struct zygote_ends){.starter = 3, .jobs = 3, .open = open, .brief = brief},
		    kind);
	return zygote_main(&(struct zygote_ends){.starter = 3, .jobs = 4, .up = say_ready}, kind);
}
