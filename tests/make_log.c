/* Makes a signed log, or lets it grow: make_log DIR SIZE [TEXT]. Entries say TEXT and their number.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "record/signer.h"

#define BUNDLE_MAX (1u << 20)

/* The hash of the last leaf that is there, since a batch must name it. */
static enum err last_leaf(const char *dir, uint64_t size, struct hash *ret)
{
	char path[4096];
	struct slice entry = {0};
	struct reader r;
	int log;
	AUTO_BUF b;

	buf_init(&b, (TLOG_ENTRY_MAX + 2u) * TLOG_TILE_WIDTH);
	snprintf(path, sizeof path, "%s/log", dir);
	log = open(path, O_RDONLY | O_DIRECTORY);
	if (size == 0 || log < 0)
		return log < 0 ? ERR_NOT_FOUND : OK;
	TRY(log_read_bundle(log, (size - 1) / TLOG_TILE_WIDTH,
			    (unsigned)((size - 1) % TLOG_TILE_WIDTH) + 1, &b));
	r = reader_of(buf_view(&b));
	while (reader_left(&r) > 0)
		TRY(tlog_bundle_next(&r, &entry));
	*ret = tlog_leaf(entry);
	return OK;
}

static enum err grow(struct signer *s, struct hash prev, uint64_t size, const char *text)
{
	while (signer_size(s) < size) {
		uint64_t from = signer_size(s), n = size - from;
		struct hash last = prev;
		AUTO_BUF b;

		n = n > SIGNER_BATCH_MAX ? SIGNER_BATCH_MAX : n;
		buf_init(&b, BUNDLE_MAX);
		for (uint64_t i = from; i < from + n; i++) {
			char line[512];
			int len =
			    snprintf(line, sizeof line, "%s %llu\n", text, (unsigned long long)i);

			TRY(tlog_bundle_put(&b, slice_of(line, (size_t)len)));
			last = tlog_leaf(slice_of(line, (size_t)len));
		}
		TRY(signer_add(s, from, prev, buf_view(&b), n));
		prev = last;
	}
	return OK;
}

int main(int argc, char **argv)
{
	struct hash prev = {0};
	struct signer *s;
	enum err e;

	if (argc < 3)
		return 2;
	e = signer_create(argv[1], S("sekisho.example/log"));
	if (e == OK || e == ERR_CONFLICT)
		e = signer_open(argv[1], &s);
	if (e == OK)
		e = last_leaf(argv[1], signer_size(s), &prev);
	if (e == OK)
		e = grow(s, prev, strtoull(argv[2], NULL, 10), argc > 3 ? argv[3] : "entry");
	if (e != OK)
		fprintf(stderr, "make_log: %s\n", err_str(e));
	return e != OK;
}
