#include "sekisho/site.h"
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include "governance/version.h"
#include "os/clock.h"
#include "os/file.h"

#define ARENA (256u << 20)

int site_config_fail(const struct cli *cli, const char *dir, const struct diag *d, enum err e)
{
	if (d->line > 0)
		return cli_fail(cli, "%s/%s:%u:%u: %s", dir, CONFIG_FILE, d->line, d->column,
				d->text);
	if (e == ERR_NOT_FOUND)
		return cli_fail(
		    cli,
		    cli_say(cli,
			    "%s は関所の環境ではありません (%s がありません。"
			    "「sekisho init」で作れます)",
			    "%s is no installation (it has no %s; `sekisho init` makes one)"),
		    dir, CONFIG_FILE);
	return cli_fail(cli, "%s", d->text[0] ? d->text : err_str(e));
}

enum err site_open(const struct cli *cli, const char *dir, enum store_mode mode, struct site *ret)
{
	struct site s = {.dir = dir, .arena = arena_new(ARENA)};
	struct diag d = {0};
	char path[4096];
	enum err e;

	if (!s.arena)
		return ERR_MEMORY;
	e = config_load(s.arena, dir, &s.config, &d);
	if (e != OK) {
		site_config_fail(cli, dir, &d, e);
		site_close(&s);
		return e;
	}
	snprintf(path, sizeof path, "%s/%s", dir, STORE_FILE);
	e = store_open(&store_sqlite, path, mode, s.config->city, &s.store);
	if (e != OK) {
		cli_fail(cli, "%s: %s", path, err_str(e));
		site_close(&s);
		return e;
	}
	*ret = s;
	return OK;
}

void site_close(struct site *s)
{
	store_close(s->store);
	arena_free(s->arena);
	*s = (struct site){0};
}

enum err site_policy(const struct cli *cli, struct site *s, const struct policy **ret)
{
	struct version v;
	uint64_t epoch;
	enum err e = version_in_force(s->store, s->arena, &epoch, &v);

	if (e != OK) {
		cli_fail(cli, "%s: %s", s->dir, err_str(e));
		return e;
	}
	*ret = v.policy;
	return OK;
}

int64_t site_now_ms(void)
{
	return clock_utc_us() / 1000;
}

void site_time(int64_t utc_ms, char ret[24])
{
	time_t t = (time_t)(utc_ms / 1000) + 9 * 3600;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(ret, 24, "%Y-%m-%d %H:%M:%S", &tm);
}

const struct flag site_by_flags[] = {
    {"by", 0, "LOGIN", "行う人 (既定 operator)", "who does it (default: operator)"},
    {NULL, 0, NULL, NULL, NULL},
};

const char *site_by(const struct cli *cli)
{
	const char *login = cli_flag(cli, "by");

	return login ? login : "operator";
}

int site_put_out(const struct cli *cli, struct slice bytes)
{
	const char *to = cli_flag(cli, "output");
	enum err e;

	if (!to)
		return fwrite(bytes.p, 1, bytes.n, stdout) == bytes.n ? EXIT_DONE : EXIT_ERROR;
	e = file_write_new(AT_FDCWD, to, bytes, 0644);
	if (e == ERR_CONFLICT)
		return cli_fail(cli, cli_say(cli, "%s: すでにあります", "%s: exists already"), to);
	return e == OK ? EXIT_DONE : cli_fail(cli, "%s: %s", to, err_str(e));
}
