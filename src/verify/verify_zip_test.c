#include "base/test.h"
#include "verify/package_test.h"

static const struct file files[] = {
    {"a.png", {pixel_bytes, sizeof pixel_bytes}},
    {"資料/写真.png", {pixel_bytes, sizeof pixel_bytes}},
};

static enum err verify_files(const struct file *f, size_t n)
{
	AUTO_BUF out;

	buf_init(&out, 1 << 26);
	archive_print(f, n, true, &out);
	return verify_as("zip", buf_view(&out), NULL);
}

static void good_archives_are_recognised(void)
{
	struct file nested[2] = {files[0], {"内.zip", {NULL, 0}}};
	AUTO_BUF inner;

	CHECK(verify_files(files, 1) == OK);
	CHECK(verify_files(files, 2) == OK);
	buf_init(&inner, 1 << 26);
	archive_print(files, 2, true, &inner);
	nested[1].data = buf_view(&inner);
	CHECK(verify_files(nested, 2) == OK);
}

static void too_deep_archives_are_refused(void)
{
	struct limits limits = limits_default();
	AUTO_BUF a, b;
	struct file one = {"x.zip", {NULL, 0}};
	enum err e = OK;

	buf_init(&a, 1 << 26);
	archive_print(files, 1, true, &a);
	for (uint32_t depth = 1; depth <= limits.depth; depth++) {
		CHECK(verify_as("zip", buf_view(&a), NULL) == OK);
		one.data = buf_view(&a);
		buf_init(&b, 1 << 26);
		archive_print(&one, 1, true, &b);
		buf_free(&a);
		a = b;
		memset(&b, 0, sizeof b);
	}
	e = verify_as("zip", buf_view(&a), NULL);
	CHECK(e == ERR_LIMIT);
}

/* Every byte of an archive, changed to every other value, is noticed. */
static void every_changed_byte_is_refused(void)
{
	struct arena *arena = arena_new(64 << 20);
	struct limits limits = limits_default();
	AUTO_BUF out;
	size_t passed = 0;

	buf_init(&out, 1 << 20);
	archive_print(files, 2, false, &out);
	for (size_t i = 0; i < out.n; i++) {
		uint8_t was = out.p[i];

		for (unsigned c = 0; c < 256; c++) {
			out.p[i] = (uint8_t)c;
			if (c == was)
				continue;
			if (verify_output(S("zip"), buf_view(&out), &limits, arena, NULL) == OK) {
				/* a name may be another good name where both copies agree: never */
				printf("# byte %zu = %u accepted\n", i, c);
				passed++;
			}
			if (arena_used(arena) > 32 << 20) {
				arena_free(arena);
				arena = arena_new(64 << 20);
			}
		}
		out.p[i] = was;
	}
	CHECK(passed == 0);
	arena_free(arena);
}

static void nothing_is_cut_off_or_put_around(void)
{
	AUTO_BUF out, more;

	buf_init(&out, 1 << 20);
	buf_init(&more, 1 << 20);
	archive_print(files, 2, true, &out);
	for (size_t n = 0; n < out.n; n++)
		CHECK(verify_as("zip", slice_head(buf_view(&out), n), NULL) == ERR_SYNTAX);
	buf_slice(&more, buf_view(&out));
	buf_byte(&more, 0);
	CHECK(verify_as("zip", buf_view(&more), NULL) == ERR_SYNTAX);
	more.n = 0;
	buf_byte(&more, 'x');
	buf_slice(&more, buf_view(&out));
	CHECK(verify_as("zip", buf_view(&more), NULL) == ERR_SYNTAX);
	more.n = 0;
	buf_slice(&more, buf_view(&out));
	buf_slice(&more, buf_view(&out));
	CHECK(verify_as("zip", buf_view(&more), NULL) == ERR_SYNTAX);
	CHECK(verify_files(files, 0) == ERR_SYNTAX);
}

static void names_are_checked(void)
{
	static const char *const bad[] = {
	    "/a.png",
	    "../a.png",
	    "a/../b.png",
	    "./a.png",
	    "a//b.png",
	    "a/.png/",
	    "a\\b.png",
	    "c:a.png",
	    "a.png ",
	    " a.png",
	    "a.png.",
	    "con.png",
	    "d/NUL.png",
	    "Com1.png",
	    "COM\u00B9.png",
	    "lpt\u00B3.x.png",
	    "\uFF23\uFF2F\uFF2E.png",
	    "conout$.png",
	    "\u304B\u3099.png", /* not composed */
	    "a/b\u3000/c.png",
	    "a/b\uFF0E/c.png",
	    "lpt9 .png",
	    "a\x01.png",
	    "a\x7f.png",
	    "a?.png",
	    "a*.png",
	    "a<.png",
	    "a|.png",
	    "a\".png",
	    "\342\200\256x.png",
	    "a\xe2\x80\xa8.png",
	    "\xff.png",
	    "a",
	    "a.exe",
	    "a.PNG",
	    "a.jpeg",
	    "a.",
	    ".png/x",
	    "a.docm",
	};
	struct file two[2] = {files[0], files[1]};
	char longname[2000];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		two[1].name = bad[i];
		if (verify_files(two, 2) != ERR_SYNTAX) {
			printf("# accepted: %s\n", bad[i]);
			CHECK(false);
		}
	}
	memset(longname, 'a', sizeof longname);
	strcpy(longname + 252, ".png");
	two[1].name = longname;
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[1].name = "A.png"; /* equal to a.png without case */
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[1].name = "\uFF21.\uFF30ng"; /* and without width */
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[0].name = "\u00DF.png"; /* Straße and STRASSE */
	two[1].name = "SS.png";
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[0].name = "\u30AC.png";
	two[1].name = "\uFF76\uFF9E.png"; /* half-width */
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[1].name = "\u30AB.png";
	CHECK(verify_files(two, 2) == OK);
	two[0].name = "a.png";
	two[1].name = "a.png/b.png"; /* a.png is a folder as well */
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
	two[0].name = "a.png/b.png";
	two[1].name = "A.PNG/c.png";
	CHECK(verify_files(two, 2) == OK);
	two[1].name = "a.png";
	CHECK(verify_files(two, 2) == ERR_SYNTAX);
}

/* Streams that do not end where their member does, or unfold to more or less. */
static void streams_end_at_their_last_byte(void)
{
	static uint8_t big[5000];
	static const struct file f = {"a.txt", {big, sizeof big}};
	AUTO_BUF out, part;
	size_t packed;
	uint32_t lie;

	memset(big, 'a', sizeof big);
	buf_init(&out, 1 << 20);
	buf_init(&part, 1 << 20);
	archive_print(&f, 1, true, &out);
	packed = (size_t)(out.p[18] | out.p[19] << 8);
	REQUIRE(packed < 100);
	/* a byte more behind the stream, with all lengths and offsets right */
	for (int add = -1; add <= 1; add += 2) {
		size_t central = 30 + 5 + packed;

		part.n = 0;
		buf_put(&part, out.p, add < 0 ? central - 1 : central);
		if (add > 0)
			buf_byte(&part, 0);
		lie = (uint32_t)packed + (uint32_t)add;
		part.p[18] = (uint8_t)lie;
		buf_put(&part, out.p + central, out.n - central);
		part.p[central + (size_t)add + 20] = (uint8_t)lie;
		part.p[part.n - 6] = (uint8_t)(central + (size_t)add);
		CHECK(verify_as("zip", buf_view(&part), NULL) == ERR_SYNTAX);
	}
	/* another size in both headers */
	for (size_t i = 0; i < 2; i++) {
		part.n = 0;
		buf_slice(&part, buf_view(&out));
		part.p[22] = (uint8_t)(part.p[22] + (i ? 1 : -1));
		part.p[30 + 5 + packed + 24] = part.p[22];
		CHECK(verify_as("zip", buf_view(&part), NULL) == ERR_SYNTAX);
	}
}

static void budgets_are_kept(void)
{
	struct limits limits = limits_default();
	struct arena *arena = arena_new(64 << 20);
	AUTO_BUF out;

	buf_init(&out, 1 << 20);
	archive_print(files, 2, true, &out);
	limits.members = 1;
	CHECK(verify_output(S("zip"), buf_view(&out), &limits, arena, NULL) == ERR_LIMIT);
	limits = limits_default();
	limits.inflated_bytes = 100;
	CHECK(verify_output(S("zip"), buf_view(&out), &limits, arena, NULL) == ERR_LIMIT);
	limits = limits_default();
	limits.output_bytes = out.n - 1;
	CHECK(verify_output(S("zip"), buf_view(&out), &limits, arena, NULL) == ERR_LIMIT);
	arena_free(arena);
}

TESTS(CASE(good_archives_are_recognised), CASE(too_deep_archives_are_refused),
      CASE(every_changed_byte_is_refused), CASE(nothing_is_cut_off_or_put_around),
      CASE(names_are_checked), CASE(streams_end_at_their_last_byte), CASE(budgets_are_kept))
