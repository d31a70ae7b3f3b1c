/* Any bytes as an archive: opened, and each member read, within the limits. */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/zip_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_JOB box;
	AUTO_BUF scratch;
	struct slice data;
	struct zip z;

	job_box_init(&box, slice_of(p, n), "a.zip");
	box.budget.inflated_left = 8u << 20;
	buf_init(&scratch, 16u << 20);
	if (zip_open(&box.job, &z) != OK) {
		BUG_IF(!box.report.n && !arena_failed(box.job.arena));
		return 0;
	}
	for (size_t i = 0; i < z.n; i++)
		if (zip_read(&z, &z.members[i], &scratch, &data, &box.diag) == OK)
			BUG_IF(data.n != z.members[i].size);
	zip_close(&z);
	return 0;
}
