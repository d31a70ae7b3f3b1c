/*
 * config check: reads DIR/site.conf as `serve` would, and says where it is wrong.
 */
#include <stdio.h>
#include "sekisho/config.h"
#include "sekisho/site.h"
#include "sekisho/subcommand.h"

static int run(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(1 << 20);
	const struct config *c;
	struct diag d = {0};
	AUTO_BUF json = {0};
	enum err e;

	buf_init(&json, 65536);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = config_load(a, cli->operand[0], &c, &d);
	if (cli->json) {
		buf_printf(&json, "{\"ok\":%s,\"line\":%u,\"column\":%u,\"text\":",
			   e == OK ? "true" : "false", d.line, d.column);
		buf_json(&json, slice_str(d.text));
		printf("%.*s}\n", (int)json.n, (const char *)json.p);
		return e == OK ? EXIT_DONE : EXIT_ERROR;
	}
	if (e != OK)
		return site_config_fail(cli, cli->operand[0], &d, e);
	for (size_t i = 0; i < c->listeners_n; i++) {
		const struct config_listener *l = &c->listeners[i];
		char address[SOCK_TEXT_SIZE];

		sock_addr_text(&l->address, address);
		printf("%-12s %-24s %s\n", l->zone, address,
		       l->tls_cert
			   ? "TLS"
			   : cli_say(cli, "平文(ループバックのみ)", "plaintext (loopback only)"));
	}
	return EXIT_DONE;
}

const struct subcommand cmd_config_check = {
    .name = "config check",
    .usage = "DIR",
    .ja = "site.conf を検査し、誤りの行と桁を示す",
    .en = "check site.conf; names line and column of a fault",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
