#include "format/zip_write.h"

#include <libdeflate.h>
#include <stdlib.h>

/*
 * Level 6 of libdeflate: the deflate level the floor uses. The date is 1980-01-01, the
 * earliest a ZIP can hold; time tells nothing and makes two runs differ.
 */
enum { LEVEL = 6, DOS_DATE = 0x0021, VERSION = 20, FLAG_UTF8 = 1 << 11 };
#define MEMBERS_MAX 65534

struct zip_entry {
	struct slice name;
	size_t place, from, packed, size, local_at;
	uint32_t crc;
	uint16_t method, flags;
};

enum err zip_writer_init(struct zip_writer *w, struct arena *arena, size_t max)
{
	*w = (struct zip_writer){.arena = arena};
	buf_init(&w->packed, max < UINT32_MAX ? max : UINT32_MAX);
	w->deflate = libdeflate_alloc_compressor(LEVEL);
	return w->deflate ? OK : ERR_MEMORY;
}

void zip_writer_free(struct zip_writer *w)
{
	libdeflate_free_compressor(w->deflate);
	w->deflate = NULL;
	buf_free(&w->packed);
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

static enum err add(struct zip_writer *w, struct slice name, struct slice data, bool pack)
{
	struct zip_entry e = {.size = data.n, .from = w->packed.n, .place = w->place};
	uint8_t *to;

	if (w->n >= MEMBERS_MAX || data.n >= UINT32_MAX || name.n > UINT16_MAX)
		return ERR_LIMIT;
	e.name = arena_copy(w->arena, name);
	if (!e.name.p)
		return ERR_MEMORY;
	e.flags = is_ascii(name) ? 0 : FLAG_UTF8;
	e.crc = libdeflate_crc32(0, data.p, data.n);
	/* Room for one byte less than the data: what does not shrink is stored. */
	to = pack && data.n > 1 ? buf_reserve(&w->packed, data.n - 1) : NULL;
	if (to)
		e.packed = libdeflate_deflate_compress(w->deflate, data.p, data.n, to, data.n - 1);
	TRY(buf_err(&w->packed));
	if (e.packed) {
		e.method = 8;
		buf_commit(&w->packed, e.packed);
	} else {
		e.packed = data.n;
		buf_slice(&w->packed, data);
	}
	TRY(arena_grow(w->arena, (void **)&w->entries, w->n, &w->cap, sizeof *w->entries));
	w->entries[w->n++] = e;
	return buf_err(&w->packed);
}

enum err zip_add(struct zip_writer *w, struct slice name, struct slice data)
{
	return add(w, name, data, true);
}

enum err zip_add_stored(struct zip_writer *w, struct slice name, struct slice data)
{
	return add(w, name, data, false);
}

static int by_place(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* The 26 bytes that local header and directory have in common. */
static void put_common(struct buf *out, const struct zip_entry *e)
{
	buf_u16le(out, VERSION);
	buf_u16le(out, e->flags);
	buf_u16le(out, e->method);
	buf_u16le(out, 0);
	buf_u16le(out, DOS_DATE);
	buf_u32le(out, e->crc);
	buf_u32le(out, (uint32_t)e->packed);
	buf_u32le(out, (uint32_t)e->size);
	buf_u16le(out, (uint16_t)e->name.n);
	buf_u16le(out, 0);
}

static void put_central(struct buf *out, const struct zip_entry *e)
{
	buf_str(out, "PK\1\2");
	buf_u16le(out, VERSION);
	put_common(out, e);
	buf_u16le(out, 0); /* comment */
	buf_u16le(out, 0); /* disk */
	buf_u16le(out, 0); /* internal attributes */
	buf_u32le(out, 0); /* external attributes */
	buf_u32le(out, (uint32_t)e->local_at);
	buf_slice(out, e->name);
}

enum err zip_finish(struct zip_writer *w, struct buf *out)
{
	size_t start = out->n, dir_at, dir_size;

	if (w->n)
		qsort(w->entries, w->n, sizeof *w->entries, by_place);
	for (size_t i = 0; i < w->n; i++) {
		struct zip_entry *e = &w->entries[i];

		e->local_at = out->n - start;
		buf_str(out, "PK\3\4");
		put_common(out, e);
		buf_slice(out, e->name);
		buf_put(out, w->packed.p + e->from, e->packed);
	}
	dir_at = out->n - start;
	for (size_t i = 0; i < w->n; i++)
		put_central(out, &w->entries[i]);
	dir_size = out->n - start - dir_at;
	buf_str(out, "PK\5\6");
	buf_u32le(out, 0);
	buf_u16le(out, (uint16_t)w->n);
	buf_u16le(out, (uint16_t)w->n);
	buf_u32le(out, (uint32_t)dir_size);
	buf_u32le(out, (uint32_t)dir_at);
	buf_u16le(out, 0);
	return out->n - start < UINT32_MAX ? buf_err(out) : ERR_LIMIT;
}
