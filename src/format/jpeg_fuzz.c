/* Any bytes as a JPEG: what comes out goes through again. */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct job_box b, twice;

	job_box_init(&b, slice_of(p, n), "");
	b.limits.pixels = 1 << 20;
	b.limits.memory_bytes = (size_t)256 << 20;
	if (format_jpeg.probe(&b.job) && format_jpeg.rebuild(&b.job) == OK) {
		/* What was written is read again, and gives the same type. */
		job_box_init(&twice, buf_view(&b.out), "");
		BUG_IF(!format_jpeg.probe(&twice.job) || format_jpeg.rebuild(&twice.job) != OK);
		BUG_IF(twice.out.n < 100);
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}
