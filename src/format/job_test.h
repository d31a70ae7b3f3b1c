/* One job with all it needs, for tests and fuzz targets of this room. */
#ifndef FORMAT_JOB_TEST_H
#define FORMAT_JOB_TEST_H

#include "format/format.h"

struct job_box {
	struct limits limits;
	struct budget budget;
	struct report report;
	struct diag diag;
	struct buf out;
	struct job job;
};

static inline void job_box_init(struct job_box *b, struct slice in, const char *name)
{
	*b = (struct job_box){.limits = limits_default()};
	b->budget.inflated_left = b->limits.inflated_bytes;
	b->budget.members_left = b->limits.members;
	buf_init(&b->out, b->limits.output_bytes);
	b->job = (struct job){
	    .arena = arena_new(b->limits.memory_bytes),
	    .in = in,
	    .name = slice_str(name),
	    .limits = &b->limits,
	    .budget = &b->budget,
	    .out = &b->out,
	    .report = &b->report,
	    .diag = &b->diag,
	};
	report_init(&b->report, b->job.arena, &b->limits);
}

static inline void job_box_free(struct job_box *b)
{
	buf_free(&b->out);
	arena_free(b->job.arena);
}
#define AUTO_JOB __attribute__((cleanup(job_box_free))) struct job_box

#endif
