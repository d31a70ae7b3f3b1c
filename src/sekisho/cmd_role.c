/*
 * role: what the parent (parent.h) starts this program as; not for people.
 */
#include <limits.h>
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"

static int run(const struct cli *cli)
{
	int code;

	if (role_main(cli->operand, cli->operands, &code) != OK)
		return cli_fail(cli, "not a role that this program has");
	return code;
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
