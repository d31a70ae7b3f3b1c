/* paper: see paper.h. */
#include "governance/paper.h"

#include "base/calendar.h"
#include "store/governance.h"
#include "store/people.h"

#define GROUPS_TOLD 12u /* of the cases that are decided differently; the rest is counted */

static void put_count(struct buf *b, uint64_t n)
{
	if (n >= 1000) {
		put_count(b, n / 1000);
		buf_printf(b, ",%03u", (unsigned)(n % 1000));
	} else {
		buf_printf(b, "%u", (unsigned)n);
	}
}

static void put_day(struct buf *b, int32_t day)
{
	date_put_wareki(b, date_from_days(day));
}

static int32_t day_of(int64_t ms)
{
	return (int32_t)date_days(jst_from_unix(ms / 1000).date);
}

static void put_organs(struct buf *b, const struct change_progress *p)
{
	for (size_t i = 0; i < p->n_organs; i++) {
		buf_str(b, i ? "、" : "");
		buf_slice(b, p->organs[i]);
	}
}

/* Lines of free text, each set in. */
static void put_lines(struct buf *b, struct slice text)
{
	while (text.n) {
		size_t end = slice_find_byte(text, '\n');
		struct slice line = slice_head(text, end == SIZE_MAX ? text.n : end);

		buf_str(b, "  ");
		buf_slice(b, line);
		buf_byte(b, '\n');
		text = slice_from(text, end == SIZE_MAX ? text.n : end + 1);
	}
}

static enum err put_drafter(const struct paper *p, struct buf *b)
{
	int32_t day = day_of(p->change->created_ms);
	struct store_appointment *all;
	struct store_account who;
	size_t n;
	bool any = false;

	if (store_account_by_login(p->store, p->change->drafter, p->arena, &who) != OK)
		who = (struct store_account){.name = p->change->drafter};
	buf_slice(b, who.name);
	TRY(store_appointments(p->store, p->arena, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(all[i].login, p->change->drafter) || all[i].from > day ||
		    (all[i].to && all[i].to < day))
			continue;
		buf_str(b, any ? "、" : "(");
		buf_slice(b, all[i].office);
		any = true;
	}
	buf_str(b, any ? ")\n" : "\n");
	return OK;
}

/* -- the statements -----------------------------------------------------------------------------
 */

static bool may_read(const struct policy_statement *s, enum policy_visibility audience)
{
	return !s || s->visibility <= audience;
}

static void put_statement(const struct policy *p, const struct policy_statement *s,
			  enum policy_visibility audience, struct buf *b)
{
	policy_statement_print(p, s, POLICY_JA, audience, b);
	if (s->clause.n) {
		buf_str(b, s->tree == POLICY_TREE_STANDARD ? " (対策基準 " : " (基本方針 ");
		buf_slice(b, s->clause);
		buf_byte(b, ')');
	}
	buf_byte(b, '\n');
}

static void put_row(const struct change_study *st, const struct study_row *r,
		    enum policy_visibility audience, unsigned number, struct buf *b)
{
	buf_printf(b, "  (%u) %s\n", number,
		   !r->before  ? "次の定めを加えます。"
		   : !r->after ? "次の定めを削ります。"
			       : "次のとおり改めます。");
	if (r->before) {
		buf_str(b, r->after ? "      改正前: " : "      ");
		put_statement(st->base.policy, r->before, audience, b);
	}
	if (r->after) {
		buf_str(b, r->before ? "      改正後: " : "      ");
		put_statement(st->policy, r->after, audience, b);
	}
}

static void put_rows(const struct change_study *st, enum policy_visibility audience, struct buf *b)
{
	unsigned told = 0;
	size_t kept = 0;

	for (size_t i = 0; i < st->n_rows; i++) {
		const struct study_row *r = &st->rows[i];

		if (may_read(r->before, audience) && may_read(r->after, audience))
			put_row(st, r, audience, ++told, b);
		else
			kept++;
	}
	if (st->n_rows == 0)
		buf_str(b, "  定めの変更はありません。\n");
	if (kept)
		buf_printf(b, "  このほか、非公開の定め%zu件を改めます。\n", kept);
}

static void put_text(const char *name, const struct study_text *t, struct buf *b)
{
	bool any = false;

	for (uint32_t i = 0; i < t->diff.n; i++) {
		const struct clause_pair *pair = &t->diff.pairs[i];
		bool gone = pair->after == CLAUSES_NONE;

		if (pair->change == CHANGE_SAME)
			continue;
		buf_printf(b,
			   any ? "、" : "  %sの次の条項も改めます。新旧対照表を御覧ください。\n  ",
			   name);
		buf_slice(b,
			  gone ? t->before.nodes[pair->before].id : t->after.nodes[pair->after].id);
		buf_str(b, gone ? "(削る)" : pair->before == CLAUSES_NONE ? "(加える)" : "");
		any = true;
	}
	buf_str(b, any ? "\n" : "");
}

/* -- the cases ----------------------------------------------------------------------------------
 */

static void put_group(const struct change_study *st, const struct policy_group *g,
		      enum policy_visibility audience, struct buf *b)
{
	buf_str(b, "  ・");
	policy_box_print(&st->diff.space, &g->box, POLICY_JA, audience, b);
	buf_str(b, "\n      改正前: ");
	policy_outcome_print(&g->before, POLICY_JA, b);
	buf_str(b, "\n      改正後: ");
	policy_outcome_print(&g->after, POLICY_JA, b);
	buf_byte(b, '\n');
}

static void put_cases(const struct change_study *st, enum policy_visibility audience, struct buf *b)
{
	const struct policy_diff *df = &st->diff;
	uint64_t rest = df->rest;

	if (df->permitted + df->forbidden + df->altered == 0) {
		buf_str(b, "  受渡しなどの可否と条件は、すべての場合について変わりません。\n");
		return;
	}
	buf_str(b, "  起こりうる");
	put_count(b, df->space.cases);
	buf_str(b, "通りの場合をすべて比べました。新たに認めるものが");
	put_count(b, df->permitted);
	buf_str(b, "通り、認めなくなるものが");
	put_count(b, df->forbidden);
	buf_str(b, "通り、条件が変わるものが");
	put_count(b, df->altered);
	buf_str(b, "通りです。\n");
	for (size_t i = 0; i < df->n_groups; i++) {
		if (i < GROUPS_TOLD)
			put_group(st, &df->groups[i], audience, b);
		else
			rest += df->groups[i].cases;
	}
	if (rest) {
		buf_str(b, "  ・ほか");
		put_count(b, rest);
		buf_str(b, "通り\n");
	}
}

/* Promises that the version before made and this one does not. */
static size_t dropped(const struct change_study *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n_rows; i++)
		n += st->rows[i].before && !st->rows[i].after &&
		     st->rows[i].before->force == POLICY_PROVED;
	return n;
}

static void put_promises(const struct change_study *st, struct buf *b)
{
	if (dropped(st))
		buf_printf(b, "  改正前の約束のうち%zu件を取りやめます。\n", dropped(st));
	if (st->n_broken == 0) {
		buf_printf(b,
			   "  改正後の方針が守るべき約束%zu件を、すべての場合と経路について検証し、"
			   "いずれも成り立つことを確かめました。\n",
			   st->n_promises);
		return;
	}
	buf_printf(b, "  改正後の方針が守るべき約束%zu件のうち、次の%zu件が成り立ちません。\n",
		   st->n_promises, st->n_broken);
	for (size_t i = 0; i < st->n_promises; i++)
		if (st->promises[i].breach) {
			buf_str(b, "  ・");
			put_statement(st->policy, st->promises[i].statement, POLICY_SECRET, b);
		}
}

/* -- 起案文 -------------------------------------------------------------------------------------
 */

enum err paper_drafting(const struct paper *p, struct buf *b)
{
	const struct change_study *st = p->study;
	const struct store_change *c = p->change;

	buf_str(b, "件名    ");
	buf_slice(b, policy_title(st->base.policy));
	buf_str(b, "の一部改正について(伺い)\n起案日  ");
	put_day(b, day_of(c->created_ms));
	buf_str(b, "\n起案者  ");
	TRY(put_drafter(p, b));
	buf_str(b, "決裁者  ");
	put_organs(b, p->progress);
	buf_str(b, "\n\n");
	buf_slice(b, c->title);
	buf_str(b, "について、");
	buf_slice(b, policy_title(st->base.policy));
	buf_str(b, "を次のとおり改正してよろしいか、伺います。\n\n1 改正の理由\n");
	put_lines(b, c->why);
	buf_printf(b, "\n2 改正の内容\n  第%llu版を第%llu版に改めます。\n",
		   (unsigned long long)policy_version(st->base.policy),
		   (unsigned long long)policy_version(st->policy));
	put_rows(st, POLICY_SECRET, b);
	put_text("基本方針", &st->basis, b);
	put_text("対策基準", &st->standard, b);
	buf_str(b, "\n3 取扱いが変わる場合\n");
	put_cases(st, POLICY_SECRET, b);
	buf_str(b, "\n4 約束の検証\n");
	put_promises(st, b);
	buf_str(b, "\n5 施行日\n  ");
	put_day(b, policy_effective(st->policy));
	buf_str(b, "から施行します。\n");
	return buf_err(b);
}

/* -- 周知文 -------------------------------------------------------------------------------------
 */

static bool decided_on(const struct change_progress *p, int32_t *ret)
{
	for (size_t i = p->n_entries; i-- > 0;)
		if (slice_eq_str(p->entries[i].type, "change.decided")) {
			*ret = day_of(p->entries[i].at_ms);
			return true;
		}
	return false;
}

/* Who decided it: the organs at that time, as the entries of the 決裁 name them. */
static void put_deciders(struct buf *b, const struct change_progress *p)
{
	size_t from = 0;
	bool any = false;

	for (size_t i = 0; i < p->n_entries; i++)
		if (slice_eq_str(p->entries[i].type, "change.submitted"))
			from = i;
	for (size_t i = from; i < p->n_entries; i++) {
		if (!slice_eq_str(p->entries[i].type, "change.approved"))
			continue;
		buf_str(b, any ? "、" : "");
		buf_slice(b, record_value(&p->entries[i], "organ"));
		any = true;
	}
}

enum err paper_notice(const struct paper *p, struct buf *b)
{
	const struct change_study *st = p->study;
	int32_t day;

	if (!decided_on(p->progress, &day))
		return ERR_NOT_FOUND;
	put_day(b, day);
	buf_str(b, "\n職員各位\n");
	put_deciders(b, p->progress);
	buf_str(b, "\n\n");
	buf_slice(b, policy_title(st->policy));
	buf_str(b, "の改正について(周知)\n\nこのことについて、次のとおり改正し、");
	put_day(b, policy_effective(st->policy));
	buf_str(b, "から施行しますので、お知らせします。\n\n1 改正の理由\n");
	put_lines(b, p->change->why);
	buf_str(b, "\n2 主な変更\n");
	put_rows(st, POLICY_INTERNAL, b);
	put_text("基本方針", &st->basis, b);
	put_text("対策基準", &st->standard, b);
	buf_str(b, "\n3 取扱いが変わる場合\n");
	put_cases(st, POLICY_INTERNAL, b);
	buf_str(b, "\n4 お願い\n  施行日からは、受渡しの可否を新しい方針で判定します。"
		   "改正後の全文は、方針のページで読むことができます。\n"
		   "\n5 問合せ先\n  ");
	buf_slice(b, p->help_office.n ? p->help_office : S("情報システムの担当"));
	if (p->help_extension.n) {
		buf_byte(b, '(');
		buf_slice(b, p->help_extension);
		buf_byte(b, ')');
	}
	buf_byte(b, '\n');
	return buf_err(b);
}
