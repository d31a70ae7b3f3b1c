/*
 * sekisho-verify-log: the auditor's program. One static file that needs a public key and nothing
 * else: no installation, no network, no library on the machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "sekisho/audit.h"
#include "sekisho/language.h"
#include "sekisho/subcommand.h"

static const char usage[] =
    "usage: sekisho-verify-log proof FILE --key KEY [OPTIONS]\n"
    "       sekisho-verify-log log DIR --key KEY [OPTIONS]\n"
    "       sekisho-verify-log growth OLD CLAIM --key KEY [OPTIONS]\n"
    "\n"
    "  --key KEY        public key of the log (name+8 digits+text), or its file\n"
    "  --witness KEYS   public keys of witnesses, separated by blanks, or their file\n"
    "  --require N      how many of them must have cosigned (all)\n"
    "  --fresh SECONDS  cosignatures that are older do not count\n"
    "  --json           one JSON object a line\n"
    "\n"
    "Exit codes: 0 proved, 1 usage or system error, 2 not proved.\n";

/* False for an option that is unknown, or lacks its value. */
static bool parse(int argc, char **argv, struct audit *a, struct audit_words *w,
		  const char *operand[4], int *ret_n)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {{"--key", &w->key},
		       {"--witness", &w->witness},
		       {"--require", &w->require},
		       {"--fresh", &w->fresh}};
	int n = 0;

	for (int i = 1; i < argc; i++) {
		size_t o = 0;

		if (strcmp(argv[i], "--json") == 0) {
			a->json = true;
			continue;
		}
		while (o < ARRAY_LEN(options) && strcmp(argv[i], options[o].name) != 0)
			o++;
		if (o < ARRAY_LEN(options) && i + 1 < argc)
			*options[o].value = argv[++i];
		else if (argv[i][0] == '-' || n == 4)
			return false;
		else
			operand[n++] = argv[i];
	}
	*ret_n = n;
	return true;
}

int main(int argc, char **argv)
{
	static struct audit a = {.program = "sekisho-verify-log"};
	struct audit_words w = {0};
	const char *operand[4] = {0};
	int n = 0, code;

	a.ja = language_is_japanese();
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return EXIT_DONE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("sekisho-verify-log %s\n", SEKISHO_VERSION);
		return EXIT_DONE;
	}
	if (!parse(argc, argv, &a, &w, operand, &n) || n < 2 ||
	    n != (strcmp(operand[0], "growth") == 0 ? 3 : 2)) {
		fputs(usage, stderr);
		return EXIT_ERROR;
	}
	code = audit_trust(&a, &w, (uint64_t)time(NULL));
	if (code != EXIT_DONE)
		return code;
	if (strcmp(operand[0], "proof") == 0)
		code = audit_proof(&a, operand[1]);
	else if (strcmp(operand[0], "log") == 0)
		code = audit_log(&a, operand[1]);
	else if (n == 3)
		code = audit_growth(&a, operand[1], operand[2]);
	else {
		fputs(usage, stderr);
		code = EXIT_ERROR;
	}
	return fflush(stdout) == 0 ? code : EXIT_ERROR;
}
