/*
 * config: DIR/site.conf, the file that says where this installation listens and what it may cost.
 *
 * Strict: every section and key is in one table (config.c); an unknown or doubled one, a value that
 * does not parse, a missing one that has no default, or two listeners that may not live together is
 * an error with line and column. Nothing is guessed. The format is in site.conf(5).
 *
 * A config lives in the caller's arena and never changes; a reload reads a new one.
 */
#ifndef SEKISHO_CONFIG_H
#define SEKISHO_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "http/server.h"
#include "os/sock.h"

#define CONFIG_FILE "site.conf"
#define CONFIG_MAX (256u << 10) /* bytes of the file */
#define CONFIG_LISTENERS_MAX 16
#define CONFIG_HOSTS_MAX 16
#define CONFIG_WITNESSES_MAX 16
#define CONFIG_ARENA ((size_t)4 << 20) /* of one configuration */

struct config_listener {
	char zone[33]; /* as in the policy: a-z, 0-9, '-' */
	struct sock_addr address;
	const char *hosts[CONFIG_HOSTS_MAX + 1]; /* NULL-terminated; what a Host header may say */
	size_t hosts_n;
	unsigned public_port;           /* 0: the port of the socket */
	const char *tls_cert, *tls_key; /* paths; NULL: plaintext, only on loopback */
	unsigned line;                  /* of the section, for later messages */
};

/* Who is asked to cosign the record, by a process of role outbound for each. */
struct config_witness {
	char name[33];
	const char *key;          /* its verifier key */
	const char *url;          /* of its prefix, without "/add-checkpoint" */
	struct sock_addr address; /* where it stands: names are not looked up */
	unsigned silence;         /* seconds without its cosignature that are an alarm */
};

struct config {
	struct slice city;                        /* id in keys and records: a-z, 0-9, '-' */
	struct slice city_name;                   /* on screens */
	struct slice help_office, help_extension; /* 「困ったとき」; may be empty */
	const char *policy;                       /* path; its basis lies beside it */
	unsigned first_uid;                       /* of the roles (sekisho/ids.h) */
	struct config_listener listeners[CONFIG_LISTENERS_MAX];
	size_t listeners_n;
	struct config_witness witnesses[CONFIG_WITNESSES_MAX];
	size_t witnesses_n;
	unsigned witnesses_required; /* fresh cosignatures; fewer are an alarm */
	unsigned ask_every;          /* seconds between two rounds of questions to them */
	struct http_limits http;
	uint64_t watermark_bytes; /* uploads are refused below this much free disk */
};

/* dir is put before relative paths. ERR_SYNTAX, ERR_USAGE, ERR_LIMIT, ERR_MEMORY, with d. */
enum err config_parse(struct arena *a, const char *dir, struct slice text,
		      const struct config **ret, struct diag *d) NODISCARD;
/* The text of DIR/site.conf into ret. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_LIMIT, ERR_IO, with d. */
enum err config_read(const char *dir, struct buf *ret, struct diag *d) NODISCARD;
/* Reads and parses it; further ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_IO. */
enum err config_load(struct arena *a, const char *dir, const struct config **ret, struct diag *d)
    NODISCARD;
/* The same of a sealed memory file that holds its text, which the parent gives to the roles. */
enum err config_given(struct arena *a, const char *dir, int fd, const struct config **ret)
    NODISCARD;

/*
 * The same of what a reload offered, in an arena of its own that the caller then owns. The parent
 * has checked it: only memory can fail. Then NULL, *ret_arena untouched, and log event
 * config-not-taken.
 */
const struct config *config_taken(const char *dir, int fd, struct arena **ret_arena) NODISCARD;

const struct config_listener *config_listener(const struct config *c, const char *zone);

/* Appends the file of a new installation: what `init` writes. Zone listeners are `zones`. */
struct config_new {
	const char *city, *city_name, *help_office, *help_extension;
	const struct config_new_zone {
		const char *zone, *address, *hosts; /* hosts: separated by blanks */
	} * zones;
	size_t zones_n;
};
void config_print_new(const struct config_new *n, struct buf *out);

#endif
