/* Statements that name what is asked for: scale, role, exception, finding. */
#include "policy/parse.h"

/* ── scale ───────────────────────────────────────────────────────────────── */

static enum err level_code(struct parser *ps, const char *what, struct slice *ret)
{
	if (ps->t.starts || ps->t.kind != TOK_WORD || ps->t.text.n > 8 ||
	    slice_eq_str(ps->t.text, "unknown"))
		return FAIL(ps, ps->t.at.offset, "expected %s as in 1 or 3A instead of %s", what,
			    policy_token_name(ps));
	*ret = ps->t.text;
	return policy_next(ps);
}

static unsigned leading_number(struct slice code)
{
	unsigned n = 0;

	for (size_t i = 0; i < code.n && code.p[i] >= '0' && code.p[i] <= '9' && n < 1000; i++)
		n = n * 10 + (unsigned)(code.p[i] - '0');
	return n;
}

/* Behind the last one: "2" behind "1", "3A" behind "3B"; of two plain numbers the larger. */
static bool rises(const struct scale *s, struct slice code)
{
	struct slice last = s->levels[s->n - 1].code;
	unsigned a = leading_number(last), b = leading_number(code);
	uint64_t plain;

	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->levels[i].code, code))
			return false;
	return b > a || (b == a && !(slice_u64(code, &plain) && slice_u64(last, &plain)));
}

static enum err scale_levels(struct parser *ps, void *into)
{
	struct scale *s = into;
	bool more = true;

	while (more) {
		struct place at = ps->t.at;
		struct policy_level *l = &s->levels[s->n];

		if (s->n == POLICY_LEVELS_MAX)
			return FAIL(ps, at.offset, "a scale has at most %d levels",
				    POLICY_LEVELS_MAX);
		TRY(level_code(ps, "a level", &l->code));
		if (s->n ? !rises(s, l->code) : slice_eq_str(l->code, "0"))
			return FAIL(ps, at.offset, "levels begin at 1 or above and rise");
		TRY(policy_parse_string(ps, "the level's label", &l->label));
		l->level = (unsigned)++s->n;
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

static enum err old_level(struct parser *ps, struct scale *s)
{
	struct slice words[POLICY_LEVELS_MAX], code;
	struct place at = ps->t.at;
	size_t i;

	TRY(level_code(ps, "a level given before", &s->old_code[s->n_old]));
	for (i = 0; i < s->n_old; i++)
		if (slice_eq(s->old_code[i], s->old_code[s->n_old]))
			return FAIL(ps, at.offset, "this level is mapped already");
	TRY(policy_expect(ps, "->"));
	at = ps->t.at;
	TRY(level_code(ps, "the level it is now", &code));
	for (i = 0; i < s->n && !slice_eq(s->levels[i].code, code); i++)
		words[i] = s->levels[i].code;
	if (i == s->n)
		return FAIL(ps, at.offset, "the scale has no level '%.*s'%s", (int)code.n,
			    (const char *)code.p, policy_suggest(ps->p->arena, code, words, i));
	s->old_level[s->n_old] = s->levels[i].level;
	if (s->n_old && s->old_level[s->n_old] < s->old_level[s->n_old - 1])
		return FAIL(ps, at.offset,
			    "write the old levels from the lowest; none may end up "
			    "below a lower one");
	s->n_old++;
	return OK;
}

/* from 機密性 1 -> 1, 2 -> 2, 3 -> 3B */
static enum err scale_from(struct parser *ps, void *into)
{
	struct scale *s = into;
	bool more = true;

	if (!s->n)
		return FAIL(ps, ps->part.offset, "write 'levels' before 'from'");
	if (ps->t.starts || ps->t.kind != TOK_WORD)
		return FAIL(ps, ps->t.at.offset, "expected the name of the scale before");
	if (slice_eq(ps->t.text, s->scheme))
		return FAIL(ps, ps->t.at.offset,
			    "a scale cannot be mapped from itself; give the new one a name");
	s->old_scheme = ps->t.text;
	TRY(policy_next(ps));
	while (more) {
		if (s->n_old == POLICY_LEVELS_MAX)
			return FAIL(ps, ps->t.at.offset, "a scale has at most %d levels",
				    POLICY_LEVELS_MAX);
		TRY(old_level(ps, s));
		more = policy_at(ps, ",");
		if (more)
			TRY(policy_next(ps));
	}
	return OK;
}

enum err policy_statement_scale(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"levels", scale_levels}, {"from", scale_from}};
	struct policy *p = ps->p;
	struct slice words[POLICY_SCALES];
	struct scale s = {.at = c->at};
	unsigned seen;
	size_t i;

	for (i = 0; i < POLICY_SCALES; i++) {
		words[i] = slice_str(policy_attr_word(POLICY_A_CONFIDENTIALITY + (unsigned)i));
		if (!ps->t.starts && ps->t.kind == TOK_WORD && slice_eq(ps->t.text, words[i]))
			break;
	}
	if (i == POLICY_SCALES)
		return FAIL(ps, ps->t.at.offset, "%s is no scale%s", policy_token_name(ps),
			    policy_suggest(p->arena, ps->t.text, words, i));
	if (p->scale[i].at.line)
		return FAIL(ps, ps->t.at.offset, "this scale is declared on line %u already",
			    p->scale[i].at.line);
	s.scheme = ps->now.name = words[i];
	TRY(policy_next(ps));
	if (!ps->t.starts && ps->t.kind == TOK_WORD && !policy_at(ps, "clause") &&
	    !policy_at(ps, "article") && !policy_at(ps, "levels")) {
		s.scheme = ps->t.text;
		TRY(policy_next(ps));
	}
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &s, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (!s.n)
		return FAIL(ps, c->at.offset, "the scale lacks 'levels'");
	p->scale[i] = s;
	return OK;
}

/* ── role, exception ─────────────────────────────────────────────────────── */

enum err policy_statement_role(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	struct policy_role r;
	unsigned seen;

	if (p->n_roles == POLICY_ROLES_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may have %d roles", POLICY_ROLES_MAX);
	TRY(policy_parse_name(ps, NAMES_ROLE, "the role's name", &r.name));
	TRY(policy_parse_string(ps, "the role's label", &r.label));
	ps->now.label = r.label;
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	p->role_seen[p->n_roles] = c->visibility;
	p->roles[p->n_roles++] = r;
	return OK;
}

static enum err exception_until(struct parser *ps, void *into)
{
	struct policy_exception *x = into;

	return policy_parse_date(ps, &x->until);
}

enum err policy_statement_exception(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"until", exception_until}};
	struct policy *p = ps->p;
	struct policy_exception x = {0};
	unsigned seen;

	if (p->n_exceptions == POLICY_EXCEPTIONS_MAX)
		return policy_fault(ps->d, ERR_LIMIT, p->text, c->at.offset,
				    "a policy may name %d exceptions", POLICY_EXCEPTIONS_MAX);
	TRY(policy_parse_name(ps, NAMES_EXCEPTION, "the exception's name", &x.name));
	TRY(policy_parse_string(ps, "the exception's label", &x.label));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), &x, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (!seen)
		return FAIL(ps, c->at.offset, "an exception ends; add 'until' and its last day");
	if (x.until < p->effective)
		return FAIL(ps, c->at.offset, "this exception ends before the policy is in force");
	ps->now.label = x.label;
	ps->now.until = x.until;
	p->exception_seen[p->n_exceptions] = c->visibility;
	p->exceptions[p->n_exceptions++] = x;
	return OK;
}

/* ── finding ─────────────────────────────────────────────────────────────── */

/* finding personal-number raises confidentiality to 3 */
enum err policy_statement_finding(struct parser *ps, struct cited *c)
{
	struct policy *p = ps->p;
	struct slice words[8];
	uint32_t what = 0, scale = POLICY_SCALES, level = 0, n;
	struct place at = ps->t.at;
	unsigned seen;

	for (what = 2; what < 4; what++)
		if (!ps->t.starts &&
		    slice_eq(ps->t.text, policy_value(p, POLICY_A_CONTAINS, what).word))
			break;
	if (what == 4)
		return FAIL(ps, at.offset,
			    "expected personal-number or personal-data instead of %s",
			    policy_token_name(ps));
	TRY(policy_next(ps));
	TRY(policy_expect(ps, "raises"));
	for (scale = 0; scale < POLICY_SCALES; scale++)
		if (policy_at(ps, policy_attr_word(POLICY_A_CONFIDENTIALITY + scale)))
			break;
	if (scale == POLICY_SCALES || !p->scale[scale].n)
		return FAIL(ps, ps->t.at.offset, "%s is no scale declared above",
			    policy_token_name(ps));
	TRY(policy_next(ps));
	TRY(policy_expect(ps, "to"));
	n = policy_value_count(p, POLICY_A_CONFIDENTIALITY + scale);
	for (level = 1; level < n; level++) {
		words[level - 1] = policy_value(p, POLICY_A_CONFIDENTIALITY + scale, level).word;
		if (!ps->t.starts && slice_eq(ps->t.text, words[level - 1]))
			break;
	}
	if (level == n)
		return FAIL(ps, ps->t.at.offset, "the scale has no level %s%s",
			    policy_token_name(ps),
			    policy_suggest(p->arena, ps->t.text, words, n - 1));
	TRY(policy_next(ps));
	TRY(policy_parse_parts(ps, NULL, 0, NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (p->raise[what][scale])
		return FAIL(ps, at.offset, "what this finding raises is said above already");
	p->raise[what][scale] = (uint8_t)level;
	return OK;
}
