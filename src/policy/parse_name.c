/* What several statements share: names, zones, channels, dates, clauses, visibility. */
#include "base/calendar.h"
#include "policy/chars.h"
#include "policy/parse.h"

void policy_names(struct parser *ps, enum policy_visibility v, struct place at)
{
	if (v > ps->named) {
		ps->named = v;
		ps->named_at = at;
	}
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

enum err policy_parse_string(struct parser *ps, const char *what, struct slice *ret)
{
	if (ps->t.starts || ps->t.kind != TOK_STRING || !slice_trim(ps->t.text).n)
		return FAIL(ps, ps->t.at.offset, "expected %s in quotes instead of %s", what,
			    policy_token_name(ps));
	*ret = ps->t.text;
	return policy_next(ps);
}

enum err policy_parse_date(struct parser *ps, int32_t *ret)
{
	bool word = !ps->t.starts && ps->t.kind == TOK_WORD;
	struct date date;

	if (word)
		policy_lex_raw(&ps->lx, &ps->t);
	if (!word || date_parse(ps->t.text, &date) != OK)
		return FAIL(ps, ps->t.at.offset,
			    "expected a date as in 2022-07-15 or 令和4年7月15日 instead of %s",
			    policy_token_name(ps));
	*ret = (int32_t)date_days(date);
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
			policy_names(ps, ps->p->zones[n].visibility, ps->t.at);
			*ret_set = BIT(n);
			return policy_next(ps);
		}
	}
	return FAIL(ps, ps->t.at.offset, "%s is no zone declared above%s", policy_token_name(ps),
		    ps->t.starts ? "" : policy_suggest(ps->p->arena, ps->t.text, names, n));
}

enum err policy_parse_route(struct parser *ps, uint32_t *ret_from, uint32_t *ret_to,
			    bool *ret_inside)
{
	uint32_t set = 0, more = 0;

	if (!policy_at(ps, "in")) {
		*ret_inside = false;
		TRY(policy_parse_zones(ps, true, ret_from));
		TRY(policy_expect(ps, "->"));
		return policy_parse_zones(ps, true, ret_to);
	}
	TRY(policy_next(ps));
	TRY(policy_parse_zones(ps, true, &set));
	while (policy_at(ps, ",")) {
		TRY(policy_next(ps));
		TRY(policy_parse_zones(ps, false, &more));
		set |= more;
	}
	*ret_from = *ret_to = set;
	*ret_inside = true;
	return OK;
}

enum err policy_parse_channels(struct parser *ps, uint32_t *ret)
{
	struct slice words[POLICY_CHANNELS + 2] = {S("content"), S("network")};
	uint32_t set = 0, v;
	bool more = true;

	if (policy_at(ps, "content")) {
		*ret = BIT(POLICY_CHANNELS) - 1;
		return policy_next(ps);
	}
	while (more) {
		for (v = 0; v < POLICY_CHANNELS; v++) {
			words[v + 2] = policy_value(ps->p, POLICY_A_CHANNEL, v).word;
			if (!ps->t.starts && ps->t.kind == TOK_WORD &&
			    slice_eq(ps->t.text, words[v + 2]))
				break;
		}
		if (v == POLICY_CHANNELS)
			return FAIL(ps, ps->t.at.offset,
				    "expected transfer, mail, web, screen, media or content "
				    "instead of %s%s",
				    policy_token_name(ps),
				    ps->t.starts ? ""
						 : policy_suggest(ps->p->arena, ps->t.text, words,
								  ARRAY_LEN(words)));
		set |= BIT(v);
		TRY(policy_next(ps));
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	*ret = set;
	return OK;
}

enum err policy_parse_name(struct parser *ps, enum names kind, const char *what, struct slice *ret)
{
	static const char *const reserved[] = {"any",  "staff", "none",   "other", "unknown",
					       "公開", "庁内",  "非公開", "clause"};
	struct policy *p = ps->p;
	struct slice skeleton, old;
	uint32_t at = 0;
	enum err e;

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (policy_at(ps, reserved[i]))
			return FAIL(ps, ps->t.at.offset,
				    "'%s' is a word of the language, not a "
				    "name; expected %s",
				    reserved[i], what);
	if (ps->t.starts || ps->t.kind != TOK_WORD)
		return FAIL(ps, ps->t.at.offset, "expected %s instead of %s", what,
			    policy_token_name(ps));
	skeleton = policy_skeleton(p->arena, ps->t.text);
	if (!skeleton.p)
		return ERR_MEMORY;
	e = policy_map_add(p->arena, &p->names[kind], skeleton, (uint32_t)ps->t.at.offset, &at);
	if (e == ERR_CONFLICT) {
		unsigned line = 1;

		old = slice_head(slice_from(p->text, at), ps->t.text.n);
		for (size_t i = 0; i < at; i++)
			line += p->text.p[i] == '\n';
		if (slice_eq(old, ps->t.text))
			return FAIL(ps, ps->t.at.offset, "%s is declared on line %u already",
				    policy_token_name(ps), line);
		return FAIL(ps, ps->t.at.offset,
			    "%s looks like the name on line %u; choose another name",
			    policy_token_name(ps), line);
	}
	TRY(e);
	*ret = ps->t.text;
	ps->now.name = ps->t.text;
	return policy_next(ps);
}

enum err policy_parse_who(struct parser *ps, struct slice *ret)
{
	struct slice words[POLICY_ROLES_MAX + 1] = {S("staff")};
	size_t n = 1;

	for (size_t i = 0; i < ps->p->n_roles; i++)
		words[n++] = ps->p->roles[i].name;
	for (size_t i = 0; i < n; i++) {
		if (ps->t.starts || ps->t.kind != TOK_WORD || !slice_eq(ps->t.text, words[i]))
			continue;
		if (i)
			policy_names(ps, ps->p->role_seen[i - 1], ps->t.at);
		*ret = ps->t.text;
		return policy_next(ps);
	}
	return FAIL(ps, ps->t.at.offset, "%s is no role declared above, nor 'staff'%s",
		    policy_token_name(ps),
		    ps->t.starts ? "" : policy_suggest(ps->p->arena, ps->t.text, words, n));
}

/* ── clause and visibility ───────────────────────────────────────────────── */

static const char *suggest_clause(struct parser *ps, enum policy_tree tree)
{
	const struct policy_resolver *r = ps->p->resolver;
	struct slice *ids, id;
	size_t n = 0, k = 0;

	while (r->id_at && (id = r->id_at(r->ctx, tree, n)).n)
		n++;
	ids = arena_array(ps->p->arena, n, sizeof *ids);
	if (!ids)
		return "";
	while (k < n) {
		ids[k] = r->id_at(r->ctx, tree, k);
		k++;
	}
	return policy_suggest(ps->p->arena, ps->t.text, ids, n);
}

enum err policy_parse_clause_id(struct parser *ps, enum policy_tree tree, struct slice *ret)
{
	const struct policy_resolver *r = ps->p->resolver;
	enum err e;

	if (ps->t.starts || ps->t.kind != TOK_WORD)
		return FAIL(ps, ps->t.at.offset, "expected a clause as in 8(3)ア instead of %s",
			    policy_token_name(ps));
	policy_lex_raw(&ps->lx, &ps->t);
	e = r->find ? r->find(r->ctx, tree, ps->t.text, ret) : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return FAIL(ps, ps->t.at.offset, "the %s has no clause %s%s",
			    tree == POLICY_TREE_BASIC ? "basis" : "standard", policy_token_name(ps),
			    suggest_clause(ps, tree));
	return e;
}

static enum err part_clause(struct parser *ps, struct cited *c)
{
	const struct policy_resolver *r = ps->p->resolver;
	const struct policy_above *above;
	bool has = false;

	TRY(policy_parse_clause_id(ps, c->tree, &c->clause));
	if (c->tree == POLICY_TREE_STANDARD && policy_above(ps->p, c->clause, &above) == 0)
		return FAIL(ps, ps->t.at.offset,
			    "nothing above says which clause of the basis article %.*s stands "
			    "under; write 'article %.*s under clause ...' before it is cited",
			    (int)c->clause.n, (const char *)c->clause.p, (int)c->clause.n,
			    (const char *)c->clause.p);
	c->cited = ps->t.at;
	TRY(policy_next(ps));
	if (ps->t.starts || ps->t.kind != TOK_STRING)
		return OK;
	TRY(r->says(r->ctx, c->tree, c->clause, ps->t.text, &has));
	if (!has)
		return FAIL(ps, ps->t.at.offset, "clause %.*s does not say %s", (int)c->clause.n,
			    (const char *)c->clause.p, policy_token_name(ps));
	c->phrase = ps->t.text;
	return policy_next(ps);
}

static const struct {
	const char *word;
	enum policy_visibility visibility;
} visibilities[] = {{"公開", POLICY_PUBLIC}, {"庁内", POLICY_INTERNAL}, {"非公開", POLICY_SECRET}};

/*
 * Parses `clause ...`, `article ...` or a visibility where one stands; *ret_done says whether it
 * did. seen guards against either coming twice.
 */
static enum err part_cited(struct parser *ps, struct cited *c, unsigned *seen, bool *ret_done)
{
	struct place at = ps->t.at;
	bool article = policy_at(ps, "article");
	bool clause = article || policy_at(ps, "clause");

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
	if (clause)
		c->tree = article ? POLICY_TREE_STANDARD : POLICY_TREE_BASIC;
	TRY(policy_next(ps));
	return clause ? part_clause(ps, c) : OK;
}

static enum err unknown_part(struct parser *ps, const struct part *parts, size_t n)
{
	struct slice words[16] = {S("clause"), S("article"), S("公開"), S("庁内"), S("非公開")};
	size_t k = 5;

	for (size_t i = 0; i < n; i++)
		words[k++] = slice_str(parts[i].word);
	return FAIL(ps, ps->t.at.offset, "%s has no place here%s", policy_token_name(ps),
		    policy_suggest(ps->p->arena, ps->t.text, words, k));
}

enum err policy_parse_parts(struct parser *ps, const struct part *parts, size_t n, void *into,
			    struct cited *c, unsigned *ret_seen)
{
	unsigned seen = 0;
	bool done;

	while (!ps->t.starts) {
		size_t i = 0;

		TRY(part_cited(ps, c, &seen, &done));
		if (done)
			continue;
		while (i < n && !policy_at(ps, parts[i].word) &&
		       (parts[i].word[0] != '"' || ps->t.kind != TOK_STRING))
			i++;
		if (i == n)
			return unknown_part(ps, parts, n);
		if (seen & BIT(i))
			return FAIL(ps, ps->t.at.offset, "%s stands twice in one statement",
				    parts[i].word[0] == '"' ? "a text in quotes"
							    : policy_token_name(ps));
		seen |= BIT(i);
		ps->part = ps->t.at;
		if (parts[i].word[0] != '"')
			TRY(policy_next(ps));
		TRY(parts[i].parse(ps, into));
	}
	*ret_seen = seen & ~(BIT(30) | BIT(31));
	return OK;
}

enum err policy_need_clause(struct parser *ps, const struct cited *c)
{
	if (!c->clause.n)
		return FAIL(ps, c->at.offset,
			    "this statement cites no clause; add 'clause' and its number");
	return OK;
}
