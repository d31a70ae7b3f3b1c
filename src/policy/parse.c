/* Statements. Each is one row of a table; what may follow its head is a second table of parts. */
#include "policy/parse.h"

#include "base/calendar.h"
#include "policy/addr.h"
#include "policy/basis.h"
#include "policy/chars.h"
#include "policy/limit.h"

enum err policy_next(struct parser *ps)
{
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

enum err policy_parse_number(struct parser *ps, const char *what, uint64_t max, uint64_t *ret)
{
	uint64_t n;

	if (ps->t.starts || ps->t.kind != TOK_WORD || !slice_u64(ps->t.text, &n))
		return FAIL(ps, ps->t.at.offset, "expected %s as a number instead of %s", what,
			    policy_token_name(ps));
	if (n > max)
		return FAIL(ps, ps->t.at.offset, "%s may be %llu at most", what,
			    (unsigned long long)max);
	*ret = n;
	return policy_next(ps);
}

static enum err parse_string(struct parser *ps, const char *what, struct slice *ret)
{
	if (ps->t.starts || ps->t.kind != TOK_STRING || !ps->t.text.n)
		return FAIL(ps, ps->t.at.offset, "expected %s in quotes instead of %s", what,
			    policy_token_name(ps));
	*ret = ps->t.text;
	return policy_next(ps);
}

enum err policy_parse_zones(struct parser *ps, bool any, uint32_t *ret_set)
{
	struct slice names[POLICY_ZONES_MAX + 1];
	size_t n = 0;

	if (any && policy_at(ps, "any")) {
		*ret_set = SET_ALL;
		return policy_next(ps);
	}
	for (; n < ps->p->n_zones; n++) {
		names[n] = ps->p->zones[n].name;
		if (!ps->t.starts && ps->t.kind == TOK_WORD && slice_eq(ps->t.text, names[n])) {
			*ret_set = BIT(n);
			return policy_next(ps);
		}
	}
	return FAIL(ps, ps->t.at.offset, "%s is no zone declared above%s", policy_token_name(ps),
		    ps->t.starts ? "" : policy_suggest(ps->p->arena, ps->t.text, names, n));
}

/* ── parts that several statements share ─────────────────────────────────── */

static enum err part_clause(struct parser *ps, struct cited *c)
{
	struct clause *found;
	bool has = false;

	if (ps->t.starts || ps->t.kind != TOK_WORD)
		return FAIL(ps, ps->t.at.offset, "expected a clause as in 8(3)ア instead of %s",
			    policy_token_name(ps));
	policy_lex_raw(&ps->lx, &ps->t);
	found = policy_basis_find(&ps->p->basis, ps->t.text);
	if (!found)
		return FAIL(ps, ps->t.at.offset, "the basis has no clause %s%s",
			    policy_token_name(ps),
			    policy_basis_suggest(ps->p->arena, &ps->p->basis, ps->t.text));
	c->cited = ps->t.at;
	c->clause = found->id;
	TRY(policy_next(ps));
	if (ps->t.starts || ps->t.kind != TOK_STRING)
		return OK;
	TRY(policy_basis_has(ps->p->arena, found, ps->t.text, &has));
	if (!has)
		return FAIL(ps, ps->t.at.offset, "clause %.*s does not say %s", (int)found->id.n,
			    (const char *)found->id.p, policy_token_name(ps));
	c->phrase = ps->t.text;
	return policy_next(ps);
}

static const struct {
	const char *word;
	enum policy_visibility visibility;
} visibilities[] = {{"公開", POLICY_PUBLIC}, {"庁内", POLICY_INTERNAL}, {"非公開", POLICY_SECRET}};

/*
 * Parses `clause ...` or a visibility where one stands; *ret_done says whether it did. seen guards
 * against either coming twice.
 */
static enum err part_cited(struct parser *ps, struct cited *c, unsigned *seen, bool *ret_done)
{
	struct place at = ps->t.at;
	bool clause = policy_at(ps, "clause");

	*ret_done = false;
	for (size_t i = 0; i < ARRAY_LEN(visibilities) && !clause; i++)
		if (policy_at(ps, visibilities[i].word)) {
			c->visibility = visibilities[i].visibility;
			*ret_done = true;
		}
	if (!clause && !*ret_done)
		return OK;
	if (*seen & (clause ? BIT(30) : BIT(31)))
		return FAIL(ps, at.offset, "a statement has one %s",
			    clause ? "clause" : "visibility");
	*seen |= clause ? BIT(30) : BIT(31);
	*ret_done = true;
	TRY(policy_next(ps));
	return clause ? part_clause(ps, c) : OK;
}

struct part {
	const char *word;
	enum err (*parse)(struct parser *ps, void *into); /* stands behind the word */
};

static enum err unknown_part(struct parser *ps, const struct part *parts, size_t n)
{
	struct slice words[16] = {S("clause"), S("公開"), S("庁内"), S("非公開")};
	size_t k = 4;

	for (size_t i = 0; i < n; i++)
		words[k++] = slice_str(parts[i].word);
	return FAIL(ps, ps->t.at.offset, "%s has no place here%s", policy_token_name(ps),
		    policy_suggest(ps->p->arena, ps->t.text, words, k));
}

/* Parses parts in any order, each at most once, to the end of the statement. */
static enum err parse_parts(struct parser *ps, const struct part *parts, size_t n, void *into,
			    struct cited *c, unsigned *ret_seen)
{
	unsigned seen = 0;
	bool done;

	while (!ps->t.starts) {
		size_t i = 0;

		TRY(part_cited(ps, c, &seen, &done));
		if (done)
			continue;
		while (i < n && !policy_at(ps, parts[i].word))
			i++;
		if (i == n)
			return unknown_part(ps, parts, n);
		if (seen & BIT(i))
			return FAIL(ps, ps->t.at.offset, "'%s' stands twice in one statement",
				    parts[i].word);
		seen |= BIT(i);
		ps->part = ps->t.at;
		TRY(policy_next(ps));
		TRY(parts[i].parse(ps, into));
	}
	*ret_seen = seen;
	return OK;
}

static enum err need_clause(struct parser *ps, const struct cited *c)
{
	if (!c->clause.n)
		return FAIL(ps, c->at.offset,
			    "this statement cites no clause; add 'clause' and its number");
	return OK;
}

static enum err push(struct arena *a, void **items, size_t n, size_t *cap, size_t size,
		     const void *item)
{
	TRY(arena_grow(a, items, n, cap, size));
	memcpy((uint8_t *)*items + n * size, item, size);
	return OK;
}

/* ── policy ──────────────────────────────────────────────────────────────── */

static enum err head_basis(struct parser *ps, void *into)
{
	struct policy *p = into;
	struct place at = ps->t.at;
	struct slice name;

	TRY(parse_string(ps, "the name of the basis file", &name));
	if (name.p[0] == '.' || slice_find_byte(name, '/') != SIZE_MAX ||
	    slice_find_byte(name, '\\') != SIZE_MAX || name.n > 200)
		return FAIL(ps, at.offset,
			    "the basis is a file beside the policy: a plain name without a path");
	p->basis_name = name;
	return OK;
}

static enum err head_adopted(struct parser *ps, void *into)
{
	struct policy *p = into;
	bool more = true;

	TRY(policy_expect(ps, "by"));
	while (more) {
		void *items = p->adopters;
		struct slice name;

		TRY(parse_string(ps, "the organ that adopts", &name));
		TRY(push(p->arena, &items, p->n_adopters, &p->cap_adopters, sizeof name, &name));
		p->adopters = items;
		p->n_adopters++;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

static enum err head_version(struct parser *ps, void *into)
{
	struct policy *p = into;

	return policy_parse_number(ps, "the version", UINT32_MAX, &p->version);
}

static enum err head_effective(struct parser *ps, void *into)
{
	struct policy *p = into;
	bool word = !ps->t.starts && ps->t.kind == TOK_WORD;
	struct date date;

	if (word)
		policy_lex_raw(&ps->lx, &ps->t);
	if (!word || date_parse(ps->t.text, &date) != OK)
		return FAIL(ps, ps->t.at.offset,
			    "expected a date as in 2022-07-15 or 令和4年7月15日 instead of %s",
			    policy_token_name(ps));
	p->effective = (int32_t)date_days(date);
	return policy_next(ps);
}

static enum err statement_policy(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {
	    {"basis", head_basis},
	    {"adopted", head_adopted},
	    {"version", head_version},
	    {"effective", head_effective},
	};
	struct policy *p = ps->p;
	unsigned seen;

	if (p->title.n)
		return FAIL(ps, c->at.offset, "the policy is named on line %u already",
			    p->head.at.line);
	TRY(parse_string(ps, "the policy's title", &p->title));
	TRY(parse_parts(ps, parts, ARRAY_LEN(parts), p, c, &seen));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!(seen & BIT(i)))
			return FAIL(ps, c->at.offset, "the policy statement lacks '%s'",
				    parts[i].word);
	p->head = *c;
	return OK;
}

/* ── zone ────────────────────────────────────────────────────────────────── */

static enum err zone_default(struct parser *ps, void *into)
{
	struct policy_zone *z = into;

	if (ps->p->default_zone != POLICY_NONE)
		return FAIL(ps, ps->part.offset,
			    "zone '%.*s' of line %u is the default already; there is one",
			    (int)ps->p->zones[ps->p->default_zone].name.n,
			    (const char *)ps->p->zones[ps->p->default_zone].name.p,
			    ps->p->zone_cited[ps->p->default_zone].at.line);
	ps->p->default_zone = ps->p->n_zones;
	z->is_default = true;
	return OK;
}

static enum err one_network(struct parser *ps)
{
	struct policy *p = ps->p;
	struct network n = {.zone = p->n_zones, .at = ps->t.at};
	void *items = p->networks;
	enum err e;

	if (ps->t.starts || ps->t.kind == TOK_STRING)
		return FAIL(ps, ps->t.at.offset, "expected a network as in 10.10.0.0/16");
	policy_lex_raw(&ps->lx, &ps->t);
	e = policy_network_parse(ps->t.text, &n);
	if (e == ERR_CONFLICT)
		return FAIL(ps, ps->t.at.offset,
			    "%s has bits set behind its prefix; write the network's first address",
			    policy_token_name(ps));
	if (e != OK)
		return FAIL(ps, ps->t.at.offset,
			    "%s is no network as in 10.10.0.0/16 or fd00:10::/32",
			    policy_token_name(ps));
	TRY(push(p->arena, &items, p->n_networks, &p->cap_networks, sizeof n, &n));
	p->networks = items;
	p->n_networks++;
	return policy_next(ps);
}

static enum err zone_networks(struct parser *ps, void *into)
{
	(void)into;
	TRY(one_network(ps));
	while (policy_at(ps, ",")) {
		TRY(policy_next(ps));
		TRY(one_network(ps));
	}
	return OK;
}

/* A name that no other zone has, and none that looks like it. */
static enum err zone_name(struct parser *ps, struct slice *ret)
{
	struct policy *p = ps->p;
	struct slice skeleton, other;

	if (ps->t.starts || ps->t.kind != TOK_WORD || policy_at(ps, "any"))
		return FAIL(ps, ps->t.at.offset, "expected the zone's name instead of %s",
			    policy_token_name(ps));
	skeleton = policy_skeleton(p->arena, ps->t.text);
	for (uint32_t i = 0; i < p->n_zones; i++) {
		other = policy_skeleton(p->arena, p->zones[i].name);
		if (!skeleton.p || !other.p)
			return ERR_MEMORY;
		if (slice_eq(p->zones[i].name, ps->t.text))
			return FAIL(ps, ps->t.at.offset, "zone %s is declared on line %u already",
				    policy_token_name(ps), p->zone_cited[i].at.line);
		if (slice_eq(skeleton, other))
			return FAIL(
			    ps, ps->t.at.offset,
			    "zone %s looks like zone '%.*s' of line %u; choose another name",
			    policy_token_name(ps), (int)p->zones[i].name.n,
			    (const char *)p->zones[i].name.p, p->zone_cited[i].at.line);
	}
	*ret = ps->t.text;
	return policy_next(ps);
}

static enum err statement_zone(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"default", zone_default}, {"networks", zone_networks}};
	struct policy *p = ps->p;
	struct policy_zone z = {0};
	unsigned seen;

	if (p->n_zones == POLICY_ZONES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d zones", POLICY_ZONES_MAX);
	TRY(zone_name(ps, &z.name));
	TRY(parse_string(ps, "the zone's label", &z.label));
	p->zone_cited[p->n_zones] = *c;
	TRY(parse_parts(ps, parts, ARRAY_LEN(parts), &z, c, &seen));
	TRY(need_clause(ps, c));
	z.clause = c->clause;
	z.visibility = c->visibility;
	p->zone_cited[p->n_zones] = *c;
	p->zones[p->n_zones++] = z;
	return OK;
}

/* ── scale ───────────────────────────────────────────────────────────────── */

struct levels {
	struct policy_level v[POLICY_LEVELS_MAX];
	size_t n;
};

static enum err scale_levels(struct parser *ps, void *into)
{
	struct levels *l = into;
	bool more = true;

	while (more) {
		struct place at = ps->t.at;
		struct policy_level level;
		uint64_t n = 0;

		TRY(policy_parse_number(ps, "a level", POLICY_LEVELS_MAX, &n));
		if (!n || (l->n && l->v[l->n - 1].level >= n))
			return FAIL(ps, at.offset, "levels begin at 1 or above and rise");
		level.level = (unsigned)n;
		TRY(parse_string(ps, "the level's label", &level.label));
		l->v[l->n++] = level;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

static enum err statement_scale(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"levels", scale_levels}};
	static const char *const names[] = {"confidentiality", "integrity", "availability"};
	struct policy *p = ps->p;
	struct slice words[ARRAY_LEN(names)];
	struct levels l = {0};
	unsigned seen;
	size_t i;

	for (i = 0; i < ARRAY_LEN(names) && !policy_at(ps, names[i]); i++)
		words[i] = slice_str(names[i]);
	if (i == ARRAY_LEN(names))
		return FAIL(ps, ps->t.at.offset, "%s is no scale%s", policy_token_name(ps),
			    policy_suggest(p->arena, ps->t.text, words, i));
	if (p->scales[i].line)
		return FAIL(ps, ps->t.at.offset, "scale %s is declared on line %u already",
			    names[i], p->scales[i].line);
	p->scales[i] = c->at;
	TRY(policy_next(ps));
	TRY(parse_parts(ps, parts, ARRAY_LEN(parts), &l, c, &seen));
	TRY(need_clause(ps, c));
	if (!l.n)
		return FAIL(ps, c->at.offset, "the scale lacks 'levels'");
	if (i == 0) {
		memcpy(p->levels, l.v, sizeof l.v);
		p->n_levels = l.n;
	}
	return OK;
}

/* ── permit, forbid ──────────────────────────────────────────────────────── */

struct rule_parts {
	struct rule r;
	uint32_t exception;
};

static enum err rule_without(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->exception != SET_ALL)
		return FAIL(ps, ps->part.offset, "'without' and 'only with' exclude each other");
	rp->exception = BIT(0);
	return policy_expect(ps, "exception");
}

static enum err rule_only(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->exception != SET_ALL)
		return FAIL(ps, ps->part.offset, "'without' and 'only with' exclude each other");
	rp->exception = BIT(1);
	TRY(policy_expect(ps, "with"));
	return policy_expect(ps, "exception");
}

static enum err rule_when(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	return policy_parse_condition(ps, rp->r.forbid, &rp->r.terms, &rp->r.n_terms);
}

static enum err rule_obliges(struct parser *ps, void *into)
{
	struct rule_parts *rp = into;

	if (rp->r.forbid)
		return FAIL(ps, ps->part.offset, "what is forbidden obliges to nothing");
	return policy_parse_obligations(ps, &rp->r);
}

/* Puts from, to and exception into every alternative. */
static enum err narrow(struct parser *ps, struct rule_parts *rp, uint32_t from, uint32_t to)
{
	struct rule *r = &rp->r;
	uint32_t kept = 0;

	if (!r->n_terms) {
		r->terms = arena_array(ps->p->arena, 1, sizeof *r->terms);
		if (!r->terms)
			return ERR_MEMORY;
		for (size_t k = 0; k < ATTRS; k++)
			r->terms[0].set[k] = SET_ALL;
		r->n_terms = 1;
	}
	for (uint32_t i = 0; i < r->n_terms; i++) {
		struct term t = r->terms[i];

		t.set[ATTR_SOURCE] &= from;
		t.set[ATTR_DESTINATION] &= to;
		t.set[ATTR_EXCEPTION] &= rp->exception;
		if (t.set[ATTR_SOURCE] && t.set[ATTR_DESTINATION])
			r->terms[kept++] = t;
	}
	r->n_terms = kept;
	if (!kept)
		return FAIL(ps, r->c.at.offset,
			    "the condition excludes the zones of this rule; it can never match");
	return OK;
}

static enum err channel(struct parser *ps)
{
	static const char *const later[] = {"mail", "web", "screen", "media", "network"};

	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		if (policy_at(ps, later[i]))
			return policy_fault(
			    ps->d, ERR_UNSUPPORTED, ps->p->text, ps->t.at.offset,
			    "this version enforces no rules for '%s', only 'transfer'", later[i]);
	return policy_expect(ps, "transfer");
}

static enum err statement_rule(struct parser *ps, struct cited *c, bool forbid)
{
	static const struct part parts[] = {
	    {"without", rule_without},
	    {"only", rule_only},
	    {"when", rule_when},
	    {"obliges", rule_obliges},
	};
	struct policy *p = ps->p;
	struct rule_parts rp = {.r = {.forbid = forbid}, .exception = SET_ALL};
	void *items = p->rules;
	uint32_t from, to;
	unsigned seen;

	if (p->n_rules == POLICY_RULES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d rules", POLICY_RULES_MAX);
	TRY(channel(ps));
	TRY(policy_parse_zones(ps, true, &from));
	TRY(policy_expect(ps, "->"));
	TRY(policy_parse_zones(ps, true, &to));
	TRY(parse_parts(ps, parts, ARRAY_LEN(parts), &rp, c, &seen));
	TRY(need_clause(ps, c));
	rp.r.c = *c;
	TRY(narrow(ps, &rp, from, to));
	TRY(push(p->arena, &items, p->n_rules, &p->cap_rules, sizeof rp.r, &rp.r));
	p->rules = items;
	p->n_rules++;
	return OK;
}

static enum err statement_permit(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, false);
}

static enum err statement_forbid(struct parser *ps, struct cited *c)
{
	return statement_rule(ps, c, true);
}

/* ── never ───────────────────────────────────────────────────────────────── */

static enum err never_without(struct parser *ps, void *into)
{
	struct never *n = into;
	bool more = true;
	uint32_t set = 0;

	while (more) {
		if (policy_at(ps, "exception")) {
			n->unless_exception = true;
			TRY(policy_next(ps));
		} else {
			TRY(policy_parse_obligation_name(ps, &set));
			n->unless |= set;
		}
		more = policy_at(ps, "or");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

static enum err statement_never(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"without", never_without}};
	struct policy *p = ps->p;
	struct never n = {0};
	void *items = p->nevers;
	unsigned seen;

	if (policy_at(ps, "approve")) {
		if (p->own_approval_at.line)
			return FAIL(ps, c->at.offset, "this is said on line %u already",
				    p->own_approval_at.line);
		p->own_approval_at = c->at;
		p->never_own_approval = true;
		TRY(policy_next(ps));
		TRY(policy_expect(ps, "own"));
		TRY(policy_expect(ps, "request"));
		return parse_parts(ps, NULL, 0, NULL, c, &seen);
	}
	if (p->n_nevers == NEVERS_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d 'never content' statements", NEVERS_MAX);
	TRY(policy_expect(ps, "content"));
	TRY(policy_parse_zones(ps, true, &n.from));
	TRY(policy_expect(ps, "->"));
	TRY(policy_parse_zones(ps, true, &n.to));
	TRY(parse_parts(ps, parts, ARRAY_LEN(parts), &n, c, &seen));
	n.c = *c;
	TRY(push(p->arena, &items, p->n_nevers, &p->cap_nevers, sizeof n, &n));
	p->nevers = items;
	p->n_nevers++;
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
	TRY(parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(need_clause(ps, c));
	p->default_deny = *c;
	return OK;
}

static enum err statement_limit(struct parser *ps, struct cited *c)
{
	unsigned seen;

	TRY(policy_parse_limit(ps, c->at));
	return parse_parts(ps, NULL, 0, NULL, c, &seen);
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
	return parse_parts(ps, NULL, 0, NULL, c, &seen);
}

/* ── the table ───────────────────────────────────────────────────────────── */

struct statement {
	const char *word;
	enum err (*parse)(struct parser *ps,
			  struct cited *c); /* NULL: of the language, not enforced */
};

static const struct statement statements[] = {
    {"policy", statement_policy},
    {"zone", statement_zone},
    {"scale", statement_scale},
    {"permit", statement_permit},
    {"forbid", statement_forbid},
    {"never", statement_never},
    {"default", statement_default},
    {"limit", statement_limit},
    {"hidden", statement_hidden},
    {"require", NULL},
    {"always", NULL},
    {"duty", NULL},
    {"control", NULL},
    {"role", NULL},
    {"exception", NULL},
};

static enum err statement(struct parser *ps)
{
	struct slice words[ARRAY_LEN(statements)];
	struct cited c = {.at = ps->t.at};

	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		words[i] = slice_str(statements[i].word);
		if (ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, words[i]))
			continue;
		if (!statements[i].parse)
			return policy_fault(ps->d, ERR_UNSUPPORTED, ps->p->text, c.at.offset,
					    "this version does not enforce '%s'; nothing that is "
					    "written may go unenforced",
					    statements[i].word);
		if (i > 0 && !ps->p->title.n)
			return FAIL(ps, c.at.offset, "a policy begins with the statement 'policy'");
		TRY(policy_next(ps));
		return statements[i].parse(ps, &c);
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

enum err policy_basis_name(struct slice text, struct slice *ret_name, struct diag *d)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct policy p = {.arena = a, .text = text};
	struct parser ps = {.p = &p, .d = d};
	struct cited c = {0};
	enum err e;

	if (!a)
		return ERR_MEMORY;
	TRY(policy_lex_start(&ps.lx, text, d));
	TRY(policy_next(&ps));
	if (ps.t.kind != TOK_WORD || !slice_eq_str(ps.t.text, "policy"))
		return FAIL(&ps, ps.t.at.offset, "a policy begins with the statement 'policy'");
	c.at = ps.t.at;
	TRY(policy_next(&ps));
	e = statement_policy(&ps, &c);
	/* A clause cannot be known before the basis is: policy_load judges the rest. */
	if (!p.basis_name.n)
		return e != OK ? e : ERR_SYNTAX;
	*ret_name = p.basis_name;
	return OK;
}
