/* The small parsers of the room over the same bytes: forms, cookies, paths, hosts, ranges, names.
 */
#include "base/fuzz.h"
#include "base/utf8.h"
#include "http/form.h"
#include "http/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const names[] = {"sekisho.example", "[::1]", NULL};
	struct slice in = {p, n}, out;
	AUTO_ARENA a = arena_new(4 << 20);
	struct form f = {0};
	uint64_t first = 0, last = 0;
	AUTO_BUF b = {0};

	if (!a || n > 65536)
		return 0;
	buf_init(&b, 1 << 20);
	if (form_parse(a, in, &f) == OK)
		for (size_t i = 0; i < f.n; i++) {
			BUG_IF(utf8_first_bad(f.pairs[i].name) != SIZE_MAX);
			BUG_IF(utf8_first_bad(f.pairs[i].value) != SIZE_MAX);
		}
	f = (struct form){0};
	if (form_parse_cookies(a, in, &f) == OK)
		BUG_IF(f.n > FORM_PAIRS_MAX);
	if (path_decode(a, in, &out) == OK) {
		BUG_IF(out.n == 0 || out.p[0] != '/');
		BUG_IF(slice_find(out, S("/../")) != SIZE_MAX);
	}
	(void)host_is_ours(in, names, 443);
	if (range_parse(in, 1000, &first, &last) == RANGE_PART)
		BUG_IF(first > last || last >= 1000);
	(void)media_type(a, in);
	if (media_boundary(in, &out) == OK)
		BUG_IF(out.n < 1 || out.n > 70);
	disposition_put(&b, in);
	if (buf_err(&b) == OK)
		for (size_t i = 0; i < b.n; i++)
			BUG_IF(b.p[i] < 0x20 || b.p[i] >= 0x7f);
	return 0;
}
