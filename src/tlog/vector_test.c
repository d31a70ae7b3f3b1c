/*
 * The vectors of tests/vectors/merkle.tsv: each fact holds, and each is made wrong in every way
 * that Certificate Transparency's libraries try, and then holds no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/test.h"
#include "tlog/tree.h"

enum { ENTRIES = 8, FIELDS_MAX = 16 };

static struct {
	struct hash leaf[ENTRIES], root[ENTRIES + 1];
	struct tlog_range range;
	unsigned inclusions, consistencies, refused;
} t;

static size_t unhex(struct slice s, uint8_t *ret, size_t max)
{
	REQUIRE(s.n % 2 == 0 && s.n / 2 <= max);
	for (size_t i = 0; i < s.n; i += 2) {
		char two[3] = {(char)s.p[i], (char)s.p[i + 1], '\0'}, *end;

		ret[i / 2] = (uint8_t)strtoul(two, &end, 16);
		REQUIRE(*end == '\0');
	}
	return s.n / 2;
}

static struct hash hash_in(struct slice s)
{
	struct hash h;

	REQUIRE(unhex(s, h.b, sizeof h.b) == sizeof h.b);
	return h;
}

/* -- one claim, and the same made wrong ---------------------------------------------------------
 */

struct claim {
	bool inclusion;
	uint64_t a, b;        /* index and size, or old and new size */
	struct hash one, two; /* leaf and root, or old and new root */
	struct tlog_proof proof;
};

static bool holds(const struct claim *c)
{
	return (c->inclusion ? tlog_check_inclusion(c->two, c->b, c->a, c->one, &c->proof)
			     : tlog_check_consistency(c->a, c->one, c->b, c->two, &c->proof)) == OK;
}

static void refuses(const struct claim *c, const char *what)
{
	if (holds(c))
		printf("# %s %llu %llu\n", what, (unsigned long long)c->a,
		       (unsigned long long)c->b);
	CHECK(!holds(c));
	t.refused++;
}

static void insert(struct claim *c, unsigned at, struct hash h)
{
	memmove(&c->proof.hash[at + 1], &c->proof.hash[at], (c->proof.n - at) * sizeof h);
	c->proof.hash[at] = h;
	c->proof.n++;
}

static void drop(struct claim *c, unsigned at)
{
	c->proof.n--;
	memmove(&c->proof.hash[at], &c->proof.hash[at + 1],
		(c->proof.n - at) * sizeof c->proof.hash[0]);
}

static void wrong_numbers(const struct claim *good)
{
	const uint64_t a[] = {good->a - 1, good->a + 1, good->a ^ 2},
		       b[] = {good->b * 2, good->b / 2};
	struct claim c = *good;

	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		c.a = a[i];
		refuses(&c, "first number");
	}
	c = *good;
	for (size_t i = 0; i < ARRAY_LEN(b); i++) {
		c.b = b[i];
		refuses(&c, "second number");
	}
}

static void wrong_hashes(const struct claim *good)
{
	struct claim c = *good;

	c.one = tlog_empty();
	refuses(&c, "first hash");
	c = *good;
	c.two = tlog_empty();
	refuses(&c, "second hash");
	c.one = good->two;
	c.two = good->one;
	refuses(&c, "swapped hashes");
}

static void wrong_proofs(const struct claim *good)
{
	const struct hash extra[] = {good->one, good->two, tlog_empty(), good->proof.hash[0]};
	struct claim c;

	for (size_t i = 0; i < ARRAY_LEN(extra); i++)
		for (unsigned at = 0; at <= good->proof.n; at++) {
			c = *good;
			insert(&c, at, extra[i]);
			refuses(&c, "one more");
		}
	for (unsigned at = 0; at < good->proof.n; at++) {
		c = *good;
		drop(&c, at);
		refuses(&c, "one less");
		insert(&c, at, tlog_empty());
		refuses(&c, "another");
		for (unsigned bit = 0; bit < 256; bit++) {
			c = *good;
			c.proof.hash[at].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			refuses(&c, "a bit");
		}
	}
	c = *good;
	c.proof.n = 0;
	refuses(&c, "empty proof");
}

static void claim(const struct claim *c)
{
	CHECK(holds(c));
	if (c->proof.n == 0)
		return; /* trees of one entry: nothing to be made wrong but the hashes */
	wrong_numbers(c);
	wrong_hashes(c);
	wrong_proofs(c);
}

/* -- the file -----------------------------------------------------------------------------------
 */

static void read_entry(const struct slice *f, size_t n)
{
	uint8_t bytes[64];
	uint64_t i;

	REQUIRE(n == 4 && slice_u64(f[1], &i) && i < ENTRIES && i == t.range.size);
	t.leaf[i] = tlog_leaf(slice_of(bytes, unhex(f[2], bytes, sizeof bytes)));
	tlog_range_append(&t.range, t.leaf[i]);
	t.root[i + 1] = hash_in(f[3]);
	CHECK(hash_eq(tlog_range_root(&t.range), t.root[i + 1]));
}

static void read_claim(const struct slice *f, size_t n)
{
	struct claim c = {.inclusion = slice_eq_str(f[0], "inclusion")};

	REQUIRE(n >= 3 && slice_u64(f[1], &c.a) && slice_u64(f[2], &c.b) && c.b <= ENTRIES);
	REQUIRE(c.inclusion ? c.a < c.b : c.a <= c.b);
	for (size_t i = 3; i < n; i++)
		c.proof.hash[c.proof.n++] = hash_in(f[i]);
	c.one = c.inclusion ? t.leaf[c.a] : t.root[c.a];
	c.two = t.root[c.b];
	claim(&c);
	t.inclusions += c.inclusion;
	t.consistencies += !c.inclusion;
}

static void read_line(struct slice line)
{
	struct slice f[FIELDS_MAX];
	size_t n = 0;

	if (line.n == 0 || line.p[0] == '#')
		return;
	for (size_t at = 0; at <= line.n;) {
		size_t end = slice_find_byte(slice_from(line, at), '\t');

		REQUIRE(n < FIELDS_MAX);
		f[n++] = slice_head(slice_from(line, at), end);
		at = end == SIZE_MAX ? line.n + 1 : at + end + 1;
	}
	if (slice_eq_str(f[0], "entry")) {
		read_entry(f, n);
		return;
	}
	REQUIRE(slice_eq_str(f[0], "inclusion") || slice_eq_str(f[0], "consistency"));
	read_claim(f, n);
}

static void facts_hold_and_wrong_ones_do_not(void)
{
	const char *source = getenv("SEKISHO_SOURCE");
	char path[4096], line[1024];
	FILE *f;

	REQUIRE(source);
	snprintf(path, sizeof path, "%s/tests/vectors/merkle.tsv", source);
	f = fopen(path, "r");
	REQUIRE(f);
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		read_line(slice_str(line));
	}
	fclose(f);
	CHECK(t.range.size == ENTRIES && t.inclusions == 5 && t.consistencies == 5);
	printf("# %u wrong claims refused\n", t.refused);
}

TESTS(CASE(facts_hold_and_wrong_ones_do_not))
