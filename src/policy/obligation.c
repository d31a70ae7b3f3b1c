/* Obligations: the one table that the parser reads and the printers print. */
#include "base/calendar.h"
#include "policy/obligation.h"
#include "policy/parse.h"

static const struct obligation_row rows[] = {
    {"sanitize", "rebuild", POLICY_SANITIZE, POLICY_REBUILD, "sanitize-rebuild",
     "危険因子の除去(再構築)による無害化", "sanitize by rebuilding"},
    {"sanitize", "flatten", POLICY_SANITIZE, POLICY_FLATTEN, "sanitize-flatten",
     "画像化による無害化", "sanitize by flattening to pictures"},
    {"sanitize", "text", POLICY_SANITIZE, POLICY_TEXT, "sanitize-text", "テキスト化による無害化",
     "sanitize by reducing to text"},
    {NULL, NULL, POLICY_VERIFY, 0, "verify", "結果の確認検査", "recognise the result as clean"},
    {"inspect", NULL, POLICY_INSPECT, 0, "inspect", "個人情報の検査", "search for personal data"},
    {"scan", NULL, POLICY_SCAN, 0, "scan", "ウイルス検査", "scan for malware"},
    {"approval", "section-head", POLICY_APPROVAL_HEAD, 0, "approval-section-head", "所属長の許可",
     "approval by the section head"},
    {"approval", "two-persons", POLICY_APPROVAL_TWO, 0, "approval-two-persons", "2人による許可",
     "approval by two persons"},
    {"record", "recipient", POLICY_RECORD_RECIPIENT, 0, "record-recipient", "送付先の記録",
     "record the recipient"},
    {"encrypt", NULL, POLICY_ENCRYPT, 0, "encrypt", "暗号化", "encrypt"},
    {"retain", NULL, POLICY_RETAIN, 0, "retain", "保存", "retain"},
    {"confirm", NULL, POLICY_CONFIRM, 0, "confirm", "確認取込(未除去)",
     "confirm that nothing dangerous is inside (nothing removed)"},
    {"attachments", NULL, POLICY_ATTACHMENTS, 0, "attachments-sanitize", "添付ファイルの無害化",
     "sanitize the attachments"},
};

const struct obligation_row *policy_obligation_row(enum policy_obligation o, enum policy_method m)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].obligation == o && (o != POLICY_SANITIZE || rows[i].method == m))
			return &rows[i];
	return NULL;
}

static const char *suggest_first(struct parser *ps)
{
	struct slice words[ARRAY_LEN(rows)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].first)
			words[n++] = slice_str(rows[i].first);
	return policy_suggest(ps->p->arena, ps->t.text, words, n);
}

/* retain 30 days, retain 1 year, retain 3 fiscal-years */
static enum err retain(struct parser *ps, struct rule *r)
{
	const struct {
		const char *one, *many;
		uint32_t *to;
		uint32_t max;
	} units[] = {
	    {"day", "days", &r->retain_days, 36500},
	    {"year", "years", &r->retain_years, 100},
	    {"fiscal-year", "fiscal-years", &r->retain_fiscal, 100},
	};
	struct place at = ps->t.at;
	uint64_t n;

	TRY(policy_parse_number(ps, "how long", 36500, &n));
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!policy_at(ps, units[i].one) && !policy_at(ps, units[i].many))
			continue;
		if (!n || n > units[i].max)
			return FAIL(ps, at.offset, "from 1 to %u %s", units[i].max, units[i].many);
		*units[i].to = (uint32_t)n;
		return policy_next(ps);
	}
	return FAIL(ps, ps->t.at.offset, "expected days, years or fiscal-years instead of %s",
		    policy_token_name(ps));
}

static enum err second_word(struct parser *ps, struct slice first,
			    const struct obligation_row **ret)
{
	struct slice words[ARRAY_LEN(rows)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!rows[i].first || !slice_eq_str(first, rows[i].first))
			continue;
		if (!rows[i].second) {
			*ret = &rows[i];
			return OK;
		}
		words[n++] = slice_str(rows[i].second);
		if (policy_at(ps, rows[i].second)) {
			*ret = &rows[i];
			return policy_next(ps);
		}
	}
	return FAIL(ps, ps->t.at.offset, "'%.*s' is followed by '%.*s', not by %s%s", (int)first.n,
		    (const char *)first.p, (int)words[0].n, (const char *)words[0].p,
		    policy_token_name(ps), policy_suggest(ps->p->arena, ps->t.text, words, n));
}

/* attachments sanitize rebuild */
static enum err attachments(struct parser *ps, struct rule *r)
{
	const struct obligation_row *row = NULL;

	TRY(policy_expect(ps, "sanitize"));
	TRY(second_word(ps, S("sanitize"), &row));
	r->attachments = row->method;
	r->obligations |= BIT(POLICY_VERIFY);
	return OK;
}

static enum err one(struct parser *ps, struct rule *r)
{
	const struct obligation_row *row = NULL;
	struct token first = ps->t;
	uint32_t set;

	TRY(policy_parse_obligation_name(ps, &set));
	TRY(second_word(ps, first.text, &row));
	if (r->obligations & BIT(row->obligation))
		return FAIL(ps, first.at.offset, "'%s' is obliged twice in one rule", row->first);
	r->obligations |= BIT(row->obligation);
	if (row->obligation == POLICY_SANITIZE) {
		r->method = row->method;
		r->obligations |= BIT(POLICY_VERIFY); /* nothing sanitised goes out unrecognised */
	}
	if (row->obligation == POLICY_ATTACHMENTS)
		return attachments(ps, r);
	return row->obligation == POLICY_RETAIN ? retain(ps, r) : OK;
}

enum err policy_parse_obligations(struct parser *ps, struct rule *r)
{
	TRY(one(ps, r));
	while (policy_at(ps, ",")) {
		TRY(policy_next(ps));
		TRY(one(ps, r));
	}
	return OK;
}

enum err policy_parse_obligation_name(struct parser *ps, uint32_t *ret_set)
{
	uint32_t set = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].first && policy_at(ps, rows[i].first))
			set |= BIT(rows[i].obligation);
	if (!set)
		return FAIL(ps, ps->t.at.offset, "%s is no obligation%s", policy_token_name(ps),
			    suggest_first(ps));
	*ret_set = set;
	return policy_next(ps);
}

const char *policy_obligation_word(enum policy_obligation o, enum policy_method m)
{
	const struct obligation_row *row = policy_obligation_row(o, m);

	return row ? row->name : "none";
}

const char *policy_obligation_label(enum policy_obligation o, enum policy_method m,
				    enum policy_lang lang)
{
	const struct obligation_row *row = policy_obligation_row(o, m);

	if (!row)
		return lang == POLICY_JA ? "なし" : "none";
	return lang == POLICY_JA ? row->ja : row->en;
}

void policy_print_obligations(const struct policy_decision *d, enum policy_lang lang,
			      struct buf *out)
{
	const char *sep = "";

	for (unsigned o = 0; o < POLICY_OBLIGATIONS; o++) {
		if (!(d->obligations & BIT(o)))
			continue;
		buf_str(out, sep);
		sep = lang == POLICY_JA ? "、" : ", ";
		if (o != POLICY_RETAIN) {
			buf_str(out, policy_obligation_label(o, d->sanitize, lang));
		} else if (lang == POLICY_JA) {
			date_put_wareki(out, date_from_days(d->retain_until));
			buf_str(out, "までの保存");
		} else {
			buf_str(out, "retain until ");
			date_put_iso(out, date_from_days(d->retain_until));
		}
	}
}
