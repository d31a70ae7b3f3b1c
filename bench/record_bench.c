/*
 * The record against its floors, in one run. Usage: record_bench FOLDER [LARGE]
 * Each side runs ROUNDS times, in turns; its best round counts. LARGE 0: no proofs.
 *   record-commit  appending and committing, against SQLite alone inserting the same bytes in the
 *                  same batches; and with signing and publishing on top
 *   record-summary what the summary beside the record costs (how often and when last, by type and
 * by statement): processor time of the same steps with a second one on top, less that of the steps;
 * 256 entries a step, and one record-verify  reading and verifying the published files, against
 * nettle hashing their bytes record-proof   a proof out of LARGE entries (10,000,000) against one
 * out of 10,000 Prints one JSON object a line.
 */
#include <fcntl.h>
#include <nettle/sha2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include "os/clock.h"
#include "os/rand.h"
#include "record/check.h"
#include "record/prove.h"
#include "record/sign_test.h"
#include "store/driver.h"
#include "store/governance.h"
#include "store/log.h"

enum { ENTRIES = 51200, BATCH = 256, PROOFS = 2000, ROUNDS = 5 };

static const char *top;

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "record_bench: %s: %s\n", what, err_str(e));
	exit(1);
}

static void must_sql(int got, sqlite3 *db)
{
	if (got == SQLITE_OK || got == SQLITE_DONE || got == SQLITE_ROW)
		return;
	fprintf(stderr, "record_bench: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static double since(uint64_t start_us)
{
	return (double)(clock_mono_us() - start_us) / 1e6;
}

static char *folder(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%s", top, name);
	if (mkdir(path, 0755) != 0) {
		perror(path);
		exit(1);
	}
	return path;
}

/* -- commit ----------------------------------------------------------------------------------- */

static void append(struct store *s, unsigned n)
{
	const struct record_field fields[] = {
	    {.key = "clause", .value = S("8(3)イ")},
	    {.key = "effect", .value = S("permit")},
	    {.key = "name", .value = S("令和八年度予算要求書.xlsx"), .secret = true},
	    {.key = "result", .value = S("0123456789abcdef0123456789abcdef"), .secret = true},
	    {.key = "rule", .value = S("permit/b391ee4f7c208ba7")},
	    {.key = "zone", .value = S("lgwan")},
	};
	char stream[48];

	snprintf(stream, sizeof stream, "transfer/%032x", n);
	const struct record_event e = {.type = "transfer.ready",
				       .stream = slice_str(stream),
				       .actor = S("hanako"),
				       .at_ms = 1764000000123 + n,
				       .fields = fields,
				       .n = ARRAY_LEN(fields)};

	must(record_append(s, &e, NULL), "append");
}

static double commit_ours(struct store *s)
{
	uint64_t start = clock_mono_us();

	for (unsigned i = 0; i < ENTRIES; i += BATCH) {
		must(store_begin(s), "begin");
		for (unsigned k = 0; k < BATCH; k++)
			append(s, i + k);
		must(store_commit(s), "commit");
	}
	return since(start);
}

static double publish(struct store *s, struct signer *g)
{
	uint64_t start = clock_mono_us();

	must(sign_all(s, g), "sign");
	return since(start);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	must_sql(sqlite3_prepare_v2(db, sql, -1, &st, NULL), db);
	return st;
}

struct rows {
	struct log_row *row;
	struct log_value **value;
	size_t *values, n;
};

static struct rows read_rows(struct store *s, struct arena *a)
{
	struct rows r = {.value = arena_array(a, ENTRIES, sizeof *r.value),
			 .values = arena_array(a, ENTRIES, sizeof *r.values)};

	must(r.values && r.value ? OK : ERR_MEMORY, "arena");
	must(store_log_range(s, 0, ENTRIES, a, &r.row, &r.n), "rows");
	must(r.n == ENTRIES ? OK : ERR_NOT_FOUND, "rows");
	for (size_t i = 0; i < r.n; i++)
		must(store_values(s, i, a, &r.value[i], &r.values[i]), "values");
	return r;
}

static void bind_bytes(sqlite3_stmt *st, int at, struct slice s)
{
	sqlite3_bind_blob(st, at, s.p, (int)s.n, SQLITE_STATIC);
}

/* The floor: the same rows, read from a store beforehand, inserted by SQLite alone. */
static double commit_floor(const struct rows *r, const char *path)
{
	sqlite3_stmt *entry, *val;
	uint64_t start;
	sqlite3 *db;
	double took;

	must_sql(sqlite3_open(path, &db), db);
	must_sql(sqlite3_exec(db,
			      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			      "CREATE TABLE entry(n INTEGER PRIMARY KEY, stream BLOB, text BLOB);"
			      "CREATE INDEX by_stream ON entry(stream);"
			      "CREATE TABLE value(n INTEGER, key BLOB, salt BLOB, value BLOB,"
			      " PRIMARY KEY(n, key)) WITHOUT ROWID;",
			      NULL, NULL, NULL),
		 db);
	entry = prepare(db, "INSERT INTO entry VALUES(?,?,?)");
	val = prepare(db, "INSERT INTO value VALUES(?,?,?,?)");
	start = clock_mono_us();
	for (size_t i = 0; i < r->n; i++) {
		if (i % BATCH == 0)
			must_sql(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), db);
		sqlite3_bind_int64(entry, 1, (sqlite3_int64)i);
		bind_bytes(entry, 2, r->row[i].stream);
		bind_bytes(entry, 3, r->row[i].text);
		must_sql(sqlite3_step(entry), db);
		sqlite3_reset(entry);
		for (size_t k = 0; k < r->values[i]; k++) {
			const struct log_value *v = &r->value[i][k];

			sqlite3_bind_int64(val, 1, (sqlite3_int64)i);
			bind_bytes(val, 2, v->key);
			bind_bytes(val, 3, v->salt);
			bind_bytes(val, 4, v->value);
			must_sql(sqlite3_step(val), db);
			sqlite3_reset(val);
		}
		if (i % BATCH == BATCH - 1)
			must_sql(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
	}
	took = since(start);
	sqlite3_finalize(entry);
	sqlite3_finalize(val);
	sqlite3_close(db);
	return took;
}

/* -- verify ----------------------------------------------------------------------------------- */

static double hash_bundles(const char *dir, uint64_t *ret_bytes)
{
	AUTO_ARENA a = arena_new(1u << 30);
	uint64_t bytes = 0, start;
	struct slice part[ENTRIES / TLOG_TILE_WIDTH];
	uint8_t digest[32];
	char path[4200];
	int log;

	snprintf(path, sizeof path, "%s/log", dir);
	log = open(path, O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		AUTO_BUF b;

		buf_init(&b, 64u << 20);
		must(log_read_bundle(log, i, TLOG_TILE_WIDTH, &b), "bundle");
		part[i] = arena_copy(a, buf_view(&b));
		must(part[i].p ? OK : ERR_MEMORY, "bundle");
		bytes += part[i].n;
	}
	start = clock_mono_us();
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		struct sha256_ctx c;

		sha256_init(&c);
		sha256_update(&c, part[i].n, part[i].p);
		sha256_digest(&c, sizeof digest, digest);
	}
	close(log);
	*ret_bytes = bytes;
	return since(start);
}

static double least(double a, double b)
{
	return a > 0 && a < b ? a : b;
}

static void bench_commit(const char *dir, struct store *first)
{
	AUTO_ARENA a = arena_new(1u << 30);
	double ours = 0, floor = 0;
	struct rows rows;
	char path[8192];

	must(a ? OK : ERR_MEMORY, "arena");
	rows = read_rows(first, a);
	for (int i = 0; i < ROUNDS; i++) {
		struct store *s;

		snprintf(path, sizeof path, "%s/floor-%d.db", dir, i);
		floor = least(floor, commit_floor(&rows, path));
		snprintf(path, sizeof path, "%s/ours-%d.db", dir, i);
		must(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &s), "store");
		ours = least(ours, commit_ours(s));
		store_close(s);
	}
	printf("{\"bench\":\"record-commit\",\"entries\":%d,\"batch\":%d,\"ours_per_s\":%.0f,"
	       "\"sqlite_per_s\":%.0f,\"ratio\":%.2f,\"goal\":\">= 0.6\"}\n",
	       ENTRIES, BATCH, ENTRIES / ours, ENTRIES / floor, floor / ours);
}

static void bench_verify(const char *dir)
{
	double verify = 0, hash = 0;
	struct log_check c;
	uint64_t bytes = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start;

		hash = least(hash, hash_bundles(dir, &bytes));
		start = clock_mono_us();
		must(log_check(dir, NULL, &c), "verify");
		verify = least(verify, since(start));
		must(c.fault.where[0] || c.entries != ENTRIES ? ERR_CRYPTO : OK, "verify");
	}
	printf("{\"bench\":\"record-verify\",\"entries\":%d,\"bytes\":%llu,\"ours_s\":%.4f,"
	       "\"nettle_s\":%.4f,\"ratio\":%.2f,\"goal\":\">= 0.5\"}\n",
	       ENTRIES, (unsigned long long)bytes, verify, hash, hash / verify);
}

static double processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Microseconds of the processor an entry. */
static double steps(const char *path, unsigned batch, unsigned entries, bool twice)
{
	struct store *s;
	double start;

	must(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &s), "store");
	start = processor();
	for (unsigned i = 0; i < entries; i += batch) {
		must(store_begin(s), "begin");
		for (unsigned k = i; k < i + batch; k++) {
			append(s, k);
			if (!twice)
				continue;
			must(store_tally_add(s, "type", S("another.type"), k, k), "summary");
			must(store_tally_add(s, "rule", S("permit/0123456789abcdef"), k, k),
			     "summary");
		}
		must(store_commit(s), "commit");
	}
	start = processor() - start;
	store_close(s);
	return start * 1e6 / entries;
}

static void bench_summary(const char *dir, unsigned batch, unsigned entries)
{
	double once = 0, twice = 0;
	char path[8192];

	for (int i = 0; i < ROUNDS; i++) {
		snprintf(path, sizeof path, "%s/once-%u-%d.db", dir, batch, i);
		once = least(once, steps(path, batch, entries, false));
		snprintf(path, sizeof path, "%s/twice-%u-%d.db", dir, batch, i);
		twice = least(twice, steps(path, batch, entries, true));
	}
	printf("{\"bench\":\"record-summary\",\"entries\":%u,\"batch\":%u,\"entry_us\":%.2f,"
	       "\"summary_us\":%.2f,\"share\":%.3f}\n",
	       entries, batch, once, twice - once, (twice - once) / once);
}

static void commit_and_verify(void)
{
	char dir[4096], path[8192];
	struct signer *g;
	struct store *s;

	snprintf(dir, sizeof dir, "%s", folder("site"));
	snprintf(path, sizeof path, "%s/store.db", dir);
	must(store_open(&store_sqlite, path, STORE_CREATE, S("chofu"), &s), "store");
	must(signer_create(dir, S("sekisho.example/bench")), "signer");
	must(signer_open(dir, &g), "signer");
	commit_ours(s);
	bench_commit(dir, s);
	bench_summary(dir, BATCH, ENTRIES);
	bench_summary(dir, 1, 2048);
	printf("{\"bench\":\"record-sign\",\"entries\":%d,\"s\":%.3f}\n", ENTRIES, publish(s, g));
	bench_verify(dir);
	signer_close(g);
	store_close(s);
}

/* -- proofs ----------------------------------------------------------------------------------- */

static void grow(struct signer *g, uint64_t size)
{
	struct hash prev = {0}, last = {0};

	while (signer_size(g) < size) {
		uint64_t from = signer_size(g), n = size - from;
		AUTO_BUF b;

		n = n > SIGNER_BATCH_MAX ? SIGNER_BATCH_MAX : n;
		buf_init(&b, 1u << 20);
		for (uint64_t i = from; i < from + n; i++) {
			char line[32];
			int k = snprintf(line, sizeof line, "entry %llu", (unsigned long long)i);

			must(tlog_bundle_put(&b, slice_of(line, (size_t)k)), "bundle");
			last = tlog_leaf(slice_of(line, (size_t)k));
		}
		must(signer_add(g, from, prev, buf_view(&b), n), "sign");
		prev = last;
	}
}

/* Microseconds of one proof, made and checked, out of `size` entries; its hashes. */
static double prove(uint64_t size, unsigned *ret_hashes)
{
	char name[32], path[4096];
	struct signer *g;
	uint64_t start;
	unsigned most = 0;
	double took;
	int log;

	snprintf(name, sizeof name, "log-%llu", (unsigned long long)size);
	snprintf(path, sizeof path, "%s", folder(name));
	must(signer_create(path, S("sekisho.example/bench")), "signer");
	must(signer_open(path, &g), "signer");
	grow(g, size);
	signer_close(g);
	snprintf(path, sizeof path, "%s/%s/log", top, name);
	log = open(path, O_RDONLY | O_DIRECTORY);
	start = clock_mono_us();
	for (unsigned i = 0; i < PROOFS; i++) {
		struct tlog_proof_file f;
		AUTO_BUF b;

		buf_init(&b, TLOG_PROOF_FILE_MAX);
		must(log_prove(log, rand_u64() % size, false, &b), "prove");
		must(tlog_proof_file_parse(buf_view(&b), &f), "parse");
		most = f.proof.n > most ? f.proof.n : most;
	}
	took = since(start) * 1e6 / PROOFS;
	close(log);
	*ret_hashes = most;
	return took;
}

int main(int argc, char **argv)
{
	uint64_t large = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
	unsigned few, many;
	double small_us, large_us;

	if (argc < 2) {
		fprintf(stderr, "usage: record_bench FOLDER [LARGE]\n");
		return 2;
	}
	top = argv[1];
	commit_and_verify();
	if (!large)
		return 0;
	small_us = prove(10000, &few);
	large_us = prove(large, &many);
	printf("{\"bench\":\"record-proof\",\"small\":10000,\"small_us\":%.1f,\"small_hashes\":%u,"
	       "\"large\":%llu,\"large_us\":%.1f,\"large_hashes\":%u}\n",
	       small_us, few, (unsigned long long)large, large_us, many);
	return 0;
}
