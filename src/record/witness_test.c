/* A witness over its folder: what it cosigns, what it refuses, and that it remembers. */
#include "record/witness.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/file.h"
#include "record/prove.h"

#define NOW 1790000000u

static struct {
	char dir[64], log_dir[80], wit[80];
	int log;
	struct signer *signer;
	struct witness *w;
	struct hash last;
	struct tlog_key key, wkey;
} t;

static void grow(uint64_t n)
{
	for (uint64_t i = signer_size(t.signer); i < n; i++) {
		struct slice text = S("an entry");
		struct hash prev = t.last;
		AUTO_BUF b;

		buf_init(&b, 64);
		REQUIRE(tlog_bundle_put(&b, text) == OK);
		t.last = tlog_leaf(text);
		REQUIRE(signer_add(t.signer, i, prev, buf_view(&b), 1) == OK);
	}
}

static void put(const char *name, struct slice bytes)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", t.dir, name);
	REQUIRE(file_write(AT_FDCWD, path, bytes, 0644) == OK);
}

static void knows(const struct tlog_key *key)
{
	AUTO_BUF b;

	buf_init(&b, 1024);
	tlog_vkey_put(&b, key);
	buf_byte(&b, '\n');
	put("wit/logs", buf_view(&b));
}

static void set_up(void)
{
	char path[96];
	AUTO_BUF b;

	buf_init(&b, 4096);
	strcpy(t.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/witness_test.XXXXXX"
						    : "/tmp/witness_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	snprintf(t.log_dir, sizeof t.log_dir, "%s/a", t.dir);
	snprintf(t.wit, sizeof t.wit, "%s/wit", t.dir);
	REQUIRE(mkdir(t.log_dir, 0755) == 0 && mkdir(t.wit, 0755) == 0);
	REQUIRE(signer_create(t.log_dir, S("sekisho.example/log")) == OK);
	REQUIRE(signer_open(t.log_dir, &t.signer) == OK);
	snprintf(path, sizeof path, "%s/log", t.log_dir);
	t.log = open(path, O_RDONLY | O_DIRECTORY);
	REQUIRE(log_read_key(t.log, &t.key) == OK);
	REQUIRE(witness_create(t.wit, S("witness.example/audit")) == OK);
	CHECK(witness_create(t.wit, S("witness.example/audit")) == ERR_CONFLICT);
	knows(&t.key);
	snprintf(path, sizeof path, "%s/vkey", t.wit);
	REQUIRE(file_read(path, &b) == OK);
	REQUIRE(tlog_vkey_parse(slice_trim(buf_view(&b)), &t.wkey) == OK);
	REQUIRE(witness_open(t.wit, &t.w) == OK);
}

static void tear_down(void)
{
	char cmd[96];

	witness_close(t.w);
	signer_close(t.signer);
	close(t.log);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

/* The log's present note as a claim of growth from `old`, by its own tiles. */
static void claim(uint64_t old, struct buf *out)
{
	const struct tlog_tiles tiles = {.ctx = &t.log, .read = log_read_tile};
	struct tlog_proof p = {0};
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	REQUIRE(log_read_note(t.log, &note) == OK);
	if (old <= signer_size(t.signer))
		REQUIRE(tlog_prove_consistency(&tiles, old, signer_size(t.signer), &p) == OK);
	REQUIRE(tlog_growth_put(out, old, &p, buf_view(&note)) == OK);
}

static struct witness_answer ask(uint64_t old, struct buf *body)
{
	struct witness_answer a;
	AUTO_BUF in;

	buf_init(&in, TLOG_PROOF_FILE_MAX);
	claim(old, &in);
	body->n = 0;
	witness_add(t.w, buf_view(&in), NOW, body, &a);
	return a;
}

static void cosigns_what_grows(void)
{
	struct tlog_trust trust = {
	    .log = &t.key, .log_n = 1, .witness = &t.wkey, .witness_n = 1, .require = 1};
	struct witness_answer a;
	struct tlog_seal seal;
	AUTO_BUF body;
	AUTO_BUF note;

	set_up();
	buf_init(&body, 4096);
	buf_init(&note, TLOG_NOTE_MAX);
	grow(3);
	a = ask(0, &body);
	REQUIRE(a.status == 200 && a.news == WITNESS_COSIGNED);
	/* The line joins the log's note, and the note then bears a witness. */
	REQUIRE(log_read_note(t.log, &note) == OK);
	CHECK(tlog_seal_open(buf_view(&note), &trust, &seal) == ERR_FORBIDDEN);
	buf_slice(&note, buf_view(&body));
	REQUIRE(tlog_seal_open(buf_view(&note), &trust, &seal) == OK);
	CHECK(seal.newest == NOW && seal.checkpoint.size == 3);
	CHECK(ask(3, &body).status == 200); /* the same again */
	grow(300);
	a = ask(0, &body);
	CHECK(a.status == 409 && a.news == WITNESS_BEHIND);
	CHECK_STR(slice_str(a.type), "text/x.tlog.size");
	CHECK_STR(buf_view(&body), "3\n");
	CHECK(ask(3, &body).status == 200);
	CHECK(ask(400, &body).status == 400);
	tear_down();
}

static void remembers_and_refuses_yesterdays_disk(void)
{
	struct witness *second;
	const char *origin;
	uint64_t size, time;
	char cmd[256];
	AUTO_BUF body;

	set_up();
	buf_init(&body, 4096);
	grow(5);
	snprintf(cmd, sizeof cmd, "cp -r %s %s/yesterday", t.log_dir, t.dir);
	REQUIRE(system(cmd) == 0);
	grow(9);
	REQUIRE(ask(0, &body).status == 200);
	CHECK(witness_open(t.wit, &second) == ERR_CONFLICT);
	witness_close(t.w);
	REQUIRE(witness_open(t.wit, &t.w) == OK);
	REQUIRE(witness_log(t.w, 0, &origin, &size, &time));
	CHECK(size == 9 && time == NOW && !witness_log(t.w, 1, &origin, &size, &time));
	/* The log's host is set back to its image of yesterday, key and head and all. */
	signer_close(t.signer);
	close(t.log);
	snprintf(cmd, sizeof cmd, "rm -rf %s && mv %s/yesterday %s", t.log_dir, t.dir, t.log_dir);
	REQUIRE(system(cmd) == 0);
	REQUIRE(signer_open(t.log_dir, &t.signer) == OK);
	snprintf(cmd, sizeof cmd, "%s/log", t.log_dir);
	t.log = open(cmd, O_RDONLY | O_DIRECTORY);
	t.last = tlog_leaf(S("an entry"));
	CHECK(ask(5, &body).status == 409);
	CHECK(ask(9, &body).status == 400);
	/* Grown past what was seen, with other entries: no proof can be made. */
	struct hash prev = t.last;

	for (uint64_t i = 5; i < 12; i++) {
		REQUIRE(signer_add(t.signer, i, prev, S("\0\5other"), 1) == OK);
		prev = tlog_leaf(S("other"));
	}
	struct witness_answer a = ask(9, &body);

	CHECK(a.status == 422 && a.news == WITNESS_FORK && body.n == 0);
	snprintf(cmd, sizeof cmd, "test -s %s/fork-*", t.wit);
	CHECK(system(cmd) == 0); /* the evidence is kept */
	tear_down();
}

static void names_new_origins_and_keys(void)
{
	struct tlog_signer other;
	struct witness_answer a;
	uint8_t seed[32] = {3};
	AUTO_BUF body;
	AUTO_BUF in;

	set_up();
	buf_init(&body, 4096);
	buf_init(&in, TLOG_PROOF_FILE_MAX);
	grow(2);
	REQUIRE(ask(0, &body).status == 200);
	claim(2, &in);
	for (size_t i = 0; i < in.n; i++) { /* every cut: refused, and nothing is cosigned */
		witness_add(t.w, slice_head(buf_view(&in), i), NOW, &body, &a);
		CHECK(a.status == 400 && a.news == WITNESS_MALFORMED);
	}
	/* The log's key is another one: state and log do not go together any more. */
	REQUIRE(tlog_signer_make(slice_str(t.key.name), seed, &other) == OK);
	knows(&other.key);
	witness_close(t.w);
	t.w = NULL;
	CHECK(witness_open(t.wit, &t.w) == ERR_CRYPTO);
	REQUIRE(tlog_signer_make(S("sekisho.example/another"), seed, &other) == OK);
	knows(&other.key);
	REQUIRE(witness_open(t.wit, &t.w) == OK);
	a = ask(2, &body);
	CHECK(a.status == 404 && a.news == WITNESS_NEW_ORIGIN);
	CHECK_STR(slice_str(a.origin), "sekisho.example/log");
	tear_down();
}

static void a_known_log_with_an_unknown_key(void)
{
	struct tlog_signer other;
	struct witness_answer a;
	uint8_t seed[32] = {4};
	AUTO_BUF body;

	set_up();
	buf_init(&body, 4096);
	grow(2);
	witness_close(t.w);
	REQUIRE(tlog_signer_make(slice_str(t.key.name), seed, &other) == OK);
	knows(&other.key);
	REQUIRE(witness_open(t.wit, &t.w) == OK);
	a = ask(0, &body);
	CHECK(a.status == 403 && a.news == WITNESS_NEW_KEY && body.n == 0);
	CHECK_STR(slice_str(witness_news_str(a.news)), "new-key");
	tear_down();
}

TESTS(CASE(cosigns_what_grows), CASE(remembers_and_refuses_yesterdays_disk),
      CASE(names_new_origins_and_keys), CASE(a_known_log_with_an_unknown_key))
