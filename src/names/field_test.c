#include "base/test.h"
#include "names/field.h"

static void fields_by_allow_list(void)
{
	static const char *const good[] = {
	    " PAGE ",
	    "PAGE   \\* MERGEFORMAT",
	    "page \\* Arabic",
	    "NUMPAGES",
	    " TOC \\o \"1-3\" \\h \\z \\u ",
	    "SEQ 図 \\* ARABIC",
	    "REF _Ref1234 \\h",
	    "PAGEREF _Toc1 \\h",
	    "STYLEREF \"見出し 1\"",
	    "DATE \\@ \"ggge年M月d日\"",
	    "TIME \\@ \"H:mm\"",
	    "HYPERLINK \"https://example.jp/a\"",
	    "HYPERLINK \\l \"_Toc1\"",
	    "HYPERLINK \"mailto:a@example.jp\" \\o \"連絡先\"",
	    "FORMTEXT",
	    "EQ \\o\\ac(○,1)",
	    "XE \"項目\"",
	};
	static const char *const bad[] = {
	    "",
	    " ",
	    "DDE excel a b",
	    "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\"",
	    "INCLUDETEXT \"http://x/\"",
	    "INCLUDEPICTURE \"\\\\\\\\server\\\\a.png\"",
	    "IMPORT a",
	    "LINK Excel.Sheet",
	    "QUOTE 68 68 69",
	    "IF 1 = 1 \"a\" \"b\"",
	    "= 1 + 1",
	    "SET a b",
	    "MACROBUTTON x y",
	    "RD \"a.doc\"",
	    "AUTOTEXT a",
	    "DATABASE \\d",
	    "EMBED Package",
	    "FILENAME \\p",
	    "USERNAME",
	    "MERGEFIELD a",
	    "HYPERLINK",
	    "HYPERLINK \"file:///c:/a.exe\"",
	    "HYPERLINK \"\\\\\\\\server\\\\a\"",
	    "HYPERLINK \"https://a/\" \"https://b/\"",
	    "HYPERLINK \"javascript:alert(1)\"",
	    "PAGE { DDE a }",
	    "REF \"unclosed",
	    "PAGEX",
	    "GOTOBUTTON a",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!names_field_ok(slice_str(good[i]))) {
			printf("# refused: %s\n", good[i]);
			CHECK(false);
		}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (names_field_ok(slice_str(bad[i]))) {
			printf("# accepted: %s\n", bad[i]);
			CHECK(false);
		}
}

static void links_by_allow_list(void)
{
	static const char *const good[] = {
	    "http://example.jp",
	    "https://www.city.chofu.lg.jp/a?b=c#d",
	    "HTTPS://EXAMPLE.JP/",
	    "http://192.0.2.1:8080/",
	    "http://[2001:db8::1]/",
	    "mailto:a@example.jp",
	    "mailto:a@example.jp?subject=x&cc=b@example.jp",
	    "mailto:a@b.jp?subject=x&body=1%0D%0A2",
	};
	static const char *const bad[] = {
	    "",
	    "file:///c:/",
	    "\\\\server\\share",
	    "//server/share",
	    "javascript:alert(1)",
	    "http:",
	    "http://",
	    "https:///x",
	    "http://user:pw@host/",
	    "http://a b/",
	    "http://a/\nb",
	    "http://a/\\b",
	    "ftp://a/",
	    "ms-word:ofe|u|http://a/",
	    "search-ms:query=x",
	    "mailto:",
	    "mailto:?attach=x",
	    "mailto:a@b?attach=c:/x",
	    "mailto:a@b%0d%0aBcc:c@d",
	    "mailto:a@b?subject=x%0ABcc:%20c@d&body=y",
	    "mailto:a@b?cc=c@d%7f",
	    "http://a/<b>",
	    "vbscript:x",
	    "data:text/html,x",
	    " http://a/",
	    "http://-a/",
	    "http://あ/",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!names_link_ok(slice_str(good[i]))) {
			printf("# refused: %s\n", good[i]);
			CHECK(false);
		}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (names_link_ok(slice_str(bad[i]))) {
			printf("# accepted: %s\n", bad[i]);
			CHECK(false);
		}
	CHECK(!names_link_ok(S("http://a/\0b")));
}

static void functions_by_allow_list(void)
{
	static const char *const bad[] = {
	    "",
	    "WEBSERVICE",
	    "FILTERXML",
	    "RTD",
	    "CALL",
	    "REGISTER.ID",
	    "REGISTER",
	    "EXEC",
	    "HYPERLINK",
	    "IMAGE",
	    "INDIRECT",
	    "INFO",
	    "CELL",
	    "CUBEVALUE",
	    "EVALUATE",
	    "GETPIVOTDATA",
	    "SQL.REQUEST",
	    "PY",
	    "sum",
	    "SU",
	    "SUMM",
	    "FOPEN",
	    "RUN",
	    "ALERT",
	    "_xlfn.WEBSERVICE",
	    "STOCKHISTORY",
	    "TRANSLATE",
	    "_xlfn.",
	    "_xlfn.IMAGE",
	};

	CHECK(names_function_ok(S("SUM")) && names_function_ok(S("VLOOKUP")));
	CHECK(names_function_ok(S("ABS")) && names_function_ok(S("ZTEST")));
	CHECK(names_function_ok(S("_xlfn.XLOOKUP")) && names_function_ok(S("_xlfn._xlws.SORT")));
	CHECK(names_function_ok(S("DATESTRING")) && names_function_ok(S("NORM.S.DIST")));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!names_function_ok(slice_str(bad[i])));
}

static void words_that_call_nothing(void)
{
	static const char *const good[] = {"A1",         "合計",    "_xlpm.a", "_xlnm.Print_Area",
					   "_xleta.sum", "Ａ１_１", "_x"};
	static const char *const bad[] = {
	    "_xleta.WEBSERVICE", "_XLETA.call",      "_xlfn.IMAGE", "_xlws.x", "_xludf.x",
	    "_xleta.",           "WEBSERVICE（A1）", "a！b",        "a｜b",    "\xff"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(names_word_ok(slice_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!names_word_ok(slice_str(bad[i])));
}

static void names_that_run_nothing(void)
{
	static const char *const good[] = {"_xlnm.Print_Area", "_xlnm.print_titles", "予算",
					   "_xlnm._FilterDatabase"};
	static const char *const bad[] = {
	    "Auto_Open",           "auto_open1",     "AUTO_CLOSE", "_xlnm.Auto_Open",
	    "_XLNM.AUTO_ACTIVATE", "_xlnm.Recorder", "_xlfn.X",    "\uFF21uto\uFF3FOpen",
	    "Auto\u200B_Open",     "予\u202E算"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(names_defined_ok(slice_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!names_defined_ok(slice_str(bad[i])));
}

TESTS(CASE(words_that_call_nothing), CASE(names_that_run_nothing), CASE(fields_by_allow_list),
      CASE(links_by_allow_list), CASE(functions_by_allow_list))
