/* Sealed chunks: what was changed, swapped, cut or put elsewhere is never read. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/test.h"
#include "os/fd.h"
#include "os/rand.h"
#include "store/writer_test.h"

static struct {
	char dir[64];
	struct blob_home *home;
} t;

static void set_up(void)
{
	strcpy(t.dir, "/tmp/blob_test.XXXXXX");
	REQUIRE(mkdtemp(t.dir));
	REQUIRE(blob_home_create(t.dir) == OK);
	REQUIRE(blob_home_open(t.dir, &t.home) == OK);
}

static void tear_down(void)
{
	char cmd[128];

	blob_home_free(t.home);
	snprintf(cmd, sizeof cmd, "rm -rf %s", t.dir);
	CHECK(system(cmd) == 0);
}

struct made {
	int fd;
	struct blob_id id;
	struct blob_seal seal;
	struct hash hash;
	uint8_t *p;
	size_t n;
};

static struct made make(size_t n, enum blob_role role)
{
	struct made m = {.n = n, .p = malloc(n + 1)};

	REQUIRE(m.p);
	rand_bytes(m.p, n);
	REQUIRE(blob_create(t.home, S("city"), S("t1"), role, &m.id, &m.seal, &m.fd) == OK);
	REQUIRE(blob_put_all(m.fd, &m.seal, slice_of(m.p, n), &m.hash) == OK);
	return m;
}

static void drop(struct made *m)
{
	close(m->fd);
	free(m->p);
}

static enum err read_all(int fd, const struct blob_seal *seal, uint64_t size, const uint8_t *want)
{
	struct blob_reader *r;
	uint64_t at = 0;
	enum err e;

	TRY(blob_reader_open(fd, seal, size, &r));
	for (;;) {
		struct slice s;

		e = blob_reader_at(r, at, &s);
		if (e != OK || s.n == 0)
			break;
		CHECK(memcmp(s.p, want + at, s.n) == 0);
		at += s.n;
	}
	if (e == OK)
		CHECK(at == size);
	blob_reader_free(r);
	return e;
}

static void round_trips(void)
{
	static const size_t sizes[] = {
	    0, 1, BLOB_CHUNK - 1, BLOB_CHUNK, BLOB_CHUNK + 1, 2 * BLOB_CHUNK, 3 * BLOB_CHUNK + 77};

	set_up();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct made m = make(sizes[i], BLOB_ORIGINAL);
		struct hash want = hash_of(slice_of(m.p, m.n));
		struct stat st;

		CHECK(hash_eq(want, m.hash));
		REQUIRE(fstat(m.fd, &st) == 0);
		CHECK((uint64_t)st.st_size == blob_sealed_size(m.n));
		CHECK(read_all(m.fd, &m.seal, m.n, m.p) == OK);
		drop(&m);
	}
	tear_down();
}

static void flip(int fd, off_t at)
{
	uint8_t b;

	REQUIRE(pread(fd, &b, 1, at) == 1);
	b ^= 0x10;
	REQUIRE(pwrite(fd, &b, 1, at) == 1);
}

static void every_flipped_byte_is_seen(void)
{
	set_up();
	struct made m = make(700, BLOB_ORIGINAL);

	for (off_t i = 0; i < (off_t)blob_sealed_size(m.n); i++) {
		flip(m.fd, i);
		CHECK(read_all(m.fd, &m.seal, m.n, m.p) == ERR_CRYPTO);
		flip(m.fd, i);
	}
	CHECK(read_all(m.fd, &m.seal, m.n, m.p) == OK);
	drop(&m);
	m = make(2 * BLOB_CHUNK + 5, BLOB_ORIGINAL);
	for (off_t i = 0; i < (off_t)blob_sealed_size(m.n); i += 9973) {
		flip(m.fd, i);
		CHECK(read_all(m.fd, &m.seal, m.n, m.p) == ERR_CRYPTO);
		flip(m.fd, i);
	}
	drop(&m);
	tear_down();
}

static void swapped_chunks_are_seen(void)
{
	static uint8_t a[BLOB_CHUNK + BLOB_OVERHEAD], b[BLOB_CHUNK + BLOB_OVERHEAD];

	set_up();
	struct made m = make(3 * BLOB_CHUNK, BLOB_ORIGINAL);

	REQUIRE(pread(m.fd, a, sizeof a, 0) == sizeof a);
	REQUIRE(pread(m.fd, b, sizeof b, sizeof a) == sizeof b);
	REQUIRE(pwrite(m.fd, b, sizeof b, 0) == sizeof b);
	REQUIRE(pwrite(m.fd, a, sizeof a, sizeof a) == sizeof a);
	CHECK(read_all(m.fd, &m.seal, m.n, m.p) == ERR_CRYPTO);
	drop(&m);
	tear_down();
}

static void cut_and_grown_files_are_seen(void)
{
	set_up();
	struct made m = make(2 * BLOB_CHUNK, BLOB_ORIGINAL);

	/* Cut at a chunk's boundary, with a size that fits: the last flag is what is missing. */
	REQUIRE(ftruncate(m.fd, BLOB_CHUNK + BLOB_OVERHEAD) == 0);
	CHECK(read_all(m.fd, &m.seal, m.n, m.p) == ERR_CRYPTO);
	CHECK(read_all(m.fd, &m.seal, BLOB_CHUNK, m.p) == ERR_CRYPTO);
	drop(&m);
	m = make(100, BLOB_ORIGINAL);
	REQUIRE(ftruncate(m.fd, (off_t)blob_sealed_size(m.n) + 1) == 0);
	CHECK(read_all(m.fd, &m.seal, m.n, m.p) == ERR_CRYPTO);
	CHECK(read_all(m.fd, &m.seal, m.n + 1, m.p) == ERR_CRYPTO);
	drop(&m);
	tear_down();
}

static void a_result_is_no_original(void)
{
	uint8_t wrapped[BLOB_WRAPPED];
	struct blob_seal seal;
	struct hash other;
	uint32_t epoch;

	set_up();
	struct made a = make(100, BLOB_ORIGINAL), b = make(100, BLOB_RESULT);
	struct slice w = slice_of(wrapped, sizeof wrapped), city = S("city"), tr = S("t1");

	CHECK(read_all(b.fd, &a.seal, 100, a.p) == ERR_CRYPTO);
	REQUIRE(blob_wrap(t.home, &a.seal, 100, &a.hash, &epoch, wrapped) == OK);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &a.id, epoch, w, 100, &a.hash, &seal) ==
	      OK);
	CHECK(memcmp(&seal, &a.seal, sizeof seal) == 0);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_RESULT, &a.id, epoch, w, 100, &a.hash, &seal) ==
	      ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, city, S("t2"), BLOB_ORIGINAL, &a.id, epoch, w, 100, &a.hash,
			  &seal) == ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, S("town"), tr, BLOB_ORIGINAL, &a.id, epoch, w, 100, &a.hash,
			  &seal) == ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &b.id, epoch, w, 100, &a.hash, &seal) ==
	      ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &a.id, epoch, w, 101, &a.hash, &seal) ==
	      ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &a.id, epoch, w, 100, NULL, &seal) ==
	      ERR_CRYPTO);
	other = a.hash;
	other.b[31] ^= 1;
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &a.id, epoch, w, 100, &other, &seal) ==
	      ERR_CRYPTO);
	CHECK(blob_unwrap(t.home, city, tr, BLOB_ORIGINAL, &a.id, epoch + 1, w, 100, &a.hash,
			  &seal) == ERR_CRYPTO);
	drop(&a);
	drop(&b);
	tear_down();
}

/* A slice is BLOB_RESUME bytes, however much there is; no byte is taken before the last. */
static void a_resume_comes_in_slices(void)
{
	size_t n = 2 * BLOB_RESUME + BLOB_CHUNK + 7;
	struct blob_writer *w;
	struct blob_seal seal;
	struct blob_id id;
	struct hash got;
	uint8_t *p = calloc(1, n);
	bool more = false;
	int fd;

	set_up();
	REQUIRE(p);
	REQUIRE(blob_create(t.home, S("c"), S("t"), BLOB_ORIGINAL, &id, &seal, &fd) == OK);
	REQUIRE(blob_writer_open(fd, &seal, n, 0, &w) == OK);
	CHECK(blob_writer_put(w, slice_of(p, 2 * BLOB_RESUME + BLOB_CHUNK)) == OK);
	blob_writer_free(w);
	REQUIRE(blob_writer_open(fd, &seal, n, n, &w) == OK);
	for (unsigned i = 1; i <= 2; i++) {
		CHECK(blob_writer_resume(w, &more) == OK && more);
		CHECK(blob_writer_durable(w) == i * BLOB_RESUME);
		CHECK(blob_writer_put(w, S("x")) == ERR_CONFLICT);
	}
	CHECK(blob_writer_resume(w, &more) == OK && !more);
	CHECK(blob_writer_at(w) == 2 * BLOB_RESUME + BLOB_CHUNK);
	CHECK(blob_writer_put(w, slice_of(p, 7)) == OK);
	CHECK(blob_writer_finish(w, &got) == OK && hash_eq(got, hash_of(slice_of(p, n))));
	blob_writer_free(w);
	close(fd);
	free(p);
	tear_down();
}

static void an_upload_resumes(void)
{
	size_t n = 3 * BLOB_CHUNK + 1234;
	struct blob_writer *w;
	struct blob_seal seal;
	struct blob_id id;
	struct hash got;
	uint64_t at = 0;
	uint8_t *p = malloc(n);
	int fd;

	set_up();
	REQUIRE(p);
	rand_bytes(p, n);
	REQUIRE(blob_create(t.home, S("c"), S("t"), BLOB_ORIGINAL, &id, &seal, &fd) == OK);
	REQUIRE(writer_from(fd, &seal, n, &at, &w) == OK);
	CHECK(at == 0);
	CHECK(blob_writer_put(w, slice_of(p, 2 * BLOB_CHUNK + 99)) == OK);
	CHECK(blob_writer_durable(w) == 2 * BLOB_CHUNK);
	CHECK(blob_writer_finish(w, &got) == ERR_CONFLICT);
	blob_writer_free(w); /* the process died here */
	at = UINT64_MAX;
	REQUIRE(writer_from(fd, &seal, n, &at, &w) == OK);
	CHECK(at == 2 * BLOB_CHUNK);
	CHECK(blob_writer_put(w, slice_from(slice_of(p, n), at)) == OK);
	CHECK(blob_writer_put(w, S("x")) == ERR_LIMIT);
	CHECK(blob_writer_finish(w, &got) == OK);
	CHECK(hash_eq(got, hash_of(slice_of(p, n))));
	CHECK(blob_writer_finish(w, &got) == ERR_CONFLICT);
	CHECK(read_all(fd, &seal, n, p) == OK);
	blob_writer_free(w);
	/* A chunk that was only half written is written again. */
	REQUIRE(ftruncate(fd, BLOB_CHUNK + 500) == 0);
	at = n;
	REQUIRE(writer_from(fd, &seal, n, &at, &w) == OK);
	CHECK(at == BLOB_CHUNK);
	blob_writer_free(w);
	close(fd);
	free(p);
	tear_down();
}

static enum err count(void *ctx, const struct blob_id *id)
{
	(void)id;
	(*(unsigned *)ctx)++;
	return OK;
}

static void files_come_and_go(void)
{
	unsigned n = 0;
	int fd;

	set_up();
	struct made a = make(1, BLOB_ORIGINAL), b = make(1, BLOB_RESULT);

	CHECK(blob_each(t.home, count, &n) == OK && n == 2);
	CHECK(blob_destroy(t.home, &a.id) == OK);
	CHECK(blob_destroy(t.home, &a.id) == OK);
	CHECK(blob_open(t.home, &a.id, false, &fd) == ERR_NOT_FOUND);
	REQUIRE(blob_open(t.home, &b.id, false, &fd) == OK);
	close(fd);
	n = 0;
	CHECK(blob_each(t.home, count, &n) == OK && n == 1);
	drop(&a);
	drop(&b);
	tear_down();
}

static void a_key_others_may_read_is_refused(void)
{
	struct blob_home *h;
	char path[128];

	set_up();
	snprintf(path, sizeof path, "%s/keys/blob-0001.key", t.dir);
	REQUIRE(chmod(path, 0444) == 0);
	CHECK(blob_home_open(t.dir, &h) == ERR_FORBIDDEN);
	tear_down();
}

TESTS(CASE(round_trips), CASE(every_flipped_byte_is_seen), CASE(swapped_chunks_are_seen),
      CASE(cut_and_grown_files_are_seen), CASE(a_result_is_no_original), CASE(an_upload_resumes),
      CASE(a_resume_comes_in_slices), CASE(files_come_and_go),
      CASE(a_key_others_may_read_is_refused))
