#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include "os/log.h"
#include "sekisho/roles.h"

enum { WORDS_BEFORE_EDGES = 4, FIRST_EDGE_FD = 4 };

/* NAME ZONE N DIR [EDGE ...] */
static enum err parse(const char *const *words, size_t words_n, struct role_env *env)
{
	uint64_t n;

	if (words_n < WORDS_BEFORE_EDGES || words_n - WORDS_BEFORE_EDGES > EDGES_MAX)
		return ERR_USAGE;
	*env = (struct role_env){
	    .id = ROLE_COUNT, .control = 3, .line = -1, .offer = {-1, -1, -1, -1}, .dir = words[3]};
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (strcmp(words[0], roles[i].name) == 0)
			env->id = i;
	if (env->id == ROLE_COUNT || !role_entries[env->id] ||
	    strlen(words[1]) >= sizeof env->zone || !slice_u64(slice_str(words[2]), &n) ||
	    n > EDGES_MAX)
		return ERR_USAGE;
	strcpy(env->zone, words[1]);
	env->n = (unsigned)n;
	for (size_t i = WORDS_BEFORE_EDGES; i < words_n; i++) {
		struct role_edge *e = &env->edge[env->edges];

		TRY(role_edge_parse(slice_str(words[i]), e));
		e->fd = FIRST_EDGE_FD + (int)env->edges++;
	}
	return OK;
}

enum err role_main(const char *const *words, size_t n, int *ret_code)
{
	struct role_env env;

	TRY(parse(words, n, &env));
	/* A terminal's signals go to all of its processes; a role stops when its parent says so. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	umask(022);
	log_init(roles[env.id].name, LEVEL_INFO);
	*ret_code = role_entries[env.id](&env);
	return OK;
}
