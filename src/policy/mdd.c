#include "policy/mdd.h"

#define UNIQUE_FIRST 1024u
#define CACHE_FIRST 1024u
#define CACHE_LAST (1u << 21)

enum { OP_AND = 1, OP_OR, OP_MINUS, OP_FIRST_FREE };

enum err mdd_init(struct mdd *m, struct arena *a, const uint32_t domain[POLICY_ATTRS],
		  size_t nodes_max)
{
	*m = (struct mdd){.arena = a, .nodes_max = nodes_max, .next_op = OP_FIRST_FREE};
	memcpy(m->domain, domain, sizeof m->domain);
	m->n_unique = UNIQUE_FIRST;
	m->n_cache = CACHE_FIRST;
	m->unique = arena_array(a, m->n_unique, sizeof *m->unique);
	m->cache = arena_array(a, m->n_cache, sizeof *m->cache);
	return m->unique && m->cache ? OK : ERR_MEMORY;
}

uint32_t mdd_new_op(struct mdd *m)
{
	return m->next_op++;
}

static mdd_ref fail(struct mdd *m, enum err e)
{
	if (m->err == OK)
		m->err = e;
	return mdd_leaf(0);
}

static size_t hash_kids(uint32_t level, const mdd_ref *kids, uint32_t n)
{
	uint64_t h = level + 0x9E3779B97F4A7C15ull;

	for (uint32_t i = 0; i < n; i++)
		h = (h ^ kids[i]) * 0xFF51AFD7ED558CCDull;
	return (size_t)(h ^ (h >> 32));
}

static enum err grow_unique(struct mdd *m)
{
	size_t n = m->n_unique * 2;
	uint32_t *t = arena_array(m->arena, n, sizeof *t);

	if (!t)
		return ERR_MEMORY;
	for (size_t i = 0; i < m->n; i++) {
		const struct mdd_node *nd = &m->node[i];
		size_t at = hash_kids(nd->level, m->kid + nd->kids, m->domain[nd->level]) & (n - 1);

		while (t[at])
			at = (at + 1) & (n - 1);
		t[at] = (uint32_t)i + 1;
	}
	m->unique = t;
	m->n_unique = n;
	return OK;
}

static enum err grow_cache(struct mdd *m)
{
	struct mdd_slot *c;

	if (m->n < m->n_cache || m->n_cache >= CACHE_LAST)
		return OK;
	c = arena_array(m->arena, m->n_cache * 4, sizeof *c);
	if (!c)
		return ERR_MEMORY;
	m->cache = c;
	m->n_cache *= 4;
	return OK;
}

/* Room for one more node with n children. */
static enum err room(struct mdd *m, uint32_t n)
{
	void *nodes = m->node, *kids = m->kid;

	if (m->n >= m->nodes_max)
		return ERR_LIMIT;
	if (m->n * 2 >= m->n_unique)
		TRY(grow_unique(m));
	TRY(grow_cache(m));
	TRY(arena_grow(m->arena, &nodes, m->n, &m->cap, sizeof *m->node));
	m->node = nodes;
	while (m->n_kids + n > m->cap_kids) {
		/* arena_grow copies what is there and doubles; the children come below. */
		TRY(arena_grow(m->arena, &kids, m->cap_kids, &m->cap_kids, sizeof *m->kid));
		m->kid = kids;
	}
	return OK;
}

mdd_ref mdd_make(struct mdd *m, uint32_t level, const mdd_ref *kids)
{
	uint32_t n = m->domain[level], i = 1;
	size_t at;
	enum err e;

	while (i < n && kids[i] == kids[0])
		i++;
	if (i >= n)
		return kids[0];
	e = room(m, n);
	if (e != OK)
		return fail(m, e);
	at = hash_kids(level, kids, n) & (m->n_unique - 1);
	for (; m->unique[at]; at = (at + 1) & (m->n_unique - 1)) {
		const struct mdd_node *nd = &m->node[m->unique[at] - 1];

		if (nd->level == level && memcmp(m->kid + nd->kids, kids, n * sizeof *kids) == 0)
			return m->unique[at] - 1;
	}
	memcpy(m->kid + m->n_kids, kids, n * sizeof *kids);
	m->node[m->n] = (struct mdd_node){(uint32_t)m->n_kids, level};
	m->n_kids += n;
	m->unique[at] = (uint32_t)++m->n;
	return (mdd_ref)m->n - 1;
}

static struct mdd_slot *slot(struct mdd *m, uint32_t op, mdd_ref a, mdd_ref b)
{
	uint64_t h = ((uint64_t)a * 0x9E3779B97F4A7C15ull) ^ ((uint64_t)b * 0xC2B2AE3D27D4EB4Full) ^
		     ((uint64_t)op * 0x165667B19E3779F9ull);

	return &m->cache[(h ^ (h >> 29)) & (m->n_cache - 1)];
}

bool mdd_recall(struct mdd *m, uint32_t op, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	const struct mdd_slot *s = slot(m, op, a, b);

	if (s->op != op || s->a != a || s->b != b)
		return false;
	*ret = s->result;
	return true;
}

void mdd_remember(struct mdd *m, uint32_t op, mdd_ref a, mdd_ref b, mdd_ref result)
{
	*slot(m, op, a, b) = (struct mdd_slot){op, a, b, result};
}

static uint32_t level_of(const struct mdd *m, mdd_ref r)
{
	return mdd_is_leaf(r) ? POLICY_ATTRS : m->node[r].level;
}

mdd_ref mdd_box(struct mdd *m, const uint32_t set[POLICY_ATTRS], uint32_t terminal)
{
	mdd_ref r = mdd_leaf(terminal), kids[32];

	for (uint32_t level = POLICY_ATTRS; level-- > 0;) {
		for (uint32_t v = 0; v < m->domain[level]; v++)
			kids[v] = set[level] & BIT(v) ? r : mdd_leaf(0);
		r = mdd_make(m, level, kids);
	}
	return r;
}

mdd_ref mdd_apply(struct mdd *m, const struct mdd_op *op, mdd_ref a, mdd_ref b)
{
	uint32_t la = level_of(m, a), lb = level_of(m, b), level = la < lb ? la : lb;
	mdd_ref r, kids[32];

	if (m->err != OK || (op->quick && op->quick(op->ctx, a, b, &r)))
		return m->err != OK ? mdd_leaf(0) : r;
	if (level == POLICY_ATTRS)
		return mdd_leaf(op->of(op->ctx, mdd_terminal(a), mdd_terminal(b)));
	if (mdd_recall(m, op->id, a, b, &r))
		return r;
	for (uint32_t v = 0; v < m->domain[level]; v++)
		kids[v] = mdd_apply(m, op, la == level ? mdd_kids(m, a)[v] : a,
				    lb == level ? mdd_kids(m, b)[v] : b);
	r = mdd_make(m, level, kids);
	mdd_remember(m, op->id, a, b, r);
	return r;
}

static mdd_ref map(struct mdd *m, uint32_t (*of)(void *, uint32_t, uint32_t), void *ctx,
		   uint32_t id, mdd_ref a)
{
	mdd_ref r, kids[32];
	uint32_t level = level_of(m, a);

	if (m->err != OK || level == POLICY_ATTRS)
		return mdd_leaf(m->err != OK ? 0 : of(ctx, mdd_terminal(a), 0));
	if (mdd_recall(m, id, a, 0, &r))
		return r;
	for (uint32_t v = 0; v < m->domain[level]; v++)
		kids[v] = map(m, of, ctx, id, mdd_kids(m, a)[v]);
	r = mdd_make(m, level, kids);
	mdd_remember(m, id, a, 0, r);
	return r;
}

mdd_ref mdd_map(struct mdd *m, uint32_t (*of)(void *ctx, uint32_t t, uint32_t), void *ctx,
		mdd_ref a)
{
	return map(m, of, ctx, mdd_new_op(m), a);
}

/* ── sets ────────────────────────────────────────────────────────────────── */

static uint32_t and_of(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return a & b;
}

static bool and_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	if (a == mdd_leaf(0) || b == mdd_leaf(1) || a == b)
		*ret = a;
	else if (b == mdd_leaf(0) || a == mdd_leaf(1))
		*ret = b;
	else
		return false;
	return true;
}

static uint32_t or_of(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return a | b;
}

static bool or_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	if (a == mdd_leaf(1) || b == mdd_leaf(0) || a == b)
		*ret = a;
	else if (b == mdd_leaf(1) || a == mdd_leaf(0))
		*ret = b;
	else
		return false;
	return true;
}

static uint32_t minus_of(void *ctx, uint32_t a, uint32_t b)
{
	(void)ctx;
	return a & ~b;
}

static bool minus_quick(void *ctx, mdd_ref a, mdd_ref b, mdd_ref *ret)
{
	(void)ctx;
	if (a == b || a == mdd_leaf(0) || b == mdd_leaf(1))
		*ret = mdd_leaf(0);
	else if (b == mdd_leaf(0))
		*ret = a;
	else
		return false;
	return true;
}

mdd_ref mdd_and(struct mdd *m, mdd_ref a, mdd_ref b)
{
	const struct mdd_op op = {and_of, and_quick, NULL, OP_AND};

	return mdd_apply(m, &op, a, b);
}

mdd_ref mdd_or(struct mdd *m, mdd_ref a, mdd_ref b)
{
	const struct mdd_op op = {or_of, or_quick, NULL, OP_OR};

	return mdd_apply(m, &op, a, b);
}

mdd_ref mdd_minus(struct mdd *m, mdd_ref a, mdd_ref b)
{
	const struct mdd_op op = {minus_of, minus_quick, NULL, OP_MINUS};

	return mdd_apply(m, &op, a, b);
}
