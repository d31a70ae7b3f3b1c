#include "base/test.h"
#include "format/formula.h"

struct pair {
	const char *in, *out;
};

static const struct pair passes[] = {
    {"1+2", "1+2"},
    {" 1 + 2 ", "1+2"},
    {"sum(a1:b2)", "SUM(A1:B2)"},
    {"SUM($A$1:B$2,C3)", "SUM($A$1:B$2,C3)"},
    {"IF(A1>=0,\"正\",\"\"\"負\"\"\")", "IF(A1>=0,\"正\",\"\"\"負\"\"\")"},
    {"IF(A1,,2)", "IF(A1,,2)"},
    {"Sheet1!A1", "'Sheet1'!A1"},
    {"'It''s'!$A:$C", "'It''s'!$A:$C"},
    {"内訳!B3+'4月 分'!B3", "'内訳'!B3+'4月 分'!B3"},
    {"SUM(Sheet1:Sheet3!A1)", "SUM('Sheet1:Sheet3'!A1)"},
    {"SUM('一 月:三 月'!A1:B2)", "SUM('一 月:三 月'!A1:B2)"},
    {"Sheet1!#REF!", "'Sheet1'!#REF!"},
    {"#REF!A1", "#REF!A1"},
    {"#n/a", "#N/A"},
    {"A1:B5 B2:C9", "A1:B5 B2:C9"},
    {"SUM((A1,B2:C3))", "SUM((A1,B2:C3))"},
    {"'a'!$A$1:$B$2,'a'!$D:$D", "'a'!$A$1:$B$2,'a'!$D:$D"},
    {"1:3", "1:3"},
    {"SUM($1:$3)", "SUM($1:$3)"},
    {"-A1%^2", "-A1%^2"},
    {"--A1", "--A1"},
    {"A1<>B1", "A1<>B1"},
    {".5", "0.5"},
    {"5.", "5"},
    {"1.5e+10", "1.5E10"},
    {"2E-3", "2E-3"},
    {"{1,-2;\"a\",TRUE}", "{1,-2;\"a\",TRUE}"},
    {"{ 1 , #N/A }", "{1,#N/A}"},
    {"true", "TRUE"},
    {"TRUE()", "TRUE()"},
    {"Table1[Col]", "Table1[Col]"},
    {"予算表[[#this row],[金額]]", "予算表[[#This Row],[金額]]"},
    {"T[[#Headers],[a]:[b c]]", "T[[#Headers],[a]:[b c]]"},
    {"T[[#All], [a'[b'] '' '#]]", "T[[#All],[a'[b'] '' '#]]"},
    {"T[]", "T[]"},
    {"LOG10(100)", "LOG10(100)"},
    {"INDEX(A1:A9,2):INDEX(A1:A9,4)", "INDEX(A1:A9,2):INDEX(A1:A9,4)"},
    {"税率*A1", "税率*A1"},
    {"Sheet1!税率", "'Sheet1'!税率"},
    {"_xlfn.STDEV.S(A1:A3)", "_xlfn.STDEV.S(A1:A3)"},
    {"XFD1048576", "XFD1048576"},
    {"XFE1", "XFE1"},
    {"\"=cmd|' /C calc'!A0\"", "\"=cmd|' /C calc'!A0\""},
    {"A1\n+\tB1", "A1+B1"},
};

static const char *const forbidden[] = {
    "[1]Sheet1!A1",
    "[1]!name",
    "SUM([2]a!A1)",
    "'[1]Sheet 1'!A1",
    "'C:\\tmp\\[b.xls]S'!A1",
    "'\\\\host\\share\\[b.xls]S'!A1",
    "'http://host/[b.xls]S'!A1",
    "'file:///x'!A1",
    "cmd|'/C calc'!A0",
    "'cmd|x'!A0",
    "MSEXCEL|'\\..\\..\\x'!A1",
    "WEBSERVICE(\"http://host\")",
    "_xlfn.WEBSERVICE(\"http://host\")",
    "webservice(A1)",
    "FILTERXML(A1,A2)",
    "INDIRECT(\"A1\")",
    "HYPERLINK(\"http://host\",\"x\")",
    "CALL(\"kernel32\",\"WinExec\",\"JCJ\",\"calc\",0)",
    "REGISTER.ID(\"a\",\"b\")",
    "EXEC(\"calc\")",
    "RTD(\"a\",,\"b\")",
    "IMAGE(\"http://host/x.png\")",
    "_xlfn.IMAGE(\"http://host/x.png\")",
    "1+IF(A1,EXEC(\"x\"),2)",
    "_xll.addin(1)",
    "myudf(1)",
    "ALERT(\"x\")",
    "HALT()",
    "SQL.REQUEST(\"a\")",
    "CUBEVALUE(\"a\",\"b\")",
    "DDE(\"soffice\",\"a\",\"b\")",
};

static const char *const malformed[] = {
    "",
    "=1",
    "1+",
    "SUM(1",
    "SUM 1",
    "SUM (1)",
    "WEBSERVICE (\"http://host\")",
    "A1 (B1)",
    "_xlfn.BYROW(A1:B2,_xleta.WEBSERVICE)",
    "_xleta.call",
    "_xludf.x",
    "WEBSERVICE（A1）",
    "cmd｜a",
    "1 2",
    "\"a",
    "'a'A1",
    "'a",
    "{1,A1}",
    "{}",
    "{1",
    "(1",
    "1)",
    "A1:",
    "A1:1+",
    "A1 :B1",
    "d: I",
    "1A",
    "$A",
    "#FOO!",
    "T[[#Bogus],[a]]",
    "T[a]b",
    "T[a'x]",
    "T[[a]",
    "R[1]C[1]",
    "1.5E",
    "A1;B1",
    "a\\b",
    "@A1",
    "A1#",
    "Sheet1!SUM(A1)",
    "Sheet1!T[a]",
    "\"a\x01\"",
    "\xff",
    "\"\xff\"",
    "A\xe2\x80\xaeZ",
};

static enum err print(const char *in, const struct formula_scope *scope, struct buf *out)
{
	return formula_print(slice_str(in), scope, out, NULL);
}

static void prints_canonically(void)
{
	for (size_t i = 0; i < ARRAY_LEN(passes); i++) {
		AUTO_BUF out, again;

		buf_init(&out, 4096);
		buf_init(&again, 4096);
		if (print(passes[i].in, NULL, &out) != OK)
			printf("# refused: %s\n", passes[i].in);
		CHECK_STR(buf_view(&out), passes[i].out);
		CHECK(print(passes[i].out, NULL, &again) == OK);
		CHECK(slice_eq(buf_view(&again), buf_view(&out)));
	}
}

static void refuses_what_calls_out(void)
{
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		AUTO_BUF out;
		enum err e;

		buf_init(&out, 4096);
		e = print(forbidden[i], NULL, &out);
		if (e != ERR_FORBIDDEN)
			printf("# %s: %s\n", forbidden[i], err_str(e));
		CHECK(e == ERR_FORBIDDEN);
		CHECK(out.n == 0);
	}
}

static void refuses_what_it_does_not_know(void)
{
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		struct diag d;
		AUTO_BUF out;

		buf_init(&out, 4096);
		memset(&d, 0, sizeof(d));
		buf_str(&out, "x");
		if (formula_print(slice_str(malformed[i]), NULL, &out, &d) == OK)
			printf("# passed: %s\n", malformed[i]);
		CHECK_STR(buf_view(&out), "x");
		CHECK(d.text[0] != '\0');
	}
}

static void knows_the_sheets_of_the_workbook(void)
{
	const struct slice sheets[] = {S("Sheet1"), S("内訳")};
	const struct formula_scope scope = {sheets, 2};
	AUTO_BUF out;

	buf_init(&out, 4096);
	CHECK(print("sheet1!A1+内訳!A1", &scope, &out) == OK);
	CHECK_STR(buf_view(&out), "'sheet1'!A1+'内訳'!A1");
	CHECK(print("Macro1!A1", &scope, &out) == ERR_FORBIDDEN);
	CHECK(print("'Sheet1:Macro1'!A1", &scope, &out) == ERR_FORBIDDEN);
	CHECK(print("book.xls!name", &scope, &out) == ERR_FORBIDDEN);
}

static void stays_inside_its_limits(void)
{
	static char deep[4096], wide[40000];
	AUTO_BUF out, small;

	buf_init(&out, 65536);
	buf_init(&small, 4);
	memset(deep, '(', 2000);
	deep[2000] = '1';
	memset(deep + 2001, ')', 2000);
	CHECK(print(deep, NULL, &out) == ERR_LIMIT);
	memset(wide, '1', sizeof(wide) - 1);
	CHECK(print(wide, NULL, &out) == ERR_LIMIT);
	CHECK(print("1+2+3+4+5", NULL, &small) != OK);
	CHECK(print("SUM(SUM(SUM(SUM(A1))))", NULL, &out) == OK);
}

TESTS(CASE(prints_canonically), CASE(refuses_what_calls_out), CASE(refuses_what_it_does_not_know),
      CASE(knows_the_sheets_of_the_workbook), CASE(stays_inside_its_limits))
