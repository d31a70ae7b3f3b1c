/*
 * completion: prints the bash completion of the program, from the table of subcommands.
 */
#include <stdio.h>
#include <string.h>
#include "sekisho/subcommand.h"

/* The words that may follow `prefix` ("" for the first word), each once. */
static void words(const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < subcommands_n; i++) {
		const char *name = subcommands[i]->name, *word;
		bool seen = false;

		if (subcommands[i]->hidden || strncmp(name, prefix, n) != 0)
			continue;
		if (n > 0 && name[n] != ' ')
			continue;
		word = n > 0 ? name + n + 1 : name;
		for (size_t j = 0; n == 0 && j < i; j++)
			seen |= !subcommands[j]->hidden &&
				strncmp(subcommands[j]->name, word, strcspn(word, " ") + 1) == 0;
		if (!seen)
			printf("%.*s ", (int)strcspn(word, " "), word);
	}
}

static void one(const struct subcommand *c)
{
	printf("\t'%s') words='", c->name);
	for (const struct flag *f = c->flags; f && f->name; f++)
		printf("--%s ", f->name);
	printf("--json --help' ;;\n");
}

static int run(const struct cli *cli)
{
	if (strcmp(cli->operand[0], "bash") != 0)
		return cli_fail(
		    cli, "%s: %s", cli->operand[0],
		    cli_say(cli, "bash だけに対応しています", "only bash is supported"));
	printf("# bash completion for sekisho; printed by `sekisho completion bash`\n"
	       "_sekisho() {\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=''\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	       "\t\tCOMPREPLY=($(compgen -W '");
	words("");
	printf("--help --version' -- \"$cur\"))\n\t\treturn\n\tfi\n");
	printf("\tcase \"${COMP_WORDS[1]}\" in\n");
	for (size_t i = 0; i < subcommands_n; i++) {
		const char *name = subcommands[i]->name, *space = strchr(name, ' ');
		char first[32];

		if (subcommands[i]->hidden || !space)
			continue;
		snprintf(first, sizeof first, "%.*s", (int)(space - name), name);
		printf("\t'%s') if [ \"$COMP_CWORD\" -eq 2 ]; then COMPREPLY=($(compgen -W '",
		       first);
		words(first);
		printf("' -- \"$cur\")); return; fi ;;\n");
	}
	printf("\tesac\n\tcase \"${COMP_WORDS[1]}\" in\n");
	for (size_t i = 0; i < subcommands_n; i++)
		if (!subcommands[i]->hidden && !strchr(subcommands[i]->name, ' '))
			one(subcommands[i]);
	printf("\tesac\n\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
	for (size_t i = 0; i < subcommands_n; i++)
		if (!subcommands[i]->hidden && strchr(subcommands[i]->name, ' '))
			one(subcommands[i]);
	printf("\tesac\n"
	       "\tcase \"$cur\" in\n"
	       "\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
	       "\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	       "\tesac\n"
	       "}\n"
	       "complete -o filenames -F _sekisho sekisho\n");
	return EXIT_DONE;
}

const struct subcommand cmd_completion = {
    .name = "completion",
    .usage = "bash",
    .ja = "シェルの補完を出力する",
    .en = "print the shell completion",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
