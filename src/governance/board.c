/* board: obligations, what stands behind them, and how old that is; see board.h. */
#include "governance/board.h"

#include <stdio.h>
#include "base/calendar.h"
#include "governance/evidence.h"
#include "store/governance.h"

struct making {
	struct arena *a;
	const struct board_source *src;
	struct board *b;
};

static struct board_clause *clause_of(struct making *m, struct slice id)
{
	uint32_t at = clauses_find(m->src->clauses, id);

	return at == CLAUSES_NONE ? NULL : &m->b->clause[at];
}

static enum err add(struct arena *a, struct board_proof ***list, size_t *n, size_t *cap,
		    struct board_proof *p)
{
	void *items = *list;

	TRY(arena_grow(a, &items, *n, cap, sizeof p));
	*list = items;
	(*list)[(*n)++] = p;
	return OK;
}

static bool overlap(struct clause_span x, struct clause_span y)
{
	return x.par == y.par && x.from < y.to && y.from < x.to;
}

static bool before(struct clause_span x, struct clause_span y)
{
	return x.par != y.par ? x.par < y.par : x.from < y.from;
}

static enum err phrase_add(struct making *m, struct board_clause *c, struct clause_span span,
			   struct board_phrase **ret)
{
	void *items = c->phrases;
	size_t at = c->n;

	TRY(arena_grow(m->a, &items, c->n, &c->cap, sizeof *c->phrases));
	c->phrases = items;
	while (at > 0 && before(span, c->phrases[at - 1].span)) {
		c->phrases[at] = c->phrases[at - 1];
		at--;
	}
	c->n++;
	c->phrases[at] = (struct board_phrase){.span = span};
	if (ret)
		*ret = &c->phrases[at];
	return OK;
}

/* To the obligations that hold the cited words, else to the words themselves. */
static enum err attach_words(struct making *m, struct board_clause *c, struct clause_span span,
			     struct board_proof *p)
{
	struct board_phrase *made;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		struct board_phrase *ph = &c->phrases[i];

		if (!overlap(ph->span, span))
			continue;
		any = true;
		TRY(add(m->a, &ph->proofs, &ph->n, &ph->cap, p));
	}
	if (any)
		return OK;
	TRY(phrase_add(m, c, span, &made));
	return add(m->a, &made->proofs, &made->n, &made->cap, p);
}

/* What a statement says stands behind this clause: it cites it, or an article that works it out. */
static enum err attach(struct making *m, const struct policy_statement *st, struct slice clause,
		       struct slice phrase, struct board_proof *p)
{
	struct board_clause *c = clause_of(m, clause);
	struct clause_span span;

	if (!c)
		return OK;
	if (phrase.n && clauses_says(c->text, phrase, &span) && span.par != UINT32_MAX)
		return attach_words(m, c, span, p);
	if (st->force != POLICY_NAMES && c->n == 1)
		return add(m->a, &c->phrases[0].proofs, &c->phrases[0].n, &c->phrases[0].cap, p);
	return add(m->a, &c->whole, &c->whole_n, &c->whole_cap, p);
}

/* Once for every clause that the cited article works out. */
static enum err inherit(struct making *m, const struct policy_statement *st, bool with_phrase)
{
	struct board_proof *p = NULL;

	for (size_t i = 0; i < st->n_above; i++) {
		const struct policy_above *above = &st->above[i];

		if (above->visibility > m->src->audience || (above->phrase.n > 0) != with_phrase)
			continue;
		if (!p) {
			p = arena_alloc(m->a, sizeof *p);
			if (!p)
				return ERR_MEMORY;
			TRY(evidence_of(m->src, m->a, st, &m->b->heartbeat, p));
			p->by_article = true;
		}
		TRY(attach(m, st, above->clause, above->phrase, p));
	}
	return OK;
}

/* A light that is on is better than one that is not, then what proves more, then the newer. */
static bool better(const struct board_proof *x, const struct board_proof *y)
{
	bool on_x = x->light >= LIGHT_FADED, on_y = y->light >= LIGHT_FADED;

	if (on_x != on_y)
		return on_x;
	if (x->force != y->force)
		return x->force > y->force;
	return x->has_last && (!y->has_last || x->last_ms > y->last_ms);
}

static void judge(struct board *b, struct board_phrase *ph)
{
	for (size_t i = 0; i < ph->n; i++)
		if (ph->proofs[i]->force != BOARD_NONE &&
		    (!ph->best || better(ph->proofs[i], ph->best)))
			ph->best = ph->proofs[i];
	b->phrases++;
	if (!ph->best) {
		b->none++;
		return;
	}
	ph->force = ph->best->force;
	ph->light = ph->best->light;
	if (ph->light < LIGHT_FADED)
		b->late++;
	else if (ph->force == BOARD_ENFORCED)
		b->enforced++;
	else if (ph->force == BOARD_EVIDENCED)
		b->evidenced++;
	else
		b->attested++;
}

static enum err find_phrases(struct making *m)
{
	const struct clauses *c = m->src->clauses;

	for (uint32_t i = 0; i < c->n; i++) {
		struct clause_span *spans;
		uint32_t n;

		m->b->clause[i].text = &c->nodes[i];
		TRY(clauses_phrases(m->a, &c->nodes[i], &spans, &n));
		for (uint32_t k = 0; k < n; k++)
			TRY(phrase_add(m, &m->b->clause[i], spans[k], NULL));
	}
	return OK;
}

static enum err attach_all(struct making *m, bool with_phrase)
{
	const struct policy_statement *st;
	size_t n = policy_statements(m->src->policy, &st);
	struct board_proof *p;

	for (size_t i = 0; i < n; i++) {
		/* What an article stands under is said beside the article itself. */
		if (st[i].visibility > m->src->audience || st[i].kind == POLICY_KIND_UNDER)
			continue;
		if (m->src->tree == POLICY_TREE_BASIC && st[i].n_above)
			TRY(inherit(m, &st[i], with_phrase));
		if (st[i].clause.n == 0 || st[i].tree != m->src->tree ||
		    (st[i].phrase.n > 0) != with_phrase)
			continue;
		p = arena_alloc(m->a, sizeof *p);
		if (!p)
			return ERR_MEMORY;
		TRY(evidence_of(m->src, m->a, &st[i], &m->b->heartbeat, p));
		TRY(attach(m, &st[i], st[i].clause, st[i].phrase, p));
	}
	return OK;
}

enum err board_make(struct arena *a, const struct board_source *src, struct board *ret)
{
	struct board b = {.clauses = src->clauses, .checkpoint = src->checkpoint};
	struct making m = {.a = a, .src = src, .b = &b};

	b.clause = arena_array(a, src->clauses->n, sizeof *b.clause);
	if (!b.clause)
		return ERR_MEMORY;
	TRY(find_phrases(&m));
	if (src->policy) {
		TRY(evidence_heartbeat(src, a, &b.heartbeat));
		b.running = b.heartbeat.light >= LIGHT_FADED;
		TRY(attach_all(&m, true));
		TRY(attach_all(&m, false));
	}
	for (uint32_t i = 0; i < src->clauses->n; i++)
		for (size_t k = 0; k < b.clause[i].n; k++)
			judge(&b, &b.clause[i].phrases[k]);
	*ret = b;
	return OK;
}
