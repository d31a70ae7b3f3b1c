#include "sekisho/ids.h"

#include <stdio.h>
#include <string.h>
#include "os/owner.h"
#include "sekisho/config.h"
#include "store/store.h"

/* Places in the range. A role that has files keeps its place for ever. */
enum {
	AT_GATEWAY,
	AT_SIGNER,
	AT_SANITIZE,
	AT_VERIFY,
	AT_PASSWORD,
	AT_HTTP = 16,
	AT_PORTAL = AT_HTTP + CONFIG_LISTENERS_MAX,
	AT_OUTBOUND = AT_PORTAL + CONFIG_LISTENERS_MAX,
	AT_END = AT_OUTBOUND + CONFIG_WITNESSES_MAX
};
_Static_assert(AT_END <= IDS_COUNT, "the range holds every role");

static const struct {
	unsigned at;
	bool reads; /* what the gateway's group may */
} places[ROLE_COUNT] = {
    [ROLE_HTTP] = {AT_HTTP, false},         [ROLE_PORTAL] = {AT_PORTAL, true},
    [ROLE_GATEWAY] = {AT_GATEWAY, false},   [ROLE_SIGNER] = {AT_SIGNER, false},
    [ROLE_SANITIZE] = {AT_SANITIZE, false}, [ROLE_VERIFY] = {AT_VERIFY, false},
    [ROLE_PASSWORD] = {AT_PASSWORD, false}, [ROLE_OUTBOUND] = {AT_OUTBOUND, false},
};

struct spawn_user ids_of(unsigned first, enum role_id role, size_t set)
{
	unsigned in_set = roles[role].per == PER_SITE ? 0 : (unsigned)set;

	return (struct spawn_user){.uid = first + places[role].at + in_set,
				   .gid = places[role].reads ? first + AT_GATEWAY : 0};
}

static enum err check_accounts(unsigned first, struct diag *d)
{
	char name[64];

	for (unsigned i = 0; i < IDS_COUNT; i++)
		if (owner_account(first + i, name, sizeof name) == OK &&
		    strncmp(name, "sekisho", 7) != 0)
			return diag_set(d, ERR_CONFLICT, 0,
					"user id %u is of %s: set first-uid in [site] of site.conf "
					"to the first of %u free numbers",
					first + i, name, IDS_COUNT);
	return OK;
}

static const struct {
	const char *name;
	unsigned owner, group;
	mode_t mode;
	bool once; /* many files that nobody else makes */
} folders[] = {
    {STORE_FOLDER, AT_GATEWAY, AT_GATEWAY, 0750, false},
    {"blobs", AT_GATEWAY, AT_GATEWAY, 0700, true},
    {"keys", AT_GATEWAY, AT_GATEWAY, 0700, false},
    {"log", AT_SIGNER, AT_GATEWAY, 0750, false},
    {"signer", AT_SIGNER, AT_SIGNER, 0700, false},
};

static enum err give_all(const char *dir, unsigned first)
{
	/* Those that a restart after a crash finds, too. */
	static const char *const read[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm"};
	char path[OWNER_PATH];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, folders[i].name);
		TRY(owner_give(path, first + folders[i].owner, first + folders[i].group,
			       folders[i].mode, folders[i].once));
	}
	for (size_t i = 0; i < ARRAY_LEN(read); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, read[i]);
		TRY(owner_mode(path, 0640));
	}
	/* Last: until here nobody else comes in. */
	return owner_mode(dir, 0755);
}

enum err ids_check(const char *dir, unsigned first, struct diag *d)
{
	char blocked[OWNER_PATH];
	enum err e;

	TRY(check_accounts(first, d));
	e = owner_reach(dir, blocked);
	if (e == ERR_FORBIDDEN)
		return diag_set(d, e, 0,
				"the roles, each a user of its own, cannot pass through %s: "
				"chmod o+x it, or move the installation",
				blocked);
	return e == OK ? OK : diag_set(d, e, 0, "%s: %s", dir, err_str(e));
}

enum err ids_own(const char *dir, unsigned first, struct diag *d)
{
	enum err e = give_all(dir, first);

	return e == OK ? OK
		       : diag_set(d, e, 0, "%s cannot be given to the roles: %s", dir, err_str(e));
}
