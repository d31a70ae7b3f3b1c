#include "base/test.h"
#include "base/utf8.h"
#include "format/csv_field.h"
#include "format/job_test.h"
#include "format/text.h"

#define LIT(s) slice_of("" s, sizeof(s) - 1)

/* Sanitises `in` under that name and compares the whole output. */
static void gives_as(struct slice in, const char *name, enum method method, enum charset_out cs,
		     struct slice want, const char *grammar)
{
	AUTO_JOB b;
	AUTO_JOB again;

	job_box_init(&b, in, name);
	job_box_init(&again, want, name);
	b.job.method = again.job.method = method;
	b.job.charset_out = again.job.charset_out = cs;
	REQUIRE(format_sanitize(&b.job) == OK);
	if (!slice_eq(buf_view(&b.out), want))
		printf("# got [%.*s]\n", (int)b.out.n, (const char *)b.out.p);
	CHECK(slice_eq(buf_view(&b.out), want));
	CHECK_STR(slice_str(b.job.wrote), grammar);
	if (method == METHOD_REBUILD) {
		REQUIRE(format_sanitize(&again.job) == OK);
		CHECK(slice_eq(buf_view(&again.out), want));
	}
}

static void gives(struct slice in, struct slice want)
{
	gives_as(in, "a.txt", METHOD_REBUILD, CHARSET_UTF8, want, "txt");
}

static void csv_gives(struct slice in, struct slice want)
{
	gives_as(in, "a.csv", METHOD_REBUILD, CHARSET_UTF8, want, "csv");
}

static void held(struct slice in, const char *name, const char *finding)
{
	AUTO_JOB b;

	job_box_init(&b, in, name);
	CHECK(format_sanitize(&b.job) != OK);
	if (!report_has(&b.report, finding))
		printf("# not held as %s: %s\n", finding, b.diag.text);
	CHECK(report_has(&b.report, finding));
}

static bool reports(struct slice in, const char *name, const char *finding, const char *place)
{
	AUTO_JOB b;

	job_box_init(&b, in, name);
	if (format_sanitize(&b.job) != OK)
		return false;
	for (size_t i = 0; i < b.report.n; i++)
		if (strcmp(b.report.items[i].finding, finding) == 0 &&
		    slice_eq_str(b.report.items[i].place, place))
			return true;
	return false;
}

static void every_charset_comes_out_as_utf8(void)
{
	struct slice want = LIT("日本語のｶﾅ①㈱\n");

	gives(LIT("日本語のｶﾅ①㈱\n"), want);
	gives(LIT("\xEF\xBB\xBF日本語のｶﾅ①㈱\r\n"), want);
	/* CP932 */
	gives(LIT("\x93\xFA\x96{\x8C\xEA\x82\xCC\xB6\xC5\x87@\x87\x8A\r\n"), want);
	/* EUC-JP */
	gives(LIT("\xC6\xFC\xCB\xDC\xB8\xEC\xA4\xCE\x8E\xB6\x8E\xC5\xAD\xA1\xAD\xEA\n"), want);
	/* ISO-2022-JP; half-width katakana as Windows writes it */
	gives(LIT("\x1B$BF|K\\8l$N\x1B(I6E\x1B$B-!-j\x1B(B\n"), want);
	gives(LIT("\xFF\xFE\xE5\x65\x2C\x67\x9E\x8A\n\0"), LIT("日本語\n"));
	gives(LIT("\xFE\xFF\x65\xE5\x67\x2C\x8A\x9E\0\n"), LIT("日本語\n"));
	gives(LIT(""), LIT(""));
	gives(LIT("\xFF\xFE\x3D\xD8\x00\xDE"), LIT("\xF0\x9F\x98\x80"));
}

static void every_charset_goes_back(void)
{
	static const struct {
		struct slice in;
		const char *grammar;
	} same[] = {
	    {{(const uint8_t *)"\x93\xFA\x96{\x8C\xEA\x82\xCC\xB6\xC5\x87@\x87\x8A\n", 15},
	     "txt-cp932"},
	    {{(const uint8_t *)"\xC6\xFC\xCB\xDC\xB8\xEC\xA4\xCE\x8E\xB6\n", 11}, "txt-euc-jp"},
	    {{(const uint8_t *)"\x1B$BF|K\\8l$N\x1B(B\n", 15}, "txt-iso-2022-jp"},
	    {{(const uint8_t *)"\xFF\xFE\xE5\x65\n\0", 6}, "txt-utf-16le"},
	    {{(const uint8_t *)"\xFE\xFF\x65\xE5\0\n", 6}, "txt-utf-16be"},
	    {{(const uint8_t *)"\xE6\x97\xA5\n", 4}, "txt"},
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		gives_as(same[i].in, "a.txt", METHOD_REBUILD, CHARSET_SAME, same[i].in,
			 same[i].grammar);
}

static void mixed_charsets_are_held(void)
{
	/* one line of UTF-8, one of CP932 */
	held(LIT("日本語\n\x93\xFA\x96{\x8C\xEA\n"), "a.txt", "bad-charset");
	/* ISO-2022-JP that does not come back before its line ends, or at the end */
	held(LIT("\x1B$BF|K\\\n8l\x1B(B\n"), "a.txt", "bad-charset");
	held(LIT("\x1B$BF|K\\"), "a.txt", "bad-charset");
	/* a shift within UTF-8 or CP932 */
	held(LIT("日本語\x1B$BF|\x1B(B\n"), "a.txt", "bad-charset");
	held(LIT("\x93\xFA\x1B$BF|\x1B(B\n"), "a.txt", "bad-charset");
	/* another set by escape */
	held(LIT("\x1B$BF|\x1B$(D0!\x1B(B\n"), "a.txt", "bad-charset");
	held(LIT("\xEF\xBB\xBF\x93\xFA\n"), "a.txt", "bad-charset");
	held(LIT("\xFF\xFE\xE5"), "a.txt", "bad-charset");
	held(LIT("\xFF\xFE\x3D\xD8\x41\x00"), "a.txt", "bad-charset");
	held(LIT("ab\xFF\xFF cd\n"), "a.txt", "bad-charset");
}

static void a_bad_place_is_named(void)
{
	AUTO_JOB b;

	job_box_init(&b, LIT("日本語\n\x93\xFA"), "a.txt");
	CHECK(format_sanitize(&b.job) == ERR_SYNTAX);
	CHECK(b.diag.offset == 10);
}

static void euc_and_cp932_are_told_apart(void)
{
	gives(LIT("\xC5\xEC\xB5\xFE\xC5\xD4\n"), LIT("東京都\n")); /* EUC-JP, kanji only */
	gives(LIT("\xB1\xB2\xB3\xB4\n"), LIT("ｱｲｳｴ\n"));           /* CP932 */
	gives(LIT("\x93\x8C\x8B\x9E\x93s\n"), LIT("東京都\n"));    /* CP932 */
	gives(LIT("\xA5\xA2\xA5\xA4\xA5\xA6\n"), LIT("アイウ\n")); /* EUC-JP */
	gives(LIT("\x83"
		  "A\x83"
		  "C\x83"
		  "E\n"),
	      LIT("アイウ\n")); /* CP932 */
}

static void control_characters_leave(void)
{
	gives(LIT("a\bb\x7F"
		  "c\tdddddddddddddddddddddddddddddddddddddddddddddddddddddddd\n"),
	      LIT("abc\tdddddddddddddddddddddddddddddddddddddddddddddddddddddddd\n"));
	gives(LIT("a\rb\r\nc\n\nd\xC2\x85"
		  "e\xE2\x80\xA8"
		  "f"),
	      LIT("a\nb\nc\n\nd\ne\nf"));
	gives(LIT("\x1B[31mred\x1B[0m \x1B]0;title\x07t \x1B]8;;http://x\x1B\\l\x1B"
		  "c\n"),
	      LIT("red t l\n"));
	gives(LIT("\xC2\x9B"
		  "2Jx"),
	      LIT("x"));
	gives(LIT("a\xE2\x80\xAE"
		  "b\xE2\x80\x8B"
		  "c\xEF\xBB\xBF"
		  "d"),
	      LIT("abcd"));
	/* a name with a variation selector stays */
	gives(LIT("葛\xF3\xA0\x84\x80城"), LIT("葛\xF3\xA0\x84\x80城"));
	CHECK(reports(LIT("a\nb\xE2\x80\xAE"
			  "b\n"),
		      "a.txt", "bidi-control", "L2"));
	CHECK(reports(LIT("a\n\nb\x1B[31m\n"), "a.txt", "escape-sequence", "L3"));
	CHECK(reports(LIT("a\xE2\x80\x8B\n"), "a.txt", "invisible-characters", "L1"));
	CHECK(reports(LIT("a\u3164\n"), "a.txt", "invisible-characters", "L1"));
	/* 葛 and a selector is a name; a row of selectors is a message nobody sees. */
	CHECK(reports(LIT("葛\U000E0100\U000E0101\U000E0102\n"), "a.txt", "invisible-characters",
		      "L1"));
	CHECK(!reports(LIT("葛\U000E0100飾\U000E0101\n"), "a.txt", "invisible-characters", "L1"));
}

static void csv_has_one_form(void)
{
	csv_gives(LIT("a,b\n1,2\n"), LIT("\xEF\xBB\xBF"
					 "a,b\r\n1,2\r\n"));
	csv_gives(LIT("\"a\",\"b c\",\"d,e\",\"f\"\"g\"\r\n"), LIT("\xEF\xBB\xBF"
								   "a,b c,\"d,e\",\"f\"\"g\"\r\n"));
	csv_gives(LIT("a;b\n1;2\n3;4"), LIT("\xEF\xBB\xBF"
					    "a,b\r\n1,2\r\n3,4\r\n"));
	csv_gives(LIT("\"1\r\n2\",x\r\n"), LIT("\xEF\xBB\xBF\"1\n2\",x\r\n"));
	csv_gives(LIT("a,\n,b\n\nc"), LIT("\xEF\xBB\xBF"
					  "a,\r\n,b\r\n\r\nc\r\n"));
	csv_gives(LIT("ID,name\n1,x\n"), LIT("\xEF\xBB\xBF\"ID\",name\r\n1,x\r\n"));
	csv_gives(LIT(" a,b \n"), LIT("\xEF\xBB\xBF\" a\",\"b \"\r\n"));
	csv_gives(LIT("sep=;\na;b\n"), LIT("\xEF\xBB\xBF"
					   "a,b\r\n"));
	csv_gives(LIT("\"x\"y,12\"\n"), LIT("\xEF\xBB\xBFxy,\"12\"\"\"\r\n"));
	csv_gives(LIT(""), LIT("\xEF\xBB\xBF"));
	gives_as(LIT("a\tb,c\n1\t2\n"), "a.tsv", METHOD_REBUILD, CHARSET_UTF8,
		 LIT("\xEF\xBB\xBF"
		     "a\tb,c\r\n1\t2\r\n"),
		 "tsv");
	gives_as(LIT("a,b\n\"c\td\ne\",=1+1\n"), "a.csv", METHOD_TEXT, CHARSET_UTF8,
		 LIT("a\tb\nc d e\t'=1+1\n"), "txt");
	/* a table whatever its name says */
	gives_as(LIT("a,b,c\n1,2,3\n4,5,=6\n"), "a.txt", METHOD_REBUILD, CHARSET_UTF8,
		 LIT("\xEF\xBB\xBF"
		     "a,b,c\r\n1,2,3\r\n4,5,'=6\r\n"),
		 "csv");
	gives_as(LIT("\x96\xBC,\x81\x81"
		     "1\n"),
		 "a.csv", METHOD_REBUILD, CHARSET_SAME,
		 LIT("\x96\xBC,'\x81\x81"
		     "1\r\n"),
		 "csv-cp932");
	gives_as(LIT("a,=1\tb\n"), "a.tsv", METHOD_REBUILD, CHARSET_UTF8,
		 LIT("\xEF\xBB\xBF"
		     "a,'=1\tb\r\n"),
		 "tsv");
	/* Prose is no table, and the text of a table is a text. */
	gives(LIT("a, b, c\nd, e, f\ng, h, i\n"), LIT("a, b, c\nd, e, f\ng, h, i\n"));
	gives_as(LIT("\"x\"\tb\tc\n1\t2\t3\n4\t5\t6\n"), "a.txt", METHOD_TEXT, CHARSET_UTF8,
		 LIT("\"x\"\tb\tc\n1\t2\t3\n4\t5\t6\n"), "txt");
	/* What is left is ASCII, which reads as UTF-8 again. */
	gives_as(LIT("a\x1B(Bb\n"), "a.txt", METHOD_REBUILD, CHARSET_SAME, LIT("ab\n"), "txt");
	held(LIT("a,\"b\nc,d\n"), "a.csv", "malformed");
	held(LIT("sep=x\naxb\n"), "a.csv", "delimiter-hint");
	CHECK(reports(LIT("a,b\n1,=2\n"), "a.csv", "formula-prefixed", "R2C2"));
	CHECK(reports(LIT("a,b\n1\n"), "a.csv", "csv-ragged", "R2"));
	/* hidden behind what is not seen */
	csv_gives(LIT("a,\xE2\x80\x8B=1\n"), LIT("\xEF\xBB\xBF"
						 "a,'=1\r\n"));
}

static void fields_that_are_no_formulas_stay(void)
{
	static const char *const plain[] = {
	    "",
	    "-",
	    "---",
	    "+",
	    "－",
	    "-1",
	    "+1",
	    "-1.5",
	    "-1,234",
	    "-1,234.50",
	    "+5%",
	    "-1.5e-3",
	    "-¥1,234",
	    "－１２３",
	    "-50％",
	    "-3円",
	    "+81-3-1234-5678",
	    "+81 (3) 1234 5678",
	    "+818012345678",
	    "a=b",
	    "a@b.jp",
	    "令和6年4月1日",
	    "R6.4.1",
	    "2024-04-01",
	    "△1,000",
	    "'=1",
	    "1-2",
	    "090-1234-5678",
	    "a;b",
	    "x; y",
	    "-\\5",
	    " ",
	    "\"x\"",
	    "10%",
	    "-5℃",
	    "-3人",
	    "−12",
	    "+4カ月",
	    "-.5",
	    "-5　",
	    "－　",
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		AUTO_BUF b;

		buf_init(&b, 1000);
		CHECK(!csv_field_disarm(slice_str(plain[i]), false, &b));
		CHECK_STR(buf_view(&b), plain[i]);
	}
}

static void formulas_are_disarmed_once(void)
{
	static const struct {
		const char *in, *out;
	} armed[] = {
	    {"=1", "'=1"},
	    {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
	    {"@SUM(1)", "'@SUM(1)"},
	    {"+1+1", "'+1+1"},
	    {"-1-1", "'-1-1"},
	    {"-1,23", "'-1,23"},
	    {"+A1", "'+A1"},
	    {"-cmd", "'-cmd"},
	    {"  =1", "'  =1"},
	    {"\"=1\"", "'\"=1\""},
	    {"\t=1", "\t'=1"},
	    {"　=1", "'　=1"},
	    {"＝1", "'＝1"},
	    {"＋A1", "'＋A1"},
	    {"－x", "'－x"},
	    {"＠x", "'＠x"},
	    {"\n=1", "'\n=1"},
	    {"a;=1", "a;'=1"},
	    {"1\t+A1;-2;=3", "1\t'+A1;-2;'=3"},
	    {"+1-2-3", "'+1-2-3"},
	    {"+81-3-1234-5678+A1", "'+81-3-1234-5678+A1"},
	    {"-1e5x", "'-1e5x"},
	    {"==", "'=="},
	    {"-+", "'-+"},
	    {"−1+2", "'−1+2"},
	    {"﹦1", "'﹦1"},
	    {"\xE2\x80\x83=1", "'\xE2\x80\x83=1"},
	    {"-3人+A1", "'-3人+A1"},
	    {"-3一二三四五六七八九", "'-3一二三四五六七八九"},
	    {"-.", "'-."},
	};

	for (size_t i = 0; i < ARRAY_LEN(armed); i++) {
		AUTO_BUF b, c;

		buf_init(&b, 1000);
		buf_init(&c, 1000);
		CHECK(csv_field_disarm(slice_str(armed[i].in), false, &b));
		CHECK_STR(buf_view(&b), armed[i].out);
		CHECK(!csv_field_disarm(buf_view(&b), false, &c));
	}
}

static void bytes_that_are_no_text_are_not_text(void)
{
	held(LIT("abc\0def"), "a.txt", "unknown-type");
	held(LIT("\1\2\3\4\5\6\7\x8\x10\x11"), "a.txt", "unknown-type");
}

TESTS(CASE(every_charset_comes_out_as_utf8), CASE(every_charset_goes_back),
      CASE(mixed_charsets_are_held), CASE(a_bad_place_is_named), CASE(euc_and_cp932_are_told_apart),
      CASE(control_characters_leave), CASE(csv_has_one_form),
      CASE(fields_that_are_no_formulas_stay), CASE(formulas_are_disarmed_once),
      CASE(bytes_that_are_no_text_are_not_text))
