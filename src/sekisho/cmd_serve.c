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

static void print_ready(void *arg, const struct parent_zone *zones, size_t n)
{
	const struct serving *s = arg;

	for (size_t i = 0; i < n; i++) {
		const struct config_listener *l = config_listener(s->config, zones[i].zone);
		const char *scheme = l && l->tls_cert ? "https" : "http";
		const char *host = l ? l->hosts[0] : "localhost";
		unsigned port =
		    l && l->public_port ? l->public_port : sock_addr_port(&zones[i].listen);

		printf(s->cli->json ? "{\"zone\":\"%s\",\"url\":\"%s://%s:%u/\"}\n"
				    : "%-12s %s://%s:%u/\n",
		       zones[i].zone, scheme, host, port);
	}
	printf("%s\n", s->cli->json ? "{\"ready\":true}" : cli_say(s->cli, "準備完了", "ready"));
	fflush(stdout);
}

static int run(const struct cli *cli)
{
	struct parent_zone zones[CONFIG_LISTENERS_MAX] = {0};
	AUTO_ARENA a = arena_new(4 << 20);
	struct serving s = {.cli = cli};
	struct parent_conf conf = {
	    .dir = cli->operand[0], .zones = zones, .ready = print_ready, .arg = &s};
	const char *where = NULL;
	struct diag d = {0};
	enum err e;

	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	e = config_load(a, cli->operand[0], &s.config, &d);
	if (e != OK)
		return site_config_fail(cli, cli->operand[0], &d, e);
	for (size_t i = 0; i < s.config->listeners_n; i++) {
		memcpy(zones[i].zone, s.config->listeners[i].zone,
		       sizeof s.config->listeners[i].zone);
		zones[i].listen = s.config->listeners[i].address;
	}
	conf.zones_n = s.config->listeners_n;
	log_init("parent", LEVEL_INFO);
	e = parent_run(&conf, &where);
	if (e != OK)
		return cli_fail(cli, "%s: %s", where ? where : cli->operand[0], err_str(e));
	return EXIT_DONE;
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
