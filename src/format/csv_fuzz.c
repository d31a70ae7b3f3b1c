/* Any bytes as a table: what comes out goes through again unchanged. */
#include "base/fuzz.h"
#include "format/job_test.h"
#include "format/text.h"

/* The first byte picks the method and the character set to write. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct job_box b, twice;
	enum charset_out cs = n && p[0] & 1 ? CHARSET_SAME : CHARSET_UTF8;

	if (n == 0)
		return 0;
	job_box_init(&b, slice_of(p + 1, n - 1), p[0] & 4 ? "a.tsv" : "a.csv");
	b.job.charset_out = cs;
	b.job.method = p[0] & 2 ? METHOD_TEXT : METHOD_REBUILD;
	if (format_csv.rebuild(&b.job) == OK && b.job.method == METHOD_REBUILD) {
		job_box_init(&twice, buf_view(&b.out),
			     strcmp(b.job.ext, "tsv") == 0 ? "a.tsv" : "a.csv");
		twice.job.charset_out = cs;
		BUG_IF(format_csv.rebuild(&twice.job) != OK);
		BUG_IF(cs == CHARSET_UTF8 && !slice_eq(buf_view(&twice.out), buf_view(&b.out)));
		job_box_free(&twice);
	}
	job_box_free(&b);
	return 0;
}
