#include "base/test.h"
#include "verify/formula.h"

/* clang-format off */
static const char *const good[] = {
	"1", "0.5", "1E-7", "\"a\"\"b\"", "TRUE", "#N/A", "#REF!", "#REF!A1", "A1", "$A$1", "A:A",
	"$A:$B", "1:3", "$1:$3", "A1:B2", "SUM(A1:A9)", "'予算'!A1", "'a b'!$A$1:$B$2",
	"'It''s'!A1", "'Sheet1:Sheet3'!A1", "'S'!#REF!", "IF(A1>=0,,\"x\")", "NOW()", "-A1",
	"+-1", "A1%", "(A1+B1)*2", "A1&\"円\"", "{1,2;\"a\",TRUE}", "{-1,#N/A}", "表1[金額]",
	"T[[#Headers],[a]:[b]]", "T[]", "T['[x'] ]", "A1 B1", "(A1,B1)", "A1,B1",
	"_xlfn.XLOOKUP(A1,B:B,C:C)", "合計", "VLOOKUP(A1,'S'!A:B,2,FALSE)", "A1<>B1", "A1<=B1",
	"_xlfn.LET(_xlpm.a,1,_xlpm.a)", "_xlfn.BYROW(A1:B2,_xleta.SUM)", "'S'!_xlnm.Print_Area",
	"Ａ１+合計_１", "INDEX(A:A,1):B2", "SUM(,)", "2^-1", "'S'!合計", "SUM((A1,B1))",
};
static const char *const bad[] = {
	"", " ", "=1", "1.", ".5", "1e5", "1E+5", "\"a", "Sheet1!A1", "[1]Sheet1!A1", "'[1]S'!A1",
	"'C:\\a\\[b.xls]S'!A1", "cmd|' /C calc'!A0", "cmd|'/c'!A0", "'a|b'!A1",
	"WEBSERVICE(\"x\")", "sum(A1)", "EXEC(\"x\")", "CALL(\"a\",\"b\")",
	"HYPERLINK(\"http://a/\")", "INDIRECT(\"A1\")", "(A1", "A1)", "A1+", "*A1", "A1 ", " A1",
	"A1  B1", "SUM(A1", "SUM A1)", "{A1}", "{1,2", "{}", "{1;}", "#FOO!", "#N/A1", "A1@",
	"@A1", "A1#", "A1|B1", "A1!B1", "'S'", "'S'!", "'S'!SUM(A1)", "''!A1", "T[a", "T[a]b",
	"T[[a]", "[a]", "1[a]", "A1;B1", "A1\n+1", "\x01", "\"\x01\"", "\xff", "1.2.3", "12abc",
	"'a/b'!A1", "'a?b'!A1", "\"a\" \"b", "RTD(\"a\",,\"b\")", "_xlfn.IMAGE(\"a\")",
	"WEBSERVICE (\"http://a/\")", "A1 (B1)", "\"a\" (A1)", "A1 \"a\"", "A1  (B1)",
	"_xlfn.BYROW(A1:B2,_xleta.WEBSERVICE)", "_xleta.webservice", "_XLETA.CALL", "_xlfn.IMAGE",
	"_xludf.X", "WEBSERVICE（A1）", "cmd｜a", "'S'！A1", "'S'!_xleta.EXEC",
	"REGISTER.ID(\"a\",\"b\")", "SUM(A1))", "A1::B1", "A1,,B1", "T[a|b]",
	"'a\xe2\x80\xae'!A1",
};
/* clang-format on */

static void what_our_printer_prints(void)
{
	char deep[1200];

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!verify_formula_ok(slice_str(good[i]))) {
			printf("# refused: %s\n", good[i]);
			CHECK(false);
		}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (verify_formula_ok(slice_str(bad[i]))) {
			printf("# accepted: %s\n", bad[i]);
			CHECK(false);
		}
	memset(deep, '(', sizeof deep);
	CHECK(!verify_formula_ok(slice_of(deep, sizeof deep)));
	deep[100] = '1';
	memset(deep + 101, ')', 100);
	CHECK(verify_formula_ok(slice_of(deep, 201)));
}

TESTS(CASE(what_our_printer_prints))
