/*
 * init: a new city in a new folder: policy, configuration, certificates, keys, store, signed log.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "governance/texts.h"
#include "governance/version.h"
#include "os/file.h"
#include "os/owner.h"
#include "os/rand.h"
#include "os/spawn.h"
#include "record/publish.h"
#include "record/signer.h"
#include "sekisho/ids.h"
#include "sekisho/site.h"
#include "store/blob.h"
#include "store/log.h"

#define LISTEN "internet=127.0.0.1:8443,lgwan=127.0.0.1:9443"
#define CERT_MAX (64 << 10)

struct init {
	const struct cli *cli;
	const char *dir, *city, *name;
	struct arena *a;
	struct policy_file policy;
	struct config_new_zone zones[CONFIG_LISTENERS_MAX];
	size_t zones_n;
};

static int fail(const struct init *in, const char *where, enum err e)
{
	return cli_fail(in->cli, "%s: %s", where, err_str(e));
}

static enum err put(struct init *in, const char *name, struct slice data, mode_t mode)
{
	const char *path = arena_printf(in->a, "%s/%s", in->dir, name);

	return path ? file_write(AT_FDCWD, path, data, mode) : ERR_MEMORY;
}

static enum err make(struct init *in, const char *name, mode_t mode)
{
	const char *path = arena_printf(in->a, "%s%s", in->dir, name);

	return path ? file_mkdir(path, mode) : ERR_MEMORY;
}

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	if (!d)
		return errno == ENOENT;
	while (readdir(d))
		n++;
	closedir(d);
	return n <= 2;
}

/* "zone=address,zone=address"; every zone must be one of the policy. */
static enum err read_zones(struct init *in, const char *list)
{
	struct slice rest = slice_str(list);

	while (rest.n > 0) {
		size_t comma = slice_find_byte(rest, ',');
		struct slice one = comma == SIZE_MAX ? rest : slice_head(rest, comma);
		size_t eq = slice_find_byte(one, '=');
		struct sock_addr addr;
		uint32_t id;

		if (in->zones_n == CONFIG_LISTENERS_MAX || eq == SIZE_MAX)
			return ERR_USAGE;
		if (policy_zone_by_name(in->policy.policy, slice_head(one, eq), &id) != OK)
			return ERR_USAGE;
		TRY(sock_addr_parse(slice_from(one, eq + 1), &addr));
		in->zones[in->zones_n].zone = arena_str(in->a, slice_head(one, eq));
		in->zones[in->zones_n].address = arena_str(in->a, slice_from(one, eq + 1));
		in->zones[in->zones_n].hosts = cli_flag(in->cli, "hosts");
		if (!in->zones[in->zones_n].hosts)
			in->zones[in->zones_n].hosts = "localhost 127.0.0.1";
		if (!in->zones[in->zones_n].zone || !in->zones[in->zones_n].address)
			return ERR_MEMORY;
		in->zones_n++;
		rest = slice_from(rest, comma == SIZE_MAX ? rest.n : comma + 1);
	}
	return in->zones_n > 0 ? OK : ERR_USAGE;
}

static enum err put_beside(struct init *in, struct slice file, struct slice text)
{
	const char *name = arena_printf(in->a, "policy/%.*s", (int)file.n, (const char *)file.p);

	return name ? put(in, name, text, 0644) : ERR_MEMORY;
}

static enum err write_policy(struct init *in)
{
	struct slice name;
	struct diag d;
	enum err e;

	TRY(policy_basis_name(in->policy.text, &name, &d));
	TRY(make(in, "/policy", 0755));
	TRY(put(in, "policy/city.policy", in->policy.text, 0644));
	TRY(put_beside(in, name, in->policy.basis));
	e = policy_standard_name(in->policy.text, &name);
	if (e == ERR_NOT_FOUND)
		return OK;
	return e != OK ? e : put_beside(in, name, in->policy.standard);
}

/* Has the program that speaks TLS write both into the memory files. */
static enum err ask_certificate(const char *const *argv, int cert, int key)
{
	AUTO_CLOSE exe = -1;
	struct spawned child;
	struct spawn_status st;

	TRY(spawn_program(HTTP_PROGRAM, PROGRAM_FOLDER, &exe));
	TRY(spawn(&(struct spawn){.exe = exe,
				  .argv = argv,
				  .fds = (const int[]){cert, key},
				  .nfds = 2,
				  .die_with_parent = true},
		  &child));
	enum err e = spawn_reap(&child, true, &st);

	fd_close(&child.pidfd);
	TRY(e);
	if (st.end != SPAWN_EXITED || st.code != EXIT_DONE)
		return ERR_CRYPTO;
	TRY(mem_seal(cert));
	return mem_seal(key);
}

static enum err put_memory(struct init *in, const char *name, int memory, unsigned mode)
{
	AUTO_MAP map = {0};

	if (!name)
		return ERR_MEMORY;
	TRY(mem_map(memory, CERT_MAX, &map));
	return put(in, name, map.view, mode);
}

static enum err write_certificate(struct init *in, const struct config_new_zone *z)
{
	const char *argv[CONFIG_HOSTS_MAX + 4] = {HTTP_PROGRAM, "certificate"};
	struct slice rest = slice_str(z->hosts);
	AUTO_CLOSE cert = -1;
	AUTO_CLOSE key = -1;
	size_t n = 2;

	while (rest.n > 0 && n < CONFIG_HOSTS_MAX + 2) {
		size_t blank = slice_find_byte(rest, ' ');
		struct slice one = blank == SIZE_MAX ? rest : slice_head(rest, blank);

		if (one.n > 0)
			argv[n++] = arena_str(in->a, one);
		rest = slice_from(rest, blank == SIZE_MAX ? rest.n : blank + 1);
	}
	if (arena_failed(in->a))
		return ERR_MEMORY;
	TRY(mem_new("certificate", &cert));
	TRY(mem_new("key", &key));
	TRY(ask_certificate(argv, cert, key));
	TRY(put_memory(in, arena_printf(in->a, "tls/%s.crt", z->zone), cert, 0644));
	return put_memory(in, arena_printf(in->a, "tls/%s.key", z->zone), key, 0600);
}

static enum err write_config(struct init *in)
{
	struct config_new n = {.city = in->city,
			       .city_name = in->name,
			       .help_office = cli_flag(in->cli, "help-office"),
			       .help_extension = cli_flag(in->cli, "help-extension"),
			       .zones = in->zones,
			       .zones_n = in->zones_n};
	const struct config *check;
	struct diag d = {0};
	AUTO_BUF b;

	buf_init(&b, CONFIG_MAX);
	TRY(make(in, "/tls", 0700));
	for (size_t i = 0; i < in->zones_n; i++)
		TRY(write_certificate(in, &in->zones[i]));
	config_print_new(&n, &b);
	TRY(buf_err(&b));
	/* What `serve` would refuse is not written. */
	if (config_parse(in->a, in->dir, buf_view(&b), &check, &d) != OK) {
		cli_fail(in->cli, "%s", d.text);
		return ERR_USAGE;
	}
	return put(in, CONFIG_FILE, buf_view(&b), 0644);
}

/* The texts that the policy cites, as adopted by the organs that it names. */
static enum err adopt(struct init *in, struct store *s, enum text_tree tree, struct slice text)
{
	struct text_adoption ad = {.tree = tree,
				   .source = text,
				   .is_public = true,
				   .actor = S("operator"),
				   .now_ms = site_now_ms()};
	struct text_adopted made;
	struct clauses c;
	struct diag d = {0};
	enum err e = clauses_read(in->a, text, &c, &d);

	ad.organs_n = policy_adopters(in->policy.policy, &ad.organs);
	if (e == OK && !clauses_effective(&c, &ad.effective))
		ad.effective = policy_effective(in->policy.policy);
	if (e == OK)
		e = text_adopt(s, in->a, &ad, &made, &d);
	if (e != OK)
		cli_fail(in->cli, "%s: %s", text_tree_word(tree), d.text[0] ? d.text : err_str(e));
	return e;
}

static enum err first_entry(struct init *in, struct store *s)
{
	char version[24], hash[65];

	snprintf(version, sizeof version, "%llu",
		 (unsigned long long)policy_version(in->policy.policy));
	hash_hex(policy_hash(in->policy.policy), hash);
	const struct record_field fields[] = {
	    {.key = "name", .value = slice_str(in->name)},
	    {.key = "policy", .value = slice_str(hash)},
	    {.key = "policy_version", .value = slice_str(version)},
	};
	const struct version v = {.policy = in->policy.policy,
				  .texts = {in->policy.text, in->policy.basis, in->policy.standard},
				  .hash = policy_hash(in->policy.policy)};
	const struct record_event e = {.type = "city.created",
				       .stream = S("city"),
				       .actor = S("operator"),
				       .at_ms = site_now_ms(),
				       .fields = fields,
				       .n = ARRAY_LEN(fields)};

	TRY(store_begin(s));
	TRY(store_fact_set(s, "city_name", slice_str(in->name)));
	TRY(record_append(s, &e, NULL));
	TRY(version_keep(s, &v, 0, e.at_ms));
	TRY(version_switch(s, NULL, &v, VERSION_FIRST, S("operator"), e.at_ms));
	TRY(adopt(in, s, TEXT_BASIC, in->policy.basis));
	if (in->policy.standard.n > 0)
		TRY(adopt(in, s, TEXT_STANDARD, in->policy.standard));
	return store_commit(s);
}

static enum err sign_first(struct init *in, struct store *s)
{
	struct signer *signer;
	struct hash prev;
	AUTO_BUF bundle;
	size_t n;
	enum err e;

	buf_init(&bundle, PUBLISH_BUNDLE_MAX);
	TRY(record_batch(s, 0, in->a, &bundle, &n, &prev));
	TRY(signer_open(in->dir, &signer));
	e = signer_add(signer, 0, prev, buf_view(&bundle), n);
	signer_close(signer);
	return e;
}

static enum err write_record(struct init *in)
{
	const char *path = arena_printf(in->a, "%s/%s", in->dir, STORE_FILE);
	AUTO_STORE s = NULL;
	char origin[128], tail[9];

	if (!path)
		return ERR_MEMORY;
	/* The random tail keeps two installations of one city from having logs of one name. */
	rand_hex(4, tail);
	snprintf(origin, sizeof origin, "sekisho/%s/%s", in->city, tail);
	TRY(blob_home_create(in->dir));
	TRY(signer_create(in->dir, slice_str(origin)));
	TRY(store_open(&store_sqlite, path, STORE_CREATE, slice_str(in->city), &s));
	TRY(first_entry(in, s));
	return sign_first(in, s);
}

static int report(const struct init *in)
{
	AUTO_BUF b;

	buf_init(&b, 65536);
	if (in->cli->json) {
		buf_str(&b, "{\"dir\":");
		buf_json(&b, slice_str(in->dir));
		buf_str(&b, ",\"city\":");
		buf_json(&b, slice_str(in->city));
		buf_str(&b, ",\"listen\":{");
		for (size_t i = 0; i < in->zones_n; i++) {
			buf_str(&b, i ? "," : "");
			buf_json(&b, slice_str(in->zones[i].zone));
			buf_byte(&b, ':');
			buf_json(&b, slice_str(in->zones[i].address));
		}
		buf_str(&b, "}}\n");
	} else {
		buf_printf(&b, cli_say(in->cli, "%s に %s を作りました。\n", "made %2$s in %1$s\n"),
			   in->dir, in->name);
		for (size_t i = 0; i < in->zones_n; i++)
			buf_printf(&b, "  %-10s https://%s/\n", in->zones[i].zone,
				   in->zones[i].address);
		buf_printf(&b,
			   cli_say(in->cli,
				   "次に: sekisho user add %s --login ...、sekisho serve %s\n",
				   "next: sekisho user add %s --login ..., sekisho serve %s\n"),
			   in->dir, in->dir);
	}
	printf("%.*s", (int)b.n, (const char *)b.p);
	return EXIT_DONE;
}

/* Whose each file is going to be, from the beginning. */
static int give(const struct init *in)
{
	struct diag d = {0};

	return ids_own(in->dir, IDS_FIRST, &d) == OK ? report(in) : cli_fail(in->cli, "%s", d.text);
}

static int run(const struct cli *cli)
{
	AUTO_ARENA a = arena_new(256u << 20);
	const char *policy = cli_flag(cli, "policy"), *listen = cli_flag(cli, "listen");
	const char *hosts = cli_flag(cli, "hosts");
	struct init in = {.cli = cli,
			  .dir = cli->operand[0],
			  .city = cli_flag(cli, "city"),
			  .name = cli_flag(cli, "name"),
			  .a = a};
	struct diag d;
	AUTO_BUF why = {0};
	enum err e;

	if (!a)
		return cli_fail(cli, "%s", err_str(ERR_MEMORY));
	buf_init(&why, 65536);
	in.city = in.city ? in.city : "city";
	in.name = in.name ? in.name : in.city;
	if (!is_empty(in.dir))
		return cli_fail(cli, cli_say(cli, "%s は空ではありません", "%s is not empty"),
				in.dir);
	e = policy_file_load(a, policy ? policy : SEKISHO_DATADIR "/policy/chofu/chofu.policy",
			     &in.policy, &d);
	if (e != OK) {
		policy_file_complain(&in.policy, e, &d, &why);
		return cli_fail(cli, "%.*s", (int)why.n, (const char *)why.p);
	}
	if (hosts && slice_trim(slice_str(hosts)).n == 0)
		return cli_fail(cli, "--hosts: %s",
				cli_say(cli, "名前がひとつもない", "there is no name in it"));
	if (read_zones(&in, listen ? listen : LISTEN) != OK)
		return cli_fail(cli, "--listen: %s",
				cli_say(cli, "方針にある領域=アドレス:ポート をコンマで並べる",
					"zones of the policy, as ZONE=ADDRESS:PORT,..."));
	e = file_mkdir(in.dir, 0700);
	if (e == ERR_CONFLICT)
		e = OK;
	if (e != OK)
		return fail(&in, in.dir, e);
	e = write_policy(&in);
	if (e == OK)
		e = write_config(&in);
	if (e == OK)
		e = write_record(&in);
	if (e == OK && owner_is_root())
		return give(&in);
	return e == OK ? report(&in) : fail(&in, in.dir, e);
}

static const struct flag flags[] = {
    {"city", 'c', "ID", "自治体の識別子 (a-z、0-9、-)", "id of the city (a-z, 0-9, -)"},
    {"name", 'n', "NAME", "画面に出る名称", "name that screens show"},
    {"policy", 'p', "FILE", "方針のファイル (根拠の文書はその隣)",
     "policy file (its basis lies beside it)"},
    {"listen", 'l', "LIST", "領域=アドレス:ポート をコンマで並べる (既定 " LISTEN ")",
     "ZONE=ADDRESS:PORT,... (default " LISTEN ")"},
    {"hosts", 0, "NAMES", "証明書と Host に書く名前 (空白区切り)",
     "names for certificate and Host, separated by blanks"},
    {"help-office", 0, "NAME", "「困ったとき」の担当課", "office that helps people"},
    {"help-extension", 0, "NUMBER", "その内線", "its extension"},
    {NULL, 0, NULL, NULL, NULL},
};

const struct subcommand cmd_init = {
    .name = "init",
    .usage = "DIR",
    .ja = "新しい設置場所を作る (方針、設定、鍵、台帳、署名された記録)",
    .en = "make a new installation: policy, configuration, keys, store, signed log",
    .flags = flags,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
