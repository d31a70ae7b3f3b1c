#include "sekisho/show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Lines of a report on the terminal; a held file's are about what does not exist. */
#define LINES_MAX 24
#define LINES_HELD 6
#define BAR 30

void progress_start(struct progress *p, const struct cli *cli, size_t total)
{
	*p = (struct progress){
	    .on = isatty(STDERR_FILENO) && !cli->json, .ja = cli->ja, .total = total};
}

void progress_step(struct progress *p, const char *name)
{
	char bar[BAR + 1];
	size_t full;
	AUTO_BUF b = {0};

	buf_init(&b, 4096);
	p->done++;
	if (!p->on)
		return;
	full = p->done * BAR / p->total;
	memset(bar, '#', full);
	memset(bar + full, '.', BAR - full);
	bar[BAR] = '\0';
	print_tame(&b, slice_str(name));
	fprintf(stderr, "\r\033[K[%s] %zu/%zu %.*s", bar, p->done, p->total, (int)b.n,
		(const char *)b.p);
	fflush(stderr);
}

void progress_clear(const struct progress *p)
{
	if (!p->on)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

const char *show_system_error(const struct cli *cli, enum err e)
{
	static const struct {
		enum err e;
		const char *ja, *en;
	} row[] = {
	    {ERR_NOT_FOUND, "見つかりません", "not found"},
	    {ERR_FORBIDDEN, "読み書きする権限がありません", "permission denied"},
	    {ERR_FULL, "ディスクの空きが足りません", "no space left on the disk"},
	    {ERR_CONFLICT, "同じ名前のものがあります", "something of that name is in the way"},
	    {ERR_USAGE, "ファイルでもフォルダーでもないか、名前が長すぎます",
	     "neither a file nor a folder, or its name is too long"},
	    {ERR_LIMIT, "フォルダーが深すぎます", "the folders are too deep"},
	    {ERR_MEMORY, "メモリが足りません", "out of memory"},
	    {ERR_IO, "システムの入出力に失敗しました", "an input or output error of the system"},
	};

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (row[i].e == e)
			return cli->ja ? row[i].ja : row[i].en;
	return err_str(e);
}

void show_fences(const struct cli *cli, struct fences f)
{
	AUTO_BUF b;

	buf_init(&b, 1000);
	fences_missing(f, &b);
	if (b.n)
		fprintf(stderr,
			cli_say(cli, "sekisho: この環境では次の隔離が使えません: %.*s\n",
				"sekisho: these fences are missing here: %.*s\n"),
			(int)b.n, (const char *)b.p);
}

/* Why a file is held: the finding's sentence, or what stopped the worker. */
static void print_reason(const struct cli *cli, const struct batch_outcome *o,
			 const struct report_view *view, struct buf *b)
{
	const struct finding *f = view ? report_view_held(view) : NULL;

	buf_str(b, cli_say(cli, "  理由    ", "  reason  "));
	if (o->unread)
		buf_str(b, show_system_error(cli, o->err));
	else if (o->unrecognised)
		buf_str(b,
			cli_say(cli, "書き出したものを検証器が認めませんでした（関所の不具合です）",
				"the recogniser refused what we wrote (a fault of Sekisho)"));
	else if (f)
		buf_str(b, cli->ja ? f->ja : f->en);
	else if (o->err == ERR_TIMEOUT || o->err == ERR_LIMIT || o->err == ERR_MEMORY)
		buf_str(b, cli_say(cli, "処理の上限を超えました", "it passed a limit"));
	else if (o->err == ERR_CRASH || o->err == ERR_PEER)
		buf_str(b, cli_say(cli, "隔離された処理が異常終了しました",
				   "its worker ended abnormally"));
	else
		buf_str(b, cli_say(cli, "決められた形ではありません", "it has not the known form"));
	/* "limit" alone says nothing that the detail does not. */
	if (o->fault[0] && strcmp(o->fault, "limit") != 0)
		buf_printf(b, cli_say(cli, "（%s）", " (%s)"), o->fault);
	buf_byte(b, '\n');
	if (o->diag.text[0]) {
		buf_str(b, cli_say(cli, "  詳細    ", "  detail  "));
		if (o->diag.part[0]) {
			print_tame(b, slice_str(o->diag.part));
			buf_str(b, ": ");
		}
		print_tame(b, slice_str(o->diag.text));
		if (o->diag.offset)
			buf_printf(b, " @%zu", o->diag.offset);
		buf_byte(b, '\n');
	}
}

static const char *verdict(const struct cli *cli, const struct batch_outcome *o)
{
	bool verify = strcmp(cli->cmd->name, "verify") == 0;

	if (o->unread)
		return cli_say(cli, "誤り", "error");
	if (verify)
		return o->err == OK ? cli_say(cli, "合格", "accepted")
				    : cli_say(cli, "不合格", "refused");
	return o->err == OK ? cli_say(cli, "無害化", "clean") : cli_say(cli, "保留", "held");
}

static void print_block(const struct cli *cli, const struct batch_outcome *o,
			const struct report_view *view, const char *written, struct buf *b)
{
	struct slice marking = view ? report_view_marking(view) : slice_of(NULL, 0);

	buf_printf(b, "%s  ", verdict(cli, o));
	print_tame(b, slice_str(o->file->path));
	if (written[0] && o->err == OK) {
		buf_str(b, " -> ");
		print_tame(b, slice_str(written));
	}
	buf_byte(b, '\n');
	if (o->err != OK)
		print_reason(cli, o, view, b);
	if (o->unread)
		return;
	buf_printf(b, "%s%s", cli_say(cli, "  種別    ", "  type    "),
		   o->type[0]    ? o->type
		   : o->wrote[0] ? o->wrote
				 : cli_say(cli, "不明", "unknown"));
	if (o->type[0] && o->wrote[0] && strcmp(o->type, o->wrote) != 0)
		buf_printf(b, " -> %s", o->wrote);
	buf_str(b, cli_say(cli, "、", ", "));
	print_count(b, o->bytes_in);
	if (o->err == OK && o->out.n) {
		buf_str(b, " -> ");
		print_count(b, o->out.n);
	}
	buf_printf(b, cli_say(cli, " バイト、%.3f 秒\n", " bytes, %.3f s\n"), (double)o->us / 1e6);
	if (marking.n) {
		buf_str(b, cli_say(cli, "  表示    ", "  marking "));
		print_tame(b, marking);
		buf_byte(b, '\n');
	}
	if (view)
		report_view_print(view, cli->ja, o->err == OK ? LINES_MAX : LINES_HELD,
				  o->err == OK ? "" : o->diag.text, b);
}

static void print_json(const struct cli *cli, const struct batch_outcome *o,
		       const struct report_view *view, const char *written, struct buf *b)
{
	bool verify = strcmp(cli->cmd->name, "verify") == 0;
	const char *status = o->unread      ? "error"
			     : o->err == OK ? (verify ? "accepted" : "clean")
			     : verify       ? "refused"
					    : "held";
	char *report = view ? json_dumps(view->root, JSON_COMPACT) : NULL;

	buf_str(b, "{\"file\":");
	buf_json(b, slice_str(o->file->path));
	buf_printf(b, ",\"status\":\"%s\",\"error\":\"%s\",\"fault\":", status,
		   o->err == OK ? "" : err_str(o->err));
	buf_json(b, slice_str(o->fault));
	buf_str(b, ",\"part\":");
	buf_json(b, slice_str(o->diag.part));
	buf_str(b, ",\"reason\":");
	buf_json(b, slice_str(o->err == OK ? "" : o->diag.text));
	buf_printf(b, ",\"offset\":%zu,\"type\":\"", o->err == OK ? 0 : o->diag.offset);
	buf_str(b, o->type);
	buf_printf(b, "\",\"wrote\":\"%s\",\"output\":", o->err == OK ? o->wrote : "");
	buf_json(b, slice_str(o->err == OK ? written : ""));
	buf_printf(b, ",\"bytes_in\":%llu,\"bytes_out\":%zu,\"microseconds\":%llu,\"report\":%s}\n",
		   (unsigned long long)o->bytes_in, o->out.n, (unsigned long long)o->us,
		   report ? report : "null");
	free(report);
}

void show_outcome(const struct cli *cli, const struct batch_outcome *o,
		  const struct report_view *view, const char *written)
{
	AUTO_BUF b;

	buf_init(&b, 64u << 20);
	if (cli->json)
		print_json(cli, o, view, written, &b);
	else
		print_block(cli, o, view, written, &b);
	fwrite(b.p, 1, b.n, stdout);
	fflush(stdout);
}

void show_total(const struct cli *cli, bool wrote, size_t clean, size_t held, size_t failed,
		uint64_t skipped, uint64_t ms)
{
	if (cli->json || clean + held + failed < 2)
		return;
	printf(cli_say(cli, "\n計 %zu 件: %s %zu、保留 %zu、誤り %zu。%.1f 秒\n",
		       "\n%zu files: %s %zu, held %zu, errors %zu. %.1f s\n"),
	       clean + held + failed,
	       wrote ? cli_say(cli, "無害化", "clean")
		     : cli_say(cli, "無害化できるもの", "can pass"),
	       clean, held, failed, (double)ms / 1000);
	if (skipped)
		printf(cli_say(cli, "リンクや装置など %llu 件は見ませんでした\n",
			       "%llu links, devices and the like were left out\n"),
		       (unsigned long long)skipped);
}
