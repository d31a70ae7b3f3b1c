/* language: see language.h. */
#include "sekisho/language.h"

#include <stdlib.h>
#include <string.h>
#include "base/err.h"

bool language_is_japanese(void)
{
	static const char *const var[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(var); i++) {
		const char *v = getenv(var[i]);

		if (v && *v)
			return strncmp(v, "ja", 2) == 0;
	}
	return false;
}
