/*
 * stage: small uploads on their way, as memory files that the front fills.
 *
 * A content that will stand in its row has no file while it comes in: what a death or STAGED_MAX
 * takes with it is one chunk at most, which no upload could resume within. Its sender sends it
 * again.
 */
#include <stdio.h>
#include "gateway/internal.h"
#include "os/fd.h"
#include "os/file.h"

static struct staged *find(struct gateway *g, struct slice transfer)
{
	for (size_t i = 0; i < STAGED_MAX; i++)
		if (g->staged[i].transfer[0] && slice_eq_str(transfer, g->staged[i].transfer))
			return &g->staged[i];
	return NULL;
}

static void drop(struct staged *s)
{
	fd_close(&s->fd);
	s->transfer[0] = 0;
}

/* A free place, or that of the one that was opened longest ago. */
static struct staged *place(struct gateway *g)
{
	struct staged *oldest = &g->staged[0];

	for (size_t i = 0; i < STAGED_MAX; i++) {
		if (!g->staged[i].transfer[0])
			return &g->staged[i];
		if (g->staged[i].age < oldest->age)
			oldest = &g->staged[i];
	}
	drop(oldest);
	return oldest;
}

enum err stage_open(struct gateway *g, struct slice transfer, int *ret_fd)
{
	AUTO_CLOSE mine = -1;
	AUTO_CLOSE theirs = -1;
	struct staged *s;

	TRY(mem_new("upload", &mine));
	TRY(fd_dup(mine, &theirs));
	stage_drop(g, transfer);
	s = place(g);
	*s = (struct staged){.fd = fd_take(&mine), .age = ++g->staged_n};
	snprintf(s->transfer, sizeof s->transfer, "%.*s", (int)transfer.n,
		 (const char *)transfer.p);
	*ret_fd = fd_take(&theirs);
	return OK;
}

enum err stage_read(struct gateway *g, struct slice transfer, uint64_t size, struct arena *a,
		    struct slice *ret)
{
	struct staged *s = find(g, transfer);
	size_t want = (size_t)blob_sealed_size(size);
	uint8_t *p;
	uint64_t n;

	if (!s)
		return ERR_NOT_FOUND;
	TRY(mem_size(s->fd, &n));
	if (n != want)
		return ERR_CONFLICT;
	p = arena_alloc(a, want);
	if (!p)
		return ERR_MEMORY;
	if (pread(s->fd, p, want, 0) != (ssize_t)want)
		return ERR_IO;
	*ret = slice_of(p, want);
	return OK;
}

void stage_drop(struct gateway *g, struct slice transfer)
{
	struct staged *s = find(g, transfer);

	if (s)
		drop(s);
}

void stage_close(struct gateway *g)
{
	for (size_t i = 0; i < STAGED_MAX; i++)
		if (g->staged[i].transfer[0])
			drop(&g->staged[i]);
}
