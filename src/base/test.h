/*
 * test: the test harness of the house. A test program is a table of cases and one line of main.
 *
 *     static void adds(void) { CHECK(1 + 1 == 2); }
 *     TESTS(CASE(adds), CASE(overflows))
 *
 * Output is TAP, so meson counts the cases; the last line is `<name>: PASS n, FAIL n, SKIP n`.
 * A failed CHECK goes on to the next one, a failed REQUIRE ends its case, SKIP_CASE("why") ends it
 * without a verdict.
 */
#ifndef BASE_TEST_H
#define BASE_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/err.h"
#include "base/slice.h"

struct test_case {
	const char *name;
	void (*fn)(void);
};

static struct {
	unsigned failed;
	const char *skip;
	jmp_buf out;
} test_now;

#define CASE(f) \
	{ \
#f, f \
	}
#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			test_now.failed++; \
		} \
	} while (0)
#define REQUIRE(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			test_now.failed++; \
			longjmp(test_now.out, 1); \
		} \
	} while (0)
#define CHECK_STR(got, want) \
	do { \
		struct slice g_ = (got), w_ = slice_str(want); \
		if (!slice_eq(g_, w_)) { \
			printf("# %s:%d: got [%.*s], want [%s]\n", __FILE__, __LINE__, (int)g_.n, \
			       (const char *)g_.p, want); \
			test_now.failed++; \
		} \
	} while (0)
#define SKIP_CASE(why) \
	do { \
		test_now.skip = (why); \
		longjmp(test_now.out, 1); \
	} while (0)

static void test_case_run(void (*fn)(void))
{
	test_now.failed = 0;
	test_now.skip = NULL;
	if (!setjmp(test_now.out))
		fn();
}

static int test_run(const char *file, const struct test_case *cases, size_t n)
{
	unsigned pass = 0, fail = 0, skip = 0;
	const char *name = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		test_case_run(cases[i].fn);
		if (test_now.failed) {
			fail++;
			printf("not ok %zu - %s\n", i + 1, cases[i].name);
		} else if (test_now.skip) {
			skip++;
			printf("ok %zu - %s # SKIP %s\n", i + 1, cases[i].name, test_now.skip);
		} else {
			pass++;
			printf("ok %zu - %s\n", i + 1, cases[i].name);
		}
	}
	printf("# %s: PASS %u, FAIL %u, SKIP %u\n", name, pass, fail, skip);
	return fail ? 1 : 0;
}

#define TESTS(...) \
	static const struct test_case test_cases[] = {__VA_ARGS__}; \
	int main(void) \
	{ \
		return test_run(__FILE__, test_cases, ARRAY_LEN(test_cases)); \
	}

#endif
