#include "sekisho/reload.h"

#include <string.h>

#define RESTART "this cannot change while the server runs: restart it, or put back what was"

static enum err no(struct diag *d, const char *what)
{
	return diag_set(d, ERR_USAGE, 0, "%s: " RESTART, what);
}

static bool same_peer(const struct config_witness *a, const struct config_witness *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->key, b->key) == 0 &&
	       strcmp(a->url, b->url) == 0 && a->silence == b->silence &&
	       a->address.n == b->address.n &&
	       memcmp(&a->address.ss, &b->address.ss, a->address.n) == 0;
}

static enum err check_witnesses(const struct config *now, const struct config *next, struct diag *d)
{
	if (now->witnesses_n != next->witnesses_n)
		return no(d, "the number of [witness] sections");
	for (size_t i = 0; i < now->witnesses_n; i++)
		if (!same_peer(&now->witnesses[i], &next->witnesses[i]))
			return diag_set(d, ERR_USAGE, 0, "[witness %s]: " RESTART,
					now->witnesses[i].name);
	return OK;
}

/* Each is a process of its own, by its place in the file. */
static enum err check_listeners(const struct config *now, const struct config *next, struct diag *d)
{
	if (now->listeners_n != next->listeners_n)
		return no(d, "the number of [listen] sections");
	for (size_t i = 0; i < now->listeners_n; i++)
		if (strcmp(now->listeners[i].zone, next->listeners[i].zone) != 0)
			return no(d, "zones and order of the [listen] sections");
	return OK;
}

enum err reload_check(const struct config *now, const struct config *next, struct diag *d)
{
	if (!slice_eq(now->city, next->city))
		return no(d, "city in [site]");
	if (now->first_uid != next->first_uid)
		return no(d, "first-uid in [site]");
	if (strcmp(now->policy, next->policy) != 0)
		return no(d, "policy in [paths]");
	TRY(check_listeners(now, next, d));
	if (now->witnesses_required != next->witnesses_required ||
	    now->ask_every != next->ask_every)
		return no(d, "[witnesses]");
	return check_witnesses(now, next, d);
}
