/*
 * policy_cli: what the policy subcommands share: the case named by flags, JSON, complaints.
 */
#ifndef SEKISHO_POLICY_CLI_H
#define SEKISHO_POLICY_CLI_H

#include <stdio.h>
#include "os/file.h"
#include "policy/analyse.h"
#include "sekisho/policy_file.h"
#include "sekisho/subcommand.h"

#define POLICY_ARENA_CAP (1u << 30)

/* --from, --to, --channel, --confidentiality ..., --date, --public. */
extern const struct flag policy_case_flags[];
/* The same without --date and --public, every value a list. */
extern const struct flag policy_ask_flags[];

/* The request that the flags name; complains on stderr. */
enum err policy_cli_request(const struct cli *cli, struct arena *a, const struct policy *p,
			    struct policy_request *ret) __attribute__((warn_unused_result));
/* The cases that the flags name; complains on stderr. */
enum err policy_cli_box(const struct cli *cli, struct arena *a, const struct policy *p,
			struct policy_box *ret) __attribute__((warn_unused_result));

int policy_cli_print(const struct buf *b, FILE *to, int code);
/* Says why a file was refused; returns the exit code. */
int policy_cli_complain(const struct cli *cli, const struct policy_file *f, enum err e,
			const struct diag *d);
void policy_json_text(struct buf *b, const char *key, struct slice s);
void policy_json_date(struct buf *b, const char *key, int32_t day);
void policy_json_hash(struct buf *b, struct hash h);

#endif
