/* Entries, their one form, erasing; the signer and the checker of the published log. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/file.h"
#include "record/check.h"
#include "record/publish.h"
#include "record/signer.h"
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
	for (;;) {
		AUTO_ARENA a = arena_new(4 << 20);
		struct hash prev;
		AUTO_BUF bundle;
		size_t n;

		buf_init(&bundle, PUBLISH_BUNDLE_MAX);
		TRY(record_batch(t.store, signer_size(s), a, &bundle, &n, &prev));
		if (n == 0)
			return OK;
		TRY(signer_add(s, signer_size(s), prev, buf_view(&bundle), n));
	}
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
	REQUIRE(record_erase(t.store, S("transfer/1"), S("system"), 1764000000999) == OK);
	REQUIRE(store_commit(t.store) == OK);
	REQUIRE(record_at(t.store, 0, a, &e) == OK);
	CHECK(slice_starts(record_value(&e, "name"), S("c:")));
	REQUIRE(record_of_stream(t.store, S("transfer/1"), a, &all, &n) == OK);
	CHECK(n == 2 && slice_eq_str(all[1].type, "record.erased"));
	CHECK_STR(record_value(&all[1], "values"), "2");
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

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* One flipped bit anywhere in the published files is found, with a place. */
static void a_flipped_bit_is_named(void)
{
	static const char *const files[] = {"checkpoint",       "key",
					    "tile/entries/000", "tile/0/000",
					    "tile/0/001.p/44",  "tile/entries/001.p/44",
					    "tile/1/000.p/1"};
	struct log_check c;
	struct signer *s;
	unsigned tried = 0;

	set_up();
	append_all(0, 300);
	REQUIRE(signer_open(t.dir, &s) == OK);
	REQUIRE(sign(s) == OK);
	signer_close(s);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[160];
		off_t n;

		snprintf(path, sizeof path, "%s/log/%s", t.dir, files[i]);
		n = size_of(path);
		REQUIRE(n > 0);
		for (off_t at = 0; at < n - 1; at += 1 + n / 16) {
			flip(path, at);
			REQUIRE(log_check(t.dir, t.store, &c) == OK);
			CHECK(c.fault.where[0] && c.fault.what[0]);
			flip(path, at);
			tried++;
		}
	}
	CHECK(tried > 60);
	REQUIRE(log_check(t.dir, t.store, &c) == OK);
	CHECK(!c.fault.where[0]);
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

TESTS(CASE(an_entry_has_one_form), CASE(what_breaks_the_form_is_refused),
      CASE(erasing_leaves_the_commitment), CASE(the_signer_grows_one_tree),
      CASE(a_flipped_bit_is_named), CASE(a_changed_store_is_named),
      CASE(the_signer_refuses_foreign_tiles))
