/* Proofs, claims of growth, cosignatures, and what a witness decides. */
#include "tlog/receipt.h"

#include <nettle/eddsa.h>
#include "base/test.h"
#include "tlog/tile.h"

#define ORIGIN "sekisho.example/chofu"
#define NOW 1790000000u

enum { LEAVES = 100, WITNESSES = 16 };

static struct {
	struct hash leaf[LEAVES];
	struct tlog_signer log, witness[WITNESSES];
	struct tlog_key key, wkey[WITNESSES];
	struct tlog_trust trust;
} t;

static enum err read_leaves(void *ctx, struct tlog_tile tile, struct buf *out)
{
	(void)ctx;
	if (tile.level || tile.index || tile.width > LEAVES)
		return ERR_NOT_FOUND;
	buf_put(out, t.leaf, tile.width * sizeof t.leaf[0]);
	return buf_err(out);
}

static const struct tlog_tiles tiles = {.read = read_leaves};

static struct slice entry(unsigned i)
{
	static char text[32];

	snprintf(text, sizeof text, "entry %u", i);
	return slice_str(text);
}

static void set_up(void)
{
	uint8_t seed[32] = {9};

	for (unsigned i = 0; i < LEAVES; i++)
		t.leaf[i] = tlog_leaf(entry(i));
	REQUIRE(tlog_signer_make(S(ORIGIN), seed, &t.log) == OK);
	t.key = t.log.key;
	for (unsigned i = 0; i < WITNESSES; i++) {
		char name[32];

		snprintf(name, sizeof name, "witness.example/%u", i);
		seed[1] = (uint8_t)(i + 1);
		REQUIRE(tlog_cosigner_make(slice_str(name), seed, &t.witness[i]) == OK);
		t.wkey[i] = t.witness[i].key;
	}
	t.trust = (struct tlog_trust){
	    .log = &t.key, .log_n = 1, .witness = t.wkey, .witness_n = WITNESSES};
}

/* The checkpoint of `size` leaves with the cosignatures of the first n witnesses. */
static void checkpoint(struct buf *b, uint64_t size, unsigned n)
{
	struct tlog_checkpoint c = {.origin = S(ORIGIN), .size = size};
	AUTO_BUF text;

	buf_init(&text, 4096);
	REQUIRE(tlog_root(&tiles, size, &c.root) == OK);
	tlog_checkpoint_put(&text, &c);
	REQUIRE(tlog_note_sign(b, buf_view(&text), &t.log) == OK);
	for (unsigned i = 0; i < n; i++)
		REQUIRE(tlog_cosign(b, buf_view(&text), &t.witness[i], NOW + i) == OK);
}

static void proof_of(struct buf *b, uint64_t size, uint64_t index, unsigned witnesses)
{
	struct tlog_proof p;
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	checkpoint(&note, size, witnesses);
	REQUIRE(tlog_prove_inclusion(&tiles, size, index, &p) == OK);
	REQUIRE(tlog_proof_file_put(b, entry((unsigned)index), index, &p, buf_view(&note)) == OK);
}

/* The whole way of a reader: form, entry, signatures, path. */
static enum err judge(struct slice file, struct tlog_seal *ret)
{
	struct tlog_proof_file f;
	AUTO_BUF bytes;

	buf_init(&bytes, TLOG_PROOF_FILE_MAX);
	TRY(tlog_proof_file_parse(file, &f));
	TRY(tlog_proof_file_entry(&f, &bytes));
	return tlog_proof_file_check(&f, buf_view(&bytes), &t.trust, ret);
}

static void a_cosignature_signs_time_and_text(void)
{
	static const char text[] = ORIGIN "\n1\nx\n";
	char message[128];
	struct slice line;
	AUTO_BUF out;
	AUTO_BUF blob;
	struct tlog_key k;

	set_up();
	buf_init(&out, 1024);
	buf_init(&blob, 256);
	REQUIRE(tlog_cosign(&out, S(ORIGIN "\n1\nx\n"), &t.witness[0], NOW) == OK);
	line = buf_view(&out);
	CHECK(slice_starts(line, S("— witness.example/0 ")) && line.p[line.n - 1] == '\n');
	line = slice_from(line, strlen("— witness.example/0 "));
	REQUIRE(base64_parse(slice_head(line, line.n - 1), &blob) == OK);
	REQUIRE(blob.n == 4 + 8 + 64);
	CHECK(memcmp(blob.p + 4, "\0\0\0\0\x6a\xb1\x3b\x80", 8) == 0);
	snprintf(message, sizeof message, "cosignature/v1\ntime %u\n%s", NOW, text);
	CHECK(ed25519_sha512_verify(t.wkey[0].pub, strlen(message), (const uint8_t *)message,
				    blob.p + 12));
	CHECK(tlog_cosign(&out, S(ORIGIN "\n1\nx\n"), &t.log, NOW) == ERR_USAGE);
	CHECK(tlog_note_sigline(&out, S("x\n"), &t.witness[0]) == ERR_USAGE);
	/* Keys of the two kinds differ in id, and read back. */
	buf_free(&out);
	tlog_vkey_put(&out, &t.wkey[0]);
	REQUIRE(tlog_vkey_parse(buf_view(&out), &k) == OK);
	CHECK(k.alg == TLOG_COSIGN && k.id == t.wkey[0].id);
	k.alg = TLOG_ED25519;
	buf_free(&out);
	tlog_vkey_put(&out, &k);
	CHECK(tlog_vkey_parse(buf_view(&out), &k) == ERR_SYNTAX);
}

static void the_reader_says_how_many_witnesses(void)
{
	struct tlog_key strange[2];
	struct tlog_trust twice, low;
	struct tlog_seal seal;
	uint8_t *p;
	AUTO_BUF note;

	set_up();
	buf_init(&note, TLOG_NOTE_MAX);
	checkpoint(&note, 7, 16); /* seventeen signature lines */
	t.trust.require = 16;
	REQUIRE(tlog_seal_open(buf_view(&note), &t.trust, &seal) == OK);
	CHECK(seal.witnesses == 16 && seal.newest == NOW + 15 && seal.checkpoint.size == 7);
	t.trust.not_before = NOW + 14; /* fourteen are too old */
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == ERR_FORBIDDEN);
	t.trust.require = 2;
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == OK && seal.witnesses == 2);
	t.trust.not_before = 0;
	t.trust.witness_n = 1;
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == ERR_USAGE);
	t.trust.require = 1; /* the other fifteen are strangers now, and are passed over */
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == OK && seal.witnesses == 1);
	strange[0] = strange[1] = t.wkey[0];
	twice = t.trust;
	twice.witness = strange;
	twice.witness_n = 2;
	CHECK(tlog_seal_open(buf_view(&note), &twice, &seal) == ERR_USAGE);
	low = t.trust;
	low.log = t.wkey; /* a witness is no log */
	CHECK(tlog_seal_open(buf_view(&note), &low, &seal) != OK);
	/* A known witness whose signature is bad spoils the note, also where none is required. */
	t.trust.witness_n = WITNESSES;
	t.trust.require = 0;
	p = note.p + note.n - 10;
	*p = *p == 'A' ? 'B' : 'A';
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == ERR_CRYPTO);
	t.trust.witness_n = WITNESSES - 1;
	CHECK(tlog_seal_open(buf_view(&note), &t.trust, &seal) == OK);
}

static void a_proof_proves_one_entry(void)
{
	struct tlog_proof_file f;
	struct tlog_seal seal;

	set_up();
	for (uint64_t size = 1; size <= LEAVES; size += 11)
		for (uint64_t i = 0; i < size; i++) {
			AUTO_BUF b;

			buf_init(&b, TLOG_PROOF_FILE_MAX);
			proof_of(&b, size, i, 2);
			CHECK(judge(buf_view(&b), &seal) == OK && seal.witnesses == 2);
			REQUIRE(tlog_proof_file_parse(buf_view(&b), &f) == OK);
			CHECK(f.index == i && f.proof.n <= 7);
			CHECK(tlog_proof_file_check(&f, S("another"), &t.trust, &seal) ==
			      ERR_CRYPTO);
			f.index = size; /* beyond the end */
			CHECK(tlog_proof_file_check(&f, entry((unsigned)i), &t.trust, &seal) ==
			      ERR_CRYPTO);
		}
}

static void any_change_of_a_proof_is_seen(void)
{
	struct tlog_seal seal;
	AUTO_BUF b;

	set_up();
	buf_init(&b, TLOG_PROOF_FILE_MAX);
	proof_of(&b, 77, 42, 1);
	for (size_t i = 0; i < b.n; i++) {
		AUTO_BUF twice;

		/* Cut between two lines of signatures it has lost its witness. */
		CHECK(judge(slice_head(buf_view(&b), i), &seal) != OK || seal.witnesses == 0);
		for (unsigned bit = 0; bit < 8; bit += 3) {
			b.p[i] ^= (uint8_t)(1u << bit);
			/* A changed name or key id makes the witness a stranger: it counts no more.
			 */
			CHECK(judge(buf_view(&b), &seal) != OK || seal.witnesses == 0);
			b.p[i] ^= (uint8_t)(1u << bit);
		}
		buf_init(&twice, TLOG_PROOF_FILE_MAX); /* one byte doubled, two swapped */
		buf_put(&twice, b.p, i);
		buf_put(&twice, b.p + i, 1);
		buf_put(&twice, b.p + i, b.n - i);
		CHECK(judge(buf_view(&twice), &seal) != OK || seal.witnesses == 0);
		if (i > 0 && b.p[i] != b.p[i - 1]) {
			twice.n = b.n;
			memcpy(twice.p, b.p, b.n);
			twice.p[i] = b.p[i - 1];
			twice.p[i - 1] = b.p[i];
			CHECK(judge(buf_view(&twice), &seal) != OK || seal.witnesses == 0);
		}
	}
	buf_byte(&b, '\n');
	CHECK(judge(buf_view(&b), &seal) != OK);
}

static void malformed_proofs(void)
{
	static const char *const bad[] = {
	    "",
	    "c2sp.org/tlog-proof@v1\n",
	    "c2sp.org/tlog-proof@v2\nindex 0\n\n",
	    "c2sp.org/tlog-proof@v1\nindex 00\n\n",
	    "c2sp.org/tlog-proof@v1\nindex -1\n\n",
	    "c2sp.org/tlog-proof@v1\nindex \n\n",
	    "c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\n",
	    "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n",
	    "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n",
	    "c2sp.org/tlog-proof@v1\nindex 0\nAA==\n\n",
	    "old 1\n",
	    "old 01\n\n",
	    "old 1 \n\n",
	};
	struct tlog_proof_file f;
	struct tlog_growth g;

	set_up();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_BUF b;

		buf_init(&b, 8192);
		buf_str(&b, bad[i]);
		checkpoint(&b, 3, 0);
		CHECK(tlog_proof_file_parse(buf_view(&b), &f) == ERR_SYNTAX);
		CHECK(tlog_growth_parse(buf_view(&b), &g) == ERR_SYNTAX);
	}
	for (unsigned n = 63; n <= 65; n++) {
		struct hash h = {0};
		AUTO_BUF b;

		buf_init(&b, 65536);
		buf_str(&b, "old 1\n");
		for (unsigned i = 0; i < n; i++) {
			base64_put(&b, slice_of(h.b, 32));
			buf_byte(&b, '\n');
		}
		buf_byte(&b, '\n');
		checkpoint(&b, 3, 0);
		CHECK(tlog_growth_parse(buf_view(&b), &g) == (n <= 63 ? OK : ERR_LIMIT));
	}
}

/* What a witness that saw `seen` leaves says to a claim of growth from `from` to `to`. */
static enum tlog_verdict ask(const struct tlog_seen *seen, uint64_t from, uint64_t to)
{
	struct tlog_checkpoint c;
	struct tlog_growth g;
	struct tlog_proof p = {0};
	AUTO_BUF note;
	AUTO_BUF body;

	buf_init(&note, TLOG_NOTE_MAX);
	buf_init(&body, TLOG_PROOF_FILE_MAX);
	checkpoint(&note, to, 0);
	if (from <= to)
		REQUIRE(tlog_prove_consistency(&tiles, from, to, &p) == OK);
	REQUIRE(tlog_growth_put(&body, from, &p, buf_view(&note)) == OK);
	REQUIRE(tlog_growth_parse(buf_view(&body), &g) == OK);
	return tlog_witness_judge(&g, seen, &t.key, 1, &c);
}

static void a_witness_refuses_rollback_and_fork(void)
{
	struct tlog_seen none = {0}, at10 = {.size = 10}, fork = {.size = 10};
	struct tlog_checkpoint c;
	struct tlog_growth g = {0};
	AUTO_BUF note;

	set_up();
	REQUIRE(tlog_root(&tiles, 10, &at10.root) == OK);
	fork.root.b[3] = 1;
	CHECK(ask(&none, 0, 0) == TLOG_TAKE && ask(&none, 0, 50) == TLOG_TAKE);
	CHECK(ask(&none, 5, 50) == TLOG_CONFLICT);
	for (uint64_t to = 10; to <= LEAVES; to++)
		CHECK(ask(&at10, 10, to) == TLOG_TAKE);
	CHECK(ask(&at10, 10, 9) == TLOG_BAD);      /* backwards */
	CHECK(ask(&at10, 9, 9) == TLOG_CONFLICT);  /* yesterday's disk */
	CHECK(ask(&at10, 0, 50) == TLOG_CONFLICT); /* begun anew */
	CHECK(ask(&fork, 10, 10) == TLOG_CONFLICT);
	CHECK(ask(&fork, 10, 11) == TLOG_UNPROVEN);
	buf_init(&note, TLOG_NOTE_MAX);
	checkpoint(&note, 20, 0);
	g.old_size = 10;
	g.checkpoint = buf_view(&note);
	CHECK(tlog_witness_judge(&g, &at10, &t.key, 1, &c) == TLOG_UNPROVEN);
	CHECK(tlog_witness_judge(&g, &at10, &t.wkey[0], 1, &c) == TLOG_STRANGER);
	CHECK(tlog_witness_judge(&g, &at10, &t.key, 0, &c) == TLOG_STRANGER);
}

TESTS(CASE(a_cosignature_signs_time_and_text), CASE(the_reader_says_how_many_witnesses),
      CASE(a_proof_proves_one_entry), CASE(any_change_of_a_proof_is_seen), CASE(malformed_proofs),
      CASE(a_witness_refuses_rollback_and_fork))
