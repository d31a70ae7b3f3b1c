/*
 * status: what an installation holds, read from its store and its log; and who witnesses that.
 */
#include <fcntl.h>
#include <stdio.h>
#include "os/file.h"
#include "record/attend.h"
#include "record/cosign.h"
#include "record/signer.h"
#include "sekisho/running.h"
#include "sekisho/site.h"
#include "store/log.h"
#include "store/transfers.h"

struct witness_status {
	uint64_t last; /* seconds, of its cosignature of the kept checkpoint; 0: none */
	struct slice alarm;
};

struct status {
	uint64_t count[TRANSFER_STATES];
	uint64_t entries, signed_size, disk_free, disk_total;
	bool running;
	struct buf missing; /* fences of the running server */
	struct witness_status witness[CONFIG_WITNESSES_MAX];
	uint64_t cosigned; /* entries of the kept checkpoint */
	unsigned fresh;
	bool alarm;
};

/* The files say what is cosigned, the record what alarm there is. */
static enum err gather_witnesses(struct site *s, int log, struct status *ret)
{
	const struct config *c = s->config;
	struct cosign_peer peer[CONFIG_WITNESSES_MAX] = {0};
	struct cosign *cosign;

	for (size_t i = 0; i < c->witnesses_n; i++) {
		peer[i].silence = c->witnesses[i].silence;
		TRY(tlog_vkey_parse(slice_str(c->witnesses[i].key), &peer[i].key));
	}
	TRY(cosign_new(log, peer, c->witnesses_n, &cosign));
	ret->cosigned = cosign_size(cosign);
	ret->fresh = cosign_fresh(cosign, (uint64_t)site_now_ms() / 1000);
	for (size_t i = 0; i < c->witnesses_n; i++)
		ret->witness[i].last = cosign_last(cosign, i);
	cosign_free(cosign);
	ret->alarm = ret->fresh < c->witnesses_required;
	for (size_t i = 0; i < c->witnesses_n; i++) {
		struct attend a;

		TRY(attend_read(s->store, c->witnesses[i].name, s->arena, &a));
		ret->witness[i].alarm = a.silent ? S("silent") : a.why;
		ret->alarm = ret->alarm || ret->witness[i].alarm.n;
	}
	return OK;
}

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
	TRY(gather_witnesses(s, log, ret));
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

static void print_witnesses_json(struct buf *b, const struct config *c, const struct status *st)
{
	buf_printf(b, "\"cosigned\":%llu,\"fresh\":%u,\"required\":%u,\"witnesses\":[",
		   (unsigned long long)st->cosigned, st->fresh, c->witnesses_required);
	for (size_t i = 0; i < c->witnesses_n; i++) {
		buf_printf(b, "%s{\"name\":\"%s\",\"size\":%llu,\"last\":%llu,\"alarm\":",
			   i ? "," : "", c->witnesses[i].name,
			   (unsigned long long)(st->witness[i].last ? st->cosigned : 0),
			   (unsigned long long)st->witness[i].last);
		buf_json(b, st->witness[i].alarm.n ? st->witness[i].alarm : S(""));
		buf_byte(b, '}');
	}
	buf_str(b, "]");
}

static void print_witnesses(const struct cli *cli, struct buf *b, const struct config *c,
			    const struct status *st)
{
	if (c->witnesses_n == 0)
		return;
	buf_printf(b,
		   cli_say(cli, "立会い: 記録 %llu 件に有効な署名 %u (必要 %u)\n",
			   "witnesses: %llu entries with %u fresh cosignatures, %u required\n"),
		   (unsigned long long)st->cosigned, st->fresh, c->witnesses_required);
	for (size_t i = 0; i < c->witnesses_n; i++) {
		const struct witness_status *w = &st->witness[i];
		char at[24] = "-";

		if (w->last)
			site_time((int64_t)w->last * 1000, at);
		buf_printf(b, "  %-16s %s", c->witnesses[i].name, at);
		if (w->alarm.n)
			buf_printf(b, cli_say(cli, "  警報: %.*s", "  alarm: %.*s"),
				   (int)w->alarm.n, (const char *)w->alarm.p);
		buf_byte(b, '\n');
	}
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
		buf_str(&b, "},");
		print_witnesses_json(&b, s->config, st);
		buf_printf(&b,
			   ",\"entries\":%llu,\"signed\":%llu,\"disk_free\":%llu,\"running\":%s,"
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
		print_witnesses(cli, &b, s->config, st);
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
	return st.alarm ? EXIT_HELD : EXIT_DONE;
}

const struct subcommand cmd_status = {
    .name = "status",
    .usage = "DIR",
    .ja = "受渡しの件数、記録と立会い、空き容量を示す",
    .en = "transfers by state, the record and its witnesses, free space",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
