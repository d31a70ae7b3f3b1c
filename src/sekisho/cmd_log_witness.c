/*
 * log witness: a witness for the logs of others, on a host of its own. The folder and the address
 * are looked at here; sekisho-http then takes this process over (witness_main.c).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include "os/sock.h"
#include "os/spawn.h"
#include "record/witness.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"

#define SILENCE_DEFAULT "86400" /* seconds */

/* Tells where it listens and becomes the witness. Returns only by failing. */
static enum err become_witness(const struct cli *cli, const struct sock_addr *at,
			       const char *silence)
{
	const char *host = cli_flag(cli, "host");
	const char *const argv[] = {HTTP_PROGRAM,
				    "witness",
				    cli->operand[0],
				    host ? host : "localhost",
				    silence,
				    cli_flag(cli, "tls-cert"),
				    cli_flag(cli, "tls-key"),
				    NULL};
	AUTO_CLOSE exe = -1;
	AUTO_CLOSE fd = -1;
	struct sock_addr local;

	TRY(spawn_program(HTTP_PROGRAM, PROGRAM_FOLDER, &exe));
	TRY(sock_listen(at, &fd));
	TRY(sock_local(fd, &local));
	printf(cli->json ? "{\"listen\":%u}\n" : "port %u\n", sock_addr_port(&local));
	fflush(stdout);
	return spawn_over(&(struct spawn){.exe = exe, .argv = argv, .fds = &fd, .nfds = 1});
}

static int run_witness(const struct cli *cli)
{
	const char *dir = cli->operand[0], *at = cli_flag(cli, "listen");
	const char *silence = cli_flag(cli, "silence");
	struct witness *witness;
	struct sock_addr addr;
	uint64_t seconds;
	enum err e;

	if (!silence)
		silence = SILENCE_DEFAULT;
	if (!slice_u64(slice_str(silence), &seconds) || !seconds)
		return cli_fail(cli, "--silence: %s",
				cli_say(cli, "秒数です", "a number of seconds"));
	if (!at || sock_addr_parse(slice_str(at), &addr) != OK)
		return cli_fail(cli, "--listen: %s",
				cli_say(cli, "アドレスとポートです (例 192.0.2.1:443)",
					"an address with a port, as 192.0.2.1:443"));
	if (!cli_flag(cli, "tls-cert") != !cli_flag(cli, "tls-key") ||
	    (!cli_flag(cli, "tls-cert") && !sock_addr_is_loopback(&addr)))
		return cli_fail(cli, "--listen: %s",
				cli_say(cli,
					"ループバックでなければ --tls-cert と --tls-key が要ります",
					"needs --tls-cert and --tls-key where it is not loopback"));
	e = witness_open(dir, &witness);
	if (e != OK)
		return cli_fail(cli,
				cli_say(cli, "%s: 立会いのフォルダーとして使えません (%s)",
					"%s: cannot be used as a witness's folder (%s)"),
				dir, err_str(e));
	witness_close(witness);
	e = become_witness(cli, &addr, silence);
	return cli_fail(cli, "%s: %s", at, err_str(e));
}

static int run_new(const struct cli *cli)
{
	const char *dir = cli->operand[0];
	enum err e;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return cli_fail(cli, "%s: %s", dir, err_str(ERR_IO));
	e = witness_create(dir, slice_str(cli->operand[1]));
	if (e == ERR_CONFLICT)
		return cli_fail(
		    cli, cli_say(cli, "%s: すでに鍵があります", "%s: has a key already"), dir);
	if (e == ERR_SYNTAX)
		return cli_fail(
		    cli, "%s: %s", cli->operand[1],
		    cli_say(cli, "名前に空白や + は使えません", "a name holds no blank and no +"));
	if (e != OK)
		return cli_fail(cli, "%s: %s", dir, err_str(e));
	printf(cli_say(cli, "%s/logs に、立ち会う記録の公開鍵を1行に1つ書いてください\n",
		       "write the public keys of the logs it witnesses to %s/logs, one a line\n"),
	       dir);
	return EXIT_DONE;
}

static const struct flag flags[] = {
    {"listen", 'l', "ADDRESS", "待ち受け (例 192.0.2.1:443)", "where to listen, as 192.0.2.1:443"},
    {"tls-cert", 0, "FILE", "証明書 (PEM)。なければループバックだけ",
     "certificate (PEM); without it on loopback only"},
    {"tls-key", 0, "FILE", "その鍵 (PEM)", "its key (PEM)"},
    {"host", 0, "NAME", "Host 見出しの名前 (既定 localhost)",
     "what a Host header must say (default: localhost)"},
    {"silence", 0, "SECONDS", "これより長い沈黙を警報とする (既定 86400)",
     "a longer silence of a log is an alarm (default: 86400)"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_log_witness = {
    .name = "log witness",
    .usage = "DIR --listen ADDRESS",
    .ja = "別の機械で記録に立ち会う: 巻戻しと枝分かれには署名しない",
    .en = "witness logs on another host: never cosigns a rollback or a fork",
    .flags = flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_witness,
};

const struct subcommand cmd_log_witness_new = {
    .name = "log new-witness",
    .usage = "DIR NAME",
    .ja = "立会いの鍵とフォルダーを作る",
    .en = "make the key and folder of a witness",
    .min_operands = 2,
    .max_operands = 2,
    .run = run_new,
};
