#include "tlog/note.h"

#include "base/test.h"

/* Public examples: the signed-note format's own, Go's, and a log made to test implementations. */
#define FOO_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define FOO_NOTE \
	"This is an example message.\n\n— example.com/foo " \
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Iney" \
	"a" \
	"QM=\n"
#define PETER_KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SECRET \
	"PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define ENOCH_KEY "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define TEXT \
	"If you think cryptography is the answer to your problem,\nthen you don't know what your " \
	"problem is.\n"
#define PETER_SIG \
	"— PeterNeumann " \
	"x08go/ZJkuBS9UG/" \
	"SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH_SIG \
	"— EnochRoot " \
	"rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/" \
	"5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
#define LOG_NAME "example.com/log/testdata"
#define LOG_KEY LOG_NAME "+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define LOG_6 \
	LOG_NAME "\n6\na6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=\n\n— " LOG_NAME \
		 " M9e0ln+nHSdGSHEZBcjvqyYDXDbG8WxDwCDjbbGAMv/" \
		 "NTynAtJWhckSXIpuwpN3yJ4PTtzUbD34YGqIZr6RgJRn16gU=\n"
#define LOG_11 \
	LOG_NAME "\n11\nYok1cS5VdokGLBy73BC2I16b3atss6KBN9jnIi6Fz/A=\n\n— " LOG_NAME \
		 " M9e0lqbRtWirJwbUy4w3VrK2RyzfW8P+OIkc8t6b6AVG/" \
		 "tQd1Q2SN+uCLYzNNFnf/PhzeCdURSGQe1MRnohCxPu21wg=\n"

static struct tlog_key key(const char *text)
{
	struct tlog_key k;

	REQUIRE(tlog_vkey_parse(slice_str(text), &k) == OK);
	return k;
}

static enum err check_slice(struct slice note, const struct tlog_key *keys, size_t n,
			    unsigned *good)
{
	struct tlog_note parsed;

	TRY(tlog_note_parse(note, &parsed));
	return tlog_note_verify(&parsed, keys, n, good);
}

static enum err check(const char *note, const struct tlog_key *keys, size_t n, unsigned *good)
{
	return check_slice(slice_str(note), keys, n, good);
}

static void verifier_keys(void)
{
	static const char full[] = PETER_KEY;
	char text[sizeof full];
	struct tlog_key k = key(full);
	AUTO_BUF b;

	CHECK(k.id == 0xc74f20a3);
	CHECK_STR(slice_str(k.name), "PeterNeumann");
	buf_init(&b, 256);
	tlog_vkey_put(&b, &k);
	CHECK_STR(buf_view(&b), PETER_KEY);
	for (size_t i = 0; i < strlen(full); i++)
		for (size_t j = i + 1; j <= strlen(full); j++)
			if (i || j != strlen(full))
				CHECK(tlog_vkey_parse(slice_of(full + i, j - i), &k) == ERR_SYNTAX);
	for (size_t i = 0; i < strlen(full); i++) {
		memcpy(text, full, sizeof full);
		text[i]++;
		CHECK(tlog_vkey_parse(slice_str(text), &k) == ERR_SYNTAX);
	}
	CHECK(tlog_vkey_parse(S("PeterNeumann+cc469956+"
				"ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="),
			      &k) == ERR_SYNTAX);
	CHECK(
	    tlog_vkey_parse(S("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
			    &k) == ERR_SYNTAX);
}

static void signing_keys(void)
{
	static const char full[] = PETER_SECRET;
	char text[sizeof full];
	struct tlog_signer s;
	AUTO_BUF b;

	REQUIRE(tlog_skey_parse(S(PETER_SECRET), &s) == OK);
	buf_init(&b, 512);
	tlog_vkey_put(&b, &s.key);
	CHECK_STR(buf_view(&b), PETER_KEY);
	buf_free(&b);
	tlog_skey_put(&b, &s);
	CHECK_STR(buf_view(&b), PETER_SECRET);
	for (size_t i = 0; i < strlen(full); i++) {
		memcpy(text, full, sizeof full);
		text[i]++;
		CHECK(tlog_skey_parse(slice_str(text), &s) == ERR_SYNTAX);
		CHECK(tlog_skey_parse(slice_of(full, i), &s) == ERR_SYNTAX);
	}
	tlog_signer_wipe(&s);
	CHECK(s.seed[0] == 0 && s.seed[31] == 0 && s.key.id == 0);
}

static void names(void)
{
	static const char *const bad[] = {"",
					  "a b",
					  "a+b",
					  "a\tb",
					  "a\nb",
					  "a　b",
					  "a\xC2\xA0"
					  "b",
					  "\xFF",
					  "a\xE2\x80\x83"
					  "b",
					  "a\x7F"};
	uint8_t seed[32] = {1};
	struct tlog_signer s;
	char longest[TLOG_NAME_MAX + 2];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(tlog_signer_make(slice_str(bad[i]), seed, &s) == ERR_SYNTAX);
	CHECK(tlog_signer_make(S("調布市.example/記録"), seed, &s) == OK);
	memset(longest, 'n', sizeof longest);
	CHECK(tlog_signer_make(slice_of(longest, TLOG_NAME_MAX), seed, &s) == OK);
	CHECK(tlog_signer_make(slice_of(longest, TLOG_NAME_MAX + 1), seed, &s) == ERR_SYNTAX);
}

static void signs_as_others_do(void)
{
	struct tlog_signer s;
	AUTO_BUF b;

	REQUIRE(tlog_skey_parse(S(PETER_SECRET), &s) == OK);
	buf_init(&b, 4096);
	REQUIRE(tlog_note_sign(&b, S(TEXT), &s) == OK);
	CHECK_STR(buf_view(&b), TEXT "\n" PETER_SIG);
	CHECK(tlog_note_sign(&b, S("abc"), &s) == ERR_SYNTAX);
	CHECK(tlog_note_sign(&b, S(""), &s) == ERR_SYNTAX);
	CHECK(tlog_note_sign(&b, S("a\tb\n"), &s) == ERR_SYNTAX);
	CHECK(tlog_note_sign(&b, S("\xFF\n"), &s) == ERR_SYNTAX);
	CHECK_STR(buf_view(&b), TEXT "\n" PETER_SIG);
}

static void opens_what_others_signed(void)
{
	struct tlog_key foo = key(FOO_KEY), log = key(LOG_KEY);
	struct tlog_key both[2] = {key(PETER_KEY), key(ENOCH_KEY)};
	struct tlog_key twice[2] = {both[0], both[0]};
	unsigned good = 0;

	CHECK(check(FOO_NOTE, &foo, 1, &good) == OK && good == 1);
	CHECK(check(LOG_6, &log, 1, &good) == OK);
	CHECK(check(TEXT "\n" PETER_SIG ENOCH_SIG, both, 1, &good) == OK && good == 1);
	CHECK(check(TEXT "\n" PETER_SIG ENOCH_SIG, both, 2, &good) == OK && good == 2);
	CHECK(check(TEXT "\n" PETER_SIG PETER_SIG, both, 2, &good) == OK && good == 1);
	CHECK(check(TEXT "\n" PETER_SIG, both + 1, 1, &good) == ERR_CRYPTO);
	CHECK(check(TEXT "\n" PETER_SIG, both, 0, &good) == ERR_CRYPTO);
	CHECK(check(TEXT "\n" PETER_SIG, twice, 2, &good) == ERR_USAGE);
}

static void malformed_notes(void)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "\n\n",
	    TEXT,
	    TEXT "\n",
	    "\x01" TEXT "\n" PETER_SIG,
	    "\xFF" TEXT "\n" PETER_SIG,
	    TEXT "\n— Bad Name x08go/ZJkuBS9UG/"
		 "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
	    TEXT "\n" PETER_SIG "Unexpected line.\n",
	    TEXT PETER_SIG,
	    TEXT "\n" PETER_SIG "\n",
	    TEXT "\n— PeterNeumann \n",
	    TEXT "\n— PeterNeumann x08g\n",
	    TEXT "\n— PeterNeumann !!!!\n",
	    TEXT "\n- PeterNeumann x08go/ZJ\n",
	    TEXT "\n—  x08go/ZJ\n",
	    TEXT "\n— a+b x08go/ZJ\n",
	};
	struct tlog_key peter = key(PETER_KEY);
	struct slice whole = S(TEXT "\n" PETER_SIG);
	struct tlog_note n;
	AUTO_BUF b;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (tlog_note_parse(slice_str(bad[i]), &n) != ERR_SYNTAX) {
			printf("# took note %zu\n", i);
			test_now.failed++;
		}
	for (size_t i = 0; i < whole.n; i++) {
		uint8_t copy[sizeof TEXT PETER_SIG + 1];
		struct slice s = slice_of(copy, whole.n);

		CHECK(check_slice(slice_head(whole, i), &peter, 1, NULL) != OK);
		for (unsigned bit = 0; bit < 8; bit++) { /* every flipped bit */
			memcpy(copy, whole.p, whole.n);
			copy[i] ^= (uint8_t)(1u << bit);
			CHECK(check_slice(s, &peter, 1, NULL) != OK);
		}
	}
	buf_init(&b, 1 << 20);
	buf_str(&b, TEXT "\n");
	for (int i = 0; i < 16; i++)
		buf_str(&b, PETER_SIG);
	CHECK(check_slice(buf_view(&b), &peter, 1, NULL) == OK); /* at least sixteen must do */
	for (int i = 0; i < 17; i++)
		buf_str(&b, PETER_SIG);
	CHECK(tlog_note_parse(buf_view(&b), &n) == ERR_LIMIT);
	while (b.n <= TLOG_NOTE_MAX)
		buf_str(&b, PETER_SIG);
	CHECK(tlog_note_parse(buf_view(&b), &n) == ERR_LIMIT);
}

static void blank_lines_in_the_text(void)
{
	uint8_t seed[32] = {7};
	struct tlog_signer s;
	struct tlog_note n;
	AUTO_BUF b;

	buf_init(&b, 4096);
	REQUIRE(tlog_signer_make(S("k"), seed, &s) == OK);
	REQUIRE(tlog_note_sign(&b, S("a\n\n\nb\n\n"), &s) == OK);
	REQUIRE(tlog_note_parse(buf_view(&b), &n) == OK);
	CHECK_STR(n.text, "a\n\n\nb\n\n");
	CHECK(tlog_note_verify(&n, &s.key, 1, NULL) == OK);
}

static void checkpoints(void)
{
	static const char root64[] = "a6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=\n";
	static const char *const bad[] = {
	    "o\n06\n%s",
	    "o\n\n%s",
	    "o\n-1\n%s",
	    "o\n+1\n%s",
	    "o\n 1\n%s",
	    "\n6\n%s",
	    "o\n18446744073709551615\n%s",
	    "o\n6\na6sW\n",
	    "o\n6\n",
	    "o\n6\n%s\n",
	    "o\n6\n%sx\n\ny\n",
	    "o\r\n6\n%s",
	    "o\n6",
	};
	struct tlog_checkpoint c;
	AUTO_BUF b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *cut = strstr(bad[i], "%s");

		buf_free(&b);
		buf_put(&b, bad[i], cut ? (size_t)(cut - bad[i]) : strlen(bad[i]));
		if (cut) {
			buf_str(&b, root64);
			buf_str(&b, cut + 2);
		}
		if (tlog_checkpoint_parse(buf_view(&b), &c) != ERR_SYNTAX) {
			printf("# took checkpoint %zu\n", i);
			test_now.failed++;
		}
	}
	REQUIRE(tlog_checkpoint_parse(
		    S("o p\n0\na6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=\nx 1\ny\n"), &c) == OK);
	CHECK_STR(c.origin, "o p");
	CHECK_STR(c.extension, "x 1\ny\n");
}

/* The test log's entries are numbers in words (spelt so): its roots follow from them alone. */
static void a_log_of_others(void)
{
	static const char *const words[] = {"one",   "two", "three", "four", "five",  "six",
					    "seven", "eit", "nain",  "ten",  "ileven"};
	struct tlog_key log = key(LOG_KEY);
	struct tlog_checkpoint c;
	struct tlog_range r = {0};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		tlog_range_append(&r, tlog_leaf(slice_str(words[i])));
		if (i + 1 == 6) {
			REQUIRE(tlog_checkpoint_open(S(LOG_6), &log, 1, S(LOG_NAME), &c) == OK);
			CHECK(c.size == 6 && hash_eq(c.root, tlog_range_root(&r)));
		}
	}
	REQUIRE(tlog_checkpoint_open(S(LOG_11), &log, 1, S(LOG_NAME), &c) == OK);
	CHECK(c.size == 11 && hash_eq(c.root, tlog_range_root(&r)));
	CHECK(tlog_checkpoint_open(S(LOG_11), &log, 1, S("another"), &c) == ERR_CRYPTO);
	CHECK(tlog_checkpoint_open(S(FOO_NOTE), &log, 1, S(LOG_NAME), &c) == ERR_CRYPTO);
}

TESTS(CASE(verifier_keys), CASE(signing_keys), CASE(names), CASE(signs_as_others_do),
      CASE(opens_what_others_signed), CASE(malformed_notes), CASE(blank_lines_in_the_text),
      CASE(checkpoints), CASE(a_log_of_others))
