/* What a stranger gets of a log, what they find out of it, and that any damage is named. */
#include "sekisho/audit.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/file.h"
#include "record/prove.h"
#include "sekisho/subcommand.h"

static struct {
	char dir[64], out[96], path[160];
	int log, to;
	struct signer *signer;
	struct hash last;
	struct audit audit;
	unsigned tried;
} t;

/* Entries from the signed size on up to n, in batches as the gateway sends them. */
static void grow(uint64_t n)
{
	while (signer_size(t.signer) < n) {
		uint64_t from = signer_size(t.signer), k = n - from;
		struct hash prev = t.last;
		AUTO_BUF b;

		k = k > 500 ? 500 : k;
		buf_init(&b, 1 << 20);
		for (uint64_t i = from; i < from + k; i++) {
			char text[40];

			snprintf(text, sizeof text, "entry %llu v1\n", (unsigned long long)i);
			REQUIRE(tlog_bundle_put(&b, slice_str(text)) == OK);
			t.last = tlog_leaf(slice_str(text));
		}
		REQUIRE(signer_add(t.signer, from, prev, buf_view(&b), k) == OK);
	}
}

static void set_up(uint64_t n)
{
	char path[128];

	strcpy(t.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/audit_test.XXXXXX"
						    : "/tmp/audit_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	REQUIRE(signer_create(t.dir, S("sekisho.example/chofu")) == OK);
	REQUIRE(signer_open(t.dir, &t.signer) == OK);
	snprintf(path, sizeof path, "%s/log", t.dir);
	snprintf(t.out, sizeof t.out, "%s/out", t.dir);
	REQUIRE(mkdir(t.out, 0755) == 0);
	t.log = open(path, O_RDONLY | O_DIRECTORY);
	t.to = open(t.out, O_RDONLY | O_DIRECTORY);
	REQUIRE(t.log >= 0 && t.to >= 0);
	t.audit = (struct audit){.program = "audit_test"};
	REQUIRE(log_read_key(t.log, &t.audit.log[0]) == OK);
	t.audit.trust =
	    (struct tlog_trust){.log = t.audit.log, .log_n = 1, .witness = t.audit.witness};
	grow(n);
}

static void tear_down(void)
{
	char cmd[96];

	signer_close(t.signer);
	close(t.log);
	close(t.to);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

/* Runs one audit with its words thrown away. */
static int quiet(int (*fn)(const struct audit *, const char *), const char *path)
{
	int keep, null, code;

	fflush(stdout);
	keep = dup(1);
	null = open("/dev/null", O_WRONLY);
	dup2(null, 1);
	code = fn(&t.audit, path);
	fflush(stdout);
	dup2(keep, 1);
	close(keep);
	close(null);
	return code;
}

static const char *put(const char *name, struct slice bytes)
{
	snprintf(t.path, sizeof t.path, "%s/%s", t.dir, name);
	REQUIRE(file_write(AT_FDCWD, t.path, bytes, 0644) == OK);
	return t.path;
}

static void proofs_of_seventy_thousand(void)
{
	const char *path;

	set_up(70000);
	for (uint64_t i = 0; i < 70000; i += 997) {
		struct tlog_proof_file f;
		AUTO_BUF b;

		buf_init(&b, TLOG_PROOF_FILE_MAX);
		REQUIRE(log_prove(t.log, i, false, &b) == OK);
		REQUIRE(tlog_proof_file_parse(buf_view(&b), &f) == OK);
		CHECK(f.index == i && f.proof.n <= 17);
		path = put("p", buf_view(&b));
		CHECK(quiet(audit_proof, path) == EXIT_DONE);
		b.p[b.n / 2] ^= 1;
		path = put("p", buf_view(&b));
		CHECK(quiet(audit_proof, path) == EXIT_HELD);
	}
	AUTO_BUF none;

	buf_init(&none, TLOG_PROOF_FILE_MAX);
	CHECK(log_prove(t.log, 70000, false, &none) == ERR_NOT_FOUND && none.n == 0);
	struct log_exported done;

	REQUIRE(log_copy(t.log, t.to, &done) == OK);
	CHECK(done.size == 70000 && done.files == 274 * 2 + 2 + 1 + 2 && done.had == 0);
	CHECK(quiet(audit_log, t.out) == EXIT_DONE);
	tear_down();
}

/* One change of an exported file: bytes, with `cut` of them gone or one more at the end. */
static void try_change(const char *path, struct slice bytes)
{
	REQUIRE(file_write(AT_FDCWD, path, bytes, 0644) == OK);
	if (quiet(audit_log, t.out) != EXIT_HELD) {
		printf("# took a changed %s\n", path);
		test_now.failed++;
	}
	t.tried++;
}

static int damage(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	AUTO_BUF whole;
	AUTO_BUF b;

	(void)st;
	(void)ftw;
	buf_init(&whole, 1 << 20);
	buf_init(&b, 1 << 20);
	if (kind != FTW_F || strcmp(path + strlen(t.out), "/key") == 0)
		return 0; /* the auditor holds the key; the folder's is not looked at */
	REQUIRE(file_read(path, &whole) == OK && whole.n >= 32);
	for (size_t at = 0; at < whole.n; at += 1 + whole.n / 23) {
		b.n = 0;
		buf_slice(&b, buf_view(&whole));
		b.p[at] ^= (uint8_t)(1u << (at % 8)); /* flipped */
		try_change(path, buf_view(&b));
		try_change(path, slice_head(buf_view(&whole), at)); /* cut */
		b.n = at;
		buf_put(&b, whole.p + at, 1); /* repeated */
		buf_put(&b, whole.p + at, whole.n - at);
		try_change(path, buf_view(&b));
		if (at + 1 < whole.n && whole.p[at] != whole.p[at + 1]) {
			b.n = at; /* swapped */
			buf_put(&b, whole.p + at + 1, 1);
			buf_put(&b, whole.p + at, 1);
			buf_put(&b, whole.p + at + 2, whole.n - at - 2);
			try_change(path, buf_view(&b));
		}
	}
	REQUIRE(file_write(AT_FDCWD, path, buf_view(&whole), 0644) == OK);
	return 0;
}

static void any_damage_of_a_copy_is_named(void)
{
	struct log_exported done;

	set_up(300);
	REQUIRE(log_copy(t.log, t.to, &done) == OK);
	REQUIRE(quiet(audit_log, t.out) == EXIT_DONE);
	REQUIRE(nftw(t.out, damage, 8, FTW_PHYS) == 0);
	CHECK(t.tried > 400);
	CHECK(quiet(audit_log, t.out) == EXIT_DONE);
	tear_down();
}

static void a_copy_grows_and_takes_no_other_history(void)
{
	struct log_exported done;

	set_up(300);
	REQUIRE(log_copy(t.log, t.to, &done) == OK);
	grow(700);
	REQUIRE(log_copy(t.log, t.to, &done) == OK);
	CHECK(done.had == 2); /* the full bundle and tile */
	CHECK(quiet(audit_log, t.out) == EXIT_DONE);
	put("out/tile/0/000", S("another"));
	CHECK(log_copy(t.log, t.to, &done) == ERR_CONFLICT);
	tear_down();
}

static const char *old_path;

static int growth(const struct audit *a, const char *claim)
{
	return audit_growth(a, old_path, claim);
}

static void growth_is_proved(void)
{
	char old[128];
	AUTO_BUF at300;
	AUTO_BUF claim;
	AUTO_BUF again;

	set_up(300);
	buf_init(&at300, TLOG_NOTE_MAX);
	buf_init(&claim, TLOG_PROOF_FILE_MAX);
	buf_init(&again, TLOG_PROOF_FILE_MAX);
	REQUIRE(log_read_note(t.log, &at300) == OK);
	strcpy(old, put("old", buf_view(&at300)));
	old_path = old;
	grow(1000);
	REQUIRE(log_prove_growth(t.log, buf_view(&at300), &claim) == OK);
	CHECK(quiet(growth, put("claim", buf_view(&claim))) == EXIT_DONE);
	for (size_t i = 0; i < claim.n; i++) {
		claim.p[i] ^= 1;
		CHECK(quiet(growth, put("claim", buf_view(&claim))) == EXIT_HELD);
		claim.p[i] ^= 1;
	}
	/* A log that was set back: the newer checkpoint did not grow from what is there. */
	AUTO_BUF at1000;

	buf_init(&at1000, TLOG_NOTE_MAX);
	REQUIRE(log_read_note(t.log, &at1000) == OK);
	put("log/checkpoint", buf_view(&at300));
	CHECK(log_prove_growth(t.log, buf_view(&at1000), &again) == ERR_FORBIDDEN && again.n == 0);
	tear_down();
}

static void keys_that_do_not_fit(void)
{
	struct audit_words w = {0};
	struct audit a = {.program = "audit_test"};
	char good[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
	int err = dup(2), null = open("/dev/null", O_WRONLY);

	dup2(null, 2);
	CHECK(audit_trust(&a, &w, 100) == EXIT_ERROR);
	w.key = "";
	CHECK(audit_trust(&a, &w, 100) == EXIT_ERROR);
	w.key = "no+such+key";
	CHECK(audit_trust(&a, &w, 100) == EXIT_ERROR);
	w.key = good;
	CHECK(audit_trust(&a, &w, 100) == EXIT_DONE && a.trust.log_n == 1 && !a.trust.require);
	w.require = "1";
	CHECK(audit_trust(&a, &w, 100) == EXIT_ERROR);
	w.require = "0";
	w.fresh = "101";
	CHECK(audit_trust(&a, &w, 100) == EXIT_ERROR);
	w.fresh = "60";
	CHECK(audit_trust(&a, &w, 100) == EXIT_DONE && a.trust.not_before == 40);
	dup2(err, 2);
	close(err);
	close(null);
}

TESTS(CASE(proofs_of_seventy_thousand), CASE(any_damage_of_a_copy_is_named),
      CASE(a_copy_grows_and_takes_no_other_history), CASE(growth_is_proved),
      CASE(keys_that_do_not_fit))
