/*
 * What the PDF writer of room format writes is what the recogniser of room verify accepts: samples,
 * seeds of the fuzz targets, and LibreOffice's fonts. Keys that act, planted anywhere, are refused.
 */
#include "base/test.h"
#include "base/test_file.h"
#include "format/job_test.h"
#include "verify/pdf_file_test.h"

static enum err verdict(struct slice out, struct diag *d)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 28);

	return verify_output(S("pdf"), out, &limits, a, d);
}

static const char *const inputs[] = {
    "samples/見学会.pdf",         "samples/hostile/仕掛け.pdf",     "samples/hostile/更新隠し.pdf",
    "samples/hostile/圧縮物.pdf", "tests/corpus/pdf_fuzz/truetype",
};

static void outputs_are_recognised_and_settle(void)
{
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		AUTO_ARENA a = arena_new(1 << 26);
		AUTO_JOB one, two;
		struct diag d = {0};

		job_box_init(&one, test_file(a, inputs[i]), "a.pdf");
		REQUIRE(format_sanitize(&one.job) == OK);
		CHECK(verdict(buf_view(&one.out), &d) == OK);
		if (d.text[0])
			printf("# %s: %s at %zu\n", inputs[i], d.text, d.offset);
		job_box_init(&two, buf_view(&one.out), "a.pdf");
		REQUIRE(format_sanitize(&two.job) == OK);
		CHECK(slice_find(buf_view(&one.out), S("DCTDecode")) != SIZE_MAX ||
		      slice_eq(buf_view(&one.out), buf_view(&two.out)));
		CHECK(verdict(buf_view(&two.out), NULL) == OK);
	}
}

/* The same file with a right table behind it, so that nothing but what was planted is wrong. */
static void mend_table(struct slice file, struct buf *out)
{
	size_t at[4096], n = 0;
	struct slice body = slice_head(file, slice_rfind(file, S("xref\n0 ")));

	out->n = 0;
	buf_slice(out, body);
	for (size_t i = 0; i < body.n; n++) {
		char head[32];
		size_t found;

		snprintf(head, sizeof head, "%zu 0 obj\n", n + 1);
		found = slice_find(slice_from(body, i), slice_str(head));
		if (found == SIZE_MAX)
			break;
		REQUIRE(n < ARRAY_LEN(at));
		at[n] = i + found;
		i = at[n] + 1;
	}
	pdf_file_end(out, at, n);
}

static void what_acts_is_refused_wherever_it_is_planted(void)
{
	static const char *const keys[] = {
	    "/OpenAction 1 0 R",
	    "/AA<</O<</S/JavaScript/JS<41>>>>>",
	    "/JS<41>",
	    "/A<</S/Launch/F<41>>>",
	    "/Names<</JavaScript 1 0 R>>",
	    "/AcroForm<</XFA 1 0 R>>",
	    "/F<5C5C61>",
	    "/EF<</F 1 0 R>>",
	    "/Metadata 1 0 R",
	    "/OC 1 0 R",
	    "/Filter[/FlateDecode/DCTDecode]",
	    "/Next 1 0 R",
	    "/DecodeParms<<>>",
	    "/PieceInfo<<>>",
	    "/Subtype/PS",
	    "/FontFile 1 0 R",
	    "/Ref<<>>",
	};
	size_t tried = 0;

	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		AUTO_ARENA a = arena_new(1 << 26);
		AUTO_JOB b;
		AUTO_BUF planted, mended;
		struct slice out;

		buf_init(&planted, 1 << 24);
		buf_init(&mended, 1 << 24);
		job_box_init(&b, test_file(a, inputs[i]), "a.pdf");
		REQUIRE(format_sanitize(&b.job) == OK);
		out = buf_view(&b.out);
		mend_table(out, &mended);
		CHECK(slice_eq(out, buf_view(&mended)));
		/* The trailer is printed anew by mend_table. */
		for (size_t at = 0; at < slice_rfind(out, S("xref\n0 ")); at++) {
			bool place =
			    memcmp(out.p + at, "<<", 2) == 0 || memcmp(out.p + at, ">>", 2) == 0;
			size_t where = out.p[at] == '<' ? at + 2 : at;

			for (size_t k = 0; place && k < ARRAY_LEN(keys); k++, tried++) {
				planted.n = 0;
				buf_slice(&planted, slice_head(out, where));
				buf_str(&planted, keys[k]);
				buf_slice(&planted, slice_from(out, where));
				mend_table(buf_view(&planted), &mended);
				CHECK(verdict(buf_view(&mended), NULL) != OK);
			}
		}
	}
	printf("# %zu planted\n", tried);
	CHECK(tried > 1500);
}

/* Every bit of what is not content: outside of streams each flip changes another document or none.
 */
static void turned_bits_are_refused_in_fonts(void)
{
	AUTO_ARENA a = arena_new(1 << 26);
	AUTO_JOB b;
	struct slice out;
	size_t refused = 0, tried = 0;

	job_box_init(&b, test_file(a, "tests/corpus/pdf_fuzz/truetype"), "a.pdf");
	REQUIRE(format_sanitize(&b.job) == OK);
	out = buf_view(&b.out);
	for (size_t i = 0; i < out.n; i += 11) {
		b.out.p[i] ^= (uint8_t)(1u << i % 8);
		refused += verdict(out, NULL) != OK;
		tried++;
		b.out.p[i] ^= (uint8_t)(1u << i % 8);
	}
	/* What passes are digits of numbers and letters of names. */
	CHECK(refused * 100 > tried * 95);
}

TESTS(CASE(outputs_are_recognised_and_settle), CASE(what_acts_is_refused_wherever_it_is_planted),
      CASE(turned_bits_are_refused_in_fonts))
