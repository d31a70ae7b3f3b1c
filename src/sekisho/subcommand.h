/*
 * subcommand: the subcommands of the program, one row each.
 *
 * A new subcommand is a file cmd_foo.c with one `const struct subcommand`, one row of
 * subcommands.c, and one manual page. Help, --json, flags and completion come from the row.
 */
#ifndef SEKISHO_SUBCOMMAND_H
#define SEKISHO_SUBCOMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of every subcommand. */
enum {
	EXIT_DONE = 0,
	EXIT_ERROR = 1, /* usage or system error */
	EXIT_HELD = 2,  /* something was held or refused */
	EXIT_FOUND = 3, /* inspect: the file holds something that would be removed */
};

#define FLAGS_MAX 16

struct flag {
	const char *name; /* without "--"; NULL ends the list */
	char letter;      /* 0 = none */
	const char *arg;  /* what its argument is called, NULL = it takes none */
	const char *ja, *en;
};

struct cli;

struct subcommand {
	const char *name;  /* one or two words: "sanitize", "policy check" */
	const char *usage; /* operands: "FILE..." */
	const char *ja, *en;
	const struct flag *flags; /* besides --json, --help; NULL = none */
	unsigned min_operands, max_operands;
	bool hidden; /* for the program's own use: not in help, completion or manual */
	int (*run)(const struct cli *cli);
};

/* A parsed command line. */
struct cli {
	const struct subcommand *cmd;
	const char *value[FLAGS_MAX]; /* beside cmd->flags: NULL, or the argument ("" if none) */
	const char *const *operand;
	size_t operands;
	bool json;
	bool ja; /* people are spoken to in Japanese: by LC_ALL, LC_MESSAGES, LANG */
};

/* The argument of a flag ("" when it takes none), NULL when it was not given; BUG if unknown. */
const char *cli_flag(const struct cli *cli, const char *name);
/* Prints "sekisho: text" on stderr and returns EXIT_ERROR. */
int cli_fail(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The text in the language of the person. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *
cli_say(const struct cli *cli, const char *ja, const char *en)
{
	return cli->ja ? ja : en;
}

/* The table (subcommands.c). */
extern const struct subcommand *const subcommands[];
extern const size_t subcommands_n;

extern const struct subcommand cmd_completion;
extern const struct subcommand cmd_inspect;
extern const struct subcommand cmd_role;
extern const struct subcommand cmd_serve;
extern const struct subcommand cmd_sanitize;
extern const struct subcommand cmd_verify;
extern const struct subcommand cmd_config_check;
extern const struct subcommand cmd_policy_check;
extern const struct subcommand cmd_policy_decide, cmd_policy_explain, cmd_policy_fmt;
extern const struct subcommand cmd_policy_verify, cmd_policy_diff, cmd_policy_ask;
extern const struct subcommand cmd_policy_decide;
extern const struct subcommand cmd_text_show, cmd_text_diff;
extern const struct subcommand cmd_policy_adopt, cmd_policy_versions, cmd_policy_attest;
extern const struct subcommand cmd_policy_draft, cmd_policy_submit, cmd_policy_review;
extern const struct subcommand cmd_policy_decide_change, cmd_policy_withdraw;
extern const struct subcommand cmd_policy_changes, cmd_policy_history;
extern const struct subcommand cmd_office_appoint, cmd_office_end, cmd_office_list;
extern const struct subcommand cmd_init, cmd_status, cmd_log_verify, cmd_log_show;
extern const struct subcommand cmd_log_prove, cmd_log_check_proof, cmd_log_consistency;
extern const struct subcommand cmd_log_check_growth, cmd_log_copy;
extern const struct subcommand cmd_log_erase, cmd_log_rotate, cmd_log_sheet;
/* Of whoever checks by keys alone, and `log verify --key` (cmd_log_proof.c). */
extern const struct flag log_trust_flags[];
int log_audit(const struct cli *cli);
extern const struct subcommand cmd_log_witness, cmd_log_witness_new;
extern const struct subcommand cmd_user_add, cmd_user_list, cmd_user_disable;

#endif
