#include "sekisho/password.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>
#include "identity/identity.h"
#include "os/loop.h"
#include "os/spawn.h"
#include "sekisho/roles.h"
#include "worker/pool.h"

static enum err read_line(char *ret, size_t size)
{
	size_t n;

	if (!fgets(ret, (int)size, stdin))
		return ERR_USAGE;
	n = strlen(ret);
	if (n == 0 || ret[n - 1] != '\n')
		return n + 1 < size && feof(stdin) && n > 0 ? OK : ERR_LIMIT;
	ret[n - 1] = 0;
	return OK;
}

enum err password_ask(const struct cli *cli, bool is_new, char *ret, size_t size)
{
	char second[IDENTITY_PASSWORD_MAX + 2] = "";
	struct termios was, quiet;
	enum err e;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &was) != 0)
		return read_line(ret, size);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fputs(cli_say(cli, "パスワード: ", "password: "), stderr);
	e = read_line(ret, size);
	if (is_new) {
		fputs(cli_say(cli, "\nもう一度: ", "\nonce more: "), stderr);
		if (e == OK)
			e = read_line(second, sizeof second);
		if (e == OK && strcmp(ret, second) != 0)
			e = ERR_CONFLICT;
	}
	fputc('\n', stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	explicit_bzero(second, sizeof second);
	return e;
}

struct asked {
	enum err err;
	char hash[PASSWORD_HASH_SIZE];
	bool done;
};

static void on_done(void *arg, struct worker_result *r)
{
	struct asked *a = arg;

	a->err = r->err;
	if (r->err == OK && r->report.n < sizeof a->hash)
		memcpy(a->hash, r->report.p, r->report.n);
	else if (r->err == OK)
		a->err = ERR_PEER;
	a->done = true;
}

/* known: the hash to check against, NULL: make one. */
static enum err ask_worker(const char *password, const char *known, struct asked *ret)
{
	AUTO_CLOSE exe = -1;
	struct pool_conf conf = {0};
	struct pool *pool;
	AUTO_LOOP loop = NULL;
	enum err e;

	TRY(spawn_program(WORKER_PROGRAM, PROGRAM_FOLDER, &exe));
	TRY(loop_new(&loop));
	conf.exe = exe;
	TRY(pool_new(loop, &conf, &pool));
	e = known ? pool_password_check(pool, slice_str(password), slice_str(known), on_done, ret,
					NULL)
		  : pool_password_hash(pool, slice_str(password), on_done, ret, NULL);
	while (e == OK && !ret->done)
		e = loop_once(loop, -1);
	pool_free(pool);
	return e == OK ? ret->err : e;
}

enum err password_hash(const char *password, char ret[PASSWORD_HASH_SIZE])
{
	struct asked a = {0};

	TRY(ask_worker(password, NULL, &a));
	memcpy(ret, a.hash, sizeof a.hash);
	return OK;
}

enum err password_check(const char *password, const char *hash)
{
	struct asked a = {0};

	return ask_worker(password, hash, &a);
}
