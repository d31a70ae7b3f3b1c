#include "policy/basis.h"

static enum err fits(const struct clauses *c, struct slice text, struct diag *d)
{
	bool any = false;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct clause *n = &c->nodes[i];

		any |= n->kind == CLAUSE_NUMBERED;
		if (n->kind == CLAUSE_NUMBERED && n->text.n > CLAUSE_MAX)
			return policy_fault(d, ERR_LIMIT, text, (size_t)(n->text.p - text.p),
					    "clause %.*s is longer than %d bytes", (int)n->id.n,
					    (const char *)n->id.p, CLAUSE_MAX);
	}
	return any ? OK
		   : policy_fault(d, ERR_SYNTAX, text, 0, "the basis holds no numbered clause");
}

enum err policy_basis_read(struct arena *a, struct slice text, struct clauses *ret, struct diag *d)
{
	struct clauses c;
	struct diag why = {0};
	enum err e;

	if (text.n > POLICY_TEXT_MAX)
		return policy_fault(d, ERR_LIMIT, text, 0, "the basis is larger than %u bytes",
				    POLICY_TEXT_MAX);
	e = clauses_read(a, text, &c, &why);
	if (e == ERR_SYNTAX)
		return policy_fault(d, e, text, why.offset, "the basis is not UTF-8 here");
	if (e != OK)
		return policy_fault(d, e, text, 0, "the basis cannot be read: %s", err_str(e));
	TRY(fits(&c, text, d));
	*ret = c;
	return OK;
}

static enum err basis_find(void *ctx, enum policy_tree tree, struct slice id, struct slice *ret_id)
{
	const struct clauses *c = (const struct clauses *)ctx + tree;
	uint32_t at = clauses_find(c, id);

	if (at == CLAUSES_NONE)
		return ERR_NOT_FOUND;
	*ret_id = c->nodes[at].id;
	return OK;
}

static enum err basis_says(void *ctx, enum policy_tree tree, struct slice id, struct slice phrase,
			   bool *ret)
{
	const struct clauses *c = (const struct clauses *)ctx + tree;
	uint32_t at = clauses_find(c, id);
	struct clause_span span;

	if (at == CLAUSES_NONE)
		return ERR_NOT_FOUND;
	*ret = clauses_says(&c->nodes[at], phrase, &span);
	return OK;
}

static struct slice basis_id_at(void *ctx, enum policy_tree tree, size_t i)
{
	const struct clauses *c = (const struct clauses *)ctx + tree;

	return i < c->n ? c->nodes[i].id : (struct slice){0};
}

static struct slice basis_above(void *ctx, enum policy_tree tree, struct slice id)
{
	const struct clauses *c = (const struct clauses *)ctx + tree;
	uint32_t at = clauses_find(c, id);
	uint32_t up = at == CLAUSES_NONE ? CLAUSES_NONE : c->nodes[at].parent;

	return up == CLAUSES_NONE ? (struct slice){0} : c->nodes[up].id;
}

struct policy_resolver policy_basis_resolver(struct clauses *b)
{
	return (struct policy_resolver){.ctx = b,
					.find = basis_find,
					.says = basis_says,
					.id_at = basis_id_at,
					.above = basis_above};
}
