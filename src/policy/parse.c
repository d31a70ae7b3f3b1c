/* Statements. Each is one row of a table; what may follow its head is a second table of parts. */
#include "policy/parse.h"

enum err policy_next(struct parser *ps)
{
	ps->end = ps->lx.at;
	return policy_lex_next(&ps->lx, &ps->t);
}

bool policy_at(const struct parser *ps, const char *word)
{
	return !ps->t.starts && (ps->t.kind == TOK_WORD || ps->t.kind == TOK_SIGN) &&
	       slice_eq_str(ps->t.text, word);
}

const char *policy_token_name(const struct parser *ps)
{
	const char *s;

	if (ps->t.starts)
		return "the end of the statement";
	s = arena_printf(ps->p->arena, ps->t.kind == TOK_STRING ? "\"%.*s\"" : "'%.*s'",
			 (int)(ps->t.text.n < 64 ? ps->t.text.n : 64), (const char *)ps->t.text.p);
	return s ? s : "this";
}

enum err policy_expect(struct parser *ps, const char *word)
{
	if (!policy_at(ps, word))
		return FAIL(ps, ps->t.at.offset, "expected '%s' instead of %s%s", word,
			    policy_token_name(ps),
			    policy_suggest(ps->p->arena, ps->t.text,
					   (struct slice[]){slice_str(word)},
					   ps->t.starts ? 0 : 1));
	return policy_next(ps);
}

enum err policy_push(struct arena *a, void **items, size_t n, size_t *cap, size_t size,
		     const void *item)
{
	TRY(arena_grow(a, items, n, cap, size));
	memcpy((uint8_t *)*items + n * size, item, size);
	return OK;
}

/* ── default deny, limit, hidden ─────────────────────────────────────────── */

static enum err statement_default(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	unsigned seen;

	if (p->default_deny.at.line)
		return FAIL(ps, c->at.offset, "the default is given on line %u already",
			    p->default_deny.at.line);
	TRY(policy_expect(ps, "deny"));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	p->default_deny = *c;
	p->default_statement = (uint32_t)p->n_statements;
	return OK;
}

static enum err statement_limit(struct parser *ps, struct cited *c)
{
	unsigned seen;

	TRY(policy_parse_limit(ps, c->at));
	return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
}

static enum err statement_hidden(struct parser *ps, struct cited *c)
{
	unsigned seen;
	bool drop = policy_at(ps, "drop");

	if (ps->p->hidden_at.line)
		return FAIL(ps, c->at.offset, "this is said on line %u already",
			    ps->p->hidden_at.line);
	if (!drop && !policy_at(ps, "keep"))
		return FAIL(ps, ps->t.at.offset, "expected 'keep' or 'drop' instead of %s",
			    policy_token_name(ps));
	ps->p->hidden_at = c->at;
	ps->p->drop_hidden = drop;
	TRY(policy_next(ps));
	return policy_parse_parts(ps, NULL, 0, NULL, c, &seen);
}

/* ── the table ───────────────────────────────────────────────────────────── */

struct statement {
	const char *word;
	enum policy_kind kind;
	enum policy_force force;
	enum err (*parse)(struct parser *ps, struct cited *c);
};

static const struct statement statements[] = {
    {"policy", POLICY_KINDS, POLICY_NAMES, policy_statement_policy},
    {"zone", POLICY_KIND_ZONE, POLICY_NAMES, policy_statement_zone},
    {"scale", POLICY_KIND_SCALE, POLICY_NAMES, policy_statement_scale},
    {"role", POLICY_KIND_ROLE, POLICY_NAMES, policy_statement_role},
    {"exception", POLICY_KIND_EXCEPTION, POLICY_NAMES, policy_statement_exception},
    {"permit", POLICY_KIND_PERMIT, POLICY_DECIDES, policy_statement_permit},
    {"forbid", POLICY_KIND_FORBID, POLICY_DECIDES, policy_statement_forbid},
    {"require", POLICY_KIND_REQUIRE, POLICY_DECIDES, policy_statement_require},
    {"finding", POLICY_KIND_FINDING, POLICY_DECIDES, policy_statement_finding},
    {"default", POLICY_KIND_DEFAULT, POLICY_DECIDES, statement_default},
    {"never", POLICY_KIND_NEVER, POLICY_PROVED, policy_statement_never},
    {"always", POLICY_KIND_ALWAYS, POLICY_PROVED, policy_statement_always},
    {"duty", POLICY_KIND_DUTY, POLICY_ATTESTED, policy_statement_duty},
    {"control", POLICY_KIND_CONTROL, POLICY_EVIDENCED, policy_statement_control},
    {"limit", POLICY_KIND_LIMIT, POLICY_DECIDES, statement_limit},
    {"hidden", POLICY_KIND_HIDDEN, POLICY_DECIDES, statement_hidden},
    {"article", POLICY_KIND_UNDER, POLICY_NAMES, policy_statement_article},
};

/* Puts what is known of the statement into the list. */
static enum err record(struct parser *ps, const struct cited *c)
{
	struct policy *p = ps->p;
	void *items = p->statements;
	struct policy_statement *s = &ps->now;

	if (ps->named > c->visibility)
		return FAIL(ps, ps->named_at.offset,
			    "this name is %s; mark the statement so too, or it would tell the name",
			    ps->named == POLICY_SECRET ? "非公開" : "庁内");
	s->tree = c->tree;
	s->clause = c->clause;
	s->phrase = c->phrase;
	s->visibility = c->visibility;
	s->line = c->at.line;
	s->text = slice_head(slice_from(p->text, c->at.offset), ps->end - c->at.offset);
	TRY(policy_push(p->arena, &items, p->n_statements, &p->cap_statements, sizeof *s, s));
	p->statements = items;
	p->n_statements++;
	return OK;
}

static enum err statement(struct parser *ps)
{
	struct slice words[ARRAY_LEN(statements)];
	struct cited c = {.at = ps->t.at};

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		words[i] = slice_str(statements[i].word);
		if (ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, words[i]))
			continue;
		if (i > 0 && !ps->p->title.n)
			return FAIL(ps, c.at.offset, "a policy begins with the statement 'policy'");
		ps->named = POLICY_PUBLIC;
		ps->now = (struct policy_statement){.kind = statements[i].kind,
						    .force = statements[i].force,
						    .rule = POLICY_NONE,
						    .flow = POLICY_NONE};
		TRY(policy_next(ps));
		TRY(statements[i].parse(ps, &c));
		return i > 0 ? record(ps, &c) : OK;
	}
	/* Not by policy_token_name: this token does start a statement. */
	return FAIL(ps, c.at.offset, "no statement begins with '%.*s'%s",
		    (int)(ps->t.text.n < 64 ? ps->t.text.n : 64), (const char *)ps->t.text.p,
		    policy_suggest(ps->p->arena, ps->t.text, words, ARRAY_LEN(statements)));
}

enum err policy_parse(struct policy *p, struct diag *d)
{
	struct parser ps = {.p = p, .d = d};

	TRY(policy_lex_start(&ps.lx, p->text, d));
	TRY(policy_next(&ps));
	while (ps.t.kind != TOK_END) {
		if (!ps.t.starts)
			return FAIL(&ps, ps.t.at.offset,
				    "the first statement must begin in the first column");
		TRY(statement(&ps));
	}
	if (!p->title.n)
		return FAIL(&ps, 0, "a policy begins with the statement 'policy'");
	return OK;
}

static enum err head_of(struct arena *a, struct slice text, struct policy *p, struct diag *d)
{
	static const struct policy_resolver nothing = {.find = NULL};
	struct parser ps = {.p = p, .d = d};
	struct cited c = {0};

	*p = (struct policy){.arena = a, .text = text, .resolver = &nothing};
	if (!a)
		return ERR_MEMORY;
	TRY(policy_lex_start(&ps.lx, text, d));
	TRY(policy_next(&ps));
	if (ps.t.kind != TOK_WORD || !slice_eq_str(ps.t.text, "policy"))
		return FAIL(&ps, ps.t.at.offset, "a policy begins with the statement 'policy'");
	c.at = ps.t.at;
	TRY(policy_next(&ps));
	return policy_statement_policy(&ps, &c);
}

enum err policy_basis_name(struct slice text, struct slice *ret_name, struct diag *d)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct policy p;
	enum err e = head_of(a, text, &p, d);

	/* A clause cannot be known before the basis is: policy_load judges the rest. */
	if (!p.basis_name.n)
		return e != OK ? e : ERR_SYNTAX;
	*ret_name = p.basis_name;
	return OK;
}

enum err policy_standard_name(struct slice text, struct slice *ret_name)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct policy p;
	enum err e = head_of(a, text, &p, NULL);

	if (!p.standard_name.n)
		return e != OK ? e : ERR_NOT_FOUND;
	*ret_name = p.standard_name;
	return OK;
}
