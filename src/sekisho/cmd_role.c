/*
 * role: what the parent (parent.h) starts this program as; not for people.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "os/log.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"

/* sekisho role NAME ZONE N DIR [EDGE ...] */
static enum err parse(const struct cli *cli, struct role_env *env)
{
	uint64_t n;

	*env = (struct role_env){.id = ROLE_COUNT, .control = 3, .dir = cli->operand[3]};
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (strcmp(cli->operand[0], roles[i].name) == 0)
			env->id = i;
	if (env->id == ROLE_COUNT || !roles[env->id].run ||
	    strlen(cli->operand[1]) >= sizeof env->zone ||
	    !slice_u64(slice_str(cli->operand[2]), &n) || n > EDGES_MAX ||
	    cli->operands - 4 > EDGES_MAX)
		return ERR_USAGE;
	strcpy(env->zone, cli->operand[1]);
	env->n = (unsigned)n;
	for (size_t i = 4; i < cli->operands; i++) {
		struct role_edge *e = &env->edge[env->edges++];

		TRY(role_edge_parse(slice_str(cli->operand[i]), e));
		e->fd = (int)i;
	}
	return OK;
}

static int run(const struct cli *cli)
{
	struct role_env env;

	if (parse(cli, &env) != OK)
		return cli_fail(cli, "not a role that this program has");
	/* A terminal's signals go to all of its processes; a role stops when its parent says so. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	log_init(roles[env.id].name, LEVEL_INFO);
	return roles[env.id].run(&env);
}

const struct subcommand cmd_role = {
    .name = "role",
    .usage = "NAME ZONE N DIR [EDGE...]",
    .ja = "役割のプロセス (内部用)",
    .en = "a process of the server (internal)",
    .min_operands = 4,
    .max_operands = UINT_MAX,
    .hidden = true,
    .run = run,
};
