#include "base/test.h"
#include "verify/verify.h"

static void unknown_grammar_is_unsupported(void)
{
	struct limits limits = limits_default();
	AUTO_ARENA arena = arena_new(1 << 20);
	struct diag d;

	CHECK(verify_output(S("exe"), S("MZ"), &limits, arena, &d) == ERR_UNSUPPORTED);
	CHECK(strstr(d.text, "exe") != NULL);
}

static void guesses_by_content_then_by_ending(void)
{
	const char *g = NULL;

	CHECK(verify_guess(S("a.txt"), S("\x89PNG\r\n\x1a\n...."), &g) == OK);
	CHECK_STR(slice_str(g), "png");
	CHECK(verify_guess(S("A.CSV"), S("1,2\r\n"), &g) == OK);
	CHECK_STR(slice_str(g), "csv");
	CHECK(verify_guess(S("a.docx"), S("PK\3\4"), &g) == OK);
	CHECK_STR(slice_str(g), "zip");
	CHECK(verify_guess(S("a.exe"), S("MZ"), &g) == ERR_UNSUPPORTED);
}

TESTS(CASE(unknown_grammar_is_unsupported), CASE(guesses_by_content_then_by_ending))
