/* words: numbers, days and statements of the policy as pages say them. */
#include "web/view.h"

#include <stdio.h>
#include "base/calendar.h"
#include "policy/statement.h"

struct slice page_kept(struct page *pg, const struct buf *b)
{
	return buf_err(b) == OK ? arena_copy(pg->arena, buf_view(b)) : (struct slice){0};
}

struct slice number_text(struct page *pg, uint64_t n)
{
	return slice_str(arena_printf(pg->arena, "%llu", (unsigned long long)n));
}

struct slice count_text(struct page *pg, uint64_t n)
{
	char digits[32], out[48];
	int have = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;

	for (int i = 0; i < have; i++) {
		if (i > 0 && (have - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	return arena_copy(pg->arena, slice_of(out, (size_t)at));
}

struct slice day_of(struct page *pg, int32_t day)
{
	return day_text(pg, jst_midnight(date_from_days(day)) * 1000);
}

struct slice tree_word(enum text_tree t)
{
	return slice_str(text_tree_word(t));
}

enum policy_lang page_lang_of(const struct page *pg)
{
	return pg->ja ? POLICY_JA : POLICY_EN;
}

struct slice statement_text(struct page *pg, const struct policy *p,
			    const struct policy_statement *s, enum policy_visibility audience)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	policy_statement_print(p, s, page_lang_of(pg), audience, &b);
	return page_kept(pg, &b);
}

struct slice statement_clause(struct page *pg, const struct policy_statement *s)
{
	enum text_tree tree = s->tree == POLICY_TREE_STANDARD ? TEXT_STANDARD : TEXT_BASIC;

	if (s->clause.n == 0)
		return (struct slice){0};
	return slice_str(arena_printf(pg->arena, "%s %.*s", text_tree_label(tree, pg->ja),
				      (int)s->clause.n, (const char *)s->clause.p));
}
