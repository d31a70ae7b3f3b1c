#include "base/test.h"
#include "verify/verify.h"

#define LIT(s) slice_of("" s, sizeof(s) - 1)
#define BOM "\xEF\xBB\xBF"

static enum err verdict(const char *grammar, struct slice out)
{
	struct limits limits = limits_default();
	AUTO_ARENA a = arena_new(1 << 20);
	struct diag d;

	return verify_output(slice_str(grammar), out, &limits, a, &d);
}

static void accepts(const char *grammar, struct slice out)
{
	CHECK(verdict(grammar, out) == OK);
	if (verdict(grammar, out) != OK)
		printf("# refused %s [%.*s]\n", grammar, (int)out.n, (const char *)out.p);
}

static void refuses(const char *grammar, struct slice out)
{
	CHECK(verdict(grammar, out) == ERR_SYNTAX);
	if (verdict(grammar, out) != ERR_SYNTAX)
		printf("# accepted %s [%.*s]\n", grammar, (int)out.n, (const char *)out.p);
}

static void texts(void)
{
	accepts("txt", LIT(""));
	accepts("txt", LIT("a\tb\n\nｶﾅ 葛\xF3\xA0\x84\x80城"));
	refuses("txt", LIT("a\r\n"));
	refuses("txt", LIT("\xEF\xBB\xBF"
			   "a"));
	refuses("txt", LIT("a\0"));
	refuses("txt", LIT("\x1B[31m"));
	refuses("txt", LIT("a\x7F"));
	refuses("txt", LIT("a\xC2\x85"));
	refuses("txt", LIT("a\xE2\x80\xAE"));
	refuses("txt", LIT("a\xE2\x80\x8B"));
	refuses("txt", LIT("a\u3164"));
	refuses("txt", LIT("葛\U000E0100\uFE00"));
	refuses("txt", LIT("a\xE2\x80\xA8"));
	refuses("txt", LIT("\xF3\xA0\x80\xA0"));
	refuses("txt", LIT("\xEF\xBF\xBF"));
	refuses("txt", LIT("\xC0\x80"));
	refuses("txt", LIT("\xED\xA0\x80"));
	refuses("txt", LIT("\x93\xFA"));
}

static void texts_in_other_sets(void)
{
	accepts("txt-cp932", LIT("\x93\xFA\x96{ \xB1\n"));
	refuses("txt-cp932", LIT("\x93"));
	refuses("txt-cp932", LIT("\x93\n"));
	refuses("txt-cp932", LIT("\x80"));
	refuses("txt-cp932", LIT("\xFD\x40"));
	refuses("txt-cp932", LIT("a\x1B"));
	accepts("txt-euc-jp", LIT("\xC6\xFC\x8E\xB1\x8F\xB0\xA1\n"));
	refuses("txt-euc-jp", LIT("\xC6"));
	refuses("txt-euc-jp", LIT("\x8E\x41"));
	refuses("txt-euc-jp", LIT("\x85"));
	accepts("txt-iso-2022-jp", LIT("a\x1B$BF|\x1B(B\nb\x1B$BF|\x1B(B"));
	refuses("txt-iso-2022-jp", LIT("\x1B$BF|"));
	refuses("txt-iso-2022-jp", LIT("\x1B$BF|\n\x1B(B"));
	refuses("txt-iso-2022-jp", LIT("\x1B$B\x1B(Ba"));
	refuses("txt-iso-2022-jp", LIT("a\x1B(Bb"));
	refuses("txt-iso-2022-jp", LIT("a\x1B[31mb"));
	refuses("txt-iso-2022-jp", LIT("\x93\xFA"));
	accepts("txt-utf-16le", LIT("\xFF\xFE\xE5\x65\n\0\x3D\xD8\0\xDE"));
	refuses("txt-utf-16le", LIT("\xE5\x65"));
	refuses("txt-utf-16le", LIT("\xFF\xFE\xE5"));
	refuses("txt-utf-16le", LIT("\xFF\xFE\x3D\xD8\n\0"));
	refuses("txt-utf-16le", LIT("\xFE\xFF\x65\xE5"));
	accepts("txt-utf-16be", LIT("\xFE\xFF\x65\xE5"));
}

static void tables(void)
{
	accepts("csv", LIT(BOM));
	accepts("csv", LIT(BOM "a,b\r\n,\r\n\r\n"));
	accepts("csv", LIT(BOM "\"a,b\",\"c\"\"d\",\"e\nf\",\" g\"\r\n"));
	accepts("csv", LIT(BOM "\"ID\",x\r\nID,y\r\n"));
	refuses("csv", LIT(BOM "\"sep=;\"\r\n"));
	accepts("csv", LIT(BOM "'sep=\r\n"));
	accepts("tsv", LIT(BOM "a,b\tc\r\n"));
	refuses("csv", LIT("a,b\r\n"));
	refuses("csv", LIT(BOM "a,b\n"));
	refuses("csv", LIT(BOM "a,b"));
	refuses("csv", LIT(BOM "a,b\r"));
	refuses("csv", LIT(BOM "\"a\",b\r\n"));
	refuses("csv", LIT(BOM "a\"b\r\n"));
	refuses("csv", LIT(BOM "\"a,b\"c\r\n"));
	refuses("csv", LIT(BOM "\"a,b\r\n"));
	refuses("csv", LIT(BOM "\"a\r\nb\"\r\n"));
	refuses("csv", LIT(BOM " a\r\n"));
	refuses("csv", LIT(BOM "ID,x\r\n"));
	refuses("csv", LIT(BOM "Sep=;\r\n"));
	refuses("csv", LIT(BOM "\"\",x\r\n"));
	refuses("tsv", LIT(BOM "\"a,b\"\tc\r\n"));
	accepts("csv-cp932", LIT("-3\x90\x6C,-5\x81\x8E,\x81\x7C\x81\x40\r\n"));
	refuses("csv-cp932", LIT("-3\x81\x96\x90\x6C\r\n"));
	accepts("tsv", LIT(BOM "a,'=1\tc\r\n"));
	refuses("tsv", LIT(BOM "a,=1\tc\r\n"));
	accepts("csv-cp932", LIT("\x93\xFA,'\x81\x81"
				 "1\r\n"));
}

static void formulas_are_refused(void)
{
	static const char *const good[] = {
	    "-1",  "+1,234.5", "-1.5e-3%", "-\302\2451", "--",   "+81-3-1234-5678",
	    "'=1", "－１２",   "a=b",      "x@y.jp",     "-3円", "1;-2",
	    "-5℃", "-3人",     "−12",      "-.5",        "-5　",
	};
	static const char *const bad[] = {
	    "=1",
	    "−1+2",
	    "﹦1",
	    "\xE2\x80\x83=1",
	    "-3人+A1",
	    "-3一二三四五六七八九",
	    "-.",
	    "+A",
	    "-A1",
	    "@x",
	    "＝1",
	    "＋A",
	    "－x",
	    "＠x",
	    "\xE3\x80\x80=1",
	    "\xC2\xA0=1",
	    "a;=1",
	    "-1-1",
	    "+1+1",
	    "-+",
	    "==",
	    "+81-3-1234-5678+A1",
	};
	char text[100];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(text, sizeof text, BOM "x\t%s\r\n", good[i]);
		accepts("tsv", slice_str(text));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(text, sizeof text, BOM "x\t%s\r\n", bad[i]);
		refuses("tsv", slice_str(text));
		if (strpbrk(bad[i], ",;"))
			continue;
		snprintf(text, sizeof text, BOM "%s\r\n", bad[i]);
		refuses("csv", slice_str(text));
	}
	refuses("csv", LIT(BOM "\"-1,23\"\r\n"));
	refuses("csv", LIT(BOM "\" =1\"\r\n"));
	refuses("csv", LIT(BOM "\"\"\"=1\"\"\"\r\n"));
	refuses("csv", LIT(BOM "\"a\t=1\"\r\n"));
	refuses("csv-cp932", LIT("\x81\x81"
				 "1\r\n"));
	refuses("csv-cp932", LIT("\x81\x7B"
				 "A\r\n"));
	refuses("csv-cp932", LIT("\x81\x97"
				 "A\r\n"));
	refuses("csv-cp932", LIT("\x81\x40=1\r\n"));
	refuses("csv-euc-jp", LIT("\xA1\xE1"
				  "1\r\n"));
	refuses("csv-iso-2022-jp", LIT("\x1B$B!a\x1B(B1\r\n"));
	refuses("csv-utf-16le", LIT("\xFF\xFE=\0"
				    "1\0\r\0\n\0"));
	accepts("csv-utf-16le", LIT("\xFF\xFE"
				    "1\0\r\0\n\0"));
}

TESTS(CASE(texts), CASE(texts_in_other_sets), CASE(tables), CASE(formulas_are_refused))
