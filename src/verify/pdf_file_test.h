/* PDF files written by hand, as our writer prints them; for the tests of the recogniser. */
#ifndef VERIFY_PDF_FILE_TEST_H
#define VERIFY_PDF_FILE_TEST_H

#include "base/buf.h"
#include "base/test.h"
#include "verify/verify.h"

/* In object number `object`, from 0, `from` becomes `to`. */
struct pdf_change {
	size_t object;
	const char *from, *to;
};

static inline void pdf_file_begin(struct buf *out)
{
	out->n = 0;
	buf_str(out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
}

/* at: the offsets of the n objects. */
static inline void pdf_file_end(struct buf *out, const size_t *at, size_t n)
{
	size_t xref = out->n;

	buf_printf(out, "xref\n0 %zu\n0000000000 65535 f \n", n + 1);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%010zu 00000 n \n", at[i]);
	buf_printf(out, "trailer\n<</Root 1 0 R/Size %zu>>\nstartxref\n%zu\n%%%%EOF\n", n + 1,
		   xref);
}

static inline enum err pdf_verdict(struct slice out, struct diag *d)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 26);

	return verify_output(S("pdf"), out, &limits, a, d);
}

/* None of the files with one change is accepted, and each refusal says why. */
static inline void pdf_refuse_each(void (*print)(struct buf *out, size_t change, const char *from,
						 const char *to),
				   const struct pdf_change *bad, size_t n)
{
	AUTO_BUF out;

	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct diag d = {0};
		enum err e;

		print(&out, bad[i].object, bad[i].from, bad[i].to);
		e = pdf_verdict(buf_view(&out), &d);
		CHECK(e != OK && d.text[0]);
		if (e == OK)
			printf("# accepted: %zu: %s -> %s\n", bad[i].object + 1, bad[i].from,
			       bad[i].to);
	}
}

#endif
