/* Statements as a list: their ids, and finding one. */
#include "policy/statement.h"

#include <stdio.h>
#include "policy/lex.h"

static const char *const kind_words[POLICY_KINDS] = {
    "zone",    "scale",   "role",  "exception", "permit", "forbid",  "flow",  "require",
    "finding", "default", "never", "always",    "duty",   "control", "limit", "hidden"};

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
