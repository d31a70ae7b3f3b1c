/*
 * site: an installation as the command line opens it: configuration, store, policy.
 */
#ifndef SEKISHO_SITE_H
#define SEKISHO_SITE_H

#include "sekisho/config.h"
#include "sekisho/policy_file.h"
#include "sekisho/subcommand.h"
#include "store/store.h"

struct site {
	const char *dir;
	struct arena *arena;
	const struct config *config;
	struct store *store;
};

/* On failure says on stderr what is wrong with which file, and returns the error. */
enum err site_open(const struct cli *cli, const char *dir, enum store_mode mode, struct site *ret)
    NODISCARD;
void site_close(struct site *s);
/* The policy in force, in the site's arena; complains on stderr. */
enum err site_policy(const struct cli *cli, struct site *s, const struct policy **ret) NODISCARD;

/* Says on stderr what config_load found in site.conf of dir, and where; returns EXIT_ERROR. */
int site_config_fail(const struct cli *cli, const char *dir, const struct diag *d, enum err e);

/* Who does it, for commands that change the record: --by, or the operator; and its flag. */
const char *site_by(const struct cli *cli);
extern const struct flag site_by_flags[];
/* To the new file of --output, else to standard output; the exit code. */
int site_put_out(const struct cli *cli, struct slice bytes);

/* UTC milliseconds. */
int64_t site_now_ms(void);
/* "2026-11-24 14:46:05" in Japan. */
void site_time(int64_t utc_ms, char ret[24]);

#define AUTO_SITE __attribute__((cleanup(site_close))) struct site

#endif
