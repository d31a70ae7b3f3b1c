/*
 * sanitize, inspect: files through the workers, without a server.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "os/clock.h"
#include "os/file.h"
#include "sekisho/batch.h"
#include "sekisho/report_view.h"
#include "sekisho/show.h"
#include "sekisho/subcommand.h"

#define OUT_FOLDER "sekisho-out"
#define SAME_NAME_MAX 1000

struct work {
	const struct cli *cli;
	const char *folder; /* NULL: inspect, nothing is written */
	struct progress progress;
	size_t clean, held, failed, found;
};

/* Makes the folders of a path below the output folder. */
static enum err make_folders(const char *path)
{
	char part[PATH_MAX];

	for (const char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		if ((size_t)(at - path) >= sizeof part)
			return ERR_USAGE;
		memcpy(part, path, (size_t)(at - path));
		part[at - path] = '\0';
		TRY(file_mkdir(part, 0777));
	}
	return OK;
}

/* The length of a place without its extension. */
static size_t stem_of(const char *place)
{
	const char *slash = strrchr(place, '/'), *dot = strrchr(place, '.');

	return dot && dot > (slash ? slash + 1 : place) ? (size_t)(dot - place) : strlen(place);
}

/*
 * Writes the report and, where there is one, the output under the first free name: NAME.ext, then
 * NAME-2.ext and so on. The report comes first: no output ever stands without it. What exists is
 * never replaced.
 */
static enum err write_pair(const char *folder, const char *place, const char *ext,
			   const struct slice *out, struct slice report, char *ret, size_t size)
{
	int stem = (int)(ext ? stem_of(place) : strlen(place));

	for (unsigned i = 1; i < SAME_NAME_MAX; i++) {
		char name[PATH_MAX], rep[PATH_MAX + 16], nth[16] = "";
		int k;
		enum err e;

		if (i > 1)
			snprintf(nth, sizeof nth, "-%u", i);
		k = snprintf(name, sizeof name, "%s/%.*s%s%s%s", folder, stem, place, nth,
			     ext ? "." : "", ext ? ext : "");
		if (k < 0 || (size_t)k >= sizeof name || (size_t)k >= size)
			return ERR_USAGE;
		snprintf(rep, sizeof rep, "%s.report.json", name);
		TRY(make_folders(name));
		e = file_put_new(AT_FDCWD, rep, report, 0644);
		if (e == ERR_CONFLICT)
			continue;
		TRY(e);
		if (out) {
			e = file_put_new(AT_FDCWD, name, *out, 0644);
			if (e != OK && remove(rep) != 0)
				return ERR_IO;
			if (e == ERR_CONFLICT)
				continue;
			TRY(e);
		}
		memcpy(ret, name, (size_t)k + 1);
		return OK;
	}
	return ERR_CONFLICT;
}

static struct slice or_empty_report(struct slice report)
{
	return report.n ? report : S("{}");
}

static void count(struct work *w, const struct batch_outcome *o, uint64_t things)
{
	if (o->unread)
		w->failed++;
	else if (o->err != OK)
		w->held++;
	else
		w->clean++;
	if (o->err != OK || things > 0)
		w->found++;
}

static void on_done(void *arg, const struct batch_outcome *given)
{
	struct work *w = arg;
	struct batch_outcome o = *given;
	AUTO_REPORT_VIEW view = {NULL};
	char name[PATH_MAX] = "";

	/* A report that is not one makes the whole answer worthless. */
	if (o.err == OK && report_view_parse(o.report, &view) != OK)
		o.err = diag_set(&o.diag, ERR_PEER, 0, "the worker's report is malformed");
	else if (o.err != OK && o.report.n > 0 && report_view_parse(o.report, &view) != OK)
		o.report = slice_of(NULL, 0);
	if (w->folder && !o.unread) {
		enum err e = write_pair(w->folder, o.file->place, o.err == OK ? o.ext : NULL,
					o.err == OK ? &o.out : NULL, or_empty_report(o.report),
					name, sizeof name);

		if (e != OK) {
			o.unread = true;
			o.err = diag_set(&o.diag, e, 0, "the output could not be written");
		}
	}
	count(w, &o, view.root ? report_view_count(&view, NULL) : 0);
	progress_clear(&w->progress);
	show_outcome(w->cli, &o, view.root ? &view : NULL, name);
	progress_step(&w->progress, o.file->place);
}

static bool number(const struct cli *cli, const char *flag, uint64_t least, uint64_t most,
		   uint64_t *ret)
{
	const char *text = cli_flag(cli, flag);
	uint64_t n;

	if (!text)
		return true;
	if (!slice_u64(slice_str(text), &n) || n < least || n > most)
		return false;
	*ret = n;
	return true;
}

/* One of two words, the first being the default. */
static bool choice(const struct cli *cli, const char *flag, const char *first, const char *second,
		   int *ret)
{
	const char *text = cli_flag(cli, flag);

	if (text && strcmp(text, first) != 0 && strcmp(text, second) != 0)
		return false;
	*ret = text && strcmp(text, second) == 0;
	return true;
}

static int work(const struct cli *cli, struct work *w, struct batch *b)
{
	AUTO_ARENA arena = arena_new(256u << 20);
	struct files files = {0};
	const char *where = "";
	uint64_t start = clock_mono_ms();
	enum err e =
	    arena ? files_collect(arena, cli->operand, cli->operands, &files, &where) : ERR_MEMORY;

	if (e != OK)
		return cli_fail(cli, "%s: %s", where, show_system_error(cli, e));
	if (files.n == 0)
		return cli_fail(cli, "%s",
				cli_say(cli, "ファイルがありません", "there are no files"));
	progress_start(&w->progress, cli, files.n);
	e = batch_run(b, &files);
	progress_clear(&w->progress);
	if (e != OK)
		return cli_fail(cli, "%s%s%s", b->ret_missing ? b->ret_missing : "",
				b->ret_missing ? ": " : "", show_system_error(cli, e));
	if (b->ret_ran)
		show_fences(cli, b->ret_fences);
	show_total(cli, w->folder != NULL, w->clean, w->held, w->failed, files.skipped,
		   clock_mono_ms() - start);
	return w->failed ? EXIT_ERROR : w->held ? EXIT_HELD : EXIT_DONE;
}

static bool common_flags(const struct cli *cli, struct batch *b)
{
	int text, drop;
	uint64_t jobs = 0;

	if (!choice(cli, "method", "rebuild", "text", &text) ||
	    !choice(cli, "hidden", "keep", "drop", &drop) || !number(cli, "jobs", 1, 64, &jobs))
		return false;
	b->method = text ? METHOD_TEXT : METHOD_REBUILD;
	b->hidden = drop ? HIDDEN_DROP : HIDDEN_KEEP;
	b->at_once = (uint32_t)jobs;
	return true;
}

static int bad_flag(const struct cli *cli)
{
	return cli_fail(cli,
			cli_say(cli, "選択肢の値が誤っています (sekisho %s --help)",
				"a bad value of an option (see sekisho %s --help)"),
			cli->cmd->name);
}

static int run_sanitize(const struct cli *cli)
{
	const char *folder = cli_flag(cli, "output");
	struct work w = {.cli = cli, .folder = folder ? folder : OUT_FOLDER};
	struct batch b = {.limits = limits_default(),
			  .no_sandbox = cli_flag(cli, "no-sandbox") != NULL,
			  .done = on_done,
			  .arg = &w};
	enum err e;

	if (!common_flags(cli, &b))
		return bad_flag(cli);
	e = file_mkdir(w.folder, 0777);
	if (e != OK)
		return cli_fail(cli, "%s: %s", w.folder, show_system_error(cli, e));
	return work(cli, &w, &b);
}

static int run_inspect(const struct cli *cli)
{
	struct work w = {.cli = cli};
	struct batch b = {.limits = limits_default(), .done = on_done, .arg = &w};
	int code;

	if (!common_flags(cli, &b))
		return bad_flag(cli);
	code = work(cli, &w, &b);
	if (code == EXIT_ERROR)
		return code;
	return w.found ? EXIT_FOUND : EXIT_DONE;
}

#define COMMON_FLAGS \
	{"method", 'm', "rebuild|text", "無害化の方式: rebuild 再構築 (既定)、text テキスト化", \
	 "rebuild (default) or text"}, \
	    {"hidden", 0, "keep|drop", \
	     "見えないもの (非表示シート・コメント・変更履歴等) を残す keep (既定)、除く drop", \
	     "what people do not see: keep (default) or drop"}, \
	{ \
		"jobs", 'j', "N", "同時に処理する数 (既定: 処理装置の数)", \
		    "files at once (default: number of processors)" \
	}

static const struct flag sanitize_flags[] = {
    {"output", 'o', "DIR", "書き出すフォルダー (既定: " OUT_FOLDER ")",
     "folder to write to (default: " OUT_FOLDER ")"},
    COMMON_FLAGS,
    {"no-sandbox", 0, NULL, "隔離しないワーカーで処理する (デバッガー用。危険)",
     "workers without any fence (for a debugger; unsafe)"},
    {NULL},
};

static const struct flag inspect_flags[] = {
    COMMON_FLAGS,
    {NULL},
};

const struct subcommand cmd_sanitize = {
    .name = "sanitize",
    .usage = "FILE|DIR...",
    .ja = "ファイルを無害化する",
    .en = "rebuild files without what could act or fetch",
    .flags = sanitize_flags,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run_sanitize,
};

const struct subcommand cmd_inspect = {
    .name = "inspect",
    .usage = "FILE|DIR...",
    .ja = "ファイルに何が含まれ、無害化でどうなるかを見る (書き出さない)",
    .en = "show what files hold and what would become of it",
    .flags = inspect_flags,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run_inspect,
};
