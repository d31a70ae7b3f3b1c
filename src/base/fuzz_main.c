/* Replays files and folders through a fuzz target; prints how many it ran. Missing paths fail. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/fuzz.h"

static unsigned ran;

static int replay(const char *path)
{
	struct stat st;
	char sub[4096];
	struct dirent *e;
	int bad = 0;

	if (stat(path, &st) != 0) {
		fprintf(stderr, "cannot read %s\n", path);
		return 1;
	}
	if (S_ISDIR(st.st_mode)) {
		DIR *d = opendir(path);

		if (!d)
			return 1;
		while ((e = readdir(d)))
			if (e->d_name[0] != '.') {
				snprintf(sub, sizeof sub, "%s/%s", path, e->d_name);
				bad |= replay(sub);
			}
		closedir(d);
		return bad;
	}
	FILE *f = fopen(path, "rb");
	size_t n = (size_t)st.st_size;
	uint8_t *p = malloc(n ? n : 1);

	if (!f || !p || fread(p, 1, n, f) != n) {
		fprintf(stderr, "cannot read %s\n", path);
		return 1;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	ran++;
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	printf("1..1\n%sok 1 - replayed %u inputs\n", bad ? "not " : "", ran);
	return bad;
}
