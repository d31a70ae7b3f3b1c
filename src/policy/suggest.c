#include "base/nearest.h"
#include "policy/internal.h"

const char *policy_suggest(struct arena *a, struct slice word, const struct slice *words, size_t n)
{
	size_t at = nearest_word(word, words, n);
	const char *text;

	if (at == n)
		return "";
	text =
	    arena_printf(a, "; did you mean '%.*s'?", (int)words[at].n, (const char *)words[at].p);
	return text ? text : "";
}
