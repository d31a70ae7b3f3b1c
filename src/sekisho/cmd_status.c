/*
 * status: what an installation holds, read from its store and its log.
 */
#include <fcntl.h>
#include <stdio.h>
#include "os/file.h"
#include "record/signer.h"
#include "sekisho/running.h"
#include "sekisho/site.h"
#include "store/log.h"
#include "store/transfers.h"

struct status {
	uint64_t count[TRANSFER_STATES];
	uint64_t entries, signed_size, disk_free, disk_total;
	bool running;
	struct buf missing; /* fences of the running server */
};

static enum err gather(struct site *s, struct status *ret)
{
	AUTO_CLOSE dir = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE log = openat(dir, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct tlog_checkpoint c;
	struct tlog_key key;

	if (dir < 0 || log < 0)
		return ERR_NOT_FOUND;
	for (int st = 1; st < TRANSFER_STATES; st++)
		TRY(store_transfers_count(s->store, (enum transfer_state)st, &ret->count[st]));
	TRY(store_log_size(s->store, &ret->entries));
	TRY(log_read_checkpoint(log, s->arena, &key, &c));
	ret->signed_size = c.size;
	enum err e = running_read(s->dir, &ret->missing);

	ret->running = e == OK;
	if (e != ERR_NOT_FOUND)
		TRY(e);
	return file_disk(dir, &ret->disk_free, &ret->disk_total);
}

static void print_fences(const struct cli *cli, const struct status *st, struct buf *b)
{
	if (!st->running)
		buf_str(b, cli_say(cli, "動いていません\n", "not running\n"));
	else if (st->missing.n == 0)
		buf_str(b, cli_say(cli, "動いています。隔てはすべてあります\n",
				   "running; no fence is missing\n"));
	else
		buf_printf(b,
			   cli_say(cli, "動いています。欠けている隔て: %.*s\n",
				   "running; fences missing: %.*s\n"),
			   (int)st->missing.n, (const char *)st->missing.p);
}

static void print(const struct cli *cli, const struct site *s, const struct status *st)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (cli->json) {
		buf_str(&b, "{\"city\":");
		buf_json(&b, s->config->city);
		buf_str(&b, ",\"transfers\":{");
		for (int i = 1; i < TRANSFER_STATES; i++)
			buf_printf(&b, "%s\"%s\":%llu", i > 1 ? "," : "",
				   transfer_state_word((enum transfer_state)i),
				   (unsigned long long)st->count[i]);
		buf_printf(&b,
			   "},\"entries\":%llu,\"signed\":%llu,\"disk_free\":%llu,\"running\":%s,"
			   "\"fences_missing\":",
			   (unsigned long long)st->entries, (unsigned long long)st->signed_size,
			   (unsigned long long)st->disk_free, st->running ? "true" : "false");
		buf_json(&b, buf_view(&st->missing));
		buf_str(&b, "}\n");
	} else {
		buf_printf(&b, "%.*s (%.*s)\n", (int)s->config->city_name.n,
			   (const char *)s->config->city_name.p, (int)s->config->city.n,
			   (const char *)s->config->city.p);
		for (int i = 1; i < TRANSFER_STATES; i++)
			if (st->count[i])
				buf_printf(&b, "  %-12s %llu\n",
					   transfer_state_word((enum transfer_state)i),
					   (unsigned long long)st->count[i]);
		buf_printf(&b,
			   cli_say(cli,
				   "記録 %llu 件 (署名済み %llu 件)、空き %llu MiB / %llu MiB\n",
				   "%llu entries (%llu signed), %llu of %llu MiB free\n"),
			   (unsigned long long)st->entries, (unsigned long long)st->signed_size,
			   (unsigned long long)(st->disk_free >> 20),
			   (unsigned long long)(st->disk_total >> 20));
		print_fences(cli, st, &b);
	}
	printf("%.*s", (int)b.n, (const char *)b.p);
}

static int run(const struct cli *cli)
{
	struct status st = {0};
	AUTO_SITE s = {0};
	enum err e;

	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	buf_init(&st.missing, RUNNING_MAX);
	e = gather(&s, &st);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	print(cli, &s, &st);
	buf_free(&st.missing);
	return EXIT_DONE;
}

const struct subcommand cmd_status = {
    .name = "status",
    .usage = "DIR",
    .ja = "受渡しの件数、記録、空き容量を示す",
    .en = "transfers by state, the record, free space",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
