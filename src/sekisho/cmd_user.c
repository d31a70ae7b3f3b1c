/*
 * user add, user list, user disable: the accounts of an installation, also of a running one.
 */
#include <stdio.h>
#include "identity/identity.h"
#include "sekisho/password.h"
#include "sekisho/site.h"

/* -- add ----------------------------------------------------------------------------------------
 */

static enum err check_zones(const struct cli *cli, struct site *s, struct slice zones)
{
	const struct policy *p;
	uint32_t id;

	TRY(site_policy(cli, s, &p));
	while (zones.n > 0) {
		size_t comma = slice_find_byte(zones, ',');
		struct slice one = comma == SIZE_MAX ? zones : slice_head(zones, comma);

		if (policy_zone_by_name(p, one, &id) != OK) {
			cli_fail(cli,
				 cli_say(cli, "方針にない領域です: %.*s",
					 "not a zone of the policy: %.*s"),
				 (int)one.n, (const char *)one.p);
			return ERR_USAGE;
		}
		zones = slice_from(zones, comma == SIZE_MAX ? zones.n : comma + 1);
	}
	return OK;
}

static enum err add_in_step(struct site *s, const struct store_account *a)
{
	enum err e;

	TRY(store_begin(s->store));
	e = identity_add(s->store, a, S("operator"), site_now_ms());
	if (e == OK)
		return store_commit(s->store);
	store_rollback(s->store);
	return e;
}

static int run_add(const struct cli *cli)
{
	const char *login = cli_flag(cli, "login"), *name = cli_flag(cli, "name");
	const char *zones = cli_flag(cli, "zones"), *division = cli_flag(cli, "division");
	struct store_account a = {.login = slice_str(login),
				  .name = slice_str(name ? name : login),
				  .division = slice_str(division),
				  .zones = slice_str(zones)};
	char password[IDENTITY_PASSWORD_MAX + 2] = "";
	char hash[PASSWORD_HASH_SIZE] = "";
	AUTO_SITE s = {0};
	struct diag d = {0};
	enum err e;

	if (identity_check_new(a.login, a.name, a.zones, a.division, &d) != OK)
		return cli_fail(cli, "%s", d.text);
	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK ||
	    check_zones(cli, &s, a.zones) != OK)
		return EXIT_ERROR;
	e = password_ask(cli, true, password, sizeof password);
	if (e != OK)
		return cli_fail(cli, "%s",
				e == ERR_CONFLICT ? cli_say(cli, "二つのパスワードが違います",
							    "the two passwords differ")
						  : cli_say(cli, "パスワードを読めません",
							    "no password on the standard input"));
	if (identity_check_password(a.login, slice_str(password), &d) != OK)
		return cli_fail(cli, "%s", d.text);
	e = password_hash(password, hash);
	explicit_bzero(password, sizeof password);
	a.password = slice_str(hash);
	if (e == OK)
		e = add_in_step(&s, &a);
	if (e == ERR_CONFLICT)
		return cli_fail(cli, cli_say(cli, "すでにあります: %s", "there is one already: %s"),
				login);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	printf(cli->json ? "{\"login\":\"%s\"}\n" : "%s\n", login);
	return EXIT_DONE;
}

/* -- list and disable ---------------------------------------------------------------------------
 */

static void print_account(const struct cli *cli, const struct store_account *a)
{
	AUTO_BUF b;

	buf_init(&b, 4096);
	if (cli->json) {
		buf_str(&b, "{\"login\":");
		buf_json(&b, a->login);
		buf_str(&b, ",\"name\":");
		buf_json(&b, a->name);
		buf_str(&b, ",\"division\":");
		buf_json(&b, a->division);
		buf_str(&b, ",\"zones\":");
		buf_json(&b, a->zones);
		buf_printf(&b, ",\"disabled\":%s}\n", a->disabled ? "true" : "false");
	} else {
		buf_printf(&b, "%-16.*s %-24.*s %.*s  %.*s%s\n", (int)a->login.n,
			   (const char *)a->login.p, (int)a->zones.n, (const char *)a->zones.p,
			   (int)a->division.n, (const char *)a->division.p, (int)a->name.n,
			   (const char *)a->name.p,
			   a->disabled ? cli_say(cli, " (停止)", " (disabled)") : "");
	}
	printf("%.*s", (int)b.n, (const char *)b.p);
}

static int run_list(const struct cli *cli)
{
	struct store_account *all;
	AUTO_SITE s = {0};
	size_t n;
	enum err e;

	if (site_open(cli, cli->operand[0], STORE_READ, &s) != OK)
		return EXIT_ERROR;
	e = store_accounts(s.store, s.arena, &all, &n);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	for (size_t i = 0; i < n; i++)
		print_account(cli, &all[i]);
	return EXIT_DONE;
}

static enum err disable_in_step(struct site *s, const char *login)
{
	enum err e;

	TRY(store_begin(s->store));
	e = identity_disable(s->store, slice_str(login), S("operator"), site_now_ms());
	if (e == OK)
		return store_commit(s->store);
	store_rollback(s->store);
	return e;
}

static int run_disable(const struct cli *cli)
{
	AUTO_SITE s = {0};
	enum err e;

	if (site_open(cli, cli->operand[0], STORE_WRITE, &s) != OK)
		return EXIT_ERROR;
	e = disable_in_step(&s, cli->operand[1]);
	if (e == ERR_NOT_FOUND)
		return cli_fail(cli, cli_say(cli, "いません: %s", "no such account: %s"),
				cli->operand[1]);
	if (e != OK)
		return cli_fail(cli, "%s", err_str(e));
	return EXIT_DONE;
}

static const struct flag add_flags[] = {
    {"login", 'l', "LOGIN", "利用者名 (a-z、0-9、.、-、_)", "login (a-z, 0-9, '.', '-', '_')"},
    {"name", 'n', "NAME", "氏名", "name that screens show"},
    {"zones", 'z', "LIST", "利用できる領域 (コンマ区切り)", "zones, separated by commas"},
    {"division", 'd', "NAME", "所属", "division"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_user_add = {
    .name = "user add",
    .usage = "DIR",
    .ja = "利用者を加える (パスワードは標準入力の1行目、端末では尋ねる)",
    .en = "add a person; the password is the first line of the standard input, or asked for",
    .flags = add_flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_add,
};

const struct subcommand cmd_user_list = {
    .name = "user list",
    .usage = "DIR",
    .ja = "利用者を一覧する",
    .en = "list the people",
    .min_operands = 1,
    .max_operands = 1,
    .run = run_list,
};

const struct subcommand cmd_user_disable = {
    .name = "user disable",
    .usage = "DIR LOGIN",
    .ja = "利用者を停止する (サインイン中の接続もすぐ切れる)",
    .en = "disable a person; sessions and tokens end at once",
    .min_operands = 2,
    .max_operands = 2,
    .run = run_disable,
};
