/*
 * log verify, log show: the record, checked whole, and read.
 */
#include <stdio.h>
#include <time.h>
#include "record/check.h"
#include "record/record.h"
#include "sekisho/site.h"
#include "store/log.h"

#define TRIES 4 /* a running gateway may be about to sign: look again before calling it a tail */

static void wait_a_little(void)
{
	struct timespec t = {.tv_nsec = 600 * 1000 * 1000};

	nanosleep(&t, NULL);
}

static void print_check(const struct cli *cli, const struct log_check *c)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (cli->json) {
		buf_printf(&b,
			   "{\"ok\":%s,\"size\":%llu,\"entries\":%llu,\"values\":%llu,"
			   "\"erased\":%llu,\"unsigned\":%llu,\"root\":\"%s\",\"where\":",
			   !c->fault.where[0] && !c->unsigned_tail ? "true" : "false",
			   (unsigned long long)c->size, (unsigned long long)c->entries,
			   (unsigned long long)c->values, (unsigned long long)c->erased,
			   (unsigned long long)c->unsigned_tail, c->root);
		buf_json(&b, slice_str(c->fault.where));
		buf_str(&b, ",\"what\":");
		buf_json(&b, slice_str(c->fault.what));
		buf_str(&b, "}\n");
	} else if (c->fault.where[0]) {
		buf_printf(&b, "%s: %s\n", c->fault.where, c->fault.what);
	} else {
		buf_printf(
		    &b,
		    cli_say(cli,
			    "記録 %llu 件を確かめました: すべて署名と一致 (値 %llu 件、消去済み "
			    "%llu 件)\n根 %s\n",
			    "%llu entries verified: all as signed (%llu values fit, %llu "
			    "erased)\nroot %s\n"),
		    (unsigned long long)c->entries, (unsigned long long)c->values,
		    (unsigned long long)c->erased, c->root);
		if (c->unsigned_tail)
			buf_printf(&b,
				   cli_say(cli, "未署名の末尾 %llu 件 (記録 %llu から)\n",
					   "unsigned tail: %llu entries, from entry %llu on\n"),
				   (unsigned long long)c->unsigned_tail,
				   (unsigned long long)c->size);
	}
	printf("%.*s", (int)b.n, (const char *)b.p);
}

static int run_verify(const struct cli *cli)
{
	struct log_check c = {0};
	AUTO_SITE s = {0};
	enum err e = OK;

	/* A copy has no store, and its own key says nothing about it. */
	if (cli_flag(cli, "key"))
		return log_audit(cli);
	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	for (int i = 0; i < TRIES; i++) {
		e = log_check(cli->operand[0], s.store, &c);
		if (e != OK || (!c.fault.where[0] && !c.unsigned_tail))
			break;
		wait_a_little();
	}
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	print_check(cli, &c);
	return c.fault.where[0] || c.unsigned_tail ? EXIT_HELD : EXIT_DONE;
}

/* -- show ---------------------------------------------------------------------------------------
 */

static void print_entry(const struct cli *cli, const struct record_entry *e)
{
	char at[24];
	AUTO_BUF b;

	buf_init(&b, 1 << 20);
	site_time(e->at_ms, at);
	if (cli->json) {
		record_json(e, &b);
		buf_byte(&b, '\n');
	} else {
		buf_printf(&b, "%6llu  %s  %.*s\n", (unsigned long long)e->index, at,
			   (int)e->type.n, (const char *)e->type.p);
		for (size_t i = 0; i < e->n; i++) {
			const struct record_pair *p = &e->pairs[i];
			struct slice v = p->secret ? p->clear : p->value;

			if (slice_eq_str(p->key, "at") || slice_eq_str(p->key, "city"))
				continue;
			if (p->erased)
				v = slice_str(cli_say(cli, "(消去済み)", "(erased)"));
			else if (p->secret && v.n == 32 && !slice_eq_str(p->key, "actor"))
				v = p->value; /* a content hash: bytes, not text */
			if (v.n > 0)
				buf_printf(&b, "        %.*s: %.*s\n", (int)p->key.n,
					   (const char *)p->key.p, (int)v.n, (const char *)v.p);
		}
	}
	fwrite(b.p, 1, b.n, stdout);
}

static int run_show(const struct cli *cli)
{
	const char *stream = cli_flag(cli, "stream");
	AUTO_SITE s = {0};
	uint64_t size;

	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	if (store_log_size(s.store, &size) != OK)
		return cli_fail(cli, "%s", store_message(s.store));
	for (uint64_t i = 0; i < size; i++) {
		AUTO_ARENA a = arena_new(4 << 20);
		struct record_entry e;
		enum err got = a ? record_at(s.store, i, a, &e) : ERR_MEMORY;

		if (got != OK)
			return cli_fail(cli, "entry %llu: %s", (unsigned long long)i, err_str(got));
		if (!stream || slice_eq_str(e.stream, stream))
			print_entry(cli, &e);
	}
	return EXIT_DONE;
}

const struct subcommand cmd_log_verify = {
    .name = "log verify",
    .usage = "DIR [--key KEY]",
    .ja = "記録を全部読み直し、最初の誤りか未署名の末尾を示す (写しは --key で)",
    .en = "read the whole record again, or an exported copy by --key; names the first fault",
    .flags = log_trust_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_verify,
};

static const struct flag show_flags[] = {
    {"stream", 's', "STREAM", "この流れだけ (transfer/ID など)",
     "only this stream, as transfer/ID"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_show = {
    .name = "log show",
    .usage = "DIR",
    .ja = "記録を読める形で示す",
    .en = "print the entries of the record",
    .flags = show_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_show,
};
