/* Any bytes as a PDF: what comes out goes through again unchanged. */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/pdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct job_box b, twice;

	job_box_init(&b, slice_of(p, n), "");
	b.limits.pixels = 1 << 18;
	b.limits.memory_bytes = (size_t)256 << 20;
	if (format_pdf.probe(&b.job) && format_pdf.rebuild(&b.job) == OK) {
		job_box_init(&twice, buf_view(&b.out), "");
		BUG_IF(!format_pdf.probe(&twice.job) || format_pdf.rebuild(&twice.job) != OK);
		/* Pictures in JPEG change each time; without them nothing does. */
		if (slice_find(buf_view(&b.out), S("/DCTDecode")) == SIZE_MAX)
			BUG_IF(!slice_eq(buf_view(&twice.out), buf_view(&b.out)));
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}
