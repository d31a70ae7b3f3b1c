/*
 * roles: the processes of the program, and who may talk to whom.
 *
 * The parent (parent.h) starts each role by fork and exec of the program that the table names:
 *
 *     PROGRAM role NAME ZONE N DIR [EDGE ...]
 *
 * with its control socket on fd 3 and its edges and listeners on fd 4, 5, ...; EDGE names them in
 * that order, as "peer/zone/n", or with "listen", "config", "cert" or "key" in place of the peer. N
 * counts the instances of one role in one zone, ZONE is "-" for a role that belongs to none, and
 * the peer's name for one that asks a peer of site.conf. Only the parent starts processes. A zygote
 * is started in namespaces of its own and learns over its control socket which of them it got
 * (worker/zygote.h).
 *
 * The zone of a message is the zone of the edge it came over, never what the message says.
 */
#ifndef SEKISHO_ROLES_H
#define SEKISHO_ROLES_H

#include <stdbool.h>
#include "base/err.h"
#include "os/sandbox.h"
#include "wire/wire.h"

enum role_id {
	ROLE_HTTP,
	ROLE_PORTAL,
	ROLE_GATEWAY,
	ROLE_SIGNER,
	ROLE_OUTBOUND,
	/* The zygotes, in the order of enum worker_kind. */
	ROLE_SANITIZE,
	ROLE_VERIFY,
	ROLE_PASSWORD,
	ROLE_COUNT
};

/*
 * Programs with other libraries in them: what takes hostile files apart, what speaks TLS and HTTP
 * to those who come, and what asks others. They stand beside the main program or in PROGRAM_FOLDER.
 */
enum role_program { PROGRAM_MAIN, PROGRAM_HTTP, PROGRAM_OUTBOUND, PROGRAM_WORKER, PROGRAM_COUNT };
#define HTTP_PROGRAM "sekisho-http"
#define OUTBOUND_PROGRAM "sekisho-outbound"
#define WORKER_PROGRAM "sekisho-worker"
#define PROGRAM_FOLDER SEKISHO_LIBEXEC
extern const char *const role_programs[PROGRAM_COUNT];

#define ZONE_SIZE 64
#define EDGES_MAX 64

/* One end of an edge, or what else the parent hands to a role when it starts it. */
enum edge_kind {
	EDGE_PEER,
	EDGE_LISTEN, /* the zone's listening socket */
	EDGE_CONFIG, /* site.conf in a sealed memory file */
	EDGE_CERT,   /* certificate and key of the zone, likewise; none: plaintext */
	EDGE_KEY,
	EDGE_KINDS
};
struct role_edge {
	enum edge_kind kind;
	enum role_id peer;    /* of an EDGE_PEER */
	char zone[ZONE_SIZE]; /* the zone that this edge stands for, "-" for none */
	unsigned n;           /* instance of the peer */
	int fd;               /* -1 while the peer is being restarted */
};

/* Another configuration: what of EDGE_LISTEN to EDGE_KEY the parent has opened for it; -1: nothing.
 */
struct role_offer {
	int config, listener, cert, key;
};

struct role_env {
	enum role_id id;
	char zone[ZONE_SIZE];
	unsigned n;
	const char *dir; /* the installation: site.conf, policy, store */
	int control;     /* to the parent; see role_control */
	int line;        /* what the parent dialled last (ROLE_LINE); -1: none, or nobody waits */
	struct role_offer offer; /* of ROLE_OFFER and ROLE_TAKE, until the next message */
	struct role_edge edge[EDGES_MAX];
	size_t edges;
};

/* How many sets of a role's instances there are. */
enum role_per {
	PER_SITE, /* one */
	PER_ZONE, /* one for each zone with a listener */
	PER_PEER, /* one for each peer that the site's configuration names */
};

struct role {
	const char *name;
	enum role_per per;
	bool per_listener;  /* gets the zone's listening socket */
	unsigned instances; /* in each set */
	enum role_program program;
};

/* Returns the exit code of the process: EXIT_DONE after a stop. */
typedef int role_fn(struct role_env *env);
/* The roles that this program has; NULL for those of another. Each program has its own table. */
extern role_fn *const role_entries[ROLE_COUNT];

/* Runs a role with the words after "role"; ret_code is left alone when it is ERR_USAGE. */
enum err role_main(const char *const *words, size_t n, int *ret_code) NODISCARD;

/* One process forked per job, in namespaces of its own. */
bool role_is_zygote(enum role_id id);

/*
 * An edge joins every instance of `a` with every instance of `b`; when both are per zone, only
 * those of the same zone. Roles for peers have edges to those that are there once only.
 */
struct edge {
	enum role_id a, b;
	const char *what;
};

extern const struct role roles[ROLE_COUNT];
extern const struct edge edges[];
extern const size_t edges_n;

/* Tells the parent that this role serves now; `sekisho serve` says "ready" when all have. */
enum err role_ready(const struct role_env *env) NODISCARD;

/*
 * Locks a role for good: no capability, no files but those below `read` and `write` (paths, NULL
 * ends each; NULL = none), no new TCP connections, the service allow-list of system calls; a
 * forbidden call is told to the parent. Call it when files that stand elsewhere are open.
 */
struct fences role_lock(const struct role_env *env, const char *const *read,
			const char *const *write);

/*
 * Asks the parent to begin a connection to the peer that this role stands for; the answer is
 * ROLE_LINE. It is the only way out: the role itself has no network.
 */
enum err role_dial(const struct role_env *env) NODISCARD;

/* Answers ROLE_OFFER: OK, or why it cannot be used. */
enum err role_answer(const struct role_env *env, enum err e) NODISCARD;

/* Asks the parent to kill a zygote that this role has an edge to; it is started again. */
enum err role_replace(const struct role_env *env, enum role_id zygote) NODISCARD;

/*
 * Reads one message of the parent from env->control (call when it is readable).
 *   ROLE_RELOAD: the operator's signal; site.conf was read again before.
 *   ROLE_OFFER: another configuration; see whether it can be used and say so by role_answer.
 *   ROLE_TAKE: it is in force from now on: of env->offer only the text is there. To one who got no
 *     offer it comes as well.
 *   ROLE_DROP: what was offered is not used.
 *   ROLE_STOP: finish what runs and return EXIT_DONE; also when the parent is gone.
 *   ROLE_EDGE: the peer of *ret_edge was restarted; its fd is the new one. The old descriptor was
 *     closed by this call, so a loop watch on it must be removed by role_edge_before (may be NULL).
 *   ROLE_LINE: env->line is a socket that is being connected; the one before was closed.
 */
enum role_news { ROLE_RELOAD, ROLE_STOP, ROLE_EDGE, ROLE_LINE, ROLE_OFFER, ROLE_TAKE, ROLE_DROP };
typedef void role_edge_fn(void *arg, struct role_edge *edge);
enum err role_control(struct role_env *env, role_edge_fn *before_close, void *arg,
		      enum role_news *ret_news, struct role_edge **ret_edge) NODISCARD;

/* The first edge to that peer (and zone, NULL = any), or NULL. */
struct role_edge *role_find(struct role_env *env, enum role_id peer, const char *zone, unsigned n);
int role_given(const struct role_env *env, enum edge_kind kind); /* its descriptor, or -1 */

/* The command line of an edge, and back; the fd is not part of it. */
void role_edge_print(const struct role_edge *e, char *ret, size_t size);
enum err role_edge_parse(struct slice text, struct role_edge *ret) NODISCARD;

/* What the parent and a role say to each other over the control socket. */
enum role_message {
	ROLE_MSG_RELOAD = 1,
	ROLE_MSG_STOP,
	ROLE_MSG_EDGE,
	ROLE_MSG_READY,
	ROLE_MSG_REPLACE, /* u8: enum role_id */
	ROLE_MSG_DIAL,    /* to the parent */
	ROLE_MSG_LINE,    /* from it: the socket, or none */
	ROLE_MSG_OFFER,   /* from it: text, listener, and for TLS certificate and key */
	ROLE_MSG_ANSWER,  /* to it: u8: enum err */
	ROLE_MSG_TAKE,    /* from it: text */
	ROLE_MSG_DROP,
};

/* One per role; each stands in its own role_*.c. */
role_fn role_http, role_portal, role_gateway, role_signer, role_outbound;

/*
 * Not a role of a city: the witness of `sekisho log witness`, in sekisho-http (witness_main.c).
 * silence: seconds in decimal. cert and key: PEM files, or NULL for plaintext. Runs until a signal
 * ends it.
 */
struct witness_words {
	const char *dir, *host, *silence, *cert, *key;
};
enum err witness_main(const struct witness_words *w, int listen_fd) NODISCARD;

#endif
