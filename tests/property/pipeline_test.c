/*
 * Rooms format and verify together: whatever a sanitiser writes, the recogniser accepts, over the
 * project's samples and, where it is there, the shared corpus.
 */
#include <dirent.h>
#include <sys/stat.h>
#include "base/test.h"
#include "format/job_test.h"
#include "verify/verify.h"

struct count {
	unsigned files, out, accepted;
};

static struct slice read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct slice ret = {0};
	struct stat st;
	uint8_t *p;

	if (!f)
		return ret;
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) &&
	    (p = arena_alloc(a, (size_t)st.st_size)))
		ret = slice_of(p, fread(p, 1, (size_t)st.st_size, f));
	fclose(f);
	return ret;
}

static void pass(const char *path, struct slice in, enum method method, enum hidden hidden,
		 struct count *count)
{
	AUTO_JOB box = {0};
	AUTO_ARENA arena = arena_new(1u << 30);
	struct diag d = {0};

	job_box_init(&box, in, strrchr(path, '/') + 1);
	box.job.method = method;
	box.job.hidden = hidden;
	count->files++;
	if (format_sanitize(&box.job) != OK)
		return;
	count->out++;
	if (verify_output(slice_str(box.job.wrote), buf_view(&box.out), &box.limits, arena, &d) ==
	    OK) {
		count->accepted++;
		return;
	}
	printf("# refused: %s as %s: %s @%zu %s\n", path, box.job.wrote, d.part, d.offset, d.text);
}

static void pass_all_ways(const char *path, struct count *count)
{
	AUTO_ARENA a = arena_new(1u << 30);
	struct slice in = read_file(a, path);

	if (!in.p)
		return;
	pass(path, in, METHOD_REBUILD, HIDDEN_KEEP, count);
	pass(path, in, METHOD_REBUILD, HIDDEN_DROP, count);
	pass(path, in, METHOD_TEXT, HIDDEN_KEEP, count);
}

static void pass_folder(const char *dir, struct count *count)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];

	if (!d)
		SKIP_CASE("the folder is not there");
	while ((e = readdir(d))) {
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.' &&
		    (!getenv("SEKISHO_ONLY") || strstr(e->d_name, getenv("SEKISHO_ONLY"))))
			pass_all_ways(path, count);
	}
	closedir(d);
}

static void check_folder(const char *name)
{
	struct count count = {0};
	char dir[2048];

	REQUIRE(getenv("SEKISHO_SOURCE"));
	snprintf(dir, sizeof dir, "%s/%s", getenv("SEKISHO_SOURCE"), name);
	pass_folder(dir, &count);
	printf("# %s: %u runs, %u came out, %u accepted\n", name, count.files, count.out,
	       count.accepted);
	CHECK(count.accepted == count.out);
	CHECK(count.out > 0);
}

static void samples(void)
{
	check_folder("samples");
}

static void corpus_plain_and_broken(void)
{
	check_folder("../shared/corpus/office-mixed");
}

static void corpus_active(void)
{
	check_folder("../shared/corpus/office-active");
}

TESTS(CASE(samples), CASE(corpus_plain_and_broken), CASE(corpus_active))
