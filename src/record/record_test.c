/* Entries, their one form, erasing; the signer and the checker of the published log. */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/file.h"
#include "record/chain.h"
#include "record/check.h"
#include "record/prove.h"
#include "record/sign_test.h"
#include "store/driver.h"
#include "store/log.h"

static struct {
	char dir[64];
	struct store *store;
} t;

static void set_up(void)
{
	char path[128];

	/* In memory where there is such a place: nothing here cuts the power. */
	strcpy(t.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/record_test.XXXXXX"
						    : "/tmp/record_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	snprintf(path, sizeof path, "%s/store.db", t.dir);
	REQUIRE(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &t.store) == OK);
	REQUIRE(signer_create(t.dir, S("sekisho/chofu/test")) == OK);
}

static void tear_down(void)
{
	char cmd[128];

	store_close(t.store);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

static void append_one(unsigned n)
{
	char stream[40];
	const struct record_field fields[] = {
	    {.key = "zone", .value = S("lgwan")},
	    {.key = "name", .value = S("申請書.docx"), .secret = true},
	};

	snprintf(stream, sizeof stream, "transfer/%u", n);
	const struct record_event e = {.type = "transfer.created",
				       .stream = slice_str(stream),
				       .actor = S("hanako"),
				       .at_ms = 1764000000123,
				       .fields = fields,
				       .n = 2};

	REQUIRE(record_append(t.store, &e, NULL) == OK);
}

static void append_all(unsigned from, unsigned to)
{
	REQUIRE(store_begin(t.store) == OK);
	for (unsigned i = from; i < to; i++)
		append_one(i);
	REQUIRE(store_commit(t.store) == OK);
}

static void append(unsigned n)
{
	append_all(n, n + 1);
}

static enum err sign(struct signer *s)
{
	return sign_all(t.store, s);
}

static void an_entry_has_one_form(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct record_entry e;
	struct diag d;

	set_up();
	append(1);
	REQUIRE(record_at(t.store, 0, a, &e) == OK);
	CHECK_STR(e.type, "transfer.created");
	CHECK_STR(e.stream, "transfer/1");
	CHECK(e.at_ms == 1764000000123);
	CHECK_STR(record_value(&e, "name"), "申請書.docx");
	CHECK_STR(record_value(&e, "actor"), "hanako");
	/* Neither stands in the log itself. */
	CHECK(slice_find(e.text, S("申請書")) == SIZE_MAX);
	CHECK(slice_find(e.text, S("hanako")) == SIZE_MAX);
	/* Every cut of it, and every pair of lines the other way round, is no entry. */
	for (size_t i = 0; i < slice_find(e.text, S("zone=")); i++) {
		struct record_entry bad;

		CHECK(record_parse(slice_head(e.text, i), a, &bad, &d) == ERR_SYNTAX);
	}
	struct record_entry x;

	CHECK(record_parse(S("a v1\nb=1\na=1\n"), a, &x, &d) == ERR_SYNTAX && d.offset == 9);
	CHECK(record_parse(S("a v2\n"), a, &x, &d) == ERR_SYNTAX);
	CHECK(record_parse(S("a v1\nactor=x\nat=2026-01-01T00:00:00.000Z\ncity=c\nstream=s\n"), a,
			   &x, &d) == OK);
	CHECK(record_at(t.store, 1, a, &e) == ERR_NOT_FOUND);
	tear_down();
}

static void what_breaks_the_form_is_refused(void)
{
	struct record_field f = {.key = "x"};
	struct record_event e = {
	    .type = "a.b", .stream = S("s"), .actor = S("y"), .at_ms = 1, .fields = &f, .n = 1};
	static const char *const bad[] = {
	    "a\nb", "c:0000000000000000000000000000000000000000000000000000000000000000", "\xff"};

	set_up();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		f.value = slice_str(bad[i]);
		REQUIRE(store_begin(t.store) == OK);
		CHECK(record_append(t.store, &e, NULL) == ERR_USAGE);
		store_rollback(t.store);
	}
	f = (struct record_field){.key = "actor", .value = S("z")};
	REQUIRE(store_begin(t.store) == OK);
	CHECK(record_append(t.store, &e, NULL) == ERR_USAGE);
	store_rollback(t.store);
	tear_down();
}

static void erasing_leaves_the_commitment(void)
{
	AUTO_ARENA a = arena_new(1 << 20);
	struct record_entry e, *all;
	size_t n;

	set_up();
	append(1);
	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(record_erase(t.store, S("transfer/1"), S("system"), 1764000000999, NULL) == OK);
	REQUIRE(store_commit(t.store) == OK);
	REQUIRE(record_at(t.store, 0, a, &e) == OK);
	CHECK(slice_starts(record_value(&e, "name"), S("c:")));
	REQUIRE(record_of_stream(t.store, S("transfer/1"), a, &all, &n) == OK);
	CHECK(n == 2 && slice_eq_str(all[1].type, "record.erased"));
	CHECK_STR(record_value(&all[1], "values"), "2");
	tear_down();
}

/* Whether a file below the folder holds the bytes. */
static struct slice needle;
static unsigned holding;

static int look(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	AUTO_BUF b;

	(void)st;
	(void)ftw;
	buf_init(&b, 64u << 20);
	if (kind == FTW_F && file_read(path, &b) == OK)
		holding += slice_find(buf_view(&b), needle) != SIZE_MAX;
	return 0;
}

static unsigned files_with(struct slice bytes)
{
	needle = bytes;
	holding = 0;
	REQUIRE(nftw(t.dir, look, 8, FTW_PHYS) == 0);
	return holding;
}

static void what_is_erased_is_nowhere_and_proofs_stay(void)
{
	struct tlog_trust real = {.log_n = 1};
	struct tlog_proof_file f;
	struct tlog_seal seal;
	struct tlog_key key;
	struct log_check c;
	struct signer *s;
	char path[128];
	uint64_t n;
	AUTO_BUF proof;
	AUTO_BUF entry;
	AUTO_BUF old;
	AUTO_BUF claim;

	buf_init(&proof, TLOG_PROOF_FILE_MAX);
	buf_init(&entry, TLOG_ENTRY_MAX);
	buf_init(&old, TLOG_NOTE_MAX);
	buf_init(&claim, TLOG_PROOF_FILE_MAX);
	set_up();
	append_all(0, 300);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	snprintf(path, sizeof path, "%s/log", t.dir);
	AUTO_CLOSE log = open(path, O_RDONLY | O_DIRECTORY);

	REQUIRE(log_prove(log, 7, false, &proof) == OK);
	REQUIRE(log_read_note(log, &old) == OK);
	CHECK(files_with(S("申請書.docx")) > 0);
	REQUIRE(store_begin(t.store) == OK);
	for (unsigned i = 0; i < 300; i++) {
		char stream[40];

		snprintf(stream, sizeof stream, "transfer/%u", i);
		REQUIRE(record_erase(t.store, slice_str(stream), S("operator"), 1764000000999,
				     &n) == OK);
		CHECK(n == 2);
	}
	REQUIRE(store_commit(t.store) == OK);
	REQUIRE(store_scrub(t.store) == OK);
	CHECK(files_with(S("申請書.docx")) == 0);
	CHECK(files_with(S("hanako")) == 0);
	/* The record is whole, and so is what was handed out before. */
	REQUIRE(sign(s) == OK);
	signer_close(s);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0] && c.size == 600 && c.erased == 600 && c.values == 300);
	REQUIRE(log_read_key(log, &key) == OK);
	real.log = &key;
	REQUIRE(tlog_proof_file_parse(buf_view(&proof), &f) == OK);
	REQUIRE(tlog_proof_file_entry(&f, &entry) == OK);
	CHECK(tlog_proof_file_check(&f, buf_view(&entry), &real, &seal) == OK);
	CHECK(log_prove_growth(log, buf_view(&old), &claim) == OK);
	tear_down();
}

static void the_signer_grows_one_tree(void)
{
	struct log_check c;
	struct signer *s;
	struct hash no = {0};

	set_up();
	append_all(0, 3);
	REQUIRE(signer_open(t.dir, &s) == OK);
	CHECK(signer_size(s) == 0 && sign(s) == OK && signer_size(s) == 3);
	signer_close(s);
	/* Over several tiles, with reopening in between. */
	append_all(3, 600);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0] && c.size == 3 && c.unsigned_tail == 597);
	REQUIRE(signer_open(t.dir, &s) == OK);
	CHECK(sign(s) == OK && signer_size(s) == 600);
	/* Another history, or a batch from elsewhere, gets no signature. */
	CHECK(signer_add(s, 599, no, S("\0\1x"), 1) == ERR_CONFLICT);
	CHECK(signer_add(s, 600, no, S("\0\1x"), 1) == ERR_CRYPTO);
	signer_close(s);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0] && c.size == 600 && c.entries == 600 && !c.unsigned_tail);
	CHECK(c.values == 1200);
	/* Without the store, from the published files alone. */
	REQUIRE(log_check(t.dir, NULL, &c) == OK);
	CHECK(!c.fault.where[0] && c.entries == 600);
	tear_down();
}

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t b;

	REQUIRE(fd >= 0);
	REQUIRE(pread(fd, &b, 1, at) == 1);
	b ^= 1;
	REQUIRE(pwrite(fd, &b, 1, at) == 1);
	close(fd);
}

/* Puts other bytes in a published file; the check must name a place. */
static void changed(const char *path, struct slice bytes, const char *how, size_t at)
{
	struct log_check c;

	REQUIRE(file_write(AT_FDCWD, path, bytes, 0644) == OK);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	if (!c.fault.where[0] || !c.fault.what[0]) {
		printf("# %s at %zu of %s was taken\n", how, at, path);
		test_now.failed++;
	}
}

/* Every single byte flipped, cut off, repeated, swapped with its neighbour; and one more. */
static void every_byte_of(const char *path)
{
	AUTO_BUF whole;
	AUTO_BUF b;

	buf_init(&whole, 1 << 20);
	buf_init(&b, 1 << 20);
	REQUIRE(file_read(path, &whole) == OK && whole.n > 0);
	for (size_t at = 0; at < whole.n; at++) {
		bool last = at + 1 == whole.n;

		b.n = 0;
		buf_slice(&b, buf_view(&whole));
		b.p[at] ^= (uint8_t)(1u << at % 8);
		changed(path, buf_view(&b), "flipped", at);
		changed(path, slice_head(buf_view(&whole), at), "cut", at);
		b.n = at;
		buf_put(&b, whole.p + at, 1);
		buf_put(&b, whole.p + at, whole.n - at);
		changed(path, buf_view(&b), "repeated", at);
		if (last || whole.p[at] == whole.p[at + 1])
			continue;
		memcpy(b.p, whole.p, whole.n);
		b.n = whole.n;
		b.p[at] = whole.p[at + 1];
		b.p[at + 1] = whole.p[at];
		changed(path, buf_view(&b), "swapped", at);
	}
	REQUIRE(file_write(AT_FDCWD, path, buf_view(&whole), 0644) == OK);
}

static void any_changed_byte_is_named(void)
{
	static const char *const files[] = {"checkpoint", "tile/entries/001.p/4", "tile/0/001.p/4",
					    "tile/1/000.p/1"};
	struct log_check c;
	struct signer *s;
	char path[160];

	set_up();
	append_all(0, 260);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	signer_close(s);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof path, "%s/log/%s", t.dir, files[i]);
		every_byte_of(path);
	}
	/* In the large ones, one byte of each entry and hash. */
	for (off_t at = 0; at < 256 * 32; at += 31) {
		snprintf(path, sizeof path, "%s/log/tile/0/000", t.dir);
		flip(path, at);
		REQUIRE(log_check(t.dir, t.store, &c) == OK);
		CHECK(c.fault.where[0]);
		flip(path, at);
		snprintf(path, sizeof path, "%s/log/tile/entries/000", t.dir);
		flip(path, at);
		REQUIRE(log_check(t.dir, t.store, &c) == OK);
		CHECK(c.fault.where[0]);
		flip(path, at);
	}
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0]);
	tear_down();
}

/* Appends the entry that names the next key, as `log rotate-key` does. */
static void name_next(const struct tlog_key *next)
{
	struct record_field f = {.key = "new"};
	struct record_event e = {.type = "log.key-changed",
				 .stream = S("city"),
				 .actor = S("operator"),
				 .at_ms = 1764000000123,
				 .fields = &f,
				 .n = 1};
	AUTO_BUF vkey;

	buf_init(&vkey, 4096);
	tlog_vkey_put(&vkey, next);
	f.value = buf_view(&vkey);
	REQUIRE(store_begin(t.store) == OK);
	REQUIRE(record_append(t.store, &e, NULL) == OK);
	REQUIRE(store_commit(t.store) == OK);
}

static int published(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/log", t.dir);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	REQUIRE(fd >= 0);
	return fd;
}

static void a_key_is_changed_and_followed(void)
{
	struct tlog_key keys[8], old, next;
	char path[160];
	struct log_check c;
	struct signer *s, *twice;
	struct stat st;
	size_t n = 1;
	AUTO_BUF before;
	AUTO_BUF claim;

	buf_init(&before, TLOG_NOTE_MAX);
	buf_init(&claim, TLOG_PROOF_FILE_MAX);
	set_up();
	append_all(0, 3);
	AUTO_CLOSE log = published();

	REQUIRE(log_read_key(log, &old) == OK);
	REQUIRE(signer_open(t.dir, &s) == OK);
	CHECK(signer_open(t.dir, &twice) == ERR_CONFLICT);
	REQUIRE(sign(s) == OK);
	REQUIRE(log_read_note(log, &before) == OK);
	REQUIRE(signer_next_key(s, &next) == OK);
	name_next(&next);
	REQUIRE(sign(s) == OK);
	REQUIRE(signer_cross(s) == OK);
	append_all(4, 300);
	REQUIRE(sign(s) == OK);
	signer_close(s);
	REQUIRE(signer_open(t.dir, &s) == OK);
	CHECK(signer_size(s) == 300);
	signer_close(s);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0] && c.size == 300);
	/* Whoever holds the old key comes to the new one, and by no other way. */
	keys[0] = old;
	REQUIRE(log_trust_follow(log, keys, &n, ARRAY_LEN(keys)) == OK);
	CHECK(n == 2 && memcmp(keys[1].pub, next.pub, sizeof next.pub) == 0);
	CHECK(log_prove_growth(log, buf_view(&before), &claim) == OK);
	snprintf(path, sizeof path, "%s/log/keys/%08x", t.dir, (unsigned)next.id);
	REQUIRE(stat(path, &st) == 0 && st.st_size > 400);
	for (off_t at = 0; at < st.st_size; at++) {
		size_t found = 1;

		flip(path, at);
		keys[0] = old;
		REQUIRE(log_trust_follow(log, keys, &found, ARRAY_LEN(keys)) == OK);
		/* The first line, the old key, is only for whoever looks for it. */
		if (found != 1 && memcmp(keys[1].pub, next.pub, sizeof next.pub) != 0)
			test_now.failed++;
		flip(path, at);
	}
	tear_down();
}

/* Without the entry that names it a key is not followed, though both signed. */
static void a_key_that_no_entry_names_is_not_followed(void)
{
	struct tlog_key keys[8], next;
	struct signer *s;
	size_t n = 1;

	set_up();
	append_all(0, 3);
	AUTO_CLOSE log = published();

	REQUIRE(log_read_key(log, &keys[0]) == OK);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	REQUIRE(signer_next_key(s, &next) == OK);
	REQUIRE(signer_cross(s) == OK);
	signer_close(s);
	REQUIRE(log_trust_follow(log, keys, &n, ARRAY_LEN(keys)) == OK);
	CHECK(n == 1);
	tear_down();
}

/* Cut off before the key file was put in place: the next start finishes it. */
static void a_crossing_that_was_cut_is_finished(void)
{
	char key[128], next_path[128];
	struct tlog_key old, next, now;
	struct signer *s;
	AUTO_BUF secret;

	buf_init(&secret, 4096);
	set_up();
	append_all(0, 3);
	AUTO_CLOSE log = published();

	snprintf(key, sizeof key, "%s/signer/key", t.dir);
	snprintf(next_path, sizeof next_path, "%s/signer/next", t.dir);
	REQUIRE(file_read(key, &secret) == OK);
	REQUIRE(log_read_key(log, &old) == OK);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	REQUIRE(signer_next_key(s, &next) == OK);
	name_next(&next);
	REQUIRE(sign(s) == OK);
	REQUIRE(signer_cross(s) == OK);
	signer_close(s);
	/* As if the rename had not come: the new key in next, the old one in key. */
	REQUIRE(rename(key, next_path) == 0);
	REQUIRE(file_write(AT_FDCWD, key, buf_view(&secret), 0400) == OK);
	REQUIRE(signer_open(t.dir, &s) == OK);
	CHECK(access(next_path, F_OK) != 0);
	append(9);
	CHECK(sign(s) == OK);
	signer_close(s);
	REQUIRE(log_read_key(log, &now) == OK);
	CHECK(memcmp(now.pub, next.pub, sizeof now.pub) == 0);
	tear_down();
}

static void a_changed_store_is_named(void)
{
	struct log_check c;
	struct signer *s;
	char path[128];
	void *raw;

	set_up();
	append_all(0, 5);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	snprintf(path, sizeof path, "%s/store.db", t.dir);
	REQUIRE(store_sqlite.open(path, STORE_WRITE, &raw) == OK);

	REQUIRE(store_sqlite.script(raw, "UPDATE value SET body = CAST(replace(body, X'e8', X'e9')"
					 " AS BLOB) WHERE n = 2") == OK);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK_STR(slice_str(c.fault.where), "entry 2");
	REQUIRE(store_sqlite.script(raw, "DELETE FROM value WHERE n = 2") == OK);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0] && c.erased == 2);
	/* A store that was set back: rows are missing that were signed. */
	REQUIRE(store_sqlite.script(raw, "DELETE FROM value WHERE n >= 3; DELETE FROM entry "
					 "WHERE n >= 3") == OK);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK_STR(slice_str(c.fault.where), "entry 3");
	CHECK(sign(s) == ERR_CRYPTO);
	store_sqlite.close(raw);
	signer_close(s);
	tear_down();
}

/* A tile that was changed under the signer stops it: it signs only what grows from its head. */
static void the_signer_refuses_foreign_tiles(void)
{
	struct signer *s;
	char path[128];

	set_up();
	append(0);
	append(1);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	snprintf(path, sizeof path, "%s/log/tile/0/000.p/2", t.dir);
	flip(path, 40);
	append(2);
	CHECK(sign(s) == ERR_CRYPTO);
	signer_close(s);
	CHECK(signer_open(t.dir, &s) == ERR_CRYPTO);
	tear_down();
}

static bool there(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", t.dir, name);
	return access(path, F_OK) == 0;
}

/* What a death in the middle of a write left is gone at the next start; what looks like it is not.
 */
static void what_a_cut_write_left_is_removed(void)
{
	static const struct {
		const char *name;
		bool stays;
	} files[] = {
	    {"signer/.tmp-0123456789abcdef01234567", false},
	    {"log/.tmp-0123456789abcdef01234567", false},
	    {"log/tile/0/.tmp-fedcba9876543210fedcba98", false},
	    {"signer/.tmp-0123456789abcdef0123456", true},
	    {"signer/.tmp-0123456789ABCDEF01234567", true},
	    {"signer/tmp-0123456789abcdef01234567", true},
	    {"blobs.tmp-0123456789abcdef01234567", true},
	    {".tmp-0123456789abcdef01234567", true},
	};
	struct signer *g;
	char path[256];

	set_up();
	for (int deep = 0; deep < 2; deep++) {
		snprintf(path, sizeof path, "%s/log/tile%s", t.dir, deep ? "/0" : "");
		REQUIRE(file_mkdir(path, 0755) == OK);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof path, "%s/%s", t.dir, files[i].name);
		REQUIRE(file_write(AT_FDCWD, path, S("half"), 0600) == OK);
	}
	REQUIRE(signer_open(t.dir, &g) == OK);
	signer_close(g);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		CHECK(there(files[i].name) == files[i].stays);
	tear_down();
}

TESTS(CASE(an_entry_has_one_form), CASE(what_a_cut_write_left_is_removed),
      CASE(what_breaks_the_form_is_refused), CASE(erasing_leaves_the_commitment),
      CASE(what_is_erased_is_nowhere_and_proofs_stay), CASE(the_signer_grows_one_tree),
      CASE(any_changed_byte_is_named), CASE(a_changed_store_is_named),
      CASE(the_signer_refuses_foreign_tiles), CASE(a_key_is_changed_and_followed),
      CASE(a_key_that_no_entry_names_is_not_followed), CASE(a_crossing_that_was_cut_is_finished))
