/* The log's own side of witnessing: real witnesses asked in rounds, and answers made to deceive. */
#include "record/cosign.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/file.h"
#include "record/prove.h"
#include "record/witness.h"

#define NOW 1790000000u
#define SILENCE 600u

static struct {
	char dir[64], log_dir[80];
	int log;
	struct signer *signer;
	struct witness *w[2];
	struct cosign_peer peer[2];
	struct hash last;
	struct tlog_key key;
	struct cosign *c;
} t;

static void grow(uint64_t n)
{
	for (uint64_t i = signer_size(t.signer); i < n; i++) {
		struct hash prev = t.last;
		AUTO_BUF b;

		buf_init(&b, 64);
		REQUIRE(tlog_bundle_put(&b, S("an entry")) == OK);
		t.last = tlog_leaf(S("an entry"));
		REQUIRE(signer_add(t.signer, i, prev, buf_view(&b), 1) == OK);
	}
}

static void open_witness(size_t i)
{
	char dir[96], path[128], name[64];
	AUTO_BUF logs;
	AUTO_BUF vkey;

	buf_init(&logs, 1024);
	buf_init(&vkey, 1024);
	snprintf(dir, sizeof dir, "%s/wit%zu", t.dir, i);
	snprintf(name, sizeof name, "witness.example/%zu", i);
	REQUIRE(mkdir(dir, 0755) == 0 && witness_create(dir, slice_str(name)) == OK);
	snprintf(path, sizeof path, "%s/logs", dir);
	tlog_vkey_put(&logs, &t.key);
	REQUIRE(file_write(AT_FDCWD, path, buf_view(&logs), 0644) == OK);
	REQUIRE(witness_open(dir, &t.w[i]) == OK);
	snprintf(path, sizeof path, "%s/vkey", dir);
	REQUIRE(file_read(path, &vkey) == OK);
	t.peer[i].silence = SILENCE;
	snprintf(t.peer[i].name, sizeof t.peer[i].name, "w%zu", i);
	REQUIRE(tlog_vkey_parse(slice_trim(buf_view(&vkey)), &t.peer[i].key) == OK);
}

static void set_up(void)
{
	char path[96];

	memset(&t, 0, sizeof t);
	strcpy(t.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/cosign_test.XXXXXX"
						    : "/tmp/cosign_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	snprintf(t.log_dir, sizeof t.log_dir, "%s/a", t.dir);
	REQUIRE(mkdir(t.log_dir, 0755) == 0);
	REQUIRE(signer_create(t.log_dir, S("sekisho.example/log")) == OK);
	REQUIRE(signer_open(t.log_dir, &t.signer) == OK);
	snprintf(path, sizeof path, "%s/log", t.log_dir);
	t.log = open(path, O_RDONLY | O_DIRECTORY);
	REQUIRE(log_read_key(t.log, &t.key) == OK);
	for (size_t i = 0; i < 2; i++)
		open_witness(i);
	REQUIRE(cosign_new(t.log, t.peer, 2, &t.c) == OK);
}

static void tear_down(void)
{
	char cmd[96];

	cosign_free(t.c);
	for (size_t i = 0; i < 2; i++)
		witness_close(t.w[i]);
	signer_close(t.signer);
	close(t.log);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

/* Asks witness i as its process would, until it has been asked enough. */
static enum cosign_news ask(size_t i, uint64_t now, unsigned *ret_times)
{
	enum cosign_news news = COSIGN_AGAIN;
	unsigned n = 0;

	while (news == COSIGN_AGAIN) {
		struct witness_answer a;
		AUTO_BUF request;
		AUTO_BUF body;

		buf_init(&request, TLOG_PROOF_FILE_MAX);
		buf_init(&body, 65536);
		REQUIRE(cosign_request(t.c, i, &request) == OK && ++n < 5);
		witness_add(t.w[i], buf_view(&request), now, &body, &a);
		news = cosign_answer(
		    t.c, i,
		    &(struct cosign_answer){.status = a.status,
					    .is_size = strcmp(a.type, "text/x.tlog.size") == 0,
					    .body = buf_view(&body)},
		    now);
	}
	if (ret_times)
		*ret_times = n;
	return news;
}

static struct tlog_seal sealed_by(struct slice note, unsigned require)
{
	const struct tlog_key keys[] = {t.peer[0].key, t.peer[1].key};
	const struct tlog_trust trust = {
	    .log = &t.key, .log_n = 1, .witness = keys, .witness_n = 2, .require = require};
	struct tlog_seal seal = {0};

	CHECK(tlog_seal_open(note, &trust, &seal) == OK);
	return seal;
}

static void rounds_gather_what_counts(void)
{
	unsigned times;
	AUTO_BUF note;

	set_up();
	buf_init(&note, TLOG_NOTE_MAX);
	grow(3);
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW, &times) == COSIGN_DONE && times == 1);
	CHECK(ask(1, NOW, NULL) == COSIGN_DONE);
	REQUIRE(cosign_end(t.c, NOW, 2, &note));
	CHECK(sealed_by(buf_view(&note), 2).checkpoint.size == 3);
	CHECK(!cosign_end(t.c, NOW, 2, &note)); /* once */
	REQUIRE(signer_keep(t.signer, buf_view(&note)) == OK);
	CHECK(cosign_fresh(t.c, NOW + SILENCE) == 2 && cosign_fresh(t.c, NOW + SILENCE + 1) == 0);
	/* Another process goes on from what was kept. */
	cosign_free(t.c);
	REQUIRE(cosign_new(t.log, t.peer, 2, &t.c) == OK);
	CHECK(cosign_last(t.c, 1) == NOW && cosign_size(t.c) == 3 && cosign_fresh(t.c, NOW) == 2);
	grow(600);
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW + 5, &times) == COSIGN_DONE && times == 1);
	/* One of two: what is kept has two that are fresh, and stays. */
	CHECK(!cosign_end(t.c, NOW + 5, 2, &note));
	CHECK(cosign_size(t.c) == 3 && cosign_last(t.c, 0) == NOW + 5);
	/* One is enough where no more is required, and later one is more than none. */
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW + 6, NULL) == COSIGN_DONE && cosign_end(t.c, NOW + 6, 1, &note));
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW + 2 * SILENCE, NULL) == COSIGN_DONE);
	REQUIRE(cosign_end(t.c, NOW + 2 * SILENCE, 2, &note));
	CHECK(sealed_by(buf_view(&note), 1).checkpoint.size == 600);
	CHECK(cosign_fresh(t.c, NOW + 2 * SILENCE) == 1);
	/* One that does not remember what a witness saw is told. */
	cosign_free(t.c);
	REQUIRE(unlinkat(t.log, "cosigned", 0) == 0);
	REQUIRE(cosign_new(t.log, t.peer, 2, &t.c) == OK && cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW + 2 * SILENCE, &times) == COSIGN_DONE && times == 2);
	tear_down();
}

static void yesterdays_disk_is_a_rollback(void)
{
	struct hash prev;
	char cmd[256];
	AUTO_BUF note;

	set_up();
	buf_init(&note, TLOG_NOTE_MAX);
	grow(5);
	snprintf(cmd, sizeof cmd, "cp -r %s %s/yesterday", t.log_dir, t.dir);
	REQUIRE(system(cmd) == 0);
	grow(9);
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW, NULL) == COSIGN_DONE && cosign_end(t.c, NOW, 2, &note));
	signer_close(t.signer);
	close(t.log);
	cosign_free(t.c);
	snprintf(cmd, sizeof cmd, "rm -rf %s && mv %s/yesterday %s", t.log_dir, t.dir, t.log_dir);
	REQUIRE(system(cmd) == 0);
	REQUIRE(signer_open(t.log_dir, &t.signer) == OK);
	snprintf(cmd, sizeof cmd, "%s/log", t.log_dir);
	t.log = open(cmd, O_RDONLY | O_DIRECTORY);
	REQUIRE(cosign_new(t.log, t.peer, 2, &t.c) == OK && cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW, NULL) == COSIGN_ROLLBACK);
	CHECK(signer_keep(t.signer, buf_view(&note)) == ERR_CRYPTO); /* more than it has */
	/* Grown past what was seen, with other entries. */
	prev = tlog_leaf(S("an entry"));
	for (uint64_t i = 5; i < 12; i++) {
		REQUIRE(signer_add(t.signer, i, prev, S("\0\5other"), 1) == OK);
		prev = tlog_leaf(S("other"));
	}
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(ask(0, NOW, NULL) == COSIGN_FORK);
	CHECK(!cosign_end(t.c, NOW, 2, &note));
	tear_down();
}

/* What witness i would say to the present note at that time. */
static void line_of(size_t i, uint64_t time, struct buf *ret)
{
	struct witness_answer a;
	AUTO_BUF request;

	buf_init(&request, TLOG_PROOF_FILE_MAX);
	REQUIRE(cosign_request(t.c, i, &request) == OK);
	witness_add(t.w[i], buf_view(&request), time, ret, &a);
	REQUIRE(a.status == 200);
}

static enum cosign_news say(unsigned status, bool is_size, struct slice body)
{
	AUTO_BUF request;

	buf_init(&request, TLOG_PROOF_FILE_MAX);
	REQUIRE(cosign_request(t.c, 0, &request) == OK);
	return cosign_answer(
	    t.c, 0, &(struct cosign_answer){.status = status, .is_size = is_size, .body = body},
	    NOW);
}

static void hostile_answers_count_for_nothing(void)
{
	AUTO_BUF good;
	AUTO_BUF other;
	AUTO_BUF late;
	AUTO_BUF bad;
	AUTO_BUF note;

	set_up();
	buf_init(&good, 4096);
	buf_init(&other, 4096);
	buf_init(&late, 4096);
	buf_init(&bad, 65536);
	buf_init(&note, TLOG_NOTE_MAX);
	grow(3);
	REQUIRE(cosign_begin(t.c) == OK);
	line_of(0, NOW, &good);
	line_of(1, NOW, &other);
	CHECK(say(409, true, S("3")) == COSIGN_AGAIN);
	REQUIRE(cosign_begin(t.c) == OK);
	line_of(0, NOW + 301, &late);
	CHECK(say(200, false, buf_view(&other)) == COSIGN_FALSE); /* somebody else's */
	CHECK(say(200, false, buf_view(&late)) == COSIGN_FALSE);  /* of tomorrow */
	CHECK(say(200, false, S("")) == COSIGN_FALSE);
	CHECK(say(200, false, S("\n\n")) == COSIGN_FALSE);
	for (size_t i = 0; i < good.n; i++) { /* cut anywhere, changed anywhere */
		bad.n = 0;
		buf_slice(&bad, buf_view(&good));
		bad.p[i] ^= 1;
		CHECK(say(200, false, slice_head(buf_view(&good), i)) == COSIGN_FALSE);
		CHECK(say(200, false, buf_view(&bad)) == COSIGN_FALSE);
	}
	bad.n = 0; /* more lines than a note may have */
	for (unsigned i = 0; i < TLOG_SIGS_MAX; i++)
		buf_slice(&bad, buf_view(&good));
	CHECK(say(200, false, buf_view(&bad)) == COSIGN_FALSE);
	CHECK(say(0, false, S("")) == COSIGN_UNREACHABLE);
	CHECK(say(403, false, S("")) == COSIGN_NEW_KEY);
	CHECK(say(404, false, S("")) == COSIGN_NEW_ORIGIN);
	CHECK(say(409, false, S("1")) == COSIGN_REFUSED);
	CHECK(say(409, true, S("one")) == COSIGN_REFUSED);
	CHECK(say(409, true, S("4")) == COSIGN_ROLLBACK);
	CHECK(say(409, true, S("18446744073709551616")) == COSIGN_REFUSED);
	CHECK(say(422, false, S("")) == COSIGN_FORK);
	CHECK(say(302, false, buf_view(&good)) == COSIGN_REFUSED);
	/* Two sizes in one round: whatever it knows is not this log. */
	CHECK(say(409, true, S("2\n")) == COSIGN_AGAIN);
	CHECK(say(409, true, S("1\n")) == COSIGN_FORK);
	CHECK(!cosign_end(t.c, NOW, 2, &note) && cosign_last(t.c, 0) == 0);
	/* And still a good answer is one. */
	REQUIRE(cosign_begin(t.c) == OK);
	CHECK(say(200, false, buf_view(&good)) == COSIGN_DONE);
	REQUIRE(cosign_answer(t.c, 1, &(struct cosign_answer){0}, NOW) == COSIGN_UNREACHABLE);
	REQUIRE(cosign_end(t.c, NOW, 2, &note));
	CHECK(sealed_by(buf_view(&note), 1).witnesses == 1);
	tear_down();
}

TESTS(CASE(rounds_gather_what_counts), CASE(yesterdays_disk_is_a_rollback),
      CASE(hostile_answers_count_for_nothing))
