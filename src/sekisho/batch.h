/*
 * batch: many files through the workers, a few at a time, each with one outcome.
 *
 * sanitize: a worker rebuilds the file, a second one recognises the result; only then is there an
 * output. verify: the second one alone. Outcomes come in the order in which they are ready.
 */
#ifndef SEKISHO_BATCH_H
#define SEKISHO_BATCH_H

#include "sekisho/files.h"
#include "worker/pool.h"

struct batch_outcome {
	const struct file_entry *file;
	/* OK, or why there is no output. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_IO: it was not read. */
	enum err err;
	bool unread;       /* err is about reading the file, not about what it holds */
	bool unrecognised; /* our own result was refused by the recogniser: a fault of ours */
	struct diag diag;
	char fault[48], type[12], ext[8], wrote[12];
	struct slice out;    /* the recognised bytes; dies with the callback */
	struct slice report; /* JSON of the worker, hostile; dies with the callback */
	uint64_t bytes_in;
	uint64_t us; /* time in workers */
};

struct batch {
	struct limits limits;
	enum method method;
	enum hidden hidden;
	bool verify_only;
	bool no_sandbox;  /* workers without any lock: for a debugger */
	uint32_t at_once; /* 0 = number of processors */
	void (*done)(void *arg, const struct batch_outcome *o);
	void *arg;
	/* Fences that the workers lacked; empty when nothing ran. */
	struct fences ret_fences;
	bool ret_ran;
	const char *ret_missing; /* a program that is not there, NULL for none */
};

/* Runs all; an error is one of the machinery, not of a file. */
enum err batch_run(struct batch *b, const struct files *files) NODISCARD;

#endif
