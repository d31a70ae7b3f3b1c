#include "tlog/tree.h"

#include <stdlib.h>
#include "base/test.h"
#include "tlog/vectors.h"

static struct hash h64(const char *text)
{
	struct hash h = {{0}};
	AUTO_BUF b;

	buf_init(&b, 64);
	REQUIRE(base64_parse(slice_str(text), &b) == OK && b.n == 32);
	memcpy(h.b, b.p, 32);
	return h;
}

static void check_hex(struct hash h, const char *want)
{
	char hex[65];

	hash_hex(h, hex);
	CHECK_STR(slice_str(hex), want);
}

/* The definition of RFC 6962, as it is written. */
static struct hash naive(const struct hash *leaves, size_t n)
{
	size_t k = 1;

	if (n == 0)
		return hash_of(S(""));
	if (n == 1)
		return leaves[0];
	while (k * 2 < n)
		k *= 2;
	return tlog_node(naive(leaves, k), naive(leaves + k, n - k));
}

/* The eight entries that every RFC 6962 implementation tests with, and their roots. */
static void known_roots(void)
{
	static const struct slice entry[8] = {
	    S(""),
	    S("\x00"),
	    S("\x10"),
	    S("\x20\x21"),
	    S("\x30\x31"),
	    S("\x40\x41\x42\x43"),
	    S("\x50\x51\x52\x53\x54\x55\x56\x57"),
	    S("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c"
	      "\x6d\x6e\x6f")};
	static const char *const root[8] = {
	    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	};
	struct tlog_range r = {0};

	CHECK(hash_eq(tlog_range_root(&r), h64("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")));
	for (size_t i = 0; i < 8; i++) {
		tlog_range_append(&r, tlog_leaf(entry[i]));
		check_hex(tlog_range_root(&r), root[i]);
	}
}

static void range_is_the_definition(void)
{
	struct tlog_range r = {0};
	struct hash *leaves = calloc(1000, sizeof *leaves);

	REQUIRE(leaves);
	for (size_t i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof text, "entry %zu", i);
		leaves[i] = tlog_leaf(slice_str(text));
		tlog_range_append(&r, leaves[i]);
		CHECK(r.size == i + 1 && r.n == (unsigned)__builtin_popcountll(i + 1));
		CHECK(hash_eq(tlog_range_root(&r), naive(leaves, i + 1)));
	}
	free(leaves);
}

static struct tlog_proof proof_of(const char *const *list, size_t n)
{
	struct tlog_proof p = {.n = (unsigned)n};

	for (size_t i = 0; i < n; i++)
		p.hash[i] = h64(list[i]);
	return p;
}

static void certificate_transparency(void)
{
	struct tlog_proof in = proof_of(argon_inclusion, ARRAY_LEN(argon_inclusion));
	struct tlog_proof co = proof_of(argon_consistency, ARRAY_LEN(argon_consistency));
	struct hash root = h64(argon_root), old = h64(argon_old_root), leaf = h64(argon_leaf);

	CHECK(tlog_check_inclusion(root, argon_size, argon_index, leaf, &in) == OK);
	CHECK(tlog_check_consistency(argon_old_size, old, argon_size, root, &co) == OK);
	/* Other sizes whose path has the same shape verify too; these have another. */
	CHECK(tlog_check_inclusion(root, argon_size * 2, argon_index, leaf, &in) == ERR_CRYPTO);
	CHECK(tlog_check_inclusion(root, argon_size, argon_index + 1, leaf, &in) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(argon_old_size + 1, old, argon_size, root, &co) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(argon_old_size, root, argon_size, old, &co) == ERR_CRYPTO);
	for (unsigned i = 0; i < in.n; i++)
		for (unsigned bit = 0; bit < 256; bit += 37) {
			in.hash[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			CHECK(tlog_check_inclusion(root, argon_size, argon_index, leaf, &in) ==
			      ERR_CRYPTO);
			in.hash[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	for (unsigned i = 0; i < co.n; i++)
		for (unsigned bit = 0; bit < 256; bit += 37) {
			co.hash[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			CHECK(tlog_check_consistency(argon_old_size, old, argon_size, root, &co) ==
			      ERR_CRYPTO);
			co.hash[i].b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
}

struct inclusion {
	uint64_t index, size;
	const char *root, *leaf, *proof[3];
	unsigned n;
};

/* Facts of the vectors that the Merkle libraries of Certificate Transparency share. */
static void shared_vectors(void)
{
	static const char *const p58[] = {"vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
					  "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
					  "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="};
	static const char *const c18[] = {"lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
					  "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
					  "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="};
	static const char *const c68[] = {"DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
					  "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
					  "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc="};
	static const char *const c25[] = {"Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
					  "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="};
	struct hash r8 = h64("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=");
	struct hash r6 = h64("duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=");
	struct hash r5 = h64("Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=");
	struct hash r2 = h64("+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=");
	struct hash r1 = h64("bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
	struct hash leaf5 = h64("QnGia+DYqE8L1UyMMC58s6O10fpngKQLzOKHNHfatlg=");
	struct tlog_proof p = proof_of(p58, 3);

	CHECK(tlog_check_inclusion(r8, 8, 5, leaf5, &p) == OK);
	CHECK(tlog_check_inclusion(r8, 8, 4, leaf5, &p) == ERR_CRYPTO);
	CHECK(tlog_check_inclusion(r8, 8, 8, leaf5, &p) == ERR_CRYPTO);
	CHECK(tlog_check_inclusion(r8, 0, 0, leaf5, &p) == ERR_CRYPTO);
	p.hash[p.n++] = r1; /* trailing */
	CHECK(tlog_check_inclusion(r8, 8, 5, leaf5, &p) == ERR_CRYPTO);
	p = proof_of(p58 + 1, 2); /* cut in front */
	CHECK(tlog_check_inclusion(r8, 8, 5, leaf5, &p) == ERR_CRYPTO);
	p = proof_of(p58, 2); /* cut behind */
	CHECK(tlog_check_inclusion(r8, 8, 5, leaf5, &p) == ERR_CRYPTO);
	p = proof_of(c18, 3);
	CHECK(tlog_check_consistency(1, r1, 8, r8, &p) == OK);
	CHECK(tlog_check_consistency(2, r1, 8, r8, &p) == ERR_CRYPTO);
	p = proof_of(c68, 3);
	CHECK(tlog_check_consistency(6, r6, 8, r8, &p) == OK);
	CHECK(tlog_check_consistency(6, r8, 8, r6, &p) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(6, r6, 6, r6, &p) == ERR_CRYPTO);
	p = proof_of(c25, 2);
	CHECK(tlog_check_consistency(2, r2, 5, r5, &p) == OK);
	CHECK(tlog_check_consistency(2, r1, 5, r5, &p) == ERR_CRYPTO);
	p.n = 0;
	CHECK(tlog_check_consistency(2, r2, 5, r5, &p) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(5, r5, 2, r2, &p) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(5, r5, 5, r5, &p) == OK);
	CHECK(tlog_check_consistency(5, r5, 5, r2, &p) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(0, tlog_empty(), 5, r5, &p) == OK);
	CHECK(tlog_check_consistency(0, r1, 5, r5, &p) == ERR_CRYPTO);
	CHECK(tlog_check_consistency(0, tlog_empty(), 0, tlog_empty(), &p) == OK);
	CHECK(tlog_check_consistency(0, r1, 0, r1, &p) == ERR_CRYPTO);
}

TESTS(CASE(known_roots), CASE(range_is_the_definition), CASE(certificate_transparency),
      CASE(shared_vectors))
