/*
 * ids: the user id of each role, and whose the files of an installation are.
 *
 * Where the server is started as root, each process of another role, of another zone and for
 * another peer, is another user: numbers from `first` on (site.conf: first-uid), no two alike, each
 * with a group of its own. What they share stands in files that belong to the group of the gateway,
 * which the portals have too: the store to read, the tiles of the record to read.
 *
 *     DIR        root     0755   site.conf, policy: root, for all to read
 *     store      gateway  0750   the database: the gateway writes it, the portals read it
 *     blobs      gateway  0700   sealed content
 *     keys       gateway  0700   keys of the content
 *     log        signer   0750   tiles, checkpoint: the signer writes them, gateway's group reads
 *     signer     signer   0700   key of the log
 *     tls        root     0700   read by the parent, which hands each http its own
 *
 * An ordinary user has one number for all of them; that fence is then missing, and named.
 */
#ifndef SEKISHO_IDS_H
#define SEKISHO_IDS_H

#include "os/spawn.h"
#include "sekisho/roles.h"

/* Free on Debian and in systemd's table of numbers: neither allots 65536 to 99999. */
#define IDS_FIRST 77000u
#define IDS_COUNT 64u

/* set: the place of the zone or peer in site.conf, of no account for a role without one. */
struct spawn_user ids_of(unsigned first, enum role_id role, size_t set);

/*
 * For root, before any role is started: no number of the range is another account's (those of
 * roles have a name that begins with "sekisho"), and every role can come to the folder.
 * ERR_CONFLICT, ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_IO, with d.
 */
enum err ids_check(const char *dir, unsigned first, struct diag *d) NODISCARD;
/* For root: gives all in the folder to those whose it must be. ERR_IO, with d. */
enum err ids_own(const char *dir, unsigned first, struct diag *d) NODISCARD;

#endif
