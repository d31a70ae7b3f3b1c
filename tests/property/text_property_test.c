/* What text.c and csv.c of room format write is what room verify accepts, in every set. */
#include "base/test.h"
#include "format/charset.h"
#include "format/job_test.h"
#include "verify/verify.h"

static uint32_t rng_state = 7;
static uint32_t rng(uint32_t below)
{
	rng_state = rng_state * 1664525u + 1013904223u;
	return (rng_state >> 8) % below;
}

/* Pieces that have broken somebody's CSV or terminal before. */
static const char *const pieces[] = {"=",
				     "+",
				     "-",
				     "@",
				     "＝",
				     "＋",
				     "－",
				     "＠",
				     "\"",
				     "\"\"",
				     ",",
				     ";",
				     "\t",
				     "\n",
				     "\r\n",
				     "\r",
				     " ",
				     "　",
				     "'",
				     "1",
				     "１",
				     "1,234",
				     ".5",
				     "%",
				     "e5",
				     "cmd|",
				     "A1",
				     "sep=;",
				     "ID",
				     "日本",
				     "ｶﾅ",
				     "R6.4.1",
				     "+81-3-1234-5678",
				     "円",
				     "¥",
				     "\\",
				     "(",
				     ")",
				     "\x1B[31m",
				     "\x07",
				     "\x7F",
				     "|",
				     "ー",
				     "\xC2\xA0",
				     "\xE2\x80\xAE",
				     "\xE2\x80\x8B",
				     "\xEF\xBB\xBF",
				     "\xE2\x80\xA8",
				     "＂",
				     "，",
				     "．",
				     "％",
				     "￥",
				     "ｅ"};

static void make(struct buf *b, enum charset cs)
{
	AUTO_BUF utf8;
	size_t ignored;

	do {
		b->n = 0;
		buf_init(&utf8, 1 << 20);
		for (uint32_t n = rng(40); n; n--) {
			/* half-width katakana has no place in ISO-2022-JP, shifts none in the
			 * others */
			buf_str(&utf8, pieces[rng(ARRAY_LEN(pieces))]);
		}
		if (charset_encode(b, cs, buf_view(&utf8), &ignored) == OK) {
			buf_free(&utf8);
			return;
		}
		buf_free(&utf8);
	} while (true);
}

static void check_one(struct slice in, const char *name, enum charset_out out)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 24);
	AUTO_JOB b;
	AUTO_JOB twice;
	struct diag d = {0};

	job_box_init(&b, in, name);
	job_box_init(&twice, in, name);
	b.job.charset_out = out;
	if (format_sanitize(&b.job) != OK)
		return;
	if (verify_output(slice_str(b.job.wrote), buf_view(&b.out), &limits, a, &d) != OK) {
		printf("# %s at %zu: %s\n# [%.*s]\n# [%.*s]\n", b.job.wrote, d.offset, d.text,
		       (int)in.n, (const char *)in.p, (int)b.out.n, (const char *)b.out.p);
		CHECK(false);
	}
	twice.job.in = buf_view(&b.out);
	twice.job.name =
	    slice_str(strcmp(b.job.ext, "txt") == 0 ? "" : arena_printf(a, "a.%s", b.job.ext));
	twice.job.charset_out = out;
	/* A text may turn out to be a table, or the beginning of one that is held, but not a third.
	 */
	if (format_sanitize(&twice.job) != OK || strcmp(twice.job.ext, b.job.ext) != 0) {
		CHECK(strcmp(b.job.ext, "txt") == 0);
		return;
	}
	CHECK(slice_eq(buf_view(&twice.out), buf_view(&b.out)));
	if (!slice_eq(buf_view(&twice.out), buf_view(&b.out)))
		printf("# [%.*s]\n# [%.*s]\n# [%.*s]\n", (int)in.n, (const char *)in.p,
		       (int)b.out.n, (const char *)b.out.p, (int)twice.out.n,
		       (const char *)twice.out.p);
}

static void whatever_comes_out_is_recognised(void)
{
	static const char *const names[] = {"a.csv", "a.tsv", "a.txt"};
	AUTO_BUF in;

	buf_init(&in, 1 << 20);
	for (int i = 0; i < 30000; i++) {
		make(&in, (enum charset)rng(CS_COUNT));
		check_one(buf_view(&in), names[rng(3)], rng(2) ? CHARSET_SAME : CHARSET_UTF8);
	}
}

static void method_text_is_recognised(void)
{
	AUTO_BUF in;

	buf_init(&in, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		struct limits limits = limits_default();
		AUTO_ARENA a = arena_new(1 << 24);
		AUTO_JOB b;

		make(&in, CS_UTF8);
		job_box_init(&b, buf_view(&in), "a.csv");
		b.job.method = METHOD_TEXT;
		if (format_sanitize(&b.job) != OK)
			continue;
		CHECK_STR(slice_str(b.job.wrote), "txt");
		CHECK(verify_output(S("txt"), buf_view(&b.out), &limits, a, NULL) == OK);
	}
}

TESTS(CASE(whatever_comes_out_is_recognised), CASE(method_text_is_recognised))
