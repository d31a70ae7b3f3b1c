/*
 * main: finds the row of the subcommand, parses its flags and calls it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "base/nearest.h"
#include "sekisho/language.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"

#define VERSION SEKISHO_VERSION

role_fn *const role_entries[ROLE_COUNT] = {
    [ROLE_PORTAL] = role_portal,
    [ROLE_GATEWAY] = role_gateway,
    [ROLE_SIGNER] = role_signer,
};

const char *cli_flag(const struct cli *cli, const char *name)
{
	const struct flag *f = cli->cmd->flags;

	for (size_t i = 0; f && f[i].name; i++)
		if (strcmp(f[i].name, name) == 0)
			return cli->value[i];
	bug(__FILE__, __LINE__, name);
}

int cli_fail(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "sekisho %s: ", cli->cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_ERROR;
}

static void help_all(FILE *to, bool ja)
{
	fprintf(to, "%s\n\n",
		ja ? "関所: 領域と領域の間でファイルを受け渡す、方針がそのまま動くプログラム"
		   : "sekisho: carries files between a municipality's networks, by its policy");
	fprintf(to, "%s: sekisho %s [--json] ...\n\n", ja ? "使い方" : "usage",
		ja ? "命令" : "COMMAND");
	for (size_t i = 0; i < subcommands_n; i++)
		if (!subcommands[i]->hidden)
			fprintf(to, "  %-18s %s\n", subcommands[i]->name,
				ja ? subcommands[i]->ja : subcommands[i]->en);
	fprintf(to, "\n%s\n",
		ja ? "各命令の説明: sekisho 命令 --help、man sekisho-命令。\n"
		     "終了コード: 0 完了、1 誤り、2 保留または拒否があった。"
		   : "More: sekisho COMMAND --help, man sekisho-COMMAND.\n"
		     "Exit codes: 0 done, 1 error, 2 something was held or refused.");
}

static void help_one(FILE *to, const struct subcommand *c, bool ja)
{
	fprintf(to, "%s: sekisho %s%s %s\n\n%s\n", ja ? "使い方" : "usage", c->name,
		c->flags ? (ja ? " [選択肢]" : " [OPTIONS]") : "", c->usage, ja ? c->ja : c->en);
	fprintf(to, "\n");
	for (const struct flag *f = c->flags; f && f->name; f++) {
		char left[64], shrt[8] = "    ";

		if (f->letter)
			snprintf(shrt, sizeof shrt, "-%c, ", f->letter);
		snprintf(left, sizeof left, "%s--%s%s%s", shrt, f->name, f->arg ? " " : "",
			 f->arg ? f->arg : "");
		fprintf(to, "  %-28s %s\n", left, ja ? f->ja : f->en);
	}
	fprintf(to, "  %-28s %s\n", "    --json",
		ja ? "機械が読む形 (1行に1つの JSON)" : "for machines: one JSON object a line");
	fprintf(to, "  %-28s %s\n", "-h, --help", ja ? "この説明" : "this text");
}

/* The row whose name is the first one or two arguments; *ret_used is how many those are. */
static const struct subcommand *find(int argc, char **argv, int *ret_used)
{
	for (size_t i = 0; i < subcommands_n; i++) {
		const char *name = subcommands[i]->name, *space = strchr(name, ' ');
		size_t n = space ? (size_t)(space - name) : strlen(name);

		if (argc < 2 || strlen(argv[1]) != n || strncmp(argv[1], name, n) != 0)
			continue;
		if (space && (argc < 3 || strcmp(argv[2], space + 1) != 0))
			continue;
		*ret_used = space ? 3 : 2;
		return subcommands[i];
	}
	return NULL;
}

/* Index of the flag that the argument names, or -1; *ret_inline is what stands behind "=". */
static int flag_index(const struct subcommand *c, const char *arg, const char **ret_inline)
{
	*ret_inline = NULL;
	for (int i = 0; c->flags && c->flags[i].name; i++) {
		const struct flag *f = &c->flags[i];
		size_t n = strlen(f->name);

		if (arg[1] == '-') {
			if (strncmp(arg + 2, f->name, n) != 0)
				continue;
			if (arg[2 + n] == '=' && f->arg)
				*ret_inline = arg + 2 + n + 1;
			else if (arg[2 + n] != '\0')
				continue;
			return i;
		}
		if (f->letter && arg[1] == f->letter) {
			if (arg[2] != '\0' && !f->arg)
				continue;
			*ret_inline = arg[2] != '\0' ? arg + 2 : NULL;
			return i;
		}
	}
	return -1;
}

enum parsed { PARSED, PARSED_HELP, PARSED_BAD };

static enum parsed parse(struct cli *cli, int argc, char **argv, const char **operand)
{
	bool only_operands = false;
	size_t n = 0;

	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i], *value;
		int at;

		if (only_operands || arg[0] != '-' || arg[1] == '\0') {
			operand[n++] = arg;
			continue;
		}
		if (strcmp(arg, "--") == 0) {
			only_operands = true;
			continue;
		}
		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
			return PARSED_HELP;
		if (strcmp(arg, "--json") == 0) {
			cli->json = true;
			continue;
		}
		at = flag_index(cli->cmd, arg, &value);
		if (at < 0) {
			cli_fail(cli, cli_say(cli, "知らない選択肢です: %s", "unknown option: %s"),
				 arg);
			return PARSED_BAD;
		}
		if (cli->cmd->flags[at].arg && !value && i + 1 < argc)
			value = argv[++i];
		if (cli->cmd->flags[at].arg && !value) {
			cli_fail(cli,
				 cli_say(cli, "値が要ります: %s", "this option needs a value: %s"),
				 arg);
			return PARSED_BAD;
		}
		cli->value[at] = value ? value : "";
	}
	cli->operand = operand;
	cli->operands = n;
	return PARSED;
}

static int run(const struct subcommand *cmd, bool ja, int argc, char **argv)
{
	const char **operand = calloc((size_t)argc + 1, sizeof *operand);
	struct cli cli = {.cmd = cmd, .ja = ja};
	int code = EXIT_ERROR;

	if (!operand)
		return cli_fail(&cli, "out of memory");
	switch (parse(&cli, argc, argv, operand)) {
	case PARSED_BAD:
		break;
	case PARSED_HELP:
		help_one(stdout, cmd, ja);
		code = EXIT_DONE;
		break;
	case PARSED:
		if (cli.operands >= cmd->min_operands && cli.operands <= cmd->max_operands)
			code = cmd->run(&cli);
		else
			help_one(stderr, cmd, ja);
		break;
	}
	free(operand);
	if (fflush(stdout) != 0 && code == EXIT_DONE)
		code = EXIT_ERROR;
	return code;
}

/* Commands are of one word or two: what was typed is compared with both. */
static int unknown(int argc, char **argv, bool ja)
{
	struct slice names[64];
	char two[64];
	size_t n = 0, at;

	for (size_t i = 0; i < subcommands_n && n < ARRAY_LEN(names); i++)
		if (!subcommands[i]->hidden)
			names[n++] = slice_str(subcommands[i]->name);
	snprintf(two, sizeof two, "%s%s%s", argv[1], argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	at = nearest_word(slice_str(two), names, n);
	if (at == n)
		at = nearest_word(slice_str(argv[1]), names, n);
	fprintf(stderr, ja ? "sekisho: 知らない命令です: %s" : "sekisho: unknown command: %s",
		at < n && slice_find_byte(names[at], ' ') < names[at].n ? two : argv[1]);
	if (at < n)
		fprintf(stderr, ja ? "。「%.*s」ではありませんか" : "; did you mean '%.*s'?",
			(int)names[at].n, (const char *)names[at].p);
	fprintf(stderr, ja ? " (sekisho --help)\n" : " (see sekisho --help)\n");
	return EXIT_ERROR;
}

int main(int argc, char **argv)
{
	bool ja = language_is_japanese();
	const struct subcommand *cmd;
	int used = 0;

	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("sekisho %s\n", VERSION);
		return EXIT_DONE;
	}
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_all(argc < 2 ? stderr : stdout, ja);
		return argc < 2 ? EXIT_ERROR : EXIT_DONE;
	}
	cmd = find(argc, argv, &used);
	if (!cmd)
		return unknown(argc, argv, ja);
	return run(cmd, ja, argc - used, argv + used);
}
