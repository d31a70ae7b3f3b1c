/*
 * given: what the parent reads and opens for the roles, so that none of them needs the right to:
 * the text of site.conf as it was checked, and of each zone the listening socket, certificate and
 * key. A role that is started again later gets the same.
 */
#ifndef SEKISHO_GIVEN_H
#define SEKISHO_GIVEN_H

#include "sekisho/config.h"

struct given_zone {
	char zone[33];
	struct sock_addr asked, bound; /* port 0 asks for any */
	int listener, cert, key;       /* owned; cert and key are memory files, -1: plaintext */
};

struct given {
	int config; /* sealed memory file; -1 where there is nothing yet */
	struct given_zone zone[CONFIG_LISTENERS_MAX];
	size_t n;
};

#define GIVEN_NONE ((struct given){.config = -1})

/*
 * Of `text`, which is the site.conf that `c` was read from. The listeners of `old` (may be NULL)
 * are used again where the address is the same. ERR_CONFLICT, ERR_FORBIDDEN, ERR_NOT_FOUND,
 * ERR_IO, ERR_MEMORY, with d.
 */
enum err given_open(const struct config *c, struct slice text, const struct given *old,
		    struct given *ret, struct diag *d) NODISCARD;
void given_close(struct given *g);

#endif
