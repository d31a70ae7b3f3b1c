/*
 * verify: the recogniser alone, in a worker.
 */
#include <limits.h>
#include <stdio.h>
#include "sekisho/batch.h"
#include "sekisho/show.h"
#include "sekisho/subcommand.h"

struct work {
	const struct cli *cli;
	struct progress progress;
	size_t refused, failed;
};

static void on_done(void *arg, const struct batch_outcome *o)
{
	struct work *w = arg;

	w->failed += o->unread;
	w->refused += !o->unread && o->err != OK;
	progress_clear(&w->progress);
	show_outcome(w->cli, o, NULL, "");
	progress_step(&w->progress, o->file->place);
}

/* In a folder that sanitize wrote, the reports are no outputs. */
static void leave_out_reports(struct files *files)
{
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		if (!files->v[i].walked ||
		    !slice_ends(slice_str(files->v[i].place), S(".report.json")))
			files->v[n++] = files->v[i];
	files->n = n;
}

static int run(const struct cli *cli)
{
	AUTO_ARENA arena = arena_new(256u << 20);
	struct work w = {.cli = cli};
	struct batch b = {
	    .limits = limits_default(), .verify_only = true, .done = on_done, .arg = &w};
	struct files files = {0};
	const char *where = "";
	enum err e =
	    arena ? files_collect(arena, cli->operand, cli->operands, &files, &where) : ERR_MEMORY;

	if (e != OK)
		return cli_fail(cli, "%s: %s", where, show_system_error(cli, e));
	leave_out_reports(&files);
	/* What we wrote may be as large as an output. */
	b.limits.input_bytes = b.limits.output_bytes;
	progress_start(&w.progress, cli, files.n);
	e = batch_run(&b, &files);
	progress_clear(&w.progress);
	if (e != OK)
		return cli_fail(cli, "%s", show_system_error(cli, e));
	if (b.ret_ran)
		show_fences(cli, b.ret_fences);
	return w.failed ? EXIT_ERROR : w.refused ? EXIT_HELD : EXIT_DONE;
}

const struct subcommand cmd_verify = {
    .name = "verify",
    .usage = "FILE|DIR...",
    .ja = "関所が書き出した形そのものであるかを検証する",
    .en = "accept exactly what our writers print, and nothing else",
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run,
};
