#include "base/test.h"
#include "base/utf8.h"
#include "names/finding.h"

static bool id_form(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 1 && id[n] == '\0' && id[0] != '-' && id[n - 1] != '-';
}

static void every_row_is_whole(void)
{
	size_t n;
	const struct finding *f = finding_table(&n);

	CHECK(n > 100);
	for (size_t i = 0; i < n; i++) {
		CHECK(id_form(f[i].id));
		CHECK(f[i].ja && utf8_first_bad(slice_str(f[i].ja)) == SIZE_MAX);
		CHECK(f[i].en && strlen(f[i].en) > 8);
		CHECK(!slice_ends(slice_str(f[i].en), S(".")));
		CHECK(!slice_ends(slice_str(f[i].ja), S("。")));
		/* the Japanese sentence is Japanese: mostly three bytes a character */
		CHECK(strlen(f[i].ja) > 2 * utf8_count(slice_str(f[i].ja)));
	}
}

static void ids_are_unique_and_found(void)
{
	size_t n;
	const struct finding *f = finding_table(&n);

	for (size_t i = 0; i < n; i++)
		CHECK(finding_by_id(slice_str(f[i].id)) == &f[i]);
	CHECK(finding_by_id(S("no-such-finding")) == NULL);
	CHECK(finding_by_id(S("")) == NULL);
}

TESTS(CASE(every_row_is_whole), CASE(ids_are_unique_and_found))
