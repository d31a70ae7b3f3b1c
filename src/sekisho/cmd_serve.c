/*
 * serve: starts every role of an installation and supervises them until it is told to stop.
 */
#include <stdio.h>
#include "os/log.h"
#include "sekisho/config.h"
#include "sekisho/parent.h"
#include "sekisho/site.h"
#include "sekisho/subcommand.h"

struct serving {
	const struct cli *cli;
	const struct config *config;
};

static void print_ready(void *arg, const struct given *given)
{
	const struct serving *s = arg;

	for (size_t i = 0; i < given->n; i++) {
		const struct given_zone *z = &given->zone[i];
		const struct config_listener *l = config_listener(s->config, z->zone);
		const char *scheme = l && l->tls_cert ? "https" : "http";
		const char *host = l ? l->hosts[0] : "localhost";
		unsigned port = l && l->public_port ? l->public_port : sock_addr_port(&z->bound);

		printf(s->cli->json ? "{\"zone\":\"%s\",\"url\":\"%s://%s:%u/\"}\n"
				    : "%-12s %s://%s:%u/\n",
		       z->zone, scheme, host, port);
	}
	printf("%s\n", s->cli->json ? "{\"ready\":true}" : cli_say(s->cli, "準備完了", "ready"));
	fflush(stdout);
}

static int run(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(4 << 20);
	struct serving s = {.cli = cli};
	struct parent_conf conf = {.dir = cli->operand[0], .ready = print_ready, .arg = &s};
	struct diag d = {0};
	AUTO_BUF text;
	enum err e;

	buf_init(&text, CONFIG_MAX);
	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = config_read(conf.dir, &text, &d);
	if (e == OK)
		e = config_parse(a, conf.dir, buf_view(&text), &s.config, &d);
	if (e != OK)
		return site_config_fail(cli, conf.dir, &d, e);
	conf.config = s.config;
	conf.text = buf_view(&text);
	log_init("parent", LEVEL_INFO);
	e = parent_run(&conf, &d);
	return e == OK ? EXIT_DONE : cli_fail(cli, "%s", d.text);
}

const struct subcommand cmd_serve = {
    .name = "serve",
    .usage = "DIR",
    .ja = "設置した関所を動かす",
    .en = "run the server of an installation",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
