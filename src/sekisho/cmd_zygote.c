/*
 * zygote: what a pool (worker/pool.h) starts this program as; not for people.
 */
#include <string.h>
#include "base/err.h"
#include "sekisho/subcommand.h"
#include "worker/zygote.h"

static int run(const struct cli *cli)
{
	for (size_t i = 0; i < ARRAY_LEN(zygote_kinds); i++)
		if (strcmp(cli->operand[0], zygote_kinds[i].name) == 0)
			return zygote_main(3, &zygote_kinds[i]);
	return cli_fail(cli, "%s: no such kind of worker", cli->operand[0]);
}

const struct subcommand cmd_zygote = {
    .name = "zygote",
    .usage = "KIND",
    .ja = "ワーカーの親 (内部用)",
    .en = "parent of workers (internal)",
    .min_operands = 1,
    .max_operands = 1,
    .hidden = true,
    .run = run,
};
