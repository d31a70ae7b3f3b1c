/* Statements as a list: their ids, and finding one. */
#include "policy/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include "policy/lex.h"

static const char *const kind_words[POLICY_KINDS] = {
    "zone",    "scale", "role",   "exception", "permit",  "forbid", "flow",   "require", "finding",
    "default", "never", "always", "duty",      "control", "limit",  "hidden", "article"};

size_t policy_above(const struct policy *p, struct slice article, const struct policy_above **ret)
{
	const struct policy_resolver *r = p->resolver;
	uint32_t from = 0, to;

	*ret = NULL;
	while (article.n && !policy_map_get(&p->above_at, article, &from))
		article =
		    r->above ? r->above(r->ctx, POLICY_TREE_STANDARD, article) : (struct slice){0};
	if (article.n == 0)
		return 0;
	for (to = from; to < p->n_above && slice_eq(p->above[to].article, article);)
		to++;
	*ret = &p->above[from];
	return to - from;
}

static int by_article(const void *a, const void *b)
{
	const struct policy_above *x = a, *y = b;
	int c = slice_cmp(x->article, y->article);

	return c ? c : (x->line > y->line) - (x->line < y->line);
}

enum err policy_settle_above(struct policy *p)
{
	enum err e;

	if (p->n_above == 0)
		return OK;
	qsort(p->above, p->n_above, sizeof *p->above, by_article);
	p->above_at = (struct map){0};
	for (size_t i = 0; i < p->n_above; i++) {
		uint32_t first;

		e = policy_map_add(p->arena, &p->above_at, p->above[i].article, (uint32_t)i,
				   &first);
		if (e != ERR_CONFLICT)
			TRY(e);
	}
	for (size_t i = 0; i < p->n_statements; i++) {
		struct policy_statement *s = &p->statements[i];

		if (s->clause.n && s->tree == POLICY_TREE_STANDARD)
			s->n_above = policy_above(p, s->clause, &s->above);
	}
	return OK;
}

const char *policy_kind_word(enum policy_kind k)
{
	return kind_words[k];
}

size_t policy_statements(const struct policy *p, const struct policy_statement **ret)
{
	*ret = p->statements;
	return p->n_statements;
}

enum err policy_statement_by_id(const struct policy *p, struct slice id, uint32_t *ret)
{
	return policy_map_get(&p->by_id, id, ret) ? OK : ERR_NOT_FOUND;
}

/* The words of a statement without blanks and comments, a NUL between them. */
static enum err put_words(struct slice text, struct buf *out)
{
	struct lexer lx = {.text = text, .line = 1};
	struct token t;

	out->n = 0;
	TRY(policy_lex_next(&lx, &t));
	while (t.kind != TOK_END) {
		buf_byte(out, t.kind == TOK_STRING ? '"' : ' ');
		buf_slice(out, t.text);
		TRY(policy_lex_next(&lx, &t));
	}
	return buf_err(out);
}

static enum err name_one(struct policy *p, struct policy_statement *s, struct buf *words)
{
	bool named = s->name.n > 0;
	struct hash h;
	char hex[65];

	TRY(put_words(s->text, words));
	h = hash_of(buf_view(words));
	hash_hex(h, hex);
	memcpy(&s->words, h.b, sizeof s->words);
	s->id = slice_str(arena_printf(p->arena, "%s/%.*s", kind_words[s->kind],
				       named ? (int)s->name.n : 16,
				       named ? (const char *)s->name.p : hex));
	return s->id.p ? OK : ERR_MEMORY;
}

enum err policy_statements_name(struct policy *p, struct diag *d)
{
	AUTO_BUF words;
	uint32_t old = 0;
	enum err e;

	buf_init(&words, POLICY_TEXT_MAX * 2);
	for (size_t i = 0; i < p->n_statements; i++) {
		struct policy_statement *s = &p->statements[i];

		TRY(name_one(p, s, &words));
		e = policy_map_add(p->arena, &p->by_id, s->id, (uint32_t)i, &old);
		if (e == ERR_CONFLICT)
			return policy_fault(d, ERR_SYNTAX, p->text, (size_t)(s->text.p - p->text.p),
					    "this statement stands on line %u already",
					    p->statements[old].line);
		TRY(e);
	}
	return OK;
}
