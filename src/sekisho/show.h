/*
 * show: what sanitize, inspect and verify print: a readable block per file on stdout (or one JSON
 * object a line), the progress bar and the missing fences on stderr.
 */
#ifndef SEKISHO_SHOW_H
#define SEKISHO_SHOW_H

#include "os/sandbox.h"
#include "sekisho/batch.h"
#include "sekisho/report_view.h"
#include "sekisho/subcommand.h"

/* A bar on stderr, when that is a terminal and people read the output. */
struct progress {
	bool on, ja;
	size_t done, total;
};
void progress_start(struct progress *p, const struct cli *cli, size_t total);
void progress_step(struct progress *p, const char *name);
void progress_clear(const struct progress *p);

/* view: NULL without a report. written: the path of the output, "" when nothing was written. */
void show_outcome(const struct cli *cli, const struct batch_outcome *o,
		  const struct report_view *view, const char *written);
void show_total(const struct cli *cli, bool wrote, size_t clean, size_t held, size_t failed,
		uint64_t skipped, uint64_t ms);
/* Names the fences that are missing on this machine, once; nothing when none is. */
void show_fences(const struct cli *cli, struct fences f);
/* An error of the system in the language of the person. */
const char *show_system_error(const struct cli *cli, enum err e);

#endif
