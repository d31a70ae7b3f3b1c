/*
 * What the fuzz targets of pictures do with an input: what comes out is read again and gives the
 * same bytes, but where pixels are packed with loss.
 */
#ifndef FORMAT_PICTURE_FUZZ_H
#define FORMAT_PICTURE_FUZZ_H

#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/picture.h"

/* A JPEG, or a TIFF with pages that are one. */
static inline bool picture_has_loss(const struct job_box *b)
{
	return strcmp(b->job.wrote, "jpeg") == 0 ||
	       (strcmp(b->job.wrote, "tiff") == 0 &&
		slice_find(buf_view(&b->out), S("\xFF\xD8\xFF")) != SIZE_MAX);
}

static inline int picture_fuzz(const struct format *format, struct slice in)
{
	struct job_box b, twice;

	job_box_init(&b, in, "");
	b.limits.pixels = 1 << 20;
	b.limits.memory_bytes = (size_t)256 << 20;
	if (format->probe(&b.job) && format->rebuild(&b.job) == OK) {
		job_box_init(&twice, buf_view(&b.out), "");
		BUG_IF(format_sanitize(&twice.job) != OK);
		BUG_IF(strcmp(twice.job.wrote, b.job.wrote) != 0);
		BUG_IF(!picture_has_loss(&b) && !slice_eq(buf_view(&twice.out), buf_view(&b.out)));
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}

#endif
