/*
 * reload: another site.conf for a server that runs.
 *
 * What may change: name and helpers of the city, limits, and of a listener address, hosts, port and
 * certificate. What may not is named, with what to do.
 */
#ifndef SEKISHO_RELOAD_H
#define SEKISHO_RELOAD_H

#include "sekisho/config.h"

/* ERR_USAGE with d: the first thing that cannot change while the server runs. */
enum err reload_check(const struct config *now, const struct config *next, struct diag *d)
    NODISCARD;

#endif
