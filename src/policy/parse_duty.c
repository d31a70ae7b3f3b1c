/* Statements about people and proof: duty, control. */
#include "policy/parse.h"

static const struct {
	const char *one, *many;
	enum policy_unit unit;
} units[] = {{"day", "days", POLICY_DAYS},
	     {"week", "weeks", POLICY_WEEKS},
	     {"month", "months", POLICY_MONTHS},
	     {"year", "years", POLICY_YEARS},
	     {"fiscal-year", "fiscal-years", POLICY_FISCAL_YEARS}};

/* every 1 fiscal-year */
static enum err every(struct parser *ps, void *into)
{
	struct place at = ps->t.at;
	uint64_t n;

	(void)into;
	TRY(policy_parse_number(ps, "how often", 3660, &n));
	if (!n)
		return FAIL(ps, at.offset, "expected a number of 1 or above");
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (policy_at(ps, units[i].one) || policy_at(ps, units[i].many)) {
			ps->now.every = (struct policy_cadence){(uint32_t)n, units[i].unit};
			return policy_next(ps);
		}
	return FAIL(ps, ps->t.at.offset,
		    "expected days, weeks, months, years or fiscal-years instead of %s",
		    policy_token_name(ps));
}

static enum err for_whom(struct parser *ps, void *into)
{
	(void)into;
	return policy_parse_who(ps, &ps->now.who);
}

static enum err attested(struct parser *ps, void *into)
{
	TRY(policy_expect(ps, "by"));
	return for_whom(ps, into);
}

/* restore.tested: words of a-z, 0-9 and '-', at least two, joined by '.' */
static enum err evidence(struct parser *ps, void *into)
{
	struct place at = ps->t.at;
	bool word = false, dot = false, bad = ps->t.starts || ps->t.kind != TOK_WORD;

	(void)into;
	if (!bad)
		policy_lex_raw(&ps->lx, &ps->t);
	for (size_t i = 0; !bad && i < ps->t.text.n; i++) {
		uint8_t ch = ps->t.text.p[i];

		if (ch == '.') {
			bad = !word;
			dot = true;
			word = false;
		} else {
			bad = !((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-');
			word = true;
		}
	}
	if (bad || !word || !dot)
		return FAIL(ps, at.offset, "expected an event as in restore.tested instead of %s",
			    policy_token_name(ps));
	ps->now.evidence = ps->t.text;
	return policy_next(ps);
}

enum err policy_statement_duty(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {{"for", for_whom}, {"every", every}};
	struct slice name;
	unsigned seen;

	TRY(policy_parse_name(ps, NAMES_DUTY, "the duty's name", &name));
	TRY(policy_parse_string(ps, "the duty's label", &ps->now.label));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	if (seen != 3)
		return FAIL(ps, c->at.offset, "the duty lacks '%s'", seen & 1 ? "every" : "for");
	return OK;
}

enum err policy_statement_control(struct parser *ps, struct cited *c)
{
	static const struct part parts[] = {
	    {"evidence", evidence}, {"attested", attested}, {"every", every}};
	struct slice name;
	unsigned seen;

	TRY(policy_parse_name(ps, NAMES_DUTY, "the control's name", &name));
	TRY(policy_parse_string(ps, "the control's label", &ps->now.label));
	TRY(policy_parse_parts(ps, parts, ARRAY_LEN(parts), NULL, c, &seen));
	TRY(policy_need_clause(ps, c));
	if ((seen & 3) == 3)
		return FAIL(ps, c->at.offset,
			    "a control has either 'evidence' or 'attested by', not both");
	if (!(seen & 3))
		return FAIL(ps, c->at.offset, "the control lacks 'evidence' or 'attested by'");
	if (!(seen & 4))
		return FAIL(ps, c->at.offset, "the control lacks 'every'");
	if (seen & 2)
		ps->now.force = POLICY_ATTESTED;
	return OK;
}
