#include "base/test.h"

#include <stdlib.h>
#include "base/buf.h"
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

/* docs/report.md has the same rows with the same words, in the same order. */
static void the_document_has_the_same_rows(void)
{
	const char *root = getenv("SEKISHO_SOURCE");
	char path[4096];
	size_t n, rows = 0;
	const struct finding *f = finding_table(&n);
	AUTO_BUF doc;
	struct slice rest;
	FILE *file;
	int c;

	buf_init(&doc, 1 << 20);
	snprintf(path, sizeof(path), "%s/docs/report.md", root ? root : ".");
	file = fopen(path, "rb");
	REQUIRE(file);
	while ((c = getc(file)) != EOF)
		buf_byte(&doc, (uint8_t)c);
	fclose(file);
	rest = buf_view(&doc);
	rest = slice_from(rest, slice_find(rest, S("## Findings")));
	for (size_t i = 0; i < n; i++) {
		static const char *const severities[] = {"info", "notice", "danger"};
		char row[1024];
		size_t at;

		snprintf(row, sizeof(row), "\n| `%s` | %s | %s |", f[i].id,
			 severities[f[i].severity], f[i].en);
		at = slice_find(rest, slice_str(row));
		if (at == SIZE_MAX)
			printf("# docs/report.md lacks, or has elsewhere:%s\n", row);
		CHECK(at != SIZE_MAX);
		rest = slice_from(rest, at == SIZE_MAX ? 0 : at + 1);
	}
	/* And no other. */
	for (rest = buf_view(&doc), rest = slice_from(rest, slice_find(rest, S("## Findings")));
	     slice_find(rest, S("\n| `")) != SIZE_MAX; rows++)
		rest = slice_from(rest, slice_find(rest, S("\n| `")) + 1);
	CHECK(rows == n);
}

TESTS(CASE(the_document_has_the_same_rows), CASE(every_row_is_whole),
      CASE(ids_are_unique_and_found))
