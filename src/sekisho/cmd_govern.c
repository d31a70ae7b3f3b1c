/*
 * policy adopt, policy versions, policy attest, office appoint, office end, office list: the texts
 * of an installation, who adopted them, and who holds which office; also of a running one.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/calendar.h"
#include "governance/board.h"
#include "governance/office.h"
#include "governance/texts.h"
#include "os/file.h"
#include "sekisho/site.h"

#define OUT_MAX (16u << 20)

static int print(const struct buf *b)
{
	if (buf_err(b) || fwrite(b->p, 1, b->n, stdout) != b->n)
		return EXIT_ERROR;
	return EXIT_DONE;
}

static void member(struct buf *b, const char *key, struct slice s)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json(b, s);
}

static void day_put(struct buf *b, int32_t day)
{
	if (day)
		date_put_iso(b, date_from_days(day));
}

static void day_member(struct buf *b, const char *key, int32_t day)
{
	if (!day)
		return;
	buf_printf(b, ",\"%s\":\"", key);
	day_put(b, day);
	buf_byte(b, '"');
}

/* The day of a flag; 0 where it was not given. */
static bool day_flag(const struct cli *cli, const char *name, int32_t *ret)
{
	const char *text = cli_flag(cli, name);
	struct date date;

	*ret = 0;
	if (!text)
		return true;
	if (date_parse(slice_str(text), &date) != OK) {
		cli_fail(cli,
			 cli_say(cli, "--%s: 日付として読めません: %s", "--%s: not a date: %s"),
			 name, text);
		return false;
	}
	*ret = (int32_t)date_days(date);
	return true;
}

static bool tree_flag(const struct cli *cli, enum text_tree *ret)
{
	const char *text = cli_flag(cli, "tree");

	*ret = TEXT_BASIC;
	if (!text || text_tree_of(slice_str(text), ret) == OK)
		return true;
	cli_fail(cli, "--tree: basic, standard, procedure");
	return false;
}

static int32_t today(void)
{
	return (int32_t)date_days(jst_from_unix(site_now_ms() / 1000).date);
}

/* Ends the step that was begun; says what was wrong. */
static int finish(const struct cli *cli, struct site *s, enum err e, const struct diag *d)
{
	if (e == OK)
		e = store_commit(s->store);
	if (e == OK)
		return EXIT_DONE;
	store_rollback(s->store);
	return cli_fail(cli, "%s", d->text[0] ? d->text : err_str(e));
}

/* -- policy adopt ------------------------------------------------------------------------------ */

static size_t organs_of(const char *list, struct slice organs[TEXTS_ORGANS_MAX])
{
	struct slice rest = slice_str(list);
	size_t n = 0;

	while (rest.n && n < TEXTS_ORGANS_MAX) {
		size_t comma = slice_find_byte(rest, ',');

		organs[n++] = slice_trim(slice_head(rest, comma == SIZE_MAX ? rest.n : comma));
		rest = slice_from(rest, comma == SIZE_MAX ? rest.n : comma + 1);
	}
	return rest.n ? 0 : n;
}

static int adopted(const struct cli *cli, const struct text_adopted *r)
{
	AUTO_BUF b;

	buf_init(&b, OUT_MAX);
	if (cli->json) {
		buf_printf(&b, "{\"ok\":true,\"id\":%lld,\"versions\":%u,\"doubts\":%u",
			   (long long)r->id, r->versions, r->clauses.n_doubts);
		day_member(&b, "effective", r->effective);
		buf_str(&b, "}\n");
	} else {
		buf_slice(&b, r->clauses.title);
		buf_str(&b, "  ");
		day_put(&b, r->effective);
		buf_byte(&b, '\n');
	}
	for (uint32_t i = 0; i < r->clauses.n_doubts && !cli->json; i++) {
		buf_printf(&b, "%s:%u: ", cli->operand[1], r->clauses.doubts[i].line);
		clauses_doubt_print(&r->clauses, &r->clauses.doubts[i], cli->ja, &b);
		buf_byte(&b, '\n');
	}
	return print(&b);
}

static int run_adopt(const struct cli *cli)
{
	AUTO_SITE s = {0};
	AUTO_BUF text;
	struct slice organs[TEXTS_ORGANS_MAX];
	const char *list = cli_flag(cli, "organ");
	struct text_adoption ad = {.organs = organs, .actor = S("operator")};
	struct text_adopted r;
	struct diag d = {0};
	enum err e;

	buf_init(&text, CLAUSES_TEXT_MAX + 1);
	if (!list)
		return cli_fail(cli, cli_say(cli, "--organ で決定した機関を示してください",
					     "name the organs with --organ"));
	ad.organs_n = organs_of(list, organs);
	if (!tree_flag(cli, &ad.tree) || !day_flag(cli, "decided", &ad.decided) ||
	    !day_flag(cli, "effective", &ad.effective))
		return EXIT_ERROR;
	/* 実施手順 is not public unless it is said. */
	ad.is_public =
	    cli_flag(cli, "public") || (ad.tree != TEXT_PROCEDURE && !cli_flag(cli, "secret"));
	ad.now_ms = site_now_ms();
	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	e = file_read(cli->operand[1], &text);
	if (e != OK)
		return cli_fail(cli, "%s: %s", cli->operand[1], err_str(e));
	ad.source = buf_view(&text);
	e = store_begin(s.store);
	if (e == OK)
		e = text_adopt(s.store, s.arena, &ad, &r, &d);
	if (finish(cli, &s, e, &d) != EXIT_DONE)
		return EXIT_ERROR;
	return adopted(cli, &r);
}

/* -- policy versions --------------------------------------------------------------------------- */

static void version(const struct cli *cli, const struct store_text *all, size_t n, size_t i,
		    struct buf *b)
{
	const struct store_text *t = &all[i];

	if (cli->json) {
		buf_printf(b, "{\"id\":%lld,\"on_file\":%s,\"public\":%s", (long long)t->id,
			   t->on_file ? "true" : "false", t->is_public ? "true" : "false");
		member(b, "title", t->title);
		day_member(b, "decided", t->decided);
		day_member(b, "from", t->effective);
		day_member(b, "to", text_until(all, n, i));
		buf_str(b, ",\"organs\":[");
		for (size_t k = 0; k < t->organs_n; k++) {
			buf_str(b, k ? "," : "");
			buf_json(b, t->organs[k]);
		}
		buf_str(b, "]}\n");
		return;
	}
	day_put(b, t->effective);
	buf_str(b, " - ");
	day_put(b, text_until(all, n, i));
	buf_str(b, "  ");
	for (size_t k = 0; k < t->organs_n; k++) {
		buf_str(b, k ? "、" : "");
		buf_slice(b, t->organs[k]);
	}
	buf_printf(b, "  %s\n", t->on_file ? "" : cli_say(cli, "本文未登録", "text not on file"));
}

static int run_versions(const struct cli *cli)
{
	AUTO_SITE s = {0};
	AUTO_BUF b;
	struct store_text *all;
	enum text_tree tree;
	size_t n;
	enum err e;

	buf_init(&b, OUT_MAX);
	if (!tree_flag(cli, &tree) || site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	e = text_versions(s.store, tree, s.arena, &all, &n);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	for (size_t i = 0; i < n; i++)
		version(cli, all, n, i, &b);
	return print(&b);
}

/* -- policy attest ----------------------------------------------------------------------------- */

static int run_attest(const struct cli *cli)
{
	AUTO_SITE s = {0};
	const char *by = cli_flag(cli, "by"), *note = cli_flag(cli, "note");
	const struct policy *p;
	struct diag d = {0};
	bool office = false;
	enum err e;

	if (!by)
		return cli_fail(cli, cli_say(cli, "--by で確認した人を示してください",
					     "say who confirms it with --by"));
	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK ||
	    site_policy(cli, &s, &p) != OK)
		return EXIT_ERROR;
	e = store_begin(s.store);
	if (e == OK)
		e = office_holds(s.store, s.arena, slice_str(by), (struct slice){0}, today(),
				 &office);
	if (e == OK && !office)
		e = diag_set(&d, ERR_FORBIDDEN, 0, "%s holds no office today", by);
	if (e == OK)
		e = board_attest(s.store, p, slice_str(cli->operand[1]), slice_str(by),
				 slice_str(note ? note : ""), site_now_ms());
	if (e == ERR_NOT_FOUND)
		diag_set(&d, e, 0, "%s: the policy has no such duty or control that people attest",
			 cli->operand[1]);
	return finish(cli, &s, e, &d);
}

/* -- offices ----------------------------------------------------------------------------------- */

static int run_appoint(const struct cli *cli)
{
	AUTO_SITE s = {0};
	struct store_appointment v = {.login = slice_str(cli->operand[1]),
				      .office = slice_str(cli->operand[2])};
	struct diag d = {0};
	int64_t id;
	enum err e;

	if (!day_flag(cli, "from", &v.from) || !day_flag(cli, "to", &v.to) ||
	    site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	if (!v.from)
		v.from = today();
	e = store_begin(s.store);
	if (e == OK)
		e = office_appoint(s.store, s.arena, &v, S("operator"), site_now_ms(), &id, &d);
	if (finish(cli, &s, e, &d) != EXIT_DONE)
		return EXIT_ERROR;
	printf(cli->json ? "{\"ok\":true,\"id\":%lld}\n" : "%lld\n", (long long)id);
	return EXIT_DONE;
}

static int run_end(const struct cli *cli)
{
	AUTO_SITE s = {0};
	struct diag d = {0};
	uint64_t id;
	int32_t to;
	enum err e;

	if (!slice_u64(slice_str(cli->operand[1]), &id))
		return cli_fail(cli, "%s: %s", cli->operand[1],
				cli_say(cli, "番号ではありません", "not a number"));
	if (!day_flag(cli, "to", &to) || site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	e = store_begin(s.store);
	if (e == OK)
		e = office_end(s.store, s.arena, (int64_t)id, to ? to : today(), S("operator"),
			       site_now_ms());
	if (e == ERR_NOT_FOUND)
		diag_set(&d, e, 0, "there is no such appointment, or it ends before that day");
	return finish(cli, &s, e, &d);
}

static int run_list(const struct cli *cli)
{
	AUTO_SITE s = {0};
	AUTO_BUF b;
	struct store_appointment *all;
	size_t n;
	enum err e;

	buf_init(&b, OUT_MAX);
	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	e = store_appointments(s.store, s.arena, &all, &n);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	for (size_t i = 0; i < n; i++) {
		if (cli->json) {
			buf_printf(&b, "{\"id\":%lld", (long long)all[i].id);
			member(&b, "login", all[i].login);
			member(&b, "office", all[i].office);
			day_member(&b, "from", all[i].from);
			day_member(&b, "to", all[i].to);
			buf_str(&b, "}\n");
			continue;
		}
		buf_printf(&b, "%lld  ", (long long)all[i].id);
		buf_slice(&b, all[i].office);
		buf_str(&b, "  ");
		buf_slice(&b, all[i].login);
		buf_str(&b, "  ");
		day_put(&b, all[i].from);
		buf_str(&b, " - ");
		day_put(&b, all[i].to);
		buf_byte(&b, '\n');
	}
	return print(&b);
}

#define TREE_FLAG \
	{ \
		"tree", 't', "TREE", "basic(基本方針)、standard(対策基準)、procedure(実施手順)", \
		    "basic (default), standard, procedure" \
	}

static const struct flag adopt_flags[] = {
    TREE_FLAG,
    {"organ", 'o', "LIST", "決定した機関(コンマ区切り)", "organs that adopt it, by commas"},
    {"decided", 0, "DATE", "決裁の日", "day of the decision"},
    {"effective", 0, "DATE", "施行日(なければ附則から)", "in force from (else the 附則 says)"},
    {"public", 0, NULL, "公開する", "everybody may read it"},
    {"secret", 0, NULL, "非公開とする", "only office holders may read it"},
    {0},
};
static const struct flag versions_flags[] = {TREE_FLAG, {0}};
static const struct flag attest_flags[] = {
    {"by", 0, "LOGIN", "確認した人(職にある人)", "who confirms it: the holder of an office"},
    {"note", 0, "TEXT", "覚え書き", "a note"},
    {0},
};
static const struct flag appoint_flags[] = {
    {"from", 0, "DATE", "任命の日(なければ今日)", "first day (default today)"},
    {"to", 0, "DATE", "任期の末日", "last day"},
    {0},
};
static const struct flag end_flags[] = {
    {"to", 0, "DATE", "任期の末日(なければ今日)", "last day (default today)"},
    {0},
};

const struct subcommand cmd_policy_adopt = {
    .name = "policy adopt",
    .usage = "DIR FILE",
    .ja = "方針の文章を、機関が決定した版として登録する",
    .en = "register a policy text as adopted by the city's organs",
    .flags = adopt_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_adopt,
};
const struct subcommand cmd_policy_versions = {
    .name = "policy versions",
    .usage = "DIR",
    .ja = "方針の文章の版と施行日を一覧する",
    .en = "list the versions of a policy text",
    .flags = versions_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_versions,
};
const struct subcommand cmd_policy_attest = {
    .name = "policy attest",
    .usage = "DIR NAME",
    .ja = "人が行う対策を実施したことを記録する",
    .en = "record that a duty or control was done by people",
    .flags = attest_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_attest,
};
const struct subcommand cmd_office_appoint = {
    .name = "office appoint",
    .usage = "DIR LOGIN OFFICE",
    .ja = "人を職に任命する",
    .en = "appoint a person to an office",
    .flags = appoint_flags,
    .min_operands = 3,
    .max_operands = 3,
    .run = run_appoint,
};
const struct subcommand cmd_office_end = {
    .name = "office end",
    .usage = "DIR NUMBER",
    .ja = "任命を終える",
    .en = "end an appointment",
    .flags = end_flags,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_end,
};
const struct subcommand cmd_office_list = {
    .name = "office list",
    .usage = "DIR",
    .ja = "任命を一覧する",
    .en = "list appointments",
    .min_operands = 1,
    .max_operands = 1,
    .run = run_list,
};
