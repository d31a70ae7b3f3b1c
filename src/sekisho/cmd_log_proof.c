/*
 * log prove, check-proof, consistency, check-growth, export: what strangers get, and what they do
 * with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include "os/file.h"
#include "record/prove.h"
#include "sekisho/audit.h"
#include "sekisho/site.h"

/* DIR is an installation, its log folder, or an exported copy: whichever has a checkpoint. */
static int open_log(const char *dir)
{
	AUTO_CLOSE top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int log;

	if (top < 0)
		return -1;
	log = openat(top, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return log >= 0 ? log : fd_take(&top);
}

static int fail_log(const struct cli *cli, const char *dir, enum err e)
{
	if (e == ERR_NOT_FOUND)
		return cli_fail(cli,
				cli_say(cli,
					"%s: その番号の項目は署名済みの記録にないか、記録の"
					"フォルダーではありません",
					"%s: no such entry in the signed log, or no log there"),
				dir);
	if (e == ERR_CRYPTO)
		return cli_fail(
		    cli,
		    cli_say(cli,
			    "%s: ファイルが署名と一致しません。sekisho log verify で"
			    "場所を調べてください",
			    "%s: files and signature disagree; sekisho log verify names "
			    "the place"),
		    dir);
	return cli_fail(cli, "%s: %s", dir, err_str(e));
}

static int run_prove(const struct cli *cli)
{
	AUTO_CLOSE log = open_log(cli->operand[0]);
	uint64_t index;
	enum err e;
	AUTO_BUF out;

	buf_init(&out, TLOG_PROOF_FILE_MAX);
	if (!slice_u64(slice_str(cli->operand[1]), &index))
		return cli_fail(
		    cli, "%s: %s", cli->operand[1],
		    cli_say(cli, "項目の番号ではありません", "not the number of an entry"));
	e = log < 0 ? ERR_NOT_FOUND
		    : log_prove(log, index, cli_flag(cli, "cosigned") != NULL, &out);
	return e == OK ? site_put_out(cli, buf_view(&out)) : fail_log(cli, cli->operand[0], e);
}

static int run_consistency(const struct cli *cli)
{
	AUTO_CLOSE log = open_log(cli->operand[1]);
	enum err e;
	AUTO_BUF old;
	AUTO_BUF out;

	buf_init(&old, TLOG_NOTE_MAX);
	buf_init(&out, TLOG_PROOF_FILE_MAX);
	e = file_read(cli->operand[0], &old);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[0], err_str(e));
	e = log < 0 ? ERR_NOT_FOUND : log_prove_growth(log, buf_view(&old), &out);
	if (e == ERR_FORBIDDEN) {
		printf(cli_say(cli,
			       "%s: この記録は、前の時点の記録 %s に追記したものではありません\n",
			       "%s: this log did not grow from the checkpoint %s\n"),
		       cli->operand[1], cli->operand[0]);
		return EXIT_HELD;
	}
	return e == OK ? site_put_out(cli, buf_view(&out)) : fail_log(cli, cli->operand[1], e);
}

static int run_export(const struct cli *cli)
{
	const char *to = cli->operand[1];
	AUTO_CLOSE log = open_log(cli->operand[0]);
	AUTO_CLOSE dir = -1;
	struct log_exported done;
	enum err e;

	if (mkdir(to, 0755) != 0 && errno != EEXIST)
		return cli_fail(cli, "%s: %s", to, err_str(ERR_IO));
	dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return cli_fail(cli, "%s: %s", to, err_str(ERR_IO));
	e = log < 0 ? ERR_NOT_FOUND : log_copy(log, dir, &done);
	if (e == ERR_CONFLICT)
		return cli_fail(cli,
				cli_say(cli, "%s: 別の記録のファイルがあります",
					"%s: holds files of another history"),
				to);
	if (e != OK)
		return fail_log(cli, cli->operand[0], e);
	printf(cli->json
		   ? "{\"size\":%llu,\"files\":%llu,\"had\":%llu}\n"
		   : cli_say(cli, "項目 %llu 件: ファイル %llu 個を書き、%llu 個はありました\n",
			     "%llu entries: %llu files written, %llu were there\n"),
	       (unsigned long long)done.size, (unsigned long long)done.files,
	       (unsigned long long)done.had);
	return EXIT_DONE;
}

/* -- the auditor's side ----------------------------------------------------------------------- */

static int trust(const struct cli *cli, struct audit *a)
{
	const struct audit_words w = {.key = cli_flag(cli, "key"),
				      .witness = cli_flag(cli, "witness"),
				      .require = cli_flag(cli, "require"),
				      .fresh = cli_flag(cli, "fresh")};

	*a = (struct audit){.program = "sekisho log", .ja = cli->ja, .json = cli->json};
	return audit_trust(a, &w, (uint64_t)time(NULL));
}

static int run_check_proof(const struct cli *cli)
{
	static struct audit a;
	int code = trust(cli, &a);

	return code == EXIT_DONE ? audit_proof(&a, cli->operand[0]) : code;
}

static int run_check_growth(const struct cli *cli)
{
	static struct audit a;
	int code = trust(cli, &a);

	return code == EXIT_DONE ? audit_growth(&a, cli->operand[0], cli->operand[1]) : code;
}

int log_audit(const struct cli *cli)
{
	static struct audit a;
	int code = trust(cli, &a);

	return code == EXIT_DONE ? audit_log(&a, cli->operand[0]) : code;
}

static const struct flag output_flags[] = {
    {"output", 'o', "FILE", "この新しいファイルに書く", "write to this new file"},
    {NULL, 0, NULL, NULL, NULL},
};

static const struct flag prove_flags[] = {
    {"output", 'o', "FILE", "この新しいファイルに書く", "write to this new file"},
    {"cosigned", 0, NULL, "立会いが署名した時点の記録で",
     "in the newest checkpoint that witnesses cosigned"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct flag log_trust_flags[] = {
    {"key", 'k', "KEY", "記録の公開鍵、またはそのファイル", "public key of the log, or its file"},
    {"witness", 'w', "KEYS", "立会いの公開鍵 (空白区切り)、またはそのファイル",
     "public keys of witnesses, separated by blanks, or their file"},
    {"require", 0, "N", "そのうち何人の署名が要るか (既定: 全員)",
     "how many of them must have cosigned (default: all)"},
    {"fresh", 0, "SECONDS", "これより古い立会いの署名は数えない",
     "cosignatures that are older do not count"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_prove = {
    .name = "log prove",
    .usage = "DIR INDEX",
    .ja = "項目が記録にあることの証跡証明書 (.tlog-proof) を作る",
    .en = "make the proof that an entry is in the record (.tlog-proof)",
    .flags = prove_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_prove,
};

const struct subcommand cmd_log_check_proof = {
    .name = "log check-proof",
    .usage = "FILE --key KEY",
    .ja = "証跡証明書を公開鍵だけで確かめる",
    .en = "check a proof by the public key alone",
    .flags = log_trust_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_check_proof,
};

const struct subcommand cmd_log_consistency = {
    .name = "log consistency",
    .usage = "OLD DIR",
    .ja = "前の時点の記録に追記しただけであることの証明を作る",
    .en = "make the proof that the record only grew since an older checkpoint",
    .flags = output_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_consistency,
};

const struct subcommand cmd_log_check_growth = {
    .name = "log check-growth",
    .usage = "OLD CLAIM --key KEY",
    .ja = "追記しただけであることの証明を公開鍵だけで確かめる",
    .en = "check a proof of growth by the public key alone",
    .flags = log_trust_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_check_growth,
};

const struct subcommand cmd_log_copy = {
    .name = "log export",
    .usage = "DIR TO",
    .ja = "公開される記録をファイルとして写す (tlog-tiles)",
    .en = "copy the published record as files (tlog-tiles)",
    .min_operands = 2,
    .max_operands = 2,
    .run = run_export,
};
