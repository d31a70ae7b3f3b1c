/*
 * Whatever formula_print accepts, it prints in a form that it accepts and prints the same again,
 * and that holds none of the bytes that only external references and DDE links have.
 */
#include "base/fuzz.h"
#include "base/utf8.h"
#include "format/formula.h"

/* Outside of strings, column names and quoted names there is no '|' and no '[' behind an operator.
 */
static void check_shape(struct slice s)
{
	bool string = false, quoted = false;
	int brackets = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (brackets && c == '\'') {
			i++;
			continue;
		}
		if (!quoted && !brackets && c == '"')
			string = !string;
		else if (!string && !brackets && c == '\'')
			quoted = !quoted;
		if (string)
			continue;
		BUG_IF(quoted && (c == '[' || c == ']' || c == '\\' || c == '/' || c == '|'));
		if (quoted)
			continue;
		BUG_IF(!brackets && (c == '|' || c == '\\'));
		BUG_IF(!brackets && c == '[' && (i == 0 || strchr("(,+-*/^&=<>:!{ ", s.p[i - 1])));
		brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
		BUG_IF(brackets < 0 || brackets > 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_BUF once, twice;

	buf_init(&once, 1 << 18);
	buf_init(&twice, 1 << 18);
	if (formula_print(slice_of(p, n), NULL, &once, NULL) != OK) {
		BUG_IF(once.n != 0);
		return 0;
	}
	BUG_IF(utf8_first_bad(buf_view(&once)) != SIZE_MAX);
	check_shape(buf_view(&once));
	if (once.n <= 32768) {
		BUG_IF(formula_print(buf_view(&once), NULL, &twice, NULL) != OK);
		BUG_IF(!slice_eq(buf_view(&once), buf_view(&twice)));
	}
	return 0;
}
