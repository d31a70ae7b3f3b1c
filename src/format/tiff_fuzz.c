/* Any bytes as a TIFF: what comes out is held by its own rules, or is read again the same. */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct job_box b, twice;

	job_box_init(&b, slice_of(p, n), "");
	b.limits.pixels = 1 << 20;
	b.limits.memory_bytes = (size_t)256 << 20;
	if (format_tiff.probe(&b.job) && format_tiff.rebuild(&b.job) == OK) {
		job_box_init(&twice, buf_view(&b.out), "");
		BUG_IF(format_sanitize(&twice.job) != OK);
		BUG_IF(strcmp(twice.job.wrote, b.job.wrote) != 0);
		/* Pages that are JPEG are packed anew each time. */
		BUG_IF(slice_find(buf_view(&b.out), S("\xFF\xD8\xFF")) == SIZE_MAX &&
		       !slice_eq(buf_view(&twice.out), buf_view(&b.out)));
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}
