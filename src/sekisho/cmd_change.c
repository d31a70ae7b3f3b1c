/*
 * policy draft, submit, review, decide-change, withdraw, changes, history: a change of the policy
 * from the command line, also of a running installation. The same verbs are behind the portal
 * (governance/change.h); who acts gives their password, as at the portal's door.
 */
#include <stdio.h>
#include "base/calendar.h"
#include "gateway/reason.h"
#include "governance/change.h"
#include "governance/paper.h"
#include "identity/identity.h"
#include "os/file.h"
#include "sekisho/password.h"
#include "sekisho/policy_cli.h"
#include "sekisho/site.h"

#define OUT_MAX (64u << 20)
#define HERE "command-line" /* where a try to sign in came from */

/* Who acts, in which zone. */
struct acting {
	const struct cli *cli;
	struct site site;
	struct change_act by;
	int64_t id; /* of the change, 0: none was named */
	struct policy_texts texts;
};

static void acting_clear(struct acting *x)
{
	site_close(&x->site);
}
#define AUTO_ACTING __attribute__((cleanup(acting_clear))) struct acting

static int refused(const struct acting *x, enum err e, const char *why, const struct diag *d)
{
	const struct reason *r = why ? reason_by_id(slice_str(why)) : NULL;

	store_rollback(x->site.store);
	if (e == ERR_NOT_FOUND)
		return cli_fail(x->cli, "%s",
				cli_say(x->cli, "その番号の改正はありません",
					"there is no change of that number"));
	if (!r)
		return cli_fail(x->cli, "%s", err_str(e));
	if (d && d->text[0])
		return cli_fail(x->cli, "%s (%u:%u %s)", x->cli->ja ? r->ja : r->en, d->line,
				d->column, d->text);
	return cli_fail(x->cli, "%s", x->cli->ja ? r->ja : r->en);
}

/* The zone that --zone names, else the policy's default zone. */
static enum err find_zone(struct acting *x)
{
	const char *name = cli_flag(x->cli, "zone");
	const struct policy *p;
	uint32_t id;

	TRY(site_policy(x->cli, &x->site, &p));
	for (id = 0; !name && id < policy_zone_count(p); id++)
		if (policy_zone(p, id)->is_default)
			name = arena_str(x->site.arena, policy_zone(p, id)->name);
	if (!name || policy_zone_by_name(p, slice_str(name), &id) != OK) {
		cli_fail(x->cli, "--zone: %s", name ? name : "?");
		return ERR_USAGE;
	}
	x->by.zone = policy_zone(p, id)->name;
	return OK;
}

static enum err find_number(struct acting *x)
{
	uint64_t id;

	if (x->cli->operands < 2)
		return OK;
	if (!slice_u64(slice_str(x->cli->operand[1]), &id) || id == 0 || id > INT64_MAX) {
		cli_fail(x->cli, "%s: %s", x->cli->operand[1],
			 cli_say(x->cli, "番号ではありません", "not a number"));
		return ERR_USAGE;
	}
	x->id = (int64_t)id;
	return OK;
}

static enum err start(const struct cli *cli, enum store_mode mode, struct acting *x)
{
	x->cli = cli;
	x->by.now_ms = site_now_ms();
	TRY(site_open(cli, cli->operand[0], mode, &x->site));
	TRY(find_zone(x));
	return find_number(x);
}

/* Whether it is really they. */
static enum err check_person(struct acting *x, const struct store_account *who)
{
	char password[IDENTITY_PASSWORD_MAX + 2] = "";
	struct store *s = x->site.store;
	int64_t wait;
	enum err e;

	TRY(identity_wait(s, x->by.login, S(HERE), x->by.now_ms, &wait));
	if (wait > 0)
		return ERR_TIMEOUT;
	TRY(password_ask(x->cli, false, password, sizeof password));
	e = password_check(password, arena_str(x->site.arena, who->password));
	explicit_bzero(password, sizeof password);
	if (e != ERR_FORBIDDEN)
		return e;
	TRY(store_begin(s));
	TRY(identity_failed(s, x->by.login, S(HERE), x->by.zone, x->by.now_ms));
	TRY(store_commit(s));
	return ERR_FORBIDDEN;
}

/* Opens the store for the person of --by, who gives their password. */
static int act_as(const struct cli *cli, struct acting *x)
{
	const char *by = cli_flag(cli, "by");
	struct store_account who;
	enum err e;

	if (!by)
		return cli_fail(cli, cli_say(cli, "--by で誰が行うかを示してください",
					     "say with --by who does it"));
	if (start(cli, STORE_WRITE, x) != OK)
		return EXIT_ERROR;
	x->by.login = slice_str(by);
	e = store_account_by_login(x->site.store, x->by.login, x->site.arena, &who);
	if (e == OK && !identity_may_enter(&who, x->by.zone))
		e = ERR_FORBIDDEN;
	if (e == OK)
		e = check_person(x, &who);
	if (e == OK)
		return EXIT_DONE;
	return cli_fail(
	    cli, "%s",
	    e == ERR_TIMEOUT ? cli_say(cli, "失敗が続いたため、少し待ってください",
				       "too many failed tries; wait a little")
	    : e == ERR_FORBIDDEN || e == ERR_NOT_FOUND || e == ERR_USAGE
		? cli_say(cli, "利用者名かパスワードが違います", "wrong login or password")
		: err_str(e));
}

/* One verb of governance/change.h, as the step of a person. */
typedef enum err verb_fn(struct acting *x, const char **ret_why, struct diag *d);

static int run_verb(const struct cli *cli, struct acting *x, verb_fn *verb)
{
	struct diag d = {0};
	const char *why = NULL;
	enum err e;
	int code = act_as(cli, x);

	if (code != EXIT_DONE)
		return code;
	e = store_begin(x->site.store);
	if (e == OK)
		e = verb(x, &why, &d);
	if (e == OK)
		e = store_commit(x->site.store);
	return e == OK ? EXIT_DONE : refused(x, e, why, &d);
}

static struct slice flag_text(const struct cli *cli, const char *name)
{
	const char *v = cli_flag(cli, name);

	return slice_str(v ? v : "");
}

/* -- draft --------------------------------------------------------------------------------------
 */

static enum err open_it(struct acting *x, const char **ret_why, struct diag *d)
{
	(void)d;
	return change_open(x->site.store, x->site.arena, &x->by, flag_text(x->cli, "title"),
			   flag_text(x->cli, "why"), &x->id, ret_why);
}

static int open_draft(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	int code = run_verb(cli, &x, open_it);

	if (code == EXIT_DONE)
		printf(cli->json ? "{\"ok\":true,\"change\":%lld}\n" : "%lld\n", (long long)x.id);
	return code;
}

/* The part of a draft that --part names; NULL where there is none such. */
static struct slice *part_of(const struct cli *cli, struct policy_texts *t)
{
	const char *part = cli_flag(cli, "part");

	if (!part || strcmp(part, "policy") == 0)
		return &t->text;
	if (strcmp(part, "basis") == 0)
		return &t->basis;
	if (strcmp(part, "standard") == 0)
		return &t->standard;
	cli_fail(cli, "--part: policy, basis, standard");
	return NULL;
}

static enum err save_it(struct acting *x, const char **ret_why, struct diag *d)
{
	(void)d;
	return change_save(x->site.store, x->site.arena, &x->by, x->id, &x->texts, ret_why);
}

static int save_draft(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	AUTO_BUF text;
	struct slice *part = part_of(cli, &x.texts);
	enum err e;

	buf_init(&text, POLICY_TEXT_MAX + 1);
	if (!part)
		return EXIT_ERROR;
	e = file_read(cli->operand[2], &text);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[2], err_str(e));
	*part = text.n ? buf_view(&text) : S("");
	return run_verb(cli, &x, save_it);
}

static int show_draft(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	struct policy_texts t = {0};
	struct slice *part = part_of(cli, &t);
	struct store_change c;
	enum err e;

	if (!part || start(cli, STORE_READ, &x) != OK)
		return EXIT_ERROR;
	e = change_get(x.site.store, x.site.arena, x.by.zone, x.id, &c);
	if (e == OK)
		e = store_draft_get(x.site.store, x.id, c.draft, x.site.arena, &t);
	if (e != OK)
		return refused(&x, e, NULL, NULL);
	return fwrite(part->p, 1, part->n, stdout) == part->n ? EXIT_DONE : EXIT_ERROR;
}

static int run_draft(const struct cli *cli)
{
	return cli->operands == 1   ? open_draft(cli)
	       : cli->operands == 2 ? show_draft(cli)
				    : save_draft(cli);
}

/* -- submit, review, decide-change, withdraw ------------------------------------------------------
 */

static enum err submit_it(struct acting *x, const char **ret_why, struct diag *d)
{
	return change_submit(x->site.store, x->site.arena, &x->by, x->id, ret_why, d);
}

static int run_submit(const struct cli *cli)
{
	AUTO_ACTING x = {0};

	return run_verb(cli, &x, submit_it);
}

static enum err review_it(struct acting *x, const char **ret_why, struct diag *d)
{
	enum change_opinion o;

	(void)d;
	TRY(change_opinion_of(slice_str(x->cli->operand[2]), &o));
	return change_comment(x->site.store, x->site.arena, &x->by, x->id, o,
			      flag_text(x->cli, "note"), ret_why);
}

static int run_review(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	enum change_opinion o;

	if (change_opinion_of(slice_str(cli->operand[2]), &o) != OK)
		return cli_fail(cli, "agree, object, remark");
	return run_verb(cli, &x, review_it);
}

static enum err decide_it(struct acting *x, const char **ret_why, struct diag *d)
{
	enum change_verdict v;

	(void)d;
	TRY(change_verdict_of(slice_str(x->cli->operand[2]), &v));
	return change_decide(x->site.store, x->site.arena, &x->by, x->id, v,
			     flag_text(x->cli, "note"), ret_why);
}

static int run_decide_change(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	enum change_verdict v;

	if (change_verdict_of(slice_str(cli->operand[2]), &v) != OK)
		return cli_fail(cli, "approve, return, refuse");
	return run_verb(cli, &x, decide_it);
}

static enum err withdraw_it(struct acting *x, const char **ret_why, struct diag *d)
{
	(void)d;
	return change_withdraw(x->site.store, x->site.arena, &x->by, x->id, ret_why);
}

static int run_withdraw(const struct cli *cli)
{
	AUTO_ACTING x = {0};

	return run_verb(cli, &x, withdraw_it);
}

/* -- changes --------------------------------------------------------------------------------------
 */

static void put_day(struct buf *b, int32_t day)
{
	if (day)
		date_put_iso(b, date_from_days(day));
}

static void change_line(const struct cli *cli, const struct store_change *c, struct buf *b)
{
	if (cli->json) {
		buf_printf(b, "{\"change\":%lld,\"state\":\"%s\",\"draft\":%llu", (long long)c->id,
			   change_state_word(c->state), (unsigned long long)c->draft);
		policy_json_text(b, "title", c->title);
		policy_json_text(b, "drafter", c->drafter);
		policy_json_text(b, "zone", c->zone);
		if (c->effective)
			policy_json_date(b, "effective", c->effective);
		buf_str(b, "}\n");
		return;
	}
	buf_printf(b, "%lld  %-9s  ", (long long)c->id, change_state_word(c->state));
	put_day(b, c->effective);
	buf_str(b, "  ");
	buf_slice(b, c->title);
	buf_byte(b, '\n');
}

static int list_changes(struct acting *x, struct buf *b)
{
	struct store_change *all;
	size_t n;
	enum err e = store_changes(x->site.store, 0, x->site.arena, &all, &n);

	if (e != OK)
		return refused(x, e, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		change_line(x->cli, &all[i], b);
	return policy_cli_print(b, stdout, EXIT_DONE);
}

/* What was done and said, an entry a line. */
static void history(const struct change_progress *p, struct buf *b)
{
	for (size_t i = 0; i < p->n_entries; i++) {
		const struct record_entry *e = &p->entries[i];
		struct slice note = record_value(e, "note"), organ = record_value(e, "organ");
		struct slice opinion = record_value(e, "opinion");
		char when[24];

		site_time(e->at_ms, when);
		buf_printf(b, "%s  ", when);
		buf_slice(b, e->type);
		buf_str(b, "  ");
		buf_slice(b, record_value(e, "actor"));
		buf_str(b, organ.n || opinion.n ? "  " : "");
		buf_slice(b, organ.n ? organ : opinion);
		buf_str(b, note.n ? "  " : "");
		buf_slice(b, note);
		buf_byte(b, '\n');
	}
}

static void study_text(const struct cli *cli, const struct change_study *st, struct buf *b)
{
	if (!st->policy) {
		bool basis = strcmp(st->diag.part, "basis") == 0;
		bool standard = strcmp(st->diag.part, "standard") == 0;

		policy_print_diag(basis      ? "basis"
				  : standard ? "standard"
					     : "policy",
				  basis      ? st->texts.basis
				  : standard ? st->texts.standard
					     : st->texts.text,
				  &st->diag, b);
		return;
	}
	if (st->follows.text[0])
		policy_print_diag("policy", st->texts.text, &st->follows, b);
	buf_printf(
	    b, cli_say(cli, "約束 %zu件、成り立たないもの %zu件\n", "%zu promises, %zu broken\n"),
	    st->n_promises, st->n_broken);
	for (size_t i = 0; i < st->n_promises; i++)
		if (st->promises[i].breach)
			policy_breach_print(st->policy, st->promises[i].breach,
					    cli->ja ? POLICY_JA : POLICY_EN, b);
	policy_diff_print(&st->diff, cli->ja ? POLICY_JA : POLICY_EN, POLICY_SECRET, b);
}

static int show_change(struct acting *x, struct buf *b)
{
	const char *paper = cli_flag(x->cli, "paper");
	struct paper p = {.store = x->site.store,
			  .arena = x->site.arena,
			  .help_office = x->site.config->help_office,
			  .help_extension = x->site.config->help_extension};
	struct change_progress progress;
	struct change_study st;
	struct store_change c;
	struct version now;
	uint64_t epoch;
	enum err e = change_get(p.store, p.arena, x->by.zone, x->id, &c);

	if (e == OK)
		e = version_in_force(p.store, p.arena, &epoch, &now);
	if (e == OK)
		e = change_progress(p.store, p.arena, &c, &now, &progress);
	if (e == OK)
		e = change_study(p.store, p.arena, &c, &st);
	if (e != OK)
		return refused(x, e, NULL, NULL);
	p.change = &c;
	p.study = &st;
	p.progress = &progress;
	if (!paper) {
		change_line(x->cli, &c, b);
		if (!x->cli->json) {
			history(&progress, b);
			study_text(x->cli, &st, b);
		}
		return policy_cli_print(b, stdout, EXIT_DONE);
	}
	if (!st.policy)
		return refused(x, ERR_CONFLICT, "change-faulty", &st.diag);
	e = strcmp(paper, "notice") == 0 ? paper_notice(&p, b) : paper_drafting(&p, b);
	if (e == ERR_NOT_FOUND)
		return refused(x, ERR_CONFLICT, "change-state", NULL);
	return e == OK ? policy_cli_print(b, stdout, EXIT_DONE) : refused(x, e, NULL, NULL);
}

static int run_changes(const struct cli *cli)
{
	AUTO_ACTING x = {0};
	AUTO_BUF b;

	buf_init(&b, OUT_MAX);
	if (start(cli, STORE_READ, &x) != OK)
		return EXIT_ERROR;
	return x.id ? show_change(&x, &b) : list_changes(&x, &b);
}

/* -- history --------------------------------------------------------------------------------------
 */

static void epoch_line(const struct cli *cli, const struct store_epoch *e,
		       const struct store_version *v, struct buf *b)
{
	char when[24], hex[65];
	struct hash h;

	memcpy(h.b, e->hash.p, sizeof h.b);
	hash_hex(h, hex);
	site_time(e->at_ms, when);
	if (cli->json) {
		buf_printf(b, "{\"epoch\":%llu,\"since\":\"%s\",\"policy\":\"%s\",\"version\":%llu",
			   (unsigned long long)e->n, when, hex, (unsigned long long)v->number);
		policy_json_date(b, "effective", v->effective);
		buf_printf(b, ",\"change\":%lld}\n", (long long)v->change);
		return;
	}
	buf_printf(b, cli_say(cli, "%llu  第%llu版  施行日 ", "%llu  version %llu  effective "),
		   (unsigned long long)e->n, (unsigned long long)v->number);
	put_day(b, v->effective);
	buf_printf(b, "  %s  %s\n", when, hex);
}

static int run_history(const struct cli *cli)
{
	AUTO_SITE s = {0};
	struct store_epoch *all;
	struct store_version v;
	struct hash h;
	AUTO_BUF b;
	size_t n;
	enum err e;

	buf_init(&b, OUT_MAX);
	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	if (cli->operands == 2) {
		if (!hex_parse(slice_str(cli->operand[1]), h.b, sizeof h.b))
			return cli_fail(cli, "%s: sha256", cli->operand[1]);
		e = store_version_get(s.store, slice_of(h.b, sizeof h.b), s.arena, &v);
		if (e != OK)
			return cli_fail(cli, "%s: %s", cli->operand[1], err_str(e));
		return fwrite(v.texts.text.p, 1, v.texts.text.n, stdout) == v.texts.text.n
			   ? EXIT_DONE
			   : EXIT_ERROR;
	}
	e = store_epochs(s.store, s.arena, &all, &n);
	for (size_t i = 0; e == OK && i < n; i++) {
		e = store_version_get(s.store, all[i].hash, s.arena, &v);
		if (e == OK)
			epoch_line(cli, &all[i], &v, &b);
	}
	return e == OK ? policy_cli_print(&b, stdout, EXIT_DONE) : cli_fail(cli, "%s", err_str(e));
}

#define BY_FLAGS \
	{"by", 0, "LOGIN", "行う人 (パスワードは標準入力の1行目、端末では尋ねる)", \
	 "who does it; the password is the first line of the standard input, or asked for"}, \
	{ \
		"zone", 0, "ZONE", "起案した領域 (なければ既定の領域)", \
		    "zone where it was drafted (else the default zone)" \
	}
#define NOTE_FLAG \
	{ \
		"note", 0, "TEXT", "意見または理由", "a remark or the reason" \
	}

static const struct flag draft_flags[] = {
    BY_FLAGS,
    {"title", 0, "TEXT", "件名", "what it is about"},
    {"why", 0, "TEXT", "改正の理由", "why the policy is changed"},
    {"part", 0, "PART", "policy、basis(基本方針)、standard(対策基準)",
     "policy (default), basis, standard"},
    {0},
};
static const struct flag by_flags[] = {BY_FLAGS, {0}};
static const struct flag note_flags[] = {BY_FLAGS, NOTE_FLAG, {0}};
static const struct flag changes_flags[] = {
    {"zone", 0, "ZONE", "起案した領域 (なければ既定の領域)",
     "zone where it was drafted (else the default zone)"},
    {"paper", 0, "WHICH", "drafting(起案文)、notice(周知文)", "drafting, notice"},
    {0},
};

const struct subcommand cmd_policy_draft = {
    .name = "policy draft",
    .usage = "DIR [NUMBER [FILE]]",
    .ja = "方針の改正を起案し、案を保存し、または示す",
    .en = "draft a change of the policy, keep a text as its draft, or print it",
    .flags = draft_flags,
    .min_operands = 1,
    .max_operands = 3,
    .run = run_draft,
};
const struct subcommand cmd_policy_submit = {
    .name = "policy submit",
    .usage = "DIR NUMBER",
    .ja = "案を検査し、合議に出す",
    .en = "check a draft and submit it for review",
    .flags = by_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_submit,
};
const struct subcommand cmd_policy_review = {
    .name = "policy review",
    .usage = "DIR NUMBER agree|object|remark",
    .ja = "改正の案に合議し、意見を述べる",
    .en = "review a change: agree, object or remark",
    .flags = note_flags,
    .min_operands = 3,
    .max_operands = 3,
    .run = run_review,
};
const struct subcommand cmd_policy_decide_change = {
    .name = "policy decide-change",
    .usage = "DIR NUMBER approve|return|refuse",
    .ja = "改正を決裁する、起案に戻す、または採らない",
    .en = "decide a change: approve, return or refuse it",
    .flags = note_flags,
    .min_operands = 3,
    .max_operands = 3,
    .run = run_decide_change,
};
const struct subcommand cmd_policy_withdraw = {
    .name = "policy withdraw",
    .usage = "DIR NUMBER",
    .ja = "起案した改正を取り下げる",
    .en = "withdraw a change that is not decided yet",
    .flags = by_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_withdraw,
};
const struct subcommand cmd_policy_changes = {
    .name = "policy changes",
    .usage = "DIR [NUMBER]",
    .ja = "方針の改正を一覧し、一件の検査・差異・経過、起案文、周知文を示す",
    .en = "list the changes; of one, its check, exact difference, history and papers",
    .flags = changes_flags,
    .min_operands = 1,
    .max_operands = 2,
    .run = run_changes,
};
const struct subcommand cmd_policy_history = {
    .name = "policy history",
    .usage = "DIR [SHA256]",
    .ja = "どの版がいつから施行されたかを一覧し、または一つの版を示す",
    .en = "list which version was in force since when, or print one of them",
    .min_operands = 1,
    .max_operands = 2,
    .run = run_history,
};
