/*
 * log erase: forgets what the commitments of one stream hide; the entries and every proof stay.
 */
#include <stdio.h>
#include <stdlib.h>
#include "record/record.h"
#include "sekisho/site.h"
#include "store/log.h"

/* Whether the stream has an entry: a mistyped name must not be answered by "0 erased". */
static enum err known(struct store *s, struct slice stream)
{
	AUTO_ARENA a = arena_new(64u << 20);
	struct log_row *rows;
	size_t n;

	if (!a)
		return ERR_MEMORY;
	TRY(store_log_stream(s, stream, a, &rows, &n));
	return n > 0 ? OK : ERR_NOT_FOUND;
}

static int run_erase(const struct cli *cli)
{
	struct slice stream = slice_str(cli->operand[1]);
	AUTO_SITE s = {0};
	uint64_t n = 0;
	enum err e;

	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	e = known(s.store, stream);
	if (e == ERR_NOT_FOUND)
		return cli_fail(cli,
				cli_say(cli, "%s: その流れの記録はありません",
					"%s: the record has no such stream"),
				cli->operand[1]);
	if (e == OK)
		e = store_begin(s.store);
	if (e == OK)
		e = record_erase(s.store, stream, slice_str(site_by(cli)), site_now_ms(), &n);
	if (e == OK)
		e = store_commit(s.store);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	e = store_scrub(s.store);
	if (e != OK)
		return cli_fail(
		    cli,
		    cli_say(cli,
			    "%s: 消去は記録しましたが、まだ読み手がいるため作業ファイルに"
			    "残っています。もう一度実行してください (%s)",
			    "%s: erased and recorded, but a reader still holds the write-ahead "
			    "file: run it again (%s)"),
		    cli->operand[0], err_str(e));
	printf(cli->json ? "{\"erased\":%llu}\n"
			 : cli_say(cli, "値 %llu 件を消去し、そのことを記録しました\n",
				   "%llu values erased; that is an entry now\n"),
	       (unsigned long long)n);
	return EXIT_DONE;
}

const struct subcommand cmd_log_erase = {
    .name = "log erase",
    .usage = "DIR STREAM",
    .ja = "流れ (transfer/ID など) の個人の値を消去する。証明は有効なまま",
    .en = "erase the values of a stream, as transfer/ID; every proof stays valid",
    .flags = site_by_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_erase,
};
