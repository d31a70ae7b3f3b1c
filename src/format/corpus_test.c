/*
 * The shared corpus: of the Office documents that its manifest calls plain nearly all come out, and
 * none of all its files crashes or runs away. SEKISHO_CORPUS_OUT names a folder for the outputs.
 */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include "base/test.h"
#include "format/job_test.h"
#include "format/zip_read.h"

static struct slice read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct slice ret = {0};
	struct stat st;
	uint8_t *p;

	if (!f)
		return ret;
	if (fstat(fileno(f), &st) == 0 && (p = arena_alloc(a, (size_t)st.st_size)))
		ret = slice_of(p, fread(p, 1, (size_t)st.st_size, f));
	fclose(f);
	return ret;
}

static void save(const char *path, struct slice out, const char *ext)
{
	const char *dir = getenv("SEKISHO_CORPUS_OUT");
	char name[8192];
	FILE *f;

	if (!dir)
		return;
	snprintf(name, sizeof name, "%s/%s.%s", dir, strrchr(path, '/') + 1, ext);
	f = fopen(name, "wb");
	if (f) {
		fwrite(out.p, 1, out.n, f);
		fclose(f);
	}
}

static bool same_members(struct slice a, struct slice b);

/* JPEG pictures, also those in a TIFF or PDF, are encoded anew each time: their bytes change, those
 * of all others may not. */
static bool same_content(struct slice a, struct slice b, struct slice name)
{
	return slice_eq(a, b) || slice_ends(name, S("jpg")) ||
	       ((slice_ends(name, S("tif")) || slice_ends(name, S("pdf"))) &&
		slice_find(a, S("\xFF\xD8\xFF")) != SIZE_MAX) ||
	       (zip_probe(a) && zip_probe(b) && same_members(a, b));
}

static bool same_members(struct slice a, struct slice b)
{
	AUTO_JOB ja, jb;
	AUTO_BUF sa, sb;
	struct slice da, db;
	struct zip za, zb;
	bool same;

	job_box_init(&ja, a, "");
	job_box_init(&jb, b, "");
	buf_init(&sa, SIZE_MAX / 2);
	buf_init(&sb, SIZE_MAX / 2);
	REQUIRE(zip_open(&ja.job, &za) == OK && zip_open(&jb.job, &zb) == OK);
	same = za.n == zb.n;
	for (size_t i = 0; same && i < za.n; i++) {
		REQUIRE(zip_read(&za, &za.members[i], &sa, &da, NULL) == OK);
		REQUIRE(zip_read(&zb, &zb.members[i], &sb, &db, NULL) == OK);
		same = slice_eq(za.members[i].name, zb.members[i].name) &&
		       same_content(da, db, za.members[i].name);
		if (!same)
			printf("# differs: %.*s\n", (int)za.members[i].name.n,
			       (const char *)za.members[i].name.p);
	}
	zip_close(&za);
	zip_close(&zb);
	return same;
}

/* Sanitises twice; false where it did not come out, or not the same the second time. */
static bool comes_out(const char *path, struct slice in, enum method method, bool *ret_same)
{
	char name[8192];
	AUTO_JOB first = {0};
	AUTO_JOB second = {0};
	clock_t start = clock();

	job_box_init(&first, in, strrchr(path, '/') + 1);
	first.job.method = method;
	if (format_sanitize(&first.job) != OK) {
		printf("# held %s: %s %s\n", path, first.diag.part, first.diag.text);
		CHECK(first.report.n > 0);
		return false;
	}
	if (getenv("SEKISHO_CORPUS_TIMES"))
		printf("# %s: %zu -> %zu bytes, %.1f ms\n", path, in.n, first.out.n,
		       (double)(clock() - start) * 1000 / CLOCKS_PER_SEC);
	save(path, buf_view(&first.out), first.job.ext);
	snprintf(name, sizeof name, "%.*s.%s", (int)(strrchr(path, '.') - path), path,
		 first.job.ext);
	job_box_init(&second, buf_view(&first.out), strrchr(name, '/') + 1);
	second.job.method = method;
	*ret_same =
	    format_sanitize(&second.job) == OK &&
	    same_content(buf_view(&first.out), buf_view(&second.out), slice_str(first.job.ext));
	if (!*ret_same)
		printf("# not the same twice: %s: %s %s\n", path, second.diag.part,
		       second.diag.text);
	return true;
}

struct count {
	unsigned files, out, same;
};

static bool is_office(const char *path)
{
	static const char *const ext[] = {".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm"};

	for (size_t i = 0; i < ARRAY_LEN(ext); i++)
		if (slice_ends(slice_str(path), slice_str(ext[i])))
			return true;
	return false;
}

static void run_corpus(enum method method, struct count *plain, struct count *all)
{
	const char *source = getenv("SEKISHO_SOURCE");
	char dir[2048], path[8192], line[4096];
	FILE *f;

	REQUIRE(source);
	snprintf(dir, sizeof dir, "%s/../shared/corpus", source);
	snprintf(path, sizeof path, "%s/MANIFEST.tsv", dir);
	f = fopen(path, "r");
	if (!f)
		SKIP_CASE("no corpus beside the source");
	while (fgets(line, sizeof line, f)) {
		AUTO_ARENA a = arena_new(1u << 30);
		char *cols[6] = {line};
		bool same = false, out;
		struct slice in;

		for (int i = 1; i < 6; i++) {
			cols[i] = strchr(cols[i - 1], '\t');
			if (!cols[i])
				break;
			*cols[i]++ = 0;
		}
		if (!cols[5] ||
		    (getenv("SEKISHO_CORPUS_ONLY") && !strstr(line, getenv("SEKISHO_CORPUS_ONLY"))))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, line);
		in = read_file(a, path);
		if (!in.p)
			continue;
		out = comes_out(path, in, method, &same);
		all->files++;
		all->out += out;
		all->same += out && same;
		if (strcmp(cols[4], "plain") == 0 && is_office(line)) {
			plain->files++;
			plain->out += out;
			plain->same += out && same;
		}
	}
	fclose(f);
}

static void plain_documents_come_out(void)
{
	struct count plain = {0}, all = {0};

	run_corpus(METHOD_REBUILD, &plain, &all);
	printf("# rebuild: plain office %u of %u, the same twice %u; all files %u of %u, %u\n",
	       plain.out, plain.files, plain.same, all.out, all.files, all.same);
	CHECK(plain.out * 100 >= plain.files * 98);
	CHECK(all.same == all.out);
}

static void plain_documents_come_out_as_text(void)
{
	struct count plain = {0}, all = {0};

	run_corpus(METHOD_TEXT, &plain, &all);
	printf("# text: plain office %u of %u, the same twice %u; all files %u of %u, %u\n",
	       plain.out, plain.files, plain.same, all.out, all.files, all.same);
	CHECK(plain.out * 100 >= plain.files * 98);
	CHECK(all.same == all.out);
}

TESTS(CASE(plain_documents_come_out), CASE(plain_documents_come_out_as_text))
