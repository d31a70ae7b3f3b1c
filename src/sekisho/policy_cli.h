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
/* The same without --date and --draft, every value a list. */
extern const struct flag policy_ask_flags[];

/* The request that the flags name; complains on stderr. */
enum err policy_cli_request(const struct cli *cli, struct arena *a, const struct policy *p,
			    struct policy_request *ret) __attribute__((warn_unused_result));
/* The cases that the flags name; complains on stderr. */
enum err policy_cli_box(const struct cli *cli, struct arena *a, const struct policy *p,
			enum policy_visibility audience, struct policy_box *ret)
    __attribute__((warn_unused_result));

/* The policies that the operands name, loaded, and what will be printed about them. */
struct policy_cli {
	struct arena *arena;
	struct policy_file file[2];
	struct buf *out;
	struct diag diag; /* why an answer failed */
	int code;         /* the exit code where it did not */
};
/*
 * Loads every operand (as drafts: without the proof of never and always), calls `answer`, and
 * prints what it put into out. ERR_USAGE from `answer`: it has complained itself.
 */
int policy_cli_answer(const struct cli *cli, bool drafts,
		      enum err (*answer)(const struct cli *cli, struct policy_cli *pc));
enum policy_lang policy_cli_lang(const struct cli *cli);

/* An object's beginning; the caller closes it. */
void policy_cli_decision_json(const struct policy_decision *d, struct slice ja, struct slice en,
			      struct buf *b);
/* Every rule that decided, one sentence each; ,"rules":[...]. */
void policy_cli_deciders(const struct cli *cli, const struct policy *p,
			 const struct policy_request *rq, enum policy_visibility audience,
			 struct buf *b);
/* `policy explain DIR TRANSFER` */
int policy_cli_past(const struct cli *cli);

int policy_cli_print(const struct buf *b, FILE *to, int code);
/* Says why a file was refused; returns the exit code. */
int policy_cli_complain(const struct cli *cli, const struct policy_file *f, enum err e,
			const struct diag *d);
void policy_json_text(struct buf *b, const char *key, struct slice s);
void policy_json_date(struct buf *b, const char *key, int32_t day);
void policy_json_hash(struct buf *b, struct hash h);

#endif
