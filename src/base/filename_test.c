/* Names of files: one set of rules, case by case. */
#include "base/test.h"

#include "base/filename.h"

static void check(void (*put)(struct buf *, struct slice), const char *in, const char *want)
{
	AUTO_BUF b;

	buf_init(&b, 4096);
	put(&b, slice_str(in));
	CHECK(buf_err(&b) == OK);
	CHECK_STR(buf_view(&b), want);
}

static void one_name(struct buf *b, struct slice s)
{
	filename_put(b, s);
	filename_one_extension(b, 0);
}

static void harmless_names_stay(void)
{
	static const char *const same[] = {"申請書.docx", "令和8年度 予算（案）.xlsx",
					   "a／b：c.txt", "com10.txt",
					   "console.log", "ver1.2.txt",
					   ".bashrc",     "髙橋\u8FBB\U000E0100.txt"};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		check(filename_put, same[i], same[i]);
}

static void what_deceives_is_gone(void)
{
	static const char *const cases[][2] = {
	    {"報告書\u202Etxt.exe", "報告書txt.exe"},
	    {"a\u200Bb\u2066c.txt", "abc.txt"},
	    {"a\tb\x7F.txt", "ab.txt"},
	    {"..\\x", ".._x"},
	    {"a<b>:c|d?e*f\"g/h.txt", "a_b__c_d_e_f_g_h.txt"},
	    {"a\u2044b\u2215c\u29F8d.txt", "a_b_c_d.txt"},
	    {" \u3000 a b \u3000. \uFF0E", "a b"},
	    {"a\u00A0b.txt", "a b.txt"},
	    {"...", ""},
	    {"\u202E", ""},
	    {"", ""},
	    {"CON", "_CON"},
	    {"con .txt", "_con .txt"},
	    {"Aux.tar.gz", "_Aux.tar.gz"},
	    {"lpt9", "_lpt9"},
	    {"COM\u00B9.txt", "_COM\u00B9.txt"},
	    {"\uFF23\uFF2F\uFF2E\uFF0Etxt", "_\uFF23\uFF2F\uFF2E\uFF0Etxt"},
	    {"conin$", "_conin$"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(filename_put, cases[i][0], cases[i][1]);
}

static void there_is_one_extension(void)
{
	static const char *const cases[][2] = {
	    {"請求書.pdf.exe", "請求書_pdf_exe"},
	    {"請求書\uFF0Epdf\u2024exe", "請求書_pdf_exe"},
	    {"a.\uFF45\uFF58\uFF45", "a_\uFF45\uFF58\uFF45"},
	    {"ver1.2", "ver1.2"},
	    {".profile", ".profile"},
	    {"a.toolong", "a.toolong"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(one_name, cases[i][0], cases[i][1]);
	check(filename_put_folder, "dir.app", "dir_app");
	CHECK(filename_extension(S("a.txt")) == 1);
	CHECK(filename_extension(S(".txt")) == SIZE_MAX && filename_extension(S("a.")) == SIZE_MAX);
}

static void bytes_of_other_systems_stay(void)
{
	check(filename_put, "\x95\xF1\x8D\x90.txt", "\x95\xF1\x8D\x90.txt");
	check(filename_put, "a\xE2\x80", "a\xE2\x80");
}

static void long_names_are_cut_between_characters(void)
{
	AUTO_BUF in, out;

	buf_init(&in, 4096);
	buf_init(&out, 4096);
	for (int i = 0; i < 100; i++)
		buf_str(&in, "長");
	filename_put(&out, buf_view(&in));
	CHECK(out.n == FILENAME_BYTES);
	out.n = 0;
	in.n = 0;
	buf_str(&in, "a");
	for (int i = 0; i < 100; i++)
		buf_str(&in, "長");
	filename_put(&out, buf_view(&in));
	CHECK(out.n == FILENAME_BYTES - 2 && slice_ends(buf_view(&out), S("長")));
}

TESTS(CASE(harmless_names_stay), CASE(what_deceives_is_gone), CASE(there_is_one_extension),
      CASE(bytes_of_other_systems_stay), CASE(long_names_are_cut_between_characters))
