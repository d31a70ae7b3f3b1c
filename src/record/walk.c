/* walk: bundles by many threads, the tree above them by one; see walk.h. */
#include "record/walk.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "record/signer.h"

#define ARENA_MAX (64u << 20)
#define NO_BUNDLE UINT64_MAX

struct pool {
	const struct log_walk *w;
	uint64_t bundles;
	struct hash *root;        /* of each full bundle */
	_Atomic uint64_t next;    /* bundle that nobody has taken */
	_Atomic uint64_t stop_at; /* the first bundle with a fault or error so far */
	pthread_mutex_t lock;     /* of what follows */
	struct log_fault fault;   /* of bundle stop_at */
	enum err err;
};

/* What one thread uses again and again. */
struct hand {
	struct pool *pool;
	struct buf bundle, tile;
	struct arena *arena;
};

void log_fault_set(struct log_fault *f, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	snprintf(f->where, sizeof f->where, "%s", where);
	vsnprintf(f->what, sizeof f->what, fmt, ap);
	va_end(ap);
}

void log_fault_entry(struct log_fault *f, uint64_t index, const char *what)
{
	char where[64];

	snprintf(where, sizeof where, "entry %llu", (unsigned long long)index);
	log_fault_set(f, where, "%s", what);
}

/* True where the file is at fault; false for an error of the system. */
static bool fault_file(struct log_fault *f, const char *path, enum err e, const char *not_so)
{
	if (e == ERR_NOT_FOUND)
		log_fault_set(f, path, "missing");
	else if (e == ERR_CRYPTO || e == ERR_SYNTAX || e == ERR_LIMIT)
		log_fault_set(f, path, "%s", not_so);
	else
		return false;
	return true;
}

static enum err fault_tile(struct log_fault *f, struct tlog_tile t, enum err e)
{
	char path[TLOG_PATH_MAX];

	tlog_tile_path(t, path);
	return fault_file(f, path, e, "not of its size") ? OK : e;
}

static unsigned width_of(const struct log_walk *w, uint64_t number)
{
	uint64_t left = w->size - number * TLOG_TILE_WIDTH;

	return left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH;
}

/* The leaves of a bundle, out of h->bundle. */
static enum err hash_bundle(struct hand *h, uint64_t number, unsigned width, struct hash *leaf,
			    struct log_fault *f)
{
	const struct log_walk *w = h->pool->w;
	struct reader r = reader_of(buf_view(&h->bundle));
	struct diag d = {0};
	char where[64];

	for (unsigned i = 0; i < width; i++) {
		struct slice text;
		enum err e;

		TRY(tlog_bundle_next(&r, &text));
		leaf[i] = tlog_leaf(text);
		arena_clear(h->arena);
		e = w->form ? w->form(text, h->arena, &d) : OK;
		if (e == ERR_MEMORY)
			return e;
		if (e == OK)
			continue;
		snprintf(where, sizeof where, "entry %llu",
			 (unsigned long long)(number * TLOG_TILE_WIDTH + i));
		log_fault_set(f, where, "byte %zu: %s", d.offset, d.text);
		return OK;
	}
	return OK;
}

static enum err walk_bundle(struct hand *h, uint64_t number, struct log_fault *f)
{
	const struct log_walk *w = h->pool->w;
	unsigned width = width_of(w, number);
	struct tlog_tile t = {0, number, width};
	struct hash leaf[TLOG_TILE_WIDTH];
	char path[TLOG_PATH_MAX];
	enum err e;

	h->bundle.n = h->tile.n = 0;
	e = log_read_bundle(w->log, number, width, &h->bundle);
	tlog_bundle_path(number, width, path);
	if (e != OK)
		return fault_file(f, path, e, "not a bundle of that many entries") ? OK : e;
	TRY(hash_bundle(h, number, width, leaf, f));
	if (f->where[0])
		return OK;
	e = log_read_tile(&(int){w->log}, t, &h->tile);
	if (e != OK)
		return fault_tile(f, t, e);
	for (unsigned i = 0; i < width; i++)
		if (memcmp(h->tile.p + i * sizeof *leaf, leaf[i].b, sizeof *leaf) != 0) {
			log_fault_entry(f, number * TLOG_TILE_WIDTH + i,
					"its hash is not the one in its tile");
			return OK;
		}
	if (width == TLOG_TILE_WIDTH)
		h->pool->root[number] = tlog_perfect(leaf, width);
	return OK;
}

static void stop_pool(struct pool *p, uint64_t number, const struct log_fault *f, enum err e)
{
	pthread_mutex_lock(&p->lock);
	if (number < p->stop_at) {
		p->stop_at = number;
		p->fault = *f;
		p->err = e;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Bundles are taken in order, so every one before a fault is looked at by somebody. */
static void *work(void *arg)
{
	struct hand h = {.pool = arg};
	struct pool *p = arg;

	buf_init(&h.bundle, TLOG_BUNDLE_MAX);
	buf_init(&h.tile, TLOG_TILE_WIDTH * sizeof(struct hash));
	h.arena = arena_new(ARENA_MAX);
	for (;;) {
		uint64_t number = atomic_fetch_add(&p->next, 1);
		struct log_fault f = {0};
		enum err e;

		if (number >= p->bundles || number > p->stop_at)
			break;
		e = h.arena ? walk_bundle(&h, number, &f) : ERR_MEMORY;
		if (e != OK || f.where[0])
			stop_pool(p, number, &f, e);
	}
	arena_free(h.arena);
	buf_free(&h.bundle);
	buf_free(&h.tile);
	return NULL;
}

static unsigned threads_of(const struct log_walk *w, uint64_t bundles)
{
	long n = w->threads ? (long)w->threads : sysconf(_SC_NPROCESSORS_ONLN);

	n = n < 1 ? 1 : n > LOG_THREADS_MAX ? LOG_THREADS_MAX : n;
	return (uint64_t)n < bundles ? (unsigned)n : 1;
}

/* This thread works too, and alone where no other can be had. */
static void run_pool(struct pool *p)
{
	pthread_t thread[LOG_THREADS_MAX];
	unsigned n = threads_of(p->w, p->bundles), started = 0;

	while (started + 1 < n && pthread_create(&thread[started], NULL, work, p) == 0)
		started++;
	work(p);
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
}

/* The tiles above the leaves, whose own were compared bundle by bundle. */
static enum err walk_above(const struct pool *p, struct hash *ret_root, struct log_fault *f)
{
	const struct log_walk *w = p->w;
	int log = w->log;
	const struct tlog_tiles tiles = {.ctx = &log, .read = log_read_tile};
	struct tlog_walk *up = malloc(sizeof *up);
	uint64_t full = w->size / TLOG_TILE_WIDTH;
	unsigned rest = (unsigned)(w->size % TLOG_TILE_WIDTH);
	AUTO_BUF tile;
	enum err e = OK;

	buf_init(&tile, TLOG_TILE_WIDTH * sizeof(struct hash));
	if (!up)
		return ERR_MEMORY;
	tlog_walk_init(up, &tiles);
	for (uint64_t i = 0; i < full && e == OK; i++)
		e = tlog_walk_full(up, p->root[i]);
	if (e == OK && rest)
		e = log_read_tile(&log, (struct tlog_tile){0, full, rest}, &tile);
	for (unsigned i = 0; i < rest && e == OK; i++) {
		struct hash leaf;

		memcpy(leaf.b, tile.p + i * sizeof leaf, sizeof leaf);
		e = tlog_walk_leaf(up, leaf);
	}
	if (e == OK)
		e = tlog_walk_end(up, ret_root);
	if (e == ERR_CRYPTO) {
		char path[TLOG_PATH_MAX];

		tlog_tile_path(up->bad, path);
		log_fault_set(f, path, "does not fit the entries below it");
		e = OK;
	} else if (e != OK) {
		e = fault_tile(f, up->bad, e);
	}
	free(up);
	return e;
}

enum err log_walk(const struct log_walk *w, struct hash *ret_root, struct log_fault *ret_fault)
{
	struct pool p = {.w = w,
			 .bundles = (w->size + TLOG_TILE_WIDTH - 1) / TLOG_TILE_WIDTH,
			 .stop_at = NO_BUNDLE,
			 .lock = PTHREAD_MUTEX_INITIALIZER};
	struct hash root;

	p.root = calloc(p.bundles + 1, sizeof *p.root);
	if (!p.root)
		return ERR_MEMORY;
	run_pool(&p);
	if (p.err == OK && !p.fault.where[0])
		p.err = walk_above(&p, &root, &p.fault);
	free(p.root);
	TRY(p.err);
	*ret_fault = p.fault;
	if (!p.fault.where[0])
		*ret_root = root;
	return OK;
}
