/*
 * log cosign: asks the witnesses of site.conf for their cosignatures of the newest checkpoint (C2SP
 * tlog-witness add-checkpoint) and keeps them beside it. A process of its own, which holds no key
 * and no store; what it asks, sekisho-ask asks.
 *
 * Log events (with --every): cosigned; refused, silent, unreachable (alarms).
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include "os/file.h"
#include "os/log.h"
#include "record/prove.h"
#include "sekisho/ask.h"
#include "sekisho/site.h"

struct asked {
	int log;
	struct buf note, lines; /* the checkpoint, and the cosignatures of it */
	struct tlog_checkpoint checkpoint;
	struct buf before; /* the cosigned note of last time, empty where there is none */
	unsigned good, silent;
};

static enum err post(const struct config_witness *w, struct slice body, struct ask_answer *ret)
{
	char url[512];

	snprintf(url, sizeof url, "%s/add-checkpoint", w->url);
	return ask_peer(url, body, ret);
}

/* When the witness cosigned the note; 0 where it did not. */
static uint64_t cosigned_at(struct slice note, const struct tlog_key *key)
{
	struct tlog_note n;
	uint64_t time;

	return tlog_note_parse(note, &n) == OK && tlog_note_signed(&n, key, &time) == OK ? time : 0;
}

/* The answer of a witness, taken only where it is its good signature of this checkpoint. */
static enum err take(struct asked *s, const struct tlog_key *key, struct slice lines)
{
	AUTO_BUF whole;

	buf_init(&whole, TLOG_NOTE_MAX);
	buf_slice(&whole, buf_view(&s->note));
	buf_slice(&whole, lines);
	TRY(buf_err(&whole));
	if (!cosigned_at(buf_view(&whole), key))
		return ERR_CRYPTO;
	buf_slice(&s->lines, lines);
	return buf_err(&s->lines);
}

static uint64_t size_before(const struct asked *s, const struct tlog_key *key)
{
	struct tlog_checkpoint c;
	struct tlog_note n;

	if (!cosigned_at(buf_view(&s->before), key) ||
	    tlog_note_parse(buf_view(&s->before), &n) != OK ||
	    tlog_checkpoint_parse(n.text, &c) != OK || c.size > s->checkpoint.size)
		return 0;
	return c.size;
}

/* ERR_FORBIDDEN: the witness refuses; ERR_CONFLICT: it knows a longer log than this one. */
static enum err ask(struct asked *s, const struct config_witness *w, const struct tlog_key *key)
{
	uint64_t old = size_before(s, key);
	struct ask_answer a = {0};
	enum err e = OK;

	buf_init(&a.body, ASK_BODY_MAX);
	for (int i = 0; i < 2; i++) {
		AUTO_BUF body;

		buf_init(&body, TLOG_PROOF_FILE_MAX);
		e = log_prove_growth_from(s->log, old, buf_view(&s->note), &body);
		if (e == OK)
			e = post(w, buf_view(&body), &a);
		/* It saw another size than we assumed: once more, from there. */
		if (e != OK || a.status != 409 || strcmp(a.type, "text/x.tlog.size") != 0 ||
		    !slice_u64(slice_trim(buf_view(&a.body)), &old))
			break;
		if (old > s->checkpoint.size) {
			e = ERR_CONFLICT;
			break;
		}
	}
	if (e == OK)
		e = a.status == 200 ? take(s, key, buf_view(&a.body)) : ERR_FORBIDDEN;
	buf_free(&a.body);
	return e;
}

static void report(const struct cli *cli, const struct config_witness *w, enum err e)
{
	const char *what =
	    e == OK              ? cli_say(cli, "立ち会いました", "cosigned")
	    : e == ERR_FORBIDDEN ? cli_say(cli, "署名を断りました", "refused to cosign")
	    : e == ERR_CONFLICT
		? cli_say(cli, "この記録より長い記録を知っています: 記録が巻き戻されています",
			  "knows a longer log than this one: the log was set back")
	    : e == ERR_CRYPTO
		? cli_say(cli, "示された鍵の署名ではありません", "answered no signature by its key")
	    : e == ERR_NOT_FOUND ? cli_say(cli, "プログラム " ASK_PROGRAM " がありません",
					   "the program " ASK_PROGRAM " is missing")
				 : cli_say(cli, "つながりません", "cannot be reached");

	if (cli_flag(cli, "every"))
		log_event(e == OK ? LEVEL_INFO : LEVEL_WARN,
			  e == OK                             ? "cosigned"
			  : e == ERR_IO || e == ERR_NOT_FOUND ? "unreachable"
							      : "refused",
			  "witness=%s", w->name);
	else
		printf("%s: %s\n", w->name, what);
}

static void alarm_silence(const struct cli *cli, struct asked *s, const struct config_witness *w,
			  const struct tlog_key *key, uint64_t now)
{
	uint64_t last = cosigned_at(buf_view(&s->before), key);

	if (last && last + w->silence >= now)
		return;
	s->silent++;
	if (cli_flag(cli, "every"))
		log_event(LEVEL_ERROR, "silent", "witness=%s last=%llu", w->name,
			  (unsigned long long)last);
	else
		printf(cli_say(cli, "%s: %u 秒より長く立ち会いがありません\n",
			       "%s: no cosignature for more than %u seconds\n"),
		       w->name, w->silence);
}

static enum err read_state(struct asked *s)
{
	struct tlog_key key;
	enum err e;

	s->note.n = s->lines.n = s->before.n = 0;
	TRY(log_read_key(s->log, &key));
	TRY(log_read_note(s->log, &s->note));
	e = log_read_cosigned(s->log, &s->before);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	return tlog_checkpoint_open(buf_view(&s->note), &key, 1, slice_str(key.name),
				    &s->checkpoint);
}

static enum err round_of(const struct cli *cli, struct asked *s, const struct config *c)
{
	uint64_t now = (uint64_t)time(NULL);

	s->good = s->silent = 0;
	TRY(read_state(s));
	for (size_t i = 0; i < c->witnesses_n; i++) {
		const struct config_witness *w = &c->witnesses[i];
		struct tlog_key key;
		enum err e = tlog_vkey_parse(slice_str(w->key), &key);

		if (e == OK)
			e = ask(s, w, &key);
		report(cli, w, e);
		if (e == OK)
			s->good++;
		else
			alarm_silence(cli, s, w, &key, now);
	}
	if (s->good == 0)
		return OK;
	buf_slice(&s->note, buf_view(&s->lines));
	TRY(buf_err(&s->note));
	return file_write(s->log, "cosigned", buf_view(&s->note), 0644);
}

static int run(const struct cli *cli, const struct config *c, struct asked *s, uint64_t every)
{
	enum err e = OK;

	if (every)
		log_init("cosign", LEVEL_INFO);
	while (e == OK) {
		e = round_of(cli, s, c);
		if (!every)
			break;
		for (struct timespec left = {.tv_sec = (time_t)every};
		     nanosleep(&left, &left) != 0;)
			;
	}
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	return s->silent || s->good == 0 ? EXIT_HELD : EXIT_DONE;
}

static int run_cosign(const struct cli *cli)
{
	const char *every = cli_flag(cli, "every");
	AUTO_ARENA a = arena_new(4u << 20);
	const struct config *c;
	struct asked s = {.log = -1};
	struct diag d = {0};
	uint64_t seconds = 0;
	char path[4096];
	int code;
	enum err e;

	if (every && (!slice_u64(slice_str(every), &seconds) || !seconds || seconds > 86400))
		return cli_fail(cli, "--every: %s",
				cli_say(cli, "秒数です", "a number of seconds"));
	e = a ? config_load(a, cli->operand[0], &c, &d) : ERR_MEMORY;
	if (e != OK)
		return site_config_fail(cli, cli->operand[0], &d, e);
	if (c->witnesses_n == 0)
		return cli_fail(cli, cli_say(cli, "site.conf に [witness 名前] がありません",
					     "site.conf has no [witness NAME]"));
	snprintf(path, sizeof path, "%s/log", cli->operand[0]);
	s.log = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.log < 0)
		return cli_fail(cli, "%s: %s", path, err_str(ERR_NOT_FOUND));
	buf_init(&s.note, TLOG_NOTE_MAX);
	buf_init(&s.lines, TLOG_NOTE_MAX);
	buf_init(&s.before, TLOG_NOTE_MAX);
	code = run(cli, c, &s, seconds);
	buf_free(&s.note);
	buf_free(&s.lines);
	buf_free(&s.before);
	fd_close(&s.log);
	return code;
}

static const struct flag flags[] = {
    {"every", 0, "SECONDS", "この間隔で続ける", "go on at this interval"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_cosign = {
    .name = "log cosign",
    .usage = "DIR",
    .ja = "site.conf の立会いに最新の記録への署名を求め、隣に置く",
    .en = "ask the witnesses of site.conf to cosign the newest checkpoint",
    .flags = flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_cosign,
};
