#include "sekisho/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/file.h"
#include "os/spawn.h"
#include "sekisho/roles.h"
#include "worker/proto.h"

/* From here on it pays to start the workers more slowly and each job faster. */
#define FILES_MANY 4

struct run;

/* One file on its way. */
struct task {
	struct run *run;
	bool used, verifying;
	struct batch_outcome o;
	int out; /* the result while it is verified */
	struct buf report;
};

struct run {
	struct batch *b;
	struct pool *pool;
	struct loop *loop;
	struct task *tasks;
	size_t tasks_n, busy;
	enum err broken; /* the machinery failed: nothing more is started */
};

static enum err open_input(struct task *t, int *ret_mem)
{
	const char *path = t->o.file->path;
	AUTO_CLOSE fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum err e;

	if (fd < 0) {
		t->o.unread = true;
		return errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
	}
	e = mem_of_file("input", fd, t->run->b->limits.input_bytes, ret_mem);
	if (e == ERR_LIMIT) {
		snprintf(t->o.fault, sizeof t->o.fault, "limit input_bytes");
		diag_set(&t->o.diag, e, 0, "the file is larger than the limit input_bytes");
	} else if (e != OK) {
		t->o.unread = true;
	}
	return e == OK ? mem_size(*ret_mem, &t->o.bytes_in) : e;
}

static void finish(struct task *t, enum err e, struct slice out)
{
	struct run *r = t->run;

	t->o.err = e;
	t->o.out = e == OK ? out : slice_of(NULL, 0);
	t->o.report = buf_view(&t->report);
	r->b->done(r->b->arg, &t->o);
	buf_free(&t->report);
	fd_close(&t->out);
	t->used = false;
	r->busy--;
}

static void finish_verified(struct task *t)
{
	AUTO_MAP map = {0};
	enum err e = OK;

	if (t->out >= 0)
		e = mem_map(t->out, t->run->b->limits.output_bytes, &map);
	finish(t, e, map.view);
}

static void copy_result(struct task *t, const struct worker_result *w)
{
	t->o.us += w->wall_us;
	t->o.diag = w->diag;
	memcpy(t->o.fault, w->fault, sizeof t->o.fault);
	if (w->type[0])
		memcpy(t->o.type, w->type, sizeof t->o.type);
	if (w->ext[0])
		memcpy(t->o.ext, w->ext, sizeof t->o.ext);
	if (w->wrote[0])
		memcpy(t->o.wrote, w->wrote, sizeof t->o.wrote);
}

static void on_verified(struct task *t, const struct worker_result *w)
{
	copy_result(t, w);
	if (w->err == OK) {
		finish_verified(t);
		return;
	}
	t->o.unrecognised = !t->run->b->verify_only;
	finish(t, w->err, slice_of(NULL, 0));
}

static enum err submit(struct task *t, enum worker_kind kind, int in);

static void on_sanitized(struct task *t, struct worker_result *w)
{
	enum err e;

	copy_result(t, w);
	buf_slice(&t->report, w->report);
	if (w->err != OK || buf_err(&t->report) != OK) {
		finish(t, w->err ? w->err : buf_err(&t->report), slice_of(NULL, 0));
		return;
	}
	t->out = fd_take(&w->out);
	e = submit(t, WORKER_VERIFY, t->out);
	if (e != OK)
		finish(t, e, slice_of(NULL, 0));
}

static void on_result(void *arg, struct worker_result *w)
{
	struct task *t = arg;

	if (t->verifying)
		on_verified(t, w);
	else
		on_sanitized(t, w);
}

static enum err submit(struct task *t, enum worker_kind kind, int in)
{
	const struct batch *b = t->run->b;
	struct worker_job job = {.kind = kind,
				 .in = in,
				 .limits = b->limits,
				 .method = b->method,
				 .hidden = b->hidden,
				 .name = slice_str(t->o.file->place)};

	t->verifying = kind == WORKER_VERIFY;
	if (t->verifying && !b->verify_only) {
		memcpy(job.grammar, t->o.wrote, sizeof job.grammar);
		/* The output has its own limit; it is the recogniser's input. */
		job.limits.input_bytes = b->limits.output_bytes;
	}
	return pool_submit(t->run->pool, &job, on_result, t, NULL);
}

static void start(struct run *r, struct task *t, const struct file_entry *file)
{
	AUTO_CLOSE in = -1;
	enum err e;

	*t = (struct task){.run = r, .used = true, .out = -1, .o = {.file = file}};
	buf_init(&t->report, PROTO_REPORT_MAX);
	r->busy++;
	e = open_input(t, &in);
	if (e == OK)
		e = submit(t, r->b->verify_only ? WORKER_VERIFY : WORKER_SANITIZE, in);
	if (e != OK)
		finish(t, e, slice_of(NULL, 0));
}

static struct task *free_task(struct run *r)
{
	for (size_t i = 0; i < r->tasks_n; i++)
		if (!r->tasks[i].used)
			return &r->tasks[i];
	return NULL;
}

static enum err run_all(struct run *r, const struct files *files)
{
	for (size_t i = 0; i < files->n || r->busy > 0;) {
		struct task *t = i < files->n ? free_task(r) : NULL;

		if (t)
			start(r, t, &files->v[i++]);
		else if (r->busy > 0)
			TRY(loop_once(r->loop, -1));
	}
	return OK;
}

enum err batch_run(struct batch *b, const struct files *files)
{
	AUTO_LOOP loop = NULL;
	AUTO_CLOSE exe = -1;
	struct run r = {.b = b};
	struct pool_conf conf = {.arg = b->no_sandbox           ? "open"
					: files->n < FILES_MANY ? "brief"
								: NULL,
				 .one_zygote = true};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	enum err e;

	if (b->at_once == 0)
		b->at_once = cpus > 0 && cpus <= 64 ? (uint32_t)cpus : 1;
	/* One more than can run, so that reading the next file does not wait for a worker. */
	conf.at_once = b->at_once;
	r.tasks_n = b->at_once + 1;
	r.tasks = calloc(r.tasks_n, sizeof *r.tasks);
	if (!r.tasks)
		return ERR_MEMORY;
	e = loop_new(&loop);
	r.loop = loop;
	if (e == OK)
		e = spawn_program(WORKER_PROGRAM, PROGRAM_FOLDER, &exe);
	b->ret_missing = e == ERR_NOT_FOUND ? WORKER_PROGRAM : NULL;
	conf.exe = exe;
	if (e == OK)
		e = pool_new(loop, &conf, &r.pool);
	if (e == OK) {
		pool_warm(r.pool, WORKER_VERIFY);
	}
	if (e == OK)
		e = run_all(&r, files);
	if (r.pool)
		b->ret_fences = pool_fences(r.pool);
	b->ret_ran = files->n > 0 && !b->no_sandbox;
	pool_free(r.pool);
	for (size_t i = 0; i < r.tasks_n; i++)
		if (r.tasks[i].used) {
			buf_free(&r.tasks[i].report);
			fd_close(&r.tasks[i].out);
		}
	free(r.tasks);
	return e;
}
